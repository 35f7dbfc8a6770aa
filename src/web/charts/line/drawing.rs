//! The shapes of the history chart: the line, the estimate and its fan, the bars, and the marks of events.

use jiff::{SignedDuration, Timestamp};

use super::{Event, History, HistoryChart, Mark, Panels, Picture, Text, ThresholdLine};
use crate::domain::forecast::{Figures, Forecast, Outlook};
use crate::domain::series::{Bucket, Range, Step};
use crate::web::charts::labels::{Area, HEIGHT, Room, WIDTH};
use crate::web::charts::scale::{PathData, Percent, Scale, round_step};
use crate::web::charts::words;
use crate::web::filters::{day_of, signatures, thousands};

/// Units across both panels, and down the one of the total and the one of the bars.
const ACROSS: f64 = 1000.0;
const TOTAL_DOWN: f64 = 400.0;
const BARS_DOWN: f64 = 100.0;

/// The least height of a bar, so that it can be told from none.
const LEAST_BAR: f64 = 1.5;

/// Room above the highest total, in pixels.
pub(super) const ROOM_ABOVE: f64 = 13.0;

/// A chart being drawn.
pub(super) struct Drawing<'a> {
    pub(super) history: &'a History<'a>,
    pub(super) buckets: Vec<Bucket>,
    pub(super) step: Step,
    pub(super) forecast: Option<&'a Forecast>,
    pub(super) starts_at: Timestamp,
    pub(super) ends_at: Timestamp,
    /// From seconds to per cent of the width.
    pub(super) time: Scale,
    /// From signatures to per cent of the height.
    pub(super) total: Scale,
    pub(super) panels: Panels,
    pub(super) room: Room,
    pub(super) texts: Vec<Text>,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(history: &'a History<'a>) -> Drawing<'a> {
        let &History { series, range, .. } = history;
        let starts_at = series.start(range);
        let step = series.step(range);
        let buckets = series.pieces(starts_at, step);
        let forecast = history.forecast.filter(|_| range == Range::All);
        // What was closed as it opened has no length, and still some width.
        let least = starts_at.checked_add(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX);
        let end = buckets.last().map_or(series.until(), |last| last.ends_at).max(least);
        // A young petition has months before it: what has happened keeps two fifths of the width.
        let ends_at = forecast.map_or(end, |forecast| {
            let far = series.until().checked_add(series.length().mul_f64(1.5)).unwrap_or(Timestamp::MAX);
            forecast.deadline().min(far).max(end)
        });
        let panels = Panels::of(range);
        let mut drawing = Drawing {
            history,
            buckets,
            step,
            forecast,
            starts_at,
            ends_at,
            time: Scale { numbers: (seconds(starts_at), seconds(ends_at)), places: (0.0, 100.0) },
            total: Scale { numbers: (0.0, 1.0), places: (panels.total.1, panels.total.0) },
            panels,
            room: Room::default(),
            texts: Vec::new(),
        };
        drawing.total.numbers = drawing.totals_shown();
        drawing
    }

    pub(super) fn draw(mut self, summary: String) -> HistoryChart {
        let thresholds = self.thresholds_shown();
        let (marks, events) = self.mark_events();
        let grid = self.name_totals(&thresholds);
        self.name_times();
        self.name_bars();
        let [bars, removed, incomplete] = self.bars();
        let (base, _) = self.total.numbers;
        let zero = self.panels.bars.0 + self.bar_zero() / BARS_DOWN * (self.panels.bars.1 - self.panels.bars.0);
        let zeros = [(base == 0.0).then_some(self.panels.total.1), Some(zero)];
        HistoryChart {
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            step: self.step,
            events,
            notes: self.notes(),
            picture: Picture {
                title: match self.history.range {
                    Range::All => "Signatures over time".into(),
                    range => format!("Signatures in the last {}", range.name()),
                },
                description: self.description(&summary),
                panels: self.panels,
                grid,
                axes: zeros.into_iter().flatten().map(Percent).collect(),
                thresholds: thresholds.iter().map(|line| Percent(self.total.place(line.signatures as f64))).collect(),
                line: PathData::line(&self.course(self.points().map(|(at, total)| (at, total as f64)))),
                estimate: PathData::line(&self.course(self.outlook().map(|(at, outlook)| (at, outlook.estimate)))),
                fan: self.fan(|outlook| (outlook.low, outlook.high)),
                wide_fan: self.fan(|outlook| (outlook.lowest, outlook.highest)),
                bar_width: self.bar_width(),
                bars,
                removed,
                incomplete,
                texts: self.texts,
                marks,
            },
            summary,
        }
    }

    /// The lowest and the highest total that the picture has room for.
    fn totals_shown(&self) -> (f64, f64) {
        let totals = self.points().map(|(_, total)| total as f64);
        let (least, most) =
            totals.fold((f64::INFINITY, 0.0_f64), |(least, most), total| (least.min(total), most.max(total)));
        let mut top = most;
        if let Some(forecast) = self.forecast {
            let outlook = forecast.path(self.ends_at);
            top = top.max(outlook.estimate);
            // As much of the ranges as does not press what has happened flat; where more is cut off by the edge, it
            // is said how far it goes.
            let whole = [outlook.highest, outlook.high].into_iter().find(|end| *end <= 2.0 * top);
            top = top.max(whole.unwrap_or(1.5 * top));
        }
        let base = if self.history.range == Range::All || least < top / 2.0 {
            0.0
        } else {
            let step = round_step(top - least, 3.0);
            (least / step).floor() * step
        };
        for line in self.history.thresholds {
            let value = line.signatures as f64;
            if value > base && value <= top + 0.25 * (top - base) {
                top = top.max(value);
            }
        }
        // Over the highest line there is room for its words.
        let height = px(self.panels.total.1 - self.panels.total.0);
        (base, top.max(base + 1.0) + ROOM_ABOVE / (height - ROOM_ABOVE) * (top - base))
    }

    /// The thresholds within the picture, but for those too near to its lower edge to be told from it.
    fn thresholds_shown(&self) -> Vec<ThresholdLine> {
        let (base, top) = self.total.numbers;
        let shown = |line: &&ThresholdLine| (base + 0.08 * (top - base)..=top).contains(&(line.signatures as f64));
        self.history.thresholds.iter().filter(shown).cloned().collect()
    }

    /// The total at the beginning and at the end of each piece.
    pub(super) fn points(&self) -> impl Iterator<Item = (Timestamp, u64)> {
        let until = self.history.series.until();
        let first = self.buckets.first();
        let before = first.map(|first| (first.starts_at, (first.total + first.removed).saturating_sub(first.added)));
        before.into_iter().chain(self.buckets.iter().map(move |bucket| (bucket.ends_at.min(until), bucket.total)))
    }

    /// The estimate at moments from now to the end of the picture, closer together where it bends more.
    fn outlook(&self) -> impl Iterator<Item = (Timestamp, Outlook)> {
        const MOMENTS: i32 = 10;
        let ahead = self.ends_at.duration_since(self.history.series.until());
        self.forecast.into_iter().flat_map(move |forecast| {
            (0..=MOMENTS).map(move |moment| {
                let share = (f64::from(moment) / f64::from(MOMENTS)).powi(2);
                let at = self.history.series.until().checked_add(ahead.mul_f64(share)).unwrap_or(self.ends_at);
                (at, forecast.path(at))
            })
        })
    }

    /// How many of the estimate's two ranges the picture cuts off at its upper edge.
    pub(super) fn ranges_cut_off(&self) -> usize {
        let (_, top) = self.total.numbers;
        self.forecast.map_or(0, |forecast| {
            let Outlook { high, highest, .. } = forecast.path(self.ends_at);
            [high, highest].into_iter().filter(|end| *end > top).count()
        })
    }

    /// Totals at moments as points in the panel of the total.
    fn course(&self, totals: impl Iterator<Item = (Timestamp, f64)>) -> Vec<(f64, f64)> {
        let down = Scale { places: (TOTAL_DOWN, 0.0), ..self.total };
        totals.map(|(at, total)| (self.across(at), down.place(total))).collect()
    }

    /// The area between two ends of a range.
    fn fan(&self, ends: impl Fn(&Outlook) -> (f64, f64)) -> PathData {
        let mut around = self.course(self.outlook().map(|(at, outlook)| (at, ends(&outlook).1)));
        let lower = self.course(self.outlook().map(|(at, outlook)| (at, ends(&outlook).0)));
        around.extend(lower.into_iter().rev());
        PathData::area(&around)
    }

    fn across(&self, at: Timestamp) -> f64 {
        self.time.place(seconds(at)) / 100.0 * ACROSS
    }

    /// The bars of what was added, of what was removed, and of the piece that is not over.
    fn bars(&self) -> [PathData; 3] {
        let (mut bars, mut removed, mut incomplete) = Default::default();
        let zero = self.bar_zero();
        let half = self.bar_room() / 2.0;
        let height = |count: u64| (count as f64 * self.per_signature()).max(LEAST_BAR);
        for (index, bucket) in self.buckets.iter().enumerate() {
            // The first piece may be shorter; its bar keeps its width and is cut off by the edge.
            let middle = match index {
                0 if self.buckets.len() > 1 => self.across(bucket.ends_at) - half,
                _ => self.across(bucket.starts_at) + half,
            };
            let bar = |path: &mut PathData, end: f64| {
                path.move_to((middle, zero));
                path.line_to((middle, end));
            };
            if bucket.added > 0 {
                bar(if bucket.complete { &mut bars } else { &mut incomplete }, zero - height(bucket.added));
            }
            if bucket.removed > 0 {
                bar(&mut removed, zero + height(bucket.removed));
            }
        }
        [bars, removed, incomplete]
    }

    /// How far down the panel of the bars the line of zero lies.
    fn bar_zero(&self) -> f64 {
        let removed = self.most(|bucket| bucket.removed) as f64 * self.per_signature();
        if removed > 0.0 { BARS_DOWN - removed.max(2.0 * LEAST_BAR) } else { BARS_DOWN }
    }

    /// The height that a bar has for each signature, the same up and down. Single signatures do not tower.
    fn per_signature(&self) -> f64 {
        let (added, removed) = (self.most(|bucket| bucket.added), self.most(|bucket| bucket.removed));
        BARS_DOWN / (added as f64 + removed as f64).max(4.0)
    }

    fn most(&self, count: impl Fn(&Bucket) -> u64) -> u64 {
        self.buckets.iter().map(count).max().unwrap_or(0)
    }

    /// The width that one bar and the gap beside it have, in units.
    fn bar_room(&self) -> f64 {
        let hours = match self.step {
            Step::Minute => 1.0 / 60.0,
            Step::Hour => 1.0,
            Step::Week => 7.0 * 24.0,
            Step::Day | Step::Month | Step::Year => 24.0,
        };
        let (from, to) = self.time.numbers;
        hours * 3600.0 / (to - from) * ACROSS
    }

    fn bar_width(&self) -> f64 {
        let room = self.bar_room();
        ((if room < 4.0 { room } else { 0.84 * room }) * 10.0).round() / 10.0
    }

    /// Puts the events on the line as numbered marks; marks that would cover each other are moved up or down.
    fn mark_events(&mut self) -> (Vec<Mark>, Vec<Event>) {
        const RADIUS: f64 = 12.0;
        let shown = |event: &&Event| (self.starts_at..=self.ends_at).contains(&event.at);
        let mut events: Vec<Event> = self.history.events.iter().filter(shown).cloned().collect();
        events.sort_by_key(|event| event.at);
        let lowest = px(self.panels.total.1) + RADIUS;
        let mut marks = Vec::new();
        for (event, number) in events.iter().zip(1..) {
            let x = self.time.place(seconds(event.at));
            let on_line = px(self.total.place(self.total_at(event.at)));
            let around = |y: f64| {
                let left = x / 100.0 * WIDTH - RADIUS;
                Area { x: (left, left + 2.0 * RADIUS), y: (y - RADIUS, y + RADIUS) }
            };
            let moved = (0..8).map(|marks| 2.0 * RADIUS * f64::from(marks)).flat_map(|by| [on_line - by, on_line + by]);
            let fits = |y: &f64| (0.0..=lowest).contains(y) && self.room.is_free(around(*y));
            let y = moved.into_iter().find(fits).unwrap_or(on_line);
            self.room.take(around(y));
            marks.push(Mark { x: Percent(x), y: Percent(y / HEIGHT * 100.0), number });
        }
        (marks, events)
    }

    /// The total at a moment within the picture, counted or estimated.
    pub(super) fn total_at(&self, at: Timestamp) -> f64 {
        match self.forecast {
            Some(forecast) if at > self.history.series.until() => forecast.path(at).estimate,
            _ => self.history.series.total_at(at).unwrap_or(self.history.series.before()) as f64,
        }
    }

    fn notes(&self) -> Vec<String> {
        let (series, (base, _)) = (self.history.series, self.total.numbers);
        let mut notes = Vec::new();
        if series.before() > 0 && self.starts_at > self.history.opened_at && self.starts_at == series.since() {
            let (since, before) = (day_of(&series.since()), signatures(series.before()));
            notes.push(format!("The history begins on {since}, with {before}; how they came is not known."));
        }
        if base > 0.0 {
            notes.push(format!("The line is drawn from {} up, not from zero.", thousands(base as u64)));
        }
        if self.buckets.iter().any(|bucket| !bucket.complete && bucket.added > 0) {
            notes.push(format!("The hatched {} is not over yet.", self.step.name()));
        }
        if let Some(forecast) = self.forecast {
            let Figures { estimate, low, high, lowest, highest } = forecast.rounded();
            let [estimate, low, high, lowest, highest] = [estimate, low, high, lowest, highest].map(thousands);
            let by = day_of(&forecast.deadline());
            notes.push(format!(
                "Dotted: the estimate, about {estimate} by {by}. \
                 Shaded: where half of petitions like this end, between {low} and {high}; \
                 lighter: four in five, between {lowest} and {highest}."
            ));
            match self.ranges_cut_off() {
                0 => {}
                1 => notes.push("The lighter range goes on above the picture.".to_owned()),
                _ => notes.push("Both ranges go on above the picture.".to_owned()),
            }
        }
        notes
    }

    fn description(&self, summary: &str) -> String {
        let mut points = self.points();
        let (start, first) = points.next().unwrap_or_default();
        let (_, last) = points.last().unwrap_or((start, first));
        let from = match self.history.range {
            Range::Day => format!("{} on {}", words::clock(start), day_of(&start)),
            Range::Week | Range::Month | Range::All => day_of(&start),
        };
        let moved = match (thousands(first), thousands(last)) {
            (first, last) if first == last => format!("has stayed at {last}"),
            (from, to) if first < last => format!("rose from {from} to {to}"),
            (from, to) => format!("fell from {from} to {to}"),
        };
        let mut description = format!("{summary}. Since {from} the total {moved}.");
        if let Some(forecast) = self.forecast {
            let (estimate, deadline) = (thousands(forecast.rounded().estimate), day_of(&forecast.deadline()));
            description += &format!(" About {estimate} are expected by {deadline}.");
        }
        description
    }
}

pub(super) fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

/// Per cent of the height in pixels.
pub(super) fn px(percent: f64) -> f64 {
    percent / 100.0 * HEIGHT
}
