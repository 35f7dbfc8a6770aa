//! What Parliament did about a petition: a debate that is announced, what came of it, other activity.

use jiff::SignedDuration;
use undersigned::{
    domain::{petition::PetitionId, staff::Role},
    urls,
};

use crate::support::{TestApp, Visitor, at};

async fn waiting() -> (TestApp, PetitionId, Visitor) {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(101_000).reached_thresholds(43).create().await.id;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::debate(&petition)).await;
    (app, petition, grace)
}

async fn next_mail(app: &TestApp, address: &str) -> String {
    app.queue_mailings().await;
    app.later(SignedDuration::from_mins(1));
    let mail = app.mail_to(address).await;
    format!("{}\n{}", mail.subject, mail.text)
}

#[tokio::test]
async fn a_debate_is_announced_held_and_told_of() {
    let (app, petition, mut grace) = waiting().await;
    app.signer(petition, "Ada Lovelace", "ada@example.org", true).await;
    let mut public = app.visitor();
    public
        .visit_anew(&urls::petition(&petition))
        .await
        .see("No date has been set yet. It has been waiting for 43 days.");

    grace.visit(&urls::admin::debate(&petition)).await.fill("Day of the debate", "2022-09-05");
    assert_eq!(grace.field("Announced on"), "2022-08-21");
    grace.tick("Mail the signers that it is scheduled").press("Save the day").await;
    grace.see("The day of the debate is saved. 1 person is being mailed.");
    public.visit_anew(&urls::petition(&petition)).await;
    assert_eq!(public.fact("Debate"), "Scheduled for Monday 5th September 2022");
    public.see("Parliament will debate this petition on Monday 5th September 2022.");
    let mail = next_mail(&app, "ada@example.org").await;
    assert!(mail.starts_with("Parliament will debate it: Plant a tree in every street"), "{mail}");
    assert!(mail.contains("On Monday 5 September 2022 Parliament will debate"), "{mail}");

    // The day passes without an outcome.
    app.set_time(at("2022-09-06T10:00:00Z"));
    let mut grace = app.staff(Role::Moderator).await;
    grace
        .visit(&urls::admin::debate(&petition))
        .await
        .see("The day of the debate has passed, and nothing is published");
    assert_eq!(grace.field("Debated on"), "2022-09-05");
    grace.tick("Parliament debated it").fill("In words", "Members spoke of **trees**.");
    grace
        .fill("Video", "https://parliamentlive.tv/event/index/1")
        .fill("Transcript", "https://hansard.parliament.uk/1");
    grace.tick("Mail the signers what came of it").press("Save the outcome").await.see("The outcome is saved.");
    public.visit_anew(&urls::petition(&petition)).await.see("Members spoke of trees.");
    assert_eq!(public.fact("Debate"), "Debated on Monday 5th September 2022");
    let links = public.page().links_of("Debate in Parliament");
    assert_eq!(links, ["https://parliamentlive.tv/event/index/1", "https://hansard.parliament.uk/1"]);
    let mail = next_mail(&app, "ada@example.org").await;
    assert!(mail.starts_with("Parliament debated it: Plant a tree in every street"), "{mail}");
    assert!(mail.contains("Watch the debate: https://parliamentlive.tv/event/index/1"), "{mail}");
    let log = "select string_agg(act, ' ' order by id) from audit_log";
    assert_eq!(app.ask(log).await, "debate.schedule mailing.begin debate.outcome mailing.begin");
}

#[tokio::test]
async fn parliament_may_decide_against_it_and_says_why() {
    let (app, petition, mut grace) = waiting().await;
    app.signer(petition, "Ada Lovelace", "ada@example.org", true).await;
    grace.tick("Parliament decided not to debate it").press("Save the outcome").await;
    assert_eq!(grace.mistake("In words"), "Say why Parliament does not debate it");
    grace.fill("In words", "It was debated last year.").tick("Mail the signers what came of it");
    grace.press("Save the outcome").await.see("The outcome is saved.");
    let mut public = app.visitor();
    public.visit_anew(&urls::petition(&petition)).await.see("It was debated last year.");
    assert_eq!(public.fact("Debate"), "Parliament decided not to debate it");
    public.visit_anew("/petitions?state=not_debated").await.see("Plant a tree in every street");
    let mail = next_mail(&app, "ada@example.org").await;
    assert!(mail.starts_with("Parliament will not debate it: Plant a tree"), "{mail}");
    assert!(mail.contains("It was debated last year."), "{mail}");

    grace.visit(&urls::admin::debate(&petition)).await.press("Take the outcome back").await;
    grace.see("The outcome is taken back.");
    public.visit_anew(&urls::petition(&petition)).await;
    assert_eq!(public.fact("Debate"), "Waiting for 43 days, since 9 July 2022");
}

