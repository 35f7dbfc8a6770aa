//! The map of constituencies: a hexagon each, shaded in five classes, with the nations outlined.
//!
//! All hexagons of a class are one path, each of whose points is drawn as a marker: 650 hexagons in about 4 kB.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use super::scale::PathData;
use crate::domain::area::{Hex, Nation};
use crate::web::filters::thousands;

/// One constituency.
#[derive(Clone, Debug)]
pub struct Hexagon<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its nation, if its code tells.
    pub nation: Option<Nation>,
    /// Its place: odd rows are moved right by half a hexagon, rows count from the north.
    pub place: Hex,
    /// Its signatures.
    pub count: u64,
    /// People living there, where known.
    pub population: Option<u64>,
}

/// What the colours stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// Signatures.
    Count,
    /// Signatures for every 1,000 people; constituencies of unknown population are left blank.
    PerThousand,
}

/// A map with the words that belong to it.
#[derive(Clone, Debug)]
pub struct Hexmap {
    /// What its colours mean, the class without signatures first. Classes without constituencies are left out, and so
    /// are constituencies without a figure.
    pub legend: Vec<LegendRow>,
    picture: Picture,
}

/// One class of the map.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendRow {
    /// The class of the colour: `k0` to `k5`.
    pub class: &'static str,
    /// The figures that it stands for: "None", "40 to 59", "0.8 to 1.2".
    pub figures: String,
    /// How many constituencies are in it.
    pub constituencies: usize,
}

impl Hexmap {
    /// Draws the map.
    pub fn new(hexagons: &[Hexagon<'_>], shade: Shade) -> Hexmap {
        let values: Vec<Option<f64>> = hexagons.iter().map(|hexagon| shade.value(hexagon)).collect();
        let bounds = bounds(values.iter().flatten().copied(), shade);
        let mut members: [Vec<Hex>; 6] = Default::default();
        let mut unknown = Vec::new();
        for (hexagon, value) in hexagons.iter().zip(&values) {
            match value {
                Some(value) => members[class(*value, &bounds)].push(hexagon.place),
                None => unknown.push(hexagon.place),
            }
        }
        let most = values.iter().flatten().fold(0.0_f64, |most, &value| most.max(value));
        let legend = (0..6).filter(|&class| !members[class].is_empty()).map(|class| LegendRow {
            class: CLASSES[class],
            figures: shade.figures(class, &bounds, most),
            constituencies: members[class].len(),
        });
        let legend = legend.collect();
        members[0].extend(unknown);
        let size =
            |far: fn(&Hex) -> i16| hexagons.iter().map(|hexagon| i32::from(far(&hexagon.place)) + 1).max().unwrap_or(1);
        Hexmap {
            legend,
            picture: Picture {
                title: match shade {
                    Shade::Count => "Signatures by constituency",
                    Shade::PerThousand => "Signatures for every 1,000 people, by constituency",
                },
                description: shade.description(hexagons, &values),
                width: size(|place| place.column) * 2 * HALF_WIDTH + HALF_WIDTH + 2,
                height: size(|place| place.row) * DOWN + POINT - SHOULDER + 2,
                classes: CLASSES
                    .into_iter()
                    .zip(members)
                    .filter(|(_, members)| !members.is_empty())
                    .map(|(class, members)| (class, through(members)))
                    .collect(),
                nations: outlines(hexagons),
            },
        }
    }

    /// The picture as a part of a page. `id` begins the names of its parts, so that a page can have several.
    pub fn svg(&self, id: &str) -> String {
        HexmapSvg { id, file: false, picture: &self.picture }.render().expect("a string takes everything")
    }

    /// The picture as a file of its own.
    pub fn file(&self) -> String {
        HexmapSvg { id: "map", file: true, picture: &self.picture }.render().expect("a string takes everything")
    }
}

#[derive(Template)]
#[template(path = "charts/hexmap.svg")]
struct HexmapSvg<'a> {
    id: &'a str,
    file: bool,
    picture: &'a Picture,
}

#[derive(Clone, Debug)]
struct Picture {
    title: &'static str,
    description: String,
    width: i32,
    height: i32,
    classes: Vec<(&'static str, PathData)>,
    nations: PathData,
}

const CLASSES: [&str; 6] = ["k0", "k1", "k2", "k3", "k4", "k5"];

/// A hexagon with its point up, in whole units: nearly regular, and neighbours share their corners.
const HALF_WIDTH: i32 = 5;
const POINT: i32 = 6;
const SHOULDER: i32 = 3;
/// From one row to the next.
const DOWN: i32 = POINT + SHOULDER;

impl Shade {
    fn value(self, hexagon: &Hexagon<'_>) -> Option<f64> {
        match self {
            Shade::Count => Some(hexagon.count as f64),
            Shade::PerThousand => {
                let people = hexagon.population.filter(|&people| people > 0)?;
                Some(hexagon.count as f64 * 1000.0 / people as f64)
            }
        }
    }

    fn figures(self, class: usize, bounds: &[f64], most: f64) -> String {
        let Some(from) = class.checked_sub(1) else {
            return "None".into();
        };
        let upper = bounds.get(class).copied();
        match self {
            Shade::Count => {
                let (from, to) = (bounds[from] as u64, upper.map_or(most, |next| next - 1.0) as u64);
                if from == to { thousands(from) } else { format!("{} to {}", thousands(from), thousands(to)) }
            }
            Shade::PerThousand => match upper {
                Some(next) if from == 0 => format!("under {next}"),
                Some(next) => format!("{} to {next}", bounds[from]),
                None if from == 0 => format!("up to {}", digits(most)),
                None => format!("{} to {}", bounds[from], digits(most)),
            },
        }
    }

