//! The life of a petition, as one table: [`LIFE`]. In which state what can happen to it, who may cause it, what that needs,
//! what becomes of the petition, and whom it is told. Whoever changes a petition's state looks its move up here ([`next`]).
//!
//! The states and most of the moves are those of the reference service; where it lets something happen to a petition by
//! chance (its creator is proved by whoever opens the supporters' page), somebody has to do it here.

use PetitionState::{
    Closed, Dormant, Flagged, Hidden, Open, Pending, Rejected, Removed, Sponsored, Stopped, Validated,
};

use super::{mail::MailKind, moderation::Decision, petition::PetitionState, staff::Permission};

/// Something that happens to a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Somebody has filled in the form.
    Start,
    /// Its creator has confirmed the e-mail address.
    ConfirmCreator,
    /// Nobody has confirmed that address in time.
    Forget,
    /// Whoever has that address has said that it was not them.
    Disown,
    /// A supporter has confirmed.
    Support,
    /// A supporter has gone.
    SupportLost,
    /// Its creator takes it back.
    Withdraw,
    /// Staff decide.
    Decide(Decision),
    /// Its deadline has passed.
    Close,
    /// Parliament is dissolved.
    Dissolve,
}

/// Who causes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// Who created it, by form or by the link of a mail.
    Creator,
    /// Who supports it, by the link of a mail; or staff who judge that signature.
    Supporter,
    /// Staff with this permission.
    Staff(Permission),
    /// The timetable.
    Timetable,
}

/// What it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// Its creator has confirmed.
    Confirmed,
    /// Its creator has not confirmed.
    Unconfirmed,
    /// As many supporters as are needed for it to be checked; at some time, if it has been checked.
    EnoughSupporters,
    /// Fewer.
    TooFewSupporters,
    /// It was published before.
    PublishedBefore,
    /// It has never been published.
    NeverPublished,
    /// Its deadline has passed.
    DeadlinePassed,
    /// Its deadline lies ahead, or it has none yet.
    DeadlineAhead,
    /// Its parliament has not been dissolved.
    ParliamentSits,
    /// Its creator has not taken it back. What was taken back may be restored, should it not have been the creator.
    NotWithdrawn,
    /// It is to be hidden, for the reason's sake or because whoever decides wants it so.
    Hides,
    /// It is not to be hidden.
    Shows,
}

/// What is known of a petition to which something happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether its creator has confirmed.
    pub confirmed: bool,
    /// Whether it has, or has had when it was to be checked, as many supporters as are needed.
    pub supported: bool,
    /// Whether it was published before.
    pub published_before: bool,
    /// Whether its deadline has passed.
    pub deadline_passed: bool,
    /// Whether its parliament has been dissolved.
    pub dissolved: bool,
    /// Whether its creator has taken it back.
    pub withdrawn: bool,
    /// Whether it is to be hidden.
    pub hides: bool,
}

impl Need {
    /// Whether these facts meet it.
    pub fn is_met(self, facts: &Facts) -> bool {
        match self {
            Self::Confirmed => facts.confirmed,
            Self::Unconfirmed => !facts.confirmed,
            Self::EnoughSupporters => facts.supported,
            Self::TooFewSupporters => !facts.supported,
            Self::PublishedBefore => facts.published_before,
            Self::NeverPublished => !facts.published_before,
            Self::DeadlinePassed => facts.deadline_passed,
            Self::DeadlineAhead => !facts.deadline_passed,
            Self::ParliamentSits => !facts.dissolved,
            Self::NotWithdrawn => !facts.withdrawn,
            Self::Hides => facts.hides,
            Self::Shows => !facts.hides,
        }
    }
}

/// A moment that it sets on the petition, or takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stamp {
    /// When there were enough supporters.
    ModerationThresholdReached,
    /// There are not enough any more.
    ModerationThresholdLost,
    /// When it was published, and until when it is open.
    Opened,
    /// It is to be published anew: when it was published before is forgotten.
    NeverOpened,
    /// When it closed: at its deadline, not when that was noticed.
    ClosedAtDeadline,
    /// When it closed: when Parliament was dissolved.
    ClosedAtDissolution,
    /// It is not closed any more.
    NotClosed,
    /// When it was refused for the first time.
    Rejected,
    /// When its creator took it back.
    Withdrawn,
    /// It is not refused or taken back any more.
    NotRejected,
    /// When it was stopped.
    Stopped,
    /// When it was removed, and what it was before.
    Removed,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Its creator.
    Creator,
    /// Its supporters who want mail about it.
    Supporters,
    /// Both, each if who decides wants it so.
    WhomStaffChoose,
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// What happens.
    pub event: Event,
    /// In which states it can happen; none: before there is a petition.
    pub from: &'static [PetitionState],
    /// Who may cause it.
    pub by: By,
    /// What it needs, all of it.
    pub needs: &'static [Need],
    /// What the petition is then; `None`: it is not there any more.
    pub to: Option<PetitionState>,
    /// The moments that it sets.
    pub sets: &'static [Stamp],
    /// Whom it is told, and how.
    pub tells: Tells,
}

