//! Every address of the site as a function; pages, feeds and redirects use these.

pub mod admin;

use std::borrow::Borrow;

use crate::domain::{
    area::BoundarySet,
    draft::DraftId,
    facet::Facet,
    follow::{FollowId, FollowerId},
    petition::PetitionId,
    signature::SignatureId,
};

/// How the addresses begin that carry a token, and are told to nobody.
pub const SIGNATURES: &str = "/signatures/";
/// Likewise, for those who follow something without having signed.
pub const FOLLOWS: &str = "/follows/";

/// How the addresses of petitions begin, some of which carry a token as well.
pub const PETITIONS: &str = "/petitions/";

/// The front page.
pub fn home() -> &'static str {
    "/"
}

/// What the site is called and looks like among the programs of a telephone.
pub fn manifest() -> &'static str {
    "/manifest.json"
}

/// All petitions.
pub fn petitions() -> &'static str {
    "/petitions"
}

/// One of the ten lists.
pub fn list(facet: impl Borrow<Facet>) -> String {
    format!("/petitions?state={}", facet.borrow().code())
}

/// Petitions about a topic.
pub fn topic(code: &str) -> String {
    format!("/petitions?topic={code}")
}

/// All topics.
pub fn topics() -> &'static str {
    "/topics"
}

/// Where a petition is followed by mail.
pub fn follow_petition(id: &PetitionId) -> String {
    format!("/petitions/{id}/follow")
}

/// Where a topic is followed by mail.
pub fn follow_topic(code: &str) -> String {
    format!("/topics/{code}/follow")
}

/// Where a constituency is followed by mail.
pub fn follow_place(slug: &str) -> String {
    format!("/petitions/local/{slug}/follow")
}

/// Where the link in a mail leads: one button confirms that something is followed.
pub fn confirm_follow(id: &FollowId, token: &str) -> String {
    format!("{FOLLOWS}{id}/confirm?token={token}")
}

/// Where "I did not ask for this" is sent.
pub fn disown_follow(id: &FollowId, token: &str) -> String {
    format!("{FOLLOWS}{id}/not-me?token={token}")
}

/// Where following one thing is stopped.
pub fn stop_follow(id: &FollowId, token: &str) -> String {
    format!("{FOLLOWS}{id}/stop?token={token}")
}

/// Everything that somebody follows.
pub fn following(id: &FollowerId, token: &str) -> String {
    format!("{FOLLOWS}by/{id}?token={token}")
}

/// Where the weekly news are stopped.
pub fn stop_weekly(id: &FollowerId, token: &str) -> String {
    format!("{FOLLOWS}by/{id}/weekly?token={token}")
}

/// Where everything that somebody follows is stopped, and what is held of them erased.
pub fn stop_everything(id: &FollowerId, token: &str) -> String {
    format!("{FOLLOWS}by/{id}/everything?token={token}")
}

/// What is new about all petitions, as a feed; lists and searches have the same with their own query.
pub fn petitions_feed() -> &'static str {
    "/petitions.atom"
}

/// What happens to a petition, as a feed.
pub fn petition_feed(id: &PetitionId) -> String {
    format!("/petitions/{id}.atom")
}

/// What is new about a topic, as a feed.
pub fn topic_feed(code: &str) -> String {
    format!("/topics/{code}.atom")
}

/// What is new in a constituency, as a feed.
pub fn local_feed(slug: &str, set: impl Borrow<BoundarySet>) -> String {
    format!("/petitions/local/{slug}.atom{}", boundaries(set))
}

/// All addresses that are worth finding, for search engines.
pub fn sitemap() -> &'static str {
    "/sitemap.xml"
}

/// A part of them: the petitions from this number on.
pub fn sitemap_part(part: impl Borrow<i64>) -> String {
    format!("/sitemap/petitions-{}.xml", part.borrow())
}

/// Those of them that are no petitions.
pub fn sitemap_pages() -> &'static str {
    "/sitemap/pages.xml"
}

/// A petition.
pub fn petition(id: &PetitionId) -> String {
    format!("/petitions/{id}")
}

/// A petition as JSON.
pub fn petition_json(id: &PetitionId) -> String {
    format!("/petitions/{id}.json")
}

/// A petition's live count as JSON.
pub fn count_json(id: &PetitionId) -> String {
    format!("/petitions/{id}/count.json")
}

