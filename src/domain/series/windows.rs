//! The latest changes: windows that slide with the clock, and the rates that an estimate is made from.

use jiff::{SignedDuration, Timestamp};

use super::{HOUR, Series, Step};
use crate::domain::deadline;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How a count changed over some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Signatures added to the count.
    pub added: u64,
    /// Signatures taken from the count.
    pub removed: u64,
    /// Those among the additions that staff put back.
    pub put_back: u64,
}

impl Change {
    /// What is left of the additions: negative when the count fell.
    pub fn net(self) -> i64 {
        signed(self.added).saturating_sub(signed(self.removed))
    }

    /// What came anew: the net change without what staff put back, as far as that does not make up for what was taken
    /// out in the same time.
    pub fn anew(self) -> i64 {
        self.net().saturating_sub(signed(self.put_back.saturating_sub(self.removed)))
    }

    /// Signatures that came, without those that staff put back.
    pub fn came(self) -> u64 {
        self.added.saturating_sub(self.put_back)
    }

    fn minus(self, other: Change) -> Change {
        Change {
            added: self.added.saturating_sub(other.added),
            removed: self.removed.saturating_sub(other.removed),
            put_back: self.put_back.saturating_sub(other.put_back),
        }
    }

    pub(super) fn plus(self, other: Change) -> Change {
        Change {
            added: self.added.saturating_add(other.added),
            removed: self.removed.saturating_add(other.removed),
            put_back: self.put_back.saturating_add(other.put_back),
        }
    }
}

/// What came today, beside what had come the day before by the same time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Today {
    /// The midnight with which it began, by London's clock.
    pub began_at: Timestamp,
    /// The changes since midnight.
    pub so_far: Change,
    /// Those of the day before until the same time; `None` where the history does not reach back to its midnight.
    pub yesterday: Option<Change>,
}

impl Series {
    /// Today beside yesterday; `None` for a petition that has closed.
    pub fn today(&self) -> Option<Today> {
        let began_at = Step::Day.floor(self.until);
        let same_time = deadline::day_before(self.until);
        let midnight = Step::Day.floor(same_time);
        (!self.closed).then(|| Today {
            began_at,
            so_far: self.between(began_at, self.until),
            yesterday: (self.since <= midnight).then(|| self.between(midnight, same_time)),
        })
    }

    /// The changes between two moments of the history.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Change {
        let first = self.started_by(from).saturating_sub(1);
        let within = (first..self.hours.len()).take_while(|&index| self.hours[index].starts_at < to);
        within.fold(Change::default(), |sum, index| sum.plus(self.part(index, from).minus(self.part(index, to))))
    }

    /// The changes of the last so many hours, minutes, ...: a window that ends at `until`, not at a full hour.
    pub fn last(&self, length: SignedDuration) -> Change {
        let from = self.until.checked_sub(length).unwrap_or(Timestamp::MIN);
        let first = self.started_by(from).saturating_sub(1);
        (first..self.hours.len()).fold(Change::default(), |sum, index| sum.plus(self.part(index, from)))
    }

    /// The changes of the last 24 hours.
    pub fn last_24_hours(&self) -> Change {
        self.last(DAY)
    }

    /// The changes of the last hour.
    pub fn last_hour(&self) -> Change {
        self.last(HOUR)
    }

    /// New signatures a day over the last 7 days, or since `opened_at` or the beginning of the history if that is less
    /// than 7 days ago; never negative.
    pub fn per_day_7d(&self, opened_at: Timestamp) -> f64 {
        let known = self.until.duration_since(self.since.max(opened_at)).min(DAY.saturating_mul(7));
        if known <= SignedDuration::ZERO {
            return 0.0;
        }
        self.last(known).anew().max(0) as f64 / days(known)
    }

    /// What came anew in each 24 hours counted back from `until`, the latest first; the last one is shorter where the
    /// history is not a whole number of days old.
    pub fn days_back(&self) -> Vec<i64> {
        let mut days = Vec::new();
        let (mut end, mut later) = (self.until, self.total());
        while end > self.since {
            let start = end.checked_sub(DAY).unwrap_or(Timestamp::MIN);
            let earlier = if start > self.since { self.total_at(start) } else { None }.unwrap_or(self.before);
            let again = match self.put_back_between(start, end) {
                0 => 0,
                put_back => put_back.saturating_sub(self.between(start, end).removed),
            };
            days.push(signed(later) - signed(earlier) - signed(again));
            (end, later) = (start, earlier);
        }
        days
    }

    /// The part of an hour's changes from a moment on. Recorded minutes tell exactly (a minute counts when all of it
    /// lies after the moment); what they do not account for is taken as spread evenly over the hour.
    pub(super) fn part(&self, index: usize, from: Timestamp) -> Change {
        let hour = self.hours[index];
        let whole = self.whole(index);
        let (start, end) = (hour.starts_at.max(self.since), hour.ends_at().min(self.until));
        if from <= start {
            return whole;
        }
        if from >= end {
            return Change::default();
        }
        let first = self.minutes.partition_point(|minute| minute.starts_at < hour.starts_at);
        let (mut known, mut later) = (Change::default(), Change::default());
        for minute in self.minutes[first..].iter().take_while(|minute| minute.starts_at < end) {
            let change = Change { added: minute.added.into(), removed: minute.removed.into(), put_back: 0 };
            known = known.plus(change);
            if minute.starts_at >= from {
                later = later.plus(change);
            }
        }
        let share = days(end.duration_since(from)) / days(end.duration_since(start));
        let part = |whole: u64, known: u64, later: u64| {
            let spread = (whole.saturating_sub(known) as f64 * share).round() as u64;
            later.saturating_add(spread).min(whole)
        };
        Change {
            added: part(whole.added, known.added, later.added),
            removed: part(whole.removed, known.removed, later.removed),
            put_back: self.put_back_between(from, hour.ends_at()),
        }
    }

    /// The changes of an hour.
    pub(super) fn whole(&self, index: usize) -> Change {
        let hour = self.hours[index];
        let put_back = self.put_back_between(hour.starts_at, hour.ends_at());
        Change { added: hour.added.into(), removed: hour.removed.into(), put_back }
    }
}

/// A length in days of 24 hours.
pub(in crate::domain) fn days(length: SignedDuration) -> f64 {
    length.as_secs_f64() / DAY.as_secs_f64()
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
