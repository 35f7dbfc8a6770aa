//! What people have written to those who run the site, until its mail has left.

use jiff::Timestamp;

use super::{Db, sql};

/// Keeps what somebody has written, and puts its mail into the outbox, if it is known where that goes.
///
/// # Errors
/// When the database fails.
pub async fn add(db: &mut Db, sealed: &str, now: Timestamp) -> sqlx::Result<()> {
    // The settings are held, so that whoever sets the address at this moment either sees this or is seen here.
    sqlx::query!(
        "with settings as (
             select feedback_to from site for share
         ), kept as (
             insert into feedback (created_at, sealed) values ($1, $2) returning id
         )
         insert into outbox (kind, feedback_id, created_at, due_at)
         select 'feedback', kept.id, $1, $1 from kept, settings where feedback_to <> ''",
        sql(now) as _,
        sealed
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts a mail into the outbox for all that waits without one; says how many.
///
/// # Errors
/// When the database fails.
pub async fn queue_waiting(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "insert into outbox (kind, feedback_id, created_at, due_at)
         select 'feedback', f.id, $1, $1 from feedback f
         where not exists (select from outbox o where o.feedback_id = f.id)
         order by f.id",
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// How much waits without a mail, since nobody has said whom it goes to.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &mut Db) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from feedback f
           where not exists (select from outbox o where o.feedback_id = f.id)"#
    )
    .fetch_one(db)
    .await
}

/// Erases what came before a moment; says how much.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &mut Db, before: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from feedback where created_at < $1", sql(before) as _).execute(db).await?;
    Ok(done.rows_affected())
}

/// All that is kept: number and encrypted text.
///
/// # Errors
/// When the database fails.
pub async fn sealed(db: &mut Db) -> sqlx::Result<Vec<(i64, String)>> {
    let rows = sqlx::query!("select id, sealed from feedback order by id for update").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.sealed)).collect())
}

/// Writes what was encrypted anew.
///
/// # Errors
/// When the database fails.
pub async fn reseal(db: &mut Db, id: i64, sealed: &str) -> sqlx::Result<()> {
    sqlx::query!("update feedback set sealed = $2 where id = $1", id, sealed).execute(db).await?;
    Ok(())
}
