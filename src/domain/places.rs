//! Where a petition's signatures come from: parts that add up to its total.

use std::collections::BTreeMap;

use super::{
    area::{BoundarySet, Hex, Nation, UNITED_KINGDOM},
    usual::Comparison,
};

/// The code of the row in which countries too small to publish are shown together; no country has it.
pub const FOLDED: &str = "other";

/// The places of one petition at one moment.
#[derive(Clone, Debug)]
pub struct Places {
    /// Signatures in all.
    pub total: i64,
    /// Which constituencies are meant.
    pub boundary_set: BoundarySet,
    /// All constituencies of the set, those without a signature too, by code.
    pub constituencies: Vec<Constituency>,
    /// Countries other than the United Kingdom that have signatures, by name; those too small to publish are one row, the
    /// last.
    pub other_countries: Vec<Country>,
    /// Signatures that could not be located. Negative where an imported petition's published places overlap.
    pub not_located: i64,
}

/// One constituency's part.
#[derive(Clone, Debug)]
pub struct Constituency {
    /// Nine-character code.
    pub code: String,
    /// Its name, as the petition has it.
    pub name: String,
    /// Its name in Welsh, where that is another.
    pub name_cy: Option<String>,
    /// Its name as it is known by today.
    pub present_name: String,
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
    /// Signatures of all petitions on the same boundaries, as last summed up.
    pub of_everything: i64,
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
    /// Signatures of all petitions on the same boundaries.
    pub of_everything: i64,
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

    /// This petition beside all petitions on the same boundaries.
    pub fn comparison(&self) -> Comparison {
        Comparison {
            petition: self.in_constituencies(),
            everything: self.constituencies.iter().map(|c| c.of_everything).sum(),
        }
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
                of_everything: 0,
            });
            tally.of_everything += constituency.of_everything;
            tally.count += constituency.count;
            tally.population += i64::from(constituency.population.unwrap_or(0));
        }
        regions.into_values().collect()
    }

    /// All countries, the United Kingdom among them, most signatures first and those that are shown together last. They add up
    /// to the total.
    pub fn countries(&self) -> Vec<Country> {
        let uk = Country {
            code: UNITED_KINGDOM.to_owned(),
            name: "United Kingdom".to_owned(),
            count: self.in_united_kingdom(),
        };
        let mut countries = vec![uk];
        countries.extend(self.other_countries.iter().cloned());
        countries.sort_by(|a, b| {
            (a.code == FOLDED).cmp(&(b.code == FOLDED)).then(b.count.cmp(&a.count)).then_with(|| a.name.cmp(&b.name))
        });
        countries
    }
}

