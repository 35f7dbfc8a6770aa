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
    /// What it is called.
    pub name: &'static str,
    /// What it does, for those who run the site.
    pub about: &'static str,
    /// How often.
    pub every: Duration,
    work: Work,
}

#[derive(Clone, Copy, Debug)]
enum Work {
    ClosePetitions,
    SettleDeadlines,
    TellClosingDates,
    PublishResponses,
    RefreshWords,
    RelatePetitions,
    SumUpPlaces,
    MakeStatistics,
    ForgetMinutes,
    SumMonths,
    ForgetUnconfirmed,
    ForgetDrafts,
    ErasePersonalData,
    CheckTallies,
    SettleThresholds,
    CountForms,
    RunRules,
    ForgetSignIns,
    KeepEstimates,
    TellFollowers,
    SendWeeklyNews,
}

/// Every job of the site.
pub const TIMETABLE: &[Job] = &[
    Job {
        name: "close petitions",
        about: "Closes petitions whose deadline has passed, at that deadline, and tells their creators. When Parliament is \
                dissolved, closes what is open and stops what is not published.",
        every: minutes(1),
        work: Work::ClosePetitions,
    },
    Job {
        name: "settle deadlines",
        about: "Moves deadlines after an outage, and to the end of a parliament that has been announced.",
        every: Duration::from_secs(10),
        work: Work::SettleDeadlines,
    },
    Job {
        name: "tell closing dates",
        about: "Queues the mails that tell everybody once that petitions close earlier.",
        every: Duration::from_secs(5),
        work: Work::TellClosingDates,
    },
    Job {
        name: "settle thresholds",
        about: "Brings petitions up with thresholds that staff have changed.",
        every: Duration::from_secs(2),
        work: Work::SettleThresholds,
    },
    Job {
        name: "publish responses",
        about: "Publishes government responses whose set time has come, and begins their mailings.",
        every: minutes(1),
        work: Work::PublishResponses,
    },
    Job {
        name: "refresh words",
        about: "Learns new words for the search, with which typing mistakes are understood.",
        every: minutes(60),
        work: Work::RefreshWords,
    },
    Job {
        name: actions::relate::LOCK,
        about: "Finds related petitions anew when one is published, changed or closed.",
        every: Duration::from_secs(2),
        work: Work::RelatePetitions,
    },
    Job {
        name: "sum up places",
        about: "Sums up what each constituency usually signs, with which petitions are compared.",
        every: minutes(60),
        work: Work::SumUpPlaces,
    },
    Job {
        name: "make statistics",
        about: "Makes the public statistics anew.",
        every: minutes(limits::STATISTICS_MINUTES),
        work: Work::MakeStatistics,
    },
    Job {
        name: "forget minutes",
        about: "Drops counts by minute that are older than the windows that need them; the hours stay.",
        every: minutes(60),
        work: Work::ForgetMinutes,
    },
    Job {
        name: "sum months",
        about: "Sums up the signatures of finished months for staff’s figures.",
        every: minutes(60),
        work: Work::SumMonths,
    },
    Job {
        name: "count forms",
        about: "Counts forms for signing and how many of them are confirmed, for the pages of creators.",
        every: minutes(5),
        work: Work::CountForms,
    },
    Job {
        name: "forget unconfirmed",
        about: "Removes signatures, petitions and followings that nobody has confirmed in time.",
        every: minutes(6 * 60),
        work: Work::ForgetUnconfirmed,
    },
    Job {
        name: "forget drafts",
        about: "Removes drafts of petitions that nobody has gone on with.",
        every: minutes(6 * 60),
        work: Work::ForgetDrafts,
    },
    Job {
        name: "erase personal data",
        about: "Erases names, addresses and postcodes of petitions that have been over for long enough, unless staff have said \
                that they are kept. Numbers and places stay.",
        every: minutes(6 * 60),
        work: Work::ErasePersonalData,
    },
    Job {
        name: "run rules",
        about: "Goes on with rules over signatures that staff have started.",
        every: Duration::from_secs(1),
        work: Work::RunRules,
    },
    Job {
        name: "forget sign-ins",
        about: "Drops ended sessions of staff and refused tries to sign in, and sums the tries up in the log.",
        every: minutes(60),
        work: Work::ForgetSignIns,
    },
    Job {
        name: "keep estimates",
        about: "Keeps one estimate of the final count of a day for each open petition, to measure later how good they were.",
        every: minutes(60),
        work: Work::KeepEstimates,
    },
    Job {
        name: "tell followers",
        about: "Begins the mails that tell who follows a petition that it has reached a threshold or has closed.",
        every: minutes(1),
        work: Work::TellFollowers,
    },
    Job {
        name: "send weekly news",
        about: "Once a week, makes the news for who follows a topic or a constituency.",
        every: minutes(1),
        work: Work::SendWeeklyNews,
    },
    Job {
        name: "check tallies",
        about: "Compares every count with the ledger. What differs is reported, not mended: “undersigned recount” does that.",
        every: minutes(24 * 60),
        work: Work::CheckTallies,
    },
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
            // These three in transactions of their own, while this one keeps other processes out.
            Work::ClosePetitions => actions::close_petitions::close_petitions(&app.pool, now).await?,
            Work::SettleDeadlines => {
                actions::outages::settle_outages(&app.pool, now).await?
                    + actions::close_petitions::settle_deadlines(&app.pool, now).await?
            }
            Work::TellClosingDates => {
                let queued = actions::parliament::queue_closing_mails(&app.pool, now).await?;
                app.signing.mail_queued.notify_one();
                queued
            }
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
            Work::ForgetDrafts => actions::save_draft::forget_old_drafts(&mut tx, now).await?,
            Work::ErasePersonalData => actions::forget::erase_personal_data(&app.pool, app.retention, now).await?,
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
            Work::TellFollowers => actions::tell_followers::tell_happenings(&mut tx, now).await?,
            // In transactions of its own, so that what has been put into the outbox stays there.
            Work::SendWeeklyNews => {
                actions::tell_followers::begin_weekly(&mut *app.pool.acquire().await?, now).await?;
                let queued = actions::tell_followers::queue_weekly(&app.pool, now).await?;
                app.signing.mail_queued.notify_one();
                queued
            }
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
