//! Personal data end: those of signatures and followings that were never confirmed, and those of petitions that are long over.

use jiff::Timestamp;
use serde_json::json;
use sqlx::{Connection, PgPool};

use crate::{
    domain::{petition::PetitionId, retention::Retention},
    store::{
        self, Db,
        anonymising::{Due, Keeping},
        audit::{Act, Actor},
    },
};

/// Signatures whose personal data end in one transaction.
const BATCH: i64 = 1_000;
/// Petitions that are looked up at a time.
const PETITIONS: i64 = 100;

/// Removes signatures and followings that nobody has confirmed in time, and petitions that their creator has not; says how
/// many they were.
///
/// # Errors
/// When the database fails.
pub async fn forget_unconfirmed(db: &mut Db, retention: Retention, now: Timestamp) -> sqlx::Result<u64> {
    let before = now - retention.unconfirmed;
    let mut petitions = 0;
    for (creator, petition) in store::starting::unconfirmed(db, before).await? {
        // Who confirms at this moment holds it, too.
        let creator: Vec<_> = creator.into_iter().collect();
        store::signatures::hold(db, &creator).await?;
        petitions += u64::from(store::starting::remove(db, petition).await?);
    }
    let signatures = store::signatures::remove_unconfirmed(db, before).await?;
    Ok(petitions + signatures + store::follows::remove_unconfirmed(db, before).await?)
}

/// Erases names, addresses and postcodes of petitions that have been over for long enough; the tallies and the ledger
/// stay. Who follows such a petition is forgotten as well. Petitions whose data are kept for a reason are passed over, and the others go on. Rules over signatures forget whom
/// they were for after as long, and feedback that nobody was there to read is erased. Says how many signatures and followings that were. A few at a time: whoever is killed in the middle leaves
/// the rest for the next time.
///
/// # Errors
/// When the database fails; what was done until then stays.
pub async fn erase_personal_data(pool: &PgPool, retention: Retention, now: Timestamp) -> sqlx::Result<u64> {
    let mut db = pool.acquire().await?;
    let since = now - retention.closed;
    store::signature_rules::forget_conditions(&mut db, since).await?;
    store::feedback::forget(&mut db, since).await?;
    let (mut erased, mut after) = (store::follows::remove_over(&mut db, since).await?, 0);
    loop {
        let petitions = store::anonymising::numbers_due(&mut db, since, after, PETITIONS).await?;
        let Some(last) = petitions.last() else { return Ok(erased) };
        after = last.get();
        for petition in petitions {
            erased += erase(&mut db, petition, since, now).await?;
        }
    }
}

async fn erase(db: &mut Db, petition: PetitionId, since: Timestamp, now: Timestamp) -> sqlx::Result<u64> {
    let mut erased = 0;
    loop {
        let mut tx = db.begin().await?;
        // Somebody may have said meanwhile that they are kept.
        if !store::anonymising::hold(&mut tx, petition, since).await? {
            return Ok(erased);
        }
        let some = store::anonymising::erase_some(&mut tx, petition, BATCH).await?;
        if some == 0 {
            store::anonymising::erased(&mut tx, petition, now).await?;
        }
        tx.commit().await?;
        if some == 0 {
            if erased > 0 {
                tracing::info!(petition.id = %petition, erased, "the personal data of petition {petition} have ended");
            }
            return Ok(erased);
        }
        erased += some;
    }
}

/// What [`erase_personal_data`] would do now: which petitions, and how many signatures of each. Those that are kept are among
/// them.
///
/// # Errors
/// When the database fails.
pub async fn would_erase(db: &mut Db, retention: Retention, now: Timestamp) -> sqlx::Result<Vec<Due>> {
    let mut due = store::anonymising::due(db, now - retention.closed).await?;
    due.retain(|due| due.signatures > 0);
    Ok(due)
}

/// What became of the wish to keep personal data, or not to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is so now.
    Done,
    /// It was so.
    Same,
    /// There is no such petition.
    Missing,
    /// A colleague has said otherwise meanwhile; this is how it stands now.
    Stale(Keeping),
}

/// Keeps the personal data of a petition for a reason, or lets them end when their time has come.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn keep_personal_data(
    db: &mut Db,
    actor: &Actor,
    petition: PetitionId,
    (before, after): (&str, &str),
    now: Timestamp,
) -> sqlx::Result<Kept> {
    let mut tx = db.begin().await?;
    let Some(keeping) = store::anonymising::keeping(&mut tx, petition, true).await? else { return Ok(Kept::Missing) };
    if keeping.reason.as_deref().unwrap_or_default() != before {
        return Ok(Kept::Stale(keeping));
    }
    if before == after {
        return Ok(Kept::Same);
    }
    let reason = Some(after).filter(|after| !after.is_empty());
    store::anonymising::keep(&mut tx, petition, reason).await?;
    let number = petition.to_string();
    let act = Act {
        name: "petition.keep_data",
        subject: "petition",
        subject_id: &number,
        before: json!({ "kept": keeping.reason }),
        after: json!({ "kept": reason }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Kept::Done)
}
