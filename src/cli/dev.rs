//! `undersigned dev`: tools for developers.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Context;
use sqlx::PgPool;

use super::database::up_to_date;
use crate::{
    dev::postgres::{Options, PrivatePostgres, default_data_dir},
    settings::Settings,
};

/// Runs a command beside a throw-away PostgreSQL that has all tables, and gives back how it ended.
pub(super) async fn postgres(settings: &Settings, command: &[OsString]) -> anyhow::Result<ExitCode> {
    let checkout = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = default_data_dir(checkout).with_extension(format!("dev-{}", std::process::id()));
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
    let pool = PgPool::connect(&private.url()).await?;
    up_to_date(&pool).await?;
    pool.close().await;
    let [program, arguments @ ..] = command else { anyhow::bail!("wants a command") };
    let status = tokio::process::Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", private.url())
        .status()
        .await
        .with_context(|| format!("cannot run {}", program.display()))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
