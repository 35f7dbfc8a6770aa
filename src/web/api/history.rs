//! How a petition grew, as table, JSON or picture.
//!
//! Whoever reads along asks with `since` for the beginning of the last row that they have: that row comes again, with what
//! has been added to it, and behind it those that are new.

use axum::{
    http::{HeaderMap, HeaderValue, header::CONTENT_SECURITY_POLICY},
    response::Response,
};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Wanted, petition::Moment, published};
use crate::{
    app::App,
    domain::{
        deadline,
        forecast::Forecast,
        petition::PetitionId,
        series::{Bucket, Range, Series, Step},
    },
    store,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::Format,
        filters::{iso, minute_of},
        memory::{Key, Memory, Rendered},
        page,
        pages::petitions::{growth, timeline::Milestone},
    },
};

/// A picture served by itself brings its own colours.
pub(super) const PICTURE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *");

/// How a petition grew.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "History")]
pub(super) struct Document {
    /// The petition’s number.
    petition_id: i64,
    /// The moment of the last total.
    as_at: Moment,
    /// The count at that moment.
    signature_count: u64,
    /// Signatures from before the history begins.
    before: u64,
    /// From when on there are rows with `step=minute`; none: there are none any more.
    minutes_since: Option<Moment>,
    /// How long the time of a row is: `minute`, `hour` or `day`.
    step: &'static str,
    /// The count at the beginning of the first row. What the rows add and remove makes it the count of `as_at`.
    total_before: u64,
    /// The rows in order, without gaps.
    rows: Vec<Row>,
}

/// What happened in a minute, an hour or a day.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HistoryRow")]
struct Row {
    /// When its time begins.
    starts_at: Moment,
    /// When its time ends.
    ends_at: Moment,
    /// Signatures that were counted in it.
    added: u64,
    /// Signatures that were taken out of the count in it.
    removed: u64,
    /// The count at its end.
    total: u64,
    /// Whether its time is over, so that it stays as it is.
    complete: bool,
}

/// A part of a history in a step.
struct Part {
    step: Step,
    /// The count before it.
    before: u64,
    rows: Vec<Bucket>,
}

pub(super) async fn show(
    app: &App,
    memory: &Memory,
    id: PetitionId,
    now: Timestamp,
    format: Format,
    wanted: &Wanted,
    headers: &HeaderMap,
) -> Result<Response, PageError> {
    let range = wanted.range()?;
    // What reading off the chart asks for is kept in memory, as the page is.
    if format == Format::Json && wanted.step.is_none() && wanted.since.is_none() {
        let render = || async {
            let text = text(app, id, now, format, wanted).await?;
            Ok(Rendered::new(format, text, CachePolicy::Revalidate))
        };
        let key = Key::History(id, range.unwrap_or(Range::All));
        return Ok(memory.of_petition(&app.pool, key, id, render).await?.respond(headers));
    }
    let mut response = page::body(format, text(app, id, now, format, wanted).await?, CachePolicy::Revalidate);
    if format == Format::Svg {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, PICTURE_POLICY);
    }
    Ok(response)
}

async fn text(app: &App, id: PetitionId, now: Timestamp, format: Format, wanted: &Wanted) -> Result<String, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    published(&mut db, id).await?;
    let series = store::tallies::series(&mut db, id, now).await?.ok_or(PageError::NotFound)?;
    match format {
        Format::Csv => {
            let mut table = csv::Writer::from_writer(Vec::new());
            table.write_record(["starts_at", "added", "removed", "total"])?;
            for row in Part::of(&series, wanted)?.rows {
                let [added, removed, total] = [row.added, row.removed, row.total].map(|count| count.to_string());
                table.write_record([iso(&row.starts_at), added, removed, total])?;
            }
            Ok(String::from_utf8(table.into_inner()?)?)
        }
        Format::Json => Ok(serde_json::to_string(&Document::new(id, &series, Part::of(&series, wanted)?))?),
        Format::Svg => {
            let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
            let removals = store::removals::find(&mut db, id).await?;
            let forecast = match (petition.dates.opened_at, petition.dates.closes_at) {
                (Some(opened), Some(closes)) if !series.is_closed() => {
                    Forecast::new(&series, opened, closes, series.until())
                }
                _ => None,
            };
            let timeline = Milestone::all(&petition, &[], &[], &[], &[], app.thresholds());
            let marked = growth::marks(&petition, &timeline, &removals, &series);
            let range = wanted.range()?.unwrap_or(Range::All);
            Ok(growth::chart(&petition, &series, forecast.as_ref(), app.thresholds(), range, &marked).file())
        }
        Format::Html | Format::Png | Format::Atom => Err(PageError::NotAcceptable),
    }
}

