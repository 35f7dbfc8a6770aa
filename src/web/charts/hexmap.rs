//! The map of constituencies: a hexagon each, shaded in five classes, with the nations outlined.
//!
//! All hexagons of a class are one path, each of whose points is drawn as a marker: 650 hexagons in about 4 kB. Where each is to
//! be named when it is pointed at, each is drawn by itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use askama::Template;

use super::scale::PathData;
use crate::{
    domain::area::{Hex, Nation},
    web::filters::{thousands, times},
};

/// One constituency.
#[derive(Clone, Debug)]
pub struct Hexagon<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its nation, if its code tells.
    pub nation: Option<Nation>,
    /// Its place: odd rows are moved right by half a hexagon, rows count from the north.
    pub place: Hex,
    /// Its figure, as the shading wants it: signatures, per cent, or times; `None` leaves it blank.
    pub value: Option<f64>,
    /// What is shown when it is pointed at; `None` of all, or of none.
    pub words: Option<String>,
}

/// What the colours stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Shade {
    /// Signatures.
    #[default]
    Count,
    /// Signatures as a share of the people living there, in per cent.
    Share,
    /// How many times as much as the constituency usually signs.
    Usual,
}

impl Shade {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Count, Self::Share, Self::Usual];

    /// How it is called in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Share => "share",
            Self::Usual => "usual",
        }
    }

    /// How it is called on pages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "Signatures",
            Self::Share => "Share of people",
            Self::Usual => "Compared with usual",
        }
    }
}

/// A word that names no shading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The map shows count, share or usual.")]
pub struct UnknownShade;

impl FromStr for Shade {
    type Err = UnknownShade;

    fn from_str(word: &str) -> Result<Self, UnknownShade> {
        Self::ALL.into_iter().find(|shade| shade.word() == word).ok_or(UnknownShade)
    }
}

/// A map with the words that belong to it.
#[derive(Clone, Debug)]
pub struct Hexmap {
    /// What its colours mean, the least first. Classes without constituencies are left out, and so are constituencies
    /// without a figure.
    pub legend: Vec<LegendRow>,
    /// How the classes were chosen, in a sentence.
    pub scale: &'static str,
    picture: Picture,
}

/// One class of the map.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendRow {
    /// The class of the colour: `k0` to `k5`, or `d1` to `d5` for more and less than usual.
    pub class: &'static str,
    /// The figures that it stands for: "None", "40 to 59", "0.08% to 0.12%", "1.5 to 2 times".
    pub figures: String,
    /// How many constituencies are in it.
    pub constituencies: usize,
}

