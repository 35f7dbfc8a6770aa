//! The charts by themselves, without database and HTTP, for a petition that was signed in every hour of ten years.

use std::{hint::black_box, time::Instant};

use jiff::{SignedDuration, Timestamp};
use undersigned::{
    domain::{
        forecast::Forecast,
        series::{Hour, Range, Series},
    },
    web::charts::{DayChart, Event, History, HistoryChart, Table, ThresholdLine},
};

use super::Fixture;
use crate::{
    statistics::{median, milliseconds},
    table::{Table as Figures, Wanted},
};

/// Ten years.
const HOURS: i64 = 24 * 3652;
const TURNS: usize = 25;
const MOST: f64 = 5.0;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Figures) -> anyhow::Result<()> {
    let until = fixture.now;
    let opened_at = until - SignedDuration::from_hours(HOURS);
    let deadline = until + SignedDuration::from_hours(24 * 10);
    let series = ten_years(opened_at, until);
    let forecast = Forecast::new(&series, opened_at, deadline, until);
    let thresholds = [
        ThresholdLine { signatures: 10_000, label: "government response" },
        ThresholdLine { signatures: 100_000, label: "debate" },
    ];
    let events: Vec<Event> = (0..8)
        .map(|event| Event {
            at: opened_at + SignedDuration::from_hours(event * HOURS / 8),
            label: "Something happened".to_owned(),
        })
        .collect();
    let names = ["the last 24 hours", "the last 7 days", "the last 30 days", "all of it"];
    for (range, name) in Range::EVERY.into_iter().zip(names) {
        let forecast = forecast.as_ref().filter(|_| range == Range::All);
        let history = History { series: &series, range, opened_at, forecast, thresholds: &thresholds, events: &events };
        let (time, bytes) = time(|| HistoryChart::new(&history).svg("growth"));
        let figure = format!("Chart of ten years of hours drawn: {name}, {:.1} kB", bytes as f64 / 1000.0);
        table.check(figure, time, 2, " ms", &Wanted::AtMost(MOST));
    }
    let (table_time, rows) = time(|| format!("{:?}", Table::new(&series, Range::All)));
    table.add(format!("Its table, {} kB of rows", rows.div_ceil(1000)), format!("{table_time:.2} ms"));
    let (peaks, _) = time(|| format!("{:?} {:?} {:?}", series.peak_hour(), series.peak_day(), series.today()));
    table.check("Busiest hour and day of ten years, today and yesterday", peaks, 2, " ms", &Wanted::AtMost(MOST));
    let (day, bytes) = time(|| DayChart::new(&series).svg("today"));
    let figure = format!("Chart of today on the front page drawn, {:.1} kB", bytes as f64 / 1000.0);
    table.check(figure, day, 2, " ms", &Wanted::AtMost(MOST));
    Ok(())
}

/// Every hour has its signatures: more by day than by night, and fewer from year to year.
fn ten_years(opened_at: Timestamp, until: Timestamp) -> Series {
    let hours = (0..HOURS).map(|hour| Hour {
        starts_at: opened_at + SignedDuration::from_hours(hour),
        added: (40_000.0 / (hour as f64 + 40.0)) as u32 + u32::from(hour % 24 > 6) * 3 + 1,
        removed: u32::from(hour % 1000 == 7),
    });
    Series::new(0, opened_at, until, hours.collect(), Vec::new())
}

/// The median time of some turns in milliseconds, and how long the text is.
fn time(draw: impl Fn() -> String) -> (f64, usize) {
    let mut bytes = 0;
    let times = (0..TURNS).map(|_| {
        let began = Instant::now();
        bytes = black_box(draw()).len();
        milliseconds(began.elapsed())
    });
    (median(times.collect::<Vec<_>>()), bytes)
}
