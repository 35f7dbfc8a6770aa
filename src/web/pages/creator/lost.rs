//! A creator who has lost the link to the petition's page has it mailed again. The answer is the same whatever address is
//! typed, and for every petition, so that nobody learns anything from it.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::{
    actions::creator::mail_link_again,
    app::App,
    domain::{email::EmailAddress, limits, petition::PetitionId},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Numbered},
        form::FormErrors,
        page::{self, Layout, Section},
    },
};

/// What somebody has typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LostForm {
    email: String,
}

#[derive(Template)]
#[template(path = "pages/creator/lost.html")]
struct LostPage {
    layout: Layout,
    id: PetitionId,
    form: LostForm,
    errors: FormErrors,
    /// Somebody came by a link that does not work.
    dead: bool,
    /// The form has just been sent.
    sent: bool,
}

/// The form.
///
/// # Errors
/// When it cannot be rendered.
pub fn page(app: &App, id: PetitionId, dead: bool, sent: bool) -> Result<Response, PageError> {
    let status = if dead { StatusCode::NOT_FOUND } else { StatusCode::OK };
    render(app, id, LostForm::default(), FormErrors::default(), (dead, sent), status)
}

/// Has the link mailed.
pub async fn submit(
    State(app): State<App>,
    now: Now,
    address: Numbered,
    Form(form): Form<LostForm>,
) -> Result<Response, PageError> {
    let mut errors = FormErrors::default();
    let Some(email) = errors.take("email", EmailAddress::parse(&form.email)) else {
        return render(&app, address.id, form, errors, (false, false), StatusCode::UNPROCESSABLE_ENTITY);
    };
    mail_link_again(&mut *app.pool.acquire().await?, &app.keyring, address.id, &email, now.0).await?;
    app.signing.mail_queued.notify_one();
    Ok(Redirect::to(&format!("{}?sent=yes", urls::lost_link(&address.id))).into_response())
}

fn render(
    app: &App,
    id: PetitionId,
    form: LostForm,
    errors: FormErrors,
    (dead, sent): (bool, bool),
    status: StatusCode,
) -> Result<Response, PageError> {
    let title = if sent { "Check your inbox" } else { "The page of your petition" };
    let layout = Layout::unlisted(app, title).within(Section::Petitions);
    let page = LostPage { layout, id, form, errors, dead, sent };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}
