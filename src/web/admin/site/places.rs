//! Where constituencies, their places on the map, and countries are imported.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::reference::{FileForm, as_it_is, file};
use crate::{
    actions::{
        import_areas::{AreasImported, ImportAreasError},
        reference_data,
    },
    app::App,
    domain::limits,
    store, urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now},
        filters::thousands,
        form::FormErrors,
        page,
    },
};

#[derive(Template)]
#[template(path = "admin/site/places.html")]
struct PlacesPage {
    frame: Frame,
    form: FileForm,
    errors: FormErrors,
    /// What it would do; `None`: nothing has been looked at yet.
    planned: Option<AreasImported>,
    /// Whether the postcode directory has been imported.
    directory: bool,
}

/// The form.
pub async fn show(State(app): State<App>, staff: Staff) -> Result<Response, PageError> {
    let directory = store::local::has_directory(&mut *app.pool.acquire().await?).await?;
    render(&staff, FileForm::default(), FormErrors::default(), None, directory)
}

/// Says what an import would do, and does it once somebody has seen that.
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Form(form): Form<FileForm>,
) -> Result<Response, PageError> {
    let mut errors = FormErrors::default();
    let mut db = app.pool.acquire().await?;
    let directory = store::local::has_directory(&mut db).await?;
    let Some(text) = file(&mut errors, form.text(), as_it_is) else {
        return render(&staff, form, errors, None, directory);
    };
    let imported = if form.is_to_be_applied() {
        reference_data::import_places(&mut db, &staff.actor, &text, now.0).await
    } else {
        reference_data::try_areas(&mut db, &text).await
    };
    match imported {
        Err(ImportAreasError::Database(error)) => Err(error.into()),
        Err(ImportAreasError::Refused(refused)) => {
            errors.add("text", format!("Put this right in the file: {refused}"));
            render(&staff, form, errors, None, directory)
        }
        Ok(imported) if form.is_to_be_applied() => {
            let notice = format!(
                "{} {}: {} were new or different.",
                thousands(imported.read),
                imported.what,
                thousands(imported.changed)
            );
            staff.say(&mut db, &notice).await?;
            Ok(Redirect::to(urls::admin::site_places()).into_response())
        }
        Ok(imported) => render(&staff, form, errors, Some(imported), directory),
    }
}

fn render(
    staff: &Staff,
    form: FileForm,
    errors: FormErrors,
    planned: Option<AreasImported>,
    directory: bool,
) -> Result<Response, PageError> {
    let wrong = !errors.is_empty();
    let title = if wrong { "Error: Import places" } else { "Import places" };
    let page = PlacesPage { frame: Frame::new(staff, Section::Site, title), form, errors, planned, directory };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}
