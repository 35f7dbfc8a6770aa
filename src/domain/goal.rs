//! The next goal of a petition: the next number people count towards, if it is within reach, and what more would take.

use jiff::{SignedDuration, Timestamp};

use super::threshold::Thresholds;

/// What a petition can aim for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goals {
    /// The next goal; `None`: none is within reach.
    pub next: Option<Goal>,
    /// The next large number, where it is not within reach as things stand.
    pub beyond: Option<Beyond>,
}

/// A number of signatures to aim for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The number.
    pub signatures: u64,
    /// When it is reached as things stand; `None`: nobody can tell yet.
    pub at: Option<Timestamp>,
}

/// A number that is too far away as things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// The number.
    pub signatures: u64,
    /// Signatures a day that it takes from now on.
    pub per_day: u64,
}

/// The large numbers that people count towards, besides the thresholds.
const LARGE: [u64; 6] = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// The round numbers between them, in hundredths of the larger one.
const ROUND: [u64; 11] = [10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90];

impl Goals {
    /// The goals of a petition with so many signatures. `reaches` says when it comes to a number, `None` if not before the
    /// deadline; there is none where no estimate can be made yet.
    pub fn new(
        count: u64,
        thresholds: Thresholds,
        left: SignedDuration,
        reaches: Option<impl Fn(u64) -> Option<Timestamp>>,
    ) -> Self {
        let named = LARGE.into_iter().chain([thresholds.response.into(), thresholds.debate.into()]);
        let large = named.filter(|number| *number > count).min();
        let Some(reaches) = reaches else {
            return Self { next: large.map(|signatures| Goal { signatures, at: None }), beyond: None };
        };
        let goal = |signatures: u64| Some(Goal { signatures, at: Some(reaches(signatures)?) });
        if let Some(goal) = large.and_then(goal) {
            return Self { next: Some(goal), beyond: None };
        }
        let between = LARGE.into_iter().flat_map(|number| ROUND.map(|share| number / 100 * share));
        let between = between.filter(|number| *number > count && large.is_none_or(|large| *number < large)).min();
        let days = (left.as_secs_f64() / 86_400.0).max(1.0 / 24.0);
        Self {
            next: between.and_then(goal),
            beyond: large
                .map(|signatures| Beyond { signatures, per_day: ((signatures - count) as f64 / days).ceil() as u64 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LEFT: SignedDuration = SignedDuration::from_hours(240);

    fn up_to(most: u64) -> Option<impl Fn(u64) -> Option<Timestamp>> {
        Some(move |number: u64| (number <= most).then_some(Timestamp::UNIX_EPOCH))
    }

    fn goals(count: u64, most: u64) -> (Option<u64>, Option<u64>) {
        let goals = Goals::new(count, Thresholds::default(), LEFT, up_to(most));
        (goals.next.map(|goal| goal.signatures), goals.beyond.map(|beyond| beyond.signatures))
    }

    #[test]
    fn the_next_large_number_is_the_goal_if_it_is_within_reach() {
        assert_eq!(goals(130, 1_200), (Some(1_000), None));
        assert_eq!(goals(8_200, 12_000), (Some(10_000), None));
        assert_eq!(goals(44_029, 44_154), (None, Some(100_000)));
        assert_eq!(goals(44_029, 60_000), (Some(50_000), Some(100_000)));
        assert_eq!(goals(1_240, 3_800), (Some(1_500), Some(10_000)));
        assert_eq!(goals(6_100_000, 6_200_000), (None, Some(10_000_000)));
    }

    #[test]
    fn what_is_too_far_away_says_what_it_takes() {
        let goals = Goals::new(9_000, Thresholds::default(), LEFT, up_to(9_100));
        assert_eq!(goals.beyond, Some(Beyond { signatures: 10_000, per_day: 100 }));
    }

    #[test]
    fn thresholds_are_goals_as_they_are_set() {
        let thresholds = Thresholds { response: 5_000, debate: 50_000 };
        let goals = Goals::new(1_200, thresholds, LEFT, up_to(6_000));
        assert_eq!(goals.next.map(|goal| goal.signatures), Some(5_000));
    }

    #[test]
    fn without_an_estimate_there_is_a_goal_and_no_date() {
        let none: Option<fn(u64) -> Option<Timestamp>> = None;
        let goals = Goals::new(7, Thresholds::default(), LEFT, none);
        assert_eq!(goals, Goals { next: Some(Goal { signatures: 100, at: None }), beyond: None });
    }

    proptest! {
        #[test]
        fn a_goal_lies_ahead_and_within_reach(count in 0u64..20_000_000, more in 0u64..5_000_000) {
            let goals = Goals::new(count, Thresholds::default(), LEFT, up_to(count + more));
            if let Some(goal) = goals.next {
                prop_assert!(goal.signatures > count && goal.signatures <= count + more);
            }
            if let Some(beyond) = goals.beyond {
                prop_assert!(beyond.signatures > count + more && beyond.per_day > 0);
            }
        }
    }
}
