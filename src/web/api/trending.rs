//! The petitions signed most in the last hour or day, as JSON.

use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::petition::{Link, Moment};
use crate::{
    app::App,
    domain::window::Window,
    store, urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Now, Query},
        memory::Memory,
        page,
    },
};

/// Most petitions in the list.
pub const MOST: i64 = 10;

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    window: Option<String>,
}

/// The petitions signed most lately.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Trending")]
pub(super) struct Document {
    /// The petitions, most first.
    data: Vec<Item>,
    /// Where this is.
    links: Link,
    /// From when it is.
    meta: Meta,
}

/// A petition that is signed much.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrendingItem")]
struct Item {
    /// Always `petition`.
    #[serde(rename = "type")]
    #[schemars(extend("const" = "petition"))]
    kind: &'static str,
    /// The petition’s number.
    id: i64,
    /// Where all there is to know of it is to be had.
    links: Link,
    /// What is known of it here.
    attributes: Attributes,
}

/// What is known of a petition that is signed much.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrendingAttributes")]
struct Attributes {
    /// What it asks for.
    action: String,
    /// Signatures of the last hour or day, whichever was asked for.
    signature_count: u32,
}

/// From when these numbers are.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrendingMeta")]
struct Meta {
    /// The moment.
    updated_at: Moment,
}

/// The petitions that are signed most.
///
/// # Errors
/// When the database fails, or another window is wanted.
pub async fn json(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    query: Option<Query<Wanted>>,
) -> Result<Response, PageError> {
    let (window, query) = match query.and_then(|query| query.0.window) {
        Some(code) => {
            let window = Window::from_code(&code);
            (window.ok_or_else(|| PageError::bad_request("The window is hour or day."))?, format!("?window={code}"))
        }
        None => (Window::Hour, String::new()),
    };
    let find = async { store::popular::most_signed(&mut *app.pool.acquire().await?, now.0, window, MOST).await };
    let popular = memory.popular(window, find).await?;
    let link = |path: String| Link { this: format!("{}{path}", app.public_url) };
    let document = Document {
        data: popular
            .iter()
            .map(|petition| Item {
                kind: "petition",
                id: petition.id.get(),
                links: link(urls::petition_json(&petition.id)),
                attributes: Attributes { action: petition.action.clone(), signature_count: petition.lately },
            })
            .collect(),
        links: link(format!("/trending.json{query}")),
        meta: Meta { updated_at: Moment(now.0) },
    };
    Ok(page::body(Format::Json, serde_json::to_string(&document)?, CachePolicy::ForASecond))
}
