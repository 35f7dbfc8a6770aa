//! Signing, from the form to a counted signature and back, as signers, their mail programs and machines do it.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use sqlx::Connection;
use undersigned::{
    domain::{keyring::Purpose, limits, petition::PetitionState, signature::SignatureId},
    urls,
};

use crate::support::{Answer, Created, Page, TestApp, Visitor, at, problems};

const DEAD: &str = "This link does not work";
const CLOSED: &str = "This petition is closed for signatures";
const TOO_LATE: &str = "Your signature can no longer be confirmed";

/// Fills in the form of a petition as Ada would.
async fn fill_in<'a>(ada: &'a mut Visitor, petition: &Created) -> &'a mut Visitor {
    ada.visit(&urls::sign(&petition.id)).await;
    ada.fill("Full name", "Ada Lovelace").fill("Email address", "ada@example.org").fill("Postcode", "cv1 1aa");
    ada.tick("I am a British citizen or UK resident")
}

/// Signs as Ada, up to the mail.
async fn sign(app: &TestApp, petition: &Created) -> SignatureId {
    let mut ada = app.visitor();
    fill_in(&mut ada, petition).await.press("Sign this petition").await.see("Check your inbox");
    latest(app).await
}

/// Signs as Ada and confirms.
async fn sign_and_confirm(app: &TestApp, petition: &Created) -> SignatureId {
    let id = sign(app, petition).await;
    app.visitor().visit(&confirm_link(app, id)).await.press("Confirm my signature").await;
    id
}

async fn latest(app: &TestApp) -> SignatureId {
    app.ask("select max(id) from signatures").await.parse::<i64>().expect("a signature").into()
}

fn confirm_link(app: &TestApp, id: SignatureId) -> String {
    urls::confirm_signature(&id, &app.keyring.token(Purpose::Confirm, id))
}

fn yours_link(app: &TestApp, id: SignatureId) -> String {
    urls::your_signature(&id, &app.keyring.token(Purpose::Manage, id))
}

fn unsubscribe_link(app: &TestApp, id: SignatureId) -> String {
    urls::unsubscribe(&id, &app.keyring.token(Purpose::Unsubscribe, id))
}

/// How many signed, as the database has it: pages may be some tenths of a second old.
async fn count(app: &TestApp, petition: &Created) -> u32 {
    let count = sqlx::query_scalar("select signature_count from petition_totals where petition_id = $1");
    let count: i32 = count.bind(petition.id.get()).fetch_one(&mut app.db().await).await.expect("a count");
    count.unsigned_abs()
}

/// Everything that signing can change, as one text.
async fn everything(app: &TestApp) -> String {
    app.ask(
        "select concat((select jsonb_agg(s order by id) from signatures s), (select jsonb_agg(o order by id) from outbox o),
            (select jsonb_agg(l) from ledger l), (select jsonb_agg(t) from petition_totals t),
            (select jsonb_agg(u) from unwanted_mail u))",
    )
    .await
}

/// Sends a form without looking at it before.
async fn post(app: &TestApp, path: &str, form: &str) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    Answer::to(app.request(Method::POST, path).header("content-type", kind).body(form.to_owned())).await
}

/// The page that an answer shows, which must be a sound one.
#[track_caller]
fn page(path: &str, answer: &Answer) -> Page {
    let page = Page::of(path.to_owned(), answer);
    assert_eq!(problems(&page), [""; 0], "{path}");
    page
}

const RIGHT: &str = "name=Ada+Lovelace&email=ada%40example.org&country=GB&postcode=CV11AA&resident=1";

// --- The form ---

#[tokio::test]
async fn a_signature_counts_once_it_is_confirmed() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(120).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.follow("Sign this petition").await;
    assert_eq!(ada.heading(), "Sign this petition");
    ada.see(&petition.record.action);
    assert_eq!((ada.field("Country"), ada.is_ticked("Email me about this petition")), ("GB".to_owned(), false));

    fill_in(&mut ada, &petition).await.tick("Email me about this petition").press("Sign this petition").await;
    assert_eq!((ada.path(), &*ada.heading()), (&*urls::thank_you(&petition.id), "Check your inbox"));
    ada.see(&format!("at most {} times", limits::CONFIRMATION_MAILS)).see(&petition.record.action);
    assert_eq!(count(&app, &petition).await, 120);
    assert_eq!(app.ask("select state from signatures").await, "pending");
    assert_eq!(app.ask("select count(*) from outbox where kind = 'confirm_signature'").await, "1");

    ada.follow_link_in_mail("ada@example.org", "Confirm your signature").await;
    assert_eq!(ada.heading(), "Confirm your signature");
    ada.see(&petition.record.action).see("You are signing as Ada Lovelace.");
    assert_eq!(count(&app, &petition).await, 120, "looking at the page confirms nothing");

    ada.press("Confirm my signature").await;
    assert_eq!(ada.heading(), "Your signature is counted");
    ada.see("Yours is one of 121 signatures of this petition").see("1% of the 10,000 needed");
    assert_eq!(count(&app, &petition).await, 121);
    ada.follow("see what we hold about you, stop mails or take your signature back").await;
    assert_eq!((ada.heading(), ada.fact("Name")), ("Your signature".to_owned(), "Ada Lovelace".to_owned()));
}

