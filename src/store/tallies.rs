//! The ledger and the tallies that are its sums.

use jiff::{SignedDuration, Timestamp};

use super::Db;
use crate::domain::{
    history::Change,
    petition::PetitionId,
    series::{Hour, Minute, Series},
};

/// For how long minutes are kept: a sliding day, and a day to compare it with.
pub const MINUTES_KEPT: SignedDuration = SignedDuration::from_hours(49);

/// The history of a petition's count up to `until`; `None` if there is no such petition.
///
/// # Errors
/// When the database fails.
pub async fn series(db: &mut Db, id: PetitionId, now: Timestamp) -> sqlx::Result<Option<Series>> {
    let Some(head) = sqlx::query!(
        "select t.before_history, t.history_since, p.created_at, p.opened_at, p.closed_at,
             (select max(r.read_at) from readings r where r.petition_id = p.id and p.source_url is not null) as counted_at
         from petition_totals t join petitions p on p.id = t.petition_id where p.id = $1",
        id.get()
    )
    .fetch_optional(&mut *db)
    .await?
    else {
        return Ok(None);
    };
    let hours: Vec<Hour> = sqlx::query!(
        "select starts_at, added, removed from tally_hours where petition_id = $1 order by starts_at",
        id.get()
    )
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .map(|row| Hour {
        starts_at: row.starts_at.to_jiff(),
        added: row.added.unsigned_abs(),
        removed: row.removed.unsigned_abs(),
    })
    .collect();
    let minutes: Vec<Minute> = sqlx::query!(
        "select starts_at, added, removed from tally_minutes
         where petition_id = $1 and starts_at >= $2 order by starts_at",
        id.get(),
        super::sql(now - MINUTES_KEPT)
    )
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .map(|row| Minute {
        starts_at: row.starts_at.to_jiff(),
        added: row.added.unsigned_abs(),
        removed: row.removed.unsigned_abs(),
    })
    .collect();

    // What supporters signed before the petition opened is not part of how it grew.
    let known_since = head.history_since.map_or(head.created_at.to_jiff(), |since| since.to_jiff());
    let since = head.opened_at.map_or(known_since, |opened| known_since.max(opened.to_jiff()));
    let closed_at: Option<Timestamp> = head.closed_at.map(Into::into);
    // A closed petition's history ends when it closed, or with the last correction after that; an imported
    // petition's with the moment of which its count is; any other's now.
    let last_change = hours.last().map(|hour| hour.starts_at + SignedDuration::from_hours(1));
    let until = match (closed_at, head.counted_at) {
        (Some(closed), _) => last_change.map_or(closed, |change| change.max(closed)),
        (None, Some(counted)) => counted.to_jiff(),
        (None, None) => now,
    }
    .max(since);
    let series = Series::new(head.before_history.unsigned_abs().into(), since, until, hours, minutes);
    Ok(Some(if closed_at.is_some() { series.closed() } else { series }))
}

/// What is known of an imported petition's history: by hour, and before it begins.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Signatures before the history begins.
    pub before: i64,
    /// Net change of each hour that has one, in order.
    pub hours: Vec<(Timestamp, i64)>,
}

/// What the ledger says of a petition.
///
/// # Errors
/// When the database fails.
pub async fn recorded(db: &mut Db, id: PetitionId) -> sqlx::Result<Recorded> {
    let rows = sqlx::query!(
        r#"select date_trunc('hour', counted_at, 'UTC') as hour, sum(change) as "net!"
           from ledger where petition_id = $1::bigint group by 1 order by 1"#,
        id.get()
    )
    .fetch_all(db)
    .await?;
    let mut recorded = Recorded::default();
    for row in rows {
        match row.hour {
            Some(hour) => recorded.hours.push((hour.to_jiff(), row.net)),
            None => recorded.before = row.net,
        }
    }
    Ok(recorded)
}

/// Adds imported lines to the ledger and to the tallies that they change.
///
/// `before` changes the number of signatures from before the history, which begins at `since`. Minutes are kept for
/// changes after `now` less [`MINUTES_KEPT`].
///
/// # Errors
/// When the database fails, or an hour would be left with less than nothing.
pub async fn import(
    db: &mut Db,
    id: PetitionId,
    before: i32,
    since: Timestamp,
    changes: &[Change],
    now: Timestamp,
) -> sqlx::Result<()> {
    if before != 0 {
        sqlx::query!(
            "insert into ledger (petition_id, change, reason) values ($1::bigint, $2, 'imported')",
            id.get(),
            before
        )
        .execute(&mut *db)
        .await?;
    }
    let at: Vec<jiff_sqlx::Timestamp> = changes.iter().map(|change| super::sql(change.at)).collect();
    let by: Vec<i32> = changes.iter().map(|change| change.by).collect();
    sqlx::query!(
        "insert into ledger (petition_id, counted_at, change, reason)
         select $1::bigint, at, by, 'imported' from unnest($2::timestamptz[], $3::int[]) as l (at, by)",
        id.get(),
        &at as _,
        &by
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into tally_minutes (petition_id, starts_at, added, removed)
         select $1, date_trunc('minute', at, 'UTC'), coalesce(sum(by) filter (where by > 0), 0),
             coalesce(-sum(by) filter (where by < 0), 0)
         from unnest($2::timestamptz[], $3::int[]) as l (at, by) where at >= $4
         group by 2
         on conflict (petition_id, starts_at) do update
         set added = tally_minutes.added + excluded.added, removed = tally_minutes.removed + excluded.removed",
        id.get(),
        &at as _,
        &by,
        super::sql(now - MINUTES_KEPT)
    )
    .execute(&mut *db)
    .await?;
    // Whichever of the two grows goes first, so that the total is never below zero in between.
    if before < 0 {
        super::recount::hours(db, id).await?;
    }
    sqlx::query!(
        "update petition_totals set before_history = before_history + $2, history_since = $3 where petition_id = $1",
        id.get(),
        before,
        super::sql(since)
    )
    .execute(&mut *db)
    .await?;
    if before >= 0 {
        super::recount::hours(db, id).await?;
    }
    Ok(())
}

/// Drops minutes that no window needs any more; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_minutes(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from tally_minutes where starts_at < $1", super::sql(now - MINUTES_KEPT))
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}
