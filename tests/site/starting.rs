//! Starting a petition, from the first question to the confirmed address, as creators, their mail programs and machines do it.

use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use undersigned::{
    domain::{
        keyring::{PetitionPurpose, Purpose},
        limits,
        petition::{PetitionId, PetitionState},
        signature::SignatureId,
        staff::Role,
        text::letters,
    },
    jobs::TIMETABLE,
    urls,
};

use crate::support::{Answer, Page, TestApp, Visitor, day, problems};

const ACTION: &str = "Teach every child to mend a bicycle";
const BACKGROUND: &str = "A bicycle that works is freedom, and hardly anybody can mend one.";
const DETAILS: &str = "One lesson in each of three years is enough.\n\nThe tools cost little.";

/// Goes through the form as Ada does, up to the last page.
async fn write_up<'a>(ada: &'a mut Visitor, email: &str) -> &'a mut Visitor {
    ada.visit(urls::new_petition()).await.tick("Yes").press("Continue").await;
    ada.fill("What you want done", ACTION).press("Continue").await;
    ada.press("Continue with my petition").await;
    ada.fill("Why it should be done", BACKGROUND).press("Continue").await;
    ada.fill("More details, if you like", DETAILS).press("Continue").await;
    fill_in_creator(ada, email).press("Continue").await
}

fn fill_in_creator<'a>(ada: &'a mut Visitor, email: &str) -> &'a mut Visitor {
    ada.fill("Full name", "Ada Lovelace").fill("Email address", email).fill("Postcode", "cv1 1aa")
}

/// Starts a petition as Ada, up to the mail.
async fn start(app: &TestApp) -> (PetitionId, SignatureId) {
    let mut ada = app.visitor();
    write_up(&mut ada, "ada@example.org").await.press("Send my petition").await.see("Check your inbox");
    latest(app).await
}

async fn latest(app: &TestApp) -> (PetitionId, SignatureId) {
    let petition: i64 = app.ask("select max(id) from petitions").await.parse().expect("a petition");
    let signature: i64 =
        app.ask("select max(signature_id) from supporters where is_creator").await.parse().expect("one");
    (petition.into(), signature.into())
}

fn link(app: &TestApp, signature: SignatureId) -> String {
    urls::confirm_petition(&signature, &app.keyring.token(Purpose::Confirm, signature))
}

fn creator_page(app: &TestApp, petition: PetitionId) -> String {
    urls::creator_page(&petition, &app.keyring.petition_token(PetitionPurpose::Creator, petition))
}

/// Everything that starting a petition can change, as one text.
async fn everything(app: &TestApp) -> String {
    app.ask(
        "select concat((select jsonb_agg(p order by id) from petitions p), (select jsonb_agg(s order by id) from signatures s),
            (select jsonb_agg(o order by id) from outbox o), (select jsonb_agg(l) from ledger l),
            (select jsonb_agg(t) from petition_totals t), (select jsonb_agg(d) from petition_drafts d))",
    )
    .await
}

/// Sends a form without looking at it before.
async fn post(app: &TestApp, path: &str, form: impl Into<String>) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    let request = app.request(Method::POST, path).header("content-type", kind).header("accept", "text/html");
    Answer::to(request.body(form.into())).await
}

/// The page that an answer shows, which must be a sound one.
#[track_caller]
fn page(answer: &Answer) -> Page {
    let page = Page::of(urls::new_petition().to_owned(), answer);
    assert_eq!(problems(&page), [""; 0]);
    page
}

// --- The way through ---

