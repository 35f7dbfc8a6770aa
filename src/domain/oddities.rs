//! What stands out among signatures: groups that are larger, and minutes that are busier, than the pattern around them.
//! It says how unlikely chance alone would be, and nothing about why.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

/// Groups of fewer signatures are not worth a look.
const FEWEST: u64 = 5;
/// A group that is not at least so many times as large as expected is not odd, however sure that is.
const TIMES: f64 = 2.0;
/// The least score: chance alone brings such a group once in a thousand.
const LEAST: f64 = 3.0;
/// Minutes on either side with which a minute is compared.
const AROUND: i64 = 30;

/// Something that stands out.
#[derive(Clone, Debug, PartialEq)]
pub struct Odd<K> {
    /// What it is: a network, a domain, a place, a minute.
    pub what: K,
    /// Signatures that were seen there.
    pub seen: u64,
    /// Signatures that would have been expected.
    pub expected: f64,
    /// Chance alone brings as many about once in 10 to the power of this.
    pub score: f64,
}

/// Groups of `seen` signatures that are larger than their share of `usual` ones lets expect, oddest first. With nothing
/// to compare with there are none.
pub fn groups<K: Eq + Hash + Ord + Clone>(seen: &[K], usual: &[K]) -> Vec<Odd<K>> {
    let count = |all: &[K]| {
        let mut counts: HashMap<K, u64> = HashMap::new();
        for one in all {
            *counts.entry(one.clone()).or_default() += 1;
        }
        counts
    };
    if usual.is_empty() {
        return Vec::new();
    }
    let (groups, usually) = (count(seen), count(usual));
    let odd = groups.into_iter().filter_map(|(what, many)| {
        // Half a signature more, so that what was never seen before is rare and not impossible.
        let share = (usually.get(&what).copied().unwrap_or(0) as f64 + 0.5) / (usual.len() as f64 + 1.0);
        judge(what, many, seen.len() as f64 * share)
    });
    sorted(odd.collect())
}

/// Minutes, by their number, that have more signatures than those around them let expect, oddest first.
pub fn minutes(counts: &BTreeMap<i64, u64>) -> Vec<Odd<i64>> {
    let (Some(first), Some(last)) = (counts.keys().next(), counts.keys().next_back()) else { return Vec::new() };
    if first == last {
        return Vec::new();
    }
    let odd = counts.iter().filter_map(|(minute, seen)| {
        let (from, to) = ((minute - AROUND).max(*first), (minute + AROUND).min(*last));
        let around: u64 = counts.range(from..=to).map(|(_, count)| count).sum::<u64>() - seen;
        let expected = (around as f64 + 0.5) / ((to - from) as f64 + 0.5);
        judge(*minute, *seen, expected)
    });
    sorted(odd.collect())
}

/// How odd it is: by Chernoff's bound on the tail of Poisson's distribution.
fn judge<K>(what: K, seen: u64, expected: f64) -> Option<Odd<K>> {
    let many = seen as f64;
    if seen < FEWEST || many < TIMES * expected {
        return None;
    }
    let score = (many * (many / expected).ln() - (many - expected)) / std::f64::consts::LN_10;
    (score >= LEAST).then_some(Odd { what, seen, expected, score })
}

fn sorted<K: Ord>(mut odd: Vec<Odd<K>>) -> Vec<Odd<K>> {
    odd.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.what.cmp(&b.what)));
    odd
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn repeated(parts: &[(&'static str, usize)]) -> Vec<&'static str> {
        parts.iter().flat_map(|(what, many)| std::iter::repeat_n(*what, *many)).collect()
    }

    #[test]
    fn what_is_larger_than_usual_stands_out() {
        let usual = repeated(&[("gmail", 500), ("outlook", 300), ("school", 2), ("others", 198)]);
        let seen = repeated(&[("gmail", 55), ("outlook", 30), ("school", 40), ("new", 9), ("few", 4)]);
        let odd = groups(&seen, &usual);
        assert_eq!(odd.iter().map(|odd| odd.what).collect::<Vec<_>>(), ["school", "new"]);
        assert!(odd[0].score > 30.0 && odd[0].expected < 1.0, "{odd:?}");
    }

    #[test]
    fn without_anything_to_compare_with_nothing_stands_out() {
        assert_eq!(groups(&repeated(&[("gmail", 1000)]), &[]), []);
        assert_eq!(minutes(&BTreeMap::new()), []);
        assert_eq!(minutes(&BTreeMap::from([(7, 400)])), []);
    }

    #[test]
    fn a_busy_hour_is_not_odd_and_a_busy_minute_is() {
        let mut counts: BTreeMap<i64, u64> = (0..600).map(|minute| (minute, 2)).collect();
        counts.extend((300..360).map(|minute| (minute, 20)));
        counts.insert(330, 90);
        counts.insert(10, 14);
        let odd: Vec<i64> = minutes(&counts).into_iter().map(|odd| odd.what).collect();
        assert_eq!(odd[..2], [330, 10]);
        assert!(odd.iter().all(|minute| ![100, 331, 340, 350].contains(minute)), "{odd:?}");
    }

    proptest! {
        #[test]
        fn scores_are_numbers_and_in_order(
            seen in proptest::collection::vec(0..20u8, 0..300), usual in proptest::collection::vec(0..20u8, 0..300),
        ) {
            let odd = groups(&seen, &usual);
            prop_assert!(odd.iter().all(|odd| odd.score.is_finite() && odd.expected > 0.0 && odd.seen >= FEWEST));
            prop_assert!(odd.windows(2).all(|pair| pair[0].score >= pair[1].score));
            // What grows as everything does is not odd.
            prop_assert_eq!(groups(&seen, &seen.repeat(3)), []);
        }

        #[test]
        fn any_minutes_can_be_compared(counts in proptest::collection::btree_map(-1000..1000i64, 0..1000u64, 0..50)) {
            prop_assert!(minutes(&counts).iter().all(|odd| odd.score.is_finite()));
        }
    }
}
