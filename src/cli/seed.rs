//! `undersigned seed`: sample petitions into an empty database.

use std::{process::ExitCode, time::Instant};

use anyhow::bail;
use sqlx::PgPool;

use super::{database::Database, say};
use crate::{actions, clock::Clock, dev::sample, settings::Settings, store};

pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = fill(&database.pool, &settings.clock()).await;
    database.close().await;
    if outcome? {
        Ok(ExitCode::SUCCESS)
    } else {
        bail!("the database has petitions already; sample petitions are for an empty one")
    }
}

/// Fills an empty database with sample petitions, all or none; `false` if it is not empty.
///
/// # Errors
/// When the database fails.
pub(super) async fn fill(pool: &PgPool, clock: &Clock) -> anyhow::Result<bool> {
    let began = Instant::now();
    let now = clock.now();
    let mut tx = pool.begin().await?;
    store::locks::take(&mut tx, "seed").await?;
    if !store::health::check(&mut tx).await?.empty {
        return Ok(false);
    }
    let records = tokio::task::spawn_blocking(move || sample::petitions(now)).await?;
    actions::seed::seed(&mut tx, &records, now).await?;
    tx.commit().await?;
    say(&format!("Made {} sample petitions in {:.1} s.", records.len(), began.elapsed().as_secs_f64()));
    Ok(true)
}
