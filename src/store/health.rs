//! Whether the database is there and as the program expects it.

use super::Db;

/// What the database says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// It can be written to.
    pub writable: bool,
    /// Every step of [`super::MIGRATOR`] has been applied.
    pub migrated: bool,
    /// No petition has been put into it yet.
    pub empty: bool,
}

/// Asks the database how it is.
///
/// # Errors
/// When the database fails.
pub async fn check(db: &mut Db) -> sqlx::Result<Health> {
    let row = sqlx::query!(
        r#"select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as "writable!",
               (select max(version) from _sqlx_migrations where success) as newest,
               not exists (select from petitions) as "empty!""#
    )
    .fetch_one(db)
    .await?;
    let expected = super::MIGRATOR.iter().map(|step| step.version).max();
    Ok(Health { writable: row.writable, migrated: row.newest == expected, empty: row.empty })
}
