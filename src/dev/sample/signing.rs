//! From the shape of a petition's growth to its count at every hour of its life, and at every minute of the last days.

use jiff::{SignedDuration, Timestamp};

use super::{
    chance::Chance,
    file::Entry,
    fit::{Fit, Milestone, Slot},
    growth::{self, Rhythm},
    story::Story,
};
use crate::domain::{history::Reading, petition::PetitionState};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// By the minute from the full hour before this long ago on, as histories are kept.
const FINE: i64 = 49 * HOUR;
/// Nobody signs this close to the moment 24 hours ago, so that no rounding puts a signature on its other side.
const CLEAR: i64 = 3 * MINUTE;
/// Petitions with at least so many signatures in the last 24 hours have one in the last hour too.
const BUSY: u32 = 60;

/// The counts of a petition from its creation on, as it collects them.
pub(super) struct Counts {
    /// In order; the first is nought at the moment of creation.
    pub(super) readings: Vec<Reading>,
}

impl Counts {
    /// The history that a petition's entry asks for, exactly.
    pub(super) fn of(entry: &Entry, story: &Story, rhythm: &Rhythm, now: Timestamp, chance: &mut Chance) -> Self {
        let mut counts = Self { readings: vec![Reading { at: story.dates.created_at, count: 0 }] };
        let early = story.early.iter().map(|minute| minute.as_second());
        counts.extend(early.map(|from| Arrivals { from, to: from + MINUTE, count: 1 }));
        if let Some(opened_at) = story.dates.opened_at {
            Public::of(entry, story, opened_at, rhythm, now, chance).sign(&mut counts, chance);
        }
        counts
    }

    pub(super) fn total(&self) -> u32 {
        self.readings.last().map_or(0, |last| last.count)
    }

    /// When the last change was over.
    pub(super) fn last_change(&self) -> Timestamp {
        self.readings.last().map_or(Timestamp::MIN, |last| last.at)
    }

    /// When the count reached `threshold`; between two readings it grew evenly.
    pub(super) fn reached(&self, threshold: u32) -> Option<Timestamp> {
        let after = self.readings.iter().position(|reading| reading.count >= threshold)?;
        let (to, from) = (self.readings[after], *self.readings[..after].last()?);
        let share = f64::from(threshold - from.count) / f64::from(to.count - from.count);
        let seconds = to.at.duration_since(from.at).as_secs() as f64 * share;
        Some((from.at + SignedDuration::from_secs(seconds.ceil() as i64)).min(to.at))
    }

    /// Adds signatures, later ones after earlier ones, with a reading at both ends of their hour or minute.
    fn extend(&mut self, arrivals: impl IntoIterator<Item = Arrivals>) {
        for Arrivals { from, to, count } in arrivals {
            let (before, from) = (self.total(), second(from));
            if self.last_change() < from {
                self.readings.push(Reading { at: from, count: before });
            }
            self.readings.push(Reading { at: second(to), count: before + count });
        }
    }
}

/// Signatures that came between two moments, in seconds.
struct Arrivals {
    from: i64,
    to: i64,
    count: u32,
}

/// What the public signs between opening and the end.
struct Public<'a> {
    /// In seconds, as all moments here.
    opened_at: i64,
    until: i64,
    now: i64,
    is_open: bool,
    /// The interest in each hour since opening.
    interest: Vec<f64>,
    rhythm: &'a Rhythm,
    /// What the history before the last 24 hours has to fit.
    fit: Fit,
}

impl<'a> Public<'a> {
    fn of(
        entry: &Entry,
        story: &Story,
        opened_at: Timestamp,
        rhythm: &'a Rhythm,
        now: Timestamp,
        chance: &mut Chance,
    ) -> Self {
        let (opened_at, until) = (opened_at.as_second(), story.signed_until.as_second());
        let is_open = entry.state == PetitionState::Open;
        let lately = is_open.then_some(entry.last_24_hours);
        let at_opening = story.early.len() as u32;
        let news: Vec<usize> = [story.dates.government_response_at, story.dates.debate_outcome_at]
            .into_iter()
            .flatten()
            .map(|at| ((at.as_second() - opened_at) / HOUR) as usize)
            .collect();
        let hours = ((until - opened_at) / HOUR + 1) as usize;
        Self {
            opened_at,
            until,
            now: now.as_second(),
            is_open,
            interest: growth::interest(entry.shape, hours, &news, chance),
            rhythm,
            fit: Fit {
                opened_at,
                at_opening,
                signatures: entry.signatures - at_opening - lately.unwrap_or(0),
                lately,
                shape: entry.shape,
                milestones: Milestone::of(entry.signatures, story, opened_at, until),
            },
        }
    }

