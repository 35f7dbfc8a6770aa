//! Chance that comes out the same each time: a generator for each petition, and the draws made with it.
//!
//! Millions of signatures are never drawn one by one: [`Chance::scatter`] draws how many fall into each part.

use std::ops::Range;

use rand::{Rng, RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

/// Below this mean a binomial draw is exact; above it a normal distribution is close enough.
const EXACT: f64 = 25.0;

/// A source of chance, of a kind that gives the same numbers on every machine and is quick in a build without
/// optimisation.
pub(super) struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// The source for the petition with this key and count.
    pub(super) fn of(key: &str, count: u32) -> Self {
        // The 64-bit hash of Fowler, Noll and Vo (FNV-1a), which will be the same in every version of the program.
        let bytes = key.bytes().chain(count.to_le_bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(Xoshiro256PlusPlus::seed_from_u64(hash))
    }

    /// A number from 0 up to, but not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// A number within the range.
    pub(super) fn between(&mut self, range: Range<f64>) -> f64 {
        range.start + (range.end - range.start) * self.unit()
    }

    /// A whole number within the range, which must not be empty.
    pub(super) fn whole(&mut self, range: Range<i64>) -> i64 {
        self.0.random_range(range)
    }

    /// A number around 0 with standard deviation 1: the sum of four even draws, near enough to a normal distribution
    /// and never far out.
    pub(super) fn normal(&mut self) -> f64 {
        let bits = self.0.next_u64();
        let sum: u64 = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum();
        (sum as f64 / 65_536.0 - 2.0) * 3.0_f64.sqrt()
    }

    /// A factor around 1 that is as often half as double.
    pub(super) fn factor(&mut self, spread: f64) -> f64 {
        (spread * self.normal()).exp()
    }

    /// Lets `count` fall into parts with these weights, each on its own; the parts add up to `count`.
    ///
    /// Weights are not negative, and one at least is above zero unless `count` is zero.
    pub(super) fn scatter(&mut self, count: u32, weights: &[f64]) -> Vec<u32> {
        let mut from_here_on = weights.to_vec();
        for place in (1..weights.len()).rev() {
            from_here_on[place - 1] += from_here_on[place];
        }
        let mut left = count;
        let parts: Vec<u32> = weights
            .iter()
            .zip(&from_here_on)
            .map(|(weight, all)| {
                let part = if left == 0 || *weight <= 0.0 { 0 } else { self.binomial(left, weight / all) };
                left -= part;
                part
            })
            .collect();
        debug_assert_eq!(left, 0, "weights to scatter by");
        parts
    }

    /// How many of `count` chances come true when each has this probability.
    pub(super) fn binomial(&mut self, count: u32, probability: f64) -> u32 {
        if probability >= 1.0 {
            return count;
        }
        if probability > 0.5 {
            return count - self.binomial(count, 1.0 - probability);
        }
        let mean = f64::from(count) * probability;
        if mean > EXACT {
            let deviation = (mean * (1.0 - probability)).sqrt();
            let drawn = mean + deviation * self.normal();
            return drawn.round().clamp(0.0, f64::from(count)) as u32;
        }
        // Inversion: walk along the distribution until the drawn share of it has been passed.
        let odds = probability / (1.0 - probability);
        let mut here = (f64::from(count) * (-probability).ln_1p()).exp();
        let mut beyond = self.unit() - here;
        let mut drawn = 0;
        while beyond >= 0.0 && drawn < count && here > 0.0 {
            here *= odds * f64::from(count - drawn) / f64::from(drawn + 1);
            drawn += 1;
            beyond -= here;
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_follow_their_weights() {
        let mut chance = Chance::of("parts", 0);
        let weights = [0.0, 1.0, 100.0, 0.001, 899.0, 0.0];
        for count in [0, 1, 17, 4_000, 6_000_000] {
            let parts = chance.scatter(count, &weights);
            assert_eq!(parts.iter().sum::<u32>(), count);
            assert_eq!((parts[0], parts[5]), (0, 0));
        }
        let parts = chance.scatter(1_000_000, &weights);
        assert!((98_000..102_000).contains(&parts[2]), "{parts:?}");
    }

    #[test]
    fn small_binomials_have_the_right_mean() {
        let mut chance = Chance::of("means", 0);
        let sum: u32 = (0..10_000).map(|_| chance.binomial(30, 0.1)).sum();
        assert!((29_000..31_000).contains(&sum), "{sum}");
    }
}
