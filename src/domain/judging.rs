//! What staff may do with signatures: which act is possible from which state, and what becomes of the count.

use super::{
    petition::PetitionState,
    signature::{LedgerReason, SignatureState},
    staff::Permission,
    suspicion::Suspicion,
};

/// Something that staff do with signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// Counts it, whether or not its signer has confirmed it.
    Validate,
    /// Sets it aside: it is not counted until somebody has looked.
    Quarantine,
    /// Puts it back as it was before it was set aside or invalidated.
    Release,
    /// Takes it out of the count.
    Invalidate,
    /// Forgets who signed, for good, and takes it out of the count.
    Erase,
    /// Sends its signer no more news about the petition.
    StopMails,
}

/// A signature, as far as judging has to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: SignatureState,
    /// Whether it has ever been confirmed.
    pub confirmed: bool,
    /// Why it is suspected.
    pub suspicion: Option<Suspicion>,
    /// Whether its signer wants news about the petition.
    pub wants_updates: bool,
    /// Whether it is known who signed.
    pub known: bool,
    /// Whether its signer created the petition.
    pub is_creator: bool,
    /// The state of the petition.
    pub petition: PetitionState,
}

/// What becomes of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its state from then on.
    pub state: SignatureState,
    /// Why it is suspected from then on.
    pub suspicion: Option<Suspicion>,
    /// It counts as confirmed at this moment, if it was not before.
    pub confirm: bool,
    /// Its signer gets no more news.
    pub stop_mails: bool,
    /// Who signed is forgotten.
    pub erase: bool,
    /// The signature itself goes: it never counted.
    pub remove: bool,
    /// Why the count changes; `None`: it does not.
    pub counts: Option<LedgerReason>,
}

/// Why a signature is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Left {
    /// It is as it should be already.
    Already,
    /// Its signer has withdrawn it, or it has been erased; nobody brings that back.
    Withdrawn,
    /// Its signer created a petition that is not published yet, which would be nobody’s.
    Creator,
    /// It was never confirmed, and its petition takes no signatures any more.
    NotCollected,
}

impl Judgement {
    /// All of them, as they are offered.
    pub const ALL: [Self; 6] =
        [Self::Validate, Self::Release, Self::Quarantine, Self::Invalidate, Self::StopMails, Self::Erase];

    /// The word in forms and in the log.
    pub fn code(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Quarantine => "quarantine",
            Self::Release => "release",
            Self::Invalidate => "invalidate",
            Self::Erase => "erase",
            Self::StopMails => "stop_mails",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.code() == code)
    }

    /// The name of the act in the log.
    pub fn act(self) -> &'static str {
        match self {
            Self::Validate => "signatures.validate",
            Self::Quarantine => "signatures.quarantine",
            Self::Release => "signatures.release",
            Self::Invalidate => "signatures.invalidate",
            Self::Erase => "signatures.erase",
            Self::StopMails => "signatures.stop_mails",
        }
    }

    /// What it is called on a button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Validate => "Validate",
            Self::Quarantine => "Quarantine",
            Self::Release => "Put back",
            Self::Invalidate => "Invalidate",
            Self::Erase => "Erase",
            Self::StopMails => "Stop mails",
        }
    }

    /// What it does, as a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Validate => "Counts them, even those whose signer never confirmed.",
            Self::Quarantine => "Takes them out of the count until somebody has looked.",
            Self::Release => {
                "Lets them out of quarantine or takes back that they were invalidated; those never confirmed wait for that again."
            }
            Self::Invalidate => "Takes them out of the count. Their signers are not told.",
            Self::Erase => "Forgets for good who signed, and takes them out of the count. This cannot be undone.",
            Self::StopMails => "Their signers get no more news about the petition. They stay in the count.",
        }
    }

    /// Whether it takes something away from somebody.
    pub fn is_drastic(self) -> bool {
        matches!(self, Self::Invalidate | Self::Erase)
    }

    /// What it takes to do it.
    pub fn permission(self) -> Permission {
        match self {
            Self::Erase => Permission::EraseSignatures,
            _ => Permission::JudgeSignatures,
        }
    }
}

impl Left {
    /// Why, to follow a number of signatures.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Already => "as that already",
            Self::Withdrawn => "withdrawn or erased",
            Self::Creator => "of the creator of a petition that is not published",
            Self::NotCollected => "never confirmed, on a petition that takes no signatures any more",
        }
    }
}

