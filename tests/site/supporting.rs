//! Supporting a petition that is not published yet, as supporters, their programs and the petition's creator meet it.

use jiff::SignedDuration;
use jiff_sqlx::ToSqlx;
use reqwest::{Method, StatusCode};
use undersigned::{
    actions::support::{SupportConfirmed, confirm_support},
    domain::{
        keyring::{PetitionPurpose, Purpose},
        limits,
        petition::{PetitionId, PetitionState},
        signature::SignatureId,
        staff::Role,
        threshold::Thresholds,
    },
    urls,
};

use crate::support::{Answer, Created, Setup, TestApp, Visitor};

const CREATOR: &str = "willy@example.org";
const SEND: &str = "Support this petition";
const CONFIRM: &str = "Confirm my support";

/// A petition in a state before it is published, with a creator who has confirmed and so many supporters.
pub async fn young(app: &TestApp, state: PetitionState, supporters: usize) -> Created {
    app.petition().state(state).supported("Wilhelmina Oakes", CREATOR, supporters).create().await
}

pub fn link(app: &TestApp, id: PetitionId) -> String {
    urls::support(&id, &app.keyring.petition_token(PetitionPurpose::Support, id))
}

async fn fill_in<'a>(visitor: &'a mut Visitor, app: &TestApp, id: PetitionId, name: &str) -> &'a mut Visitor {
    visitor.visit(&link(app, id)).await;
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    visitor.fill("Full name", name).fill("Email address", &email).fill("Postcode", "CV1 1AA");
    visitor.tick("I am a British citizen or UK resident")
}

/// Fills in the form; says which signature that made.
async fn sends(app: &TestApp, id: PetitionId, name: &str) -> SignatureId {
    fill_in(&mut app.visitor(), app, id, name).await.press(SEND).await.see("Check your inbox");
    app.ask("select max(id) from signatures").await.parse::<i64>().expect("a signature").into()
}

fn verify(app: &TestApp, id: SignatureId) -> String {
    urls::confirm_signature(&id, &app.keyring.token(Purpose::Confirm, id))
}

/// Fills in the form and confirms; what the page says then.
pub async fn supports(app: &TestApp, id: PetitionId, name: &str) -> Visitor {
    let signature = sends(app, id, name).await;
    let mut visitor = app.visitor();
    visitor.visit(&verify(app, signature)).await.press(CONFIRM).await;
    visitor
}

async fn state(app: &TestApp, id: PetitionId) -> String {
    let state = sqlx::query_scalar("select state::text from petitions where id = $1").bind(id.get());
    state.fetch_one(&mut app.db().await).await.expect("a petition")
}

/// Puts a petition into a state, with the moments that belong to it.
pub async fn set_state(app: &TestApp, id: PetitionId, state: PetitionState) {
    sqlx::query(
        "update petitions set state = $2,
             opened_at = case when $2 in ('open', 'closed') then timestamptz '2022-08-18 10:00Z' end,
             closes_at = case when $2 in ('open', 'closed') then timestamptz '2023-02-18 23:59:59.999Z' end,
             closed_at = case when $2 = 'closed' then timestamptz '2022-08-20 10:00Z' end,
             rejected_at = case when $2 in ('rejected', 'hidden') then timestamptz '2022-08-20 10:00Z' end,
             stopped_at = case when $2 = 'stopped' then timestamptz '2022-08-20 10:00Z' end,
             removed_at = case when $2 = 'removed' then timestamptz '2022-08-20 10:00Z' end
         where id = $1",
    )
    .bind(id.get())
    .bind(state)
    .execute(&mut app.db().await)
    .await
    .expect("a state");
}

const QUEUED: &str = "select coalesce(string_agg(kind::text, ' ' order by id), '') from outbox
    where kind not in ('confirm_signature', 'already_signed')";

// --- The way to enough supporters ---

