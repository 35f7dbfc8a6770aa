//! Where the link of a creator's mail leads. Looking at it changes nothing, since mail scanners look at every link: a button
//! confirms the petition, another disowns it.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;

use super::form::Words;
use crate::{
    actions::start_petition::{Disowned, PetitionConfirmed, confirm_petition, disown_petition},
    app::App,
    domain::{
        keyring::{PetitionPurpose, Purpose},
        life::{self, Event, Facts},
        limits,
        petition::{PetitionId, PetitionState},
        signature::SignatureState,
    },
    store::{self, starting::Started},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Link, Now, ToConfirm},
        page::{self, Layout, Section},
        pages::signing::done,
    },
};

#[derive(Template)]
#[template(path = "pages/create/confirm.html")]
struct ConfirmPage {
    layout: Layout,
    started: Started,
    confirm: String,
    not_me: String,
}

#[derive(Template)]
#[template(path = "pages/create/gone.html")]
struct GonePage {
    layout: Layout,
    /// The petition, if the end of Parliament has stopped it.
    stopped: Option<Started>,
    /// Whether another can be started.
    takes_petitions: bool,
}

/// The petition and one button; whoever has confirmed comes to the creator's page.
pub async fn show(State(app): State<App>, now: Now, link: Link<ToConfirm>) -> Result<Response, PageError> {
    let id = link.signature;
    let started = store::starting::started_by(&mut *app.pool.acquire().await?, id).await?;
    let Some(started) = started else { return gone(&app, None, now.0) };
    match started.signature {
        SignatureState::Pending if life::next(Event::ConfirmCreator, started.state, &Facts::default()).is_some() => {}
        SignatureState::Pending | SignatureState::Withdrawn => return gone(&app, Some(started), now.0),
        SignatureState::Validated | SignatureState::Quarantined | SignatureState::Invalidated => {
            return Ok(to_creator(&app, started.petition));
        }
    }
    let token = app.keyring.token(Purpose::Confirm, id);
    let page = ConfirmPage {
        layout: Layout::unlisted(&app, "Confirm your petition").within(Section::Start),
        started,
        confirm: urls::confirm_petition(&id, &token),
        not_me: urls::not_my_petition(&id, &token),
    };
    page::html(&page, CachePolicy::Never)
}

/// Confirms the petition. To do so once more changes nothing and leads to the same page.
pub async fn confirm(State(app): State<App>, now: Now, link: Link<ToConfirm>) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    match confirm_petition(&mut db, link.signature, app.thresholds(), now.0).await? {
        PetitionConfirmed::Now(petition) | PetitionConfirmed::Already(petition) => {
            app.signing.mail_queued.notify_one();
            Ok(to_creator(&app, petition))
        }
        PetitionConfirmed::Gone => {
            let started = store::starting::started_by(&mut db, link.signature).await?;
            gone(&app, started, now.0)
        }
    }
}

/// "I did not start this."
pub async fn not_me(State(app): State<App>, now: Now, link: Link<ToConfirm>) -> Result<Response, PageError> {
    match disown_petition(&mut *app.pool.acquire().await?, link.signature, now.0).await? {
        Disowned::Confirmed(petition) => Ok(to_creator(&app, petition)),
        Disowned::Gone => done::page(
            &app,
            "We have forgotten this petition",
            "Nobody has seen it, and everything that was typed is deleted. Thank you for telling us.",
            None,
        ),
    }
}

fn to_creator(app: &App, petition: PetitionId) -> Response {
    let token = app.keyring.petition_token(PetitionPurpose::Creator, petition);
    Redirect::to(&urls::creator_page(&petition, &token)).into_response()
}

fn gone(app: &App, started: Option<Started>, now: Timestamp) -> Result<Response, PageError> {
    let layout = Layout::unlisted(app, "This petition cannot be confirmed any more").within(Section::Start);
    let stopped = started.filter(|started| started.state == PetitionState::Stopped);
    let takes_petitions = app.live.in_force().takes_petitions(now);
    let page = page::html(&GonePage { layout, stopped, takes_petitions }, CachePolicy::Never)?;
    Ok((StatusCode::GONE, page).into_response())
}
