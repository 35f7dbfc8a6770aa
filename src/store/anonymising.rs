//! Personal data of petitions that have been over for long enough: which those are, and their end.

use jiff::Timestamp;

use super::{Db, signatures::narrow, sql};
use crate::domain::petition::{PetitionId, PetitionState};

/// A petition that has been over for long enough, and is to lose the personal data of its signers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its number.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// Its state.
    pub state: PetitionState,
    /// Since when it is over.
    pub over_since: Timestamp,
    /// How many signatures have personal data.
    pub signatures: i64,
    /// Why they are kept all the same; `None`: they end.
    pub kept: Option<String>,
}

/// Petitions that have been over since a moment and whose personal data have not ended, those that are kept among them; the
/// longest over first. Counts their signatures.
///
/// # Errors
/// When the database fails.
pub async fn due(db: &mut Db, since: Timestamp) -> sqlx::Result<Vec<Due>> {
    let rows = sqlx::query!(
        r#"select p.id, p.action, p.state, coalesce(p.removed_at, p.closed_at, p.rejected_at, p.withdrawn_at, p.stopped_at) as "over_since!",
               p.keep_data_reason,
               (select count(*) from signatures s where s.petition_id = p.id and s.contact <> '') as "signatures!"
           from petitions p
           where p.state in ('closed', 'rejected', 'hidden', 'stopped', 'removed')
               and coalesce(p.removed_at, p.closed_at, p.rejected_at, p.withdrawn_at, p.stopped_at) < $1
               and (p.erased_at is null or p.erased_at < coalesce(p.removed_at, p.closed_at, p.rejected_at, p.withdrawn_at, p.stopped_at))
           order by 4, p.id"#,
        sql(since) as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Due {
            id: row.id.into(),
            action: row.action,
            state: row.state,
            over_since: row.over_since.to_jiff(),
            signatures: row.signatures,
            kept: row.keep_data_reason,
        })
        .collect())
}

/// The numbers of petitions that are due and not kept, after one: `most` of them, in their order.
///
/// # Errors
/// When the database fails.
pub async fn numbers_due(db: &mut Db, since: Timestamp, after: i64, most: i64) -> sqlx::Result<Vec<PetitionId>> {
    let ids = sqlx::query_scalar!(
        "select p.id from petitions p
         where p.state in ('closed', 'rejected', 'hidden', 'stopped', 'removed') and p.keep_data_reason is null
             and coalesce(p.removed_at, p.closed_at, p.rejected_at, p.withdrawn_at, p.stopped_at) < $1
             and (p.erased_at is null or p.erased_at < coalesce(p.removed_at, p.closed_at, p.rejected_at, p.withdrawn_at, p.stopped_at))
             and p.id > $2
         order by p.id limit $3",
        sql(since) as _,
        after,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Holds a petition until the end of the transaction if it is still due and not kept; says whether.
///
/// # Errors
/// When the database fails.
pub async fn hold(db: &mut Db, id: PetitionId, since: Timestamp) -> sqlx::Result<bool> {
    let held = sqlx::query_scalar!(
        "select id from petitions
         where id = $1 and state in ('closed', 'rejected', 'hidden', 'stopped', 'removed') and keep_data_reason is null
             and coalesce(removed_at, closed_at, rejected_at, withdrawn_at, stopped_at) < $2
         for no key update",
        id.get(),
        sql(since) as _
    )
    .fetch_optional(db)
    .await?;
    Ok(held.is_some())
}

/// Erases the personal data of some signatures on a petition, `most` of them; says of how many. The place, the times and the
/// state are left, and with them every number.
///
/// # Errors
/// When the database fails.
pub async fn erase_some(db: &mut Db, id: PetitionId, most: i64) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update signatures set name = '', contact = '', email_hash = null, postcode_hash = 0, signed_from = null,
             wants_updates = false
         where id in (select id from signatures where petition_id = $1 and contact <> '' limit $2)",
        narrow(id),
        most
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Notes that the personal data of a petition have ended, and forgets whose mail about it was unwanted.
///
/// # Errors
/// When the database fails.
pub async fn erased(db: &mut Db, id: PetitionId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("delete from unwanted_mail where petition_id = $1", narrow(id)).execute(&mut *db).await?;
    sqlx::query!("update petitions set erased_at = $2 where id = $1", id.get(), sql(now) as _).execute(db).await?;
    Ok(())
}

/// Why the personal data of a petition are kept, and when they have ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keeping {
    /// Why they are kept; `None`: they end when their time has come.
    pub reason: Option<String>,
    /// When they ended.
    pub erased_at: Option<Timestamp>,
}

/// How the personal data of a petition stand; `None` if there is no such petition. Somebody who changes that holds it until
/// the end of the transaction.
///
/// # Errors
/// When the database fails.
pub async fn keeping(db: &mut Db, id: PetitionId, hold: bool) -> sqlx::Result<Option<Keeping>> {
    if hold {
        sqlx::query_scalar!("select id from petitions where id = $1 for no key update", id.get())
            .fetch_optional(&mut *db)
            .await?;
    }
    let row = sqlx::query!("select keep_data_reason, erased_at from petitions where id = $1", id.get())
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| Keeping {
        reason: row.keep_data_reason,
        erased_at: row.erased_at.map(jiff_sqlx::Timestamp::to_jiff),
    }))
}

/// Keeps the personal data of a petition for a reason, or lets them end.
///
/// # Errors
/// When the database fails.
pub async fn keep(db: &mut Db, id: PetitionId, reason: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!("update petitions set keep_data_reason = $2 where id = $1", id.get(), reason).execute(db).await?;
    Ok(())
}
