//! A petition that somebody has saved to go on writing it later.

use std::fmt;

use super::keyring::Keyring;

/// The number of a draft, as in the link of its mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DraftId(pub i64);

impl fmt::Display for DraftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A draft as it is kept: nothing of it can be read without the secret keys. Put beside another number it does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedDraft {
    /// The address to which its link goes.
    pub address: String,
    /// What was typed, in the form's own writing.
    pub answers: String,
}

impl SealedDraft {
    /// Encrypts a draft.
    pub fn seal(keyring: &Keyring, id: DraftId, address: &str, answers: &str) -> Self {
        Self {
            address: keyring.seal_text(&format!("address of draft {id}"), address),
            answers: keyring.seal_text(&format!("draft {id}"), answers),
        }
    }

    /// The address and what was typed; `None`: no key opens them.
    pub fn open(&self, keyring: &Keyring, id: DraftId) -> Option<(String, String)> {
        let answers = keyring.open_text(&format!("draft {id}"), &self.answers)?;
        Some((address(keyring, id, &self.address)?, answers))
    }
}

/// The address of a draft, opened; `None`: no key opens it.
pub fn address(keyring: &Keyring, id: DraftId, sealed: &str) -> Option<String> {
    keyring.open_text(&format!("address of draft {id}"), sealed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::keyring::{KEY_BYTES, SecretKey};

    #[test]
    fn a_draft_opens_where_it_belongs() {
        let ring = Keyring::new(&[SecretKey::new(1, [1; KEY_BYTES])]).expect("a ring");
        let sealed = SealedDraft::seal(&ring, DraftId(7), "ada@example.org", "{}");
        assert_eq!(sealed.open(&ring, DraftId(7)), Some(("ada@example.org".to_owned(), "{}".to_owned())));
        assert_eq!(sealed.open(&ring, DraftId(8)), None);
        let turned = SealedDraft { address: sealed.answers.clone(), answers: sealed.address.clone() };
        assert_eq!(turned.open(&ring, DraftId(7)), None);
        assert!(!format!("{sealed:?}").contains("ada"));
    }
}