#[tokio::test]
async fn a_petition_with_enough_supporters_is_checked_and_its_creator_told_at_each_step() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 0).await;
    let mut ada = app.visitor();
    fill_in(&mut ada, &app, petition.id, "Ada Lovelace").await;
    assert_eq!(ada.heading(), petition.record.action);
    ada.see(&petition.record.background).see(&petition.record.additional_details).see("Created by Wilhelmina Oakes");
    ada.see("needs 5 supporters before we check and publish it, and 5 are missing");
    ada.tick("Email me about this petition").press(SEND).await;
    assert_eq!(ada.heading(), "Check your inbox");
    ada.see(&petition.record.action);

    let mail = app.mail_to("ada.lovelace@example.org").await;
    assert_eq!(mail.subject, format!("Confirm your support: {}", petition.record.action));
    for words in [&petition.record.background, &petition.record.additional_details] {
        assert!(mail.text.contains(words) && mail.html.contains(words), "{}", mail.text);
    }
    ada.visit(&mail.link("Confirm your support")).await;
    assert_eq!(ada.heading(), "Confirm your support");
    ada.see(&petition.record.additional_details).see("You are supporting it as Ada Lovelace.");
    assert_eq!(
        app.ask("select count(*) from signatures where state = 'pending'").await,
        "1",
        "looking confirms nothing"
    );
    ada.press(CONFIRM).await;
    assert_eq!(ada.heading(), "Your support is counted");
    ada.see("4 more supporters are needed").see("We will write to you when it is published");

    let told = app.mail_to(CREATOR).await;
    assert_eq!(told.subject, format!("One person supports your petition: {}", petition.record.action));
    assert!(told.text.contains("4 more are needed"), "{}", told.text);
    let page = told.link("Your petition’s page");
    assert!(page.ends_with(&urls::creator_page(
        &petition.id,
        &app.keyring.petition_token(PetitionPurpose::Creator, petition.id)
    )));

    for name in ["Bea Two", "Cy Three", "Di Four"] {
        supports(&app, petition.id, name).await;
        assert_eq!(state(&app, petition.id).await, "validated");
        assert!(app.mail_to(CREATOR).await.subject.contains("people support your petition"));
    }
    supports(&app, petition.id, "Eve Five").await.see("It has enough supporters. We are checking");
    assert_eq!(state(&app, petition.id).await, "sponsored");
    let told = app.mail_to(CREATOR).await;
    assert_eq!(told.subject, format!("Your petition has enough supporters: {}", petition.record.action));
    assert!(told.text.contains("usually decide within 7 days"), "{}", told.text);

    // More may come while it is checked; nobody is told of each.
    supports(&app, petition.id, "Flo Six").await.see("We are checking");
    assert_eq!(app.ask("select moderation_threshold_reached_at is not null from petitions").await, "true");
    assert_eq!(app.ask(QUEUED).await, "");
    assert_eq!(app.ask("select signature_count from petition_totals").await, "7");
}