    fn description(self, hexagons: &[Hexagon<'_>], values: &[Option<f64>]) -> String {
        let mut ranked: Vec<_> =
            hexagons.iter().zip(values).filter_map(|(hex, value)| value.map(|value| (hex, value))).collect();
        ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let unit = match self {
            Shade::Count => "signatures",
            Shade::PerThousand => "signatures for every 1,000 people",
        };
        let write = |value: f64| match self {
            Shade::Count => thousands(value as u64),
            Shade::PerThousand => digits(value).to_string(),
        };
        match ranked.as_slice() {
            [(most, value), .., (least, smallest)] if value > smallest => format!(
                "A hexagon for each of {} constituencies. Most {unit}: {}, {}. Fewest: {}, {}.",
                thousands(hexagons.len() as u64),
                most.name,
                write(*value),
                least.name,
                write(*smallest)
            ),
            _ => format!("A hexagon for each of {} constituencies.", thousands(hexagons.len() as u64)),
        }
    }
}

/// The lower bounds of the classes with signatures, at most five and round: about as many constituencies in each.
fn bounds(values: impl Iterator<Item = f64>, shade: Shade) -> Vec<f64> {
    let mut values: Vec<f64> = values.filter(|&value| value > 0.0).collect();
    values.sort_by(f64::total_cmp);
    let Some(&least) = values.first() else {
        return vec![1.0];
    };
    let mut bounds = vec![match shade {
        Shade::Count => least,
        Shade::PerThousand => 0.0,
    }];
    let mut rest = values.as_slice();
    for classes in (2..=5).rev() {
        // Where many have the same value, the next larger one begins the class.
        let last = bounds[bounds.len() - 1];
        let fair = rest[rest.len() / classes];
        let candidates = [Some(digits(fair)), rest.iter().copied().find(|&value| digits(value) > last).map(digits)];
        let Some(bound) = candidates.into_iter().flatten().find(|&bound| bound > last && bound > least) else { break };
        rest = &rest[rest.partition_point(|&value| value < bound)..];
        if rest.is_empty() {
            break;
        }
        bounds.push(bound);
    }
    bounds
}

/// Two digits of a number.
fn digits(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let places = 1 - value.log10().floor() as i32;
    // Dividing by a whole number keeps 0.3 from becoming 0.30000000000000004.
    if places >= 0 {
        let unit = 10_f64.powi(places);
        (value * unit).round() / unit
    } else {
        let unit = 10_f64.powi(-places);
        (value / unit).round() * unit
    }
}

fn class(value: f64, bounds: &[f64]) -> usize {
    if value <= 0.0 { 0 } else { bounds.partition_point(|&bound| bound <= value).max(1) }
}

/// The centre of a hexagon.
fn centre(place: Hex) -> (i32, i32) {
    let (column, row) = (i32::from(place.column), i32::from(place.row));
    (column * 2 * HALF_WIDTH + (row & 1) * HALF_WIDTH + HALF_WIDTH + 1, row * DOWN + POINT + 1)
}

/// A path with a point in the middle of each hexagon, to and fro through the rows so that the way is short.
fn through(mut places: Vec<Hex>) -> PathData {
    places.sort_by_key(|place| (place.row, if place.row % 2 == 0 { place.column } else { -place.column }));
    let mut path = PathData::default();
    for (index, place) in places.iter().enumerate() {
        let centre = point(centre(*place));
        if index == 0 { path.move_to(centre) } else { path.line_to(centre) }
    }
    if places.len() == 1 {
        path.stay();
    }
    path
}

/// The edges between hexagons of different nations, and those to the sea, as lines as long as possible.
fn outlines(hexagons: &[Hexagon<'_>]) -> PathData {
    let nations: BTreeMap<(i32, i32), Option<Nation>> =
        hexagons.iter().map(|hexagon| (centre(hexagon.place), hexagon.nation)).collect();
    let mut ends: BTreeMap<(i32, i32), BTreeSet<(i32, i32)>> = BTreeMap::new();
    for (&(x, y), nation) in &nations {
        // The neighbour across each edge, with the edge's ends.
        let (w, p, s) = (HALF_WIDTH, POINT, SHOULDER);
        let edges = [
            ((w, -DOWN), (0, -p), (w, -s)),
            ((2 * w, 0), (w, -s), (w, s)),
            ((w, DOWN), (w, s), (0, p)),
            ((-w, DOWN), (0, p), (-w, s)),
            ((-2 * w, 0), (-w, s), (-w, -s)),
            ((-w, -DOWN), (-w, -s), (0, -p)),
        ];
        for ((dx, dy), from, to) in edges {
            if nations.get(&(x + dx, y + dy)) != Some(nation) {
                let (from, to) = ((x + from.0, y + from.1), (x + to.0, y + to.1));
                ends.entry(from).or_default().insert(to);
                ends.entry(to).or_default().insert(from);
            }
        }
    }
    let mut path = PathData::default();
    // Lines that end where three nations or the sea meet begin there; all others are rings.
    while let Some(start) =
        ends.iter().find(|(_, to)| to.len() % 2 == 1).or_else(|| ends.iter().next()).map(|(&at, _)| at)
    {
        path.move_to(point(start));
        let mut at = start;
        while let Some(next) = ends.get_mut(&at).and_then(BTreeSet::pop_first) {
            if ends[&at].is_empty() {
                ends.remove(&at);
            }
            if let Some(back) = ends.get_mut(&next) {
                back.remove(&at);
                if back.is_empty() {
                    ends.remove(&next);
                }
            }
            if next == start && !ends.contains_key(&next) {
                path.close();
                break;
            }
            path.line_to(point(next));
            at = next;
        }
    }
    path
}

fn point((x, y): (i32, i32)) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}
