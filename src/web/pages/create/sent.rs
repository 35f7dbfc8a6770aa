//! What is said when a petition has been sent, saved or forgotten. The same to everybody, whatever is known of an address.

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::Timestamp;

use crate::{
    app::App,
    domain::limits,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::Now,
        filters::{days, open_for},
        page::{self, Layout, Section},
    },
};

/// What has been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    Sent,
    Saved,
    Forgotten,
}

#[derive(Template)]
#[template(path = "pages/create/sent.html")]
struct SentPage {
    layout: Layout,
    done: Done,
    /// Days for which a petition that is not confirmed is kept.
    kept: String,
    /// When Parliament ends, if that ends the time of petitions that are published now.
    cut_short: Option<Timestamp>,
}

/// "Check your inbox", after a petition was sent.
pub async fn show(State(app): State<App>, now: Now) -> Result<Response, PageError> {
    page_of(&app, Done::Sent, "Check your inbox", now.0)
}

/// "Check your inbox", after one was saved for later.
pub async fn saved(State(app): State<App>, now: Now) -> Result<Response, PageError> {
    page_of(&app, Done::Saved, "Your petition is saved", now.0)
}

/// A draft has been deleted.
///
/// # Errors
/// When the page cannot be rendered.
pub fn forgotten(app: &App, now: Timestamp) -> Result<Response, PageError> {
    page_of(app, Done::Forgotten, "Your draft is deleted", now)
}

fn page_of(app: &App, done: Done, title: &'static str, now: Timestamp) -> Result<Response, PageError> {
    let layout = Layout::unlisted(app, title).within(Section::Start);
    let kept = days(app.retention.unconfirmed);
    let cut_short = app.live.in_force().cuts_short(now);
    page::html(&SentPage { layout, done, kept, cut_short }, CachePolicy::Never)
}
