//! A chart of today, hour by hour, beside yesterday: bars for today, a line for the day before.

use askama::Template;
use jiff::{SignedDuration, Timestamp};

use super::axis;
use super::labels::{WIDTH, width};
use super::scale::{PathData, Percent, Scale, round_step};
use super::words;
use crate::domain::deadline;
use crate::domain::series::{Bucket, Series, Step};
use crate::web::filters::{signatures, thousands};

/// Units across the bars and down them.
const ACROSS: f64 = 1000.0;
const DOWN: f64 = 100.0;
/// Where the bars begin and end, in per cent of the height.
const PANEL: (f64, f64) = (20.0, 88.0);
/// The least height of a bar, so that it can be told from none.
const LEAST_BAR: f64 = 1.5;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The chart with the words that belong to it.
#[derive(Clone, Debug)]
pub struct DayChart {
    /// What it tells, a sentence without its full stop.
    pub summary: String,
    /// What its shapes are: the caption.
    pub note: String,
    /// The hours of today that have begun, the first one first.
    pub rows: Vec<HourRow>,
    /// Today so far, and yesterday by the same time.
    pub sums: (u64, u64),
    picture: Picture,
}

/// An hour of today and the same hour of yesterday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// "6 pm".
    pub when: String,
    /// Signatures today.
    pub today: u64,
    /// Signatures yesterday, as far as the hour has come by now.
    pub yesterday: u64,
    /// Whether the hour is over.
    pub complete: bool,
}

#[derive(Template)]
#[template(path = "charts/day.svg")]
struct DaySvg<'a> {
    id: &'a str,
    picture: &'a Picture,
}

#[derive(Clone, Debug)]
struct Picture {
    description: String,
    name: String,
    peak: String,
    panel: (Percent, Percent),
    grid: Vec<(Percent, String)>,
    bar_width: f64,
    bars: PathData,
    incomplete: PathData,
    yesterday: PathData,
    /// Where the name of yesterday's line stands.
    yesterday_name: (Percent, Percent),
    times: Vec<(Percent, String)>,
}

/// An hour of the day as it is drawn.
struct Slot {
    starts_at: Timestamp,
    today: Option<Bucket>,
    yesterday: u64,
}

impl DayChart {
    /// The chart of the day that `series` ends with. The history goes back to the midnight before the last one.
    pub fn new(series: &Series) -> DayChart {
        let until = series.until();
        let (midnight, next) = (Step::Day.floor(until), Step::Day.next(until));
        let buckets = series.pieces(midnight, Step::Hour);
        let same_time = deadline::day_before(until);
        let sums = (series.between(midnight, until).added, series.between(Step::Day.floor(same_time), same_time).added);
        let mut slots = Vec::new();
        let mut at = midnight;
        while at < next {
            let before = deadline::day_before(at);
            let today = buckets.iter().find(|bucket| bucket.starts_at == at && bucket.starts_at < until).copied();
            slots.push(Slot { starts_at: at, today, yesterday: series.between(before, before + HOUR).added });
            at += HOUR;
        }
        let rows = slots.iter().filter_map(|slot| {
            let bucket = slot.today?;
            let so_far = || series.between(Step::Hour.floor(same_time), same_time).added;
            let yesterday = if bucket.complete { slot.yesterday } else { so_far() };
            let when = words::clock(slot.starts_at);
            Some(HourRow { when, today: bucket.added, yesterday, complete: bucket.complete })
        });
        let rows: Vec<HourRow> = rows.collect();
        let summary = match sums {
            (0, 0) => "Nobody has signed yet today".to_owned(),
            (today, yesterday) => {
                let today = if today == 0 { "No signatures".to_owned() } else { signatures(today) };
                let yesterday = if yesterday == 0 { "none".to_owned() } else { thousands(yesterday) };
                format!("{today} so far today; yesterday there were {yesterday} by this time")
            }
        };
        let running = rows.last().is_some_and(|row| !row.complete && row.today > 0);
        let hatched = if running { " The hatched hour is not over yet." } else { "" };
        DayChart {
            note: format!("Bars: today. Line: yesterday.{hatched}"),
            rows,
            sums,
            picture: Picture::new(&slots, midnight, next, &summary),
            summary,
        }
    }

    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.picture.bars.is_empty() && self.picture.incomplete.is_empty() && self.picture.yesterday.is_empty()
    }

    /// The picture as a part of a page. `id` begins the names of its parts.
    pub fn svg(&self, id: &str) -> String {
        DaySvg { id, picture: &self.picture }.render().expect("a string takes everything")
    }
}

