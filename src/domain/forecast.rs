//! An estimate of the signatures a petition will have at its deadline: a pure function of its history and a moment.
//!
//! The rule was found by a backtest on 36 real petitions. Interest fades as one over the time since the busiest day,
//! so with the blended rate r a day, that time t and R days left, r · t · ln(1 + R/t) more signatures are to be
//! expected. In the first days that errs far less than "count + last 24 hours × days left", later about as much.

use jiff::{SignedDuration, Timestamp};

use super::series::{Series, days};

/// No estimate for fewer signatures: one person can change what it would say.
pub const LEAST_SIGNATURES: u64 = 100;

/// No estimate for younger petitions: nothing tells then which of them will grow.
pub const LEAST_AGE: SignedDuration = SignedDuration::from_hours(24);

/// Where a petition is heading. Half of petitions like it end within the range from low to high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    count: u64,
    made_at: Timestamp,
    deadline: Timestamp,
    trend: Trend,
    growth: Outlook,
}

/// An estimate with its likely range, in signatures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// The estimate.
    pub estimate: f64,
    /// The lower end of the likely range, at most the estimate.
    pub low: f64,
    /// The upper end of the likely range, at least the estimate.
    pub high: f64,
}

/// An estimate and its likely range as whole signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The estimate.
    pub estimate: u64,
    /// The lower end of the likely range.
    pub low: u64,
    /// The upper end of the likely range.
    pub high: u64,
}

/// What the estimate is made from. Any figures will do: negative ones and those that are no numbers count as nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Signatures in the last 24 hours.
    pub last_24_hours: f64,
    /// Signatures a day over the last 7 days.
    pub per_day_7d: f64,
    /// Days since the middle of the busiest day (24 hours, counted back from now), and one more.
    pub since_peak: f64,
    /// Days left to the deadline.
    pub remaining: f64,
}

impl Forecast {
    /// The estimate for an open petition at the moment `now`, for which the numbers of `series` stand.
    ///
    /// `None` when it has closed, has fewer than [`LEAST_SIGNATURES`], or is younger or its history shorter
    /// than [`LEAST_AGE`].
    pub fn new(series: &Series, opened_at: Timestamp, deadline: Timestamp, now: Timestamp) -> Option<Forecast> {
        let age = now.duration_since(opened_at).min(series.length());
        if series.is_closed() || deadline <= now || age < LEAST_AGE || series.total() < LEAST_SIGNATURES {
            return None;
        }
        let trend = Trend {
            last_24_hours: series.last_24_hours().net() as f64,
            per_day_7d: series.per_day_7d(opened_at),
            since_peak: since_peak(series) + 1.0,
            remaining: days(deadline.duration_since(now)),
        };
        Some(Forecast { count: series.total(), made_at: now, deadline, trend, growth: trend.likely_growth() })
    }

    /// The count when the estimate was made.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// When the estimate was made.
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// The moment it is made for.
    pub fn deadline(&self) -> Timestamp {
        self.deadline
    }

    /// The figures at the deadline to the signature, for programs. None is below the count.
    pub fn exact(&self) -> Figures {
        self.figures(|growth| growth.round() as u64)
    }

    /// The figures at the deadline as they are shown. None is below the count.
    ///
    /// What is uncertain is the growth, so it is the growth that decides how far the totals are rounded: so that two of
    /// its digits remain. 44,029 signatures and an expected 125 more make 44,150; 9,715 and 69,924 make 80,000.
    /// The ends of the range are rounded no finer than the estimate.
    pub fn rounded(&self) -> Figures {
        self.figures(|growth| {
            let unit = unit(growth.max(self.growth.estimate));
            let total = self.count as f64 + growth;
            (((total / unit).round() * unit) as u64).saturating_sub(self.count)
        })
    }

    /// The expected course: the figures at a moment from now to the deadline, for drawing.
    pub fn path(&self, at: Timestamp) -> Outlook {
        let passed = days(at.min(self.deadline).duration_since(self.made_at));
        let until_then = Trend { remaining: passed, ..self.trend };
        let share = match until_then.growth() / self.trend.growth() {
            share if share.is_finite() => share.clamp(0.0, 1.0),
            _ => (passed / self.trend.remaining).clamp(0.0, 1.0),
        };
        let on_the_way = |growth: f64| self.count as f64 + growth * share;
        Outlook {
            estimate: on_the_way(self.growth.estimate),
            low: on_the_way(self.growth.low),
            high: on_the_way(self.growth.high),
        }
    }

    fn figures(&self, whole: impl Fn(f64) -> u64) -> Figures {
        let total = |growth| self.count.saturating_add(whole(growth));
        let (estimate, low, high) = (total(self.growth.estimate), total(self.growth.low), total(self.growth.high));
        Figures { estimate, low: low.min(estimate), high: high.max(estimate) }
    }
}

