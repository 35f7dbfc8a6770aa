//! What Parliament did about a petition: a debate that is announced, and what came of it.

use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use sqlx::Connection;

use super::{
    mailings::{self, Begun},
    respond::NotDone,
};
use crate::{
    domain::{
        mailing::MailingKind,
        petition::{Debate, PetitionId},
        threshold::Thresholds,
    },
    store::{
        self, Db,
        audit::{Act, Actor},
        debates::DebateStanding,
    },
};

/// What is to be noted about a debate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was announced, on the second day for the first.
    Schedule(Date, Date),
    /// It was not announced after all.
    Unschedule,
    /// What came of it, or of the request for one.
    Outcome(Debate),
    /// Nothing is known of what came of it after all.
    NoOutcome,
}

impl Change {
    fn name(&self) -> &'static str {
        match self {
            Self::Schedule(..) => "debate.schedule",
            Self::Unschedule => "debate.unschedule",
            Self::Outcome(_) => "debate.outcome",
            Self::NoOutcome => "debate.clear_outcome",
        }
    }

    fn kind(&self) -> MailingKind {
        match self {
            Self::Schedule(..) | Self::Unschedule => MailingKind::DebateScheduled,
            Self::Outcome(_) | Self::NoOutcome => MailingKind::DebateOutcome,
        }
    }
}

fn of(standing: &DebateStanding) -> Value {
    json!({
        "announced_on": standing.announced_on,
        "scheduled_for": standing.scheduled_for,
        "outcome": standing.outcome.as_ref().map(|debate| json!({
            "debated": debate.debated,
            "debated_on": debate.debated_on,
            "overview": debate.overview,
            "transcript_url": debate.transcript_url,
            "video_url": debate.video_url,
            "debate_pack_url": debate.debate_pack_url,
            "public_engagement_url": debate.public_engagement_url,
            "debate_summary_url": debate.debate_summary_url,
        })),
    })
}

/// Notes something about a debate, and mails the signers, if that is wanted. Mails about what is no longer so do not leave.
///
/// # Errors
/// When that cannot be; then nothing has changed.
#[expect(clippy::too_many_arguments, reason = "who does what to which, from what, when, and who is told")]
pub async fn change(
    db: &mut Db,
    id: PetitionId,
    version: &str,
    change: &Change,
    mails_signers: bool,
    thresholds: Thresholds,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<Begun>, NotDone> {
    let mut tx = db.begin().await?;
    let petition = store::responses::hold(&mut tx, id).await?.ok_or(NotDone::NoPetition)?;
    if !petition.is_open_to_change() {
        return Err(NotDone::NotHere);
    }
    let before = store::debates::standing(&mut tx, id).await?;
    if before.version() != version {
        return Err(NotDone::Stale);
    }
    match change {
        Change::Schedule(day, announced_on) => {
            store::debates::schedule(&mut tx, id, Some(*day), Some(*announced_on), now).await?;
        }
        Change::Unschedule => store::debates::schedule(&mut tx, id, None, None, now).await?,
        Change::Outcome(debate) => {
            store::debates::put_outcome(&mut tx, id, debate, actor.staff, now).await?;
            // Nobody has to hear any more of a debate to come.
            store::mailings::cancel_about(&mut tx, id, MailingKind::DebateScheduled, None, now).await?;
        }
        Change::NoOutcome => store::debates::clear_outcome(&mut tx, id, now).await?,
    }
    if matches!(change, Change::Unschedule | Change::NoOutcome) {
        store::mailings::cancel_about(&mut tx, id, change.kind(), None, now).await?;
        store::thresholds::settle(&mut tx, &[id], thresholds, now).await?;
    }
    let after = store::debates::standing(&mut tx, id).await?;
    let act = Act {
        name: change.name(),
        subject: "petition",
        subject_id: &id.to_string(),
        before: of(&before),
        after: of(&after),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    let begun = match mails_signers {
        true => mailings::begin(&mut tx, id, change.kind(), None, actor, now).await?,
        false => None,
    };
    tx.commit().await?;
    Ok(begun)
}