#[tokio::test]
async fn all_mistakes_come_back_at_once_with_what_was_typed() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut ada = app.visitor();
    ada.visit(&urls::sign(&petition.id)).await.press("Sign this petition").await;
    assert_eq!(ada.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        ada.mistakes(),
        [
            "Enter your full name",
            "Enter your email address",
            "Enter your postcode",
            "Confirm that you are a British citizen or UK resident: only they can sign"
        ]
    );
    assert_eq!(ada.mistake("Full name"), "Enter your full name");
    assert_eq!(ada.mistake("Country"), "");
    assert!(ada.title().starts_with("Error: Sign: "), "{}", ada.title());

    let name = "\"><b>Ada</b> & 'Co' www.example.org";
    ada.fill("Full name", name).fill("Email address", "ada at example").fill("Country", "France");
    ada.fill("Postcode", "<nowhere>").tick("Email me about this petition").press("Sign this petition").await;
    assert_eq!((ada.field("Full name"), ada.field("Email address")), (name.to_owned(), "ada at example".to_owned()));
    assert_eq!((ada.field("Country"), ada.field("Postcode")), ("FR".to_owned(), "<nowhere>".to_owned()));
    assert!(ada.is_ticked("Email me about this petition") && !ada.is_ticked("I am a British citizen or UK resident"));
    assert_eq!(ada.mistake("Full name"), "Enter your full name without web or email addresses");
    assert_eq!(ada.mistake("Email address"), "Enter an email address such as name@example.org");
    assert_eq!(ada.mistake("Postcode"), "", "nobody in France has one");

    ada.fill("Full name", "Ada").fill("Email address", "ada@example.org").untick("Email me about this petition");
    ada.tick("I am a British citizen or UK resident").press("Sign this petition").await.see("Check your inbox");
    assert_eq!(app.ask("select name || wants_updates || postcode_hash from signatures").await, "Adafalse0");
    assert_eq!(app.ask("select a.code from signatures s join areas a on a.id = s.area_id").await, "FR");
}

#[tokio::test]
async fn names_of_any_script_are_taken() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    for (number, name) in
        ["Siân O’Neill-Ó Súilleabháin", "नरेन्द्र शर्मा", "王小明", "Ngô Đình Diệm", "J.R.R. Tolkien", "علي"]
            .into_iter()
            .enumerate()
    {
        let mut signer = app.visitor();
        fill_in(&mut signer, &petition).await.fill("Full name", name);
        signer.fill("Email address", &format!("signer{number}@example.org")).press("Sign this petition").await;
        signer.see("Check your inbox");
        let id = latest(&app).await;
        signer.visit(&confirm_link(&app, id)).await.see(&format!("You are signing as {name}."));
    }
}

#[tokio::test]
async fn slips_in_an_address_are_asked_about_once() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut ada = app.visitor();

    fill_in(&mut ada, &petition).await.fill("Email address", "ada@gmial.com").press("Sign this petition").await;
    assert_eq!(ada.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(ada.title().starts_with("Check your email address: "), "{}", ada.title());
    assert_eq!(ada.mistakes(), [""; 0], "it may be right");
    ada.see("Did you mean ada@gmail.com?");
    ada.press("Sign this petition").await.see("Check your inbox");
    assert_eq!(email(&app).await, "ada@gmial.com");

    fill_in(&mut ada, &petition).await.fill("Email address", "bob@gmial.com").press("Sign this petition").await;
    ada.tick("No, bob@gmial.com is right").press("Sign this petition").await.see("Check your inbox");
    assert_eq!(email(&app).await, "bob@gmial.com");

    fill_in(&mut ada, &petition).await.fill("Email address", "eve@gmial.com").press("Sign this petition").await;
    ada.tick("Yes, use eve@gmail.com").press("Sign this petition").await.see("Check your inbox");
    assert_eq!(email(&app).await, "eve@gmail.com");

    // What was typed after the question was asked is what counts.
    fill_in(&mut ada, &petition).await.fill("Email address", "kim@gmial.com").press("Sign this petition").await;
    ada.tick("Yes, use kim@gmail.com").fill("Email address", "kim@example.org");
    ada.press("Sign this petition").await.see("Check your inbox");
    assert_eq!(email(&app).await, "kim@example.org");

    // The answer is kept while other things are put right.
    fill_in(&mut ada, &petition).await.fill("Email address", "lou@gmial.com").fill("Full name", "");
    ada.press("Sign this petition").await.see("Did you mean lou@gmail.com?");
    assert_eq!(ada.mistakes(), ["Enter your full name"]);
    ada.tick("Yes, use lou@gmail.com").press("Sign this petition").await.dont_see("Did you mean");
    assert_eq!(ada.field("Email address"), "lou@gmail.com");
    ada.fill("Full name", "Lou Reed").press("Sign this petition").await.see("Check your inbox");
    assert_eq!(email(&app).await, "lou@gmail.com");
}

