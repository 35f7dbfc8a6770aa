//! What happened to a sample petition on which day, by London's calendar, counted back from today.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Span, Timestamp, civil::Date};

use super::{
    chance::Chance,
    file::{Debate, Entry, Response},
};
use crate::domain::{deadline, limits, petition::PetitionState, record::Dates};

/// Signatures that a petition needs to go to moderation: its creator's and its supporters'.
const TO_MODERATION: u32 = 1 + limits::SUPPORTERS_NEEDED;
/// The most it can have before it is published.
const BEFORE_OPENING: u32 = 1 + limits::SUPPORTERS_MOST;

/// The moments of a petition's life, and of its first signatures.
pub(super) struct Story {
    /// All that do not depend on the count. Nothing has been said yet about the two thresholds and the last change.
    pub(super) dates: Dates,
    /// The minutes of the signatures from before it was published, the creator's first; each is a full minute.
    pub(super) early: Vec<Timestamp>,
    /// Until when the public signed: now, its deadline, or the moment when it was taken down.
    pub(super) signed_until: Timestamp,
}

/// A day's hours, in minutes since midnight in London.
struct Hours(i64, i64);

const WAKING: Hours = Hours(7 * 60 + 30, 21 * 60 + 30);
const OFFICE: Hours = Hours(9 * 60 + 30, 16 * 60 + 30);
const PUBLISHING: Hours = Hours(9 * 60 + 30, 14 * 60);

impl Story {
    pub(super) fn of(entry: &Entry, now: Timestamp, chance: &mut Chance) -> Self {
        match entry.opened_days_ago {
            Some(days_ago) => Self::published(entry, days_ago, now, chance),
            None => Self::unpublished(entry, now, chance),
        }
    }

    fn published(entry: &Entry, days_ago: i64, now: Timestamp, chance: &mut Chance) -> Self {
        // What came before the last 24 hours: from supporters alone, if that suffices.
        let earlier = entry.signatures - entry.last_24_hours;
        let at_opening = match earlier {
            0..=BEFORE_OPENING => earlier,
            _ => TO_MODERATION + chance.whole(0..5) as u32,
        };
        // Today's working hours may not have come yet, and what came before the last 24 hours needs its time:
        // then it was the day before.
        let lead = SignedDuration::from_hours(if earlier > at_opening { 28 } else { 2 });
        let opened_at = moment_before(now - lead, days_before(deadline::day(now), days_ago), PUBLISHING, chance);
        let opened_on = deadline::day(opened_at);

        let days_waited = entry.created_days_ago - days_ago;
        let created_at = moment(days_before(opened_on, days_waited), WAKING, chance);
        let mut dates = Dates::created(created_at);
        let supported_on = days_before(opened_on, entry.moderation_days.unwrap_or(0));
        // Supporters do not count among the last 24 hours.
        let early_until = opened_at.min(now - SignedDuration::from_hours(25));
        let supported_at = moment(supported_on, WAKING, chance)
            .clamp(created_at + SignedDuration::from_hours(1), early_until - SignedDuration::from_mins(30));
        let early = early_signatures(at_opening, created_at, full_minute(supported_at), early_until, chance);

        dates.opened_at = Some(opened_at);
        dates.moderation_threshold_reached_at = sixth(&early);
        let closes_at = deadline::closes_at(opened_at);
        dates.closes_at = Some(closes_at);
        let ended_at = entry.ended_days_ago.map(|days| moment(days_before(deadline::day(now), days), OFFICE, chance));
        match entry.state {
            PetitionState::Closed => dates.closed_at = Some(closes_at),
            PetitionState::Rejected | PetitionState::Hidden => dates.rejected_at = ended_at,
            PetitionState::Removed => dates.removed_at = ended_at,
            _ => {}
        }
        if let Some(response) = &entry.response {
            dates.government_response_at = Some(answered_at(response, opened_on, chance));
        }
        if let Some(debate) = &entry.debate {
            debated(debate, opened_on, &mut dates, chance);
        }
        Self { dates, early, signed_until: ended_at.unwrap_or(now).min(closes_at).min(now) }
    }

    fn unpublished(entry: &Entry, now: Timestamp, chance: &mut Chance) -> Self {
        let lead = SignedDuration::from_mins(30);
        let created_on = days_before(deadline::day(now), entry.created_days_ago);
        let created_at = moment_before(now - lead, created_on, WAKING, chance);
        let created_on = deadline::day(created_at);
        let mut dates = Dates::created(created_at);
        if entry.signatures < TO_MODERATION {
            let until = now - SignedDuration::from_mins(5);
            let early = early_signatures(entry.signatures, created_at, until, until, chance);
            return Self { dates, early, signed_until: created_at };
        }

        let days_of_support = chance.whole(1..4);
        let supported_on = days_after(created_on, days_of_support);
        let supported_at = full_minute(moment(supported_on, WAKING, chance));
        let decided_on = days_after(supported_on, entry.moderation_days.unwrap_or(0));
        let decided_at = match entry.state {
            PetitionState::Rejected | PetitionState::Hidden => {
                let at = moment(decided_on, OFFICE, chance);
                dates.rejected_at = Some(at);
                Some(at)
            }
            PetitionState::Stopped => {
                // Parliament is dissolved at the first minute of a day.
                let ended_on = days_before(deadline::day(now), entry.ended_days_ago.unwrap_or(0));
                let at = deadline::start_of_day(ended_on) + SignedDuration::from_mins(1);
                dates.stopped_at = Some(at);
                Some(at)
            }
            _ => None,
        };
        let last = now - SignedDuration::from_mins(5);
        let until = decided_at.unwrap_or(supported_at + SignedDuration::from_hours(10 * 24)).min(last);
        let early = early_signatures(entry.signatures, created_at, supported_at, until, chance);
        dates.moderation_threshold_reached_at = sixth(&early);
        Self { dates, early, signed_until: created_at }
    }
}

