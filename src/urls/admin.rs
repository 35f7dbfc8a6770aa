//! The addresses of the protected area.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::{desk::DeskFacet, mailing::MailingId, outage::OutageId, petition::PetitionId, staff::StaffId};

/// How they all begin.
pub const ADMIN: &str = "/admin";

/// Whether a path is one of the protected area.
pub fn is_within(path: &str) -> bool {
    path.strip_prefix(ADMIN).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What may stand in a value behind the question mark.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// A text as it may stand in a value behind the question mark.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

/// What waits.
pub fn desk() -> &'static str {
    ADMIN
}

/// Where staff sign in, to go on to the address that they wanted.
pub fn sign_in(wanted: &str) -> String {
    if wanted == desk() { "/admin/sign-in".to_owned() } else { format!("/admin/sign-in?next={}", encoded(wanted)) }
}

/// Where they sign out.
pub fn sign_out() -> &'static str {
    "/admin/sign-out"
}

/// One's own account.
pub fn account() -> &'static str {
    "/admin/account"
}

/// Lists of petitions.
pub fn petitions() -> &'static str {
    "/admin/petitions"
}

/// A petition.
pub fn petition(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}")
}

/// Signatures.
pub fn signatures() -> &'static str {
    "/admin/signatures"
}

/// Running the site.
pub fn site() -> &'static str {
    "/admin/site"
}

/// Settings that take effect while the site runs.
pub fn site_settings() -> &'static str {
    "/admin/site/settings"
}

/// Pages of text.
pub fn site_pages() -> &'static str {
    "/admin/site/pages"
}

/// A new page of text.
pub fn site_page_new() -> &'static str {
    "/admin/site/pages/new"
}

/// A page of text.
pub fn site_page(slug: &str) -> String {
    format!("/admin/site/pages/{slug}")
}

/// Where staff's own text of a page is taken away.
pub fn site_page_remove(slug: &str) -> String {
    format!("/admin/site/pages/{slug}/remove")
}

/// A list that staff keep: departments, topics, tags or reasons.
pub fn site_list(list: &str) -> String {
    format!("/admin/site/{list}")
}

/// A new entry of a list.
pub fn site_list_new(list: &str) -> String {
    format!("/admin/site/{list}/new")
}

/// An entry of a list.
pub fn site_entry(list: &str, key: &str) -> String {
    format!("/admin/site/{list}/{}", encoded(key))
}

/// Where an entry of a list is removed.
pub fn site_entry_remove(list: &str, key: &str) -> String {
    format!("/admin/site/{list}/{}/remove", encoded(key))
}

/// Where an entry of a list is merged into another.
pub fn site_entry_merge(list: &str, key: &str) -> String {
    format!("/admin/site/{list}/{}/merge", encoded(key))
}

/// Where departments are imported.
pub fn site_departments_import() -> &'static str {
    "/admin/site/departments/import"
}

/// Outages.
pub fn site_outages() -> &'static str {
    "/admin/site/outages"
}

/// An outage.
pub fn site_outage(id: &OutageId) -> String {
    format!("/admin/site/outages/{id}")
}

/// Whose personal data end next.
pub fn site_personal_data() -> &'static str {
    "/admin/site/personal-data"
}

/// The current parliament.
pub fn parliament() -> &'static str {
    "/admin/parliament"
}

/// Something that can be done about it.
pub fn parliament_act(act: &str) -> String {
    format!("/admin/parliament/{act}")
}

/// The table of a petition's life.
pub fn life() -> &'static str {
    "/admin/life"
}

/// Where constituencies and countries are imported.
pub fn site_places() -> &'static str {
    "/admin/site/places"
}

/// Networks and mail domains that are blocked or never limited.
pub fn site_protection() -> &'static str {
    "/admin/site/protection"
}

/// Where one of them is taken off the list.
pub fn site_protection_forget() -> &'static str {
    "/admin/site/protection/forget"
}

/// Mail that waits or was given up.
pub fn site_outbox() -> &'static str {
    "/admin/site/outbox"
}

/// Where mail is searched for.
pub fn site_outbox_search() -> &'static str {
    "/admin/site/outbox/search"
}

/// Where all mail is sent again that was given up.
pub fn site_outbox_again() -> &'static str {
    "/admin/site/outbox/again"
}

/// A mail.
pub fn site_mail(number: impl Display) -> String {
    format!("/admin/site/outbox/{number}")
}

/// Where a mail is sent again.
pub fn site_mail_again(number: impl Display) -> String {
    format!("/admin/site/outbox/{number}/again")
}

