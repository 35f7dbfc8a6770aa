//! Mails to everybody who signed a petition and asked to hear of it: what they tell, and how far they have come.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

/// The number of a mailing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize)]
#[sqlx(transparent)]
pub struct MailingId(pub i64);

impl fmt::Display for MailingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What such a mail tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type, serde::Serialize)]
#[sqlx(type_name = "mailing_kind", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum MailingKind {
    /// The Government has responded.
    GovernmentResponse,
    /// Parliament will debate it.
    DebateScheduled,
    /// Parliament has debated it, or has decided not to.
    DebateOutcome,
    /// Something else happened.
    Activity,
    /// It has enough signatures for a response; told to followers alone. So are the next two.
    ResponseThresholdReached,
    /// It has enough signatures for a debate.
    DebateThresholdReached,
    /// It is closed.
    Closed,
    /// The news of a week about topics and constituencies, to those who follow them; about no petition alone.
    WeeklyNews,
}

impl MailingKind {
    /// What it tells, as staff's pages call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::GovernmentResponse => "Government response",
            Self::DebateScheduled => "Debate scheduled",
            Self::DebateOutcome => "Debate outcome",
            Self::Activity => "Other activity",
            Self::ResponseThresholdReached => "Enough for a response",
            Self::DebateThresholdReached => "Enough for a debate",
            Self::Closed => "Closed",
            Self::WeeklyNews => "Weekly news",
        }
    }

    /// Whether signers who asked for news get it, or only those who follow the petition.
    pub fn goes_to_signers(self) -> bool {
        !matches!(self, Self::ResponseThresholdReached | Self::DebateThresholdReached | Self::Closed | Self::WeeklyNews)
    }
}

/// Where a mailing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailingState {
    /// Its mails are being put into the outbox, and are leaving.
    Queueing,
    /// Its mails are leaving.
    Sending,
    /// Stopped for a while.
    Paused,
    /// Stopped for good.
    Cancelled,
    /// Nothing is left of it.
    Done,
}

impl MailingState {
    /// The word on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Queueing => "Being queued",
            Self::Sending => "Being sent",
            Self::Paused => "Paused",
            Self::Cancelled => "Cancelled",
            Self::Done => "Done",
        }
    }

    /// Whether mails of it may still leave.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Queueing | Self::Sending | Self::Paused)
    }
}

/// How far a mailing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When its first mail was due.
    pub begins_at: Timestamp,
    /// Its pace.
    pub mails_per_minute: u32,
    /// How many had asked for it when it was decided.
    pub expected: u32,
    /// Mails that have been put into the outbox.
    pub queued: u32,
    /// When the last was.
    pub all_queued_at: Option<Timestamp>,
    /// Mails that were handed over.
    pub sent: u32,
    /// Mails that nobody wanted any more when their turn came.
    pub unwanted: u32,
    /// Mails that could not be handed over in all their tries.
    pub given_up: u32,
    /// Since when it is stopped.
    pub paused_at: Option<Timestamp>,
    /// For how long it was stopped before.
    pub held: SignedDuration,
    /// When it was stopped for good.
    pub cancelled_at: Option<Timestamp>,
}

impl Progress {
    /// Where it is.
    pub fn state(&self) -> MailingState {
        if self.cancelled_at.is_some() {
            MailingState::Cancelled
        } else if self.all_queued_at.is_some() && self.waiting() == 0 {
            MailingState::Done
        } else if self.paused_at.is_some() {
            MailingState::Paused
        } else if self.all_queued_at.is_none() {
            MailingState::Queueing
        } else {
            MailingState::Sending
        }
    }

    /// Mails in the outbox that have not left yet; of a cancelled mailing, those that never will.
    pub fn waiting(&self) -> u32 {
        self.queued.saturating_sub(self.sent).saturating_sub(self.unwanted).saturating_sub(self.given_up)
    }

    /// Mails that are still to leave.
    pub fn left(&self) -> u32 {
        if self.cancelled_at.is_some() { 0 } else { self.waiting() + self.unqueued() }
    }

    /// Mails that have not been put into the outbox yet, as far as is known.
    pub fn unqueued(&self) -> u32 {
        if self.all_queued_at.is_some() { 0 } else { self.expected.saturating_sub(self.queued) }
    }

    /// Mails in all: as many as were expected, until it is known exactly.
    pub fn total(&self) -> u32 {
        if self.all_queued_at.is_some() { self.queued } else { self.expected.max(self.queued) }
    }

    /// How far it has come, in whole per cent.
    pub fn percent(&self) -> u32 {
        match self.total() {
            0 => 100,
            total => (u64::from(self.sent + self.unwanted + self.given_up) * 100 / u64::from(total)).min(100) as u32,
        }
    }

    /// When its last mail is due; `None` while it is stopped, and afterwards.
    pub fn ends_at(&self) -> Option<Timestamp> {
        match self.state() {
            MailingState::Queueing | MailingState::Sending => {
                let minutes = f64::from(self.total()) / f64::from(self.mails_per_minute.max(1));
                Some(self.begins_at + self.held + SignedDuration::try_from_secs_f64(minutes * 60.0).ok()?)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn begun() -> Progress {
        Progress {
            begins_at: "2022-08-21T20:00:00Z".parse().expect("a moment"),
            mails_per_minute: 1_000,
            expected: 5_000,
            queued: 0,
            all_queued_at: None,
            sent: 0,
            unwanted: 0,
            given_up: 0,
            paused_at: None,
            held: SignedDuration::ZERO,
            cancelled_at: None,
        }
    }

    #[test]
    fn it_goes_from_queueing_to_done() {
        let mut mailing = begun();
        assert_eq!((mailing.state(), mailing.left()), (MailingState::Queueing, 5_000));
        assert_eq!(mailing.ends_at(), "2022-08-21T20:05:00Z".parse().ok());
        (mailing.queued, mailing.all_queued_at) = (4_990, Some(mailing.begins_at));
        assert_eq!((mailing.state(), mailing.left()), (MailingState::Sending, 4_990));
        (mailing.paused_at, mailing.sent) = (Some(mailing.begins_at), 499);
        assert_eq!((mailing.state(), mailing.percent(), mailing.ends_at()), (MailingState::Paused, 10, None));
        (mailing.paused_at, mailing.sent, mailing.unwanted, mailing.given_up) = (None, 4_980, 6, 4);
        assert_eq!((mailing.state(), mailing.percent(), mailing.left()), (MailingState::Done, 100, 0));
    }

    proptest! {
        #[test]
        fn numbers_add_up(expected in 0u32..2_000_000, parts in [0u32..500_000, 0..500_000, 0..500_000, 0..500_000], all: bool) {
            let [sent, unwanted, given_up, waiting] = parts;
            let queued = sent + unwanted + given_up + waiting;
            let all_queued_at = all.then(|| begun().begins_at);
            let mailing = Progress { expected, queued, sent, unwanted, given_up, all_queued_at, ..begun() };
            prop_assert_eq!(mailing.waiting(), waiting);
            prop_assert_eq!(sent + unwanted + given_up + mailing.left(), mailing.total());
            prop_assert!(mailing.percent() <= 100);
        }
    }
}
