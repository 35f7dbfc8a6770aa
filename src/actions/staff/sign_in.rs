//! Signing in: with password and code, with a passkey, elsewhere; and accepting an invitation.
//!
//! Unknown accounts, wrong passwords and wrong codes take the same way through this file: everything is asked and hashed
//! whatever came of the step before, and there is one answer.

use std::{net::IpAddr, sync::Arc};

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use super::{
    passwords, record,
    refused::{self, Reason},
};
use crate::{
    actions::together::NotDone,
    domain::{
        keyring::{Keyring, SecretOf, StaffPurpose},
        lock_out::Counted,
        password::Password,
        second_factor::{RECOVERY_CODES, RecoveryCode, TotpSecret},
        staff::{Role, StaffId},
    },
    store::{
        self, Db,
        audit::Actor,
        sessions::{NewSession, Way},
        staff::{Account, Credentials},
    },
};

/// From where somebody tries.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The address.
    pub address: Option<IpAddr>,
    /// The program, as it calls itself.
    pub agent: &'a str,
    /// The number of the request.
    pub request: &'a str,
    /// The mark of the browser, if it has one.
    pub browser: Option<&'a str>,
}

/// What somebody has typed.
#[derive(Clone, Copy)]
pub struct Typed<'a> {
    /// The address.
    pub email: &'a str,
    /// The password.
    pub password: &'a str,
    /// The code of the telephone, or a recovery code.
    pub code: &'a str,
}

/// What came of a try.
#[derive(Clone)]
pub enum Tried {
    /// They are in.
    In(SignedIn),
    /// Something was wrong.
    No,
    /// Nothing is tried until then.
    Wait(Timestamp),
}

/// Somebody is in.
#[derive(Clone)]
pub struct SignedIn {
    /// Who.
    pub staff: StaffId,
    /// Their address.
    pub email: String,
    /// The session's token, for the cookie.
    pub token: String,
    /// The session's number.
    pub session: i64,
    /// Recovery codes that are left, if one was used.
    pub recovery_codes: Option<i64>,
}

/// Signs somebody in with password and code.
///
/// # Errors
/// When too many try at once, and when the database fails.
pub async fn sign_in(
    db: &mut Db,
    keyring: &Keyring,
    typed: Typed<'_>,
    origin: Origin<'_>,
    now: Timestamp,
) -> Result<Tried, NotDone> {
    let counted = counted(keyring, typed.email, origin);
    let wait = store::sign_in_failures::begin(db, keyring, &counted, now).await?;
    let found = store::staff::credentials(db, Account::Email(typed.email.trim())).await?;
    let account = found.as_ref().map(|found| found.id);
    if let Some(until) = wait {
        refused::note(db, account, origin, Reason::Waiting, now).await?;
        return Ok(Tried::Wait(until));
    }
    let known = matches!(counted[0], Counted::Browser(..));
    let proof = prove(db, keyring, found.as_ref(), (typed.password, typed.code), known, now).await?;
    let (found, proof) = match (found, proof) {
        (Some(found), Ok(proof)) if !found.disabled => (found, proof),
        (_, proof) => {
            tracing::info!("somebody tried to sign in and was refused");
            refused::note(db, account, origin, proof.err().unwrap_or(Reason::Closed), now).await?;
            return Ok(Tried::No);
        }
    };
    let mut tx = db.begin().await?;
    if !proof.take(&mut tx, found.id, now).await? {
        tx.rollback().await?;
        refused::note(db, account, origin, Reason::Code, now).await?;
        return Ok(Tried::No);
    }
    store::sign_in_failures::succeeded(&mut tx, keyring, &counted).await?;
    let way = if matches!(proof, Proof::Recovery(_)) { Way::RecoveryCode } else { Way::Password };
    let signed_in = begin(&mut tx, &found, way, origin, now).await?;
    tx.commit().await?;
    Ok(Tried::In(signed_in))
}

