//! How interest in a petition grows and fades: the shapes of real petitions, by the hour.
//!
//! Interest flares up and then falls as a power of the time since, with an exponent a little above one (Crane and
//! Sornette, "Robust dynamic classes revealed by measuring the response function of a social system", 2008); most
//! petitions have one such burst, some several, few grow steadily. On top of that people sleep, and weeks have ends.

use jiff::{Timestamp, civil::Weekday};

use super::{chance::Chance, file::Shape};
use crate::domain::deadline;

const HOUR: i64 = 3600;

/// How much is signed in each hour of London's day, midnight first: 40 times as much in the evening as at night.
const DAY: [f64; 24] = [
    0.30, 0.13, 0.06, 0.03, 0.028, 0.07, 0.22, 0.48, 0.66, 0.70, 0.72, 0.74, 0.80, 0.78, 0.72, 0.72, 0.78, 0.86, 0.92,
    1.0, 1.06, 1.05, 0.85, 0.56,
];

/// Hours after which a small flare-up is no longer felt.
const FLARE: usize = 8 * 24;

/// The rhythm of days and weeks for all hours of some years, worked out once for all petitions.
pub(super) struct Rhythm {
    first_hour: i64,
    weights: Vec<f64>,
}

impl Rhythm {
    /// The rhythm of the hours from `from` until `to`.
    pub(super) fn between(from: Timestamp, to: Timestamp) -> Self {
        let london = deadline::london();
        let first_hour = from.as_second().div_euclid(HOUR);
        let last_hour = to.as_second().div_euclid(HOUR);
        let mean = DAY.iter().sum::<f64>() / 24.0;
        let weights = (first_hour..=last_hour)
            .map(|hour| {
                let at = Timestamp::from_second(hour * HOUR).expect("between two moments");
                let local = london.to_datetime(at);
                let week = match local.weekday() {
                    Weekday::Friday => 0.92,
                    Weekday::Saturday => 0.84,
                    Weekday::Monday | Weekday::Sunday => 1.04,
                    _ => 1.0,
                };
                DAY[local.hour() as usize] / mean * week
            })
            .collect();
        Self { first_hour, weights }
    }

    /// How much is signed in the hour of this second, where 1 is the mean.
    pub(super) fn at(&self, second: i64) -> f64 {
        self.weights[(second.div_euclid(HOUR) - self.first_hour) as usize]
    }
}

