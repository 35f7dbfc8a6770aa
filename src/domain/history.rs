//! From counts read at certain moments to a history: how many signatures came in which hour.

use jiff::{SignedDuration, Timestamp};

/// A petition's count at a moment, as somebody read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reading {
    /// The moment.
    pub at: Timestamp,
    /// Signatures at that moment.
    pub count: u32,
}

/// A history that adds up to the last reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Signatures at the first reading; nobody knows when they came.
    pub before: u32,
    /// The moment of the first reading.
    pub since: Timestamp,
    /// What changed since, in order of time; no entry is zero.
    pub changes: Vec<Change>,
}

/// A change of the count within one hour (or one minute, where the history is that fine).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// A moment within that hour or minute.
    pub at: Timestamp,
    /// Signatures added, or removed where negative.
    pub by: i32,
}

/// Spreads readings over the hours between them, and over the minutes from `fine_from` on.
///
/// Between two readings the count is taken to change evenly; before the first and after the last nothing is
/// invented. Growth between a reading before the petition `closed` and one after it belongs to the time before.
/// Readings need no order; of several at one moment the highest counts. `None` without a reading.
pub fn spread(readings: &[Reading], closed: Option<Timestamp>, fine_from: Timestamp) -> Option<History> {
    let mut readings = readings.to_vec();
    readings.sort();
    readings.dedup_by(|later, earlier| {
        let same = later.at == earlier.at;
        if same {
            earlier.count = later.count;
        }
        same
    });
    let first = *readings.first()?;

    let mut buckets = Buckets { fine_from: floor(fine_from, HOUR), changes: Vec::new() };
    for pair in readings.windows(2) {
        let [from, mut to] = [pair[0], pair[1]];
        if let Some(closed) = closed
            && from.at < closed
            && closed < to.at
            && from.count < to.count
        {
            to.at = closed;
        }
        buckets.fill(from, to);
    }
    buckets.changes.retain(|change| change.by != 0);
    Some(History { before: first.count, since: first.at, changes: buckets.changes })
}

const HOUR: i64 = 3600;
const MINUTE: i64 = 60;

struct Buckets {
    fine_from: Timestamp,
    changes: Vec<Change>,
}

impl Buckets {
    fn fill(&mut self, from: Reading, to: Reading) {
        let whole = to.at.duration_since(from.at).as_nanos().max(1);
        let difference = i128::from(to.count) - i128::from(from.count);
        let mut at = from.at;
        let mut counted = 0;
        while at < to.at {
            let width = if at >= self.fine_from { MINUTE } else { HOUR };
            let end = (floor(at, width) + SignedDuration::from_secs(width)).min(to.at);
            let by_then = difference * end.duration_since(from.at).as_nanos() / whole;
            self.add(at, width, (by_then - counted) as i32);
            counted = by_then;
            at = end;
        }
    }

    /// Adds to the last bucket if `at` lies in it, so that each hour or minute has one entry.
    fn add(&mut self, at: Timestamp, width: i64, by: i32) {
        match self.changes.last_mut() {
            Some(last) if floor(last.at, width) == floor(at, width) => last.by += by,
            _ => self.changes.push(Change { at, by }),
        }
    }
}

/// The hour or minute in which a moment lies.
fn floor(at: Timestamp, width: i64) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(width) * width).expect("not later than the moment itself")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reading(at: &str, count: u32) -> Reading {
        Reading { at: at.parse().expect("an instant"), count }
    }

    fn changes(history: &History) -> Vec<(String, i32)> {
        history.changes.iter().map(|c| (c.at.to_string(), c.by)).collect()
    }

    #[test]
    fn a_gap_is_spread_over_its_hours() {
        let readings = [reading("2025-07-29T13:30:00Z", 100), reading("2025-07-29T16:30:00Z", 130)];
        let history = spread(&readings, None, Timestamp::MAX).expect("readings");
        assert_eq!(history.before, 100);
        assert_eq!(
            changes(&history),
            [
                ("2025-07-29T13:30:00Z".into(), 5),
                ("2025-07-29T14:00:00Z".into(), 10),
                ("2025-07-29T15:00:00Z".into(), 10),
                ("2025-07-29T16:00:00Z".into(), 5),
            ]
        );
    }

    #[test]
    fn nothing_grows_after_closing_but_counts_may_fall() {
        let closed = "2025-10-22T22:59:59.999Z".parse().ok();
        let readings = [
            reading("2025-10-22T22:30:00Z", 10),
            reading("2025-10-23T12:30:00Z", 20),
            reading("2025-11-23T12:30:00Z", 19),
        ];
        let history = spread(&readings, closed, Timestamp::MAX).expect("readings");
        assert_eq!(changes(&history), [("2025-10-22T22:30:00Z".into(), 10), ("2025-11-23T12:00:00Z".into(), -1)]);
    }

    proptest! {
        #[test]
        fn changes_add_up_to_every_reading(
            steps in prop::collection::vec((1i64..400_000, 0u32..50_000), 1..30),
            fine in 0i64..2_000_000,
        ) {
            let mut second = 1_750_000_000;
            let readings: Vec<_> = steps.iter().map(|(gap, count)| {
                second += gap;
                Reading { at: Timestamp::from_second(second).expect("in range"), count: *count }
            }).collect();
            let fine_from = Timestamp::from_second(1_750_000_000 + fine).expect("in range");
            let history = spread(&readings, None, fine_from).expect("readings");
            let total: i64 = i64::from(history.before) + history.changes.iter().map(|c| i64::from(c.by)).sum::<i64>();
            prop_assert_eq!(total, i64::from(readings.last().expect("one").count));
            for change in &history.changes {
                prop_assert!(change.by != 0);
                prop_assert!(change.at >= readings[0].at && change.at < readings.last().expect("one").at);
            }
            prop_assert!(history.changes.windows(2).all(|pair| pair[0].at < pair[1].at));
        }
    }
}
