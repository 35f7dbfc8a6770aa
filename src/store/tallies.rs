//! The ledger and the tallies that are its sums.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Db, areas::AreaId};
use crate::domain::{
    deadline,
    history::Change,
    petition::PetitionId,
    series::{self, Hour, Minute, Series},
    signature::{LedgerReason, SignatureId},
};

/// For how long minutes are kept: a sliding day, and a day to compare it with.
pub const MINUTES_KEPT: SignedDuration = SignedDuration::from_hours(49);

/// For how long minutes are told to whoever asks: not those that are about to be dropped.
const MINUTES_TOLD: SignedDuration = SignedDuration::from_hours(48);

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
    let put_back = super::removals::put_back(db, id).await?;
    let series = Series::new(head.before_history.unsigned_abs().into(), since, until, hours, minutes)
        .put_back(put_back)
        .fine_since(series::Step::Minute.floor(now - MINUTES_TOLD));
    Ok(Some(if closed_at.is_some() { series.closed() } else { series }))
}

/// What came to all petitions together since yesterday began, by London's clock, without what staff put back. The total
/// is that of those two days.
///
/// # Errors
/// When the database fails.
pub async fn whole_site(db: &mut Db, now: Timestamp) -> sqlx::Result<Series> {
    let same_time = deadline::day_before(now);
    let since = series::Step::Day.floor(same_time);
    let hours: Vec<Hour> = sqlx::query!(
        r#"select starts_at, h.added - coalesce(b.signatures, 0) as "added!", h.removed as "removed!"
           from (select starts_at, sum(added) as added, sum(removed) as removed from tally_hours
                 where starts_at >= $1 and starts_at <= $2 group by starts_at) h
           left join (select date_trunc('hour', starts_at, 'UTC') as starts_at, sum(signatures) as signatures
                      from put_backs where starts_at >= $1 group by 1) b using (starts_at)
           order by starts_at"#,
        super::sql(since),
        super::sql(now)
    )
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .map(|row| Hour {
        starts_at: row.starts_at.to_jiff(),
        added: row.added.try_into().unwrap_or(0),
        removed: row.removed.try_into().unwrap_or(0),
    })
    .collect();
    // The only hour that is compared in part.
    let hour = series::Step::Hour.floor(same_time);
    let minutes: Vec<Minute> = sqlx::query!(
        r#"select starts_at, m.added - coalesce(b.signatures, 0) as "added!", m.removed as "removed!"
           from (select starts_at, sum(added) as added, sum(removed) as removed from tally_minutes
                 where starts_at >= $1 and starts_at < $2 group by starts_at) m
           left join (select starts_at, sum(signatures) as signatures
                      from put_backs where starts_at >= $1 and starts_at < $2 group by starts_at) b using (starts_at)
           order by starts_at"#,
        super::sql(hour),
        super::sql(hour + SignedDuration::from_hours(1))
    )
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .map(|row| Minute {
        starts_at: row.starts_at.to_jiff(),
        added: row.added.try_into().unwrap_or(0),
        removed: row.removed.try_into().unwrap_or(0),
    })
    .collect();
    Ok(Series::new(0, since, now, hours, minutes))
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

/// One signature more or one less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One more.
    Added,
    /// One less.
    Removed,
}

impl Step {
    /// What it adds to a count.
    pub fn by(self) -> i32 {
        match self {
            Self::Added => 1,
            Self::Removed => -1,
        }
    }
}

/// A change of a petition's count by a signature.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Of which petition.
    pub petition: PetitionId,
    /// By which signature.
    pub signature: SignatureId,
    /// Where it counts: a constituency, or a country.
    pub area: AreaId,
    /// One more or one less.
    pub change: Step,
    /// Why.
    pub reason: LedgerReason,
}

/// Takes hold of the totals of petitions until the end of the transaction, in the order of their numbers, and says how
/// they stand. Whoever changes tallies holds the total first: so nobody waits for each other for ever, and a recount
/// sees no half of a change.
///
/// # Errors
/// When the database fails.
pub async fn hold(db: &mut Db, petitions: &[PetitionId]) -> sqlx::Result<BTreeMap<PetitionId, i32>> {
    let rows = sqlx::query!(
        r#"select petition_id, signature_count as "signature_count!" from petition_totals
           where petition_id = any($1) order by petition_id for update"#,
        &petitions.iter().map(|petition| petition.get()).collect::<Vec<_>>()
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.petition_id.into(), row.signature_count)).collect())
}

