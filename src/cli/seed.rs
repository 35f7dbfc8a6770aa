//! `undersigned seed`: sample petitions into an empty database.

use std::{process::ExitCode, time::Instant};

use anyhow::bail;
use sqlx::PgPool;

use super::{database::Database, say, secrets};
use crate::{actions, clock::Clock, dev::sample, domain::keyring::Keyring, settings::Settings, store};

pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = match secrets::keyring(settings, &database) {
        Ok(keyring) => fill(&database.pool, &keyring, &settings.clock()).await,
        Err(error) => Err(error),
    };
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
pub(super) async fn fill(pool: &PgPool, keyring: &Keyring, clock: &Clock) -> anyhow::Result<bool> {
    let began = Instant::now();
    let now = clock.now();
    let mut tx = pool.begin().await?;
    store::locks::take(&mut tx, "seed").await?;
    if !store::health::check(&mut tx).await?.empty {
        return Ok(false);
    }
    let samples = tokio::task::spawn_blocking(move || sample::with_people(now)).await?;
    actions::seed::seed(&mut tx, &samples, keyring, now).await?;
    tx.commit().await?;
    say(&format!("Made {} sample petitions in {:.1} s.", samples.len(), began.elapsed().as_secs_f64()));
    Ok(true)
}
