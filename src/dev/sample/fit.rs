//! How many signatures are to be expected in each hour, so that a history comes out where its petition stands today.

use super::{file::Shape, story::Story};
use crate::domain::{deadline, threshold::Thresholds};

const DAY: i64 = 24 * 3600;

/// A part of an hour in which the public can sign, in seconds.
pub(super) struct Slot {
    pub(super) from: i64,
    pub(super) to: i64,
    /// Hours that it lasts, those of the night being shorter than those of the evening.
    pub(super) length: f64,
    /// The interest in the petition.
    pub(super) level: f64,
}

/// What a history before the last 24 hours has to fit.
pub(super) struct Fit {
    /// The moment of opening, in seconds.
    pub(super) opened_at: i64,
    /// The count at that moment.
    pub(super) at_opening: u32,
    /// Signatures from then until the end, or until 24 hours ago.
    pub(super) signatures: u32,
    /// Signatures in the last 24 hours, for a petition that is open.
    pub(super) lately: Option<u32>,
    /// How they came in.
    pub(super) shape: Shape,
    /// Counts that have to be reached in time.
    pub(super) milestones: Vec<Milestone>,
}

impl Fit {
    /// The signatures to be expected in each slot before the last 24 hours, so that the milestones are reached in time:
    /// interest is moved towards the beginning as far as that is needed.
    pub(super) fn expected(&self, slots: &[Slot]) -> Vec<f64> {
        let mut expected = self.tilted(slots, 0.0);
        if self.reaches_milestones(slots, &expected) {
            return expected;
        }
        let (mut too_little, mut enough) = (0.0, 50.0);
        for _ in 0..10 {
            let tilt = (too_little + enough) / 2.0;
            let tilted = self.tilted(slots, tilt);
            if self.reaches_milestones(slots, &tilted) {
                enough = tilt;
                expected = tilted;
            } else {
                too_little = tilt;
            }
        }
        expected
    }

    fn reaches_milestones(&self, slots: &[Slot], expected: &[f64]) -> bool {
        self.milestones.iter().all(|milestone| {
            let in_time = slots.iter().zip(expected).take_while(|(slot, _)| slot.to <= milestone.at);
            f64::from(self.at_opening) + in_time.map(|(_, expected)| expected).sum::<f64>() >= milestone.count
        })
    }

    /// The signatures to be expected in each slot when interest falls by `exp(tilt)` from opening to the end. An open
    /// petition's interest runs into that of the last 24 hours during the weeks before.
    fn tilted(&self, slots: &[Slot], tilt: f64) -> Vec<f64> {
        let end = slots.last().map_or(self.opened_at, |slot| slot.to);
        let life = (end - self.opened_at) as f64;
        // Where interest fades, the last days are alike; where it rises, it rises to the end.
        let is_rising = matches!(self.shape, Shape::SlowStart | Shape::LatePush | Shape::Viral);
        let (approach, alike) = if is_rising { (7.0, 0.0) } else { (20.0, 6.0) };
        let (approach, alike) = ((approach * DAY as f64).min(life / 4.0), (alike * DAY as f64).min(life / 12.0));
        // Where nobody signed in the last 24 hours, somebody did every few days.
        let lately = self.lately.map(|lately| f64::from(lately).max(0.15) / 24.0);
        // Each slot's part in the approach, and its level.
        let tilted: Vec<(f64, f64)> = slots
            .iter()
            .map(|slot| {
                let level = if tilt > 0.0 {
                    slot.level * (-tilt * (slot.from - self.opened_at) as f64 / life).exp()
                } else {
                    slot.level
                };
                let near = (1.0 - ((end - slot.to) as f64 - alike) / approach).clamp(0.0, 1.0);
                (if lately.is_some() { 0.97 * near * near * (3.0 - 2.0 * near) } else { 0.0 }, level)
            })
            .collect();
        let (mut free, mut ending) = (0.0, Vec::new());
        for (slot, (near, level)) in slots.iter().zip(&tilted) {
            if *near > 0.0 {
                ending.push((slot.length, *near, *level));
            } else {
                free += slot.length * level;
            }
        }
        let goal = lately.unwrap_or(1.0);
        let bound = |scale: f64, near: f64, level: f64| (scale * level).powf(1.0 - near) * goal.powf(near);
        let total = |scale: f64| {
            let ending = ending.iter().map(|(length, near, level)| length * bound(scale, *near, *level));
            scale * free + ending.sum::<f64>()
        };
        // The scale at which all add up; they grow with it.
        let (mut low, mut high) = (-40.0_f64, 40.0_f64);
        for _ in 0..36 {
            let middle = (low + high) / 2.0;
            if total(middle.exp()) < f64::from(self.signatures) {
                low = middle;
            } else {
                high = middle;
            }
        }
        let scale = high.exp();
        slots
            .iter()
            .zip(&tilted)
            .map(|(slot, (near, level))| {
                slot.length * if *near > 0.0 { bound(scale, *near, *level) } else { scale * level }
            })
            .collect()
    }
}

/// A count that has to be reached by a certain moment, in seconds: what is answered and debated has reached its
/// threshold some time before.
pub(super) struct Milestone {
    at: i64,
    count: f64,
}

impl Milestone {
    /// Those of a petition with so many signatures now that was opened at one moment and signed until another.
    pub(super) fn of(signatures: u32, story: &Story, opened_at: i64, until: i64) -> Vec<Self> {
        let thresholds = Thresholds::default();
        let scheduled = story.dates.debate_scheduled_on.map(deadline::start_of_day);
        [
            (story.dates.government_response_at, thresholds.response),
            (scheduled.or(story.dates.debate_outcome_at), thresholds.debate),
        ]
        .into_iter()
        .filter_map(|(at, threshold)| {
            let days = at?.as_second() - opened_at;
            let at = opened_at + days - (10 * DAY).min(days * 2 / 5);
            // A little more than the threshold, for chance may fall short of what is expected.
            let (threshold, signatures) = (f64::from(threshold), f64::from(signatures));
            let count = (threshold * 1.06).min((threshold + signatures) / 2.0);
            (signatures > threshold && at < until - 7 * DAY).then_some(Self { at, count })
        })
        .collect()
    }
}
