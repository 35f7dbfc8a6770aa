//! Running the site: settings, texts, lists, mail that waits, jobs.

pub mod figures;
pub mod jobs;
pub mod outages;
pub mod outbox;
pub mod pages;
pub mod parliament;
pub mod personal_data;
pub mod places;
pub mod protection;
pub mod reference;
pub mod settings;
pub mod weekly_news;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    app::App,
    domain::{
        area::BoundarySet, parliament::Phase, reference::List, site_settings::SiteSettings, threshold::Thresholds,
    },
    store::{self, outbox::OutboxState},
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::Now,
        filters::{day_of, thousands},
        form::FormErrors,
        page,
    },
};

/// A field that a colleague has changed while somebody was filling in the form.
struct Conflict {
    label: &'static str,
    theirs: String,
    yours: String,
}

/// What there is to say about a form on its page: its mistakes, or what a colleague has changed.
struct Shown {
    errors: FormErrors,
    conflict: Vec<Conflict>,
    status: StatusCode,
}

impl Shown {
    fn fine() -> Self {
        Self { errors: FormErrors::default(), conflict: Vec::new(), status: StatusCode::OK }
    }

    fn wrong(errors: FormErrors) -> Self {
        Self { errors, status: StatusCode::UNPROCESSABLE_ENTITY, ..Self::fine() }
    }

    fn stale(conflict: Vec<Conflict>) -> Self {
        Self { conflict, status: StatusCode::CONFLICT, ..Self::fine() }
    }
}

/// What is shown of a field in which there may be nothing.
fn or_nothing(text: String) -> String {
    if text.trim().is_empty() { "(nothing)".to_owned() } else { text }
}

#[derive(Template)]
#[template(path = "admin/site/front.html")]
struct FrontPage {
    frame: Frame,
    settings: SiteSettings,
    thresholds: Thresholds,
    outbox: OutboxState,
    /// Jobs that failed when they last ran.
    failing: usize,
    listed: usize,
    /// Outages that are going on, or are still to be made good.
    outages: usize,
    /// Where the current parliament is in its life.
    phase: Phase,
    pages: usize,
    lists: Vec<(List, usize)>,
    constituencies: i64,
}

/// What there is to run, and how it stands.
pub async fn show(State(app): State<App>, staff: Staff, now: Now) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let mut lists = Vec::new();
    for list in List::ALL {
        lists.push((list, store::reference::all(&mut db, list).await?.len()));
    }
    let runs = store::job_runs::all(&mut db).await?;
    let page = FrontPage {
        frame: Frame::new(&staff, Section::Site, "Running the site"),
        settings: store::site::settings(&mut db).await?,
        thresholds: app.thresholds(),
        outbox: store::outbox::state(&mut db, now.0).await?,
        failing: runs.iter().filter(|run| run.failing).count(),
        listed: store::protection::lines(&mut db).await?.len(),
        outages: store::outages::all(&mut db).await?.iter().filter(|outage| outage.settled_at.is_none()).count(),
        phase: store::parliaments::current(&mut db).await?.phase(now.0),
        pages: store::site_pages::all(&mut db).await?.len(),
        lists,
        constituencies: store::areas::constituencies_known(&mut db, BoundarySet::OF_2024).await?,
    };
    page::html(&page, CachePolicy::Never)
}
