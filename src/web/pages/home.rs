//! The front page.

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};
use jiff::Timestamp;

use super::today::TodaySection;
use crate::{
    app::App,
    domain::{deadline, facet::Facet, limits, parliament::Phase, threshold::Thresholds, window::Window},
    store::{self, listing::Counts, petitions::Petition, popular::Popular},
    urls,
    web::{
        api::trending,
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Now},
        filters::{day, day_of, thousands},
        memory::{Key, Memory, Rendered},
        page::{self, Layout},
    },
};

/// Petitions in each part of the page.
const POPULAR: i64 = 3;
const LATEST: i64 = 2;

#[derive(Template)]
#[template(path = "pages/home.html")]
struct HomePage {
    layout: Layout,
    /// What staff have to say, as HTML.
    message: String,
    thresholds: Thresholds,
    /// Whether the current parliament has yet to open; then there is nothing but the past to be seen.
    pending: bool,
    /// When it opens.
    opening_at: Timestamp,
    /// Earlier parliaments, by their years in addresses and in words.
    past: Vec<(String, String)>,
    /// In the last hour.
    popular: Vec<Popular>,
    /// In the last day, without those.
    popular_today: Vec<Popular>,
    responses: Vec<Petition>,
    debates: Vec<Petition>,
    counts: Counts,
    today: TodaySection,
}

/// Shows the front page.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if !Format::Html.is_accepted(&headers) {
        return Err(PageError::NotAcceptable);
    }
    let version = || async { Ok(Some(memory.moment())) };
    let rendered = memory.get(Key::Home, version, || render(&app, &memory, now.0)).await?;
    Ok(rendered.respond(&headers))
}

async fn render(app: &App, memory: &Memory, now: Timestamp) -> Result<Rendered, PageError> {
    let today = deadline::day(now);
    let mut db = store::snapshot(&app.pool).await?;
    let popular = store::popular::most_signed(&mut db, now, Window::Hour, POPULAR).await?;
    let find = store::popular::most_signed(&mut db, now, Window::Day, trending::MOST);
    let in_last_hour = |other: &&Popular| popular.iter().any(|one| one.id == other.id);
    let popular_today = memory.popular(Window::Day, find).await?;
    let popular_today =
        popular_today.iter().filter(|other| !in_last_hour(other)).take(LATEST as usize).cloned().collect();
    let responses = store::popular::latest_responses(&mut db, LATEST).await?;
    let responses = store::petitions::load(&mut db, &responses).await?;
    let debates = store::popular::latest_debates(&mut db, today, LATEST).await?;
    let debates = store::petitions::load(&mut db, &debates).await?;
    let counts = store::listing::counts(&mut db, today).await?;
    db.commit().await?;
    let signed = TodaySection::load(app, memory, now).await?;
    let layout = Layout::new(app, urls::home(), "Petitions to the Government and Parliament").about(
        "Find, sign and start petitions. See how they grow, what the Government answers and what Parliament debates.",
    );
    let message = page::message(&app.live.in_force().settings.home_message);
    let in_force = app.live.in_force();
    let parliament = in_force.parliament();
    let past = in_force.archived().iter();
    let page = HomePage {
        layout,
        message,
        pending: parliament.phase(now) == Phase::Pending,
        opening_at: parliament.opening_at,
        past: past.map(|past| (past.period(), format!("Parliament of {}", past.years()))).collect(),
        thresholds: app.thresholds(),
        popular,
        popular_today,
        responses,
        debates,
        counts,
        today: signed,
    };
    Ok(Rendered::new(Format::Html, page.render()?, CachePolicy::ForASecond))
}

impl HomePage {
    /// The lists that the page leads to, with how many there are and what they are called in a sentence.
    fn figures(&self) -> [(Facet, i64, &'static str); 6] {
        let counts = &self.counts;
        [
            (Facet::Open, counts.open, "open for signatures"),
            (Facet::AwaitingResponse, counts.awaiting_response, "waiting for a government response"),
            (Facet::WithResponse, counts.with_response, "answered by the Government"),
            (Facet::AwaitingDebate, counts.awaiting_debate, "waiting for a debate"),
            (Facet::Debated, counts.debated, "debated in Parliament"),
            (Facet::Rejected, counts.rejected, "rejected"),
        ]
    }
}