/// Countries as they are published: those with fewer than `under` signatures are one row, the last, and those without are
/// left out. The United Kingdom is counted by constituency and stays as it is.
///
/// One country alone could be told from what is known of the others: then the next smallest goes with it.
pub fn fold(mut countries: Vec<Country>, under: i64) -> Vec<Country> {
    countries.retain(|country| country.count > 0 || country.code == UNITED_KINGDOM);
    let is_small = |country: &Country| ![UNITED_KINGDOM, FOLDED].contains(&&*country.code) && country.count < under;
    let mut name = format!("Other countries (fewer than {under} each)");
    let mut up_to = under - 1;
    if countries.iter().filter(|country| is_small(country)).count() == 1 {
        let named = |country: &&Country| ![UNITED_KINGDOM, FOLDED].contains(&&*country.code);
        let others = countries.iter().filter(named).filter(|country| !is_small(country));
        // Equal ones go together: which of them it was would depend on their names.
        if let Some(next) = others.map(|country| country.count).min() {
            (name, up_to) = ("Other countries".to_owned(), next);
        }
    }
    // Another site may have published such a row, too.
    let goes =
        |country: &mut Country| country.code == FOLDED || (country.code != UNITED_KINGDOM && country.count <= up_to);
    match &countries.extract_if(.., goes).collect::<Vec<_>>()[..] {
        [] => {}
        [one] if one.code == FOLDED => countries.push(one.clone()),
        several => {
            let count = several.iter().map(|country| country.count).sum();
            countries.push(Country { code: FOLDED.to_owned(), name, count });
        }
    }
    countries
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn countries(counts: &[i64]) -> Vec<Country> {
        let named = counts.iter().zip(0..).map(|(&count, number)| Country {
            code: if number == 0 { UNITED_KINGDOM.to_owned() } else { format!("C{number}") },
            name: format!("Country {number}"),
            count,
        });
        named.collect()
    }

    fn folded(counts: &[i64]) -> Vec<(String, i64)> {
        fold(countries(counts), 5).into_iter().map(|country| (country.name, country.count)).collect()
    }

    #[test]
    fn countries_too_small_to_publish_are_one_row() {
        let rows =
            |rows: &[(&str, i64)]| rows.iter().map(|(name, count)| (name.to_string(), *count)).collect::<Vec<_>>();
        assert_eq!(
            folded(&[2, 5, 4, 1, 0]),
            rows(&[("Country 0", 2), ("Country 1", 5), ("Other countries (fewer than 5 each)", 5)])
        );
        assert_eq!(folded(&[90, 5, 7]), rows(&[("Country 0", 90), ("Country 1", 5), ("Country 2", 7)]));
        // One alone takes the next smallest with it, and all that are equal to that.
        assert_eq!(folded(&[90, 8, 3, 9]), rows(&[("Country 0", 90), ("Country 3", 9), ("Other countries", 11)]));
        assert_eq!(folded(&[90, 8, 3, 8, 9]), rows(&[("Country 0", 90), ("Country 4", 9), ("Other countries", 19)]));
        assert_eq!(folded(&[90, 3]), rows(&[("Country 0", 90), ("Other countries (fewer than 5 each)", 3)]));
        assert_eq!(fold(countries(&[9, 1, 2]), 1).len(), 3, "nothing is below one");
    }

    fn any_places() -> impl Strategy<Value = Places> {
        let constituencies = prop::collection::vec((0i64..5_000, 0i64..90_000, 0usize..4), 0..40);
        (constituencies, prop::collection::vec(0i64..30, 0..12), -20i64..50, 1i64..12).prop_map(
            |(constituencies, abroad, not_located, under)| {
                let constituencies: Vec<Constituency> = constituencies
                    .into_iter()
                    .zip(0..)
                    .map(|((count, of_everything, region), number)| Constituency {
                        code: format!("E140000{number:02}"),
                        name: format!("Place {number}"),
                        name_cy: None,
                        present_name: format!("Place {number}"),
                        member: None,
                        region: (region > 0).then(|| Region {
                            letter: region.to_string(),
                            code: format!("E1200000{region}"),
                            name: format!("Region {region}"),
                        }),
                        population: Some(70_000),
                        hex: None,
                        count,
                        of_everything,
                    })
                    .collect();
                let mut other_countries = countries(&abroad);
                other_countries.retain(|country| country.code != UNITED_KINGDOM);
                let abroad: i64 = other_countries.iter().map(|country| country.count).sum();
                Places {
                    total: constituencies.iter().map(|c| c.count).sum::<i64>() + abroad + not_located,
                    boundary_set: BoundarySet::OF_2024,
                    constituencies,
                    other_countries: fold(other_countries, under),
                    not_located,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_total(places in any_places()) {
            let countries: i64 = places.countries().iter().map(|country| country.count).sum();
            prop_assert_eq!(countries, places.total);
            let parts = places.in_constituencies() + places.in_other_countries() + places.not_located;
            prop_assert_eq!(parts, places.total);
            prop_assert_eq!(places.ranked().iter().map(|(_, c)| c.count).sum::<i64>(), places.in_constituencies());
            let located = places.constituencies.iter().filter(|c| c.region.is_some()).map(|c| c.count).sum::<i64>();
            prop_assert_eq!(places.regions().iter().map(|region| region.count).sum::<i64>(), located);
        }

        #[test]
        fn no_country_too_small_is_named(counts in prop::collection::vec(0i64..12, 1..20), under in 1i64..12) {
            let before = countries(&counts);
            let after = fold(before.clone(), under);
            prop_assert_eq!(after.iter().map(|c| c.count).sum::<i64>(), counts.iter().sum::<i64>());
            let named: Vec<_> = after.iter().filter(|c| c.code != FOLDED && c.code != UNITED_KINGDOM).collect();
            prop_assert!(named.iter().all(|country| country.count >= under));
            // Whoever knows all that is named cannot tell a country's count from the row of the rest.
            let abroad = before.iter().filter(|country| country.count > 0 && country.code != UNITED_KINGDOM).count();
            let together = abroad - named.len();
            prop_assert!(together != 1 || abroad == 1);
        }
    }
}
