//! How a history is cut: the ranges a visitor chooses from, and steps from a minute to a year as London's clocks have them.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};

use crate::domain::deadline;

/// How far back a history is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Range {
    /// The last 24 hours.
    Day,
    /// The last 7 days.
    Week,
    /// The last 30 days.
    Month,
    /// Everything since the history begins.
    All,
}

impl Range {
    /// Every range, the shortest first.
    pub const EVERY: [Range; 4] = [Range::Day, Range::Week, Range::Month, Range::All];

    /// The word for it in an address: `24h`, `7d`, `30d` or `all`.
    pub const fn word(self) -> &'static str {
        match self {
            Range::Day => "24h",
            Range::Week => "7d",
            Range::Month => "30d",
            Range::All => "all",
        }
    }

    /// The name for it on a page: "24 hours", "7 days", "30 days" or "All".
    pub const fn name(self) -> &'static str {
        match self {
            Range::Day => "24 hours",
            Range::Week => "7 days",
            Range::Month => "30 days",
            Range::All => "All",
        }
    }

    /// Its length; `None` for all of the history.
    pub const fn length(self) -> Option<SignedDuration> {
        match self {
            Range::Day => Some(SignedDuration::from_hours(24)),
            Range::Week => Some(SignedDuration::from_hours(7 * 24)),
            Range::Month => Some(SignedDuration::from_hours(30 * 24)),
            Range::All => None,
        }
    }
}

/// The word in an address is none of `24h`, `7d`, `30d` and `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRange;

impl std::fmt::Display for UnknownRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a range is 24h, 7d, 30d or all")
    }
}

impl std::error::Error for UnknownRange {}

impl FromStr for Range {
    type Err = UnknownRange;

    fn from_str(word: &str) -> Result<Range, UnknownRange> {
        Range::EVERY.into_iter().find(|range| range.word() == word).ok_or(UnknownRange)
    }
}

/// The length of one piece of a history. All from the day on follow London's calendar, so a day may have 23 or 25 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A minute of the clock; only the latest two days are known that finely.
    Minute,
    /// An hour of the clock.
    Hour,
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

impl Step {
    /// The step for a chart of this span: hours up to 7 days, days up to two years, weeks beyond.
    pub fn for_span(span: SignedDuration) -> Step {
        match span.as_hours() {
            ..=168 => Step::Hour,
            169..=17_544 => Step::Day,
            _ => Step::Week,
        }
    }

    /// The step for a table of about 40 rows: hours for a day, days for a month, then weeks, months and years.
    pub fn for_rows(span: SignedDuration) -> Step {
        match (span.as_hours(), span.as_hours() / 24) {
            (..=40, _) => Step::Hour,
            (_, ..=38) => Step::Day,
            (_, 39..=266) => Step::Week,
            (_, 267..=1187) => Step::Month,
            _ => Step::Year,
        }
    }

    /// What one step is called: "hour", "day" and so on.
    pub const fn name(self) -> &'static str {
        match self {
            Step::Minute => "minute",
            Step::Hour => "hour",
            Step::Day => "day",
            Step::Week => "week",
            Step::Month => "month",
            Step::Year => "year",
        }
    }

    /// The beginning of the step that `at` lies in.
    pub fn floor(self, at: Timestamp) -> Timestamp {
        match self.first_day(at) {
            None => whole(at, self.seconds()),
            Some(day) => midnight(day),
        }
    }

    /// The beginning of the step after the one that `at` lies in; never before `at`, even at the end of time.
    pub fn next(self, at: Timestamp) -> Timestamp {
        let step = match self {
            Step::Minute | Step::Hour => {
                let step = SignedDuration::from_secs(self.seconds());
                return whole(at, self.seconds()).checked_add(step).unwrap_or(Timestamp::MAX);
            }
            Step::Day => Span::new().days(1),
            Step::Week => Span::new().weeks(1),
            Step::Month => Span::new().months(1),
            Step::Year => Span::new().years(1),
        };
        let day = self.first_day(at).and_then(|day| day.checked_add(step).ok());
        day.map_or(Timestamp::MAX, midnight)
    }

    /// Its length in seconds, as far as the calendar does not tell.
    fn seconds(self) -> i64 {
        if self == Step::Minute { 60 } else { 3600 }
    }

    /// The first London day of the step that `at` lies in; `None` for minutes and hours.
    fn first_day(self, at: Timestamp) -> Option<Date> {
        let day = match self {
            Step::Minute | Step::Hour => return None,
            Step::Day | Step::Week | Step::Month | Step::Year => deadline::day(at),
        };
        Some(match self {
            Step::Week => day.saturating_sub(Span::new().days(day.weekday().to_monday_zero_offset())),
            Step::Month => day.first_of_month(),
            Step::Year => day.first_of_year(),
            Step::Minute | Step::Hour | Step::Day => day,
        })
    }
}

/// The moment rounded down to a multiple of so many seconds.
pub(super) fn whole(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(at.as_second() - at.as_second().rem_euclid(seconds)).unwrap_or(Timestamp::MIN)
}

/// The moment at which a day begins in London.
fn midnight(day: Date) -> Timestamp {
    day.to_zoned(deadline::london()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}
