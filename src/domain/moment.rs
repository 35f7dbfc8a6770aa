//! Moments, days and counts in files that somebody handed over: those that a petition can have, and no others.

use jiff::{Timestamp, civil::Date};

/// Moments outside these years are mistakes, and some of them no calendar or database can calculate with.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2999;

/// Reads a moment such as `2025-07-29T13:26:00.000Z`; what is finer than a microsecond is cut off,
/// as databases keep no more.
///
/// # Errors
/// What is wrong with it.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    let at: Timestamp = text.parse().map_err(|_| format!("“{text}” is not a moment such as 2025-07-29T13:26:00Z"))?;
    sensible(at.to_zoned(jiff::tz::TimeZone::UTC).date())?;
    Ok(Timestamp::from_microsecond(at.as_microsecond()).expect("the same moment or a bit earlier"))
}

/// Reads a day such as `2025-07-29`.
///
/// # Errors
/// What is wrong with it.
pub fn day(text: &str) -> Result<Date, String> {
    let day = text.parse().map_err(|_| format!("“{text}” is not a day such as 2025-07-29"))?;
    sensible(day)?;
    Ok(day)
}

fn sensible(day: Date) -> Result<(), String> {
    if YEARS.contains(&day.year()) {
        Ok(())
    } else {
        Err(format!("the year {} is not between {} and {}", day.year(), YEARS.start(), YEARS.end()))
    }
}

/// The number as a count of signatures; the database holds 32 bits with a sign.
///
/// # Errors
/// When it is below zero or above 2,147,483,647.
pub fn count(number: i64) -> Result<u32, String> {
    match u32::try_from(number) {
        Ok(count) if count <= i32::MAX.unsigned_abs() => Ok(count),
        _ => Err(format!("{number} is not a count from 0 to {}", i32::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_kept_to_the_microsecond() {
        assert_eq!(
            moment("2025-07-29T13:26:00.1234567Z").map(|at| at.to_string()),
            Ok("2025-07-29T13:26:00.123456Z".into())
        );
        assert_eq!(moment("2025-07-29T14:26:00+01:00").map(|at| at.to_string()), Ok("2025-07-29T13:26:00Z".into()));
    }

    #[test]
    fn other_moments_are_not_taken() {
        for wrong in [
            "",
            "2025-07-29",
            "2025-07-29T13:26:00",
            "29/07/2025 13:26",
            "9999-12-30T00:00:00Z",
            "-004000-01-01T00:00:00Z",
        ] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "2025-02-29", "9999-12-31", "0001-01-01"] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn counts_have_31_bits() {
        assert_eq!(count(2_147_483_647), Ok(2_147_483_647));
        assert!(count(2_147_483_648).is_err() && count(-1).is_err());
    }
}
