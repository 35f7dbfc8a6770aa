//! Writing a petition: one address, one form, one question after the other. Earlier answers travel in hidden fields; "Continue"
//! looks at its own question only, "Back" at none, and sending looks at all of them.

use std::{net::IpAddr, sync::Arc};

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;

use super::{
    advising::{self, Hint, Similar},
    form::{Go, PetitionForm, Words},
    stage::Stage,
};
use crate::{
    actions::{
        save_draft::{forget_draft, save_draft},
        start_petition::{NewPetition, Started, start_petition},
    },
    app::App,
    domain::{area::UNITED_KINGDOM, deadline, draft::DraftId, email::EmailAddress, limits, petition::PetitionId},
    store::{self, areas::Country},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{ClientIp, Form, Now},
        filters::{day, day_of, thousands},
        form::FormErrors,
        memory::Memory,
        page::{self, Layout, Section},
        pages::create::sent,
        protection::Protection,
    },
};

/// A draft that somebody goes on with, by its link.
#[derive(Clone)]
pub struct Resumed {
    /// Its number.
    pub id: DraftId,
    /// The number by chance of its form.
    pub form: String,
    /// Its own address, to which the form is sent.
    pub address: String,
    /// When it was last saved.
    pub saved_at: Timestamp,
}

/// What stands above a page besides its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Nothing.
    None,
    /// A draft has just been taken up.
    Resumed,
    /// It could not be sent, since no petitions are taken.
    Paused,
    /// Too many came from one address or network.
    TooFast,
}

#[derive(Template)]
#[template(path = "pages/create/wizard.html")]
struct WizardPage {
    layout: Layout,
    stage: Stage,
    form: PetitionForm,
    errors: FormErrors,
    note: Note,
    /// No new petitions are taken at the moment.
    paused: bool,
    /// When Parliament ends, if that ends the time of petitions that are published now.
    cut_short: Option<Timestamp>,
    /// Somebody has come here from another stage.
    arrived: bool,
    /// The address that was probably meant.
    suggestion: Option<String>,
    countries: Arc<[Country]>,
    /// When the form was made, by the site's own mark.
    started: String,
    draft: Option<Resumed>,
    similar: Similar,
    hints: Vec<Hint>,
}

impl WizardPage {
    /// Where the form is sent.
    fn target(&self) -> &str {
        self.draft.as_ref().map_or(urls::new_petition(), |draft| &draft.address)
    }

    fn words(&self) -> Words {
        self.form.words()
    }
}

/// A page of the form that is to be shown.
struct Turn {
    stage: Stage,
    form: PetitionForm,
    errors: FormErrors,
    note: Note,
    arrived: bool,
}

/// What a turn needs to know.
struct Desk<'a> {
    app: &'a App,
    memory: &'a Memory,
    now: Timestamp,
    draft: Option<Resumed>,
    /// The page's address has a token that only its receiver knows.
    is_secret: bool,
}

/// No petition: the mark of a form that has none yet.
fn nothing() -> PetitionId {
    PetitionId::from(0)
}

/// The first question.
pub async fn show(State(app): State<App>, State(memory): State<Memory>, now: Now) -> Result<Response, PageError> {
    let desk = Desk { app: &app, memory: &memory, now: now.0, draft: None, is_secret: false };
    desk.show(Turn::to(Stage::Eligibility, PetitionForm::new(), false)).await
}

/// What somebody sees who takes a draft up: the stage at which it was left.
///
/// # Errors
/// When the database fails.
pub async fn resume(
    app: &App,
    memory: &Memory,
    now: Timestamp,
    draft: Resumed,
    form: PetitionForm,
) -> Result<Response, PageError> {
    let stage = form.stage();
    let desk = Desk { app, memory, now, draft: Some(draft), is_secret: true };
    desk.show(Turn { note: Note::Resumed, ..Turn::to(stage, form, false) }).await
}

