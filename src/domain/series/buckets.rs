//! A history cut into hours, days, weeks, ...: what charts, tables and CSV show.

use jiff::Timestamp;

use super::{Change, Range, Series, Step};

/// One piece of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The beginning: of its hour, day, ..., or of what is shown if that begins within it.
    pub starts_at: Timestamp,
    /// The end of its hour, day, ...; for the running one that is still to come.
    pub ends_at: Timestamp,
    /// Signatures added to the count.
    pub added: u64,
    /// Signatures taken from the count.
    pub removed: u64,
    /// The total at its end, or now for the running one.
    pub total: u64,
    /// Whether it is over; the running one is not.
    pub complete: bool,
}

impl Series {
    /// The range cut into pieces without a gap: those in which nothing happened are there with zeros.
    /// The pieces of [`Range::All`] and what was collected before add up to the total.
    pub fn buckets(&self, range: Range, step: Step) -> Vec<Bucket> {
        let start = self.start(range);
        let mut rest = self.hours.partition_point(|hour| hour.ends_at() <= start);
        let mut buckets = Vec::new();
        let mut from = start;
        loop {
            let to = step.next(from);
            let mut change = Change::default();
            while rest < self.hours.len() && self.hours[rest].starts_at < to {
                change = change.plus(self.part(rest, start));
                rest += 1;
            }
            buckets.push(Bucket {
                starts_at: from,
                ends_at: if self.closed { to.min(self.until) } else { to },
                added: change.added,
                removed: change.removed,
                total: rest.checked_sub(1).map_or(self.before, |last| self.totals[last]),
                complete: self.closed || to <= self.until,
            });
            if to >= self.until || to <= from {
                return buckets;
            }
            from = to;
        }
    }

    /// The moment at which a range of this history begins, never before [`Series::since`].
    ///
    /// 24 hours begin 24 hours ago to the minute, so that they add up to [`Series::last_24_hours`]; 7 and 30 days
    /// are today and the days before, by London's calendar.
    pub fn start(&self, range: Range) -> Timestamp {
        let Some(length) = range.length() else {
            return self.since;
        };
        let exact = self.until.checked_sub(length).unwrap_or(Timestamp::MIN);
        let start = match range {
            Range::Week | Range::Month if Step::Day.floor(exact) < exact => Step::Day.next(exact),
            _ => exact,
        };
        start.max(self.since)
    }

    /// The hour with the most signatures added, the first of equals; `None` if there are none.
    pub fn peak_hour(&self) -> Option<Bucket> {
        self.peak(Step::Hour)
    }

    /// The London day with the most signatures added, the first of equals; `None` if there are none.
    pub fn peak_day(&self) -> Option<Bucket> {
        self.peak(Step::Day)
    }

    fn peak(&self, step: Step) -> Option<Bucket> {
        let most = self.buckets(Range::All, step).into_iter().rev().max_by_key(|bucket| bucket.added)?;
        (most.added > 0).then_some(most)
    }
}
