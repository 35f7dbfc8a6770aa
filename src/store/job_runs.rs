//! When the jobs of the timetable last ran, in whatever process.

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;

use super::{Db, sql};

/// How a job stands.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRun {
    /// Its name.
    pub job: String,
    /// When it last began.
    pub began_at: Timestamp,
    /// When that ended; `None`: it is running, or its process has died.
    pub ended_at: Option<Timestamp>,
    /// How long it took.
    pub seconds: f64,
    /// How much there was to do.
    pub done: i64,
    /// How often it has run.
    pub runs: i64,
    /// How often it has failed.
    pub failures: i64,
    /// Whether it failed when it last ran.
    pub failing: bool,
    /// When it last failed, and how.
    pub failed: Option<(Timestamp, String)>,
}

/// Notes that a job begins.
///
/// # Errors
/// When the database fails.
pub async fn began(db: &mut Db, job: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into job_runs (job, began_at) values ($1, $2)
         on conflict (job) do update set began_at = excluded.began_at, ended_at = null",
        job,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a job has done.
#[derive(Clone, Debug)]
pub struct Ended<'a> {
    /// Its name.
    pub job: &'a str,
    /// When it last began.
    pub began_at: Timestamp,
    /// When that ended.
    pub ended_at: Timestamp,
    /// How long it took.
    pub seconds: f64,
    /// How much there was to do, since it was last noted.
    pub done: i64,
    /// How often it has run, since it was last noted.
    pub runs: i64,
    /// Why it failed, if it did.
    pub error: Option<&'a str>,
}

/// Notes that a job has ended.
///
/// # Errors
/// When the database fails.
pub async fn ended(db: &mut Db, ended: &Ended<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into job_runs as j (job, began_at, ended_at, seconds, done, runs, failures, failing, failed_at, error)
         values ($1, $2, $3::timestamptz, $4, $5, $6, ($7::text is not null)::int, $7::text is not null,
             case when $7::text is not null then $3::timestamptz end, $7)
         on conflict (job) do update
         set began_at = excluded.began_at, ended_at = excluded.ended_at, seconds = excluded.seconds,
             done = excluded.done, runs = j.runs + excluded.runs, failures = j.failures + excluded.failures,
             failing = excluded.failing,
             failed_at = coalesce(excluded.failed_at, j.failed_at), error = coalesce(excluded.error, j.error)",
        ended.job,
        sql(ended.began_at) as _,
        sql(ended.ended_at) as _,
        ended.seconds,
        ended.done,
        ended.runs,
        ended.error,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How all jobs stand that have ever run.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &mut Db) -> sqlx::Result<Vec<JobRun>> {
    let rows = sqlx::query!(
        "select job, began_at, ended_at, seconds, done, runs, failures, failing, failed_at, error from job_runs order by job"
    )
    .fetch_all(db)
    .await?;
    let runs = rows.into_iter().map(|row| JobRun {
        job: row.job,
        began_at: row.began_at.to_jiff(),
        ended_at: row.ended_at.map(SqlTimestamp::to_jiff),
        seconds: row.seconds,
        done: row.done,
        runs: row.runs,
        failures: row.failures,
        failing: row.failing,
        failed: row.failed_at.map(SqlTimestamp::to_jiff).zip(row.error),
    });
    Ok(runs.collect())
}
