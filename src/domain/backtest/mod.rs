//! How good the estimate is: moments of petitions whose end is known, estimated from what was known then.
//!
//! Two rules are measured beside it: the naive one, and the one that the site began with.

use std::collections::BTreeSet;

use serde::Serialize;

use super::forecast::{LEAST_SIGNATURES, Outlook, Rule, Trend};

mod file;
mod fit;

pub use file::{Format, read};

/// A moment in the life of a petition.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The petition's name.
    pub petition: String,
    /// Days since it opened.
    pub age: f64,
    /// Days since it had 1,000 signatures; between two counts they are taken to come evenly.
    pub since_thousand: Option<f64>,
    /// Its signatures.
    pub count: f64,
    /// What the estimate is made from.
    pub trend: Trend,
    /// Days since its busiest day and one more: the clock of the first rule.
    pub since_peak: f64,
    /// Its signatures in the end.
    pub outcome: f64,
}

impl Moment {
    /// Whether the site would show an estimate.
    fn counts(&self) -> bool {
        self.count >= LEAST_SIGNATURES as f64 && self.age >= 1.0 && self.trend.remaining > 0.0
    }

    /// The count, and the last 24 hours times the days left.
    pub fn naive(&self) -> f64 {
        self.count + self.trend.last_24_hours.max(0.0) * self.trend.remaining
    }

    /// The rule that the site began with: the pace fades as one over the time since the busiest day.
    pub fn baseline(&self) -> f64 {
        let (day, week) = (self.trend.last_24_hours.max(0.0), self.trend.per_day_7d.max(0.0));
        if day == 0.0 && week == 0.0 {
            return self.count;
        }
        let pace = ((day + 0.25) * (week + 0.25 / 7.0)).sqrt();
        let age = self.since_peak.max(1.0);
        self.count + pace * age * (self.trend.remaining / age).ln_1p()
    }

    fn outlook(&self, rule: &Rule) -> Outlook {
        rule.outlook(&self.trend).map(|growth| self.count + growth)
    }
}

/// A figure for each rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ByRule {
    /// Count, and the last 24 hours times the days left.
    pub naive: f64,
    /// The rule that the site began with.
    pub baseline: f64,
    /// The site's.
    pub site: f64,
    /// The site's with constants found anew for each petition from the others; `None` if these are too few.
    pub left_out: Option<f64>,
}

/// How many of the outcomes lay in a range that is said to hold half of them, or four in five.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Held {
    /// In the range of half of them.
    pub half: f64,
    /// In the range of four in five.
    pub four_in_five: f64,
}

/// What came out for some of the moments.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Which ones: "1.5 to 4 days".
    pub group: String,
    /// How many.
    pub moments: usize,
    /// Of how many petitions.
    pub petitions: usize,
    /// The median of the errors, in per cent of the outcome.
    pub median_error: ByRule,
    /// The share of moments that were wrong by less than a factor of two.
    pub within_factor_2: ByRule,
    /// The share of outcomes within the site's ranges.
    pub held: Held,
    /// The share of outcomes within ranges found anew for each petition from the others.
    pub held_left_out: Option<Held>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// How many petitions there were.
    pub petitions: usize,
    /// How many moments were estimated.
    pub moments: usize,
    /// How many were left out because the site shows no estimate then.
    pub too_early: usize,
    /// By the days since the petition had 1,000 signatures, with at least 14 days left.
    pub by_age: Vec<Row>,
    /// By the days left, whatever the age.
    pub by_days_left: Vec<Row>,
}

/// With fewer petitions, nothing can be found from the others.
const LEAST_PETITIONS: usize = 5;

/// With fewer days left, every rule is right.
const DAYS_LEFT: f64 = 14.0;

/// A moment with everything that was said of it.
struct Judged<'a> {
    moment: &'a Moment,
    site: Outlook,
    left_out: Option<Outlook>,
}

