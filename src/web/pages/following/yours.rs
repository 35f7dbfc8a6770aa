//! Everything that somebody follows, what is held about them, and how to stop it.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::{
    actions::{self, follow::Stop},
    app::App,
    domain::{follow::FollowId, keyring::FollowPurpose},
    store::{self, follows::Follow},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{FollowLink, Form, ToManageFollows},
        filters::second_of,
        page::{self, Layout},
        pages::signing::done,
    },
};

/// Which one is to be stopped.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StopForm {
    follow: String,
}

/// Something that is followed.
struct Row {
    id: FollowId,
    name: String,
    kind: &'static str,
    page: Option<String>,
    weekly: bool,
}

#[derive(Template)]
#[template(path = "pages/following/yours.html")]
struct YoursPage {
    layout: Layout,
    /// What is confirmed.
    rows: Vec<Row>,
    /// What was asked for and is not.
    waiting: Vec<Row>,
    /// What is held: what it is, and what it says.
    held: Vec<(&'static str, String)>,
    /// Where the page is, and where its buttons lead.
    here: String,
    everything: String,
}

/// "What you follow".
pub async fn show(State(app): State<App>, link: FollowLink<ToManageFollows>) -> Result<Response, PageError> {
    let id = link.number;
    let mut db = app.pool.acquire().await?;
    let follower = store::follows::followers(&mut db, &[id]).await?.remove(&id).ok_or(PageError::DeadFollowLink)?;
    let follows = store::follows::of_follower(&mut db, id).await?;
    let (confirmed, waiting): (Vec<Follow>, Vec<Follow>) =
        follows.into_iter().partition(|follow| follow.confirmed_at.is_some());
    let email = app.keyring.open_follower(&follower.contact, follower.email_hash).ok();
    let token = app.keyring.follow_token(FollowPurpose::Manage, id.0);
    let page = YoursPage {
        layout: super::layout(&app, "What you follow"),
        rows: confirmed.into_iter().map(row).collect(),
        waiting: waiting.into_iter().map(row).collect(),
        held: vec![
            ("Email address", email.unwrap_or_else(|| "cannot be read".to_owned())),
            ("First asked for", second_of(&follower.created_at)),
        ],
        here: urls::following(&id, &token),
        everything: urls::stop_everything(&id, &token),
    };
    page::html(&page, CachePolicy::Never)
}

fn row(follow: Follow) -> Row {
    Row {
        id: follow.id,
        kind: follow.of.kind(),
        page: follow.of.is_public().then(|| super::page_of(&follow.of)),
        weekly: follow.of.target().is_weekly(),
        name: follow.of.name().to_owned(),
    }
}

/// Stops one thing, and shows the rest. What belongs to somebody else is left alone.
pub async fn stop_one(
    State(app): State<App>,
    link: FollowLink<ToManageFollows>,
    Form(form): Form<StopForm>,
) -> Result<Response, PageError> {
    let id = link.number;
    let mut db = app.pool.acquire().await?;
    let follows = store::follows::of_follower(&mut db, id).await?;
    let wanted = form.follow.parse::<FollowId>().ok();
    if let Some(follow) = follows.iter().find(|follow| Some(follow.id) == wanted) {
        actions::follow::stop(&mut db, Stop::One(follow.id)).await?;
    }
    match follows.iter().any(|follow| Some(follow.id) != wanted) {
        true => {
            let token = app.keyring.follow_token(FollowPurpose::Manage, id.0);
            Ok(Redirect::to(&urls::following(&id, &token)).into_response())
        }
        false => super::stopped(&app),
    }
}

/// Stops everything, and erases what is held.
pub async fn everything(State(app): State<App>, link: FollowLink<ToManageFollows>) -> Result<Response, PageError> {
    actions::follow::stop(&mut *app.pool.acquire().await?, Stop::Everything(link.number)).await?;
    done::page(
        &app,
        "You follow nothing any more",
        "We do not write to you, and your email address has been erased. The links in our mails have stopped working.",
        None,
    )
}