impl Picture {
    fn new(slots: &[Slot], midnight: Timestamp, next: Timestamp, summary: &str) -> Picture {
        let added = |slot: &Slot| slot.today.map_or(0, |bucket| bucket.added);
        let top = slots.iter().map(|slot| added(slot).max(slot.yesterday)).max().unwrap_or(0).max(4) as f64 * 1.05;
        let down = Scale { numbers: (0.0, top), places: (DOWN, 0.0) };
        let height = Scale { numbers: (0.0, top), places: (PANEL.1, PANEL.0) };
        let wide = ACROSS / slots.len() as f64;

        let (mut bars, mut incomplete) = (PathData::default(), PathData::default());
        for (slot, middle) in slots.iter().zip((0..).map(|index| (f64::from(index) + 0.5) * wide)) {
            if let Some(bucket) = slot.today.filter(|bucket| bucket.added > 0) {
                let path = if bucket.complete { &mut bars } else { &mut incomplete };
                path.move_to((middle, DOWN));
                path.line_to((middle, down.place(bucket.added as f64).min(DOWN - LEAST_BAR)));
            }
        }
        let mut steps = Vec::new();
        if slots.iter().any(|slot| slot.yesterday > 0) {
            for (slot, left) in slots.iter().zip((0..).map(|index| f64::from(index) * wide)) {
                let y = down.place(slot.yesterday as f64);
                steps.extend([(left, y), (left + wide, y)]);
            }
        }
        let mut yesterday = PathData::default();
        for (index, &point) in steps.iter().enumerate() {
            if index == 0 { yesterday.move_to(point) } else { yesterday.line_to(point) }
        }

        let (name_at, name_y) = Self::name_yesterday(slots, &height);
        let step = round_step(top, 2.5);
        let grid = (1..).map(|line| f64::from(line) * step).take_while(|&value| value <= top);
        let length = next.duration_since(midnight).as_secs_f64();
        let peak = slots.iter().rev().max_by_key(|slot| added(slot)).filter(|slot| added(slot) > 0);
        Picture {
            description: format!("{summary}."),
            name: "Each hour".to_owned(),
            peak: peak.map_or(String::new(), |slot| {
                format!(", at most {} from {}", thousands(added(slot)), words::clock(slot.starts_at))
            }),
            panel: (Percent(PANEL.0), Percent(PANEL.1 - PANEL.0)),
            grid: grid.map(|value| (Percent(height.place(value)), thousands(value as u64))).collect(),
            bar_width: (wide * 8.4).round() / 10.0,
            bars,
            incomplete,
            yesterday,
            yesterday_name: (name_at, name_y),
            times: axis::ticks(midnight, next)
                .into_iter()
                // The first hour is where the picture begins; its name would lie on the next on a phone.
                .filter(|tick| tick.at > midnight)
                .map(|tick| (Percent(tick.at.duration_since(midnight).as_secs_f64() / length * 100.0), tick.name))
                .collect(),
        }
    }

    /// Yesterday's line is named where it is highest, over all that lies under the name on a phone.
    fn name_yesterday(slots: &[Slot], height: &Scale) -> (Percent, Percent) {
        let count = slots.len();
        let peak = (0..count).rev().max_by_key(|&slot| slots[slot].yesterday).unwrap_or(0);
        let half = width(YESTERDAY) / WIDTH / 2.0;
        let middle = ((peak as f64 + 0.5) / count as f64).clamp(half, 1.0 - half);
        let (from, to) = ((middle - half) * count as f64, (middle + half) * count as f64);
        let under = slots.iter().take(to.ceil() as usize).skip(from.floor() as usize);
        let highest = under.map(|slot| slot.today.map_or(0, |bucket| bucket.added).max(slot.yesterday)).max();
        (Percent(middle * 100.0), Percent(height.place(highest.unwrap_or(0) as f64)))
    }
}

/// What yesterday's line is called.
const YESTERDAY: &str = "yesterday";