#[tokio::test]
async fn who_has_no_link_sees_what_the_public_sees() {
    let app = TestApp::new().await;
    for state in PetitionState::ALL {
        let petition = app.petition().state(PetitionState::Validated).without_history().create().await;
        set_state(&app, petition.id, state).await;
        let words = [&petition.record.action, &petition.record.background];
        let other = app.keyring.petition_token(PetitionPurpose::Creator, petition.id);
        for token in ["", "x", "aaaaaaaaaaaaaaaaaaaaaaaaaa", &other] {
            for method in [Method::GET, Method::POST] {
                let path = urls::support(&petition.id, token);
                let request = app.request(method.clone(), &path);
                let request = request.header("content-type", "application/x-www-form-urlencoded").body("name=Ada");
                let answer = Answer::to(request).await;
                match state {
                    PetitionState::Dormant | PetitionState::Hidden => assert_eq!(answer.status, 404, "{state:?}"),
                    PetitionState::Removed => assert_eq!(answer.status, 410),
                    _ => assert_eq!(answer.header("location"), petition.url(), "{method} {state:?}"),
                }
                assert!(words.iter().all(|words| !answer.text().contains(*words)), "{state:?}");
            }
            let thanks = app.get(&urls::support_thanks(&petition.id, token)).await;
            assert!(words.iter().all(|words| !thanks.text().contains(*words)), "{state:?}");
        }
    }
    assert_eq!(app.get(&urls::support(&999_999_999.into(), "x")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_link_shows_nothing_before_its_creator_has_confirmed_and_nothing_after_it_was_decided() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 0).await;
    let late = sends(&app, petition.id, "Late One").await;
    let form = "name=Ada&email=ada%40example.org&country=FR&resident=1";
    for state in PetitionState::ALL {
        set_state(&app, petition.id, state).await;
        let shows = matches!(state, PetitionState::Validated | PetitionState::Sponsored | PetitionState::Flagged);
        let answer = app.get(&link(&app, petition.id)).await;
        assert_eq!(answer.status == 200 && answer.text().contains(&petition.record.background), shows, "{state:?}");
        if shows {
            assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
        } else {
            let request = app.request(Method::POST, &link(&app, petition.id)).body(form);
            let kind = "application/x-www-form-urlencoded";
            assert_ne!(Answer::to(request.header("content-type", kind)).await.status, 200, "{state:?}");
            assert_eq!(app.ask("select count(*) from signatures").await, "2", "{state:?} takes no supporters");
        }
    }
    // What was begun before, ends as the petition has.
    for (state, status) in [(PetitionState::Hidden, 404), (PetitionState::Removed, 410), (PetitionState::Stopped, 404)]
    {
        set_state(&app, petition.id, state).await;
        assert_eq!(app.get(&verify(&app, late)).await.status, status, "{state:?}");
        assert_eq!(Answer::to(app.request(Method::POST, &verify(&app, late))).await.status, status, "{state:?}");
    }
    assert_eq!(app.ask("select count(*) from signatures where state = 'pending'").await, "1");
}

#[tokio::test]
async fn a_creator_who_has_not_confirmed_has_no_supporters() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 0).await;
    app.sql("update signatures set state = 'pending', confirmed_at = null; update petitions set state = 'pending'")
        .await
        .expect("not confirmed");
    let mut ada = app.visitor();
    ada.visit(&link(&app, petition.id)).await;
    assert_eq!(ada.path(), urls::gathering_support(&petition.id));
    ada.dont_see(&petition.record.action);
}

// --- Who can, and how many ---

#[tokio::test]
async fn mistakes_come_back_with_what_was_typed() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 0).await;
    let mut ada = app.visitor();
    ada.visit(&link(&app, petition.id)).await;
    ada.fill("Full name", "Ada Lovelace").fill("Email address", "nowhere").press(SEND).await;
    assert_eq!((ada.status(), ada.field("Full name").as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "Ada Lovelace"));
    assert_eq!(ada.mistakes().len(), 3);
    ada.see(&petition.record.background);

    ada.fill("Email address", "ada@gmial.com").fill("Postcode", "CV1 1AA");
    ada.tick("I am a British citizen or UK resident").press(SEND).await;
    ada.see("Did you mean ada@gmail.com?").tick("Yes, use ada@gmail.com").press(SEND).await.see("Check your inbox");
    assert_eq!(app.ask("select count(*) from supporters where not is_creator").await, "1");
}

#[tokio::test]
async fn twenty_supporters_are_enough() {
    let app = TestApp::new().await;
    let most = limits::SUPPORTERS_MOST as usize;
    let petition = young(&app, PetitionState::Sponsored, most - 1).await;
    let early = sends(&app, petition.id, "Early One").await;
    let late = sends(&app, petition.id, "Late One").await;
    let mut slow = app.visitor();
    fill_in(&mut slow, &app, petition.id, "Slow One").await;
    app.visitor().visit(&verify(&app, early)).await.press(CONFIRM).await.see("Your support is counted");

    let mut visitor = app.visitor();
    visitor
        .visit(&link(&app, petition.id))
        .await
        .see("No more people can support it now")
        .see(&petition.record.background);
    slow.press(SEND).await.see("Nothing of what you typed has been kept.");
    assert_eq!(slow.status(), StatusCode::CONFLICT);
    visitor.visit(&verify(&app, late)).await;
    assert_eq!(
        (visitor.status(), &*visitor.heading()),
        (StatusCode::CONFLICT, "No more people can support this petition now")
    );
    assert_eq!(Answer::to(app.request(Method::POST, &verify(&app, late))).await.status, StatusCode::CONFLICT);
    assert_eq!(app.ask("select signature_count from petition_totals").await, (most + 1).to_string());
    // Once it is published, everybody can sign it, and so can those who came too late.
    app.sql("update petitions set state = 'open', opened_at = '2022-08-20', closes_at = '2023-02-20'")
        .await
        .expect("open");
    visitor.visit(&verify(&app, late)).await.press("Confirm my signature").await.see("Your signature is counted");
}

