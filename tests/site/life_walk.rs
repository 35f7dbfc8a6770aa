//! A walk through the lives of petitions: whatever people, staff and the clock do, in whatever order, petitions become what
//! the table of their life ([`LIFE`](undersigned::domain::life::LIFE)) says, and nothing else: their states, their dates,
//! their counts and the mails about them. `LIFE_WALKS=1000` walks further.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sqlx::{PgConnection, Row};
use undersigned::{
    actions::{
        add_supporters::{Person, add_supporters},
        close_petitions, configure,
        confirm_signature::Confirmed,
        forget,
        judge_signatures::{Done, judge_signatures},
        moderate::{Decided, NotDecided, Order, moderate},
        outages::{self, Extended},
        parliament,
        sign::{NewSignature, NotCollected, Signed},
        signing::Signing,
        withdraw_signature::withdraw_signature,
    },
    domain::{
        deadline,
        email::EmailAddress,
        judging::Judgement,
        life::{self, Audience, By, Event, Facts, Move, Stamp},
        limits,
        mail::MailKind,
        moderation::{Decision, Refusal},
        parliament::{Dissolution, cut_short},
        petition::{PetitionId, PetitionState},
        retention::Retention,
        signature::SignatureId,
        signer::SignerName,
        staff::Role,
        threshold::Thresholds,
    },
    store::{self, audit::Actor},
};

use crate::support::{Setup, TestApp};

/// Walks, unless the environment says otherwise, and acts of each.
const WALKS: usize = 40;
const ACTS: usize = 120;
/// Petitions that share a walk.
const PETITIONS: usize = 6;
const THRESHOLDS: Thresholds = Thresholds { response: 4, debate: 7 };
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Mails about what happened, which the walk expects one by one.
const TOLD: &[MailKind] = &[
    MailKind::PetitionPublished,
    MailKind::PetitionRejected,
    MailKind::PetitionHidden,
    MailKind::PetitionTakenDown,
    MailKind::PetitionRestored,
    MailKind::PetitionClosed,
    MailKind::PetitionStopped,
];

/// A petition as it should be.
#[derive(Clone, Debug)]
struct Expected {
    state: PetitionState,
    confirmed: bool,
    created_at: Timestamp,
    supported_at: Option<Timestamp>,
    opened_at: Option<Timestamp>,
    /// The deadline of its own, wherever its parliament ends.
    own: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    rejected_at: Option<Timestamp>,
    stopped_at: Option<Timestamp>,
    removed_at: Option<Timestamp>,
    response_at: Option<Timestamp>,
    debate_at: Option<Timestamp>,
    /// Who signed, and whether it counts.
    valid: BTreeMap<SignatureId, bool>,
    /// Who has yet to confirm.
    pending: Vec<SignatureId>,
    /// Who stood behind it before it was published: its creator, and supporters who all want mail.
    behind: BTreeSet<SignatureId>,
    /// Whether it is a petition of this walk's parliament.
    current: bool,
}

impl Expected {
    fn count(&self) -> u32 {
        self.valid.values().filter(|counts| **counts).count() as u32
    }

    fn closes_at(&self, ends_at: Option<Timestamp>) -> Option<Timestamp> {
        self.own.map(|own| cut_short(own, ends_at))
    }

    fn facts(&self, ends_at: Option<Timestamp>, hides: bool, now: Timestamp) -> Facts {
        let published_before = self.opened_at.is_some();
        Facts {
            confirmed: self.confirmed || published_before,
            supported: self.supported_at.is_some() || published_before,
            published_before,
            deadline_passed: self.closes_at(ends_at).is_some_and(|at| at < now),
            dissolved: ends_at.is_some_and(|at| at <= now),
            hides,
        }
    }

