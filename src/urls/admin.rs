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
