//! What is said after something has been done for a signer.

use askama::Template;
use axum::response::Response;

use crate::{
    app::App,
    domain::petition::PetitionId,
    web::{
        cache::CachePolicy,
        error::PageError,
        page::{self, Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/signing/done.html")]
struct DonePage {
    layout: Layout,
    words: &'static str,
    /// The petition in question, where it is known and public.
    petition: Option<PetitionId>,
}

/// Says what has been done.
///
/// # Errors
/// When it cannot be rendered.
pub fn page(
    app: &App,
    title: &'static str,
    words: &'static str,
    petition: Option<PetitionId>,
) -> Result<Response, PageError> {
    let layout = Layout::unlisted(app, title).within(Section::Petitions);
    page::html(&DonePage { layout, words, petition }, CachePolicy::Never)
}
