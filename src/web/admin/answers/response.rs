//! The government response as it is written: its form, its draft, its preview, and what a colleague does with it.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Head, Part, came_back, day, refused};
use crate::{
    actions::respond::{self, NotDone},
    app::App,
    domain::{
        deadline, limits,
        petition::{GovernmentResponse, PetitionId},
        response::ResponseText,
        staff::Permission,
        word_text,
    },
    store::{
        self, Db,
        audit::Actor,
        responses::{Change, ChangeKind, Draft, Standing},
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
        filters::{self, day_of, minute_of},
        form::{Choice, FormErrors},
        page,
        pages::petitions::show::{self, Preview},
    },
};

/// What somebody has written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResponseForm {
    /// What the form was made from.
    version: String,
    department: String,
    responded_on: String,
    summary: String,
    details: String,
    correction_note: String,
}

impl ResponseForm {
    fn new(standing: &Standing) -> Self {
        let text = standing.text();
        Self {
            version: standing.version(),
            department: text.department.map(|number| number.to_string()).unwrap_or_default(),
            responded_on: text.responded_on.map(|day| day.to_string()).unwrap_or_default(),
            summary: text.summary,
            details: text.details,
            correction_note: text.correction_note,
        }
    }

    /// What was typed, to be given back.
    fn typed(&self) -> [Typed<'_>; 4] {
        [
            ("Summary", &self.summary),
            ("Full response", &self.details),
            ("What is corrected, and why", &self.correction_note),
            ("Day of the response", &self.responded_on),
        ]
    }

    /// What it says. A draft may have gaps, but nothing that could not be published.
    fn parse(&self, departments: &[Choice]) -> Result<ResponseText, FormErrors> {
        let mut errors = FormErrors::default();
        let known = self.department.is_empty() || departments.iter().any(|choice| choice.value == self.department);
        if !known {
            errors.add("department", "Choose a department from the list");
        }
        let text = ResponseText {
            department: self.department.parse().ok(),
            responded_on: day(&mut errors, "responded_on", &self.responded_on),
            summary: word_text::clean_line(&self.summary),
            details: word_text::clean(&self.details),
            correction_note: word_text::clean_line(&self.correction_note),
        };
        for (field, message) in text.too_long() {
            errors.add(field, message);
        }
        errors.markdown("details", "the text", &text.details, limits::RESPONSE_DETAILS);
        if errors.is_empty() { Ok(text) } else { Err(errors) }
    }
}

#[derive(Template)]
#[template(path = "admin/answers/response.html")]
struct ResponsePage {
    frame: Frame,
    head: Head,
    standing: Standing,
    changes: Vec<Change>,
    departments: Vec<Choice>,
    need_approval: bool,
    form: ResponseForm,
    errors: FormErrors,
    /// Somebody else has changed something while this form was being written.
    stale: bool,
    /// Who is looking.
    own_draft: bool,
    now: Timestamp,
}

impl ResponsePage {
    async fn load(staff: &Staff, db: &mut Db, id: PetitionId, now: Timestamp) -> Result<Self, PageError> {
        let petition = super::petition(db, id).await?;
        let standing = store::responses::standing(db, id).await?;
        let saved_by = standing.draft.as_ref().and_then(|draft| draft.saved_by);
        let mut form = ResponseForm::new(&standing);
        // Mostly the one that the petition was assigned to answers; whoever saves another one has chosen that.
        if standing.draft.is_none() && standing.published.is_none() {
            let assigned = store::responses::assigned(db, id).await?;
            form.department = assigned.map(|number| number.to_string()).unwrap_or_default();
        }
        Ok(Self {
            frame: Frame::new(staff, Section::Petitions, format!("Government response to petition {id}")),
            head: Head { petition, part: Part::Response },
            changes: store::responses::changes(db, id).await?,
            departments: departments(db).await?,
            need_approval: store::responses::need_approval(db).await?,
            form,
            errors: FormErrors::default(),
            stale: false,
            own_draft: saved_by == Some(staff.session.staff),
            standing,
            now,
        })
    }

    fn may_write(&self) -> bool {
        self.frame.may(Permission::Respond) && self.head.petition.is_open_to_change()
    }

    /// What is saved, for whoever has typed something else meanwhile.
    fn theirs(&self) -> ResponseForm {
        ResponseForm::new(&self.standing)
    }

    /// Who has changed it last, and when.
    fn their_name(&self) -> String {
        match (&self.standing.draft, &self.standing.published) {
            (Some(draft), _) => {
                let name = draft.saved_by_name.as_deref().unwrap_or("A colleague");
                format!("{name} saved it at {}", minute_of(&draft.saved_at))
            }
            (None, Some(published)) => format!("It was published at {}", minute_of(&published.updated_at)),
            (None, None) => "The draft was thrown away, or the response was withdrawn".to_owned(),
        }
    }

    fn department_name(&self, number: &str) -> &str {
        let found = self.departments.iter().find(|choice| choice.value == number);
        found.map_or("none", |choice| choice.label.as_str())
    }

    /// Days for which the petition has been waiting.
    fn waiting(&self) -> Option<String> {
        let since = self.head.petition.response_threshold_reached_at?;
        self.standing.published.is_none().then(|| filters::waited(since, self.now))
    }

    /// What is still to be done before the draft can be published.
    fn missing(&self, draft: &Draft) -> Vec<&'static str> {
        let corrects = self.standing.published.is_some();
        let missing = draft.text.ready(deadline::day(self.now), corrects).err().unwrap_or_default();
        missing.into_iter().map(|(_, message)| message).collect()
    }
}

