//! Where the signatures come from: the map and the tables, on the petition's page and on a page of their own.

use std::borrow::Borrow;

use percent_encoding::utf8_percent_encode;

use super::search::IN_QUERY;
use crate::{
    domain::{
        area::{BoundarySet, Nation},
        limits,
        petition::PetitionId,
        places::{Constituency, Country, Places},
        text::{fold, slug},
        usual::Comparison,
    },
    urls,
    web::{
        charts::{Hexagon, Hexmap, LegendRow, Shade, UnknownShade},
        error::PageError,
        filters::{percent, signatures, thousands, times},
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
    /// What the map can show.
    pub shades: Vec<Choice>,
    /// What the figures of the map and the table are.
    pub shade: Shade,
    /// What the list of constituencies is.
    pub caption: String,
    /// The columns of that list.
    pub heads: Vec<Head>,
    /// The constituencies that are listed.
    pub constituencies: Vec<Row>,
    /// The others, in one row; `None`: all are listed that were asked for.
    pub others: Option<Others>,
    /// All of them, or all that were asked for, in one row.
    pub sum: (String, i64),
    /// Constituencies in all.
    pub number: usize,
    /// Whether the people living there are known.
    pub shares: bool,
    /// Whether it is known how much each constituency usually signs.
    pub usual: bool,
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
    /// The boundaries that are meant, in words: "the boundaries of 2024".
    pub boundaries: String,
    /// Whether the map is large, and where it is to be had in the other size.
    pub large: bool,
    /// Likewise.
    pub resized: String,
    /// Where all of it is as data.
    pub data: String,
    /// The page of all places, as this part shows them.
    pub page: String,
}

/// The map with its legend.
pub struct Map {
    /// The picture.
    pub svg: String,
    /// What its colours mean.
    pub legend: Vec<LegendRow>,
    /// How the classes were chosen.
    pub scale: &'static str,
}

/// Something that can be chosen.
pub struct Choice {
    /// What it is called.
    pub name: &'static str,
    /// Its address.
    pub url: String,
    /// Whether it is what is shown.
    pub current: bool,
}

/// A row of the tables of constituencies and regions.
pub struct Row {
    /// Its rank by what the list is ordered by, the largest first.
    pub rank: usize,
    /// Its name.
    pub name: String,
    /// Its name in Welsh, where that is another.
    pub name_cy: Option<String>,
    /// Its page; empty where it has none.
    pub url: String,
    /// Signatures.
    pub count: String,
    /// As a share of the people living there, in per cent.
    pub share: String,
    /// How many times as much as usual.
    pub times: String,
}

/// The head of a column.
pub struct Head {
    /// What stands in it.
    pub name: &'static str,
    /// Where the table is ordered by it.
    pub url: String,
    /// How it is ordered by it, in the words of `aria-sort`; empty: by another.
    pub sorted: &'static str,
}

/// Constituencies that are not listed.
pub struct Others {
    /// How many there are.
    pub number: usize,
    /// Their signatures.
    pub count: i64,
}

/// By what constituencies are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// By a figure of the map.
    By(Shade),
    /// By their names.
    Name,
}

impl Order {
    /// All of them, in the order of the table's columns.
    pub const ALL: [Self; 4] = [Self::Name, Self::By(Shade::Count), Self::By(Shade::Share), Self::By(Shade::Usual)];

    /// How it is called in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::By(shade) => shade.word(),
            Self::Name => "name",
        }
    }

    /// The head of the column by which it is.
    fn head(self) -> &'static str {
        match self {
            Self::Name => "Constituency",
            Self::By(Shade::Count) => "Signatures",
            Self::By(Shade::Share) => "% of people",
            Self::By(Shade::Usual) => "Times usual",
        }
    }

    /// The order with this name.
    pub fn with_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.word() == word)
    }
}

/// What is wanted of the places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// What the map shows.
    pub shade: Shade,
    /// By what the constituencies are ordered.
    pub order: Order,
    /// Whether the order is turned round: the least first, or the names from Z.
    pub turned: bool,
    /// Whether the map is so large that a finger meets each hexagon.
    pub large: bool,
    /// The code of the region or nation that they have to lie in; empty: anywhere.
    pub region: String,
    /// What their names have to contain; empty: anything.
    pub words: String,
}

impl View {
    /// All constituencies as a map with this shading has them: the largest figures first.
    pub fn of(shade: Shade) -> Self {
        Self {
            shade,
            order: Order::By(shade),
            turned: false,
            large: false,
            region: String::new(),
            words: String::new(),
        }
    }

