//! Figures about the work of the site, by month of London.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::Date as SqlDate;

use super::{Db, sql};
use crate::domain::{limits, petition::PetitionId};

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
    let until = summed_until(db).await?;
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
           ), signatures as (
               select to_char(month, 'YYYY-MM') as month, sum(added)::bigint as added, sum(removed)::bigint as removed
               from counted_months($2) m
               where not exists (select from petitions p where p.id = m.petition_id and p.source_url is not null)
               group by 1
           )
           select month as "month!", coalesce(d.decided, 0) as "decided!", coalesce(d.in_time, 0) as "in_time!",
               coalesce(s.added, 0) as "added!", coalesce(s.removed, 0) as "removed!"
           from decisions d full join signatures s using (month)"#,
        target.as_secs_f64(),
        until as _
    )
    .fetch_all(db)
    .await?;
    let month = |row| {
        let (decided, in_time, added, removed) = row;
        Month { decided, in_time, added, removed }
    };
    Ok(rows.into_iter().map(|row| (row.month, month((row.decided, row.in_time, row.added, row.removed)))).collect())
}

/// The first month that is not summed yet; `None`: none is.
///
/// # Errors
/// When the database fails.
pub(super) async fn summed_until(db: &mut Db) -> sqlx::Result<Option<SqlDate>> {
    sqlx::query_scalar!(r#"select until as "until: SqlDate" from months_summed"#).fetch_one(db).await
}

/// For how long after its end a month is not summed: whoever counted in its last moment may not be done.
const SETTLING: SignedDuration = SignedDuration::from_hours(24);

/// Sums the months that are over and have not been summed, for each petition, so that nobody has to add up all hours to
/// see the figures; says how many months.
///
/// # Errors
/// When the database fails.
pub async fn sum_months(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    // Whoever is rebuilding a petition at this moment is waited for here: a statement that waits later has seen too little.
    sqlx::query!("select until from months_summed for update").fetch_one(&mut *db).await?;
    let months = sqlx::query_scalar!(
        r#"with ended as (
               select date_trunc('month', $1::timestamptz, 'Europe/London') as at
           ), summed as (
               insert into signature_months (petition_id, month, added, removed)
               select petition_id, date_trunc('month', starts_at at time zone 'Europe/London')::date, sum(added), sum(removed)
               from tally_hours
               where starts_at >= coalesce((select until::timestamp at time zone 'Europe/London' from months_summed), '-infinity')
                   and starts_at < (select at from ended)
               group by 1, 2
               returning month
           ), told as (
               update months_summed set until = (ended.at at time zone 'Europe/London')::date from ended
               where coalesce(until < (ended.at at time zone 'Europe/London')::date, true)
           )
           select count(distinct month) as "months!" from summed"#,
        sql(now - SETTLING) as _
    )
    .fetch_one(db)
    .await?;
    Ok(months.unsigned_abs())
}

/// Sums the months of a petition anew whose hours of the past have changed.
///
/// # Errors
/// When the database fails.
pub async fn sum_months_again(db: &mut Db, id: PetitionId) -> sqlx::Result<()> {
    // Whoever sums the months of all petitions at this moment is waited for here.
    sqlx::query!("select until from months_summed for share").fetch_one(&mut *db).await?;
    sqlx::query!("delete from signature_months where petition_id = $1", id.get()).execute(&mut *db).await?;
    sqlx::query!(
        "insert into signature_months (petition_id, month, added, removed)
         select petition_id, date_trunc('month', starts_at at time zone 'Europe/London')::date, sum(added), sum(removed)
         from tally_hours
         where petition_id = $1 and starts_at < (select until::timestamp at time zone 'Europe/London' from months_summed)
         group by 1, 2",
        id.get()
    )
    .execute(db)
    .await?;
    Ok(())
}
