//! Counting: exactly once, whoever does it, whatever else happens in the same moment.

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use jiff::SignedDuration;
use proptest::{prelude::*, strategy::ValueTree};
use sqlx::{Connection, Row};
use tokio::time::timeout;
use undersigned::{
    actions::{
        confirm_signature::{Confirm, Confirmation, Confirmed},
        live_settings::Live,
        quarantine,
        recount::recount,
        rotate_keys::{RotateKeysError, rotate_keys},
        sign::{NewSignature, NotCollected, Signed},
        signing::Signing,
        together::{NotDone, Together, Work},
        withdraw_signature::{disown_signature, withdraw_signature},
    },
    domain::{
        email::EmailAddress,
        keyring::{EmailHash, Keyring, SecretKey},
        petition::PetitionId,
        postcode::Postcode,
        signature::SignatureId,
        signer::SignerName,
        suspicion::Suspicion,
        threshold::Thresholds,
    },
    store::{self, audit::Actor},
};

use crate::support::{Setup, TestApp, day};

/// People who sign, and a program of the site for them, beside the one that serves the pages.
struct Crowd<'a> {
    app: &'a TestApp,
    signing: Signing,
    uk: i32,
}

impl<'a> Crowd<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let uk =
            app.ask("select id from areas where kind = 'country' and code = 'GB'").await.parse().expect("a number");
        Self { app, signing: app.signing(), uk }
    }

    fn person(&self, petition: PetitionId, number: usize) -> NewSignature {
        NewSignature {
            petition,
            name: SignerName::parse(&format!("Ada Number {number}")).expect("a name"),
            email: EmailAddress::parse(&format!("ada{number}@example.org")).expect("an address"),
            country: self.uk,
            postcode: Some(Postcode::parse("SW1A 1AA").expect("a postcode")),
            wants_updates: true,
            signed_from: Some("192.0.2.7".parse().expect("an address")),
            suspicion: None,
        }
    }

    async fn sign(&self, new: &NewSignature) -> Result<Signed, NotDone> {
        self.signing.sign(new, self.app.now).await
    }

    /// Signs as many as that, at once, and says their numbers.
    async fn sign_all(&self, petition: PetitionId, people: std::ops::Range<usize>) -> Vec<SignatureId> {
        let people: Vec<_> = people.map(|number| self.person(petition, number)).collect();
        for outcome in join_all(people.iter().map(|new| self.sign(new))).await {
            assert_eq!(outcome.expect("signed"), Signed::CheckYourMail);
        }
        self.pending(petition).await
    }

    async fn pending(&self, petition: PetitionId) -> Vec<SignatureId> {
        let rows = sqlx::query("select id from signatures where petition_id = $1 and state = 'pending' order by id")
            .bind(petition.get())
            .fetch_all(&mut self.app.db().await)
            .await
            .expect("signatures");
        rows.into_iter().map(|row| row.get::<i64, _>(0).into()).collect()
    }

    async fn confirm(&self, id: SignatureId) -> Confirmed {
        self.signing.confirm(id, self.app.now).await.expect("an outcome")
    }

    async fn withdraw(&self, id: SignatureId) {
        let thresholds = Thresholds { response: 5, debate: 8 };
        withdraw_signature(&mut self.app.db().await, id, thresholds, self.app.now).await.expect("withdrawn");
    }
}

impl TestApp {
    async fn count_of(&self, petition: PetitionId) -> i32 {
        sqlx::query_scalar("select signature_count from petition_totals where petition_id = $1")
            .bind(petition.get())
            .fetch_one(&mut self.db().await)
            .await
            .expect("a count")
    }

    /// Makes sure that every tally agrees with the ledger.
    async fn agrees(&self) {
        assert_eq!(self.run_job("check tallies", self.now).await, 0, "every tally agrees with the ledger");
    }
}

