//! Feedback: what people write reaches those who run the site, and is kept nowhere after that.

use reqwest::{Method, StatusCode};
use undersigned::{
    domain::{keyring::Keyring, keyring::SecretKey, limits, staff::Role},
    urls,
};

use crate::support::{Answer, TestApp};

const SETTINGS: &str = "/admin/site/settings";
const OFFICE: &str = "office@example.org";
const KEPT: &str = "select count(*) from feedback";

/// A site whose feedback goes to the office.
async fn site() -> TestApp {
    let app = TestApp::new().await;
    app.sql("update site set feedback_to = 'office@example.org'").await.expect("told");
    app
}

#[tokio::test]
async fn what_somebody_writes_reaches_the_office_and_is_forgotten_here() {
    let app = site().await;
    let mut ada = app.visitor();
    ada.visit("/").await;
    let form = ada.page().link("Feedback");
    ada.visit(&form).await;
    assert_eq!(ada.heading(), "Feedback");
    ada.fill("Your feedback", "The map is small.\r\n\r\n<b>Very</b> small.");
    ada.fill("Title or link of the petition (optional)", "Plant trees along every railway line");
    ada.fill("Email address (optional)", " Ada@Example.org ").press("Send feedback").await;
    assert_eq!((ada.path(), ada.heading().as_str()), (urls::feedback_thanks(), "Thank you for your feedback"));

    assert_eq!(app.ask("select count(*) from feedback where sealed ilike '%map%' or sealed ilike '%ada%'").await, "0");
    let row = app.ask("select row_to_json(o) from outbox o").await;
    assert!(!row.to_lowercase().contains("ada") && !row.contains("map"), "{row}");
    let mail = app.mail_to(OFFICE).await;
    assert_eq!(mail.subject, "Feedback about Undersigned");
    assert!(mail.header("reply-to").to_lowercase().contains("ada@example.org"), "{}", mail.source);
    assert_eq!(mail.header("list-unsubscribe"), "", "it is no mail to a signer");
    for words in
        ["The map is small.\n\n<b>Very</b> small.", "Plant trees along every railway line", "21:00 on 21 August"]
    {
        assert!(mail.text.replace("\r\n", "\n").contains(words), "{words}: {}", mail.text);
    }
    assert!(mail.html.contains("&#60;b&#62;Very") && !mail.html.contains("<b>Very"), "{}", mail.html);
    app.becomes(KEPT, "0").await;
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.ask("select count(*) from audit_log").await, "0", "it is nobody's act");
}

#[tokio::test]
async fn without_an_address_nobody_can_be_answered() {
    let app = site().await;
    let mut ada = app.visitor();
    ada.visit(urls::feedback()).await.fill("Your feedback", "Thank you.").press("Send feedback").await;
    let mail = app.mail_to(OFFICE).await;
    assert_eq!(mail.header("reply-to"), "");
    assert!(mail.text.contains("No address was left") && !mail.text.contains("About this petition"), "{}", mail.text);
}

#[tokio::test]
async fn mistakes_come_back_with_everything_that_was_typed() {
    let app = site().await;
    let mut ada = app.visitor();
    ada.visit(urls::feedback()).await.press("Send feedback").await;
    assert_eq!(ada.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ada.mistakes(), ["Write what you want to tell us"]);
    let long = "é".repeat(limits::FEEDBACK + 1);
    ada.fill("Your feedback", &long).fill("Email address (optional)", "nobody");
    ada.fill("Title or link of the petition (optional)", "A title").press("Send feedback").await;
    assert_eq!(ada.mistake("Your feedback"), "Shorten your feedback to 5,000 characters or fewer: it has 5,001");
    assert_eq!(ada.mistake("Email address (optional)"), "Enter an email address such as name@example.org");
    let kept = |label: &str| ada.field(label);
    assert_eq!(kept("Your feedback").trim_start_matches('\n'), long);
    assert_eq!(
        (kept("Email address (optional)").as_str(), kept("Title or link of the petition (optional)").as_str()),
        ("nobody", "A title")
    );
    assert_eq!(app.ask(KEPT).await, "0");
    let widest = "👨‍👩‍👧".repeat(limits::FEEDBACK / 25);
    ada.fill("Your feedback", &widest).fill("Email address (optional)", "").press("Send feedback").await;
    assert_eq!(ada.path(), urls::feedback_thanks());
}

