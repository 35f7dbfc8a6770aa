//! Petitions that are saved to go on with them later, by a link in a mail.

use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use undersigned::{
    actions::rotate_keys::rotate_keys,
    domain::{
        draft::DraftId,
        keyring::{Keyring, SecretKey},
        limits,
    },
    urls,
};

use crate::support::{Answer, TestApp, Visitor};

const ACTION: &str = "Teach every child to mend a bicycle";

/// Writes the beginning of a petition, and saves it at the question about its background.
async fn save<'a>(ada: &'a mut Visitor, email: &str) -> &'a mut Visitor {
    ada.visit(urls::new_petition()).await.tick("Yes").press("Continue").await;
    ada.fill("What you want done", ACTION).press("Continue").await;
    ada.press("Continue with my petition").await.fill("Why it should be done", "Because of <freedom>.");
    ada.press("Save and finish later").await.fill("Email address", email).press("Save and send me the link").await
}

async fn the_draft(app: &TestApp) -> DraftId {
    DraftId(app.ask("select max(id) from petition_drafts").await.parse().expect("a draft"))
}

fn link(app: &TestApp, draft: DraftId) -> String {
    urls::draft(&draft, &app.keyring.draft_token(draft))
}

const DRAFTS: &str = "select count(*) from petition_drafts";

#[tokio::test]
async fn a_petition_is_saved_and_taken_up_elsewhere() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    save(&mut ada, "ada@example.org").await;
    assert_eq!((ada.path(), &*ada.heading()), (urls::draft_saved(), "Your petition is saved"));
    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, "Go on with your petition on Undersigned");
    for typed in ["bicycle", "freedom"] {
        assert!(!mail.source.contains(typed), "the address may be somebody else's: {}", mail.text);
    }
    assert!(mail.text.contains("until 21:00 on 20 September 2022"), "{}", mail.text);

    let mut phone = app.visitor();
    phone.visit(&mail.link("Go on with your petition")).await;
    assert_eq!((phone.heading(), phone.status()), ("Why do you want it?".to_owned(), StatusCode::OK));
    phone.see("You saved this on 21 August 2022.").see(ACTION);
    assert_eq!(phone.field("Why it should be done").trim_start_matches('\n'), "Because of <freedom>.");
    phone.press("Continue").await.press("Continue").await;
    assert_eq!(phone.field("Email address"), "ada@example.org", "it is known already");
    phone.fill("Full name", "Ada Lovelace").fill("Postcode", "CV1 1AA").press("Continue").await.see(ACTION);
    phone.press("Send my petition").await.see("Check your inbox");
    assert_eq!(app.ask("select action from petitions").await, ACTION);
    assert_eq!(app.ask(DRAFTS).await, "0", "what is sent is no draft any more");
    phone.visit(&mail.link("Go on with your petition")).await;
    assert_eq!((phone.status(), &*phone.heading()), (StatusCode::NOT_FOUND, "This draft is not here any more"));
}

#[tokio::test]
async fn what_is_saved_again_is_the_same_draft() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    save(&mut ada, "ada@example.org").await;
    let draft = the_draft(&app).await;
    app.mail_to("ada@example.org").await;
    ada.visit(&link(&app, draft)).await.press("Back").await.press("Back").await;
    ada.fill("What you want done", "Mend bicycles").press("Save and finish later").await;
    assert_eq!(ada.field("Email address"), "ada@example.org");
    app.set_time(app.now + SignedDuration::from_hours(24 * 20));
    ada.press("Save and send me the link").await.see("Your petition is saved");
    assert_eq!((app.ask(DRAFTS).await, the_draft(&app).await), ("1".to_owned(), draft));
    app.mail_to("ada@example.org").await;
    ada.visit(&link(&app, draft)).await.see("You saved this on 10 September 2022.");
    assert_eq!(ada.heading(), "What do you want us to do?");
    assert_eq!(ada.field("What you want done").trim_start_matches('\n'), "Mend bicycles");

    // Thirty days after it was saved last.
    let hour = SignedDuration::from_hours(1);
    let end = app.now + SignedDuration::from_hours(24 * (20 + limits::KEEP_DRAFTS_DAYS));
    assert_eq!(app.run_job("forget drafts", end - hour).await, 0);
    assert_eq!(app.run_job("forget drafts", end + hour).await, 1);
    assert_eq!(app.run_job("forget drafts", end + hour).await, 0);
    assert_eq!(app.get(&link(&app, draft)).await.status, StatusCode::NOT_FOUND);
    // Whoever was just writing has not lost anything.
    ada.press("Continue").await.see("Petitions that are like yours").press("Continue with my petition").await;
    assert_eq!(ada.field("Why it should be done").trim_start_matches('\n'), "Because of <freedom>.");
    ada.press("Save and finish later").await.press("Save and send me the link").await.see("Your petition is saved");
    assert_eq!(app.ask(DRAFTS).await, "1");
}