#[tokio::test]
async fn a_crowd_is_counted_exactly_once_by_two_programs() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    let (here, there) = (Crowd::new(&app).await, Crowd::new(&app).await);
    // Everybody comes to both, three times.
    let people: Vec<_> = (0..300).map(|number| here.person(petition.id, number)).collect();
    let everywhere = [&here, &there, &here, &there, &there, &here];
    let outcomes = join_all(everywhere.iter().flat_map(|crowd| people.iter().map(|new| crowd.sign(new)))).await;
    assert!(outcomes.into_iter().all(|outcome| matches!(outcome, Ok(Signed::CheckYourMail))));
    let ids = here.pending(petition.id).await;
    assert_eq!(ids.len(), 300);
    assert_eq!(app.ask("select max(mails_sent) from signatures").await, "5", "six times asked, five times sent");
    assert_eq!(app.ask("select count(*) from outbox").await, "1500");
    assert_eq!(app.count_of(petition.id).await, 0, "nothing counts before it is confirmed");

    let outcomes = join_all(everywhere.iter().flat_map(|crowd| ids.iter().map(|id| crowd.confirm(*id)))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Confirmed::Now).count(), 300);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Confirmed::Already).count(), 1500);
    assert_eq!(app.count_of(petition.id).await, 300);
    assert_eq!(app.ask("select count(*) from ledger where reason = 'confirmed'").await, "300");
    assert_eq!(app.ask("select sum(added) from tally_hours").await, "300");
    assert_eq!(app.ask("select sum(added) from tally_minutes").await, "300");
    app.agrees().await;
}

#[tokio::test]
async fn two_programs_count_many_petitions_without_getting_in_each_others_way() {
    let app = TestApp::new().await;
    let mut petitions = Vec::new();
    for _ in 0..12 {
        petitions.push(app.petition().without_history().signatures(0).create().await.id);
    }
    let (here, there) = (Crowd::new(&app).await, Crowd::new(&app).await);
    let mut work = Vec::new();
    for (at, petition) in petitions.iter().enumerate() {
        let crowd = if at % 2 == 0 { &here } else { &there };
        crowd.sign_all(*petition, 0..40).await;
        work.extend(crowd.pending(*petition).await);
    }
    // In opposite orders, so that each begins where the other ends.
    let (forth, back) = (work.clone(), work.iter().rev().copied().collect::<Vec<_>>());
    let both = forth.iter().map(|id| here.confirm(*id)).chain(back.iter().map(|id| there.confirm(*id)));
    let counted = join_all(both).await.into_iter().filter(|outcome| *outcome == Confirmed::Now).count();
    assert_eq!(counted, 480);
    for petition in petitions {
        assert_eq!(app.count_of(petition).await, 40);
    }
    app.agrees().await;
}

#[tokio::test]
async fn signatures_count_where_people_live() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    app.sql(
        "insert into postcodes (code, area_id, terminated)
         select 'SW1A1AA', id, false from areas where code = 'E14001172'",
    )
    .await
    .expect("a postcode");
    let crowd = Crowd::new(&app).await;
    let france =
        app.ask("select id from areas where kind = 'country' and code = 'FR'").await.parse().expect("a number");
    let london = crowd.person(petition.id, 1);
    let unknown = NewSignature { postcode: Postcode::parse("ZZ1 1ZZ").ok(), ..crowd.person(petition.id, 2) };
    let paris = NewSignature { postcode: None, country: france, ..crowd.person(petition.id, 3) };
    for new in [&london, &unknown, &paris] {
        assert_eq!(crowd.sign(new).await.expect("signed"), Signed::CheckYourMail);
    }
    let ids = crowd.pending(petition.id).await;
    join_all(ids.iter().map(|id| crowd.confirm(*id))).await;
    let places = "select string_agg(a.code || ' ' || t.signature_count, ', ' order by a.code) from";
    let places = async |table| {
        let sql = format!("{places} {table} t join areas a on a.id = t.area_id");
        sqlx::query_scalar::<_, Option<String>>(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut app.db().await)
            .await
            .expect("places")
    };
    assert_eq!(places("tally_constituencies").await.as_deref(), Some("E14001172 1"));
    assert_eq!(places("tally_countries").await.as_deref(), Some("FR 1, GB 2"));
    let parts = "select in_constituencies || ' ' || in_other_countries || ' ' || not_located from petition_totals";
    assert_eq!(app.ask(parts).await, "1 1 1");
    app.agrees().await;

    join_all(ids.iter().map(|id| crowd.withdraw(*id))).await;
    assert_eq!(app.ask(parts).await, "0 0 0");
    assert_eq!(app.ask("select added || ' ' || removed from tally_hours").await, "3 3");
    app.agrees().await;
}

