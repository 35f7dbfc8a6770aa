//! What happens by itself: when each job last ran, what it did, and a button that runs it now.

use std::{collections::BTreeMap, time::Duration};

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    app::App,
    jobs::{Job, TIMETABLE, deliver_mail},
    store::{
        self,
        audit::{Act, Actor},
        job_runs::JobRun,
    },
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{JobName, Now},
        filters::{second_of, thousands},
        page,
    },
};

/// How long somebody waits for a job that they have started; it goes on afterwards.
const PATIENCE: Duration = Duration::from_secs(8);

#[derive(Template)]
#[template(path = "admin/site/jobs.html")]
struct JobsPage {
    frame: Frame,
    jobs: Vec<Line>,
    now: Timestamp,
}

/// A job as the page shows it.
struct Line {
    name: String,
    /// What it does; empty: that is not known here.
    about: &'static str,
    /// How it is called in addresses; `None`: it runs all the time.
    slug: Option<String>,
    every: String,
    run: Option<JobRun>,
    next: Option<Timestamp>,
    /// It runs so often that not every run is noted.
    often: bool,
}

impl Line {
    fn of(name: &str, job: Option<&Job>, run: Option<JobRun>) -> Self {
        let every = job.map(|job| job.every);
        let next = every
            .zip(run.as_ref())
            .map(|(every, run)| run.began_at + SignedDuration::try_from(every).unwrap_or(SignedDuration::ZERO));
        let words = match every.map(|every| every.as_secs()) {
            None => "all the time".to_owned(),
            Some(1) => "second".to_owned(),
            Some(seconds @ 2..60) => format!("{seconds} seconds"),
            Some(60) => "minute".to_owned(),
            Some(3600) => "hour".to_owned(),
            Some(86_400) => "day".to_owned(),
            Some(seconds) if seconds % 3600 == 0 => format!("{} hours", seconds / 3600),
            Some(seconds) => format!("{} minutes", seconds / 60),
        };
        let often = every.is_none_or(|every| every.as_secs() < 60);
        let about = match job {
            Some(job) => job.about,
            None if name == deliver_mail::NAME => "Hands over the mails that are due, and notes what became of them.",
            None => "",
        };
        Self { name: name.to_owned(), about, slug: job.map(Job::slug), every: words, run, next, often }
    }

    /// Whether it failed when it last ran, or has not run for so long that something is wrong.
    fn is_late(&self, now: &Timestamp) -> bool {
        let failed = self.run.as_ref().is_some_and(|run| run.failing);
        failed || self.next.is_some_and(|next| next + SignedDuration::from_mins(10) < *now)
    }
}

/// All jobs.
pub async fn show(State(app): State<App>, staff: Staff, now: Now) -> Result<Response, PageError> {
    let runs = store::job_runs::all(&mut *app.pool.acquire().await?).await?;
    let mut runs: BTreeMap<String, JobRun> = runs.into_iter().map(|run| (run.job.clone(), run)).collect();
    let mut jobs: Vec<Line> =
        TIMETABLE.iter().map(|job| Line::of(job.name, Some(job), runs.remove(job.name))).collect();
    jobs.push(Line::of(deliver_mail::NAME, None, runs.remove(deliver_mail::NAME)));
    // Those of programs of another age on the same database, and those that stand in no timetable.
    jobs.extend(runs.into_iter().map(|(name, run)| Line::of(&name, None, Some(run))));
    let frame = Frame::new(&staff, Section::Site, "Jobs");
    page::html(&JobsPage { frame, jobs, now: now.0 }, CachePolicy::Never)
}

/// Runs a job now.
pub async fn run(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    JobName(slug): JobName,
) -> Result<Response, PageError> {
    let job = Job::with_slug(&slug).ok_or(PageError::NotFound)?;
    let mut db = app.pool.acquire().await?;
    note(&mut db, &staff.actor, job.name, now.0).await?;
    let site = app.clone();
    // In a task of its own, which goes on if it takes long.
    let running = tokio::spawn(async move {
        let outcome = job.run_now(&site).await;
        if let Err(error) = &outcome {
            tracing::error!(job = job.name, %error, "{} failed", job.name);
        }
        outcome
    });
    let name = job.name;
    let notice = match tokio::time::timeout(PATIENCE, running).await {
        Err(_) => format!("“{name}” has begun and is still running. This page shows when it has ended."),
        Ok(Ok(Ok(Some(1)))) => format!("“{name}” has run: there was 1 thing to do."),
        Ok(Ok(Ok(Some(done)))) => format!("“{name}” has run: there were {} things to do.", thousands(done)),
        Ok(Ok(Ok(None))) => format!("Another process is running “{name}” at this moment."),
        Ok(_) => format!("“{name}” failed. What went wrong stands beside it."),
    };
    staff.say(&mut db, &notice).await?;
    Ok(Redirect::to(urls::admin::site_jobs()).into_response())
}

async fn note(db: &mut store::Db, actor: &Actor, job: &'static str, now: Timestamp) -> sqlx::Result<()> {
    let nothing = serde_json::Value::Null;
    let act = Act { name: "job.run", subject: "job", subject_id: job, before: nothing.clone(), after: nothing };
    store::audit::record(db, actor, act, now).await
}
