//! The statistics of the site: petitions and signatures month by month, how fast departments answer, what became of
//! petitions. Made by a job, so that looking at them costs nothing.

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};
use jiff::{Timestamp, civil::Date};

use crate::{
    app::App,
    domain::{
        facet::Facet,
        limits,
        statistics::{Month, Purpose, Reached, Statistics},
    },
    store::{self, petitions::Version},
    urls,
    web::{
        cache::CachePolicy,
        charts::{Months, MonthsChart},
        error::PageError,
        extract::{Format, Now},
        filters::{minute_of, percent, signatures, thousands},
        memory::{Key, Memory, Rendered},
        page::Layout,
    },
};

/// Overdue responses that the page names; the files name all.
const NAMED: usize = 25;

#[derive(Template)]
#[template(path = "pages/statistics.html")]
struct StatisticsPage {
    layout: Layout,
    statistics: Statistics,
    petitions: MonthsChart,
    signatures: MonthsChart,
}

/// Shows the page; as JSON to those who accept nothing else.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if !Format::Html.is_accepted(&headers) {
        return Err(PageError::NotAcceptable);
    }
    let version = || async {
        let as_at = store::statistics::kept_as_at(&mut *app.pool.acquire().await?).await?;
        Ok(Some(match as_at {
            Some(as_at) => Version { petition: as_at.as_microsecond(), totals: 0 },
            None => memory.moment(),
        }))
    };
    let rendered = memory.get(Key::Statistics, version, || render(&app, now.0)).await?;
    Ok(rendered.respond(&headers))
}

/// The statistics that are kept; before the job has made any, those of this moment.
///
/// # Errors
/// When the database fails.
pub async fn find(app: &App, now: Timestamp) -> Result<Statistics, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    let statistics = match store::statistics::kept(&mut db).await? {
        Some(statistics) => statistics,
        None => store::statistics::make(&mut db, app.thresholds(), now).await?,
    };
    db.commit().await?;
    Ok(statistics)
}

async fn render(app: &App, now: Timestamp) -> Result<Rendered, PageError> {
    let statistics = find(app, now).await?;
    let chart = |title, count: fn(&Month) -> i64| {
        let counts: Vec<(Date, u64)> =
            statistics.months.iter().map(|month| (month.month, count(month).unsigned_abs())).collect();
        MonthsChart::new(Months { title, counts: &counts })
    };
    let page = StatisticsPage {
        layout: Layout::new(app, urls::statistics(), "Statistics").about(
            "Petitions and signatures month by month, how fast the Government answers, and what became of petitions.",
        ),
        petitions: chart("Petitions published", |month| month.published),
        signatures: chart("Signatures", |month| month.added),
        statistics,
    };
    Ok(Rendered::new(Format::Html, page.render()?, CachePolicy::ForAMinute))
}

impl StatisticsPage {
    /// The months, latest first, by their names.
    fn months(&self) -> impl Iterator<Item = (String, bool, &Month)> {
        let months = self.statistics.months.iter().rev();
        months.enumerate().map(|(index, month)| (month.month.strftime("%B %Y").to_string(), index == 0, month))
    }

    /// Whether signatures were ever taken out, so that a column for them is needed.
    fn removals(&self) -> bool {
        self.statistics.months.iter().any(|month| month.removed > 0)
    }

    /// The lists that the page leads to, with their lengths and what they are called in a sentence.
    fn figures(&self) -> [(Facet, i64, &'static str); 4] {
        let outcomes = &self.statistics.outcomes;
        [
            (Facet::Open, outcomes.open, "open for signatures"),
            (Facet::WithResponse, outcomes.answered, "answered by the Government"),
            (Facet::Debated, outcomes.debated, "debated in Parliament"),
            (Facet::Rejected, outcomes.rejected - outcomes.rejected_hidden, "rejected"),
        ]
    }

    /// What became of published petitions: in words, how many, which share.
    fn fates(&self) -> Vec<(&'static str, i64, String)> {
        let outcomes = &self.statistics.outcomes;
        let fates = [
            ("Open for signatures", outcomes.open),
            ("Closed, without enough signatures for a response", outcomes.closed_below_threshold),
            ("Closed, still waiting for a response", outcomes.closed_unanswered),
            ("Closed, answered", outcomes.closed - outcomes.closed_below_threshold - outcomes.closed_unanswered),
        ];
        fates.into_iter().map(|(words, count)| (words, count, share(count, outcomes.published))).collect()
    }

    /// The overdue responses that the page names.
    fn overdue(&self) -> &[crate::domain::statistics::Overdue] {
        let all = &self.statistics.overdue;
        &all[..all.len().min(NAMED)]
    }

    /// "9 of 12 responses came within 14 days"; `None` without responses.
    fn in_time(&self) -> Option<String> {
        let (in_time, all) = self.statistics.in_time();
        let responses = if all == 1 { "response" } else { "responses" };
        let days = limits::RESPONSE_TARGET_DAYS;
        (all > 0).then(|| format!("{} of {} {responses} came within {days} days", thousands(in_time), thousands(all)))
    }

    fn share_of_published(&self, reached: &Reached) -> String {
        share(reached.petitions, self.statistics.outcomes.published)
    }
}

/// "12%"; of nothing: "–".
fn share(part: i64, whole: i64) -> String {
    if whole > 0 { format!("{}%", percent(part as f64 * 100.0 / whole as f64)) } else { "–".to_owned() }
}

/// "12.5 days", "1 day"; not known: "–".
fn in_days(days: &Option<f64>) -> String {
    match days {
        Some(days) if *days == 1.0 => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
        None => "–".to_owned(),
    }
}
