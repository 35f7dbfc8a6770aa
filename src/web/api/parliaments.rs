//! Parliaments as JSON, with the names of the reference service.

use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::petition::Moment;
use crate::{
    app::App,
    domain::{area::BoundarySet, parliament::Parliament, threshold::Thresholds},
    store,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Period},
        page,
    },
};

/// A parliament.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ParliamentOf {
    /// Its years.
    period: String,
    /// Which Government answers its petitions.
    government: String,
    /// When it opens for petitions, or did.
    opening_at: Moment,
    /// When it ends, as far as that has been announced.
    dissolution_at: Option<Moment>,
    /// Signatures at which the Government answers.
    response_threshold: u32,
    /// Signatures at which Parliament considers a debate.
    debate_threshold: u32,
}

impl ParliamentOf {
    /// As it is published, with the thresholds in force.
    pub fn of(parliament: &Parliament, thresholds: Thresholds) -> Self {
        Self {
            period: parliament.period(),
            government: parliament.government.clone(),
            opening_at: Moment(parliament.opening_at),
            dissolution_at: parliament.ends_at().map(Moment),
            response_threshold: thresholds.response,
            debate_threshold: thresholds.debate,
        }
    }
}

/// A parliament with its constituencies.
#[derive(Serialize, JsonSchema)]
pub struct WithPlaces {
    #[serde(flatten)]
    parliament: ParliamentOf,
    /// By their codes.
    constituencies: std::collections::BTreeMap<String, Constituency>,
}

/// A constituency.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConstituencyOfParliament")]
struct Constituency {
    /// Its name.
    constituency: String,
    /// Its code.
    ons_code: String,
}

/// All of them, the current one first.
///
/// # Errors
/// When it cannot be written.
pub async fn json(State(app): State<App>) -> Result<Response, PageError> {
    let (in_force, thresholds) = (app.live.in_force(), app.thresholds());
    let all: Vec<_> = in_force.parliaments.iter().map(|one| ParliamentOf::of(one, thresholds)).collect();
    Ok(page::body(Format::Json, serde_json::to_string(&all)?, CachePolicy::ForAMinute))
}

/// One of them, by its years, with its constituencies.
///
/// # Errors
/// When there is none of these years, or the database fails.
pub async fn one(State(app): State<App>, Period { years, suffix }: Period) -> Result<Response, PageError> {
    if suffix != Some(Format::Json) {
        return Err(PageError::NotAcceptable);
    }
    let (in_force, thresholds) = (app.live.in_force(), app.thresholds());
    let found = in_force.parliaments.iter().find(|parliament| parliament.period() == years);
    let found = found.ok_or(PageError::NotFound)?;
    let set = store::areas::boundary_set(&mut *app.pool.acquire().await?, BoundarySet::OF_2024).await?;
    let constituencies = set
        .constituencies
        .into_iter()
        .map(|known| (known.code.clone(), Constituency { constituency: known.name, ons_code: known.code }));
    let document =
        WithPlaces { parliament: ParliamentOf::of(found, thresholds), constituencies: constituencies.collect() };
    Ok(page::body(Format::Json, serde_json::to_string(&document)?, CachePolicy::ForAMinute))
}
