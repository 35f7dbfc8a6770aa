//! Rules over signatures: written, counted, run step by step, stopped, and undone as a whole.

use jiff::Timestamp;
use serde_json::json;
use sqlx::Connection;

use super::{confirm_signature::count, judge_signatures::Plan, support::settle};
use crate::{
    domain::{
        judging::{Judgement, Left, judge, put_back},
        keyring::Keyring,
        signature::SignatureId,
        signature_rule::RuleState,
        signature_search::Conditions,
        threshold::Thresholds,
    },
    store::{
        self, Db,
        audit::{Act, Actor},
        signature_rules::{Draft, Rule},
        signature_search::Filter,
    },
};

/// Signatures that are taken out or put back in one transaction: few enough that signers do not wait for it.
pub const AT_ONCE: usize = 1000;

/// What became of something that somebody wanted of a rule.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is done.
    Done,
    /// Somebody was quicker, and the rule is another now, or in another state.
    Changed(Box<Rule>),
    /// There is no such rule.
    Gone,
}

/// Writes a rule; it does nothing yet.
///
/// # Errors
/// When the database fails.
pub async fn create(db: &mut Db, keyring: &Keyring, draft: &Draft, actor: &Actor, now: Timestamp) -> sqlx::Result<i32> {
    let mut tx = db.begin().await?;
    let id = store::signature_rules::add(&mut tx, keyring, draft, actor.staff, now).await?;
    let act = Act {
        name: "signature_rule.create",
        subject: "signature_rule",
        subject_id: &id.to_string(),
        before: json!(null),
        after: logged(draft),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Gives a draft other words and conditions, if it is still as somebody has seen it.
///
/// # Errors
/// When the database fails.
pub async fn change(
    db: &mut Db,
    keyring: &Keyring,
    (id, version): (i32, i32),
    draft: &Draft,
    actor: &Actor,
    now: Timestamp,
) -> sqlx::Result<Outcome> {
    let mut tx = db.begin().await?;
    let Some(rule) = store::signature_rules::hold(&mut tx, keyring, id).await? else { return Ok(Outcome::Gone) };
    if rule.state != RuleState::Draft || rule.version != version {
        return Ok(Outcome::Changed(Box::new(rule)));
    }
    store::signature_rules::change(&mut tx, keyring, id, draft).await?;
    let act = Act {
        name: "signature_rule.change",
        subject: "signature_rule",
        subject_id: &id.to_string(),
        before: logged(&Draft { summary: rule.summary, details: rule.details, typed: rule.typed.unwrap_or_default() }),
        after: logged(draft),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}

fn logged(draft: &Draft) -> serde_json::Value {
    json!({ "summary": draft.summary, "details": draft.details, "conditions": draft.typed.for_log() })
}

/// What somebody wants of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Count what it would meet.
    Count,
    /// Run, or go on.
    Run,
    /// Stop.
    Stop,
    /// Put back what it has taken out.
    Undo,
    /// Be gone; only a draft can.
    Delete,
}

impl Wish {
    fn act(self) -> &'static str {
        match self {
            Self::Count => "signature_rule.count",
            Self::Run => "signature_rule.run",
            Self::Stop => "signature_rule.stop",
            Self::Undo => "signature_rule.undo",
            Self::Delete => "signature_rule.delete",
        }
    }
}

/// Does what somebody wants of a rule, if it is still as they have seen it and its state allows it.
///
/// # Errors
/// When the database fails.
pub async fn wish(
    db: &mut Db,
    keyring: &Keyring,
    (id, version): (i32, i32),
    wish: Wish,
    actor: &Actor,
    now: Timestamp,
) -> sqlx::Result<Outcome> {
    let mut tx = db.begin().await?;
    let Some(rule) = store::signature_rules::hold(&mut tx, keyring, id).await? else { return Ok(Outcome::Gone) };
    if rule.version != version {
        return Ok(Outcome::Changed(Box::new(rule)));
    }
    let conditions = rule.typed.as_ref().and_then(|typed| typed.read().ok());
    let state = match (wish, rule.state, conditions) {
        (Wish::Count, RuleState::Draft, Some(conditions)) => {
            let bounds = store::signature_search::bounds(&mut tx, &conditions).await?;
            store::signature_rules::begin_counting(&mut tx, id, bounds).await?;
            "counting"
        }
        (Wish::Run, RuleState::Draft, Some(conditions)) if rule.counted_at.is_some() => {
            let bounds = store::signature_search::bounds(&mut tx, &conditions).await?;
            store::signature_rules::start(&mut tx, id, bounds, actor.staff, now).await?;
            "queued"
        }
        (Wish::Run, RuleState::Stopped, Some(_)) => {
            store::signature_rules::set_state(&mut tx, id, RuleState::Queued).await?;
            "queued"
        }
        (Wish::Stop, RuleState::Counting, _) => {
            store::signature_rules::stop_counting(&mut tx, id).await?;
            "draft"
        }
        (Wish::Stop, state, _) if state.can_stop() => {
            store::signature_rules::set_state(&mut tx, id, RuleState::Stopped).await?;
            "stopped"
        }
        (Wish::Undo, state, _) if state.can_undo() => {
            store::signature_rules::set_state(&mut tx, id, RuleState::Undoing).await?;
            "undoing"
        }
        (Wish::Delete, RuleState::Draft, _) => {
            store::signature_rules::delete(&mut tx, id).await?;
            "deleted"
        }
        _ => return Ok(Outcome::Changed(Box::new(rule))),
    };
    let act = Act {
        name: wish.act(),
        subject: "signature_rule",
        subject_id: &id.to_string(),
        before: json!({ "state": rule.state.code(), "matches": rule.matches, "invalidated": rule.invalidated }),
        after: json!({ "state": state }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}

/// Does the next part of what rules have to do, `most` signatures at the most, in one transaction; says whether there was
/// anything to do. What has been done stays done, whatever ends the program.
///
/// # Errors
/// When the database fails; then this part is not done.
pub async fn step(
    db: &mut Db,
    keyring: &Keyring,
    thresholds: Thresholds,
    most: usize,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let Some(rule) = store::signature_rules::hold_next(&mut tx, keyring).await? else { return Ok(false) };
    let conditions = rule.typed.as_ref().and_then(|typed| typed.read().ok());
    match (rule.state, conditions) {
        (RuleState::Undoing, _) => undo(&mut tx, &rule, thresholds, most, now).await?,
        (RuleState::Counting, Some(conditions)) => count_some(&mut tx, keyring, &rule, &conditions, now).await?,
        (_, Some(conditions)) => run(&mut tx, keyring, &rule, &conditions, thresholds, most, now).await?,
        (state, None) => {
            tracing::error!(rule = rule.id, "none of the secret keys opens the conditions of rule {}", rule.id);
            match state {
                RuleState::Counting => store::signature_rules::stop_counting(&mut tx, rule.id).await?,
                _ => store::signature_rules::set_state(&mut tx, rule.id, RuleState::Stopped).await?,
            }
        }
    }
    tx.commit().await?;
    Ok(true)
}

async fn count_some(
    db: &mut Db,
    keyring: &Keyring,
    rule: &Rule,
    conditions: &Conditions,
    now: Timestamp,
) -> sqlx::Result<()> {
    let filter = Filter::of(db, keyring, conditions).await?;
    let last = rule.last_signature.unwrap_or(0);
    let met =
        store::signature_search::meet(db, keyring, conditions, &filter, (rule.looked_to, last), usize::MAX).await?;
    let counted_at = (met.to >= last).then_some(now);
    store::signature_rules::counted(db, rule.id, met.ids.len() as i32, met.to, counted_at).await
}

async fn run(
    db: &mut Db,
    keyring: &Keyring,
    rule: &Rule,
    conditions: &Conditions,
    thresholds: Thresholds,
    most: usize,
    now: Timestamp,
) -> sqlx::Result<()> {
    let filter = Filter::of(db, keyring, conditions).await?;
    let last = rule.last_signature.unwrap_or(0);
    let met = store::signature_search::meet(db, keyring, conditions, &filter, (rule.looked_to, last), most).await?;
    let held = store::judging::hold(db, &met.ids).await?;
    let plan = Plan::of(&met.ids, held, |signature| judge(&signature.standing, Judgement::Invalidate));
    let ended_at = (met.to >= last).then_some(now);
    let taken = plan.changes.len() as i32;
    if taken > 0 {
        plan.apply(db, now).await?;
        let hits: Vec<_> = plan.changes.iter().map(|(signature, _)| (signature.id, signature.standing.state)).collect();
        store::signature_rules::add_hits(db, rule.id, &hits).await?;
    }
    store::signature_rules::ran(db, rule.id, taken, met.to, ended_at).await?;
    if ended_at.is_some() {
        let after = json!({ "state": "done", "invalidated": rule.invalidated + taken });
        ended(db, rule, after, now).await?;
    }
    // Last, since signers wait for the total from here on.
    let lines = plan.lines();
    count(db, &lines, thresholds, now).await?;
    settle(db, &lines, now).await
}

async fn undo(db: &mut Db, rule: &Rule, thresholds: Thresholds, most: usize, now: Timestamp) -> sqlx::Result<()> {
    let hits = store::signature_rules::hits(db, rule.id, most as i64).await?;
    if hits.is_empty() {
        store::signature_rules::undid(db, rule.id, 0, Some(now)).await?;
        let after = json!({ "state": "undone", "reinstated": rule.reinstated });
        return ended(db, rule, after, now).await;
    }
    let ids: Vec<SignatureId> = hits.iter().map(|(id, _)| *id).collect();
    let held = store::judging::hold(db, &ids).await?;
    let before = |id: SignatureId| hits.binary_search_by_key(&id, |(id, _)| *id).map(|at| hits[at].1);
    let plan = Plan::of(&ids, held, |signature| match before(signature.id) {
        Ok(state) => put_back(&signature.standing, state),
        Err(_) => Err(Left::Already),
    });
    if !plan.changes.is_empty() {
        plan.apply(db, now).await?;
    }
    store::signature_rules::settle(db, rule.id, &ids).await?;
    store::signature_rules::undid(db, rule.id, plan.changes.len() as i32, None).await?;
    let lines = plan.lines();
    count(db, &lines, thresholds, now).await?;
    settle(db, &lines, now).await
}

/// Writes into the log that a rule has come to an end by itself.
async fn ended(db: &mut Db, rule: &Rule, after: serde_json::Value, now: Timestamp) -> sqlx::Result<()> {
    let act = Act {
        name: "signature_rule.finish",
        subject: "signature_rule",
        subject_id: &rule.id.to_string(),
        before: json!({ "state": rule.state.code() }),
        after,
    };
    store::audit::record(db, &Actor::nobody("timetable"), act, now).await
}