/// Goes where a button leads.
pub async fn submit(
    State(app): State<App>,
    State(memory): State<Memory>,
    State(protection): State<Protection>,
    ClientIp(from): ClientIp,
    now: Now,
    Form(form): Form<PetitionForm>,
) -> Result<Response, PageError> {
    let desk = Desk { app: &app, memory: &memory, now: now.0, draft: None, is_secret: false };
    turn(desk, &protection, from, form).await
}

/// The same at the address of a draft. If that is gone, since its petition was sent or its time was up, what was typed is not.
///
/// # Errors
/// When the database fails.
pub async fn submit_draft(
    app: &App,
    memory: &Memory,
    (protection, from): (&Protection, Option<IpAddr>),
    now: Timestamp,
    draft: Option<Resumed>,
    mut form: PetitionForm,
) -> Result<Response, PageError> {
    if let Some(draft) = &draft {
        // Saved again, it is the same draft.
        form.number.clone_from(&draft.form);
    }
    turn(Desk { app, memory, now, draft, is_secret: true }, protection, from, form).await
}

async fn turn(
    desk: Desk<'_>,
    protection: &Protection,
    from: Option<IpAddr>,
    form: PetitionForm,
) -> Result<Response, PageError> {
    let form = form.settle();
    let stage = form.stage();
    match form.wanted() {
        Go::To(stage) => desk.show(Turn::to(stage, form, true)).await,
        Go::Back => {
            let before = if stage == Stage::Save { form.returns_to() } else { stage.before().unwrap_or(stage) };
            desk.show(Turn::to(before, form, true)).await
        }
        Go::Save => {
            let back_to = if stage == Stage::Save { form.returns_to() } else { stage };
            let form = PetitionForm { back_to: back_to.code().to_owned(), ..form };
            desk.show(Turn::to(Stage::Save, form, true)).await
        }
        Go::Keep => desk.keep(protection, from, form).await,
        // Only a draft's own page has the button; from elsewhere it leads nowhere else.
        Go::Forget if !desk.is_secret => desk.show(Turn::to(stage, form, true)).await,
        Go::Forget => {
            if let Some(draft) = &desk.draft {
                forget_draft(&mut *desk.app.pool.acquire().await?, draft.id).await?;
            }
            sent::forgotten(desk.app, desk.now)
        }
        Go::On => desk.go_on(stage, form).await,
        Go::Send => desk.send(protection, from, form).await,
    }
}

impl Turn {
    fn to(stage: Stage, form: PetitionForm, arrived: bool) -> Self {
        Self { stage, form, errors: FormErrors::default(), note: Note::None, arrived }
    }
}