#[tokio::test]
async fn a_petition_is_started_in_seven_steps_and_confirmed_by_mail() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit(urls::home()).await.follow("Start a petition").await.follow("Start your petition").await;
    assert_eq!((ada.path(), &*ada.heading()), (urls::new_petition(), "Are you a British citizen or UK resident?"));
    assert_eq!(ada.title(), "Are you a British citizen or UK resident? – Start a petition – Undersigned");
    ada.see("step 1 of 7").tick("Yes").press("Continue").await.see("step 2 of 7");
    ada.fill("What you want done", &format!("  {ACTION}\r\n")).press("Continue").await.see("step 3 of 7");
    assert_eq!(ada.heading(), "Petitions that are like yours");
    ada.see("We have looked for petitions that are like yours, and found none.");
    ada.press("Continue with my petition").await.see("step 4 of 7").see(ACTION);
    ada.fill("Why it should be done", BACKGROUND).press("Continue").await.see("step 5 of 7");
    ada.fill("More details, if you like", DETAILS).press("Continue").await.see("step 6 of 7");
    assert_eq!(ada.field("Country"), "GB");
    fill_in_creator(&mut ada, "ada@example.org").tick("Email me about this petition").press("Continue").await;
    assert_eq!(ada.heading(), "Check your petition");
    for words in
        [ACTION, BACKGROUND, "One lesson in each", "Ada Lovelace", "ada@example.org", "cv1 1aa", "News by mail Yes"]
    {
        ada.see(words);
    }
    ada.dont_see("Before you send it");
    assert_eq!(app.ask("select count(*) from petitions").await, "0", "nothing is kept before it is sent");

    ada.press("Send my petition").await.see("we have sent you a mail with a link");
    assert_eq!(ada.path(), urls::petition_sent());
    let (petition, signature) = latest(&app).await;
    let stored =
        app.ask("select concat_ws('|', state, action, background, additional_details, creator_name) from petitions");
    assert_eq!(stored.await, format!("pending|{ACTION}|{BACKGROUND}|{DETAILS}|Ada Lovelace"));
    assert_eq!(app.ask("select state::text || wants_updates from signatures").await, "pendingtrue");
    for address in [urls::petition(&petition), urls::petition_json(&petition)] {
        assert!(!app.get(&address).await.text().contains(ACTION), "{address}");
    }

    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, format!("Confirm your petition: {ACTION}"));
    assert_eq!(mail.header("List-Unsubscribe"), "");
    app.becomes("select count(*) from outbox", "0").await;
    let before = everything(&app).await;
    ada.visit(&mail.link("Confirm your petition")).await.see(ACTION).see(BACKGROUND).see("The tools cost little.");
    ada.see("You are starting this petition as Ada Lovelace");
    assert_eq!(
        (ada.heading(), everything(&app).await),
        ("Confirm your petition".to_owned(), before),
        "looking changes nothing"
    );

    ada.press("Confirm my petition").await;
    assert_eq!(ada.redirects, [link(&app, signature)]);
    assert_eq!(ada.path(), creator_page(&app, petition));
    assert_eq!(app.ask("select state::text from petitions").await, "validated");
    assert_eq!(app.ask("select signature_count from petition_totals").await, "1");
    assert_eq!(app.ask("select change || reason::text from ledger").await, "1confirmed");

    let before = app.ask("select jsonb_agg(p)::text || (select jsonb_agg(l) from ledger l) from petitions p").await;
    ada.visit(&link(&app, signature)).await;
    assert_eq!(ada.path(), creator_page(&app, petition), "the link leads on");
    let again = post(&app, &link(&app, signature), "").await;
    assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, &*creator_page(&app, petition)));
    let after = app.ask("select jsonb_agg(p)::text || (select jsonb_agg(l) from ledger l) from petitions p").await;
    assert_eq!(before, after, "to confirm again changes nothing");
    let kinds = "select count(*) from outbox where kind in ('gather_supporters', 'confirm_petition')";
    assert!(app.ask(kinds).await.parse::<u32>().expect("a number") <= 1, "one mail about supporters");
}

#[tokio::test]
async fn confirming_puts_one_mail_about_supporters_into_the_outbox() {
    let app = TestApp::new().await;
    let (_, signature) = start(&app).await;
    assert_eq!(app.ask("select string_agg(kind::text, ' ') from outbox").await, "confirm_petition");
    for _ in 0..2 {
        post(&app, &link(&app, signature), "").await;
    }
    assert_eq!(
        app.ask("select string_agg(kind::text, ' ' order by id) from outbox").await,
        "confirm_petition gather_supporters"
    );
    assert_eq!(app.ask("select bool_and(signature_id is not null and draft_id is null) from outbox").await, "true");
}

