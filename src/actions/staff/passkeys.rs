//! Passkeys: added and removed by their owner, and signed in with.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use super::{
    record,
    refused::{self, Reason},
    sign_in::{Origin, SignedIn, begin},
};
use crate::{
    domain::{limits, staff::StaffId},
    store::{self, Db, audit::Actor, sessions::Way, staff::Account},
};

/// A passkey to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewPasskey<'a> {
    /// What names it among all passkeys.
    pub credential: &'a [u8],
    /// As the library has it.
    pub passkey: &'a Value,
    /// What its owner calls it.
    pub name: &'a str,
}

/// Adds a passkey; `false` if it is known already, or there are too many.
///
/// # Errors
/// When the database fails.
pub async fn add(
    db: &mut Db,
    actor: &Actor,
    staff: StaffId,
    new: NewPasskey<'_>,
    challenge: &[u8],
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let full = store::passkeys::of(&mut tx, staff).await?.len() >= limits::PASSKEYS;
    if full
        || !store::passkeys::use_challenge(&mut tx, challenge, now).await?
        || !store::passkeys::add(&mut tx, staff, new.credential, new.passkey, new.name, now).await?
    {
        return Ok(false);
    }
    record(&mut tx, actor, "account.add_passkey", staff, Value::Null, json!({ "name": new.name }), now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Removes a passkey; says its name.
///
/// # Errors
/// When the database fails.
pub async fn remove(
    db: &mut Db,
    actor: &Actor,
    staff: StaffId,
    id: i32,
    now: Timestamp,
) -> sqlx::Result<Option<String>> {
    let mut tx = db.begin().await?;
    let Some(name) = store::passkeys::remove(&mut tx, staff, id).await? else { return Ok(None) };
    record(&mut tx, actor, "account.remove_passkey", staff, json!({ "name": name }), Value::Null, now).await?;
    tx.commit().await?;
    Ok(Some(name))
}

/// What a passkey has answered.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Whose it says it is.
    pub handle: &'a str,
    /// What names it among all passkeys.
    pub credential: &'a [u8],
    /// What names the question, which can be answered once.
    pub challenge: &'a [u8],
}

/// Signs somebody in whose passkey has answered. `verify` is given the passkey as it was kept, and gives it back as it
/// is to be kept, or nothing if the answer is not its own.
///
/// # Errors
/// When the database fails.
pub async fn sign_in(
    db: &mut Db,
    answer: Answer<'_>,
    verify: impl FnOnce(Value) -> Option<Value>,
    origin: Origin<'_>,
    now: Timestamp,
) -> sqlx::Result<Option<SignedIn>> {
    let mut tx = db.begin().await?;
    let (account, reason) = match store::passkeys::find(&mut tx, answer.handle, answer.credential).await? {
        None => (None, Reason::Passkey),
        Some((staff, id, passkey)) => {
            let account = store::staff::credentials(&mut tx, Account::Number(staff)).await?;
            let open = account.filter(|account| !account.disabled);
            match (verify(passkey), open) {
                (Some(passkey), Some(account)) => {
                    if store::passkeys::use_challenge(&mut tx, answer.challenge, now).await? {
                        store::passkeys::used(&mut tx, id, &passkey, now).await?;
                        let signed_in = begin(&mut tx, &account, Way::Passkey, origin, now).await?;
                        tx.commit().await?;
                        return Ok(Some(signed_in));
                    }
                    (Some(staff), Reason::Passkey)
                }
                (Some(_), None) => (Some(staff), Reason::Closed),
                (None, _) => (Some(staff), Reason::Passkey),
            }
        }
    };
    tx.rollback().await?;
    refused::note(db, account, origin, reason, now).await?;
    Ok(None)
}
