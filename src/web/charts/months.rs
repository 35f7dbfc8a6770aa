//! A chart of months: a bar for each, the running one hatched.

use askama::Template;
use jiff::civil::Date;

use super::{
    labels::{Area, LINE, Room, WIDTH, width},
    scale::{PathData, Percent, Scale, round_step},
    words::month_name,
};
use crate::web::filters::thousands;

/// The height of the chart, in pixels.
const HEIGHT: f64 = 224.0;
/// Where the bars begin and end, in per cent of the height.
const PANEL: (f64, f64) = (17.0, 88.0);
/// Units across and down the panel.
const ACROSS: f64 = 1000.0;
const DOWN: f64 = 100.0;
/// The least height of a bar, so that it can be told from none.
const LEAST_BAR: f64 = 1.5;
/// Room between two names, in pixels.
const APART: f64 = 8.0;

/// A count for each month, in order and without gaps; the last is that of the running month.
#[derive(Clone, Copy, Debug)]
pub struct Months<'a> {
    /// What is counted: "Petitions published".
    pub title: &'a str,
    /// The months, by their first days, and their counts.
    pub counts: &'a [(Date, u64)],
}

/// The chart with the sentence that belongs to it.
#[derive(Clone, Debug)]
pub struct MonthsChart {
    /// What it shows, in a sentence without its full stop.
    pub summary: String,
    title: String,
    grid: Vec<Percent>,
    zero: Percent,
    bar_width: f64,
    bars: PathData,
    incomplete: PathData,
    texts: Vec<Text>,
}

#[derive(Clone, Debug)]
struct Text {
    x: Percent,
    y: Percent,
    /// By how much it is moved up, in `em`.
    up: f64,
    words: String,
}

#[derive(Template)]
#[template(path = "charts/months.svg")]
struct MonthsSvg<'a> {
    id: &'a str,
    chart: &'a MonthsChart,
}

impl MonthsChart {
    /// Draws the chart.
    pub fn new(months: Months<'_>) -> Self {
        let counts = months.counts;
        let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        // Single petitions do not tower.
        let top = (most as f64 * 1.02).max(4.0);
        let up = Scale { numbers: (0.0, top), places: (DOWN, 0.0) };
        let room = ACROSS / counts.len().max(1) as f64;
        let (mut bars, mut incomplete) = (PathData::default(), PathData::default());
        for (index, (_, count)) in counts.iter().enumerate().filter(|(_, (_, count))| *count > 0) {
            let path = if index + 1 == counts.len() { &mut incomplete } else { &mut bars };
            let middle = (index as f64 + 0.5) * room;
            path.move_to((middle, DOWN));
            path.line_to((middle, up.place(*count as f64).min(DOWN - LEAST_BAR)));
        }
        let mut chart = Self {
            summary: summary(counts),
            title: format!("{} each month", months.title),
            grid: Vec::new(),
            zero: Percent(PANEL.1),
            bar_width: ((if room < 4.0 { room } else { 0.84 * room }) * 10.0).round() / 10.0,
            bars,
            incomplete,
            texts: Vec::new(),
        };
        chart.name_grid(top);
        chart.name_months(counts);
        chart
    }

    /// The picture as a part of a page. `id` begins the names of its parts, so that a page can have several.
    pub fn svg(&self, id: &str) -> String {
        MonthsSvg { id, chart: self }.render().expect("a string takes everything")
    }

    /// Lines at round numbers, named at their left ends.
    fn name_grid(&mut self, top: f64) {
        let place = Scale { numbers: (0.0, top), places: (PANEL.1, PANEL.0) };
        let step = round_step(top, 3.0);
        let mut number = step;
        while number <= top {
            let y = Percent(place.place(number));
            self.grid.push(y);
            self.texts.push(Text { x: Percent(0.0), y, up: 0.3, words: thousands(number as u64) });
            number += step;
        }
    }

