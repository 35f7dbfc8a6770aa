//! Somebody is filling in a form of a petition: the script says so now and then, for colleagues to know.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::number;
use crate::{
    app::App,
    store,
    web::{
        admin::guard::Staff,
        error::PageError,
        extract::{Form, Now, Numbered},
    },
};

/// Which form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PresenceForm {
    form: String,
}

/// Takes note.
pub async fn submit(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    address: Numbered,
    Form(form): Form<PresenceForm>,
) -> Result<Response, PageError> {
    let name: String = form.form.chars().filter(|c| c.is_ascii_lowercase() || *c == ' ').take(40).collect();
    let mut db = app.pool.acquire().await?;
    store::moderation::open_form(&mut db, number(address)?, staff.session.staff, &name, now.0).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
