//! One's own account: password, telephone, recovery codes, sessions.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    frame::{Frame, Section},
    guard::{Staff, is_proved},
    invitation::{Telephone, WRONG_CODE, password, words},
};
use crate::{
    actions::staff::own_account,
    app::App,
    domain::staff::Permission,
    store::{
        self,
        sessions::OpenSession,
        staff::{Account, Colleague, Credentials},
    },
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, SessionNumber},
        form::FormErrors,
        page,
    },
};

#[derive(Template)]
#[template(path = "admin/account.html")]
struct AccountPage {
    frame: Frame,
    me: Colleague,
    sessions: Vec<OpenSession>,
    here: i64,
}

/// The account.
pub async fn show(staff: Staff, State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let me = store::staff::find(&mut db, staff.session.staff, now.0).await?.ok_or(PageError::NotFound)?;
    let sessions = store::sessions::of(&mut db, me.id, now.0).await?;
    let frame = Frame::new(&staff, Section::Account, "Your account");
    page::html(&AccountPage { frame, me, sessions, here: staff.session.id }, CachePolicy::Never)
}

/// A password as it was typed twice.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    password: String,
    password_again: String,
}

#[derive(Template)]
#[template(path = "admin/own_password.html")]
struct PasswordPage {
    frame: Frame,
    errors: FormErrors,
    email: String,
}

/// Asks for the proof that what comes next wants, before anything is typed.
pub(super) fn proof_first(staff: &Staff, address: &str, now: Timestamp) -> Option<Response> {
    let proved = is_proved(&staff.session, now);
    (!proved).then(|| Redirect::to(&urls::admin::prove_for(address)).into_response())
}

async fn credentials(app: &App, staff: &Staff) -> Result<Credentials, PageError> {
    let mut db = app.pool.acquire().await?;
    let found = store::staff::credentials(&mut db, Account::Number(staff.session.staff)).await?;
    found.ok_or(PageError::NotFound)
}

fn with_mistakes(errors: &FormErrors, page: Response) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, page).into_response()
}

fn password_page(staff: &Staff, email: String, errors: FormErrors) -> Result<Response, PageError> {
    let page = PasswordPage { frame: Frame::new(staff, Section::Account, "Change your password"), errors, email };
    Ok(with_mistakes(&page.errors, page::html(&page, CachePolicy::Never)?))
}

/// The form for a new password.
pub async fn show_password(staff: Staff, State(app): State<App>, now: Now) -> Result<Response, PageError> {
    if let Some(first) = proof_first(&staff, urls::admin::own_password(), now.0) {
        return Ok(first);
    }
    password_page(&staff, credentials(&app, &staff).await?.email, FormErrors::default())
}

/// Sets a new password.
pub async fn set_password(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    Form(form): Form<PasswordForm>,
) -> Result<Response, PageError> {
    let me = credentials(&app, &staff).await?;
    let mut errors = FormErrors::default();
    let Some(password) = password(&mut errors, &form.password, &form.password_again, &me, &app) else {
        return password_page(&staff, me.email, errors);
    };
    let mut db = app.pool.acquire().await?;
    let who = (me.id, staff.session.id);
    let ended = own_account::set_password(&mut db, &staff.actor, who, &password, now.0).await?;
    staff.say(&mut db, &format!("Your password is changed. {}", sessions_ended(ended))).await?;
    Ok(Redirect::to(urls::admin::account()).into_response())
}

/// How many sessions were ended, as a sentence.
pub(super) fn sessions_ended(ended: u64) -> String {
    match ended {
        0 => "There was no other session to end.".to_owned(),
        1 => "1 other session was ended.".to_owned(),
        more => format!("{more} other sessions were ended."),
    }
}

/// A code as it was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
}

#[derive(Template)]
#[template(path = "admin/own_telephone.html")]
struct TelephonePage {
    frame: Frame,
    errors: FormErrors,
    telephone: Telephone,
}

async fn telephone_page(app: &App, staff: &Staff, now: Timestamp, errors: FormErrors) -> Result<Response, PageError> {
    let me = credentials(app, staff).await?;
    let mut db = app.pool.acquire().await?;
    let secret = own_account::new_telephone(&mut db, &app.keyring, me.id, now).await?;
    let page = TelephonePage {
        frame: Frame::new(staff, Section::Account, "Connect another telephone"),
        errors,
        telephone: Telephone::of(app, &secret, &me.email)?,
    };
    Ok(with_mistakes(&page.errors, page::html(&page, CachePolicy::Never)?))
}

/// The form for another telephone.
pub async fn show_telephone(staff: Staff, State(app): State<App>, now: Now) -> Result<Response, PageError> {
    if let Some(first) = proof_first(&staff, urls::admin::own_telephone(), now.0) {
        return Ok(first);
    }
    telephone_page(&app, &staff, now.0, FormErrors::default()).await
}

/// Takes another telephone.
pub async fn set_telephone(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    Form(form): Form<CodeForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let id = staff.session.staff;
    if own_account::take_telephone(&mut db, &app.keyring, &staff.actor, id, &form.code, now.0).await? {
        staff.say(&mut db, "The new telephone is connected. The codes of the former one are good no more.").await?;
        return Ok(Redirect::to(urls::admin::account()).into_response());
    }
    drop(db);
    let mut errors = FormErrors::default();
    errors.add("code", WRONG_CODE);
    telephone_page(&app, &staff, now.0, errors).await
}

#[derive(Template)]
#[template(path = "admin/own_recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<String>,
}

/// Makes new recovery codes and shows them. They are in the answer itself, since nothing that could show them a second
/// time is kept.
pub async fn make_recovery_codes(staff: Staff, State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let codes = own_account::make_recovery_codes(&mut db, &staff.actor, staff.session.staff, now.0).await?;
    let frame = Frame::new(&staff, Section::Account, "Your new recovery codes");
    page::html(&CodesPage { frame, codes: words(&codes) }, CachePolicy::Never)
}

/// Ends one of one's sessions.
pub async fn end_session(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    SessionNumber(session): SessionNumber,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    if !own_account::end_session(&mut db, &staff.actor, staff.session.staff, session, now.0).await? {
        return Err(PageError::NotFound);
    }
    staff.say(&mut db, "That session is ended.").await?;
    Ok(Redirect::to(urls::admin::account()).into_response())
}

/// Ends all of one's sessions but this one.
pub async fn end_other_sessions(staff: Staff, State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let who = (staff.session.staff, staff.session.id);
    let ended = own_account::end_other_sessions(&mut db, &staff.actor, who, now.0).await?;
    staff.say(&mut db, &sessions_ended(ended)).await?;
    Ok(Redirect::to(urls::admin::account()).into_response())
}
