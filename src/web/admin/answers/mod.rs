//! What the Government and Parliament did about a petition, as staff write it: the response, the debate, other activity, and
//! the mails to signers about them.

pub mod activities;
pub mod debate;
pub mod mailings;
pub mod publish;
pub mod response;
pub mod withdraw;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;

use super::guard::Staff;
use crate::{
    actions::{mailings::Begun, respond::NotDone},
    domain::{petition::PetitionId, staff::Permission},
    store::{self, Db, mailings::Asked, responses::Answerable},
    urls,
    web::{cache::CachePolicy, error::PageError, filters::people, form::FormErrors, page},
};

/// What a box that is ticked sends.
const TICKED: &str = "1";
/// No day before it is one of a petition's.
const FIRST_DAY: Date = Date::constant(2000, 1, 1);
/// No day after it is meant.
const LAST_DAY: Date = Date::constant(2199, 12, 31);

/// The parts of what belongs to a petition, as its menu has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The government response.
    Response,
    /// The debate.
    Debate,
    /// Other activity.
    Activities,
    /// Mails to signers.
    Mailings,
}

/// The head of each of these pages: which petition it is, and where else to go.
pub struct Head {
    /// The petition.
    pub petition: Answerable,
    /// Where somebody is.
    pub part: Part,
}

impl Head {
    /// The menu.
    pub fn menu(&self) -> [(Part, &'static str, String); 4] {
        let id = &self.petition.id;
        [
            (Part::Response, "Response", urls::admin::response(id)),
            (Part::Debate, "Debate", urls::admin::debate(id)),
            (Part::Activities, "Other activity", urls::admin::activities(id)),
            (Part::Mailings, "Mails to signers", urls::admin::mailings(id)),
        ]
    }
}

/// A petition, as it is named in an address.
async fn petition(db: &mut Db, id: PetitionId) -> Result<Answerable, PageError> {
    store::responses::answerable(db, id).await?.ok_or(PageError::NotFound)
}

/// Who would get a mail about a petition, for somebody who could send it; nobody else has to wait for the count.
async fn asked(staff: &Staff, db: &mut Db, petition: &Answerable) -> sqlx::Result<Asked> {
    if staff.may(Permission::Respond) && petition.is_open_to_change() {
        store::mailings::asked(db, petition.id).await
    } else {
        Ok(Asked::default())
    }
}

/// What is left to be said of why something was not done; the pages themselves show what their forms can put right.
fn refused(error: NotDone) -> PageError {
    match error {
        NotDone::NoPetition => PageError::NotFound,
        NotDone::Database(error) => error.into(),
        NotDone::NotHere => PageError::bad_request(
            "Nothing can be published about this petition here: it was imported from another service, or it is not \
             published.",
        ),
        error => PageError::Internal(anyhow::anyhow!("nobody has told about: {error}")),
    }
}

/// A page with a form that came back, with the status that says so.
fn came_back(template: &impl Template, status: StatusCode) -> Result<Response, PageError> {
    let mut response = page::html(template, CachePolicy::Never)?;
    *response.status_mut() = status;
    Ok(response)
}

/// Says what was done, and goes on to where its mails are shown, if there are any.
async fn done(
    staff: &Staff,
    db: &mut Db,
    petition: &PetitionId,
    what: &str,
    mailing: Option<&Begun>,
    otherwise: &str,
) -> Result<Response, PageError> {
    let notice = match mailing {
        None => what.to_owned(),
        Some(begun) => {
            let replaced = match begun.replaced {
                0 => "",
                _ => " An earlier mailing about the same was stopped, since not all of its mails had left.",
            };
            let are = if begun.people == 1 { "is" } else { "are" };
            format!("{what} {} {are} being mailed.{replaced}", people(begun.people))
        }
    };
    staff.say(db, &notice).await?;
    let address = mailing.map_or_else(|| otherwise.to_owned(), |begun| urls::admin::mailing(petition, &begun.id));
    Ok(Redirect::to(&address).into_response())
}

/// A day as a form has it; empty: none.
fn day(errors: &mut FormErrors, field: &'static str, typed: &str) -> Option<Date> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let day = typed.parse::<Date>().ok().filter(|day| (FIRST_DAY..=LAST_DAY).contains(day));
    if day.is_none() {
        errors.add(field, "Enter a day as year, month and day, such as 2026-05-03");
    }
    day
}