    /// Whether the constituencies are ordered by what the map shows.
    pub fn goes_with_map(&self) -> bool {
        self.order == Order::By(self.shade)
    }

    /// Whether all constituencies are shown.
    pub fn is_whole(&self) -> bool {
        self.region.is_empty() && self.words.is_empty()
    }

    /// The same, ordered by a column; turned round if it is ordered by that already.
    fn by(&self, order: Order) -> Self {
        Self { order, turned: order == self.order && !self.turned, ..self.clone() }
    }

    /// What comes first, in words.
    fn first(&self) -> &'static str {
        match (self.order, self.turned) {
            (Order::Name, false) => "by name",
            (Order::Name, true) => "by name, from Z",
            (Order::By(Shade::Count), false) => "most first",
            (Order::By(Shade::Count), true) => "fewest first",
            (Order::By(Shade::Share), false) => "largest share of people first",
            (Order::By(Shade::Share), true) => "smallest share of people first",
            (Order::By(Shade::Usual), false) => "most above usual first",
            (Order::By(Shade::Usual), true) => "most below usual first",
        }
    }

    /// The same as far as the figures are known.
    pub fn known(mut self, places: &Places) -> Self {
        let instead = |shade: Shade| if is_known(places, shade) { shade } else { Shade::Count };
        self.shade = instead(self.shade);
        if let Order::By(shade) = self.order {
            self.order = Order::By(instead(shade));
        }
        self
    }

    /// What stands behind the question mark of the page that shows this.
    pub fn query(&self) -> String {
        let mut parts = Vec::new();
        if self.shade != Shade::Count {
            parts.push(format!("map={}", self.shade.word()));
        }
        if !self.goes_with_map() {
            parts.push(format!("places_by={}", self.order.word()));
        }
        if self.turned {
            parts.push("order=turned".to_owned());
        }
        if self.large {
            parts.push("size=large".to_owned());
        }
        if !self.region.is_empty() {
            parts.push(format!("region={}", utf8_percent_encode(&self.region, IN_QUERY)));
        }
        if !self.words.is_empty() {
            parts.push(format!("q={}", utf8_percent_encode(&self.words, IN_QUERY)));
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    /// The figure by which the constituencies are ranked: the one that they are ordered by, or else that of the map.
    fn ranked_by(&self) -> Shade {
        match self.order {
            Order::By(shade) => shade,
            Order::Name => self.shade,
        }
    }

    /// What the number before a name is.
    pub fn rank(&self) -> &'static str {
        match self.ranked_by() {
            Shade::Count => "its rank by signatures",
            Shade::Share => "its rank by the share of people who signed",
            Shade::Usual => "its rank by how much more than usual it signed",
        }
    }

    /// The constituencies that are wanted, in the order that is wanted, each with its rank among all; equal figures share
    /// a rank.
    pub fn choose<'a>(&self, places: &'a Places) -> Vec<(usize, &'a Constituency)> {
        let compared = places.comparison();
        let words: Vec<String> = fold(&self.words).split_whitespace().map(str::to_owned).collect();
        let figure = |constituency: &Constituency| value(constituency, self.ranked_by(), compared).unwrap_or(-1.0);
        let mut chosen = places.ranked();
        chosen.sort_by(|(_, a), (_, b)| figure(b).total_cmp(&figure(a)));
        for at in 0..chosen.len() {
            let like_last = at > 0 && figure(chosen[at - 1].1) == figure(chosen[at].1);
            chosen[at].0 = if like_last { chosen[at - 1].0 } else { at + 1 };
        }
        chosen.retain(|(_, constituency)| {
            lies_in(constituency, &self.region) && (words.is_empty() || is_called(constituency, &words))
        });
        if self.order == Order::Name {
            chosen.sort_by_cached_key(|(_, constituency)| fold(&constituency.name));
        }
        if self.turned {
            chosen.reverse();
        }
        chosen
    }
}

/// The code that stands for all of England, whose regions have codes of their own.
pub const ENGLAND: &str = "E92000001";

fn is_called(constituency: &Constituency, words: &[String]) -> bool {
    let names = fold(&format!("{} {}", constituency.name, constituency.name_cy.as_deref().unwrap_or_default()));
    words.iter().all(|word| names.contains(word))
}

fn lies_in(constituency: &Constituency, region: &str) -> bool {
    match region {
        "" => true,
        ENGLAND => constituency.nation() == Some(Nation::England),
        code => match (&constituency.region, constituency.nation()) {
            (Some(region), _) => region.code == code,
            // Of older boundaries the regions are not known, but the nations are.
            (None, Some(nation)) => nation_code(nation) == code,
            (None, None) => false,
        },
    }
}

