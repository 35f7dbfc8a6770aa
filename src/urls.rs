//! Every address of the site as a function; pages, feeds and redirects use these.

pub mod admin;

use std::borrow::Borrow;

use crate::domain::{area::BoundarySet, facet::Facet, petition::PetitionId, signature::SignatureId};

/// How the addresses begin that carry a token, and are told to nobody.
pub const SIGNATURES: &str = "/signatures/";

/// How the addresses of petitions begin, some of which carry a token as well.
pub const PETITIONS: &str = "/petitions/";

/// The front page.
pub fn home() -> &'static str {
    "/"
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

/// How to start a petition.
pub fn start() -> &'static str {
    "/petitions/start"
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
