//! Deciding about a petition: what will happen, the reason, the mail before it is sent, and the button.

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{back, done_words, editing, number, state_label};
use crate::{
    actions::moderate::{Decided, NotDecided, Order, moderate},
    app::App,
    domain::{
        limits,
        moderation::{Decision, Outcome, Refusal},
        petition::{PetitionId, PetitionState, Visibility},
        word_text,
    },
    mail::messages::{AboutSignature, Mail, PetitionDecided},
    store::{
        self,
        moderation::{Done, Editor, Held, Reason},
        supporters::Reachable,
    },
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Numbered},
        filters::{day_of, second_of},
        form::{Choice, FormErrors},
        page,
    },
};

/// The decision that the last part of the address names.
pub struct Wanted(Decision);

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let last = parts.uri.path().rsplit('/').next().unwrap_or_default();
        Decision::from_code(last).map(Self).ok_or(PageError::NotFound)
    }
}

/// What somebody has filled in.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecideForm {
    seen: String,
    reason: String,
    details: String,
    hides: String,
    tell_creator: String,
    tell_supporters: String,
    /// `look`: what would be sent is shown first.
    step: String,
}

impl DecideForm {
    fn of(held: &Held, decision: Decision) -> Self {
        let again = decision.wants_reason().then(|| held.refusal.clone()).flatten();
        let (reason, details) = again.unwrap_or_default();
        Self {
            seen: held.seen(),
            reason,
            details,
            hides: if held.standing.state == PetitionState::Hidden { "1".to_owned() } else { String::new() },
            tell_creator: "1".to_owned(),
            tell_supporters: "1".to_owned(),
            step: String::new(),
        }
    }

