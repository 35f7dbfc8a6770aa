//! The axis of time: which moments are named, and how, so that their names do not run into each other.

use jiff::{SignedDuration, Timestamp};

use crate::domain::series::Step;

use super::labels::{WIDTH, width};
use super::words;

/// A moment with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The moment.
    pub at: Timestamp,
    /// Its name: "6 pm", "Mon", "15 Aug", "Mar", "2022".
    pub name: String,
    /// Whether the name is that of a longer time which begins here, so that it is written from here on.
    pub from_here: bool,
}

/// Room between two names, in pixels.
pub const APART: f64 = 8.0;

/// The moments to name between two others, evenly apart and as many as fit on a narrow phone.
pub fn ticks(from: Timestamp, to: Timestamp) -> Vec<Tick> {
    let days = to.duration_since(from).as_secs_f64() / 86_400.0;
    let fits = |every: &Every| {
        let is_clear = !matches!(every, Every::Weekday) || days < 7.1;
        is_clear && every.days() / days * WIDTH >= width(every.longest()) + APART
    };
    let every = EVERY.into_iter().find(fits).unwrap_or(Every::Years(1000));
    let step = every.step();
    let mut ticks = Vec::new();
    let mut at = step.floor(from);
    let first = if at < from { step.next(at) } else { at };
    at = first;
    while at < to {
        if every.is_named(at, first) {
            ticks.push(every.tick(at));
        }
        let next = step.next(at);
        if next <= at {
            break;
        }
        at = next;
    }
    ticks
}

/// How far apart the named moments are.
#[derive(Clone, Copy, Debug)]
enum Every {
    Hours(i8),
    Weekday,
    Days(i64),
    Weeks(i64),
    Months(i8),
    Years(i16),
}

const EVERY: [Every; 20] = [
    Every::Hours(1),
    Every::Hours(3),
    Every::Hours(6),
    Every::Hours(12),
    Every::Weekday,
    Every::Days(1),
    Every::Days(2),
    Every::Days(3),
    Every::Weeks(1),
    Every::Weeks(2),
    Every::Months(1),
    Every::Months(2),
    Every::Months(3),
    Every::Months(6),
    Every::Years(1),
    Every::Years(2),
    Every::Years(5),
    Every::Years(10),
    Every::Years(50),
    Every::Years(200),
];

impl Every {
    fn days(self) -> f64 {
        match self {
            Every::Hours(hours) => f64::from(hours) / 24.0,
            Every::Weekday => 1.0,
            Every::Days(days) => days as f64,
            Every::Weeks(weeks) => 7.0 * weeks as f64,
            Every::Months(months) => 28.0 * f64::from(months),
            Every::Years(years) => 365.0 * f64::from(years),
        }
    }

    fn longest(self) -> &'static str {
        match self {
            Every::Hours(_) => "midnight",
            Every::Weekday => "Wed",
            Every::Days(_) | Every::Weeks(_) => "30 Sept",
            Every::Months(_) => "Sept",
            Every::Years(_) => "2022",
        }
    }

    fn step(self) -> Step {
        match self {
            Every::Hours(_) => Step::Hour,
            Every::Weekday | Every::Days(_) => Step::Day,
            Every::Weeks(_) => Step::Week,
            Every::Months(_) => Step::Month,
            Every::Years(_) => Step::Year,
        }
    }

    /// Whether the beginning of a step is to be named, counted from the first one.
    fn is_named(self, at: Timestamp, first: Timestamp) -> bool {
        let time = words::zoned(at);
        // Rounded, since days may have 23 or 25 hours.
        let days = (at.duration_since(first).as_hours() + 12) / 24;
        match self {
            Every::Hours(hours) => time.hour() % hours == 0,
            Every::Weekday => true,
            Every::Days(apart) => days % apart == 0,
            Every::Weeks(apart) => days / 7 % apart == 0,
            Every::Months(apart) => (time.month() - 1) % apart == 0,
            Every::Years(apart) => time.year() % apart == 0,
        }
    }

    fn tick(self, at: Timestamp) -> Tick {
        let time = words::zoned(at);
        let noon = at.checked_add(SignedDuration::from_hours(12)).unwrap_or(at);
        match self {
            Every::Hours(12) if time.hour() == 0 => {
                Tick { at, name: time.strftime("%a").to_string(), from_here: false }
            }
            Every::Hours(_) => Tick { at, name: words::clock(at), from_here: false },
            Every::Weekday => Tick { at: noon, name: time.strftime("%a").to_string(), from_here: false },
            Every::Days(_) | Every::Weeks(_) => Tick { at: noon, name: words::short_day(at), from_here: false },
            Every::Months(_) if time.month() == 1 => Tick { at, name: time.year().to_string(), from_here: true },
            Every::Months(_) => Tick { at, name: words::month(at).to_owned(), from_here: true },
            Every::Years(_) => Tick { at, name: time.year().to_string(), from_here: true },
        }
    }
}
