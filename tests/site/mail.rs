//! Mail: written for people and their programs, sent once, tried again, given up, never lost.

use std::{collections::HashSet, time::Duration};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use undersigned::{
    actions::sign::{NewSignature, Signed},
    domain::{
        email::EmailAddress, feedback::Feedback, petition::PetitionId, postcode::Postcode, signature::SignatureId,
        signer::SignerName,
    },
    mail::{
        feedback::FeedbackMail,
        messages::{
            AboutSignature, AlreadySigned, ConfirmPetition, ConfirmSignature, ContinuePetition, Envelope,
            Mail as Message, StaffInvitation,
        },
    },
    urls,
};

use crate::support::{Mailbox, Mailing, Setup, TestApp, TestFolder, at};

impl TestApp {
    /// Somebody fills in the form of a petition.
    async fn signs(&self, petition: PetitionId, name: &str, email: &str) {
        let uk = self.ask("select id from areas where kind = 'country' and code = 'GB'").await;
        self.signs_in(uk.parse().expect("a number"), petition, name, email).await;
    }

    async fn signs_in(&self, country: i32, petition: PetitionId, name: &str, email: &str) {
        let new = NewSignature {
            petition,
            name: SignerName::parse(name).expect("a name"),
            email: EmailAddress::parse(email).expect("an address"),
            country,
            postcode: Some(Postcode::parse("SW1A 1AA").expect("a postcode")),
            wants_updates: false,
            signed_from: None,
            suspicion: None,
        };
        let now = self.app().clock.now();
        assert_eq!(self.app().signing.sign(&new, now).await.expect("signed"), Signed::CheckYourMail);
    }

    /// So many people sign.
    async fn crowd_signs(&self, petition: PetitionId, people: usize) {
        let everybody = (0..people).map(|number| format!("ada{number}@example.org")).collect::<Vec<_>>();
        let uk = self.ask("select id from areas where kind = 'country' and code = 'GB'").await;
        let uk = uk.parse().expect("a number");
        let all = everybody.iter().map(|email| self.signs_in(uk, petition, "Ada Lovelace", email));
        futures_util::future::join_all(all).await;
    }

    /// Moves the clock on.
    fn wait(&self, time: SignedDuration) {
        self.set_time(self.app().clock.now() + time);
        self.app().signing.mail_queued.notify_one();
    }
}

const LEFT: &str = "select count(*) from outbox";
const ATTEMPTS: &str = "select attempts from outbox";

#[tokio::test]
async fn a_mail_is_sent_once_and_says_what_it_is_about() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.signs(petition.id, "Ada Lovelace", "ada@example.org").await;

    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.from, "no-reply@example.org");
    assert_eq!(mail.subject, "Confirm your signature: Plant a tree in every street");
    assert_eq!(mail.header("From"), "Petitions <no-reply@example.org>");
    assert_eq!(mail.header("To"), "ada@example.org");
    assert_eq!(mail.header("Date"), "Sun, 21 Aug 2022 20:00:00 +0000");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(mail.header("List-Unsubscribe"), format!("<{}>", mail.link("No more mail about this petition")));
    assert!(mail.header("Message-ID").ends_with("@example.org>"), "{}", mail.header("Message-ID"));
    let signature: SignatureId = app.ask("select id from signatures").await.parse::<i64>().expect("a number").into();
    let confirm = mail.link("Confirm your signature");
    assert!(confirm.starts_with(&format!("{}{}", app.url, urls::confirm_signature(&signature, ""))), "{confirm}");
    for link in ["Confirm your signature", "Read the petition", "Your signature", "No more mail about this petition"] {
        assert!(mail.text.contains(&mail.link(link)), "“{link}” is in the text, too: {}", mail.text);
    }

    app.becomes(LEFT, "0").await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    app.mailbox().has(1).await;
}

