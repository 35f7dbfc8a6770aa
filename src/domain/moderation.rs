//! Deciding about petitions: what staff can decide, and what becomes of the petition. What is open to which state, and who
//! may decide it, stands in the table of a petition's life ([`life::LIFE`]).

use jiff::Timestamp;

use super::{
    deadline,
    life::{self, By, Event, Facts, Stamp},
    mail::MailKind,
    parliament,
    petition::PetitionState,
    staff::Permission,
};

/// What can be decided about a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Publish it, so that it collects signatures.
    Publish,
    /// Refuse it; its text stays public unless it is hidden. Of one that was refused before: for another reason.
    Reject,
    /// Set it aside while it is in moderation.
    Flag,
    /// Take it out of moderation.
    Park,
    /// Bring it back to where it was before it was flagged, parked or refused.
    Restore,
    /// Take it away from the public after it was published, with a reason.
    TakeDown,
    /// Take it away for good.
    Remove,
}

/// Why a petition is refused or taken down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason's code, such as `duplicate`.
    pub code: String,
    /// What is added to the reason's own text; Markdown, may be empty.
    pub details: String,
    /// Whether the public does not see the petition any more.
    pub hides: bool,
}

/// A petition, as far as deciding has to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it is in its life.
    pub state: PetitionState,
    /// Whether its creator has confirmed.
    pub confirmed: bool,
    /// Whether it has had enough supporters to be checked.
    pub supported: bool,
    /// Whether its creator has taken it back.
    pub withdrawn: bool,
    /// When it was published.
    pub opened_at: Option<Timestamp>,
    /// Its deadline, once it has been published.
    pub closes_at: Option<Timestamp>,
    /// The deadline of its own, where the end of its parliament comes before that.
    pub own_closes_at: Option<Timestamp>,
    /// When its parliament ends, as far as that has been announced.
    pub ends_at: Option<Timestamp>,
}

/// The period in which a petition collects signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub opened_at: Timestamp,
    /// Its last.
    pub closes_at: Timestamp,
    /// What would be its last, if its parliament did not end before.
    pub own_closes_at: Option<Timestamp>,
}

impl Period {
    /// From a moment to the deadline of a petition, which is the end of its parliament at the latest.
    fn new(opened_at: Timestamp, own: Timestamp, ends_at: Option<Timestamp>) -> Self {
        let closes_at = parliament::cut_short(own, ends_at);
        Self { opened_at, closes_at, own_closes_at: (closes_at < own).then_some(own) }
    }
}

/// What becomes of a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its state.
    pub state: PetitionState,
    /// When it collects signatures, or did; `None`: it never has.
    pub period: Option<Period>,
    /// The mail that creator and supporters may get about it.
    pub mail: Option<MailKind>,
}

impl Decision {
    /// All decisions, in the order in which they are offered.
    pub const ALL: [Self; 7] =
        [Self::Publish, Self::Reject, Self::Flag, Self::Park, Self::Restore, Self::TakeDown, Self::Remove];

