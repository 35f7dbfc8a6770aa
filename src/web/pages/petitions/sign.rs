//! Where the Sign button leads.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    app::App,
    domain::petition::{PetitionState, Visibility},
    store::{self, petitions::Petition},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Now, Numbered},
        page::{self, Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/petitions/sign.html")]
struct SignPage {
    layout: Layout,
    petition: Petition,
    /// The deadline has passed, even if nobody has closed it yet.
    over: bool,
}

/// Says that signatures are not collected here, and why.
pub async fn show(State(app): State<App>, now: Now, address: Numbered) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let petition = store::petitions::find(&mut db, address.id).await?.ok_or(PageError::NotFound)?;
    match petition.state.visibility() {
        Visibility::Page => {}
        Visibility::Gone => return Err(PageError::Gone),
        Visibility::Missing => return Err(PageError::NotFound),
        _ => return Ok(Redirect::to(&urls::petition(&petition.id)).into_response()),
    }
    let over =
        petition.state != PetitionState::Open || petition.dates.closes_at.is_some_and(|deadline| deadline < now.0);
    let layout = Layout::unlisted(format!("Sign: {}", petition.action)).within(Section::Petitions);
    page::html(&SignPage { layout, petition, over }, CachePolicy::Never)
}
