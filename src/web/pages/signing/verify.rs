//! Where the link of the mail leads. Looking at it changes nothing, since mail scanners look at every link: a button
//! confirms the signature, another disowns it.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{SignedDuration, Timestamp};

use super::done;
use crate::{
    actions::{
        confirm_signature::{self, Confirmed},
        withdraw_signature::disown_signature,
    },
    app::App,
    domain::{
        keyring::Purpose,
        limits,
        petition::PetitionState,
        signature::{SignatureId, SignatureState},
    },
    store::{self, Db, petitions::Petition, signatures::Signature},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Link, Now, ToConfirm},
        page::{self, Layout, Section},
    },
};

/// For how long the page that thanks is shown.
const THANKS: SignedDuration = SignedDuration::from_hours(1);

#[derive(Template)]
#[template(path = "pages/signing/verify.html")]
struct VerifyPage {
    layout: Layout,
    petition: Petition,
    name: String,
    /// Whether there is something left to confirm.
    pending: bool,
    confirm: String,
    not_me: String,
    yours: String,
}

#[derive(Template)]
#[template(path = "pages/signing/too_late.html")]
struct TooLatePage {
    layout: Layout,
    petition: Petition,
}

/// The petition and one button.
pub async fn show(State(app): State<App>, now: Now, link: Link<ToConfirm>) -> Result<Response, PageError> {
    let id = link.signature;
    let mut db = app.pool.acquire().await?;
    let signature = there(&mut db, id).await?;
    let pending = signature.state == SignatureState::Pending;
    if pending && !in_time(&mut db, &signature, now.0).await? {
        return too_late(&app, &mut db, &signature).await;
    }
    let petition = super::petition(&mut db, signature.petition).await?;
    let title = if pending { "Confirm your signature" } else { "Your signature is confirmed" };
    let token = app.keyring.token(Purpose::Confirm, id);
    let page = VerifyPage {
        layout: Layout::unlisted(&app, title).within(Section::Petitions),
        petition,
        name: signature.name,
        pending,
        confirm: urls::confirm_signature(&id, &token),
        not_me: urls::not_me(&id, &token),
        yours: urls::your_signature(&id, &app.keyring.token(Purpose::Manage, id)),
    };
    page::html(&page, CachePolicy::Never)
}

/// Confirms the signature. To confirm it once more changes nothing and leads to the same page.
pub async fn confirm(State(app): State<App>, now: Now, link: Link<ToConfirm>) -> Result<Response, PageError> {
    let id = link.signature;
    match app.signing.confirm(id, now.0).await? {
        Confirmed::Now | Confirmed::Already => {
            let token = app.keyring.token_until(Purpose::Signed, id, now.0 + THANKS);
            Ok(Redirect::to(&urls::signed(&id, &token)).into_response())
        }
        Confirmed::Gone => Err(PageError::DeadLink),
        Confirmed::TooLate | Confirmed::NotCollected => {
            let mut db = app.pool.acquire().await?;
            let signature = there(&mut db, id).await?;
            too_late(&app, &mut db, &signature).await
        }
    }
}

/// "I did not sign this."
pub async fn not_me(State(app): State<App>, now: Now, link: Link<ToConfirm>) -> Result<Response, PageError> {
    let id = link.signature;
    let mut db = app.pool.acquire().await?;
    disown_signature(&mut db, id, now.0).await?;
    match store::signatures::find(&mut db, id).await?.map(|signature| signature.state) {
        // It was confirmed before. Whoever has the mail can take it back.
        Some(state) if state != SignatureState::Withdrawn => {
            let token = app.keyring.token(Purpose::Manage, id);
            Ok(Redirect::to(&urls::your_signature(&id, &token)).into_response())
        }
        _ => done::page(
            &app,
            "We have forgotten this signature",
            "It is not counted, and we do not write to you about this petition again. Thank you for telling us.",
            None,
        ),
    }
}

/// The signature, unless it has been taken back or disowned.
async fn there(db: &mut Db, id: SignatureId) -> Result<Signature, PageError> {
    let signature = store::signatures::find(db, id).await?;
    signature.filter(|signature| signature.state != SignatureState::Withdrawn).ok_or(PageError::DeadLink)
}

async fn in_time(db: &mut Db, signature: &Signature, now: Timestamp) -> Result<bool, PageError> {
    let collecting = store::signatures::collecting(db, &[signature.petition]).await?;
    let petition = collecting.get(&signature.petition).ok_or(PageError::NotFound)?;
    Ok(confirm_signature::at(petition, now) == Confirmed::Now)
}

/// Says that it is too late, or what there is to say of a petition that is not public any more.
async fn too_late(app: &App, db: &mut Db, signature: &Signature) -> Result<Response, PageError> {
    let petition = super::petition(db, signature.petition).await?;
    let layout = Layout::unlisted(app, "Your signature can no longer be confirmed").within(Section::Petitions);
    let page = page::html(&TooLatePage { layout, petition }, CachePolicy::Never)?;
    Ok((StatusCode::GONE, page).into_response())
}