#[tokio::test]
async fn the_form_in_one_tab_saves_one_draft_however_often() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit(urls::new_petition()).await.press("Save and finish later").await;
    ada.fill("Email address", "ada@example.org");
    let (address, form) = ada.filled_in("Save and send me the link");
    let kind = "application/x-www-form-urlencoded";
    let post = || Answer::to(app.request(Method::POST, &address).header("content-type", kind).body(form.clone()));
    for answer in futures_util::future::join_all((0..5).map(|_| post())).await {
        assert_eq!(answer.header("location"), urls::draft_saved());
    }
    assert_eq!(
        app.ask("select concat_ws(' ', (select count(*) from petition_drafts), (select count(*) from outbox))").await,
        "1 1"
    );
}

#[tokio::test]
async fn an_address_is_asked_for_and_slips_are_asked_about() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit(urls::new_petition()).await.press("Save and finish later").await.press("Save and send me the link").await;
    assert_eq!(
        (ada.status(), ada.mistakes()),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["Enter your email address".to_owned()])
    );
    ada.fill("Email address", "ada@gmial.com")
        .press("Save and send me the link")
        .await
        .see("Did you mean ada@gmail.com?");
    ada.press("Back").await;
    assert_eq!(ada.heading(), "Are you a British citizen or UK resident?");
    ada.press("Save and finish later").await;
    assert_eq!(ada.field("Email address"), "ada@gmial.com");
    ada.press("Save and send me the link").await.see("Your petition is saved");
    assert_eq!(app.ask(DRAFTS).await, "1");
}

#[tokio::test]
async fn nobody_is_sent_many_mails_and_nobody_learns_who_has_a_draft() {
    let app = TestApp::new().await;
    let mut eve = app.visitor();
    for _ in 0..limits::SAVED_BURST {
        save(&mut eve, "ada@example.org").await.see("Your petition is saved");
    }
    save(&mut eve, "ada@example.org").await;
    assert_eq!(eve.status(), StatusCode::TOO_MANY_REQUESTS);
    eve.see("Wait a few minutes");
    assert_eq!(eve.field("Email address"), "ada@example.org");
    assert_eq!(app.ask("select count(*) from outbox").await, limits::SAVED_BURST.to_string());
    save(&mut eve, "bob@example.org").await.see("Your petition is saved");
    app.set_time(app.now + SignedDuration::from_mins(10));
    save(&mut eve, "ada@example.org").await.see("Your petition is saved");
}

#[tokio::test]
async fn a_draft_is_deleted_by_whoever_has_its_link() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    save(&mut ada, "ada@example.org").await;
    let draft = the_draft(&app).await;
    ada.visit(&link(&app, draft)).await.press("Delete this draft").await;
    assert_eq!((ada.heading(), app.ask(DRAFTS).await), ("Your draft is deleted".to_owned(), "0".to_owned()));
    // Its mail, which has not left yet, is not sent.
    app.becomes("select count(*) from outbox", "1").await;
    app.deliver();
    app.becomes("select count(*) from outbox", "0").await;
    assert!(app.mailbox().mails().is_empty());
}

#[tokio::test]
async fn nothing_of_a_draft_can_be_read_without_its_link() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    save(&mut ada, "ada@example.org").await;
    let row =
        app.ask("select concat((select d::text from petition_drafts d), (select jsonb_agg(o) from outbox o))").await;
    for typed in ["ada@", "example.org", "bicycle", "freedom"] {
        assert!(!row.contains(typed), "{typed}: {row}");
    }
    save(&mut ada, "bob@example.org").await;
    let (one, other) = (DraftId(1), DraftId(2));
    let token = app.keyring.draft_token(one);
    for address in [
        urls::draft(&other, &token),
        urls::draft(&one, ""),
        urls::draft(&one, "aaaa"),
        urls::draft(&DraftId(9), &token),
    ] {
        let answer = app.get(&address).await;
        assert_eq!((answer.status, answer.text().contains("bicycle")), (StatusCode::NOT_FOUND, false), "{address}");
    }
    for path in ["/petitions/drafts/abc", "/petitions/drafts/-1?token=a", "/petitions/drafts/99999999999999999999"] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let answer = app.get(&link(&app, one)).await;
    assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
    // Put beside another number it does not open.
    app.sql("update petition_drafts set answers = (select answers from petition_drafts where id = 1) where id = 2")
        .await
        .expect("changed");
    assert_eq!(app.get(&link(&app, other)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_new_key_opens_what_a_former_one_has_saved() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    save(&mut ada, "ada@example.org").await;
    let before = app.ask("select address || answers from petition_drafts").await;
    let key = SecretKey::new(2, rand::random());
    let ring = Keyring::new(&[key.clone(), app.secret.clone()]).expect("a ring");
    let rotated = rotate_keys(&mut app.db().await, &ring, |_| ()).await.expect("rotated");
    assert_eq!((rotated.drafts, rotated.unopened), (1, 0));
    assert_ne!(app.ask("select address || answers from petition_drafts").await, before);
    let rotated = rotate_keys(&mut app.db().await, &ring, |_| ()).await.expect("rotated");
    assert_eq!((rotated.drafts, rotated.unopened), (0, 0));
    let alone = Keyring::new(&[key]).expect("a ring");
    let rotated = rotate_keys(&mut app.db().await, &alone, |_| ()).await.expect("rotated");
    assert_eq!((rotated.drafts, rotated.unopened), (0, 0), "the new key is enough");
}
