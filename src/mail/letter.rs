//! A mail that is ready to go, and why one could not.

use std::fmt;

use lettre::Address;

/// A mail that is ready to go.
#[derive(Clone)]
pub struct Letter {
    /// Whose it is: where answers of mail servers go.
    pub from: Address,
    /// Who gets it.
    pub to: Address,
    /// Headers and body, as they travel.
    pub content: String,
}

/// Nobody's address.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("bytes", &self.content.len()).finish_non_exhaustive()
    }
}

/// Why a letter has not left. The words never hold an address or what a server said in its own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The way is blocked, for this letter as for every other.
    #[error("{0}")]
    Blocked(String),
    /// Not now; later perhaps.
    #[error("{0}")]
    Later(String),
    /// Not now, and not later either.
    #[error("{0}")]
    Never(String),
}