/// Estimates every moment and compares.
pub fn report(moments: &[Moment]) -> Report {
    let counting: Vec<&Moment> = moments.iter().filter(|moment| moment.counts()).collect();
    let names: BTreeSet<&str> = counting.iter().map(|moment| moment.petition.as_str()).collect();
    let mut judged = Vec::with_capacity(counting.len());
    for name in &names {
        let (own, others): (Vec<&Moment>, Vec<&Moment>) = counting.iter().partition(|moment| moment.petition == *name);
        let found = (names.len() >= LEAST_PETITIONS).then(|| fit::rule(&others));
        judged.extend(own.into_iter().map(|moment| Judged {
            moment,
            site: moment.outlook(&Rule::SITE),
            left_out: found.map(|rule| moment.outlook(&rule)),
        }));
    }
    let by_age = |from: f64, to: f64| {
        let within = |since: f64| (from..to).contains(&since);
        judged
            .iter()
            .filter(|one| one.moment.since_thousand.is_some_and(within) && one.moment.trend.remaining >= DAYS_LEFT)
            .collect::<Vec<_>>()
    };
    let by_days_left = |from: f64, to: f64| {
        judged.iter().filter(|one| (from..to).contains(&one.moment.trend.remaining)).collect::<Vec<_>>()
    };
    const AGES: [f64; 7] = [0.0, 1.5, 4.0, 10.0, 25.0, 60.0, f64::INFINITY];
    const DAYS: [f64; 7] = [0.0, 3.0, 7.0, 14.0, 30.0, 90.0, f64::INFINITY];
    Report {
        petitions: names.len(),
        moments: counting.len(),
        too_early: moments.len() - counting.len(),
        by_age: [(0.0, 10.0), (10.0, f64::INFINITY)]
            .into_iter()
            .chain(AGES.windows(2).map(|ends| (ends[0], ends[1])))
            .filter_map(|(from, to)| row(named(from, to), &by_age(from, to)))
            .collect(),
        by_days_left: [(0.0, f64::INFINITY)]
            .into_iter()
            .chain(DAYS.windows(2).map(|ends| (ends[0], ends[1])))
            .filter_map(|(from, to)| row(named(from, to), &by_days_left(from, to)))
            .collect(),
    }
}

fn named(from: f64, to: f64) -> String {
    match (from, to) {
        (0.0, f64::INFINITY) => "all".to_owned(),
        (from, f64::INFINITY) => format!("{from} days and more"),
        (from, to) => format!("{from} to {to} days"),
    }
}

/// `None` where there is nothing to tell.
fn row(group: String, judged: &[&Judged<'_>]) -> Option<Row> {
    if judged.is_empty() {
        return None;
    }
    let left_out: Option<Vec<Outlook>> = judged.iter().map(|one| one.left_out).collect();
    let by_rule = |figure: fn(&[Answer]) -> f64| {
        let of = |estimate: &dyn Fn(&Judged<'_>) -> f64| {
            figure(
                &judged.iter().map(|one| Answer { said: estimate(one), was: one.moment.outcome }).collect::<Vec<_>>(),
            )
        };
        ByRule {
            naive: of(&|one| one.moment.naive()),
            baseline: of(&|one| one.moment.baseline()),
            site: of(&|one| one.site.estimate),
            left_out: left_out.is_some().then(|| of(&|one| one.left_out.map_or(f64::NAN, |found| found.estimate))),
        }
    };
    let held = |outlooks: &[Outlook]| {
        let share = |within: &dyn Fn(&Outlook, f64) -> bool| {
            let held = outlooks.iter().zip(judged).filter(|(outlook, one)| within(outlook, one.moment.outcome)).count();
            rounded(held as f64 / judged.len() as f64, 100.0)
        };
        Held {
            half: share(&|outlook, outcome| (outlook.low.round()..=outlook.high.round()).contains(&outcome)),
            four_in_five: share(&|outlook, outcome| {
                (outlook.lowest.round()..=outlook.highest.round()).contains(&outcome)
            }),
        }
    };
    let site: Vec<Outlook> = judged.iter().map(|one| one.site).collect();
    Some(Row {
        group,
        moments: judged.len(),
        petitions: judged.iter().map(|one| one.moment.petition.as_str()).collect::<BTreeSet<_>>().len(),
        median_error: by_rule(median_error),
        within_factor_2: by_rule(within_factor_2),
        held: held(&site),
        held_left_out: left_out.as_deref().map(held),
    })
}

/// What a rule said, and what it was.
struct Answer {
    said: f64,
    was: f64,
}

fn median_error(answers: &[Answer]) -> f64 {
    let mut errors: Vec<f64> =
        answers.iter().map(|answer| 100.0 * (answer.said - answer.was).abs() / answer.was).collect();
    errors.sort_by(f64::total_cmp);
    let middle = errors.len() / 2;
    let median = if errors.len() % 2 == 1 { errors[middle] } else { (errors[middle - 1] + errors[middle]) / 2.0 };
    rounded(median, 10.0)
}

fn within_factor_2(answers: &[Answer]) -> f64 {
    let within = answers.iter().filter(|Answer { said, was }| *said < 2.0 * was && *was < 2.0 * said).count();
    rounded(within as f64 / answers.len() as f64, 100.0)
}

fn rounded(figure: f64, parts: f64) -> f64 {
    (figure * parts).round() / parts
}
