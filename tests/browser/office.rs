//! What staff have to do with: a session, petitions of a test's own, people who signed them, and what else their pages
//! are about.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering},
};

use jiff::SignedDuration;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use sqlx::PgPool;
use undersigned::{
    actions::{
        import_petition::import_petition,
        live_settings::Live,
        sign::{NewSignature, Signed},
        signature_rules,
        signing::Signing,
    },
    domain::{
        deadline,
        email::EmailAddress,
        petition::{PetitionId, PetitionState},
        postcode::Postcode,
        record::{Dates, PetitionRecord, RecordedPlaces},
        signature_search::Typed,
        signer::SignerName,
        threshold::Thresholds,
    },
    store::{audit::Actor, signature_rules::Draft},
};

use super::{
    browser::Browser,
    site::{Site, site},
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Petitions of tests have numbers below those of the sample: what is the latest stays so.
static NEXT: AtomicI64 = AtomicI64::new(600_001);

/// Signs somebody in who may do everything; the session's token.
pub async fn sign_in(browser: &Browser) -> String {
    let token = site().staff_session().await;
    let cookie = json!({ "name": "staff", "value": token, "url": site().address("/"), "httpOnly": true });
    browser.dev_tools("Network.setCookie", cookie).await;
    token
}

impl Site {
    /// A petition of this site that nobody else changes.
    pub async fn petition(&self, state: PetitionState, action: &str) -> PetitionId {
        let now = self.now();
        let mut dates = Dates::created(now - DAY * 40);
        dates.updated_at = now;
        dates.moderation_threshold_reached_at = Some(now - DAY * 39);
        match state {
            PetitionState::Open => {
                dates.opened_at = Some(now - DAY * 30);
                dates.closes_at = Some(deadline::closes_at(now - DAY * 30));
            }
            PetitionState::Sponsored | PetitionState::Flagged => {}
            other => panic!("no test has wanted a petition that is {other:?}"),
        }
        let record = PetitionRecord {
            id: PetitionId::new(NEXT.fetch_add(1, Ordering::Relaxed)),
            source_url: None,
            state,
            action: action.to_owned(),
            background: "Kites are quiet, cheap and good for the neck.".to_owned(),
            additional_details: "There is wind enough for everybody.".to_owned(),
            committee_note: String::new(),
            creator_name: Some("Wilhelmina Oakes".to_owned()),
            dates,
            rejection: None,
            response: None,
            response_department: None,
            debate: None,
            departments: Vec::new(),
            topics: Vec::new(),
            activities: Vec::new(),
            signature_count: 0,
            places: RecordedPlaces::default(),
            readings: Vec::new(),
        };
        let (id, _) = import_petition(&mut self.db().await, &record, now).await.expect("a petition");
        id
    }

    /// So many people sign a petition and confirm it; they want to hear of it.
    pub async fn people(&self, petition: PetitionId, count: usize) {
        let pool = PgPool::connect(&self.database().await).await.expect("the site's database");
        let uk = sqlx::query_scalar("select id from areas where kind = 'country' and code = 'GB'");
        let country: i32 = uk.fetch_one(&pool).await.expect("the country");
        let signing = Signing::start(&pool, self.keyring(), Live::fixed(Thresholds::default()));
        for number in 1..=count {
            let email = format!("kite{number}.{petition}@example.org");
            let new = NewSignature {
                petition,
                name: SignerName::parse(&format!("Ada Number {number}")).expect("a name"),
                email: EmailAddress::parse(&email).expect("an address"),
                country,
                postcode: Some(Postcode::parse("SW1A 1AA").expect("a postcode")),
                wants_updates: true,
                signed_from: Some(format!("192.0.2.{number}").parse().expect("an address")),
                suspicion: None,
            };
            assert_eq!(signing.sign(&new, self.now()).await.expect("signed"), Signed::CheckYourMail);
            let id = self.signature_of(&email).await;
            signing.confirm(id, self.now()).await.expect("confirmed");
        }
    }

    /// A rule over the signatures of a petition that has been counted, in this state.
    async fn rule(&self, petition: PetitionId, state: &str) -> i64 {
        let typed = Typed { petition: petition.to_string(), ..Typed::default() };
        let draft = Draft { summary: "A flock of kites".to_owned(), details: "They came at night.".to_owned(), typed };
        let mut db = self.db().await;
        let id = signature_rules::create(&mut db, &self.keyring(), &draft, &Actor::nobody("a test"), self.now()).await;
        let id = id.expect("a rule");
        let counted =
            "update signature_rules set state = $2::signature_rule_state, matches = 4, counted_at = $3 where id = $1";
        let counted = sqlx::query(counted).bind(id).bind(state).bind(self.now().to_sqlx());
        counted.execute(&mut db).await.expect("counted");
        id.into()
    }

    /// Runs statements on a petition, whose number is `$1`.
    pub async fn change(&self, petition: PetitionId, statements: &[&'static str]) {
        let mut db = self.db().await;
        for statement in statements {
            let query = sqlx::query(*statement).bind(petition.get());
            query.execute(&mut db).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
    }

    /// The first number that a query gives, which may ask for a petition's, `$1`.
    pub async fn number(&self, query: &'static str, petition: PetitionId) -> i64 {
        let number = sqlx::query_scalar(query).bind(petition.get()).fetch_one(&mut self.db().await).await;
        number.unwrap_or_else(|error| panic!("{query}: {error}"))
    }
}

/// What stands for the variable parts of addresses of the protected area: things that are there.
pub struct Office {
    /// An open petition with signers, a response, a draft that corrects it, activity, and a mailing.
    pub open: PetitionId,
    /// One in moderation.
    pub waiting: PetitionId,
    /// One that is flagged.
    pub flagged: PetitionId,
    /// A rule that has been counted and could run.
    pub counted_rule: i64,
    /// A rule that has run.
    pub done_rule: i64,
    /// The rest, by the names of the parts.
    things: BTreeMap<&'static str, String>,
}

impl Office {
    /// Makes them. Somebody has to have signed in before: there is a page about a colleague.
    pub async fn open() -> Self {
        let site = site();
        let open = site.petition(PetitionState::Open, "Let kites be flown in every park").await;
        let waiting = site.petition(PetitionState::Sponsored, "Let kites be sold on Sundays").await;
        let flagged = site.petition(PetitionState::Flagged, "Let kites carry lanterns").await;
        site.people(open, 4).await;
        site.change(waiting, &[CREATOR]).await;
        site.change(open, &ANSWERED).await;
        let mail = "select max(o.id) from outbox o join signatures s on s.id = o.signature_id 
            where s.petition_id = $1 and o.given_up_at is not null";
        let staff = "select min(id)::bigint from staff where $1 > 0";
        let weekly = "select max(id) from mailings where digest_id is not null and $1 > 0";
        let department = "select min(id)::bigint from departments where $1 > 0";
        let things = BTreeMap::from([
            ("staff", site.number(staff, open).await.to_string()),
            ("mail", site.number(mail, open).await.to_string()),
            ("mailing", site.number("select max(id) from mailings where petition_id = $1", open).await.to_string()),
            ("weekly-news", site.number(weekly, open).await.to_string()),
            ("activity", site.number("select max(id) from activities where petition_id = $1", open).await.to_string()),
            ("page", "privacy".to_owned()),
            ("departments", site.number(department, open).await.to_string()),
            ("tags", site.number("select min(id)::bigint from tags where $1 > 0", open).await.to_string()),
            ("topics", "kites".to_owned()),
            ("reasons", "duplicate".to_owned()),
        ]);
        let (counted_rule, done_rule) = (site.rule(open, "draft").await, site.rule(open, "done").await);
        Self { open, waiting, flagged, counted_rule, done_rule, things }
    }

    /// An address of the protected area with all its parts filled in, so that there is something to see.
    pub fn filled_in(&self, path: &str) -> String {
        let part = |part: &str| {
            let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
                return part.to_owned();
            };
            match name {
                "petition" => self.petition_for(path).to_string(),
                "rule" if path.ends_with("/undo") => self.done_rule.to_string(),
                "rule" => self.counted_rule.to_string(),
                "mailing" if path.contains("/weekly-news/") => self.thing(path, "weekly-news"),
                // Of which list, the part before it says.
                "entry" => self.thing(path, path.split('/').nth(3).unwrap_or_default()),
                name => self.thing(path, name),
            }
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// The petition of which a page has something to show.
    fn petition_for(&self, path: &str) -> PetitionId {
        match path.rsplit('/').next().unwrap_or_default() {
            "publish" if path.contains("/response/") => self.open,
            "publish" | "reject" | "flag" | "park" => self.waiting,
            "restore" => self.flagged,
            _ => self.open,
        }
    }

    fn thing(&self, path: &str, name: &str) -> String {
        let thing = self.things.get(name);
        thing.unwrap_or_else(|| panic!("{path}: what stands for {{{name}}}? Tell `Office`.")).clone()
    }
}

/// A creator who has confirmed: nothing else is published.
const CREATOR: &str = "with creator as (
        insert into signatures (created_at, confirmed_at, petition_id, area_id, state, household_member, wants_updates, name, contact)
        select now(), now(), $1, id, 'validated', 1, false, 'Wilhelmina Oakes', '' from areas where kind = 'country' and code = 'GB'
        returning id)
    insert into supporters (signature_id, petition_id, is_creator) select id, $1, true from creator";

const ANSWERED: [&str; 10] = [
    "insert into departments (name) select 'Department for Kites' where $1 > 0 on conflict (name) do nothing",
    "insert into tags (name, description) select 'kites', 'About kites.' where $1 > 0 and not exists (select from tags where name = 'kites')",
    "insert into topics (code, name) select 'kites', 'Kites' where $1 > 0 on conflict do nothing",
    "insert into government_responses (petition_id, responded_on, summary, details, created_at, updated_at)
     values ($1, '2022-08-01', 'Kites may be flown.', 'They may be flown **everywhere**.', '2022-08-01T11:00:00Z', '2022-08-01T11:00:00Z')",
    "update petitions set government_response_at = '2022-08-01T11:00:00Z' where id = $1",
    "insert into response_drafts (petition_id, department_id, responded_on, summary, details, correction_note, saved_at)
     select $1, min(id), '2022-08-01', 'Kites may be flown by day.', 'By day.', 'It said nothing of the night.', '2022-08-21T19:30:00Z'
     from departments where name = 'Department for Kites'",
    "insert into activities (petition_id, subject, body, occurred_on, created_at, updated_at)
     values ($1, 'The committee has written to the Minister', 'It asks **why**.', '2022-08-10', '2022-08-10T12:00:00Z', '2022-08-10T12:00:00Z')",
    "insert into mailings (petition_id, kind, created_at, begins_at, mails_per_minute, expected, last_signature)
     values ($1, 'government_response', '2022-08-21T19:00:00Z', '2022-08-21T19:00:00Z', 1, 4, 0)",
    "with told as (
        insert into digests (begins_at, ends_at, created_at)
        select ended - interval '7 days', ended, '2022-08-21T19:00:00Z'
        from (select timestamptz '2022-08-01T07:00:00Z' + $1 * interval '1 second' as ended) week
        returning id)
     insert into mailings (digest_id, kind, created_at, begins_at, mails_per_minute, expected)
     select id, 'weekly_news', '2022-08-21T19:00:00Z', '2022-08-21T19:00:00Z', 1, 4 from told",
    "insert into outbox (kind, signature_id, created_at, due_at, attempts, given_up_at, last_error)
     select 'confirm_signature', min(id), '2022-08-20T09:00:00Z', '2022-08-21T09:00:00Z', 8, '2022-08-21T09:00:00Z', '550 5.1.1 no such user' from signatures where petition_id = $1",
];
