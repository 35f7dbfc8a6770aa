//! Where a petition's signatures come from: parts that add up to its total.

use std::collections::BTreeMap;

use super::area::{BoundarySet, Hex, Nation, UNITED_KINGDOM};

/// The places of one petition at one moment.
#[derive(Clone, Debug)]
pub struct Places {
    /// Signatures in all.
    pub total: i64,
    /// Which constituencies are meant.
    pub boundary_set: BoundarySet,
    /// All constituencies of the set, those without a signature too, by code.
    pub constituencies: Vec<Constituency>,
    /// Countries other than the United Kingdom that have signatures, by name.
    pub other_countries: Vec<Country>,
    /// Signatures that could not be located. Negative where an imported petition's published places overlap.
    pub not_located: i64,
}

/// One constituency's part.
#[derive(Clone, Debug)]
pub struct Constituency {
    /// Nine-character code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its member, where known.
    pub member: Option<String>,
    /// Its region, where known.
    pub region: Option<Region>,
    /// People living there, where known.
    pub population: Option<i32>,
    /// Its place on the map, where known.
    pub hex: Option<Hex>,
    /// Signatures.
    pub count: i64,
}

/// A region of England, or Scotland, Wales, Northern Ireland.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    /// The letter under which published data lists it.
    pub letter: String,
    /// Nine-character code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// One region's part.
#[derive(Clone, Debug)]
pub struct RegionTally {
    /// Which region.
    pub region: Region,
    /// Signatures.
    pub count: i64,
    /// People living there, as far as known.
    pub population: i64,
}

/// One country's part.
#[derive(Clone, Debug)]
pub struct Country {
    /// Its code.
    pub code: String,
    /// Its name, as the petition has it.
    pub name: String,
    /// Signatures.
    pub count: i64,
}

impl Constituency {
    /// Signatures as a share of the people living there, in per cent.
    pub fn share(&self) -> Option<f64> {
        self.population.map(|people| self.count as f64 * 100.0 / f64::from(people))
    }

    /// The nation it lies in.
    pub fn nation(&self) -> Option<Nation> {
        Nation::of_constituency(&self.code)
    }
}

impl RegionTally {
    /// Signatures as a share of the people living there, in per cent.
    pub fn share(&self) -> Option<f64> {
        (self.population > 0).then(|| self.count as f64 * 100.0 / self.population as f64)
    }
}

impl Places {
    /// Signatures from all constituencies together.
    pub fn in_constituencies(&self) -> i64 {
        self.constituencies.iter().map(|c| c.count).sum()
    }

    /// Signatures from all countries but the United Kingdom together.
    pub fn in_other_countries(&self) -> i64 {
        self.other_countries.iter().map(|c| c.count).sum()
    }

    /// Signatures from the United Kingdom: its constituencies and what could not be located.
    pub fn in_united_kingdom(&self) -> i64 {
        self.total - self.in_other_countries()
    }

    /// Whether anything is known about where the signatures come from.
    pub fn is_known(&self) -> bool {
        self.in_constituencies() > 0 || !self.other_countries.is_empty()
    }

    /// Constituencies in the order of their signatures, each with its rank: equal counts share a rank.
    pub fn ranked(&self) -> Vec<(usize, &Constituency)> {
        let mut sorted: Vec<_> = self.constituencies.iter().collect();
        sorted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        let mut rank = 0;
        let mut last = None;
        sorted
            .into_iter()
            .enumerate()
            .map(|(at, constituency)| {
                if last != Some(constituency.count) {
                    rank = at + 1;
                    last = Some(constituency.count);
                }
                (rank, constituency)
            })
            .collect()
    }

    /// The regions, in the order of their letters; empty where no constituency's region is known.
    pub fn regions(&self) -> Vec<RegionTally> {
        let mut regions: BTreeMap<&Region, RegionTally> = BTreeMap::new();
        for constituency in &self.constituencies {
            let Some(region) = &constituency.region else { continue };
            let tally = regions.entry(region).or_insert_with(|| RegionTally {
                region: region.clone(),
                count: 0,
                population: 0,
            });
            tally.count += constituency.count;
            tally.population += i64::from(constituency.population.unwrap_or(0));
        }
        regions.into_values().collect()
    }

    /// All countries, the United Kingdom among them, most signatures first. They add up to the total.
    pub fn countries(&self) -> Vec<Country> {
        let uk = Country {
            code: UNITED_KINGDOM.to_owned(),
            name: "United Kingdom".to_owned(),
            count: self.in_united_kingdom(),
        };
        let mut countries = vec![uk];
        countries.extend(self.other_countries.iter().cloned());
        countries.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        countries
    }
}
