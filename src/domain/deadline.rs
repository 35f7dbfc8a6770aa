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

/// A deadline so many days later: the same time of the day, by London's clock.
pub fn extended(deadline: Timestamp, days: u32) -> Timestamp {
    deadline.to_zoned(london()).saturating_add(Span::new().days(days)).timestamp()
}

/// How many days have begun in London from one moment to another: nothing on the same day, one from any time of a day to
/// any time of the next.
pub fn days_between(from: Timestamp, to: Timestamp) -> i32 {
    day(from).until(day(to)).map_or(0, |span| span.get_days())
}

/// The days in London of which at least a moment lies between two moments, the last one not included: as many days more
/// a petition is open that could not be signed between them.
pub fn days_touched(from: Timestamp, until: Timestamp) -> impl Iterator<Item = Date> {
    let last = day(until.max(from) - Span::new().microseconds(1));
    day(from).series(Span::new().days(1)).take_while(move |day| from < until && *day <= last)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    /// Any moment of eighty years, to the second.
    fn moments() -> impl Strategy<Value = Timestamp> {
        (0i64..2_500_000_000).prop_map(|seconds| Timestamp::from_second(seconds).expect("a moment"))
    }

    #[test]
    fn days_are_counted_by_the_calendar() {
        let between =
            |from: &str, to: &str| days_between(from.parse().expect("an instant"), to.parse().expect("an instant"));
        assert_eq!(between("2022-08-01T20:00:00Z", "2022-08-21T09:00:00Z"), 20, "though it is not 20 times 24 hours");
        assert_eq!(between("2022-08-20T22:59:00Z", "2022-08-20T23:00:00Z"), 1, "midnight in London");
        assert_eq!(between("2022-08-20T23:00:00Z", "2022-08-21T22:59:00Z"), 0);
        assert_eq!(between("2022-10-29T12:00:00Z", "2022-10-31T12:00:00Z"), 2, "one of them has 25 hours");
    }

    proptest! {
        #[test]
        fn six_months_later_is_the_same_day_of_the_month_or_its_last(opened in moments()) {
            let (opening, closing) = (day(opened), day(closes_at(opened)));
            let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
            prop_assert_eq!(months(closing) - months(opening), 6);
            let last = closing.days_in_month();
            prop_assert_eq!(closing.day(), opening.day().min(last));
        }

        #[test]
        fn it_ends_with_the_day_in_summer_and_in_winter(opened in moments()) {
            let after = closes_at(opened) + SignedDuration::from_millis(1);
            let midnight = after.to_zoned(london());
            prop_assert_eq!(midnight.time(), jiff::civil::Time::midnight());
            // From noon of the first day to noon of the last there are whole days, but for the hour of summer time.
            let open = closes_at(opened).duration_since(start_of_day(day(opened))).as_hours();
            prop_assert!((181 * 24 - 1..=185 * 24 + 1).contains(&open), "{open} hours");
        }

        #[test]
        fn who_opens_later_closes_no_earlier(one in moments(), other in moments()) {
            prop_assert!(one > other || closes_at(one) <= closes_at(other));
        }

        #[test]
        fn days_more_end_with_their_day_too(opened in moments(), days in 0u32..400, more in 0u32..400) {
            let deadline = closes_at(opened);
            let later = extended(deadline, days);
            prop_assert_eq!(later, end_of_day(day(deadline).saturating_add(Span::new().days(days))));
            prop_assert_eq!(extended(later, more), extended(deadline, days + more));
        }

        #[test]
        fn a_day_is_touched_for_every_midnight_between_and_the_first(from in moments(), seconds in 1i64..10_000_000) {
            let until = from + SignedDuration::from_secs(seconds);
            let mut midnights = 0;
            let mut next = day(from).saturating_add(Span::new().days(1));
            while start_of_day(next) < until {
                midnights += 1;
                next = next.saturating_add(Span::new().days(1));
            }
            prop_assert_eq!(days_touched(from, until).count(), midnights + 1);
        }
    }

    #[test]
    fn no_time_touches_no_day() {
        let touched = |from, until| days_touched(from, until).count();
        let midnight = start_of_day(jiff::civil::date(2026, 5, 3));
        assert_eq!(touched(midnight, midnight), 0);
        assert_eq!(touched(midnight, midnight - SignedDuration::from_hours(1)), 0);
        assert_eq!(touched(midnight - SignedDuration::from_hours(1), midnight), 1, "midnight is the next day's");
        assert_eq!(touched(midnight - SignedDuration::from_hours(1), midnight + SignedDuration::from_secs(1)), 2);
    }

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
