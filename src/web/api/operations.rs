//! For those who run the site: is it there, is it well, what may robots read.

use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::petition::Moment;
use crate::{
    app::App,
    store::{self, health::Health, outbox::OutboxState},
    urls,
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

/// How the program is.
#[derive(Serialize, JsonSchema)]
pub(super) struct HealthCheck {
    /// `ok`; `delayed`: mail is late; `miscounted`: somebody should look after the numbers; `failing`: it does not work.
    #[schemars(extend("enum" = ["ok", "delayed", "miscounted", "failing"]))]
    status: &'static str,
    /// When this was asked.
    time: Moment,
    /// Whether the database answers.
    database_connection: bool,
    /// Whether it can be written to.
    database_write: bool,
    /// Whether it is up to date with the program.
    database_migrations: bool,
    /// How mail stands; `null`: the database does not answer.
    mail: Option<Mail>,
    /// Tallies that did not agree with the ledger when this process last compared them.
    tally_differences: i64,
    /// The program’s version.
    version: &'static str,
}

/// How mail stands.
#[derive(Serialize, JsonSchema)]
struct Mail {
    /// Mails that are still to be sent.
    waiting: i64,
    /// By how much the mail that should have left first is late.
    oldest_waiting_seconds: i64,
    /// Mails that could not be sent.
    given_up: i64,
}

/// When the mail that should have left first is late by more, mail is called delayed.
const DELAYED: SignedDuration = SignedDuration::from_mins(15);

/// The program and its database are well: 200, or 503 if not. Mail that is late and
/// tallies that differ do not make the site unwell; they show in its status.
///
/// # Errors
/// When the answer cannot be written.
pub async fn health_check(State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let checked = match app.pool.acquire().await {
        Ok(mut db) => both(&mut db, now.0).await,
        Err(error) => Err(error),
    };
    if let Err(error) = &checked {
        tracing::error!(%error, "the health check cannot reach the database");
    }
    let (database, outbox) = checked.ok().unzip();
    let delayed = outbox.is_some_and(|outbox| outbox.late > DELAYED);
    let well = database.is_some_and(|database| database.writable && database.migrated);
    let tally_differences = app.metrics.tally_differences.get();
    let health = HealthCheck {
        status: match well {
            false => "failing",
            // The site works; somebody should look after its numbers, or after its mail.
            true if tally_differences > 0 => "miscounted",
            true if delayed => "delayed",
            true => "ok",
        },
        time: Moment(now.0),
        database_connection: database.is_some(),
        database_write: database.is_some_and(|database| database.writable),
        database_migrations: database.is_some_and(|database| database.migrated),
        mail: outbox.map(|outbox| Mail {
            waiting: outbox.waiting,
            oldest_waiting_seconds: outbox.late.as_secs(),
            given_up: outbox.given_up,
        }),
        tally_differences,
        version: env!("CARGO_PKG_VERSION"),
    };
    let mut response = page::body(Format::Json, serde_json::to_string(&health)?, CachePolicy::Never);
    if !well {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(response)
}

async fn both(db: &mut store::Db, now: Timestamp) -> sqlx::Result<(Health, OutboxState)> {
    Ok((store::health::check(db).await?, store::outbox::state(db, now).await?))
}

/// What robots may read: everything that is worth finding; and where all of it is listed.
pub async fn robots(State(app): State<App>) -> Response {
    let rules = "User-agent: *\n\
        Disallow: /petitions/*/signatures/\n\
        Disallow: /admin\n\
        Disallow: /petitions/check\n\
        Disallow: /petitions/*/creator\n\
        Disallow: /petitions/*/follow\n\
        Disallow: /petitions/*/sponsors/\n\
        Disallow: /petitions/*/thank-you\n\
        Disallow: /topics/*/follow\n\
        Disallow: /follows/\n\
        Disallow: /signatures/\n\
        Disallow: /petitions/*/gathering-support\n\
        Disallow: /petitions/*/moderation-info\n\
        Disallow: /feedback/thanks\n\
        Disallow: /health-check\n\
        Disallow: /ping\n";
    let text = format!("{rules}\nSitemap: {}{}\n", app.public_url, urls::sitemap());
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
