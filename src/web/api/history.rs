//! How a petition grew, as table, JSON or picture.

use axum::{http::HeaderValue, http::header::CONTENT_SECURITY_POLICY, response::Response};
use jiff::Timestamp;
use serde::Serialize;

use super::{Wanted, petition::Moment, published};
use crate::{
    app::App,
    domain::{
        forecast::Forecast,
        petition::PetitionId,
        series::{Range, Step},
    },
    store,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::Format,
        filters::iso,
        page,
        pages::petitions::{growth, timeline::Milestone},
    },
};

/// A picture served by itself brings its own colours.
pub(super) const PICTURE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *");

#[derive(Serialize)]
struct Document {
    petition_id: i64,
    /// The moment of the last total.
    as_at: Moment,
    /// Signatures from before the history begins.
    before: u64,
    step: &'static str,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    starts_at: Moment,
    added: u64,
    removed: u64,
    total: u64,
}

pub(super) async fn show(
    app: &App,
    id: PetitionId,
    now: Timestamp,
    format: Format,
    wanted: &Wanted,
) -> Result<Response, PageError> {
    let range = match wanted.range.as_deref() {
        Some(word) => word.parse::<Range>().map_err(|_| PageError::bad_request("The range is 24h, 7d, 30d or all."))?,
        None => Range::All,
    };
    let mut db = store::snapshot(&app.pool).await?;
    published(&mut db, id).await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    let series = store::tallies::series(&mut db, id, now).await?.ok_or(PageError::NotFound)?;
    db.commit().await?;

    let step = match wanted.step.as_deref() {
        Some("hour") => Step::Hour,
        Some("day") => Step::Day,
        None => Step::for_span(match range.length() {
            Some(length) => length.min(series.length()),
            None => series.length(),
        }),
        Some(_) => return Err(PageError::bad_request("The step is hour or day.")),
    };
    let rows = || series.buckets(range, step);
    let text = match format {
        Format::Csv => {
            let mut table = csv::Writer::from_writer(Vec::new());
            table.write_record(["starts_at", "added", "removed", "total"])?;
            for row in rows() {
                table.write_record([
                    iso(&row.starts_at),
                    row.added.to_string(),
                    row.removed.to_string(),
                    row.total.to_string(),
                ])?;
            }
            String::from_utf8(table.into_inner()?)?
        }
        Format::Json => serde_json::to_string(&Document {
            petition_id: id.get(),
            as_at: Moment(series.until()),
            before: series.before(),
            step: step.name(),
            rows: rows()
                .into_iter()
                .map(|row| Row {
                    starts_at: Moment(row.starts_at),
                    added: row.added,
                    removed: row.removed,
                    total: row.total,
                })
                .collect(),
        })?,
        Format::Svg => {
            let forecast = match (petition.dates.opened_at, petition.dates.closes_at) {
                (Some(opened), Some(closes)) if !series.is_closed() => {
                    Forecast::new(&series, opened, closes, series.until())
                }
                _ => None,
            };
            let timeline = Milestone::all(&petition, &[], app.thresholds());
            growth::chart(&petition, &series, forecast.as_ref(), app.thresholds(), range, &timeline).file()
        }
        Format::Html => return Err(PageError::NotAcceptable),
    };
    let mut response = page::body(format, text, CachePolicy::Revalidate);
    if format == Format::Svg {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, PICTURE_POLICY);
    }
    Ok(response)
}
