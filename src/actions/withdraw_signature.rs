//! What a signer does with a signature afterwards: take it back, say that it is somebody else's, stop mails.

use jiff::Timestamp;
use sqlx::Connection;

use super::{confirm_signature::count, support::settle};
use crate::{
    domain::{
        signature::{LedgerReason, SignatureId, SignatureState},
        threshold::Thresholds,
    },
    store::{
        self, Db,
        tallies::{Line, Step},
    },
};

/// Takes a signature back: it is not counted any more, and who signed is forgotten. A pending one simply goes. Harmless
/// when repeated. The creator's stays as long as the petition is not published: it stands on it, and can be taken back
/// as a whole ([`super::creator::withdraw_petition`]). Says whether it is not counted any more.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn withdraw_signature(
    db: &mut Db,
    id: SignatureId,
    thresholds: Thresholds,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    for held in store::signatures::hold(&mut tx, &[id]).await? {
        if store::creators::stands_on(&mut tx, id).await? {
            return Ok(false);
        }
        match held.state {
            SignatureState::Pending => store::signatures::remove_pending(&mut tx, id).await?,
            SignatureState::Validated | SignatureState::Quarantined | SignatureState::Invalidated => {
                let mut lines = Vec::new();
                // Only a valid one is in the count.
                if held.state == SignatureState::Validated {
                    let line = Line {
                        petition: held.petition,
                        signature: id,
                        area: held.area,
                        change: Step::Removed,
                        reason: LedgerReason::Withdrawn,
                    };
                    count(&mut tx, &[line], thresholds, now).await?;
                    lines.push(line);
                }
                store::signatures::set_state(&mut tx, &[id], SignatureState::Withdrawn).await?;
                store::signatures::erase(&mut tx, &[id]).await?;
                settle(&mut tx, &lines, now).await?;
            }
            SignatureState::Withdrawn => {}
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// "I did not sign this": the pending signature goes, and its address gets no more mail about the petition.
/// A confirmed one stays; its signer can take it back.
///
/// # Errors
/// When the database fails.
pub async fn disown_signature(db: &mut Db, id: SignatureId, now: Timestamp) -> sqlx::Result<()> {
    store::signatures::disown(db, id, now).await
}

/// Stops news about the petition to a signer. Harmless when repeated.
///
/// # Errors
/// When the database fails.
pub async fn unsubscribe(db: &mut Db, id: SignatureId) -> sqlx::Result<()> {
    store::signatures::unsubscribe(db, id).await
}