#[tokio::test]
async fn whoever_signs_again_is_told_by_mail_and_nowhere_else() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.signs(petition.id, "Ada Lovelace", "ada@example.org").await;
    app.mail_to("ada@example.org").await;
    app.signs(petition.id, "Ada Lovelace", "ada@example.org").await;
    let again = app.mail_to("ada@example.org").await;
    assert!(again.subject.starts_with("Confirm your signature"), "still pending: the same link once more");

    let signature = app.ask("select id from signatures").await.parse::<i64>().expect("a number").into();
    app.app().signing.confirm(signature, app.now).await.expect("confirmed");
    app.wait(SignedDuration::from_hours(2));
    app.signs(petition.id, "Ada Lovelace", "ada@example.org").await;
    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, "You have signed already: Plant a tree in every street");
    assert!(mail.text.contains("You confirmed your signature at 21:00 on 21 August 2022."), "{}", mail.text);
    assert!(mail.text.contains("At 23:00 on 21 August 2022 somebody"), "{}", mail.text);
}

#[tokio::test]
async fn what_nobody_wants_any_more_is_not_sent() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.mailbox().go_away();
    for (name, then) in [
        (
            "confirmed",
            "update signatures set state = 'validated', confirmed_at = created_at where name = 'Confirmed One'",
        ),
        ("gone", "delete from signatures where name = 'Gone One'"),
        ("erased", "update signatures set email_hash = null, name = '', contact = '' where name = 'Erased One'"),
        (
            "unwanted",
            "insert into unwanted_mail (petition_id, email_hash, key, created_at)
             select petition_id, email_hash, 1, now() from signatures where name = 'Unwanted One'",
        ),
    ] {
        let full = format!("{}{} One", name[..1].to_uppercase(), &name[1..]);
        app.signs(petition.id, &full, &format!("{name}@example.org")).await;
        app.sql(then).await.expect("a change");
    }
    app.mailbox().come_back().await;
    app.becomes(LEFT, "0").await;
    assert_eq!(app.mailbox().mails().len(), 0);

    // After the day on which it could still be confirmed there is nothing to confirm.
    app.mailbox().go_away();
    app.signs(petition.id, "Late One", "late@example.org").await;
    app.wait(SignedDuration::from_hours(24 * 200));
    app.mailbox().come_back().await;
    app.becomes(LEFT, "0").await;
    assert_eq!(app.mailbox().mails().len(), 0);
}

#[tokio::test]
async fn a_recipient_who_cannot_be_reached_now_is_tried_later() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    let full = "452 4.2.2 The mailbox of ada@example.org is full";
    app.mailbox().rules().recipients.insert("ada@example.org".to_owned(), full.to_owned());
    app.signs(petition.id, "Ada Lovelace", "ada@example.org").await;
    app.becomes("select last_error from outbox", "452 4.2.2").await;
    assert_eq!(app.ask(ATTEMPTS).await, "1");
    app.signs(petition.id, "Grace Hopper", "grace@example.org").await;
    app.mail_to("grace@example.org").await;

    app.wait(SignedDuration::from_secs(50));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(app.ask(ATTEMPTS).await, "1", "not yet");
    app.wait(SignedDuration::from_secs(20));
    app.becomes(ATTEMPTS, "2").await;
    app.mailbox().rules().recipients.clear();
    app.wait(SignedDuration::from_mins(6));
    app.mail_to("ada@example.org").await;
    app.becomes(LEFT, "0").await;
}

#[tokio::test]
async fn a_recipient_who_does_not_exist_is_given_up() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    for (name, reply) in [
        ("nobody", "550 5.1.1 <nobody@example.org>: no such user"),
        ("plain", "550 no"),
        ("policy", "554 5.7.1 relaying denied"),
    ] {
        app.mailbox().rules().recipients.insert(format!("{name}@example.org"), reply.to_owned());
        app.signs(petition.id, "Ada Lovelace", &format!("{name}@example.org")).await;
    }
    let given_up = "select string_agg(last_error, ', ' order by last_error) from outbox where given_up_at is not null";
    app.becomes(given_up, "550, 550 5.1.1").await;
    app.becomes("select last_error from outbox where given_up_at is null", "554 5.7.1").await;
    assert_eq!(app.get("/health-check").await.json()["mail"]["given_up"], 2);

    app.wait(SignedDuration::from_hours(24 * 3));
    app.becomes("select attempts from outbox where given_up_at is null", "2").await;
    assert_eq!(app.ask("select sum(attempts) from outbox where given_up_at is not null").await, "2");
}