impl Hexmap {
    /// Draws the map.
    pub fn new(hexagons: &[Hexagon<'_>], shade: Shade) -> Hexmap {
        let classes = Classes::of(hexagons, shade);
        let mut members: [Vec<&Hexagon<'_>>; 6] = Default::default();
        let mut unknown = Vec::new();
        for hexagon in hexagons {
            match hexagon.value {
                Some(value) => members[classes.of_value(value)].push(hexagon),
                None => unknown.push(hexagon),
            }
        }
        let legend = (0..6).filter(|&class| !members[class].is_empty()).map(|class| LegendRow {
            class: classes.names()[class],
            figures: classes.figures(class),
            constituencies: members[class].len(),
        });
        let legend = legend.collect();
        members[0].extend(unknown);
        let size =
            |far: fn(&Hex) -> i16| hexagons.iter().map(|hexagon| i32::from(far(&hexagon.place)) + 1).max().unwrap_or(1);
        Hexmap {
            legend,
            scale: match shade {
                Shade::Count | Shade::Share => {
                    "The darkness has steps with about as many constituencies in each, at round numbers."
                }
                Shade::Usual => "1 is as much as usual. A dash marks what is clearly less.",
            },
            picture: Picture {
                title: match shade {
                    Shade::Count => "Signatures by constituency",
                    Shade::Share => "Signatures as a share of the people, by constituency",
                    Shade::Usual => "Signatures compared with what is usual, by constituency",
                },
                description: description(hexagons, shade),
                width: size(|place| place.column) * 2 * HALF_WIDTH + HALF_WIDTH + 2,
                height: size(|place| place.row) * DOWN + POINT - SHOULDER + 2,
                classes: classes
                    .names()
                    .into_iter()
                    .zip(members)
                    .filter(|(_, members)| !members.is_empty())
                    .map(|(name, members)| Class::new(name, &members))
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
    classes: Vec<Class>,
    nations: PathData,
}

/// The hexagons of one colour.
#[derive(Clone, Debug)]
struct Class {
    name: &'static str,
    /// Whether a dash tells them from their like at the other end of the scale, where colours are not seen.
    dashed: bool,
    hexagons: Drawn,
}

#[derive(Clone, Debug)]
enum Drawn {
    /// All of them in one path.
    Together(PathData),
    /// Each with its place and its words.
    Named(Vec<(i32, i32, String)>),
}

impl Class {
    fn new(name: &'static str, members: &[&Hexagon<'_>]) -> Self {
        let named: Option<Vec<_>> = members
            .iter()
            .map(|hexagon| {
                let (x, y) = centre(hexagon.place);
                Some((x, y, hexagon.words.clone()?))
            })
            .collect();
        let hexagons = match named {
            Some(named) => Drawn::Named(named),
            None => Drawn::Together(through(members.iter().map(|hexagon| hexagon.place).collect())),
        };
        Self { name, dashed: matches!(name, "d1" | "d2"), hexagons }
    }
}

/// From little to much, the first for none; and from less to more than usual, the first for those without a figure.
const SEQUENTIAL: [&str; 6] = ["k0", "k1", "k2", "k3", "k4", "k5"];
const DIVERGING: [&str; 6] = ["d0", "d1", "d2", "d3", "d4", "d5"];

/// A hexagon with its point up, in whole units: nearly regular, and neighbours share their corners.
const HALF_WIDTH: i32 = 5;
const POINT: i32 = 6;
const SHOULDER: i32 = 3;
/// From one row to the next.
const DOWN: i32 = POINT + SHOULDER;

/// Where what is clearly more than usual begins, and what is much more; less than usual is the same upside down.
const MORE: [(f64, f64); 4] = [(1.1, 1.25), (1.25, 1.5), (1.5, 2.0), (2.0, 4.0)];
/// The share of constituencies that may be much more or much less than usual, so that they stand out.
const MUCH: f64 = 0.2;

/// How figures fall into classes.
enum Classes {
    /// The lower bounds of the classes with something in them, and the largest figure.
    Sequential { shade: Shade, bounds: Vec<f64>, most: f64 },
    /// Where more begins, and where much more.
    Diverging { more: f64, much: f64 },
}

impl Classes {
    fn of(hexagons: &[Hexagon<'_>], shade: Shade) -> Self {
        let values: Vec<f64> = hexagons.iter().filter_map(|hexagon| hexagon.value).collect();
        if shade != Shade::Usual {
            let most = values.iter().copied().fold(0.0, f64::max);
            return Self::Sequential { shade, bounds: bounds(values.into_iter(), shade), most };
        }
        let beyond = |much: f64| values.iter().filter(|&&value| value >= much || value <= 1.0 / much).count() as f64;
        let fits = MORE.into_iter().find(|(_, much)| beyond(*much) <= values.len() as f64 * MUCH);
        let (more, much) = fits.unwrap_or(MORE[MORE.len() - 1]);
        Self::Diverging { more, much }
    }

    fn names(&self) -> [&'static str; 6] {
        match self {
            Self::Sequential { .. } => SEQUENTIAL,
            Self::Diverging { .. } => DIVERGING,
        }
    }

    fn of_value(&self, value: f64) -> usize {
        match self {
            Self::Sequential { bounds, .. } => class(value, bounds),
            Self::Diverging { more, much } => {
                // Turned over, so that it is as far up as it was down.
                let turned = 1.0 / value;
                if turned >= *much {
                    1
                } else if turned >= *more {
                    2
                } else if value >= *much {
                    5
                } else if value >= *more {
                    4
                } else {
                    3
                }
            }
        }
    }

    fn figures(&self, class: usize) -> String {
        match self {
            Self::Sequential { shade, bounds, most } => sequential_figures(*shade, class, bounds, *most),
            Self::Diverging { more, much } => {
                let (less, little) = (times_of(1.0 / more), times_of(1.0 / much));
                let (more, much) = (times_of(*more), times_of(*much));
                match class {
                    1 => format!("{little} times or less"),
                    2 => format!("{little} to {less} times"),
                    3 => format!("about as usual, {less} to {more}"),
                    4 => format!("{more} to {much} times"),
                    _ => format!("{much} times or more"),
                }
            }
        }
    }
}

/// A bound in two digits: "2", "1.25", "0.67".
fn times_of(bound: f64) -> f64 {
    (bound * 100.0).round() / 100.0
}

fn sequential_figures(shade: Shade, class: usize, bounds: &[f64], most: f64) -> String {
    let Some(from) = class.checked_sub(1) else {
        return "None".into();
    };
    let upper = bounds.get(class).copied();
    if shade == Shade::Count {
        let (from, to) = (bounds[from] as u64, upper.map_or(most, |next| next - 1.0) as u64);
        return if from == to { thousands(from) } else { format!("{} to {}", thousands(from), thousands(to)) };
    }
    match upper {
        Some(next) if from == 0 => format!("under {next}%"),
        Some(next) => format!("{}% to {next}%", bounds[from]),
        None if from == 0 => format!("up to {}%", digits(most)),
        None => format!("{}% to {}%", bounds[from], digits(most)),
    }
}

fn description(hexagons: &[Hexagon<'_>], shade: Shade) -> String {
    let all = format!("A hexagon for each of {} constituencies.", thousands(hexagons.len() as u64));
    let mut ranked: Vec<_> =
        hexagons.iter().filter_map(|hexagon| hexagon.value.map(|value| (hexagon.name, value))).collect();
    ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let (Some((most, value)), Some((least, smallest))) = (ranked.first(), ranked.last()) else { return all };
    if value <= smallest {
        return all;
    }
    match shade {
        Shade::Count => {
            let [value, smallest] = [value, smallest].map(|value| thousands(*value as u64));
            format!("{all} Most signatures: {most}, {value}. Fewest: {least}, {smallest}.")
        }
        Shade::Share => {
            let [value, smallest] = [value, smallest].map(|value| digits(*value));
            format!("{all} Largest share of people: {most}, {value}%. Smallest: {least}, {smallest}%.")
        }
        Shade::Usual => {
            let [value, smallest] = [value, smallest].map(|value| times(*value));
            format!("{all} Most above usual: {most}, {value} times. Most below: {least}, {smallest} times.")
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
        Shade::Share | Shade::Usual => 0.0,
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
