//! Mailings: begun together with what they tell, stopped and gone on with, and put into the outbox bit by bit.

use futures_util::TryStreamExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::{Connection, PgPool};

use crate::{
    domain::{
        mailing::{MailingId, MailingKind},
        petition::PetitionId,
    },
    store::{
        self, Db,
        audit::{Act, Actor},
        mailings::{NewMailing, Unqueued},
    },
};

/// Mails that are put into the outbox in one transaction. Whoever notes what became of mails of the same mailing waits for
/// that; a twentieth of a second is soon over.
const BATCH: usize = 4_000;

/// A mailing that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its number.
    pub id: MailingId,
    /// How many asked for it.
    pub people: u32,
    /// Those about the same that it has replaced, since their mails had not all left.
    pub replaced: usize,
}

/// Begins a mailing to the signers of a petition and to those who follow it, in the transaction of what it tells; `None` if nobody has asked for it.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    db: &mut Db,
    petition: PetitionId,
    kind: MailingKind,
    activity: Option<i64>,
    actor: &Actor,
    now: Timestamp,
) -> sqlx::Result<Option<Begun>> {
    let asked = match kind.goes_to_signers() {
        true => store::mailings::asked(db, petition).await?,
        false => store::mailings::followers_asked(db, petition).await?,
    };
    if asked.people == 0 {
        return Ok(None);
    }
    let new = NewMailing { petition, kind, activity, asked, by: actor.staff };
    let (id, replaced) = store::mailings::begin(db, &new, now).await?;
    let what = json!({
        "mailing": id, "kind": kind, "people": asked.people, "replaces": &replaced,
    });
    let act = Act {
        name: "mailing.begin",
        subject: "petition",
        subject_id: &petition.to_string(),
        before: Value::Null,
        after: what,
    };
    store::audit::record(db, actor, act, now).await?;
    Ok(Some(Begun { id, people: asked.people, replaced: replaced.len() }))
}

/// What staff do with a mailing that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Stop it for a while.
    Pause,
    /// Go on with it.
    GoOn,
    /// Stop it for good.
    Cancel,
}

/// Does something with a mailing, about a petition or with weekly news; `false` if that was not to be done any more.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn order(
    db: &mut Db,
    petition: Option<PetitionId>,
    id: MailingId,
    order: Order,
    actor: &Actor,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let (name, done) = match order {
        Order::Pause => ("mailing.pause", store::mailings::pause(&mut tx, id, now).await?),
        Order::GoOn => ("mailing.go_on", store::mailings::go_on(&mut tx, id, now).await?),
        Order::Cancel => ("mailing.cancel", store::mailings::cancel(&mut tx, id, now).await?),
    };
    if done {
        let (subject, subject_id) = match petition {
            Some(petition) => ("petition", petition.to_string()),
            None => ("mailing", id.to_string()),
        };
        let act = Act { name, subject, subject_id: &subject_id, before: Value::Null, after: json!({ "mailing": id }) };
        store::audit::record(&mut tx, actor, act, now).await?;
    }
    tx.commit().await?;
    Ok(done)
}

/// Puts the mails of a mailing into the outbox, from where it was left; says how many. One process does so at a time;
/// another finds nothing to do. The signatures are read in order, as many as are being put in, not all of them at once.
///
/// # Errors
/// When the database fails; what was put in until then stays, and the next time goes on from there.
pub async fn queue(pool: &PgPool, mailing: Unqueued, now: impl Fn() -> Timestamp) -> sqlx::Result<u64> {
    let mut reading = pool.begin().await?;
    if !store::locks::try_take(&mut reading, &format!("mailing {}", mailing.id)).await? {
        return Ok(0);
    }
    let mut writing = pool.acquire().await?;
    let (mut queued, mut after) = (0, mailing.queued_to);
    let mut batch: Vec<i64> = Vec::with_capacity(BATCH);
    {
        let mut signatures = std::pin::pin!(store::mailings::still_to_queue(&mut reading, mailing));
        loop {
            let next = signatures.try_next().await?;
            batch.extend(next);
            if batch.len() == BATCH || next.is_none() && !batch.is_empty() {
                let mut tx = writing.begin().await?;
                if !store::mailings::queue(&mut tx, mailing.id, after, &batch, now()).await? {
                    // Somebody has stopped it.
                    return Ok(queued);
                }
                tx.commit().await?;
                queued += batch.len() as u64;
                after = batch.last().copied().unwrap_or(after);
                batch.clear();
            }
            if next.is_none() {
                break;
            }
        }
    }
    let mut follows_after = mailing.follows_queued_to;
    loop {
        let mut tx = writing.begin().await?;
        let batch = store::mailings::follows_still_to_queue(&mut tx, mailing, follows_after, BATCH).await?;
        let Some((last, _)) = batch.last() else { break };
        if !store::mailings::queue_follows(&mut tx, mailing.id, follows_after, &batch, now()).await? {
            return Ok(queued);
        }
        tx.commit().await?;
        queued += batch.len() as u64;
        follows_after = last.0;
    }
    store::mailings::all_queued(&mut writing, mailing.id, (after, follows_after), now()).await?;
    reading.commit().await?;
    Ok(queued)
}
