//! The history chart: the total as a line, under it what came in each hour or day as bars, on one axis of time.

use askama::Template;
use jiff::Timestamp;

use super::scale::{PathData, Percent};
use super::words;
use crate::domain::forecast::Forecast;
use crate::domain::series::{Range, Series, Step};

mod drawing;
mod names;

use drawing::Drawing;

/// What a history chart is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// The counts.
    pub series: &'a Series,
    /// Which part of them.
    pub range: Range,
    /// When the petition opened.
    pub opened_at: Timestamp,
    /// The estimate, drawn on to the deadline when all of the history is shown.
    pub forecast: Option<&'a Forecast>,
    /// Drawn where the count is near them.
    pub thresholds: &'a [ThresholdLine],
    /// What happened; drawn are those within the range.
    pub events: &'a [Event],
}

/// A number of signatures at which something happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdLine {
    /// The number.
    pub signatures: u64,
    /// What happens, in few words: "government response".
    pub label: &'static str,
}

/// Something that happened to the petition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What: "The government responded".
    pub label: String,
}

/// The chart with the words that belong to it.
#[derive(Clone, Debug)]
pub struct HistoryChart {
    /// The one thing it tells, a sentence without its full stop: the heading.
    pub summary: String,
    /// The events marked in it, in the order of their numbers, which begin with 1.
    pub events: Vec<Event>,
    /// Sentences that explain what is drawn in a special way: the caption.
    pub notes: Vec<String>,
    /// The moment at its left edge.
    pub starts_at: Timestamp,
    /// The moment at its right edge.
    pub ends_at: Timestamp,
    /// What each bar stands for.
    pub step: Step,
    picture: Picture,
}

impl HistoryChart {
    /// Draws the chart.
    pub fn new(history: &History<'_>) -> HistoryChart {
        let summary = words::summary(history.series, history.opened_at, history.range);
        Drawing::new(history).draw(summary)
    }

    /// The picture as a part of a page. `id` begins the names of its parts, so that a page can have several.
    pub fn svg(&self, id: &str) -> String {
        HistorySvg { id, file: false, picture: &self.picture }.render().expect("a string takes everything")
    }

    /// The picture as a file of its own.
    pub fn file(&self) -> String {
        HistorySvg { id: "history", file: true, picture: &self.picture }.render().expect("a string takes everything")
    }
}

#[derive(Template)]
#[template(path = "charts/history.svg")]
struct HistorySvg<'a> {
    id: &'a str,
    file: bool,
    picture: &'a Picture,
}

/// The shapes and words of the picture. Outside the two panels, places are shares of its width and height.
#[derive(Clone, Debug)]
struct Picture {
    title: String,
    description: String,
    panels: Panels,
    grid: Vec<Percent>,
    axes: Vec<Percent>,
    thresholds: Vec<Percent>,
    line: PathData,
    estimate: PathData,
    fan: PathData,
    wide_fan: PathData,
    bar_width: f64,
    bars: PathData,
    removed: PathData,
    incomplete: PathData,
    texts: Vec<Text>,
    marks: Vec<Mark>,
}

/// Where the two panels begin and end, in per cent of the height.
#[derive(Clone, Copy, Debug)]
struct Panels {
    total: (f64, f64),
    bars: (f64, f64),
}

impl Panels {
    fn of(range: Range) -> Panels {
        match range {
            Range::All => Panels { total: (7.0, 62.0), bars: (74.0, 93.0) },
            Range::Day | Range::Week | Range::Month => Panels { total: (7.0, 42.0), bars: (54.0, 93.0) },
        }
    }

    fn total_height(&self) -> Percent {
        Percent(self.total.1 - self.total.0)
    }

    fn bars_height(&self) -> Percent {
        Percent(self.bars.1 - self.bars.0)
    }
}

#[derive(Clone, Debug)]
struct Text {
    class: &'static str,
    x: Percent,
    y: Percent,
    /// By how much it is moved down, in `em`.
    down: f64,
    anchor: Anchor,
    words: String,
    /// What follows in a lighter hand.
    more: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Clone, Debug)]
struct Mark {
    x: Percent,
    y: Percent,
    number: usize,
}
