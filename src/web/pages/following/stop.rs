//! Stopping: one thing that somebody follows, or the weekly news. By the link of a mail and a button, or by the mail
//! program's own button, which sends `List-Unsubscribe=One-Click` (RFC 8058).

use askama::Template;
use axum::{extract::State, response::Response};

use crate::{
    actions::{self, follow::Stop},
    app::App,
    domain::keyring::FollowPurpose,
    store, urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{FollowLink, ToStopFollow, ToStopWeekly},
        page::{self, Layout},
    },
};

#[derive(Template)]
#[template(path = "pages/following/stop.html")]
struct StopPage {
    layout: Layout,
    /// What it is about: what each is called.
    names: Vec<String>,
    /// Where the button leads.
    stop: String,
    /// Everything that is followed.
    following: String,
}

/// What is followed and one button; looking at it changes nothing.
pub async fn one(State(app): State<App>, link: FollowLink<ToStopFollow>) -> Result<Response, PageError> {
    let id = link.number;
    let Some(follow) = store::follows::find(&mut *app.pool.acquire().await?, id).await? else {
        return super::stopped(&app);
    };
    let who = follow.follower;
    let page = StopPage {
        layout: super::layout(&app, format!("Stop following this {}", follow.of.kind())),
        names: vec![follow.of.name().to_owned()],
        stop: urls::stop_follow(&id, &app.keyring.follow_token(FollowPurpose::Stop, id.0)),
        following: following(&app, follow.confirmed_at.is_some(), who),
    };
    page::html(&page, CachePolicy::Never)
}

/// Where everything is seen; only for somebody who has confirmed that the address is theirs.
fn following(app: &App, confirmed: bool, who: crate::domain::follow::FollowerId) -> String {
    match confirmed {
        true => urls::following(&who, &app.keyring.follow_token(FollowPurpose::Manage, who.0)),
        false => String::new(),
    }
}

/// Stops it. What was sent with it does not matter, and mail providers follow no redirects.
pub async fn submit_one(State(app): State<App>, link: FollowLink<ToStopFollow>) -> Result<Response, PageError> {
    actions::follow::stop(&mut *app.pool.acquire().await?, Stop::One(link.number)).await?;
    super::stopped(&app)
}

/// The topics and constituencies of the weekly news, and one button.
pub async fn weekly(State(app): State<App>, link: FollowLink<ToStopWeekly>) -> Result<Response, PageError> {
    let id = link.number;
    let follows = store::follows::of_follower(&mut *app.pool.acquire().await?, id).await?;
    let weekly = follows.iter().filter(|follow| follow.of.target().is_weekly());
    let names: Vec<String> = weekly.map(|follow| follow.of.name().to_owned()).collect();
    if names.is_empty() {
        return super::stopped(&app);
    }
    let page = StopPage {
        layout: super::layout(&app, "Stop the weekly news"),
        names,
        stop: urls::stop_weekly(&id, &app.keyring.follow_token(FollowPurpose::Weekly, id.0)),
        following: following(&app, true, id),
    };
    page::html(&page, CachePolicy::Never)
}

/// Stops them.
pub async fn submit_weekly(State(app): State<App>, link: FollowLink<ToStopWeekly>) -> Result<Response, PageError> {
    actions::follow::stop(&mut *app.pool.acquire().await?, Stop::Weekly(link.number)).await?;
    super::stopped(&app)
}
