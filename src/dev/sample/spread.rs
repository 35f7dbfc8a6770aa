//! Where a sample petition was signed from: everywhere, more where its subject matters, most around its creator's home.

use std::collections::HashSet;

use serde::Deserialize;

use super::{chance::Chance, file::Profile};
use crate::domain::{
    area::{BoundarySet, Nation, UNITED_KINGDOM},
    record::{ConstituencyCount, CountryCount, RecordedPlaces},
};

const CONSTITUENCIES: &str = include_str!("../../domain/areas/constituencies_2024.csv");

/// Words in the names of constituencies that lie in a city.
const CITIES: &str = "\
    Aberdeen Bath Belfast Birmingham Blackpool Bolton Bournemouth Bradford Brighton Bristol Cambridge \
    Cardiff Coventry Derby Dundee Edinburgh Exeter Gateshead Glasgow Hull Leeds Leicester Liverpool \
    Luton Manchester Middlesbrough Newcastle Newport Norwich Nottingham Oxford Plymouth Portsmouth \
    Reading Salford Sheffield Southampton Sunderland Swansea York";

/// Where Britons live and travel, and how much of what is signed abroad comes from there.
const COUNTRIES: [(&str, &str, f64); 48] = [
    ("ES", "Spain", 12.5),
    ("FR", "France", 12.0),
    ("US", "United States", 10.5),
    ("AU", "Australia", 9.0),
    ("IE", "Ireland", 8.5),
    ("DE", "Germany", 6.5),
    ("CA", "Canada", 5.0),
    ("NZ", "New Zealand", 4.0),
    ("PT", "Portugal", 3.2),
    ("IT", "Italy", 2.8),
    ("AE", "United Arab Emirates", 2.6),
    ("CY", "Cyprus", 2.5),
    ("NL", "Netherlands", 2.4),
    ("CH", "Switzerland", 2.2),
    ("TH", "Thailand", 1.6),
    ("JE", "Jersey", 1.5),
    ("BE", "Belgium", 1.4),
    ("SE", "Sweden", 1.3),
    ("IM", "Isle of Man", 1.3),
    ("GR", "Greece", 1.3),
    ("ZA", "South Africa", 1.2),
    ("GG", "Guernsey", 1.2),
    ("NO", "Norway", 1.1),
    ("HK", "Hong Kong", 1.0),
    ("TR", "Turkey", 1.0),
    ("SG", "Singapore", 0.9),
    ("AT", "Austria", 0.9),
    ("DK", "Denmark", 0.9),
    ("MT", "Malta", 0.8),
    ("GI", "Gibraltar", 0.8),
    ("PL", "Poland", 0.8),
    ("BG", "Bulgaria", 0.7),
    ("JP", "Japan", 0.7),
    ("CZ", "Czechia", 0.6),
    ("IN", "India", 0.6),
    ("CN", "China", 0.5),
    ("FI", "Finland", 0.5),
    ("LU", "Luxembourg", 0.5),
    ("HU", "Hungary", 0.4),
    ("MY", "Malaysia", 0.4),
    ("QA", "Qatar", 0.4),
    ("BR", "Brazil", 0.3),
    ("KE", "Kenya", 0.3),
    ("MX", "Mexico", 0.3),
    ("RO", "Romania", 0.3),
    ("SA", "Saudi Arabia", 0.2),
    ("FK", "Falkland Islands", 0.1),
    ("IS", "Iceland", 0.1),
];

#[derive(Deserialize)]
struct Row {
    code: String,
    name: String,
    region: String,
    population: f64,
    column: i32,
    row: i32,
}

/// A constituency, and what kind of place it is.
struct Place {
    row: Row,
    nation: Option<Nation>,
    is_city: bool,
    is_coast: bool,
}

/// The constituencies, read once for all petitions.
pub(super) struct Map {
    places: Vec<Place>,
}

impl Map {
    pub(super) fn read() -> Self {
        let rows: Vec<Row> = csv::Reader::from_reader(CONSTITUENCIES.as_bytes())
            .deserialize()
            .collect::<Result<_, _>>()
            .expect("the table of constituencies comes with the program; a test reads it");
        let taken: HashSet<(i32, i32)> = rows.iter().map(|row| (row.column, row.row)).collect();
        let cities: HashSet<&str> = CITIES.split_whitespace().collect();
        let places = rows
            .into_iter()
            .map(|row| Place {
                nation: Nation::of_constituency(&row.code),
                is_city: row.name.split([' ', ',']).any(|word| cities.contains(word)),
                is_coast: neighbours(row.column, row.row).iter().any(|place| !taken.contains(place)),
                row,
            })
            .collect();
        Self { places }
    }

