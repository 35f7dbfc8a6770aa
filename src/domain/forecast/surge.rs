//! When interest in a petition last surged: the moment from which its pace fades.

/// Before a surge there has to be a week that it stands out from; no more than a fortnight is looked at.
const BEFORE: std::ops::RangeInclusive<usize> = 7..=14;

/// Days since the last surge: from the middle of its 24 hours to now, and one more.
///
/// `days` are the signatures of each 24 hours counted back from now, the latest first, of a history that is `known` days
/// long. The surge is the busiest of them; or a later one that moves the petition more today, as far as a day's weight
/// falls with the time since. A later one has to stand out from the fortnight before it: to be twice as busy as those
/// days usually are, and busier than chance would have it. So a petition that slept and is taken up again fades from
/// then, and a steady one is not thought to have surged yesterday.
pub fn since_surge(days: &[f64], known: f64) -> f64 {
    let busiest = busiest(days);
    let weight = |day: usize| days[day] / (day as f64 + 1.0);
    let later = (0..busiest).filter(|&day| weight(day) > weight(busiest) && stands_out(days, day));
    let surge = later.max_by(|&one, &other| weight(one).total_cmp(&weight(other))).unwrap_or(busiest);
    since_middle(surge, known)
}

/// Days since the busiest 24 hours, in the same way; of equal ones the latest counts.
pub fn since_peak(days: &[f64], known: f64) -> f64 {
    since_middle(busiest(days), known)
}

fn busiest(days: &[f64]) -> usize {
    (0..days.len()).rev().max_by(|&one, &other| days[one].total_cmp(&days[other])).unwrap_or(0)
}

fn stands_out(days: &[f64], day: usize) -> bool {
    let mut before: Vec<f64> = days[day + 1..].iter().take(*BEFORE.end()).copied().collect();
    if before.len() < *BEFORE.start() {
        return false;
    }
    before.sort_by(f64::total_cmp);
    let middle = before.len() / 2;
    let usual = if before.len() % 2 == 1 { before[middle] } else { (before[middle - 1] + before[middle]) / 2.0 };
    let usual = usual.max(0.0);
    days[day] >= 2.0 * usual && days[day] >= usual + 5.0 * (usual + 1.0).sqrt()
}

/// The first of the days is shorter where the history is not a whole number of days long.
fn since_middle(day: usize, known: f64) -> f64 {
    let day = day as f64;
    (day + (day + 1.0).min(known.max(day))) / 2.0 + 1.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The latest first, as they are counted back.
    fn since(oldest_first: &[f64]) -> (f64, f64) {
        let days: Vec<f64> = oldest_first.iter().rev().copied().collect();
        (since_surge(&days, days.len() as f64), since_peak(&days, days.len() as f64))
    }

    #[test]
    fn a_petition_that_wakes_up_has_surged_again() {
        let mut days = vec![20.0, 900.0, 300.0, 150.0];
        days.extend([12.0; 26]);
        assert_eq!(since(&days), (29.5, 29.5), "fading since its second day");
        days.extend([400.0, 350.0]);
        assert_eq!(since(&days), (1.5, 31.5), "taken up again yesterday, and hardly less today");
        days.extend([90.0, 70.0, 50.0]);
        assert_eq!(since(&days), (4.5, 34.5), "fading from then");
    }

    #[test]
    fn a_steady_petition_has_not_surged() {
        let weekly = [30.0, 26.0, 24.0, 31.0, 22.0, 9.0, 8.0];
        let days: Vec<f64> = [60.0].into_iter().chain(weekly.into_iter().cycle().take(70)).collect();
        assert_eq!(since(&days), (71.5, 71.5), "a weekday after a weekend is no surge");
        let mut days = vec![9.0; 1];
        days.extend([1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 4.0]);
        assert_eq!(since(&days).0, 11.5, "neither are four where there was one");
    }

    #[test]
    fn of_equal_days_the_latest_counts() {
        assert_eq!(since(&[5.0, 5.0, 5.0]), (1.5, 1.5));
        assert_eq!(since(&[]), (1.0, 1.0));
    }

    proptest! {
        #[test]
        fn any_days_have_a_surge_within_the_history(
            days in prop::collection::vec(any::<f64>(), 0..60), known in 0.0..60.0f64,
        ) {
            for since in [since_surge(&days, known), since_peak(&days, known)] {
                prop_assert!((1.0..=61.0).contains(&since), "{since}");
            }
        }
    }
}