#[tokio::test]
async fn thresholds_are_stamped_once_and_taken_back_when_the_count_falls() {
    let thresholds = Thresholds { response: 5, debate: 8 };
    let app = TestApp::with(Setup { thresholds, ..Setup::default() }).await;
    let petition = app.petition().without_history().signatures(0).create().await;
    let crowd = Crowd { signing: app.signing_with(thresholds), ..Crowd::new(&app).await };
    let stamps = "select coalesce(response_threshold_reached_at::text, '-') || ' ' ||
                      coalesce(debate_threshold_reached_at::text, '-') from petitions";
    let ids = crowd.sign_all(petition.id, 0..9).await;
    for id in &ids[..4] {
        crowd.confirm(*id).await;
    }
    assert_eq!(app.ask(stamps).await, "- -");
    crowd.confirm(ids[4]).await;
    let first = "2022-08-21 20:00:00+00 -";
    assert_eq!(app.ask(stamps).await, first);
    for id in &ids[5..] {
        crowd.signing.confirm(*id, app.now + SignedDuration::from_hours(1)).await.expect("confirmed");
    }
    let both = "2022-08-21 20:00:00+00 2022-08-21 21:00:00+00";
    assert_eq!(app.ask(stamps).await, both, "the first is stamped once");
    for id in &ids[..2] {
        crowd.withdraw(*id).await;
    }
    assert_eq!(app.count_of(petition.id).await, 7);
    assert_eq!(app.ask(stamps).await, first, "the debate's is taken back");
    app.sql("update petitions set government_response_at = now()").await.expect("an answer");
    for id in &ids[2..] {
        crowd.withdraw(*id).await;
    }
    assert_eq!(app.ask(stamps).await, first, "what the Government has answered it has answered");
    app.agrees().await;
}

#[tokio::test]
async fn what_is_suspected_is_confirmed_but_not_counted_and_the_ledger_shows_both() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    let crowd = Crowd::new(&app).await;
    for number in 0..4 {
        let suspicion = (number % 2 == 0).then_some(Suspicion::ManyFromAddress);
        crowd.sign(&NewSignature { suspicion, ..crowd.person(petition.id, number) }).await.expect("signed");
    }
    for id in crowd.pending(petition.id).await {
        assert_eq!(crowd.confirm(id).await, Confirmed::Now, "the same for everybody");
        assert_eq!(crowd.confirm(id).await, Confirmed::Already);
    }
    assert_eq!(app.count_of(petition.id).await, 2);
    assert_eq!(
        app.ask(
            "select string_agg(reason || ' ' || n, ', ') from
                     (select reason::text, sum(change) as n from ledger group by 1 order by 1) l"
        )
        .await,
        "confirmed 4, quarantined -2"
    );
    app.agrees().await;
}

#[tokio::test]
async fn petitions_that_take_no_signatures_say_why() {
    let app = TestApp::new().await;
    let crowd = Crowd::new(&app).await;
    let over = app.petition().open_until(day("2022-08-20")).create().await;
    let elsewhere = app.petition().imported(700_001).create().await;
    let open = app.petition().create().await;
    let outcome = async |petition| crowd.sign(&crowd.person(petition, 1)).await.expect("an outcome");
    assert_eq!(outcome(over.id).await, Signed::NotCollected(NotCollected::Closed), "although nobody has closed it yet");
    assert_eq!(outcome(elsewhere.id).await, Signed::NotCollected(NotCollected::Elsewhere));
    assert_eq!(outcome(1.into()).await, Signed::NotCollected(NotCollected::Missing));
    assert_eq!(outcome(i64::MAX.into()).await, Signed::NotCollected(NotCollected::Missing));
    app.sql("update site set collection_paused_at = now()").await.expect("a pause");
    assert_eq!(outcome(open.id).await, Signed::NotCollected(NotCollected::Paused));
    app.sql("update site set collection_paused_at = null").await.expect("no pause");
    assert_eq!(outcome(open.id).await, Signed::CheckYourMail);
}

