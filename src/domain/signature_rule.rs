//! Rules that take signatures out: conditions that must all hold.

/// Where a rule is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "signature_rule_state", rename_all = "snake_case")]
pub enum RuleState {
    /// Can still be changed, and counted.
    Draft,
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