/// The code under which the Office for National Statistics has a nation; those of the three smaller ones are their regions'.
pub fn nation_code(nation: Nation) -> &'static str {
    match nation {
        Nation::England => ENGLAND,
        Nation::Wales => "W92000004",
        Nation::Scotland => "S92000003",
        Nation::NorthernIreland => "N92000002",
    }
}

/// Whether the figures of a shading are known.
pub fn is_known(places: &Places, shade: Shade) -> bool {
    match shade {
        Shade::Count => true,
        Shade::Share => places.constituencies.iter().any(|constituency| constituency.population.is_some()),
        Shade::Usual => places.comparison().is_telling(),
    }
}

/// The figure of a constituency that a shading shows.
fn value(constituency: &Constituency, shade: Shade, compared: Comparison) -> Option<f64> {
    match shade {
        Shade::Count => Some(constituency.count.max(0) as f64),
        Shade::Share => constituency.share(),
        Shade::Usual => compared.times(constituency.count, constituency.of_everything),
    }
}

impl PlacesSection {
    /// Draws and tabulates the places for the petition's page: the first constituencies of those with the largest figures.
    /// `links` gives the address under which the page shows each shading.
    pub fn brief(id: &PetitionId, places: &Places, shade: Shade, links: impl Fn(Shade) -> String) -> Self {
        let view = View::of(shade).known(places);
        Self::new(id, places, &view, limits::CONSTITUENCIES_SHOWN, false, links)
    }

    /// The same whole, for a page of its own: each hexagon of the map says what it stands for.
    pub fn whole(id: &PetitionId, places: &Places, view: &View) -> Self {
        let links = |shade| {
            let order = if view.goes_with_map() { Order::By(shade) } else { view.order };
            format!("{}{}#map", urls::all_places(id), View { shade, order, ..view.clone() }.query())
        };
        Self::new(id, places, view, usize::MAX, true, links)
    }

    fn new(
        id: &PetitionId,
        places: &Places,
        view: &View,
        most: usize,
        named: bool,
        links: impl Fn(Shade) -> String,
    ) -> Self {
        let compared = places.comparison();
        let chosen = view.choose(places);
        let (listed, others) = chosen.split_at(chosen.len().min(most));
        let shown: i64 = listed.iter().map(|(_, constituency)| constituency.count).sum();
        let number = places.constituencies.len();
        let known_shades = Shade::ALL.into_iter().filter(|shade| is_known(places, *shade));
        let set = places.boundary_set;
        let heads = Order::ALL.into_iter().filter(|order| match order {
            Order::By(shade) => is_known(places, *shade),
            Order::Name => true,
        });
        let chosen_sum = chosen.iter().map(|(_, constituency)| constituency.count).sum();
        Self {
            caption: format!("Signatures by constituency, {}", view.first()),
            heads: heads
                .map(|order| Head {
                    name: order.head(),
                    url: format!("{}{}#table", urls::all_places(id), view.by(order).query()),
                    sorted: match order == view.order {
                        true if view.turned == (order == Order::Name) => "descending",
                        true => "ascending",
                        false => "",
                    },
                })
                .collect(),
            sum: match chosen.len() {
                1 if number != 1 => ("This constituency".to_owned(), chosen_sum),
                some if some < number => (format!("These {} constituencies", thousands(some)), chosen_sum),
                _ => ("All constituencies".to_owned(), chosen_sum),
            },
            known: places.is_known(),
            heading: heading(places, view.shade),
            map: map(places, view.shade, named).map(|map| Map {
                svg: map.svg("map"),
                scale: map.scale,
                legend: map.legend,
            }),
            shades: known_shades
                .map(|shade| Choice { name: shade.name(), url: links(shade), current: shade == view.shade })
                .collect(),
            shade: view.shade,
            constituencies: listed
                .iter()
                .map(|(rank, constituency)| Row {
                    rank: *rank,
                    name: constituency.name.clone(),
                    name_cy: constituency.name_cy.clone(),
                    url: urls::local_place(&slug(&constituency.present_name), set),
                    count: thousands(constituency.count),
                    share: constituency.share().map(percent).unwrap_or_default(),
                    times: value(constituency, Shade::Usual, compared).map(times).unwrap_or_default(),
                })
                .collect(),
            others: (!others.is_empty()).then(|| Others { number: others.len(), count: chosen_sum - shown }),
            number,
            shares: is_known(places, Shade::Share),
            usual: is_known(places, Shade::Usual),
            regions: places
                .regions()
                .into_iter()
                .zip(1..)
                .map(|(tally, rank)| Row {
                    rank,
                    share: tally.share().map(percent).unwrap_or_default(),
                    times: compared.times(tally.count, tally.of_everything).map(times).unwrap_or_default(),
                    name: tally.region.name,
                    name_cy: None,
                    url: String::new(),
                    count: thousands(tally.count),
                })
                .collect(),
            countries: places.countries(),
            in_constituencies: places.in_constituencies(),
            in_other_countries: places.in_other_countries(),
            not_located: places.not_located,
            total: places.total,
            boundaries: boundaries(set),
            large: view.large,
            resized: format!("{}{}#map-h", urls::all_places(id), View { large: !view.large, ..view.clone() }.query()),
            data: urls::places(id, "json"),
            page: format!("{}{}", urls::all_places(id), View::of(view.shade).query()),
        }
    }