/// The interest in each of the `hours` since opening, without the rhythm of the day; only the proportions mean
/// something. `news` are the hours in which the petition was in the news: an answer, a debate.
pub(super) fn interest(shape: Shape, hours: usize, news: &[usize], chance: &mut Chance) -> Vec<f64> {
    let life = hours as f64;
    let mut level = vec![0.0; hours];
    // A petition that is a few hours old has not yet got far along its shape.
    let early = |hour: f64| hour.min(life / 8.0);
    match shape {
        Shape::Steady => {
            let fade = chance.between(0.2..0.8);
            fill(&mut level, |hour| 1.0 - fade * hour / life);
            burst(
                &mut level,
                Burst { at: early(chance.between(3.0..30.0)), size: 3.0, rise: 5.0, slow: 14.0, power: 1.5 },
            );
        }
        Shape::Burst => {
            fill(&mut level, |hour| 0.5 / (1.0 + hour / 240.0).sqrt());
            let at = early(chance.between(8.0..70.0));
            let slow = chance.between(10.0..22.0);
            burst(&mut level, Burst { at, size: 160.0, rise: 9.0, slow, power: 1.38 });
            for _ in 0..2 {
                let later = at + chance.between(50.0..400.0);
                burst(&mut level, Burst { at: later, size: chance.between(4.0..22.0), rise: 5.0, slow, power: 1.5 });
            }
        }
        Shape::SlowStart => {
            let (middle, width) = (chance.between(0.5..0.62) * life, chance.between(0.05..0.08) * life);
            fill(&mut level, |hour| 0.03 + 1.0 / (1.0 + ((middle - hour) / width).exp()));
            let at = middle + chance.between(0.0..2.0) * width;
            burst(&mut level, Burst { at, size: 3.5, rise: 12.0, slow: 40.0, power: 1.3 });
        }
        Shape::TwoWaves => {
            fill(&mut level, |hour| 0.6 / (1.0 + hour / 400.0).sqrt());
            let first = early(chance.between(6.0..60.0));
            burst(&mut level, Burst { at: first, size: 60.0, rise: 8.0, slow: 20.0, power: 1.45 });
            let second = chance.between(0.36..0.6) * life;
            let size = chance.between(30.0..75.0);
            burst(&mut level, Burst { at: second, size, rise: 10.0, slow: 28.0, power: 1.45 });
        }
        Shape::LatePush => {
            fill(&mut level, |hour| 0.12 + 0.5 / (1.0 + hour / 200.0) + 4.0 * ((hour - life) / (0.07 * life)).exp());
            burst(&mut level, Burst { at: early(20.0), size: 5.0, rise: 6.0, slow: 18.0, power: 1.5 });
        }
        Shape::Viral => {
            fill(&mut level, |hour| 0.15 / (1.0 + hour / 300.0));
            let at = early(chance.between(8.0..14.0));
            burst(&mut level, Burst { at, size: 220.0, rise: 10.0, slow: 26.0, power: 1.6 });
            for (after, size) in [(40.0, 150.0), (110.0, 50.0), (320.0, 18.0), (900.0, 5.0)] {
                let at = at + after * chance.between(0.8..1.3);
                burst(&mut level, Burst { at, size, rise: 7.0, slow: 20.0, power: 1.6 });
            }
        }
    }
    flare_ups(&mut level, news, chance);
    unrest(&mut level, chance);
    level
}

fn fill(level: &mut [f64], of: impl Fn(f64) -> f64) {
    for (hour, level) in level.iter_mut().enumerate() {
        *level += of(hour as f64);
    }
}

/// Interest that rises within some hours and then falls as a power of time.
struct Burst {
    at: f64,
    size: f64,
    rise: f64,
    /// Hours until the fall sets in properly.
    slow: f64,
    power: f64,
}

fn burst(level: &mut [f64], burst: Burst) {
    let first = burst.at as usize;
    for (hour, level) in level.iter_mut().enumerate().skip(first) {
        let since = hour as f64 - burst.at;
        *level +=
            burst.size * (1.0 - (-(since + 1.0) / burst.rise).exp()) / (1.0 + since / burst.slow).powf(burst.power);
    }
}

/// Small bursts: a newspaper here, a group of friends there, and bigger ones when the petition is in the news.
fn flare_ups(level: &mut [f64], news: &[usize], chance: &mut Chance) {
    let mut hour = 0.0;
    let mut flares: Vec<(usize, f64)> = Vec::new();
    loop {
        hour += -170.0 * (1.0 - chance.unit()).ln();
        if hour as usize >= level.len() {
            break;
        }
        flares.push((hour as usize, 0.5 * (1.0 - chance.unit()).powf(-0.6).min(8.0)));
    }
    flares.extend(news.iter().filter(|hour| **hour < level.len()).map(|hour| (*hour, chance.between(3.0..6.0))));
    for (at, strength) in flares {
        let size = strength * level[at];
        let reach = level.len().min(at + FLARE);
        burst(&mut level[at..reach], Burst { at: 0.0, size, rise: 2.0, slow: 7.0, power: 1.5 });
    }
}

/// No day is like the day before, and no hour like the hour before.
fn unrest(level: &mut [f64], chance: &mut Chance) {
    let mut mood = 0.0;
    let mut next = 0.0;
    for (hour, level) in level.iter_mut().enumerate() {
        let of_day = hour % 24;
        if of_day == 0 {
            mood = next;
            next = 0.7 * next + 0.2 * chance.normal();
        }
        let between = mood + (next - mood) * of_day as f64 / 24.0;
        *level *= (between + 0.16 * chance.normal()).exp();
    }
}
