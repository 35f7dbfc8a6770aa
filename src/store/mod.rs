//! What is remembered: all SQL, as plain functions on a connection that work inside and outside a transaction.

pub mod anonymising;
pub mod areas;
pub mod audit;
pub mod closing;
pub mod creators;
pub mod debates;
pub mod desk;
pub mod digests;
pub mod drafts;
pub mod estimates;
pub mod feedback;
pub mod figures;
pub mod follows;
pub mod forms;
pub mod happenings;
pub mod health;
pub mod imports;
pub mod job_runs;
pub mod judging;
pub mod listing;
pub mod local;
pub mod locks;
pub mod mailings;
pub mod moderation;
pub mod oddities;
pub mod outages;
pub mod outbox;
pub mod outbox_desk;
pub mod parliaments;
pub mod passkeys;
pub mod petitions;
pub mod places;
pub mod popular;
pub mod postcodes;
pub mod protection;
pub mod recount;
pub mod reference;
pub mod refused_sign_ins;
pub mod related;
pub mod removals;
pub mod responses;
pub mod search;
pub mod sessions;
pub mod sign_in_failures;
pub mod signature_rules;
pub mod signature_search;
pub mod signatures;
pub mod site;
pub mod site_pages;
pub mod sitemap;
pub mod staff;
pub mod starting;
pub mod statistics;
pub mod supporters;
pub mod tallies;
pub mod thresholds;
pub mod topics;

use std::time::Duration;

use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{
    PgConnection, PgPool, Postgres, Transaction,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// The steps by which the database came to look as it does.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// How long a request waits for a connection before it is told that the site is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connects to a database; `connections` at the most.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn connect(options: PgConnectOptions, connections: u32) -> sqlx::Result<PgPool> {
    PgPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE).connect_with(options).await
}

/// Begins a read of one moment: everything read in this transaction belongs together.
///
/// # Errors
/// When the database fails.
pub async fn snapshot(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    // In a task of its own, which goes on when a request is broken off. Broken off itself, this would give the
    // connection back with the transaction open (sqlx 0.9.0), to show others the same moment for ever.
    let begun = tokio::spawn(async move { pool.begin_with("begin isolation level repeatable read read only").await });
    begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

/// Writes a moment as the database wants it.
fn sql(at: jiff::Timestamp) -> SqlTimestamp {
    at.to_sqlx()
}

/// Writes a moment, if there is one, as the database wants it.
fn sql_opt(at: Option<jiff::Timestamp>) -> Option<SqlTimestamp> {
    at.map(|at| at.to_sqlx())
}

/// Writes a day, if there is one, as the database wants it.
fn sql_day(day: Option<jiff::civil::Date>) -> Option<jiff_sqlx::Date> {
    day.map(|day| day.to_sqlx())
}

/// The database's connection, as every function here takes it.
pub type Db = PgConnection;
