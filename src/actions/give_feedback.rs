//! Somebody writes to those who run the site.

use jiff::Timestamp;
use sqlx::Connection;

use crate::{
    domain::{feedback::Feedback, keyring::Keyring},
    store::{self, Db},
};

/// Keeps what was written, encrypted, until its mail has left.
///
/// # Errors
/// When the database fails; then nothing is kept.
pub async fn give_feedback(db: &mut Db, keyring: &Keyring, feedback: &Feedback, now: Timestamp) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    store::feedback::add(&mut tx, &feedback.seal(keyring), now).await?;
    tx.commit().await
}
