//! What happens by itself: a timetable of jobs, each safe to run twice and in several processes at once.

pub mod deliver_mail;
mod notes;
pub mod queue_mailings;
pub mod run_rules;

use std::time::Duration;

use jiff::Timestamp;
use sqlx::{Connection, PgConnection};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, MissedTickBehavior},
};

use self::notes::Notes;
use crate::{actions, app::App, domain::limits, store};

/// Something that happens by itself.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// What it does.
    pub name: &'static str,
    /// How often.
    pub every: Duration,
    work: Work,
}

#[derive(Clone, Copy, Debug)]
enum Work {
    ClosePetitions,
    PublishResponses,
    RefreshWords,
    RelatePetitions,
    SumUpPlaces,
    MakeStatistics,
    ForgetMinutes,
    SumMonths,
    ForgetUnconfirmed,
    ErasePersonalData,
    CheckTallies,
    SettleThresholds,
    CountForms,
    RunRules,
    ForgetSignIns,
    KeepEstimates,
}

/// Every job of the site.
pub const TIMETABLE: &[Job] = &[
    Job { name: "close petitions", every: minutes(1), work: Work::ClosePetitions },
    Job { name: "settle thresholds", every: Duration::from_secs(2), work: Work::SettleThresholds },
    Job { name: "publish responses", every: minutes(1), work: Work::PublishResponses },
    Job { name: "refresh words", every: minutes(60), work: Work::RefreshWords },
    Job { name: actions::relate::LOCK, every: Duration::from_secs(2), work: Work::RelatePetitions },
    Job { name: "sum up places", every: minutes(60), work: Work::SumUpPlaces },
    Job { name: "make statistics", every: minutes(limits::STATISTICS_MINUTES), work: Work::MakeStatistics },
    Job { name: "forget minutes", every: minutes(60), work: Work::ForgetMinutes },
    Job { name: "sum months", every: minutes(60), work: Work::SumMonths },
    Job { name: "count forms", every: minutes(5), work: Work::CountForms },
    Job { name: "forget unconfirmed", every: minutes(6 * 60), work: Work::ForgetUnconfirmed },
    Job { name: "erase personal data", every: minutes(6 * 60), work: Work::ErasePersonalData },
    Job { name: "run rules", every: Duration::from_secs(1), work: Work::RunRules },
    Job { name: "forget sign-ins", every: minutes(60), work: Work::ForgetSignIns },
    Job { name: "keep estimates", every: minutes(60), work: Work::KeepEstimates },
    Job { name: "check tallies", every: minutes(24 * 60), work: Work::CheckTallies },
];

const DAILY: Duration = minutes(24 * 60);

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