#[tokio::test]
async fn a_mail_that_fails_again_and_again_is_given_up() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.mailbox().rules().content = Some("451 4.3.0 not today".to_owned());
    app.signs(petition.id, "Ada Lovelace", "ada@example.org").await;
    for attempts in ["1", "2", "3", "4", "5", "6", "7", "8"] {
        app.becomes(ATTEMPTS, attempts).await;
        app.becomes("select due_at > '2022-08-21 20:00:00Z' or given_up_at is not null from outbox", "true").await;
        app.becomes("select last_error from outbox", "451 4.3.0").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        app.wait(SignedDuration::from_hours(27));
    }
    app.becomes("select given_up_at is not null from outbox", "true").await;
    app.mailbox().rules().content = None;
    app.wait(SignedDuration::from_hours(100));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(app.mailbox().mails().len(), 0);
}

#[tokio::test]
async fn several_programs_send_no_mail_twice() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.deliver();
    let beside = [app.deliver_beside(), app.deliver_beside(), app.deliver_beside()];
    app.crowd_signs(petition.id, 600).await;
    app.mailbox().has(600).await;
    app.becomes(LEFT, "0").await;
    drop(beside);
    let mails = app.mailbox().mails();
    assert_eq!(mails.iter().map(|mail| &mail.to).collect::<HashSet<_>>().len(), 600);
    assert_eq!(mails.iter().map(|mail| mail.header("Message-ID")).collect::<HashSet<_>>().len(), 600);
    assert!(app.mailbox().connections() <= 16, "{} connections", app.mailbox().connections());
}

#[tokio::test]
async fn the_mail_of_a_program_that_died_is_taken_over() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.mailbox().rules().slow = Duration::from_secs(3600);
    app.crowd_signs(petition.id, 10).await;
    app.becomes("select min(attempts) from outbox", "1").await;
    app.stop_delivering();
    app.mailbox().rules().slow = Duration::ZERO;

    let _another = app.deliver_beside();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(app.mailbox().mails().len(), 0, "they still belong to the other");
    app.wait(SignedDuration::from_secs(121));
    app.mailbox().has(10).await;
    app.becomes(LEFT, "0").await;
}

#[tokio::test]
async fn a_mail_that_is_sent_again_by_mishap_has_the_same_name() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.stop_delivering();
    app.signs(petition.id, "Ada Lovelace", "ada@example.org").await;
    app.sql("create table kept as select * from outbox").await.expect("a copy");
    let _another = app.deliver_beside();
    let first = app.mail_to("ada@example.org").await;
    app.becomes(LEFT, "0").await;
    // The program died between the server's yes and noting it.
    app.sql("insert into outbox overriding system value select * from kept").await.expect("the copy");
    let second = app.mail_to("ada@example.org").await;
    assert_eq!(first.source, second.source);
}

#[tokio::test]
async fn a_program_that_stops_leaves_its_mail_to_others() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.stop_delivering();
    app.crowd_signs(petition.id, 100).await;
    app.mailbox().rules().slow = Duration::from_millis(300);
    let stopping = app.deliver_beside();
    app.mailbox().has(4).await;
    stopping.stop().await;
    let sent = app.mailbox().mails().len();
    assert!(sent < 20, "{sent} were under way");
    assert_eq!(app.ask(LEFT).await, (100 - sent).to_string());
    assert_eq!(app.ask("select max(attempts) from outbox").await, "0", "the others are as they were");
    app.mailbox().rules().slow = Duration::ZERO;
    let _another = app.deliver_beside();
    app.mailbox().has(100).await;
    app.becomes(LEFT, "0").await;
}