#[tokio::test]
async fn who_did_not_start_it_deletes_it() {
    let app = TestApp::new().await;
    let (_, signature) = start(&app).await;
    let mut eve = app.visitor();
    eve.visit(&link(&app, signature)).await.press("I did not start this").await;
    assert_eq!(eve.heading(), "We have forgotten this petition");
    for table in ["petitions", "signatures", "supporters", "petition_totals", "petition_forms_sent"] {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut app.db().await)
            .await
            .expect("a count");
        assert_eq!(count, 0, "{table}");
    }
    assert_eq!(app.ask("select sum(petitions) from petition_states").await, "0");
    eve.visit(&link(&app, signature)).await;
    assert_eq!((eve.status(), &*eve.heading()), (StatusCode::GONE, "This petition cannot be confirmed any more"));
    assert_eq!(post(&app, &link(&app, signature), "").await.status, StatusCode::GONE);
    let token = app.keyring.token(Purpose::Confirm, signature);
    assert_eq!(post(&app, &urls::not_my_petition(&signature, &token), "").await.status, StatusCode::OK, "harmless");
}

#[tokio::test]
async fn what_is_confirmed_is_not_disowned_any_more() {
    let app = TestApp::new().await;
    let (petition, signature) = start(&app).await;
    post(&app, &link(&app, signature), "").await;
    let token = app.keyring.token(Purpose::Confirm, signature);
    let answer = post(&app, &urls::not_my_petition(&signature, &token), "").await;
    assert_eq!(answer.header("location"), creator_page(&app, petition));
    assert_eq!(app.ask("select count(*) from petitions").await, "1");
}

#[tokio::test]
async fn links_that_are_wrong_lead_nowhere() {
    let app = TestApp::new().await;
    let (_, signature) = start(&app).await;
    let supporter =
        app.petition().supported("Ada", "other@example.org", 1).state(PetitionState::Validated).create().await;
    let other: i64 =
        app.ask("select max(signature_id) from supporters where not is_creator").await.parse().expect("one");
    let other = SignatureId::from(other);
    for address in [
        urls::confirm_petition(&signature, "aaaa"),
        urls::confirm_petition(&signature, &app.keyring.token(Purpose::Manage, signature)),
        urls::confirm_petition(&SignatureId::from(99), &app.keyring.token(Purpose::Confirm, signature)),
        "/signatures/abc/confirm-petition".to_owned(),
    ] {
        assert_eq!(app.get(&address).await.status, StatusCode::NOT_FOUND, "{address}");
        assert_eq!(post(&app, &address, "").await.status, StatusCode::NOT_FOUND, "{address}");
    }
    // A supporter's link confirms no petition.
    assert_eq!(app.get(&link(&app, other)).await.status, StatusCode::GONE);
    assert_eq!(post(&app, &link(&app, other), "").await.status, StatusCode::GONE);
    assert_eq!(app.get(&supporter.url()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.ask("select count(*) from petitions where state = 'pending'").await, "1");
}

// --- The questions ---

#[tokio::test]
async fn every_stage_says_what_is_missing_and_keeps_what_was_typed() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit(urls::new_petition()).await.press("Continue").await;
    assert_eq!(
        (ada.status(), ada.mistakes()),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["Say whether you are a British citizen or a UK resident".to_owned()])
    );
    assert!(ada.title().starts_with("Error: Are you a British citizen"), "{}", ada.title());
    ada.tick("Yes").press("Continue").await.press("Continue").await;
    assert_eq!(ada.mistake("What you want done"), "Say what you want the Government or Parliament to do");
    let long = "\"><b>Plant</b> trees & more of them ".repeat(4);
    ada.fill("What you want done", &long).press("Continue").await;
    let told = format!("Shorten what you want done to 80 characters or fewer: it has {}", letters(long.trim()));
    assert_eq!(ada.mistake("What you want done"), told);
    assert_eq!(ada.field("What you want done").trim_start_matches('\n'), long);
    ada.fill("What you want done", "@Government: plant trees").press("Continue").await;
    assert_eq!(ada.mistake("What you want done"), "Begin what you want done with a letter or a number, not with “@”");
    ada.fill("What you want done", "<script>alert(1)</script> & “trees”").press("Continue").await;
    ada.press("Continue with my petition").await.see("<script>alert(1)</script> & “trees”").press("Continue").await;
    assert_eq!(ada.mistakes(), ["Say in short why it should be done"]);
    ada.fill("Why it should be done", &"a".repeat(301)).press("Continue").await;
    assert_eq!(ada.mistakes(), ["Shorten your reason to 300 characters or fewer: it has 301"]);
    ada.fill("Why it should be done", BACKGROUND).press("Continue").await;
    ada.fill("More details, if you like", &"a".repeat(801)).press("Continue").await;
    assert_eq!(ada.mistakes(), ["Shorten the details to 800 characters or fewer: it has 801"]);
    ada.fill("More details, if you like", "").press("Continue").await.press("Continue").await;
    assert_eq!(ada.mistakes(), ["Enter your full name", "Enter your email address", "Enter your postcode"]);
    ada.fill("Full name", "www.example.org").fill("Email address", "ada at example").fill("Postcode", "nowhere");
    ada.tick("Email me about this petition").press("Continue").await;
    assert_eq!(ada.mistake("Full name"), "Enter your full name without web or email addresses");
    assert_eq!(ada.mistake("Email address"), "Enter an email address such as name@example.org");
    assert_eq!(ada.mistake("Postcode"), "Enter a full UK postcode, such as SW1A 1AA");
    assert!(ada.is_ticked("Email me about this petition"));
    ada.fill("Country", "France")
        .fill("Full name", "Ada")
        .fill("Email address", "ada@gmial.com")
        .press("Continue")
        .await;
    ada.see("Did you mean ada@gmail.com?").tick("Yes, use ada@gmail.com").press("Continue").await;
    assert_eq!(ada.heading(), "Check your petition");
    ada.see("ada@gmail.com").see("Country France").see("More details None").dont_see("nowhere");
}

