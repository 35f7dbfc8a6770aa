//! Until when a petition is open: six calendar months, to the end of the day in London.

use std::sync::LazyLock;

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

use super::limits;

/// London's clock, by which petitions open and close.
pub fn london() -> TimeZone {
    static LONDON: LazyLock<TimeZone> =
        LazyLock::new(|| TimeZone::get("Europe/London").expect("the time zone database is built in"));
    LONDON.clone()
}

/// The day in London on which an instant falls.
pub fn day(at: Timestamp) -> Date {
    at.to_zoned(london()).date()
}

/// The first instant of a day in London.
pub fn start_of_day(day: Date) -> Timestamp {
    day.to_zoned(london()).expect("every day of a petition has a midnight").timestamp()
}

/// The same time of the day before, by London's clock.
pub fn day_before(at: Timestamp) -> Timestamp {
    at.to_zoned(london()).saturating_sub(Span::new().days(1)).timestamp()
}

/// The last instant that counts of the day on which a petition closes that was opened at `opened_at`.
///
/// Six calendar months later, the last day of the month where the month is shorter
/// (31 August → 28 February).
pub fn closes_at(opened_at: Timestamp) -> Timestamp {
    end_of_day(day(opened_at).saturating_add(Span::new().months(limits::MONTHS_OPEN)))
}

/// The last instant that counts of a day in London: the millisecond before midnight, as published data has it.
pub fn end_of_day(day: Date) -> Timestamp {
    start_of_day(day.saturating_add(Span::new().days(1))) - Span::new().milliseconds(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closes(opened: &str) -> String {
        closes_at(opened.parse().expect("an instant")).to_string()
    }

    #[test]
    fn six_months_to_the_end_of_the_day_in_london() {
        // As published for petition 722903.
        assert_eq!(closes("2025-04-22T14:53:36.080Z"), "2025-10-22T22:59:59.999Z");
        assert_eq!(closes("2022-03-01T10:00:00Z"), "2022-09-01T22:59:59.999Z");
        // Half past midnight of 1 July in London is still 30 June in UTC.
        assert_eq!(closes("2025-06-30T23:30:00Z"), "2026-01-01T23:59:59.999Z");
        assert_eq!(closes("2025-08-31T12:00:00Z"), "2026-02-28T23:59:59.999Z");
        assert_eq!(closes("2023-08-31T12:00:00Z"), "2024-02-29T23:59:59.999Z");
    }
}
