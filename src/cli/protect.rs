//! `undersigned protect`: networks and mail domains that are blocked, or never limited.

use std::process::ExitCode;

use super::{database::Database, say};
use crate::{
    actions::protect,
    domain::{
        limits,
        protection::{Listed, Rule},
        text,
    },
    settings::Settings,
    store::{self, audit::Actor},
};

/// Lists a network or domain.
pub(super) async fn list(settings: &Settings, listed: &Listed, rule: Rule, note: &str) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = match database.pool.acquire().await {
        Ok(mut db) => {
            let actor = Actor::nobody("command line");
            protect::list(&mut db, &actor, listed, rule, note, settings.clock().now()).await
        }
        Err(error) => Err(error),
    };
    database.close().await;
    let already = if outcome? { "" } else { " already" };
    let means = match rule {
        Rule::Allowed => "signatures from there are not limited",
        Rule::Blocked => "signatures from there go into quarantine",
    };
    say(&format!("{listed} is {}{already}: {means}.", rule.word()));
    Ok(ExitCode::SUCCESS)
}

/// Takes a network or domain off the lists.
pub(super) async fn forget(settings: &Settings, listed: &Listed) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = match database.pool.acquire().await {
        Ok(mut db) => protect::forget(&mut db, &Actor::nobody("command line"), listed, settings.clock().now()).await,
        Err(error) => Err(error),
    };
    database.close().await;
    if outcome? {
        say(&format!("{listed} is no longer listed."));
        Ok(ExitCode::SUCCESS)
    } else {
        anyhow::bail!("{listed} is not listed; “undersigned protect list” shows what is")
    }
}

/// Shows what is listed.
pub(super) async fn show(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = match database.pool.acquire().await {
        Ok(mut db) => store::protection::lines(&mut db).await,
        Err(error) => Err(error),
    };
    database.close().await;
    let lines = outcome?;
    for line in &lines {
        let note = if line.note.is_empty() { String::new() } else { format!(": {}", line.note) };
        say(&format!("{} {} since {:.0}{note}", line.listed, line.rule.word(), line.since));
    }
    if lines.is_empty() {
        say("No network and no mail domain is listed.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes a network or domain as it was typed.
pub(super) fn listed(text: &str) -> Result<Listed, String> {
    text.parse().map_err(|error: crate::domain::protection::ListedError| error.to_string())
}

/// Takes a note as it was typed.
pub(super) fn note(typed: &str) -> Result<String, String> {
    let note = typed.trim();
    if note.chars().any(char::is_control) || text::letters(note) > limits::NAME {
        return Err(format!("wants one line of at most {} letters", limits::NAME));
    }
    Ok(note.to_owned())
}