/// The address of the latest signature, opened with the site's key.
async fn email(app: &TestApp) -> String {
    let id = latest(app).await;
    app.visitor().visit(&yours_link(app, id)).await.fact("Email address")
}

#[tokio::test]
async fn success_and_repeat_look_the_same() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut pages = Vec::new();
    for round in 0..8 {
        let mut ada = app.visitor();
        fill_in(&mut ada, &petition).await.press("Sign this petition").await;
        pages.push((ada.path().to_owned(), ada.redirects.clone(), ada.page().source.clone()));
        if round == 3 {
            let id = latest(&app).await;
            ada.visit(&confirm_link(&app, id)).await.press("Confirm my signature").await;
        }
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "nobody learns who has signed");
    assert_eq!(app.ask("select count(*) from signatures").await, "1");
    assert_eq!(app.ask("select count(*) from outbox").await, limits::CONFIRMATION_MAILS.to_string());
    assert_eq!(app.ask("select count(*) from outbox where kind = 'already_signed'").await, "1");
}

#[tokio::test]
async fn two_people_of_one_household_may_share_an_address() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(100).create().await;
    for (name, postcode) in [
        ("Ada Lovelace", "CV1 1AA"),
        ("ADA  LOVELACE", "CV1 1AA"),
        ("Bo Lovelace", "CV1 1AA"),
        ("Cy Lovelace", "CV1 1AA"),
    ] {
        let mut signer = app.visitor();
        fill_in(&mut signer, &petition).await.fill("Full name", name).fill("Postcode", postcode);
        signer.press("Sign this petition").await.see("Check your inbox");
    }
    assert_eq!(app.ask("select string_agg(name, ', ' order by id) from signatures").await, "Ada Lovelace, Bo Lovelace");
}

// --- Bodies that no browser sends ---

#[tokio::test]
async fn what_is_not_a_form_is_a_clear_page() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let path = urls::sign(&petition.id);
    let empty = everything(&app).await;
    for (body, status, title) in [
        ("", 422, "Sign this petition"),
        ("name", 422, "Sign this petition"),
        ("&&&===", 422, "Sign this petition"),
        ("name=%FF&email=x", 400, "This address or form is not right"),
        ("name=a%00b", 400, "This address or form is not right"),
        ("name=Ada%1bLovelace&email=a%0d%0aBcc:b@example.org", 422, "Sign this petition"),
    ] {
        let answer = post(&app, &path, body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}");
        assert_eq!(page(&path, &answer).heading(), title, "{body}");
    }
    for kind in ["multipart/form-data; boundary=x", "application/json", "text/plain", ""] {
        let answer = Answer::to(app.request(Method::POST, &path).header("content-type", kind).body(RIGHT)).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert_eq!(page(&path, &answer).heading(), "This form cannot be read");
    }
    assert_eq!(everything(&app).await, empty);

    // Of a doubled field the last that says something; the address of the reference service does as well.
    let doubled = format!("name=Somebody+Else&{RIGHT}&email=&resident=&postcode=");
    let answer = post(&app, &format!("{}/signatures", petition.url()), &doubled).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, &*urls::thank_you(&petition.id)));
    assert_eq!(app.ask("select name from signatures").await, "Ada Lovelace");
}

#[tokio::test]
async fn every_field_over_its_limit_is_a_mistake() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let path = urls::sign(&petition.id);
    let long = "a".repeat(limits::NAME + 1);
    for (form, field) in [
        (RIGHT.replace("Ada+Lovelace", &long), "Full name"),
        (RIGHT.replace("ada%40", &format!("{long}%40")), "Email address"),
        (RIGHT.replace("CV11AA", &long), "Postcode"),
        (RIGHT.replace("=GB", &format!("={long}")), "Country"),
        (RIGHT.replace("=GB", "="), "Country"),
        (RIGHT.replace("=GB", "=SU"), "Country"),
        (RIGHT.replace("resident=1", "resident=0"), "I am a British citizen or UK resident"),
    ] {
        let answer = post(&app, &path, &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let page = page(&path, &answer);
        assert_eq!(page.texts("#errors li").len(), 1, "{field}: {:?}", page.texts("#errors li"));
        assert_eq!(page.texts(".wrong label").last().map(String::as_str), Some(field));
    }
    assert_eq!(app.ask("select count(*) from signatures").await, "0");
}

/// Sends a request byte by byte as it is given, and reads the answer to its end.
fn raw(app: &TestApp, head: &str, body: impl Iterator<Item = Vec<u8>>) -> String {
    let host = app.url.strip_prefix("http://").expect("an address");
    let mut connection = TcpStream::connect(host).expect("a connection");
    write!(connection, "{head}\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("a request");
    for part in body {
        connection.write_all(&part).expect("the site listens to the end");
    }
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).expect("an answer, and the end");
    String::from_utf8_lossy(&answer).into_owned()
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

#[tokio::test]
async fn a_form_of_ten_megabytes_gets_its_page() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let parts = || std::iter::once(b"name=".to_vec()).chain(std::iter::repeat_n(vec![b'a'; 100_000], 100));
    for path in [urls::sign(&petition.id), "/petitions".to_owned(), confirm_link(&app, 1.into())] {
        let answer = raw(&app, &format!("POST {path} HTTP/1.1\r\n{FORM}\r\nContent-Length: 10000005"), parts());
        assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{path}: {answer}");
        assert!(answer.contains("<h1>This is too large</h1>"), "{path}: {answer}");
    }
    // Without saying before how large it is.
    let chunks = parts().map(|part| [format!("{:x}\r\n", part.len()).as_bytes(), &part, b"\r\n"].concat());
    let chunks = chunks.chain(std::iter::once(b"0\r\n\r\n".to_vec()));
    let head = format!("POST {} HTTP/1.1\r\n{FORM}\r\nTransfer-Encoding: chunked", urls::sign(&petition.id));
    let answer = raw(&app, &head, chunks);
    assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
    assert_eq!(app.ask("select count(*) from signatures").await, "0");
}

