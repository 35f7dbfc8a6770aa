//! Changing what a petition says: its texts, and the committee's note.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{back, done_words, editing, number, state_label};
use crate::{
    actions::edit_petition::{Edited, edit_text, set_committee_note},
    app::App,
    domain::{
        limits,
        petition::{PetitionId, Visibility},
        text, word_text,
    },
    store::{
        self,
        moderation::{Done, Editor, Held, Texts},
    },
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
            kept,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Numbered},
        filters::second_of,
        form::FormErrors,
        markdown, page, plain_text,
    },
};

/// What somebody has filled in.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TextForm {
    seen: String,
    action: String,
    background: String,
    additional_details: String,
    note: String,
}

impl TextForm {
    fn of(held: &Held) -> Self {
        Self {
            seen: held.seen(),
            action: held.action.clone(),
            background: held.background.clone(),
            additional_details: held.additional_details.clone(),
            note: String::new(),
        }
    }

    fn parse(&self) -> Result<(Texts, String), FormErrors> {
        let mut errors = FormErrors::default();
        let texts = Texts {
            // One line, as people see it.
            action: text::tidy(&self.action).split_whitespace().collect::<Vec<_>>().join(" "),
            background: text::tidy(&self.background),
            additional_details: text::tidy(&self.additional_details),
        };
        let note = text::tidy(&self.note);
        if texts.action.is_empty() {
            errors.add("action", "Enter what the petition asks for");
        }
        for (field, what, words, most) in [
            ("action", "what the petition asks for", &texts.action, limits::ACTION),
            ("background", "the background", &texts.background, limits::BACKGROUND),
            ("additional_details", "the additional details", &texts.additional_details, limits::ADDITIONAL_DETAILS),
            ("note", "what the public is told", &note, limits::EDIT_NOTE),
        ] {
            errors.length(field, what, words, most);
        }
        if errors.is_empty() { Ok((texts, note)) } else { Err(errors) }
    }
}

#[derive(Template)]
#[template(path = "admin/petitions/text.html")]
struct TextPage {
    frame: Frame,
    id: PetitionId,
    held: Held,
    form: TextForm,
    errors: FormErrors,
    editors: Vec<Editor>,
    /// A colleague was quicker: what was done last.
    meanwhile: Vec<Done>,
}

impl TextPage {
    fn is_public(&self) -> bool {
        self.held.standing.state.visibility() == Visibility::Page
    }
}

/// The texts, to be changed.
pub async fn show(State(app): State<App>, now: Now, staff: Staff, address: Numbered) -> Result<Response, PageError> {
    let id = number(address)?;
    let held = held(&app, id).await?;
    let form = TextForm::of(&held);
    Sitting { app: &app, staff: &staff, id, now: now.0 }.text_page(held, form, Shown::Fresh).await
}

/// Changes them.
pub async fn submit(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    address: Numbered,
    Form(form): Form<TextForm>,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let here = Sitting { app: &app, staff: &staff, id, now: now.0 };
    let held = held(&app, id).await?;
    let (texts, note) = match form.parse() {
        Ok(parsed) => parsed,
        Err(errors) => return here.text_page(held, form, Shown::Wrong(errors)).await,
    };
    let mut db = app.pool.acquire().await?;
    let edited = edit_text(&mut db, &staff.actor, id, &form.seen, &texts, &note, now.0).await?;
    match edited {
        Edited::Done => back(&mut db, &staff, id, "The text is changed; the earlier version is kept.").await,
        Edited::Same => back(&mut db, &staff, id, "The text is as it was; nothing was changed.").await,
        Edited::Missing | Edited::Imported => {
            let typed = [
                ("What the petition asks for", form.action.as_str()),
                ("Background", &form.background),
                ("Additional details", &form.additional_details),
                ("What the public is told", &form.note),
            ];
            kept::page(&staff, &mut db, id, &typed).await
        }
        Edited::NoteWanted => {
            drop(db);
            let mut errors = FormErrors::default();
            errors.add("note", "Tell the public what was changed and why");
            here.text_page(held, form, Shown::Wrong(errors)).await
        }
        Edited::Changed(held) => {
            drop(db);
            here.text_page(*held, form, Shown::Changed).await
        }
    }
}

async fn held(app: &App, id: PetitionId) -> Result<Held, PageError> {
    store::moderation::find(&mut *app.pool.acquire().await?, id, false).await?.ok_or(PageError::NotFound)
}

