//! Signatures over time: the chart, its words, its table.

use crate::{
    domain::{
        deadline,
        forecast::Forecast,
        series::{Range, Series, Step},
        signature::LedgerReason,
        threshold::Thresholds,
    },
    store::{petitions::Petition, removals::Removal},
    urls,
    web::{
        assets,
        charts::{Event, History, HistoryChart, Table, ThresholdLine},
        filters::iso,
    },
};

use super::{
    pace::{Highlight, highlights},
    removals,
    timeline::Milestone,
};

/// Removals that are marked in the chart: the largest of them.
const REMOVALS_MARKED: usize = 4;

/// The part of the page on how the petition grew.
pub struct Growth {
    /// Whether there is a history at all: of an imported petition perhaps only one count is known.
    pub known: bool,
    /// One sentence that says what the chart shows.
    pub heading: String,
    /// The chart.
    pub svg: String,
    /// What is drawn in a special way.
    pub notes: Vec<String>,
    /// What the numbered marks mean.
    pub events: Vec<Event>,
    /// What stands out: the busiest hour, the way to a threshold, and so on.
    pub highlights: Vec<Highlight>,
    /// With what the chart is read off.
    pub reader: Reader,
    /// The parts of the history that can be chosen.
    pub ranges: Vec<RangeLink>,
    /// The same numbers.
    pub table: Table,
    /// Where they are as a file.
    pub csv: String,
    /// Signatures from before the history, which stand in no row of the table.
    pub before: u64,
    /// Whether the history begins with the opening, so that those are the petition's supporters.
    pub from_opening: bool,
}

/// What the script needs to tell what the chart shows at a point.
pub struct Reader {
    /// The script.
    pub script: String,
    /// Where the numbers are: those of the bars.
    pub numbers: String,
    /// The moments at both edges.
    pub edges: [String; 2],
    /// "hour": what each bar stands for.
    pub step: &'static str,
}

/// A part of the history that can be chosen.
pub struct RangeLink {
    /// Its name.
    pub name: &'static str,
    /// Its address.
    pub url: String,
    /// Whether it is the one that is shown.
    pub current: bool,
}

impl Growth {
    /// Draws and tabulates the history.
    pub fn new(
        petition: &Petition,
        series: &Series,
        forecast: Option<&Forecast>,
        thresholds: Thresholds,
        range: Range,
        marks: &[Event],
    ) -> Self {
        let chart = chart(petition, series, forecast, thresholds, range, marks);
        let address = urls::petition(&petition.id);
        Self {
            known: series.length().is_positive(),
            heading: chart.summary.clone(),
            svg: chart.svg("growth"),
            notes: chart.notes.clone(),
            events: chart.events.clone(),
            highlights: highlights(petition, series, thresholds),
            reader: Reader {
                script: assets::url("chart.js"),
                numbers: format!("{}?range={}", urls::history(&petition.id, "json"), range.word()),
                edges: [chart.starts_at, chart.ends_at].map(|edge| iso(&edge)),
                step: chart.step.name(),
            },
            ranges: Range::EVERY
                .into_iter()
                .map(|choice| RangeLink {
                    name: choice.name(),
                    url: format!("{address}?range={}#growth", choice.word()),
                    current: choice == range,
                })
                .collect(),
            table: Table::new(series, range),
            csv: urls::history(&petition.id, "csv"),
            before: series.before(),
            from_opening: petition.dates.opened_at.is_some_and(|opened| series.since() <= opened),
        }
    }

    /// The heading of the table's first column.
    pub fn step(&self) -> &'static str {
        match self.table.step {
            Step::Minute => "Minute",
            Step::Hour => "Hour",
            Step::Day => "Day",
            Step::Week => "Week",
            Step::Month => "Month",
            Step::Year => "Year",
        }
    }
}

/// What the chart marks, the oldest first: what the line itself does not say, and what was taken out of the count.
pub fn marks(petition: &Petition, timeline: &[Milestone], removals: &[Removal], series: &Series) -> Vec<Event> {
    let happened = timeline.iter().filter(|milestone| milestone.marked);
    let mut marks: Vec<Event> =
        happened.map(|milestone| Event { at: milestone.at, label: milestone.label.clone() }).collect();
    if let (None, Some(day)) = (&petition.debate, petition.dates.scheduled_debate_date) {
        marks.push(Event { at: deadline::start_of_day(day), label: "Day set for the debate".to_owned() });
    }
    let mut removals: Vec<&Removal> = removals.iter().collect();
    removals.sort_by_key(|removal| std::cmp::Reverse(removal.signatures));
    marks.extend(removals.into_iter().take(REMOVALS_MARKED).map(|removal| {
        // Only the day is known of it; where the count fell on that day it was.
        let (from, to) = (deadline::start_of_day(removal.on), deadline::end_of_day(removal.on));
        let fell = series.steepest_fall(from, to).filter(|_| removal.reason != LedgerReason::Reinstated);
        let at = fell.unwrap_or(from);
        Event { at: at.clamp(series.since(), series.until()), label: removals::done(removal) }
    }));
    marks.sort_by_key(|mark| mark.at);
    marks
}

/// The chart of a petition's history.
pub fn chart(
    petition: &Petition,
    series: &Series,
    forecast: Option<&Forecast>,
    thresholds: Thresholds,
    range: Range,
    marks: &[Event],
) -> HistoryChart {
    let lines = [
        ThresholdLine { signatures: thresholds.response.into(), label: "government response" },
        ThresholdLine { signatures: thresholds.debate.into(), label: "debate" },
    ];
    HistoryChart::new(&History {
        series,
        range,
        opened_at: petition.dates.opened_at.unwrap_or(petition.dates.created_at),
        forecast: forecast.filter(|_| range == Range::All),
        thresholds: &lines,
        events: marks,
    })
}