    /// The names of as many months as fit on a narrow phone, under the beginnings of their bars; January is the year. Where
    /// there is no January, the first month has its year.
    fn name_months(&mut self, counts: &[(Date, u64)]) {
        let each = WIDTH / counts.len().max(1) as f64;
        let fits =
            |months: &i32| f64::from(*months) * each >= width(if *months < 12 { "Sept" } else { "2022" }) + APART;
        let every = [1, 2, 3, 6, 12, 24, 60, 120, 600].into_iter().find(fits).unwrap_or(1200);
        let name = |index: usize, words: String| {
            let left = index as f64 * each;
            (index, Area { x: (left, left + width(&words) + APART), y: (HEIGHT - LINE, HEIGHT) }, words)
        };
        let number = |month: &Date| i32::from(month.year()) * 12 + i32::from(month.month()) - 1;
        let mut names: Vec<_> = counts
            .iter()
            .enumerate()
            .filter(|(_, (month, _))| number(month) % every == 0)
            .map(|(index, (month, _))| match month.month() {
                1 => name(index, month.year().to_string()),
                _ => name(index, month_name(*month).to_owned()),
            })
            .collect();
        if let Some((first, _)) = counts.first() {
            let first = name(0, format!("{} {}", month_name(*first), first.year()));
            let has_year = counts.iter().any(|(month, _)| month.month() == 1);
            names.insert(if has_year { names.len() } else { 0 }, first);
        }
        let mut taken = Room::default();
        for (index, area, words) in names {
            if area.x.1 - APART <= WIDTH + 1.0 && taken.is_free(area) {
                taken.take(area);
                let x = Percent(index as f64 / counts.len() as f64 * 100.0);
                self.texts.push(Text { x, y: Percent(99.0), up: 0.0, words });
            }
        }
    }
}

/// "At most 24 in March 2022; 12 in August 2022 so far".
fn summary(counts: &[(Date, u64)]) -> String {
    let name = |month: &Date| month.strftime("%B %Y").to_string();
    let Some(((running, so_far), over)) = counts.split_last() else { return "None yet".to_owned() };
    let now = format!("{} in {} so far", thousands(*so_far), name(running));
    match over.iter().rev().max_by_key(|(_, count)| *count).filter(|(_, most)| *most > 0) {
        Some((month, most)) => format!("At most {} in {}; {now}", thousands(*most), name(month)),
        None => now,
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    use super::*;

    fn drawn(counts: &[u64]) -> MonthsChart {
        let first = date(2021, 11, 1);
        let counts: Vec<(Date, u64)> =
            counts.iter().zip(0i64..).map(|(count, index)| (first + index.months(), *count)).collect();
        MonthsChart::new(Months { title: "Petitions published", counts: &counts })
    }

    fn names(chart: &MonthsChart) -> Vec<&str> {
        chart.texts.iter().filter(|text| text.y == Percent(99.0)).map(|text| text.words.as_str()).collect()
    }

    #[test]
    fn the_summary_names_the_most_and_the_running_month() {
        assert_eq!(drawn(&[3, 7, 7, 2]).summary, "At most 7 in December 2021; 2 in February 2022 so far");
        assert_eq!(drawn(&[0, 2]).summary, "2 in December 2021 so far");
        assert_eq!(drawn(&[5]).summary, "5 in November 2021 so far");
        assert_eq!(drawn(&[]).summary, "None yet");
    }

    #[test]
    fn months_are_named_as_far_as_there_is_room() {
        assert_eq!(names(&drawn(&[1; 1])), ["Nov 2021"]);
        assert_eq!(names(&drawn(&[1; 5])), ["Nov", "Dec", "2022", "Feb", "Mar"]);
        assert_eq!(names(&drawn(&[1; 60])), ["2022", "2023", "2024", "2025", "2026"]);
    }

    #[test]
    fn the_running_month_is_drawn_in_another_way() {
        let svg = drawn(&[4, 0, 2]).svg("m");
        assert_eq!(svg.matches("class=\"incomplete\"").count(), 1);
        assert!(!drawn(&[4, 0, 0]).svg("m").contains("incomplete"), "nothing has happened in it yet");
    }

    proptest! {
        #[test]
        fn any_months_can_be_drawn(counts in prop::collection::vec(prop_oneof![Just(0u64), 0u64..30, 0u64..9_000_000], 0..300)) {
            let svg = drawn(&counts).svg("m");
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
            prop_assert!(svg.len() < 9_000, "{}", svg.len());
        }
    }
}
