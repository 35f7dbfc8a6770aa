//! Following without signing: what can be followed, and when the weekly news about it leaves.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Span, Timestamp, civil::Weekday};

use super::{area::BoundarySet, deadline, limits, petition::PetitionId};

/// The number of somebody's following something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FollowId(pub i64);

/// The number of somebody who follows something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FollowerId(pub i64);

impl fmt::Display for FollowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for FollowerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What was written is not a number of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number consists of digits only")]
pub struct NotANumber;

fn number(text: &str) -> Result<i64, NotANumber> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or(NotANumber)
}

impl FromStr for FollowId {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        number(text).map(Self)
    }
}

impl FromStr for FollowerId {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        number(text).map(Self)
    }
}

/// What can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A petition: a mail whenever something happens to it.
    Petition(PetitionId),
    /// A topic, by its code: news once a week.
    Topic(String),
    /// A constituency, by its number and the boundaries that are meant: news once a week.
    Place(i32, BoundarySet),
}

impl Target {
    /// Whether its news come once a week, together with those of others.
    pub fn is_weekly(&self) -> bool {
        !matches!(self, Self::Petition(_))
    }
}

/// Up to when the latest weekly news tell that can be written now: the last Monday morning in London. What was being written
/// into the database just then has had its time.
pub fn last_weekly(now: Timestamp) -> Timestamp {
    let settled = (now - SignedDuration::from_mins(limits::WEEKLY_NEWS_LATE_MINUTES)).to_zoned(deadline::london());
    let morning = |day: jiff::civil::Date| {
        let morning = day.at(limits::WEEKLY_NEWS_HOUR, 0, 0, 0).to_zoned(deadline::london());
        morning.expect("no clock is put forward at that hour").timestamp()
    };
    let days = settled.weekday().since(Weekday::Monday);
    let monday = settled.date().saturating_sub(Span::new().days(days));
    let this_week = morning(monday);
    if this_week <= settled.timestamp() { this_week } else { morning(monday.saturating_sub(Span::new().weeks(1))) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn last(now: &str) -> String {
        last_weekly(now.parse().expect("a moment")).to_string()
    }

    #[test]
    fn news_leave_on_monday_morning_in_london() {
        // In summer, eight in London is seven in UTC.
        assert_eq!(last("2022-08-22T07:05:00Z"), "2022-08-22T07:00:00Z");
        assert_eq!(last("2022-08-22T07:04:59Z"), "2022-08-15T07:00:00Z");
        assert_eq!(last("2022-08-28T22:00:00Z"), "2022-08-22T07:00:00Z");
        assert_eq!(last("2022-12-31T12:00:00Z"), "2022-12-26T08:00:00Z");
        // The week in which clocks are put back has an hour more.
        assert_eq!(last("2022-10-31T07:30:00Z"), "2022-10-24T07:00:00Z");
        assert_eq!(last("2022-10-31T08:05:00Z"), "2022-10-31T08:00:00Z");
    }

    #[test]
    fn numbers_are_plain_digits() {
        assert_eq!("17".parse(), Ok(FollowId(17)));
        for wrong in ["", "-1", "+1", "1 ", "x", "99999999999999999999"] {
            assert!(wrong.parse::<FollowerId>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn weeks_follow_each_other_without_a_gap(second in 1_600_000_000i64..2_000_000_000) {
            let now = Timestamp::from_second(second).expect("a moment");
            let last = last_weekly(now);
            let age = now.duration_since(last).as_hours();
            prop_assert!((0..=7 * 24 + 1).contains(&age), "{age}");
            let local = last.to_zoned(deadline::london());
            prop_assert_eq!((local.weekday(), local.hour()), (Weekday::Monday, limits::WEEKLY_NEWS_HOUR));
            prop_assert_eq!(last_weekly(last + SignedDuration::from_mins(limits::WEEKLY_NEWS_LATE_MINUTES)), last);
        }
    }
}
