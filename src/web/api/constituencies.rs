//! The constituencies of today as JSON: an object keyed by code.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    app::App,
    domain::area::BoundarySet,
    store,
    web::{cache::CachePolicy, error::PageError, extract::Format, page},
};

/// A constituency.
#[derive(Serialize, JsonSchema)]
pub(super) struct Constituency {
    /// Who represents it, where known.
    mp: Option<String>,
    /// Not known here: always `null`.
    party: Option<String>,
    /// Its name.
    constituency: String,
    /// The code that the Office for National Statistics gives it.
    ons_code: String,
    /// The first day of its boundaries.
    start_date: Date,
    /// Their last day; `null`: they are in force.
    end_date: Option<Date>,
}

/// All constituencies.
///
/// # Errors
/// When the database fails.
pub async fn json(State(app): State<App>) -> Result<Response, PageError> {
    let set = store::areas::boundary_set(&mut *app.pool.acquire().await?, BoundarySet::OF_2024).await?;
    let constituencies: BTreeMap<String, Constituency> = set
        .constituencies
        .into_iter()
        .map(|known| {
            let constituency = Constituency {
                mp: known.member,
                party: None,
                constituency: known.name,
                ons_code: known.code.clone(),
                start_date: set.starts_on,
                end_date: set.ends_on,
            };
            (known.code, constituency)
        })
        .collect();
    Ok(page::body(Format::Json, serde_json::to_string(&constituencies)?, CachePolicy::ForAMinute))
}