#[tokio::test]
async fn nothing_is_debated_before_its_day() {
    let (app, _, mut grace) = waiting().await;
    grace.tick("Parliament debated it").fill("Debated on", "2022-08-22").press("Save the outcome").await;
    assert_eq!(grace.mistake("Debated on"), "Enter a day that is not in the future: nobody has debated it yet");
    grace.fill("Debated on", "").press("Save the outcome").await;
    assert_eq!(grace.mistake("Debated on"), "Enter the day of the debate");
    grace.press("Save the day").await;
    assert_eq!(grace.mistake("Day of the debate"), "Enter the day of the debate");
    grace.fill("Day of the debate", "2022-08-20").fill("Announced on", "2022-08-22");
    grace.tick("Mail the signers that it is scheduled").press("Save the day").await;
    assert_eq!(grace.mistake("Announced on"), "Enter a day that is not in the future");
    assert_eq!(grace.mistakes().len(), 2, "nor is anybody mailed of a day that is over");
    assert!(grace.is_ticked("Mail the signers that it is scheduled"));
    grace.fill("Day of the debate", "31 August").fill("Announced on", "0001-01-01").press("Save the day").await;
    assert_eq!(grace.mistakes().len(), 2);
    assert_eq!(app.ask("select count(*) from debates").await, "0");
    assert_eq!(app.ask("select count(scheduled_debate_date) from petitions").await, "0");
}

#[tokio::test]
async fn links_lead_where_the_site_allows() {
    let (app, petition, mut grace) = waiting().await;
    grace.tick("Parliament debated it").fill("Debated on", "2022-08-20");
    grace.fill("Video", "http://www.youtube.com/watch?v=1").fill("Transcript", "https://example.org/1");
    grace.fill("Briefing", "javascript:alert(1)").fill("Public engagement", "https://x@committees.parliament.uk/");
    grace.press("Save the outcome").await;
    assert_eq!(grace.mistake("Video"), "Enter a whole address, beginning with https://");
    let hosts = "*.parliament.uk, parliamentlive.tv, www.youtube.com, ukparliament.shorthandstories.com";
    assert_eq!(grace.mistake("Transcript"), format!("Enter an address at one of these hosts: {hosts}"));
    assert_eq!(grace.mistakes().len(), 4);
    assert_eq!(grace.field("Briefing"), "javascript:alert(1)");
    app.sql("update site set link_hosts = 'example.org'").await.expect("a setting");
    for label in ["Video", "Briefing", "Public engagement"] {
        grace.fill(label, "");
    }
    grace.press("Save the outcome").await.see("The outcome is saved.");
    let mut public = app.visitor();
    public.visit_anew(&urls::petition(&petition)).await;
    assert_eq!(public.page().links_of("Debate in Parliament"), ["https://example.org/1"]);
}

#[tokio::test]
async fn two_colleagues_do_not_overwrite_each_other() {
    let (app, petition, mut grace) = waiting().await;
    let mut ada = app.colleague(Role::Moderator, "Ada Lovelace").await;
    ada.visit(&urls::admin::debate(&petition)).await;
    ada.fill("Day of the debate", "2022-09-05").press("Save the day").await.see("The day of the debate is saved.");
    grace.fill("Day of the debate", "2022-09-12").press("Save the day").await;
    assert_eq!((grace.status().as_u16(), grace.field("Day of the debate")), (409, "2022-09-12".to_owned()));
    grace.see("A colleague has changed this meanwhile");
    assert_eq!(grace.fact("Day of the debate"), "5 September 2022");
    grace.press("Save the day").await.see("The day of the debate is saved.");
    assert_eq!(app.ask("select scheduled_debate_date from petitions").await, "2022-09-12");
    ada.press("Take the day back").await;
    assert_eq!(ada.status().as_u16(), 409);
    ada.press("Take the day back").await.see("The day of the debate is taken back.");
    assert_eq!(app.ask("select count(scheduled_debate_date) from petitions").await, "0");
}

