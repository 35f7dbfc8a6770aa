//! `undersigned recount`: rebuilds every tally from the ledger and reports what was different.

use std::process::ExitCode;

use super::database::Database;
use crate::{actions, settings::Settings, store};

pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = match database.pool.acquire().await {
        Ok(mut db) => {
            let thresholds = store::site::settings(&mut db).await?.thresholds(settings.thresholds());
            actions::recount::recount(&mut db, thresholds, settings.clock().now()).await
        }
        Err(error) => Err(error),
    };
    database.close().await;
    let differences = outcome?;
    for difference in &differences {
        println!(
            "petition {}: {} stood at {}, rebuilt to {}",
            difference.petition, difference.tally, difference.stored, difference.counted
        );
    }
    println!(
        "{}",
        match differences.len() {
            0 => "Every tally agrees with the ledger.".to_owned(),
            1 => "1 tally was different and has been rebuilt.".to_owned(),
            many => format!("{many} tallies were different and have been rebuilt."),
        }
    );
    Ok(ExitCode::SUCCESS)
}