/// Where a mail is taken out unsent.
pub fn site_mail_discard(number: impl Display) -> String {
    format!("/admin/site/outbox/{number}/discard")
}

/// Where a copy of a mail is asked for.
pub fn site_mail_copy(number: impl Display) -> String {
    format!("/admin/site/outbox/{number}/copy")
}

/// What happens by itself.
pub fn site_jobs() -> &'static str {
    "/admin/site/jobs"
}

/// Where a job is run.
pub fn site_job_run(slug: &str) -> String {
    format!("/admin/site/jobs/{slug}/run")
}

/// Figures by month.
pub fn site_figures() -> &'static str {
    "/admin/site/figures"
}

/// The same as CSV.
pub fn site_figures_csv() -> &'static str {
    "/admin/site/figures.csv"
}

/// Colleagues.
pub fn staff() -> &'static str {
    "/admin/staff"
}

/// Signatures that are looked for: the search, sealed, and before which number.
pub fn signature_search(search: &str, before: Option<i64>) -> String {
    let search = (!search.is_empty()).then(|| format!("search={search}"));
    let before = before.map(|before| format!("before={before}"));
    let query: Vec<String> = search.into_iter().chain(before).collect();
    if query.is_empty() { signatures().to_owned() } else { format!("{}?{}", signatures(), query.join("&")) }
}

/// The signatures of a petition.
pub fn signatures_of(id: &PetitionId) -> String {
    format!("{}?petition={id}", signatures())
}

/// Where what was ticked is sent.
pub fn choose_signatures() -> &'static str {
    "/admin/signatures/choose"
}

/// Where signatures are judged, or erased.
pub fn judge(erase: bool) -> &'static str {
    if erase { "/admin/signatures/erase" } else { "/admin/signatures/judge" }
}

/// The page that asks once more about signatures that were chosen.
pub fn judge_chosen(erase: bool, choice: &str) -> String {
    format!("{}?choice={choice}", judge(erase))
}

/// What looks odd about signatures.
pub fn odd_signatures() -> &'static str {
    "/admin/signatures/odd"
}

/// What looks odd about the signatures of a petition.
pub fn odd_signatures_of(id: &PetitionId) -> String {
    format!("{}?petition={id}", odd_signatures())
}

/// Rules over signatures.
pub fn signature_rules() -> &'static str {
    "/admin/signatures/rules"
}

/// A new rule, with the conditions of a search, which is sealed.
pub fn new_rule(search: &str) -> String {
    if search.is_empty() {
        "/admin/signatures/rules/new".to_owned()
    } else {
        format!("/admin/signatures/rules/new?search={search}")
    }
}

/// A rule.
pub fn signature_rule(id: &i32) -> String {
    format!("{}/{id}", signature_rules())
}

/// What can be done with a rule: `edit`, `count`, `run`, `stop`, `undo`, `delete`.
pub fn signature_rule_act(id: &i32, act: &str) -> String {
    format!("{}/{id}/{act}", signature_rules())
}

/// How the links of invitations begin.
pub const INVITATIONS: &str = "/admin/invitations/";

/// Where somebody accepts an invitation.
pub fn invitation(id: &StaffId, token: &str) -> String {
    format!("{INVITATIONS}{id}?token={token}")
}

/// Where somebody proves once more who they are.
pub fn prove() -> &'static str {
    "/admin/prove"
}

/// The same, to go on to the address that they wanted.
pub fn prove_for(wanted: &str) -> String {
    format!("{}?next={}", prove(), encoded(wanted))
}

/// Signing in with a passkey.
pub fn passkey_sign_in() -> &'static str {
    "/admin/sign-in/passkey"
}

/// What a browser asks a passkey when somebody signs in.
pub fn passkey_question() -> &'static str {
    "/admin/sign-in/passkey/question"
}

/// Where signing in elsewhere begins, to go on to the address that they wanted.
pub fn single_sign_on(wanted: &str) -> String {
    format!("/admin/sign-in/elsewhere?next={}", encoded(wanted))
}

/// Where the provider of single sign-on sends people back to.
pub fn single_sign_on_return() -> &'static str {
    "/admin/sign-in/elsewhere/return"
}

/// One's password.
pub fn own_password() -> &'static str {
    "/admin/account/password"
}

/// One's telephone.
pub fn own_telephone() -> &'static str {
    "/admin/account/telephone"
}

/// One's recovery codes.
pub fn own_recovery_codes() -> &'static str {
    "/admin/account/recovery-codes"
}

/// One's passkeys.
pub fn own_passkeys() -> &'static str {
    "/admin/account/passkeys"
}

/// What a browser asks a passkey that is new.
pub fn new_passkey_question() -> &'static str {
    "/admin/account/passkeys/question"
}

