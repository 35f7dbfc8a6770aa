//! The rule that the estimate is made by: how the pace of a petition fades, as a formula of a few figures.
//!
//! After a surge of interest the pace of a petition falls about as one over the time since. That is the relaxation of a
//! system that remembers: Crane and Sornette found it in views of videos, with exponents from 1 to 1.4, and on 36 real
//! petitions the exponents fitted lay between 1.06 and 1.13. It does not fall for ever. Weeks after the surge what is
//! left comes from people who look for such a petition or are told of it by a friend, and goes on evenly, so that then
//! "the pace times the days left" is right. So with t days since the surge, R days left and a pace of r a day
//!
//! ```text
//! p      = 1.1 / (1 + (t / 15)³)                 how the pace fades from here on
//! growth = r · ∫₀ᴿ (1 + s/t)^−p ds = r · t · ((1 + R/t)^(1−p) − 1) / (1 − p)
//! r      = (last 24 hours)^(1−w) · (a day over the last 7)^w,    w = ½ · t / (t + 7)
//! ```
//!
//! The week has its full weight only when the surge has left it: before, it says what the pace was, not what it is.

/// What the estimate is made from. Any figures will do: negative ones and those that are no numbers count as nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Signatures in the last 24 hours.
    pub last_24_hours: f64,
    /// Signatures a day over the last 7 days.
    pub per_day_7d: f64,
    /// Days since the last surge, as [`super::since_surge`] has them.
    pub since_surge: f64,
    /// Days left to the deadline.
    pub remaining: f64,
}

/// An estimate with its ranges, in signatures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outlook {
    /// The estimate.
    pub estimate: f64,
    /// Where the range of every second petition begins, at most the estimate.
    pub low: f64,
    /// Where it ends, at least the estimate.
    pub high: f64,
    /// Where the range of four petitions in five begins, at most `low`.
    pub lowest: f64,
    /// Where it ends, at least `high`.
    pub highest: f64,
}

/// The constants of the rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The exponent with which the pace falls in the first days after a surge.
    pub fading: f64,
    /// The days after a surge by which half of that exponent is left.
    pub settling: f64,
    /// How far the growth of petitions lay from its estimate: the logarithms of growth ÷ estimate below which one
    /// petition in ten, a quarter, three quarters and nine in ten lay.
    pub spread: [f64; 4],
}

/// The days within which the week gets half of the weight that it can have.
const WEEK: f64 = 7.0;

impl Rule {
    /// The rule of the site, with round figures. It was fitted on the UK petitions of `series.csv` (13 of them tell
    /// something), which is few: the exponent is that of the literature, and what else was tried nearby did as well.
    /// The growth of every second petition lay between 0.55 and 5 times the estimate, that of four in five
    /// between 0.22 and 22 times, whatever their age.
    pub const SITE: Rule = Rule { fading: 1.1, settling: 15.0, spread: [-1.5, -0.6, 1.6, 3.1] };

    /// The signatures to be expected until the deadline.
    pub fn growth(&self, trend: &Trend) -> f64 {
        let reach = (tame(trend.remaining) / trend.age()).ln_1p();
        let slower = 1.0 - self.exponent(trend);
        let days = if slower.abs() < 1e-6 { reach } else { (slower * reach).exp_m1() / slower };
        trend.pace() * trend.age() * days
    }

    /// The days until so many signatures more are to be expected, however far off the deadline is; `None` if the pace
    /// fades too fast ever to come so far.
    pub fn days_until(&self, growth: f64, trend: &Trend) -> Option<f64> {
        let growth = tame(growth);
        if growth == 0.0 {
            return Some(0.0);
        }
        let days = growth / (trend.pace() * trend.age());
        let slower = 1.0 - self.exponent(trend);
        let reach = if slower.abs() < 1e-6 { days } else { (slower * days).ln_1p() / slower };
        let after = trend.age() * reach.exp_m1();
        after.is_finite().then_some(after)
    }

    /// The signatures to be expected, with the ranges in which the growth of petitions like it fell.
    pub fn outlook(&self, trend: &Trend) -> Outlook {
        let estimate = self.growth(trend);
        // One signature more or less is always possible, but for the last day, which has no time for it.
        let one = tame(trend.remaining).min(1.0);
        let [lowest, low, high, highest] = self.spread.map(|factor| (estimate + one) * factor.exp() - one);
        let (low, high) = (low.clamp(0.0, estimate), high.max(estimate));
        Outlook { estimate, low, high, lowest: lowest.clamp(0.0, low), highest: highest.max(high) }
    }

