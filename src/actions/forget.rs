//! Personal data end: those of signatures that were never confirmed, and those of petitions that are long over.

use jiff::Timestamp;

use crate::{
    domain::retention::Retention,
    store::{self, Db},
};

/// Removes signatures that nobody has confirmed in time; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_unconfirmed(db: &mut Db, retention: Retention, now: Timestamp) -> sqlx::Result<u64> {
    store::signatures::remove_unconfirmed(db, now - retention.unconfirmed).await
}

/// Erases names, addresses and postcodes of petitions that have been over for long enough; the tallies and the ledger
/// stay. Rules over signatures forget whom they were for after as long, and
/// feedback that nobody was there to read is erased. Says how many signatures that were.
///
/// # Errors
/// When the database fails.
pub async fn erase_personal_data(db: &mut Db, retention: Retention, now: Timestamp) -> sqlx::Result<u64> {
    store::signature_rules::forget_conditions(db, now - retention.closed).await?;
    store::feedback::forget(db, now - retention.closed).await?;
    store::signatures::erase_over(db, now - retention.closed).await
}
