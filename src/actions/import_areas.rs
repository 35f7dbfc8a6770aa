//! Constituencies, their places on the map, and countries come from files; a first set comes with the program.

use sqlx::Connection;

use crate::{
    domain::{
        area::BoundarySet,
        areas_file::{self, AreaFile},
        refused::Refused,
    },
    store::{self, Db},
};

/// What an import of areas did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreasImported {
    /// What the file holds: "constituencies", "places on the map" or "countries".
    pub what: &'static str,
    /// Of which boundaries, where that matters.
    pub boundary_set: Option<BoundarySet>,
    /// How many stand in the file.
    pub read: usize,
    /// How many were new or different.
    pub changed: u64,
}

/// Why areas were not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportAreasError {
    /// The file is not right.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

const CONSTITUENCIES: &str = include_str!("../domain/areas/constituencies_2024.csv");
const COUNTRIES: &str = include_str!("../domain/areas/countries.csv");

/// Brings in the areas that come with the program, unless the database has constituencies already.
///
/// # Errors
/// When the database fails.
pub async fn import_own_areas(db: &mut Db) -> Result<(), ImportAreasError> {
    if store::areas::constituencies_known(db, BoundarySet::OF_2024).await? == 0 {
        import_areas(db, CONSTITUENCIES).await?;
        import_areas(db, COUNTRIES).await?;
    }
    Ok(())
}

/// Imports a file of constituencies, of places on the map or of countries; which one, its content tells.
///
/// # Errors
/// When the file is not right or contradicts what is known; then nothing has changed.
pub async fn import_areas(db: &mut Db, text: &str) -> Result<AreasImported, ImportAreasError> {
    let mut tx = db.begin().await?;
    let imported = match areas_file::parse(text)? {
        AreaFile::Constituencies(records) => {
            let set = boundary_set(records.iter().map(|record| record.code.as_str()))?;
            let changed = store::areas::put_constituencies(&mut tx, set, &records).await?;
            AreasImported { what: "constituencies", boundary_set: Some(set), read: records.len(), changed }
        }
        AreaFile::Hexes(hexes) => {
            let set = boundary_set(hexes.iter().map(|(code, _)| code.as_str()))?;
            let (changed, unknown) = store::areas::put_hexes(&mut tx, set, &hexes).await?;
            if let Some(code) = unknown.first() {
                return Err(Refused::new(
                    code.clone(),
                    format!(
                        "not among the constituencies of {} ({} such codes); import those first",
                        set.0,
                        unknown.len()
                    ),
                )
                .into());
            }
            AreasImported { what: "places on the map", boundary_set: Some(set), read: hexes.len(), changed }
        }
        AreaFile::Countries(records) => {
            let changed = store::areas::put_countries(&mut tx, &records).await?;
            AreasImported { what: "countries", boundary_set: None, read: records.len(), changed }
        }
    };
    tx.commit().await.map_err(clash)?;
    Ok(imported)
}

fn boundary_set<'a>(codes: impl Iterator<Item = &'a str>) -> Result<BoundarySet, Refused> {
    BoundarySet::of_codes(codes)
        .ok_or_else(|| Refused::new("codes", "no code tells which constituencies these are".to_owned()))
}

/// Two constituencies on one hexagon show at the end of the transaction.
pub(super) fn clash(error: sqlx::Error) -> ImportAreasError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => Refused::new(
            "map",
            "two constituencies would stand on one hexagon; a layout needs a place for each".to_owned(),
        )
        .into(),
        _ => error.into(),
    }
}