/// Mails, and who gets them.
pub type Tells = &'static [(Audience, MailKind)];

const fn line(
    event: Event,
    from: &'static [PetitionState],
    by: By,
    needs: &'static [Need],
    to: PetitionState,
    sets: &'static [Stamp],
    tells: Tells,
) -> Move {
    Move { event, from, by, needs, to: Some(to), sets, tells }
}

const fn end(event: Event, from: &'static [PetitionState], by: By, needs: &'static [Need]) -> Move {
    Move { event, from, by, needs, to: None, sets: &[], tells: &[] }
}

/// States in which a petition waits to be published.
pub const UNPUBLISHED: &[PetitionState] = &[Pending, Validated, Sponsored, Flagged, Dormant];
const CREATED: &[PetitionState] = &[Validated, Sponsored, Flagged, Dormant];
const QUEUED: &[PetitionState] = &[Pending, Validated, Sponsored];
const SET_ASIDE: &[PetitionState] = &[Flagged, Dormant];
const REFUSED: &[PetitionState] = &[Rejected, Hidden];
const PUBLISHED: &[PetitionState] = &[Open, Closed];

const DECIDER: By = By::Staff(Permission::Decide);
const OVERTURNER: By = By::Staff(Permission::Overturn);
const REMOVER: By = By::Staff(Permission::Remove);

const SUPPORTED: &[Stamp] = &[Stamp::ModerationThresholdReached];
const UNSUPPORTED: &[Stamp] = &[Stamp::ModerationThresholdLost];
const OPENED: &[Stamp] = &[Stamp::Opened, Stamp::NotClosed, Stamp::NotRejected];
const CLOSED: &[Stamp] = &[Stamp::ClosedAtDeadline, Stamp::NotRejected];
const REJECTED: &[Stamp] = &[Stamp::Rejected];
const WITHDRAWN: &[Stamp] = &[Stamp::Withdrawn];
const RESTORED: &[Stamp] = &[Stamp::NeverOpened, Stamp::NotClosed, Stamp::NotRejected];

const SITS_SUPPORTED: &[Need] = &[Need::ParliamentSits, Need::EnoughSupporters];
const SITS_CONFIRMED: &[Need] = &[Need::ParliamentSits, Need::TooFewSupporters, Need::Confirmed];
const SITS_UNCONFIRMED: &[Need] = &[Need::ParliamentSits, Need::TooFewSupporters, Need::Unconfirmed];

const TELL_SUPPORT_LOST: Tells = &[(Audience::Creator, MailKind::SupportLost)];
const TELL_WITHDRAWN: Tells =
    &[(Audience::Creator, MailKind::PetitionWithdrawn), (Audience::Supporters, MailKind::PetitionWithdrawn)];
const TELL_PUBLISHED: Tells = &[(Audience::WhomStaffChoose, MailKind::PetitionPublished)];
const TELL_REJECTED: Tells = &[(Audience::WhomStaffChoose, MailKind::PetitionRejected)];
const TELL_HIDDEN: Tells = &[(Audience::WhomStaffChoose, MailKind::PetitionHidden)];
const TELL_TAKEN_DOWN: Tells = &[(Audience::WhomStaffChoose, MailKind::PetitionTakenDown)];
const TELL_RESTORED: Tells = &[(Audience::WhomStaffChoose, MailKind::PetitionRestored)];
const TELL_CLOSED: Tells = &[(Audience::Creator, MailKind::PetitionClosed)];
const TELL_STOPPED: Tells = &[(Audience::Creator, MailKind::PetitionStopped)];

