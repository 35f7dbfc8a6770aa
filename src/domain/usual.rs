//! How much a place signs a petition, compared with how much it signs petitions at all.
//!
//! Some constituencies sign everything: a map of mere numbers shows where people sign petitions, not where people sign this
//! one. So each place's share of a petition's located signatures is divided by its share of all petitions' located
//! signatures on the same boundaries. That is how many signatures came, divided by how many would have come as usual.
//!
//! Small numbers would make a map of chance: where one signature is usual, two are no sign of anything. Therefore both
//! counts begin with [`PRIOR`] signatures that came as usual: `(signatures + 4) / (usual + 4)`. Where one is usual and two came,
//! that is 1.2 times as much; where a hundred are usual and two hundred came, 1.96 times. It is the mean of what the true ratio
//! may be if counts vary about it as Poisson has it and ratios vary from place to place as a gamma distribution with mean 1 and
//! variance 1/4 has it: D. Clayton and J. Kaldor, "Empirical Bayes estimates of age-standardized relative risks for use in
//! disease mapping", Biometrics 43 (1987), 671–681.
//!
//! The variance is that of 26 petitions of the United Kingdom as published on 9 September 2015: the median over them of how far
//! the middle half of the 650 ratios lie apart (as a standard deviation, squared), less what chance alone makes of such counts, is
//! 0.26.

use std::cmp::Ordering;

/// Signatures that every place is taken to have had as usual before any were counted.
pub const PRIOR: f64 = 4.0;

/// How many signatures have to have come from a place before it is said that it signs a petition more than usual.
pub const FEWEST: i64 = 10;
/// How many times as much as usual that has to be.
pub const UNUSUAL: f64 = 1.25;

/// A petition beside all petitions on the same boundaries, by located signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Signatures of the petition from all constituencies.
    pub petition: i64,
    /// Signatures of all petitions from all constituencies.
    pub everything: i64,
}

impl Comparison {
    /// Whether there is something to compare with: other petitions have at least as many signatures as this one, which would
    /// else be compared with itself.
    pub fn is_telling(&self) -> bool {
        self.everything > 0 && self.everything >= self.petition.saturating_mul(2)
    }

    /// How many signatures would have come from a place that has this many of all petitions' signatures; `None` where there is
    /// nothing to compare with.
    pub fn usual(&self, of_everything: i64) -> Option<f64> {
        self.is_telling().then(|| self.petition.max(0) as f64 * of_everything.max(0) as f64 / self.everything as f64)
    }

    /// How many times as much as usual a place has signed.
    pub fn times(&self, count: i64, of_everything: i64) -> Option<f64> {
        Some((count.max(0) as f64 + PRIOR) / (self.usual(of_everything)? + PRIOR))
    }
}

/// A petition as one place signs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed<Id> {
    /// Which petition.
    pub petition: Id,
    /// Signatures from the place.
    pub here: i64,
    /// Signatures in all.
    pub total: i64,
    /// How many times as much as usual that is, where it is known.
    pub times: Option<f64>,
}

/// Those that a place signs most, most first; those signed sooner come first among equals.
pub fn most_signed<Id: Ord + Clone>(mut signed: Vec<Signed<Id>>, most: usize) -> Vec<Signed<Id>> {
    signed.retain(|petition| petition.here > 0);
    signed.sort_by(|a, b| (b.here, b.total).cmp(&(a.here, a.total)).then_with(|| a.petition.cmp(&b.petition)));
    signed.truncate(most);
    signed
}

/// Those that a place signs clearly more than usual, the most unusual first.
pub fn most_unusual<Id: Ord + Clone>(mut signed: Vec<Signed<Id>>, most: usize) -> Vec<Signed<Id>> {
    signed.retain(|petition| petition.here >= FEWEST && petition.times.is_some_and(|times| times >= UNUSUAL));
    signed.sort_by(|a, b| {
        let times = b.times.partial_cmp(&a.times).unwrap_or(Ordering::Equal);
        times.then_with(|| b.here.cmp(&a.here)).then_with(|| a.petition.cmp(&b.petition))
    });
    signed.truncate(most);
    signed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_share_is_compared_with_the_share_of_everything() {
        // A place with a hundredth of all signatures.
        let of = |petition| Comparison { petition, everything: 1_000_000 };
        let rounded = |times: Option<f64>| times.map(|times| (times * 100.0).round() / 100.0);
        assert_eq!(of(10_000).usual(10_000), Some(100.0));
        assert_eq!(rounded(of(10_000).times(200, 10_000)), Some(1.96));
        assert_eq!(rounded(of(10_000).times(100, 10_000)), Some(1.0));
        assert_eq!(rounded(of(10_000).times(0, 10_000)), Some(0.04));
        // Where one is usual, two say little.
        assert_eq!(rounded(of(100).times(2, 10_000)), Some(1.2));
        assert_eq!(rounded(of(100).times(0, 10_000)), Some(0.8));
        assert_eq!(Comparison { petition: 5, everything: 0 }.times(5, 0), None);
        assert_eq!(Comparison { petition: 5, everything: 9 }.times(5, 9), None, "it would be compared with itself");
    }

    fn signed(petition: i64, here: i64, total: i64, times: f64) -> Signed<i64> {
        Signed { petition, here, total, times: Some(times) }
    }

    #[test]
    fn what_is_signed_most_need_not_be_unusual() {
        let all =
            vec![signed(1, 900, 90_000, 0.9), signed(2, 40, 300, 3.5), signed(3, 9, 9, 4.0), signed(4, 0, 70, 0.5)];
        let numbers = |signed: Vec<Signed<i64>>| signed.into_iter().map(|signed| signed.petition).collect::<Vec<_>>();
        assert_eq!(numbers(most_signed(all.clone(), 50)), [1, 2, 3]);
        assert_eq!(numbers(most_signed(all.clone(), 1)), [1]);
        assert_eq!(numbers(most_unusual(all, 50)), [2], "nine are too few, and 0.9 is less than usual");
    }

    proptest! {
        #[test]
        fn more_signatures_are_never_less_unusual(
            petition in 0i64..10_000_000, others in 0i64..100_000_000, of_everything in 0i64..1_000_000, count in 0i64..100_000,
        ) {
            let everything = petition + others + of_everything;
            let compared = Comparison { petition, everything };
            match (compared.times(count, of_everything), compared.times(count + 1, of_everything)) {
                (Some(less), Some(more)) => prop_assert!(less.is_finite() && less > 0.0 && more > less),
                (None, None) => prop_assert!(everything < petition * 2 || everything == 0),
                other => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn what_is_as_usual_everywhere_is_once_as_much(counts in prop::collection::vec(0i64..10_000, 1..50), share in 2i64..20) {
            // Everybody signs everything `share` times as much as this petition.
            let compared = Comparison { petition: counts.iter().sum(), everything: counts.iter().sum::<i64>() * share };
            for count in counts {
                if let Some(times) = compared.times(count, count * share) {
                    prop_assert!((times - 1.0).abs() < 1e-9);
                }
            }
        }
    }
}
