//! For those who run the site: is it there, is it well, what may robots read.

use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::petition::Moment;
use crate::{
    app::App,
    store,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Now},
        page,
    },
};

/// The program is there.
pub async fn ping() -> &'static str {
    "PONG"
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    time: Moment,
    database_connection: bool,
    database_write: bool,
    database_migrations: bool,
    version: &'static str,
}

/// The program and its database are well: 200, or 503 if not.
///
/// # Errors
/// When the answer cannot be written.
pub async fn health_check(State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let checked = match app.pool.acquire().await {
        Ok(mut db) => store::health::check(&mut db).await,
        Err(error) => Err(error),
    };
    if let Err(error) = &checked {
        tracing::error!(%error, "the health check cannot reach the database");
    }
    let database = checked.ok();
    let well = database.is_some_and(|database| database.writable && database.migrated);
    let health = Health {
        status: if well { "ok" } else { "failing" },
        time: Moment(now.0),
        database_connection: database.is_some(),
        database_write: database.is_some_and(|database| database.writable),
        database_migrations: database.is_some_and(|database| database.migrated),
        version: env!("CARGO_PKG_VERSION"),
    };
    let mut response = page::body(Format::Json, serde_json::to_string(&health)?, CachePolicy::Never);
    if !well {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(response)
}

/// What robots may read: everything that is worth finding.
pub async fn robots() -> Response {
    let text = "User-agent: *\n\
        Disallow: /petitions/*/signatures/\n\
        Disallow: /petitions/*/thank-you\n\
        Disallow: /signatures/\n\
        Disallow: /petitions/*/gathering-support\n\
        Disallow: /petitions/*/moderation-info\n\
        Disallow: /health-check\n\
        Disallow: /ping\n";
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
