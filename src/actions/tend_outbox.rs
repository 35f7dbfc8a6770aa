//! Staff look after mail that does not go out.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::{
    domain::staff::StaffId,
    store::{
        self, Db,
        audit::{Act, Actor},
        outbox_desk::{Queued, Which},
    },
};

/// What became of an act on a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tended {
    /// It is done.
    Done,
    /// The mail is not there any more: it has left, or somebody has taken it out.
    Gone,
    /// Some process may be sending it at this moment.
    Leaving,
    /// It cannot be done with such a mail.
    NotSuch,
}

fn record(mail: &Queued) -> Value {
    json!({ "kind": mail.kind, "attempts": mail.attempts, "given_up": mail.given_up_at.is_some() })
}

async fn find(db: &mut Db, id: i64) -> sqlx::Result<Option<Queued>> {
    Ok(store::outbox_desk::list(db, Which::Number(id)).await?.pop())
}

/// Has a mail sent again now, with all its tries.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn send_again(db: &mut Db, actor: &Actor, id: i64, now: Timestamp) -> sqlx::Result<Tended> {
    let mut tx = db.begin().await?;
    let Some(mail) = find(&mut tx, id).await? else { return Ok(Tended::Gone) };
    if !store::outbox_desk::send_again(&mut tx, id, now).await? {
        return Ok(Tended::Leaving);
    }
    let (number, before) = (id.to_string(), record(&mail));
    let act = Act { name: "mail.again", subject: "mail", subject_id: &number, before, after: Value::Null };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Tended::Done)
}

/// Has all mails sent again that were given up; says how many.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn send_all_again(db: &mut Db, actor: &Actor, now: Timestamp) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let many = store::outbox_desk::send_all_again(&mut tx, now).await?;
    if many > 0 {
        let after = json!({ "mails": many });
        let act = Act { name: "mail.all_again", subject: "mail", subject_id: "", before: Value::Null, after };
        store::audit::record(&mut tx, actor, act, now).await?;
    }
    tx.commit().await?;
    Ok(many)
}

/// Takes a mail out unsent.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn discard(db: &mut Db, actor: &Actor, id: i64, now: Timestamp) -> sqlx::Result<Tended> {
    let mut tx = db.begin().await?;
    let Some(mail) = find(&mut tx, id).await? else { return Ok(Tended::Gone) };
    // What becomes of a mail to all signers is counted; they are stopped as a whole.
    if mail.in_mailing {
        return Ok(Tended::NotSuch);
    }
    if mail.may_be_leaving(now) && mail.attempts > 0 {
        return Ok(Tended::Leaving);
    }
    store::outbox_desk::discard(&mut tx, id).await?;
    let (number, before) = (id.to_string(), record(&mail));
    let act = Act { name: "mail.discard", subject: "mail", subject_id: &number, before, after: Value::Null };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Tended::Done)
}

/// Sends a copy of a mail, without what only its receiver may know, to a member of staff.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn copy(db: &mut Db, actor: &Actor, id: i64, to: StaffId, now: Timestamp) -> sqlx::Result<Tended> {
    let mut tx = db.begin().await?;
    let Some(mail) = find(&mut tx, id).await? else { return Ok(Tended::Gone) };
    if store::outbox_desk::copy(&mut tx, id, to, now).await?.is_none() {
        return Ok(Tended::NotSuch);
    }
    let (number, before) = (id.to_string(), record(&mail));
    let act = Act { name: "mail.copy", subject: "mail", subject_id: &number, before, after: json!({ "to": to }) };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Tended::Done)
}
