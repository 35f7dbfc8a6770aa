//! Room for words in a chart, reckoned for a narrow phone: what fits there fits everywhere.

/// The width of a chart on the narrowest screen, in pixels.
pub const WIDTH: f64 = 288.0;
/// The height of a chart, in pixels.
pub const HEIGHT: f64 = 368.0;
/// The size of the words, in pixels.
pub const EM: f64 = 14.4;
/// The height of a line of words, in pixels.
pub const LINE: f64 = 18.0;

/// About how wide words are, in pixels.
pub fn width(words: &str) -> f64 {
    words.chars().count() as f64 * 0.51 * EM
}

/// A rectangle in pixels from the upper left corner of the chart.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// Left and right end.
    pub x: (f64, f64),
    /// Upper and lower end.
    pub y: (f64, f64),
}

/// What has been taken up already.
#[derive(Debug, Default)]
pub struct Room {
    taken: Vec<Area>,
}

impl Room {
    /// Whether nothing is there.
    pub fn is_free(&self, area: Area) -> bool {
        let apart = |a: (f64, f64), b: (f64, f64)| a.1 <= b.0 || b.1 <= a.0;
        self.taken.iter().all(|taken| apart(taken.x, area.x) || apart(taken.y, area.y))
    }

    /// Takes the area up.
    pub fn take(&mut self, area: Area) {
        self.taken.push(area);
    }
}
