//! What happens to a parliament: it is named, its dissolution is announced and taken back, people are told, it is archived,
//! and the next begins. At its end itself the timetable ends its petitions ([`super::close_petitions`]).

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::{Connection, PgPool};

use crate::{
    domain::parliament::{Dissolution, Parliament, ParliamentId, Phase},
    store::{
        self, Db,
        audit::{Act, Actor},
    },
};

/// Signatures that are looked at in one transaction, when mails about closing dates are put into the outbox.
const BATCH: i64 = 5_000;

/// What became of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is done.
    Yes,
    /// The form was made from something that is not there any more; this is what is there now.
    Stale(Box<Parliament>),
    /// The parliament is not in a phase in which that can be done.
    NotNow(Phase),
}

/// What a form of staff's is about: which parliament, and in which version.
pub type Seen = (ParliamentId, i64);

fn described(parliament: &Parliament) -> Value {
    let dissolution = parliament.dissolution.as_ref().map(|(_, dissolution)| dissolution);
    json!({
        "government": parliament.government, "opening_at": parliament.opening_at, "dissolution": dissolution,
    })
}

/// Something that changes the current parliament, once it is known to be as it was seen.
enum Change<'a> {
    Describe(&'a str, Timestamp),
    Announce(&'a Dissolution),
    TakeBack,
}

/// Says what the current parliament is called and when it opens.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn describe(
    db: &mut Db,
    actor: &Actor,
    seen: Seen,
    (government, opening_at): (&str, Timestamp),
    now: Timestamp,
) -> sqlx::Result<Done> {
    change(db, actor, seen, "parliament.describe", Change::Describe(government, opening_at), now).await
}

/// Announces when the current parliament ends, or changes what was announced: from now on everybody is told, and its
/// petitions close then at the latest.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn announce(
    db: &mut Db,
    actor: &Actor,
    seen: Seen,
    dissolution: &Dissolution,
    now: Timestamp,
) -> sqlx::Result<Done> {
    change(db, actor, seen, "parliament.announce", Change::Announce(dissolution), now).await
}

/// Takes an announcement back: petitions have their own deadlines again.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn take_back(db: &mut Db, actor: &Actor, seen: Seen, now: Timestamp) -> sqlx::Result<Done> {
    change(db, actor, seen, "parliament.take_back", Change::TakeBack, now).await
}

async fn change(
    db: &mut Db,
    actor: &Actor,
    seen: Seen,
    name: &'static str,
    change: Change<'_>,
    now: Timestamp,
) -> sqlx::Result<Done> {
    let mut tx = db.begin().await?;
    let before = store::parliaments::hold(&mut tx).await?;
    if (before.id, before.version) != seen {
        return Ok(Done::Stale(Box::new(before)));
    }
    let phase = before.phase(now);
    match change {
        Change::Describe(government, opening_at) => {
            store::parliaments::describe(&mut tx, before.id, government, opening_at).await?;
        }
        Change::Announce(_) | Change::TakeBack if matches!(phase, Phase::Dissolved | Phase::Archived) => {
            return Ok(Done::NotNow(phase));
        }
        Change::Announce(dissolution) => {
            store::parliaments::announce(&mut tx, before.id, Some(dissolution), now).await?;
        }
        Change::TakeBack if before.dissolution.is_none() => return Ok(Done::NotNow(phase)),
        Change::TakeBack => store::parliaments::announce(&mut tx, before.id, None, now).await?,
    }
    let after = store::parliaments::current(&mut tx).await?;
    store::site::touch(&mut tx).await?;
    let number = before.id.to_string();
    let act =
        Act { name, subject: "parliament", subject_id: &number, before: described(&before), after: described(&after) };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Done::Yes)
}

/// Begins to tell creators, and signers who want news, that petitions close earlier: everybody once. Says how many people
/// that are.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn tell(db: &mut Db, actor: &Actor, seen: Seen, now: Timestamp) -> sqlx::Result<Result<u32, Done>> {
    let mut tx = db.begin().await?;
    let held = store::parliaments::hold(&mut tx).await?;
    if (held.id, held.version) != seen {
        return Ok(Err(Done::Stale(Box::new(held))));
    }
    let under_way = store::parliaments::mailings(&mut tx, held.id).await?;
    if held.phase(now) != Phase::Announced || under_way.iter().any(|mailing| mailing.all_queued_at.is_none()) {
        return Ok(Err(Done::NotNow(held.phase(now))));
    }
    let people = store::parliaments::to_be_mailed(&mut tx, held.id).await?;
    let mailing = store::parliaments::begin_mailing(&mut tx, held.id, people, actor.staff, now).await?;
    let number = held.id.to_string();
    let act = Act {
        name: "parliament.tell",
        subject: "parliament",
        subject_id: &number,
        before: Value::Null,
        after: json!({ "mailing": mailing, "people": people.0 }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Ok(people.0))
}

/// Puts the mails about closing dates into the outbox; says how many. Whoever is killed in the middle leaves nobody out, and
/// nobody is told twice.
///
/// # Errors
/// When the database fails; what was done until then stays.
pub async fn queue_closing_mails(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let mut db = pool.acquire().await?;
    let mut queued = 0;
    for mailing in store::parliaments::mailings_to_queue(&mut db).await? {
        loop {
            let mut tx = db.begin().await?;
            let (some, more) = store::parliaments::queue_closing_mails(&mut tx, mailing, BATCH, now).await?;
            tx.commit().await?;
            queued += some;
            if !more {
                break;
            }
        }
    }
    Ok(queued)
}

/// Archives the current parliament, whose petitions have all ended, and begins the next.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn archive(
    db: &mut Db,
    actor: &Actor,
    seen: Seen,
    (government, opening_at): (&str, Timestamp),
    now: Timestamp,
) -> sqlx::Result<Done> {
    let mut tx = db.begin().await?;
    let held = store::parliaments::hold(&mut tx).await?;
    if (held.id, held.version) != seen {
        return Ok(Done::Stale(Box::new(held)));
    }
    let ripe = held.dissolved_at.is_some() && held.archivable_at().is_some_and(|at| at <= now);
    if !ripe {
        return Ok(Done::NotNow(held.phase(now)));
    }
    let next = store::parliaments::archive(&mut tx, held.id, government, opening_at, now).await?;
    store::site::touch(&mut tx).await?;
    let number = held.id.to_string();
    let act = Act {
        name: "parliament.archive",
        subject: "parliament",
        subject_id: &number,
        before: described(&held),
        after: json!({ "next": next, "government": government, "opening_at": opening_at }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Done::Yes)
}