#[tokio::test]
async fn while_the_server_is_away_mail_waits_and_operators_are_told() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.mailbox().go_away();
    app.crowd_signs(petition.id, 30).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let health = app.get("/health-check").await.json();
    assert_eq!((&health["status"], &health["mail"]["waiting"]), (&"ok".into(), &30.into()));

    app.becomes("select max(attempts) from outbox", "0").await;
    app.wait(SignedDuration::from_mins(16));
    let health = app.get("/health-check").await;
    assert_eq!(health.status, 200);
    assert_eq!(health.json()["status"], "delayed");
    assert_eq!(health.json()["mail"]["oldest_waiting_seconds"], 16 * 60);

    app.mailbox().come_back().await;
    app.mailbox().has(30).await;
    app.becomes(LEFT, "0").await;
    let health = app.get("/health-check").await.json();
    assert_eq!(health["status"], "ok");
    assert_eq!(health["mail"], serde_json::json!({"waiting": 0, "oldest_waiting_seconds": 0, "given_up": 0}));
}

#[tokio::test]
async fn connections_that_break_lose_nothing() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.mailbox().rules().most_mails = Some(7);
    app.crowd_signs(petition.id, 50).await;
    app.mailbox().has(50).await;
    app.becomes(LEFT, "0").await;

    // In the middle of a mail nobody knows whether the server has taken it: it is tried again after a while.
    app.mailbox().rules().hang_up = 1;
    app.signs(petition.id, "Grace Hopper", "grace@example.org").await;
    app.becomes(ATTEMPTS, "1").await;
    app.becomes("select due_at < '2022-08-21 20:01:30Z' from outbox", "true").await;
    app.wait(SignedDuration::from_mins(2));
    app.mail_to("grace@example.org").await;
}

#[tokio::test]
async fn a_sender_whom_the_server_refuses_waits_and_nothing_is_given_up() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(0).create().await;
    app.mailbox().rules().sender = Some("550 5.7.1 not from you".to_owned());
    app.crowd_signs(petition.id, 20).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(app.ask(LEFT).await, "20");
    app.becomes("select max(attempts) from outbox", "0").await;
    app.mailbox().rules().sender = None;
    app.mailbox().has(20).await;
}

/// A site whose mail goes to a server under this address.
async fn mailing_to(mailbox: &Mailbox, url: String) -> TestApp {
    TestApp::with(Setup { mail: Mailing::To(mailbox.clone(), url), ..Setup::default() }).await
}

#[tokio::test]
async fn mail_goes_out_encrypted_and_signed_in() {
    let folder = TestFolder::new();
    for immediate in [false, true] {
        let mailbox = Mailbox::open().await;
        {
            let mut rules = mailbox.rules();
            rules.offers_tls = true;
            rules.immediate_tls = immediate;
            rules.account = Some(("ada".to_owned(), "p w:1".to_owned()));
        }
        let certificate = folder.path().join(format!("{immediate}.pem"));
        std::fs::write(&certificate, mailbox.certificate()).expect("a file");
        let scheme = if immediate { "smtps" } else { "smtp" };
        let query = if immediate { "" } else { "&tls=required" };
        let (server, file) = (mailbox.address(), certificate.display());
        let app = mailing_to(&mailbox, format!("{scheme}://ada:p%20w%3A1@{server}?ca={file}{query}")).await;
        let petition = app.petition().signatures(0).create().await;
        app.crowd_signs(petition.id, 20).await;
        app.mailbox().has(20).await;
        app.becomes(LEFT, "0").await;
    }
}