#[tokio::test]
async fn who_signed_in_time_may_confirm_for_a_day_after_closing() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).open_until(day("2022-08-21")).create().await;
    let crowd = Crowd::new(&app).await;
    let ids = crowd.sign_all(petition.id, 0..3).await;
    let deadline = petition.record.dates.closes_at.expect("a deadline");
    let hours = SignedDuration::from_hours;
    let confirm = async |id, at| crowd.signing.confirm(id, at).await.expect("an outcome");
    assert_eq!(confirm(ids[0], deadline + hours(1)).await, Confirmed::Now, "before anybody has closed it");
    app.run_job("close petitions", deadline + hours(2)).await;
    assert_eq!(confirm(ids[1], deadline + hours(24)).await, Confirmed::Now);
    assert_eq!(confirm(ids[2], deadline + hours(24) + SignedDuration::from_secs(1)).await, Confirmed::TooLate);
    assert_eq!(app.count_of(petition.id).await, 2);
    app.sql("update petitions set state = 'rejected', rejected_at = now()").await.expect("a rejection");
    assert_eq!(confirm(ids[2], deadline).await, Confirmed::NotCollected);
    app.agrees().await;
}

#[tokio::test]
async fn a_link_is_useless_once_the_signature_is_withdrawn_or_disowned() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    let crowd = Crowd::new(&app).await;
    let ids = crowd.sign_all(petition.id, 0..2).await;
    crowd.confirm(ids[0]).await;
    crowd.withdraw(ids[0]).await;
    crowd.withdraw(ids[0]).await;
    assert_eq!(crowd.confirm(ids[0]).await, Confirmed::Gone);
    assert_eq!(
        app.ask(
            "select name || contact::text || coalesce(email_hash::text, '') from signatures where state = 'withdrawn'"
        )
        .await,
        "\\x"
    );

    disown_signature(&mut app.db().await, ids[1], app.now).await.expect("disowned");
    assert_eq!(crowd.confirm(ids[1]).await, Confirmed::Gone);
    let mails = app.ask("select count(*) from outbox").await;
    assert_eq!(
        crowd.sign(&crowd.person(petition.id, 1)).await.expect("an outcome"),
        Signed::CheckYourMail,
        "as for everybody"
    );
    assert_eq!(app.ask("select count(*) from outbox").await, mails, "but no mail");
    assert!(crowd.pending(petition.id).await.is_empty());

    // Who has taken a signature back may change their mind.
    assert_eq!(crowd.sign_all(petition.id, 0..1).await.len(), 1);
    assert_eq!(app.count_of(petition.id).await, 0);
    app.agrees().await;
}

#[tokio::test]
async fn a_household_shares_an_address_but_only_two_people_do() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    let crowd = Crowd::new(&app).await;
    let named = |name: &str, postcode: &str| NewSignature {
        name: SignerName::parse(name).expect("a name"),
        postcode: Postcode::parse(postcode).ok(),
        email: EmailAddress::parse("The.Lovelaces+petitions@gmail.com").expect("an address"),
        ..crowd.person(petition.id, 0)
    };
    let same = |new: NewSignature| NewSignature {
        email: EmailAddress::parse("thelovelaces@googlemail.com").expect("one"),
        ..new
    };
    let all = [
        named("Ada Lovelace", "SW1A 1AA"),
        same(named("ADA  LOVELACE", "SW1A 1AA")),
        same(named("Bea Lovelace", "M1 1AE")),
        same(named("Bea Lovelace", "sw1a1aa")),
        named("Cy Lovelace", "SW1A 1AA"),
    ];
    for outcome in join_all(all.iter().map(|new| crowd.sign(new))).await {
        assert_eq!(outcome.expect("an outcome"), Signed::CheckYourMail);
    }
    assert_eq!(
        app.ask("select string_agg(name, ', ' order by household_member) from signatures").await,
        "Ada Lovelace, Bea Lovelace"
    );
    assert_eq!(app.ask("select count(*) from outbox").await, "5", "each of the five had a mail of one kind");
}