    /// What a line of the table makes of it.
    fn becomes(&mut self, line: &Move, ends_at: Option<Timestamp>, now: Timestamp) {
        let deadline = self.closes_at(ends_at);
        for stamp in line.sets {
            match stamp {
                Stamp::ModerationThresholdReached => self.supported_at = self.supported_at.or(Some(now)),
                Stamp::ModerationThresholdLost => self.supported_at = None,
                Stamp::Opened => {
                    self.opened_at = self.opened_at.or(Some(now));
                    self.own = self.own.or(Some(deadline::closes_at(now)));
                }
                Stamp::NeverOpened => (self.opened_at, self.own) = (None, None),
                Stamp::ClosedAtDeadline => self.closed_at = self.closed_at.or(deadline),
                Stamp::ClosedAtDissolution => self.closed_at = ends_at,
                Stamp::NotClosed => self.closed_at = None,
                Stamp::Rejected => self.rejected_at = self.rejected_at.or(Some(now)),
                Stamp::NotRejected => self.rejected_at = None,
                Stamp::Stopped => self.stopped_at = ends_at.max(Some(self.created_at)),
                Stamp::Removed => self.removed_at = Some(now),
            }
        }
        self.state = line.to.expect("it is still there");
    }

    fn settle_thresholds(&mut self, now: Timestamp) {
        let count = self.count();
        let stamp = |stamp: &mut Option<Timestamp>, threshold| {
            *stamp = if count >= threshold { stamp.or(Some(now)) } else { None };
        };
        stamp(&mut self.response_at, THRESHOLDS.response);
        stamp(&mut self.debate_at, THRESHOLDS.debate);
    }
}

/// A walk: what is there, and what should be.
struct Walk<'a> {
    app: &'a TestApp,
    db: PgConnection,
    signing: Signing,
    chance: StdRng,
    now: Timestamp,
    uk: i32,
    petitions: BTreeMap<PetitionId, Expected>,
    paused_since: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    cutoff: Option<Timestamp>,
    dissolved: bool,
    people: u64,
    /// The last row of the outbox that was looked at.
    mails: i64,
    /// Mails that should have come since: petition, kind, whether to the creator.
    told: BTreeMap<(PetitionId, String, bool), u64>,
    done: BTreeMap<&'static str, u64>,
    moves: BTreeMap<String, u64>,
}

