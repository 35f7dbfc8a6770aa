//! The same facts for programs, under the addresses and names of the reference service.

pub mod atom;
pub mod card;
pub mod constituencies;
pub mod description;
pub mod feeds;
mod growth;
pub mod history;
pub mod local;
pub mod operations;
pub mod parliaments;
pub mod petition;
pub mod petitions;
pub mod places;
pub mod sitemap;
pub mod statistics;
pub mod topics;
pub mod trending;
mod xml;

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
    let data_of = Data::ALL.into_iter().find(|known| known.name() == data.name);
    let part = data_of.filter(|_| address.suffix.is_none()).ok_or(PageError::NotFound)?;
    let id = address.id;
    match (part, data.suffix) {
        (Data::Count, Some(Format::Json)) => petition::count(&app, &memory, id, &headers).await,
        (Data::Count, None) if Format::Json.is_accepted(&headers) => petition::count(&app, &memory, id, &headers).await,
        (Data::Card, Some(Format::Png)) => card::show(&app, &memory, id, now.0, &headers).await,
        (Data::History, Some(format)) => history::show(&app, &memory, id, now.0, format, &wanted, &headers).await,
        (Data::Places, Some(format)) => places::show(&app, id, format, wanted.map).await,
        _ => Err(PageError::NotAcceptable),
    }
}

/// What there is of a petition as data, besides the petition itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// The picture for social networks.
    Card,
    /// How many have signed.
    Count,
    /// How it grew.
    History,
    /// Where it is signed.
    Places,
}

impl Data {
    /// All of it.
    pub const ALL: [Self; 4] = [Self::Card, Self::Count, Self::History, Self::Places];

    /// How it is called in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Count => "count",
            Self::History => "history",
            Self::Places => "places",
        }
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
