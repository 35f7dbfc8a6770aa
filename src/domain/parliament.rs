//! A parliament: petitions are created in it, and end with it. Its phases follow from its moments and the clock.

use std::fmt;

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{deadline, limits};

/// The number of a parliament.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize)]
#[sqlx(transparent)]
pub struct ParliamentId(pub i32);

impl fmt::Display for ParliamentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a parliament is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It has not opened yet: nothing can be started.
    Pending,
    /// Petitions are started and signed.
    Open,
    /// Likewise; but the day of its end is known, and everybody is told.
    Announced,
    /// Its petitions are closed, and nothing can be started.
    Dissolved,
    /// The next one has taken its place.
    Archived,
}

impl Phase {
    /// The word on staff's page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Not open yet",
            Self::Open => "Open",
            Self::Announced => "Dissolution announced",
            Self::Dissolved => "Dissolved",
            Self::Archived => "Archived",
        }
    }

    /// Whether petitions can be started and published.
    pub fn takes_petitions(self) -> bool {
        matches!(self, Self::Open | Self::Announced)
    }
}

/// The end of a parliament, as it was announced.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Dissolution {
    /// The last moment of its petitions.
    pub at: Timestamp,
    /// What stands above every page until then; Markdown.
    pub notice: String,
    /// Until when voters can register.
    pub registration_closes_at: Timestamp,
    /// When they vote.
    pub election_on: Date,
    /// Creators of unpublished petitions that are older than this are not told that they were stopped.
    pub notification_cutoff_at: Timestamp,
}

/// A parliament.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parliament {
    /// Its number.
    pub id: ParliamentId,
    /// Which Government answers its petitions.
    pub government: String,
    /// When it opens for petitions, or did.
    pub opening_at: Timestamp,
    /// Its end, once that has been announced, and when it was.
    pub dissolution: Option<(Timestamp, Dissolution)>,
    /// When everything that was open was closed, and everything unpublished stopped.
    pub dissolved_at: Option<Timestamp>,
    /// When the next one took its place.
    pub archived_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: i64,
}

impl Default for Parliament {
    /// That of a new site, which nobody has named yet.
    fn default() -> Self {
        Self {
            id: ParliamentId(1),
            government: "HM Government".to_owned(),
            opening_at: deadline::start_of_day(jiff::civil::date(2000, 1, 1)),
            dissolution: None,
            dissolved_at: None,
            archived_at: None,
            version: 1,
        }
    }
}

impl Parliament {
    /// Where it is in its life.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match &self.dissolution {
            _ if self.archived_at.is_some() => Phase::Archived,
            Some((_, dissolution)) if dissolution.at <= now => Phase::Dissolved,
            _ if now < self.opening_at => Phase::Pending,
            Some(_) => Phase::Announced,
            None => Phase::Open,
        }
    }

    /// When it ends, as far as that has been announced.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.dissolution.as_ref().map(|(_, dissolution)| dissolution.at)
    }

    /// Its years, as addresses and published data name it: "2019-2024"; "2024-" while its end is not known.
    pub fn period(&self) -> String {
        let year = |at| deadline::day(at).year();
        let end = self.ends_at().map(|at| year(at).to_string()).unwrap_or_default();
        format!("{}-{end}", year(self.opening_at))
    }

    /// Its years, as people read them.
    pub fn years(&self) -> String {
        match self.ends_at() {
            Some(_) => self.period().replace('-', " to "),
            None => format!("since {}", deadline::day(self.opening_at).year()),
        }
    }

    /// When it can be archived at the earliest: whoever signed in time has confirmed by then.
    pub fn archivable_at(&self) -> Option<Timestamp> {
        self.ends_at().map(|at| at + SignedDuration::from_hours(24 * limits::ARCHIVE_AFTER_DAYS))
    }
}

/// The last moment in which a petition collects signatures whose own deadline is this one.
pub fn cut_short(own: Timestamp, ends_at: Option<Timestamp>) -> Timestamp {
    ends_at.map_or(own, |ends_at| own.min(ends_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn announced() -> Parliament {
        let dissolution = Dissolution {
            at: at("2024-05-29T23:01:00Z"),
            notice: "Parliament is dissolved.".to_owned(),
            registration_closes_at: at("2024-06-18T22:59:59Z"),
            election_on: jiff::civil::date(2024, 7, 4),
            notification_cutoff_at: at("2024-01-01T00:00:00Z"),
        };
        Parliament {
            opening_at: at("2019-12-17T10:00:00Z"),
            dissolution: Some((at("2024-05-22T16:00:00Z"), dissolution)),
            ..Parliament::default()
        }
    }

    #[test]
    fn phases_follow_one_another() {
        let parliament = announced();
        let phase = |parliament: &Parliament, now: &str| parliament.phase(at(now));
        assert_eq!(phase(&parliament, "2019-12-17T09:59:59Z"), Phase::Pending);
        assert_eq!(phase(&Parliament { dissolution: None, ..parliament.clone() }, "2020-01-01T00:00:00Z"), Phase::Open);
        assert_eq!(phase(&parliament, "2024-05-29T23:00:59Z"), Phase::Announced);
        assert_eq!(phase(&parliament, "2024-05-29T23:01:00Z"), Phase::Dissolved);
        let archived = Parliament { archived_at: Some(at("2024-06-10T00:00:00Z")), ..parliament };
        assert_eq!(phase(&archived, "2024-06-11T00:00:00Z"), Phase::Archived);
        assert_eq!(phase(&Parliament::default(), "2026-01-01T00:00:00Z"), Phase::Open);
    }

    #[test]
    fn its_years_are_those_of_london() {
        let parliament = announced();
        assert_eq!((parliament.period().as_str(), parliament.years().as_str()), ("2019-2024", "2019 to 2024"));
        let open = Parliament { dissolution: None, ..parliament };
        assert_eq!((open.period().as_str(), open.years().as_str()), ("2019-", "since 2019"));
    }

    #[test]
    fn a_petition_ends_with_its_parliament_at_the_latest() {
        let (early, late) = (at("2024-05-01T22:59:59Z"), at("2024-09-01T22:59:59Z"));
        let end = announced().ends_at();
        assert_eq!((cut_short(early, end), Some(cut_short(late, end))), (early, end));
        assert_eq!(cut_short(late, None), late);
    }
}
