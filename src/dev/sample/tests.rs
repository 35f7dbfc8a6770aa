//! The sample petitions are exact, consistent, and fit the database at any moment.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::{
    history::{self, Change},
    limits,
    petition::PetitionState,
    text::letters,
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn moment(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// The changes of a petition's count, as they are stored.
fn changes(record: &PetitionRecord, now: Timestamp) -> Vec<Change> {
    let fine_from = now - SignedDuration::from_hours(49);
    let history = history::spread(&record.readings, record.dates.closed_at, fine_from).expect("readings");
    assert_eq!((history.before, history.since), (0, record.dates.created_at));
    history.changes
}

/// The signatures of the minutes that began within `length` before `now`.
fn within(changes: &[Change], length: SignedDuration, now: Timestamp) -> i32 {
    let minute = |at: Timestamp| at.as_second().div_euclid(60) * 60;
    let after = (now - length).as_second();
    changes.iter().filter(|change| minute(change.at) > after && change.at <= now).map(|change| change.by).sum()
}

/// Everything that must be true of every record, whatever the moment.
fn check(now: Timestamp) {
    let entries = File::read().petitions;
    let records = petitions(now);
    assert_eq!(records.len(), entries.len());
    let mut in_the_last_hour = 0;
    for (entry, record) in entries.iter().zip(&records) {
        let (key, dates) = (&entry.key, &record.dates);
        let changes = changes(record, now);

        let total: i32 = changes.iter().map(|change| change.by).sum();
        assert_eq!(total as u32, entry.signatures, "{key}");
        assert_eq!(record.signature_count, entry.signatures, "{key}");
        assert!(changes.iter().all(|change| change.by > 0), "{key}");
        assert!(
            record.readings.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].count <= pair[1].count),
            "{key}"
        );
        if record.state == PetitionState::Open {
            assert_eq!(within(&changes, DAY, now), entry.last_24_hours as i32, "{key} at {now}");
            // Nobody signs where rounding could matter.
            let near = SignedDuration::from_mins(2);
            assert_eq!(within(&changes, DAY + near, now), within(&changes, DAY - near, now), "{key} at {now}");
            in_the_last_hour += usize::from(within(&changes, SignedDuration::from_hours(1), now) > 0);
        }
        let running = Timestamp::from_second(now.as_second().div_euclid(60) * 60).expect("in range");
        assert!(record.readings.last().expect("one").at <= running.min(dates.updated_at), "{key}");

        check_dates(record, now);
        check_thresholds(record);
        check_places(record);
    }
    assert!(in_the_last_hour >= 3, "{in_the_last_hour} at {now}");
}

fn check_dates(record: &PetitionRecord, now: Timestamp) {
    let (name, dates) = (&record.action, &record.dates);
    let happened = [
        dates.moderation_threshold_reached_at,
        dates.opened_at,
        dates.closed_at,
        dates.rejected_at,
        dates.stopped_at,
        dates.removed_at,
        dates.response_threshold_reached_at,
        dates.government_response_at,
        dates.debate_threshold_reached_at,
        dates.debate_outcome_at,
    ];
    assert!(dates.updated_at <= now, "{name}");
    for at in happened.into_iter().flatten().chain(record.activities.iter().map(|activity| activity.created_at)) {
        assert!(dates.created_at < at && at <= dates.updated_at, "{name}: {at} at {now}");
    }
    let in_order = |times: &[Option<Timestamp>]| times.iter().flatten().is_sorted();
    assert!(in_order(&[dates.moderation_threshold_reached_at, dates.opened_at, dates.closed_at]), "{name}");
    assert!(in_order(&[dates.moderation_threshold_reached_at, dates.opened_at, dates.rejected_at]), "{name}");
    assert!(in_order(&[dates.opened_at, dates.removed_at]), "{name}");
    assert!(in_order(&[dates.moderation_threshold_reached_at, dates.stopped_at]), "{name}");
    assert_eq!(dates.closes_at, dates.opened_at.map(deadline::closes_at), "{name}");

    let is = |states: &[PetitionState]| states.contains(&record.state);
    assert_eq!(is(&[PetitionState::Closed]), dates.closed_at.is_some(), "{name}");
    assert_eq!(is(&[PetitionState::Rejected, PetitionState::Hidden]), dates.rejected_at.is_some(), "{name}");
    assert_eq!(is(&[PetitionState::Rejected, PetitionState::Hidden]), record.rejection.is_some(), "{name}");
    assert_eq!(is(&[PetitionState::Stopped]), dates.stopped_at.is_some(), "{name}");
    assert_eq!(is(&[PetitionState::Removed]), dates.removed_at.is_some(), "{name}");
    if is(&[PetitionState::Open, PetitionState::Closed, PetitionState::Removed]) {
        assert!(dates.opened_at.is_some(), "{name}");
    }
    if is(&[PetitionState::Open]) {
        assert!(dates.closes_at > Some(now) && dates.updated_at == now, "{name} at {now}");
    }
    if let PetitionState::Pending
    | PetitionState::Validated
    | PetitionState::Sponsored
    | PetitionState::Flagged
    | PetitionState::Dormant
    | PetitionState::Stopped = record.state
    {
        assert_eq!(dates.opened_at, None, "{name}");
    }
}

