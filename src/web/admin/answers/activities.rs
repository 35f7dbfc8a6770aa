//! Other activity about a petition: a list, and a form to add or change one.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

use super::{Head, Part, TICKED, came_back, day, done, refused};
use crate::{
    actions::{
        activities::{self, NewActivity},
        respond::NotDone,
    },
    app::App,
    domain::{deadline, limits, petition::PetitionId, staff::Permission, word_text},
    store::{self, Db, debates::StaffActivity, mailings::Asked},
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
            kept::{self, Typed},
        },
        cache::CachePolicy,
        error::PageError,
        extract::{ActivityNumber, Form, Now, Numbered},
        filters::{day as written, minute_of, people},
        form::FormErrors,
        markdown, page,
    },
};

/// What somebody has written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ActivityForm {
    version: String,
    subject: String,
    body: String,
    occurred_on: String,
    mail: String,
}

impl ActivityForm {
    fn of(activity: &StaffActivity) -> Self {
        Self {
            version: activity.version(),
            subject: activity.subject.clone(),
            body: activity.body.clone(),
            occurred_on: activity.occurred_on.map(|day| day.to_string()).unwrap_or_default(),
            mail: String::new(),
        }
    }

    /// What was typed, to be given back.
    fn typed(&self) -> [Typed<'_>; 3] {
        [("Subject", &self.subject), ("What happened", &self.body), ("Day", &self.occurred_on)]
    }

