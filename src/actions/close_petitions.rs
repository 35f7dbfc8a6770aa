//! Petitions end by themselves: at their deadline, or with their parliament. A few at a time, so that nobody who signs or
//! decides meanwhile waits for it.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::{Connection, PgPool};

use super::outages::settle_outages;
use crate::{
    domain::{mail::MailKind, parliament::Phase},
    store::{
        self, Db,
        audit::{Act, Actor},
    },
};

/// Petitions that are ended, or whose deadline is moved, in one transaction.
const BATCH: i64 = 200;

/// Ends what is due: first deadlines are moved that have to be, then petitions are closed whose deadline has passed, and those
/// stopped that were not published when their parliament ended. Their creators are told. Says how many have ended.
/// Harmless when repeated, and whoever is killed in the middle leaves the rest for the next time.
///
/// # Errors
/// When the database fails; what was done until then stays.
pub async fn close_petitions(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    settle_outages(pool, now).await?;
    settle_deadlines(pool, now).await?;
    let mut db = pool.acquire().await?;
    let closed = close(&mut db, now).await?;
    let stopped = stop(&mut db, now).await?;
    note_dissolution(&mut db, (closed, stopped), now).await?;
    Ok(closed + stopped)
}

/// Moves deadlines to where the end of a parliament puts them; says how many were moved. Harmless when repeated.
///
/// # Errors
/// Those of [`close_petitions`].
pub async fn settle_deadlines(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let mut db = pool.acquire().await?;
    let mut moved = 0;
    loop {
        let some = store::closing::settle_deadlines(&mut db, BATCH, now).await?;
        moved += some;
        if some == 0 {
            return Ok(moved);
        }
    }
}

async fn close(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let mut closed = 0;
    loop {
        let mut tx = db.begin().await?;
        let ids = store::closing::close_due(&mut tx, BATCH, now).await?;
        store::closing::tell_creators(&mut tx, &ids, MailKind::PetitionClosed, now).await?;
        tx.commit().await?;
        for id in &ids {
            tracing::info!(petition.id = %id, "petition {id} has reached its deadline and is closed");
        }
        if ids.is_empty() {
            return Ok(closed);
        }
        closed += ids.len() as u64;
    }
}

async fn stop(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let mut stopped = 0;
    loop {
        let mut tx = db.begin().await?;
        let all = store::closing::stop_unpublished(&mut tx, BATCH, now).await?;
        let told: Vec<_> = all.iter().filter(|(_, told)| *told).map(|(id, _)| *id).collect();
        store::closing::tell_creators(&mut tx, &told, MailKind::PetitionStopped, now).await?;
        tx.commit().await?;
        for (id, _) in &all {
            tracing::info!(petition.id = %id, "petition {id} is stopped since Parliament is dissolved");
        }
        if all.is_empty() {
            return Ok(stopped);
        }
        stopped += all.len() as u64;
    }
}

/// Notes that a parliament has ended, once nothing of it is left to be ended.
async fn note_dissolution(db: &mut Db, (closed, stopped): (u64, u64), now: Timestamp) -> sqlx::Result<()> {
    let current = store::parliaments::current(db).await?;
    if current.phase(now) != Phase::Dissolved || current.dissolved_at.is_some() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let held = store::parliaments::hold(&mut tx).await?;
    let left = store::parliaments::affected(&mut tx, held.id, None, None).await?;
    if left.open + left.unpublished > 0 || !store::parliaments::dissolved(&mut tx, held.id, now).await? {
        return Ok(());
    }
    store::site::touch(&mut tx).await?;
    let number = held.id.to_string();
    let act = Act {
        name: "parliament.dissolve",
        subject: "parliament",
        subject_id: &number,
        before: Value::Null,
        after: json!({ "at": held.ends_at(), "closed": closed, "stopped": stopped }),
    };
    store::audit::record(&mut tx, &Actor::nobody("timetable"), act, now).await?;
    tx.commit().await
}
