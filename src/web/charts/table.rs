//! The numbers of a chart as a table of about 40 rows at the most.

use crate::domain::series::{Bucket, Range, Series, Step};

use super::words;
use crate::web::filters::day_of;

/// A history by the hour, day, week, month or year, whichever gives a table that can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What one row stands for.
    pub step: Step,
    /// Whether signatures were removed in any row, so that a column for them is needed.
    pub removals: bool,
    /// The latest first. Those of [`Range::All`] and what was collected before the history add up to the total.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// When: "8 pm, 21 August", "21 August 2022", "Week of 15 August 2022", "August 2022", "2022".
    pub when: String,
    /// The numbers, and whether the time is over.
    pub bucket: Bucket,
}

impl Table {
    /// The table of a range of a history.
    pub fn new(series: &Series, range: Range) -> Table {
        let step = Step::for_rows(series.until().duration_since(series.start(range)));
        let buckets = series.buckets(range, step);
        Table {
            step,
            removals: buckets.iter().any(|bucket| bucket.removed > 0),
            rows: buckets.into_iter().rev().map(|bucket| Row { when: when(step, &bucket), bucket }).collect(),
        }
    }
}

fn when(step: Step, bucket: &Bucket) -> String {
    let at = bucket.starts_at;
    match step {
        Step::Minute | Step::Hour if step.floor(at) < at => {
            format!("From {}, {}", words::clock(at), words::zoned(at).strftime("%-d %B"))
        }
        Step::Minute | Step::Hour => format!("{}, {}", words::clock(at), words::zoned(at).strftime("%-d %B")),
        Step::Day => day_of(&at),
        Step::Week => format!("Week of {}", day_of(&step.floor(at))),
        Step::Month => words::zoned(at).strftime("%B %Y").to_string(),
        Step::Year => words::zoned(at).strftime("%Y").to_string(),
    }
}
