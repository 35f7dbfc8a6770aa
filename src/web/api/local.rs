//! What a constituency signs, for programs: the reference service's fields, and how much that is compared with usual.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{cell, petition::Moment};
use crate::{
    app::App,
    domain::petition::PetitionState,
    store::local::Constituency,
    urls,
    web::{
        error::PageError,
        pages::local::show::{Petition, member_page},
    },
};

/// What a constituency signs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LocalPetitions")]
pub(super) struct Document {
    /// The constituency’s name.
    constituency: String,
    /// Its member, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    mp: Option<Member>,
    /// Those signed most there, most first.
    petitions: Vec<Item>,
    /// The code that the Office for National Statistics gives it.
    ons_code: String,
    /// Those signed clearly more than usual, the most unusual first.
    unusual: Vec<Item>,
    /// The moment of these numbers.
    updated_at: Moment,
}

/// Who represents a constituency.
#[derive(Serialize, JsonSchema)]
struct Member {
    /// The name.
    name: String,
    /// Parliament’s own page about them.
    url: String,
}

/// A petition as a constituency signs it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LocalPetition")]
struct Item {
    /// What it asks for.
    action: String,
    /// Its page.
    url: String,
    /// Where it is in its life.
    state: PetitionState,
    /// How many have signed there.
    constituency_signature_count: i64,
    /// How many have signed in all.
    total_signature_count: i64,
    /// How many times as much as usual that is; `null` where it is not known.
    times_usual: Option<f64>,
}

/// What a constituency signs as an object.
///
/// # Errors
/// When it cannot be written.
pub fn json(
    app: &App,
    place: &Constituency,
    as_at: Timestamp,
    most: &[Petition],
    unusual: &[Petition],
) -> Result<String, PageError> {
    let items = |petitions: &[Petition]| petitions.iter().map(|petition| item(app, petition)).collect();
    let document = Document {
        constituency: place.name.clone(),
        mp: place.member.clone().map(|name| Member { name, url: member_page(place) }),
        petitions: items(most),
        ons_code: place.code.clone(),
        unusual: items(unusual),
        updated_at: Moment(as_at),
    };
    Ok(serde_json::to_string(&document)?)
}

fn item(app: &App, petition: &Petition) -> Item {
    Item {
        action: petition.action.clone(),
        url: format!("{}{}", app.public_url, urls::petition(&petition.id)),
        state: petition.state,
        constituency_signature_count: petition.here,
        total_signature_count: petition.total,
        times_usual: petition.times.map(|times| (times * 100.0).round() / 100.0),
    }
}

/// What it signs most as a table.
///
/// # Errors
/// When it cannot be written.
pub fn csv(app: &App, most: &[Petition]) -> Result<String, PageError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["Petition", "URL", "State", "Local Signatures", "Total Signatures", "Times Usual"])?;
    for petition in most {
        let item = item(app, petition);
        table.write_record([
            cell(&item.action),
            item.url,
            petition.state.code().to_owned(),
            item.constituency_signature_count.to_string(),
            item.total_signature_count.to_string(),
            item.times_usual.map(|times| times.to_string()).unwrap_or_default(),
        ])?;
    }
    Ok(String::from_utf8(table.into_inner()?)?)
}
