//! The estimates of every day are kept, and compared with what came of them when a petition closes.

use jiff::{SignedDuration, Timestamp};
use sqlx::{Acquire, PgPool};

use crate::{
    domain::{
        deadline,
        forecast::{Forecast, LEAST_AGE},
        petition::PetitionId,
        series::Series,
    },
    store::{
        self, Db,
        estimates::{Due, Estimate},
    },
};

/// How many petitions are estimated in one transaction.
const BATCH: i64 = 50;

/// Keeps today's estimate of every open petition that has one and none kept yet, and judges those of petitions that have
/// closed. Says how many were kept or judged. Harmless when repeated.
///
/// # Errors
/// When the database fails; what was done by then stays done.
pub async fn keep_estimates(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let today = deadline::day(now);
    let mut db = pool.acquire().await?;
    let (mut after, mut done) = (0, 0);
    loop {
        let mut tx = db.begin().await?;
        let due = store::estimates::due(&mut tx, now, today, after, BATCH).await?;
        let Some(last) = due.last() else { break };
        after = last.id.get();
        let mut made = Vec::with_capacity(due.len());
        for Due { id, opened_at, closes_at } in due {
            if let Some(series) = store::tallies::series(&mut tx, id, now).await? {
                made.extend(estimate(id, &series, opened_at, closes_at, now));
            }
        }
        done += store::estimates::keep(&mut tx, &made).await?;
        tx.commit().await?;
    }
    let mut tx = db.begin().await?;
    let judged = store::estimates::judge(&mut tx).await?;
    if judged > 0 {
        store::estimates::refresh_record(&mut tx, now).await?;
    }
    tx.commit().await?;
    Ok(done + judged)
}

/// Makes the estimates that the site would have made of a closed petition, one a week; for sample petitions, which
/// nobody estimated while they were open.
///
/// # Errors
/// When the database fails.
pub(super) async fn in_hindsight(
    db: &mut Db,
    petition: PetitionId,
    opened_at: Timestamp,
    closed_at: Timestamp,
    now: Timestamp,
) -> sqlx::Result<()> {
    let Some(series) = store::tallies::series(db, petition, now).await? else { return Ok(()) };
    let weeks = (0..).map_while(|week| {
        let at = opened_at.checked_add(LEAST_AGE + SignedDuration::from_hours(7 * 24 * week)).ok()?;
        (at < closed_at).then_some(at)
    });
    let made: Vec<Estimate> =
        weeks.filter_map(|at| estimate(petition, &series.as_of(at), opened_at, closed_at, at)).collect();
    store::estimates::keep(db, &made).await?;
    Ok(())
}

/// The estimate of a petition as it is kept.
fn estimate(
    petition: PetitionId,
    series: &Series,
    opened_at: Timestamp,
    closes_at: Timestamp,
    now: Timestamp,
) -> Option<Estimate> {
    let forecast = Forecast::new(series, opened_at, closes_at, now)?;
    Some(Estimate {
        petition,
        made_on: deadline::day(now),
        made_at: now,
        made_for: closes_at,
        count: forecast.count(),
        naive: forecast.naive(),
        figures: forecast.exact(),
    })
}
