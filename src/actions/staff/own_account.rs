//! What staff change about their own account.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use super::{passwords, record, sign_in::new_recovery_codes};
use crate::{
    actions::together::NotDone,
    domain::{
        keyring::{Keyring, SecretOf},
        password::Password,
        second_factor::{RECOVERY_CODES, RecoveryCode, TOTP_BYTES, TotpSecret},
        staff::StaffId,
    },
    store::{self, Db, audit::Actor},
};

/// Sets a password, and ends all sessions but the one in which it is done; says how many were ended.
///
/// # Errors
/// When too many do so at once, and when the database fails.
pub async fn set_password(
    db: &mut Db,
    actor: &Actor,
    (staff, session): (StaffId, i64),
    password: &Password,
    now: Timestamp,
) -> Result<u64, NotDone> {
    let hash = passwords::hash(password.reveal()).await?;
    let mut tx = db.begin().await?;
    store::staff::set_password(&mut tx, staff, &hash).await?;
    let ended = store::sessions::end_all(&mut tx, staff, Some(session)).await?;
    record(&mut tx, actor, "account.password", staff, Value::Null, json!({ "sessions_ended": ended }), now).await?;
    tx.commit().await?;
    Ok(ended)
}

/// The telephone that somebody is about to take: the one begun with, or a new one. `None`, if none of the keys opens it.
///
/// # Errors
/// When the database fails.
pub async fn new_telephone(db: &mut Db, keyring: &Keyring, staff: StaffId, now: Timestamp) -> sqlx::Result<TotpSecret> {
    let begun = store::staff::new_telephone(db, staff).await?;
    let begun = begun.and_then(|sealed| keyring.open_secret(SecretOf::NewTelephone, staff.0, &sealed).ok());
    if let Some(secret) = begun.and_then(|secret| TotpSecret::from_slice(&secret)) {
        return Ok(secret);
    }
    let secret = TotpSecret::new(rand::random::<[u8; TOTP_BYTES]>());
    let sealed = keyring.seal_secret(SecretOf::NewTelephone, staff.0, secret.bytes());
    store::staff::set_new_telephone(db, staff, Some(&sealed), now).await?;
    Ok(secret)
}

/// Takes the telephone that somebody was about to take, once it has made this code; `false` if it has not.
///
/// # Errors
/// When the database fails.
pub async fn take_telephone(
    db: &mut Db,
    keyring: &Keyring,
    actor: &Actor,
    staff: StaffId,
    code: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let secret = new_telephone(&mut tx, keyring, staff, now).await?;
    let Some(step) = secret.step_of(code, now) else {
        tx.commit().await?;
        return Ok(false);
    };
    let sealed = keyring.seal_secret(SecretOf::Telephone, staff.0, secret.bytes());
    store::staff::set_telephone(&mut tx, staff, &sealed, step).await?;
    store::staff::set_new_telephone(&mut tx, staff, None, now).await?;
    record(&mut tx, actor, "account.telephone", staff, Value::Null, Value::Null, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Makes recovery codes in the place of the former.
///
/// # Errors
/// When the database fails.
pub async fn make_recovery_codes(
    db: &mut Db,
    actor: &Actor,
    staff: StaffId,
    now: Timestamp,
) -> sqlx::Result<Vec<RecoveryCode>> {
    let mut tx = db.begin().await?;
    let left = store::staff::recovery_codes_left(&mut tx, staff).await?;
    let codes = new_recovery_codes(&mut tx, staff).await?;
    let (before, after) = (json!({ "recovery_codes": left }), json!({ "recovery_codes": RECOVERY_CODES }));
    record(&mut tx, actor, "account.recovery_codes", staff, before, after, now).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Ends one of one's own sessions; `false` if there is none such.
///
/// # Errors
/// When the database fails.
pub async fn end_session(
    db: &mut Db,
    actor: &Actor,
    staff: StaffId,
    session: i64,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let ended = store::sessions::end_one(&mut tx, staff, session).await?;
    if ended {
        record(&mut tx, actor, "account.end_session", staff, json!({ "session": session }), Value::Null, now).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Ends all of one's own sessions but the one in which it is done; says how many.
///
/// # Errors
/// When the database fails.
pub async fn end_other_sessions(
    db: &mut Db,
    actor: &Actor,
    (staff, session): (StaffId, i64),
    now: Timestamp,
) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let ended = store::sessions::end_all(&mut tx, staff, Some(session)).await?;
    record(&mut tx, actor, "account.end_sessions", staff, json!({ "sessions": ended }), Value::Null, now).await?;
    tx.commit().await?;
    Ok(ended)
}
