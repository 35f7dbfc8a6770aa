//! The petitions signed most in the last hour, as JSON.

use axum::{extract::State, response::Response};
use serde::Serialize;

use super::petition::Moment;
use crate::{
    app::App,
    store, urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Now},
        page,
    },
};

/// Most petitions in the list.
const MOST: i64 = 10;

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
    /// In the last hour, as the reference service has it.
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
/// When the database fails.
pub async fn json(State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let popular = store::popular::last_hour(&mut *app.pool.acquire().await?, now.0, MOST).await?;
    let link = |path: String| Link { this: format!("{}{path}", app.public_url) };
    let document = Document {
        data: popular
            .into_iter()
            .map(|petition| Item {
                kind: "petition",
                id: petition.id.get(),
                links: link(urls::petition_json(&petition.id)),
                attributes: Attributes { action: petition.action, signature_count: petition.last_hour },
            })
            .collect(),
        links: link("/trending.json".to_owned()),
        meta: Meta { updated_at: Moment(now.0) },
    };
    Ok(page::body(Format::Json, serde_json::to_string(&document)?, CachePolicy::ForASecond))
}
