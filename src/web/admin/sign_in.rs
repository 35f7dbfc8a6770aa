//! Signing in and out: one page with address, password and code, and one answer when anything of it is wrong.

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    carried::{self, Carried},
    comer::{self, Comer},
    guard, passkeys,
};
use crate::{
    actions::staff::sign_in::{Tried, Typed, sign_in, sign_out},
    app::App,
    store, urls,
    web::{
        Site, assets,
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Query},
        page::{self, Layout},
    },
};

/// Where somebody wants to go.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub(super) next: String,
}

/// What somebody has typed, and what is carried.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    email: String,
    password: String,
    code: String,
    next: String,
    address: String,
    body: String,
}

/// Why somebody sees the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// They came to it.
    Came,
    /// They sent something, and were not signed in any more.
    SentSomething,
    /// Something of what they typed was wrong.
    Wrong,
    /// They have to wait so many minutes.
    Wait(i64),
    /// Signing in elsewhere, or with a passkey, did not work; says what to do.
    Elsewhere(&'static str),
}

#[derive(Template)]
#[template(path = "admin/sign_in.html")]
struct SignInPage<'a> {
    layout: Layout,
    why: Why,
    email: &'a str,
    next: &'a str,
    carried: Option<Carried>,
    /// What the button says that leads elsewhere.
    elsewhere: Option<&'a str>,
    /// The script for passkeys, where they can be used.
    passkeys: Option<String>,
}

/// The page on which staff sign in; whoever is signed in goes on.
pub async fn show(
    State(app): State<App>,
    now: Now,
    Query(wanted): Query<Wanted>,
    comer: Comer,
) -> Result<Response, PageError> {
    let next = carried::next(&wanted.next);
    if let Some(token) = &comer.token {
        let token = store::sessions::hash_of(token);
        if store::sessions::find(&mut *app.pool.acquire().await?, &token, now.0).await?.is_some() {
            return Ok(Redirect::to(next).into_response());
        }
    }
    answer(&app, Why::Came, "", next, None)
}

/// The page, with the status that goes with the reason.
pub(super) fn answer(
    app: &App,
    why: Why,
    email: &str,
    next: &str,
    carried: Option<Carried>,
) -> Result<Response, PageError> {
    let passkeys = passkeys::are_offered(app).then(|| assets::url("passkeys.js"));
    let elsewhere = app.single_sign_on.as_ref().map(|provider| provider.name.as_str());
    let page = SignInPage { layout: Layout::unlisted(app, "Sign in"), why, email, next, carried, elsewhere, passkeys };
    let status = match why {
        Why::Came => StatusCode::OK,
        Why::SentSomething | Why::Wrong | Why::Elsewhere(_) => StatusCode::UNAUTHORIZED,
        Why::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
    };
    let mut response = (status, page::html(&page, CachePolicy::Never)?).into_response();
    if let Why::Wait(minutes) = why {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(minutes * 60));
    }
    Ok(response)
}

/// Minutes until a moment, at least one.
pub(super) fn minutes(until: Timestamp, now: Timestamp) -> i64 {
    (until.duration_since(now).as_secs() + 59).div_euclid(60).max(1)
}

/// Lets somebody in, or says that something was wrong.
pub async fn submit(
    State(app): State<App>,
    now: Now,
    comer: Comer,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    let next = carried::next(&form.next);
    let carried = Carried::checked(form.address, form.body);
    let typed = Typed { email: &form.email, password: &form.password, code: &form.code };
    let mut db = app.pool.acquire().await?;
    let signed_in = match sign_in(&mut db, &app.keyring, typed, comer.origin(), now.0).await? {
        Tried::In(signed_in) => signed_in,
        Tried::No => return answer(&app, Why::Wrong, &form.email, next, carried),
        Tried::Wait(until) => return answer(&app, Why::Wait(minutes(until, now.0)), &form.email, next, carried),
    };
    if let Some(former) = &comer.token {
        store::sessions::end(&mut db, &store::sessions::hash_of(former)).await?;
    }
    let response = match carried {
        Some(carried) => carried::resume(&app, &carried, "You are signed in again", signed_in.recovery_codes)?,
        None => {
            if let Some(left) = signed_in.recovery_codes {
                store::sessions::say(&mut db, signed_in.session, &used_a_recovery_code(left)).await?;
            }
            Redirect::to(next).into_response()
        }
    };
    Ok(comer::let_in(&app, &signed_in, response))
}

/// What is said to somebody who has used a recovery code.
pub(super) fn used_a_recovery_code(left: i64) -> String {
    let codes = if left == 1 { "code is" } else { "codes are" };
    format!("You used a recovery code; {left} {codes} left. Connect a telephone, or make new codes, in “Your account”.")
}

/// Ends the session, if there is one.
pub async fn leave(State(app): State<App>, now: Now, comer: Comer) -> Result<Response, PageError> {
    if let Some(token) = &comer.token {
        sign_out(&mut *app.pool.acquire().await?, token, comer.origin(), now.0).await?;
    }
    Ok(comer::let_out(&app, Redirect::to(&urls::admin::sign_in(urls::admin::desk())).into_response()))
}

/// What somebody gets instead of a page, who is not signed in. A form that they have sent is carried along.
pub(super) async fn instead(site: &Site, request: Request) -> Result<Response, PageError> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let wanted = request.uri().path_and_query().map_or(urls::admin::desk(), |wanted| wanted.as_str());
        return Ok(guard::to_sign_in(wanted));
    }
    answer(&site.app, Why::SentSomething, "", urls::admin::desk(), Carried::of(request).await)
}
