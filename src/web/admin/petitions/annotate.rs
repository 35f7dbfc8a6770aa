//! Notes about a petition, and its tags, topics and departments.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use serde::Deserialize;

use super::{
    back, number,
    show::{Shown, page},
};
use crate::{
    actions::annotate::{Chosen, Marked, add_note, mark},
    app::App,
    domain::{limits, text},
    web::{
        admin::guard::Staff,
        error::PageError,
        extract::{Form, Now, Numbered},
        form::FormErrors,
    },
};

/// What somebody has written.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    body: String,
}

/// Adds a note.
pub async fn note(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    address: Numbered,
    Form(form): Form<NoteForm>,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let body = text::tidy(&form.body);
    let mut errors = FormErrors::default();
    if body.is_empty() {
        errors.add("body", "Write the note");
    }
    errors.length("body", "the note", &body, limits::NOTE);
    if !errors.is_empty() {
        return page(&app, &staff, id, Shown { note: form.body, errors, ..Shown::default() }, now.0).await;
    }
    let mut db = app.pool.acquire().await?;
    match add_note(&mut db, &staff.actor, id, &body, now.0).await? {
        true => back(&mut db, &staff, id, "Your note is added.").await,
        false => Err(PageError::NotFound),
    }
}

/// Sets tags, topics and departments: a box each, called `tag-` and its number, and so on.
pub async fn marks(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    address: Numbered,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let seen = form.get("seen").cloned().unwrap_or_default();
    let ticked = |kind: &'static str| form.keys().filter_map(move |name| name.strip_prefix(kind)).map(str::to_owned);
    let chosen = Chosen {
        tags: ticked("tag-").filter_map(|number| number.parse().ok()).collect(),
        topics: ticked("topic-").collect(),
        departments: ticked("department-").filter_map(|number| number.parse().ok()).collect(),
    };
    let mut db = app.pool.acquire().await?;
    match mark(&mut db, &staff.actor, id, &seen, &chosen, now.0).await? {
        Marked::Done => back(&mut db, &staff, id, "Tags, topics and departments are saved.").await,
        Marked::Same => back(&mut db, &staff, id, "Tags, topics and departments are as they were.").await,
        Marked::Missing => Err(PageError::NotFound),
        Marked::Changed | Marked::Imported => {
            drop(db);
            page(&app, &staff, id, Shown { marks: Some(chosen), ..Shown::default() }, now.0).await
        }
    }
}
