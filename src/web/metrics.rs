//! Figures for Prometheus, on a listener of their own that the public does not reach.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{app::App, store};

/// The site of the figures: `/metrics` and nothing else.
pub fn router(app: App) -> Router {
    Router::new().route("/metrics", get(show)).with_state(app)
}

async fn show(State(app): State<App>) -> Response {
    let outbox = match app.pool.acquire().await {
        Ok(mut db) => store::outbox::state(&mut db, app.clock.now()).await,
        Err(error) => Err(error),
    };
    let metrics = &app.metrics;
    match outbox {
        Ok(outbox) => {
            metrics.mails_waiting.set(outbox.waiting);
            metrics.mails_failed.set(outbox.given_up);
            metrics.mail_late_seconds.set(outbox.late.as_secs());
        }
        // What this process has counted is told all the same.
        Err(error) => tracing::error!(%error, "the outbox cannot be read for the metrics"),
    }
    match metrics.text() {
        Ok(text) => {
            ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
