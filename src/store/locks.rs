//! Locks that keep several processes on one database from doing the same thing at once.

use super::Db;

/// Takes a lock until the end of the transaction; `false` if another process has it.
///
/// # Errors
/// When the database fails.
pub async fn try_take(db: &mut Db, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as "taken!""#, name)
        .fetch_one(db)
        .await
}

/// Takes a lock until the end of the transaction, waiting for it.
///
/// # Errors
/// When the database fails.
pub async fn take(db: &mut Db, name: &str) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", name).execute(db).await?;
    Ok(())
}
