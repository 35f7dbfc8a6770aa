//! The lists of petitions that staff look at, and how they are sorted.

/// A list of petitions for staff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeskFacet {
    /// Every petition.
    #[default]
    All,
    /// Their creator has not confirmed, or they gather supporters.
    GatheringSupport,
    /// In moderation, those that are flagged among them.
    InModeration,
    /// In moderation for no longer than it should take.
    Recent,
    /// In moderation for longer than it should take.
    Late,
    /// In moderation, nearly overdue.
    NearlyOverdue,
    /// In moderation, overdue.
    Overdue,
    /// In moderation, with a tag.
    Tagged,
    /// In moderation, without a tag.
    Untagged,
    /// Set aside while they are in moderation.
    Flagged,
    /// Taken out of moderation.
    Dormant,
    /// Collecting signatures.
    Open,
    /// Past their deadline.
    Closed,
    /// Refused; the text is public.
    Rejected,
    /// Refused and not public.
    Hidden,
    /// Not published when Parliament was dissolved.
    Stopped,
    /// Taken away for good.
    Removed,
    /// Waiting for the Government's answer.
    AwaitingResponse,
    /// Answered by the Government.
    WithResponse,
    /// Waiting for a debate that has no day yet.
    ToSchedule,
    /// Waiting for a debate, with or without a day.
    AwaitingDebate,
    /// The day of the debate is over, and nothing has been published about it.
    DebateOver,
    /// Debated.
    Debated,
    /// Parliament decided not to debate them.
    NotDebated,
}

impl DeskFacet {
    /// All lists, in the order in which they are offered.
    pub const ALL: [Self; 24] = [
        Self::All,
        Self::GatheringSupport,
        Self::InModeration,
        Self::Recent,
        Self::Late,
        Self::NearlyOverdue,
        Self::Overdue,
        Self::Tagged,
        Self::Untagged,
        Self::Flagged,
        Self::Dormant,
        Self::Open,
        Self::Closed,
        Self::Rejected,
        Self::Hidden,
        Self::Stopped,
        Self::Removed,
        Self::AwaitingResponse,
        Self::WithResponse,
        Self::ToSchedule,
        Self::AwaitingDebate,
        Self::DebateOver,
        Self::Debated,
        Self::NotDebated,
    ];

    /// The list with this word in its address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.code() == code)
    }

    /// The word in its address.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::GatheringSupport => "collecting_sponsors",
            Self::InModeration => "in_moderation",
            Self::Recent => "recently_in_moderation",
            Self::Late => "late_in_moderation",
            Self::NearlyOverdue => "nearly_overdue_in_moderation",
            Self::Overdue => "overdue_in_moderation",
            Self::Tagged => "tagged_in_moderation",
            Self::Untagged => "untagged_in_moderation",
            Self::Flagged => "flagged",
            Self::Dormant => "dormant",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Hidden => "hidden",
            Self::Stopped => "stopped",
            Self::Removed => "removed",
            Self::AwaitingResponse => "awaiting_response",
            Self::WithResponse => "with_response",
            Self::ToSchedule => "debate_to_schedule",
            Self::AwaitingDebate => "awaiting_debate",
            Self::DebateOver => "debate_without_outcome",
            Self::Debated => "debated",
            Self::NotDebated => "not_debated",
        }
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "All petitions",
            Self::GatheringSupport => "Gathering support",
            Self::InModeration => "In moderation",
            Self::Recent => "In moderation up to 7 days",
            Self::Late => "In moderation 7 to 11 days",
            Self::NearlyOverdue => "In moderation 11 to 14 days",
            Self::Overdue => "In moderation over 14 days",
            Self::Tagged => "In moderation, tagged",
            Self::Untagged => "In moderation, untagged",
            Self::Flagged => "Flagged",
            Self::Dormant => "Set aside",
            Self::Open => "Open",
            Self::Closed => "Closed",
            Self::Rejected => "Rejected",
            Self::Hidden => "Hidden",
            Self::Stopped => "Stopped",
            Self::Removed => "Removed",
            Self::AwaitingResponse => "Waiting for a response",
            Self::WithResponse => "With a response",
            Self::ToSchedule => "Debates to schedule",
            Self::AwaitingDebate => "Waiting for a debate",
            Self::DebateOver => "Debates without an outcome",
            Self::Debated => "Debated",
            Self::NotDebated => "Not debated",
        }
    }

    /// Whether all of it is in moderation.
    pub fn is_in_moderation(self) -> bool {
        matches!(
            self,
            Self::InModeration
                | Self::Recent
                | Self::Late
                | Self::NearlyOverdue
                | Self::Overdue
                | Self::Tagged
                | Self::Untagged
                | Self::Flagged
        )
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeskOrder {
    /// As it is most useful for the list.
    #[default]
    Usual,
    /// Latest first.
    Newest,
    /// First ones first.
    Oldest,
    /// Most signatures first.
    Signatures,
}

impl DeskOrder {
    /// All orders.
    pub const ALL: [Self; 4] = [Self::Usual, Self::Newest, Self::Oldest, Self::Signatures];

    /// The order with this word in its address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.code() == code)
    }

    /// The word in its address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Signatures => "signatures",
        }
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Usual => "As it waits",
            Self::Newest => "Newest first",
            Self::Oldest => "Oldest first",
            Self::Signatures => "Most signatures first",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_their_list() {
        for facet in DeskFacet::ALL {
            assert_eq!(DeskFacet::from_code(facet.code()), Some(facet));
        }
        for order in DeskOrder::ALL {
            assert_eq!(DeskOrder::from_code(order.code()), Some(order));
        }
        assert_eq!(DeskFacet::from_code("open "), None);
    }
}
