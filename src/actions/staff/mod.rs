//! Staff: who has an account, what they may do, and how they get in.

pub mod own_account;
pub mod passkeys;
pub mod passwords;
pub mod refused;
pub mod sign_in;

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::{
    domain::{
        email::EmailAddress,
        keyring::{Keyring, SecretOf, StaffPurpose},
        second_factor::{TOTP_BYTES, TotpSecret},
        signer::SignerName,
        staff::{Role, StaffId},
    },
    store::{
        self, Db,
        audit::{Act, Actor},
    },
};

/// Somebody who is to have an account.
#[derive(Clone, Debug)]
pub struct NewColleague {
    /// The name.
    pub name: SignerName,
    /// The address.
    pub email: EmailAddress,
    /// What they will be.
    pub role: Role,
}

/// How an invitation gets to whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// By mail.
    Mail,
    /// By whoever invites.
    ByHand,
}

/// What came of making an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there, and its owner is invited; the second is the number of the invitation.
    Invited(StaffId, i32),
    /// One with this address is there already.
    Exists(StaffId),
}

/// What came of something done to a colleague's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// It was so already, or was changed meanwhile.
    Otherwise,
    /// Nobody changes what they may do themselves.
    Own,
    /// Somebody has to run the site.
    LastSysadmin,
    /// There is no such account.
    Unknown,
}

/// Makes an account and invites its owner.
///
/// # Errors
/// When the database fails.
pub async fn add(
    db: &mut Db,
    keyring: &Keyring,
    actor: &Actor,
    new: &NewColleague,
    delivery: Delivery,
    now: Timestamp,
) -> sqlx::Result<Added> {
    let mut tx = db.begin().await?;
    let (name, email) = (new.name.as_str(), new.email.as_str());
    let Some(id) = store::staff::add(&mut tx, name, email, new.role, now).await? else {
        let id = store::staff::by_email(&mut tx, email).await?.ok_or(sqlx::Error::RowNotFound)?;
        return Ok(Added::Exists(id));
    };
    let after = json!({ "name": name, "email": email, "role": new.role });
    record(&mut tx, actor, "staff.add", id, Value::Null, after, now).await?;
    let number = put_invitation(&mut tx, keyring, actor, id, delivery, now).await?;
    tx.commit().await?;
    Ok(Added::Invited(id, number))
}

/// Invites the owner of an account again, since the password or the telephone is lost; says the invitation's number.
/// Until it is accepted everything stays as it was; former invitations end at once.
///
/// # Errors
/// When the database fails.
pub async fn invite_again(
    db: &mut Db,
    keyring: &Keyring,
    actor: &Actor,
    id: StaffId,
    delivery: Delivery,
    now: Timestamp,
) -> sqlx::Result<Option<i32>> {
    let mut tx = db.begin().await?;
    let colleague = store::staff::find(&mut tx, id, now).await?;
    if colleague.is_none_or(|colleague| colleague.disabled_at.is_some()) {
        return Ok(None);
    }
    let number = put_invitation(&mut tx, keyring, actor, id, delivery, now).await?;
    tx.commit().await?;
    Ok(Some(number))
}

async fn put_invitation(
    db: &mut Db,
    keyring: &Keyring,
    actor: &Actor,
    id: StaffId,
    delivery: Delivery,
    now: Timestamp,
) -> sqlx::Result<i32> {
    let secret = TotpSecret::new(rand::random::<[u8; TOTP_BYTES]>());
    let sealed = keyring.seal_secret(SecretOf::NewTelephone, id.0, secret.bytes());
    let number = store::staff::invite(db, id, &sealed, now).await?;
    if delivery == Delivery::Mail {
        store::staff::mail_invitation(db, id, now).await?;
    }
    let after = json!({ "invitation": number, "by_mail": delivery == Delivery::Mail });
    record(db, actor, "staff.invite", id, Value::Null, after, now).await?;
    Ok(number)
}

/// The token in the link of an invitation.
pub fn invitation_token(keyring: &Keyring, id: StaffId, number: i32) -> String {
    keyring.staff_token(StaffPurpose::Invitation, &about_invitation(id, number))
}

