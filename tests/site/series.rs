//! The history of a count: whatever happened, its pieces add up, and nothing is invented or left out.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use undersigned::domain::series::{Bucket, Change, Hour, Minute, Range, Series, Step};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn hour(starts_at: &str, added: u32, removed: u32) -> Hour {
    Hour { starts_at: at(starts_at), added, removed }
}

fn minute(starts_at: &str, added: u32) -> Minute {
    Minute { starts_at: at(starts_at), added, removed: 0 }
}

fn series(since: &str, until: &str, hours: Vec<Hour>) -> Series {
    Series::new(0, at(since), at(until), hours, Vec::new())
}

fn added(buckets: &[Bucket]) -> Vec<u64> {
    buckets.iter().map(|bucket| bucket.added).collect()
}

const STEPS: [Step; 5] = [Step::Hour, Step::Day, Step::Week, Step::Month, Step::Year];

#[test]
fn a_new_petition_has_one_running_hour() {
    let series = series("2022-03-01T10:20:00Z", "2022-03-01T10:20:00Z", Vec::new());
    let buckets = series.buckets(Range::All, Step::Hour);
    assert_eq!(buckets.len(), 1);
    assert_eq!((buckets[0].added, buckets[0].total, buckets[0].complete), (0, 0, false));
    assert_eq!(buckets[0].ends_at, at("2022-03-01T11:00:00Z"));
    assert_eq!((series.total(), series.peak_day(), series.days_back().len()), (0, None, 0));
}

#[test]
fn empty_hours_are_there_and_the_running_one_is_marked() {
    let hours = vec![hour("2022-03-01T10:00:00Z", 5, 0), hour("2022-03-01T13:00:00Z", 2, 1)];
    let series = series("2022-03-01T10:20:00Z", "2022-03-01T13:30:00Z", hours);
    let buckets = series.buckets(Range::All, Step::Hour);
    assert_eq!(added(&buckets), [5, 0, 0, 2]);
    assert_eq!(buckets.iter().map(|bucket| bucket.total).collect::<Vec<_>>(), [5, 5, 5, 6]);
    assert_eq!(buckets.iter().map(|bucket| bucket.complete).collect::<Vec<_>>(), [true, true, true, false]);
    assert_eq!(buckets[0].starts_at, at("2022-03-01T10:20:00Z"));
}

#[test]
fn days_are_those_of_london() {
    // Clocks went forward on 27 March and back on 30 October 2022.
    let series = series("2022-03-26T00:00:00Z", "2022-11-01T12:00:00Z", vec![hour("2022-06-30T23:00:00Z", 7, 0)]);
    let days = series.buckets(Range::All, Step::Day);
    let length = |start: &str| {
        let day = days.iter().find(|day| day.starts_at == at(start)).expect("a day that begins then");
        day.ends_at.duration_since(day.starts_at).as_hours()
    };
    assert_eq!(length("2022-03-26T00:00:00Z"), 24);
    assert_eq!(length("2022-03-27T00:00:00Z"), 23);
    assert_eq!(length("2022-03-27T23:00:00Z"), 24);
    assert_eq!(length("2022-10-29T23:00:00Z"), 25);
    assert_eq!(days.len(), 221);
    assert_eq!(series.peak_day().expect("a day").starts_at, at("2022-06-30T23:00:00Z"), "1 July began at 11 pm UTC");
    let months = series.buckets(Range::All, Step::Month);
    assert_eq!(added(&months), [0, 0, 0, 0, 7, 0, 0, 0, 0]);
}

#[test]
fn weeks_begin_on_monday() {
    let series = series("2022-08-17T09:00:00Z", "2022-09-01T09:00:00Z", Vec::new());
    let weeks = series.buckets(Range::All, Step::Week);
    assert_eq!(
        weeks.iter().map(|week| week.starts_at).collect::<Vec<_>>(),
        [at("2022-08-17T09:00:00Z"), at("2022-08-21T23:00:00Z"), at("2022-08-28T23:00:00Z")]
    );
}