#[tokio::test]
async fn a_day_that_is_taken_back_is_not_mailed_any_more() {
    let (app, petition, mut grace) = waiting().await;
    app.signer(petition, "Ada Lovelace", "ada@example.org", true).await;
    grace.visit(&urls::admin::debate(&petition)).await.fill("Day of the debate", "2022-09-05");
    grace.tick("Mail the signers that it is scheduled").press("Save the day").await;
    app.queue_mailings().await;
    grace.visit(&urls::admin::debate(&petition)).await.press("Take the day back").await;
    assert_eq!(app.ask("select count(cancelled_at) from mailings").await, "1");
    app.queue_mailings().await;
    assert_eq!(app.ask("select count(*) from outbox where mailing_id is not null").await, "0");
}

#[tokio::test]
async fn other_activity_is_added_changed_mailed_and_removed() {
    let (app, petition, mut grace) = waiting().await;
    app.signer(petition, "Ada Lovelace", "ada@example.org", true).await;
    grace.follow("Other activity").await.press("Publish the activity").await;
    assert_eq!(grace.mistakes(), ["Enter a subject", "Enter what happened"]);
    grace.fill("Subject", &"x".repeat(151)).fill("What happened", "Something.").fill("Day", "2022-08-22");
    grace.press("Publish the activity").await;
    assert_eq!(grace.mistake("Subject"), "Shorten the subject to 150 characters or fewer: it has 151");
    assert_eq!(grace.mistake("Day"), "Enter a day that is not in the future");
    grace.fill("Subject", "A committee\r\nheard <b>evidence</b>").fill("Day", "2022-08-20").tick("Mail the signers");
    grace.press("Publish the activity").await.see("The activity is published. 1 person is being mailed.");
    let mut public = app.visitor();
    public.visit_anew(&urls::petition(&petition)).await.see("A committee heard <b>evidence</b>").see("Something.");
    let mail = next_mail(&app, "ada@example.org").await;
    assert!(mail.starts_with("A committee heard <b>evidence</b>: Plant a tree in every street"), "{mail}");
    let json = app.get(&urls::petition_json(&petition)).await.json();
    assert_eq!(json["data"]["attributes"]["other_parliamentary_business"][0]["occurred_on"], "2022-08-20");

    // Two who change it, and one who removes it meanwhile.
    let mut ada = app.colleague(Role::Moderator, "Ada Lovelace").await;
    for visitor in [&mut grace, &mut ada] {
        visitor.visit(&urls::admin::activities(&petition)).await.follow("A committee heard <b>evidence</b>").await;
    }
    ada.fill("What happened", "What Ada wrote.").press("Save the activity").await.see("The activity is changed.");
    grace.fill("What happened", "What Grace wrote.").press("Save the activity").await;
    assert_eq!(grace.status().as_u16(), 409);
    grace.see("What Ada wrote.").press("Save the activity").await.see("The activity is changed.");
    public.visit_anew(&urls::petition(&petition)).await.see("What Grace wrote.").dont_see("What Ada wrote.");
    ada.visit(&urls::admin::activities(&petition)).await.follow("A committee heard <b>evidence</b>").await;
    grace.follow("A committee heard <b>evidence</b>").await.press("Remove it").await.see("The activity is removed.");
    public.visit_anew(&urls::petition(&petition)).await.dont_see("A committee heard");
    ada.fill("What happened", "Too late.").press("Save the activity").await;
    assert_eq!((ada.status().as_u16(), ada.field("What happened")), (409, "Too late.".to_owned()));
    ada.see("A colleague has removed this activity meanwhile.");
    let log = "select string_agg(act, ' ' order by id) from audit_log";
    assert_eq!(app.ask(log).await, "activity.add mailing.begin activity.change activity.change activity.remove");
    let id = app.ask("select before ->> 'activity' from audit_log order by id desc limit 1").await;
    let gone = urls::admin::activity(&petition, &id.parse().expect("a number"));
    assert_eq!(grace.visit(&gone).await.status(), 404);
    assert_eq!(grace.send(&format!("{gone}/remove"), "version=1").await.status, 404);
}
