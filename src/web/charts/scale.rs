//! From numbers to places: scales, round steps, the data of SVG paths.

use std::fmt::{self, Display, Write};

/// A straight mapping of numbers to places.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// The numbers at both ends.
    pub numbers: (f64, f64),
    /// Their places.
    pub places: (f64, f64),
}

impl Scale {
    /// The place of a number; numbers beyond an end are put there.
    pub fn place(&self, number: f64) -> f64 {
        let ((from, to), (start, end)) = (self.numbers, self.places);
        let share = if to > from { ((number - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        start + share * (end - start)
    }
}

/// The smallest of 1, 2, 5, 10, 20, ... that divides a span into at most so many steps.
pub fn round_step(span: f64, most: f64) -> f64 {
    let exact = (span / most).max(1.0);
    let power = 10_f64.powf(exact.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power).find(|&step| step >= exact * 0.999).unwrap_or(exact)
}

/// A share of the width or height, written with one decimal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percent(pub f64);

impl Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", (self.0 * 10.0).round() / 10.0)
    }
}

/// Writes the data of an SVG path as short as it can: relative moves, tenths of a unit at the finest.
#[derive(Clone, Debug, Default)]
pub struct PathData {
    data: String,
    /// Where the pen is, in tenths, so that rounding does not add up.
    pen: (i64, i64),
    command: Option<char>,
}

impl PathData {
    /// A line through points, without those that lie on the way between their neighbours.
    pub fn line(points: &[(f64, f64)]) -> PathData {
        let mut path = PathData::default();
        for (index, &point) in thin(points).iter().enumerate() {
            if index == 0 { path.move_to(point) } else { path.line_to(point) }
        }
        path
    }

    /// The outline of an area; none without points.
    pub fn area(points: &[(f64, f64)]) -> PathData {
        let mut path = PathData::default();
        for (index, &point) in points.iter().enumerate() {
            if index == 0 { path.move_to(point) } else { path.line_to(point) }
        }
        if !points.is_empty() {
            path.close();
        }
        path
    }

    /// Lifts the pen and puts it down elsewhere.
    pub fn move_to(&mut self, (x, y): (f64, f64)) {
        self.pen = (tenths(x), tenths(y));
        self.write('M', &[self.pen.0, self.pen.1]);
        self.command = Some('M');
    }

    /// Draws a straight line.
    pub fn line_to(&mut self, (x, y): (f64, f64)) {
        let by = (tenths(x) - self.pen.0, tenths(y) - self.pen.1);
        self.pen = (tenths(x), tenths(y));
        match by {
            (0, 0) => {}
            (across, 0) => self.write('h', &[across]),
            (0, down) => self.write('v', &[down]),
            (across, down) => self.write('l', &[across, down]),
        }
    }

    /// Puts a point where the pen already is, so that a path of a single place is a line of no length.
    pub fn stay(&mut self) {
        self.write('h', &[0]);
    }

    /// Draws a straight line back to where the pen was put down.
    pub fn close(&mut self) {
        self.data.push('z');
        self.command = None;
    }

    /// Whether nothing has been drawn.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    fn write(&mut self, command: char, numbers: &[i64]) {
        let repeated = self.command.replace(command) == Some(command);
        if !repeated {
            self.data.push(command);
        }
        for (index, &tenths) in numbers.iter().enumerate() {
            if tenths >= 0 && (index > 0 || repeated) {
                self.data.push(' ');
            }
            let sign = if tenths < 0 { "-" } else { "" };
            let (whole, rest) = (tenths.abs() / 10, tenths.abs() % 10);
            let written = match (whole, rest) {
                (whole, 0) => write!(self.data, "{sign}{whole}"),
                (0, rest) => write!(self.data, "{sign}.{rest}"),
                (whole, rest) => write!(self.data, "{sign}{whole}.{rest}"),
            };
            written.expect("a string takes everything");
        }
    }
}

impl Display for PathData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.data)
    }
}

fn tenths(units: f64) -> i64 {
    (units * 10.0).round() as i64
}

/// Leaves out points that a straight line between the others passes within a third of a unit of.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    const NEAR: f64 = 0.33;
    let mut kept: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    let mut last = None;
    let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
    for &(x, y) in points.iter().skip(1) {
        let (mut from_x, mut from_y) = kept[kept.len() - 1];
        let slope = (y - from_y) / (x - from_x);
        if let Some(last) = last
            && !(least..=most).contains(&slope)
        {
            kept.push(last);
            (from_x, from_y) = last;
            (least, most) = (f64::NEG_INFINITY, f64::INFINITY);
        }
        if x > from_x {
            least = least.max((y - NEAR - from_y) / (x - from_x));
            most = most.min((y + NEAR - from_y) / (x - from_x));
        }
        last = Some((x, y));
    }
    kept.extend(last);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!(round_step(44_029.0, 3.0), 20_000.0);
        assert_eq!(round_step(13.0, 3.0), 5.0);
        assert_eq!(round_step(1.0, 3.0), 1.0);
        assert_eq!(round_step(6_103_056.0, 3.0), 5_000_000.0);
    }

    #[test]
    fn paths_are_short() {
        let mut path = PathData::default();
        path.move_to((1.0, 2.0));
        path.line_to((3.25, 1.5));
        path.line_to((4.0, 1.0));
        path.line_to((4.0, 0.0));
        path.close();
        assert_eq!(path.to_string(), "M1 2l2.3-.5 .7-.5v-1z");
        assert_eq!(PathData::line(&[(0.0, 0.0), (5.0, 5.1), (9.0, 9.0), (9.0, 20.0)]).to_string(), "M0 0l9 9v11");
    }
}