#[tokio::test]
async fn the_last_places_are_given_once_however_many_come_in_one_moment() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, limits::SUPPORTERS_NEEDED as usize - 2).await;
    let mut pending = Vec::new();
    for name in ["Ada One", "Bea Two"] {
        pending.push(sends(&app, petition.id, name).await);
    }
    // Two programs on one database.
    let confirm = async |id: SignatureId| {
        let mut db = app.db().await;
        confirm_support(&mut db, id, Thresholds::default(), app.now).await.expect("confirmed")
    };
    let both = futures_util::future::join(confirm(pending[0]), confirm(pending[1])).await;
    assert_eq!(both, (SupportConfirmed::Now, SupportConfirmed::Now));
    assert_eq!(state(&app, petition.id).await, "sponsored");
    assert_eq!(app.ask(QUEUED).await, "support_reached", "one mail, and none that it makes out of date");

    let mut pending = Vec::new();
    for number in 0..18 {
        pending.push(sends(&app, petition.id, &format!("Crowd {number}")).await);
    }
    let all = futures_util::future::join_all(pending.iter().map(|id| confirm(*id))).await;
    let count = |outcome| all.iter().filter(|it| **it == outcome).count();
    assert_eq!((count(SupportConfirmed::Now), count(SupportConfirmed::Full)), (15, 3));
    assert_eq!(app.ask("select signature_count from petition_totals").await, "21");
    assert_eq!(app.ask(QUEUED).await, "support_reached");
    // Once more is harmless.
    let first = all.iter().position(|it| *it == SupportConfirmed::Now).expect("one");
    assert_eq!(confirm(pending[first]).await, SupportConfirmed::Already);
}

#[tokio::test]
async fn its_creator_and_whoever_supports_it_already_are_told_by_mail_alone() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 1).await;
    let mut willy = app.visitor();
    for (name, email) in [("Wilhelmina Oakes", CREATOR), ("Supporter 1", "supporter1@example.org")] {
        willy.visit(&link(&app, petition.id)).await;
        willy.fill("Full name", name).fill("Email address", email).fill("Country", "France");
        willy.tick("I am a British citizen or UK resident").press(SEND).await.see("Check your inbox");
        assert!(app.mail_to(email).await.subject.starts_with("You have signed already"));
    }
    assert_eq!(app.ask("select count(*) from supporters").await, "2");
    // Somebody else of one household can.
    supports(&app, petition.id, "Ada Lovelace").await;
    willy.visit(&link(&app, petition.id)).await;
    willy.fill("Full name", "Bea Lovelace").fill("Email address", "ada.lovelace@example.org");
    willy.fill("Postcode", "CV1 1AA").tick("I am a British citizen or UK resident").press(SEND).await;
    assert_eq!(app.ask("select count(*) from supporters").await, "4");
}

#[tokio::test]
async fn while_signing_is_paused_nobody_supports_either() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 0).await;
    let mut ada = app.visitor();
    fill_in(&mut ada, &app, petition.id, "Ada Lovelace").await;
    app.sql("update site set collection_paused_at = now()").await.expect("paused");
    ada.press(SEND).await.see("Signing is paused");
    assert_eq!((ada.status(), ada.field("Full name").as_str()), (StatusCode::SERVICE_UNAVAILABLE, "Ada Lovelace"));
    assert_eq!(app.ask("select count(*) from signatures").await, "1");
}

