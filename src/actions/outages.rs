//! Time in which no signatures could be taken is made good: petitions that were open then are open for longer. Staff can
//! extend a single petition as well.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::{Connection, PgPool};

use crate::{
    domain::{
        deadline,
        outage::OutageId,
        petition::{PetitionId, PetitionState},
    },
    store::{
        self, Db,
        audit::{Act, Actor},
        outages::{Days, Untouched},
    },
};

/// Petitions whose deadline is moved in one transaction.
const BATCH: i64 = 200;

/// Gives every petition that was open in an outage its days, once that has ended; says how many. Harmless when repeated.
///
/// # Errors
/// When the database fails; what was done until then stays, and the rest is done the next time.
pub async fn settle_outages(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let mut db = pool.acquire().await?;
    let mut moved = 0;
    for outage in store::outages::unsettled(&mut db).await? {
        let mut of_this = 0;
        let all = store::outages::all(&mut db).await?;
        loop {
            let mut tx = db.begin().await?;
            let petitions = store::outages::untouched(&mut tx, &outage, BATCH).await?;
            if petitions.is_empty() {
                store::outages::settled(&mut tx, outage.id, now).await?;
                let act = Act {
                    name: "outage.settle",
                    subject: "outage",
                    subject_id: &outage.id.to_string(),
                    before: Value::Null,
                    after: json!({ "days": outage.days(&all), "petitions": of_this }),
                };
                store::audit::record(&mut tx, &Actor::nobody("timetable"), act, now).await?;
                tx.commit().await?;
                break;
            }
            let days_for = |of: Untouched| {
                let made_good = all.iter().filter(|other| of.made_good.contains(&other.id));
                (of.petition, outage.days_for(of.opened_at, made_good))
            };
            let petitions: Vec<_> = petitions.into_iter().map(days_for).collect();
            let days = Days { outage: Some(outage.id), reason: "", by: None, petitions: &petitions };
            of_this += store::outages::extend(&mut tx, &days, now).await?;
            tx.commit().await?;
        }
        tracing::info!(outage = %outage.id, petitions = of_this, "an outage is made good: {of_this} deadlines are moved");
        moved += of_this;
    }
    Ok(moved)
}

/// Notes an outage that is over; the timetable makes it good. `None`: another one was at that time.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn note_outage(
    db: &mut Db,
    actor: &Actor,
    (began_at, ended_at): (Timestamp, Timestamp),
    reason: &str,
    now: Timestamp,
) -> sqlx::Result<Option<OutageId>> {
    let mut tx = db.begin().await?;
    // Nobody else notes one, or ends the one that is going on, meanwhile.
    store::site::hold(&mut tx).await?;
    let Some(id) = store::outages::note(&mut tx, began_at, ended_at, reason).await? else { return Ok(None) };
    let act = Act {
        name: "outage.note",
        subject: "outage",
        subject_id: &id.to_string(),
        before: Value::Null,
        after: json!({ "began_at": began_at, "ended_at": ended_at, "reason": reason }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// What became of a change of what the public is told of an outage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Described {
    /// It is made.
    Done,
    /// There was nothing to change.
    Same,
    /// There is no such outage.
    Missing,
    /// It was made from something that is not there any more; this is what is there now.
    Stale(String),
}

/// Says something else to the public of an outage.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn describe_outage(
    db: &mut Db,
    actor: &Actor,
    id: OutageId,
    (before, after): (&str, &str),
    now: Timestamp,
) -> sqlx::Result<Described> {
    let mut tx = db.begin().await?;
    let Some(outage) = store::outages::all(&mut tx).await?.into_iter().find(|outage| outage.id == id) else {
        return Ok(Described::Missing);
    };
    if outage.reason != before {
        return Ok(Described::Stale(outage.reason));
    }
    if before == after {
        return Ok(Described::Same);
    }
    if !store::outages::describe(&mut tx, id, before, after).await? {
        return Ok(Described::Stale(outage.reason));
    }
    let act = Act {
        name: "outage.describe",
        subject: "outage",
        subject_id: &id.to_string(),
        before: json!({ "reason": before }),
        after: json!({ "reason": after }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Described::Done)
}

/// What became of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extended {
    /// It is open until then.
    Until(Timestamp),
    /// There is no such petition, or it belongs to another service.
    Missing,
    /// It is not open.
    NotOpen(PetitionState),
    /// Its deadline has been moved since the form was made; this is when it closes now.
    Changed(Timestamp),
    /// Its parliament ends before: nothing would change.
    ParliamentEnds(Timestamp),
}

/// Extends the deadline of a petition that is open.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn extend_petition(
    db: &mut Db,
    actor: &Actor,
    id: PetitionId,
    seen: Timestamp,
    (days, reason): (u32, &str),
    now: Timestamp,
) -> sqlx::Result<Extended> {
    let mut tx = db.begin().await?;
    let held = store::moderation::find(&mut tx, id, true).await?;
    let Some(held) = held.filter(|held| !held.imported) else { return Ok(Extended::Missing) };
    let standing = held.standing;
    let is_open = standing.state == PetitionState::Open && !standing.facts(now).deadline_passed;
    let (Some(closes_at), true) = (standing.closes_at, is_open) else {
        return Ok(Extended::NotOpen(standing.state));
    };
    if closes_at != seen {
        return Ok(Extended::Changed(closes_at));
    }
    if standing.own_closes_at.is_some() {
        return Ok(Extended::ParliamentEnds(closes_at));
    }
    let petitions = [(id, days)];
    let given = Days { outage: None, reason, by: actor.staff, petitions: &petitions };
    store::outages::extend(&mut tx, &given, now).await?;
    let until = store::moderation::find(&mut tx, id, false).await?.and_then(|held| held.standing.closes_at);
    let until = until.unwrap_or_else(|| deadline::extended(closes_at, days));
    let number = id.to_string();
    let act = Act {
        name: "petition.extend",
        subject: "petition",
        subject_id: &number,
        before: json!({ "closes_at": closes_at }),
        after: json!({ "closes_at": until, "days": days, "reason": reason }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    store::moderation::close_forms(&mut tx, id, actor.staff).await?;
    tx.commit().await?;
    Ok(Extended::Until(until))
}
