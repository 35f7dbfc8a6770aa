//! Proving once more who one is, before something sensitive.

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    carried::{self, Carried},
    comer::Comer,
    frame::{Frame, Section},
    guard::Staff,
    passkeys,
    sign_in::{Wanted, Why, minutes, used_a_recovery_code},
};
use crate::{
    actions::staff::sign_in::{Tried, prove_again},
    app::App,
    urls,
    web::{
        Site, assets,
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Query},
        page,
    },
};

/// What somebody has typed, and what is carried.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ProveForm {
    password: String,
    code: String,
    next: String,
    address: String,
    body: String,
}

#[derive(Template)]
#[template(path = "admin/prove.html")]
struct ProvePage<'a> {
    frame: Frame,
    why: Why,
    next: &'a str,
    carried: Option<Carried>,
    /// What the button says that leads elsewhere.
    elsewhere: Option<&'a str>,
    /// The script for passkeys, where they can be used.
    passkeys: Option<String>,
}

/// The page on which somebody proves who they are.
pub async fn show(staff: Staff, State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Response, PageError> {
    answer(&app, &staff, Why::Came, carried::next(&wanted.next), None)
}

fn answer(app: &App, staff: &Staff, why: Why, next: &str, carried: Option<Carried>) -> Result<Response, PageError> {
    let frame = Frame::new(staff, Section::Account, "Prove that it is you");
    let passkeys = passkeys::are_offered(app).then(|| assets::url("passkeys.js"));
    let elsewhere = app.single_sign_on.as_ref().map(|provider| provider.name.as_str());
    let page = ProvePage { frame, why, next, carried, elsewhere, passkeys };
    let status = match why {
        Why::Came => StatusCode::OK,
        Why::SentSomething | Why::Wrong | Why::Elsewhere(_) => StatusCode::FORBIDDEN,
        Why::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
    };
    let mut response = (status, page::html(&page, CachePolicy::Never)?).into_response();
    if let Why::Wait(minutes) = why {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(minutes * 60));
    }
    Ok(response)
}

/// Takes the proof, and goes on.
pub async fn submit(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    comer: Comer,
    Form(form): Form<ProveForm>,
) -> Result<Response, PageError> {
    let next = carried::next(&form.next);
    let carried = Carried::checked(form.address, form.body);
    let mut db = app.pool.acquire().await?;
    let (who, typed) = ((staff.session.staff, staff.session.id), (form.password.as_str(), form.code.as_str()));
    match prove_again(&mut db, &app.keyring, who, typed, comer.origin(), now.0).await? {
        Tried::No => answer(&app, &staff, Why::Wrong, next, carried),
        Tried::Wait(until) => answer(&app, &staff, Why::Wait(minutes(until, now.0)), next, carried),
        Tried::In(proved) => match carried {
            Some(carried) => carried::resume(&app, &carried, "Thank you", proved.recovery_codes),
            None => {
                if let Some(left) = proved.recovery_codes {
                    staff.say(&mut db, &used_a_recovery_code(left)).await?;
                }
                Ok(Redirect::to(next).into_response())
            }
        },
    }
}

/// What somebody gets instead, who is signed in and has to prove once more who they are. A form that they have sent is
/// carried along.
pub(super) async fn instead(site: &Site, staff: &Staff, request: Request) -> Result<Response, PageError> {
    answer(&site.app, staff, Why::SentSomething, urls::admin::desk(), Carried::of(request).await)
}