#[tokio::test]
async fn many_supporters_from_one_place_are_set_aside_whatever_they_support() {
    let app = TestApp::new().await;
    let petitions = [young(&app, PetitionState::Validated, 0).await, young(&app, PetitionState::Validated, 0).await];
    for number in 0..=limits::SUPPORTERS_BURST {
        let form = format!("name=Ada&email=ada{number}%40example.org&country=FR&resident=1");
        let request = app.request(Method::POST, &link(&app, petitions[number as usize % 2].id)).body(form);
        let kind = "application/x-www-form-urlencoded";
        assert_eq!(Answer::to(request.header("content-type", kind)).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(app.ask("select count(*) from signatures where suspicion <> 0").await, "1");
    // The supporter does not learn of it, and is not counted.
    let set_aside = app.ask("select id from signatures where suspicion <> 0").await.parse::<i64>().expect("one").into();
    app.visitor().visit(&verify(&app, set_aside)).await.press(CONFIRM).await.see("Your support is counted");
    assert_eq!(app.ask("select max(signature_count) from petition_totals").await, "1");
    assert_eq!(app.ask(QUEUED).await, "");
}

// --- Who changes their mind ---

#[tokio::test]
async fn a_supporter_can_look_at_the_support_stop_mails_and_take_it_back() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 0).await;
    let mut ada = supports(&app, petition.id, "Ada Lovelace").await;
    ada.follow("see what we hold about you, stop mails or take your signature back").await;
    ada.see("Ada Lovelace").see(&petition.record.action);
    ada.press("Withdraw my signature").await.see("Your signature is withdrawn");
    assert_eq!(app.ask("select signature_count from petition_totals").await, "1");

    let signature = sends(&app, petition.id, "Bea Two").await;
    ada.visit(&verify(&app, signature))
        .await
        .press("I did not sign this")
        .await
        .see("We have forgotten this signature");
    sends(&app, petition.id, "Bea Two").await;
    assert_eq!(app.ask("select count(*) from supporters").await, "2", "no more mail about it to that address");
}

#[tokio::test]
async fn a_petition_that_loses_supporters_before_it_is_decided_falls_back_and_comes_again_quietly() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 4).await;
    supports(&app, petition.id, "Ada Lovelace").await;
    assert_eq!(
        (state(&app, petition.id).await.as_str(), app.ask(QUEUED).await.as_str()),
        ("sponsored", "support_reached")
    );

    let ada =
        app.ask("select id from signatures where name = 'Ada Lovelace'").await.parse::<i64>().expect("Ada").into();
    let yours = urls::your_signature(&ada, &app.keyring.token(Purpose::Manage, ada));
    app.visitor().visit(&yours).await.press("Withdraw my signature").await;
    assert_eq!(state(&app, petition.id).await, "validated");
    assert_eq!(app.ask("select moderation_threshold_reached_at is null from petitions").await, "true");

    supports(&app, petition.id, "Bea Two").await;
    assert_eq!(state(&app, petition.id).await, "sponsored");
    assert_eq!(app.ask(QUEUED).await, "support_reached", "it is told once");

    // Who was told that there are enough is told that there are not, and when there are again.
    app.sql("delete from outbox").await.expect("all mail has left");
    let bea = app.ask("select id from signatures where name = 'Bea Two'").await.parse::<i64>().expect("Bea").into();
    let hers = urls::your_signature(&bea, &app.keyring.token(Purpose::Manage, bea));
    app.visitor().visit(&hers).await.press("Withdraw my signature").await;
    assert_eq!(app.ask(QUEUED).await, "support_lost");
    supports(&app, petition.id, "Cleo Three").await;
    assert_eq!(app.ask(QUEUED).await, "", "neither has to be told any more");
    app.sql("delete from outbox").await.expect("all mail has left");

    // Staff find that one of them is none.
    let mut grace = app.staff(Role::Sysadmin).await;
    let cleo =
        app.ask("select id from signatures where name = 'Cleo Three'").await.parse::<i64>().expect("Cleo").into();
    let act = undersigned::domain::judging::Judgement::Invalidate;
    let actor = undersigned::store::audit::Actor::nobody("command line");
    let judge = undersigned::actions::judge_signatures::judge_signatures;
    let now = app.now + SignedDuration::from_secs(1);
    judge(&mut app.db().await, &[cleo], act, "no such person", None, &actor, Thresholds::default(), now)
        .await
        .expect("judged");
    assert_eq!(state(&app, petition.id).await, "validated");
    // What was flagged stays so, whoever comes and goes.
    set_state(&app, petition.id, PetitionState::Flagged).await;
    supports(&app, petition.id, "Cy Three").await;
    assert_eq!(state(&app, petition.id).await, "flagged");
    grace.visit(&urls::admin::petition(&petition.id)).await.see("Cy Three");
}