#[tokio::test]
async fn a_recount_waits_for_who_is_counting() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    let crowd = Crowd::new(&app).await;
    let ids = crowd.sign_all(petition.id, 0..2).await;
    assert_eq!(crowd.confirm(ids[0]).await, Confirmed::Now);
    app.sql("update tally_hours set added = added + 5").await.expect("an alteration");

    // Somebody confirms, and has counted but not committed when the recount begins.
    let mut counting = app.db().await;
    let mut tx = counting.begin().await.expect("a transaction");
    let confirm = Confirm { live: Live::fixed(Thresholds { response: 5, debate: 8 }) };
    let outcomes = confirm.run(&mut tx, &[&Confirmation { signature: ids[1], now: app.now }]).await;
    assert_eq!(outcomes.expect("outcomes"), [Some(Confirmed::Now)]);
    let mut db = app.db().await;
    let mut recounting = pin!(recount(&mut db, Thresholds::default(), app.now));
    assert!(timeout(Duration::from_millis(500), &mut recounting).await.is_err(), "it waits");
    tx.commit().await.expect("a commit");
    recounting.await.expect("a recount");

    assert_eq!(app.count_of(petition.id).await, 2);
    app.agrees().await;
}

#[tokio::test]
async fn what_is_let_out_of_quarantine_counts_from_then_on() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    let crowd = Crowd::new(&app).await;
    for number in 0..9 {
        let suspicion = Some(if number < 5 { Suspicion::ManyFromAddress } else { Suspicion::BlockedDomain });
        crowd.sign(&NewSignature { suspicion, ..crowd.person(petition.id, number) }).await.expect("signed");
    }
    let ids = crowd.pending(petition.id).await;
    join_all(ids[..8].iter().map(|id| crowd.confirm(*id))).await;
    let staff = Actor::nobody("command line");
    let release = async |reason| {
        quarantine::release(&mut app.db().await, petition.id, reason, &staff, Thresholds::default(), app.now)
            .await
            .expect("released")
    };
    assert_eq!(release(Some(Suspicion::ManyFromAddress)).await, 5);
    assert_eq!(app.count_of(petition.id).await, 5);
    assert_eq!(release(None).await, 3);
    assert_eq!(release(None).await, 0);
    assert_eq!(crowd.confirm(ids[8]).await, Confirmed::Now);
    assert_eq!(app.count_of(petition.id).await, 9, "the last one is not suspected any more");
    assert_eq!(app.ask("select sum(change) from ledger where reason = 'reinstated'").await, "8");
    app.agrees().await;
}

#[tokio::test]
async fn personal_data_end_and_the_numbers_stay() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).open_until(day("2022-08-22")).create().await;
    let other = app.petition().without_history().signatures(0).create().await;
    let crowd = Crowd::new(&app).await;
    for id in crowd.sign_all(petition.id, 0..6).await.into_iter().skip(1).chain(crowd.sign_all(other.id, 0..2).await) {
        crowd.confirm(id).await;
    }
    let days = |days: i64| app.now + SignedDuration::from_hours(24 * days);
    assert_eq!(app.run_job("forget unconfirmed", days(13)).await, 0);
    assert_eq!(app.run_job("forget unconfirmed", days(15)).await, 1);
    app.run_job("close petitions", days(3)).await;
    assert_eq!(app.run_job("erase personal data", days(183)).await, 0);
    assert_eq!(app.run_job("erase personal data", days(185)).await, 5);
    assert_eq!(app.run_job("erase personal data", days(185)).await, 0);
    let kept = "select count(*) from signatures where name <> '' or contact <> '' or email_hash is not null or signed_from is not null";
    assert_eq!(app.ask(kept).await, "2", "those of the petition that is open");
    assert_eq!((app.count_of(petition.id).await, app.count_of(other.id).await), (5, 2));
    app.agrees().await;
}

