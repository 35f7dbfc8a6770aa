//! A whole petition comes in, with its numbers: from another service, or from the sample data.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sqlx::Connection;

use crate::{
    domain::{
        history::{self, Change, Reading},
        petition::PetitionId,
        record::PetitionRecord,
        series::Step,
    },
    store::{self, Db, tallies::MINUTES_KEPT},
};

/// What an import of a petition did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It was not known.
    Added,
    /// It was known, and this is newer.
    Updated,
    /// It is known as newer than this; its count became part of the history.
    HistoryOnly,
    /// It was known exactly so.
    Unchanged,
}

/// Why a petition was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportPetitionError {
    /// Its number is taken.
    #[error("number {0} belongs to a petition of this site")]
    Ours(PetitionId),
    /// The database's constraints see a contradiction that the file's own checks did not.
    #[error("it contradicts itself: {0}")]
    Contradiction(String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for ImportPetitionError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(refusal) if refusal.is_check_violation() => Self::Contradiction(refusal.message().to_owned()),
            _ => Self::Database(error),
        }
    }
}

/// Imports a petition. Nothing changes when it is known exactly so; when it is known as newer,
/// only its readings are added to the history.
///
/// # Errors
/// When its number is taken, it contradicts itself, or the database fails; then nothing has changed.
pub async fn import_petition(
    db: &mut Db,
    record: &PetitionRecord,
    now: Timestamp,
) -> Result<(PetitionId, Imported), ImportPetitionError> {
    let mut tx = db.begin().await?;
    let known = match record.id {
        // One import of a petition at a time: a row that is not there yet cannot be locked.
        Some(id) => {
            store::locks::take(&mut tx, &format!("import petition {id}")).await?;
            store::imports::known(&mut tx, id).await?.map(|known| (id, known))
        }
        None => None,
    };
    if let (Some((id, known)), Some(_)) = (&known, &record.source_url)
        && known.source_url.is_none()
    {
        return Err(ImportPetitionError::Ours(*id));
    }

    let (id, mut imported) = match known {
        Some((id, known)) if known.updated_at > record.dates.updated_at => (id, Imported::HistoryOnly),
        Some((id, known)) if known.updated_at == record.dates.updated_at => (id, Imported::Unchanged),
        known => {
            let id = store::imports::put(&mut tx, record).await?;
            put_places(&mut tx, id, record).await?;
            (id, if known.is_some() { Imported::Updated } else { Imported::Added })
        }
    };

    let mut readings = record.readings.clone();
    readings.push(Reading { at: record.dates.updated_at, count: record.signature_count });
    if store::imports::add_readings(&mut tx, id, &readings).await? > 0 {
        put_history(&mut tx, id, now).await?;
        if imported == Imported::Unchanged {
            imported = Imported::Updated;
        }
    } else if imported == Imported::HistoryOnly {
        imported = Imported::Unchanged;
    }
    tx.commit().await?;
    Ok((id, imported))
}

async fn put_places(db: &mut Db, id: PetitionId, record: &PetitionRecord) -> sqlx::Result<()> {
    let places = &record.places;
    let as_at = record.dates.updated_at;
    let constituencies = store::areas::constituencies(db, places.boundary_set, &places.constituencies, as_at).await?;
    let countries = store::areas::countries(db, &places.countries).await?;
    let mut rows = Vec::with_capacity(places.constituencies.len() + places.countries.len());
    for part in &places.constituencies {
        rows.push((constituencies[&part.code], part.count, part.name.clone()));
    }
    for (area, part) in countries.into_iter().zip(&places.countries) {
        rows.push((area, part.count, part.name.clone()));
    }
    let overlap = places.in_constituencies() + places.in_other_countries() > u64::from(record.signature_count);
    if store::imports::put_places(db, id, &rows, overlap).await? {
        store::recount::places(db, id).await?;
    }
    Ok(())
}

/// Spreads all readings over hours and adds to the ledger what differs from what it says already.
async fn put_history(db: &mut Db, id: PetitionId, now: Timestamp) -> sqlx::Result<()> {
    let closed_at = store::imports::closed_at(db, id).await?;
    let readings = store::imports::readings(db, id).await?;
    let Some(history) = history::spread(&readings, closed_at, now - MINUTES_KEPT) else { return Ok(()) };
    let recorded = store::tallies::recorded(db, id).await?;

    let mut wanted: BTreeMap<Timestamp, (i64, Vec<Change>)> = BTreeMap::new();
    for change in &history.changes {
        let (net, changes) = wanted.entry(Step::Hour.floor(change.at)).or_default();
        *net += i64::from(change.by);
        changes.push(*change);
    }
    let mut changes = Vec::new();
    for (hour, net) in &recorded.hours {
        let (wanted_net, _) = wanted.remove(hour).unwrap_or_default();
        if wanted_net != *net {
            // Not before the history begins, should that begin within this hour.
            let at = (*hour).max(history.since.min(*hour + SignedDuration::from_mins(59)));
            changes.push(Change { at, by: (wanted_net - net) as i32 });
        }
    }
    changes.extend(wanted.into_values().flat_map(|(_, changes)| changes));
    let before = i64::from(history.before) - recorded.before;
    store::tallies::import(db, id, before as i32, history.since, &changes, now).await
}
