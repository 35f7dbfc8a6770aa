//! `undersigned recount`: rebuilds every tally from the ledger and reports what was different.

use std::{collections::BTreeSet, process::ExitCode};

use super::database::Database;
use crate::{settings::Settings, store};

pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = rebuild(&database).await;
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

async fn rebuild(database: &Database) -> sqlx::Result<Vec<store::recount::Difference>> {
    let mut tx = database.pool.begin().await?;
    let differences = store::recount::differences(&mut tx).await?;
    let petitions: BTreeSet<_> = differences.iter().map(|difference| difference.petition).collect();
    for petition in petitions {
        store::recount::rebuild(&mut tx, petition).await?;
    }
    tx.commit().await?;
    Ok(differences)
}
