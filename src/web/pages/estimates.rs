//! How the final count is estimated, how good that was on petitions elsewhere, and how good it has been here.

use askama::Template;

use crate::{
    store::estimates::{AGES, DAYS_LEFT, Record},
    web::{filters::thousands, page::Layout},
};

/// The page.
#[derive(Template)]
#[template(path = "pages/estimates.html")]
pub struct EstimatesPage {
    layout: Layout,
    by_age: Vec<Line>,
    by_days_left: Vec<Line>,
}

/// A line of the track record.
struct Line {
    days: String,
    estimates: String,
    petitions: String,
    naive: String,
    error: String,
    half: String,
    four_in_five: String,
}

/// A line of the table of the backtest, as `undersigned backtest series.csv --without eci` prints it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backtested {
    /// Days since the petition had 1,000 signatures.
    pub days: &'static str,
    /// How many moments were estimated.
    pub moments: usize,
    /// Of how many petitions.
    pub petitions: usize,
    /// The median error of the naive rule, in per cent.
    pub naive: f64,
    /// That of the rule that the site began with.
    pub baseline: f64,
    /// That of the site's.
    pub site: f64,
    /// That of the site's, with constants found without the petition.
    pub left_out: f64,
    /// The share of final counts in the range of half of them, found without the petition.
    pub half: f64,
    /// The share in the range of four in five.
    pub four_in_five: f64,
}

/// The table of the backtest.
pub const BACKTEST: &[Backtested] = &[
    Backtested {
        days: "0 to 10 days",
        moments: 31,
        petitions: 8,
        naive: 526.1,
        baseline: 31.2,
        site: 25.3,
        left_out: 29.0,
        half: 0.68,
        four_in_five: 0.74,
    },
    Backtested {
        days: "10 days and more",
        moments: 60,
        petitions: 9,
        naive: 12.8,
        baseline: 7.9,
        site: 5.7,
        left_out: 9.5,
        half: 0.52,
        four_in_five: 0.78,
    },
    Backtested {
        days: "0 to 1.5 days",
        moments: 5,
        petitions: 5,
        naive: 377.5,
        baseline: 46.4,
        site: 42.4,
        left_out: 41.9,
        half: 0.6,
        four_in_five: 0.8,
    },
    Backtested {
        days: "1.5 to 4 days",
        moments: 7,
        petitions: 3,
        naive: 754.7,
        baseline: 26.8,
        site: 23.4,
        left_out: 11.3,
        half: 1.0,
        four_in_five: 1.0,
    },
    Backtested {
        days: "4 to 10 days",
        moments: 19,
        petitions: 6,
        naive: 450.0,
        baseline: 33.3,
        site: 23.8,
        left_out: 39.7,
        half: 0.58,
        four_in_five: 0.63,
    },
    Backtested {
        days: "10 to 25 days",
        moments: 21,
        petitions: 7,
        naive: 55.9,
        baseline: 26.0,
        site: 8.2,
        left_out: 34.4,
        half: 0.43,
        four_in_five: 0.76,
    },
    Backtested {
        days: "25 to 60 days",
        moments: 16,
        petitions: 7,
        naive: 15.4,
        baseline: 21.2,
        site: 7.1,
        left_out: 9.3,
        half: 0.69,
        four_in_five: 0.81,
    },
    Backtested {
        days: "60 days and more",
        moments: 23,
        petitions: 7,
        naive: 1.2,
        baseline: 1.4,
        site: 1.0,
        left_out: 1.0,
        half: 0.48,
        four_in_five: 0.78,
    },
];

impl EstimatesPage {
    /// The page with the track record of the site.
    pub fn new(layout: Layout, record: &[Record]) -> Self {
        let lines = |by_age: bool, begins: &[f64]| {
            record.iter().filter(|one| one.by_age == by_age).map(|one| Line::new(one, begins)).collect()
        };
        Self { layout, by_age: lines(true, &AGES), by_days_left: lines(false, &DAYS_LEFT) }
    }

    fn backtest(&self) -> &'static [Backtested] {
        BACKTEST
    }

    /// Where the estimate, left out, was worse than the first rule: “from 4 to 10 days (40 against 33)”.
    fn worse(&self) -> String {
        let worse: Vec<String> = BACKTEST
            .iter()
            .filter(|row| row.left_out > row.baseline)
            .map(|row| format!("{} ({} against {})", row.days, row.error(&row.left_out), row.error(&row.baseline)))
            .collect();
        worse.join("; ")
    }
}

impl Line {
    fn new(record: &Record, begins: &[f64]) -> Self {
        let from = record.bucket.checked_sub(1).and_then(|before| begins.get(before));
        Self {
            days: match (from, begins.get(record.bucket)) {
                (None, Some(to)) => format!("under {to}"),
                (Some(from), Some(to)) => format!("{from} to {to}"),
                (Some(from), None) => format!("{from} and more"),
                (None, None) => "all".to_owned(),
            },
            estimates: thousands(record.estimates),
            petitions: thousands(record.petitions),
            naive: in_per_cent(record.naive_error),
            error: in_per_cent(record.error),
            half: format!("{:.0}", 100.0 * record.held_half),
            four_in_five: format!("{:.0}", 100.0 * record.held_four_in_five),
        }
    }
}

/// "120", "12", "1.2", "0.1".
fn in_per_cent(share: f64) -> String {
    let per_cent = 100.0 * share;
    if per_cent < 9.95 { format!("{per_cent:.1}") } else { thousands(per_cent.round() as u64) }
}

impl Backtested {
    fn error(&self, error: &f64) -> String {
        in_per_cent(error / 100.0)
    }

    fn share(&self, share: &f64) -> String {
        format!("{:.0}", 100.0 * share)
    }
}