fn kind_name(kind: MailKind) -> String {
    let mut name = String::new();
    for letter in format!("{kind:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

impl Walk<'_> {
    fn actor(&self, role: Role) -> Actor {
        Actor { role: Some(role), ..Actor::nobody("the walk") }
    }

    fn moved(&mut self, id: PetitionId, line: &Move) {
        *self.moves.entry(format!("{:?} {:?}", line.event, self.petitions[&id].state)).or_default() += 1;
        let (ends_at, now) = (self.ends_at, self.now);
        self.petitions.get_mut(&id).expect("a petition").becomes(line, ends_at, now);
    }

    fn some_petition(&mut self) -> PetitionId {
        let all: Vec<_> = self.petitions.iter().filter(|(_, p)| p.current).map(|(id, _)| *id).collect();
        match all.choose(&mut self.chance) {
            Some(id) => *id,
            None => *self.petitions.keys().next_back().expect("a petition"),
        }
    }

    fn person(&mut self, is_creator: bool, confirmed_at: Option<Timestamp>) -> Person {
        self.people += 1;
        Person {
            name: SignerName::parse(&format!("Ada Number {}", self.people)).expect("a name"),
            email: EmailAddress::parse(&format!("ada{}@example.org", self.people)).expect("an address"),
            is_creator,
            wants_updates: true,
            signed_at: self.now,
            confirmed_at,
        }
    }

    async fn stand_behind(&mut self, id: PetitionId, person: Person) -> SignatureId {
        let keys = &self.app.keyring;
        let added = add_supporters(&mut self.db, keys, id, &[person], self.uk, THRESHOLDS).await.expect("supporters");
        assert_eq!(added, 1, "petition {id} takes supporters");
        self.last_signature().await
    }

    async fn last_signature(&mut self) -> SignatureId {
        let row = sqlx::query("select max(id) from signatures").fetch_one(&mut self.db).await.expect("a signature");
        row.get::<i64, _>(0).into()
    }

    /// Somebody starts a petition, and confirms or does not.
    async fn start(&mut self) {
        if self.petitions.values().filter(|petition| petition.current).count() >= PETITIONS || self.dissolved {
            return;
        }
        let confirms = self.chance.random_bool(0.8);
        let (now, number) = (self.now, self.people);
        let id: i64 = sqlx::query_scalar(
            "insert into petitions (state, action, created_at, updated_at) values ('pending', $1, $2, $2) returning id",
        )
        .bind(format!("Do thing number {number}"))
        .bind(jiff_sqlx::ToSqlx::to_sqlx(now))
        .fetch_one(&mut self.db)
        .await
        .expect("a petition");
        let id = PetitionId::from(id);
        let mut expected = Expected {
            state: PetitionState::Pending,
            confirmed: false,
            created_at: now,
            supported_at: None,
            opened_at: None,
            own: None,
            closed_at: None,
            rejected_at: None,
            stopped_at: None,
            removed_at: None,
            response_at: None,
            debate_at: None,
            valid: BTreeMap::new(),
            pending: Vec::new(),
            behind: BTreeSet::new(),
            current: true,
        };
        let creator = self.person(true, confirms.then_some(now));
        let signature = self.stand_behind(id, creator).await;
        expected.behind.insert(signature);
        if confirms {
            expected.confirmed = true;
            expected.valid.insert(signature, true);
        }
        self.petitions.insert(id, expected);
        if confirms {
            let line = life::next(Event::ConfirmCreator, PetitionState::Pending, &Facts::default()).expect("it may");
            self.moved(id, line);
        }
    }

    /// Somebody supports it.
    async fn support(&mut self, id: PetitionId) {
        let now = self.now;
        let petition = &self.petitions[&id];
        // The creator is one of them.
        let enough = petition.behind.len() >= limits::SUPPORTERS_NEEDED as usize;
        let facts = Facts { supported: enough, ..petition.facts(self.ends_at, false, now) };
        let Some(line) = life::next(Event::Support, petition.state, &facts) else { return };
        if !petition.confirmed || petition.opened_at.is_some() || self.ends_at.is_some_and(|at| at <= now) {
            return;
        }
        let person = self.person(false, Some(now));
        let signature = self.stand_behind(id, person).await;
        let petition = self.petitions.get_mut(&id).expect("a petition");
        petition.behind.insert(signature);
        petition.valid.insert(signature, true);
        petition.settle_thresholds(now);
        self.moved(id, line);
    }

    /// Somebody of some role decides something.
    async fn decide(&mut self, id: PetitionId) {
        let decision = *Decision::ALL.choose(&mut self.chance).expect("a decision");
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

    fn tells(&mut self, id: PetitionId, kind: MailKind, creator: bool, mails: u64) {
        if mails > 0 {
            *self.told.entry((id, kind_name(kind), creator)).or_default() += mails;
        }
    }

    /// Somebody signs, and confirms or does not yet.
    async fn sign(&mut self, id: PetitionId) {
        let confirms = self.chance.random_bool(0.7);
        let person = self.person(false, None);
        let new = NewSignature {
            petition: id,
            name: person.name,
            email: person.email,
            country: self.uk,
            postcode: None,
            wants_updates: true,
            signed_from: None,
            suspicion: None,
        };
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
            self.petitions.get_mut(&id).expect("a petition").pending.push(signature);
            if confirms {
                self.confirm(id).await;
            }
        }
    }

    /// Whether nobody can sign it any more, though nobody has closed it yet.
    fn is_over(&self, petition: &Expected) -> bool {
        let deadline = petition.closes_at(self.ends_at).expect("it has a deadline");
        deadline < self.now && self.paused_since.is_none_or(|since| deadline < since)
    }

    /// Somebody follows the link of a mail.
    async fn confirm(&mut self, id: PetitionId) {
        let Some(signature) = self.petitions[&id].pending.choose(&mut self.chance).copied() else { return };
        let confirmed = self.signing.confirm(signature, self.now).await.expect("a database");
        let petition = &self.petitions[&id];
        let grace = HOUR * limits::CONFIRMATION_GRACE_HOURS as i32;
        let ended = match petition.state {
            PetitionState::Open if self.is_over(petition) => petition.closes_at(self.ends_at),
            PetitionState::Closed => petition.closed_at,
            _ => None,
        };
        let expected = match petition.state {
            PetitionState::Open | PetitionState::Closed if ended.is_some_and(|at| at + grace < self.now) => {
                Confirmed::TooLate
            }
            PetitionState::Open | PetitionState::Closed => Confirmed::Now,
            _ => Confirmed::NotCollected,
        };
        assert_eq!(confirmed, expected, "{petition:?} at {}", self.now);
        if confirmed == Confirmed::Now {
            let now = self.now;
            let petition = self.petitions.get_mut(&id).expect("a petition");
            petition.pending.retain(|other| *other != signature);
            petition.valid.insert(signature, true);
            petition.settle_thresholds(now);
        }
    }

    /// Somebody who signed after publication takes that back, or staff judge it.
    async fn take_out(&mut self, id: PetitionId) {
        // Those who stood behind it before it was published stay: that is another story.
        let petition = &self.petitions[&id];
        let later: Vec<_> = petition.valid.keys().filter(|signer| !petition.behind.contains(signer)).copied().collect();
        let Some(signature) = later.choose(&mut self.chance).copied() else { return };
        let now = self.now;
        if self.chance.random_bool(0.5) {
            withdraw_signature(&mut self.db, signature, THRESHOLDS, now).await.expect("a database");
            self.petitions.get_mut(&id).expect("a petition").valid.remove(&signature);
        } else {
            let counts = self.petitions[&id].valid[&signature];
            let act = if counts { Judgement::Invalidate } else { Judgement::Validate };
            let actor = self.actor(Role::Moderator);
            let judged = judge_signatures(&mut self.db, &[signature], act, "", None, &actor, THRESHOLDS, now).await;
            let Done::Now(plan) = judged.expect("a database") else { panic!("nobody has seen a plan") };
            // One whose personal data have ended is left as it is.
            if !plan.changes.is_empty() {
                self.petitions.get_mut(&id).expect("a petition").valid.insert(signature, !counts);
            }
        }
        self.petitions.get_mut(&id).expect("a petition").settle_thresholds(now);
    }

    /// Staff stop the taking of signatures, or go on.
    async fn pause(&mut self) {
        let (now, actor) = (self.now, self.actor(Role::Sysadmin));
        let pauses = self.paused_since.is_none();
        configure::pause_collection(&mut self.db, &actor, pauses, now).await.expect("a database");
        let Some(since) = self.paused_since.take() else {
            self.paused_since = Some(now);
            return;
        };
        self.outage(since, now).await;
    }

    /// Staff note an outage of the past.
    async fn note_outage(&mut self) {
        if self.paused_since.is_some() {
            return;
        }
        let ended = self.now - HOUR * self.chance.random_range(0..30);
        let began = ended - HOUR * self.chance.random_range(1..60);
        let actor = self.actor(Role::Sysadmin);
        let noted =
            outages::note_outage(&mut self.db, &actor, (began, ended), "It was down.", self.now).await.expect("noted");
        if noted.is_some() {
            self.outage(began, ended).await;
        }
    }

    async fn outage(&mut self, began: Timestamp, ended: Timestamp) {
        outages::settle_outages(&self.app.pool(), self.now).await.expect("a database");
        assert_eq!(outages::settle_outages(&self.app.pool(), self.now).await.expect("a database"), 0, "once");
        for petition in self.petitions.values_mut().filter(|petition| petition.state == PetitionState::Open) {
            let (opened, own) = (petition.opened_at.expect("open"), petition.own.expect("open"));
            if opened < ended && own >= began {
                petition.own = Some(deadline::extended(own, deadline::days_touched(began.max(opened), ended)));
            }
        }
    }

    /// Staff extend one deadline.
    async fn extend(&mut self, id: PetitionId) {
        let days = self.chance.random_range(1..40);
        let actor = self.actor(Role::Moderator);
        let seen = self.petitions[&id].closes_at(self.ends_at).unwrap_or_default();
        let extended = outages::extend_petition(&mut self.db, &actor, id, seen, (days, "A fair."), self.now)
            .await
            .expect("a database");
        let (now, ends_at) = (self.now, self.ends_at);
        let petition = self.petitions.get_mut(&id).expect("a petition");
        let open = petition.state == PetitionState::Open && !petition.facts(ends_at, false, now).deadline_passed;
        let cut = petition.own.is_some_and(|own| ends_at.is_some_and(|end| end < own));
        match extended {
            Extended::Until(at) => {
                assert!(open && !cut, "{petition:?}");
                petition.own = petition.own.map(|own| deadline::extended(own, days));
                assert_eq!(petition.closes_at(ends_at), Some(at));
            }
            Extended::NotOpen(_) => assert!(!open, "{petition:?}"),
            Extended::ParliamentEnds(_) => assert!(open && cut, "{petition:?}"),
            other => panic!("{other:?} for {petition:?}"),
        }
    }

    /// The clock goes on; often to the moment before or after something is due.
    fn jump(&mut self) {
        let deadlines = self.petitions.values().filter(|petition| petition.state == PetitionState::Open);
        let mut due: Vec<_> = deadlines.filter_map(|petition| petition.closes_at(self.ends_at)).collect();
        due.extend(self.ends_at);
        due.retain(|at| *at > self.now);
        let chance = &mut self.chance;
        self.now = match (chance.random_range(0..10), due.choose(chance)) {
            (0, Some(at)) => *at,
            (1, Some(at)) => *at + SignedDuration::from_millis(1),
            (2, Some(at)) => (*at - SignedDuration::from_millis(1)).max(self.now),
            (3, Some(at)) => *at + HOUR * 23,
            (4, Some(at)) => *at + HOUR * 25,
            (5, _) => self.now + DAY * chance.random_range(1..120),
            (6 | 7, _) => self.now + DAY * chance.random_range(1..10),
            _ => self.now + SignedDuration::from_mins(chance.random_range(1..300)),
        };
    }

    /// The timetable has its turn.
    async fn jobs(&mut self) {
        close_petitions::close_petitions(&self.app.pool(), self.now).await.expect("a database");
        let (now, ends_at) = (self.now, self.ends_at);
        let mut moves = Vec::new();
        for (id, petition) in &self.petitions {
            let cut = petition.own.is_some_and(|own| ends_at.is_some_and(|end| end < own));
            let facts = petition.facts(ends_at, false, now);
            let line = match petition.state {
                PetitionState::Open if cut && facts.deadline_passed => {
                    life::next(Event::Dissolve, PetitionState::Open, &Facts { deadline_passed: false, ..facts })
                }
                PetitionState::Open if self.is_over(petition) => life::next(Event::Close, petition.state, &facts),
                state if facts.dissolved && life::UNPUBLISHED.contains(&state) && petition.current => {
                    life::next(Event::Dissolve, state, &facts)
                }
                _ => None,
            };
            moves.extend(line.map(|line| (*id, line)));
        }
        for (id, line) in moves {
            let petition = &self.petitions[&id];
            let spared = line.to == Some(PetitionState::Stopped)
                && (!matches!(petition.state, PetitionState::Validated | PetitionState::Sponsored)
                    || self.cutoff.is_some_and(|cutoff| petition.created_at < cutoff));
            if !spared {
                let creator = store::supporters::reachable(&mut self.db, id).await.expect("read").creator as u64;
                for (audience, kind) in line.tells {
                    assert_eq!(*audience, Audience::Creator);
                    self.tells(id, *kind, true, creator);
                }
            }
            self.moved(id, line);
        }
        self.dissolved = ends_at.is_some_and(|at| at <= now);
        // Once more changes nothing.
        let again = close_petitions::close_petitions(&self.app.pool(), self.now).await.expect("a database");
        assert_eq!(again, 0, "what is done is done");
    }

    /// Personal data end; no number does.
    async fn forget(&mut self) {
        let retention = Retention::of_days(limits::KEEP_UNCONFIRMED_DAYS, limits::KEEP_PERSONAL_DATA_DAYS);
        let since = self.now - retention.closed;
        let would = forget::would_erase(&mut self.db, retention, self.now).await.expect("a database");
        let foreseen: i64 = would.iter().filter(|due| due.kept.is_none()).map(|due| due.signatures).sum();
        let erased = forget::erase_personal_data(&self.app.pool(), retention, self.now).await.expect("a database");
        assert_eq!(erased, foreseen as u64, "as the dry run says");
        for due in would {
            // Some belong to walks of before, and to parliaments of before.
            let Some(petition) = self.petitions.get(&due.id) else { continue };
            let over = petition.removed_at.or(petition.closed_at).or(petition.rejected_at).or(petition.stopped_at);
            assert!(over.is_some_and(|over| over < since), "{petition:?} at {}", self.now);
        }
    }

    /// Staff announce the end of Parliament or take that back; when it is over, they archive it.
    async fn parliament(&mut self) {
        let (now, actor) = (self.now, self.actor(Role::Sysadmin));
        let current = store::parliaments::current(&mut self.db).await.expect("a parliament");
        let seen = (current.id, current.version);
        let done = match self.ends_at {
            None => {
                let at = now + DAY * self.chance.random_range(1..90);
                let dissolution = Dissolution {
                    at,
                    notice: "Parliament is dissolved.".to_owned(),
                    registration_closes_at: at + DAY * 20,
                    election_on: deadline::day(at + DAY * 30),
                    notification_cutoff_at: now - DAY * 30,
                };
                (self.ends_at, self.cutoff) = (Some(at), Some(dissolution.notification_cutoff_at));
                parliament::announce(&mut self.db, &actor, seen, &dissolution, now).await.expect("a database")
            }
            Some(at) if at > now => {
                (self.ends_at, self.cutoff) = (None, None);
                parliament::take_back(&mut self.db, &actor, seen, now).await.expect("a database")
            }
            Some(_) => {
                self.jobs().await;
                self.now = self.now.max(self.ends_at.expect("an end") + DAY * 3);
                let seen = store::parliaments::current(&mut self.db).await.expect("a parliament");
                let seen = (seen.id, seen.version);
                let next = ("The next Government", self.now);
                let done = parliament::archive(&mut self.db, &actor, seen, next, self.now).await.expect("a database");
                let gone: Vec<_> = self.petitions.keys().copied().collect();
                // Their lives go on, but nothing of them is open any more.
                for id in gone {
                    assert_ne!(self.petitions[&id].state, PetitionState::Open);
                }
                self.check().await;
                self.petitions.clear();
                (self.ends_at, self.cutoff, self.dissolved) = (None, None, false);
                done
            }
        };
        assert_eq!(done, parliament::Done::Yes);
        close_petitions::settle_deadlines(&self.app.pool(), now).await.expect("a database");
    }

    async fn step(&mut self) {
        if self.petitions.is_empty() {
            if self.dissolved {
                self.parliament().await;
            }
            self.start().await;
        }
        let act = self.chance.random_range(0..100);
        let id = self.some_petition();
        let name = match act {
            0..8 => ("start", self.start().await).0,
            8..22 => {
                // A few friends together, or hardly any petition would come so far.
                for _ in 0..self.chance.random_range(1..=5) {
                    self.support(id).await;
                }
                "support"
            }
            22..44 => ("decide", self.decide(id).await).0,
            44..62 => ("sign", self.sign(id).await).0,
            62..68 => ("confirm", self.confirm(id).await).0,
            68..73 => ("take out", self.take_out(id).await).0,
            73..76 => ("pause", self.pause().await).0,
            76..78 => ("note an outage", self.note_outage().await).0,
            78..81 => ("extend", self.extend(id).await).0,
            81..89 => ("jump", self.jump()).0,
            89..96 => ("jobs", self.jobs().await).0,
            96..98 => ("forget", self.forget().await).0,
            _ => ("parliament", self.parliament().await).0,
        };
        *self.done.entry(name).or_default() += 1;
        self.check().await;
    }

    /// Everything that is there is as it should be.
    async fn check(&mut self) {
        let rows = sqlx::query(
            "select p.id, p.state, p.moderation_threshold_reached_at, p.opened_at, p.closes_at, p.closed_at, p.rejected_at,
                 p.stopped_at, p.removed_at, p.response_threshold_reached_at, p.debate_threshold_reached_at,
                 t.signature_count, (select count(*) from signatures s where s.petition_id = p.id and s.state = 'validated'),
                 (select coalesce(sum(l.change), 0) from ledger l where l.petition_id = p.id)
             from petitions p join petition_totals t on t.petition_id = p.id where p.id = any($1) order by p.id",
        )
        .bind(self.petitions.keys().map(|id| id.get()).collect::<Vec<_>>())
        .fetch_all(&mut self.db)
        .await
        .expect("petitions");
        assert_eq!(rows.len(), self.petitions.len(), "none has gone");
        for row in rows {
            let id = PetitionId::from(row.get::<i64, _>(0));
            let is = &self.petitions[&id];
            let at = |column: usize| row.get::<Option<jiff_sqlx::Timestamp>, _>(column).map(|at| at.to_jiff());
            assert_eq!(row.get::<PetitionState, _>(1), is.state, "petition {id}: {is:?}");
            let dates = [at(2), at(3), at(5), at(6), at(7), at(8), at(9), at(10)];
            let expected = [
                is.supported_at,
                is.opened_at,
                is.closed_at,
                is.rejected_at,
                is.stopped_at,
                is.removed_at,
                is.response_at,
                is.debate_at,
            ];
            assert_eq!(dates, expected, "petition {id}: {is:?}");
            if is.state == PetitionState::Open {
                assert_eq!(at(4), is.closes_at(self.ends_at), "petition {id}: {is:?}");
            }
            let counts = (row.get::<i32, _>(11), row.get::<i64, _>(12), row.get::<i64, _>(13));
            let count = is.count();
            assert_eq!(counts, (count as i32, count.into(), count.into()), "petition {id}: {is:?}");
        }
        let kinds: Vec<String> = TOLD.iter().map(|kind| kind_name(*kind)).collect();
        let rows = sqlx::query(
            "select s.petition_id::bigint, o.kind::text, u.is_creator, count(*), max(o.id)
             from outbox o join signatures s on s.id = o.signature_id join supporters u on u.signature_id = s.id
             where o.id > $1 and o.kind::text = any($2) group by 1, 2, 3",
        )
        .bind(self.mails)
        .bind(kinds)
        .fetch_all(&mut self.db)
        .await
        .expect("mails");
        let mut told = BTreeMap::new();
        for row in rows {
            let key = (PetitionId::from(row.get::<i64, _>(0)), row.get::<String, _>(1), row.get::<bool, _>(2));
            told.insert(key, row.get::<i64, _>(3) as u64);
            self.mails = self.mails.max(row.get(4));
        }
        assert_eq!(told, self.told, "who is told");
        self.told.clear();
    }
}

fn walks() -> usize {
    std::env::var("LIFE_WALKS").ok().and_then(|walks| walks.parse().ok()).unwrap_or(WALKS)
}

#[tokio::test]
async fn no_walk_leads_to_what_the_table_does_not_allow() {
    let app = TestApp::with(Setup { thresholds: THRESHOLDS, ..Setup::default() }).await;
    let uk = app.ask("select id from areas where kind = 'country' and code = 'GB'").await.parse().expect("a number");
    let mut walk = Walk {
        app: &app,
        db: app.db().await,
        signing: app.signing_with(THRESHOLDS),
        chance: StdRng::seed_from_u64(6),
        now: app.now,
        uk,
        petitions: BTreeMap::new(),
        paused_since: None,
        ends_at: None,
        cutoff: None,
        dissolved: false,
        people: 0,
        mails: 0,
        told: BTreeMap::new(),
        done: BTreeMap::new(),
        moves: BTreeMap::new(),
    };
    let seed = std::env::var("LIFE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(6);
    for number in 0..walks() {
        walk.chance = StdRng::seed_from_u64(seed + number as u64);
        // Each begins with petitions of its own; those of the last one stay as they are.
        walk.petitions.clear();
        let old = "update petitions set state = 'removed', removed_at = coalesce(removed_at, created_at) where state <> 'removed'";
        sqlx::query(old).execute(&mut walk.db).await.expect("put away");
        for _ in 0..ACTS {
            walk.step().await;
        }
    }
    let acts: u64 = walk.done.values().sum();
    println!("{acts} acts in {} walks: {:?}", walks(), walk.done);
    println!("{} moves of {} kinds: {:?}", walk.moves.values().sum::<u64>(), walk.moves.len(), walk.moves);
    assert_eq!(app.run_job("check tallies", walk.now).await, 0, "every tally agrees with a recount");
    assert!(walk.moves.len() > 30, "too few kinds of moves: {:?}", walk.moves);
}
