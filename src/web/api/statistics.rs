//! The statistics of the site for programs: all of them as JSON, each of their tables as CSV.

use axum::{extract::State, response::Response};
use serde::Deserialize;

use super::cell;
use crate::{
    app::App,
    domain::statistics::Statistics,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Now, Query},
        filters::iso,
        page,
        pages::statistics::find,
    },
};

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    table: Option<String>,
}

/// All of them.
///
/// # Errors
/// When the database fails.
pub async fn json(State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let statistics = find(&app, now.0).await?;
    Ok(page::body(Format::Json, serde_json::to_string(&statistics)?, CachePolicy::ForAMinute))
}

/// One of their tables.
///
/// # Errors
/// When the database fails, or another table is wanted.
pub async fn csv(State(app): State<App>, now: Now, query: Option<Query<Wanted>>) -> Result<Response, PageError> {
    let wanted = query.and_then(|query| query.0.table);
    let rows: fn(&Statistics) -> Vec<Vec<String>> = match wanted.as_deref() {
        None | Some("months") => months,
        Some("departments") => departments,
        Some("overdue") => overdue,
        Some("outcomes") => outcomes,
        Some(_) => return Err(PageError::bad_request("The table is months, departments, overdue or outcomes.")),
    };
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows(&find(&app, now.0).await?) {
        table.write_record(row)?;
    }
    let text = String::from_utf8(table.into_inner()?)?;
    Ok(page::body(Format::Csv, text, CachePolicy::ForAMinute))
}

fn head(names: &str) -> Vec<Vec<String>> {
    vec![names.split(',').map(str::to_owned).collect()]
}

fn months(statistics: &Statistics) -> Vec<Vec<String>> {
    let mut rows = head("month,published,rejected,closed,answered,debated,signatures_added,signatures_removed");
    rows.extend(statistics.months.iter().map(|month| {
        let counts =
            [month.published, month.rejected, month.closed, month.answered, month.debated, month.added, month.removed];
        let name = month.month.strftime("%Y-%m").to_string();
        std::iter::once(name).chain(counts.map(|count| count.to_string())).collect()
    }));
    rows
}

fn departments(statistics: &Statistics) -> Vec<Vec<String>> {
    let mut rows = head("department,answered,timed,in_time,median_days,waiting,overdue");
    rows.extend(statistics.departments.iter().map(|department| {
        vec![
            cell(department.name.as_deref().unwrap_or_default()),
            department.answered.to_string(),
            department.timed.to_string(),
            department.in_time.to_string(),
            department.median_days.map(|days| days.to_string()).unwrap_or_default(),
            department.waiting.to_string(),
            department.overdue.to_string(),
        ]
    }));
    rows
}

fn overdue(statistics: &Statistics) -> Vec<Vec<String>> {
    let mut rows = head("petition,action,department,signature_count,since,days");
    rows.extend(statistics.overdue.iter().map(|overdue| {
        vec![
            overdue.id.to_string(),
            cell(&overdue.action),
            cell(overdue.department.as_deref().unwrap_or_default()),
            overdue.signature_count.to_string(),
            iso(&overdue.since),
            overdue.days.to_string(),
        ]
    }));
    rows
}

fn outcomes(statistics: &Statistics) -> Vec<Vec<String>> {
    let mut rows = head("outcome,petitions");
    let counts = &statistics.outcomes;
    let outcomes = [
        ("published", counts.published),
        ("open", counts.open),
        ("closed", counts.closed),
        ("answered", counts.answered),
        ("debated", counts.debated),
        ("not_debated", counts.not_debated),
        ("closed_below_threshold", counts.closed_below_threshold),
        ("closed_unanswered", counts.closed_unanswered),
        ("rejected", counts.rejected),
        ("rejected_hidden", counts.rejected_hidden),
    ];
    rows.extend(outcomes.map(|(outcome, count)| vec![outcome.to_owned(), count.to_string()]));
    let rejected = |code: &str| format!("rejected_{}", code.replace('-', "_"));
    rows.extend(statistics.rejections.iter().map(|reason| vec![rejected(&reason.code), reason.petitions.to_string()]));
    rows
}
