//! The words in the history chart, each where what it names is, as long as nothing else is there.

use jiff::{SignedDuration, Timestamp};

use super::drawing::{Drawing, ROOM_ABOVE, px, seconds};
use super::{Anchor, Text, ThresholdLine};
use crate::domain::series::{Range, Step};
use crate::web::charts::axis::{self, APART};
use crate::web::charts::labels::{Area, EM, LINE, WIDTH, width};
use crate::web::charts::scale::{Percent, round_step};
use crate::web::charts::words;
use crate::web::filters::thousands;

/// Where words stand that belong to a level line: above it, in `em`.
const ABOVE: f64 = -0.4;

impl Drawing<'_> {
    /// Names what belongs to the total, the most important first, and returns the places of the grid's lines.
    pub(super) fn name_totals(&mut self, thresholds: &[ThresholdLine]) -> Vec<Percent> {
        self.write(Text { class: "name", ..text(0.0, 4.0, Anchor::Start, "Total") });
        self.name_what_is_cut_off();
        for line in thresholds {
            let y = px(self.total.place(line.signatures as f64));
            self.room.take(Area { x: (0.0, WIDTH), y: (y - 1.0, y + 1.0) });
        }
        self.name_total();
        for line in thresholds {
            self.name_threshold(line);
        }
        self.name_estimate();
        self.name_grid(thresholds)
    }

    /// Writes over the edge how far the estimate's range goes on beyond it.
    fn name_what_is_cut_off(&mut self) {
        let Some(forecast) = self.forecast.filter(|_| self.ranges_cut_off() > 0) else {
            return;
        };
        // What the picture ends with before the deadline is not yet what the range ends with.
        let words = if forecast.deadline() == self.ends_at {
            format!("range goes up to {} ↑", thousands(forecast.rounded().highest))
        } else {
            "range goes on above ↑".to_owned()
        };
        self.write(text(100.0, 4.0, Anchor::End, &words));
    }

    /// Writes the total at the end of its line.
    fn name_total(&mut self) {
        let series = self.history.series;
        let x = self.time.place(seconds(series.until()));
        let words = thousands(series.total());
        let anchor = if x / 100.0 * WIDTH < width(&words) { Anchor::Start } else { Anchor::End };
        let place = text(x, self.total.place(series.total() as f64), anchor, &words);
        let at = |down| Text { class: "value", down, ..place.clone() };
        let free = [-0.7, 1.5, -2.0, 2.8, -3.3].map(at).into_iter().find(|text| self.room.is_free(text.area()));
        self.write(free.unwrap_or(at(-0.7)));
    }

    /// Writes the estimate at the end of its line, if that reaches the deadline and there is room.
    fn name_estimate(&mut self) {
        let Some(forecast) = self.forecast.filter(|forecast| forecast.deadline() == self.ends_at) else {
            return;
        };
        let words = format!("about {}", thousands(forecast.rounded().estimate));
        let place = text(100.0, self.total.place(forecast.path(self.ends_at).estimate), Anchor::End, &words);
        let at = |down| Text { down, ..place.clone() };
        let free = [-0.7, 1.5].map(at).into_iter().find(|text| self.is_free(text));
        free.into_iter().for_each(|text| self.write(text));
    }

    /// Writes what a threshold is for above its line, at the left or at the right, in one line or two; if none of that
    /// is free, the number alone.
    fn name_threshold(&mut self, line: &ThresholdLine) {
        let y = self.total.place(line.signatures as f64);
        let number = thousands(line.signatures);
        let long = format!("{number}: {}", line.label);
        let one = |words: &str, x, anchor, down| vec![Text { class: "threshold", down, ..text(x, y, anchor, words) }];
        let two = |x, anchor, [first, second]: [f64; 2]| {
            [(&number, first), (&line.label.to_owned(), second)]
                .map(|(words, down)| Text { class: "threshold", down, ..text(x, y, anchor, words) })
                .to_vec()
        };
        let (start, end) = (Anchor::Start, Anchor::End);
        let ways = [
            one(&long, 0.0, start, ABOVE),
            one(&long, 100.0, end, ABOVE),
            two(0.0, start, [ABOVE - 1.25, ABOVE]),
            two(100.0, end, [ABOVE - 1.25, ABOVE]),
            one(&number, 0.0, start, ABOVE),
            one(&number, 100.0, end, ABOVE),
        ];
        let free = ways.iter().find(|texts| texts.iter().all(|text| self.is_free(text)));
        for text in free.unwrap_or(&ways[0]).clone() {
            self.write(text);
        }
    }

    /// Writes round totals above their lines, at the right or at the left; those for which neither is free are left
    /// out.
    fn name_grid(&mut self, thresholds: &[ThresholdLine]) -> Vec<Percent> {
        let (base, top) = self.total.numbers;
        let height = px(self.panels.total.1 - self.panels.total.0);
        let step = round_step((top - base) * (1.0 - ROOM_ABOVE / height), 3.0);
        let mut grid = Vec::new();
        let mut value = base;
        while value <= top {
            let (y, words) = (self.total.place(value), thousands(value as u64));
            let at = |x, anchor, down| Text { down, ..text(x, y, anchor, &words) };
            let places = [at(100.0, Anchor::End, ABOVE), at(0.0, Anchor::Start, ABOVE)];
            let is_threshold = thresholds.iter().any(|line| line.signatures as f64 == value);
            let free = places.into_iter().find(|text| self.is_free(text));
            if let Some(text) = free.filter(|_| !is_threshold) {
                // The line of zero is drawn as an axis.
                if value > 0.0 {
                    grid.push(text.y);
                }
                self.write(text);
            }
            value += step;
        }
        grid
    }

    /// Writes dates or hours under the picture.
    pub(super) fn name_times(&mut self) {
        let under = |at: Timestamp, anchor, words: &str| text(self.time.place(seconds(at)), 99.0, anchor, words);
        let mut texts = Vec::new();
        let span = self.ends_at.duration_since(self.starts_at);
        if self.history.range == Range::All && span > SignedDuration::from_hours(48) {
            let last = if self.forecast.is_some() { self.ends_at } else { self.history.series.until() };
            let first = format!("{} {}", words::short_day(self.starts_at), words::zoned(self.starts_at).year());
            texts.push(under(self.starts_at, Anchor::Start, &first));
            // The midnight at which a day ends is part of that day.
            let last = last - SignedDuration::from_millis(1);
            texts.push(under(self.ends_at, Anchor::End, &words::short_day(last)));
        }
        for tick in axis::ticks(self.starts_at, self.ends_at) {
            let anchor = if tick.from_here { Anchor::Start } else { Anchor::Middle };
            texts.push(under(tick.at, anchor, &tick.name));
        }
        for text in texts {
            let Area { x: (left, right), y } = text.area();
            let apart = Area { x: (left - APART, right + APART), y };
            if left >= 0.0 && right <= WIDTH + 1.0 && self.room.is_free(apart) {
                self.write(text);
            }
        }
    }

    /// Writes over the bars what they stand for, and how high and where the highest is.
    pub(super) fn name_bars(&mut self) {
        let name = format!("Each {}", self.step.name());
        let peak = self.buckets.iter().rev().max_by_key(|bucket| bucket.added).filter(|peak| peak.added > 0);
        let more = peak.map(|peak| {
            let (day, clock) = (words::short_day(peak.starts_at), words::clock(peak.starts_at));
            let when = match (self.step, self.history.range) {
                (Step::Hour, Range::Day) => format!("from {clock}"),
                (Step::Week, _) => format!("in {}", words::zoned(peak.starts_at).strftime("%B %Y")),
                _ => format!("on {day}"),
            };
            format!(", at most {} {when}", thousands(peak.added))
        });
        let place = text(0.0, self.panels.bars.0 - 3.0, Anchor::Start, &name);
        self.write(Text { class: "name", more: more.unwrap_or_default(), ..place });
    }

    fn write(&mut self, text: Text) {
        self.room.take(text.area());
        self.texts.push(text);
    }

    /// Whether there is nothing where the text would be, and neither the line nor the estimate runs through.
    fn is_free(&self, text: &Text) -> bool {
        let area = text.area();
        let (from, to) = self.time.numbers;
        let line_at = |sample: i32| {
            let x = area.x.0 + (area.x.1 - area.x.0) * f64::from(sample) / 24.0;
            let second = from + (to - from) * x / WIDTH;
            let at = Timestamp::from_second(second as i64).unwrap_or(self.ends_at);
            px(self.total.place(self.total_at(at.clamp(self.starts_at, self.ends_at))))
        };
        let crossed = (0..24).any(|sample| {
            let (here, there) = (line_at(sample), line_at(sample + 1));
            here.min(there) < area.y.1 + 2.0 && here.max(there) > area.y.0 - 2.0
        });
        !crossed && self.room.is_free(area)
    }
}

impl Text {
    /// About where it lies, in pixels on a narrow phone.
    fn area(&self) -> Area {
        let (x, wide) = (self.x.0 / 100.0 * WIDTH, width(&self.words) + width(&self.more));
        let left = match self.anchor {
            Anchor::Start => x,
            Anchor::Middle => x - wide / 2.0,
            Anchor::End => x - wide,
        };
        let lower = px(self.y.0) + self.down * EM + 4.0;
        Area { x: (left, left + wide), y: (lower - LINE, lower) }
    }
}

fn text(x: f64, y: f64, anchor: Anchor, words: &str) -> Text {
    Text { class: "", x: Percent(x), y: Percent(y), down: 0.0, anchor, words: words.to_owned(), more: String::new() }
}
