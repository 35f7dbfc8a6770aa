//! Every address of the site as a function; pages, feeds and redirects use these.

use std::borrow::Borrow;

use crate::domain::{facet::Facet, petition::PetitionId};

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

/// Where a petition is signed.
pub fn sign(id: &PetitionId) -> String {
    format!("/petitions/{id}/signatures/new")
}

/// The page of a petition that is gathering its first supporters.
pub fn gathering_support(id: &PetitionId) -> String {
    format!("/petitions/{id}/gathering-support")
}

/// The page of a petition that is being checked.
pub fn moderation_info(id: &PetitionId) -> String {
    format!("/petitions/{id}/moderation-info")
}

/// How to start a petition.
pub fn start() -> &'static str {
    "/petitions/start"
}

/// How petitions work.
pub fn help() -> &'static str {
    "/help"
}

/// How the estimate is made.
pub fn help_estimates() -> &'static str {
    "/help/estimates"
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