#[tokio::test]
async fn keys_are_changed_while_people_sign() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    let before = Crowd::new(&app).await;
    before.sign_all(petition.id, 0..20).await;

    let (old, new) = (app.secret.clone(), SecretKey::new(2, [7; 32]));
    let both = Keyring::new(&[new.clone(), old]).expect("a ring");
    let during = Crowd {
        signing: Signing::start(&app.pool(), both.clone(), Live::fixed(Thresholds::default())),
        ..Crowd::new(&app).await
    };
    during.sign_all(petition.id, 0..30).await;
    assert_eq!(app.ask("select count(*) from signatures").await, "30", "those who came before are known");

    let rotated = rotate_keys(&mut app.db().await, &both, |_| {}).await.expect("rotated");
    assert_eq!((rotated.resealed, rotated.unopened), (20, 0));
    let new = Keyring::new(&[new]).expect("a ring");
    let after = Crowd {
        signing: Signing::start(&app.pool(), new.clone(), Live::fixed(Thresholds::default())),
        ..Crowd::new(&app).await
    };
    after.sign_all(petition.id, 0..30).await;
    assert_eq!(app.ask("select count(*) from signatures").await, "30", "and with the new key alone");
    for row in
        sqlx::query("select contact, email_hash from signatures").fetch_all(&mut app.db().await).await.expect("rows")
    {
        let contact = new.open(row.get(0), petition.id, EmailHash(row.get(1))).expect("opened");
        assert!(contact.email.ends_with("@example.org") && contact.postcode.as_deref() == Some("SW1A1AA"));
    }
    // Somebody signs at a program that does not know the new key yet: the one of the two that is there first stands.
    before.sign_all(petition.id, 0..1).await;
    assert_eq!(app.ask("select count(*) from signatures").await, "31", "the old program does not know her");
    let again = rotate_keys(&mut app.db().await, &both, |_| {}).await.expect("rotated");
    assert_eq!((again.resealed, again.doubled), (0, 1));
    app.sql("delete from signatures where id = (select max(id) from signatures)").await.expect("one of the two");
    // Another key with a number that was used before would open nothing.
    let reused = Keyring::new(&[SecretKey::new(2, [9; 32])]).expect("a ring");
    assert!(matches!(rotate_keys(&mut app.db().await, &reused, |_| {}).await, Err(RotateKeysError::NumberUsed(2))));
    // A key that is lost takes with it what it has encrypted, and nothing else.
    let lost = Keyring::new(&[SecretKey::new(3, [8; 32])]).expect("a ring");
    assert_eq!(rotate_keys(&mut app.db().await, &lost, |_| {}).await.expect("looked through").unopened, 30);
}

#[tokio::test]
async fn a_stolen_database_tells_no_address_and_no_postcode() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    let crowd = Crowd::new(&app).await;
    crowd.sign_all(petition.id, 0..3).await;
    for table in ["signatures", "outbox", "unwanted_mail", "ledger"] {
        let sql = format!("select coalesce(string_agg(t::text, '; '), '') from {table} t");
        let text: String =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut app.db().await).await.expect("a table");
        for secret in ["example.org", "ada1@", "SW1A", "6164613140"] {
            assert!(!text.contains(secret), "{table}: {text}");
        }
    }
}

/// Divides by each second number, to which the database objects where it is zero; below zero the connection breaks off.
/// The first tells them apart.
struct Divide(Arc<AtomicUsize>);

impl Work for Divide {
    type Item = (usize, i32);
    type Outcome = ();
    type Key = usize;

