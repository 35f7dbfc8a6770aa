//! Where a petition's signatures come from, as table, JSON or picture.

use axum::{http::header::CONTENT_SECURITY_POLICY, response::Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::{history::PICTURE_POLICY, published};
use crate::{
    app::App,
    domain::{petition::PetitionId, places::Places},
    store,
    web::{cache::CachePolicy, error::PageError, extract::Format, page, pages::petitions::places},
};

/// One part of the total.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlaceRow")]
struct Row {
    /// `constituency`, `region`, `country` or `not_located`.
    #[schemars(extend("enum" = ["constituency", "region", "country", "not_located"]))]
    kind: &'static str,
    /// Its code: of constituencies and regions that of the Office for National Statistics, of countries two letters (ISO
    /// 3166) or what stands for several together; of what was not located empty.
    code: String,
    /// Its name.
    name: String,
    /// How many have signed there.
    signature_count: i64,
    /// How many people live there, where known.
    population: Option<i64>,
    /// Signatures as a share of the population, in per cent.
    population_percent: Option<f64>,
    /// How many signatures would have come if this place had signed this petition as much as it signs petitions at all.
    usual_count: Option<f64>,
    /// How many times as much that is, with care for small numbers.
    times_usual: Option<f64>,
    /// The region that a constituency lies in.
    region_code: Option<String>,
    /// The Welsh name, where it is another.
    name_cy: Option<String>,
    /// The place on the hexagon map: its column.
    hex_column: Option<i16>,
    /// Its row.
    hex_row: Option<i16>,
}

impl Row {
    /// A part of which nothing is known but its signatures.
    fn new(kind: &'static str, code: String, name: String, signature_count: i64) -> Self {
        Self {
            kind,
            code,
            name,
            signature_count,
            population: None,
            population_percent: None,
            usual_count: None,
            times_usual: None,
            region_code: None,
            name_cy: None,
            hex_column: None,
            hex_row: None,
        }
    }
}

/// Where a petition’s signatures come from.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Places")]
pub(super) struct Document {
    /// The petition’s number.
    petition_id: i64,
    /// How many have signed in all.
    signature_count: i64,
    /// The year in which these constituencies were first used.
    boundaries: i16,
    /// The constituencies, the countries other than GB and what was not located add up to the total.
    places: Vec<Row>,
}

/// The places of a petition; those who ask for the picture may say what it is to show.
///
/// # Errors
/// When the petition is not published, the format is none of these, or there is nothing to draw.
pub async fn show(app: &App, id: PetitionId, format: Format, map: Option<String>) -> Result<Response, PageError> {
    let shade = places::shade(map)?;
    let mut db = store::snapshot(&app.pool).await?;
    published(&mut db, id).await?;
    let found = store::places::find(&mut db, id, &app.boundaries).await?.ok_or(PageError::NotFound)?;
    db.commit().await?;
    let text = match format {
        Format::Csv => {
            let mut table = csv::Writer::from_writer(Vec::new());
            for row in rows(&found) {
                table.serialize(row)?;
            }
            String::from_utf8(table.into_inner()?)?
        }
        Format::Json => serde_json::to_string(&Document {
            petition_id: id.get(),
            signature_count: found.total,
            boundaries: found.boundary_set.0,
            places: rows(&found),
        })?,
        Format::Svg => {
            let known = places::is_known(&found, shade).then_some(&found);
            known.and_then(|found| places::map(found, shade, true)).ok_or(PageError::NotFound)?.file()
        }
        Format::Html | Format::Png | Format::Atom => return Err(PageError::NotAcceptable),
    };
    let mut response = page::body(format, text, CachePolicy::Revalidate);
    if format == Format::Svg {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, PICTURE_POLICY);
    }
    Ok(response)
}

/// All parts: the constituencies, the countries other than GB and what was not located add up to the total.
fn rows(places: &Places) -> Vec<Row> {
    let mut rows = Vec::with_capacity(places.constituencies.len() + 64);
    let compared = places.comparison();
    for constituency in &places.constituencies {
        rows.push(Row {
            population: constituency.population.map(Into::into),
            population_percent: constituency.share().map(|share| rounded(share, 5)),
            usual_count: compared.usual(constituency.of_everything).map(|usual| rounded(usual, 1)),
            times_usual: compared.times(constituency.count, constituency.of_everything).map(|times| rounded(times, 2)),
            region_code: constituency.region.as_ref().map(|region| region.code.clone()),
            name_cy: constituency.name_cy.clone(),
            hex_column: constituency.hex.map(|hex| hex.column),
            hex_row: constituency.hex.map(|hex| hex.row),
            ..Row::new("constituency", constituency.code.clone(), constituency.name.clone(), constituency.count)
        });
    }
    for tally in places.regions() {
        rows.push(Row {
            population: (tally.population > 0).then_some(tally.population),
            population_percent: tally.share().map(|share| rounded(share, 5)),
            usual_count: compared.usual(tally.of_everything).map(|usual| rounded(usual, 1)),
            times_usual: compared.times(tally.count, tally.of_everything).map(|times| rounded(times, 2)),
            ..Row::new("region", tally.region.code, tally.region.name, tally.count)
        });
    }
    for country in places.countries() {
        rows.push(Row::new("country", country.code, country.name, country.count));
    }
    rows.push(Row::new("not_located", String::new(), "Not located".to_owned(), places.not_located));
    rows
}

/// A figure with so many digits behind the point.
fn rounded(figure: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (figure * unit).round() / unit
}
