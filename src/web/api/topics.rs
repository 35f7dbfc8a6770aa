//! Topics as JSON: an object keyed by code.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    app::App,
    store,
    web::{cache::CachePolicy, error::PageError, extract::Format, page},
};

/// A topic.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Topic")]
pub(super) struct Named {
    /// The word that lists are asked for it by.
    code: String,
    /// Its name.
    name: String,
}

/// All topics.
///
/// # Errors
/// When the database fails.
pub async fn json(State(app): State<App>) -> Result<Response, PageError> {
    let topics = store::topics::all(&mut *app.pool.acquire().await?).await?;
    let topics: BTreeMap<String, Named> = topics
        .into_iter()
        .map(|known| (known.topic.code.clone(), Named { code: known.topic.code, name: known.topic.name }))
        .collect();
    Ok(page::body(Format::Json, serde_json::to_string(&topics)?, CachePolicy::ForAMinute))
}
