//! `undersigned dev`: tools for developers.

use std::{ffi::OsString, path::Path, process::ExitCode};

use anyhow::Context;
use sqlx::{PgPool, migrate::Migrator};
use tokio::signal::unix::{SignalKind, signal};

use super::database::data_dir;
use crate::{
    dev::postgres::{Options, PrivatePostgres},
    settings::Settings,
};

/// Runs a command beside a throw-away PostgreSQL that has all tables, and gives back how it ended.
pub(super) async fn postgres(settings: &Settings, command: &[OsString]) -> anyhow::Result<ExitCode> {
    let folder = data_dir(settings).with_extension(format!("dev-{}", std::process::id()));
    let private = PrivatePostgres::start(&Options {
        data_dir: folder.clone(),
        pg_bin: settings.pg_bin.clone(),
        max_connections: 100,
        durable: false,
    })
    .await?;
    let outcome = beside(&private, command).await;
    private.stop().await;
    std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    outcome
}

async fn beside(private: &PrivatePostgres, command: &[OsString]) -> anyhow::Result<ExitCode> {
    // As they are in the checkout now: whoever has just written one cannot build the program yet, since the queries
    // that go with it have to be described first, for which this database is wanted.
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let pool = PgPool::connect(&private.url()).await?;
    Migrator::new(migrations).await?.run(&pool).await?;
    pool.close().await;

    let [program, arguments @ ..] = command else { anyhow::bail!("wants a command") };
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", private.url())
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            // A Ctrl-C goes to the command as well, which may want to finish something. We stay until it has ended.
            _ = interrupt.recv() => {}
            _ = terminate.recv() => child.start_kill()?,
        }
    };
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