async fn departments(db: &mut Db) -> sqlx::Result<Vec<Choice>> {
    let all = store::responses::departments(db).await?;
    Ok(all.into_iter().map(|(number, name)| Choice::new(number.to_string(), name)).collect())
}

/// The form, and how it stands.
pub async fn show(State(app): State<App>, staff: Staff, now: Now, address: Numbered) -> Result<Response, PageError> {
    let page = ResponsePage::load(&staff, &mut *app.pool.acquire().await?, address.id, now.0).await?;
    page::html(&page, CachePolicy::Never)
}

/// Saves the draft.
pub async fn save(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(form): Form<ResponseForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    if let Some(kept) = kept::instead(&staff, &mut db, address.id, &form.typed()).await? {
        return Ok(kept);
    }
    let text = match form.parse(&departments(&mut db).await?) {
        Ok(text) => text,
        Err(errors) => {
            let page = ResponsePage::load(&staff, &mut db, address.id, now.0).await?;
            return came_back(&ResponsePage { form, errors, ..page }, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    match respond::save_draft(&mut db, address.id, &form.version, &text, &staff.actor, now.0).await {
        Ok(()) => {
            staff.say(&mut db, "The draft is saved.").await?;
            Ok(Redirect::to(&urls::admin::response(&address.id)).into_response())
        }
        Err(NotDone::Stale) => {
            let page = ResponsePage::load(&staff, &mut db, address.id, now.0).await?;
            // Saved once more it takes the colleague's place: by then it has been seen.
            let form = ResponseForm { version: page.standing.version(), ..form };
            came_back(&ResponsePage { form, stale: true, ..page }, StatusCode::CONFLICT)
        }
        Err(NotDone::NotHere | NotDone::NoPetition) => kept::page(&staff, &mut db, address.id, &form.typed()).await,
        Err(error) => Err(refused(error)),
    }
}

/// What stands on a button of the draft: from which draft it was made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    version: String,
}

/// Approves the draft.
pub async fn approve(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(seen): Form<Seen>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let outcome = respond::approve(&mut db, address.id, &seen.version, &staff.actor, now.0).await;
    told(&staff, &mut db, address.id, now.0, outcome, "The draft is approved. It can be published now.").await
}

/// Takes back that the draft publishes itself.
pub async fn unschedule(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(seen): Form<Seen>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let standing = store::responses::standing(&mut db, address.id).await?;
    let mails_signers = standing.draft.is_none_or(|draft| draft.mails_signers);
    let actor: &Actor = &staff.actor;
    let outcome = respond::schedule(&mut db, address.id, &seen.version, None, mails_signers, actor, now.0).await;
    told(&staff, &mut db, address.id, now.0, outcome, "The draft does not publish itself any more.").await
}

/// Throws the draft away.
pub async fn discard(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(seen): Form<Seen>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let outcome = respond::discard(&mut db, address.id, &seen.version, &staff.actor, now.0).await;
    told(&staff, &mut db, address.id, now.0, outcome, "The draft is thrown away.").await
}

async fn told(
    staff: &Staff,
    db: &mut Db,
    id: PetitionId,
    now: Timestamp,
    outcome: Result<(), NotDone>,
    notice: &str,
) -> Result<Response, PageError> {
    match outcome {
        Ok(()) => {
            staff.say(db, notice).await?;
            Ok(Redirect::to(&urls::admin::response(&id)).into_response())
        }
        Err(NotDone::OwnText) => {
            staff.say(db, "Whoever wrote a draft last cannot approve it. Ask a colleague.").await?;
            Ok(Redirect::to(&urls::admin::response(&id)).into_response())
        }
        Err(NotDone::Missing(_)) => {
            staff.say(db, "Something is missing. It was not approved.").await?;
            Ok(Redirect::to(&urls::admin::response(&id)).into_response())
        }
        Err(NotDone::Stale) => {
            let page = ResponsePage::load(staff, db, id, now).await?;
            let frame = Frame {
                notice: "Nothing was done: somebody has changed the response meanwhile. This is how it is now.".into(),
                ..page.frame
            };
            came_back(&ResponsePage { frame, ..page }, StatusCode::CONFLICT)
        }
        Err(error) => Err(refused(error)),
    }
}

/// The petition's page as the public will see it, with the draft in its place.
pub async fn preview(State(app): State<App>, _: Staff, now: Now, address: Numbered) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let petition = super::petition(&mut db, address.id).await?;
    let standing = store::responses::standing(&mut db, address.id).await?;
    let departments = departments(&mut db).await?;
    drop(db);
    let draft = standing.draft.as_ref().filter(|_| petition.is_open_to_change()).ok_or(PageError::NotFound)?;
    let text = draft.text.clone();
    let number = text.department.map(|number| number.to_string());
    let department = departments.into_iter().find(|choice| Some(&choice.value) == number.as_ref());
    let change = standing.published.as_ref().and_then(|published| {
        Some(Change {
            at: now.0,
            kind: ChangeKind::Corrected,
            note: text.correction_note.clone(),
            published_at: published.created_at,
            department: published.department.clone(),
            responded_on: published.text.responded_on?,
            summary: published.text.summary.clone(),
            details: published.text.details.clone(),
        })
    });
    let response = GovernmentResponse {
        responded_on: text.responded_on.unwrap_or_else(|| deadline::day(now.0)),
        summary: text.summary,
        details: text.details,
        created_at: standing.published.as_ref().map_or(now.0, |published| published.created_at),
        updated_at: now.0,
    };
    let department = department.map(|choice| choice.label);
    let preview = Preview { response, department, change, back: urls::admin::response(&address.id) };
    show::preview(&app, address.id, now.0, preview).await
}
