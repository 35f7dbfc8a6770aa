//! Passkeys: what a device or a password manager keeps in the place of password and code. It wants to know its owner
//! every time, by a finger or a PIN, and so stands for both.
//!
//! What the server has to remember between question and answer the browser keeps, encrypted; an answer is taken once.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Redirect, Response},
};
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnBuilder,
};

use super::{
    account::proof_first,
    carried::{self, Carried},
    comer::{self, Comer},
    frame::{Frame, Section},
    guard::Staff,
    sign_in::{self, Why},
};
use crate::{
    actions::staff::passkeys::{self as actions, Answer, NewPasskey},
    app::App,
    domain::{keyring::SecretOf, limits, text},
    store::{
        self,
        passkeys::StoredPasskey,
        staff::{Account, Credentials},
    },
    urls,
    web::{
        assets,
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, PasskeyNumber},
        form::FormErrors,
        page,
    },
};

/// Seconds for which a question waits for its answer.
const PATIENCE: i64 = 60 * limits::SIGN_IN_ELSEWHERE_MINUTES;

/// What asks passkeys and checks what they answer; `None`, where the site has no name but a number: no passkey would
/// belong to it.
fn webauthn(app: &App) -> Option<Webauthn> {
    let origin: url::Url = app.public_url.parse().ok()?;
    let host = origin.domain()?.to_owned();
    let name = app.site_name();
    let builder = WebauthnBuilder::new(&host, &origin).ok()?;
    builder.rp_name(&name).timeout(Duration::from_secs(PATIENCE.unsigned_abs())).build().ok()
}

/// Whether passkeys can be used on this site.
pub(super) fn are_offered(app: &App) -> bool {
    webauthn(app).is_some()
}

/// What a browser keeps between question and answer.
#[derive(Serialize, Deserialize)]
struct Asked<T> {
    state: T,
    until: Timestamp,
}

fn cookie_name(app: &App) -> &'static str {
    if app.public_url.starts_with("https://") { "__Host-staff-passkey" } else { "staff-passkey" }
}

/// A question as JSON, and the cookie with what has to be remembered of it.
fn question<T: Serialize>(
    app: &App,
    (of, account): (SecretOf, i32),
    question: &impl Serialize,
    state: T,
    now: Timestamp,
) -> anyhow::Result<Response> {
    let asked = Asked { state, until: now + SignedDuration::from_secs(PATIENCE) };
    let sealed = app.keyring.seal_secret(of, account, &serde_json::to_vec(&asked)?);
    let mut response = serde_json::to_string(question)?.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    comer::set_cookie(app, &mut response, cookie_name(app), &BASE64URL_NOPAD.encode(&sealed), Some(PATIENCE));
    Ok(response)
}

/// What was remembered, and what names the question.
fn remembered<T: DeserializeOwned>(
    app: &App,
    comer: &Comer,
    (of, account): (SecretOf, i32),
    now: Timestamp,
) -> Option<(T, Vec<u8>)> {
    let cookie = comer.cookies.get(cookie_name(app))?;
    let sealed = BASE64URL_NOPAD.decode(cookie.value().as_bytes()).ok()?;
    let plain = app.keyring.open_secret(of, account, &sealed).ok()?;
    let asked: Asked<T> = serde_json::from_slice(&plain).ok()?;
    (asked.until > now).then(|| (asked.state, blake3::hash(&plain).as_bytes().to_vec()))
}

#[derive(Template)]
#[template(path = "admin/passkeys.html")]
struct PasskeysPage {
    frame: Frame,
    errors: FormErrors,
    passkeys: Vec<StoredPasskey>,
    typed: String,
    offered: bool,
    script: String,
}

async fn passkeys_page(app: &App, staff: &Staff, typed: &str, errors: FormErrors) -> Result<Response, PageError> {
    let passkeys = store::passkeys::of(&mut *app.pool.acquire().await?, staff.session.staff).await?;
    let page = PasskeysPage {
        frame: Frame::new(staff, Section::Account, "Your passkeys"),
        errors,
        passkeys,
        typed: typed.to_owned(),
        offered: are_offered(app),
        script: assets::url("passkeys.js"),
    };
    let status = if page.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// One's passkeys.
pub async fn show(staff: Staff, State(app): State<App>, now: Now) -> Result<Response, PageError> {
    if let Some(first) = proof_first(&staff, urls::admin::own_passkeys(), now.0) {
        return Ok(first);
    }
    passkeys_page(&app, &staff, "", FormErrors::default()).await
}

/// Asks a device for a new passkey.
pub async fn question_for_new(staff: Staff, State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let webauthn = webauthn(&app).ok_or(PageError::NotFound)?;
    let mut db = app.pool.acquire().await?;
    let id = staff.session.staff;
    let me = store::staff::credentials(&mut db, Account::Number(id)).await?.ok_or(PageError::NotFound)?;
    let known = store::passkeys::of(&mut db, id).await?;
    let known = known.into_iter().filter_map(|known| serde_json::from_value::<Passkey>(known.passkey).ok());
    let known = known.map(|known| known.cred_id().clone()).collect();
    let (asks, state) = webauthn.start_passkey_registration(handle(&me)?, &me.email, &me.name, Some(known))?;
    // Nobody types an address to sign in with it, so the device has to know whose it is.
    let mut asks = serde_json::to_value(&asks)?;
    asks["publicKey"]["authenticatorSelection"]["residentKey"] = "required".into();
    asks["publicKey"]["authenticatorSelection"]["requireResidentKey"] = true.into();
    Ok(question(&app, (SecretOf::NewPasskey, id.0), &asks, state, now.0)?)
}

fn handle(account: &Credentials) -> anyhow::Result<Uuid> {
    Ok(account.passkey_handle.parse()?)
}

/// A passkey to be added.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewForm {
    name: String,
    answer: String,
}

