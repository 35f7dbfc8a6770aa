//! Stopping mails about a petition: by the link of a mail and a button, or by the mail program's own button, which sends
//! `List-Unsubscribe=One-Click` (RFC 8058).

use askama::Template;
use axum::{extract::State, response::Response};

use super::{Signed, done};
use crate::{
    actions::withdraw_signature,
    app::App,
    domain::keyring::Purpose,
    store, urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Link, ToUnsubscribe},
        page::{self, Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/signing/unsubscribe.html")]
struct UnsubscribePage {
    layout: Layout,
    petition: Signed,
    unsubscribe: String,
}

/// What is said once no more mails will come.
const STOPPED: &str = "You get no news about this petition";

/// The petition and one button; looking at it changes nothing.
pub async fn show(State(app): State<App>, link: Link<ToUnsubscribe>) -> Result<Response, PageError> {
    let id = link.signature;
    let mut db = app.pool.acquire().await?;
    let Some(signature) = store::signatures::find(&mut db, id).await? else { return stopped(&app) };
    if !signature.wants_updates && !store::creators::hears_of_steps(&mut db, id).await? {
        return stopped(&app);
    }
    let page = UnsubscribePage {
        layout: Layout::unlisted(&app, "Stop mails about this petition").within(Section::Petitions),
        petition: super::about(&mut db, &signature).await?,
        unsubscribe: urls::unsubscribe(&id, &app.keyring.token(Purpose::Unsubscribe, id)),
    };
    page::html(&page, CachePolicy::Never)
}

/// Stops them. What was sent with it does not matter, and mail providers follow no redirects.
pub async fn submit(State(app): State<App>, link: Link<ToUnsubscribe>) -> Result<Response, PageError> {
    withdraw_signature::unsubscribe(&mut *app.pool.acquire().await?, link.signature).await?;
    stopped(&app)
}

fn stopped(app: &App) -> Result<Response, PageError> {
    done::page(
        app,
        STOPPED,
        "We do not write to you when the Government answers it or Parliament debates it. If you have signed it, your \
         signature stays.",
        None,
    )
}
