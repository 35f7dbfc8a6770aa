//! Taking a petition back before it is published: what happens then, and one button.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{address, find, token};
use crate::{
    actions::creator::{Withdrawn, withdraw_petition},
    app::App,
    domain::{
        life::{self, Event},
        petition::PetitionId,
    },
    store::{self, petitions::Petition, supporters::Reachable},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Now, PetitionLink, ToCreate},
        filters::people,
        page::{self, Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/creator/withdraw.html")]
struct WithdrawPage {
    layout: Layout,
    petition: Petition,
    /// Whether it can be taken back here.
    possible: bool,
    supporters: u32,
    reachable: Reachable,
    /// Where the button leads.
    withdraw: String,
    back: String,
}

/// What happens, and one button; of a petition that is past that, how to ask.
pub async fn show(State(app): State<App>, link: PetitionLink<ToCreate>) -> Result<Response, PageError> {
    page(&app, link.petition, StatusCode::OK).await
}

/// Takes it back. To do so once more changes nothing and leads to the same page.
pub async fn submit(State(app): State<App>, now: Now, link: PetitionLink<ToCreate>) -> Result<Response, PageError> {
    let (site, id) = (app.clone(), link.petition);
    // In a task of its own: what was begun is done, even if the visitor goes meanwhile.
    let withdrawing = tokio::spawn(async move { withdraw_petition(&mut *site.pool.acquire().await?, id, now.0).await });
    match withdrawing.await?? {
        Withdrawn::Done(_) => {
            app.signing.mail_queued.notify_one();
            Ok(Redirect::to(&address(&app, id)).into_response())
        }
        Withdrawn::Missing => Err(PageError::DeadLink),
        Withdrawn::Not(state) if !state.is_published() => Ok(Redirect::to(&address(&app, id)).into_response()),
        Withdrawn::Not(_) => page(&app, id, StatusCode::CONFLICT).await,
    }
}

async fn page(app: &App, id: PetitionId, status: StatusCode) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let (petition, _) = find(&mut db, id).await?;
    let gathering = store::supporters::gathering(&mut db, id).await?.ok_or(PageError::DeadLink)?;
    let possible = gathering.confirmed && life::lines(Event::Withdraw, petition.state).next().is_some();
    let page = WithdrawPage {
        layout: Layout::unlisted(app, "Withdraw your petition").within(Section::Petitions),
        supporters: gathering.supporters,
        reachable: store::supporters::reachable(&mut db, id).await?,
        withdraw: urls::withdraw_petition(&id, &token(app, id)),
        back: address(app, id),
        petition,
        possible,
    };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}