#[tokio::test]
async fn going_back_keeps_everything_and_looks_at_nothing() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    write_up(&mut ada, "ada@example.org").await.press("Back").await;
    assert_eq!((ada.field("Full name"), ada.field("Postcode")), ("Ada Lovelace".to_owned(), "cv1 1aa".to_owned()));
    ada.fill("Full name", "").fill("Email address", "no address").press("Back").await;
    assert_eq!((ada.status(), &*ada.heading()), (StatusCode::OK, "Is there more to say?"));
    assert_eq!(ada.field("More details, if you like").trim_start_matches('\n').replace("\r\n", "\n"), DETAILS);
    ada.press("Back").await.fill("Why it should be done", &"a".repeat(400)).press("Back").await.press("Back").await;
    assert_eq!(ada.field("What you want done").trim_start_matches('\n'), ACTION);
    ada.press("Back").await;
    assert!(ada.is_ticked("Yes"));
    // Forward again: everything is still there, and what is wrong is said.
    ada.press("Continue").await;
    assert_eq!(ada.heading(), "Check your petition", "the end has been reached before");
    ada.press("Send my petition").await;
    assert_eq!((ada.heading(), ada.mistakes().len()), ("Why do you want it?".to_owned(), 1), "the first that is wrong");
    ada.fill("Why it should be done", BACKGROUND).press("Continue").await.press("Send my petition").await;
    assert_eq!(ada.heading(), "Who are you?");
    assert_eq!(ada.mistakes(), ["Enter your full name", "Enter an email address such as name@example.org"]);
    assert_eq!(app.ask("select count(*) from petitions").await, "0");
}

#[tokio::test]
async fn an_answer_is_changed_from_the_last_page_and_leads_back_there() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    write_up(&mut ada, "ada@example.org").await.press("Change why").await;
    ada.fill("Why it should be done", "Another reason.").press("Continue").await;
    assert_eq!(ada.heading(), "Check your petition");
    ada.see("Another reason.").dont_see(BACKGROUND);
    // Whoever asks for something else sees again what others ask for.
    ada.press("Change what you want done").await.fill("What you want done", "Plant a tree in every street");
    ada.press("Continue").await;
    assert_eq!(ada.heading(), "Petitions that are like yours");
    ada.press("Continue with my petition").await.see("Plant a tree in every street").press("Change news by mail").await;
    ada.tick("Email me about this petition").press("Continue").await.see("News by mail Yes");
    ada.press("Change where you live").await.untick("Email me about this petition").press("Continue").await;
    ada.see("News by mail No");
}

