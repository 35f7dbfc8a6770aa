//! Time in which nobody could sign is made good, and deadlines that staff extend.

use jiff::{SignedDuration, Timestamp};
use undersigned::{actions::configure, domain::staff::Role, store::audit::Actor, urls};

use crate::support::{TestApp, at, day};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DEADLINES: &str =
    "select string_agg((closes_at at time zone 'Europe/London')::text, ', ' order by id) from petitions";

impl TestApp {
    /// Staff stop the taking of signatures at a time, or go on.
    pub async fn pause(&self, paused: bool, now: Timestamp) {
        self.set_time(now);
        let actor = Actor::nobody("a test");
        configure::pause_collection(&mut self.db().await, &actor, paused, now).await.expect("a change");
        self.app().live.look(&mut self.db().await).await.expect("settings");
    }
}

#[tokio::test]
async fn the_clock_stands_still_while_signing_is_paused() {
    let app = TestApp::new().await;
    let tonight = app.petition().action("Closes tonight").open_until(day("2022-08-21")).create().await;
    let later = app.petition().action("Closes later").open_until(day("2022-10-29")).create().await;
    let before = app.petition().action("Closed before").open_until(day("2022-08-19")).create().await;
    let elsewhere = app.petition().imported(700_001).open_until(day("2022-08-21")).create().await;
    // From nine in the evening to the morning of the day after the next: three days in London.
    app.pause(true, app.now).await;
    let midnight = at("2022-08-21T23:00:00Z");
    app.set_time(midnight + HOUR);
    assert_eq!(app.run_job("close petitions", midnight + HOUR).await, 1, "only what was over before");
    assert_eq!(
        app.ask("select string_agg(id::text, ' ') from petitions where state = 'closed'").await,
        before.id.to_string()
    );
    let mut ada = app.visitor();
    ada.visit(&urls::sign(&tonight.id)).await.see("Signing is paused");
    ada.visit(&tonight.url()).await.see("no new signatures are taken at the moment").see("moved by as many days");
    ada.dont_see("Sign this petition");
    ada.visit(urls::outages()).await.see("still going on");

    let morning = at("2022-08-23T07:00:00Z");
    app.pause(false, morning).await;
    // Before its deadline is moved it is not taken for closed.
    ada.visit_anew(&urls::sign(&tonight.id)).await.see("Signing is paused");
    assert_eq!(app.run_job("close petitions", morning).await, 0, "it is made good before anything closes");
    assert_eq!(app.run_job("settle deadlines", morning).await, 0, "and once");
    let deadlines =
        "2022-08-21 23:59:59.999, 2022-08-24 23:59:59.999, 2022-11-01 23:59:59.999, 2022-08-19 23:59:59.999";
    assert_eq!(app.ask(DEADLINES).await, deadlines, "also when the clocks go back in between");
    assert_eq!(app.ask("select count(*) || ' ' || sum(days) from extensions").await, "2 6");
    ada.visit_anew(&tonight.url()).await;
    assert_eq!(ada.fact("Open for"), "3 days longer the timeline says why");
    ada.see("Its deadline was moved by 3 days: No signatures were taken.");
    let json = app.get(&urls::petition_json(&tonight.id)).await.json();
    assert_eq!(json["data"]["attributes"]["deadline_extensions"][0]["days"], 3);
    assert_eq!(json["data"]["attributes"]["closing_date"], "2022-08-24");
    assert_eq!(
        app.get(&urls::petition_json(&elsewhere.id)).await.json()["data"]["attributes"]["closing_date"],
        "2022-08-21"
    );

    assert_eq!(app.run_job("close petitions", at("2022-08-24T22:59:59Z")).await, 0);
    assert_eq!(app.run_job("close petitions", at("2022-08-24T23:00:00Z")).await, 1);
    assert_eq!(app.run_job("close petitions", at("2022-10-31T00:00:00Z")).await, 0);
    assert_eq!(app.get(&urls::petition_json(&later.id)).await.json()["data"]["attributes"]["state"], "open");
}

#[tokio::test]
async fn while_signing_is_paused_no_page_has_a_button_for_it() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let elsewhere = app.petition().imported(700_001).create().await;
    let mut ada = app.visitor();
    let says = async |path: String, paused: bool| {
        let page = app.get(&path).await;
        let said = (page.text().contains("Signing is paused"), page.text().contains("Sign this petition"));
        assert_eq!(said, (paused, !paused), "{path}: {}", page.text());
    };
    // At once, though the pages are kept in memory.
    for (paused, now) in [(false, app.now), (true, app.now), (false, app.now + HOUR)] {
        app.pause(paused, now).await;
        says(petition.url(), paused).await;
        says(urls::embed(&petition.id), paused).await;
        says(elsewhere.url(), false).await;
    }
    // Where Parliament ends before, no day is promised.
    app.sql("update petitions set own_closes_at = closes_at + interval '9 days'").await.expect("cut short");
    app.pause(true, app.now + HOUR).await;
    ada.visit_anew(&petition.url()).await.see("Signing is paused").dont_see("moved by as many days");
}

#[tokio::test]
async fn a_pause_that_took_no_time_never_was() {
    let app = TestApp::new().await;
    app.petition().create().await;
    app.pause(true, app.now).await;
    app.pause(false, app.now).await;
    assert_eq!(app.ask("select count(*) from outages").await, "0");
}