    fn parse(&self, today: Date) -> Result<NewActivity, FormErrors> {
        let mut errors = FormErrors::default();
        let (subject, body) = (word_text::clean_line(&self.subject), word_text::clean(&self.body));
        if subject.is_empty() {
            errors.add("subject", "Enter a subject");
        }
        errors.length("subject", "the subject", &subject, limits::ACTIVITY_SUBJECT);
        if body.is_empty() {
            errors.add("body", "Enter what happened");
        }
        errors.markdown("body", "the text", &body, limits::ACTIVITY_BODY);
        let occurred_on = day(&mut errors, "occurred_on", &self.occurred_on);
        match occurred_on {
            None if errors.of("occurred_on").is_none() => {
                errors.add("occurred_on", "Enter the day on which it happened")
            }
            Some(day) if day > today => errors.add("occurred_on", "Enter a day that is not in the future"),
            _ => {}
        }
        match occurred_on {
            Some(occurred_on) if errors.is_empty() => Ok(NewActivity { subject, body, occurred_on }),
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/answers/activities.html")]
struct ActivitiesPage {
    frame: Frame,
    head: Head,
    activities: Vec<StaffActivity>,
    asked: Asked,
    form: ActivityForm,
    errors: FormErrors,
}

#[derive(Template)]
#[template(path = "admin/answers/activity.html")]
struct ActivityPage {
    frame: Frame,
    head: Head,
    activity: StaffActivity,
    asked: Asked,
    form: ActivityForm,
    errors: FormErrors,
    /// Somebody else has changed it while this form was being written.
    stale: bool,
}

/// What the box does.
fn hint_of(asked: &Asked) -> String {
    match asked.people {
        0 => "Nobody has asked for news about this petition, so nobody is mailed.".to_owned(),
        number => format!("E-mails {} who signed, confirmed it and asked for news.", people(number)),
    }
}

impl ActivitiesPage {
    async fn load(staff: &Staff, db: &mut Db, id: PetitionId, now: Timestamp) -> Result<Self, PageError> {
        let petition = super::petition(db, id).await?;
        Ok(Self {
            frame: Frame::new(staff, Section::Petitions, format!("Other activity about petition {id}")),
            asked: super::asked(staff, db, &petition).await?,
            head: Head { petition, part: Part::Activities },
            activities: store::debates::activities(db, id).await?,
            form: ActivityForm { occurred_on: deadline::day(now).to_string(), ..ActivityForm::default() },
            errors: FormErrors::default(),
        })
    }

    fn may_write(&self) -> bool {
        self.frame.may(Permission::Respond) && self.head.petition.is_open_to_change()
    }

    fn mail_hint(&self) -> String {
        hint_of(&self.asked)
    }
}

impl ActivityPage {
    /// `None`: there is no such activity, or nothing can be changed.
    async fn load(staff: &Staff, db: &mut Db, id: PetitionId, activity: i64) -> Result<Option<Self>, PageError> {
        let petition = super::petition(db, id).await?;
        let found = store::debates::activities(db, id).await?.into_iter().find(|known| known.id == activity);
        let Some(activity) = found.filter(|_| petition.is_open_to_change()) else { return Ok(None) };
        Ok(Some(Self {
            frame: Frame::new(staff, Section::Petitions, format!("Activity about petition {id}")),
            asked: super::asked(staff, db, &petition).await?,
            head: Head { petition, part: Part::Activities },
            form: ActivityForm::of(&activity),
            errors: FormErrors::default(),
            stale: false,
            activity,
        }))
    }

    fn mail_hint(&self) -> String {
        hint_of(&self.asked)
    }
}

/// All of them, and a form for another.
pub async fn list(State(app): State<App>, staff: Staff, now: Now, address: Numbered) -> Result<Response, PageError> {
    let page = ActivitiesPage::load(&staff, &mut *app.pool.acquire().await?, address.id, now.0).await?;
    page::html(&page, CachePolicy::Never)
}

/// Adds one.
pub async fn add(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(form): Form<ActivityForm>,
) -> Result<Response, PageError> {
    let id = address.id;
    let mut db = app.pool.acquire().await?;
    if let Some(kept) = kept::instead(&staff, &mut db, id, &form.typed()).await? {
        return Ok(kept);
    }
    let new = match form.parse(deadline::day(now.0)) {
        Ok(new) => new,
        Err(errors) => {
            let page = ActivitiesPage::load(&staff, &mut db, id, now.0).await?;
            return came_back(&ActivitiesPage { form, errors, ..page }, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let mails = form.mail == TICKED;
    let begun = match activities::put(&mut db, id, None, &new, mails, &staff.actor, now.0).await {
        Ok(begun) => begun,
        Err(NotDone::NotHere | NotDone::NoPetition) => return kept::page(&staff, &mut db, id, &form.typed()).await,
        Err(error) => return Err(refused(error)),
    };
    done(&staff, &mut db, &id, "The activity is published.", begun.as_ref(), &urls::admin::activities(&id)).await
}

/// The form of one of them.
pub async fn show(
    State(app): State<App>,
    staff: Staff,
    address: Numbered,
    activity: ActivityNumber,
) -> Result<Response, PageError> {
    let page = ActivityPage::load(&staff, &mut *app.pool.acquire().await?, address.id, activity.0).await?;
    page::html(&page.ok_or(PageError::NotFound)?, CachePolicy::Never)
}

/// Changes it.
pub async fn change(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    activity: ActivityNumber,
    Form(form): Form<ActivityForm>,
) -> Result<Response, PageError> {
    let id = address.id;
    let mut db = app.pool.acquire().await?;
    if let Some(kept) = kept::instead(&staff, &mut db, id, &form.typed()).await? {
        return Ok(kept);
    }
    let new = match form.parse(deadline::day(now.0)) {
        Ok(new) => new,
        Err(errors) => {
            return match ActivityPage::load(&staff, &mut db, id, activity.0).await? {
                Some(page) => came_back(&ActivityPage { form, errors, ..page }, StatusCode::UNPROCESSABLE_ENTITY),
                // Removed meanwhile: what was typed can be put right and added anew.
                None => {
                    let page = ActivitiesPage::load(&staff, &mut db, id, now.0).await?;
                    came_back(&ActivitiesPage { form, errors, ..page }, StatusCode::UNPROCESSABLE_ENTITY)
                }
            };
        }
    };
    let (mails, known) = (form.mail == TICKED, (activity.0, form.version.as_str()));
    match activities::put(&mut db, id, Some(known), &new, mails, &staff.actor, now.0).await {
        Ok(begun) => {
            let otherwise = urls::admin::activities(&id);
            done(&staff, &mut db, &id, "The activity is changed.", begun.as_ref(), &otherwise).await
        }
        Err(NotDone::Stale) => match ActivityPage::load(&staff, &mut db, id, activity.0).await? {
            Some(page) => {
                let form = ActivityForm { version: page.activity.version(), ..form };
                came_back(&ActivityPage { form, stale: true, ..page }, StatusCode::CONFLICT)
            }
            // Removed meanwhile: what was typed can be added anew.
            None => {
                let page = ActivitiesPage::load(&staff, &mut db, id, now.0).await?;
                let notice = "A colleague has removed this activity meanwhile. What you typed is in the form below.";
                let frame = Frame { notice: notice.to_owned(), ..page.frame };
                came_back(&ActivitiesPage { frame, form, ..page }, StatusCode::CONFLICT)
            }
        },
        Err(NotDone::NotHere | NotDone::NoPetition) => kept::page(&staff, &mut db, id, &form.typed()).await,
        Err(error) => Err(refused(error)),
    }
}

/// What stands on a button: from what it was made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    version: String,
}

/// Removes it.
pub async fn remove(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    activity: ActivityNumber,
    Form(seen): Form<Seen>,
) -> Result<Response, PageError> {
    let id = address.id;
    let mut db = app.pool.acquire().await?;
    match activities::remove(&mut db, id, (activity.0, &seen.version), &staff.actor, now.0).await {
        Ok(()) => {
            staff.say(&mut db, "The activity is removed.").await?;
            Ok(Redirect::to(&urls::admin::activities(&id)).into_response())
        }
        Err(NotDone::Stale) => match ActivityPage::load(&staff, &mut db, id, activity.0).await? {
            Some(page) => came_back(&ActivityPage { stale: true, ..page }, StatusCode::CONFLICT),
            None => Err(PageError::NotFound),
        },
        Err(error) => Err(refused(error)),
    }
}
