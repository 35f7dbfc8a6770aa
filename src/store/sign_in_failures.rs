//! Failed tries to sign in, and for how long they make the next ones wait (domain::lock_out).

use jiff::Timestamp;
use sqlx::Connection;

use super::{Db, sql};
use crate::domain::{
    keyring::Keyring,
    lock_out::{Counted, FORGOTTEN_AFTER},
};

/// Notes a try as if it had failed, before it is made, so that many at once are no way around counting. Says until when
/// nothing is tried, if so; then nothing has been noted.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    db: &mut Db,
    keyring: &Keyring,
    counted: &[Counted],
    now: Timestamp,
) -> sqlx::Result<Option<Timestamp>> {
    let mut lines: Vec<_> = counted.iter().map(|counted| (keyring.failure_hash(&counted.key()), counted)).collect();
    // Everybody takes them in the same order, so nobody waits for each other.
    lines.sort_by_key(|(subject, _)| *subject);
    let mut tx = db.begin().await?;
    let mut wait = None;
    let mut failures = Vec::new();
    for (subject, _) in &lines {
        // The line is there and held, whether or not anybody has failed before.
        let row = sqlx::query!(
            r#"insert into sign_in_failures (subject, failures, failed_at) values ($1, 1, $2)
               on conflict (subject) do update set
                   failures = case when sign_in_failures.failed_at < $3 then 1 else sign_in_failures.failures + 1 end
               returning failures, blocked_until"#,
            &subject[..],
            sql(now) as _,
            sql(now - FORGOTTEN_AFTER) as _,
        )
        .fetch_one(&mut *tx)
        .await?;
        let until = row.blocked_until.map(|until| until.to_jiff()).filter(|until| *until > now);
        wait = wait.max(until);
        failures.push(row.failures);
    }
    if wait.is_some() {
        tx.rollback().await?;
        return Ok(wait);
    }
    for ((subject, counted), failures) in lines.iter().zip(failures) {
        sqlx::query!(
            "update sign_in_failures set failed_at = $2, blocked_until = $3 where subject = $1",
            &subject[..],
            sql(now) as _,
            super::sql_opt(counted.blocked_until(failures, now)) as _,
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(None)
}

/// Takes back what [`begin`] has noted of a try that did not fail: of the account and the browser all of it, of the
/// network this one.
///
/// # Errors
/// When the database fails.
pub async fn succeeded(db: &mut Db, keyring: &Keyring, counted: &[Counted]) -> sqlx::Result<()> {
    let mut lines: Vec<_> = counted.iter().map(|counted| (keyring.failure_hash(&counted.key()), counted)).collect();
    lines.sort_by_key(|(subject, _)| *subject);
    for (subject, counted) in lines {
        let one = matches!(counted, Counted::Network(_));
        sqlx::query!(
            "with gone as (delete from sign_in_failures where subject = $1 and (failures = 1 or not $2))
             update sign_in_failures set failures = failures - 1, blocked_until = null
             where subject = $1 and failures > 1 and $2",
            &subject[..],
            one,
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Forgets failures that are old; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from sign_in_failures where failed_at < $1", sql(now - FORGOTTEN_AFTER) as _);
    Ok(done.execute(db).await?.rows_affected())
}