    /// The decision with this word in its address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.code() == code)
    }

    /// The word in its address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Reject => "reject",
            Self::Flag => "flag",
            Self::Park => "park",
            Self::Restore => "restore",
            Self::TakeDown => "take-down",
            Self::Remove => "remove",
        }
    }

    /// Its name in the log.
    pub fn act(self) -> &'static str {
        match self {
            Self::Publish => "petition.publish",
            Self::Reject => "petition.reject",
            Self::Flag => "petition.flag",
            Self::Park => "petition.park",
            Self::Restore => "petition.restore",
            Self::TakeDown => "petition.take_down",
            Self::Remove => "petition.remove",
        }
    }

    /// The words on its button, for a petition in this state.
    pub fn label(self, from: PetitionState) -> &'static str {
        match self {
            Self::Publish => "Publish",
            Self::Reject if matches!(from, PetitionState::Rejected | PetitionState::Hidden) => "Change the reason",
            Self::Reject => "Reject",
            Self::Flag => "Flag",
            Self::Park => "Set aside",
            Self::Restore => "Restore",
            Self::TakeDown => "Take down",
            Self::Remove => "Remove for good",
        }
    }

    /// Who may decide so about a petition in this state; `None`: nobody, it is not open to that state.
    pub fn permission(self, from: PetitionState) -> Option<Permission> {
        life::lines(Event::Decide(self), from).find_map(|line| match line.by {
            By::Staff(permission) => Some(permission),
            By::Creator | By::Supporter | By::Timetable => None,
        })
    }

    /// Whether it wants a reason.
    pub fn wants_reason(self) -> bool {
        matches!(self, Self::Reject | Self::TakeDown)
    }

    /// What becomes of a petition when it is decided so now; `hides` only matters where a reason is wanted. `None`: it is
    /// not open to the petition as it stands.
    pub fn outcome(self, petition: &Standing, hides: bool, now: Timestamp) -> Option<Outcome> {
        let line = life::next(Event::Decide(self), petition.state, &Facts { hides, ..petition.facts(now) })?;
        let before = petition.period();
        let period = if line.sets.contains(&Stamp::NeverOpened) {
            // Should it be published again, it opens anew.
            None
        } else if line.sets.contains(&Stamp::Opened) {
            before.or(Some(Period::new(now, deadline::closes_at(now), petition.ends_at)))
        } else {
            before
        };
        Some(Outcome { state: line.to?, period, mail: line.tells.first().map(|(_, mail)| *mail) })
    }
}

impl Standing {
    /// The period in which it collects signatures, or did.
    fn period(&self) -> Option<Period> {
        Some(Period::new(self.opened_at?, self.own_closes_at.or(self.closes_at)?, self.ends_at))
    }

    /// What is known of it, as the table of its life asks.
    pub fn facts(&self, now: Timestamp) -> Facts {
        let period = self.period();
        let published_before = period.is_some();
        Facts {
            // Nothing is published unconfirmed.
            confirmed: self.confirmed || published_before,
            supported: self.supported || published_before,
            published_before,
            deadline_passed: period.is_some_and(|period| period.closes_at < now),
            dissolved: self.ends_at.is_some_and(|ends_at| ends_at <= now),
            withdrawn: self.withdrawn,
            hides: false,
        }
    }
}