/// A petition's history; `format` is `csv`, `json` or `svg`.
pub fn history(id: &PetitionId, format: &str) -> String {
    format!("/petitions/{id}/history.{format}")
}

/// Where a petition's signatures come from; `format` is `csv`, `json` or `svg`.
pub fn places(id: &PetitionId, format: &str) -> String {
    format!("/petitions/{id}/places.{format}")
}

/// All places that a petition's signatures come from.
pub fn all_places(id: &PetitionId) -> String {
    format!("/petitions/{id}/places")
}

/// Where somebody finds out what is signed where they live.
pub fn local() -> &'static str {
    "/petitions/local"
}

/// What a constituency signs.
pub fn local_place(slug: &str, set: impl Borrow<BoundarySet>) -> String {
    format!("/petitions/local/{slug}{}", boundaries(set))
}

/// What a constituency has signed, closed petitions too.
pub fn local_place_all(slug: &str, set: impl Borrow<BoundarySet>) -> String {
    format!("/petitions/local/{slug}/all{}", boundaries(set))
}

/// Either as data; `format` is `csv` or `json`.
pub fn local_data(slug: &str, all: impl Borrow<bool>, set: impl Borrow<BoundarySet>, format: &str) -> String {
    format!("/petitions/local/{slug}{}.{format}{}", if *all.borrow() { "/all" } else { "" }, boundaries(set))
}

/// All constituencies as data.
pub fn constituencies_json() -> &'static str {
    "/constituencies.json"
}

/// All constituencies.
pub fn constituencies(set: impl Borrow<BoundarySet>) -> String {
    format!("/constituencies{}", boundaries(set))
}

/// Which boundaries are meant, where they are not those of today.
fn boundaries(set: impl Borrow<BoundarySet>) -> String {
    let set = set.borrow();
    if *set == BoundarySet::OF_2024 { String::new() } else { format!("?boundaries={}", set.0) }
}

/// A petition's picture for social networks.
pub fn card(id: &PetitionId) -> String {
    format!("/petitions/{id}/card.png")
}

/// A petition as a part of pages elsewhere.
pub fn embed(id: &PetitionId) -> String {
    format!("/petitions/{id}/embed")
}

/// All ways to tell others about a petition.
pub fn share(id: &PetitionId) -> String {
    format!("/petitions/{id}/share")
}

/// A petition as a sheet of paper.
pub fn sheet(id: &PetitionId) -> String {
    format!("/petitions/{id}/sheet")
}

/// Where a petition is signed.
pub fn sign(id: &PetitionId) -> String {
    format!("/petitions/{id}/signatures/new")
}

/// What somebody sees who has signed and has yet to confirm.
pub fn thank_you(id: &PetitionId) -> String {
    format!("/petitions/{id}/thank-you")
}

/// Where the link in a mail leads: one button confirms the signature.
pub fn confirm_signature(id: &SignatureId, token: &str) -> String {
    format!("/signatures/{id}/verify?token={token}")
}

/// Where "I did not sign this" is sent.
pub fn not_me(id: &SignatureId, token: &str) -> String {
    format!("/signatures/{id}/not-me?token={token}")
}

/// What somebody sees whose signature has just been counted.
pub fn signed(id: &SignatureId, token: &str) -> String {
    format!("/signatures/{id}/signed?token={token}")
}

/// A signature as its signer sees it: what is held, and what can be done about it.
pub fn your_signature(id: &SignatureId, token: &str) -> String {
    format!("/signatures/{id}?token={token}")
}

/// What is held about a signer, as a file.
pub fn your_data(id: &SignatureId, token: &str) -> String {
    format!("/signatures/{id}/data.json?token={token}")
}

/// Where a signer takes the signature back.
pub fn withdraw_signature(id: &SignatureId, token: &str) -> String {
    format!("/signatures/{id}/withdraw?token={token}")
}

/// Where a signer stops mails about a petition.
pub fn unsubscribe(id: &SignatureId, token: &str) -> String {
    format!("/signatures/{id}/unsubscribe?token={token}")
}

/// The page of a petition that is gathering its first supporters.
pub fn gathering_support(id: &PetitionId) -> String {
    format!("/petitions/{id}/gathering-support")
}

/// The page of a petition that is being checked.
pub fn moderation_info(id: &PetitionId) -> String {
    format!("/petitions/{id}/moderation-info")
}

/// Where a petition that is not published yet is supported, by whoever has the link.
pub fn support(id: &PetitionId, token: &str) -> String {
    format!("/petitions/{id}/sponsors/new?token={token}")
}

