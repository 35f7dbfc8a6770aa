//! A petition as it should be after what has happened to it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use undersigned::domain::{
    deadline,
    life::{Facts, Move, Stamp},
    mail::MailKind,
    parliament::cut_short,
    petition::PetitionState,
    signature::SignatureId,
    threshold::Thresholds,
};

/// A petition as it should be.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) state: PetitionState,
    /// The signature of its creator, as long as it is there.
    pub(super) creator: Option<SignatureId>,
    /// Whether its creator has confirmed.
    pub(super) confirmed: bool,
    pub(super) created_at: Timestamp,
    pub(super) supported_at: Option<Timestamp>,
    pub(super) opened_at: Option<Timestamp>,
    /// The deadline of its own, wherever its parliament ends.
    pub(super) own: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
    pub(super) rejected_at: Option<Timestamp>,
    pub(super) withdrawn_at: Option<Timestamp>,
    pub(super) stopped_at: Option<Timestamp>,
    pub(super) removed_at: Option<Timestamp>,
    pub(super) response_at: Option<Timestamp>,
    pub(super) debate_at: Option<Timestamp>,
    /// Days for which its deadline was moved, since it was opened.
    pub(super) made_good: BTreeSet<Date>,
    /// Who signed, and whether it counts.
    pub(super) valid: BTreeMap<SignatureId, bool>,
    /// Who has yet to confirm, and when they signed; its creator is none of them.
    pub(super) pending: BTreeMap<SignatureId, Timestamp>,
    /// Who signed as its supporter, whether confirmed or not, as long as that is known.
    pub(super) behind: BTreeSet<SignatureId>,
    /// Of how many supporters its creator has been told.
    pub(super) told_of: u32,
    /// Whether its creator has been told that there are enough.
    pub(super) told_enough: bool,
    /// Which of the mails that there are enough, or not any more, waits to leave.
    pub(super) waits: Option<MailKind>,
    /// Whether it is a petition of this walk's parliament.
    pub(super) current: bool,
}

impl Expected {
    /// One that has just been started.
    pub(super) fn new(creator: SignatureId, now: Timestamp) -> Self {
        Self {
            state: PetitionState::Pending,
            creator: Some(creator),
            confirmed: false,
            created_at: now,
            supported_at: None,
            opened_at: None,
            own: None,
            closed_at: None,
            rejected_at: None,
            withdrawn_at: None,
            stopped_at: None,
            removed_at: None,
            response_at: None,
            debate_at: None,
            made_good: BTreeSet::new(),
            valid: BTreeMap::new(),
            pending: BTreeMap::new(),
            behind: BTreeSet::new(),
            told_of: 0,
            told_enough: false,
            waits: None,
            current: true,
        }
    }

    /// Supporters who count.
    pub(super) fn supporters(&self) -> u32 {
        self.behind.iter().filter(|signer| self.valid.get(signer) == Some(&true)).count() as u32
    }

    pub(super) fn count(&self) -> u32 {
        self.valid.values().filter(|counts| **counts).count() as u32
    }

    pub(super) fn closes_at(&self, ends_at: Option<Timestamp>) -> Option<Timestamp> {
        self.own.map(|own| cut_short(own, ends_at))
    }

    pub(super) fn facts(&self, ends_at: Option<Timestamp>, hides: bool, now: Timestamp) -> Facts {
        let published_before = self.opened_at.is_some();
        Facts {
            confirmed: self.confirmed || published_before,
            supported: self.supported_at.is_some() || published_before,
            published_before,
            deadline_passed: self.closes_at(ends_at).is_some_and(|at| at < now),
            dissolved: ends_at.is_some_and(|at| at <= now),
            withdrawn: self.withdrawn_at.is_some(),
            hides,
        }
    }

    /// What a line of the table makes of it, which leaves it there.
    pub(super) fn becomes(&mut self, line: &Move, ends_at: Option<Timestamp>, now: Timestamp) {
        let deadline = self.closes_at(ends_at);
        for stamp in line.sets {
            match stamp {
                Stamp::ModerationThresholdReached => self.supported_at = self.supported_at.or(Some(now)),
                Stamp::ModerationThresholdLost => self.supported_at = None,
                Stamp::Opened => {
                    if self.opened_at.is_none() {
                        self.made_good.clear();
                    }
                    self.opened_at = self.opened_at.or(Some(now));
                    self.own = self.own.or(Some(deadline::closes_at(now)));
                }
                Stamp::NeverOpened => (self.opened_at, self.own) = (None, None),
                Stamp::ClosedAtDeadline => self.closed_at = self.closed_at.or(deadline),
                Stamp::ClosedAtDissolution => self.closed_at = ends_at,
                Stamp::NotClosed => self.closed_at = None,
                Stamp::Rejected => self.rejected_at = self.rejected_at.or(Some(now)),
                Stamp::Withdrawn => self.withdrawn_at = Some(now),
                Stamp::NotRejected => (self.rejected_at, self.withdrawn_at) = (None, None),
                Stamp::Stopped => self.stopped_at = ends_at.max(Some(self.created_at)),
                Stamp::Removed => self.removed_at = Some(now),
            }
        }
        self.state = line.to.expect("it is still there");
    }

    pub(super) fn settle_thresholds(&mut self, thresholds: Thresholds, now: Timestamp) {
        let count = self.count();
        let stamp = |stamp: &mut Option<Timestamp>, threshold| {
            *stamp = if count >= threshold { stamp.or(Some(now)) } else { None };
        };
        stamp(&mut self.response_at, thresholds.response);
        stamp(&mut self.debate_at, thresholds.debate);
    }
}