impl Wanted {
    fn range(&self) -> Result<Option<Range>, PageError> {
        let parse = |word: &str| {
            word.parse().map_err(|_| PageError::bad_request("The range is 24h, 7d, 30d or all, such as range=7d."))
        };
        self.range.as_deref().map(parse).transpose()
    }

    fn step(&self) -> Result<Option<Step>, PageError> {
        match self.step.as_deref() {
            None => Ok(None),
            Some("minute") => Ok(Some(Step::Minute)),
            Some("hour") => Ok(Some(Step::Hour)),
            Some("day") => Ok(Some(Step::Day)),
            Some(_) => Err(PageError::bad_request("The step is minute, hour or day, such as step=hour.")),
        }
    }

    /// A moment, or the beginning of a day in London.
    fn since(&self) -> Result<Option<Timestamp>, PageError> {
        let Some(text) = self.since.as_deref() else { return Ok(None) };
        let day = |text: &str| text.parse::<Date>().ok()?.to_zoned(deadline::london()).ok().map(|day| day.timestamp());
        // A plus sign that was not encoded comes as a space.
        let moment = |text: &str| text.parse().or_else(|_| text.replacen(' ', "+", 1).parse()).ok();
        let since = if text.contains([':', 'T', 't']) { moment(text) } else { day(text) };
        since.map(Some).ok_or_else(|| {
            PageError::bad_request(
                "Since is a day such as 2022-08-21, or a moment such as 2022-08-21T20:00:00Z (RFC 3339).",
            )
        })
    }
}

impl Part {
    /// What is wanted of a history.
    fn of(series: &Series, wanted: &Wanted) -> Result<Part, PageError> {
        let (range, since) = (wanted.range()?, wanted.since()?);
        let shown = range.unwrap_or(Range::All);
        let step = wanted.step()?.unwrap_or_else(|| series.step(shown));
        let mut from = series.start(shown);
        if let Some(since) = since {
            from = from.max(step.floor(since.max(series.since())));
        }
        if step == Step::Minute {
            let fine = series.minutes_since().ok_or_else(|| {
                let until = minute_of(&series.until());
                PageError::bad_request(format!(
                    "Minutes are kept for two days, and this history ends at {until}. Ask for step=hour."
                ))
            })?;
            // As far back as it goes, unless more than that was wanted in so many words.
            if range.is_none() && since.is_none() {
                from = from.max(fine);
            } else if from < fine {
                return Err(PageError::bad_request(format!(
                    "Minutes are kept for two days. Ask for since={} or later, or for step=hour.",
                    iso(&fine)
                )));
            }
        }
        Ok(Part { step, before: series.total_before(from), rows: series.pieces(from, step) })
    }
}

impl Document {
    fn new(id: PetitionId, series: &Series, part: Part) -> Document {
        let row = |row: Bucket| Row {
            starts_at: Moment(row.starts_at),
            ends_at: Moment(row.ends_at),
            added: row.added,
            removed: row.removed,
            total: row.total,
            complete: row.complete,
        };
        Document {
            petition_id: id.get(),
            as_at: Moment(series.until()),
            signature_count: series.total(),
            before: series.before(),
            minutes_since: series.minutes_since().map(Moment),
            step: part.step.name(),
            total_before: part.before,
            rows: part.rows.into_iter().map(row).collect(),
        }
    }
}
