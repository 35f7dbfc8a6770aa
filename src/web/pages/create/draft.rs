//! Where the link of a draft's mail leads: the form as it was left. The forms of these pages are sent to the same address, as
//! only their receiver knows it.

use askama::Template;
use axum::{
    extract::{FromRef, FromRequestParts, RawPathParams, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};

use super::{
    form::PetitionForm,
    wizard::{self, Resumed},
};
use crate::{
    app::App,
    domain::{draft::DraftId, limits},
    store::{self, drafts::Draft},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{ClientIp, Form, Now, link},
        memory::Memory,
        page::{self, Layout, Section},
        protection::Protection,
    },
};

/// Somebody has come by a link that leads to a draft, which may be gone by now.
pub struct DraftLink {
    /// The draft; `None`: the link is none of ours.
    id: Option<DraftId>,
}

impl<S: Send + Sync> FromRequestParts<S> for DraftLink
where
    App: FromRef<S>,
{
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let keyring = &App::from_ref(state).keyring;
        let parameters = RawPathParams::from_request_parts(parts, state).await.map_err(|_| PageError::NotFound)?;
        let number = parameters.iter().find(|(key, _)| *key == "draft").map(|(_, value)| value).unwrap_or_default();
        let is_plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let id = number.parse().ok().filter(|_| is_plain).map(DraftId);
        Ok(Self { id: id.filter(|id| keyring.is_draft_token(&link::token(parts), *id)) })
    }
}

#[derive(Template)]
#[template(path = "pages/create/no_draft.html")]
struct NoDraftPage {
    layout: Layout,
}

/// The form as it was left.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    link: DraftLink,
) -> Result<Response, PageError> {
    let Some((draft, resumed)) = find(&app, link).await? else { return gone(&app) };
    let opened = draft.sealed.open(&app.keyring, draft.id);
    let Some(form) = opened.and_then(|(_, answers)| serde_json::from_str::<PetitionForm>(&answers).ok()) else {
        return gone(&app);
    };
    wizard::resume(&app, &memory, now.0, resumed, form).await
}

/// Goes where a button leads.
pub async fn submit(
    State(app): State<App>,
    State(memory): State<Memory>,
    State(protection): State<Protection>,
    ClientIp(from): ClientIp,
    now: Now,
    link: DraftLink,
    Form(form): Form<PetitionForm>,
) -> Result<Response, PageError> {
    let draft = find(&app, link).await?.map(|(_, resumed)| resumed);
    wizard::submit_draft(&app, &memory, (&protection, from), now.0, draft, form).await
}

async fn find(app: &App, link: DraftLink) -> Result<Option<(Draft, Resumed)>, PageError> {
    let Some(id) = link.id else { return Ok(None) };
    let draft = store::drafts::find(&mut *app.pool.acquire().await?, id).await?;
    Ok(draft.map(|draft| {
        let address = urls::draft(&id, &app.keyring.draft_token(id));
        let resumed = Resumed { id, form: draft.form.clone(), address, saved_at: draft.saved_at };
        (draft, resumed)
    }))
}

/// The same for a link that never worked and for one whose draft is gone.
fn gone(app: &App) -> Result<Response, PageError> {
    let layout = Layout::unlisted(app, "This draft is not here any more").within(Section::Start);
    let page = page::html(&NoDraftPage { layout }, CachePolicy::Never)?;
    Ok((StatusCode::NOT_FOUND, page).into_response())
}
