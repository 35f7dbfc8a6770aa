//! An estimate of the signatures a petition will have at its deadline: a pure function of its history and a moment.
//!
//! [`Rule`] has the formula and its constants, [`since_surge`] the clock that it goes by.

use jiff::{SignedDuration, Timestamp};

use super::series::{Series, days};

mod rule;
mod surge;

pub use rule::{Outlook, Rule, Trend};
pub use surge::{since_peak, since_surge};

/// No estimate for fewer signatures: one person can change what it would say.
pub const LEAST_SIGNATURES: u64 = 100;

/// No estimate for younger petitions: nothing tells then which of them will grow.
pub const LEAST_AGE: SignedDuration = SignedDuration::from_hours(24);

/// Where a petition is heading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    count: u64,
    made_at: Timestamp,
    deadline: Timestamp,
    trend: Trend,
    growth: Outlook,
}

/// An estimate and its ranges as whole signatures, in the order of their size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// The estimate.
    pub estimate: u64,
    /// Half of petitions like it end between this ...
    pub low: u64,
    /// ... and this.
    pub high: u64,
    /// Four in five petitions like it end between this ...
    pub lowest: u64,
    /// ... and this.
    pub highest: u64,
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
        let history: Vec<f64> = series.days_back().into_iter().map(|day| day as f64).collect();
        let trend = Trend {
            last_24_hours: series.last_24_hours().anew() as f64,
            per_day_7d: series.per_day_7d(opened_at),
            since_surge: since_surge(&history, days(series.length())),
            remaining: days(deadline.duration_since(now)),
        };
        Some(Forecast { count: series.total(), made_at: now, deadline, trend, growth: Rule::SITE.outlook(&trend) })
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

    /// What the simplest rule says: the count, and the last 24 hours times the days left.
    pub fn naive(&self) -> u64 {
        self.count.saturating_add((self.trend.last_24_hours.max(0.0) * self.trend.remaining).round() as u64)
    }

    /// The expected course: the figures at a moment from now to the deadline, for drawing.
    pub fn path(&self, at: Timestamp) -> Outlook {
        let passed = days(at.min(self.deadline).duration_since(self.made_at));
        let until_then = Trend { remaining: passed, ..self.trend };
        let share = match Rule::SITE.growth(&until_then) / Rule::SITE.growth(&self.trend) {
            share if share.is_finite() => share.clamp(0.0, 1.0),
            _ => (passed / self.trend.remaining).clamp(0.0, 1.0),
        };
        self.growth.map(|growth| self.count as f64 + growth * share)
    }

    /// When the course comes to a total, if it does so before the deadline; `None` too if the total is reached.
    pub fn reaches(&self, total: u64) -> Option<Timestamp> {
        let missing = total.checked_sub(self.count).filter(|&missing| missing > 0)? as f64;
        if self.growth.estimate < missing {
            return None;
        }
        let after = Rule::SITE.days_until(missing, &self.trend)?.min(self.trend.remaining);
        self.made_at.checked_add(SignedDuration::try_from_secs_f64(after * 86_400.0).ok()?).ok()
    }

    fn figures(&self, whole: impl Fn(f64) -> u64) -> Figures {
        let Outlook { estimate, low, high, lowest, highest } = self.growth;
        let total = |growth| self.count.saturating_add(whole(growth));
        let (estimate, low, high) = (total(estimate), total(low), total(high));
        let (low, high) = (low.min(estimate), high.max(estimate));
        Figures { estimate, low, high, lowest: total(lowest).min(low), highest: total(highest).max(high) }
    }
}

impl Outlook {
    /// Every figure made into another, in such a way that their order stays.
    pub fn map(self, make: impl Fn(f64) -> f64) -> Outlook {
        let Outlook { estimate, low, high, lowest, highest } = self;
        let [estimate, low, high, lowest, highest] = [estimate, low, high, lowest, highest].map(make);
        Outlook { estimate, low, high, lowest, highest }
    }
}

/// The power of ten that leaves two digits of a number, at least 1.
fn unit(growth: f64) -> f64 {
    10_f64.powf(growth.max(1.0).log10().floor() - 1.0).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_as_their_growth_allows() {
        let shown = |count, estimate, low, high| {
            let trend = Trend { last_24_hours: 1.0, per_day_7d: 1.0, since_surge: 1.0, remaining: 1.0 };
            let growth = Outlook { estimate, low, high, lowest: low, highest: high };
            let now = Timestamp::UNIX_EPOCH;
            let Figures { low, estimate, high, .. } =
                Forecast { count, made_at: now, deadline: now, trend, growth }.rounded();
            (low, estimate, high)
        };
        assert_eq!(shown(44_029, 125.4, 109.2, 501.0), (44_140, 44_150, 44_530));
        assert_eq!(shown(9_715, 69_924.3, 25_722.0, 886_000.0), (35_000, 80_000, 900_000));
        assert_eq!(shown(44_029, 2.6, 0.0, 9.0), (44_029, 44_032, 44_038));
        assert_eq!(shown(14_600, 4_600.0, 20.0, 5_000.0), (14_600, 19_200, 19_600));
    }
}
