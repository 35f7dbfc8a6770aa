//! Outages: which there were, what the public is told of them, and those that staff note afterwards.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{
    actions::outages::{Described, describe_outage, note_outage},
    app::App,
    domain::{limits, outage::Outage, staff::Permission, text::tidy},
    store, urls,
    web::{
        admin::{
            answers::publish::moment,
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, OutageNumber},
        filters::{minute_of, thousands},
        form::FormErrors,
        page,
    },
};

/// The form as it was filled in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OutageForm {
    began_at: String,
    ended_at: String,
    reason: String,
    /// What the public was told when the form was made.
    before: String,
}

#[derive(Template)]
#[template(path = "admin/site/outages.html")]
struct OutagesPage {
    frame: Frame,
    outages: Vec<Outage>,
    form: OutageForm,
    errors: FormErrors,
    /// The words of an outage that were not taken: of which, what was typed, and what is wrong with them or what a colleague
    /// has written meanwhile.
    kept: Option<(Outage, String, String)>,
    /// Petitions that are open now.
    open: i64,
    may: bool,
}

async fn render(
    app: &App,
    staff: &Staff,
    form: OutageForm,
    errors: FormErrors,
    kept: Option<(Outage, String, String)>,
    now: Timestamp,
    status: StatusCode,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let title = if errors.is_empty() && kept.is_none() { "Outages" } else { "Error: Outages" };
    let page = OutagesPage {
        frame: Frame::new(staff, Section::Site, title),
        outages: store::outages::all(&mut db).await?,
        open: store::outages::would_touch(&mut db, now, now + SignedDuration::from_secs(1)).await?.0,
        form,
        errors,
        kept,
        may: staff.may(Permission::Configure),
    };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// All outages, and a form for one of the past.
pub async fn show(State(app): State<App>, staff: Staff, now: Now) -> Result<Response, PageError> {
    render(&app, &staff, OutageForm::default(), FormErrors::default(), None, now.0, StatusCode::OK).await
}

impl OutageForm {
    fn reason(&self, field: &'static str, errors: &mut FormErrors) -> String {
        let reason = tidy(&self.reason).split_whitespace().collect::<Vec<_>>().join(" ");
        if reason.is_empty() {
            errors.add(field, "Say what happened, for the public");
        }
        errors.length(field, "what the public is told", &reason, limits::OUTAGE_REASON);
        reason
    }

    fn parse(&self, now: Timestamp) -> Result<((Timestamp, Timestamp), String), FormErrors> {
        let mut errors = FormErrors::default();
        let began_at = errors.take("began_at", moment(&self.began_at));
        let ended_at = errors.take("ended_at", moment(&self.ended_at));
        let reason = self.reason("reason", &mut errors);
        let (Some(began_at), Some(ended_at)) = (began_at, ended_at) else { return Err(errors) };
        if ended_at > now {
            errors.add("ended_at", "Enter a time that is over; to stop now, pause signing in the settings");
        } else if ended_at <= began_at {
            errors.add("ended_at", "Enter a time after the beginning");
        } else if ended_at.duration_since(began_at) > SignedDuration::from_hours(24 * i64::from(limits::OUTAGE_DAYS)) {
            errors.add("ended_at", format!("Enter a time within {} days of the beginning", limits::OUTAGE_DAYS));
        }
        if errors.is_empty() { Ok(((began_at, ended_at), reason)) } else { Err(errors) }
    }
}

/// Notes an outage of the past.
pub async fn note(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Form(form): Form<OutageForm>,
) -> Result<Response, PageError> {
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let (span, reason) = match form.parse(now.0) {
        Ok(parsed) => parsed,
        Err(errors) => return render(&app, &staff, form, errors, None, now.0, wrong).await,
    };
    let mut db = app.pool.acquire().await?;
    let (open, closed) = store::outages::would_touch(&mut db, span.0, span.1).await?;
    if note_outage(&mut db, &staff.actor, span, &reason, now.0).await?.is_none() {
        drop(db);
        let mut errors = FormErrors::default();
        errors.add("began_at", "There was another outage at that time; enter one that does not overlap with it");
        return render(&app, &staff, form, errors, None, now.0, wrong).await;
    }
    let notice = format!(
        "The outage is noted. Deadlines that move within seconds: {}. Petitions that have closed since, and stay closed: {}.",
        thousands(open),
        thousands(closed)
    );
    staff.say(&mut db, &notice).await?;
    Ok(Redirect::to(urls::admin::site_outages()).into_response())
}

/// Says something else to the public of an outage.
pub async fn describe(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    OutageNumber(id): OutageNumber,
    Form(form): Form<OutageForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let all = store::outages::all(&mut db).await?;
    let outage = all.into_iter().find(|outage| outage.id == id).ok_or(PageError::NotFound)?;
    let mut errors = FormErrors::default();
    let reason = form.reason("reason", &mut errors);
    let (kept, status) = match errors.of("reason") {
        Some(message) => ((outage, form.reason.clone(), message.to_owned()), StatusCode::UNPROCESSABLE_ENTITY),
        None => match describe_outage(&mut db, &staff.actor, id, (&form.before, &reason), now.0).await? {
            Described::Missing => return Err(PageError::NotFound),
            Described::Stale(theirs) => {
                let told =
                    format!("A colleague has written meanwhile: “{theirs}”. Saving now puts yours in its place.");
                ((outage, form.reason.clone(), told), StatusCode::CONFLICT)
            }
            outcome => {
                let same = outcome == Described::Same;
                let notice = if same { "The words are as they were." } else { "The words are saved, and public." };
                staff.say(&mut db, notice).await?;
                return Ok(Redirect::to(urls::admin::site_outages()).into_response());
            }
        },
    };
    drop(db);
    render(&app, &staff, OutageForm::default(), FormErrors::default(), Some(kept), now.0, status).await
}

impl OutagesPage {
    /// What stands in the form for the words of an outage.
    fn words(&self, outage: &Outage) -> String {
        match &self.kept {
            Some((kept, typed, _)) if kept.id == outage.id => typed.clone(),
            _ => outage.reason.clone(),
        }
    }

    fn mistake(&self, outage: &Outage) -> Option<&str> {
        self.kept.as_ref().filter(|(kept, ..)| kept.id == outage.id).map(|(.., message)| message.as_str())
    }
}