    fn key(&self, item: &(usize, i32)) -> usize {
        item.0
    }

    async fn run(&self, db: &mut store::Db, items: &[&(usize, i32)]) -> sqlx::Result<Vec<Option<()>>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        for (_, number) in items {
            let sql = "select case when $1 < 0 then pg_terminate_backend(pg_backend_pid()) else 1 / $1 = 1 end";
            sqlx::query(sql).bind(number).execute(&mut *db).await?;
        }
        Ok(vec![Some(()); items.len()])
    }
}

#[tokio::test]
async fn who_shares_a_transaction_with_a_mistake_does_not_suffer_for_it() {
    let app = TestApp::new().await;
    let together = Together::start(app.pool(), Divide(Arc::default()));
    let outcomes = join_all([3, 1, 0, 4, 0, 2].into_iter().enumerate().map(|item| together.run(item))).await;
    let done: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(done, [true, true, false, true, false, true]);
}

#[tokio::test]
async fn a_database_that_goes_away_is_waited_for_once_and_not_by_everybody_in_turn() {
    let app = TestApp::new().await;
    let attempts = Arc::new(AtomicUsize::new(0));
    let together = Together::start(app.pool(), Divide(attempts.clone()));
    let outcomes = join_all((0..100).map(|at| together.run((at, -1)))).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(NotDone::Database(_)))), "{outcomes:?}");
    assert!(attempts.load(Ordering::Relaxed) < 10, "{attempts:?} transactions for a hundred people");
    assert!(together.run((0, 1)).await.is_ok(), "it goes on when the database is back");
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Sign(usize),
    Confirm(usize),
    Withdraw(usize),
    Disown(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let person = 0..4usize;
    let act = prop_oneof![
        person.clone().prop_map(Act::Sign),
        person.clone().prop_map(Act::Confirm),
        person.clone().prop_map(Act::Withdraw),
        person.prop_map(Act::Disown),
    ];
    proptest::collection::vec(act, 1..25)
}

/// Whatever people do in whatever order, the count is that of the people whose last word was a confirmation.
#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_acts_leaves_the_right_count() {
    let app = TestApp::new().await;
    let crowd = Crowd::new(&app).await;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(40));
    let mut cases = Vec::new();
    for _ in 0..40 {
        cases.push(acts().new_tree(&mut runner).expect("acts").current());
    }
    for case in cases {
        let petition = app.petition().without_history().signatures(0).create().await.id;
        let mut model: BTreeMap<usize, (SignatureId, bool)> = BTreeMap::new();
        let mut unwanted = std::collections::BTreeSet::new();
        for act in &case {
            match *act {
                Act::Sign(who) => {
                    crowd.sign(&crowd.person(petition, who)).await.expect("signed");
                    if !model.contains_key(&who) && !unwanted.contains(&who) {
                        let id = *crowd.pending(petition).await.last().expect("a signature");
                        model.insert(who, (id, false));
                    }
                }
                Act::Confirm(who) => {
                    if let Some((id, confirmed)) = model.get_mut(&who) {
                        let outcome = crowd.confirm(*id).await;
                        assert_eq!(outcome, if *confirmed { Confirmed::Already } else { Confirmed::Now }, "{case:?}");
                        *confirmed = true;
                    }
                }
                Act::Withdraw(who) => {
                    if let Some((id, _)) = model.remove(&who) {
                        crowd.withdraw(id).await;
                        assert_eq!(crowd.confirm(id).await, Confirmed::Gone, "{case:?}");
                    }
                }
                Act::Disown(who) => {
                    if let Some((id, confirmed)) = model.get(&who).copied() {
                        disown_signature(&mut app.db().await, id, app.now).await.expect("disowned");
                        if !confirmed {
                            model.remove(&who);
                            unwanted.insert(who);
                        }
                    }
                }
            }
        }
        let expected = model.values().filter(|(_, confirmed)| *confirmed).count();
        assert_eq!(app.count_of(petition).await, expected as i32, "{case:?}");
    }
    app.agrees().await;
}
