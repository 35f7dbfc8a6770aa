//! What stands at a petition's address before it is published.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    app::App,
    domain::{
        limits,
        petition::{PetitionId, Visibility},
    },
    store, urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::Numbered,
        filters::thousands,
        page::{self, Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/petitions/holding.html")]
struct HoldingPage {
    layout: Layout,
    kind: Visibility,
    /// Supporters so far, the creator not counted.
    supporters: u32,
}

impl HoldingPage {
    fn needed(&self) -> u32 {
        limits::SUPPORTERS_NEEDED.saturating_sub(self.supporters)
    }
}

/// "This petition is gathering support."
pub async fn gathering_support(State(app): State<App>, address: Numbered) -> Result<Response, PageError> {
    holding(app, address, Visibility::GatheringSupport).await
}

/// "We are checking this petition."
pub async fn being_checked(State(app): State<App>, address: Numbered) -> Result<Response, PageError> {
    holding(app, address, Visibility::BeingChecked).await
}

/// The page of a petition that was stopped before it was published.
pub(super) async fn stopped(app: &App) -> Result<Response, PageError> {
    show(app, Visibility::Stopped, 0)
}

/// Where to find what there is of an unpublished petition; `None` for one that has a page.
pub(super) fn address_of(id: &PetitionId, visibility: Visibility) -> Option<String> {
    match visibility {
        Visibility::GatheringSupport => Some(urls::gathering_support(id)),
        Visibility::BeingChecked => Some(urls::moderation_info(id)),
        _ => None,
    }
}

async fn holding(app: App, address: Numbered, kind: Visibility) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let petition = store::petitions::find(&mut db, address.id).await?.ok_or(PageError::NotFound)?;
    let visibility = petition.state.visibility();
    if visibility == kind {
        return show(&app, kind, petition.signature_count.saturating_sub(1));
    }
    // It has moved on; its own address knows where to.
    Ok(Redirect::to(&urls::petition(&petition.id)).into_response())
}

/// Neither the text nor the name of the petition is public yet, so neither is shown.
fn show(app: &App, kind: Visibility, supporters: u32) -> Result<Response, PageError> {
    let title = match kind {
        Visibility::GatheringSupport => "This petition is gathering support",
        Visibility::BeingChecked => "This petition is being checked",
        _ => "This petition was stopped",
    };
    let layout = Layout::unlisted(app, title).within(Section::Petitions);
    page::html(&HoldingPage { layout, kind, supporters }, CachePolicy::Never)
}
