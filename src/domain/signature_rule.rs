//! Rules that take signatures out: conditions that must all hold, counted before they run.

/// Where a rule is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "signature_rule_state", rename_all = "snake_case")]
pub enum RuleState {
    /// Can still be changed, and counted.
    Draft,
    /// It is being counted what it would meet.
    Counting,
    /// Is to run.
    Queued,
    /// Runs.
    Running,
    /// Was stopped before it had come to the end.
    Stopped,
    /// Has come to the end.
    Done,
    /// Is being undone.
    Undoing,
    /// Has been undone.
    Undone,
}

impl RuleState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Counting,
        Self::Queued,
        Self::Running,
        Self::Stopped,
        Self::Done,
        Self::Undoing,
        Self::Undone,
    ];

    /// The word by which it is stored and chosen.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Counting => "counting",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// What staff read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Counting => "Being counted",
            Self::Queued => "About to run",
            Self::Running => "Running",
            Self::Stopped => "Stopped",
            Self::Done => "Done",
            Self::Undoing => "Being undone",
            Self::Undone => "Undone",
        }
    }

    /// Whether something happens by itself.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Counting | Self::Queued | Self::Running | Self::Undoing)
    }

    /// Whether it can be stopped; counting then ends, too.
    pub fn can_stop(self) -> bool {
        matches!(self, Self::Counting | Self::Queued | Self::Running)
    }

    /// Whether what it did can be undone.
    pub fn can_undo(self) -> bool {
        matches!(self, Self::Stopped | Self::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_found_by_their_word() {
        for state in RuleState::ALL {
            assert_eq!(RuleState::from_code(state.code()), Some(state));
            assert!(!(state.is_busy() && state.can_undo()));
        }
        assert_eq!(RuleState::from_code("Draft"), None);
    }
}
