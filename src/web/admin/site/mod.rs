//! Running the site: settings, texts, lists, mail that waits, jobs.

pub mod settings;

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::Timestamp;

use crate::{
    app::App,
    domain::{site_settings::SiteSettings, threshold::Thresholds},
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
        page,
    },
};

/// A field that a colleague has changed while somebody was filling in the form.
struct Conflict {
    label: &'static str,
    theirs: String,
    yours: String,
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
}

/// What there is to run, and how it stands.
pub async fn show(State(app): State<App>, staff: Staff, now: Now) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let page = FrontPage {
        frame: Frame::new(&staff, Section::Site, "Running the site"),
        settings: store::site::settings(&mut db).await?,
        thresholds: app.thresholds(),
        outbox: store::outbox::state(&mut db, now.0).await?,
    };
    page::html(&page, CachePolicy::Never)
}

impl FrontPage {
    /// Since when something is paused, in words; empty if it is not.
    fn since(&self, at: &Option<Timestamp>) -> String {
        at.as_ref().map(|at| format!("since {}", day_of(at))).unwrap_or_default()
    }
}
