//! HexJSON (a hexagon map as JSON), and how its columns and rows become ours.
//!
//! In HexJSON `q` counts to the east and `r` to the north, from anywhere, below zero too. The layout "odd-r" moves
//! the rows with an odd `r` half a hexagon to the east, "even-r" the others:
//! <https://open-innovations.org/projects/hexmaps/hexjson.html>.

use std::{collections::HashSet, fmt, ops::RangeInclusive};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

use super::{area::Hex, json, refused::Refused};

/// Columns and rows that are taken, so that their distances fit into [`Hex`].
pub const RANGE: RangeInclusive<i16> = -10_000..=10_000;

/// Column and row as in a file.
pub type Cell = (i16, i16);

/// Which rows are moved half a hexagon to the east.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Those with an odd number.
    OddR,
    /// Those with an even number.
    EvenR,
}

/// Reads a file: the key of each hexagon with its place, in the order of the file.
///
/// # Errors
/// When it is malformed or has another layout, a column or row is out of range, or a key is there twice.
pub fn read(text: &str) -> Result<Vec<(String, Hex)>, Refused> {
    let file: File = json::read(text)?;
    let layout = match file.layout.as_str() {
        "odd-r" => Layout::OddR,
        "even-r" => Layout::EvenR,
        "odd-q" | "even-q" => {
            let reason =
                format!("the layout {} has hexagons with flat tops; only odd-r and even-r are read", file.layout);
            return Err(Refused::new("layout", reason));
        }
        other => return Err(Refused::new("layout", format!("“{other}” is neither odd-r nor even-r"))),
    };
    let (keys, cells): (Vec<_>, Vec<_>) = file.hexes.0.into_iter().unzip();
    Ok(keys.into_iter().zip(laid_out(&cells, layout)).collect())
}

/// Turns columns and rows that count to the east and north into ours: row 0 in the north, column 0 in the west,
/// odd rows half a hexagon to the east. Neighbours stay neighbours. Gives as many hexagons, in the same order.
pub fn laid_out(cells: &[Cell], layout: Layout) -> Vec<Hex> {
    let north = cells.iter().map(|(_, r)| *r).max().unwrap_or_default();
    let moved_east = |r: i16| (r.rem_euclid(2) == 1) == (layout == Layout::OddR);
    // Row 0 must not be a row that is moved. If it is, the whole map goes half a hexagon to the east:
    // moved rows come to stand straight in the next column, the others are moved rows now.
    let half = moved_east(north);
    let column = |(q, r): Cell| if half && moved_east(r) { q + 1 } else { q };
    let west = cells.iter().map(|cell| column(*cell)).min().unwrap_or_default();
    cells.iter().map(|cell| Hex { column: column(*cell) - west, row: north - cell.1 }).collect()
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct File {
    layout: String,
    hexes: Hexes,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Place {
    q: Number,
    r: Number,
}

/// A column or row.
struct Number(i16);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::number(deserializer, |number| match i16::try_from(number) {
            Ok(number) if RANGE.contains(&number) => Ok(Self(number)),
            _ => Err(format!("{number} is not a column or row from {} to {}", RANGE.start(), RANGE.end())),
        })
    }
}

/// The hexagons in the order of the file; a plain map would lose the order and hide a key that is there twice.
struct Hexes(Vec<(String, Cell)>);

impl<'de> Deserialize<'de> for Hexes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Hexes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Hexes, A::Error> {
        let (mut hexes, mut seen) = (Vec::new(), HashSet::new());
        while let Some((key, place)) = map.next_entry::<String, Place>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!("“{key}” is there twice")));
            }
            hexes.push((key, (place.q.0, place.r.0)));
        }
        Ok(Hexes(hexes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Twice the way to the east, and the way to the north, from the first hexagon.
    fn from_first(places: impl Iterator<Item = (i32, i32)>) -> Vec<(i32, i32)> {
        let places: Vec<_> = places.collect();
        places.iter().map(|(x, y)| (x - places[0].0, y - places[0].1)).collect()
    }

    proptest! {
        #[test]
        fn distances_and_directions_stay(
            cells in prop::collection::vec((-60i16..60, -60i16..60), 1..40),
            odd in any::<bool>(),
        ) {
            let layout = if odd { Layout::OddR } else { Layout::EvenR };
            let hexes = laid_out(&cells, layout);
            let before = from_first(cells.iter().map(|(q, r)| {
                let moved = (r.rem_euclid(2) == 1) == odd;
                (2 * i32::from(*q) + i32::from(moved), i32::from(*r))
            }));
            let after = from_first(hexes.iter().map(|hex| {
                (2 * i32::from(hex.column) + i32::from(hex.row % 2 == 1), -i32::from(hex.row))
            }));
            prop_assert_eq!(before, after);
            prop_assert_eq!(hexes.iter().map(|hex| hex.row).min(), Some(0));
            prop_assert_eq!(hexes.iter().map(|hex| hex.column).min(), Some(0));
        }
    }

    #[test]
    fn other_layouts_and_double_keys_are_refused() {
        let told = |text| read(text).expect_err("a wrong file").to_string();
        assert_eq!(
            told(r#"{"layout": "odd-q", "hexes": {}}"#),
            "layout: the layout odd-q has hexagons with flat tops; only odd-r and even-r are read"
        );
        assert!(
            told(r#"{"layout": "odd-r", "hexes": {"A": {"q": 1, "r": 1}, "A": {"q": 2, "r": 1}}}"#)
                .contains("“A” is there twice")
        );
        assert_eq!(
            told(r#"{"layout": "odd-r", "hexes": {"A": {"q": 1.5, "r": 1}}}"#),
            "hexes.A.q, line 1 column 44: invalid type: floating point `1.5`, expected a whole number"
        );
    }
}
