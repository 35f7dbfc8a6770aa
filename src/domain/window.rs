//! The times over which it is counted how popular petitions are.

use jiff::SignedDuration;

/// The last hour or the last day, up to this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Window {
    /// The last 60 minutes.
    #[default]
    Hour,
    /// The last 24 hours.
    Day,
}

impl Window {
    /// The one with this word in the address.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Hour, Self::Day].into_iter().find(|window| window.code() == code)
    }

    /// The word in the address (`window=`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Its length.
    pub fn length(self) -> SignedDuration {
        match self {
            Self::Hour => SignedDuration::from_hours(1),
            Self::Day => SignedDuration::from_hours(24),
        }
    }
}