/// Who has which petition before them, and when.
#[derive(Clone, Copy)]
struct Sitting<'a> {
    app: &'a App,
    staff: &'a Staff,
    id: PetitionId,
    now: Timestamp,
}

/// What became of a form that was sent.
enum Shown {
    /// Nothing was sent yet.
    Fresh,
    /// It has mistakes.
    Wrong(FormErrors),
    /// A colleague was quicker.
    Changed,
}

/// What stands around a form, whichever it is.
struct Around {
    errors: FormErrors,
    editors: Vec<Editor>,
    meanwhile: Vec<Done>,
    status: StatusCode,
}

impl Sitting<'_> {
    /// Notes that the form with this name is open, and gathers what stands around it.
    async fn open(self, form: &str, shown: Shown) -> Result<Around, PageError> {
        let mut db = self.app.pool.acquire().await?;
        let editors = editing(&mut db, self.staff, self.id, form, self.now).await?;
        let (errors, meanwhile, status) = match shown {
            Shown::Fresh => (FormErrors::default(), Vec::new(), StatusCode::OK),
            Shown::Wrong(errors) => (errors, Vec::new(), StatusCode::UNPROCESSABLE_ENTITY),
            Shown::Changed => {
                let meanwhile = store::moderation::history(&mut db, self.id, 5).await?;
                (FormErrors::default(), meanwhile, StatusCode::CONFLICT)
            }
        };
        Ok(Around { errors, editors, meanwhile, status })
    }

    async fn text_page(self, held: Held, form: TextForm, shown: Shown) -> Result<Response, PageError> {
        let Around { errors, editors, meanwhile, status } = self.open("text", shown).await?;
        let page = TextPage {
            frame: Frame::new(self.staff, Section::Petitions, format!("Change the text: {}", held.action)),
            id: self.id,
            form: TextForm { seen: held.seen(), ..form },
            held,
            errors,
            editors,
            meanwhile,
        };
        Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
    }

    async fn note_page(self, held: Held, form: NoteForm, shown: Shown) -> Result<Response, PageError> {
        let Around { errors, editors, meanwhile, status } = self.open("committee note", shown).await?;
        let page = NotePage {
            frame: Frame::new(self.staff, Section::Petitions, format!("The committee’s note: {}", held.action)),
            id: self.id,
            form: NoteForm { seen: held.seen(), ..form },
            held,
            errors,
            editors,
            meanwhile,
        };
        Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
    }
}

/// What somebody has filled in.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    seen: String,
    committee_note: String,
}

#[derive(Template)]
#[template(path = "admin/petitions/committee_note.html")]
struct NotePage {
    frame: Frame,
    id: PetitionId,
    held: Held,
    form: NoteForm,
    errors: FormErrors,
    editors: Vec<Editor>,
    /// A colleague was quicker: what was done last.
    meanwhile: Vec<Done>,
}

/// The committee's note, to be changed.
pub async fn committee_note(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    address: Numbered,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let held = held(&app, id).await?;
    let form = NoteForm { seen: held.seen(), committee_note: held.committee_note.clone() };
    Sitting { app: &app, staff: &staff, id, now: now.0 }.note_page(held, form, Shown::Fresh).await
}

/// Changes it.
pub async fn submit_committee_note(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    address: Numbered,
    Form(form): Form<NoteForm>,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let here = Sitting { app: &app, staff: &staff, id, now: now.0 };
    let current = held(&app, id).await?;
    let note = word_text::clean(&form.committee_note);
    let mut errors = FormErrors::default();
    if !errors.markdown("committee_note", "the note", &note, limits::COMMITTEE_NOTE) {
        return here.note_page(current, form, Shown::Wrong(errors)).await;
    }
    let mut db = app.pool.acquire().await?;
    match set_committee_note(&mut db, &staff.actor, id, &form.seen, &note, now.0).await? {
        Edited::Done if note.is_empty() => back(&mut db, &staff, id, "The committee’s note is taken away.").await,
        Edited::Done => back(&mut db, &staff, id, "The committee’s note is saved.").await,
        Edited::Same => back(&mut db, &staff, id, "The committee’s note is as it was; nothing was changed.").await,
        Edited::Missing | Edited::Imported | Edited::NoteWanted => {
            kept::page(&staff, &mut db, id, &[("The committee’s note", &form.committee_note)]).await
        }
        Edited::Changed(held) => {
            drop(db);
            here.note_page(*held, form, Shown::Changed).await
        }
    }
}
