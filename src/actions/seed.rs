//! Sample petitions go in the way real ones do.

use jiff::Timestamp;

use super::{
    add_supporters::{Person, add_supporters},
    estimate,
    import_petition::{ImportPetitionError, import_petition},
    relate::{self, Relating},
};
use crate::{
    domain::{area::UNITED_KINGDOM, deadline, keyring::Keyring, record::PetitionRecord, threshold::Thresholds},
    store::{self, Db},
};

/// A sample petition.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The petition with its numbers.
    pub record: PetitionRecord,
    /// Its creator and supporters, if it is not published yet; their signatures come besides.
    pub people: Vec<Person>,
}

/// Stores sample petitions, makes them searchable and their places comparable, and finds which are related. The caller
/// sees to it that all are stored or none.
///
/// # Errors
/// When the database fails or a record contradicts itself.
pub async fn seed(
    db: &mut Db,
    samples: &[Sample],
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(), ImportPetitionError> {
    let countries = store::areas::countries_of_today(db, deadline::day(now)).await?;
    let home = countries.iter().find(|country| country.code == UNITED_KINGDOM).map(|country| country.id);
    for sample in samples {
        let (id, _) = import_petition(db, &sample.record, now).await?;
        if let Some(home) = home {
            add_supporters(db, keyring, id, &sample.people, home, Thresholds::default()).await?;
        }
        let dates = &sample.record.dates;
        if let (Some(opened), Some(closed)) = (dates.opened_at, dates.closed_at) {
            estimate::in_hindsight(db, id, opened, closed, now).await?;
        }
    }
    store::estimates::judge(db).await?;
    store::estimates::refresh_record(db, now).await?;
    store::search::refresh_words(db).await?;
    store::locks::take(db, relate::LOCK).await?;
    Relating::default().relate(db).await?;
    store::places::sum_up(db).await?;
    Ok(())
}
