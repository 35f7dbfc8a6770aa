//! Mails to everybody who signed a petition and asked to hear of it.

/// What such a mail tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "mailing_kind", rename_all = "snake_case")]
pub enum MailingKind {
    /// The Government has responded.
    GovernmentResponse,
    /// Parliament will debate it.
    DebateScheduled,
    /// Parliament has debated it, or has decided not to.
    DebateOutcome,
    /// Something else happened.
    Activity,
}
