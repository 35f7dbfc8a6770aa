//! Mail that does not go out, as those see it who run the site.

use undersigned::{domain::staff::Role, urls};

use crate::support::TestApp;

const OUTBOX: &str = "/admin/site/outbox";
const LEFT: &str = "select count(*) from outbox";

impl TestApp {
    /// Somebody signs in a browser; the mail waits.
    async fn signs_in_browser(&self, petition: undersigned::domain::petition::PetitionId, email: &str) {
        let mut somebody = self.visitor();
        somebody.visit(&urls::sign(&petition)).await.fill("Full name", "Ada Lovelace").fill("Email address", email);
        somebody
            .tick("I am a British citizen or UK resident")
            .fill("Country", "France")
            .press("Sign this petition")
            .await;
        assert_eq!(somebody.heading(), "Check your inbox", "{}", somebody.page().text());
    }
}

#[tokio::test]
async fn mail_that_was_given_up_is_sent_again() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    app.signs_in_browser(petition.id, "ada@example.org").await;
    app.sql("update outbox set attempts = 8, given_up_at = now(), last_error = '550 5.1.1'").await.expect("given up");
    let id = app.ask("select id from outbox").await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site").await.see("1 was given up.");
    grace.visit(OUTBOX).await;
    assert_eq!(grace.table("Mails in the outbox").rows, [["confirm signature", "0", "0", "0", "1"]]);
    assert_eq!(grace.table("The last that were given up").rows[0][5], "550 5.1.1");
    grace.follow(&id).await.see("Signature").see("550 5.1.1").dont_see("ada@example.org").dont_see("Ada Lovelace");
    grace.press("Send again now").await.see("The mail is sent again.");
    assert!(app.mail_to("ada@example.org").await.subject.starts_with("Confirm your signature"));
    app.becomes(LEFT, "0").await;
    assert_eq!(app.ask("select act || ' ' || subject_id from audit_log").await, format!("mail.again {id}"));
}

#[tokio::test]
async fn all_mail_that_was_given_up_is_sent_again_at_once() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    for email in ["ada@example.org", "charles@example.org"] {
        app.signs_in_browser(petition.id, email).await;
    }
    app.sql("update outbox set given_up_at = now(), last_error = '550 5.1.1'").await.expect("given up");
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(OUTBOX).await.press("Send all again").await.see("2 mails are sent again.").see("None.");
    app.mail_to("ada@example.org").await;
    app.mail_to("charles@example.org").await;
}

#[tokio::test]
async fn a_mail_is_found_by_its_number_and_by_the_whole_address_which_stands_in_no_address_of_a_page() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    app.signs_in_browser(petition.id, "Ada.Lovelace@example.org").await;
    let id = app.ask("select id from outbox").await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let search = "Number of a mail, or whole e-mail address";
    grace.visit(OUTBOX).await.fill(search, &id).press("Search").await;
    assert_eq!(grace.path(), format!("{OUTBOX}/{id}"));
    grace.visit(OUTBOX).await.fill(search, "999999").press("Search").await;
    assert_eq!(grace.mistake(search), "No mail with the number 999999 waits: it has left, or never was");
    grace.fill(search, "ada").press("Search").await;
    assert_eq!(grace.mistake(search), "Enter the number of a mail or a whole e-mail address");
    grace.fill(search, "ada.lovelace@EXAMPLE.org").press("Search").await;
    assert_eq!(grace.table("Mails to this address").rows[0][0], id);
    assert_eq!(grace.path(), "/admin/site/outbox/search");
    grace.fill(search, "charles@example.org").press("Search").await.see("No mail to this address waits");
    assert_eq!(app.ask("select count(*) from audit_log").await, "0", "looking is no act");
}

#[tokio::test]
async fn a_mail_is_taken_out_unsent() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    app.signs_in_browser(petition.id, "ada@example.org").await;
    let id = app.ask("select id from outbox").await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let mut other = app.staff(Role::Sysadmin).await;
    other.visit(&format!("{OUTBOX}/{id}")).await;
    grace.visit(&format!("{OUTBOX}/{id}")).await.press("Take out unsent").await.see("The mail is taken out, unsent.");
    assert_eq!(app.ask(LEFT).await, "0");
    other.press("Take out unsent").await.see("The mail is not there any more");
    other.visit(&format!("{OUTBOX}/{id}")).await;
    assert_eq!(other.status(), 404);
}

#[tokio::test]
async fn a_mail_that_may_be_leaving_is_left_alone() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    app.signs_in_browser(petition.id, "ada@example.org").await;
    let id = app.ask("select id from outbox").await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(&format!("{OUTBOX}/{id}")).await;
    let (address, _) = grace.filled_in("Take out unsent");
    // A process has taken it a minute ago, and has it for a minute more.
    app.sql("update outbox set attempts = 1, due_at = due_at + interval '1 minute'").await.expect("taken");
    grace.press("Take out unsent").await.see("may be leaving at this moment");
    assert_eq!(app.ask(LEFT).await, "1");
    assert!(address.ends_with("/discard"));
    grace.visit(&format!("{OUTBOX}/{id}")).await.see("may be leaving at this moment").dont_see("Send again now");
    app.sql("update outbox set due_at = due_at + interval '1 hour', last_error = '451 4.3.0'").await.expect("later");
    grace.visit(OUTBOX).await;
    assert_eq!(grace.table("The next that are tried again").rows[0][0], id);
    grace.follow(&id).await.press("Send again now").await.see("The mail is sent again.");
    app.mail_to("ada@example.org").await;
}

#[tokio::test]
async fn a_copy_shows_what_a_mail_looks_like_and_opens_nothing() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    app.signs_in_browser(petition.id, "ada@example.org").await;
    app.sql("update outbox set given_up_at = now(), last_error = '550 5.1.1'").await.expect("given up");
    let id = app.ask("select id from outbox").await;
    app.colleague(Role::Moderator, "Charles Babbage").await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(&format!("{OUTBOX}/{id}")).await.fill("A copy for", "Charles Babbage").press("Send a copy").await;
    grace.see("A copy is on its way to Charles Babbage.");
    let copy = app.mail_to("charles.babbage.moderator@example.org").await;
    assert!(copy.subject.starts_with("Confirm your signature"), "{}", copy.subject);
    assert!(!copy.text.contains("Ada Lovelace") && copy.text.contains("token=hidden"), "{}", copy.text);
    let mut charles = app.visitor();
    charles.visit(&copy.link("Confirm your signature")).await;
    assert_eq!(charles.status(), 404);
    app.becomes(LEFT, "1").await;
    assert_eq!(app.ask("select state from signatures").await, "pending");
}
