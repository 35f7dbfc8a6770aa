//! Addresses of the reference service's archive. Here petitions keep the address that they had from the beginning, so these
//! lead there.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    app::App,
    urls,
    web::{
        error::PageError,
        extract::{Format, Link, Numbered, ToUnsubscribe},
    },
};

/// Petitions of the last parliament.
pub async fn list(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    to_list(&app, "", query)
}

/// The same as JSON.
pub async fn list_json(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    to_list(&app, ".json", query)
}

/// The same as CSV.
pub async fn list_csv(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    to_list(&app, ".csv", query)
}

/// To the list of ours with the same wishes; of the last parliament, unless they name another. Not for ever: which one is
/// the last changes.
fn to_list(app: &App, ending: &str, query: Option<String>) -> Response {
    let mut wishes: Vec<String> = query.iter().flat_map(|query| query.split('&')).map(str::to_owned).collect();
    wishes.retain(|wish| !wish.is_empty());
    let names_one = wishes.iter().any(|wish| wish.starts_with("parliament=") && wish.len() > "parliament=".len());
    if let (false, Some(last)) = (names_one, app.live.in_force().archived().first()) {
        wishes.retain(|wish| !wish.starts_with("parliament="));
        wishes.insert(0, format!("parliament={}", last.period()));
    }
    let mark = if wishes.is_empty() { "" } else { "?" };
    Redirect::to(&format!("{}{ending}{mark}{}", urls::petitions(), wishes.join("&"))).into_response()
}

/// A petition.
pub async fn petition(address: Numbered) -> Result<Response, PageError> {
    let to = match address.suffix {
        None => urls::petition(&address.id),
        Some(Format::Json) => urls::petition_json(&address.id),
        Some(_) => return Err(PageError::NotAcceptable),
    };
    Ok(Redirect::permanent(&to).into_response())
}

/// Where mails about petitions of earlier parliaments are stopped.
pub async fn unsubscribe(link: Link<ToUnsubscribe>, State(app): State<App>) -> Response {
    let token = app.keyring.token(crate::domain::keyring::Purpose::Unsubscribe, link.signature);
    Redirect::to(&urls::unsubscribe(&link.signature, &token)).into_response()
}
