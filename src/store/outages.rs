//! Outages, and the days by which petitions are open for longer.

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;

use super::{Db, sql};
use crate::domain::{
    outage::{Extension, Outage, OutageId},
    petition::PetitionId,
    staff::StaffId,
};

/// An outage begins.
///
/// # Errors
/// When the database fails.
pub async fn begin(db: &mut Db, began_at: Timestamp, reason: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into outages (began_at, reason) values ($1, $2) on conflict do nothing",
        sql(began_at) as _,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The outage that is going on ends; one that took no time never was. Says which.
///
/// # Errors
/// When the database fails.
pub async fn end(db: &mut Db, ended_at: Timestamp) -> sqlx::Result<Option<OutageId>> {
    sqlx::query!("delete from outages where ended_at is null and began_at >= $1", sql(ended_at) as _)
        .execute(&mut *db)
        .await?;
    let id =
        sqlx::query_scalar!("update outages set ended_at = $1 where ended_at is null returning id", sql(ended_at) as _)
            .fetch_optional(db)
            .await?;
    Ok(id.map(OutageId))
}

/// Notes an outage of the past; gives its number. `None`: another one was at that time.
///
/// # Errors
/// When the database fails.
pub async fn note(
    db: &mut Db,
    began_at: Timestamp,
    ended_at: Timestamp,
    reason: &str,
) -> sqlx::Result<Option<OutageId>> {
    let id = sqlx::query_scalar!(
        "insert into outages (began_at, ended_at, reason)
         select $1, $2, $3
         where not exists (select from outages o where o.began_at < $2 and coalesce(o.ended_at, 'infinity') > $1)
         returning id",
        sql(began_at) as _,
        sql(ended_at) as _,
        reason
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(OutageId))
}

/// All outages, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &mut Db) -> sqlx::Result<Vec<Outage>> {
    let rows = sqlx::query!("select id, began_at, ended_at, reason, settled_at from outages order by began_at desc")
        .fetch_all(db)
        .await?;
    let outages = rows.into_iter().map(|row| Outage {
        id: OutageId(row.id),
        began_at: row.began_at.to_jiff(),
        ended_at: row.ended_at.map(SqlTimestamp::to_jiff),
        reason: row.reason,
        settled_at: row.settled_at.map(SqlTimestamp::to_jiff),
    });
    Ok(outages.collect())
}

/// Sets what the public is told of an outage, unless it is not told that any more which the change was made from. Says
/// whether it was done.
///
/// # Errors
/// When the database fails.
pub async fn describe(db: &mut Db, id: OutageId, before: &str, after: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("update outages set reason = $3 where id = $1 and reason = $2", id.0, before, after)
        .execute(&mut *db)
        .await?;
    if done.rows_affected() > 0 {
        // The words stand on the pages of all that it touched.
        sqlx::query!(
            "update petitions p set updated_at = p.updated_at from extensions e
             where e.outage_id = $1 and p.id = e.petition_id",
            id.0
        )
        .execute(db)
        .await?;
    }
    Ok(done.rows_affected() > 0)
}

/// Outages that have ended, and of which some petition may not have had its days; the first first.
///
/// # Errors
/// When the database fails.
pub async fn unsettled(db: &mut Db) -> sqlx::Result<Vec<Outage>> {
    let mut outages = all(db).await?;
    outages.retain(|outage| outage.ended_at.is_some() && outage.settled_at.is_none());
    outages.reverse();
    Ok(outages)
}

/// A petition that has not had its days for an outage.
#[derive(Clone, Debug)]
pub struct Untouched {
    /// Its number.
    pub petition: PetitionId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The outages for which it had its days.
    pub made_good: Vec<OutageId>,
}

/// Petitions that were open in an outage that has ended, are open still, and have not had their days for it: `most` of
/// them, with when they were opened, and the outages for which they had days. They are held until the end of the
/// transaction.
///
/// # Errors
/// When the database fails.
pub async fn untouched(db: &mut Db, outage: &Outage, most: i64) -> sqlx::Result<Vec<Untouched>> {
    let rows = sqlx::query!(
        r#"select p.id, p.opened_at as "opened_at!",
               array(select e.outage_id from extensions e where e.petition_id = p.id and e.outage_id is not null)
                   as "made_good!"
           from petitions p
           where p.state = 'open' and p.source_url is null and p.opened_at < $3
               and coalesce(p.own_closes_at, p.closes_at) >= $2
               and not exists (select from extensions e where e.petition_id = p.id and e.outage_id = $1)
           order by p.id limit $4 for update of p"#,
        outage.id.0,
        sql(outage.began_at) as _,
        super::sql_opt(outage.ended_at) as _,
        most
    )
    .fetch_all(db)
    .await?;
    let untouched = rows.into_iter().map(|row| Untouched {
        petition: row.id.into(),
        opened_at: row.opened_at.to_jiff(),
        made_good: row.made_good.into_iter().map(OutageId).collect(),
    });
    Ok(untouched.collect())
}

