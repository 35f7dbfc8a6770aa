//! Kinds of mail.

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "mail_kind", rename_all = "snake_case")]
pub enum MailKind {
    /// "Confirm your signature", with the link that does it.
    ConfirmSignature,
    /// "You have signed this petition already".
    AlreadySigned,
    /// "You are invited to ...", to somebody of the staff.
    StaffInvitation,
    /// "Your petition is published", to its creator; "… that you supported", to its supporters. So are the next four.
    PetitionPublished,
    /// It was refused, and its text is public with the reason.
    PetitionRejected,
    /// It was refused, and nobody sees it.
    PetitionHidden,
    /// It was published, and is no longer.
    PetitionTakenDown,
    /// It was refused, and is checked again.
    PetitionRestored,
    /// News about a petition, to everybody who signed it and asked for them; which, its mailing says.
    Mailing,
}
