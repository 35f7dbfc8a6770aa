//! What people write to those who run the site.

use serde::{Deserialize, Serialize};

use super::keyring::{Keyring, Unopened};

/// For what it is encrypted; nothing else opens as this.
const PURPOSE: &str = "feedback";

/// What somebody has written. It says nothing of itself when it is printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// What there is to say.
    pub comment: String,
    /// The title or the address of the petition that it is about; empty: none.
    pub petition: String,
    /// Where an answer can go; empty: nowhere.
    pub email: String,
}

impl Feedback {
    /// Encrypts it.
    pub fn seal(&self, keyring: &Keyring) -> String {
        let text = serde_json::to_string(self).expect("texts can be written as JSON");
        keyring.seal_text(PURPOSE, &text)
    }

    /// Opens what was encrypted.
    ///
    /// # Errors
    /// When no key of the ring fits.
    pub fn open(keyring: &Keyring, sealed: &str) -> Result<Self, Unopened> {
        let text = keyring.open_text(PURPOSE, sealed).ok_or(Unopened)?;
        serde_json::from_str(&text).map_err(|_| Unopened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::keyring::SecretKey;

    #[test]
    fn only_its_own_key_opens_it() {
        let ring = |number| Keyring::new(&[SecretKey::new(number, [number; 32])]).expect("a key");
        let feedback =
            Feedback { comment: "Wörter".into(), petition: "\"1\"".into(), email: "ada@example.org".into() };
        let sealed = feedback.seal(&ring(1));
        assert!(!sealed.contains("ada") && sealed.len() < 200);
        assert!(Feedback::open(&ring(1), &sealed).is_ok_and(|opened| opened == feedback));
        assert!(Feedback::open(&ring(2), &sealed).is_err() && Feedback::open(&ring(1), "").is_err());
    }
}
