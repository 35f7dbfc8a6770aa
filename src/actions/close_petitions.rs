//! Petitions close when their deadline has passed.

use jiff::Timestamp;

use crate::{
    domain::petition::PetitionId,
    store::{self, Db},
};

/// Closes what is due, and says which petitions that were. Harmless when repeated.
///
/// # Errors
/// When the database fails.
pub async fn close_petitions(db: &mut Db, now: Timestamp) -> sqlx::Result<Vec<PetitionId>> {
    let closed = store::petitions::close_due(db, now).await?;
    for id in &closed {
        tracing::info!(petition.id = %id, "petition {id} has reached its deadline and is closed");
    }
    Ok(closed)
}
