//! What a chart says in words: dates and times as people say them, and the one thing that its numbers tell.

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date};

use crate::domain::deadline::london;
use crate::domain::series::{Change, Range, Series, Step};
use crate::web::filters::{day_of, signatures, thousands};

/// One sentence without its full stop on what a history shows, fit for a heading:
/// "13 signatures in the last 24 hours; half of all came in the first three days".
pub fn summary(series: &Series, opened_at: Timestamp, range: Range) -> String {
    let (change, recent) = match range {
        // Of a closed petition the whole is what matters, not how it was on its last day.
        Range::All if series.is_closed() => {
            (Change { added: series.total(), ..Change::default() }, "in all".to_owned())
        }
        Range::Day | Range::All => {
            let last = if series.is_closed() { "its last 24 hours" } else { "the last 24 hours" };
            (series.last_24_hours(), format!("in {last}"))
        }
        Range::Week | Range::Month => {
            let start = series.start(range);
            (series.between(start, series.until()), format!("since {}", day_of(&start)))
        }
    };
    // The same figure as among the key facts; of what it is made is said where something was taken out.
    let mut sentence = match change.anew() {
        0 if change.removed == 0 => format!("No signatures {recent}"),
        0 => format!("No more signatures {recent}"),
        1.. => format!("{} {recent}", signatures(change.anew().unsigned_abs())),
        _ => format!("{} fewer {recent}", signatures(change.anew().unsigned_abs())),
    };
    let were =
        |count: u64, done: &str| format!("{} {} {done}", thousands(count), if count == 1 { "was" } else { "were" });
    let (came, removed) = (thousands(change.came()), were(change.removed, "taken out"));
    let put_back = were(change.put_back, "put back");
    match (change.removed, change.put_back) {
        (0, 0) => {}
        (_, 0) => sentence += &format!(" ({came} came, {removed})"),
        (0, _) => sentence += &format!(" ({put_back})"),
        _ => sentence += &format!(" ({came} came, {removed}, {put_back})"),
    }
    if let Some(shape) = if range == Range::All { shape(series, opened_at) } else { busiest(series, range) } {
        sentence += "; ";
        sentence += &shape;
    }
    sentence
}

/// Where most of all signatures came from in time, if that can be said.
fn shape(series: &Series, opened_at: Timestamp) -> Option<String> {
    let from = opened_at.max(series.since());
    let length = series.until().duration_since(from);
    if series.total() < 20 || length < SignedDuration::from_hours(72) {
        return None;
    }
    let half = series.reached(series.total().div_ceil(2)).filter(|_| series.since() <= opened_at);
    if let Some(half) = half {
        let passed = half.duration_since(from) + SignedDuration::from_hours(1);
        let left = series.until().duration_since(half);
        if passed <= length / 5 {
            return Some(format!("half of all came in the first {}", span(passed)));
        }
        if left <= length / 5 {
            return Some(format!("half of all came in the last {}", span(left)));
        }
    }
    let peak = series.peak_day()?;
    Some(format!("the busiest day was {} with {}", day_of(&peak.starts_at), thousands(peak.added)))
}

/// The busiest hour of a day or day of a longer range, if one stands out.
fn busiest(series: &Series, range: Range) -> Option<String> {
    let step = if range == Range::Day { Step::Hour } else { Step::Day };
    let buckets = series.buckets(range, step);
    let peak = buckets.iter().rev().max_by_key(|bucket| bucket.added)?;
    if peak.added < 2 || buckets.iter().filter(|bucket| bucket.added == peak.added).count() > 1 {
        return None;
    }
    let when = match step {
        Step::Hour => format!("hour began at {}", clock(peak.starts_at)),
        _ => format!("day was {}", zoned(peak.starts_at).strftime("%A %-d %B")),
    };
    Some(format!("the busiest {when} with {}", thousands(peak.added)))
}

/// "1 Mar", "15 Aug".
pub fn short_day(at: Timestamp) -> String {
    format!("{} {}", zoned(at).day(), month(at))
}

/// "Mar", "Aug".
pub fn month(at: Timestamp) -> &'static str {
    month_name(zoned(at).date())
}

/// The short name of the month of a day.
pub fn month_name(day: Date) -> &'static str {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"];
    MONTHS[usize::from(day.month().unsigned_abs()) - 1]
}

/// "noon", "midnight", "7 pm", "7.30 pm". The hour that comes twice when the clocks go back has its time zone.
pub fn clock(at: Timestamp) -> String {
    let time = zoned(at);
    let words = match (time.hour(), time.minute()) {
        (0, 0) => "midnight".into(),
        (12, 0) => "noon".into(),
        (_, 0) => time.strftime("%-I %P").to_string(),
        _ => time.strftime("%-I.%M %P").to_string(),
    };
    let twice = time.time_zone().to_ambiguous_timestamp(time.datetime()).is_ambiguous();
    if twice { format!("{words} {}", time.strftime("%Z")) } else { words }
}

/// A moment by London's clock.
pub fn zoned(at: Timestamp) -> Zoned {
    at.to_zoned(london())
}

/// A length of time in whole hours or days, rounded up: "20 hours", "three days".
fn span(length: SignedDuration) -> String {
    const WORDS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let hours = (length.as_secs() + 3599) / 3600;
    let (count, unit) = if hours <= 24 { (hours, "hour") } else { ((hours + 23) / 24, "day") };
    match WORDS.get(usize::try_from(count).unwrap_or(usize::MAX)) {
        Some(&"one") => unit.into(),
        Some(word) => format!("{word} {unit}s"),
        None => format!("{} {unit}s", thousands(count.unsigned_abs())),
    }
}