impl Desk<'_> {
    async fn go_on(&self, stage: Stage, form: PetitionForm) -> Result<Response, PageError> {
        let errors = form.mistakes(stage, &self.countries().await?);
        let asks = stage == Stage::Creator && form.slip().is_some();
        if !errors.is_empty() || asks {
            return self.show(Turn { errors, ..Turn::to(stage, form, false) }).await;
        }
        let next = match stage {
            Stage::Eligibility | Stage::NotEligible if form.resident == "no" => Stage::NotEligible,
            Stage::NotEligible => Stage::Eligibility.after(form.is_reviewed()),
            stage => stage.after(form.is_reviewed()),
        };
        self.show(Turn::to(next, form, true)).await
    }

    async fn keep(
        &self,
        protection: &Protection,
        from: Option<IpAddr>,
        form: PetitionForm,
    ) -> Result<Response, PageError> {
        let mut errors = FormErrors::default();
        let email = errors.take("email", EmailAddress::parse(&form.email));
        let Some(email) = email.filter(|_| form.slip().is_none()) else {
            return self.show(Turn { errors, ..Turn::to(Stage::Save, form, false) }).await;
        };
        if !protection.may_save(from, &email) {
            return self.show(Turn { note: Note::TooFast, ..Turn::to(Stage::Save, form, false) }).await;
        }
        let kept = PetitionForm { stage: form.returns_to().code().to_owned(), ..form };
        let answers = serde_json::to_string(&kept)?;
        let mut db = self.app.pool.acquire().await?;
        save_draft(&mut db, &self.app.keyring, &kept.number, &email, &answers, self.now).await?;
        self.app.signing.mail_queued.notify_one();
        Ok(Redirect::to(urls::draft_saved()).into_response())
    }

    async fn send(
        &self,
        protection: &Protection,
        from: Option<IpAddr>,
        form: PetitionForm,
    ) -> Result<Response, PageError> {
        let new = match form.parse(&self.countries().await?) {
            Ok(new) => new,
            Err((stage, errors)) => return self.show(Turn { errors, ..Turn::to(stage, form, false) }).await,
        };
        if self.is_paused() {
            return self.show(Turn { note: Note::Paused, ..Turn::to(Stage::Check, form, false) }).await;
        }
        let signals = form.signals_of_a_program(self.app.keyring.form_age(&form.started, nothing(), self.now));
        let suspicion = protection.judge(from, &new.email, nothing(), signals);
        let new = NewPetition { signed_from: from, suspicion, ..new };
        let mut db = self.app.pool.acquire().await?;
        let may_start = || protection.may_start(from, &new.email);
        let started = start_petition(&mut db, &self.app.keyring, &new, may_start, self.now).await?;
        drop(db);
        if started == Started::NotNow {
            return self.show(Turn { note: Note::TooFast, ..Turn::to(Stage::Check, form, false) }).await;
        }
        self.app.signing.mail_queued.notify_one();
        Ok(Redirect::to(urls::petition_sent()).into_response())
    }

    /// No new petitions are taken at the moment.
    fn is_paused(&self) -> bool {
        !self.app.live.in_force().takes_petitions(self.now)
    }

    async fn countries(&self) -> Result<Arc<[Country]>, PageError> {
        let day = deadline::day(self.now);
        let read = async { Ok(store::areas::countries_of_today(&mut *self.app.pool.acquire().await?, day).await?) };
        self.memory.countries(read).await
    }

    async fn show(&self, turn: Turn) -> Result<Response, PageError> {
        let Turn { stage, mut form, errors, note, arrived } = turn;
        let words = form.words();
        let (mut similar, mut hints) = (Similar::default(), Vec::new());
        if matches!(stage, Stage::Similar | Stage::Check) {
            similar = advising::similar(self.app, &words, self.now).await?;
        }
        if stage == Stage::Check {
            form.reviewing = "1".to_owned();
            hints = advising::hints(&words, &similar);
        }
        let asks = matches!(stage, Stage::Creator | Stage::Save) && errors.is_empty() && note == Note::None && !arrived;
        let suggestion = form.slip().filter(|_| asks);
        let title = if suggestion.is_some() { "Check your email address" } else { stage.title() };
        let layout = Layout::unlisted(self.app, format!("{title} – Start a petition"))
            .about("Write a petition to the UK Government or Parliament.")
            .within(Section::Start);
        let status = match note {
            Note::Paused => StatusCode::SERVICE_UNAVAILABLE,
            Note::TooFast => StatusCode::TOO_MANY_REQUESTS,
            _ if !errors.is_empty() || suggestion.is_some() => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::OK,
        };
        // Addresses with a token are kept nowhere; of the others the browser keeps the pages, so that going back finds what
        // was typed.
        let policy = if self.is_secret { CachePolicy::Never } else { CachePolicy::Own };
        let page = WizardPage {
            layout,
            stage,
            // The first form's mark, if it was one: what counts is when somebody began.
            started: match self.app.keyring.form_age(&form.started, nothing(), self.now) {
                Some(_) => form.started.clone(),
                None => self.app.keyring.form_stamp(nothing(), self.now),
            },
            form,
            errors,
            note,
            paused: self.is_paused(),
            cut_short: self.app.live.in_force().cuts_short(self.now),
            arrived,
            suggestion,
            countries: self.countries().await?,
            draft: self.draft.clone(),
            similar,
            hints,
        };
        let mut response = (status, page::html(&page, policy)?).into_response();
        let wait = match note {
            Note::Paused => Some("600"),
            Note::TooFast => Some("300"),
            Note::None | Note::Resumed => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        Ok(response)
    }
}
