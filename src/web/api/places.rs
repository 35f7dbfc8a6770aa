//! Where a petition's signatures come from, as table, JSON or picture.

use axum::{http::header::CONTENT_SECURITY_POLICY, response::Response};
use serde::Serialize;

use super::{history::PICTURE_POLICY, published};
use crate::{
    app::App,
    domain::{petition::PetitionId, places::Places},
    store,
    web::{cache::CachePolicy, error::PageError, extract::Format, page, pages::petitions::places},
};

/// One part of the total.
#[derive(Serialize)]
struct Row {
    /// `constituency`, `region`, `country` or `not_located`.
    kind: &'static str,
    code: String,
    name: String,
    signature_count: i64,
    population: Option<i64>,
}

#[derive(Serialize)]
struct Document {
    petition_id: i64,
    signature_count: i64,
    /// The year in which these constituencies were first used.
    boundaries: i16,
    places: Vec<Row>,
}

pub(super) async fn show(app: &App, id: PetitionId, format: Format) -> Result<Response, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    published(&mut db, id).await?;
    let found = store::places::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
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
        Format::Svg => places::map(&found).ok_or(PageError::NotFound)?.file(),
        Format::Html => return Err(PageError::NotAcceptable),
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
    for constituency in &places.constituencies {
        rows.push(Row {
            kind: "constituency",
            code: constituency.code.clone(),
            name: constituency.name.clone(),
            signature_count: constituency.count,
            population: constituency.population.map(Into::into),
        });
    }
    for tally in places.regions() {
        rows.push(Row {
            kind: "region",
            code: tally.region.code,
            name: tally.region.name,
            signature_count: tally.count,
            population: (tally.population > 0).then_some(tally.population),
        });
    }
    for country in places.countries() {
        rows.push(Row {
            kind: "country",
            code: country.code,
            name: country.name,
            signature_count: country.count,
            population: None,
        });
    }
    rows.push(Row {
        kind: "not_located",
        code: String::new(),
        name: "Not located".to_owned(),
        signature_count: places.not_located,
        population: None,
    });
    rows
}
