//! Signing and confirming as the pages use them: handed in by one, done for all who are there.

use jiff::Timestamp;
use sqlx::PgPool;
use tokio::sync::Notify;

use super::{
    confirm_signature::{Confirm, Confirmation, Confirmed},
    live_settings::Live,
    openings::Openings,
    sign::{NewSignature, Sign, Signed},
    together::{NotDone, Together},
};
use crate::domain::{keyring::Keyring, signature::SignatureId};

/// Where signatures are handed in and confirmed.
pub struct Signing {
    keyring: Keyring,
    sign: Together<Sign>,
    confirm: Together<Confirm>,
    /// Where it is noted that a page for supporters was opened.
    pub openings: Openings,
    /// Told when a mail was put into the outbox.
    pub mail_queued: Notify,
}

impl Signing {
    /// Begins to work.
    pub fn start(pool: &PgPool, keyring: Keyring, live: Live) -> Self {
        let sign = Together::start(pool.clone(), Sign);
        let confirm = Together::start(pool.clone(), Confirm { live });
        Self { keyring, sign, confirm, openings: Openings::new(pool.clone()), mail_queued: Notify::new() }
    }

    /// Signs: when this returns, the signature and its mail are in the database.
    ///
    /// # Errors
    /// When there is too much to do, and when the database fails.
    pub async fn sign(&self, new: &NewSignature, now: Timestamp) -> Result<Signed, NotDone> {
        let signed = self.sign.run(new.ready(&self.keyring, now)).await?;
        self.mail_queued.notify_one();
        Ok(signed)
    }

    /// Confirms: when this returns, the signature is counted.
    ///
    /// # Errors
    /// When there is too much to do, and when the database fails.
    pub async fn confirm(&self, signature: SignatureId, now: Timestamp) -> Result<Confirmed, NotDone> {
        self.confirm.run(Confirmation { signature, now }).await
    }
}