#[tokio::test]
async fn a_form_that_arrives_in_pieces_is_taken() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let path = urls::sign(&petition.id);
    let pieces = RIGHT.as_bytes().chunks(7).map(<[u8]>::to_vec);
    let head = format!("POST {path} HTTP/1.1\r\n{FORM}\r\nContent-Length: {}", RIGHT.len());
    assert!(raw(&app, &head, pieces).starts_with("HTTP/1.1 303 See Other\r\n"));
    // A form that breaks off is none, and breaks nothing.
    let host = app.url.strip_prefix("http://").expect("an address");
    let mut connection = TcpStream::connect(host).expect("a connection");
    write!(connection, "{head}\r\nHost: {host}\r\n\r\nname=Eve").expect("a request");
    connection.shutdown(std::net::Shutdown::Write).expect("the end");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("the end of the answer");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert_eq!(app.ask("select string_agg(name, ',') from signatures").await, "Ada Lovelace");
}

#[tokio::test]
async fn who_never_finishes_a_form_is_told_so() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let began = Instant::now();
    let head = format!("POST {} HTTP/1.1\r\n{FORM}\r\nContent-Length: 1000", urls::sign(&petition.id));
    let answer = raw(&app, &head, std::iter::once(b"name=Ada".to_vec()));
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("<h1>This took too long</h1>"), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let path = urls::sign(&petition.id);
    let request = |name: &str, value: &str| {
        let request = app.request(Method::POST, &path).header("content-type", "application/x-www-form-urlencoded");
        Answer::to(request.header(name, value).body(RIGHT))
    };
    for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(request(name, value).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(app.ask("select count(*) from signatures").await, "0");
    assert_eq!(request("origin", &app.url).await.status, StatusCode::SEE_OTHER);
}

// --- States of the petition ---

#[tokio::test]
async fn a_petition_that_takes_no_signatures_says_why() {
    let app = TestApp::new().await;
    let closed = app.petition().closed(3).create().await;
    let overdue = app.petition().open_until(crate::support::day("2022-08-20")).create().await;
    let rejected = app.petition().state(PetitionState::Rejected).create().await;
    let elsewhere = app.petition().imported(700_001).create().await;
    for (petition, title, words) in [
        (&closed, CLOSED, "Its deadline has passed."),
        (&overdue, CLOSED, "Its deadline has passed."),
        (&rejected, "This petition cannot be signed", "It was rejected. Read why."),
        (&elsewhere, "This petition is signed elsewhere", "Its signatures are collected where it was published."),
    ] {
        let mut ada = app.visitor();
        ada.visit(&urls::sign(&petition.id)).await.see(words).see(&petition.record.action);
        assert_eq!((ada.status(), ada.heading()), (StatusCode::OK, title.to_owned()));
        ada.follow("Back to the petition").await;
        assert_eq!(ada.heading(), petition.record.action);

        let answer = post(&app, &urls::sign(&petition.id), RIGHT).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{title}");
        assert_eq!(page("/", &answer).heading(), title);
        // Nobody has to put a form right that would be of no use.
        let answer = post(&app, &urls::sign(&petition.id), "name=").await;
        assert_eq!((answer.status, page("/", &answer).heading()), (StatusCode::CONFLICT, title.to_owned()));
    }
    for (state, status) in [(PetitionState::Hidden, 404), (PetitionState::Dormant, 404), (PetitionState::Removed, 410)]
    {
        let petition = app.petition().state(state).create().await;
        for path in [urls::sign(&petition.id), urls::thank_you(&petition.id)] {
            assert_eq!(app.get(&path).await.status.as_u16(), status, "{path} {state:?}");
        }
        for form in [RIGHT, ""] {
            let answer = post(&app, &urls::sign(&petition.id), form).await;
            assert_eq!(answer.status.as_u16(), status, "{state:?} {form}");
            assert!(!answer.text().contains(&petition.record.action));
        }
    }
    for (state, words) in [
        (PetitionState::Validated, "You cannot sign it yet."),
        (PetitionState::Sponsored, "You cannot sign it yet."),
        (PetitionState::Stopped, "It will not now be published."),
    ] {
        let petition = app.petition().signatures(3).state(state).create().await;
        for form in [RIGHT, ""] {
            let answer = post(&app, &urls::sign(&petition.id), form).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{state:?}");
            app.visitor().visit(answer.header("location")).await.see(words);
        }
        app.visitor().visit(&urls::sign(&petition.id)).await.see(words);
    }
    for path in ["/petitions/7/signatures/new", "/petitions/7/thank-you"] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(post(&app, "/petitions/7/signatures/new", RIGHT).await.status, StatusCode::NOT_FOUND);
    assert_eq!(post(&app, "/petitions/x/signatures/new", RIGHT).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.ask("select count(*) from signatures").await, "0");
}