/// Where a passkey is removed.
pub fn remove_passkey(passkey: &i32) -> String {
    format!("/admin/account/passkeys/{passkey}/remove")
}

/// Where one of one's sessions is ended.
pub fn end_own_session(session: &i64) -> String {
    format!("/admin/account/sessions/{session}/end")
}

/// Where all of one's other sessions are ended.
pub fn end_other_sessions() -> &'static str {
    "/admin/account/sessions/end-others"
}

/// Inviting a colleague.
pub fn new_colleague() -> &'static str {
    "/admin/staff/new"
}

/// A colleague.
pub fn colleague(id: &StaffId) -> String {
    format!("/admin/staff/{id}")
}

/// Where something is done to a colleague's account: `role`, `disable`, `enable`, `end-sessions`, `invite`.
pub fn change_colleague(id: &StaffId, what: &str) -> String {
    format!("/admin/staff/{id}/{what}")
}

/// Who may do what.
pub fn roles() -> &'static str {
    "/admin/roles"
}

/// The log of what staff did.
pub fn log() -> &'static str {
    "/admin/log"
}

/// The same as a table; `query` as on the page.
pub fn log_csv(query: &str) -> String {
    if query.is_empty() { "/admin/log.csv".to_owned() } else { format!("/admin/log.csv?{query}") }
}

/// Whether a form that is sent there may have a file.
pub fn takes_files(path: &str) -> bool {
    [site_departments_import(), site_places()].contains(&path)
}

/// The lines of the log about one act, such as `session.refuse`.
pub fn log_of(act: &str) -> String {
    format!("{}?act={}", log(), encoded(act))
}

/// The log about one thing, such as `petition` and `1000001`.
pub fn log_about(subject: &str, id: &str) -> String {
    format!("{}?subject={}&id={}", log(), encoded(subject), encoded(id))
}

/// Staff's lists of petitions as a file for spreadsheets.
pub fn petitions_csv() -> &'static str {
    "/admin/petitions.csv"
}

/// Where petitions are looked for by their creator's address.
pub fn petitions_by_creator() -> &'static str {
    "/admin/petitions/creator"
}

/// One of staff's lists of petitions.
pub fn desk_list(facet: impl std::borrow::Borrow<DeskFacet>) -> String {
    format!("/admin/petitions?state={}", facet.borrow().code())
}

/// What is done with a petition: a decision's code, `text`, `committee-note`, `notes`, `marks`, `presence`; of colleagues'
/// pages `response`, `debate`, `activities`, `mailings`.
pub fn petition_part(id: &PetitionId, part: &str) -> String {
    format!("/admin/petitions/{id}/{part}")
}

/// The government response to a petition.
pub fn response(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/response")
}

/// The same as the public will see it.
pub fn response_preview(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/response/preview")
}

/// Where a response is published.
pub fn response_publish(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/response/publish")
}

/// Where a response is approved.
pub fn response_approve(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/response/approve")
}

/// Where it is taken back that a response publishes itself.
pub fn response_unschedule(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/response/unschedule")
}

/// Where the draft of a response is thrown away.
pub fn response_discard(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/response/discard")
}

/// Where a response is withdrawn.
pub fn response_withdraw(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/response/withdraw")
}

/// The debate about a petition.
pub fn debate(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/debate")
}

/// Where it is noted for when a debate is announced.
pub fn debate_schedule(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/debate/schedule")
}

/// Where that is taken back.
pub fn debate_unschedule(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/debate/unschedule")
}

/// Where it is noted what came of a debate.
pub fn debate_outcome(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/debate/outcome")
}

/// Where that is taken back.
pub fn debate_clear_outcome(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/debate/clear-outcome")
}

/// Other activity about a petition.
pub fn activities(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/activities")
}

/// One of them.
pub fn activity(id: &PetitionId, activity: &i64) -> String {
    format!("/admin/petitions/{id}/activities/{activity}")
}

/// Where it is removed.
pub fn activity_remove(id: &PetitionId, activity: &i64) -> String {
    format!("/admin/petitions/{id}/activities/{activity}/remove")
}

/// What has been mailed to the signers of a petition.
pub fn mailings(id: &PetitionId) -> String {
    format!("/admin/petitions/{id}/mailings")
}

/// How far the mails of weekly news have come.
pub fn site_weekly_news(mailing: &MailingId) -> String {
    format!("/admin/site/weekly-news/{mailing}")
}

/// One of these mailings.
pub fn mailing(id: &PetitionId, mailing: &MailingId) -> String {
    format!("/admin/petitions/{id}/mailings/{mailing}")
}
