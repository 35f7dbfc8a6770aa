//! Staff look for signatures and judge them; every number stays right.

use std::time::Duration;

use jiff::SignedDuration;
use proptest::{prelude::*, strategy::ValueTree};
use reqwest::{Method, StatusCode};
use sqlx::Row;
use undersigned::{
    actions::{
        judge_signatures::judge_signatures,
        quarantine,
        sign::{NewSignature, Signed},
        signing::Signing,
        withdraw_signature::withdraw_signature,
    },
    domain::{
        email::EmailAddress, judging::Judgement, petition::PetitionId, postcode::Postcode, signature::SignatureId,
        signer::SignerName, staff::Role, suspicion::Suspicion, threshold::Thresholds,
    },
    store::audit::Actor,
    urls,
};

use crate::support::{Answer, TestApp, Visitor};

/// Those who sign, by their numbers.
pub struct Signers<'a> {
    app: &'a TestApp,
    signing: Signing,
    uk: i32,
}

impl<'a> Signers<'a> {
    pub async fn of(app: &'a TestApp) -> Self {
        let uk = app.ask("select id from areas where kind = 'country' and code = 'GB'").await;
        Self { app, signing: app.signing(), uk: uk.parse().expect("a number") }
    }

    /// Somebody: from 192.0.2.number, with a postcode in one of two districts.
    pub fn person(&self, petition: PetitionId, number: usize) -> NewSignature {
        let postcode = if number.is_multiple_of(2) { "SW1A 1AA" } else { "M1 1AE" };
        NewSignature {
            petition,
            name: SignerName::parse(&format!("Ada Number {number}")).expect("a name"),
            email: EmailAddress::parse(&format!("ada{number}@example.org")).expect("an address"),
            country: self.uk,
            postcode: Some(Postcode::parse(postcode).expect("a postcode")),
            wants_updates: true,
            signed_from: Some(format!("192.0.2.{}", number % 200).parse().expect("an address")),
            suspicion: None,
        }
    }

    /// Has somebody sign who does not confirm.
    pub async fn pending(&self, new: &NewSignature) -> SignatureId {
        assert_eq!(self.signing.sign(new, self.app.now).await.expect("signed"), Signed::CheckYourMail);
        let newest = sqlx::query("select max(id) from signatures").fetch_one(&mut self.app.db().await).await;
        newest.expect("a signature").get::<i64, _>(0).into()
    }

    /// Has somebody sign and confirm.
    pub async fn sign(&self, new: &NewSignature) -> SignatureId {
        let id = self.pending(new).await;
        self.signing.confirm(id, self.app.now).await.expect("confirmed");
        id
    }

    /// Has so many people sign and confirm.
    pub async fn people(&self, petition: PetitionId, numbers: std::ops::Range<usize>) -> Vec<SignatureId> {
        let mut ids = Vec::new();
        for number in numbers {
            ids.push(self.sign(&self.person(petition, number)).await);
        }
        ids
    }
}

/// Makes sure that every tally agrees with the ledger, and that the ledger is what the signatures say.
pub async fn agrees(app: &TestApp) {
    assert_eq!(app.run_job("check tallies", app.now).await, 0, "every tally agrees with the ledger");
    let ledger = app.ask("select coalesce(sum(change), 0) from ledger where reason <> 'imported'").await;
    assert_eq!(ledger, app.ask("select count(*) from signatures where state = 'validated'").await);
}

/// Waits until the public reads these words on a page, which is kept in memory for a moment.
pub async fn public_reads(public: &mut Visitor, address: &str, words: &str) {
    for _ in 0..100 {
        public.visit(address).await;
        if public.page().text().contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    public.see(words);
}

async fn empty_petition(app: &TestApp) -> PetitionId {
    app.petition().without_history().signatures(0).create().await.id
}

/// The numbers of the signatures on the page.
fn listed(staff: &Visitor) -> Vec<String> {
    staff.page().texts(".signatures tbody .tick label")
}

async fn look<'a>(staff: &'a mut Visitor, field: &str, value: &str) -> &'a mut Visitor {
    staff.visit(urls::admin::signatures()).await;
    staff.fill(field, value).press("Search").await
}

