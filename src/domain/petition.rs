//! A petition: its number, its states, its texts, and what Parliament and the Government did about it.

use std::{fmt, num::NonZeroI64, str::FromStr};

use jiff::{Timestamp, civil::Date};

/// The number of a petition, as in its address.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    sqlx::Type,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[sqlx(transparent)]
pub struct PetitionId(i64);

impl PetitionId {
    /// The number as the database and published data have it; `None` if it is not above zero.
    pub fn new(number: i64) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The plain number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl From<i64> for PetitionId {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Display for PetitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What was written is not the number of a petition.
#[derive(Debug, thiserror::Error)]
#[error("a petition’s number consists of digits only")]
pub struct NotANumber;

impl FromStr for PetitionId {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        match text.parse::<NonZeroI64>() {
            Ok(number) if plain => Ok(Self(number.get())),
            _ => Err(NotANumber),
        }
    }
}

/// Where a petition is in its life.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[sqlx(type_name = "petition_state", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum PetitionState {
    /// Created; the creator's address is not yet proven.
    Pending,
    /// Gathering supporters.
    Validated,
    /// Enough supporters: in moderation.
    Sponsored,
    /// In moderation, set aside by a moderator.
    Flagged,
    /// Taken out of moderation by a moderator.
    Dormant,
    /// Published, collecting signatures.
    Open,
    /// Reached its deadline.
    Closed,
    /// Refused; the text stays public.
    Rejected,
    /// Refused and not public.
    Hidden,
    /// Not yet published when Parliament was dissolved.
    Stopped,
    /// Was public, taken away for good.
    Removed,
}

/// What the public gets to see at a petition's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// The whole page.
    Page,
    /// "This petition is gathering support."
    GatheringSupport,
    /// "We are checking this petition."
    BeingChecked,
    /// "This petition was stopped."
    Stopped,
    /// As if it did not exist.
    Missing,
    /// It was there and is gone.
    Gone,
}

impl PetitionState {
    /// All states, in the order of a petition's life.
    pub const ALL: [Self; 11] = [
        Self::Pending,
        Self::Validated,
        Self::Sponsored,
        Self::Flagged,
        Self::Dormant,
        Self::Open,
        Self::Closed,
        Self::Rejected,
        Self::Hidden,
        Self::Stopped,
        Self::Removed,
    ];

    /// What the public gets to see.
    pub fn visibility(self) -> Visibility {
        match self {
            Self::Open | Self::Closed | Self::Rejected => Visibility::Page,
            Self::Pending | Self::Validated => Visibility::GatheringSupport,
            Self::Sponsored | Self::Flagged => Visibility::BeingChecked,
            Self::Stopped => Visibility::Stopped,
            Self::Dormant | Self::Hidden => Visibility::Missing,
            Self::Removed => Visibility::Gone,
        }
    }

    /// Published petitions have a count that everyone may see.
    pub fn is_published(self) -> bool {
        matches!(self, Self::Open | Self::Closed)
    }

    /// The word in addresses and published data.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Validated => "validated",
            Self::Sponsored => "sponsored",
            Self::Flagged => "flagged",
            Self::Dormant => "dormant",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Hidden => "hidden",
            Self::Stopped => "stopped",
            Self::Removed => "removed",
        }
    }

    /// The word on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Unconfirmed",
            Self::Validated => "Gathering support",
            Self::Sponsored | Self::Flagged => "Being checked",
            Self::Dormant => "Set aside",
            Self::Open => "Open",
            Self::Closed => "Closed",
            Self::Rejected => "Rejected",
            Self::Hidden => "Hidden",
            Self::Stopped => "Stopped",
            Self::Removed => "Removed",
        }
    }
}

/// Why a petition was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The reason's code, such as `duplicate`.
    pub code: String,
    /// What was added to the reason's own text; Markdown, may be empty.
    pub details: String,
}

/// What the Government answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GovernmentResponse {
    /// The day of the answer.
    pub responded_on: Date,
    /// The answer in one or two sentences.
    pub summary: String,
    /// The whole answer; Markdown.
    pub details: String,
    /// When it was published.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What came of a debate, or of the request for one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Debate {
    /// Whether Parliament debated the petition.
    pub debated: bool,
    /// The day of the debate.
    pub debated_on: Option<Date>,
    /// What was said, or why there was no debate; Markdown.
    pub overview: Option<String>,
    /// Where the words spoken can be read.
    pub transcript_url: Option<String>,
    /// Where the debate can be watched.
    pub video_url: Option<String>,
    /// Where the briefing for the debate can be read.
    pub debate_pack_url: Option<String>,
    /// Where the public engagement is described.
    pub public_engagement_url: Option<String>,
    /// Where the debate is summarised.
    pub debate_summary_url: Option<String>,
}

/// A department of the Government.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Short form, such as "DfE".
    pub acronym: Option<String>,
    /// Full name.
    pub name: String,
    /// Its own page.
    pub url: Option<String>,
}

/// What petitions are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The word in addresses and published data.
    pub code: String,
    /// The word on a page.
    pub name: String,
}

/// Other parliamentary business that concerns a petition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What it is.
    pub subject: String,
    /// What happened; Markdown.
    pub body: String,
    /// The day on which it happened.
    pub occurred_on: Option<Date>,
    /// When it was published.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain_digits() {
        assert_eq!("700143".parse::<PetitionId>().ok(), PetitionId::new(700143));
        for wrong in ["", "0", "-1", "+1", "01", "1.5", "12a", "99999999999999999999"] {
            assert!(wrong.parse::<PetitionId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_state_has_its_own_code() {
        let codes: std::collections::HashSet<_> = PetitionState::ALL.iter().map(|s| s.code()).collect();
        assert_eq!(codes.len(), PetitionState::ALL.len());
    }
}