#[tokio::test]
async fn a_petition_may_close_while_somebody_fills_in_the_form() {
    let app = TestApp::new().await;
    let petition = app.petition().open_until(crate::support::day("2022-08-21")).create().await;
    let mut ada = app.visitor();
    fill_in(&mut ada, &petition).await;
    app.set_time(at("2022-08-21T22:59:59Z"));
    fill_in(&mut app.visitor(), &petition).await.press("Sign this petition").await.see("Check your inbox");
    app.set_time(at("2022-08-21T23:00:01Z"));
    ada.press("Sign this petition").await.see("It closed while you were filling in the form");
    assert_eq!((ada.status(), ada.heading()), (StatusCode::CONFLICT, CLOSED.to_owned()));
}

#[tokio::test]
async fn while_signing_is_paused_nothing_that_was_typed_is_lost() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let id = sign(&app, &petition).await;
    let mut bo = app.visitor();
    fill_in(&mut bo, &petition).await.fill("Full name", "Bo Peep").fill("Email address", "bo@example.org");
    app.sql("update site set collection_paused_at = now()").await.expect("paused");
    bo.press("Sign this petition").await.see("No new signatures are taken at the moment");
    assert_eq!((bo.status(), bo.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "600"));
    assert_eq!((bo.field("Full name"), bo.field("Email address")), ("Bo Peep".to_owned(), "bo@example.org".to_owned()));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut cy = app.visitor();
    cy.visit(&urls::sign(&petition.id)).await.see("No new signatures are taken at the moment.");
    assert_eq!(cy.heading(), "Signing is paused");
    // What was begun before can be brought to its end.
    cy.visit(&confirm_link(&app, id)).await.press("Confirm my signature").await.see("Your signature is counted");

    app.sql("update site set collection_paused_at = null").await.expect("going on");
    bo.press("Sign this petition").await.see("Check your inbox");
}

#[tokio::test]
async fn a_signature_that_was_begun_in_time_may_be_confirmed_for_a_day() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(100).open_until(crate::support::day("2022-08-21")).create().await;
    let id = sign(&app, &petition).await;
    let other = {
        let mut bo = app.visitor();
        fill_in(&mut bo, &petition).await.fill("Full name", "Bo").fill("Email address", "bo@example.org");
        bo.press("Sign this petition").await;
        latest(&app).await
    };
    let closed = at("2022-08-21T22:59:59Z");
    app.run_job("close petitions", closed + SignedDuration::from_secs(2)).await;
    app.set_time(closed + SignedDuration::from_hours(limits::CONFIRMATION_GRACE_HOURS));
    let mut ada = app.visitor();
    ada.visit(&confirm_link(&app, id)).await.press("Confirm my signature").await.see("Yours is one of 101 signatures");

    let mut bo = app.visitor();
    bo.visit(&confirm_link(&app, other)).await;
    app.set_time(closed + SignedDuration::from_hours(limits::CONFIRMATION_GRACE_HOURS) + SignedDuration::from_mins(1));
    bo.press("Confirm my signature").await;
    assert_eq!((bo.status(), bo.heading()), (StatusCode::GONE, TOO_LATE.to_owned()));
    bo.see("This petition has closed.").visit(&confirm_link(&app, other)).await;
    assert_eq!((bo.status(), bo.heading()), (StatusCode::GONE, TOO_LATE.to_owned()));
    ada.visit(&confirm_link(&app, id)).await.see("Your signature is confirmed");
    assert_eq!(count(&app, &petition).await, 101);
}

#[tokio::test]
async fn signatures_of_petitions_that_were_taken_away_cannot_be_confirmed() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let id = sign(&app, &petition).await;
    for (sql, status, title) in [
        ("update petitions set state = 'rejected', rejected_at = now()", 410, TOO_LATE),
        ("update petitions set state = 'hidden'", 404, "Page not found"),
        ("update petitions set state = 'removed', removed_at = now()", 410, "This petition was removed"),
    ] {
        app.sql(sql).await.expect(sql);
        let path = confirm_link(&app, id);
        let answers = [app.get(&path).await, post(&app, &path, "").await];
        for answer in answers {
            assert_eq!(answer.status.as_u16(), status, "{sql}");
            assert_eq!(page(&path, &answer).heading(), title, "{sql}");
        }
    }
    assert_eq!(app.ask("select state from signatures").await, "pending");
}

// --- The links of the mails ---

