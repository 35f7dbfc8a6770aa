//! What goes from page to page and nobody may read on the way, or alter: searches with whom they are for, and the
//! signatures that somebody has chosen. Encrypted for one session, and good as long as one can last.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{judging::Judgement, keyring::Keyring, limits, signature::SignatureId, signature_search::Typed},
    urls,
    web::{admin::guard::Staff, error::PageError},
};

/// Where somebody is in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Place {
    /// The search, sealed; empty: everything.
    pub search: String,
    /// Only signatures before this number.
    pub before: Option<i64>,
}

impl Place {
    /// Its address.
    pub fn address(&self) -> String {
        urls::admin::signature_search(&self.search, self.before)
    }
}

/// The signatures of a page, of which some can be ticked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Offered {
    /// Their numbers.
    pub ids: Vec<i64>,
    /// Where they stood.
    pub place: Place,
}

/// Signatures that were chosen, and what is to become of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Choice {
    /// Their numbers.
    pub ids: Vec<i64>,
    /// The word of what is to be done.
    pub act: String,
    /// Where they stood.
    pub place: Place,
}

impl Choice {
    /// The signatures.
    pub fn signatures(&self) -> Vec<SignatureId> {
        self.ids.iter().map(|id| (*id).into()).collect()
    }

    /// What is to be done.
    pub fn judgement(&self) -> Option<Judgement> {
        Judgement::from_code(&self.act)
    }
}

/// What can be sealed, each for its own use.
pub(super) trait Sealable: Serialize + for<'a> Deserialize<'a> {
    /// What it is.
    const USE: &'static str;
}

impl Sealable for Typed {
    const USE: &'static str = "search";
}
impl Sealable for Offered {
    const USE: &'static str = "offer";
}
impl Sealable for Choice {
    const USE: &'static str = "choice";
}

/// Seals something for somebody's session.
pub(super) fn seal<T: Sealable>(
    keyring: &Keyring,
    staff: &Staff,
    what: &T,
    now: Timestamp,
) -> Result<String, PageError> {
    let until = now + SignedDuration::from_hours(limits::SESSION_HOURS);
    Ok(keyring.seal_until(&purpose::<T>(staff), &serde_json::to_string(what)?, until))
}

/// Opens what was sealed for the same session; `None` if it is not that, or too old.
pub(super) fn open<T: Sealable>(keyring: &Keyring, staff: &Staff, sealed: &str, now: Timestamp) -> Option<T> {
    serde_json::from_str(&keyring.open_until(&purpose::<T>(staff), sealed, now)?).ok()
}

fn purpose<T: Sealable>(staff: &Staff) -> String {
    format!("{} of session {}", T::USE, staff.session.id)
}
