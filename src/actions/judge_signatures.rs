//! What staff do with signatures: count them, set them aside, put them back, take them out, erase them, stop mails.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use super::{confirm_signature::count, support::settle};
use crate::{
    domain::{
        judging::{Judgement, Left, Outcome, judge},
        petition::PetitionId,
        signature::{LedgerReason, SignatureId},
        threshold::Thresholds,
    },
    store::{
        self, Db,
        audit::{Act, Actor},
        judging::Judged,
        tallies::{Line, Step},
    },
};

/// What an act makes of some signatures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Those that change, and how.
    pub changes: Vec<(Judged, Outcome)>,
    /// Those that are left as they are, and why.
    pub left: Vec<(Judged, Left)>,
    /// How many are no longer there.
    pub gone: usize,
}

impl Plan {
    /// The plan for signatures that were found, by what is decided about each.
    pub(super) fn of(
        ids: &[SignatureId],
        found: Vec<Judged>,
        decide: impl Fn(&Judged) -> Result<Outcome, Left>,
    ) -> Self {
        let mut plan = Self { gone: ids.len().saturating_sub(found.len()), ..Self::default() };
        for signature in found {
            match decide(&signature) {
                Ok(outcome) => plan.changes.push((signature, outcome)),
                Err(left) => plan.left.push((signature, left)),
            }
        }
        plan
    }

    /// By how much the count of each petition changes.
    pub fn counts(&self) -> BTreeMap<PetitionId, i64> {
        let mut counts: BTreeMap<PetitionId, i64> = BTreeMap::new();
        for (signature, outcome) in &self.changes {
            let by = outcome.counts.map_or(0, |reason| i64::from(step(reason).by()));
            *counts.entry(signature.petition).or_default() += by;
        }
        counts
    }

    /// How many are left as they are, by reason.
    pub fn reasons(&self) -> BTreeMap<Left, usize> {
        let mut reasons = BTreeMap::new();
        for (_, left) in &self.left {
            *reasons.entry(*left).or_default() += 1;
        }
        reasons
    }

    /// What tells whether the same would still happen.
    pub fn mark(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (signature, outcome) in &self.changes {
            let state = outcome.counts.map_or("", LedgerReason::code);
            hasher.update(format!("{} {} {state}\n", signature.id, outcome.state.code()).as_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// Makes of the signatures, which the caller holds, what the plan says; they are not counted yet.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn apply(&self, db: &mut Db, now: Timestamp) -> sqlx::Result<()> {
        let outcomes: Vec<_> = self.changes.iter().map(|(signature, outcome)| (signature.id, *outcome)).collect();
        store::judging::apply(db, &outcomes, now).await
    }

    /// What the ledger says of it.
    pub(super) fn lines(&self) -> Vec<Line> {
        let line = |(signature, outcome): &(Judged, Outcome)| {
            let reason = outcome.counts?;
            Some(Line {
                petition: signature.petition,
                signature: signature.id,
                area: signature.area,
                change: step(reason),
                reason,
            })
        };
        self.changes.iter().filter_map(line).collect()
    }

    /// For the log: how the signatures stood, and what became of them; by number, with nothing personal.
    fn states(&self) -> (Value, Value) {
        let (mut before, mut after) = (BTreeMap::<&str, Vec<i64>>::new(), BTreeMap::<&str, Vec<i64>>::new());
        for (signature, outcome) in &self.changes {
            before.entry(signature.standing.state.code()).or_default().push(signature.id.get());
            let state = match outcome {
                Outcome { remove: true, .. } => "gone",
                Outcome { erase: true, .. } => "erased",
                outcome => outcome.state.code(),
            };
            after.entry(state).or_default().push(signature.id.get());
        }
        (json!(before), json!(after))
    }
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum Done {
    /// It was done.
    Now(Plan),
    /// Meanwhile other things would happen than was said; nothing was done.
    Changed(Plan),
}

fn step(reason: LedgerReason) -> Step {
    match reason {
        LedgerReason::Confirmed | LedgerReason::Reinstated | LedgerReason::Imported => Step::Added,
        LedgerReason::Withdrawn | LedgerReason::Quarantined | LedgerReason::Invalidated => Step::Removed,
    }
}

/// What an act would make of signatures, as they stand.
///
/// # Errors
/// When the database fails.
pub async fn plan(db: &mut Db, ids: &[SignatureId], act: Judgement) -> sqlx::Result<Plan> {
    let found = store::judging::look(db, ids).await?;
    Ok(Plan::of(ids, found, |signature| judge(&signature.standing, act)))
}

/// Does an act to signatures, for a reason. With the mark of a plan that somebody has seen, nothing is done if another
/// would be carried out.
///
/// # Errors
/// When the database fails; then nothing has changed.
#[expect(clippy::too_many_arguments, reason = "what, to whom, why, by whom, when: nothing of it belongs together")]
pub async fn judge_signatures(
    db: &mut Db,
    ids: &[SignatureId],
    act: Judgement,
    reason: &str,
    seen: Option<&str>,
    actor: &Actor,
    thresholds: Thresholds,
    now: Timestamp,
) -> sqlx::Result<Done> {
    let mut tx = db.begin().await?;
    let held = store::judging::hold(&mut tx, ids).await?;
    let plan = Plan::of(ids, held, |signature| judge(&signature.standing, act));
    if seen.is_some_and(|seen| seen != plan.mark()) {
        return Ok(Done::Changed(plan));
    }
    if !plan.changes.is_empty() {
        let (before, after) = plan.states();
        let counts: BTreeMap<String, i64> =
            plan.counts().into_iter().map(|(petition, by)| (petition.to_string(), by)).collect();
        let one = match &plan.changes[..] {
            [(signature, _)] => signature.id.to_string(),
            _ => String::new(),
        };
        let act = Act {
            name: act.act(),
            subject: "signatures",
            subject_id: &one,
            before: json!({ "states": before }),
            after: json!({ "reason": reason, "states": after, "counts": counts }),
        };
        store::audit::record(&mut tx, actor, act, now).await?;
        plan.apply(&mut tx, now).await?;
    }
    // Last, since signers wait for the total from here on.
    let lines = plan.lines();
    count(&mut tx, &lines, thresholds, now).await?;
    settle(&mut tx, &lines, now).await?;
    tx.commit().await?;
    Ok(Done::Now(plan))
}