    fn parse(&self, decision: Decision, reasons: &[Reason]) -> Result<Option<Refusal>, FormErrors> {
        if !decision.wants_reason() {
            return Ok(None);
        }
        let mut errors = FormErrors::default();
        let reason = reasons.iter().find(|reason| reason.code == self.reason);
        let reason = errors.take("reason", reason.ok_or("Choose a reason"));
        let details = word_text::clean(&self.details);
        errors.markdown("details", "what you add", &details, limits::REJECTION_DETAILS);
        match reason {
            Some(reason) if errors.is_empty() => {
                Ok(Some(Refusal { code: reason.code.clone(), details, hides: reason.hides || self.hides == "1" }))
            }
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/petitions/decide.html")]
struct DecidePage {
    frame: Frame,
    id: PetitionId,
    decision: Decision,
    held: Held,
    /// What would become of it, with what has been chosen so far; `None`: it cannot be decided so.
    outcome: Option<Outcome>,
    form: DecideForm,
    errors: FormErrors,
    reasons: Vec<Reason>,
    reachable: Reachable,
    /// The mail: its subject and its words.
    mail: Option<(String, String)>,
    editors: Vec<Editor>,
    /// A colleague was quicker: what was done last.
    meanwhile: Vec<Done>,
}

/// The page on which it is decided.
pub async fn show(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    address: Numbered,
    Wanted(decision): Wanted,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let held = store::moderation::find(&mut *app.pool.acquire().await?, id, false).await?;
    let held = held.ok_or(PageError::NotFound)?;
    let form = DecideForm::of(&held, decision);
    let again = Again { decision, form, errors: FormErrors::default(), refusal: None, changed: false };
    again.show(&app, &staff, id, held, now.0).await
}

/// Decides, shows first what would be sent, or gives the form back.
pub async fn submit(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    address: Numbered,
    Wanted(decision): Wanted,
    Form(form): Form<DecideForm>,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let mut db = app.pool.acquire().await?;
    let held = store::moderation::find(&mut db, id, false).await?.ok_or(PageError::NotFound)?;
    let reasons = store::moderation::reasons(&mut db).await?;
    let refusal = match form.parse(decision, &reasons) {
        Ok(refusal) => refusal,
        Err(errors) => {
            drop(db);
            return Again { decision, form, errors, refusal: None, changed: false }
                .show(&app, &staff, id, held, now.0)
                .await;
        }
    };
    if form.step == "look" && held.seen() == form.seen {
        drop(db);
        let errors = FormErrors::default();
        return Again { decision, form, errors, refusal, changed: false }.show(&app, &staff, id, held, now.0).await;
    }
    let order = Order {
        petition: id,
        decision,
        seen: &form.seen,
        refusal: refusal.clone(),
        tell_creator: form.tell_creator == "1",
        tell_supporters: form.tell_supporters == "1",
    };
    match moderate(&mut db, &staff.actor, order, now.0).await? {
        Decided::Done { state, mails } => {
            app.signing.mail_queued.notify_one();
            back(&mut db, &staff, id, &told(decision, state, mails)).await
        }
        Decided::Not(NotDecided::Missing) => Err(PageError::NotFound),
        Decided::Not(NotDecided::NotAllowed(permission)) => Err(PageError::NotAllowed(permission.least_role().label())),
        Decided::Not(not) => {
            drop(db);
            let held = if let NotDecided::Changed(held) = not { *held } else { held };
            let errors = FormErrors::default();
            Again { decision, form, errors, refusal, changed: true }.show(&app, &staff, id, held, now.0).await
        }
    }
}

fn told(decision: Decision, state: PetitionState, mails: u64) -> String {
    let done = match (decision, state) {
        (Decision::Publish, PetitionState::Closed) => "The petition is public again; its time to be signed is over.",
        (Decision::Publish, _) => "The petition is published.",
        (_, PetitionState::Hidden) => "The petition is rejected and hidden.",
        (Decision::TakeDown, _) => "The petition is taken down.",
        (Decision::Reject, _) => "The petition is rejected.",
        (Decision::Flag, _) => "The petition is flagged.",
        (Decision::Park, _) => "The petition is set aside.",
        (Decision::Restore, _) => "The petition is restored.",
        (Decision::Remove, _) => "The petition is removed.",
    };
    match mails {
        0 => done.to_owned(),
        1 => format!("{done} One person is told by email."),
        mails => format!("{done} {mails} people are told by email."),
    }
}

/// The form as it comes, or comes back.
struct Again {
    decision: Decision,
    form: DecideForm,
    errors: FormErrors,
    /// What has been chosen; it is shown what follows from it.
    refusal: Option<Refusal>,
    /// A colleague was quicker.
    changed: bool,
}

impl Again {
    async fn show(
        self,
        app: &App,
        staff: &Staff,
        id: PetitionId,
        held: Held,
        now: Timestamp,
    ) -> Result<Response, PageError> {
        let decision = self.decision;
        if let Some(permission) = decision.permission(held.standing.state)
            && !staff.may(permission)
        {
            return Err(PageError::NotAllowed(permission.least_role().label()));
        }
        let hides = self.refusal.as_ref().is_some_and(|refusal| refusal.hides);
        let outcome = decision.outcome(&held.standing, hides, now).filter(|_| !held.imported);
        let status = match (self.errors.is_empty(), self.changed || outcome.is_none()) {
            (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
            (true, true) => StatusCode::CONFLICT,
            (true, false) => StatusCode::OK,
        };
        let mut db = app.pool.acquire().await?;
        let reasons = store::moderation::reasons(&mut db).await?;
        let people = store::supporters::of(&mut db, id).await?;
        let creator = people.into_iter().find(|person| person.is_creator && !person.name.is_empty());
        let mail = match outcome {
            Some(Outcome { mail: Some(kind), state, period }) if !decision.wants_reason() || self.refusal.is_some() => {
                let mail = Mail::PetitionDecided(PetitionDecided {
                    about: AboutSignature {
                        name: creator.map_or_else(|| "(their name)".to_owned(), |creator| creator.name),
                        action: held.action.clone(),
                        petition: format!("{}{}", app.public_url, urls::petition(&id)),
                        site_name: app.site_name(),
                        signature: "(a link of their own)".to_owned(),
                        unsubscribe: "(a link of their own)".to_owned(),
                    },
                    decision: kind,
                    is_creator: true,
                    closes_at: period.map(|period| period.closes_at),
                    refusal: self.refusal.as_ref().and_then(|refusal| {
                        let reason = reasons.iter().find(|reason| reason.code == refusal.code)?;
                        Some((reason.title.clone(), reason.description.clone(), refusal.details.clone()))
                    }),
                    is_public: state.visibility() == Visibility::Page,
                    creator_page: Some("(a link of their own)".to_owned()),
                });
                Some((mail.subject(), mail.text()?))
            }
            _ => None,
        };
        let page = DecidePage {
            frame: Frame::new(
                staff,
                Section::Petitions,
                format!("{}: {}", decision.label(held.standing.state), held.action),
            ),
            id,
            decision,
            outcome,
            form: DecideForm { seen: held.seen(), ..self.form },
            errors: self.errors,
            reasons,
            reachable: store::supporters::reachable(&mut db, id).await?,
            mail,
            editors: editing(&mut db, staff, id, "decision", now).await?,
            meanwhile: if self.changed { store::moderation::history(&mut db, id, 5).await? } else { Vec::new() },
            held,
        };
        Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
    }
}

impl DecidePage {
    fn label(&self) -> &'static str {
        self.decision.label(self.held.standing.state)
    }

    fn reasons_offered(&self) -> Vec<Choice> {
        let choice = |reason: &Reason| {
            let hides = if reason.hides { " Hides the petition." } else { "" };
            Choice::new(reason.code.clone(), reason.title.clone()).about(format!("{}{hides}", reason.description))
        };
        self.reasons.iter().map(choice).collect()
    }

    /// Whether what would be sent has been looked at, or nothing has to be chosen before.
    fn ready(&self) -> bool {
        !self.decision.wants_reason() || self.mail.is_some()
    }

    /// What the button does.
    fn consequence(&self) -> String {
        let Some(outcome) = self.outcome else { return String::new() };
        let until = outcome.period.map(|period| day_of(&period.closes_at)).unwrap_or_default();
        let what = match (self.decision, outcome.state) {
            (Decision::Publish, PetitionState::Closed) => {
                format!("Makes it public again. Its time was over on {until}, so it cannot be signed.")
            }
            (Decision::Publish, _) => {
                format!("Publishes it now: everybody can read it, and it can be signed until the end of {until}.")
            }
            (Decision::Reject, PetitionState::Hidden) => "Rejects it. Nobody sees its text any more.".to_owned(),
            (Decision::Reject, _) => "Rejects it. Its text stays on the site, with the reason.".to_owned(),
            (Decision::TakeDown, PetitionState::Hidden) => {
                "Ends the collecting of signatures now. Nobody sees its text any more.".to_owned()
            }
            (Decision::TakeDown, _) => {
                "Ends the collecting of signatures now. Its text stays on the site, with the reason.".to_owned()
            }
            (Decision::Flag, _) => "Marks it for a closer look; it stays in moderation. Nobody is told.".to_owned(),
            (Decision::Park, _) => "Takes it out of moderation and off the site. Nobody is told.".to_owned(),
            (Decision::Restore, PetitionState::Sponsored) if self.held.standing.opened_at.is_some() => {
                "Puts it back into moderation, as if it had never been published: its opening day, its deadline and its \
                 history begin anew when it is. To undo a decision and keep them, publish it instead."
                    .to_owned()
            }
            (Decision::Restore, PetitionState::Sponsored) => "Puts it back into moderation.".to_owned(),
            (Decision::Restore, _) => "Puts it back to gathering support.".to_owned(),
            (Decision::Remove, _) => {
                "Takes it off the site for good; its address says that it was removed. Nobody is told.".to_owned()
            }
        };
        let people = self.reachable.creator + self.reachable.supporters;
        match outcome.mail {
            Some(_) if people == 1 => format!("{what} Emails one person, if ticked."),
            Some(_) if people > 0 => format!("{what} Emails up to {people} people, as ticked."),
            Some(_) => format!("{what} There is nobody to email."),
            None => what,
        }
    }

    /// How it is taken back.
    fn way_back(&self) -> &'static str {
        match self.decision {
            Decision::Publish => "It can be taken down again, with a reason that the public reads.",
            Decision::Reject | Decision::TakeDown => "Only a sysadmin can publish it after all, or restore it.",
            Decision::Flag | Decision::Park => "It can be restored at any time.",
            Decision::Restore => "It can be decided about again.",
            Decision::Remove => "This cannot be undone.",
        }
    }
}
