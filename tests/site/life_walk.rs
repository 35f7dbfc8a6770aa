//! A walk through the lives of petitions: whatever people, staff and the clock do, in whatever order, petitions become what
//! the table of their life ([`LIFE`](undersigned::domain::life::LIFE)) says, and nothing else: their states, their dates,
//! their counts and the mails about them. `LIFE_WALKS=1000` walks further, `LIFE_SEED=7` elsewhere.

mod expected;
mod people;
mod timetable;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sqlx::{PgConnection, Row};
use undersigned::{
    actions::signing::Signing,
    domain::{
        life::{self, Move},
        mail::MailKind,
        petition::{PetitionId, PetitionState},
        staff::Role,
        threshold::Thresholds,
    },
    store::audit::Actor,
};

use self::expected::Expected;
use crate::support::{Setup, TestApp};

/// Walks, unless the environment says otherwise, and acts of each.
const WALKS: usize = 40;
const ACTS: usize = 120;
/// Petitions that share a walk.
const PETITIONS: usize = 6;
const THRESHOLDS: Thresholds = Thresholds { response: 4, debate: 7 };
const SET_ASIDE: &[PetitionState] = &[PetitionState::Flagged, PetitionState::Dormant];
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Mails about what happened, which the walk expects one by one.
const TOLD: &[MailKind] = &[
    MailKind::ConfirmPetition,
    MailKind::GatherSupporters,
    MailKind::SupportGrows,
    MailKind::SupportReached,
    MailKind::SupportLost,
    MailKind::PetitionWithdrawn,
    MailKind::PetitionPublished,
    MailKind::PetitionRejected,
    MailKind::PetitionHidden,
    MailKind::PetitionTakenDown,
    MailKind::PetitionRestored,
    MailKind::PetitionClosed,
    MailKind::PetitionStopped,
];

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
    /// Petitions that have been forgotten, or said not to be anybody's.
    gone: Vec<i64>,
    done: BTreeMap<&'static str, u64>,
    /// How often each line of the table was walked.
    moves: BTreeMap<usize, u64>,
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

    /// A line of the table has been walked.
    fn walked(&mut self, line: &'static Move) {
        let number = life::LIFE.iter().position(|other| std::ptr::eq(other, line)).expect("a line of the table");
        *self.moves.entry(number).or_default() += 1;
    }

    /// What a line of the table says becomes of a petition.
    fn moved(&mut self, id: PetitionId, line: &'static Move) {
        self.walked(line);
        let (ends_at, now) = (self.ends_at, self.now);
        if line.to.is_some() {
            self.petitions.get_mut(&id).expect("a petition").becomes(line, ends_at, now);
        } else {
            self.petitions.remove(&id);
            self.gone.push(id.get());
            // Mails about it that have not left go with it.
            self.told.retain(|(about, ..), _| *about != id);
        }
    }

    fn tells(&mut self, id: PetitionId, kind: MailKind, creator: bool, mails: u64) {
        if mails > 0 {
            *self.told.entry((id, kind_name(kind), creator)).or_default() += mails;
        }
    }

    fn some_petition(&mut self) -> PetitionId {
        let all: Vec<_> = self.petitions.iter().filter(|(_, p)| p.current).map(|(id, _)| *id).collect();
        match all.choose(&mut self.chance) {
            Some(id) => *id,
            None => *self.petitions.keys().next_back().expect("a petition"),
        }
    }

    /// Now and then, a petition in one of these states: what is rare would not be walked otherwise. Of several the one with
    /// the most supporters, and of those one for which somebody has yet to confirm.
    fn petition_in(&mut self, often: f64, states: &[PetitionState]) -> Option<PetitionId> {
        let found = self.petitions.iter().filter(|(_, petition)| states.contains(&petition.state));
        let most = found.max_by_key(|(_, petition)| (petition.supporters(), !petition.pending.is_empty()));
        most.map(|(id, _)| *id).filter(|_| self.chance.random_bool(often))
    }

    async fn step(&mut self) {
        if self.petitions.is_empty() {
            if self.dissolved {
                self.parliament().await;
            }
            self.start().await;
        }
        let act = self.chance.random_range(0..100);
        let mut id = self.some_petition();
        let name = match act {
            0..7 => ("start", self.start().await).0,
            7..14 => ("answer for", self.answer_for(id).await).0,
            14..28 => {
                // A few friends together, or hardly any petition would come so far.
                id = self.petition_in(0.6, &[PetitionState::Validated]).unwrap_or(id);
                for _ in 0..self.chance.random_range(1..=5) {
                    self.support(id).await;
                    self.check().await;
                }
                "support"
            }
            28..29 => ("withdraw", self.withdraw(id).await).0,
            29..47 => {
                id = self.petition_in(0.1, SET_ASIDE).unwrap_or(id);
                ("decide", self.decide(id).await).0
            }
            47..60 => ("sign", self.sign(id).await).0,
            60..66 => {
                id = self.petition_in(0.5, SET_ASIDE).unwrap_or(id);
                ("confirm", self.confirm(id).await).0
            }
            66..73 => {
                let states = if self.chance.random_bool(0.5) { SET_ASIDE } else { &[PetitionState::Sponsored] };
                id = self.petition_in(0.6, states).unwrap_or(id);
                ("take out", self.take_out(id).await).0
            }
            73..75 => ("pause", self.pause().await).0,
            75..77 => ("note an outage", self.note_outage().await).0,
            77..79 => ("extend", self.extend(id).await).0,
            79..87 => ("jump", self.jump()).0,
            87..93 => ("jobs", self.jobs().await).0,
            93..95 => ("forget", self.forget().await).0,
            95..97 => ("deliver", self.deliver().await).0,
            97..99 => ("forget what is unconfirmed", self.forget_unconfirmed().await).0,
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
                 (select coalesce(sum(l.change), 0) from ledger l where l.petition_id = p.id), p.withdrawn_at
             from petitions p join petition_totals t on t.petition_id = p.id where p.id = any($1) order by p.id",
        )
        .bind(self.petitions.keys().map(|id| id.get()).collect::<Vec<_>>())
        .fetch_all(&mut self.db)
        .await
        .expect("petitions");
        assert_eq!(rows.len(), self.petitions.len(), "none has gone");
        let left = sqlx::query_scalar::<_, i64>("select count(*) from petitions where id = any($1)").bind(&self.gone);
        assert_eq!(left.fetch_one(&mut self.db).await.expect("a count"), 0, "what is forgotten has gone");
        for row in rows {
            let id = PetitionId::from(row.get::<i64, _>(0));
            let is = &self.petitions[&id];
            let at = |column: usize| row.get::<Option<jiff_sqlx::Timestamp>, _>(column).map(|at| at.to_jiff());
            assert_eq!(row.get::<PetitionState, _>(1), is.state, "petition {id}: {is:?}");
            let dates = [at(2), at(3), at(5), at(6), at(7), at(8), at(9), at(10), at(14)];
            let expected = [
                is.supported_at,
                is.opened_at,
                is.closed_at,
                is.rejected_at,
                is.stopped_at,
                is.removed_at,
                is.response_at,
                is.debate_at,
                is.withdrawn_at,
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
        gone: Vec::new(),
        done: BTreeMap::new(),
        moves: BTreeMap::new(),
    };
    let seed = std::env::var("LIFE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(6);
    // A few more, if some line of the table was not walked by chance.
    let mut number = 0;
    while number < walks() || number < 4 * WALKS && walk.moves.len() < life::LIFE.len() {
        walk.chance = StdRng::seed_from_u64(seed + number as u64);
        // Each begins with petitions of its own; those of the last one stay as they are.
        walk.petitions.clear();
        walk.gone.clear();
        let old = "update petitions set state = 'removed', removed_at = coalesce(removed_at, created_at) where state <> 'removed'";
        sqlx::query(old).execute(&mut walk.db).await.expect("put away");
        for _ in 0..ACTS {
            walk.step().await;
        }
        number += 1;
    }
    let acts: u64 = walk.done.values().sum();
    println!("{acts} acts in {number} walks: {:?}", walk.done);
    println!("{} moves by {} of {} lines", walk.moves.values().sum::<u64>(), walk.moves.len(), life::LIFE.len());
    assert_eq!(app.run_job("check tallies", walk.now).await, 0, "every tally agrees with a recount");
    let lines = life::LIFE.iter().enumerate().filter(|(number, _)| !walk.moves.contains_key(number));
    let unwalked: Vec<_> =
        lines.map(|(_, line)| format!("{:?} of {:?} needs {:?}", line.event, line.from, line.needs)).collect();
    assert!(unwalked.is_empty(), "no walk has come to:\n{}", unwalked.join("\n"));
}
