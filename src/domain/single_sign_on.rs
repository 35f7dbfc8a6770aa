//! The provider at which staff may sign in elsewhere (OpenID Connect), as operators set it.

use std::fmt;

/// A provider, and how the site is known there.
#[derive(Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its address, as it stands in what it signs.
    pub issuer: String,
    /// The name under which the site is known there.
    pub client_id: String,
    /// What proves that it is the site that asks.
    pub client_secret: String,
    /// What stands on the button, behind "Sign in with".
    pub name: String,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.issuer).field("name", &self.name).finish_non_exhaustive()
    }
}
