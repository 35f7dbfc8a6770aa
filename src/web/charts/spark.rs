//! A small chart without words: how a total grew from nought, as a line over a shaded area.

use jiff::Timestamp;

use super::scale::{PathData, Scale};
use crate::domain::series::{Range, Series, Step};

/// The shapes of a small chart. Its zero line is the lower edge of its place.
#[derive(Clone, Debug)]
pub struct Spark {
    /// The total.
    pub line: PathData,
    /// What lies under it.
    pub area: PathData,
}

impl Spark {
    /// The whole history of a petition in a place so wide and high; `None` if it is not known how it grew.
    pub fn new(series: &Series, (width, height): (f32, f32)) -> Option<Self> {
        if !series.length().is_positive() {
            return None;
        }
        let (width, height) = (f64::from(width), f64::from(height));
        let buckets = series.buckets(Range::All, Step::for_span(series.length()));
        let total = |total: u64| total as f64;
        let seconds = |at: Timestamp| at.as_millisecond() as f64 / 1000.0;
        let most = buckets.iter().map(|bucket| total(bucket.total)).fold(total(series.before()), f64::max).max(1.0);
        let across = Scale { numbers: (seconds(series.since()), seconds(series.until())), places: (0.0, width) };
        let up = Scale { numbers: (0.0, most), places: (height, 3.0) };
        let mut points = vec![(0.0, up.place(total(series.before())))];
        points.extend(
            buckets.iter().map(|bucket| (across.place(seconds(bucket.ends_at)), up.place(total(bucket.total)))),
        );
        let line = PathData::line(&points);
        let mut area = line.clone();
        area.line_to((width, height));
        area.line_to((0.0, height));
        area.close();
        Some(Self { line, area })
    }
}
