//! Telling those who follow something without having signed: what happened to a petition by itself, at once; what happened to
//! topics and in constituencies, once a week.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sqlx::{Connection, PgPool};

use super::mailings;
use crate::{
    domain::{follow, mailing::MailingKind},
    store::{
        self, Db,
        audit::{Act, Actor},
    },
};

/// Mails that are put into the outbox in one transaction.
const BATCH: i64 = 4_000;

/// Begins the mailings about what happened to petitions by itself: thresholds reached, and closing. Each is told once, also
/// when a count falls and rises again. Says how many.
///
/// # Errors
/// When the database fails.
pub async fn tell_happenings(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let mut begun = 0;
    for (petition, kind) in store::mailings::untold(db).await? {
        let actor = Actor::nobody("timetable");
        begun += u64::from(mailings::begin(db, petition, kind, None, &actor, now).await?.is_some());
    }
    Ok(begun)
}

/// Begins the weekly news if they are due: what happened since the last ones ended, however long ago, so that nothing is told
/// twice and nothing is missed. Says whether it has.
///
/// # Errors
/// When the database fails.
pub async fn begin_weekly(db: &mut Db, now: Timestamp) -> sqlx::Result<bool> {
    let to = follow::last_weekly(now);
    let told = store::digests::told_until(db).await?;
    if told.is_some_and(|told| told >= to) {
        return Ok(false);
    }
    let from = told.unwrap_or(to - SignedDuration::from_hours(7 * 24));
    let mut tx = db.begin().await?;
    let begun = store::digests::begin(&mut tx, from, to, now).await?;
    if let Some(begun) = begun {
        store::digests::forget(&mut tx, now).await?;
        if let Some(mailing) = begun.mailing {
            let act = Act {
                name: "mailing.begin",
                subject: "mailing",
                subject_id: &mailing.to_string(),
                before: Value::Null,
                after: json!({ "mailing": mailing, "kind": MailingKind::WeeklyNews, "people": begun.people }),
            };
            store::audit::record(&mut tx, &Actor::nobody("timetable"), act, now).await?;
        }
    }
    tx.commit().await?;
    Ok(begun.is_some())
}

/// Puts the mails of weekly news into the outbox, from where it was left; says how many. Two processes may do so at once:
/// what the one has put there the other passes over.
///
/// # Errors
/// When the database fails; what was put in until then stays, and the next time goes on from there.
pub async fn queue_weekly(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let mut db = pool.acquire().await?;
    let mut queued = 0;
    for digest in store::digests::unqueued(&mut db).await? {
        let mut after = digest.queued_to;
        loop {
            let mut tx = db.begin().await?;
            let batch = store::digests::still_to_queue(&mut tx, digest.id, after, BATCH).await?;
            let Some(last) = batch.last() else {
                store::mailings::all_queued(&mut tx, digest.mailing, (0, after), now).await?;
                tx.commit().await?;
                break;
            };
            if !store::digests::queue(&mut tx, digest.mailing, after, &batch, now).await? {
                // Staff have stopped it, or another process has come further.
                break;
            }
            tx.commit().await?;
            queued += batch.len() as u64;
            after = last.0;
        }
    }
    Ok(queued)
}