/// Whether the creator’s signature is what the petition stands on: it is not published yet.
pub fn is_unpublished(petition: PetitionState) -> bool {
    matches!(
        petition,
        PetitionState::Pending
            | PetitionState::Validated
            | PetitionState::Sponsored
            | PetitionState::Flagged
            | PetitionState::Dormant
    )
}

/// What an act makes of a signature.
///
/// # Errors
/// Why it leaves it as it is.
pub fn judge(now: &Standing, act: Judgement) -> Result<Outcome, Left> {
    use SignatureState::{Invalidated, Pending, Quarantined, Validated, Withdrawn};

    let as_it_is = Outcome {
        state: now.state,
        suspicion: now.suspicion,
        confirm: false,
        stop_mails: false,
        erase: false,
        remove: false,
        counts: None,
    };
    let set_aside = Some(now.suspicion.unwrap_or(Suspicion::Staff));
    let takes_out = matches!(act, Judgement::Quarantine | Judgement::Invalidate | Judgement::Erase);
    if now.state == Withdrawn {
        return Err(Left::Withdrawn);
    }
    if takes_out && now.is_creator && is_unpublished(now.petition) {
        return Err(Left::Creator);
    }
    let cleared = Outcome { suspicion: None, ..as_it_is };
    let back = Outcome { state: Validated, counts: Some(LedgerReason::Reinstated), ..cleared };
    match (act, now.state) {
        (Judgement::Validate | Judgement::Release, Validated) => Err(Left::Already),
        (Judgement::Validate | Judgement::Release, Quarantined) => Ok(back),
        (Judgement::Validate | Judgement::Release, Invalidated) if now.confirmed => Ok(back),
        (Judgement::Validate, _) => match now.petition {
            PetitionState::Rejected | PetitionState::Hidden | PetitionState::Stopped | PetitionState::Removed => {
                Err(Left::NotCollected)
            }
            _ => Ok(Outcome { state: Validated, confirm: true, counts: Some(LedgerReason::Confirmed), ..cleared }),
        },
        (Judgement::Release, Pending) if now.suspicion.is_none() => Err(Left::Already),
        (Judgement::Release, _) => Ok(Outcome { state: Pending, ..cleared }),

        (Judgement::Quarantine, Quarantined) => Err(Left::Already),
        (Judgement::Quarantine, Pending) if now.suspicion.is_some() => Err(Left::Already),
        (Judgement::Quarantine, Validated) => Ok(Outcome {
            state: Quarantined,
            suspicion: set_aside,
            counts: Some(LedgerReason::Quarantined),
            ..as_it_is
        }),
        (Judgement::Quarantine, _) => {
            let state = if now.confirmed { Quarantined } else { Pending };
            Ok(Outcome { state, suspicion: set_aside, ..as_it_is })
        }

        (Judgement::Invalidate, Invalidated) => Err(Left::Already),
        (Judgement::Invalidate, state) => {
            let counts = (state == Validated).then_some(LedgerReason::Invalidated);
            Ok(Outcome { state: Invalidated, counts, ..as_it_is })
        }

        (Judgement::Erase, _) if !now.known => Err(Left::Already),
        (Judgement::Erase, Pending) => Ok(Outcome { remove: true, ..cleared }),
        (Judgement::Erase, state) => {
            let counts = (state == Validated).then_some(LedgerReason::Withdrawn);
            Ok(Outcome { state: Withdrawn, erase: true, stop_mails: true, counts, ..cleared })
        }

        (Judgement::StopMails, _) if !now.wants_updates => Err(Left::Already),
        (Judgement::StopMails, _) => Ok(Outcome { stop_mails: true, ..as_it_is }),
    }
}

