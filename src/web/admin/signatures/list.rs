//! Looking for signatures. What is looked for goes by POST and stands encrypted in the address, since it may say whom.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    conditions,
    sealed::{Offered, Place, open, seal},
};
use crate::{
    app::App,
    domain::{
        deadline, judging::Judgement, petition::PetitionId, postcode::Postcode, signature_search::Typed,
        staff::Permission,
    },
    store::{
        self,
        signature_search::{Found, Further},
    },
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Query},
        filters::{second_of, thousands},
        form::{Choice, FormErrors},
        page,
    },
};

/// What stands behind the question mark. Links from elsewhere name a petition or a state in clear.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    search: String,
    before: Option<i64>,
    petition: String,
    state: String,
}

#[derive(Template)]
#[template(path = "admin/signatures/list.html")]
struct ListPage {
    frame: Frame,
    errors: FormErrors,
    typed: Typed,
    suspicions: Vec<Choice>,
    states: Vec<Choice>,
    /// The search in the address is no longer kept.
    lost: bool,
    found: Option<Results>,
}

/// What was found.
struct Results {
    rows: Vec<Found>,
    /// The numbers of the rows, sealed.
    offered: String,
    acts: Vec<Judgement>,
    /// To the beginning of the list.
    newest: Option<String>,
    older: Option<String>,
    /// How far it was looked, and where to go on.
    not_looked: Option<(String, String)>,
    /// A rule with the same conditions.
    rule: Option<String>,
}

impl ListPage {
    /// The postcode as people write it.
    fn postcode(&self, row: &Found) -> String {
        let code = row.contact.as_ref().and_then(|contact| contact.postcode.as_deref());
        code.map(|code| Postcode::parse(code).map_or_else(|_| code.to_owned(), |code| code.to_string()))
            .unwrap_or_default()
    }

    /// What looks odd: about the petition, if one is asked for.
    fn odd(&self) -> String {
        let petition = self.typed.petition.parse::<PetitionId>();
        petition.map_or_else(|_| urls::admin::odd_signatures().to_owned(), |id| urls::admin::odd_signatures_of(&id))
    }

    fn is_detailed(&self) -> bool {
        let plain = Typed { petition: String::new(), ..self.typed.clone() };
        !plain.is_empty() || self.errors.iter().any(|error| error.field != "all")
    }
}

/// A moment as a table has it, by London's clock: "22 Nov 2026 18:48:11".
fn short(at: &Timestamp) -> String {
    at.to_zoned(deadline::london()).strftime("%-d %b %Y %H:%M:%S").to_string()
}

/// Shows the form, and what was found; without a search, the newest signatures.
pub async fn show(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    let place = Place { search: wanted.search.clone(), before: wanted.before };
    let mut typed = Typed { petition: wanted.petition, state: wanted.state, ..Typed::default() };
    let mut lost = false;
    if !wanted.search.is_empty() {
        match open::<Typed>(&app.keyring, &staff, &wanted.search, now.0) {
            Some(kept) => typed = kept,
            None => lost = true,
        }
    } else if typed != Typed::default() {
        // From here on as if it had been typed.
        let search = seal(&app.keyring, &staff, &typed, now.0)?;
        return Ok(Redirect::to(&urls::admin::signature_search(&search, wanted.before)).into_response());
    }
    render(&app, &staff, typed, place, lost, FormErrors::default(), now).await
}

/// Looks for what was typed.
pub async fn submit(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Form(typed): Form<Typed>,
) -> Result<Response, PageError> {
    let typed = typed.trimmed();
    let mut errors = FormErrors::default();
    let read = conditions::read(&mut *app.pool.acquire().await?, &typed, &mut errors).await?;
    if read.is_none() {
        return render(&app, &staff, typed, Place::default(), false, errors, now).await;
    }
    let search = if typed == Typed::default() { String::new() } else { seal(&app.keyring, &staff, &typed, now.0)? };
    Ok(Redirect::to(&urls::admin::signature_search(&search, None)).into_response())
}

/// The page at a place, with mistakes if there are any.
pub(super) async fn render(
    app: &App,
    staff: &Staff,
    typed: Typed,
    place: Place,
    lost: bool,
    mut errors: FormErrors,
    now: Now,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let mut found = None;
    let chosen_nothing = errors.of("all").is_some();
    if !lost
        && (errors.is_empty() || chosen_nothing)
        && let Some(conditions) = conditions::read(&mut db, &typed, &mut errors).await?
    {
        let before = place.before.map(Into::into);
        let page = store::signature_search::search(&mut db, &app.keyring, &conditions, before).await?;
        let offered = Offered { ids: page.rows.iter().map(|row| row.id.get()).collect(), place: place.clone() };
        let further = |id: i64| Place { before: Some(id), ..place.clone() }.address();
        found = Some(Results {
            offered: seal(&app.keyring, staff, &offered, now.0)?,
            acts: Judgement::ALL.into_iter().filter(|act| staff.may(act.permission())).collect(),
            newest: place.before.map(|_| Place { before: None, ..place.clone() }.address()),
            older: match page.further {
                Further::Older(id) => Some(further(id.get())),
                _ => None,
            },
            not_looked: match page.further {
                Further::NotLooked(id, at) => Some((second_of(&at), further(id.get()))),
                _ => None,
            },
            rule: (staff.may(Permission::DraftRules) && !typed.is_empty())
                .then(|| urls::admin::new_rule(&place.search)),
            rows: page.rows,
        });
    }
    let wrong = !errors.is_empty();
    let title = if wrong { "Error: Signatures" } else { "Signatures" };
    let page = ListPage {
        frame: Frame::new(staff, Section::Signatures, title),
        errors,
        typed,
        suspicions: conditions::suspicions(),
        states: conditions::states(),
        lost,
        found,
    };
    let mut response = page::html(&page, CachePolicy::Never)?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
