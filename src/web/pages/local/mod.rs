//! What people sign where they live: finding a constituency, its page, and all of them.

pub mod find;
pub mod list;
pub mod show;

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use crate::{
    app::App,
    domain::{area::BoundarySet, petition::PetitionId, usual::Signed},
    store::{
        self,
        areas::AreaId,
        local::{Boundaries, Constituency},
    },
    web::{error::PageError, memory::Memory},
};

/// The constituencies of a set.
#[derive(Clone, Debug)]
pub struct Constituencies {
    /// The set, and the days between which it is in force.
    pub boundaries: Boundaries,
    /// All sets, the latest first.
    pub sets: Vec<Boundaries>,
    /// All of them, by name.
    pub all: Vec<Constituency>,
    /// Signatures of all petitions from all of them, as last summed up.
    pub everything: i64,
    by_slug: HashMap<String, usize>,
}

/// What a constituency signs, as it stood at a moment.
#[derive(Clone, Debug)]
pub struct Local {
    /// That moment.
    pub as_at: Timestamp,
    /// Those signed most, most first.
    pub most: Vec<Signed<PetitionId>>,
    /// Those signed clearly more than usual, the most unusual first.
    pub unusual: Vec<Signed<PetitionId>>,
}

/// Which boundaries are meant; without a word those of today.
fn set_of(word: Option<&str>) -> Result<BoundarySet, PageError> {
    match word {
        None | Some("") => Ok(BoundarySet::OF_2024),
        Some(year) => year.parse().map(BoundarySet).map_err(|_| PageError::NotFound),
    }
}

impl Constituencies {
    /// The one with this name in addresses.
    pub fn with_slug(&self, slug: &str) -> Option<&Constituency> {
        self.by_slug.get(slug).map(|at| &self.all[*at])
    }

    /// The one with this number.
    pub fn with_area(&self, area: AreaId) -> Option<&Constituency> {
        self.all.iter().find(|constituency| constituency.area == area)
    }
}

/// The constituencies of a set.
///
/// # Errors
/// When there is no such set, or the database fails.
pub(in crate::web) async fn constituencies(
    app: &App,
    memory: &Memory,
    set: BoundarySet,
) -> Result<Arc<Constituencies>, PageError> {
    let read = async {
        let mut db = store::snapshot(&app.pool).await?;
        let sets = store::local::boundaries(&mut db).await?;
        let boundaries = *sets.iter().find(|known| known.set == set).ok_or(PageError::NotFound)?;
        let all = store::local::constituencies(&mut db, set).await?;
        db.commit().await?;
        let by_slug = all.iter().enumerate().map(|(at, constituency)| (constituency.slug.clone(), at)).collect();
        let everything = all.iter().map(|constituency| constituency.of_everything).sum();
        Ok(Constituencies { boundaries, sets, all, everything, by_slug })
    };
    memory.constituencies(set, read).await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::domain::text::slug;

    #[test]
    fn every_constituency_has_an_address_of_its_own() {
        let table = include_str!("../../../domain/areas/constituencies_2024.csv");
        let mut rows = csv::Reader::from_reader(table.as_bytes());
        let names: Vec<String> = rows.records().map(|row| row.expect("a row")[1].to_owned()).collect();
        let slugs: BTreeSet<String> = names.iter().map(|name| slug(name)).collect();
        assert_eq!((names.len(), slugs.len()), (650, 650));
        assert!(slugs.contains("ynys-mon") && !slugs.contains("all"));
    }
}
