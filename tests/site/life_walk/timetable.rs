//! What the clock, the timetable and staff who look after the whole site do.

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, seq::IndexedRandom};
use undersigned::{
    actions::{
        close_petitions, configure, forget,
        outages::{self, Extended},
        parliament,
    },
    domain::{
        deadline,
        life::{self, Audience, Event, Facts},
        limits,
        parliament::Dissolution,
        petition::{PetitionId, PetitionState},
        retention::Retention,
        staff::Role,
    },
    store,
};

use super::{DAY, HOUR, Walk};

impl Walk<'_> {
    /// Staff stop the taking of signatures, or go on.
    pub(super) async fn pause(&mut self) {
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
    pub(super) async fn note_outage(&mut self) {
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

    pub(super) async fn outage(&mut self, began: Timestamp, ended: Timestamp) {
        outages::settle_outages(&self.app.pool(), self.now).await.expect("a database");
        assert_eq!(outages::settle_outages(&self.app.pool(), self.now).await.expect("a database"), 0, "once");
        for petition in self.petitions.values_mut().filter(|petition| petition.state == PetitionState::Open) {
            let (opened, own) = (petition.opened_at.expect("open"), petition.own.expect("open"));
            if opened < ended && own >= began {
                let lost = deadline::days_touched(began.max(opened), ended);
                let days = lost.filter(|day| petition.made_good.insert(*day)).count();
                petition.own = Some(deadline::extended(own, days as u32));
            }
        }
    }

    /// Staff extend one deadline.
    pub(super) async fn extend(&mut self, id: PetitionId) {
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
    pub(super) fn jump(&mut self) {
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
    pub(super) async fn jobs(&mut self) {
        close_petitions::close_petitions(&self.app.pool(), self.now).await.expect("a database");
        let (now, ends_at) = (self.now, self.ends_at);
        let mut moves = Vec::new();
        for (id, petition) in &self.petitions {
            let cut = petition.own.is_some_and(|own| ends_at.is_some_and(|end| end < own));
            let facts = petition.facts(ends_at, false, now);
            let line = match petition.state {
                // Also where the clock of its deadline stands still: that of Parliament does not.
                PetitionState::Open
                    if cut && facts.deadline_passed
                        || ends_at.is_some_and(|end| end < now) && !self.is_over(petition) =>
                {
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

    /// All mail leaves.
    pub(super) async fn deliver(&mut self) {
        self.check().await;
        sqlx::query("delete from outbox").execute(&mut self.db).await.expect("a database");
        self.petitions.values_mut().for_each(|petition| petition.waits = None);
    }

    /// What nobody has confirmed in time is forgotten.
    pub(super) async fn forget_unconfirmed(&mut self) {
        let retention = Retention::of_days(limits::KEEP_UNCONFIRMED_DAYS, limits::KEEP_PERSONAL_DATA_DAYS);
        let before = self.now - retention.unconfirmed;
        forget::forget_unconfirmed(&mut self.db, retention, self.now).await.expect("a database");
        let mut forgotten = Vec::new();
        let (ends_at, now) = (self.ends_at, self.now);
        for (id, petition) in &mut self.petitions {
            let old: Vec<_> = petition.pending.extract_if(.., |_, at| *at < before).map(|(signer, _)| signer).collect();
            petition.behind.retain(|signer| !old.contains(signer));
            if petition.confirmed || petition.created_at >= before {
                continue;
            }
            match life::next(Event::Forget, petition.state, &petition.facts(ends_at, false, now)) {
                Some(line) => forgotten.push((*id, line)),
                None => petition.creator = None,
            }
        }
        for (id, line) in forgotten {
            self.moved(id, line);
        }
    }

    /// Personal data end; no number does.
    pub(super) async fn forget(&mut self) {
        let retention = Retention::of_days(limits::KEEP_UNCONFIRMED_DAYS, limits::KEEP_PERSONAL_DATA_DAYS);
        let since = self.now - retention.closed;
        let would = forget::would_erase(&mut self.db, retention, self.now).await.expect("a database");
        let foreseen: i64 = would.iter().filter(|due| due.kept.is_none()).map(|due| due.signatures).sum();
        let erased = forget::erase_personal_data(&self.app.pool(), retention, self.now).await.expect("a database");
        assert_eq!(erased, foreseen as u64, "as the dry run says");
        for due in would {
            // Some belong to walks of before, and to parliaments of before.
            let Some(petition) = self.petitions.get(&due.id) else { continue };
            let refused = petition.rejected_at.or(petition.withdrawn_at);
            let over = petition.removed_at.or(petition.closed_at).or(refused).or(petition.stopped_at);
            assert!(over.is_some_and(|over| over < since), "{petition:?} at {}", self.now);
        }
    }

    /// Staff announce the end of Parliament or take that back; when it is over, they archive it.
    pub(super) async fn parliament(&mut self) {
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
                self.now = self.now.max(self.ends_at.expect("an end") + DAY * 3);
                self.jobs().await;
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
}
