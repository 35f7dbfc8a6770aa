//! Counting the forms that signers have sent and confirmed, for the creators of petitions.

use jiff::Timestamp;
use sqlx::{Connection, PgPool};

use crate::store;

/// Numbers of signatures that are looked at in one transaction.
const AT_ONCE: i64 = 100_000;

/// Counts what has come since the last time; says of how many petitions and days there are recent forms. In transactions
/// of its own: what was counted stays counted if it is broken off.
///
/// # Errors
/// When the database fails.
pub async fn count_forms(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let mut db = pool.acquire().await?;
    loop {
        let mut tx = db.begin().await?;
        let more = store::forms::count_for_good(&mut tx, AT_ONCE, now).await?;
        tx.commit().await?;
        if !more {
            break;
        }
    }
    let mut tx = db.begin().await?;
    let recent = store::forms::count_recent(&mut tx, now).await?;
    tx.commit().await?;
    Ok(recent)
}
