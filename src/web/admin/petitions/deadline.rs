//! Extending the deadline of one petition.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{back, number, state_label};
use crate::{
    actions::outages::{Extended, extend_petition},
    app::App,
    domain::{deadline, limits, outage::Extension, petition::PetitionState, text::tidy},
    store::{self, petitions::Petition},
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Numbered},
        filters::{day_of, long_day_of},
        form::FormErrors,
        page,
    },
};

/// The form as it was filled in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeadlineForm {
    /// The deadline that the form was made from, in microseconds.
    seen: String,
    days: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "admin/petitions/deadline.html")]
struct DeadlinePage {
    frame: Frame,
    petition: Petition,
    form: DeadlineForm,
    errors: FormErrors,
    moved: Vec<Extension>,
    /// A colleague has moved it meanwhile.
    changed: bool,
    /// Why it cannot be extended; empty: it can.
    why_not: String,
}

async fn render(
    app: &App,
    staff: &Staff,
    address: Numbered,
    form: Option<DeadlineForm>,
    (errors, changed): (FormErrors, bool),
    now: Timestamp,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let mut db = app.pool.acquire().await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    let closes_at = petition.dates.closes_at;
    let why_not = match petition.state {
        _ if petition.source_url.is_some() => "It was imported from another service, and closes there.".to_owned(),
        PetitionState::Open if petition.own_closes_at.is_some() => {
            "Parliament is dissolved before its own deadline, and that is not moved.".to_owned()
        }
        PetitionState::Open if closes_at.is_some_and(|at| at < now) => "Its deadline has passed.".to_owned(),
        PetitionState::Open => String::new(),
        state => format!("It is not open: {}.", state_label(&state).to_lowercase()),
    };
    let status = match (errors.is_empty(), changed || !why_not.is_empty()) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, true) => StatusCode::CONFLICT,
        (true, false) => StatusCode::OK,
    };
    let seen = closes_at.map(|at| at.as_microsecond().to_string()).unwrap_or_default();
    let title = if errors.is_empty() { "Extend the deadline" } else { "Error: Extend the deadline" };
    let page = DeadlinePage {
        frame: Frame::new(staff, Section::Petitions, format!("{title}: {}", petition.action)),
        moved: store::outages::of_petition(&mut db, id).await?,
        form: DeadlineForm { seen, ..form.unwrap_or_default() },
        petition,
        errors,
        changed,
        why_not,
    };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// The form.
pub async fn show(State(app): State<App>, staff: Staff, now: Now, address: Numbered) -> Result<Response, PageError> {
    render(&app, &staff, address, None, (FormErrors::default(), false), now.0).await
}

/// Extends it.
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(form): Form<DeadlineForm>,
) -> Result<Response, PageError> {
    let id = number(address)?;
    let mut errors = FormErrors::default();
    let days = form.days.trim().parse().ok().filter(|days| (1..=limits::EXTENSION_DAYS).contains(days));
    let days = errors.take("days", days.ok_or(format!("Enter a number of days from 1 to {}", limits::EXTENSION_DAYS)));
    let reason = tidy(&form.reason).split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        errors.add("reason", "Tell the public why");
    }
    errors.length("reason", "what the public is told", &reason, limits::OUTAGE_REASON);
    let (Some(days), true) = (days, errors.is_empty()) else {
        return render(&app, &staff, address, Some(form), (errors, false), now.0).await;
    };
    let seen = form.seen.parse().ok().and_then(|at| Timestamp::from_microsecond(at).ok()).unwrap_or_default();
    let mut db = app.pool.acquire().await?;
    match extend_petition(&mut db, &staff.actor, id, seen, (days, &reason), now.0).await? {
        Extended::Until(at) => {
            let until = format!("The petition is open until the end of {}.", day_of(&at));
            back(&mut db, &staff, id, &until).await
        }
        Extended::Missing => Err(PageError::NotFound),
        outcome => {
            drop(db);
            let changed = matches!(outcome, Extended::Changed(_));
            render(&app, &staff, address, Some(form), (errors, changed), now.0).await
        }
    }
}

impl DeadlinePage {
    /// When it would close with the days that have been typed, or with a week more.
    fn example(&self) -> String {
        let days = self.form.days.trim().parse().ok().filter(|days| (1..=limits::EXTENSION_DAYS).contains(days));
        let days = days.unwrap_or(7);
        let then = self.petition.dates.closes_at.map(|at| day_of(&deadline::extended(at, days)));
        format!(
            "{days} {} more: until the end of {}.",
            if days == 1 { "day" } else { "days" },
            then.unwrap_or_default()
        )
    }
}
