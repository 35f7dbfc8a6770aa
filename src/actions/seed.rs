//! Sample petitions go in the way real ones do.

use jiff::Timestamp;

use super::import_petition::{ImportPetitionError, import_petition};
use crate::{
    domain::record::PetitionRecord,
    store::{self, Db},
};

/// Stores sample petitions and makes them searchable. The caller sees to it that all are stored or none.
///
/// # Errors
/// When the database fails or a record contradicts itself.
pub async fn seed(db: &mut Db, records: &[PetitionRecord], now: Timestamp) -> Result<(), ImportPetitionError> {
    for record in records {
        import_petition(db, record, now).await?;
    }
    store::search::refresh_words(db).await?;
    Ok(())
}