fn check_thresholds(record: &PetitionRecord) {
    let (name, dates) = (&record.action, &record.dates);
    let at_opening = record.readings.iter().rfind(|reading| Some(reading.at) <= dates.opened_at);
    if let Some(before) = at_opening.filter(|_| dates.opened_at.is_some()) {
        assert!(before.count <= 1 + limits::SUPPORTERS_MOST, "{name}");
    }
    let passed = |threshold: u32| record.readings.iter().find(|reading| reading.count >= threshold);
    let thresholds = Thresholds::default();
    for (threshold, at) in [
        (6, dates.moderation_threshold_reached_at),
        (thresholds.response, dates.response_threshold_reached_at),
        (thresholds.debate, dates.debate_threshold_reached_at),
    ] {
        assert_eq!(record.signature_count >= threshold, at.is_some(), "{name}: {threshold}");
        if let (Some(passed), Some(at)) = (passed(threshold), at) {
            assert!(at <= passed.at && passed.at.duration_since(at) < SignedDuration::from_hours(1), "{name}: {at}");
        }
    }
    let before = |earlier: Option<Timestamp>, later: Option<Timestamp>| later.is_none() || earlier < later;
    assert!(before(dates.response_threshold_reached_at, dates.government_response_at), "{name}");
    assert!(before(dates.debate_threshold_reached_at, dates.debate_outcome_at), "{name}");
    let scheduled = dates.debate_scheduled_on.map(deadline::start_of_day);
    assert!(before(dates.debate_threshold_reached_at, scheduled), "{name}");
    assert!(dates.debate_scheduled_on <= dates.scheduled_debate_date, "{name}");
}

fn check_places(record: &PetitionRecord) {
    let (name, places, total) = (&record.action, &record.places, u64::from(record.signature_count));
    let (here, abroad) = (places.in_constituencies(), places.in_other_countries());
    let at_home: u64 = places.countries.iter().filter(|c| c.is_united_kingdom()).map(|c| u64::from(c.count)).sum();
    assert_eq!(at_home + abroad, total, "{name}");
    assert!(here <= at_home, "{name}");
    let counts = places.constituencies.iter().map(|c| c.count).chain(places.countries.iter().map(|c| c.count));
    assert!(counts.min().is_none_or(|least| least > 0), "{name}: rows of nought are left out");
    if total > 10_000 {
        assert!(places.constituencies.len() > 600, "{name}");
        let not_located = (at_home - here) as f64 / total as f64;
        assert!((0.003..0.02).contains(&not_located), "{name}: {not_located}");
    }
}

#[test]
fn the_demonstration_is_as_promised() {
    let now = moment("2022-08-21T20:00:00Z");
    check(now);
    let records = petitions(now);
    let (main, dates) = (&records[0], &records[0].dates);
    assert_eq!((main.state, main.signature_count), (PetitionState::Open, 44_029));
    assert_eq!(within(&changes(main, now), DAY, now), 13);
    assert_eq!(dates.opened_at.map(deadline::day), Some(jiff::civil::date(2022, 3, 1)));
    assert_eq!(dates.closes_at.map(deadline::day), Some(jiff::civil::date(2022, 9, 1)));
    assert_eq!(main.response.as_ref().map(|r| r.responded_on), Some(jiff::civil::date(2022, 3, 21)));
    assert_eq!(main.response_department.as_deref(), Some("Cabinet Office"));
}

#[test]
fn midnight_is_a_moment_like_any_other() {
    check(moment("2025-12-31T23:59:59Z"));
    check(moment("2026-01-01T00:00:00Z"));
}

#[test]
fn so_are_leap_days_and_changes_of_the_clock() {
    check(moment("2024-02-29T12:00:00Z"));
    check(moment("2025-03-30T01:00:00.5Z"));
    check(moment("2025-10-26T00:59:59Z"));
}

#[test]
fn the_same_moment_gives_the_same_records() {
    let now = moment("2025-06-30T23:30:00Z");
    assert_eq!(format!("{:?}", petitions(now)), format!("{:?}", petitions(now)));
}

#[test]
fn texts_keep_to_the_limits_and_keys_are_different() {
    let mut keys = HashMap::new();
    for entry in File::read().petitions {
        assert!(letters(&entry.action) <= limits::ACTION, "{}", entry.key);
        assert!(letters(&entry.background) <= limits::BACKGROUND, "{}", entry.key);
        assert!(letters(&entry.additional_details) <= limits::ADDITIONAL_DETAILS, "{}", entry.key);
        if let Some(response) = &entry.response {
            assert!(letters(&response.summary) <= limits::RESPONSE_SUMMARY, "{}", entry.key);
            assert!(letters(&response.details) <= limits::RESPONSE_DETAILS, "{}", entry.key);
        }
        assert_eq!(keys.insert(entry.key.clone(), ()), None, "{}", entry.key);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, max_shrink_iters: 20, ..Default::default() })]
    #[test]
    fn every_moment_has_its_petitions(second in 1_600_000_000i64..2_000_000_000, nano in 0i32..1_000_000_000) {
        check(Timestamp::new(second, nano).expect("in range"));
    }
}
