//! Every tally becomes what the ledger says.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::Connection;

use crate::{
    domain::threshold::Thresholds,
    store::{self, Db, recount::Difference},
};

/// Rebuilds the tallies of every petition that has one which differs from its ledger or its imported places.
/// Stamps their thresholds as the true count has them. Says what was different.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn recount(db: &mut Db, thresholds: Thresholds, now: Timestamp) -> sqlx::Result<Vec<Difference>> {
    let mut tx = db.begin().await?;
    let differences = store::recount::differences(&mut tx).await?;
    let petitions: BTreeSet<_> = differences.iter().map(|difference| difference.petition).collect();
    for petition in &petitions {
        store::recount::rebuild(&mut tx, *petition).await?;
    }
    let petitions: Vec<_> = petitions.into_iter().collect();
    store::thresholds::settle(&mut tx, &petitions, thresholds, now).await?;
    tx.commit().await?;
    Ok(differences)
}
