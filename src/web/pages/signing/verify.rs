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
        support::{SupportConfirmed, confirm_support},
        withdraw_signature::disown_signature,
    },
    app::App,
    domain::{
        keyring::Purpose,
        limits,
        petition::{PetitionState, Visibility},
        signature::{SignatureId, SignatureState},
    },
    store::{self, Db, petitions::Petition, signatures::Signature},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Link, Now, ToConfirm},
        page::{self, Layout, Section},
        plain_text,
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
    /// Whether the petition is not published yet.
    support: bool,
    confirm: String,
    not_me: String,
    yours: String,
}

#[derive(Template)]
#[template(path = "pages/signing/too_late.html")]
struct TooLatePage {
    layout: Layout,
    petition: Petition,
    /// The petition is not published yet, and has as many supporters as it can have.
    full: bool,
}

/// The petition and one button.
pub async fn show(State(app): State<App>, now: Now, link: Link<ToConfirm>) -> Result<Response, PageError> {
    let id = link.signature;
    let mut db = app.pool.acquire().await?;
    let signature = there(&mut db, id).await?;
    let pending = signature.state == SignatureState::Pending;
    let petition = super::signers(&mut db, &signature).await?;
    let support = petition.state.visibility() != Visibility::Page;
    if pending && !in_time(&mut db, &signature, support, now.0).await? {
        return too_late(&app, petition);
    }
    let title = match (pending, support) {
        (true, false) => "Confirm your signature",
        (true, true) => "Confirm your support",
        (false, false) => "Your signature is confirmed",
        (false, true) => "Your support is confirmed",
    };
    let token = app.keyring.token(Purpose::Confirm, id);
    let page = VerifyPage {
        layout: Layout::unlisted(&app, title).within(Section::Petitions),
        petition,
        name: signature.name,
        pending,
        support,
        confirm: urls::confirm_signature(&id, &token),
        not_me: urls::not_me(&id, &token),
        yours: urls::your_signature(&id, &app.keyring.token(Purpose::Manage, id)),
    };
    page::html(&page, CachePolicy::Never)
}

/// Confirms the signature. To confirm it once more changes nothing and leads to the same page.
pub async fn confirm(State(app): State<App>, now: Now, link: Link<ToConfirm>) -> Result<Response, PageError> {
    let id = link.signature;
    let mut confirmed = app.signing.confirm(id, now.0).await?;
    if confirmed == Confirmed::NotCollected {
        // It may be the support of a petition that is not published yet.
        let site = app.clone();
        // In a task of its own: what was begun is done, even if the visitor goes meanwhile.
        let confirming = tokio::spawn(async move {
            confirm_support(&mut *site.pool.acquire().await?, id, site.thresholds(), now.0).await
        });
        confirmed = match confirming.await?? {
            SupportConfirmed::Now => {
                app.signing.mail_queued.notify_one();
                Confirmed::Now
            }
            SupportConfirmed::Already => Confirmed::Already,
            SupportConfirmed::Gone => Confirmed::Gone,
            SupportConfirmed::Full | SupportConfirmed::NotSupported => Confirmed::NotCollected,
        };
    }
    match confirmed {
        Confirmed::Now | Confirmed::Already => {
            let token = app.keyring.token_until(Purpose::Signed, id, now.0 + THANKS);
            Ok(Redirect::to(&urls::signed(&id, &token)).into_response())
        }
        Confirmed::Gone => Err(PageError::DeadLink),
        Confirmed::TooLate | Confirmed::NotCollected => {
            let mut db = app.pool.acquire().await?;
            let signature = there(&mut db, id).await?;
            too_late(&app, super::signers(&mut db, &signature).await?)
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

async fn in_time(db: &mut Db, signature: &Signature, support: bool, now: Timestamp) -> Result<bool, PageError> {
    if support {
        let gathering = store::supporters::gathering(db, signature.petition).await?;
        return Ok(gathering.is_some_and(|gathering| gathering.supporters < limits::SUPPORTERS_MOST));
    }
    let collecting = store::signatures::collecting(db, &[signature.petition]).await?;
    let petition = collecting.get(&signature.petition).ok_or(PageError::NotFound)?;
    Ok(confirm_signature::at(petition, now) == Confirmed::Now)
}

/// Says that it is too late, and why.
fn too_late(app: &App, petition: Petition) -> Result<Response, PageError> {
    let full = petition.state.visibility() != Visibility::Page;
    let title = match full {
        true => "No more people can support this petition now",
        false => "Your signature can no longer be confirmed",
    };
    let layout = Layout::unlisted(app, title).within(Section::Petitions);
    let page = page::html(&TooLatePage { layout, petition, full }, CachePolicy::Never)?;
    Ok((if full { StatusCode::CONFLICT } else { StatusCode::GONE }, page).into_response())
}
