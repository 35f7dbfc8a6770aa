//! What jobs have done, noted for those who run the site: in the metrics always, in the database as often as is cheap.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    app::App,
    metrics::JobLabel,
    store::{self, job_runs::Ended},
};

/// A job that runs more often than this is noted when it ends, not when it begins.
const OFTEN: Duration = Duration::from_secs(60);
/// Noted at the latest after this, whether there was anything to do or not.
const LATEST: Duration = Duration::from_secs(60);
/// Noted at the earliest after this, if there was something to do.
const EARLIEST: Duration = Duration::from_secs(5);
/// Most bytes of what a failure says.
const WORDS: usize = 500;

/// What one job has done, and what of it has yet to be noted.
#[derive(Debug)]
pub struct Notes {
    job: &'static str,
    every: Duration,
    noted: Option<Instant>,
    runs: i64,
    done: i64,
}

impl Notes {
    /// Of a job that runs so often.
    pub fn of(job: &'static str, every: Duration) -> Self {
        Self { job, every, noted: None, runs: 0, done: 0 }
    }

    /// It begins.
    pub async fn began(&self, app: &App, now: Timestamp) {
        if self.every >= OFTEN {
            let noted = async { store::job_runs::began(&mut *app.pool.acquire().await?, self.job, now).await };
            self.said(noted.await);
        }
    }

    /// It has ended.
    pub async fn ended(&mut self, app: &App, began_at: Timestamp, took: Duration, outcome: Result<u64, &sqlx::Error>) {
        let label = JobLabel { job: self.job };
        app.metrics.job_runs.get_or_create(&label).inc();
        app.metrics.job_seconds.get_or_create(&label).inc_by(took.as_secs_f64());
        self.runs += 1;
        if let Ok(done) = outcome {
            self.done = self.done.saturating_add_unsigned(done);
        } else {
            app.metrics.job_failures.get_or_create(&label).inc();
        }
        let since = self.noted.map_or(LATEST, |noted| noted.elapsed());
        let wait = if outcome.is_err() || self.every >= OFTEN {
            Duration::ZERO
        } else if self.done > 0 {
            EARLIEST
        } else {
            LATEST
        };
        if since < wait {
            return;
        }
        let error = outcome.err().map(|error| short(&error.to_string()));
        let ended = Ended {
            job: self.job,
            began_at,
            ended_at: app.clock.now(),
            seconds: took.as_secs_f64(),
            done: self.done,
            runs: self.runs,
            error: error.as_deref(),
        };
        let noted = async { store::job_runs::ended(&mut *app.pool.acquire().await?, &ended).await }.await;
        if noted.is_ok() {
            (self.noted, self.runs, self.done) = (Some(Instant::now()), 0, 0);
        }
        self.said(noted);
    }

    /// Notes are for people who look; work does not stop because one is missing.
    fn said(&self, noted: sqlx::Result<()>) {
        if let Err(error) = noted {
            tracing::warn!(job = self.job, %error, "what {} has done cannot be noted", self.job);
        }
    }
}

fn short(words: &str) -> String {
    let end = (0..=WORDS.min(words.len())).rev().find(|end| words.is_char_boundary(*end)).unwrap_or(0);
    words[..end].to_owned()
}
