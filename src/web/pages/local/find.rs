//! "What is signed where I live?": a postcode leads to its constituency.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::constituencies;
use crate::{
    app::App,
    domain::{area::BoundarySet, postcode::Postcode},
    store::{self, local::Found},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Query},
        form::FormErrors,
        memory::Memory,
        page::{self, Layout, Section},
    },
};

/// The form as it was filled in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PostcodeForm {
    postcode: String,
}

#[derive(Template)]
#[template(path = "pages/local/find.html")]
struct FindPage {
    layout: Layout,
    form: PostcodeForm,
    errors: FormErrors,
    /// Whether postcodes can be looked up.
    directory: bool,
}

/// Shows the form. Links of other sites may bring the postcode along.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    query: Option<Query<PostcodeForm>>,
) -> Result<Response, PageError> {
    match query.map(|query| query.0).filter(|form| !form.postcode.is_empty()) {
        Some(form) => find(&app, &memory, form).await,
        None => {
            let directory = store::local::has_directory(&mut *app.pool.acquire().await?).await?;
            page_of(&app, PostcodeForm::default(), FormErrors::default(), directory)
        }
    }
}

/// Looks the postcode up. It is sent in a form, so that it stands in no address.
pub async fn submit(
    State(app): State<App>,
    State(memory): State<Memory>,
    Form(form): Form<PostcodeForm>,
) -> Result<Response, PageError> {
    find(&app, &memory, form).await
}

async fn find(app: &App, memory: &Memory, form: PostcodeForm) -> Result<Response, PageError> {
    let mut errors = FormErrors::default();
    let Some(postcode) = errors.take("postcode", Postcode::parse(&form.postcode)) else {
        return page_of(app, form, errors, true);
    };
    let found = store::local::find(&mut *app.pool.acquire().await?, &postcode).await?;
    if let Found::In(area) = found {
        // The directory may be older than the boundaries of today.
        for set in [BoundarySet::OF_2024, BoundarySet::OF_2010] {
            let constituencies = match constituencies(app, memory, set).await {
                Err(PageError::NotFound) => continue,
                constituencies => constituencies?,
            };
            if let Some(constituency) = constituencies.with_area(area) {
                return Ok(Redirect::to(&urls::local_place(&constituency.slug, set)).into_response());
            }
        }
    }
    errors.add(
        "postcode",
        match found {
            Found::Unknown => "We do not know this postcode: check it, or choose your constituency from the list",
            Found::NoDirectory => "We cannot look up postcodes yet: choose your constituency from the list",
            Found::In(_) | Found::Nowhere => {
                "This postcode lies in no constituency: the Crown dependencies and the forces’ offices have none"
            }
        },
    );
    page_of(app, form, errors, found != Found::NoDirectory)
}

fn page_of(app: &App, form: PostcodeForm, errors: FormErrors, directory: bool) -> Result<Response, PageError> {
    let title = "Petitions signed where you live";
    // Only the form itself is worth finding; a page with somebody's postcode is kept nowhere.
    let (layout, status, policy) = if errors.is_empty() {
        (Layout::new(app, urls::local(), title), StatusCode::OK, CachePolicy::Revalidate)
    } else {
        (Layout::unlisted(app, format!("Error: {title}")), StatusCode::UNPROCESSABLE_ENTITY, CachePolicy::Never)
    };
    let layout = layout.about("Find out which petitions your constituency signs.").within(Section::Petitions);
    Ok((status, page::html(&FindPage { layout, form, errors, directory }, policy)?).into_response())
}