    /// How much of the total is not located, or counted twice.
    pub fn overlap(&self) -> Option<i64> {
        (self.not_located < 0).then_some(-self.not_located)
    }
}

/// What the map is to show.
///
/// # Errors
/// When the map has no such shading.
pub fn shade(word: Option<String>) -> Result<Shade, PageError> {
    match word {
        Some(word) => word.parse().map_err(|unknown: UnknownShade| PageError::bad_request(unknown.to_string())),
        None => Ok(Shade::default()),
    }
}

/// A set of boundaries in words.
pub fn boundaries(set: impl Borrow<BoundarySet>) -> String {
    format!("the boundaries of {}", set.borrow().0)
}

/// The map of a petition's constituencies; `None` where no place on it is known. If `named`, each hexagon says what it
/// stands for when it is pointed at.
pub fn map(places: &Places, shade: Shade, named: bool) -> Option<Hexmap> {
    let compared = places.comparison();
    let hexagons: Vec<Hexagon<'_>> = places
        .constituencies
        .iter()
        .filter_map(|constituency| {
            Some(Hexagon {
                name: &constituency.name,
                nation: constituency.nation(),
                place: constituency.hex?,
                value: value(constituency, shade, compared),
                words: named.then(|| words(constituency, compared)),
            })
        })
        .collect();
    (!hexagons.is_empty()).then(|| Hexmap::new(&hexagons, shade))
}

/// What is said of a constituency that is pointed at.
fn words(constituency: &Constituency, compared: Comparison) -> String {
    let mut words = format!("{}: {}", constituency.name, signatures(constituency.count));
    if let Some(share) = constituency.share() {
        words.push_str(&format!(", {}% of people", percent(share)));
    }
    if let Some(ratio) = value(constituency, Shade::Usual, compared) {
        words.push_str(&format!(", {} × usual", times(ratio)));
    }
    words
}

/// What the map shows, in one sentence.
fn heading(places: &Places, shade: Shade) -> String {
    let compared = places.comparison();
    let ranked = places.ranked();
    let all = ranked.len();
    let signed = ranked.iter().filter(|(_, constituency)| constituency.count > 0).count();
    let largest = || {
        let figures = places.constituencies.iter().filter_map(|c| Some((c, value(c, shade, compared)?)));
        figures.max_by(|(_, a), (_, b)| a.total_cmp(b))
    };
    match shade {
        _ if signed == 0 => "Signed outside the constituencies only".to_owned(),
        Shade::Count => {
            let first = ranked.iter().take_while(|(rank, _)| *rank == 1).count();
            let whereabouts = match signed {
                signed if signed == all => "Signed in every constituency".to_owned(),
                signed => format!("Signed in {signed} of {all} constituencies"),
            };
            match ranked.first() {
                Some((_, most)) if first == 1 => format!("{whereabouts}, most in {}", most.name),
                _ => whereabouts,
            }
        }
        Shade::Share => match largest() {
            Some((most, share)) => {
                format!("The largest share of people signed in {}: {}%", most.name, percent(share))
            }
            None => "Shares of people are not known".to_owned(),
        },
        Shade::Usual => match largest() {
            Some((most, ratio)) if ratio >= crate::domain::usual::UNUSUAL => {
                format!("Most above usual in {}: {} times as much", most.name, times(ratio))
            }
            _ => "Signed about as much as usual everywhere".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_stands_in_the_address_as_far_as_it_was_chosen() {
        assert_eq!(View::of(Shade::Count).query(), "");
        assert_eq!(View::of(Shade::Usual).query(), "?map=usual");
        let view = View {
            order: Order::Name,
            turned: true,
            large: true,
            region: "E12000007".to_owned(),
            words: "a & b".to_owned(),
            ..View::of(Shade::Share)
        };
        assert_eq!(view.query(), "?map=share&places_by=name&order=turned&size=large&region=E12000007&q=a%20%26%20b");
    }
}
