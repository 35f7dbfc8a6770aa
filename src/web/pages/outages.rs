//! When no signatures could be taken, and by how much deadlines were moved for it.

use askama::Template;
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    domain::outage::Outage,
    store, urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        filters::minute_of,
        page::{self, Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/outages.html")]
struct OutagesPage {
    layout: Layout,
    outages: Vec<Outage>,
}

/// All outages.
pub async fn show(State(app): State<App>) -> Result<Response, PageError> {
    let outages = store::outages::all(&mut *app.pool.acquire().await?).await?;
    let layout = Layout::new(&app, urls::outages(), "When signing was not possible")
        .about("Times in which no signatures could be taken, and by how much deadlines were moved for them.")
        .within(Section::Help);
    page::html(&OutagesPage { layout, outages }, CachePolicy::ForAMinute)
}

impl OutagesPage {
    /// By how much deadlines were moved.
    fn moved(&self, outage: &Outage) -> String {
        match (outage.ended_at, outage.days(&self.outages)) {
            (None, _) => "Deadlines are moved as soon as it is over.".to_owned(),
            (_, 0) => "Deadlines were not moved again: they had been for another time on the same day.".to_owned(),
            (_, 1) => "Deadlines were moved by 1 day.".to_owned(),
            (_, days) => format!("Deadlines were moved by {days} days."),
        }
    }
}
