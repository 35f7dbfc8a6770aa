//! Settings that staff change while the site runs.

use jiff::Timestamp;

use super::Db;

/// Pauses the taking of signatures, or goes on with it. Links in mails that were sent can be confirmed all the same.
///
/// # Errors
/// When the database fails.
pub async fn pause_collection(db: &mut Db, since: Option<Timestamp>) -> sqlx::Result<()> {
    sqlx::query!("update site set collection_paused_at = $1", super::sql_opt(since) as _).execute(db).await?;
    Ok(())
}
