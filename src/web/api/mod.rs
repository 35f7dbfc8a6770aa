//! The same facts for programs, under the addresses and names of the reference service.

pub mod card;
pub mod constituencies;
mod growth;
pub mod history;
pub mod local;
pub mod operations;
pub mod petition;
pub mod petitions;
pub mod places;
pub mod statistics;
pub mod topics;
pub mod trending;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;

use super::{
    error::PageError,
    extract::{Format, Name, Now, Numbered, Query},
    memory::Memory,
};
use crate::{
    app::App,
    domain::petition::PetitionId,
    store::{self, Db},
};

/// What may stand behind the question mark of a petition's data.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    step: Option<String>,
    #[serde(default)]
    range: Option<String>,
    #[serde(default)]
    since: Option<String>,
    #[serde(default)]
    map: Option<String>,
}

/// A petition's count, card, history or places, in the format that the address ends in.
pub async fn petition_data(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    address: Numbered,
    data: Name,
    query: Option<Query<Wanted>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let wanted = query.map(|query| query.0).unwrap_or_default();
    if address.suffix.is_some() {
        return Err(PageError::NotFound);
    }
    let id = address.id;
    match (data.name.as_str(), data.suffix) {
        ("count", Some(Format::Json)) => petition::count(&app, &memory, id, &headers).await,
        ("count", None) if Format::Json.is_accepted(&headers) => petition::count(&app, &memory, id, &headers).await,
        ("card", Some(Format::Png)) => card::show(&app, &memory, id, now.0, &headers).await,
        ("history", Some(format)) => history::show(&app, &memory, id, now.0, format, &wanted, &headers).await,
        ("places", Some(format)) => places::show(&app, id, format, wanted.map).await,
        ("card" | "count" | "history" | "places", _) => Err(PageError::NotAcceptable),
        _ => Err(PageError::NotFound),
    }
}

/// Makes sure that everyone may see a petition's numbers.
async fn published(db: &mut Db, id: PetitionId) -> Result<(), PageError> {
    match store::petitions::state(db, id).await? {
        Some(state) if state.is_published() => Ok(()),
        Some(crate::domain::petition::PetitionState::Removed) => Err(PageError::Gone),
        _ => Err(PageError::NotFound),
    }
}

/// A cell that a spreadsheet will not take for a formula.
pub(super) fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