/// When the minute of the sixth signature was over.
fn sixth(early: &[Timestamp]) -> Option<Timestamp> {
    early.get(TO_MODERATION as usize - 1).map(|at| *at + SignedDuration::from_mins(1))
}

fn answered_at(response: &Response, opened_on: Date, chance: &mut Chance) -> Timestamp {
    moment(days_after(opened_on, response.days_after_opening), OFFICE, chance)
}

fn debated(debate: &Debate, opened_on: Date, dates: &mut Dates, chance: &mut Chance) {
    let day = days_after(opened_on, debate.date_days_after_opening);
    dates.debate_scheduled_on = debate.scheduled_days_after_opening.map(|days| days_after(opened_on, days));
    dates.scheduled_debate_date = dates.debate_scheduled_on.map(|_| day);
    dates.debate_outcome_at = match debate.debated {
        // The words spoken and the pictures are there the next day.
        Some(true) => Some(moment(days_after(day, 1), OFFICE, chance)),
        Some(false) => Some(moment(day, OFFICE, chance)),
        None => None,
    };
}

/// The minutes of `count` signatures: the creator's soon after `created_at`, that of the fifth supporter at
/// `supported_at`, any further ones until `until`.
fn early_signatures(
    count: u32,
    created_at: Timestamp,
    supported_at: Timestamp,
    until: Timestamp,
    chance: &mut Chance,
) -> Vec<Timestamp> {
    let mut minutes = BTreeSet::new();
    if count > 0 {
        let own = full_minute(created_at) + SignedDuration::from_mins(chance.whole(2..10));
        minutes.insert(own);
        let supporters = (count - 1).min(limits::SUPPORTERS_NEEDED);
        let enough = supporters == limits::SUPPORTERS_NEEDED;
        add_minutes(&mut minutes, supporters - u32::from(enough), own, supported_at, chance);
        if enough {
            minutes.insert(supported_at);
            add_minutes(&mut minutes, count - TO_MODERATION, supported_at, until, chance);
        }
    }
    minutes.into_iter().collect()
}

/// Adds `count` full minutes after `from` and before `to`, most of them soon after `from`, few at night.
fn add_minutes(minutes: &mut BTreeSet<Timestamp>, count: u32, from: Timestamp, to: Timestamp, chance: &mut Chance) {
    let length = to.duration_since(from).as_mins() as f64 - 1.0;
    let full = minutes.len() + count as usize;
    let mut tries = 0;
    while minutes.len() < full {
        let after = 1.0 + length * chance.unit().powf(1.6);
        let at = full_minute(from + SignedDuration::from_mins(after as i64));
        let at_night = at.to_zoned(deadline::london()).hour() < 7;
        tries += 1;
        if at < to && (!at_night || tries % 8 == 0) {
            minutes.insert(at);
        }
    }
}

/// A moment on that day, within those hours.
fn moment(day: Date, hours: Hours, chance: &mut Chance) -> Timestamp {
    let second = chance.whole(hours.0 * 60..hours.1 * 60);
    on_the_clock(day, second)
}

/// A moment on that day, or on the last day before it on which the same time of day is not after `latest`.
fn moment_before(latest: Timestamp, day: Date, hours: Hours, chance: &mut Chance) -> Timestamp {
    let second = chance.whole(hours.0 * 60..hours.1 * 60);
    let mut day = day;
    loop {
        let at = on_the_clock(day, second);
        if at <= latest {
            return at;
        }
        day = days_before(day, 1);
    }
}

/// The moment when London's clocks show that second of that day.
fn on_the_clock(day: Date, second: i64) -> Timestamp {
    let time = day.at(0, 0, 0, 0).saturating_add(Span::new().seconds(second));
    time.to_zoned(deadline::london()).expect("every day of a petition has this hour").timestamp()
}

fn days_before(day: Date, days: i64) -> Date {
    day.saturating_sub(Span::new().days(days))
}

/// That many days later.
pub(super) fn days_after(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days))
}

/// A moment in the working hours of a day.
pub(super) fn in_office(day: Date, chance: &mut Chance) -> Timestamp {
    moment(day, OFFICE, chance)
}

/// The minute in which a moment lies.
fn full_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).expect("not later than the moment itself")
}