/// The table. Of several lines for one event and state, the needs of exactly one are met.
pub static LIFE: &[Move] = {
    use Decision::{Flag, Park, Publish, Reject, Remove, Restore, TakeDown};
    use Event::{Close, ConfirmCreator, Decide, Disown, Dissolve, Forget, Start, Support, SupportLost, Withdraw};
    use MailKind::{ConfirmPetition, GatherSupporters, SupportGrows, SupportReached};
    use Need::{
        Confirmed, DeadlineAhead, DeadlinePassed, EnoughSupporters, Hides, NeverPublished, NotWithdrawn,
        ParliamentSits, PublishedBefore, Shows, TooFewSupporters, Unconfirmed,
    };
    const CREATOR: Audience = Audience::Creator;
    &[
        // Its creator and its supporters.
        line(Start, &[], By::Creator, &[ParliamentSits], Pending, &[], &[(CREATOR, ConfirmPetition)]),
        line(ConfirmCreator, &[Pending], By::Creator, &[], Validated, &[], &[(CREATOR, GatherSupporters)]),
        line(ConfirmCreator, &[Flagged], By::Creator, &[Unconfirmed], Flagged, &[], &[]),
        line(ConfirmCreator, &[Dormant], By::Creator, &[Unconfirmed], Dormant, &[], &[]),
        end(Disown, &[Pending, Flagged, Dormant], By::Creator, &[Unconfirmed]),
        end(Forget, &[Pending, Flagged, Dormant], By::Timetable, &[Unconfirmed]),
        line(Support, &[Validated], By::Supporter, &[TooFewSupporters], Validated, &[], &[(CREATOR, SupportGrows)]),
        line(
            Support,
            &[Validated],
            By::Supporter,
            &[EnoughSupporters],
            Sponsored,
            SUPPORTED,
            &[(CREATOR, SupportReached)],
        ),
        line(Support, &[Sponsored], By::Supporter, &[], Sponsored, &[], &[]),
        line(Support, &[Flagged], By::Supporter, &[Confirmed], Flagged, &[], &[]),
        line(Support, &[Dormant], By::Supporter, &[Confirmed], Dormant, &[], &[]),
        line(SupportLost, &[Validated], By::Supporter, &[], Validated, &[], &[]),
        line(SupportLost, &[Sponsored], By::Supporter, &[EnoughSupporters], Sponsored, &[], &[]),
        line(SupportLost, &[Sponsored], By::Supporter, &[TooFewSupporters], Validated, UNSUPPORTED, TELL_SUPPORT_LOST),
        line(SupportLost, &[Flagged], By::Supporter, &[], Flagged, &[], &[]),
        line(SupportLost, &[Dormant], By::Supporter, &[], Dormant, &[], &[]),
        line(Withdraw, CREATED, By::Creator, &[Confirmed], Hidden, WITHDRAWN, TELL_WITHDRAWN),
        // Staff.
        line(Decide(Publish), CREATED, DECIDER, &[Confirmed, ParliamentSits], Open, OPENED, TELL_PUBLISHED),
        line(
            Decide(Publish),
            REFUSED,
            OVERTURNER,
            &[Confirmed, DeadlineAhead, ParliamentSits, NotWithdrawn],
            Open,
            OPENED,
            TELL_PUBLISHED,
        ),
        line(
            Decide(Publish),
            REFUSED,
            OVERTURNER,
            &[Confirmed, DeadlinePassed, NotWithdrawn],
            Closed,
            CLOSED,
            TELL_PUBLISHED,
        ),
        line(Decide(Reject), UNPUBLISHED, DECIDER, &[Shows], Rejected, REJECTED, TELL_REJECTED),
        line(Decide(Reject), UNPUBLISHED, DECIDER, &[Hides], Hidden, REJECTED, TELL_HIDDEN),
        line(Decide(Reject), REFUSED, DECIDER, &[NeverPublished, Shows], Rejected, REJECTED, TELL_REJECTED),
        line(Decide(Reject), REFUSED, DECIDER, &[NeverPublished, Hides], Hidden, REJECTED, TELL_HIDDEN),
        line(Decide(Reject), REFUSED, DECIDER, &[PublishedBefore, Shows], Rejected, REJECTED, TELL_TAKEN_DOWN),
        line(Decide(Reject), REFUSED, DECIDER, &[PublishedBefore, Hides], Hidden, REJECTED, TELL_TAKEN_DOWN),
        line(Decide(TakeDown), PUBLISHED, DECIDER, &[Shows], Rejected, REJECTED, TELL_TAKEN_DOWN),
        line(Decide(TakeDown), PUBLISHED, DECIDER, &[Hides], Hidden, REJECTED, TELL_TAKEN_DOWN),
        line(Decide(Flag), QUEUED, DECIDER, &[], Flagged, &[], &[]),
        line(Decide(Park), QUEUED, DECIDER, &[], Dormant, &[], &[]),
        line(Decide(Restore), SET_ASIDE, DECIDER, SITS_SUPPORTED, Sponsored, RESTORED, &[]),
        line(Decide(Restore), SET_ASIDE, DECIDER, SITS_CONFIRMED, Validated, RESTORED, &[]),
        line(Decide(Restore), SET_ASIDE, DECIDER, SITS_UNCONFIRMED, Pending, RESTORED, &[]),
        line(Decide(Restore), REFUSED, OVERTURNER, SITS_SUPPORTED, Sponsored, RESTORED, TELL_RESTORED),
        line(Decide(Restore), REFUSED, OVERTURNER, SITS_CONFIRMED, Validated, RESTORED, TELL_RESTORED),
        line(Decide(Restore), REFUSED, OVERTURNER, SITS_UNCONFIRMED, Pending, RESTORED, TELL_RESTORED),
        line(Decide(Remove), &[Open, Closed, Rejected], REMOVER, &[], Removed, &[Stamp::Removed], &[]),
        // The timetable.
        line(Close, &[Open], By::Timetable, &[DeadlinePassed], Closed, &[Stamp::ClosedAtDeadline], TELL_CLOSED),
        line(Dissolve, &[Open], By::Timetable, &[DeadlineAhead], Closed, &[Stamp::ClosedAtDissolution], TELL_CLOSED),
        line(Dissolve, UNPUBLISHED, By::Timetable, &[], Stopped, &[Stamp::Stopped], TELL_STOPPED),
    ]
};

