//! Whose personal data end next, before they do: which petitions, and how many signatures.

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::Timestamp;

use crate::{
    actions::forget,
    app::App,
    store::anonymising::Due,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
            petitions::state_label,
        },
        cache::CachePolicy,
        error::PageError,
        extract::Now,
        filters::{day_of, days, thousands},
        page,
    },
};

#[derive(Template)]
#[template(path = "admin/site/personal_data.html")]
struct PersonalDataPage {
    frame: Frame,
    /// What ends the next time that the job runs.
    ends: Vec<Due>,
    /// What would, but is kept.
    kept: Vec<Due>,
    /// For how long personal data are kept, in words.
    after: String,
    now: Timestamp,
}

/// What would be erased now.
pub async fn show(State(app): State<App>, staff: Staff, now: Now) -> Result<Response, PageError> {
    let due = forget::would_erase(&mut *app.pool.acquire().await?, app.retention, now.0).await?;
    let (kept, ends) = due.into_iter().partition(|due| due.kept.is_some());
    let frame = Frame::new(&staff, Section::Site, "Personal data");
    let page = PersonalDataPage { frame, ends, kept, after: days(app.retention.closed), now: now.0 };
    page::html(&page, CachePolicy::Never)
}

impl PersonalDataPage {
    fn signatures(&self) -> i64 {
        self.ends.iter().map(|due| due.signatures).sum()
    }
}