#[test]
fn sliding_windows_are_exact_where_minutes_are_recorded() {
    let hours = vec![
        hour("2022-08-20T19:00:00Z", 40, 0),
        hour("2022-08-20T20:00:00Z", 3, 0),
        hour("2022-08-21T19:00:00Z", 2, 0),
    ];
    let minutes = vec![
        minute("2022-08-20T19:35:00Z", 30),
        minute("2022-08-20T19:36:00Z", 4),
        minute("2022-08-20T19:37:00Z", 6),
        minute("2022-08-21T19:01:00Z", 2),
    ];
    let (since, until) = (at("2022-08-01T00:00:00Z"), at("2022-08-21T19:36:05Z"));
    let series = Series::new(0, since, until, hours.clone(), minutes);
    assert_eq!(series.last_24_hours().added, 6 + 3 + 2);
    assert_eq!(series.last_hour().added, 2);
    assert_eq!(series.total_at(at("2022-08-20T19:37:00Z")), Some(34));
    assert_eq!(added(&series.buckets(Range::Day, Step::Hour)).iter().sum::<u64>(), 11);

    let spread = Series::new(0, since, until, hours, Vec::new());
    assert_eq!(spread.last_24_hours().added, 16 + 3 + 2, "24 of 60 minutes of the first hour");
}

#[test]
fn minutes_are_told_as_far_back_as_they_tell_everything() {
    let hours = vec![hour("2022-08-20T19:00:00Z", 40, 0), hour("2022-08-21T19:00:00Z", 2, 1)];
    let minutes =
        vec![minute("2022-08-21T19:01:00Z", 2), Minute { starts_at: at("2022-08-21T19:03:00Z"), added: 0, removed: 1 }];
    let (since, until) = (at("2022-08-01T00:00:00Z"), at("2022-08-21T19:04:30Z"));
    let series = Series::new(0, since, until, hours, minutes);
    assert_eq!(series.minutes_since(), None, "nobody has said so");
    let series = series.fine_since(at("2022-08-19T19:05:00Z"));
    assert_eq!(series.minutes_since(), Some(at("2022-08-19T19:05:00Z")));
    let rows = series.pieces(at("2022-08-21T19:00:00Z"), Step::Minute);
    assert_eq!(added(&rows), [0, 2, 0, 0, 0]);
    assert_eq!(rows.iter().map(|row| row.total).collect::<Vec<_>>(), [40, 42, 42, 41, 41]);
    assert_eq!(rows.iter().map(|row| row.complete).collect::<Vec<_>>(), [true, true, true, true, false]);
    assert_eq!(series.fine_since(until).minutes_since(), None, "the history ends before");
}

#[test]
fn today_stands_beside_yesterday_by_the_same_time() {
    // Clocks went back on 30 October 2022: that day had 25 hours, and 8 pm came 25 hours after 8 pm.
    for (until, midnights) in [
        ("2022-08-21T19:30:00Z", ["2022-08-19T23:00:00Z", "2022-08-20T23:00:00Z"]),
        ("2022-10-30T20:30:00Z", ["2022-10-28T23:00:00Z", "2022-10-29T23:00:00Z"]),
        ("2022-10-31T20:30:00Z", ["2022-10-29T23:00:00Z", "2022-10-31T00:00:00Z"]),
    ] {
        let [yesterday, today] = midnights;
        let before =
            |midnight: &str| Hour { starts_at: at(midnight) - SignedDuration::from_hours(1), added: 100, removed: 0 };
        let hours = vec![
            before(yesterday),
            hour(yesterday, 7, 1),
            before(today),
            hour(today, 20, 0),
            Hour { starts_at: Step::Hour.floor(at(until)), added: 3, removed: 0 },
        ];
        let known = series("2022-01-01T00:00:00Z", until, hours.clone());
        let found = known.today().expect("it is open");
        assert_eq!(found.began_at, at(today), "{until}");
        assert_eq!(found.so_far, Change { added: 23, ..Change::default() }, "{until}");
        assert_eq!(found.yesterday, Some(Change { added: 7, removed: 1, put_back: 0 }), "{until}");
        assert_eq!(series(today, until, Vec::new()).today().expect("open").yesterday, None, "nothing is known of it");
        assert_eq!(known.closed().today(), None);
    }
    let hours = vec![hour("2022-08-20T19:00:00Z", 60, 0)];
    let half = series("2022-01-01T00:00:00Z", "2022-08-21T19:30:00Z", hours).today().and_then(|today| today.yesterday);
    assert_eq!(
        half,
        Some(Change { added: 30, ..Change::default() }),
        "half an hour of it, where minutes are not recorded"
    );
}

