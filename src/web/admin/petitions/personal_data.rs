//! Whether the personal data of a petition's signers are kept for longer than usual.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{back, number, state_label};
use crate::{
    actions::forget::{Kept, keep_personal_data},
    app::App,
    domain::{limits, text::tidy},
    store::{self, anonymising::Keeping, petitions::Petition},
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Numbered},
        filters::{day_of, days},
        form::FormErrors,
        page,
    },
};

/// The form as it was filled in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct KeepForm {
    /// The reason that the form was made from.
    before: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "admin/petitions/personal_data.html")]
struct KeepPage {
    frame: Frame,
    petition: Petition,
    keeping: Keeping,
    form: KeepForm,
    errors: FormErrors,
    /// A colleague has said otherwise meanwhile.
    changed: bool,
    /// For how long personal data are kept, in words.
    after: String,
}

async fn render(
    app: &App,
    staff: &Staff,
    address: Numbered,
    typed: Option<String>,
    errors: FormErrors,
    changed: bool,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let mut db = app.pool.acquire().await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    let keeping = store::anonymising::keeping(&mut db, id, false).await?.unwrap_or_default();
    let status = match (errors.is_empty(), changed) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, true) => StatusCode::CONFLICT,
        (true, false) => StatusCode::OK,
    };
    let before = keeping.reason.clone().unwrap_or_default();
    let title = if errors.is_empty() { "Personal data" } else { "Error: Personal data" };
    let page = KeepPage {
        frame: Frame::new(staff, Section::Petitions, format!("{title}: {}", petition.action)),
        petition,
        form: KeepForm { reason: typed.unwrap_or_else(|| before.clone()), before },
        keeping,
        errors,
        changed,
        after: days(app.retention.closed),
    };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// The form.
pub async fn show(State(app): State<App>, staff: Staff, address: Numbered) -> Result<Response, PageError> {
    render(&app, &staff, address, None, FormErrors::default(), false).await
}

/// Keeps them, or lets them end.
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(form): Form<KeepForm>,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let mut errors = FormErrors::default();
    let reason = tidy(&form.reason);
    if !errors.length("reason", "the reason", &reason, limits::KEEP_DATA_REASON) {
        return render(&app, &staff, address, Some(form.reason), errors, false).await;
    }
    let mut db = app.pool.acquire().await?;
    // As browsers send it back.
    let before = tidy(&form.before);
    match keep_personal_data(&mut db, &staff.actor, id, (&before, &reason), now.0).await? {
        Kept::Done if reason.is_empty() => {
            back(&mut db, &staff, id, "The personal data of its signers end when their time has come.").await
        }
        Kept::Done => {
            back(&mut db, &staff, id, "The personal data of its signers are kept until you say otherwise.").await
        }
        Kept::Same => back(&mut db, &staff, id, "Nothing was changed.").await,
        Kept::Missing => Err(PageError::NotFound),
        Kept::Stale(_) => {
            drop(db);
            render(&app, &staff, address, Some(form.reason), errors, true).await
        }
    }
}