/// Days more for petitions that are open.
#[derive(Clone, Debug)]
pub struct Days<'a> {
    /// For which outage; `None`: staff have decided it.
    pub outage: Option<OutageId>,
    /// What the public is told of it; empty for an outage.
    pub reason: &'a str,
    /// Who has decided it.
    pub by: Option<StaffId>,
    /// Which petitions, and how many days each.
    pub petitions: &'a [(PetitionId, u32)],
}

/// Moves deadlines, by London's clock; a parliament's end stays the end of its petitions. Whoever had days for the same
/// outage before gets none, and for an outage it may be none at all. Says how many were moved.
///
/// # Errors
/// When the database fails.
pub async fn extend(db: &mut Db, days: &Days<'_>, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with given as (
             insert into extensions (petition_id, outage_id, days, made_at, made_by, reason)
             select i.id, $3, i.days, $4, $5, $6 from unnest($1::bigint[], $2::smallint[]) as i (id, days)
             on conflict (petition_id, outage_id) do nothing
             returning petition_id, days
         ), moved as (
             select p.id, l.dissolution_at, (coalesce(p.own_closes_at, p.closes_at) at time zone 'Europe/London'
                     + g.days * interval '1 day') at time zone 'Europe/London' as own
             from given g join petitions p on p.id = g.petition_id and g.days > 0
             join parliaments l on l.id = p.parliament_id
         )
         update petitions p
         set closes_at = least(m.own, m.dissolution_at),
             own_closes_at = case when m.own > m.dissolution_at then m.own end, updated_at = $4
         from moved m where p.id = m.id",
        &days.petitions.iter().map(|(id, _)| id.get()).collect::<Vec<_>>(),
        &days.petitions.iter().map(|(_, days)| i16::try_from(*days).unwrap_or(i16::MAX)).collect::<Vec<_>>(),
        days.outage.map(|outage| outage.0),
        sql(now) as _,
        days.by.map(|by| by.0),
        days.reason
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Notes that every petition had its days for an outage.
///
/// # Errors
/// When the database fails.
pub async fn settled(db: &mut Db, id: OutageId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update outages set settled_at = $2 where id = $1 and settled_at is null", id.0, sql(now) as _)
        .execute(db)
        .await?;
    Ok(())
}

/// By how much the deadline of a petition was moved, and why; the first first. Of one that lies in an outage which is being
/// made good, nothing is known yet.
///
/// # Errors
/// When the database fails.
pub async fn of_petition(db: &mut Db, petition: PetitionId) -> sqlx::Result<Vec<Extension>> {
    let rows = sqlx::query!(
        r#"select e.days, e.made_at, coalesce(o.reason, e.reason) as "reason!", e.outage_id
           from extensions e left join outages o on o.id = e.outage_id
           where e.petition_id = $1 and e.days > 0 order by e.made_at, e.id"#,
        petition.get()
    )
    .fetch_all(db)
    .await?;
    let extensions = rows.into_iter().map(|row| Extension {
        days: u32::try_from(row.days).unwrap_or(0),
        made_at: row.made_at.to_jiff(),
        reason: row.reason,
        outage: row.outage_id.map(OutageId),
    });
    Ok(extensions.collect())
}

/// How many open petitions would get days for an outage between these moments, and how many that were open then have closed
/// since, and get none.
///
/// # Errors
/// When the database fails.
pub async fn would_touch(db: &mut Db, began_at: Timestamp, ended_at: Timestamp) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) filter (where state = 'open') as "open!", count(*) filter (where state = 'closed') as "closed!"
           from petitions
           where state in ('open', 'closed') and source_url is null and opened_at < $2
               and coalesce(closed_at, own_closes_at, closes_at) >= $1"#,
        sql(began_at) as _,
        sql(ended_at) as _
    )
    .fetch_one(db)
    .await?;
    Ok((row.open, row.closed))
}