#[tokio::test]
async fn only_the_whole_right_link_works() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let (id, other) = (sign_and_confirm(&app, &petition).await, SignatureId::from(1_000_000));
    let before = everything(&app).await;
    let token = |purpose| app.keyring.token(purpose, id);
    let mut paths = Vec::new();
    for (part, purpose) in [
        ("", Purpose::Manage),
        ("/data.json", Purpose::Manage),
        ("/withdraw", Purpose::Manage),
        ("/verify", Purpose::Confirm),
        ("/not-me", Purpose::Confirm),
        ("/unsubscribe", Purpose::Unsubscribe),
        ("/signed", Purpose::Signed),
    ] {
        let right = token(purpose);
        let wrong =
            [Purpose::Confirm, Purpose::Manage, Purpose::Unsubscribe].into_iter().find(|other| *other != purpose);
        for query in [
            String::new(),
            "?token=".to_owned(),
            "?token".to_owned(),
            format!("?token={}", &right[..right.len() - 1]),
            format!("?token={right}a"),
            format!("?token={}", right.to_uppercase()),
            format!("?token={}", token(wrong.expect("another"))),
            format!("?token={}", app.keyring.token(purpose, other)),
            "?token=%00%FF".to_owned(),
            format!("?token={}", "a".repeat(5_000)),
        ] {
            paths.push(format!("/signatures/{id}{part}{query}"));
        }
        for number in ["0", "-1", "abc", "9223372036854775808", "1.5", "%FF", "%00"] {
            paths.push(format!("/signatures/{number}{part}?token={right}"));
        }
    }
    // Good links to signatures that are not there.
    paths.push(confirm_link(&app, other));
    paths.push(yours_link(&app, other));
    for path in &paths {
        for method in [Method::GET, Method::POST] {
            let answer = Answer::to(app.request(method.clone(), path)).await;
            if answer.status == StatusCode::METHOD_NOT_ALLOWED {
                continue;
            }
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            match path.contains("data.json") {
                true => assert_eq!(answer.json()["error"]["title"], DEAD, "{path}"),
                false => assert_eq!(page(path, &answer).heading(), DEAD, "{path}"),
            }
        }
    }
    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn scanners_may_look_at_every_link() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    for confirmed in [false, true] {
        let id = if confirmed { sign_and_confirm(&app, &petition).await } else { sign(&app, &petition).await };
        let before = everything(&app).await;
        let hour = app.now + SignedDuration::from_hours(1);
        let token = |purpose| app.keyring.token(purpose, id);
        for path in [
            confirm_link(&app, id),
            unsubscribe_link(&app, id),
            yours_link(&app, id),
            urls::your_data(&id, &token(Purpose::Manage)),
            urls::withdraw_signature(&id, &token(Purpose::Manage)),
            urls::not_me(&id, &token(Purpose::Confirm)),
            urls::signed(&id, &app.keyring.token_until(Purpose::Signed, id, hour)),
        ] {
            for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE] {
                let answer = Answer::to(app.request(method.clone(), &path)).await;
                assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.status);
                assert_eq!(answer.header("referrer-policy"), "no-referrer", "{method} {path}");
                assert_eq!(answer.header("cache-control"), "no-store", "{method} {path}");
                assert_eq!(answer.header("access-control-allow-origin"), "", "{method} {path}");
            }
        }
        assert_eq!(everything(&app).await, before, "nothing has changed");
    }
    let robots = app.get("/robots.txt").await;
    assert!(robots.text().contains("\nDisallow: /signatures/\n"), "{}", robots.text());
}

#[tokio::test]
async fn confirming_twice_is_harmless() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(100).create().await;
    let id = sign(&app, &petition).await;
    let path = confirm_link(&app, id);
    let (mut ada, mut elsewhere) = (app.visitor(), app.visitor());
    ada.visit(&path).await;
    elsewhere.visit(&path).await;
    ada.press("Confirm my signature").await.see("Yours is one of 101 signatures");
    elsewhere.press("Confirm my signature").await.see("Yours is one of 101 signatures");
    ada.visit(&path).await.see("Your signature is confirmed").see("There is nothing left to do.");
    assert!(ada.page().select("form").is_empty());

    let clicks = (0..20).map(|_| post(&app, &path, ""));
    let mut answers = Vec::new();
    for click in clicks {
        answers.push(click.await);
    }
    assert!(answers.iter().all(|answer| answer.status == StatusCode::SEE_OTHER));
    assert_eq!(count(&app, &petition).await, 101);
    assert_eq!(app.ask("select count(*) from ledger where signature_id is not null").await, "1");
}

#[tokio::test]
async fn many_clicks_at_once_sign_and_confirm_once() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(100).create().await;
    let path = urls::sign(&petition.id);
    let (a, b, c, d) = tokio::join!(
        post(&app, &path, RIGHT),
        post(&app, &path, RIGHT),
        post(&app, &path, RIGHT),
        post(&app, &path, RIGHT)
    );
    for answer in [a, b, c, d] {
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, &*urls::thank_you(&petition.id))
        );
    }
    assert_eq!(app.ask("select count(*) from signatures").await, "1");
    let path = confirm_link(&app, latest(&app).await);
    let (a, b, c, d) =
        tokio::join!(post(&app, &path, ""), post(&app, &path, ""), post(&app, &path, ""), post(&app, &path, ""));
    for answer in [a, b, c, d] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
    assert_eq!(count(&app, &petition).await, 101);
}

