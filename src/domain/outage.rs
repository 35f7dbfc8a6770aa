//! Outages: times in which no signatures were taken. Who was open then is open for longer: a day for every day in London
//! of which some time was lost, however often on that day.

use std::{collections::BTreeSet, fmt};

use jiff::{Timestamp, civil::Date};

use super::deadline;

/// The number of an outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize)]
#[sqlx(transparent)]
pub struct OutageId(pub i32);

impl fmt::Display for OutageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the public is told until staff have found better words.
pub const NO_WORDS: &str = "No signatures were taken.";

/// A time in which no signatures were taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Its number.
    pub id: OutageId,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; `None`: it is still going on.
    pub ended_at: Option<Timestamp>,
    /// What the public is told of it.
    pub reason: String,
    /// When every petition that was open then had its days.
    pub settled_at: Option<Timestamp>,
}

impl Outage {
    /// The days in London of which some time was lost to a petition that was opened at this moment; none as long as the
    /// outage goes on.
    fn lost(&self, opened_at: Timestamp) -> BTreeSet<Date> {
        let ended_at = self.ended_at.unwrap_or(self.began_at);
        deadline::days_touched(self.began_at.max(opened_at), ended_at).collect()
    }

    /// The days by which a petition is open for longer that was opened at this moment: none if that was afterwards, or as
    /// long as the outage goes on. A day of which some was lost in an outage that has been `made_good` to it before is not
    /// given again.
    pub fn days_for<'a>(&self, opened_at: Timestamp, made_good: impl IntoIterator<Item = &'a Self>) -> u32 {
        let given: BTreeSet<Date> = made_good.into_iter().flat_map(|outage| outage.lost(opened_at)).collect();
        self.lost(opened_at).difference(&given).count().try_into().unwrap_or(u32::MAX)
    }

    /// The days by which one is open for longer that was open in `all` outages.
    pub fn days(&self, all: &[Self]) -> u32 {
        self.days_for(Timestamp::MIN, all.iter().filter(|other| other.turn() < self.turn()))
    }

    /// By which outages are in the order in which they are made good.
    fn turn(&self) -> (bool, Option<Timestamp>, OutageId) {
        (self.settled_at.is_none(), self.settled_at, self.id)
    }
}

/// A petition's deadline was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// By so many days.
    pub days: u32,
    /// When.
    pub made_at: Timestamp,
    /// What the public is told of it.
    pub reason: String,
    /// For which outage; `None`: staff have extended this petition.
    pub outage: Option<OutageId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn only_the_time_counts_in_which_a_petition_was_open() {
        let outage = Outage {
            id: OutageId(1),
            began_at: at("2026-05-03T22:30:00Z"),
            ended_at: Some(at("2026-05-05T09:00:00Z")),
            reason: NO_WORDS.to_owned(),
            settled_at: None,
        };
        // From half past eleven in the evening, by London's clock.
        let days_for = |opened: &str| outage.days_for(at(opened), []);
        assert_eq!(days_for("2026-01-01T00:00:00Z"), 3);
        assert_eq!(days_for("2026-05-04T12:00:00Z"), 2);
        assert_eq!(days_for("2026-05-05T09:00:00Z"), 0);
        assert_eq!(outage.days(&[]), 3);
        assert_eq!(Outage { ended_at: None, ..outage }.days(&[]), 0);
    }

    #[test]
    fn a_day_is_given_once_however_often_time_of_it_was_lost() {
        let outage = |id, began: &str, ended: &str, settled: Option<&str>| Outage {
            id: OutageId(id),
            began_at: at(began),
            ended_at: Some(at(ended)),
            reason: NO_WORDS.to_owned(),
            settled_at: settled.map(at),
        };
        let all = [
            outage(1, "2026-11-23T14:00:00Z", "2026-11-23T14:30:00Z", Some("2026-11-25T00:00:00Z")),
            outage(2, "2026-11-22T11:00:00Z", "2026-11-23T11:30:00Z", Some("2026-11-26T00:00:00Z")),
            outage(3, "2026-11-23T18:00:00Z", "2026-11-24T18:00:00Z", None),
        ];
        assert_eq!(all.each_ref().map(|outage| outage.days(&all)), [1, 1, 1]);
        // Opened on the 23rd at noon, it has lost nothing to the second.
        let opened = at("2026-11-23T12:00:00Z");
        assert_eq!(all[1].days_for(opened, [&all[0]]), 0);
        assert_eq!(all[2].days_for(opened, []), 2, "one that was refused while the first was made good");
    }
}