/// Proves once more, in a session, who somebody is.
///
/// # Errors
/// When too many try at once, and when the database fails.
pub async fn prove_again(
    db: &mut Db,
    keyring: &Keyring,
    (staff, session): (StaffId, i64),
    (password, code): (&str, &str),
    origin: Origin<'_>,
    now: Timestamp,
) -> Result<Tried, NotDone> {
    let found = store::staff::credentials(db, Account::Number(staff)).await?;
    let email = found.as_ref().map(|found| found.email.clone()).unwrap_or_default();
    // Whoever has the session has signed in here: they are counted by it.
    let mut counted = counted(keyring, &email, origin);
    counted[0] = Counted::Browser(format!("session {session}"), email.to_lowercase());
    if let Some(until) = store::sign_in_failures::begin(db, keyring, &counted, now).await? {
        refused::note(db, Some(staff), origin, Reason::Waiting, now).await?;
        return Ok(Tried::Wait(until));
    }
    let proof = prove(db, keyring, found.as_ref(), (password, code), true, now).await?;
    let (found, proof) = match (found, proof) {
        (Some(found), Ok(proof)) => (found, proof),
        (_, proof) => {
            refused::note(db, Some(staff), origin, proof.err().unwrap_or(Reason::Unknown), now).await?;
            return Ok(Tried::No);
        }
    };
    let mut tx = db.begin().await?;
    if !proof.take(&mut tx, found.id, now).await? {
        tx.rollback().await?;
        refused::note(db, Some(staff), origin, Reason::Code, now).await?;
        return Ok(Tried::No);
    }
    store::sign_in_failures::succeeded(&mut tx, keyring, &counted).await?;
    store::sessions::prove(&mut tx, session, now).await?;
    let recovery_codes = left(&mut tx, &proof, found.id).await?;
    tx.commit().await?;
    Ok(Tried::In(SignedIn { staff, email: found.email, token: String::new(), session, recovery_codes }))
}

