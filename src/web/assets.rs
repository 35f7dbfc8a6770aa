//! Static files under names that change with their content, so that they can be kept for ever.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    body::Bytes,
    extract::State,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use serde_json::json;

use super::{
    cache::CachePolicy,
    error::PageError,
    extract::{AssetName, Format},
    page,
};
use crate::{app::App, urls};

#[derive(RustEmbed)]
#[folder = "static"]
struct Files;

/// The ground of every page by day, as site.css has it (`--paper`).
pub const PAPER: &str = "#fdfdfb";
/// The same by night.
pub const PAPER_AT_NIGHT: &str = "#101713";

struct Asset {
    /// `site.0123456789ab.css`
    name: String,
    media_type: String,
    content: Bytes,
}

/// The files by their own name.
static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    Files::iter()
        .filter_map(|file| {
            let embedded = Files::get(&file)?;
            let hash = blake3::hash(&embedded.data).to_hex();
            let (stem, ending) = file.rsplit_once('.').unwrap_or((&file, ""));
            let name = format!("{stem}.{}.{ending}", &hash[..12]);
            let media_type = match embedded.metadata.mimetype() {
                text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
                other => other.to_owned(),
            };
            let content = Bytes::from(embedded.data.into_owned());
            Some((file.to_string(), Asset { name, media_type, content }))
        })
        .collect()
});

/// The address of a static file, by its name in the folder `static`.
pub fn url(file: &str) -> String {
    match ASSETS.get(file) {
        Some(asset) => format!("/static/{}", asset.name),
        None => format!("/static/{file}"),
    }
}

/// Serves a static file.
///
/// # Errors
/// When there is no such file, or it has changed since its address was made.
pub async fn show(AssetName(wanted): AssetName) -> Result<Response, PageError> {
    let asset = ASSETS.values().find(|asset| asset.name == wanted).ok_or(PageError::NotFound)?;
    let headers = [(CONTENT_TYPE, asset.media_type.parse()?), (CACHE_CONTROL, CachePolicy::Forever.header())];
    Ok((headers, asset.content.clone()).into_response())
}

/// The icon at the address where browsers look for one unasked.
pub async fn icon() -> Result<Response, PageError> {
    let asset = ASSETS.get("icon.svg").ok_or(PageError::NotFound)?;
    let headers = [(CONTENT_TYPE, asset.media_type.parse()?), (CACHE_CONTROL, CachePolicy::ForAnHour.header())];
    Ok((headers, asset.content.clone()).into_response())
}

/// What a telephone is told that puts the site among its programs: its name, its colours and its icon, which has every size.
pub async fn manifest(State(app): State<App>) -> Result<Response, PageError> {
    let name = app.site_name();
    let manifest = json!({
        "name": name,
        "short_name": name,
        "lang": "en-GB",
        "id": urls::home(),
        "start_url": urls::home(),
        "scope": urls::home(),
        "display": "browser",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [{ "src": url("icon.svg"), "type": "image/svg+xml", "sizes": "any", "purpose": "any" }],
    });
    let mut response = page::body(Format::Json, manifest.to_string(), CachePolicy::ForAnHour);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/manifest+json"));
    Ok(response)
}
