//! Settings that staff change while the site runs: in force everywhere within a second, and never overwritten unseen.

use std::time::Duration;

use jiff::SignedDuration;
use undersigned::{
    domain::{site_settings::SiteSettings, staff::Role},
    store, urls,
};

use crate::support::TestApp;

/// What a program may take to notice a change, and a page to be made.
const A_SECOND: Duration = Duration::from_millis(1_000);

const SETTINGS: &str = "/admin/site/settings";
const CHANGES: &str = "select count(*) from audit_log where act = 'site.configure'";

#[tokio::test]
async fn a_new_site_has_the_settings_of_the_product() {
    let app = TestApp::new().await;
    let settings = store::site::settings(&mut app.db().await).await.expect("settings");
    assert_eq!(SiteSettings { version: 0, ..settings }, SiteSettings::default());
}

#[tokio::test]
async fn a_change_shows_within_a_second_in_every_program_on_the_database() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(700).create().await;
    let beside = app.beside().await;
    let mut here = app.visitor();
    let mut there = beside.visitor();
    for visitor in [&mut here, &mut there] {
        visitor.visit("/").await.see("At 10,000 signatures the Government answers.").dont_see("Undersigned is moving");
        visitor.visit(&petition.url()).await.see("of the 10,000 needed for a government response");
        visitor.visit(urls::help()).await.see("10,000");
    }

    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(SETTINGS).await;
    assert_eq!(
        (grace.field("Name of the site"), grace.field("Signatures for a debate")),
        ("Undersigned".into(), "".into())
    );
    grace.fill("Message on the front page", "## Notice\r\n\r\nUndersigned is **moving** <script>alert(1)</script>");
    grace.fill("Message on every petition", "Be *kind*.").fill("Signatures for a government response", "1,000");
    grace.fill("Signatures for a debate", "5 000").press("Save settings").await;
    grace.see("The settings are saved").see("a debate").dont_see("There is a problem");
    assert_eq!(grace.field("Signatures for a debate"), "5,000");

    tokio::time::sleep(A_SECOND).await;
    for visitor in [&mut here, &mut there] {
        visitor.visit("/").await.see("At 1,000 signatures the Government answers.");
        visitor.see("Undersigned is moving <script>alert(1)</script>");
        visitor.visit(&petition.url()).await.see("of the 1,000 needed for a government response").see("Be kind.");
        visitor.visit(urls::help()).await.see("1,000").see("5,000");
    }
    let line = app.ask("select who || ' ' || (before - 'home_message' - 'petition_message')::text || ' ' || (after - 'home_message' - 'petition_message')::text from audit_log").await;
    assert_eq!(
        line,
        r#"Grace Hopper {"debate_threshold": null, "response_threshold": null} {"debate_threshold": 5000, "response_threshold": 1000}"#
    );
}

#[tokio::test]
async fn the_sites_name_stands_in_titles_above_pages_and_in_mails() {
    let app = TestApp::new().await;
    app.sql("update site set site_name = 'Y Senedd'").await.expect("a name");
    tokio::time::sleep(A_SECOND).await;
    for path in ["/", "/petitions", "/help", "/nowhere"] {
        let page = app.get(path).await;
        assert!(page.text().contains(" – Y Senedd</title>"), "{path}: {}", page.text());
        assert!(page.text().contains(">Y Senedd<svg"), "{path}");
    }
}

#[tokio::test]
async fn petitions_follow_changed_thresholds() {
    let app = TestApp::new().await;
    let small = app.petition().signatures(400).create().await;
    let large = app.petition().signatures(12_000).reached_thresholds(20).create().await;
    let elsewhere = app.petition().imported(700_001).signatures(900).create().await;
    let stamps = "select string_agg(id || ' ' || (response_threshold_reached_at is not null) || ' '
                      || (debate_threshold_reached_at is not null), ', ' order by id) from petitions";
    let (e, s, l) = (elsewhere.id, small.id, large.id);
    assert_eq!(app.run_job("settle thresholds", app.now).await, 0, "nothing has changed");
    assert_eq!(app.ask(stamps).await, format!("{e} false false, {s} false false, {l} true false"));

    let mut grace = app.staff(Role::Sysadmin).await;
    let mut set = async |response: &str, debate: &str| {
        grace.visit(SETTINGS).await.fill("Signatures for a government response", response);
        grace.fill("Signatures for a debate", debate).press("Save settings").await.see("The settings are saved");
    };
    set("300", "10,000").await;
    assert_eq!(app.run_job("settle thresholds", app.now).await, 2);
    assert_eq!(app.ask(stamps).await, format!("{e} false false, {s} true false, {l} true true"));
    set("500", "").await;
    assert_eq!(app.run_job("settle thresholds", app.now).await, 2, "what is below again is taken back");
    assert_eq!(app.ask(stamps).await, format!("{e} false false, {s} false false, {l} true false"));
    let waiting = "select changed_at is not null from threshold_changes";
    assert_eq!(app.ask(waiting).await, "true", "another program may still count with the old ones");
    assert_eq!(app.run_job("settle thresholds", app.now + SignedDuration::from_secs(10)).await, 0);
    assert_eq!(app.ask(waiting).await, "false");
}

