//! The petitions signed most in the last hour or day, as JSON.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};

use super::petition::Moment;
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

#[derive(Serialize)]
struct Document {
    data: Vec<Item>,
    links: Link,
    meta: Meta,
}

#[derive(Serialize)]
struct Item {
    #[serde(rename = "type")]
    kind: &'static str,
    id: i64,
    links: Link,
    attributes: Attributes,
}

#[derive(Serialize)]
struct Attributes {
    action: String,
    /// In the last hour, as the reference service has it, or in the last day.
    signature_count: u32,
}

#[derive(Serialize)]
struct Link {
    #[serde(rename = "self")]
    this: String,
}

#[derive(Serialize)]
struct Meta {
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
