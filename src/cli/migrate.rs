//! `undersigned migrate`.

use std::process::ExitCode;

use super::database::Database;
use crate::settings::Settings;

pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    Database::open(settings).await?.close().await;
    println!("The database is up to date.");
    Ok(ExitCode::SUCCESS)
}