#[tokio::test]
async fn mistakes_come_back_with_everything_that_was_typed() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(SETTINGS).await.fill("Name of the site", " ").fill("Signatures for a government response", "many");
    grace.fill("Message on the front page", &"x".repeat(801)).fill("Mails a minute to the signers of petitions", "0");
    grace.fill("Hosts that links about debates may lead to", "www.example.org\r\nhttps://example.org/x");
    grace.press("Save settings").await;
    assert_eq!(grace.status(), 422);
    assert_eq!(grace.mistakes().len(), 5, "{:?}", grace.mistakes());
    assert_eq!(grace.mistake("Name of the site"), "Enter what the site is called");
    assert_eq!(grace.field("Signatures for a government response"), "many");
    assert_eq!(grace.field("Message on the front page").trim(), "x".repeat(801));
    grace.visit(SETTINGS).await.fill("Signatures for a government response", "100,000").press("Save settings").await;
    assert_eq!(grace.mistake("Signatures for a debate"), "Enter more than the 100,000 of the response");
    assert_eq!(app.ask(CHANGES).await, "0");
    grace.visit(SETTINGS).await.press("Save settings").await.see("The settings are as they were.");
    assert_eq!(app.ask(CHANGES).await, "0", "nothing has changed");
}

#[tokio::test]
async fn two_changes_never_overwrite_each_other_unseen() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let mut ada = app.colleague(Role::Sysadmin, "Ada Lovelace").await;
    grace.visit(SETTINGS).await.fill("Name of the site", "Petitions of Grace");
    ada.visit(SETTINGS).await.fill("Name of the site", "Petitions of Ada").press("Save settings").await;
    grace.tick("Take no new petitions").press("Save settings").await;
    assert_eq!(grace.status(), 409);
    grace.see("A colleague has changed this meanwhile");
    assert_eq!(
        grace.table("What differs").rows,
        [["Name of the site", "Petitions of Ada", "Petitions of Grace"], ["Take no new petitions", "No", "Yes"]]
    );
    assert_eq!(app.ask("select site_name from site").await, "Petitions of Ada");
    assert!(grace.is_ticked("Take no new petitions"));
    grace.press("Save settings").await.see("The settings are saved");
    assert_eq!(app.ask("select site_name from site").await, "Petitions of Grace");
}

#[tokio::test]
async fn pauses_begin_and_end_with_a_tick_and_say_so() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    let mut ada = app.visitor();
    ada.visit(urls::start()).await.dont_see("No new petitions are taken");
    grace
        .visit(SETTINGS)
        .await
        .tick("Take no new signatures")
        .tick("Take no new petitions")
        .press("Save settings")
        .await;
    tokio::time::sleep(A_SECOND).await;
    ada.visit(&urls::sign(&petition.id)).await.see("Signing is paused");
    ada.visit(urls::start()).await.see("No new petitions are taken at the moment.");
    grace.visit("/admin/site").await.see("No new signatures are taken since 21 August 2022.");
    let since = app.ask("select collection_paused_at from site").await;
    grace.visit(SETTINGS).await.untick("Take no new petitions").press("Save settings").await;
    assert_eq!(app.ask("select collection_paused_at from site").await, since, "it goes on");
    grace.untick("Take no new signatures").press("Save settings").await;
    ada.visit(&urls::sign(&petition.id)).await.see("Full name");
    tokio::time::sleep(A_SECOND).await;
    ada.visit(urls::start()).await.dont_see("No new petitions are taken");
}

#[tokio::test]
async fn only_who_runs_the_site_changes_it() {
    let app = TestApp::new().await;
    for role in [Role::Reviewer, Role::Moderator] {
        let mut somebody = app.staff(role).await;
        somebody.visit(SETTINGS).await;
        assert_eq!(somebody.status(), 403);
    }
}