#[tokio::test]
async fn who_may_not_start_one_is_told_kindly() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit(urls::new_petition()).await.tick("No").press("Continue").await;
    assert_eq!((ada.status(), &*ada.heading()), (StatusCode::OK, "You cannot start a petition here"));
    ada.see("Everybody can read petitions and share them.").press("Back").await;
    assert!(ada.is_ticked("No"));
    ada.tick("Yes").press("Continue").await;
    assert_eq!(ada.heading(), "What do you want us to do?");
}

#[tokio::test]
async fn similar_petitions_are_shown_with_what_became_of_them_and_hidden_ones_are_not() {
    let app = TestApp::new().await;
    let trees = "Plant a tree in every street of the country";
    let open = app.petition().action(trees).signatures(4_210).create().await;
    let answered = app
        .petition()
        .action("Plant trees in every street and every park")
        .closed(30)
        .answered(day("2022-07-01"), "Department for Trees", "We plant trees already.", "Many of them.")
        .create()
        .await;
    let rejected = app.petition().action("Plant trees in my street now").rejected("duplicate").create().await;
    app.petition().action("Plant a secret tree in every street").state(PetitionState::Hidden).create().await;
    app.petition().action("Plant a waiting tree in every street").state(PetitionState::Sponsored).create().await;
    let other = app.petition().action("Make all trains run on time").background("They are late.").details("");
    other.create().await;
    app.run_job("relate petitions", app.now).await;

    let mut ada = app.visitor();
    ada.visit(urls::new_petition()).await.tick("Yes").press("Continue").await;
    ada.fill("What you want done", "Plant a tree in every street").press("Continue").await;
    let section = ada.section("Open: you can sign these");
    assert!(section.contains(trees) && section.contains("4,210 signatures"), "{section}");
    let section = ada.section("Answered by the Government");
    assert!(section.contains(&answered.record.action), "{section}");
    let summary = &answered.record.response.as_ref().expect("a response").summary;
    assert!(section.contains(summary.as_str()), "{section}");
    let section = ada.section("Rejected");
    assert!(section.contains(&rejected.record.action) && section.contains("Why: "), "{section}");
    ada.dont_see("secret").dont_see("waiting").dont_see("trains");
    let link = ada.page().link(trees);
    assert_eq!(link, urls::petition(&open.id));

    ada.press("Continue with my petition")
        .await
        .fill("Why it should be done", "Trees give shade.")
        .press("Continue")
        .await;
    ada.press("Continue").await;
    fill_in_creator(&mut ada, "ada@example.org").press("Continue").await;
    let hints = ada.section("Before you send it");
    assert!(hints.contains("An open petition is much like yours"), "{hints}");
    ada.press("See petitions that are like yours").await.see(trees).press("Continue with my petition").await;
    ada.press("Send my petition").await.see("Check your inbox");
}

#[tokio::test]
async fn advice_leads_to_the_question_and_is_no_wall() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    write_up(&mut ada, "ada@example.org").await.press("Change what you want done").await;
    ada.fill("What you want done", "STOP MR BLOGGS AND HIS COUNCIL").press("Continue").await;
    ada.press("Continue with my petition").await.press("Change more details").await;
    ada.fill("More details, if you like", "Write to bloggs@example.org.").press("Continue").await;
    let hints = ada.section("Before you send it");
    for hint in ["It is written in capitals", "an email address", "“bloggs@example.org”", "you can send it as it is"]
    {
        assert!(hints.contains(hint), "{hint}: {hints}");
    }
    ada.press("Change the details").await;
    assert_eq!(ada.heading(), "Is there more to say?");
    ada.press("Continue").await.press("Send my petition").await.see("Check your inbox");
}