impl Job {
    /// The job that an address names.
    pub fn with_slug(slug: &str) -> Option<&'static Self> {
        TIMETABLE.iter().find(|job| job.slug() == slug)
    }

    /// Its name in addresses.
    pub fn slug(&self) -> String {
        self.name.replace(' ', "-")
    }

    /// Does the work once, unless another process is at it. Says how much there was to do.
    ///
    /// # Errors
    /// When the database fails; then nothing has changed, and the next time may do better.
    pub async fn run(&self, app: &App, db: &mut PgConnection, now: Timestamp) -> sqlx::Result<u64> {
        Ok(self.try_run(app, db, now).await?.unwrap_or(0))
    }

    /// Does the work once and notes it, whenever it is due. Says how much there was to do; `None`: another process is
    /// at it.
    ///
    /// # Errors
    /// Those of [`Self::run`].
    pub async fn run_now(&self, app: &App) -> sqlx::Result<Option<u64>> {
        self.run_and_note(app, &mut Notes::of(self.name, self.every)).await
    }

    async fn run_and_note(&self, app: &App, notes: &mut Notes) -> sqlx::Result<Option<u64>> {
        let (began_at, began) = (app.clock.now(), Instant::now());
        notes.began(app, began_at).await;
        let outcome = match app.pool.acquire().await {
            Ok(mut db) => self.try_run(app, &mut db, began_at).await,
            Err(error) => Err(error),
        };
        let noted = match &outcome {
            Ok(done) => Ok(done.unwrap_or(0)),
            Err(error) => Err(error),
        };
        notes.ended(app, began_at, began.elapsed(), noted).await;
        outcome
    }

    async fn try_run(&self, app: &App, db: &mut PgConnection, now: Timestamp) -> sqlx::Result<Option<u64>> {
        let mut tx = db.begin().await?;
        if !store::locks::try_take(&mut tx, self.name).await? {
            return Ok(None);
        }
        let done = match self.work {
            Work::ClosePetitions => actions::close_petitions::close_petitions(&mut tx, now).await?.len() as u64,
            Work::PublishResponses => actions::respond::publish_due(&mut tx, now).await?,
            Work::RefreshWords => {
                store::search::refresh_words(&mut tx).await?;
                0
            }
            // In transactions of its own, while this one keeps other processes out.
            Work::RelatePetitions => app.relating.relate(&mut *app.pool.acquire().await?).await?,
            Work::SumUpPlaces => store::places::sum_up(&mut tx).await?,
            Work::MakeStatistics => {
                // Of one moment; what is kept is written by the transaction that keeps other processes out.
                let mut moment = store::snapshot(&app.pool).await?;
                let statistics = store::statistics::make(&mut moment, app.thresholds(), now).await?;
                moment.commit().await?;
                store::statistics::keep(&mut tx, &statistics).await?;
                (statistics.outcomes.published + statistics.outcomes.rejected).unsigned_abs()
            }
            Work::ForgetMinutes => store::tallies::forget_minutes(&mut tx, now).await?,
            Work::SumMonths => store::figures::sum_months(&mut tx, now).await?,
            Work::ForgetUnconfirmed => actions::forget::forget_unconfirmed(&mut tx, app.retention, now).await?,
            Work::ErasePersonalData => actions::forget::erase_personal_data(&mut tx, app.retention, now).await?,
            // A few petitions at a time, in transactions of its own.
            Work::SettleThresholds => actions::configure::settle_thresholds(&app.pool, app.thresholds(), now).await?,
            // In transactions of its own, while this one keeps other processes out.
            Work::CountForms => actions::count_forms::count_forms(&app.pool, now).await?,
            // In transactions of its own, while this one keeps other processes out.
            Work::RunRules => run_rules::run(app, now).await?,
            Work::ForgetSignIns => {
                store::passkeys::forget_challenges(&mut tx, now).await?;
                actions::staff::refused::sum_up(&mut tx, now).await?;
                store::sessions::forget(&mut tx, now).await? + store::sign_in_failures::forget(&mut tx, now).await?
            }
            // One of a day for each petition, a few at a time, in transactions of its own.
            Work::KeepEstimates => actions::estimate::keep_estimates(&app.pool, now).await?,
            Work::CheckTallies => {
                let differences = store::recount::differences(&mut tx).await?;
                app.metrics.tally_differences.set(i64::try_from(differences.len()).unwrap_or(i64::MAX));
                for difference in &differences {
                    tracing::error!(
                        petition.id = %difference.petition,
                        tally = difference.tally,
                        stored = difference.stored,
                        counted = difference.counted,
                        "a tally does not agree with the ledger; `undersigned recount` rebuilds it"
                    );
                }
                differences.len() as u64
            }
        };
        tx.commit().await?;
        Ok(Some(done))
    }
}

/// Delivers mail, queues mailings, and runs every job of the timetable, at once and then in its interval, until told to stop.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mail = tokio::spawn(deliver_mail::run(app.clone(), stop.clone()));
    let mut jobs = JoinSet::new();
    jobs.spawn(queue_mailings::run(app.clone(), stop.clone()));
    for job in TIMETABLE {
        jobs.spawn(repeat(*job, app.clone()));
    }
    let _ = stop.wait_for(|stop| *stop).await;
    jobs.shutdown().await;
    if let Err(error) = mail.await {
        tracing::error!(%error, "delivering mail has failed");
    }
}

async fn repeat(job: Job, app: App) {
    // What looks through everything once a day does not do so just when the site has been started, which may be in need.
    let first = if job.every >= DAILY { minutes(60) } else { Duration::ZERO };
    let mut ticks = tokio::time::interval_at(Instant::now() + first, job.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut notes = Notes::of(job.name, job.every);
    loop {
        ticks.tick().await;
        match job.run_and_note(&app, &mut notes).await {
            Ok(done) => tracing::debug!(job = job.name, done = done.unwrap_or(0), "{} is done", job.name),
            Err(error) => tracing::error!(job = job.name, %error, "{} failed; it is tried again", job.name),
        }
    }
}