#[tokio::test]
async fn the_creators_signature_stays_as_long_as_the_petition_stands_on_it() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 2).await;
    let willy: SignatureId =
        app.ask("select signature_id from supporters where is_creator").await.parse::<i64>().expect("Willy").into();
    let token = app.keyring.token(Purpose::Manage, willy);
    let mut visitor = app.visitor();
    visitor.visit(&urls::your_signature(&willy, &token)).await.see("it stands on your signature");
    visitor.follow("withdraw the petition as a whole").await;
    assert_eq!(visitor.heading(), "Withdraw your petition");
    let answer = Answer::to(app.request(Method::POST, &urls::withdraw_signature(&willy, &token))).await;
    assert_eq!(answer.header("location"), urls::your_signature(&willy, &token));
    assert_eq!(app.ask("select state from signatures order by id limit 1").await, "validated");
    assert_eq!(state(&app, petition.id).await, "validated");
}

// --- Thresholds ---

#[tokio::test]
async fn a_creator_is_told_of_each_threshold_once() {
    let thresholds = Thresholds { response: 3, debate: 4 };
    let app = TestApp::with(Setup { thresholds, ..Setup::default() }).await;
    let petition = young(&app, PetitionState::Validated, 1).await;
    sqlx::query("update petitions set state = 'open', opened_at = $2, closes_at = $3 where id = $1")
        .bind(petition.id.get())
        .bind((app.now - SignedDuration::from_hours(48)).to_sqlx())
        .bind((app.now + SignedDuration::from_hours(4800)).to_sqlx())
        .execute(&mut app.db().await)
        .await
        .expect("published");
    let mut signed = Vec::new();
    let mut sign = async |name: &str| {
        let mut visitor = app.visitor();
        visitor.visit(&urls::sign(&petition.id)).await;
        visitor.fill("Full name", name).fill("Email address", &format!("{name}@example.org"));
        visitor.fill("Postcode", "CV1 1AA").tick("I am a British citizen or UK resident");
        visitor.press("Sign this petition").await.see("Check your inbox");
        let id = app.ask("select max(id) from signatures").await.parse::<i64>().expect("one").into();
        visitor.visit(&verify(&app, id)).await.press("Confirm my signature").await.see("Your signature is counted");
        signed.push(id);
    };
    sign("Ada").await;
    let mail = app.mail_to(CREATOR).await;
    assert_eq!(mail.subject, format!("Your petition has reached 3 signatures: {}", petition.record.action));
    sign("Bea").await;
    let mail = app.mail_to(CREATOR).await;
    assert_eq!(mail.subject, format!("Your petition has reached 4 signatures: {}", petition.record.action));
    for id in std::mem::take(&mut signed) {
        let yours = urls::your_signature(&id, &app.keyring.token(Purpose::Manage, id));
        app.visitor().visit(&yours).await.press("Withdraw my signature").await;
    }
    assert_eq!(app.ask("select response_threshold_reached_at is null from petitions").await, "true");
    let sign = async |name: &str| {
        let mut visitor = app.visitor();
        visitor.visit(&urls::sign(&petition.id)).await;
        visitor.fill("Full name", name).fill("Email address", &format!("{name}@example.org"));
        visitor.fill("Postcode", "CV1 1AA").tick("I am a British citizen or UK resident");
        visitor.press("Sign this petition").await;
        let id = app.ask("select max(id) from signatures").await.parse::<i64>().expect("one").into();
        visitor.visit(&verify(&app, id)).await.press("Confirm my signature").await.see("Your signature is counted");
    };
    sign("Cy").await;
    assert_eq!(app.ask("select response_threshold_reached_at is not null from petitions").await, "true");
    assert_eq!(app.ask(QUEUED).await, "", "it is told once");
}