    fn sign(&self, counts: &mut Counts, chance: &mut Chance) {
        let first = ceil(self.opened_at, MINUTE) + MINUTE;
        let a_day_ago = floor(self.now - DAY, MINUTE);
        if self.fit.signatures > 0 {
            let slots = self.slots(first, if self.is_open { a_day_ago - CLEAR } else { self.until });
            counts.extend(self.arrivals(self.fit.signatures, &slots, &self.fit.expected(&slots), chance));
        }
        if let Some(lately) = self.fit.lately.filter(|lately| *lately > 0) {
            // The running minute is not over yet.
            let last = floor(self.now, MINUTE);
            let slots = self.slots(first.max(a_day_ago + MINUTE + CLEAR), last);
            let weights: Vec<f64> = slots.iter().map(|slot| slot.level * slot.length).collect();
            let kept_back = u32::from(lately >= BUSY);
            let mut arrivals = self.arrivals(lately - kept_back, &slots, &weights, chance);
            if kept_back > 0 {
                put(&mut arrivals, last - MINUTE * chance.whole(3..50));
            }
            counts.extend(arrivals);
        }
    }

    /// The hours between two moments; from 49 hours ago on they begin and end with a full minute.
    fn slots(&self, from: i64, to: i64) -> Vec<Slot> {
        (floor(from, HOUR)..to)
            .step_by(HOUR as usize)
            .filter_map(|hour| {
                let mut slot = Slot { from: hour.max(from), to: (hour + HOUR).min(to), length: 0.0, level: 0.0 };
                if self.is_fine(slot.from) {
                    (slot.from, slot.to) = (ceil(slot.from, MINUTE), floor(slot.to, MINUTE));
                }
                slot.length = self.rhythm.at(slot.from) * (slot.to - slot.from) as f64 / HOUR as f64;
                slot.level = self.interest[((slot.from - self.opened_at) / HOUR) as usize];
                (slot.from < slot.to).then_some(slot)
            })
            .collect()
    }

    fn is_fine(&self, second: i64) -> bool {
        second >= floor(self.now - FINE, HOUR)
    }

    /// Lets signatures fall into the slots, and further into their minutes where the history is that fine.
    fn arrivals(&self, signatures: u32, slots: &[Slot], weights: &[f64], chance: &mut Chance) -> Vec<Arrivals> {
        let mut arrivals = Vec::new();
        for (slot, count) in slots.iter().zip(chance.scatter(signatures, weights)) {
            if count == 0 {
                continue;
            }
            if !self.is_fine(slot.from) {
                arrivals.push(Arrivals { from: slot.from, to: slot.to, count });
                continue;
            }
            let counts = chance.scatter(count, &vec![1.0; ((slot.to - slot.from) / MINUTE) as usize]);
            let signed = (slot.from..slot.to).step_by(MINUTE as usize).zip(counts).filter(|(_, count)| *count > 0);
            arrivals.extend(signed.map(|(from, count)| Arrivals { from, to: from + MINUTE, count }));
        }
        arrivals
    }
}

/// Adds one signature in the minute that begins at `from`.
fn put(arrivals: &mut Vec<Arrivals>, from: i64) {
    match arrivals.binary_search_by_key(&from, |arrivals| arrivals.from) {
        Ok(place) => arrivals[place].count += 1,
        Err(place) => arrivals.insert(place, Arrivals { from, to: from + MINUTE, count: 1 }),
    }
}

fn floor(second: i64, width: i64) -> i64 {
    second.div_euclid(width) * width
}

fn ceil(second: i64, width: i64) -> i64 {
    floor(second + width - 1, width)
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("within the life of a petition")
}
