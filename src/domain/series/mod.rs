//! The history of a petition's signature count, from which every chart, table, rate and estimate is made.

use jiff::{SignedDuration, Timestamp};

mod buckets;
mod steps;
mod windows;

pub use buckets::Bucket;
pub use steps::{Range, Step, UnknownRange};
pub use windows::{Change, Today};

pub(super) use windows::days;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// How the count of a petition came about, from the beginning of its history to the moment `until`.
///
/// Built from sparse hours, so that the busiest ten years take 2 MB. Nothing is known, and nothing is said, about the
/// time before `since`.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    before: u64,
    since: Timestamp,
    until: Timestamp,
    closed: bool,
    hours: Vec<Hour>,
    /// The total at the end of each hour.
    totals: Vec<u64>,
    minutes: Vec<Minute>,
    /// What was added because staff put it back, by minute.
    put_back: Vec<(Timestamp, u32)>,
    /// From when on minutes tell everything.
    fine_since: Option<Timestamp>,
}

/// What happened in one hour; hours in which nothing happened are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// The beginning of the hour.
    pub starts_at: Timestamp,
    /// Signatures added to the count.
    pub added: u32,
    /// Signatures taken from the count.
    pub removed: u32,
}

/// What happened in one minute: a finer account of the latest hours, telling of the same signatures again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minute {
    /// The beginning of the minute.
    pub starts_at: Timestamp,
    /// Signatures added to the count.
    pub added: u32,
    /// Signatures taken from the count.
    pub removed: u32,
}

impl Series {
    /// The history of an open petition.
    ///
    /// * `before`: signatures collected before the history begins; 0 if the history is whole.
    /// * `since`: when the history begins; `until`: the moment that the numbers stand for.
    /// * `hours`: all changes since then. Changes outside `since..until` still belong to the total: earlier ones
    ///   count as collected before, later ones (a withdrawal after closing) as made in the last hour.
    /// * `minutes`: the changes of the last two days again, for exact sliding windows; may be empty.
    pub fn new(before: u64, since: Timestamp, until: Timestamp, hours: Vec<Hour>, minutes: Vec<Minute>) -> Series {
        let until = until.max(since);
        let (first, last) = (Step::Hour.floor(since), last_start(since, until, 3600));
        let mut series = Series {
            before,
            since,
            until,
            closed: false,
            hours: Vec::new(),
            totals: Vec::new(),
            minutes,
            put_back: Vec::new(),
            fine_since: None,
        };
        let (early, mut hours): (Vec<Hour>, Vec<Hour>) = hours.into_iter().partition(|hour| hour.starts_at < first);
        for hour in early {
            series.before = sum(series.before, &hour);
        }
        for hour in &mut hours {
            hour.starts_at = Step::Hour.floor(hour.starts_at).min(last);
        }
        hours.sort_by_key(|hour| hour.starts_at);

        let mut total = series.before;
        series.hours.reserve(hours.len());
        series.totals.reserve(hours.len());
        for hour in hours {
            total = sum(total, &hour);
            match series.hours.last_mut() {
                Some(same) if same.starts_at == hour.starts_at => {
                    same.added = same.added.saturating_add(hour.added);
                    same.removed = same.removed.saturating_add(hour.removed);
                    series.totals.pop();
                }
                _ => series.hours.push(hour),
            }
            series.totals.push(total);
        }

        let last = last_start(since, until, 60);
        for minute in &mut series.minutes {
            minute.starts_at = minute.starts_at.min(last);
        }
        series.minutes.sort_by_key(|minute| minute.starts_at);
        series
    }

    /// The same history for a petition that has closed at `until`: its last hour or day is no longer running.
    pub fn closed(self) -> Series {
        Series { closed: true, ..self }
    }

    /// The same history, of whose additions so many in these minutes are signatures that staff put back: they count
    /// again, but nobody has just signed.
    pub fn put_back(self, mut put_back: Vec<(Timestamp, u32)>) -> Series {
        let last = last_start(self.since, self.until, 60);
        for (minute, _) in &mut put_back {
            *minute = (*minute).min(last);
        }
        put_back.sort_by_key(|(minute, _)| *minute);
        Series { put_back, ..self }
    }