fn words(ids: &[SignatureId]) -> Vec<String> {
    ids.iter().rev().map(ToString::to_string).collect()
}

#[tokio::test]
async fn signatures_are_found_by_what_is_known_of_them_and_no_address_says_whom() {
    let app = TestApp::new().await;
    let (here, there) = (empty_petition(&app).await, empty_petition(&app).await);
    let signers = Signers::of(&app).await;
    let mut ids = signers.people(here, 0..4).await;
    ids.extend(signers.people(there, 4..6).await);
    let mut gmail = signers.person(there, 6);
    gmail.email = EmailAddress::parse("Grace.Hopper+x@gmail.com").unwrap();
    gmail.signed_from = Some("2001:db8:1:2::7".parse().unwrap());
    let gmail = signers.pending(&gmail).await;

    let mut staff = app.staff(Role::Moderator).await;
    staff.visit(urls::admin::signatures()).await;
    assert_eq!(listed(&staff).len(), 7, "the newest come first: {:?}", listed(&staff));
    assert_eq!(listed(&staff)[0], gmail.to_string());
    staff.see("ada3@example.org").see("M1 1AE").see("192.0.2.3").see("Counted").see("Not confirmed yet");

    for (field, value, found) in [
        ("E-mail address", "gracehopper@googlemail.com", vec![gmail]),
        ("E-mail address", "ADA3@example.org", vec![ids[3]]),
        ("E-mail address", "ada*@example.org", ids.clone()),
        ("Name", "ada number 2", vec![ids[2]]),
        ("Name", "*number*", [ids.clone(), vec![gmail]].concat()),
        ("Domain", "@gmail.com", vec![gmail]),
        ("Domain", "*.org", ids.clone()),
        ("Postcode", "m1 1", vec![ids[1], ids[3], ids[5]]),
        ("Postcode", "SW1A 1AA", vec![ids[0], ids[2], ids[4], gmail]),
        ("Network", "192.0.2.0/30", vec![ids[0], ids[1], ids[2], ids[3]]),
        ("Network", "192.0.2.5", vec![ids[5]]),
        ("Network", "2001:db8:1::/48", vec![gmail]),
        ("Petition", &there.to_string(), vec![ids[4], ids[5], gmail]),
        ("State", "Not confirmed yet", vec![gmail]),
        ("Country", "united kingdom", [ids.clone(), vec![gmail]].concat()),
        ("Signed before", "2022-08-21T21:00", vec![]),
        ("Signed from", "2022-08-21T21:00", [ids.clone(), vec![gmail]].concat()),
    ] {
        look(&mut staff, field, value).await;
        assert_eq!(listed(&staff), words(&found), "{field}: {value}");
        if field != "State" {
            assert_eq!(staff.field(field), value, "what was looked for is still there");
        }
        for step in staff.redirects.iter().map(String::as_str).chain([staff.path()]) {
            let told =
                [value.to_owned(), value.replace(' ', "+"), value.replace(' ', "%20"), value.replace('@', "%40")];
            assert!(value.len() < 7 || !told.iter().any(|told| step.contains(told)), "{step}");
        }
    }
    // All conditions must hold.
    staff.visit(&urls::admin::signatures_of(&here)).await;
    assert_eq!(listed(&staff).len(), 4);
    staff.fill("Postcode", "SW1A").fill("Name", "*2").press("Search").await;
    assert_eq!(listed(&staff), words(&[ids[2]]));
    look(&mut staff, "Network", "nowhere").await;
    assert_eq!(staff.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(staff.mistake("Network").starts_with("Enter an address such as 192.0.2.1"));
    look(&mut staff, "Constituency", "Atlantis").await;
    assert_eq!(staff.mistake("Constituency"), "There is no constituency of this name or code");

    // A search is good for one session, and for some time.
    look(&mut staff, "Name", "ada*").await;
    let address = staff.path().to_owned();
    let mut colleague = app.colleague(Role::Moderator, "Joan Clarke").await;
    colleague.visit(&address).await.see("This search is no longer kept");
    assert!(listed(&colleague).is_empty());
    let mut reviewer = app.staff(Role::Reviewer).await;
    reviewer.visit(urls::admin::signatures()).await;
    assert_eq!(reviewer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn pages_go_on_from_fifty_to_the_next_and_a_search_says_how_far_it_looked() {
    let app = TestApp::new().await;
    let petition = empty_petition(&app).await;
    let signers = Signers::of(&app).await;
    let first = signers.people(petition, 0..1).await[0];
    sqlx::query(
        "insert into signatures (created_at, confirmed_at, email_hash, petition_id, area_id, state, household_member,
             wants_updates, name, contact)
         select $1::timestamptz, $1::timestamptz, i, $2::int, $3, 'validated', 1, false, 'Somebody', ''
         from generate_series(1, 100100) i",
    )
    .bind("2022-08-21T20:00:00Z")
    .bind(petition.get())
    .bind(signers.uk)
    .execute(&mut app.db().await)
    .await
    .unwrap();
    let mut staff = app.staff(Role::Moderator).await;
    staff.visit(urls::admin::signatures()).await;
    let newest = listed(&staff);
    assert_eq!(newest.len(), 50);
    staff.follow("Older").await;
    let older = listed(&staff);
    assert_eq!(older.len(), 50);
    assert!(older[0].parse::<i64>().unwrap() + 1 == newest[49].parse::<i64>().unwrap(), "{older:?} {newest:?}");
    staff.follow("Newest").await;
    assert_eq!(listed(&staff), newest);

    look(&mut staff, "Name", "ada*").await;
    staff.see("No signature found").see("Looked at 100,000 signatures, back to 21:00:00 on 21 August 2022.");
    staff.follow("Look further back").await;
    assert_eq!(listed(&staff), words(&[first]));
    staff.dont_see("Look further back");
    // What is in quarantine is found at once, however old.
    let mut joan = app.colleague(Role::Moderator, "Joan Clarke").await;
    staff.tick(&first.to_string()).press("Quarantine").await;
    staff.fill("Reason", "Let us see").press("Quarantine 1 signature").await;
    joan.visit(urls::admin::signatures()).await.follow("In quarantine").await;
    assert_eq!(listed(&joan), words(&[first]));
    joan.dont_see("Look further back");
    // By its address it is found at once, too.
    look(&mut staff, "E-mail address", "ada0@example.org").await;
    assert_eq!(listed(&staff), words(&[first]));
}

pub async fn judge(staff: &mut Visitor, ids: &[SignatureId], act: &str, reason: &str) {
    staff.visit(urls::admin::signatures()).await;
    for id in ids {
        staff.tick(&id.to_string());
    }
    staff.press(act).await;
    let button = staff.heading();
    staff.fill("Reason", reason).press(&button).await;
}

#[tokio::test]
async fn what_is_taken_out_is_told_to_the_public_and_to_the_log_and_can_be_put_back() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(500).create().await;
    let signers = Signers::of(&app).await;
    let ids = signers.people(petition.id, 0..6).await;
    let suspected = NewSignature { suspicion: Some(Suspicion::BlockedNetwork), ..signers.person(petition.id, 6) };
    let suspected = signers.sign(&suspected).await;
    let mut public = app.visitor();
    public_reads(&mut public, &petition.url(), "506 signatures").await;
    public.see("1 signature was set aside as suspected fraud on 21 August 2022.");

    let mut staff = app.staff(Role::Moderator).await;
    staff.visit(urls::admin::signatures()).await;
    for id in [ids[0], ids[1], suspected] {
        staff.tick(&id.to_string());
    }
    staff.press("Invalidate").await;
    staff.see("Takes 3 signatures out of 1 petition; the counts fall by 2.").see("Plant a tree in every street");
    staff.press("Invalidate 3 signatures").await;
    assert_eq!(staff.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(staff.mistake("Reason"), "Say why, for colleagues who read the log");
    staff.fill("Reason", "ada1@example.org is a machine").press("Invalidate 3 signatures").await;
    assert!(staff.mistake("Reason").starts_with("Leave out e-mail addresses"));
    assert_eq!(staff.field("Reason"), "ada1@example.org is a machine");
    staff.fill("Reason", "Made by one machine").press("Invalidate 3 signatures").await;
    staff.see("3 signatures taken out of 1 petition; the counts fell by 2.").see("Invalidated");

    public_reads(&mut public, &petition.url(), "504 signatures").await;
    public.see("2 signatures were removed as suspected fraud on 21 August 2022.");
    agrees(&app).await;
    let line =
        app.ask("select act || ' ' || who || ' ' || before || ' ' || after from audit_log order by id desc").await;
    for part in ["signatures.invalidate Grace Hopper", "Made by one machine", &suspected.to_string(), "quarantined"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!line.contains("ada") && !line.contains("Ada") && !line.contains("192.0.2"), "{line}");
    assert_eq!(app.ask("select count(*) from audit_log").await, "1", "what was refused is not in the log");

    app.set_time(app.now + SignedDuration::from_hours(24));
    let mut staff = app.staff(Role::Moderator).await;
    judge(&mut staff, &[ids[0], suspected], "Put back", "A class of a school").await;
    staff.see("put back; the counts rose by 2");
    judge(&mut staff, &[ids[2]], "Quarantine", "Looks like the others").await;
    judge(&mut staff, &[ids[3]], "Stop mails", "Asked by telephone").await;
    public_reads(&mut public, &petition.url(), "505 signatures").await;
    let page = public.page().text();
    for line in [
        "2 signatures were put back on 22 August 2022.",
        "1 signature was set aside as suspected fraud on 22 August 2022.",
        "2 signatures were removed as suspected fraud on 21 August 2022.",
        "1 signature was set aside as suspected fraud on 21 August 2022.",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    let timeline = public.section("Timeline");
    for line in [
        "22 August 2022 2 signatures were put back. All that was taken out and put back",
        "21 August 2022 2 signatures were removed as suspected fraud.",
    ] {
        assert!(timeline.contains(line), "{line}\n{timeline}");
    }
    assert!(!timeline.contains("set aside"), "the list under the chart has that: {timeline}");
    // The lines add up: 500 imported and 7 confirmed, less what was removed, and what was put back.
    let data = app.get(&urls::petition_json(&petition.id)).await.json();
    let removals = data["data"]["attributes"]["removals"].as_array().unwrap().clone();
    let sum: i64 = removals
        .iter()
        .map(|line| {
            let count = line["signature_count"].as_i64().unwrap();
            if line["reason"] == "reinstated" { count } else { -count }
        })
        .sum();
    assert_eq!(500 + 7 + sum, data["data"]["attributes"]["signature_count"].as_i64().unwrap(), "{removals:?}");
    assert_eq!(removals[0]["on"], "2022-08-21");
    assert_eq!(app.ask("select count(*) from signatures where wants_updates").await, "6");
    assert_eq!(app.run_job("check tallies", app.now).await, 0);

    // A recount makes the lines anew.
    app.sql("update removals set signatures = 77 where reason = 'reinstated'").await.unwrap();
    assert_eq!(app.run_job("check tallies", app.now).await, 1);
    let mut db = app.db().await;
    undersigned::store::recount::rebuild(&mut db, petition.id).await.unwrap();
    assert_eq!(app.run_job("check tallies", app.now).await, 0);
}

#[tokio::test]
async fn what_was_never_confirmed_can_be_counted_or_taken_out_and_waits_again_when_it_is_put_back() {
    let app = TestApp::new().await;
    let petition = empty_petition(&app).await;
    let signers = Signers::of(&app).await;
    let one = signers.pending(&signers.person(petition, 1)).await;
    let two = signers.pending(&signers.person(petition, 2)).await;
    let mut staff = app.staff(Role::Moderator).await;
    judge(&mut staff, &[one], "Validate", "Signed on paper").await;
    staff.see("validated; the counts rose by 1");
    judge(&mut staff, &[one, two], "Invalidate", "A mistake").await;
    staff.see("the counts fell by 1");
    judge(&mut staff, &[one, two], "Put back", "No mistake").await;
    staff.see("the counts rose by 1");
    assert_eq!(app.ask("select string_agg(state::text, ' ' order by id) from signatures").await, "validated pending");
    judge(&mut staff, &[two], "Quarantine", "Let us see").await;
    signers.signing.confirm(two, app.now).await.unwrap();
    assert_eq!(
        app.ask("select string_agg(state::text, ' ' order by id) from signatures").await,
        "validated quarantined",
        "what staff set aside goes into quarantine when it is confirmed"
    );
    agrees(&app).await;
    // A signer can take back what was taken out before it was confirmed.
    let three = signers.pending(&signers.person(petition, 3)).await;
    judge(&mut staff, &[three], "Invalidate", "One of many").await;
    withdraw_signature(&mut app.db().await, three, Thresholds::default(), app.now).await.unwrap();
    assert_eq!(app.ask("select count(*) from signatures where state = 'withdrawn'").await, "1");
    let actor = Actor::nobody("command line");
    let mut db = app.db().await;
    let released = quarantine::release(&mut db, petition, None, &actor, Thresholds::default(), app.now).await;
    assert_eq!(released.unwrap(), 1);
    assert_eq!(
        app.ask("select who || ' ' || act from audit_log order by id desc").await,
        "command line signatures.release"
    );
    agrees(&app).await;
}

#[tokio::test]
async fn only_what_was_on_the_page_can_be_chosen_and_only_in_the_same_session() {
    let app = TestApp::new().await;
    let (here, there) = (empty_petition(&app).await, empty_petition(&app).await);
    let signers = Signers::of(&app).await;
    let (mine, other) = (signers.people(here, 0..2).await, signers.people(there, 2..3).await);
    let mut staff = app.staff(Role::Sysadmin).await;
    staff.visit(&urls::admin::signatures_of(&here)).await;
    assert_eq!(listed(&staff), words(&mine));
    staff.press("Invalidate").await;
    assert_eq!(staff.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(staff.mistakes(), ["Tick the signatures that you mean"]);
    assert_eq!(listed(&staff), words(&mine), "the list is still there");

    let (address, form) = staff.filled_in("Invalidate");
    let post = async |who: &Visitor, form: String| {
        let cookie = format!("staff={}", who.cookie("staff").unwrap());
        let request = app.request(Method::POST, &address).header("cookie", cookie);
        let kind = "application/x-www-form-urlencoded";
        Answer::to(request.header("sec-fetch-site", "same-origin").header("content-type", kind).body(form)).await
    };
    let forged = post(&staff, format!("{form}&row-{}=1", other[0])).await;
    assert_eq!(forged.status, StatusCode::UNPROCESSABLE_ENTITY, "a row that was not on the page is none");
    let colleague = app.colleague(Role::Sysadmin, "Joan Clarke").await;
    let stolen = post(&colleague, format!("{form}&row-{}=1", mine[0])).await;
    assert_eq!(stolen.status, StatusCode::BAD_REQUEST, "nor is one of somebody else’s page");
    for broken in ["", "act=invalidate", "act=explode&offered=x", "offered=%00"] {
        assert_eq!(post(&staff, broken.to_owned()).await.status, StatusCode::BAD_REQUEST, "{broken}");
    }
    let unknown = post(&staff, form.replace("act=invalidate", "act=explode")).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    staff.tick("All on this page").press("Invalidate").await;
    staff.see("Takes 2 signatures out of 1 petition; the counts fall by 2.");
    for address in ["/admin/signatures/judge", "/admin/signatures/erase?choice=x", "/admin/signatures?search=x"] {
        staff.visit(address).await;
        assert!(!staff.status().is_server_error(), "{address}");
    }
}

#[tokio::test]
async fn who_comes_second_sees_what_a_colleague_has_done_and_decides() {
    let app = TestApp::new().await;
    let petition = empty_petition(&app).await;
    let signers = Signers::of(&app).await;
    let ids = signers.people(petition, 0..3).await;
    let (mut grace, mut joan) = (app.staff(Role::Moderator).await, app.colleague(Role::Moderator, "Joan Clarke").await);
    for staff in [&mut grace, &mut joan] {
        staff.visit(urls::admin::signatures()).await;
        staff.tick(&ids[0].to_string()).tick(&ids[1].to_string()).press("Invalidate").await;
    }
    joan.fill("Reason", "One machine").press("Invalidate 2 signatures").await;
    judge(&mut joan, &[ids[0]], "Put back", "Not that one").await;
    grace.fill("Reason", "Typed at length").press("Invalidate 2 signatures").await;
    assert_eq!(grace.status(), StatusCode::CONFLICT);
    assert_eq!(grace.heading(), "Invalidate 1 signature");
    grace.see("Nothing was done").see("1 signature: as that already.");
    assert_eq!(grace.field("Reason"), "Typed at length");
    assert_eq!(app.ask("select count(*) from signatures where state = 'invalidated'").await, "1");
    grace.press("Invalidate 1 signature").await;
    grace.see("1 signature was left as it was.");
    assert_eq!(app.ask("select count(*) from signatures where state = 'invalidated'").await, "2");
    agrees(&app).await;
}

#[tokio::test]
async fn sysadmins_erase_for_good_and_the_creator_of_a_young_petition_stays() {
    let app = TestApp::new().await;
    let petition = empty_petition(&app).await;
    let signers = Signers::of(&app).await;
    let ids = signers.people(petition, 0..2).await;
    let pending = signers.pending(&signers.person(petition, 2)).await;
    let mut moderator = app.staff(Role::Moderator).await;
    moderator.visit(urls::admin::signatures()).await;
    assert!(!moderator.page().texts("button").contains(&"Erase".to_owned()), "moderators do not erase");
    moderator.visit("/admin/signatures/erase").await;
    assert_eq!(moderator.status(), StatusCode::FORBIDDEN);

    sqlx::query("insert into supporters (signature_id, petition_id, is_creator) values ($1, $2::int, true)")
        .bind(ids[1].get())
        .bind(petition.get())
        .execute(&mut app.db().await)
        .await
        .unwrap();
    let mut staff = app.staff(Role::Sysadmin).await;
    judge(&mut staff, &[ids[0], pending], "Erase", "Wishes of the signers").await;
    staff.see("erased; the counts fell by 1");
    assert_eq!(
        app.ask("select string_agg(state || name || length(contact), ' ') from signatures where name = ''").await,
        "withdrawn0"
    );
    assert_eq!(app.ask("select count(*) from signatures").await, "2", "what never counted is gone");
    agrees(&app).await;

    app.sql("update petitions set state = 'sponsored', opened_at = null, closes_at = null").await.unwrap();
    for act in ["Erase", "Invalidate", "Quarantine"] {
        staff.visit(urls::admin::signatures()).await;
        staff.see("creator").tick(&ids[1].to_string()).press(act).await;
        staff.see("Nothing would change.").see("of the creator of a petition that is not published");
    }
}

fn acts() -> impl Strategy<Value = Vec<(u8, usize)>> {
    proptest::collection::vec((0..9u8, 0..5usize), 1..30)
}

/// Whatever staff and signers do in whatever order, every tally is what the ledger says, and the ledger what the
/// signatures say.
#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_judgements_leaves_every_tally_right() {
    let app = TestApp::new().await;
    let signers = Signers::of(&app).await;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(25));
    let actor = Actor::nobody("test");
    for _ in 0..25 {
        let case = acts().new_tree(&mut runner).expect("acts").current();
        let petition = empty_petition(&app).await;
        let mut ids = Vec::new();
        for number in 0..5 {
            let suspicion = (number == 3).then_some(Suspicion::ManyFromNetwork);
            ids.push(signers.pending(&NewSignature { suspicion, ..signers.person(petition, number) }).await);
        }
        for (act, who) in &case {
            let id = ids[*who];
            let thresholds = Thresholds { response: 2, debate: 4 };
            let mut db = app.db().await;
            match Judgement::ALL.get(usize::from(*act)) {
                Some(act) => {
                    let both = [id, ids[(*who + 1) % 5]];
                    judge_signatures(&mut db, &both, *act, "chance", None, &actor, thresholds, app.now)
                        .await
                        .unwrap_or_else(|error| panic!("{case:?}: {error}"));
                }
                None if *act == 6 => {
                    withdraw_signature(&mut db, id, thresholds, app.now).await.expect("withdrawn");
                }
                None => {
                    signers.signing.confirm(id, app.now).await.expect("an outcome");
                }
            }
        }
        agrees(&app).await;
    }
}