/// What undoing a rule makes of a signature that the rule has taken out and that was in this state before.
///
/// # Errors
/// Why it leaves it as it is.
pub fn put_back(now: &Standing, before: SignatureState) -> Result<Outcome, Left> {
    let counts = match (now.state, before) {
        (SignatureState::Invalidated, SignatureState::Validated) => Some(LedgerReason::Reinstated),
        (SignatureState::Invalidated, SignatureState::Quarantined | SignatureState::Pending) => None,
        (SignatureState::Withdrawn, _) => return Err(Left::Withdrawn),
        _ => return Err(Left::Already),
    };
    Ok(Outcome {
        state: before,
        suspicion: now.suspicion,
        confirm: false,
        stop_mails: false,
        erase: false,
        remove: false,
        counts,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn standings() -> impl Strategy<Value = Standing> {
        let petitions = prop::sample::select(PetitionState::ALL.to_vec());
        let suspicions = prop::option::of(prop::sample::select(Suspicion::ALL.to_vec()));
        let states = prop::sample::select(SignatureState::ALL.to_vec());
        (states, any::<[bool; 4]>(), suspicions, petitions).prop_map(
            |(state, [confirmed, wants_updates, known, is_creator], suspicion, petition)| Standing {
                state,
                confirmed: confirmed || matches!(state, SignatureState::Validated | SignatureState::Quarantined),
                suspicion: if state == SignatureState::Quarantined {
                    Some(suspicion.unwrap_or(Suspicion::Staff))
                } else {
                    suspicion
                },
                wants_updates,
                known,
                is_creator,
                petition,
            },
        )
    }

    fn counted(state: SignatureState) -> i32 {
        i32::from(state == SignatureState::Validated)
    }

    fn step(reason: Option<LedgerReason>) -> i32 {
        match reason {
            None => 0,
            Some(LedgerReason::Confirmed | LedgerReason::Reinstated) => 1,
            Some(_) => -1,
        }
    }

    proptest! {
        #[test]
        fn the_count_moves_by_what_is_counted(now in standings(), act in prop::sample::select(Judgement::ALL.to_vec())) {
            if let Ok(after) = judge(&now, act) {
                prop_assert_eq!(step(after.counts), counted(after.state) - counted(now.state));
                prop_assert!(after.state != SignatureState::Quarantined || after.suspicion.is_some());
                let confirmed = now.confirmed || after.confirm;
                prop_assert!(confirmed || !matches!(after.state, SignatureState::Validated | SignatureState::Quarantined));
                prop_assert!(now.state != SignatureState::Withdrawn);
                // What was done is not done twice.
                let then = Standing {
                    state: after.state,
                    confirmed,
                    suspicion: after.suspicion,
                    wants_updates: now.wants_updates && !after.stop_mails,
                    known: now.known && !after.erase,
                    ..now
                };
                prop_assert!(after.remove || judge(&then, act).is_err());
            }
        }

        #[test]
        fn what_is_taken_out_can_be_put_back(now in standings()) {
            for act in [Judgement::Quarantine, Judgement::Invalidate] {
                if let Ok(after) = judge(&now, act) && now.state == SignatureState::Validated {
                    let then = Standing { state: after.state, suspicion: after.suspicion, ..now };
                    prop_assert_eq!(judge(&then, Judgement::Release).map(|back| back.state), Ok(now.state));
                }
            }
            if let Ok(after) = judge(&now, Judgement::Invalidate) {
                let then = Standing { state: after.state, suspicion: after.suspicion, ..now };
                let back = put_back(&then, now.state).expect("it can be undone");
                prop_assert_eq!((back.state, back.suspicion), (now.state, now.suspicion));
                prop_assert_eq!(step(back.counts), -step(after.counts));
            }
        }
    }

    #[test]
    fn the_creator_of_a_petition_that_is_not_published_stays() {
        let creator = Standing {
            state: SignatureState::Validated,
            confirmed: true,
            suspicion: None,
            wants_updates: true,
            known: true,
            is_creator: true,
            petition: PetitionState::Sponsored,
        };
        for act in [Judgement::Quarantine, Judgement::Invalidate, Judgement::Erase] {
            assert_eq!(judge(&creator, act), Err(Left::Creator));
            let published = Standing { petition: PetitionState::Open, ..creator };
            assert!(judge(&published, act).is_ok());
        }
        assert!(judge(&creator, Judgement::StopMails).is_ok());
    }

    #[test]
    fn acts_are_found_by_their_word() {
        for act in Judgement::ALL {
            assert_eq!(Judgement::from_code(act.code()), Some(act));
            assert_eq!(act.act(), format!("signatures.{}", act.code()));
        }
        assert_eq!(Judgement::from_code("Erase"), None);
        for state in SignatureState::ALL {
            assert_eq!(SignatureState::from_code(state.code()), Some(state));
        }
    }
}