/// The page of a petition's creator.
pub fn creator_page(id: &PetitionId, token: &str) -> String {
    format!("/petitions/{id}/creator?token={token}")
}

/// What somebody sees who has sent the form to support a petition and has yet to confirm.
pub fn support_thanks(id: &PetitionId, token: &str) -> String {
    format!("/petitions/{id}/sponsors/thank-you?token={token}")
}

/// Where a creator who has lost the link has it mailed again.
pub fn lost_link(id: &PetitionId) -> String {
    format!("/petitions/{id}/creator")
}

/// A sheet of paper with the link for supporters.
pub fn support_sheet(id: &PetitionId, token: &str) -> String {
    format!("/petitions/{id}/creator/sheet?token={token}")
}

/// Where a creator says which mails are wanted.
pub fn creator_mails(id: &PetitionId, token: &str) -> String {
    format!("/petitions/{id}/creator/mails?token={token}")
}

/// Where a creator takes a petition back.
pub fn withdraw_petition(id: &PetitionId, token: &str) -> String {
    format!("/petitions/{id}/creator/withdraw?token={token}")
}

/// The mailbox of a developer.
pub fn dev_mailbox() -> &'static str {
    "/dev/mail"
}

/// A mail in it.
pub fn dev_mail(number: impl Borrow<u64>) -> String {
    format!("/dev/mail/{}", number.borrow())
}

/// That mail as HTML.
pub fn dev_mail_html(number: impl Borrow<u64>) -> String {
    format!("/dev/mail/{}/html", number.borrow())
}

/// What happened on the site, month by month.
pub fn statistics() -> &'static str {
    "/statistics"
}

/// The same for programs; `format` is `csv` or `json`.
pub fn statistics_data(format: &str) -> String {
    format!("/statistics.{format}")
}

/// What programs can ask for, to read.
pub fn api() -> &'static str {
    "/api"
}

/// The same for programs.
pub fn api_description() -> &'static str {
    "/api/openapi.json"
}

/// When no signatures could be taken.
pub fn outages() -> &'static str {
    "/outages"
}

/// All petitions of a parliament, by its years.
pub fn petitions_of(period: &str) -> String {
    format!("/petitions?parliament={period}")
}

/// All parliaments as data.
pub fn parliaments_json() -> &'static str {
    "/parliaments.json"
}

/// A parliament with its constituencies as data, by its years.
pub fn parliament_json(period: &str) -> String {
    format!("/parliaments/{period}.json")
}

/// How to start a petition.
pub fn start() -> &'static str {
    "/petitions/start"
}

/// Where a petition is written, one question after the other.
pub fn new_petition() -> &'static str {
    "/petitions/new"
}

/// What somebody sees who has sent a petition and has yet to confirm it.
pub fn petition_sent() -> &'static str {
    "/petitions/new/sent"
}

/// What somebody sees who has saved a petition to go on later.
pub fn draft_saved() -> &'static str {
    "/petitions/new/saved"
}

/// Where somebody goes on with a petition that was saved.
pub fn draft(id: &DraftId, token: &str) -> String {
    format!("/petitions/drafts/{id}?token={token}")
}

/// Where the link in a creator's mail leads: one button confirms the petition.
pub fn confirm_petition(id: &SignatureId, token: &str) -> String {
    format!("/signatures/{id}/confirm-petition?token={token}")
}

/// Where "I did not start this" is sent.
pub fn not_my_petition(id: &SignatureId, token: &str) -> String {
    format!("/signatures/{id}/not-my-petition?token={token}")
}

/// How petitions work.
pub fn help() -> &'static str {
    "/help"
}

/// A page that staff have written.
pub fn help_page(slug: &str) -> String {
    format!("/help/{slug}")
}

/// How the estimate is made.
pub fn help_estimates() -> &'static str {
    "/help/estimates"
}

/// Where people write to those who run the site.
pub fn feedback() -> &'static str {
    "/feedback"
}

/// What they see afterwards.
pub fn feedback_thanks() -> &'static str {
    "/feedback/thanks"
}

/// What happens with personal data.
pub fn privacy() -> &'static str {
    "/privacy"
}

/// How accessible the site is.
pub fn accessibility() -> &'static str {
    "/accessibility"
}

/// Cookies: none.
pub fn cookies() -> &'static str {
    "/cookies"
}
