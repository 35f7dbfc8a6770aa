//! Withdrawing a published response, with a note for the public.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Head, Part, came_back, refused};
use crate::{
    actions::respond::{self, NotDone},
    app::App,
    domain::{limits, petition::PetitionId, word_text},
    store::{
        self, Db,
        responses::{Published, Standing},
    },
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
            kept::{self, Typed},
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Numbered},
        filters::day_of,
        form::FormErrors,
        page,
    },
};

/// What somebody has written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WithdrawForm {
    version: String,
    note: String,
}

impl WithdrawForm {
    /// What was typed, to be given back.
    fn typed(&self) -> [Typed<'_>; 1] {
        [("Why it is withdrawn", &self.note)]
    }
}

#[derive(Template)]
#[template(path = "admin/answers/withdraw.html")]
struct WithdrawPage {
    frame: Frame,
    head: Head,
    published: Published,
    form: WithdrawForm,
    errors: FormErrors,
}

impl WithdrawPage {
    /// `None`: there is nothing to withdraw.
    async fn load(staff: &Staff, db: &mut Db, id: PetitionId) -> Result<Option<Self>, PageError> {
        let petition = super::petition(db, id).await?;
        let standing: Standing = store::responses::standing(db, id).await?;
        let form = WithdrawForm { version: standing.version(), note: String::new() };
        let Some(published) = standing.published.filter(|_| petition.is_open_to_change()) else { return Ok(None) };
        Ok(Some(Self {
            frame: Frame::new(staff, Section::Petitions, format!("Withdraw the response to petition {id}")),
            head: Head { petition, part: Part::Response },
            published,
            form,
            errors: FormErrors::default(),
        }))
    }
}

/// The form.
pub async fn show(State(app): State<App>, staff: Staff, address: Numbered) -> Result<Response, PageError> {
    match WithdrawPage::load(&staff, &mut *app.pool.acquire().await?, address.id).await? {
        Some(page) => page::html(&page, CachePolicy::Never),
        None => Ok(Redirect::to(&urls::admin::response(&address.id)).into_response()),
    }
}

/// Withdraws it.
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(form): Form<WithdrawForm>,
) -> Result<Response, PageError> {
    let id = address.id;
    let mut db = app.pool.acquire().await?;
    if let Some(kept) = kept::instead(&staff, &mut db, id, &form.typed()).await? {
        return Ok(kept);
    }
    let note = word_text::clean_line(&form.note);
    let mut errors = FormErrors::default();
    if note.is_empty() {
        errors.add("note", "Say why it is withdrawn");
    }
    errors.length("note", "what the public is told", &note, limits::RESPONSE_NOTE);
    let outcome = match errors.is_empty() {
        true => respond::withdraw(&mut db, id, &form.version, &note, app.thresholds(), &staff.actor, now.0).await,
        false => {
            return match WithdrawPage::load(&staff, &mut db, id).await? {
                Some(page) => came_back(&WithdrawPage { form, errors, ..page }, StatusCode::UNPROCESSABLE_ENTITY),
                None => Ok(Redirect::to(&urls::admin::response(&id)).into_response()),
            };
        }
    };
    match outcome {
        Ok(()) => {
            staff.say(&mut db, "The response is withdrawn. The petition waits for one again.").await?;
            Ok(Redirect::to(&urls::admin::response(&id)).into_response())
        }
        Err(NotDone::Stale) => match WithdrawPage::load(&staff, &mut db, id).await? {
            Some(page) => {
                let form = WithdrawForm { version: page.form.version.clone(), ..form };
                let notice = "Nothing was withdrawn: somebody has changed the response meanwhile. Look at it again.";
                let frame = Frame { notice: notice.to_owned(), ..page.frame };
                came_back(&WithdrawPage { frame, form, ..page }, StatusCode::CONFLICT)
            }
            None => {
                staff.say(&mut db, "There is no published response any more.").await?;
                Ok(Redirect::to(&urls::admin::response(&id)).into_response())
            }
        },
        Err(NotDone::NotHere | NotDone::NoPetition) => kept::page(&staff, &mut db, id, &form.typed()).await,
        Err(error) => Err(refused(error)),
    }
}