#[tokio::test]
async fn two_programs_make_it_good_once() {
    let app = TestApp::new().await;
    for _ in 0..30 {
        app.petition().without_history().create().await;
    }
    app.pause(true, app.now).await;
    app.pause(false, app.now + HOUR).await;
    let now = app.now + HOUR * 2;
    let (here, there) = (app.pool(), app.pool());
    let settle =
        |pool| async move { undersigned::actions::outages::settle_outages(&pool, now).await.expect("settled") };
    let (one, two) = tokio::join!(settle(here), settle(there));
    assert_eq!(one + two, 30, "{one} and {two}");
    assert_eq!(app.ask("select count(*) || ' ' || max(days) from extensions").await, "30 1");
}

#[tokio::test]
async fn staff_note_an_outage_of_the_past_and_say_what_happened() {
    let app = TestApp::new().await;
    let petition = app.petition().open_until(day("2022-08-30")).create().await;
    let closed = app.petition().action("Closed since").closed(1).create().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(urls::admin::site_outages()).await.press("Note this outage").await;
    assert_eq!(grace.status(), 422);
    assert_eq!(grace.mistakes().len(), 3);
    grace.fill("It began", "2022-08-20T10:00").fill("It ended", "2022-08-20T09:00");
    grace.fill("What the public is told", "The site could not be reached.").press("Note this outage").await;
    assert_eq!(grace.mistakes(), ["Enter a time after the beginning"]);
    assert_eq!(grace.field("What the public is told"), "The site could not be reached.");
    grace.fill("It ended", "2022-08-20T11:00").press("Note this outage").await;
    grace.see("Deadlines that move within seconds: 1. Petitions that have closed since, and stay closed: 1.");
    assert_eq!(app.run_job("settle deadlines", app.now).await, 1);
    let mut ada = app.visitor();
    ada.visit_anew(&petition.url()).await.see("Its deadline was moved by a day: The site could not be reached.");
    assert_eq!(ada.fact("Signature deadline"), "Wednesday 31st August 2022 in 9 days");
    ada.visit_anew(&closed.url()).await.see("It can no longer be signed.");

    // The day is given once, however often time of it was lost.
    let mut ada_elsewhere = app.visitor();
    grace.fill("It began", "2022-08-20T14:00").fill("It ended", "2022-08-20T14:30");
    grace.fill("What the public is told", "It was slow.").press("Note this outage").await;
    assert_eq!(app.run_job("settle deadlines", app.now).await, 0);
    ada.visit_anew(&petition.url()).await;
    assert_eq!(ada.fact("Signature deadline"), "Wednesday 31st August 2022 in 9 days");
    ada_elsewhere.visit(urls::outages()).await.see("The site could not be reached. Deadlines were moved by 1 day.");
    ada_elsewhere.see("It was slow. Deadlines were not moved again");

    // Not twice for the same time.
    grace.fill("It began", "2022-08-20T10:30").fill("It ended", "2022-08-20T12:00");
    grace.fill("What the public is told", "Again.").press("Note this outage").await;
    assert_eq!(grace.status(), 422);
    grace.see("There was another outage at that time");

    let mut other = app.colleague(Role::Sysadmin, "Ada Lovelace").await;
    other.visit(urls::admin::site_outages()).await;
    let id: i32 = app.ask("select min(id) from outages").await.parse().expect("a number");
    let words = format!("/admin/site/outages/{id}");
    let sent = grace.send(&words, "before=The+site+could+not+be+reached.&reason=A+power+cut.").await;
    assert_eq!(sent.status, 303);
    let stale = other.send(&words, "before=The+site+could+not+be+reached.&reason=A+flood.").await;
    assert_eq!(stale.status, 409);
    assert!(stale.text().contains("A power cut.") && stale.text().contains("A flood."));
    ada.visit_anew(&petition.url()).await.see("Its deadline was moved by a day: A power cut.");
    let acts = "select string_agg(act, ' ' order by id) from audit_log";
    assert_eq!(app.ask(acts).await, "outage.note outage.settle outage.note outage.settle outage.describe");
    assert_eq!(grace.send("/admin/site/outages/99", "reason=x").await.status, 404);
}

#[tokio::test]
async fn staff_extend_one_deadline_and_nobody_overwrites_it() {
    let app = TestApp::new().await;
    let petition = app.petition().open_until(day("2022-08-30")).create().await;
    let page = urls::admin::petition_part(&petition.id, "deadline");
    let (mut grace, mut other) =
        (app.staff(Role::Moderator).await, app.colleague(Role::Moderator, "Ada Lovelace").await);
    other.visit(&page).await;
    grace.visit(&page).await.see("7 days more: until the end of 6 September 2022.").press("Extend the deadline").await;
    assert_eq!((grace.status().as_u16(), grace.mistakes().len()), (422, 2));
    grace.fill("Days more", "10").fill("What the public is told", "A strike of the post.");
    grace.press("Extend the deadline").await.see("The petition is open until the end of 9 September 2022.");
    grace.see("extended its deadline");
    other.fill("Days more", "5").fill("What the public is told", "A strike.").press("Extend the deadline").await;
    assert_eq!(other.status(), 409);
    other.see("The deadline has been moved meanwhile.");
    assert_eq!((other.field("Days more"), other.field("What the public is told")), ("5".into(), "A strike.".into()));
    let mut ada = app.visitor();
    ada.visit_anew(&petition.url()).await.see("Its deadline was moved by 10 days: A strike of the post.");
    let closed = app.petition().action("Closed").closed(2).create().await;
    other.visit(&urls::admin::petition_part(&closed.id, "deadline")).await.see("It is not open: closed.");
    assert_eq!(other.status(), 409);
}