/// Whether a mail about a decision is still true of a petition in this state; what was decided otherwise meanwhile has a
/// mail of its own.
pub fn is_still_true(mail: MailKind, state: PetitionState) -> bool {
    use PetitionState::{Closed, Hidden, Open, Pending, Rejected, Sponsored, Validated};
    match mail {
        MailKind::PetitionPublished => matches!(state, Open | Closed),
        MailKind::PetitionRejected => state == Rejected,
        MailKind::PetitionHidden => state == Hidden,
        MailKind::PetitionTakenDown => matches!(state, Rejected | Hidden),
        MailKind::PetitionRestored => matches!(state, Pending | Validated | Sponsored),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{petition::Visibility, staff::Role};

    fn standing(state: PetitionState, supported: bool, confirmed: bool, opened_days_ago: Option<i64>) -> Standing {
        let now = now();
        let opened_at = match state {
            PetitionState::Open | PetitionState::Closed => Some(opened_days_ago.unwrap_or(3)),
            PetitionState::Rejected | PetitionState::Hidden => opened_days_ago,
            _ => None,
        };
        let opened_at = opened_at.map(|days| now - SignedDuration::from_hours(24 * days));
        let closes_at = opened_at.map(deadline::closes_at);
        Standing {
            state,
            confirmed,
            supported,
            withdrawn: false,
            opened_at,
            closes_at,
            own_closes_at: None,
            ends_at: None,
        }
    }

    fn now() -> Timestamp {
        "2026-05-03T10:00:00Z".parse().expect("a moment")
    }

    fn any_standing() -> impl Strategy<Value = Standing> {
        let state = prop::sample::select(&PetitionState::ALL[..]);
        (state, any::<bool>(), any::<bool>(), prop::option::of(0i64..400))
            .prop_map(|(state, supported, confirmed, opened)| standing(state, supported, confirmed, opened))
    }

    proptest! {
        #[test]
        fn every_outcome_is_a_petition_that_the_database_takes(
            petition in any_standing(), at in 0..Decision::ALL.len(), hides in any::<bool>(),
        ) {
            let decision = Decision::ALL[at];
            let outcome = decision.outcome(&petition, hides, now());
            let unconfirmed = decision == Decision::Publish && !petition.facts(now()).confirmed;
            let open = decision.permission(petition.state).is_some();
            prop_assert_eq!(outcome.is_some(), open && !unconfirmed);
            let Some(outcome) = outcome else { return Ok(()) };
            if outcome.state.is_published() {
                prop_assert!(outcome.period.is_some());
            }
            if !matches!(outcome.state, PetitionState::Open | PetitionState::Closed | PetitionState::Rejected
                | PetitionState::Hidden | PetitionState::Removed)
            {
                prop_assert!(outcome.period.is_none());
            }
            if let Some(period) = outcome.period {
                prop_assert!(period.opened_at < period.closes_at && period.opened_at <= now());
            }
            if let Some(mail) = outcome.mail {
                prop_assert!(is_still_true(mail, outcome.state));
            }
        }

        #[test]
        fn whatever_moderators_decide_can_be_decided_otherwise(petition in any_standing(), at in 0..Decision::ALL.len()) {
            let decision = Decision::ALL[at];
            let outcome = decision.outcome(&petition, false, now());
            if let Some(outcome) = outcome.filter(|_| decision != Decision::Remove) {
                let next = Decision::ALL.into_iter().filter_map(|next| next.permission(outcome.state));
                prop_assert!(next.count() > 0, "{:?}", outcome);
            }
        }

        #[test]
        fn an_earlier_opening_is_kept(petition in any_standing(), hides in any::<bool>()) {
            let refused = Decision::TakeDown.outcome(&petition, hides, now());
            if let Some(refused) = refused {
                let period = refused.period.expect("it was open");
                let again = Standing {
                    state: refused.state,
                    opened_at: Some(period.opened_at),
                    closes_at: Some(period.closes_at),
                    ..petition
                };
                let published = Decision::Publish.outcome(&again, false, now()).expect("it was open before");
                prop_assert_eq!(published.period, Some(period));
                prop_assert_eq!(published.state == PetitionState::Closed, period.closes_at < now());
            }
        }
    }

    #[test]
    fn what_was_refused_only_a_sysadmin_publishes_or_restores() {
        for decision in [Decision::Publish, Decision::Restore] {
            for state in [PetitionState::Rejected, PetitionState::Hidden] {
                let permission = decision.permission(state).expect("open to it");
                assert_eq!(permission.least_role(), Role::Sysadmin);
            }
        }
        assert_eq!(Decision::Remove.permission(PetitionState::Open), Some(Permission::Remove));
    }

    #[test]
    fn a_petition_whose_creator_has_not_confirmed_is_not_published() {
        assert_eq!(Decision::Publish.permission(PetitionState::Pending), None);
    }

    #[test]
    fn nothing_is_decided_about_what_is_over_for_good() {
        for decision in Decision::ALL {
            assert_eq!(decision.permission(PetitionState::Removed), None);
            assert_eq!(decision.permission(PetitionState::Stopped), None);
        }
    }

    #[test]
    fn what_is_restored_goes_back_to_where_its_support_puts_it() {
        let back = |supported, confirmed| {
            let petition = standing(PetitionState::Dormant, supported, confirmed, None);
            Decision::Restore.outcome(&petition, false, now()).map(|outcome| outcome.state)
        };
        assert_eq!(back(true, true), Some(PetitionState::Sponsored));
        assert_eq!(back(false, true), Some(PetitionState::Validated));
        assert_eq!(back(false, false), Some(PetitionState::Pending));
    }

    #[test]
    fn what_can_be_taken_down_was_public() {
        for state in PetitionState::ALL {
            if Decision::TakeDown.permission(state).is_some() {
                assert_eq!(state.visibility(), Visibility::Page);
            }
        }
    }

    #[test]
    fn codes_lead_back_to_their_decision() {
        for decision in Decision::ALL {
            assert_eq!(Decision::from_code(decision.code()), Some(decision));
        }
    }
}
