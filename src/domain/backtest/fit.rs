//! Finding the constants of the rule anew from some petitions, to judge it by another that it has not seen.

use std::collections::BTreeMap;

use super::Moment;
use crate::domain::forecast::Rule;

/// What is tried. Finer steps would follow chance: petitions are few.
const FADING: [f64; 3] = [1.0, 1.1, 1.2];
const SETTLING: [f64; 4] = [10.0, 15.0, 20.0, 30.0];

/// The shares of petitions whose growth lay below the ends of the ranges.
const SHARES: [f64; 4] = [0.1, 0.25, 0.75, 0.9];

/// The rule that errs least on these moments, with the ranges that would have held them. Every petition weighs the same.
pub(super) fn rule(moments: &[&Moment]) -> Rule {
    let mut of_petition: BTreeMap<&str, f64> = BTreeMap::new();
    for moment in moments {
        *of_petition.entry(&moment.petition).or_default() += 1.0;
    }
    let weight = |moment: &Moment| 1.0 / of_petition[moment.petition.as_str()];
    let tried = FADING.into_iter().flat_map(|fading| SETTLING.map(|settling| Rule { fading, settling, ..Rule::SITE }));
    let error = |rule: &Rule| -> f64 {
        let of = |moment: &&Moment| {
            let said = moment.count + rule.growth(&moment.trend);
            weight(moment) * ((said + 1.0) / (moment.outcome + 1.0)).ln().abs()
        };
        moments.iter().map(of).sum()
    };
    let best = tried.min_by(|one, other| error(one).total_cmp(&error(other))).unwrap_or(Rule::SITE);

    let mut factors: Vec<(f64, f64)> = moments
        .iter()
        .map(|moment| {
            let grew = (moment.outcome - moment.count).max(0.0);
            (((grew + 1.0) / (best.growth(&moment.trend) + 1.0)).ln(), weight(moment))
        })
        .collect();
    factors.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let all: f64 = factors.iter().map(|(_, weight)| weight).sum();
    let below = |share: f64| {
        let mut sum = 0.0;
        let found = factors.iter().find(|(_, weight)| {
            sum += weight;
            sum >= share * all
        });
        found.or(factors.last()).map_or(0.0, |(factor, _)| *factor)
    };
    Rule { spread: SHARES.map(below), ..best }
}
