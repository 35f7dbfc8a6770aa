//! Mail as operators meet it: which way it goes, what is counted, what is logged and what is not.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

use super::program::{Place, Site, get, wait_for};
use crate::support::{Mailbox, RUNTIME};

/// A petition that can be signed here and now.
const SIGNABLE: &str = "update petitions set source_url = null where id = 1";
const NOW: [&str; 2] = ["--now", "2025-06-01T10:00:00Z"];

/// Sends the form of petition 1 as this person.
fn sign(site: &Site, email: &str) {
    let host = site.address.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    let email = email.replace('@', "%40");
    let form = format!("name=Ada+Lovelace&email={email}&country=GB&postcode=SW1A1AA&resident=1");
    write!(
        connection,
        "POST /petitions/1/signatures/new HTTP/1.0\r\nHost: {host}\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 303 "), "{answer}");
}

fn mail_of(site: &Site) -> Value {
    serde_json::from_str::<Value>(&site.get("/health-check")).unwrap()["mail"].clone()
}

#[test]
fn operators_learn_what_became_of_mail_and_not_whose_it_was() {
    let place = Place::with_a_petition("mail-server");
    let mailbox = RUNTIME.block_on(Mailbox::open());
    for (name, reply) in [("nobody", "550 5.1.1 <nobody@example.org> unknown"), ("full", "452 4.2.2 full@example.org")]
    {
        mailbox.rules().recipients.insert(format!("{name}@example.org"), reply.to_owned());
    }
    let mut program = place.program();
    program.args(NOW).args(["--log", "debug", "--metrics-listen", "127.0.0.1:0"]);
    program.args(["--mail-from", "Petitions <petitions@example.org>"]).env("SMTP_URL", mailbox.url());
    let mut site = Site::start(&mut program);
    place.sql(SIGNABLE);
    for name in ["ada", "nobody", "full"] {
        sign(&site, &format!("{name}@example.org"));
    }
    let mail = RUNTIME.block_on(mailbox.mail_to("ada@example.org"));
    assert_eq!(mail.header("From"), "Petitions <petitions@example.org>");
    assert!(mail.link("Confirm your signature").starts_with(&site.address));
    let settled = wait_for(|| {
        let mail = mail_of(&site);
        (mail["waiting"] == 1 && mail["given_up"] == 1).then_some(mail)
    });
    assert_eq!(settled.expect("all mail was tried")["oldest_waiting_seconds"], 0);

    let figures = site.running.line("Figures for Prometheus are at ");
    let figures = figures.strip_suffix("/metrics").unwrap();
    let wanted = [
        "undersigned_mails_sent_total 1",
        "undersigned_mails_delayed_total 1",
        "undersigned_mails_given_up_total 1",
        "undersigned_outbox_waiting 1",
        "undersigned_outbox_given_up 1",
        "undersigned_outbox_late_seconds 0",
    ];
    // What has become of a mail is noted a little later.
    let told = wait_for(|| {
        let (status, text) = get(figures, "/metrics").unwrap();
        assert_eq!(status, 200);
        wanted.iter().all(|line| text.lines().any(|known| known == *line)).then_some(())
    });
    assert!(told.is_some(), "{:?}", get(figures, "/metrics"));
    assert_eq!(get(figures, "/").unwrap().0, 404, "there is nothing else");
    assert_eq!(site.answer("/metrics").0, 404, "and the public has none of it");

    let log = site.stop().complained;
    assert!(log.contains("a mail is given up") && log.contains("550 5.1.1"), "{log}");
    assert!(log.contains("tried again later") && log.contains("452 4.2.2"), "{log}");
    for personal in ["ada@", "nobody@", "full@", "Lovelace", "SW1A", "token="] {
        assert!(!log.contains(personal), "“{personal}” is in:\n{log}");
    }
}

#[test]
fn without_a_mail_server_a_developer_reads_the_mail_and_others_are_warned() {
    let place = Place::with_a_petition("no-mail-server");
    let mut site = Site::start(place.program().args(NOW));
    let mailbox = site.running.line("Mail it would send is at ");
    assert_eq!(mailbox, format!("{}/dev/mail", site.address));
    place.sql(SIGNABLE);
    sign(&site, "ada@example.org");
    let listed = wait_for(|| site.get("/dev/mail").contains("to ada@example.org").then_some(()));
    assert!(listed.is_some(), "{}", site.get("/dev/mail"));
    assert!(site.get("/dev/mail/1").contains("/verify?token="));
    assert!(wait_for(|| (mail_of(&site)["waiting"] == 0).then_some(())).is_some());

    let other = Place::new("no-mail-server-elsewhere");
    let key = other.run(&["new-key"]).went_well().said;
    place.sql("create database elsewhere");
    let mut program = other.program();
    program.env("DATABASE_URL", place.database("elsewhere")).env("UNDERSIGNED_SECRET_KEYS", key.trim());
    let elsewhere = Site::start(&mut program);
    assert_eq!(elsewhere.answer("/dev/mail").0, 404);
    let log = elsewhere.stop().complained;
    assert!(log.contains("no mail is sent") && log.contains("SMTP_URL"), "{log}");
    site.stop();
}

#[test]
fn what_is_needed_to_send_mail_is_checked_at_the_start() {
    let place = Place::with_a_petition("mail-settings");
    let mut program = place.program();
    program.env("SMTP_URL", "smtps://mail.example.org?ca=/nonexistent.pem");
    super::program::run(&mut program).failed(1, &["--smtp-url (SMTP_URL)", "/nonexistent.pem"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = super::program::run(place.program().args(["--metrics-listen", &address]));
    refused.failed(1, &[&address, "--metrics-listen (UNDERSIGNED_METRICS_LISTEN)"]);
}