/// Signs in somebody who has proved elsewhere who they are.
///
/// # Errors
/// When the database fails.
pub async fn sign_in_proved(
    db: &mut Db,
    account: &Credentials,
    way: Way,
    origin: Origin<'_>,
    now: Timestamp,
) -> sqlx::Result<SignedIn> {
    let mut tx = db.begin().await?;
    let signed_in = begin(&mut tx, account, way, origin, now).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// What a try is counted by: the account or the browser first, then the network.
fn counted(keyring: &Keyring, email: &str, origin: Origin<'_>) -> Vec<Counted> {
    let email = email.trim().to_lowercase();
    let known = origin.browser.and_then(|mark| known_browser(keyring, mark, &email));
    let first = match known {
        Some(browser) => Counted::Browser(browser, email),
        None => Counted::Account(email),
    };
    [first].into_iter().chain(origin.address.map(Counted::Network)).collect()
}

/// The mark of a browser in which somebody has signed in to an account: it tells nothing, and nobody else can make it.
pub fn browser_mark(keyring: &Keyring, email: &str) -> String {
    let browser = BASE64URL_NOPAD.encode(&rand::random::<[u8; 12]>());
    let token = keyring.staff_token(StaffPurpose::Browser, &about_browser(&browser, &email.to_lowercase()));
    format!("{browser}.{token}")
}

/// The browser that has this mark, if it is one for this account.
pub fn known_browser(keyring: &Keyring, mark: &str, email: &str) -> Option<String> {
    let (browser, token) = mark.split_once('.')?;
    let about = about_browser(browser, &email.to_lowercase());
    keyring.is_staff_token(token, StaffPurpose::Browser, &about).then(|| browser.to_owned())
}

fn about_browser(browser: &str, email: &str) -> String {
    format!("{browser} {email}")
}

/// How somebody has shown what they have besides the password.
enum Proof {
    /// By the code of a half minute.
    Code(i64),
    /// By a recovery code, of which this is the hash.
    Recovery(Vec<u8>),
}

impl Proof {
    /// Takes it, so that it is good no more; `false` if it has been taken meanwhile.
    async fn take(&self, db: &mut Db, staff: StaffId, now: Timestamp) -> sqlx::Result<bool> {
        match self {
            Self::Code(step) => store::staff::use_step(db, staff, *step).await,
            Self::Recovery(hash) => store::staff::use_recovery_code(db, staff, hash, now).await,
        }
    }
}

/// Whether password and code are those of an account; if not, why. Does the same whether or not there is one, and whichever
/// is wrong.
async fn prove(
    db: &mut Db,
    keyring: &Keyring,
    found: Option<&Credentials>,
    (password, code): (&str, &str),
    known: bool,
    now: Timestamp,
) -> Result<Result<Proof, Reason>, NotDone> {
    let hash = found.and_then(|found| found.password_hash.as_deref());
    let is_password = passwords::is(password, hash, known).await?;
    let id = found.map_or(StaffId(0), |found| found.id);
    let dummy = keyring.seal_secret(SecretOf::Telephone, id.0, &rand::random::<[u8; 20]>());
    let sealed = found.and_then(|found| found.totp_secret.as_deref());
    let secret = keyring.open_secret(SecretOf::Telephone, id.0, sealed.unwrap_or(&dummy)).ok();
    let step = secret.and_then(|secret| TotpSecret::from_slice(&secret)).and_then(|secret| secret.step_of(code, now));
    let step = step.filter(|step| sealed.is_some() && found.is_some_and(|found| *step > found.totp_step));
    let hash = RecoveryCode::parse(code).map_or_else(Vec::new, |code| code.hash(id));
    let is_recovery_code = store::staff::has_recovery_code(db, id, &hash).await?;
    let proof = step.map(Proof::Code).or(is_recovery_code.then_some(Proof::Recovery(hash)));
    Ok(match proof {
        _ if found.is_none() => Err(Reason::Unknown),
        _ if !is_password => Err(Reason::Password),
        None => Err(Reason::Code),
        Some(proof) => Ok(proof),
    })
}

async fn left(db: &mut Db, proof: &Proof, staff: StaffId) -> sqlx::Result<Option<i64>> {
    match proof {
        Proof::Code(_) => Ok(None),
        Proof::Recovery(_) => store::staff::recovery_codes_left(db, staff).await.map(Some),
    }
}

/// Begins a session.
pub(super) async fn begin(
    db: &mut Db,
    account: &Credentials,
    way: Way,
    origin: Origin<'_>,
    now: Timestamp,
) -> sqlx::Result<SignedIn> {
    let token = BASE64URL_NOPAD.encode(&rand::random::<[u8; 32]>());
    let hash = store::sessions::hash_of(&token);
    let new = NewSession { token: &hash, staff: account.id, way, address: origin.address, agent: origin.agent };
    let session = store::sessions::begin(db, new, now).await?;
    store::staff::signed_in(db, account.id, now).await?;
    let actor = actor(account.id, &account.name, account.role, origin);
    record(db, &actor, "session.begin", account.id, Value::Null, json!({ "way": way.code() }), now).await?;
    let recovery_codes = match way {
        Way::RecoveryCode => Some(store::staff::recovery_codes_left(db, account.id).await?),
        _ => None,
    };
    Ok(SignedIn { staff: account.id, email: account.email.clone(), token, session, recovery_codes })
}

fn actor(staff: StaffId, name: &str, role: Role, origin: Origin<'_>) -> Actor {
    Actor {
        staff: Some(staff),
        name: name.to_owned(),
        role: Some(role),
        address: origin.address,
        request: origin.request.to_owned(),
    }
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(db: &mut Db, token: &str, origin: Origin<'_>, now: Timestamp) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    if let Some(staff) = store::sessions::end(&mut tx, &store::sessions::hash_of(token)).await?
        && let Some(account) = store::staff::credentials(&mut tx, Account::Number(staff)).await?
    {
        let actor = actor(staff, &account.name, account.role, origin);
        record(&mut tx, &actor, "session.end", staff, Value::Null, Value::Null, now).await?;
    }
    tx.commit().await
}

/// What came of accepting an invitation.
pub enum Accepted {
    /// They are in; these are the recovery codes, which nobody sees again.
    In(SignedIn, Vec<RecoveryCode>),
    /// The code is not that of the telephone.
    WrongCode,
    /// The invitation is good no more.
    Ended,
}

/// Accepts an invitation: sets the password and the telephone, removes all passkeys, ends all sessions, begins one.
///
/// # Errors
/// When too many try at once, and when the database fails.
pub async fn accept(
    db: &mut Db,
    keyring: &Keyring,
    (id, number): (StaffId, i32),
    (password, code): (&Password, &str),
    origin: Origin<'_>,
    now: Timestamp,
) -> Result<Accepted, NotDone> {
    let hash = passwords::hash(password.reveal()).await?;
    let mut tx = db.begin().await?;
    let invitation = store::staff::invitation(&mut tx, id, now).await?.filter(|invitation| invitation.number == number);
    let (Some(invitation), Some(account)) =
        (invitation, store::staff::credentials(&mut tx, Account::Number(id)).await?)
    else {
        return Ok(Accepted::Ended);
    };
    let secret = keyring.open_secret(SecretOf::NewTelephone, id.0, &invitation.totp_secret).ok();
    let Some(secret) = secret.and_then(|secret| TotpSecret::from_slice(&secret)) else { return Ok(Accepted::Ended) };
    let Some(step) = secret.step_of(code, now) else { return Ok(Accepted::WrongCode) };
    store::staff::set_password(&mut tx, id, &hash).await?;
    let sealed = keyring.seal_secret(SecretOf::Telephone, id.0, secret.bytes());
    store::staff::set_telephone(&mut tx, id, &sealed, step).await?;
    let codes = new_recovery_codes(&mut tx, id).await?;
    store::staff::end_invitation(&mut tx, id, now).await?;
    store::sessions::end_all(&mut tx, id, None).await?;
    // Whatever was lost may have had them.
    let passkeys = store::passkeys::remove_all(&mut tx, id).await?;
    let counted = counted(keyring, &account.email, Origin { address: None, ..origin });
    store::sign_in_failures::succeeded(&mut tx, keyring, &counted).await?;
    let actor = actor(id, &account.name, account.role, origin);
    let after = json!({ "invitation": number, "recovery_codes": RECOVERY_CODES, "passkeys_removed": passkeys });
    record(&mut tx, &actor, "staff.accept", id, Value::Null, after, now).await?;
    let signed_in = begin(&mut tx, &account, Way::Invitation, origin, now).await?;
    tx.commit().await?;
    Ok(Accepted::In(signed_in, codes))
}

/// Makes recovery codes in the place of the former.
pub(super) async fn new_recovery_codes(db: &mut Db, id: StaffId) -> sqlx::Result<Vec<RecoveryCode>> {
    let codes = RecoveryCode::some(std::array::from_fn(|_| rand::random()));
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| code.hash(id)).collect();
    store::staff::set_recovery_codes(db, id, &hashes).await?;
    Ok(codes)
}

impl From<sqlx::Error> for NotDone {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

/// Who somebody is at the provider of single sign-on.
#[derive(Clone)]
pub struct Elsewhere {
    /// The name that never changes.
    pub subject: String,
    /// The address, if the provider has confirmed it.
    pub email: Option<String>,
}

/// Signs in somebody whom the provider of single sign-on knows: by the subject, or the first time by the address, which
/// remembers the subject. `None`, if that leads to no account that is open.
///
/// # Errors
/// When the database fails.
pub async fn sign_in_elsewhere(
    db: &mut Db,
    known: &Elsewhere,
    origin: Origin<'_>,
    now: Timestamp,
) -> sqlx::Result<Option<SignedIn>> {
    let mut tx = db.begin().await?;
    let id = match (store::staff::by_subject(&mut tx, &known.subject).await?, &known.email) {
        (Some(id), _) => Some(id),
        (None, Some(email)) => store::staff::by_email(&mut tx, email).await?,
        (None, None) => None,
    };
    let account = match id {
        Some(id) => store::staff::credentials(&mut tx, Account::Number(id)).await?,
        None => None,
    };
    let Some(account) = account.filter(|account| !account.disabled) else {
        tx.rollback().await?;
        let reason = if id.is_some() { Reason::Closed } else { Reason::Elsewhere };
        refused::note(db, id, origin, reason, now).await?;
        return Ok(None);
    };
    let id = account.id;
    if store::staff::by_subject(&mut tx, &known.subject).await?.is_none() {
        if !store::staff::set_subject(&mut tx, id, &known.subject).await? {
            // Somebody else has this address there now.
            tx.rollback().await?;
            refused::note(db, Some(id), origin, Reason::Elsewhere, now).await?;
            return Ok(None);
        }
        let actor = actor(id, &account.name, account.role, origin);
        record(&mut tx, &actor, "account.single_sign_on", id, Value::Null, Value::Null, now).await?;
    }
    let signed_in = begin(&mut tx, &account, Way::SingleSignOn, origin, now).await?;
    tx.commit().await?;
    Ok(Some(signed_in))
}
