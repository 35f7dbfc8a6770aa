//! What everybody sees who has sent the form, whether they had signed before or not.

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};

use crate::{
    app::App,
    domain::{
        limits,
        petition::{PetitionId, Visibility},
    },
    store::{self, petitions::Petition},
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Numbered},
        memory::{Key, Memory, Rendered},
        page::{Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/signing/thank_you.html")]
struct ThankYouPage {
    layout: Layout,
    petition: Petition,
}

/// "Check your inbox".
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    address: Numbered,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let id = address.id;
    match memory.of_petition(&app.pool, Key::ThankYou(id), id, || render(&app, id)).await {
        Ok(rendered) => Ok(rendered.respond(&headers)),
        Err(PageError::NotFound) => super::instead(&app, id).await,
        Err(error) => Err(error),
    }
}

async fn render(app: &App, id: PetitionId) -> Result<Rendered, PageError> {
    let petition = store::petitions::find(&mut *app.pool.acquire().await?, id).await?.ok_or(PageError::NotFound)?;
    if petition.state.visibility() != Visibility::Page {
        return Err(PageError::NotFound);
    }
    let layout = Layout::unlisted(app, "Check your inbox").within(Section::Petitions);
    Ok(Rendered::new(Format::Html, ThankYouPage { layout, petition }.render()?, CachePolicy::Revalidate))
}