/// Whether this is that token.
pub fn is_invitation_token(keyring: &Keyring, token: &str, id: StaffId, number: i32) -> bool {
    keyring.is_staff_token(token, StaffPurpose::Invitation, &about_invitation(id, number))
}

fn about_invitation(id: StaffId, number: i32) -> String {
    format!("{id} {number}")
}

/// Changes what a colleague may do, unless it is not `before` any more.
///
/// # Errors
/// When the database fails.
pub async fn set_role(
    db: &mut Db,
    actor: &Actor,
    id: StaffId,
    before: Role,
    after: Role,
    now: Timestamp,
) -> sqlx::Result<Changed> {
    if actor.staff == Some(id) {
        return Ok(Changed::Own);
    }
    let mut tx = db.begin().await?;
    let sysadmins = store::staff::hold_sysadmins(&mut tx).await?;
    let Some(colleague) = store::staff::find(&mut tx, id, now).await? else { return Ok(Changed::Unknown) };
    if colleague.role != before || before == after {
        return Ok(Changed::Otherwise);
    }
    if sysadmins == [id] {
        return Ok(Changed::LastSysadmin);
    }
    store::staff::set_role(&mut tx, id, after).await?;
    let (before, after) = (json!({ "role": before }), json!({ "role": after }));
    record(&mut tx, actor, "staff.role", id, before, after, now).await?;
    tx.commit().await?;
    Ok(Changed::Done)
}

/// Closes a colleague's account, and ends its sessions and its invitation.
///
/// # Errors
/// When the database fails.
pub async fn disable(db: &mut Db, actor: &Actor, id: StaffId, now: Timestamp) -> sqlx::Result<Changed> {
    if actor.staff == Some(id) {
        return Ok(Changed::Own);
    }
    let mut tx = db.begin().await?;
    let sysadmins = store::staff::hold_sysadmins(&mut tx).await?;
    let Some(colleague) = store::staff::find(&mut tx, id, now).await? else { return Ok(Changed::Unknown) };
    if colleague.disabled_at.is_some() {
        return Ok(Changed::Otherwise);
    }
    if sysadmins == [id] {
        return Ok(Changed::LastSysadmin);
    }
    store::staff::set_disabled(&mut tx, id, Some(now)).await?;
    store::sessions::end_all(&mut tx, id, None).await?;
    store::staff::end_invitation(&mut tx, id, now).await?;
    let (before, after) = (json!({ "enabled": true }), json!({ "enabled": false }));
    record(&mut tx, actor, "staff.disable", id, before, after, now).await?;
    tx.commit().await?;
    Ok(Changed::Done)
}

/// Opens a colleague's account again.
///
/// # Errors
/// When the database fails.
pub async fn enable(db: &mut Db, actor: &Actor, id: StaffId, now: Timestamp) -> sqlx::Result<Changed> {
    let mut tx = db.begin().await?;
    let Some(colleague) = store::staff::find(&mut tx, id, now).await? else { return Ok(Changed::Unknown) };
    if colleague.disabled_at.is_none() {
        return Ok(Changed::Otherwise);
    }
    store::staff::set_disabled(&mut tx, id, None).await?;
    let (before, after) = (json!({ "enabled": false }), json!({ "enabled": true }));
    record(&mut tx, actor, "staff.enable", id, before, after, now).await?;
    tx.commit().await?;
    Ok(Changed::Done)
}

/// Ends all sessions of a colleague; says how many there were.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(db: &mut Db, actor: &Actor, id: StaffId, now: Timestamp) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let ended = store::sessions::end_all(&mut tx, id, None).await?;
    record(&mut tx, actor, "staff.end_sessions", id, json!({ "sessions": ended }), json!({ "sessions": 0 }), now)
        .await?;
    tx.commit().await?;
    Ok(ended)
}

/// Writes a line about an account.
async fn record(
    db: &mut Db,
    actor: &Actor,
    name: &'static str,
    id: StaffId,
    before: Value,
    after: Value,
    now: Timestamp,
) -> sqlx::Result<()> {
    let id = id.to_string();
    store::audit::record(db, actor, Act { name, subject: "staff", subject_id: &id, before, after }, now).await
}
