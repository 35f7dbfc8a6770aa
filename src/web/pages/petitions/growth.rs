//! Signatures over time: the chart, its words, its table.

use crate::{
    domain::{
        forecast::Forecast,
        series::{Range, Series, Step},
        threshold::Thresholds,
    },
    store::petitions::Petition,
    urls,
    web::charts::{Event, History, HistoryChart, Table, ThresholdLine},
};

use super::timeline::Milestone;

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
        timeline: &[Milestone],
    ) -> Self {
        let chart = chart(petition, series, forecast, thresholds, range, timeline);
        let address = urls::petition(&petition.id);
        Self {
            known: series.length().is_positive(),
            heading: chart.summary.clone(),
            svg: chart.svg("growth"),
            notes: chart.notes.clone(),
            events: chart.events.clone(),
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
            Step::Hour => "Hour",
            Step::Day => "Day",
            Step::Week => "Week",
            Step::Month => "Month",
            Step::Year => "Year",
        }
    }
}

/// The chart of a petition's history.
pub fn chart(
    petition: &Petition,
    series: &Series,
    forecast: Option<&Forecast>,
    thresholds: Thresholds,
    range: Range,
    timeline: &[Milestone],
) -> HistoryChart {
    let lines = [
        ThresholdLine { signatures: thresholds.response.into(), label: "government response" },
        ThresholdLine { signatures: thresholds.debate.into(), label: "debate" },
    ];
    // The oldest first, and only what the line itself does not say.
    let events: Vec<Event> = timeline
        .iter()
        .rev()
        .filter(|milestone| milestone.marked)
        .map(|milestone| Event { at: milestone.at, label: milestone.label.clone() })
        .collect();
    HistoryChart::new(&History {
        series,
        range,
        opened_at: petition.dates.opened_at.unwrap_or(petition.dates.created_at),
        forecast: forecast.filter(|_| range == Range::All),
        thresholds: &lines,
        events: &events,
    })
}
