//! The ten lists of petitions, each with its order.

/// A list of petitions that the public can look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Facet {
    /// Every petition that is public.
    #[default]
    All,
    /// Open petitions, most signatures first.
    Open,
    /// Open petitions, newest first.
    Recent,
    /// Closed petitions.
    Closed,
    /// Rejected petitions.
    Rejected,
    /// Waiting for the Government's answer.
    AwaitingResponse,
    /// Answered by the Government.
    WithResponse,
    /// Waiting for a debate.
    AwaitingDebate,
    /// Debated in Parliament.
    Debated,
    /// Parliament decided not to debate them.
    NotDebated,
}

impl Facet {
    /// All lists, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::All,
        Self::Open,
        Self::Recent,
        Self::Closed,
        Self::Rejected,
        Self::AwaitingResponse,
        Self::WithResponse,
        Self::AwaitingDebate,
        Self::Debated,
        Self::NotDebated,
    ];

    /// The list with this word in its address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.code() == code)
    }

    /// The word in the address (`state=`).
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Open => "open",
            Self::Recent => "recent",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::AwaitingResponse => "awaiting_response",
            Self::WithResponse => "with_response",
            Self::AwaitingDebate => "awaiting_debate",
            Self::Debated => "debated",
            Self::NotDebated => "not_debated",
        }
    }

    /// The list's name.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "All petitions",
            Self::Open => "Open petitions",
            Self::Recent => "Recent petitions",
            Self::Closed => "Closed petitions",
            Self::Rejected => "Rejected petitions",
            Self::AwaitingResponse => "Waiting for a government response",
            Self::WithResponse => "Government responses",
            Self::AwaitingDebate => "Waiting for a debate in Parliament",
            Self::Debated => "Debated in Parliament",
            Self::NotDebated => "Not debated in Parliament",
        }
    }

    /// The order of the list, as a sentence.
    pub fn order(self) -> &'static str {
        match self {
            Self::All | Self::Open | Self::Closed => "Most signatures first.",
            Self::Recent => "Newest first.",
            Self::Rejected => "Latest rejections first.",
            Self::AwaitingResponse => "Longest waiting first.",
            Self::WithResponse => "Latest responses first.",
            Self::AwaitingDebate => "Next debates first, then longest waiting.",
            Self::Debated => "Latest debates first.",
            Self::NotDebated => "Latest decisions first.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_their_list() {
        for facet in Facet::ALL {
            assert_eq!(Facet::from_code(facet.code()), Some(facet));
        }
        assert_eq!(Facet::from_code("open "), None);
    }
}
