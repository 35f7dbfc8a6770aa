//! Deciding about a petition: the decision, its line in the log and the mails about it, in one transaction.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::{
    domain::{
        moderation::{Decision, Refusal},
        petition::{PetitionId, PetitionState},
        staff::Permission,
    },
    store::{
        self, Db,
        audit::{Act, Actor},
        moderation::Held,
    },
};

/// What somebody has decided, and what they had before their eyes.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// About which petition.
    pub petition: PetitionId,
    /// What.
    pub decision: Decision,
    /// What the form was made from ([`Held::seen`]).
    pub seen: &'a str,
    /// Why; only where a reason is wanted.
    pub refusal: Option<Refusal>,
    /// Whether the creator is told.
    pub tell_creator: bool,
    /// Whether the supporters are told.
    pub tell_supporters: bool,
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum Decided {
    /// It is done.
    Done {
        /// What the petition is now.
        state: PetitionState,
        /// How many are told.
        mails: u64,
    },
    /// Nothing was done; this is why.
    Not(NotDecided),
}

/// Why nothing was decided.
#[derive(Clone, Debug)]
pub enum NotDecided {
    /// There is no such petition.
    Missing,
    /// It belongs to another service.
    Imported,
    /// It is not any more what the form was made from.
    Changed(Box<Held>),
    /// The decision is not open to its state.
    NotOpen(PetitionState),
    /// Somebody else has to decide so.
    NotAllowed(Permission),
    /// There is no such reason (any more).
    NoReason,
}

/// Decides. The petition must still be what the form was made from.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn moderate(db: &mut Db, actor: &Actor, order: Order<'_>, now: Timestamp) -> sqlx::Result<Decided> {
    let mut tx = db.begin().await?;
    let id = order.petition;
    let Some(held) = store::moderation::find(&mut tx, id, true).await? else {
        return Ok(Decided::Not(NotDecided::Missing));
    };
    if held.imported {
        return Ok(Decided::Not(NotDecided::Imported));
    }
    if held.seen() != order.seen {
        return Ok(match done_already(&mut tx, actor, &order, &held).await? {
            Some(done) => done,
            None => Decided::Not(NotDecided::Changed(Box::new(held))),
        });
    }
    let before = held.standing.state;
    let hides = order.refusal.as_ref().is_some_and(|refusal| refusal.hides);
    let (Some(permission), Some(outcome)) =
        (order.decision.permission(before), order.decision.outcome(&held.standing, hides, now))
    else {
        return Ok(Decided::Not(NotDecided::NotOpen(before)));
    };
    if !actor.role.is_some_and(|role| role.may(permission)) {
        return Ok(Decided::Not(NotDecided::NotAllowed(permission)));
    }
    let refusal = order.refusal.as_ref().filter(|_| order.decision.wants_reason());
    if order.decision.wants_reason() {
        let reasons = store::moderation::reasons(&mut tx).await?;
        if !refusal.is_some_and(|refusal| reasons.iter().any(|reason| reason.code == refusal.code)) {
            return Ok(Decided::Not(NotDecided::NoReason));
        }
    }
    store::moderation::decide(&mut tx, id, before, outcome, refusal, actor.staff, now).await?;
    let mails = match outcome.mail {
        Some(kind) => {
            store::supporters::tell(&mut tx, id, kind, order.tell_creator, order.tell_supporters, now).await?
        }
        None => 0,
    };
    let mut after = described(outcome.state, refusal.map(|r| (r.code.as_str(), r.details.as_str())));
    after["mails"] = mails.into();
    let number = id.to_string();
    let act = Act {
        name: order.decision.act(),
        subject: "petition",
        subject_id: &number,
        before: described(before, held.refusal.as_ref().map(|(code, details)| (code.as_str(), details.as_str()))),
        after,
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    store::moderation::close_forms(&mut tx, id, actor.staff).await?;
    tx.commit().await?;
    Ok(Decided::Done { state: outcome.state, mails })
}

/// What became of the same decision, if whoever sends it has just taken it: somebody has pressed the button twice.
async fn done_already(db: &mut Db, actor: &Actor, order: &Order<'_>, held: &Held) -> sqlx::Result<Option<Decided>> {
    let history = store::moderation::history(db, order.petition, 1).await?;
    let Some(last) = history.into_iter().next() else { return Ok(None) };
    let refusal = order.refusal.as_ref().filter(|_| order.decision.wants_reason());
    let asked = described(held.standing.state, refusal.map(|r| (r.code.as_str(), r.details.as_str())));
    let mut after = last.after.unwrap_or_default();
    let mails = after.as_object_mut().and_then(|after| after.remove("mails")).and_then(|mails| mails.as_u64());
    let same = actor.staff.is_some() && last.staff == actor.staff && last.act == order.decision.act() && after == asked;
    Ok(same.then(|| Decided::Done { state: held.standing.state, mails: mails.unwrap_or(0) }))
}

fn described(state: PetitionState, refusal: Option<(&str, &str)>) -> Value {
    match refusal {
        Some((code, details)) => json!({ "state": state.code(), "reason": code, "details": details }),
        None => json!({ "state": state.code() }),
    }
}