#[test]
fn the_busiest_hour_is_one_that_stands_out() {
    let told = |counts: &[u32]| {
        let hours =
            counts.iter().zip(10..).map(|(&added, clock)| hour(&format!("2022-08-20T{clock}:00:00Z"), added, 0));
        let series = series("2022-08-20T10:20:00Z", "2022-08-20T20:00:00Z", hours.collect());
        series.peak_hour().map(|peak| (peak.starts_at.to_string(), peak.added, peak.total))
    };
    assert_eq!(told(&[]), None);
    assert_eq!(told(&[1]), None);
    assert_eq!(told(&[4]), Some(("2022-08-20T10:20:00Z".to_owned(), 4, 4)));
    assert_eq!(told(&[3, 9, 4, 9]), Some(("2022-08-20T11:00:00Z".to_owned(), 9, 12)), "the first of equals");
    assert_eq!(told(&[8, 8, 9, 8, 8, 1]), None, "spread over the hours between two readings");
}

#[test]
fn counts_may_fall() {
    let hours = vec![hour("2022-08-01T10:00:00Z", 50, 0), hour("2022-08-03T10:00:00Z", 1, 20)];
    let series = series("2022-08-01T00:00:00Z", "2022-08-03T23:00:00Z", hours);
    assert_eq!(series.total(), 31);
    assert_eq!(series.last_24_hours(), Change { added: 1, removed: 20, put_back: 0 });
    assert_eq!(series.last_24_hours().net(), -19);
    assert_eq!(series.days_back(), [-19, 0, 50]);
    assert_eq!(series.reached(50), Some(at("2022-08-01T10:00:00Z")));
    assert_eq!(series.reached(51), None);
    let all = at("2022-08-01T00:00:00Z");
    assert_eq!(series.steepest_fall(all, series.until()), Some(at("2022-08-03T10:00:00Z")));
    assert_eq!(series.steepest_fall(all, at("2022-08-03T09:00:00Z")), None);
}

#[test]
fn what_is_put_back_is_nothing_new() {
    let hours = || {
        vec![
            hour("2022-08-01T10:00:00Z", 90, 0),
            hour("2022-08-02T10:00:00Z", 40, 60),
            hour("2022-08-03T10:00:00Z", 57, 2),
        ]
    };
    let put_back = vec![(at("2022-08-02T10:59:00Z"), 20), (at("2022-08-03T10:07:00Z"), 50)];
    let counted = series("2022-08-01T00:00:00Z", "2022-08-04T00:00:00Z", hours());
    let series = series("2022-08-01T00:00:00Z", "2022-08-04T00:00:00Z", hours()).put_back(put_back);
    assert_eq!(series.last_24_hours(), Change { added: 57, removed: 2, put_back: 50 });
    assert_eq!((series.last_24_hours().net(), series.last_24_hours().anew()), (55, 7));
    // On the day before, what was put back only made up for what was taken out on the same day.
    assert_eq!(series.days_back(), [7, -20, 90]);
    assert_eq!(counted.days_back(), [55, -20, 90]);
    assert_eq!(series.total(), counted.total(), "all of it counts");
    assert_eq!(series.as_of(at("2022-08-03T11:00:00Z")).last_24_hours().anew(), 7);
    assert_eq!(series.per_day_7d(at("2022-08-01T00:00:00Z")), 39.0, "of 187, 70 were put back");
    let peak = |series: &Series| series.peak_day().map(|day| (day.starts_at.to_string(), day.added));
    assert_eq!(peak(&series), Some(("2022-08-01T00:00:00Z".to_owned(), 90)));
}

#[test]
fn nothing_is_said_about_the_time_before_the_history() {
    let (since, until) = (at("2025-07-29T13:26:18Z"), at("2025-07-31T09:00:00Z"));
    let hours = vec![hour("2025-07-29T13:00:00Z", 900, 0), hour("2025-07-29T10:00:00Z", 4, 0)];
    let series = Series::new(392_979, since, until, hours, Vec::new());
    assert_eq!(series.before(), 392_983, "an hour before the history counts as before");
    assert_eq!(series.total_at(at("2025-07-29T13:26:17Z")), None);
    assert_eq!(series.reached(100_000), None);
    for range in Range::EVERY {
        for step in STEPS {
            assert!(series.buckets(range, step)[0].starts_at >= since);
        }
    }
    let day = series.buckets(Range::All, Step::Day)[0];
    assert_eq!((day.starts_at, day.added), (since, 900));
}

#[test]
fn a_closed_petition_ends_with_its_closing() {
    let hours = vec![hour("2022-09-01T21:00:00Z", 9, 0), hour("2022-09-05T08:00:00Z", 1, 3)];
    let series = series("2022-03-01T00:00:00Z", "2022-09-01T22:59:59.999Z", hours).closed();
    let last = *series.buckets(Range::All, Step::Day).last().expect("a day");
    assert_eq!(last.ends_at, at("2022-09-01T22:59:59.999Z"));
    assert!(last.complete);
    assert_eq!((last.added, last.removed, last.total), (10, 3, 7), "what came later counts with the last hour");
}