#[tokio::test]
async fn nothing_that_is_typed_becomes_a_header_of_the_mail() {
    let app = site().await;
    let form = |name: &str, value: &str| {
        let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string();
        let comment = if name == "comment" { value.clone() } else { "Words".to_owned() };
        format!(
            "comment={comment}&petition={}&email={}",
            if name == "petition" { &value } else { "" },
            if name == "email" { &value } else { "" }
        )
    };
    let send = async |body: String| {
        let kind = "application/x-www-form-urlencoded";
        Answer::to(app.request(Method::POST, urls::feedback()).header("content-type", kind).body(body)).await.status
    };
    for value in [
        "ada@example.org\r\nBcc: all@example.org",
        "ada@example.org\nX-Own: 1",
        "a@example.org, b@example.org",
        "<ada@example.org>",
    ] {
        assert_eq!(send(form("email", value)).await, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
    }
    for name in ["comment", "petition"] {
        let status = send(form(name, "Hello\r\nBcc: all@example.org\r\n\r\n.\r\nX-Own: 1")).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{name}");
        let mail = app.mail_to(OFFICE).await;
        assert_eq!(
            (mail.header("bcc"), mail.header("x-own"), mail.to.as_str()),
            (String::new(), String::new(), OFFICE)
        );
        assert_eq!(app.mailbox().mails().iter().filter(|mail| mail.to != OFFICE).count(), 0);
    }
    assert_eq!(send("comment=a%00b".to_owned()).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn it_waits_until_somebody_says_where_it_goes() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    for words in ["First", "Second"] {
        ada.visit(urls::feedback()).await.fill("Your feedback", words).press("Send feedback").await;
        assert_eq!(ada.path(), urls::feedback_thanks());
    }
    assert_eq!((app.ask(KEPT).await, app.ask("select count(*) from outbox").await), ("2".into(), "0".into()));
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(urls::admin::desk()).await.see("2 pieces of feedback wait").see("Nobody has said yet");
    grace.visit(SETTINGS).await.see("2 pieces of feedback wait, and are sent as soon as you save an address.");
    grace.fill("Feedback goes to", "the office").press("Save settings").await;
    assert_eq!(grace.mistake("Feedback goes to"), "Enter an email address such as name@example.org");
    assert_eq!(grace.field("Feedback goes to"), "the office");
    grace.fill("Feedback goes to", OFFICE).press("Save settings").await.see("The settings are saved");
    // Mails leave side by side.
    let mails = [app.mail_to(OFFICE).await.text, app.mail_to(OFFICE).await.text];
    assert!(["First", "Second"].iter().all(|words| mails.iter().any(|mail| mail.contains(words))), "{mails:?}");
    app.becomes(KEPT, "0").await;
    grace.visit(urls::admin::desk()).await.dont_see("of feedback");
    let act = app.ask("select after from audit_log where act = 'site.configure'").await;
    assert_eq!(act, "{\"feedback_to\": \"office@example.org\"}");
}

#[tokio::test]
async fn an_address_that_is_taken_away_again_loses_nothing() {
    let app = site().await;
    let mut ada = app.visitor();
    ada.visit(urls::feedback()).await.fill("Your feedback", "Kept").press("Send feedback").await;
    app.sql("update site set feedback_to = ''").await.expect("told");
    app.deliver();
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.ask(KEPT).await, "1");
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(SETTINGS).await.fill("Feedback goes to", OFFICE).press("Save settings").await;
    assert!(app.mail_to(OFFICE).await.text.contains("Kept"));
}

#[tokio::test]
async fn too_much_at_once_is_told_and_nothing_that_was_typed_is_lost() {
    let app = site().await;
    let mut ada = app.visitor();
    for _ in 0..limits::FEEDBACK_PER_ADDRESS {
        ada.visit(urls::feedback()).await.fill("Your feedback", "Again").press("Send feedback").await;
        assert_eq!(ada.path(), urls::feedback_thanks());
    }
    ada.visit(urls::feedback())
        .await
        .fill("Your feedback", "Once more")
        .fill("Email address (optional)", "ada@example.org");
    ada.press("Send feedback").await;
    assert_eq!((ada.status(), ada.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "3600"));
    ada.see("Not sent: too much came at once").see("What you wrote is still here");
    assert_eq!(
        (ada.field("Your feedback").trim(), ada.field("Email address (optional)").as_str()),
        ("Once more", "ada@example.org")
    );
    assert_eq!(app.ask(KEPT).await, limits::FEEDBACK_PER_ADDRESS.to_string());
    app.set_time(app.now + jiff::SignedDuration::from_hours(1));
    ada.press("Send feedback").await;
    assert_eq!(ada.path(), urls::feedback_thanks());
}

#[tokio::test]
async fn what_nobody_reads_ends_with_other_personal_data_and_keys_can_be_changed_meanwhile() {
    let app = TestApp::new().await;
    app.visitor().visit(urls::feedback()).await.fill("Your feedback", "Words").press("Send feedback").await;
    let before = app.ask("select sealed from feedback").await;
    let ring = Keyring::new(&[SecretKey::new(2, rand::random()), app.secret.clone()]).expect("keys");
    let rotated =
        undersigned::actions::rotate_keys::rotate_keys(&mut app.db().await, &ring, |_| {}).await.expect("done");
    assert_eq!(rotated.unopened, 0);
    assert_ne!(app.ask("select sealed from feedback").await, before);
    let later = app.now + jiff::SignedDuration::from_hours(24 * i64::from(limits::KEEP_PERSONAL_DATA_DAYS));
    app.run_job("erase personal data", later).await;
    assert_eq!(app.ask(KEPT).await, "1");
    app.run_job("erase personal data", later + jiff::SignedDuration::from_secs(1)).await;
    assert_eq!(app.ask(KEPT).await, "0");
}
