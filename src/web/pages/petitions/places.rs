//! Where the signatures come from: the map and the tables.

use crate::{
    domain::places::{Country, Places},
    web::{
        charts::{Hexagon, Hexmap, LegendRow, Shade},
        filters::{percent, thousands},
    },
};

/// The part of the page on places.
pub struct PlacesSection {
    /// Whether there is anything to show.
    pub known: bool,
    /// One sentence that says what the map shows.
    pub heading: String,
    /// The map; empty where no constituency has a place on one.
    pub map: Option<Map>,
    /// Constituencies, most signatures first.
    pub constituencies: Vec<Row>,
    /// Whether the people living there are known.
    pub shares: bool,
    /// Regions and nations.
    pub regions: Vec<Row>,
    /// Countries, the United Kingdom among them.
    pub countries: Vec<Country>,
    /// Signatures from all constituencies.
    pub in_constituencies: i64,
    /// Signatures from other countries.
    pub in_other_countries: i64,
    /// Signatures that could not be located; negative where published places overlap.
    pub not_located: i64,
    /// Signatures in all.
    pub total: i64,
    /// The year of the boundaries.
    pub boundaries: i16,
}

/// The map with its legend.
pub struct Map {
    /// The picture.
    pub svg: String,
    /// What its colours mean.
    pub legend: Vec<LegendRow>,
}

/// A row of the tables of constituencies and regions.
pub struct Row {
    /// Its rank by signatures among its kind.
    pub rank: usize,
    /// Its name.
    pub name: String,
    /// Signatures.
    pub count: String,
    /// As a share of the people living there, in per cent.
    pub share: String,
}

impl PlacesSection {
    /// Draws and tabulates the places.
    pub fn new(places: &Places) -> Self {
        let ranked = places.ranked();
        let shares = places.constituencies.iter().any(|constituency| constituency.population.is_some());
        Self {
            known: places.is_known(),
            heading: heading(places),
            map: map(places).map(|map| Map { svg: map.svg("map"), legend: map.legend }),
            constituencies: ranked
                .iter()
                .map(|(rank, constituency)| Row {
                    rank: *rank,
                    name: constituency.name.clone(),
                    count: thousands(constituency.count),
                    share: constituency.share().map(percent).unwrap_or_default(),
                })
                .collect(),
            shares,
            regions: places
                .regions()
                .into_iter()
                .zip(1..)
                .map(|(tally, rank)| Row {
                    rank,
                    share: tally.share().map(percent).unwrap_or_default(),
                    name: tally.region.name,
                    count: thousands(tally.count),
                })
                .collect(),
            countries: places.countries(),
            in_constituencies: places.in_constituencies(),
            in_other_countries: places.in_other_countries(),
            not_located: places.not_located,
            total: places.total,
            boundaries: places.boundary_set.0,
        }
    }

    /// How much of the total is not located, or counted twice.
    pub fn overlap(&self) -> Option<i64> {
        (self.not_located < 0).then_some(-self.not_located)
    }
}

/// The map of a petition's constituencies; `None` where no place on it is known.
pub fn map(places: &Places) -> Option<Hexmap> {
    let hexagons: Vec<Hexagon<'_>> = places
        .constituencies
        .iter()
        .filter_map(|constituency| {
            Some(Hexagon {
                name: &constituency.name,
                nation: constituency.nation(),
                place: constituency.hex?,
                count: constituency.count.unsigned_abs(),
                population: constituency.population.map(|people| people.unsigned_abs().into()),
            })
        })
        .collect();
    (!hexagons.is_empty()).then(|| Hexmap::new(&hexagons, Shade::Count))
}

/// What the map shows, in one sentence.
fn heading(places: &Places) -> String {
    let ranked = places.ranked();
    let all = ranked.len();
    let signed = ranked.iter().filter(|(_, constituency)| constituency.count > 0).count();
    let first = ranked.iter().take_while(|(rank, _)| *rank == 1).count();
    let whereabouts = match signed {
        0 => return "Signed outside the constituencies only".to_owned(),
        signed if signed == all => "Signed in every constituency".to_owned(),
        signed => format!("Signed in {signed} of {all} constituencies"),
    };
    match ranked.first() {
        Some((_, most)) if first == 1 => format!("{whereabouts}, most in {}", most.name),
        _ => whereabouts,
    }
}
