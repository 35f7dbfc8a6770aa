//! What people do with petitions: their creators, supporters and signers, and the staff who decide.

use rand::{RngExt, seq::IndexedRandom};
use sqlx::Row;
use undersigned::{
    actions::{
        confirm_signature::Confirmed,
        creator::{Withdrawn, withdraw_petition},
        judge_signatures::{Done, judge_signatures},
        moderate::{Decided, NotDecided, Order, moderate},
        sign::{NewSignature, NotCollected, Signed},
        start_petition::{
            Disowned, NewPetition, PetitionConfirmed, Started, confirm_petition, disown_petition, start_petition,
        },
        support::{NotSupported, SupportConfirmed, Supported, confirm_support, support},
        withdraw_signature::withdraw_signature,
    },
    domain::{
        email::EmailAddress,
        judging::Judgement,
        life::{self, Audience, By, Event, Facts},
        limits,
        mail::MailKind,
        moderation::{Decision, Refusal},
        petition::{PetitionId, PetitionState, Visibility},
        signature::SignatureId,
        signer::SignerName,
        staff::Role,
    },
    store,
};

use super::{HOUR, PETITIONS, THRESHOLDS, Walk, expected::Expected};

impl Walk<'_> {
    fn person(&mut self) -> (SignerName, EmailAddress) {
        self.people += 1;
        let name = SignerName::parse(&format!("Ada Number {}", self.people)).expect("a name");
        (name, EmailAddress::parse(&format!("ada{}@example.org", self.people)).expect("an address"))
    }

    fn signature(&mut self, id: PetitionId) -> NewSignature {
        let (name, email) = self.person();
        NewSignature {
            petition: id,
            name,
            email,
            country: self.uk,
            postcode: None,
            wants_updates: true,
            signed_from: None,
            suspicion: None,
        }
    }

    async fn last_signature(&mut self) -> SignatureId {
        let row = sqlx::query("select max(id) from signatures").fetch_one(&mut self.db).await.expect("a signature");
        row.get::<i64, _>(0).into()
    }

    /// Somebody starts a petition.
    pub(super) async fn start(&mut self) {
        if self.petitions.values().filter(|petition| petition.current).count() >= PETITIONS || self.dissolved {
            return;
        }
        let (name, email) = self.person();
        let form = format!("{:032x}", self.people);
        let new = NewPetition {
            form,
            action: format!("Do thing number {}", self.people),
            background: "Because of that.".to_owned(),
            additional_details: String::new(),
            name,
            email,
            country: self.uk,
            postcode: None,
            wants_updates: true,
            signed_from: None,
            suspicion: None,
        };
        let line = life::LIFE.iter().find(|line| line.event == Event::Start).expect("a line");
        let started = start_petition(&mut self.db, &self.app.keyring, &new, || true, self.now).await;
        assert_eq!(started.expect("a database"), Started::CheckYourMail);
        let creator = self.last_signature().await;
        let id = sqlx::query_scalar::<_, i64>("select max(id) from petitions").fetch_one(&mut self.db).await;
        let id = PetitionId::from(id.expect("a petition"));
        self.petitions.insert(id, Expected::new(creator, self.now));
        // The form again makes no other.
        start_petition(&mut self.db, &self.app.keyring, &new, || true, self.now).await.expect("a database");
        self.walked(line);
        for (audience, kind) in line.tells {
            assert_eq!(*audience, Audience::Creator);
            self.tells(id, *kind, true, 1);
        }
    }

    /// Whoever started it follows the link of the mail; or whoever got that by mistake says so.
    pub(super) async fn answer_for(&mut self, id: PetitionId) {
        let petition = self.petitions[&id].clone();
        let Some(creator) = petition.creator else { return };
        let facts = petition.facts(self.ends_at, false, self.now);
        if self.chance.random_bool(0.9) {
            let line = life::next(Event::ConfirmCreator, petition.state, &facts).filter(|_| !petition.confirmed);
            let done = confirm_petition(&mut self.db, creator, THRESHOLDS, self.now).await.expect("a database");
            let expected = match line {
                _ if petition.confirmed => PetitionConfirmed::Already(id),
                Some(_) => PetitionConfirmed::Now(id),
                None => PetitionConfirmed::Gone,
            };
            assert_eq!(done, expected, "{petition:?}");
            let Some(line) = line else { return };
            for (audience, kind) in line.tells {
                assert_eq!(*audience, Audience::Creator);
                self.tells(id, *kind, true, 1);
            }
            self.moved(id, line);
            let now = self.now;
            let petition = self.petitions.get_mut(&id).expect("a petition");
            petition.confirmed = true;
            petition.valid.insert(creator, true);
            petition.settle_thresholds(THRESHOLDS, now);
        } else {
            let line = life::next(Event::Disown, petition.state, &facts);
            let done = disown_petition(&mut self.db, creator, self.now).await.expect("a database");
            if petition.confirmed {
                return assert_eq!(done, Disowned::Confirmed(id), "{petition:?}");
            }
            assert_eq!(done, Disowned::Gone, "{petition:?}");
            match line {
                Some(line) => self.moved(id, line),
                // Staff have decided about it: the petition stays, without anybody behind it.
                None => self.petitions.get_mut(&id).expect("a petition").creator = None,
            }
        }
    }

    /// Its creator takes it back.
    pub(super) async fn withdraw(&mut self, id: PetitionId) {
        let petition = &self.petitions[&id];
        let line = life::next(Event::Withdraw, petition.state, &petition.facts(self.ends_at, false, self.now));
        let reachable = store::supporters::reachable(&mut self.db, id).await.expect("read");
        let withdrawn = withdraw_petition(&mut self.db, id, self.now).await.expect("a database");
        match (withdrawn, line) {
            (Withdrawn::Done(_), Some(line)) => {
                for (audience, kind) in line.tells {
                    match audience {
                        Audience::Creator => self.tells(id, *kind, true, reachable.creator as u64),
                        Audience::Supporters => self.tells(id, *kind, false, reachable.supporters as u64),
                        Audience::WhomStaffChoose => panic!("staff have no part in it"),
                    }
                }
                self.moved(id, line);
            }
            (Withdrawn::Not(state), None) => assert_eq!(state, self.petitions[&id].state),
            (withdrawn, line) => panic!("{withdrawn:?}, but the table: {line:?}"),
        }
    }

    /// Somebody has the link for supporters, fills in the form, and confirms or does not yet.
    pub(super) async fn support(&mut self, id: PetitionId) {
        let new = self.signature(id);
        let petition = &self.petitions[&id];
        let gathers = matches!(petition.state.visibility(), Visibility::GatheringSupport | Visibility::BeingChecked);
        let expected = if !gathers {
            Supported::Not(NotSupported::MovedOn)
        } else if !petition.confirmed || life::lines(Event::Support, petition.state).next().is_none() {
            Supported::Not(NotSupported::Unconfirmed)
        } else if petition.supporters() >= limits::SUPPORTERS_MOST {
            Supported::Not(NotSupported::Full)
        } else if self.paused_since.is_some() {
            Supported::Not(NotSupported::Paused)
        } else {
            Supported::CheckYourMail
        };
        let supported = support(&mut self.db, &self.app.keyring, &new, self.now).await.expect("a database");
        assert_eq!(supported, expected, "{petition:?}");
        if supported == Supported::CheckYourMail {
            let signer = self.last_signature().await;
            let petition = self.petitions.get_mut(&id).expect("a petition");
            petition.pending.insert(signer, self.now);
            petition.behind.insert(signer);
            if self.chance.random_bool(0.8) {
                self.confirm_one(id, signer).await;
            }
        }
    }

    /// Somebody of some role decides something.
    pub(super) async fn decide(&mut self, id: PetitionId) {
        // Most of the time something that can be decided, in this state or by somebody else.
        let state = self.petitions[&id].state;
        let sensible = self.chance.random_bool(0.7);
        let offered = Decision::ALL.into_iter();
        let offered: Vec<_> =
            offered.filter(|it| !sensible || life::lines(Event::Decide(*it), state).next().is_some()).collect();
        let Some(decision) = offered.choose(&mut self.chance).copied() else { return };
        let role = *[Role::Reviewer, Role::Moderator, Role::Sysadmin, Role::Sysadmin]
            .choose(&mut self.chance)
            .expect("a role");
        let hides = self.chance.random_bool(0.3);
        let (creator, supporters) = (self.chance.random_bool(0.7), self.chance.random_bool(0.5));
        let stale = self.chance.random_bool(0.05);
        let held = store::moderation::find(&mut self.db, id, false).await.expect("read").expect("there");
        let seen = if stale { "something else".to_owned() } else { held.seen() };
        let refusal =
            decision.wants_reason().then(|| Refusal { code: "duplicate".to_owned(), details: String::new(), hides });
        let order =
            Order { petition: id, decision, seen: &seen, refusal, tell_creator: creator, tell_supporters: supporters };
        let actor = self.actor(role);
        let decided = moderate(&mut self.db, &actor, order, self.now).await.expect("a database");
        let petition = &self.petitions[&id];
        let facts = petition.facts(self.ends_at, hides && decision.wants_reason(), self.now);
        let line = life::next(Event::Decide(decision), petition.state, &facts);
        let may = line.is_some_and(|line| matches!(line.by, By::Staff(permission) if role.may(permission)));
        match (decided, line.filter(|_| may && !stale)) {
            (Decided::Done { state, .. }, Some(line)) => {
                assert_eq!(Some(state), line.to, "{decision:?} of petition {id}");
                for (audience, kind) in line.tells {
                    assert_eq!(*audience, Audience::WhomStaffChoose);
                    // Of supporters all want mail, unless what is known of them has ended.
                    let reachable = store::supporters::reachable(&mut self.db, id).await.expect("read");
                    let (to_creator, to_others) = (reachable.creator as u64, reachable.supporters as u64);
                    self.tells(id, *kind, true, if creator { to_creator } else { 0 });
                    self.tells(id, *kind, false, if supporters { to_others } else { 0 });
                }
                self.moved(id, line);
            }
            (Decided::Not(why), None) => match why {
                NotDecided::Changed(_) => assert!(stale),
                NotDecided::NotOpen(_) => assert!(line.is_none(), "{decision:?} of petition {id} is open to it"),
                NotDecided::NotAllowed(_) => assert!(line.is_some() && !may),
                other => panic!("{decision:?} of petition {id}: {other:?}"),
            },
            (decided, line) => panic!("{decision:?} by {role:?} of {petition:?}: {decided:?}, but the table: {line:?}"),
        }
    }

    /// Somebody signs, and confirms or does not yet.
    pub(super) async fn sign(&mut self, id: PetitionId) {
        let confirms = self.chance.random_bool(0.7);
        let new = self.signature(id);
        let signed = self.signing.sign(&new, self.now).await.expect("a database");
        let petition = &self.petitions[&id];
        let over = petition.state == PetitionState::Open && self.is_over(petition);
        let expected = match petition.state {
            PetitionState::Open if over => Signed::NotCollected(NotCollected::Closed),
            PetitionState::Open if self.paused_since.is_some() => Signed::NotCollected(NotCollected::Paused),
            PetitionState::Open => Signed::CheckYourMail,
            PetitionState::Closed => Signed::NotCollected(NotCollected::Closed),
            PetitionState::Rejected => Signed::NotCollected(NotCollected::Rejected),
            PetitionState::Removed => Signed::NotCollected(NotCollected::Removed),
            PetitionState::Hidden | PetitionState::Dormant => Signed::NotCollected(NotCollected::Missing),
            _ => Signed::NotCollected(NotCollected::NotYet),
        };
        assert_eq!(signed, expected, "{petition:?} at {}", self.now);
        if signed == Signed::CheckYourMail {
            let signature = self.last_signature().await;
            self.petitions.get_mut(&id).expect("a petition").pending.insert(signature, self.now);
            if confirms {
                self.confirm_one(id, signature).await;
            }
        }
    }

    /// Whether nobody can sign it any more, though nobody has closed it yet.
    pub(super) fn is_over(&self, petition: &Expected) -> bool {
        let deadline = petition.closes_at(self.ends_at).expect("it has a deadline");
        deadline < self.now && self.paused_since.is_none_or(|since| deadline < since)
    }

    /// Somebody follows the link of a mail, perhaps late.
    pub(super) async fn confirm(&mut self, id: PetitionId) {
        let waiting: Vec<_> = self.petitions[&id].pending.keys().copied().collect();
        if let Some(signer) = waiting.choose(&mut self.chance) {
            self.confirm_one(id, *signer).await;
        }
    }

    async fn confirm_one(&mut self, id: PetitionId, signer: SignatureId) {
        let (petition, now) = (&self.petitions[&id], self.now);
        let grace = HOUR * limits::CONFIRMATION_GRACE_HOURS as i32;
        let ended = match petition.state {
            PetitionState::Open if self.is_over(petition) => petition.closes_at(self.ends_at),
            PetitionState::Closed => petition.closed_at,
            _ => None,
        };
        let expected = match petition.state {
            PetitionState::Open | PetitionState::Closed if ended.is_some_and(|at| at + grace < now) => {
                Confirmed::TooLate
            }
            PetitionState::Open | PetitionState::Closed => Confirmed::Now,
            _ => Confirmed::NotCollected,
        };
        let confirmed = self.signing.confirm(signer, now).await.expect("a database");
        assert_eq!(confirmed, expected, "{petition:?} at {now}");
        let counted = match confirmed {
            Confirmed::Now => true,
            Confirmed::NotCollected => self.confirm_support(id, signer).await,
            _ => false,
        };
        if counted {
            let petition = self.petitions.get_mut(&id).expect("a petition");
            petition.pending.remove(&signer);
            petition.valid.insert(signer, true);
            self.counted(id, true).await;
        }
    }

    /// What the link does while the petition is not published; whether the signature is counted now.
    async fn confirm_support(&mut self, id: PetitionId, signer: SignatureId) -> bool {
        let petition = &self.petitions[&id];
        let gathers = petition.confirmed && life::lines(Event::Support, petition.state).next().is_some();
        let expected = if !gathers || !petition.behind.contains(&signer) {
            SupportConfirmed::NotSupported
        } else if petition.supporters() >= limits::SUPPORTERS_MOST {
            SupportConfirmed::Full
        } else {
            SupportConfirmed::Now
        };
        let confirmed = confirm_support(&mut self.db, signer, THRESHOLDS, self.now).await.expect("a database");
        assert_eq!(confirmed, expected, "{petition:?}");
        confirmed == SupportConfirmed::Now
    }

    /// A signature more or less is counted: what becomes of the petition, and whom that is told.
    async fn counted(&mut self, id: PetitionId, more: bool) {
        let now = self.now;
        let reachable = store::supporters::reachable(&mut self.db, id).await.expect("read").creator as u64;
        let petition = self.petitions.get_mut(&id).expect("a petition");
        petition.settle_thresholds(THRESHOLDS, now);
        let supporters = petition.supporters();
        let facts = Facts {
            confirmed: petition.confirmed,
            supported: supporters >= limits::SUPPORTERS_NEEDED,
            ..Facts::default()
        };
        let event = if more { Event::Support } else { Event::SupportLost };
        let Some(line) = life::next(event, petition.state, &facts) else { return };
        let mut told = Vec::new();
        for (audience, kind) in line.tells {
            assert_eq!(*audience, Audience::Creator);
            // What was told once is not told again when the number falls and rises; what makes a mail that waits untrue
            // takes its place.
            let enough = *kind == MailKind::SupportReached;
            let is_new = match kind {
                MailKind::SupportGrows => supporters > petition.told_of,
                MailKind::SupportReached => {
                    petition.waits.take() != Some(MailKind::SupportLost) && !petition.told_enough
                }
                MailKind::SupportLost => petition.waits.take() != Some(MailKind::SupportReached),
                other => panic!("{other:?} is told of a supporter"),
            };
            if *kind == MailKind::SupportGrows {
                petition.told_of = petition.told_of.max(supporters);
            } else {
                petition.told_enough = enough;
                petition.waits = (is_new && reachable > 0).then_some(*kind);
            }
            told.extend(is_new.then_some(*kind));
        }
        for kind in told {
            self.tells(id, kind, true, reachable);
        }
        self.moved(id, line);
    }

    /// Somebody who signed or supported takes that back, or staff judge it.
    pub(super) async fn take_out(&mut self, id: PetitionId) {
        let petition = &self.petitions[&id];
        // Its creator takes back the petition instead.
        let others: Vec<_> =
            petition.valid.keys().filter(|signer| Some(**signer) != petition.creator).copied().collect();
        let Some(signer) = others.choose(&mut self.chance).copied() else { return };
        let (now, counts) = (self.now, petition.valid[&signer]);
        if self.chance.random_bool(0.5) {
            withdraw_signature(&mut self.db, signer, THRESHOLDS, now).await.expect("a database");
            let petition = self.petitions.get_mut(&id).expect("a petition");
            petition.valid.remove(&signer);
            petition.behind.remove(&signer);
            if counts {
                self.counted(id, false).await;
            }
            return;
        }
        let act = if counts { Judgement::Invalidate } else { Judgement::Validate };
        let actor = self.actor(Role::Moderator);
        let judged = judge_signatures(&mut self.db, &[signer], act, "", None, &actor, THRESHOLDS, now).await;
        let Done::Now(plan) = judged.expect("a database") else { panic!("nobody has seen a plan") };
        // One whose personal data have ended is left as it is.
        if !plan.changes.is_empty() {
            self.petitions.get_mut(&id).expect("a petition").valid.insert(signer, !counts);
            self.counted(id, !counts).await;
        }
    }
}