/// Adds a passkey.
pub async fn add(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    comer: Comer,
    Form(form): Form<NewForm>,
) -> Result<Response, PageError> {
    let webauthn = webauthn(&app).ok_or(PageError::NotFound)?;
    let (name, id) = (form.name.trim(), staff.session.staff);
    let mut errors = FormErrors::default();
    if name.is_empty() || text::letters(name) > 100 || name.chars().any(char::is_control) {
        errors.add("name", "Enter what you call it, in up to 100 letters, such as “laptop”");
        return passkeys_page(&app, &staff, &form.name, errors).await;
    }
    let asked = remembered::<PasskeyRegistration>(&app, &comer, (SecretOf::NewPasskey, id.0), now.0);
    let answer = serde_json::from_str::<RegisterPublicKeyCredential>(&form.answer).ok();
    let made = asked.zip(answer).and_then(|((state, challenge), answer)| {
        let passkey = webauthn.finish_passkey_registration(&answer, &state);
        passkey.inspect_err(|error| tracing::info!(%error, "a passkey was not taken")).ok().map(|key| (key, challenge))
    });
    let mut added = false;
    if let Some((passkey, challenge)) = made {
        let kept = serde_json::to_value(&passkey)?;
        let new = NewPasskey { credential: passkey.cred_id(), passkey: &kept, name };
        let mut db = app.pool.acquire().await?;
        added = actions::add(&mut db, &staff.actor, id, new, &challenge, now.0).await?;
        if added {
            staff.say(&mut db, &format!("The passkey “{name}” is added. You can sign in with it from now on.")).await?;
        }
    }
    if !added {
        errors.add("name", "The passkey was not added. Try again, and answer what your device asks within ten minutes");
        return passkeys_page(&app, &staff, &form.name, errors).await;
    }
    Ok(Redirect::to(urls::admin::own_passkeys()).into_response())
}

/// Removes a passkey.
pub async fn remove(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    PasskeyNumber(passkey): PasskeyNumber,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let removed = actions::remove(&mut db, &staff.actor, staff.session.staff, passkey, now.0).await?;
    let name = removed.ok_or(PageError::NotFound)?;
    staff.say(&mut db, &format!("The passkey “{name}” is removed. Nobody can sign in with it any more.")).await?;
    Ok(Redirect::to(urls::admin::own_passkeys()).into_response())
}

/// Asks a device for a passkey of this site, whoever's it is.
pub async fn question_to_sign_in(State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let webauthn = webauthn(&app).ok_or(PageError::NotFound)?;
    let (asks, state) = webauthn.start_discoverable_authentication()?;
    Ok(question(&app, (SecretOf::PasskeySignIn, 0), &asks, state, now.0)?)
}

/// What a passkey has answered, and what is carried.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    answer: String,
    next: String,
    address: String,
    body: String,
}

/// Lets somebody in whose passkey has answered.
pub async fn sign_in(
    State(app): State<App>,
    now: Now,
    comer: Comer,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    const ADVICE: &str = "The passkey was not accepted. Try again, or sign in with password and code.";
    let webauthn = webauthn(&app).ok_or(PageError::NotFound)?;
    let next = carried::next(&form.next);
    let carried = Carried::checked(form.address, form.body);
    let asked = remembered::<DiscoverableAuthentication>(&app, &comer, (SecretOf::PasskeySignIn, 0), now.0);
    let answer = serde_json::from_str::<PublicKeyCredential>(&form.answer).ok();
    let Some(((state, challenge), answer)) = asked.zip(answer) else {
        return sign_in::answer(&app, Why::Elsewhere(ADVICE), "", next, carried);
    };
    let Ok((handle, credential)) = webauthn.identify_discoverable_authentication(&answer) else {
        return sign_in::answer(&app, Why::Elsewhere(ADVICE), "", next, carried);
    };
    let handle = handle.to_string();
    let which = Answer { handle: &handle, credential, challenge: &challenge };
    let verify = |kept| {
        let mut passkey: Passkey = serde_json::from_value(kept).ok()?;
        let outcome = webauthn.finish_discoverable_authentication_v2(&answer, state, DiscoverableKey::from(&passkey));
        let outcome = outcome.inspect_err(|error| tracing::info!(%error, "a passkey was not accepted")).ok()?;
        passkey.update_credential(&outcome);
        // Without its owner's finger or PIN it would be one thing alone.
        serde_json::to_value(&passkey).ok().filter(|_| outcome.user_verified())
    };
    let mut db = app.pool.acquire().await?;
    let Some(signed_in) = actions::sign_in(&mut db, which, verify, comer.origin(), now.0).await? else {
        return sign_in::answer(&app, Why::Elsewhere(ADVICE), "", next, carried);
    };
    let response = match carried {
        Some(carried) => carried::resume(&app, &carried, "You are signed in again", None)?,
        None => Redirect::to(next).into_response(),
    };
    let mut response = comer::let_in(&app, &signed_in, response);
    comer::set_cookie(&app, &mut response, cookie_name(&app), "", Some(0));
    Ok(response)
}
