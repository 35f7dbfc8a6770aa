//! The estimate: the same figures as in the backtest that the rule comes from, and sense whatever goes in.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use undersigned::domain::forecast::{Forecast, Trend};
use undersigned::domain::series::{Hour, Series};

/// Every moment of the backtest. Its inputs are rounded, so the result has to lie between those of the inputs
/// rounded down and up.
#[test]
fn growth_is_that_of_the_backtest() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/series/forecast_cases.csv");
    let file = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = file.lines();
    let names: Vec<_> = lines.next().expect("a heading").split(',').collect();
    let mut cases = 0;
    for line in lines {
        let fields: Vec<_> = line.split(',').collect();
        let field = |name| -> f64 {
            let column = names.iter().position(|&column| column == name).expect("a column of that name");
            fields[column].parse().expect("a number")
        };
        let growth = |by: f64| {
            let trend = Trend {
                last_24_hours: field("last24h") + 0.005 * by,
                per_day_7d: field("per_day_7d") + 0.005 * by,
                since_peak: field("tau_days") + 0.005 * by,
                remaining: field("remaining_days") + 0.0005 * by,
            };
            trend.growth()
        };
        let expected = field("rec_final") - field("count");
        assert!((growth(-1.0) - 0.1..=growth(1.0) + 0.1).contains(&expected), "{line}: {}", growth(0.0));
        cases += 1;
    }
    assert!(cases >= 250, "{cases} cases");
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
    assert_eq!((figures.low, figures.estimate, figures.high), (44_140, 44_160, 44_540));
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

fn trends() -> impl Strategy<Value = Trend> {
    (0.0..1e6f64, 0.0..1e6f64, 1.0..1e4f64, 0.0..1e4f64).prop_map(
        |(last_24_hours, per_day_7d, since_peak, remaining)| Trend { last_24_hours, per_day_7d, since_peak, remaining },
    )
}

proptest! {
    #[test]
    fn more_signatures_or_more_time_never_lower_it(trend in trends(), more in 0.0..1e5f64) {
        let growth = trend.growth();
        prop_assert!(growth >= 0.0);
        for grown in [
            Trend { last_24_hours: trend.last_24_hours + more, ..trend },
            Trend { per_day_7d: trend.per_day_7d + more, ..trend },
            Trend { remaining: trend.remaining + more, ..trend },
        ] {
            prop_assert!(grown.growth() >= growth);
        }
    }

    #[test]
    fn it_comes_down_to_the_count_at_the_deadline(trend in trends()) {
        prop_assert_eq!(Trend { remaining: 0.0, ..trend }.growth(), 0.0);
        let minute = Trend { remaining: 1.0 / 1440.0, ..trend }.growth();
        prop_assert!(minute <= (trend.last_24_hours + trend.per_day_7d + 1.0) / 1440.0 * 1.001);
    }

    #[test]
    fn any_figures_give_an_ordered_answer(
        last_24_hours in any::<f64>(), per_day_7d in any::<f64>(), since_peak in any::<f64>(), remaining in any::<f64>(),
    ) {
        let likely = Trend { last_24_hours, per_day_7d, since_peak, remaining }.likely_growth();
        prop_assert!(0.0 <= likely.low && likely.low <= likely.estimate && likely.estimate <= likely.high);
    }

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
            for figures in [forecast.exact(), forecast.rounded()] {
                prop_assert!(series.total() <= figures.low);
                prop_assert!(figures.low <= figures.estimate && figures.estimate <= figures.high);
            }
            let half = forecast.path(now + deadline.duration_since(now) / 2);
            prop_assert!(half.low <= half.estimate && half.estimate <= half.high);
        }
    }
}
