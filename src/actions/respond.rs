//! The government response: written as a draft, looked at by somebody else, published at once or at a set time, corrected and
//! withdrawn, each in one transaction.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use super::mailings::{self, Begun};
use crate::{
    domain::{
        deadline,
        mailing::MailingKind,
        petition::PetitionId,
        response::{Missing, ReadyResponse, ResponseText},
        threshold::Thresholds,
    },
    store::{
        self, Db,
        audit::{Act, Actor},
        responses::{ChangeKind, Draft, Published, Standing},
    },
};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// There is no such petition.
    #[error("there is no such petition")]
    NoPetition,
    /// It was imported, or it is not published.
    #[error("nothing can be published about this petition here")]
    NotHere,
    /// Somebody has changed something meanwhile, or there is nothing to do it with.
    #[error("somebody has changed the response meanwhile")]
    Stale,
    /// Somebody else has to approve it first.
    #[error("somebody else has to approve it first")]
    NotApproved,
    /// Whoever wrote it cannot approve it.
    #[error("whoever wrote it cannot approve it")]
    OwnText,
    /// Something is missing.
    #[error("something is missing")]
    Missing(Vec<Missing>),
    /// The database fails.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The petition, held, and how it stands, if that is still so as the form had it.
async fn hold(db: &mut Db, id: PetitionId, version: &str) -> Result<Standing, NotDone> {
    let petition = store::responses::hold(db, id).await?.ok_or(NotDone::NoPetition)?;
    if !petition.is_open_to_change() {
        return Err(NotDone::NotHere);
    }
    let standing = store::responses::standing(db, id).await?;
    if standing.version() == version { Ok(standing) } else { Err(NotDone::Stale) }
}

/// The draft, which whoever does something with it has seen.
fn draft(standing: &Standing) -> Result<&Draft, NotDone> {
    standing.draft.as_ref().ok_or(NotDone::Stale)
}

async fn note(
    db: &mut Db,
    actor: &Actor,
    name: &'static str,
    id: PetitionId,
    before: Value,
    after: Value,
    now: Timestamp,
) -> sqlx::Result<()> {
    let act = Act { name, subject: "petition", subject_id: &id.to_string(), before, after };
    store::audit::record(db, actor, act, now).await
}

/// What the log keeps of a draft.
fn of_draft(draft: Option<&Draft>) -> Value {
    draft.map_or(Value::Null, |draft| json!(draft.text))
}

/// What the log keeps of a published response.
fn of_published(published: Option<&Published>) -> Value {
    published.map_or(Value::Null, |published| json!(published.text))
}

/// Saves a draft. Whatever was approved or planned of it is taken back.
///
/// # Errors
/// When that cannot be; then nothing has changed.
pub async fn save_draft(
    db: &mut Db,
    id: PetitionId,
    version: &str,
    text: &ResponseText,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), NotDone> {
    let mut tx = db.begin().await?;
    let standing = hold(&mut tx, id, version).await?;
    // Nothing has changed, so nothing is taken back.
    if standing.draft.as_ref().is_some_and(|draft| draft.text == *text) {
        return Ok(());
    }
    store::responses::save_draft(&mut tx, id, text, actor.staff, now).await?;
    note(&mut tx, actor, "response.save_draft", id, of_draft(standing.draft.as_ref()), json!(text), now).await?;
    Ok(tx.commit().await?)
}

/// Approves a draft that somebody else has written.
///
/// # Errors
/// When that cannot be; then nothing has changed.
pub async fn approve(db: &mut Db, id: PetitionId, version: &str, actor: &Actor, now: Timestamp) -> Result<(), NotDone> {
    let mut tx = db.begin().await?;
    let standing = hold(&mut tx, id, version).await?;
    let draft = draft(&standing)?;
    if draft.saved_by == actor.staff {
        return Err(NotDone::OwnText);
    }
    ready(draft, &standing, now)?;
    store::responses::approve(&mut tx, id, actor.staff, now).await?;
    note(&mut tx, actor, "response.approve", id, Value::Null, of_draft(Some(draft)), now).await?;
    Ok(tx.commit().await?)
}

/// Throws a draft away.
///
/// # Errors
/// When that cannot be; then nothing has changed.
pub async fn discard(db: &mut Db, id: PetitionId, version: &str, actor: &Actor, now: Timestamp) -> Result<(), NotDone> {
    let mut tx = db.begin().await?;
    let standing = hold(&mut tx, id, version).await?;
    let draft = draft(&standing)?;
    store::responses::discard(&mut tx, id).await?;
    note(&mut tx, actor, "response.discard", id, of_draft(Some(draft)), Value::Null, now).await?;
    Ok(tx.commit().await?)
}

/// Plans that a draft publishes itself, or takes that back.
///
/// # Errors
/// When that cannot be; then nothing has changed.
pub async fn schedule(
    db: &mut Db,
    id: PetitionId,
    version: &str,
    at: Option<Timestamp>,
    mails_signers: bool,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), NotDone> {
    let mut tx = db.begin().await?;
    let standing = hold(&mut tx, id, version).await?;
    let draft = draft(&standing)?;
    let before = json!({ "publish_at": draft.publish_at.map(|at| at.to_string()) });
    let name = match at {
        Some(at) => {
            ready(draft, &standing, at)?;
            approved(&mut tx, draft).await?;
            "response.schedule"
        }
        None => "response.unschedule",
    };
    store::responses::schedule(&mut tx, id, at, mails_signers, actor.staff.filter(|_| at.is_some())).await?;
    let after = json!({ "publish_at": at.map(|at| at.to_string()), "mails_signers": mails_signers });
    note(&mut tx, actor, name, id, before, after, now).await?;
    Ok(tx.commit().await?)
}

