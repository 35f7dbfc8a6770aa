//! A history cut into hours, days, weeks, ...: what charts, tables and CSV show.

use jiff::Timestamp;

use super::{Change, HOUR, Hour, Range, Series, Step};

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
        self.pieces(self.start(range), step)
    }

    /// The history from a moment on, cut into pieces without a gap; none where it ends before that moment.
    /// The total at that moment and the pieces add up to the total.
    pub fn pieces(&self, from: Timestamp, step: Step) -> Vec<Bucket> {
        let start = from.max(self.since);
        if start >= self.until && start > self.since {
            return Vec::new();
        }
        let mut rest = self.hours.partition_point(|hour| hour.ends_at() <= start);
        let mut buckets = Vec::new();
        let mut from = start;
        loop {
            let to = step.next(from);
            let bucket = if step == Step::Minute {
                // Several lie in the same hour.
                self.bucket((from, to), self.between(from, to), self.total_at(to).unwrap_or(self.before))
            } else {
                let mut change = Change::default();
                while rest < self.hours.len() && self.hours[rest].starts_at < to {
                    change = change.plus(self.part(rest, start));
                    rest += 1;
                }
                let total = rest.checked_sub(1).map_or(self.before, |last| self.totals[last]);
                self.bucket((from, to), change, total)
            };
            buckets.push(bucket);
            if to >= self.until || to <= from {
                return buckets;
            }
            from = to;
        }
    }

    fn bucket(&self, (starts_at, to): (Timestamp, Timestamp), change: Change, total: u64) -> Bucket {
        Bucket {
            starts_at,
            ends_at: if self.closed { to.min(self.until) } else { to },
            added: change.added,
            removed: change.removed,
            total,
            complete: self.closed || to <= self.until,
        }
    }

    /// The step in which a range of this history is best drawn: hours up to 7 days, days up to two years, weeks beyond.
    /// Hours in which next to nothing happened would look like a bar code: after two days they become days.
    pub fn step(&self, range: Range) -> Step {
        let start = self.start(range);
        let span = self.until.duration_since(start);
        let step = Step::for_span(span);
        let added = || self.between(start, self.until).added;
        if step == Step::Hour && span > HOUR * 48 && added() < 2 * span.as_hours().unsigned_abs() {
            return Step::Day;
        }
        step
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

    /// The hour in which most signatures came, with as many as came; `None` where none stands out, because there are none,
    /// or because the hour next to it has as many but for one: so it is where counts that were read now and then were
    /// spread over the hours.
    pub fn peak_hour(&self) -> Option<Bucket> {
        let came = |index: usize| self.whole(index).came();
        let index = (0..self.hours.len()).rev().max_by_key(|&index| came(index))?;
        let hour = self.hours[index];
        let beside = |other: Option<usize>| {
            let is_next = |other: &usize| {
                let other: Option<&Hour> = self.hours.get(*other);
                other.is_some_and(|other| other.starts_at.duration_since(hour.starts_at).abs() == HOUR)
            };
            other.filter(is_next).map_or(0, came)
        };
        if came(index) <= beside(index.checked_sub(1)).max(beside(index.checked_add(1))) + 1 {
            return None;
        }
        let change = Change { added: came(index), ..self.whole(index) };
        Some(self.bucket((hour.starts_at.max(self.since), hour.ends_at()), change, self.totals[index]))
    }

    /// The London day in which most signatures came, with as many as came, the first of equals; `None` if there are none.
    pub fn peak_day(&self) -> Option<Bucket> {
        let mut peak: Option<Bucket> = None;
        let mut index = 0;
        while let Some(first) = self.hours.get(index) {
            let from = Step::Day.floor(first.starts_at);
            let to = Step::Day.next(first.starts_at);
            let mut change = Change::default();
            while self.hours.get(index).is_some_and(|hour| hour.starts_at < to) {
                change = change.plus(self.whole(index));
                index += 1;
            }
            change.added = change.came();
            if change.added > peak.map_or(0, |peak| peak.added) {
                peak = Some(self.bucket((from.max(self.since), to), change, self.totals[index - 1]));
            }
        }
        peak
    }
}
