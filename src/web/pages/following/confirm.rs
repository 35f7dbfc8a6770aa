//! Where the link of the mail leads. Looking at it changes nothing, since mail scanners look at every link: a button confirms
//! that something is followed, another disowns it.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    actions,
    app::App,
    domain::{follow::FollowerId, keyring::FollowPurpose},
    store::{self, follows::Followed},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{FollowLink, Now, ToConfirmFollow},
        page::{self, Layout},
        pages::signing::done,
    },
};

#[derive(Template)]
#[template(path = "pages/following/confirm.html")]
struct ConfirmPage {
    layout: Layout,
    of: Followed,
    page: String,
    confirm: String,
    not_me: String,
}

/// What is to be followed, and one button.
pub async fn show(State(app): State<App>, now: Now, link: FollowLink<ToConfirmFollow>) -> Result<Response, PageError> {
    let id = link.number;
    let follow = store::follows::find(&mut *app.pool.acquire().await?, id).await?.ok_or(PageError::DeadFollowLink)?;
    if follow.confirmed_at.is_some() {
        return Ok(yours(&app, follow.follower));
    }
    // It is forgotten soon.
    if follow.created_at + app.retention.unconfirmed < now.0 || !follow.of.is_public() {
        return Err(PageError::DeadFollowLink);
    }
    let token = app.keyring.follow_token(FollowPurpose::Confirm, id.0);
    let page = ConfirmPage {
        layout: super::layout(&app, "Confirm that you want to follow"),
        page: super::page_of(&follow.of),
        of: follow.of,
        confirm: urls::confirm_follow(&id, &token),
        not_me: urls::disown_follow(&id, &token),
    };
    page::html(&page, CachePolicy::Never)
}

/// Confirms it. To confirm it once more changes nothing and leads to the same page.
pub async fn confirm(
    State(app): State<App>,
    now: Now,
    link: FollowLink<ToConfirmFollow>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    match actions::follow::confirm(&mut db, link.number, now.0).await? {
        Some(follower) => Ok(yours(&app, follower)),
        None => Err(PageError::DeadFollowLink),
    }
}

/// "I did not ask for this."
pub async fn not_me(
    State(app): State<App>,
    now: Now,
    link: FollowLink<ToConfirmFollow>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    actions::follow::disown(&mut db, link.number, now.0).await?;
    match store::follows::find(&mut db, link.number).await? {
        // It was confirmed before. Whoever has the mail can stop it.
        Some(follow) => Ok(yours(&app, follow.follower)),
        None => done::page(
            &app,
            "We do not write to you again",
            "Nobody can have mails about petitions sent to your address without signing. Thank you for telling us.",
            None,
        ),
    }
}

/// On to everything that somebody follows.
fn yours(app: &App, follower: FollowerId) -> Response {
    let token = app.keyring.follow_token(FollowPurpose::Manage, follower.0);
    Redirect::to(&urls::following(&follower, &token)).into_response()
}