    /// The same history, whose minutes tell everything from a moment on.
    pub fn fine_since(self, since: Timestamp) -> Series {
        Series { fine_since: Some(since), ..self }
    }

    /// From when on it can be told by the minute; `None` if not at all.
    pub fn minutes_since(&self) -> Option<Timestamp> {
        self.fine_since.map(|fine| fine.max(self.since)).filter(|&fine| fine < self.until)
    }

    /// The same history as it stood at a moment, to the hour, as of an open petition.
    pub fn as_of(&self, at: Timestamp) -> Series {
        let known = self.hours.partition_point(|hour| hour.ends_at() <= at);
        let put_back = self.put_back.iter().filter(|(minute, _)| *minute < at).copied().collect();
        Series::new(self.before, self.since, at, self.hours[..known].to_vec(), Vec::new()).put_back(put_back)
    }

    /// Whether the petition has closed.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// When the history begins.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// The moment that the numbers stand for; the closing of a closed petition.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Signatures collected before the history begins.
    pub fn before(&self) -> u64 {
        self.before
    }

    /// The time from `since` to `until`.
    pub fn length(&self) -> SignedDuration {
        self.until.duration_since(self.since)
    }

    /// The count at `until`.
    pub fn total(&self) -> u64 {
        self.totals.last().copied().unwrap_or(self.before)
    }

    /// The count at a moment; `None` before the history begins.
    ///
    /// Within an hour it is exact to the minute where minutes are recorded; elsewhere the hour's changes are taken as
    /// spread evenly over it.
    pub fn total_at(&self, at: Timestamp) -> Option<u64> {
        if at < self.since {
            return None;
        }
        if at >= self.until {
            return Some(self.total());
        }
        let Some(index) = self.started_by(at).checked_sub(1) else {
            return Some(self.before);
        };
        let hour = self.hours[index];
        if hour.ends_at() <= at {
            return Some(self.totals[index]);
        }
        let start = index.checked_sub(1).map_or(self.before, |previous| self.totals[previous]);
        let after = self.part(index, at);
        let (added, removed) = (u64::from(hour.added) - after.added, u64::from(hour.removed) - after.removed);
        Some(start.saturating_add(added).saturating_sub(removed))
    }

    /// The count before what [`Series::pieces`] tells from a moment on.
    pub fn total_before(&self, from: Timestamp) -> u64 {
        if from <= self.since { self.before } else { self.total_at(from).unwrap_or(self.before) }
    }

    /// When the count first stood at `total` or more, to the hour; `None` if it never did or already did at `since`.
    pub fn reached(&self, total: u64) -> Option<Timestamp> {
        if self.before >= total {
            return None;
        }
        let index = self.totals.iter().position(|&reached| reached >= total)?;
        Some(self.hours[index].starts_at.max(self.since))
    }

    /// The beginning of the hour between two moments in which most signatures were taken from the count, the first of
    /// equals; `None` if none were.
    pub fn steepest_fall(&self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let within = self.hours.iter().filter(|hour| (from..=to).contains(&hour.starts_at) && hour.removed > 0);
        within.rev().max_by_key(|hour| hour.removed).map(|hour| hour.starts_at)
    }

    /// How many signatures were put back between two moments.
    fn put_back_between(&self, from: Timestamp, to: Timestamp) -> u64 {
        let first = self.put_back.partition_point(|(minute, _)| *minute < from);
        let within = self.put_back[first..].iter().take_while(|(minute, _)| *minute < to);
        within.map(|(_, signatures)| u64::from(*signatures)).sum()
    }

    /// How many hours had begun by a moment.
    fn started_by(&self, at: Timestamp) -> usize {
        self.hours.partition_point(|hour| hour.starts_at <= at)
    }
}

impl Hour {
    fn ends_at(&self) -> Timestamp {
        self.starts_at.checked_add(HOUR).unwrap_or(Timestamp::MAX)
    }
}

/// The beginning of the last hour or minute (so many seconds) with a part before `until`.
fn last_start(since: Timestamp, until: Timestamp, seconds: i64) -> Timestamp {
    let instant = SignedDuration::from_nanos(1);
    steps::whole(until.checked_sub(instant).unwrap_or(until).max(since), seconds)
}

fn sum(total: u64, hour: &Hour) -> u64 {
    total.saturating_add(hour.added.into()).saturating_sub(hour.removed.into())
}