    /// Where `count` signatures came from: constituencies, other countries, and some from nobody knows where.
    pub(super) fn spread(&self, count: u32, profile: Profile, chance: &mut Chance) -> RecordedPlaces {
        let share_abroad = match profile {
            Profile::Overseas => chance.between(0.38..0.46),
            _ => chance.between(0.005..0.035),
        };
        let abroad = chance.binomial(count, share_abroad);
        let share_not_located = chance.between(0.005..0.015);
        let not_located = chance.binomial(count - abroad, share_not_located);

        let weights = self.weights(count, profile, chance);
        let located = chance.scatter(count - abroad - not_located, &weights);
        let constituencies = self.places.iter().zip(located).filter(|(_, count)| *count > 0);

        let weights: Vec<f64> = COUNTRIES.iter().map(|(_, _, weight)| weight * chance.factor(0.3)).collect();
        let by_country = chance.scatter(abroad, &weights);
        let home = CountryCount {
            code: Some(UNITED_KINGDOM.to_owned()),
            name: "United Kingdom".to_owned(),
            count: count - abroad,
        };
        let others = COUNTRIES.iter().zip(by_country).map(|((code, name, _), count)| CountryCount {
            code: Some((*code).to_owned()),
            name: (*name).to_owned(),
            count,
        });
        RecordedPlaces {
            boundary_set: BoundarySet::OF_2024,
            constituencies: constituencies
                .map(|(place, count)| ConstituencyCount {
                    code: place.row.code.clone(),
                    name: place.row.name.clone(),
                    member: None,
                    count,
                })
                .collect(),
            countries: std::iter::once(home).chain(others).filter(|country| country.count > 0).collect(),
        }
    }

    /// How much is signed in each constituency.
    fn weights(&self, count: u32, profile: Profile, chance: &mut Chance) -> Vec<f64> {
        let mut weights: Vec<f64> =
            self.places.iter().map(|place| place.row.population * place.factor(profile) * chance.factor(0.2)).collect();
        // The fewer have signed, the more of them live near the creator.
        let pull = 6.0 * (3_000.0 / f64::from(count.max(10))).powf(0.45);
        let at = chance.scatter(1, &weights).iter().position(|drawn| *drawn > 0).unwrap_or(0);
        let home = &self.places[at].row;
        for (place, weight) in self.places.iter().zip(&mut weights) {
            *weight *= 1.0 + pull * (-distance(&place.row, home) / 1.5).exp();
        }
        weights
    }
}

impl Place {
    /// How much more, or less, is signed here than elsewhere, per head.
    fn factor(&self, profile: Profile) -> f64 {
        let is_london = self.row.region == "E12000007";
        let in_north = matches!(self.row.region.as_str(), "E12000001" | "E12000002" | "E12000003");
        let is_urban = self.is_city || is_london;
        let choose = |there: bool, more: f64, less: f64| if there { more } else { less };
        match profile {
            Profile::Even | Profile::Overseas => 1.0,
            Profile::Cities => choose(is_urban, 1.8, 0.75),
            Profile::Rural => choose(is_urban, 0.35, 1.2),
            Profile::Coast => choose(self.is_coast, 1.9, 0.75),
            Profile::Scotland => choose(self.nation == Some(Nation::Scotland), 9.0, 0.6),
            Profile::Wales => choose(self.nation == Some(Nation::Wales), 22.0, 0.5),
            Profile::NorthernIreland => choose(self.nation == Some(Nation::NorthernIreland), 60.0, 0.4),
            Profile::London => choose(is_london, 5.0, 0.6),
            Profile::North => choose(in_north, 2.4, 0.7),
        }
    }
}

/// The six places around one on a grid whose odd rows are moved right by half a hexagon.
fn neighbours(column: i32, row: i32) -> [(i32, i32); 6] {
    let right = row.rem_euclid(2);
    let left = right - 1;
    [
        (column - 1, row),
        (column + 1, row),
        (column + left, row - 1),
        (column + right, row - 1),
        (column + left, row + 1),
        (column + right, row + 1),
    ]
}

/// Steps from one place to another.
fn distance(one: &Row, other: &Row) -> f64 {
    let slanted = |place: &Row| place.column - (place.row - place.row.rem_euclid(2)) / 2;
    let (along, down) = (slanted(one) - slanted(other), one.row - other.row);
    f64::from(along.abs().max(down.abs()).max((along + down).abs()))
}