/// The response, if nothing is missing at the moment of publishing.
fn ready(draft: &Draft, standing: &Standing, at: Timestamp) -> Result<ReadyResponse, NotDone> {
    draft.text.ready(deadline::day(at), standing.published.is_some()).map_err(NotDone::Missing)
}

/// Whether somebody else has looked at it, where that is wanted.
async fn approved(db: &mut Db, draft: &Draft) -> Result<(), NotDone> {
    if draft.approved_at.is_none() && store::responses::need_approval(db).await? {
        return Err(NotDone::NotApproved);
    }
    Ok(())
}

/// A response that has been published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responded {
    /// Whether one was there before, which it corrects.
    pub corrects: bool,
    /// The mailing that has begun.
    pub mailing: Option<Begun>,
}

/// Publishes a draft, or corrects with it what was published before; and mails the signers, if that is wanted.
///
/// # Errors
/// When that cannot be; then nothing has changed.
pub async fn publish(
    db: &mut Db,
    id: PetitionId,
    version: &str,
    mails_signers: bool,
    actor: &Actor,
    now: Timestamp,
) -> Result<Responded, NotDone> {
    let mut tx = db.begin().await?;
    let standing = hold(&mut tx, id, version).await?;
    let draft = draft(&standing)?;
    let ready = ready(draft, &standing, now)?;
    approved(&mut tx, draft).await?;
    let corrects = standing.published.is_some();
    if corrects {
        let note = &ready.correction_note;
        store::responses::keep(&mut tx, id, ChangeKind::Corrected, note, actor.staff, now).await?;
    }
    store::responses::publish(&mut tx, id, &ready, actor.staff, now).await?;
    store::responses::discard(&mut tx, id).await?;
    let name = if corrects { "response.correct" } else { "response.publish" };
    let before = of_published(standing.published.as_ref());
    note(&mut tx, actor, name, id, before, of_draft(Some(draft)), now).await?;
    let mailing = match mails_signers {
        true => mailings::begin(&mut tx, id, MailingKind::GovernmentResponse, None, actor, now).await?,
        false => None,
    };
    tx.commit().await?;
    Ok(Responded { corrects, mailing })
}

/// Publishes the drafts whose time has come; says how many. What cannot be published any more stays a draft, and says so in
/// the log. Harmless when repeated.
///
/// # Errors
/// When the database fails.
pub async fn publish_due(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let mut done = 0;
    for id in store::responses::due(db, now).await? {
        let standing = store::responses::standing(db, id).await?;
        let Some(draft) = standing.draft.as_ref().filter(|draft| draft.publish_at.is_some_and(|at| at <= now)) else {
            continue;
        };
        let planned = draft.publish_by_name.as_deref().unwrap_or("timetable");
        let actor = Actor { staff: draft.publish_by, ..Actor::nobody(planned) };
        match publish(db, id, &standing.version(), draft.mails_signers, &actor, now).await {
            Ok(_) => {
                tracing::info!(petition.id = %id, "the response to petition {id} is published, as planned");
                done += 1;
            }
            // Whoever has changed it has taken the plan back with that.
            Err(NotDone::Stale) => {}
            Err(NotDone::Database(error)) => return Err(error),
            Err(why) => {
                tracing::warn!(petition.id = %id, %why, "a response cannot be published as planned");
                let mut tx = db.begin().await?;
                store::responses::schedule(&mut tx, id, None, draft.mails_signers, None).await?;
                let before = json!({ "publish_at": draft.publish_at.map(|at| at.to_string()) });
                let after = json!({ "publish_at": Value::Null, "why": why.to_string() });
                note(&mut tx, &Actor::nobody("timetable"), "response.unschedule", id, before, after, now).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(done)
}

/// Withdraws a published response, with a note for the public. What it said stays readable; the petition waits for one again.
/// Mails about it that have not left do not leave.
///
/// # Errors
/// When that cannot be; then nothing has changed.
pub async fn withdraw(
    db: &mut Db,
    id: PetitionId,
    version: &str,
    public_note: &str,
    thresholds: Thresholds,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), NotDone> {
    let mut tx = db.begin().await?;
    let standing = hold(&mut tx, id, version).await?;
    let published = standing.published.as_ref().ok_or(NotDone::Stale)?;
    store::responses::keep(&mut tx, id, ChangeKind::Withdrawn, public_note, actor.staff, now).await?;
    store::responses::withdraw(&mut tx, id, now).await?;
    store::mailings::cancel_about(&mut tx, id, MailingKind::GovernmentResponse, None, now).await?;
    store::thresholds::settle(&mut tx, &[id], thresholds, now).await?;
    let after = json!({ "note": public_note });
    note(&mut tx, actor, "response.withdraw", id, of_published(Some(published)), after, now).await?;
    Ok(tx.commit().await?)
}
