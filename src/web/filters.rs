//! How numbers, dates and durations are written.

use std::borrow::Borrow;

use jiff::{SignedDuration, Timestamp, civil::Date};

use crate::domain::{deadline, limits, threshold::Progress};

/// A whole number of any size; templates hand over references.
pub trait Whole {
    /// Its value.
    fn whole(&self) -> i128;
}

macro_rules! whole {
    ($($number:ty),*) => {
        $(impl Whole for $number {
            fn whole(&self) -> i128 {
                i128::from(*self)
            }
        })*
    };
}

whole!(i16, u16, i32, u32, i64, u64);

impl Whole for usize {
    fn whole(&self) -> i128 {
        *self as i128
    }
}

impl<T: Whole> Whole for &T {
    fn whole(&self) -> i128 {
        (*self).whole()
    }
}

/// "44,029".
pub fn thousands(number: impl Whole) -> String {
    let number = number.whole();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 signature", "44,029 signatures".
pub fn signatures(count: impl Whole) -> String {
    format!("{} {}", thousands(&count), if count.whole() == 1 { "signature" } else { "signatures" })
}

/// How far a petition has come, in words: "44% of the 100,000 needed for a debate in Parliament".
pub fn progress(progress: &Progress) -> String {
    if progress.reached() {
        format!("Passed the {} needed for {}", thousands(progress.goal), progress.purpose)
    } else {
        format!("{}% of the {} needed for {}", progress.percent(), thousands(progress.goal), progress.purpose)
    }
}

/// "1 March 2022".
pub fn day(day: &Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// "Tuesday 1st March 2022".
pub fn long_day(day: &Date) -> String {
    let number = day.day();
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{} {number}{ending} {}", day.strftime("%A"), day.strftime("%B %Y"))
}

/// The day in London of a moment, "1 March 2022".
pub fn day_of(at: &Timestamp) -> String {
    day(&deadline::day(*at))
}

/// The day in London of a moment, "Tuesday 1st March 2022".
pub fn long_day_of(at: &Timestamp) -> String {
    long_day(&deadline::day(*at))
}

/// "21:36:05 on 21 August 2022", by London's clock.
pub fn second_of(at: &Timestamp) -> String {
    at.to_zoned(deadline::london()).strftime("%H:%M:%S on %-d %B %Y").to_string()
}

/// "21:36 on 21 August 2022", by London's clock.
pub fn minute_of(at: &Timestamp) -> String {
    at.to_zoned(deadline::london()).strftime("%H:%M on %-d %B %Y").to_string()
}

/// "21:36", by London's clock.
pub fn time_of(at: &Timestamp) -> String {
    at.to_zoned(deadline::london()).strftime("%H:%M").to_string()
}

/// "1 person", "4,210 people".
pub fn people(count: impl Whole) -> String {
    format!("{} {}", thousands(&count), if count.whole() == 1 { "person" } else { "people" })
}

/// A moment for programs, as the reference service writes it: "2022-03-01T10:12:00.000Z".
pub fn iso(at: &Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// How far off a deadline is, as people say it: "in 10 days", "tomorrow", "today", "passed".
///
/// Counted in days until the day of the deadline begins; today counts while at least four hours of it are left, so that
/// the evening of 21 August is 10 days away from 1 September, and its morning 11.
pub fn until(deadline_at: Timestamp, now: Timestamp) -> String {
    if deadline_at < now {
        return "passed".to_owned();
    }
    let last_day = deadline::day(deadline_at);
    match (last_day - deadline::day(now)).get_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => {
            let hours = deadline::start_of_day(last_day).duration_since(now).as_secs_f64() / 3600.0;
            format!("in {} days", thousands((((hours - 4.0) / 24.0).ceil() as i64).max(2)))
        }
    }
}

/// For how long a petition is open that is published soon: "for 6 months", or "until 1 September 2022, when Parliament is
/// dissolved", if that is said to cut its time short.
pub fn open_for(cut_short: &Option<Timestamp>) -> String {
    match cut_short {
        None => format!("for {} months", limits::MONTHS_OPEN),
        Some(at) => format!("until {}, when Parliament is dissolved", day_of(at)),
    }
}

/// How far off something is that nobody knows to the day: "within a day", "in about 3 days", "in about 3 weeks", "in
/// about 4 months".
pub fn in_about(duration: SignedDuration) -> String {
    let days = duration.as_secs_f64() / 86_400.0;
    let (count, unit) = match days {
        ..1.0 => return "within a day".to_owned(),
        1.0..11.0 => (days, "day"),
        11.0..60.0 => (days / 7.0, "week"),
        _ => (days / 30.4, "month"),
    };
    match count.round() as u64 {
        1 => format!("in about a {unit}"),
        count => format!("in about {} {unit}s", thousands(count)),
    }
}

/// A length of time in whole days, "43 days"; "less than a day".
pub fn days(duration: SignedDuration) -> String {
    in_days(duration.as_hours() / 24)
}

/// How long something has waited, in days of London's calendar: "43 days"; "less than a day" on the day itself.
pub fn waited(since: Timestamp, now: Timestamp) -> String {
    in_days(deadline::days_between(since, now).into())
}

fn in_days(days: i64) -> String {
    match days {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{} days", thousands(days)),
    }
}

/// A share in per cent with two or three digits: "12", "1.2", "0.92", "0.003".
pub fn percent(share: f64) -> String {
    if share == 0.0 {
        "0".to_owned()
    } else if share >= 9.95 {
        format!("{share:.0}")
    } else if share >= 0.995 {
        format!("{share:.1}")
    } else if share >= 0.00995 {
        format!("{share:.2}")
    } else {
        format!("{:.3}", share.max(0.001))
    }
}

/// How many times as much, with two digits or so: "12", "1.8", "1.0", "0.67".
pub fn times(ratio: impl Borrow<f64>) -> String {
    let ratio = *ratio.borrow();
    if ratio >= 9.95 {
        format!("{ratio:.0}")
    } else if ratio >= 0.995 {
        format!("{ratio:.1}")
    } else {
        format!("{ratio:.2}")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn numbers_have_their_commas() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (44_029, "44,029"), (6_012_004, "6,012,004"), (-626, "−626")]
        {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(signatures(1), "1 signature");
        assert_eq!(signatures(0), "0 signatures");
    }

    #[test]
    fn days_are_written_as_people_say_them() {
        assert_eq!(long_day(&date(2022, 3, 1)), "Tuesday 1st March 2022");
        assert_eq!(long_day(&date(2022, 9, 22)), "Thursday 22nd September 2022");
        assert_eq!(long_day(&date(2022, 11, 13)), "Sunday 13th November 2022");
        assert_eq!(day(&date(2022, 3, 1)), "1 March 2022");
    }

    #[test]
    fn deadlines_are_some_days_off() {
        let deadline = "2022-09-01T22:59:59.999Z".parse().expect("an instant");
        let off = |now: &str| until(deadline, now.parse().expect("an instant"));
        assert_eq!(off("2022-08-21T20:00:00Z"), "in 10 days");
        assert_eq!(off("2022-08-21T08:00:00Z"), "in 11 days");
        assert_eq!(off("2022-08-30T22:30:00Z"), "in 2 days");
        assert_eq!(off("2022-08-31T21:00:00Z"), "tomorrow");
        assert_eq!(off("2022-09-01T20:00:00Z"), "today");
        assert_eq!(off("2022-09-01T23:00:00Z"), "passed");
    }
}