/// Writes lines into the ledger, and adds them to the hour, the minute, the constituencies and countries that they
/// change, to what the page says of removals, and to the totals, which the caller holds ([`hold`]).
///
/// # Errors
/// When the database fails, or a place would be left with less than nothing.
pub async fn count(db: &mut Db, lines: &[Line], now: Timestamp) -> sqlx::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let petitions: Vec<i32> = lines.iter().map(|line| super::signatures::narrow(line.petition)).collect();
    let signatures: Vec<i64> = lines.iter().map(|line| line.signature.get()).collect();
    let areas: Vec<AreaId> = lines.iter().map(|line| line.area).collect();
    let changes: Vec<i32> = lines.iter().map(|line| line.change.by()).collect();
    let reasons: Vec<LedgerReason> = lines.iter().map(|line| line.reason).collect();
    sqlx::query!(
        "insert into ledger (counted_at, petition_id, signature_id, area_id, change, reason)
         select $1, * from unnest($2::int[], $3::bigint[], $4::int[], $5::int[], $6::ledger_reason[])",
        super::sql(now),
        &petitions,
        &signatures,
        &areas,
        &changes,
        &reasons as _
    )
    .execute(&mut *db)
    .await?;

    let mut times: BTreeMap<i64, (i32, i32)> = BTreeMap::new();
    let mut places: BTreeMap<(i64, AreaId), i32> = BTreeMap::new();
    for line in lines {
        let (added, removed) = times.entry(line.petition.get()).or_default();
        match line.change {
            Step::Added => *added += 1,
            Step::Removed => *removed += 1,
        }
        *places.entry((line.petition.get(), line.area)).or_default() += line.change.by();
    }
    places.retain(|_, change| *change != 0);
    let (petitions, (added, removed)): (Vec<i64>, (Vec<i32>, Vec<i32>)) = times.into_iter().unzip();
    let places: Vec<((i64, AreaId), i32)> = places.into_iter().collect();
    carry(db, &petitions, &added, &removed, &places).await?;
    leave_totals_alone(db, true).await?;
    sqlx::query!(
        "with hours as (
             insert into tally_hours as t (petition_id, starts_at, added, removed)
             select petition_id, date_trunc('hour', $1::timestamptz, 'UTC'), added, removed
             from unnest($2::bigint[], $3::int[], $4::int[]) as i (petition_id, added, removed)
             on conflict (petition_id, starts_at) do update
             set added = t.added + excluded.added, removed = t.removed + excluded.removed
         )
         insert into tally_minutes as t (petition_id, starts_at, added, removed)
         select petition_id, date_trunc('minute', $1::timestamptz, 'UTC'), added, removed
         from unnest($2::bigint[], $3::int[], $4::int[]) as i (petition_id, added, removed)
         on conflict (petition_id, starts_at) do update
         set added = t.added + excluded.added, removed = t.removed + excluded.removed",
        super::sql(now),
        &petitions,
        &added,
        &removed
    )
    .execute(&mut *db)
    .await?;
    let (gains, losses): (Vec<_>, Vec<_>) = places.into_iter().partition(|(_, change)| *change > 0);
    add_to_places(db, &gains).await?;
    take_from_places(db, &losses).await?;
    leave_totals_alone(db, false).await?;
    super::removals::add(db, lines, now).await
}

/// Tells the triggers that what comes has been carried to the totals already, or that it is theirs to carry again.
async fn leave_totals_alone(db: &mut Db, alone: bool) -> sqlx::Result<()> {
    sqlx::query_scalar!("select set_config('undersigned.carried', $1, true)", if alone { "yes" } else { "" })
        .fetch_one(db)
        .await?;
    Ok(())
}

