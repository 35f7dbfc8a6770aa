//! The estimate: sense whatever goes in, and the figures of the rule that it began with as they were published.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use undersigned::domain::{
    backtest,
    forecast::{Figures, Forecast},
    series::{Hour, Series},
};

/// Every moment of the published backtest. Its inputs are rounded, and so are its answers.
#[test]
fn the_first_rule_is_that_of_the_published_backtest() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/series/forecast_cases.csv");
    let file = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (_, moments) = backtest::read(&file).expect("a file of moments");
    let mut lines: Vec<Vec<&str>> = file.lines().map(|line| line.split(',').collect()).collect();
    let names = lines.remove(0);
    let column = |name| names.iter().position(|&column| column == name).expect("a column of that name");
    let number = |line: &[&str], name| line[column(name)].parse::<f64>().expect("a number");
    assert_eq!(moments.len(), lines.len());
    for line in &lines {
        let is_it = |moment: &&backtest::Moment| {
            moment.petition == line[column("series")]
                && moment.age == number(line, "age_days")
                && moment.trend.remaining == number(line, "remaining_days")
        };
        let moment = moments.iter().find(is_it).expect("its moment");
        for (said, published) in
            [(moment.naive(), number(line, "naive_final")), (moment.baseline(), number(line, "rec_final"))]
        {
            let growth = published - moment.count;
            assert!((said - published).abs() <= 4.0 + 0.03 * growth, "{line:?}: {said}");
        }
    }
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

const OPENED: i64 = 1_646_128_800;
const DAY: i64 = 86_400;

/// A petition that had its day on the third of so many days, and then so many signatures a day.
fn petition(age: i64, burst: u32, daily: u32) -> Series {
    let day = |day: i64| Hour {
        starts_at: time(OPENED + day * DAY),
        added: if day == 2 { burst } else { daily },
        removed: 0,
    };
    Series::new(0, time(OPENED), time(OPENED + age * DAY), (0..age).map(day).collect(), Vec::new())
}

fn forecast(series: &Series, remaining: i64) -> Option<Forecast> {
    let now = series.until();
    Forecast::new(series, time(OPENED), now + SignedDuration::from_secs(remaining * DAY), now)
}

#[test]
fn a_quiet_petition_near_its_end_grows_a_little() {
    let series = petition(174, 41_780, 13);
    assert_eq!(series.total(), 44_029);
    let figures = forecast(&series, 10).expect("an estimate").rounded();
    assert_eq!((figures.low, figures.estimate, figures.high), (44_100, 44_160, 44_680));
    assert_eq!((figures.lowest, figures.highest), (44_060, 47_000));
}

#[test]
fn there_is_none_too_early_too_small_or_too_late() {
    assert_eq!(forecast(&petition(30, 50, 1), 100), None, "79 signatures");
    assert_eq!(forecast(&petition(30, 500, 1), 0), None, "at its deadline");
    assert_eq!(forecast(&petition(30, 500, 1), -3), None, "after its deadline");
    assert_eq!(forecast(&petition(30, 500, 1).closed(), 100), None, "closed early");
    let series = petition(30, 500, 1);
    let yesterday = series.until() - SignedDuration::from_hours(23);
    let deadline = series.until() + SignedDuration::from_hours(2400);
    assert_eq!(Forecast::new(&series, yesterday, deadline, series.until()), None, "23 hours old");
}

#[test]
fn no_signatures_in_a_week_means_that_it_stays() {
    let series = petition(30, 500, 0);
    let figures = forecast(&series, 60).expect("an estimate").rounded();
    assert_eq!((figures.low, figures.estimate), (500, 500));
}

#[test]
fn the_path_leads_from_the_count_to_the_estimate() {
    let series = petition(20, 9_000, 150);
    let forecast = forecast(&series, 100).expect("an estimate");
    let start = forecast.path(series.until());
    assert_eq!((start.low, start.estimate, start.high), (11_850.0, 11_850.0, 11_850.0));
    let end = forecast.path(forecast.deadline());
    assert_eq!(end.estimate.round() as u64, forecast.exact().estimate);
    assert_eq!(end.high.round() as u64, forecast.exact().high);
    let mut last = start;
    for day in 1..=100 {
        let next = forecast.path(series.until() + SignedDuration::from_hours(24 * day));
        assert!(next.low <= next.estimate && next.estimate <= next.high);
        assert!(next.low >= last.low && next.estimate >= last.estimate && next.high >= last.high);
        last = next;
    }
}

#[test]
fn a_threshold_is_reached_where_the_path_crosses_it() {
    let series = petition(20, 9_000, 150);
    let forecast = forecast(&series, 100).expect("an estimate");
    assert_eq!(forecast.reaches(11_850), None, "it stands there");
    assert_eq!(forecast.reaches(forecast.exact().estimate + 1), None, "it is not expected to come so far");
    let at = forecast.reaches(13_000).expect("it is on the way");
    assert!((forecast.path(at).estimate - 13_000.0).abs() < 1.0, "{at}");
    assert!(series.until() < at && at < forecast.deadline());
}

#[test]
fn a_petition_that_wakes_up_is_expected_to_fall_asleep_again() {
    let mut hours: Vec<Hour> = Vec::new();
    for day in 0..60 {
        let added = match day {
            1 => 20_000,
            59 => 3_000,
            _ => 40,
        };
        hours.push(Hour { starts_at: time(OPENED + day * DAY), added, removed: 0 });
    }
    let series = Series::new(0, time(OPENED), time(OPENED + 60 * DAY), hours, Vec::new());
    let estimate = forecast(&series, 120).expect("an estimate").exact().estimate;
    assert!((30_000..60_000).contains(&estimate), "{estimate}, not 385,000");
}

proptest! {
    #[test]
    fn any_history_gives_an_ordered_answer(
        before in prop_oneof![0u64..500, any::<u64>()],
        hours in prop::collection::vec((-50i64..5_000, any::<u32>(), any::<u32>()), 0..30),
        age in 0i64..300, opened in -100i64..300, remaining in -5i64..400,
    ) {
        let hours = hours.into_iter()
            .map(|(hour, added, removed)| Hour { starts_at: time(OPENED + hour * 3600), added, removed })
            .collect();
        let now = time(OPENED + age * DAY + 1234);
        let series = Series::new(before, time(OPENED), now, hours, Vec::new());
        let deadline = time(OPENED + (age + remaining) * DAY);
        if let Some(forecast) = Forecast::new(&series, time(OPENED + opened * DAY), deadline, now) {
            for Figures { estimate, low, high, lowest, highest } in [forecast.exact(), forecast.rounded()] {
                prop_assert!(series.total() <= lowest && lowest <= low && low <= estimate);
                prop_assert!(estimate <= high && high <= highest);
            }
            let half = forecast.path(now + deadline.duration_since(now) / 2);
            prop_assert!(half.lowest <= half.low && half.low <= half.estimate);
            prop_assert!(half.estimate <= half.high && half.high <= half.highest);
            let further = forecast.count().saturating_add(1 + opened.unsigned_abs());
            if let Some(at) = forecast.reaches(further) {
                prop_assert!(now <= at && at <= deadline && further <= forecast.exact().estimate + 1);
            }
        }
    }
}