#[tokio::test]
async fn the_page_that_thanks_is_there_for_an_hour() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let id = sign(&app, &petition).await;
    let mut ada = app.visitor();
    ada.visit(&confirm_link(&app, id)).await.press("Confirm my signature").await.see("Your signature is counted");
    let thanks = ada.path().to_owned();
    app.set_time(app.now + SignedDuration::from_mins(59));
    ada.visit(&thanks).await.see("Your signature is counted");
    app.set_time(app.now + SignedDuration::from_mins(61));
    ada.visit(&thanks).await;
    assert_eq!((ada.path(), ada.heading()), (&*petition.url(), petition.record.action.clone()));
}

#[tokio::test]
async fn the_page_that_thanks_names_constituency_and_member() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let id = sign_and_confirm(&app, &petition).await;
    app.sql(
        "update constituencies set member_name = 'Jane Member MP' where area_id = (select id from areas where code = 'E14001190')
           and boundary_set = 2024;
         update signatures set area_id = (select id from areas where code = 'E14001190')",
    )
    .await
    .expect("located");
    let name = app.ask("select name from areas where code = 'E14001190'").await;
    let until = app.now + SignedDuration::from_mins(1);
    let thanks = urls::signed(&id, &app.keyring.token_until(Purpose::Signed, id, until));
    let mut ada = app.visitor();
    ada.visit(&thanks).await;
    let section = ada.section("Tell your MP");
    assert!(section.contains(&format!("Your constituency is {name}, and Jane Member MP represents you")), "{section}");
    let link = ada.page().link("How to reach Jane Member MP");
    assert!(link.starts_with("https://members.parliament.uk/"), "{link}");
    ada.follow(&format!("What else people in {name} sign")).await;
    assert_eq!((ada.status(), ada.heading()), (StatusCode::OK, format!("Petitions signed in {name}")));
}

#[tokio::test]
async fn somebody_who_did_not_sign_is_left_alone() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let id = sign(&app, &petition).await;
    let mut bo = app.visitor();
    bo.visit(&confirm_link(&app, id)).await;
    let (path, _) = bo.filled_in("I did not sign this");
    bo.press("I did not sign this").await;
    assert_eq!((bo.status(), &*bo.heading()), (StatusCode::OK, "We have forgotten this signature"));
    assert_eq!(app.ask("select count(*) from signatures").await, "0");
    let again = post(&app, &path, "").await;
    assert_eq!(page(&path, &again).heading(), "We have forgotten this signature", "replayed");
    bo.visit(&confirm_link(&app, id)).await;
    assert_eq!((bo.status(), bo.heading()), (StatusCode::NOT_FOUND, DEAD.to_owned()));

    // Whoever typed the address may do so again; it looks as always, and nothing is sent.
    fill_in(&mut bo, &petition).await.press("Sign this petition").await.see("Check your inbox");
    assert_eq!(app.ask("select count(*) from signatures").await, "0");
}

#[tokio::test]
async fn a_confirmed_signature_is_not_disowned_but_can_be_taken_back() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(100).create().await;
    let id = sign(&app, &petition).await;
    let mut ada = app.visitor();
    ada.visit(&confirm_link(&app, id)).await;
    app.visitor().visit(&confirm_link(&app, id)).await.press("Confirm my signature").await;
    ada.press("I did not sign this").await;
    assert_eq!(ada.heading(), "Your signature");
    assert_eq!(count(&app, &petition).await, 101);
    ada.press("Withdraw my signature").await.see("Your signature is withdrawn");
    assert_eq!(count(&app, &petition).await, 100);
}

#[tokio::test]
async fn a_signer_sees_downloads_and_takes_back() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(100).create().await;
    let id = sign_and_confirm(&app, &petition).await;
    let link = yours_link(&app, id);
    let mut ada = app.visitor();
    ada.visit(&link).await.see(&petition.record.action);
    for (term, value) in [
        ("Name", "Ada Lovelace"),
        ("Email address", "ada@example.org"),
        ("Postcode", "CV1 1AA"),
        ("Mails about the petition", "no"),
        ("Form sent", "21:00:00 on 21 August 2022"),
        ("Confirmed", "21:00:00 on 21 August 2022"),
    ] {
        assert_eq!(ada.fact(term), value, "{term}");
    }
    let file = app.get(&ada.page().link("Download it as a file (JSON)")).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"your-signature.json\"");
    let data = file.json();
    assert_eq!((&data["name"], &data["email"]), (&"Ada Lovelace".into(), &"ada@example.org".into()));
    assert_eq!(data["petition"], format!("{}{}", app.url, petition.url()));

    let (withdraw, _) = ada.filled_in("Withdraw my signature");
    ada.press("Withdraw my signature").await;
    assert_eq!(ada.heading(), "Your signature is withdrawn");
    assert_eq!(count(&app, &petition).await, 100);
    let after = everything(&app).await;
    assert!(!after.contains("Ada") && !after.contains("ada@"), "{after}");
    let again = post(&app, &withdraw, "").await;
    assert_eq!(page(&withdraw, &again).heading(), "Your signature is withdrawn", "replayed");
    assert_eq!(everything(&app).await, after);
    for path in [link, confirm_link(&app, id)] {
        ada.visit(&path).await;
        assert_eq!((ada.status(), ada.heading()), (StatusCode::NOT_FOUND, DEAD.to_owned()));
        assert_eq!(post(&app, &confirm_link(&app, id), "").await.status, StatusCode::NOT_FOUND);
    }
    fill_in(&mut ada, &petition).await.press("Sign this petition").await.see("Check your inbox");
    let id = latest(&app).await;
    ada.visit(&confirm_link(&app, id)).await.press("Confirm my signature").await.see("Yours is one of 101");
}

