//! Outages: times in which no signatures were taken. Who was open then is open for longer: a day for every day in London
//! of which some time was lost.

use std::fmt;

use jiff::Timestamp;

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
    /// The days by which a petition is open for longer that was opened at this moment: none if that was afterwards, or as
    /// long as the outage goes on.
    pub fn days_for(&self, opened_at: Timestamp) -> u32 {
        self.ended_at.map_or(0, |ended_at| deadline::days_touched(self.began_at.max(opened_at), ended_at))
    }

    /// The days by which one is open for longer that was open all the time.
    pub fn days(&self) -> u32 {
        self.days_for(self.began_at)
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
        assert_eq!(outage.days(), 3);
        assert_eq!(outage.days_for(at("2026-01-01T00:00:00Z")), 3);
        assert_eq!(outage.days_for(at("2026-05-04T12:00:00Z")), 2);
        assert_eq!(outage.days_for(at("2026-05-05T09:00:00Z")), 0);
        assert_eq!(Outage { ended_at: None, ..outage }.days(), 0);
    }
}