    fn exponent(&self, trend: &Trend) -> f64 {
        self.fading / (1.0 + (trend.age() / self.settling).powi(3))
    }
}

impl Trend {
    /// Signatures a day as of now.
    fn pace(&self) -> f64 {
        let (day, week) = (tame(self.last_24_hours), tame(self.per_day_7d));
        if day == 0.0 && week == 0.0 {
            return 0.0;
        }
        let share = 0.5 * self.age() / (self.age() + WEEK);
        // A quarter of a signature is added to the day and to the week, so that one quiet day is not the end of it.
        (day + 0.25).powf(1.0 - share) * (week + 0.25 / 7.0).powf(share)
    }

    fn age(&self) -> f64 {
        tame(self.since_surge).max(1.0)
    }
}

/// Makes any figure one that can be reckoned with.
fn tame(figure: f64) -> f64 {
    if figure.is_nan() { 0.0 } else { figure.clamp(0.0, 1e12) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trends() -> impl Strategy<Value = Trend> {
        (0.0..1e6f64, 0.0..1e6f64, 1.0..1e4f64, 0.0..1e4f64).prop_map(
            |(last_24_hours, per_day_7d, since_surge, remaining)| Trend {
                last_24_hours,
                per_day_7d,
                since_surge,
                remaining,
            },
        )
    }

    #[test]
    fn a_fresh_surge_fades_and_an_old_one_goes_on() {
        let growth = |since_surge| {
            let trend = Trend { last_24_hours: 100.0, per_day_7d: 100.0, since_surge, remaining: 100.0 };
            Rule::SITE.growth(&trend).round()
        };
        assert_eq!([1.5, 7.0, 20.0, 100.0].map(growth), [518.0, 1916.0, 6969.0, 10_001.0]);
    }

    proptest! {
        #[test]
        fn more_signatures_or_more_time_never_lower_it(trend in trends(), more in 0.0..1e5f64) {
            let outlook = Rule::SITE.outlook(&trend);
            prop_assert!(outlook.estimate >= 0.0);
            for grown in [
                Trend { last_24_hours: trend.last_24_hours + more, ..trend },
                Trend { per_day_7d: trend.per_day_7d + more, ..trend },
                Trend { remaining: trend.remaining + more, ..trend },
            ] {
                let grown = Rule::SITE.outlook(&grown);
                for (more, less) in [
                    (grown.estimate, outlook.estimate), (grown.low, outlook.low), (grown.high, outlook.high),
                    (grown.lowest, outlook.lowest), (grown.highest, outlook.highest),
                ] {
                    prop_assert!(more >= less - 1e-9 * less, "{grown:?} {outlook:?}");
                }
            }
        }

        #[test]
        fn it_comes_down_to_the_count_at_the_deadline(trend in trends()) {
            prop_assert_eq!(Rule::SITE.outlook(&Trend { remaining: 0.0, ..trend }), Outlook::default());
            let minute = Rule::SITE.outlook(&Trend { remaining: 1.0 / 1440.0, ..trend });
            let pace = trend.last_24_hours + trend.per_day_7d + 1.0;
            prop_assert!(minute.estimate <= pace / 1440.0);
            prop_assert!(minute.highest <= 23.0 * (pace + 1.0) / 1440.0);
        }

        #[test]
        fn any_figures_give_an_ordered_answer(
            last_24_hours in any::<f64>(), per_day_7d in any::<f64>(), since_surge in any::<f64>(),
            remaining in any::<f64>(), more in any::<f64>(),
        ) {
            let trend = Trend { last_24_hours, per_day_7d, since_surge, remaining };
            let Outlook { estimate, low, high, lowest, highest } = Rule::SITE.outlook(&trend);
            prop_assert!(0.0 <= lowest && lowest <= low && low <= estimate && estimate <= high && high <= highest);
            prop_assert!(highest.is_finite());
            prop_assert!(Rule::SITE.days_until(more, &trend).is_none_or(|days| days >= 0.0));
        }

        #[test]
        fn a_growth_is_reached_when_the_rule_says(trend in trends(), share in 0.01..1.0f64) {
            let at = Trend { remaining: trend.remaining * share, ..trend };
            let growth = Rule::SITE.growth(&at);
            if growth > 1.0 {
                let days = Rule::SITE.days_until(growth, &trend).expect("it is on the way");
                prop_assert!((days / at.remaining - 1.0).abs() < 1e-4, "{days} for {}", at.remaining);
            }
        }
    }
}
