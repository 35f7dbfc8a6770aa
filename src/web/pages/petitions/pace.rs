//! What stands out in how a petition grew: today beside yesterday, the busiest hour and day, the way to each threshold.

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        series::{Series, Today},
        threshold::Thresholds,
    },
    store::petitions::Petition,
    web::{
        charts::clock,
        filters::{day_of, thousands},
    },
};

/// One thing that stands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// What it is about: "Busiest hour".
    pub term: String,
    /// What there is to say: "1,204".
    pub value: String,
    /// Something smaller beside it: "from 2 pm on 1 March 2022".
    pub note: String,
}

/// A threshold that a petition has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// How many signatures that takes.
    pub signatures: u32,
    /// When it was reached.
    pub at: Timestamp,
    /// How long after the opening.
    pub after: SignedDuration,
}

/// The thresholds that a petition has reached, lowest first.
pub fn reached(petition: &Petition, thresholds: Thresholds) -> Vec<Reached> {
    let dates = &petition.dates;
    let Some(opened) = dates.opened_at else { return Vec::new() };
    let moments = [
        (thresholds.response, dates.response_threshold_reached_at),
        (thresholds.debate, dates.debate_threshold_reached_at),
    ];
    let reached = |(signatures, at): (u32, Option<Timestamp>)| {
        let at = at?;
        Some(Reached { signatures, at, after: at.duration_since(opened).max(SignedDuration::ZERO) })
    };
    moments.into_iter().filter_map(reached).collect()
}

/// Whether it is on record how a petition's count has changed for so long, or since the petition was opened.
pub fn covers(petition: &Petition, series: &Series, time: SignedDuration) -> bool {
    let whole_life = petition.dates.opened_at.is_some_and(|opened| series.since() <= opened);
    series.length() >= time || whole_life && series.length().is_positive()
}

/// Today beside yesterday; `None` where that would be another day than the reader's: of a petition that has closed, or
/// whose count another service published.
pub fn today(petition: &Petition, series: &Series) -> Option<Today> {
    series.today().filter(|_| petition.counted_at.is_none())
}

/// What stands out, in the order in which it is shown.
pub fn highlights(petition: &Petition, series: &Series, thresholds: Thresholds) -> Vec<Highlight> {
    let mut list = Vec::new();
    let mut add = |term: &str, value: String, note: String| {
        list.push(Highlight { term: term.to_owned(), value, note });
    };
    if let Some(today) = today(petition, series) {
        let yesterday = today.yesterday.map(|change| format!("{} yesterday by this time", thousands(change.anew())));
        add("Today so far", thousands(today.so_far.anew()), yesterday.unwrap_or_default());
    }
    if let Some(hour) = series.peak_hour() {
        let note = format!("from {} on {}", clock(hour.starts_at), day_of(&hour.starts_at));
        add("Busiest hour", thousands(hour.added), note);
    }
    if let Some(day) = series.peak_day() {
        add("Busiest day", thousands(day.added), day_of(&day.starts_at));
    }
    for Reached { signatures, at, after } in reached(petition, thresholds) {
        let term = format!("{} signatures", thousands(signatures));
        add(&term, format!("after {}", span(after)), format!("on {}", day_of(&at)));
    }
    list
}

/// About how long something took: "40 minutes", "3 hours", "12 days".
fn span(length: SignedDuration) -> String {
    let hours = length.as_secs_f64() / 3600.0;
    let (count, unit) = match hours {
        ..0.99 => (hours * 60.0, "minute"),
        0.99..47.5 => (hours, "hour"),
        _ => (hours / 24.0, "day"),
    };
    let count = (count.round() as u64).max(1);
    format!("{} {unit}{}", thousands(count), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_what_they_deserve() {
        let said = |minutes: i64| span(SignedDuration::from_mins(minutes));
        assert_eq!([said(0), said(1), said(40), said(59)], ["1 minute", "1 minute", "40 minutes", "59 minutes"]);
        assert_eq!([said(60), said(200), said(47 * 60)], ["1 hour", "3 hours", "47 hours"]);
        assert_eq!([said(48 * 60), said(60 * 24 * 1000)], ["2 days", "1,000 days"]);
    }
}
