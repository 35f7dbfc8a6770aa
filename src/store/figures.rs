//! Figures about the work of the site, by month of London.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::Db;
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
               select to_char(decided at time zone 'Europe/London', 'YYYY-MM') as month, count(*) as decided,
                   count(*) filter (where decided - entered <= make_interval(secs => $1)) as in_time
               from (select least(opened_at, rejected_at, moderated_at) as decided,
                         moderation_threshold_reached_at as entered
                     from petitions where source_url is null) as p
               where decided is not null and entered is not null
               group by 1
           ), signatures as (
               select to_char(h.starts_at at time zone 'Europe/London', 'YYYY-MM') as month,
                   sum(h.added)::bigint as added, sum(h.removed)::bigint as removed
               from tally_hours h join petitions p on p.id = h.petition_id
               where p.source_url is null
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
