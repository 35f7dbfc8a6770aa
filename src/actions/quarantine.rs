//! Signatures in quarantine: let out, and counted from then on.

use jiff::Timestamp;
use sqlx::Connection;

use super::confirm_signature::count;
use crate::{
    domain::{
        petition::PetitionId,
        signature::{LedgerReason, SignatureId, SignatureState},
        suspicion::Suspicion,
        threshold::Thresholds,
    },
    store::{
        self, Db,
        tallies::{Line, Step},
    },
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
    thresholds: Thresholds,
    now: Timestamp,
) -> sqlx::Result<u64> {
    let mut released = 0;
    loop {
        let mut tx = db.begin().await?;
        let ids = store::signatures::suspected(&mut tx, petition, reason, AT_ONCE).await?;
        if ids.is_empty() {
            return Ok(released);
        }
        let held = store::signatures::hold(&mut tx, &ids).await?;
        let quarantined: Vec<_> = held.iter().filter(|held| held.state == SignatureState::Quarantined).collect();
        let lines: Vec<Line> = quarantined
            .iter()
            .map(|held| Line {
                petition: held.petition,
                signature: held.id,
                area: held.area,
                change: Step::Added,
                reason: LedgerReason::Reinstated,
            })
            .collect();
        let quarantined: Vec<SignatureId> = quarantined.iter().map(|held| held.id).collect();
        store::signatures::set_state(&mut tx, &quarantined, SignatureState::Validated).await?;
        store::signatures::clear_suspicion(&mut tx, &ids).await?;
        count(&mut tx, &lines, thresholds, now).await?;
        tx.commit().await?;
        released += quarantined.len() as u64;
    }
}