/// Carries to the totals what is about to change in hours and places, in one go; the triggers that do so otherwise are
/// told to leave it. Only called with the very numbers that go into the parts.
async fn carry(
    db: &mut Db,
    petitions: &[i64],
    added: &[i32],
    removed: &[i32],
    places: &[((i64, AreaId), i32)],
) -> sqlx::Result<()> {
    let (located, areas, changes) = columns(places);
    sqlx::query!(
        "with placed as (
             select i.petition_id, sum(i.change) filter (where a.kind = 'constituency') as constituencies,
                 sum(i.change) filter (where a.kind = 'country' and a.code <> 'GB') as other_countries
             from unnest($4::bigint[], $5::int[], $6::int[]) as i (petition_id, area_id, change)
             join areas a on a.id = i.area_id
             group by i.petition_id
         )
         update petition_totals t
         set in_hours = t.in_hours + i.added - i.removed,
             in_constituencies = t.in_constituencies + coalesce(p.constituencies, 0),
             in_other_countries = t.in_other_countries + coalesce(p.other_countries, 0)
         from unnest($1::bigint[], $2::int[], $3::int[]) as i (petition_id, added, removed)
         left join placed p on p.petition_id = i.petition_id
         where t.petition_id = i.petition_id",
        petitions,
        added,
        removed,
        &located,
        &areas,
        &changes
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who signed in a constituency signed in the United Kingdom as well.
async fn add_to_places(db: &mut Db, gains: &[((i64, AreaId), i32)]) -> sqlx::Result<()> {
    if gains.is_empty() {
        return Ok(());
    }
    let (petitions, areas, by) = columns(gains);
    sqlx::query!(
        "insert into tally_constituencies as t (petition_id, area_id, signature_count)
         select i.petition_id, i.area_id, i.change
         from unnest($1::bigint[], $2::int[], $3::int[]) as i (petition_id, area_id, change)
         join areas a on a.id = i.area_id and a.kind = 'constituency'
         order by i.petition_id, i.area_id
         on conflict (petition_id, area_id) do update set signature_count = t.signature_count + excluded.signature_count",
        &petitions,
        &areas,
        &by
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into tally_countries as t (petition_id, area_id, signature_count)
         select i.petition_id, c.id, sum(i.change)
         from unnest($1::bigint[], $2::int[], $3::int[]) as i (petition_id, area_id, change)
         join areas a on a.id = i.area_id
         join areas c on c.kind = 'country' and c.code = case a.kind when 'constituency' then 'GB' else a.code end
         group by 1, 2 order by 1, 2
         on conflict (petition_id, area_id) do update set signature_count = t.signature_count + excluded.signature_count",
        &petitions,
        &areas,
        &by
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The rows are there: something was added to them before. By itself, since a row that is proposed for an insert must
/// not be below zero, even if it only changes one that is there.
async fn take_from_places(db: &mut Db, losses: &[((i64, AreaId), i32)]) -> sqlx::Result<()> {
    if losses.is_empty() {
        return Ok(());
    }
    let (petitions, areas, by) = columns(losses);
    sqlx::query!(
        "update tally_constituencies t set signature_count = t.signature_count + i.change
         from unnest($1::bigint[], $2::int[], $3::int[]) as i (petition_id, area_id, change)
         where t.petition_id = i.petition_id and t.area_id = i.area_id",
        &petitions,
        &areas,
        &by
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update tally_countries t set signature_count = t.signature_count + i.change
         from (select i.petition_id, c.id as area_id, sum(i.change) as change
               from unnest($1::bigint[], $2::int[], $3::int[]) as i (petition_id, area_id, change)
               join areas a on a.id = i.area_id
               join areas c on c.kind = 'country' and c.code = case a.kind when 'constituency' then 'GB' else a.code end
               group by 1, 2) i
         where t.petition_id = i.petition_id and t.area_id = i.area_id",
        &petitions,
        &areas,
        &by
    )
    .execute(db)
    .await?;
    Ok(())
}

fn columns(places: &[((i64, AreaId), i32)]) -> (Vec<i64>, Vec<AreaId>, Vec<i32>) {
    let (places, by): (Vec<_>, Vec<_>) = places.iter().copied().unzip();
    let (petitions, areas) = places.into_iter().unzip();
    (petitions, areas, by)
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
