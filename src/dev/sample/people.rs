//! Who stands behind the sample petitions that are not published yet: invented people at example.org.

use jiff::{SignedDuration, Timestamp};

use crate::{
    actions::{add_supporters::Person, seed::Sample},
    domain::{email::EmailAddress, petition::PetitionState, record::PetitionRecord, signer::SignerName, text},
};

const SUPPORTERS: [&str; 21] = [
    "Agnes Thornbury",
    "Bartholomew Quill",
    "Cerys Llewelyn-Pugh",
    "Dilip Ranasinghe",
    "Esme Hollowell",
    "Farah Qureshi-Lane",
    "Gethin Morgannwg",
    "Hamish Drummochty",
    "Imogen Starkweather",
    "Jolyon Peasgood",
    "Keziah Olatunji",
    "Lachlan Strathbogie",
    "Maeve Ó Dálaigh",
    "Nkechi Adeyemi-Brown",
    "Orla Fenwick",
    "Percival Applegarth",
    "Quentin Marchbanks",
    "Roisin McGillycuddy",
    "Sunita Bhattacharya",
    "Tobias Wrenfield",
    "Ursula Pennyfeather",
];

/// How long after the form was sent the sample's people confirm.
const CONFIRMED_AFTER: SignedDuration = SignedDuration::from_secs(40);

/// The petition with the people who stand behind it, whose signatures are then taken out of its record: they come in by
/// themselves. Petitions that are published, or over, have no people.
pub(super) fn behind(mut record: PetitionRecord) -> Sample {
    use PetitionState::{Dormant, Flagged, Pending, Sponsored, Validated};
    if !matches!(record.state, Pending | Validated | Sponsored | Flagged | Dormant) {
        return Sample { record, people: Vec::new() };
    }
    let creator = record.creator_name.clone().unwrap_or_default();
    let first = text::letters(&record.action);
    let others = (0..).map(|at| SUPPORTERS[(first + at) % SUPPORTERS.len()]).filter(|name| *name != creator);
    let mut names = std::iter::once(creator.as_str()).chain(others);
    let mut people: Vec<Person> = Vec::new();
    for pair in record.readings.windows(2) {
        for _ in pair[0].count..pair[1].count {
            people.extend(person(names.next().unwrap_or_default(), people.is_empty(), pair[0].at, true));
        }
    }
    if people.is_empty() {
        people.extend(person(&creator, true, record.dates.created_at, false));
    }
    record.readings.truncate(1);
    record.signature_count = 0;
    record.places.constituencies.clear();
    record.places.countries.clear();
    Sample { record, people }
}

fn person(name: &str, is_creator: bool, signed_at: Timestamp, confirms: bool) -> Option<Person> {
    let email = format!("{}@example.org", text::slug(name).replace('-', "."));
    Some(Person {
        name: SignerName::parse(name).ok()?,
        email: EmailAddress::parse(&email).ok()?,
        is_creator,
        wants_updates: true,
        signed_at,
        confirmed_at: confirms.then(|| signed_at + CONFIRMED_AFTER),
    })
}