// --- Sent twice, too fast, at the wrong moment ---

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_petition() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    write_up(&mut ada, "ada@example.org").await;
    let (address, form) = ada.filled_in("Send my petition");
    let all = futures_util::future::join_all((0..8).map(|_| post(&app, &address, form.clone()))).await;
    assert!(all.iter().all(|answer| answer.header("location") == urls::petition_sent()));
    let counts = "select concat_ws(' ', (select count(*) from petitions), (select count(*) from signatures),
        (select count(*) from supporters), (select count(*) from outbox))";
    assert_eq!(app.ask(counts).await, "1 1 1 1");

    // Two programs on one database know of each other.
    let beside = app.beside().await;
    let other = beside.visitor();
    other.send(&address, &form).await;
    assert_eq!(app.ask(counts).await, "1 1 1 1");

    // The mail may not have come.
    for minutes in 1..10 {
        app.set_time(app.now + SignedDuration::from_mins(6 * minutes));
        assert_eq!(post(&app, &address, form.clone()).await.header("location"), urls::petition_sent());
    }
    assert_eq!(app.ask(counts).await, format!("1 1 1 {}", limits::CONFIRMATION_MAILS));

    // Confirmed, it is not sent again.
    let (_, signature) = latest(&app).await;
    post(&app, &link(&app, signature), "").await;
    let before = everything(&app).await;
    assert_eq!(post(&app, &address, form).await.header("location"), urls::petition_sent());
    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn a_form_that_is_corrected_takes_the_place_of_what_was_sent() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    write_up(&mut ada, "wrong@example.org").await;
    let (address, form) = ada.filled_in("Send my petition");
    post(&app, &address, form.clone()).await;
    let (_, first) = latest(&app).await;
    post(&app, &address, form.replace("wrong%40", "right%40")).await;
    assert_eq!(app.ask("select count(*) from petitions").await, "1");
    let (petition, second) = latest(&app).await;
    assert_ne!(first, second);
    assert_eq!(app.get(&link(&app, first)).await.status, StatusCode::GONE);
    app.mail_to("right@example.org").await;
    post(&app, &link(&app, second), "").await;
    // What is confirmed stays as it is.
    post(&app, &address, form).await;
    assert_eq!(app.ask("select count(*) from petitions").await, "1");
    assert_eq!(latest(&app).await, (petition, second));
}

#[tokio::test]
async fn confirming_and_disowning_at_once_leave_nothing_half_done() {
    let app = TestApp::new().await;
    for _ in 0..6 {
        let mut ada = app.visitor();
        write_up(&mut ada, &format!("ada{}@example.org", rand::random::<u32>())).await.press("Send my petition").await;
        let (petition, signature) = latest(&app).await;
        let token = app.keyring.token(Purpose::Confirm, signature);
        let (confirm, not_me) = (link(&app, signature), urls::not_my_petition(&signature, &token));
        let (one, other) = tokio::join!(post(&app, &confirm, ""), post(&app, &not_me, ""));
        let there =
            sqlx::query_scalar::<_, i64>("select count(*) from petitions where id = $1 and state = 'validated'");
        let there = there.bind(petition.get()).fetch_one(&mut app.db().await).await.expect("a count") == 1;
        let (confirmed, disowned) = (one.status == StatusCode::SEE_OTHER, other.status == StatusCode::OK);
        assert_eq!((confirmed, disowned), (there, !there), "{} {}", one.status, other.status);
    }
    assert_eq!(app.ask("select count(*) from petitions where state = 'pending'").await, "0");
    assert_eq!(app.ask("select count(*) from ledger").await, app.ask("select count(*) from petitions").await);
}

#[tokio::test]
async fn who_starts_many_petitions_waits_and_loses_nothing() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    for _ in 0..limits::STARTED_BURST {
        write_up(&mut ada, "ada@example.org").await.press("Send my petition").await.see("Check your inbox");
    }
    write_up(&mut ada, "a.da+3@example.org").await.press("Send my petition").await;
    write_up(&mut ada, "ADA@example.org").await.press("Send my petition").await;
    assert_eq!(ada.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ada.header("retry-after"), "300");
    ada.see("Wait a few minutes").see(ACTION).see("ADA@example.org");
    let mut bob = app.visitor();
    write_up(&mut bob, "bob@example.org").await.press("Send my petition").await.see("Check your inbox");
    app.set_time(app.now + SignedDuration::from_mins(5));
    ada.press("Send my petition").await.see("Check your inbox");
}