#[tokio::test]
async fn a_pending_signature_can_be_seen_and_taken_back() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(100).create().await;
    let id = sign(&app, &petition).await;
    let mut ada = app.visitor();
    ada.visit(&yours_link(&app, id)).await;
    assert_eq!(ada.fact("Confirmed"), "not yet");
    ada.press("Withdraw my signature").await.see("Your signature is withdrawn");
    assert_eq!((app.ask("select count(*) from signatures").await, count(&app, &petition).await), ("0".to_owned(), 100));
}

#[tokio::test]
async fn a_withdrawal_that_was_begun_is_done_even_if_the_visitor_goes() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let before = count(&app, &petition).await;
    let id = sign_and_confirm(&app, &petition).await;
    assert_eq!(count(&app, &petition).await, before + 1);

    // Somebody else holds the signature for a while.
    let mut holding = app.db().await;
    let mut tx = holding.begin().await.expect("a transaction");
    sqlx::query("select from signatures for update").execute(&mut *tx).await.expect("it is held");
    let host = app.url.strip_prefix("http://").expect("an address");
    let path = urls::withdraw_signature(&id, &app.keyring.token(Purpose::Manage, id));
    let mut visitor = TcpStream::connect(host).expect("a connection");
    write!(visitor, "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n").expect("a request");
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(visitor);
    tokio::time::sleep(Duration::from_millis(200)).await;
    tx.commit().await.expect("it is let go");

    let mut left = 50;
    while count(&app, &petition).await != before && left > 0 {
        left -= 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(count(&app, &petition).await, before);
    assert_eq!(app.ask("select state::text || name from signatures").await, "withdrawn");
}

#[tokio::test]
async fn mails_are_stopped_by_page_and_by_mail_program() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut ada = app.visitor();
    let wants = "select wants_updates from signatures";
    for way in ["page", "form", "multipart", "null origin", "browser of a provider"] {
        fill_in(&mut ada, &petition).await.tick("Email me about this petition");
        ada.fill("Email address", &format!("{}@example.org", way.replace(' ', "-"))).press("Sign this petition").await;
        let (id, link) = (latest(&app).await, unsubscribe_link(&app, latest(&app).await));
        let stopped = "You get no news about this petition";
        if way == "page" {
            ada.visit(&link).await;
            assert_eq!(ada.heading(), "Stop mails about this petition");
            assert_eq!(app.ask(wants).await, "true", "looking changes nothing");
            ada.press("Stop mails").await;
            assert_eq!(ada.heading(), stopped);
        } else {
            let one_click = app.request(Method::POST, &link);
            let form = "application/x-www-form-urlencoded";
            let one_click = match way {
                "form" => one_click.header("content-type", form).body("List-Unsubscribe=One-Click"),
                "multipart" => one_click.header("content-type", "multipart/form-data; boundary=b").body(
                    "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n",
                ),
                "null origin" => one_click.header("origin", "null").header("content-type", form).body(""),
                _ => one_click.header("sec-fetch-site", "cross-site").header("origin", "https://mail.example"),
            };
            let answer = Answer::to(one_click).await;
            assert_eq!((answer.status, page(&link, &answer).heading()), (StatusCode::OK, stopped.to_owned()), "{way}");
        }
        ada.visit(&link).await;
        assert_eq!(ada.heading(), stopped, "{way}");
        assert_eq!(app.ask(wants).await, "false", "{way}");
        ada.visit(&yours_link(&app, id)).await.dont_see("Stop mails");
        ada.press("Withdraw my signature").await;
        assert_eq!(post(&app, &link, "").await.status, StatusCode::OK, "stopped all the more");
    }
}

#[tokio::test]
async fn a_busy_database_costs_nobody_a_signature_unawares() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let id = sign(&app, &petition).await;
    let mut ada = app.visitor();
    fill_in(&mut ada, &petition).await;
    app.lose_database().await;
    ada.press("Sign this petition").await;
    assert_eq!((ada.status(), ada.heading()), (StatusCode::SERVICE_UNAVAILABLE, "The site is very busy".to_owned()));
    for path in [confirm_link(&app, id), yours_link(&app, id)] {
        let answer = app.get(&path).await;
        assert_eq!((answer.status, page(&path, &answer).heading()), (StatusCode::SERVICE_UNAVAILABLE, ada.heading()));
    }
    assert_eq!(post(&app, &confirm_link(&app, id), "").await.status, StatusCode::SERVICE_UNAVAILABLE);
}
