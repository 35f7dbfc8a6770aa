//! `undersigned collection`, `quarantine`, `rotate-keys`: what operators do about signatures.

use std::process::ExitCode;

use super::{database::Database, say, secrets};
use crate::{
    actions::{configure, quarantine, rotate_keys},
    domain::{petition::PetitionId, suspicion::Suspicion},
    settings::Settings,
    store::{self, audit::Actor},
};

/// Pauses the taking of signatures, or goes on with it.
pub(super) async fn collection(settings: &Settings, paused: bool) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = match database.pool.acquire().await {
        Ok(mut db) => {
            let actor = Actor::nobody("command line");
            configure::pause_collection(&mut db, &actor, paused, settings.clock().now()).await
        }
        Err(error) => Err(error),
    };
    database.close().await;
    outcome?;
    say(if paused {
        "No new signatures are taken. Pending ones can still be confirmed."
    } else {
        "Signatures are taken."
    });
    Ok(ExitCode::SUCCESS)
}

/// Lists what is in quarantine.
pub(super) async fn quarantined(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = match database.pool.acquire().await {
        Ok(mut db) => store::signatures::quarantine(&mut db).await,
        Err(error) => Err(error),
    };
    database.close().await;
    let quarantined = outcome?;
    for part in &quarantined {
        let (id, code, label) = (part.petition, part.reason.code(), part.reason.label());
        say(&format!(
            "petition {id}, reason {code} ({label}): {} not counted, {} not yet confirmed",
            part.confirmed, part.pending
        ));
    }
    if quarantined.is_empty() {
        say("No signature is in quarantine.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Lets out what is in quarantine on a petition.
pub(super) async fn release(
    settings: &Settings,
    petition: PetitionId,
    reason: Option<Suspicion>,
) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = match database.pool.acquire().await {
        Ok(mut db) => {
            let thresholds = store::site::settings(&mut db).await?.thresholds(settings.thresholds());
            let (actor, now) = (Actor::nobody("command line"), settings.clock().now());
            quarantine::release(&mut db, petition, reason, &actor, thresholds, now).await
        }
        Err(error) => Err(error),
    };
    database.close().await;
    say(&match outcome? {
        1 => format!("1 signature on petition {petition} is counted now."),
        many => format!("{many} signatures on petition {petition} are counted now."),
    });
    Ok(ExitCode::SUCCESS)
}

/// Makes anew what former keys have encrypted.
pub(super) async fn rotate(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = rotate_in(settings, &database).await;
    database.close().await;
    let rotated = outcome?;
    say(&format!("{} signatures are encrypted with the current key now.", rotated.resealed));
    if rotated.doubled > 0 {
        let many = rotated.doubled;
        eprintln!(
            "{many} signatures were left: who signed has signed again at a program that knew only the former key."
        );
    }
    if rotated.unwanted > 0 {
        let many = rotated.unwanted;
        say(&format!(
            "{many} addresses that want no mail about a petition are known by a former key alone; without it, they are forgotten."
        ));
    }
    if rotated.accounts > 0 {
        say(&format!("So is what the codes of {} accounts of staff are made from.", rotated.accounts));
    }
    if rotated.drafts > 0 {
        say(&format!("So are {} drafts of petitions.", rotated.drafts));
    }
    if rotated.followers > 0 {
        say(&format!("So are the addresses of {} people who follow something.", rotated.followers));
    }
    if rotated.unopened == 0 {
        say(
            "Former keys open nothing any more that is kept: take them out of --secret-keys (UNDERSIGNED_SECRET_KEYS) once links in mails have had their time.",
        );
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "{} signatures or accounts cannot be opened with any of the keys; they were left as they are.",
        rotated.unopened
    );
    Ok(ExitCode::FAILURE)
}

async fn rotate_in(settings: &Settings, database: &Database) -> anyhow::Result<rotate_keys::Rotated> {
    let keyring = secrets::keyring(settings, database)?;
    let mut db = database.pool.acquire().await?;
    let progress = |rotated: rotate_keys::Rotated| {
        tracing::info!(resealed = rotated.resealed, "{} signatures are encrypted anew", rotated.resealed);
    };
    Ok(rotate_keys::rotate_keys(&mut db, &keyring, progress).await?)
}

/// A reason as operators type it: its number.
pub(super) fn suspicion(text: &str) -> Result<Suspicion, String> {
    text.parse().ok().and_then(Suspicion::from_code).ok_or_else(|| {
        let all = Suspicion::ALL.map(|reason| format!("{} ({})", reason.code(), reason.label()));
        format!("wants the number of a reason: {}", all.join(", "))
    })
}