/// The line for something that happens to a petition in this state, with these facts; `None`: it cannot happen to it.
pub fn next(event: Event, from: PetitionState, facts: &Facts) -> Option<&'static Move> {
    lines(event, from).find(|line| line.needs.iter().all(|need| need.is_met(facts)))
}

/// All lines for something that happens to a petition in this state, whatever they need.
pub fn lines(event: Event, from: PetitionState) -> impl Iterator<Item = &'static Move> {
    LIFE.iter().filter(move |line| line.event == event && line.from.contains(&from))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn events() -> HashSet<Event> {
        LIFE.iter().map(|line| line.event).collect()
    }

    fn any_facts() -> impl Strategy<Value = Facts> {
        any::<[bool; 7]>().prop_map(
            |[confirmed, supported, published_before, deadline_passed, dissolved, withdrawn, hides]| {
                Facts {
                    confirmed: confirmed || published_before,
                    supported,
                    published_before,
                    // Who was published before the end of a parliament has no later deadline.
                    deadline_passed: (deadline_passed || dissolved) && published_before,
                    dissolved,
                    withdrawn,
                    hides,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn nothing_is_in_the_table_twice(facts in any_facts()) {
            for event in events() {
                for state in PetitionState::ALL {
                    let met = lines(event, state).filter(|line| line.needs.iter().all(|need| need.is_met(&facts)));
                    prop_assert!(met.count() <= 1, "{event:?} to {state:?} with {facts:?}");
                }
            }
        }
    }

    #[test]
    fn one_event_has_one_permission_in_one_state() {
        for event in events() {
            for state in PetitionState::ALL {
                let by: HashSet<By> = lines(event, state).map(|line| line.by).collect();
                assert!(by.len() <= 1, "{event:?} to {state:?}");
            }
        }
    }

    #[test]
    fn every_state_is_reached_and_all_but_the_last_are_left() {
        for state in PetitionState::ALL {
            assert!(LIFE.iter().any(|line| line.to == Some(state)), "{state:?} is never reached");
            let left = LIFE.iter().any(|line| line.from.contains(&state) && line.to != Some(state));
            assert_eq!(left, !matches!(state, Removed | Stopped), "{state:?}");
        }
    }

    #[test]
    fn what_a_petition_becomes_has_the_moments_that_it_must_have() {
        for line in LIFE {
            let sets = |stamp| line.sets.contains(&stamp);
            let comes_to = |state| line.to == Some(state) && !line.from.contains(&state);
            assert!(!comes_to(Open) || sets(Stamp::Opened) && sets(Stamp::NotClosed), "{line:?}");
            assert!(!comes_to(Closed) || sets(Stamp::ClosedAtDeadline) || sets(Stamp::ClosedAtDissolution), "{line:?}");
            assert!(!comes_to(Rejected) || sets(Stamp::Rejected), "{line:?}");
            assert!(!comes_to(Hidden) || sets(Stamp::Rejected) != sets(Stamp::Withdrawn), "{line:?}");
            assert!(!comes_to(Stopped) || sets(Stamp::Stopped), "{line:?}");
            assert!(!comes_to(Removed) || sets(Stamp::Removed), "{line:?}");
        }
    }

    #[test]
    fn nobody_publishes_what_nobody_has_confirmed() {
        let facts = Facts { supported: true, ..Facts::default() };
        for state in PetitionState::ALL {
            assert!(next(Event::Decide(Decision::Publish), state, &facts).is_none(), "{state:?}");
        }
    }
}