#[test]
fn steps_adapt_to_the_age() {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    assert_eq!(Step::for_span(days(7)), Step::Hour);
    assert_eq!(Step::for_span(days(8)), Step::Day);
    assert_eq!(Step::for_span(days(731)), Step::Day);
    assert_eq!(Step::for_span(days(732)), Step::Week);
    for age in 0..8_000 {
        let until = at("2000-01-01T10:30:00Z") + days(age);
        let series = Series::new(0, at("2000-01-01T10:30:00Z"), until, Vec::new(), Vec::new());
        assert!(series.buckets(Range::All, Step::for_rows(days(age))).len() <= 42, "after {age} days");
    }
}

#[test]
fn ranges_are_read_from_addresses() {
    for range in Range::EVERY {
        assert_eq!(range.word().parse(), Ok(range));
    }
    assert!("1y".parse::<Range>().is_err());
}

/// Any history whose count is never negative: gaps, falls, histories cut off at their beginning, minutes or none.
fn histories() -> impl Strategy<Value = Series> {
    let hours = prop::collection::vec((0i64..200, 0u32..500, 0u32..100), 0..60);
    (1_500_000_000i64..1_700_000_000, 0u64..3, hours, 0i64..400_000, any::<bool>(), any::<bool>()).prop_map(
        |(since, before, gaps, rest, fine, closed)| {
            let time = |second| Timestamp::from_second(second).expect("in range");
            let (mut second, mut total) = (since - since % 3600, before);
            let (mut hours, mut minutes) = (Vec::new(), Vec::new());
            for (gap, added, removed) in gaps {
                second += gap * 3600;
                let removed = removed.min(total as u32 + added);
                total = total + u64::from(added) - u64::from(removed);
                hours.push(Hour { starts_at: time(second), added, removed });
                if fine {
                    let starts_at = time(second + gap * 60 % 3600);
                    minutes.push(Minute { starts_at, added: added / 2, removed });
                }
            }
            let series = Series::new(before, time(since), time(second.max(since) + rest), hours, minutes);
            if closed { series.closed() } else { series }
        },
    )
}

/// What happened to a count in its first two days: so many seconds after its beginning, so many more, so many less.
type Happened = Vec<(i64, u32, u32)>;

/// A beginning, and any two days after it.
fn two_days() -> impl Strategy<Value = (Timestamp, u64, Happened)> {
    let happened = prop::collection::vec((0i64..172_800, 0u32..50, 0u32..20), 0..80);
    (1_500_000_000i64..1_700_000_000, 0u64..3, happened).prop_map(|(since, before, mut happened)| {
        happened.sort_unstable();
        let mut total = before as u32;
        for (_, added, removed) in &mut happened {
            *removed = (*removed).min(total + *added);
            total = total + *added - *removed;
        }
        (Timestamp::from_second(since).expect("in range"), before, happened)
    })
}

/// The history as it stands so many seconds after its beginning: by hours, and by minutes, which tell all of it.
fn known_after(since: Timestamp, before: u64, happened: &Happened, seconds: i64) -> Series {
    let later = |second: i64| since + SignedDuration::from_secs(second);
    let known = happened.iter().filter(|(second, ..)| *second < seconds);
    let hours = known.clone().map(|&(second, added, removed)| Hour {
        starts_at: Step::Hour.floor(later(second)),
        added,
        removed,
    });
    let minutes = known.clone().map(|&(second, added, removed)| Minute {
        starts_at: Step::Minute.floor(later(second)),
        added,
        removed,
    });
    Series::new(before, since, later(seconds), hours.collect(), minutes.collect()).fine_since(since)
}