#[tokio::test]
async fn mail_waits_for_a_server_that_can_be_trusted() {
    let mailbox = Mailbox::open().await;
    let address = mailbox.address();
    // It offers no TLS; it has a certificate that nobody has vouched for; it does not know the password.
    for (url, offers, account) in [
        (format!("smtp://{address}?tls=required"), false, false),
        (format!("smtp://{address}?tls=required"), true, false),
        (format!("smtp://ada:wrong@{address}"), false, true),
    ] {
        {
            let mut rules = mailbox.rules();
            rules.offers_tls = offers;
            rules.account = account.then(|| ("ada".to_owned(), "right".to_owned()));
        }
        let app = mailing_to(&mailbox, url).await;
        app.deliver();
        let petition = app.petition().signatures(0).create().await;
        let before = mailbox.connections();
        app.crowd_signs(petition.id, 3).await;
        for _ in 0..200 {
            if mailbox.connections() > before + 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(mailbox.connections() > before + 1, "it is tried again");
        app.becomes("select max(attempts) from outbox", "0").await;
        app.wait(SignedDuration::from_mins(20));
        assert_eq!(app.get("/health-check").await.json()["status"], "delayed");
    }
    assert_eq!(mailbox.mails().len(), 0);
}

#[tokio::test]
async fn a_developer_reads_the_mail_in_the_browser() {
    let folder = TestFolder::new();
    let app = TestApp::with(Setup { mail: Mailing::Folder(folder.path().to_owned()), ..Setup::default() }).await;
    let petition = app.petition().signatures(0).action("Stop <script> & “quotes”").create().await;
    let mut ada = app.visitor();
    ada.visit(urls::dev_mailbox()).await.see("No mail yet.");
    app.signs(petition.id, "Zoë O’Neil <b>", "zoe@example.org").await;
    app.signs(petition.id, "Grace Hopper", "grace@example.org").await;
    app.deliver();
    app.becomes(LEFT, "0").await;

    ada.visit(urls::dev_mailbox()).await.see("to zoe@example.org, 2022-08-21T20:00:00Z").see("to grace@example.org");
    ada.visit(&urls::dev_mail(1)).await.see("Hello Zoë O’Neil <b>,").see("Stop <script> & “quotes”");
    assert_eq!(ada.heading(), "Confirm your signature: Stop <script> & “quotes”");
    let links = ada.page().select(".raw a").len();
    assert_eq!(links, 4);
    let html = app.get(&urls::dev_mail_html(1)).await;
    assert!(html.text().contains("Hello Zoë O’Neil &#60;b&#62;,"), "{}", html.text());
    assert!(html.header("content-security-policy").starts_with("default-src 'none'; style-src 'unsafe-inline'"));
    for missing in
        ["/dev/mail/3", "/dev/mail/0", "/dev/mail/x", "/dev/mail/99999999999999999999/html", "/dev/mail/..%2F1"]
    {
        assert_eq!(app.get(missing).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn others_have_no_such_mailbox() {
    let app = TestApp::sample().await;
    for path in ["/dev/mail", "/dev/mail/1", "/dev/mail/1/html"] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
}

fn about(name: &str, action: &str) -> AboutSignature {
    AboutSignature {
        site_name: "Undersigned".to_owned(),
        name: name.to_owned(),
        action: action.to_owned(),
        petition: "https://petitions.example.org/petitions/7".to_owned(),
        signature: "https://petitions.example.org/signatures/12?token=mmmm".to_owned(),
        unsubscribe: "https://petitions.example.org/signatures/12/unsubscribe?token=uuuu".to_owned(),
    }
}

fn confirm(name: &str, action: &str) -> Message {
    Message::ConfirmSignature(ConfirmSignature {
        about: about(name, action),
        confirm: "https://petitions.example.org/signatures/12/verify?token=cccc".to_owned(),
        until: at("2022-09-02T22:59:59.999Z"),
    })
}

fn write(mail: &Message, to: &str) -> String {
    let from = "Petitions <no-reply@example.org>".parse().expect("an address");
    let moment: Timestamp = at("2022-08-21T20:00:00Z");
    let envelope = Envelope { from: &from, to, number: 42, queued_at: moment, now: moment };
    mail.write(&envelope).expect("a mail").content
}

#[test]
fn mails_read_as_they_should() {
    let ada = confirm("Ada Lovelace", "Plant a tree in every street");
    let zoe = Message::AlreadySigned(AlreadySigned {
        about: about("Zoë O’Neil & Sons", "Let <b>every</b> tree live"),
        signed_at: Some(at("2022-08-01T09:05:00Z")),
        asked_at: at("2022-08-21T20:00:00Z"),
    });
    let petition = Message::ConfirmPetition(ConfirmPetition {
        about: about("Ada Lovelace", "Plant a tree in every <b>street</b>"),
        confirm: "https://petitions.example.org/signatures/12/confirm-petition?token=cccc".to_owned(),
        until: at("2022-09-04T20:00:00Z"),
    });
    let draft = Message::ContinuePetition(ContinuePetition {
        site_name: "Petitions".to_owned(),
        site: "https://petitions.example.org".to_owned(),
        go_on: "https://petitions.example.org/petitions/drafts/7?token=dddd".to_owned(),
        until: at("2022-09-20T20:00:00Z"),
    });
    let feedback = Message::Feedback(FeedbackMail {
        site_name: "Petitions".to_owned(),
        feedback: Feedback {
            comment: "The map is small.\n\n<b>Very</b> small.".to_owned(),
            petition: "Plant trees along every railway line".to_owned(),
            email: "zoe@example.org".to_owned(),
        },
        given_at: at("2022-08-21T20:00:00Z"),
    });
    let invitation = Message::StaffInvitation(StaffInvitation {
        name: "Grace Hopper".to_owned(),
        site_name: "Petitions".to_owned(),
        site: "https://petitions.example.org".to_owned(),
        accept: "https://petitions.example.org/admin/invitations/3?token=iiii".to_owned(),
        until: at("2022-08-24T20:00:00Z"),
    });
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        for (name, mail) in [("feedback", feedback), ("staff-invitation", invitation)] {
            insta::assert_snapshot!(format!("mail-{name}.txt"), format!("{}\n\n{}", mail.subject(), mail.text().expect("words")));
            insta::assert_snapshot!(format!("mail-{name}.html"), mail.html().expect("words"));
        }
        insta::assert_snapshot!("mail-confirm-signature.txt", ada.text().expect("words"));
        insta::assert_snapshot!("mail-confirm-signature.html", ada.html().expect("words"));
        insta::assert_snapshot!("mail-confirm-petition.txt", petition.text().expect("words"));
        insta::assert_snapshot!("mail-confirm-petition.html", petition.html().expect("words"));
        insta::assert_snapshot!("mail-continue-petition.txt", draft.text().expect("words"));
        insta::assert_snapshot!("mail-continue-petition.html", draft.html().expect("words"));
        insta::assert_snapshot!("mail-already-signed.txt", zoe.text().expect("words"));
        insta::assert_snapshot!("mail-already-signed.html", zoe.html().expect("words"));
        insta::assert_snapshot!("mail-confirm-signature.eml", write(&ada, "ada@example.org").replace("\r\n", "\n"));
    });
}

proptest! {
    #[test]
    fn whatever_people_are_called_a_mail_has_its_own_headers_only(name in "\\PC{1,40}", action in "(\\PC|\n|\r){1,120}") {
        let source = write(&confirm(&name, &action), "ada@example.org");
        prop_assert!(source.is_ascii());
        prop_assert!(source.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
        let mail = mail_parser::MessageParser::default().parse(source.as_bytes()).expect("a mail");
        let names: Vec<_> = mail.headers_raw().map(|(name, _)| name.to_owned()).collect();
        prop_assert_eq!(names, [
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe",
            "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
        ]);
        prop_assert!(mail.body_text(0).is_some_and(|text| text.contains("/verify?token=cccc")));
        prop_assert!(mail.body_html(0).is_some_and(|html| html.contains("/verify?token=cccc\"")));
    }
}
