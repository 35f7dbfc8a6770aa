//! Signatures in quarantine: let out, and counted from then on.

use jiff::Timestamp;

use super::judge_signatures::{Done, judge_signatures};
use crate::{
    domain::{
        judging::Judgement, petition::PetitionId, signature::LedgerReason, suspicion::Suspicion, threshold::Thresholds,
    },
    store::{self, Db, audit::Actor},
};

/// Signatures that are let out in one transaction: few enough that signers do not wait for it.
const AT_ONCE: i64 = 1000;

/// Lets out of quarantine what is in it on a petition, for one reason or for any, and says how many signatures that
/// were. Those that are not confirmed yet are not suspected any more either. What was done stays done if it is broken
/// off; once more does the rest.
///
/// # Errors
/// When the database fails.
pub async fn release(
    db: &mut Db,
    petition: PetitionId,
    reason: Option<Suspicion>,
    actor: &Actor,
    thresholds: Thresholds,
    now: Timestamp,
) -> sqlx::Result<u64> {
    let why = reason.map_or("all that was in quarantine", Suspicion::label);
    let mut released = 0;
    loop {
        let ids = store::signatures::suspected(db, petition, reason, AT_ONCE).await?;
        if ids.is_empty() {
            return Ok(released);
        }
        let act = Judgement::Release;
        if let Done::Now(plan) = judge_signatures(db, &ids, act, why, None, actor, thresholds, now).await? {
            let counted = |outcome: &Option<LedgerReason>| *outcome == Some(LedgerReason::Reinstated);
            released += plan.changes.iter().filter(|(_, outcome)| counted(&outcome.counts)).count() as u64;
        }
    }
}