proptest! {
    #[test]
    fn rows_since_any_moment_add_up_in_any_step(
        (since, before, happened) in two_days(), age in 0i64..180_000, from in -4_000i64..190_000, aligned in any::<bool>(),
    ) {
        let series = known_after(since, before, &happened, age);
        for step in [Step::Minute, Step::Hour, Step::Day, Step::Week] {
            let from = since + SignedDuration::from_secs(from);
            let from = if aligned { step.floor(from) } else { from };
            let rows = series.pieces(from, step);
            let mut total = series.total_before(from) as i64;
            let mut starts_at = from.max(since);
            for row in &rows {
                prop_assert_eq!(row.starts_at, starts_at);
                total += row.added as i64 - row.removed as i64;
                prop_assert_eq!(row.total as i64, total);
                starts_at = row.ends_at;
            }
            prop_assert_eq!(total as u64, series.total());
            prop_assert_eq!(rows.is_empty(), from >= series.until() && from > since);
        }
    }

    #[test]
    fn who_reads_along_has_what_who_reads_at_the_end_has(
        (since, before, happened) in two_days(), mut ages in prop::collection::vec(0i64..200_000, 1..8),
    ) {
        ages.sort_unstable();
        for step in [Step::Minute, Step::Hour, Step::Day] {
            let mut read: Vec<Bucket> = Vec::new();
            for &age in &ages {
                let series = known_after(since, before, &happened, age);
                // Since the beginning of the last row that is there.
                let from = read.pop().map_or(since, |last| last.starts_at);
                read.extend(series.pieces(step.floor(from).max(series.since()), step));
                prop_assert_eq!(&read, &series.pieces(since, step));
            }
        }
    }

    #[test]
    fn what_came_between_moments_adds_up(series in histories(), first in 0.0..1.0f64, second in 0.0..1.0f64) {
        prop_assume!(series.length().is_positive());
        let moment = |share: f64| series.since() + series.length().mul_f64(share);
        let (from, to) = (moment(first.min(second)), moment(first.max(second)));
        let parts = [(series.since(), from), (from, to), (to, series.until())].map(|(a, b)| series.between(a, b));
        let whole = series.between(series.since(), series.until());
        prop_assert_eq!(parts.iter().map(|part| part.added).sum::<u64>(), whole.added);
        prop_assert_eq!(parts.iter().map(|part| part.removed).sum::<u64>(), whole.removed);
        prop_assert_eq!(whole.net(), series.total() as i64 - series.before() as i64);
        prop_assert_eq!(series.between(to, series.until()), series.last(series.until().duration_since(to)));
    }

    #[test]
    fn the_busiest_day_is_the_highest_of_all(series in histories()) {
        let days = series.buckets(Range::All, Step::Day);
        let highest = days.iter().rev().max_by_key(|day| day.added).filter(|day| day.added > 0);
        prop_assert_eq!(series.peak_day(), highest.copied());
        if let Some(peak) = series.peak_hour() {
            let hours = series.buckets(Range::All, Step::Hour);
            prop_assert_eq!(hours.iter().rev().max_by_key(|hour| hour.added).copied(), Some(peak));
        }
    }

    #[test]
    fn all_pieces_add_up(series in histories()) {
        for step in STEPS {
            let mut total = series.before();
            let mut from = series.since();
            let buckets = series.buckets(Range::All, step);
            for bucket in &buckets {
                prop_assert_eq!(bucket.starts_at, from);
                prop_assert!(bucket.starts_at < bucket.ends_at || buckets.len() == 1);
                total = total + bucket.added - bucket.removed;
                prop_assert_eq!(bucket.total, total);
                from = bucket.ends_at;
            }
            prop_assert_eq!(total, series.total());
            prop_assert!(from >= series.until());
            let running = buckets.iter().filter(|bucket| bucket.ends_at > series.until()).count();
            prop_assert!(running <= 1);
        }
        prop_assert_eq!(series.days_back().iter().sum::<i64>(), series.total() as i64 - series.before() as i64);
    }

    #[test]
    fn every_range_ends_with_the_total(series in histories()) {
        for range in Range::EVERY {
            for step in STEPS {
                let buckets = series.buckets(range, step);
                prop_assert_eq!(buckets.last().expect("one at least").total, series.total());
                prop_assert!(buckets.windows(2).all(|pair| pair[0].ends_at == pair[1].starts_at));
            }
        }
        let day = series.buckets(Range::Day, Step::Hour);
        prop_assert!(day.len() <= 26);
        prop_assert_eq!(day.iter().map(|hour| hour.added).sum::<u64>(), series.last_24_hours().added);
        prop_assert_eq!(day.iter().map(|hour| hour.removed).sum::<u64>(), series.last_24_hours().removed);
    }

    #[test]
    fn the_total_at_a_moment_and_the_window_since_agree(series in histories(), share in 0.0..1.0f64) {
        let ago = series.length().mul_f64(share);
        let earlier = series.total_at(series.until() - ago).expect("within the history") as i64;
        // Where minutes tell when something was removed and not when it was added, spreading the latter may have it
        // come too late; a total is never below zero all the same.
        prop_assert_eq!(earlier, (series.total() as i64 - series.last(ago).net()).max(0));
    }
}
