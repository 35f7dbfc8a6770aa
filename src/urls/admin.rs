//! The addresses of the protected area.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::petition::PetitionId;

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