#[tokio::test]
async fn while_no_petitions_are_taken_one_can_be_written_and_not_sent() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    write_up(&mut ada, "ada@example.org").await;
    app.sql("update site set petitions_paused_at = now()").await.expect("paused");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    ada.press("Send my petition").await;
    assert_eq!((ada.status(), ada.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "600"));
    ada.see("No new petitions are taken at the moment").see(ACTION).see("ada@example.org");
    assert_eq!(app.ask("select count(*) from petitions").await, "0");
    let mut bob = app.visitor();
    bob.visit(urls::start())
        .await
        .see("No new petitions are taken at the moment.")
        .follow("write yours now and save it")
        .await;
    bob.see("No new petitions are taken at the moment.");
    app.sql("update site set petitions_paused_at = null").await.expect("not paused");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    ada.press("Send my petition").await.see("Check your inbox");
}

#[tokio::test]
async fn what_nobody_confirms_is_forgotten_and_what_is_confirmed_is_not() {
    let app = TestApp::new().await;
    let (kept, signature) = start(&app).await;
    post(&app, &link(&app, signature), "").await;
    let mut ada = app.visitor();
    write_up(&mut ada, "bob@example.org").await.press("Send my petition").await;
    let (_, forgotten) = latest(&app).await;
    let old = app.petition().state(PetitionState::Pending).create().await;
    let end = app.now + SignedDuration::from_hours(24 * i64::from(limits::KEEP_UNCONFIRMED_DAYS));
    let hour = SignedDuration::from_hours(1);
    app.run_job("forget unconfirmed", end - hour).await;
    assert_eq!(app.ask("select count(*) from petitions").await, "3");
    app.run_job("forget unconfirmed", end + hour).await;
    app.run_job("forget unconfirmed", end + hour).await;
    let left = app.ask("select string_agg(id::text, ' ' order by id) from petitions").await;
    assert_eq!(left, format!("{} {}", kept, old.id));
    assert_eq!(app.ask("select count(*) from signatures").await, "1");
    assert_eq!(app.get(&link(&app, forgotten)).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn what_staff_have_set_aside_is_confirmed_and_stays_aside() {
    let app = TestApp::new().await;
    let (petition, signature) = start(&app).await;
    sqlx::query("update petitions set state = 'flagged' where id = $1")
        .bind(petition.get())
        .execute(&mut app.db().await)
        .await
        .expect("flagged");
    assert_eq!(post(&app, &link(&app, signature), "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.ask("select state::text from petitions").await, "flagged");
    assert_eq!(app.ask("select state::text from signatures").await, "validated");
    assert_eq!(app.ask("select count(*) from outbox where kind = 'gather_supporters'").await, "0");
    // One that was rejected is confirmed by nobody.
    let mut ada = app.visitor();
    write_up(&mut ada, "bob@example.org").await.press("Send my petition").await;
    let (_, signature) = latest(&app).await;
    let mut grace = app.staff(Role::Moderator).await;
    let (petition, _) = latest(&app).await;
    grace.visit(&urls::admin::petition(&petition)).await.see(ACTION);
    app.sql("update petitions set state = 'rejected', rejected_at = now() where state = 'pending'")
        .await
        .expect("done");
    assert_eq!(app.get(&link(&app, signature)).await.status, StatusCode::GONE);
    assert_eq!(post(&app, &link(&app, signature), "").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn whoever_confirms_after_the_end_of_parliament_is_told_and_gets_the_text_back() {
    let app = TestApp::new().await;
    let (_, signature) = start(&app).await;
    app.sql("update petitions set state = 'stopped', stopped_at = now()").await.expect("stopped");
    for answer in [app.get(&link(&app, signature)).await, post(&app, &link(&app, signature), "").await] {
        assert_eq!(answer.status, StatusCode::GONE);
        let text = page(&answer).text();
        assert!(text.contains("Parliament was dissolved before it was published"), "{text}");
        assert!(
            text.contains(ACTION) && text.contains(BACKGROUND) && text.contains("The tools cost little."),
            "{text}"
        );
        assert!(!text.contains("It was not confirmed in time"), "{text}");
    }
}

// --- Machines ---

#[tokio::test]
async fn forms_that_were_tampered_with_are_answered_with_a_page() {
    let app = TestApp::new().await;
    let at_first = ["", "stage=nonsense", "stage=&go=nonsense", "go=back", "stage=eligibility&go=back"];
    for form in at_first {
        let answer = post(&app, urls::new_petition(), form).await;
        assert_eq!(page(&answer).heading(), "Are you a British citizen or UK resident?", "{form}");
    }
    for (form, heading) in [
        ("go=to-check", "Check your petition"),
        ("go=to-nonsense", "Are you a British citizen or UK resident?"),
        ("stage=save&go=back&back_to=save", "Are you a British citizen or UK resident?"),
        ("stage=save&back_to=creator&go=back", "Who are you?"),
        ("stage=check&go=send", "Are you a British citizen or UK resident?"),
        ("stage=check&go=send&resident=yes", "What do you want us to do?"),
        ("stage=action&go=on&action=a&action=Plant+trees&resident=no", "Petitions that are like yours"),
        ("stage=check&go=send&resident=no&action=a", "You cannot start a petition here"),
        ("stage=creator&go=to-similar&action=%3Cscript%3E", "Petitions that are like yours"),
        ("go=forget", "Are you a British citizen or UK resident?"),
        ("stage=details&go=forget&details=a", "Is there more to say?"),
        ("stage=details&number=%27%3B--&started=99999999999-x&details=a&reviewing=2", "Who are you?"),
    ] {
        let answer = post(&app, urls::new_petition(), form).await;
        assert_eq!(page(&answer).heading(), heading, "{form}");
        assert!(!answer.text().contains("<script>"), "{form}");
    }
    let rest =
        "&resident=yes&action=Plant+trees&background=b&name=Ada&email=ada%40example.org&country=XX&postcode=CV11AA";
    let answer = post(&app, urls::new_petition(), format!("stage=check&go=send{rest}")).await;
    assert_eq!(page(&answer).texts("#country-error").concat(), "Error: Choose the country in which you live");
    for (form, status) in [
        ("action=a%00b".to_owned(), StatusCode::BAD_REQUEST),
        ("action=%FF".to_owned(), StatusCode::BAD_REQUEST),
        (format!("action={}", "a".repeat(10 * 1024 * 1024)), StatusCode::PAYLOAD_TOO_LARGE),
        (format!("stage=action&go=on&action={}", "a".repeat(60_000)), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("stage=action&go=to-similar&action={}", "tree+".repeat(12_000)), StatusCode::OK),
        (format!("stage=details&go=to-check&details={}", "%F0%9F%8C%B3".repeat(5_000)), StatusCode::OK),
    ] {
        assert_eq!(post(&app, urls::new_petition(), form.clone()).await.status, status, "{:.60}", form);
    }
    assert_eq!(app.ask("select count(*) from petitions").await, "0");
}

#[tokio::test]
async fn a_program_that_fills_in_everything_is_told_apart_once_it_is_too_fast() {
    let app = TestApp::new().await;
    let form =
        "stage=check&go=send&resident=yes&action=Plant+trees&background=b&name=Ada&country=FR&comment=x&started=x";
    for number in 0..20 {
        let number = format!("{form}&email=ada{number}%40example.org&number={number:032x}");
        assert_eq!(post(&app, urls::new_petition(), number).await.header("location"), urls::petition_sent());
    }
    assert_eq!(app.ask("select count(*) from signatures where suspicion = 0").await, "15");
    // Its petition goes on all the same, where staff see it; its signature is not counted before they have looked.
    let suspected: i64 = app.ask("select max(id) from signatures where suspicion <> 0").await.parse().expect("one");
    let signature = SignatureId::from(suspected);
    assert_eq!(post(&app, &link(&app, signature), "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.ask("select count(*) from petitions where state = 'validated'").await, "1");
    assert_eq!(
        app.ask("select state::text from signatures where suspicion <> 0 and confirmed_at is not null").await,
        "quarantined"
    );
    assert_eq!(app.ask("select sum(change) from ledger").await, "0");
}

#[tokio::test]
async fn what_was_typed_and_by_whom_is_in_no_address() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    write_up(&mut ada, "ada@example.org").await.press("Send my petition").await;
    assert_eq!((ada.path(), &*ada.redirects), (urls::petition_sent(), &[urls::new_petition().to_owned()][..]));
    assert_eq!(ada.header("cache-control"), "no-store");
    let answer = app.get(urls::new_petition()).await;
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert!(TIMETABLE.iter().any(|job| job.name == "forget drafts"));
}
