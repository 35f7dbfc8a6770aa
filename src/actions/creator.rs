//! What the creator of a petition can do by the link of a mail: take the petition back, choose which mails come, and have
//! the link mailed again.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::Connection;

use crate::{
    domain::{
        email::EmailAddress,
        keyring::Keyring,
        life::{self, Event},
        limits,
        mail::MailKind,
        petition::{PetitionId, PetitionState},
    },
    store::{
        self, Db,
        audit::{Act, Actor},
    },
};

/// What became of taking a petition back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawn {
    /// It is taken back; so many supporters are told.
    Done(u64),
    /// It cannot be taken back in this state.
    Not(PetitionState),
    /// There is no such petition.
    Missing,
}

/// Takes a petition back that is not published yet. Its creator is told, and those of its supporters who want to be.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn withdraw_petition(db: &mut Db, id: PetitionId, now: Timestamp) -> sqlx::Result<Withdrawn> {
    let mut tx = db.begin().await?;
    let Some(held) = store::moderation::find(&mut tx, id, true).await? else { return Ok(Withdrawn::Missing) };
    let before = held.standing.state;
    let line = life::next(Event::Withdraw, before, &held.standing.facts(now)).filter(|_| !held.imported);
    let Some(to) = line.and_then(|line| line.to) else { return Ok(Withdrawn::Not(before)) };
    store::creators::withdraw(&mut tx, id, to, now).await?;
    store::creators::forget_support(&mut tx, id).await?;
    let mails = store::supporters::tell(&mut tx, id, MailKind::PetitionWithdrawn, true, true, now).await?;
    let act = Act {
        name: "petition.withdraw",
        subject: "petition",
        subject_id: &id.to_string(),
        before: json!({ "state": before.code() }),
        after: json!({ "state": to.code(), "reason": "removed", "mails": mails }),
    };
    store::audit::record(&mut tx, &Actor::nobody("creator"), act, now).await?;
    tx.commit().await?;
    Ok(Withdrawn::Done(mails))
}

/// Says whether the creator wants mails that need not be sent. Harmless when repeated.
///
/// # Errors
/// When the database fails.
pub async fn want_mails(db: &mut Db, id: PetitionId, wanted: bool) -> sqlx::Result<()> {
    store::creators::want_updates(db, id, wanted).await
}

/// Mails the link to the creator's page again, if this is the creator's address, and not more often than every
/// [`limits::CREATOR_LINK_MINUTES`]. Who asks does not learn whether it was.
///
/// # Errors
/// When the database fails.
pub async fn mail_link_again(
    db: &mut Db,
    keyring: &Keyring,
    id: PetitionId,
    email: &EmailAddress,
    now: Timestamp,
) -> sqlx::Result<()> {
    let canonical = email.canonical();
    let mut hashes = keyring.former_email_hashes(&canonical);
    hashes.push(keyring.email_hash(&canonical));
    let pause = SignedDuration::from_mins(limits::CREATOR_LINK_MINUTES);
    store::creators::mail_link(db, id, Some(&hashes), pause, now).await?;
    Ok(())
}

/// Staff have the link mailed to the creator again. Says whether it was: there may be nobody to mail it to, or one may
/// have just left.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn staff_mail_link(db: &mut Db, actor: &Actor, id: PetitionId, now: Timestamp) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let pause = SignedDuration::from_mins(limits::CREATOR_LINK_MINUTES);
    if !store::creators::mail_link(&mut tx, id, None, pause, now).await? {
        return Ok(false);
    }
    let act = Act {
        name: "petition.mail_link",
        subject: "petition",
        subject_id: &id.to_string(),
        before: json!(null),
        after: json!({ "mails": 1 }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(true)
}
