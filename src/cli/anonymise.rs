//! `undersigned anonymise`: erases the personal data of petitions that have been over for long enough, or says whose that
//! would be.

use std::process::ExitCode;

use super::{database::Database, say};
use crate::{actions::forget, settings::Settings, store::anonymising::Due};

pub(super) async fn run(settings: &Settings, dry_run: bool) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = run_in(settings, &database, dry_run).await;
    database.close().await;
    let (due, erased) = outcome?;
    for petition in &due {
        let Due { id, action, signatures, .. } = petition;
        let what = match (&petition.kept, dry_run) {
            (Some(_), _) => "kept, since staff have said so",
            (None, true) => "would be erased",
            (None, false) => "erased",
        };
        say(&format!("petition {id} ({action}), over since {}: {} {what}", petition.over_since, counted(*signatures)));
    }
    match erased {
        None => {
            let all = due.iter().filter(|petition| petition.kept.is_none()).map(|petition| petition.signatures).sum();
            say(&format!("The personal data of {} would be erased. Nothing was changed.", counted(all)));
        }
        Some(erased) => {
            say(&format!("The personal data of {} were erased.", counted(i64::try_from(erased).unwrap_or(i64::MAX))));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_in(settings: &Settings, database: &Database, dry_run: bool) -> sqlx::Result<(Vec<Due>, Option<u64>)> {
    let (retention, now) = (settings.retention(), settings.clock().now());
    let due = forget::would_erase(&mut *database.pool.acquire().await?, retention, now).await?;
    if dry_run {
        return Ok((due, None));
    }
    Ok((due, Some(forget::erase_personal_data(&database.pool, retention, now).await?)))
}

fn counted(signatures: i64) -> String {
    if signatures == 1 { "1 signature".to_owned() } else { format!("{signatures} signatures") }
}
