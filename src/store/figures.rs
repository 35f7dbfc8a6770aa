//! Figures about the work of the site, by month of London.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Db, sql};
use crate::domain::limits;

/// What happened in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    /// Petitions about which it was first decided.
    pub decided: i64,
    /// Of those, within the target.
    pub in_time: i64,
    /// Signatures that were counted.
    pub added: i64,
    /// Signatures that were taken out of the count.
    pub removed: i64,
}

/// All months in which something happened to petitions of our own, by their names ("2026-05").
///
/// # Errors
/// When the database fails.
pub async fn by_month(db: &mut Db) -> sqlx::Result<BTreeMap<String, Month>> {
    let target = SignedDuration::from_hours(24 * i64::from(limits::MODERATION_TARGET_DAYS));
    let rows = sqlx::query!(
        r#"with decisions as (
               select to_char(hour at time zone 'Europe/London', 'YYYY-MM') as month, sum(decided)::bigint as decided,
                   sum(in_time)::bigint as in_time
               from (select date_trunc('hour', decided, 'UTC') as hour, count(*) as decided,
                         count(*) filter (where decided - entered <= make_interval(secs => $1)) as in_time
                     from (select least(opened_at, rejected_at, moderated_at) as decided,
                               moderation_threshold_reached_at as entered
                           from petitions where source_url is null and moderation_threshold_reached_at is not null) p
                     where decided is not null
                     group by 1) hours
               group by 1
           ), hours as (
               select starts_at, sum(added) as added, sum(removed) as removed
               from tally_hours h
               where starts_at >= coalesce((select (max(month) + interval '1 month') at time zone 'Europe/London'
                                            from signature_months), '-infinity')
                   and not exists (select from petitions p where p.id = h.petition_id and p.source_url is not null)
               group by starts_at
           ), signatures as (
               select to_char(month, 'YYYY-MM') as month, sum(added)::bigint as added, sum(removed)::bigint as removed
               from (select month, added, removed from signature_months
                     union all
                     select (starts_at at time zone 'Europe/London')::date, added, removed from hours) parts
               group by 1
           )
           select month as "month!", coalesce(d.decided, 0) as "decided!", coalesce(d.in_time, 0) as "in_time!",
               coalesce(s.added, 0) as "added!", coalesce(s.removed, 0) as "removed!"
           from decisions d full join signatures s using (month)"#,
        target.as_secs_f64()
    )
    .fetch_all(db)
    .await?;
    let month = |row| {
        let (decided, in_time, added, removed) = row;
        Month { decided, in_time, added, removed }
    };
    Ok(rows.into_iter().map(|row| (row.month, month((row.decided, row.in_time, row.added, row.removed)))).collect())
}

/// For how long after its end a month is not summed: whoever counted in its last moment may not be done.
const SETTLING: SignedDuration = SignedDuration::from_hours(24);

/// Sums the months that are over and have not been summed, so that nobody has to add up all hours to see the figures;
/// says how many.
///
/// # Errors
/// When the database fails.
pub async fn sum_months(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "insert into signature_months (month, added, removed)
         select date_trunc('month', starts_at at time zone 'Europe/London')::date, sum(added), sum(removed)
         from (select starts_at, sum(added) as added, sum(removed) as removed
               from tally_hours h
               where starts_at >= coalesce((select (max(month) + interval '1 month') at time zone 'Europe/London'
                                            from signature_months), '-infinity')
                   and starts_at < date_trunc('month', $1::timestamptz, 'Europe/London')
                   and not exists (select from petitions p where p.id = h.petition_id and p.source_url is not null)
               group by starts_at) hours
         group by 1",
        sql(now - SETTLING) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets the sums of all months, since hours of the past have changed.
///
/// # Errors
/// When the database fails.
pub async fn forget_months(db: &mut Db) -> sqlx::Result<()> {
    sqlx::query!("delete from signature_months").execute(db).await?;
    Ok(())
}
