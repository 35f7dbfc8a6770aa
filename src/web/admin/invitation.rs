//! Accepting an invitation: a password, a telephone, and recovery codes that are shown once.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::comer::{self, Comer};
use crate::{
    actions::staff::{
        is_invitation_token,
        sign_in::{Accepted, accept},
    },
    app::App,
    domain::{
        keyring::SecretOf,
        password::{Password, PasswordError},
        second_factor::{RecoveryCode, TotpSecret},
        staff::StaffId,
    },
    store::{
        self,
        staff::{Account, Credentials},
    },
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Query, StaffNumber},
        form::FormErrors,
        page::{self, Layout},
        qr::Qr,
    },
};

/// The token in the link.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Token {
    token: String,
}

/// What somebody has typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AcceptForm {
    password: String,
    password_again: String,
    code: String,
}

#[derive(Template)]
#[template(path = "admin/invitation.html")]
struct InvitationPage {
    layout: Layout,
    errors: FormErrors,
    action: String,
    name: String,
    email: String,
    telephone: Telephone,
}

/// What a telephone is told: as a picture, and in letters.
pub(super) struct Telephone {
    /// The picture's size, and its dark squares as a path.
    pub(super) size: usize,
    /// The dark squares.
    pub(super) squares: String,
    /// What is typed in its place.
    pub(super) words: String,
}

impl Telephone {
    /// Shows what the codes of an account are made from.
    pub(super) fn of(app: &App, secret: &TotpSecret, account: &str) -> anyhow::Result<Self> {
        let Qr { size, squares } = Qr::of(&secret.address(&app.site_name(), account))?;
        Ok(Self { size, squares, words: secret.words() })
    }
}

#[derive(Template)]
#[template(path = "admin/welcome.html")]
struct WelcomePage {
    layout: Layout,
    codes: Vec<String>,
}

/// An invitation that can be accepted.
struct Invited {
    account: Credentials,
    number: i32,
    secret: TotpSecret,
}

async fn find(app: &App, id: StaffId, token: &str, now: Timestamp) -> Result<Invited, PageError> {
    let mut db = app.pool.acquire().await?;
    let invitation = store::staff::invitation(&mut db, id, now).await?.ok_or(PageError::DeadInvitation)?;
    if !is_invitation_token(&app.keyring, token, id, invitation.number) {
        return Err(PageError::DeadInvitation);
    }
    let account = store::staff::credentials(&mut db, Account::Number(id)).await?.ok_or(PageError::DeadInvitation)?;
    let secret = app.keyring.open_secret(SecretOf::NewTelephone, id.0, &invitation.totp_secret);
    let secret = secret.ok().and_then(|secret| TotpSecret::from_slice(&secret));
    let secret = secret.ok_or_else(|| anyhow::anyhow!("none of the secret keys opens the invitation"))?;
    Ok(Invited { account, number: invitation.number, secret })
}

fn invitation_page(app: &App, invited: &Invited, token: &str, errors: FormErrors) -> Result<Response, PageError> {
    let page = InvitationPage {
        layout: Layout::unlisted(app, "Set your password"),
        action: urls::admin::invitation(&invited.account.id, token),
        name: invited.account.name.clone(),
        email: invited.account.email.clone(),
        telephone: Telephone::of(app, &invited.secret, &invited.account.email)?,
        errors,
    };
    let status = if page.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// The page to which the link of an invitation leads.
pub async fn show(
    State(app): State<App>,
    now: Now,
    StaffNumber(id): StaffNumber,
    Query(Token { token }): Query<Token>,
) -> Result<Response, PageError> {
    let invited = find(&app, id, &token, now.0).await?;
    invitation_page(&app, &invited, &token, FormErrors::default())
}

/// Takes a password as it was typed twice; its mistakes are those of the fields `password` and `password_again`.
pub(super) fn password(
    errors: &mut FormErrors,
    typed: &str,
    again: &str,
    account: &Credentials,
    app: &App,
) -> Option<Password> {
    let site = app.site_name();
    let about = [account.name.as_str(), account.email.as_str(), &site, "petition", app.public_url.as_str()];
    let password = errors.take("password", Password::parse(typed, &about));
    if typed != again && !matches!(Password::parse(typed, &[]), Err(PasswordError::Empty)) {
        errors.add("password_again", "Enter the same password a second time");
        return None;
    }
    password
}

/// What is said of a code that is not the telephone's.
pub(super) const WRONG_CODE: &str =
    "Enter the six digits that your telephone shows now; if they are refused again, check its clock";

/// Sets the password and the telephone, and shows the recovery codes.
pub async fn submit(
    State(app): State<App>,
    now: Now,
    StaffNumber(id): StaffNumber,
    Query(Token { token }): Query<Token>,
    comer: Comer,
    Form(form): Form<AcceptForm>,
) -> Result<Response, PageError> {
    let invited = find(&app, id, &token, now.0).await?;
    let mut errors = FormErrors::default();
    let password = password(&mut errors, &form.password, &form.password_again, &invited.account, &app);
    if invited.secret.step_of(&form.code, now.0).is_none() {
        errors.add("code", WRONG_CODE);
    }
    let Some(password) = password.filter(|_| errors.is_empty()) else {
        return invitation_page(&app, &invited, &token, errors);
    };
    let mut db = app.pool.acquire().await?;
    let which = (id, invited.number);
    match accept(&mut db, &app.keyring, which, (&password, &form.code), comer.origin(), now.0).await? {
        Accepted::Ended => Err(PageError::DeadInvitation),
        Accepted::WrongCode => {
            errors.add("code", WRONG_CODE);
            invitation_page(&app, &invited, &token, errors)
        }
        Accepted::In(signed_in, codes) => {
            let page = WelcomePage { layout: Layout::unlisted(&app, "You are in"), codes: words(&codes) };
            Ok(comer::let_in(&app, &signed_in, page::html(&page, CachePolicy::Never)?))
        }
    }
}

/// Recovery codes as they are written down.
pub(super) fn words(codes: &[RecoveryCode]) -> Vec<String> {
    codes.iter().map(RecoveryCode::words).collect()
}