impl Trend {
    /// The signatures to be expected until the deadline.
    pub fn growth(&self) -> f64 {
        let (day, week) = (tame(self.last_24_hours), tame(self.per_day_7d));
        if day == 0.0 && week == 0.0 {
            return 0.0;
        }
        // The geometric mean, with a quarter of a signature added to the day and to the week so that it is never 0.
        let rate = ((day + 0.25) * (week + 0.25 / 7.0)).sqrt();
        rate * self.peak_age() * self.reach()
    }

    /// The signatures to be expected, with the range that the growth of every second petition like it fell in.
    pub fn likely_growth(&self) -> Outlook {
        let estimate = self.growth();
        let (_, low, high) = LIKELY.into_iter().find(|&(up_to, ..)| self.reach() < up_to).unwrap_or(LIKELY[4]);
        let at = |quantile: f64| (estimate + 1.0) * quantile.exp() - 1.0;
        Outlook { estimate, low: at(low).clamp(0.0, estimate), high: at(high).max(estimate) }
    }

    /// The time left on the scale of the time since the peak, as interest fades: ln(1 + R/t).
    fn reach(&self) -> f64 {
        (tame(self.remaining) / self.peak_age()).ln_1p()
    }

    fn peak_age(&self) -> f64 {
        tame(self.since_peak).max(1.0)
    }
}

/// By how much the growth of 29 UK petitions differed from the estimate: up to which reach, and the quarters
/// below which the smallest and above which the largest logarithms of (growth + 1) / (estimate + 1) lay.
/// Noisy; to be fitted again once there are petitions of our own that have closed.
const LIKELY: [(f64, f64, f64); 5] =
    [(0.1, -0.13, 1.38), (0.4, 0.12, 3.47), (1.2, -0.18, 1.66), (2.5, -0.04, 1.99), (f64::INFINITY, -1.00, 2.54)];

/// Days from the middle of the busiest 24 hours to now; of equal ones the latest counts.
fn since_peak(series: &Series) -> f64 {
    let counts = series.days_back();
    let busiest = (0..counts.len()).rev().max_by_key(|&day| counts[day]).unwrap_or(0) as f64;
    (busiest + (busiest + 1.0).min(days(series.length()))) / 2.0
}

/// The power of ten that leaves two digits of a number, at least 1.
fn unit(growth: f64) -> f64 {
    10_f64.powf(growth.max(1.0).log10().floor() - 1.0).max(1.0)
}

/// Makes any figure one that can be reckoned with.
fn tame(figure: f64) -> f64 {
    if figure.is_nan() { 0.0 } else { figure.clamp(0.0, 1e12) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signatures in the last 24 hours and a day over 7 days, days since the peak and left, and what they make:
    /// moments of real petitions, from the same backtest as the rule.
    const CASES: [(f64, f64, f64, f64, f64); 6] = [
        (39.0, 25.71, 80.5, 14.0, 410.3),
        (28.0, 27.14, 87.5, 7.0, 186.6),
        (9715.0, 9715.0, 1.5, 180.457, 69_924.3),
        (7319.0, 11_903.0, 2.5, 178.457, 99_918.4),
        (15.0, 22.29, 175.23, 7.0, 126.1),
        (0.0, 0.0, 30.5, 60.0, 0.0),
    ];

    #[test]
    fn growth_is_as_in_the_backtest() {
        for (last_24_hours, per_day_7d, since_peak, remaining, expected) in CASES {
            let growth = Trend { last_24_hours, per_day_7d, since_peak, remaining }.growth();
            assert!((growth - expected).abs() <= 0.005 * expected, "{growth} for {expected}");
        }
    }

    #[test]
    fn figures_are_rounded_as_their_growth_allows() {
        let shown = |count, estimate, low, high| {
            let trend = Trend { last_24_hours: 1.0, per_day_7d: 1.0, since_peak: 1.0, remaining: 1.0 };
            let growth = Outlook { estimate, low, high };
            let now = Timestamp::UNIX_EPOCH;
            let Figures { low, estimate, high } =
                Forecast { count, made_at: now, deadline: now, trend, growth }.rounded();
            (low, estimate, high)
        };
        assert_eq!(shown(44_029, 125.4, 109.2, 501.0), (44_140, 44_150, 44_530));
        assert_eq!(shown(9_715, 69_924.3, 25_722.0, 886_000.0), (35_000, 80_000, 900_000));
        assert_eq!(shown(44_029, 2.6, 0.0, 9.0), (44_029, 44_032, 44_038));
        assert_eq!(shown(14_600, 4_600.0, 20.0, 5_000.0), (14_600, 19_200, 19_600));
    }
}
