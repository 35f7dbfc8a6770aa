//! Kinds of mail.

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "mail_kind", rename_all = "snake_case")]
pub enum MailKind {
    /// "Confirm your signature", with the link that does it.
    ConfirmSignature,
    /// "You have signed this petition already".
    AlreadySigned,
    /// "Go on with your petition", to whoever has saved one.
    ContinuePetition,
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
    /// "Confirm your petition", to its creator, with the link that does it.
    ConfirmPetition,
    /// "Find supporters", to its creator, with the link that they follow. So are the next nine: what becomes of it, to
    /// its creator.
    GatherSupporters,
    /// Somebody supports it.
    SupportGrows,
    /// It has as many supporters as it needs, and is checked.
    SupportReached,
    /// It has fewer than that again, and is not checked any more.
    SupportLost,
    /// It was taken back by its creator; to its supporters too.
    PetitionWithdrawn,
    /// So many have signed that the Government answers.
    ResponseThresholdReached,
    /// So many have signed that Parliament considers a debate.
    DebateThresholdReached,
    /// It has closed.
    PetitionClosed,
    /// It was stopped since Parliament was dissolved.
    PetitionStopped,
    /// It closes earlier since Parliament is dissolved; to its signers too.
    ClosingDateChanged,
    /// The link to the creator's page of a petition, which was lost.
    CreatorLink,
    /// News about a petition, to everybody who signed it and asked for them; which, its mailing says.
    Mailing,
    /// What somebody has written to those who run the site.
    Feedback,
    /// "Confirm that you want to follow ...", to somebody who asked for it.
    ConfirmFollow,
    /// What happened in a week to the topics and constituencies that somebody follows.
    WeeklyNews,
}
