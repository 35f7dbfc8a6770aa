//! Following without signing: by mail, confirmed, told once, stopped.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use reqwest::{Method, StatusCode};
use undersigned::{
    actions::{follow, import_petition::import_petition, rotate_keys::rotate_keys, tell_followers},
    domain::{
        area::BoundarySet,
        email::EmailAddress,
        follow::{FollowId, FollowerId, Target},
        keyring::{FollowPurpose, Keyring, SecretKey},
        limits,
        petition::{GovernmentResponse, PetitionId},
        staff::Role,
    },
    mail::{
        follow::{AboutFollow, ConfirmFollow, FollowedNews, Part, ToFollower, WeeklyNews},
        news::Told,
    },
    store::{
        self,
        mailings::{Content, Threshold},
    },
    urls,
};

use crate::support::{Answer, RUNTIME, TestApp, at, day};

const EMAIL: &str = "ada@example.org";
const FORM: &str = "application/x-www-form-urlencoded";
const CONFIRM: &str = "Confirm that you want to follow it";

impl TestApp {
    /// Somebody follows something, and has confirmed it.
    async fn follower(&self, email: &str, target: &Target) -> (FollowId, FollowerId) {
        let mut db = self.db().await;
        let (email, now) = (EmailAddress::parse(email).expect("an address"), self.app().clock.now());
        follow::ask(&mut db, &self.keyring, &email, target, now).await.expect("asked");
        let id = self.ask("select max(id) from follows").await.parse().expect("a number");
        let follower = follow::confirm(&mut db, id, now).await.expect("confirmed").expect("it is there");
        self.sql("delete from outbox where kind = 'confirm_follow'").await.expect("its mail");
        (id, follower)
    }

    async fn post(&self, path: &str, body: &str) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", FORM).body(body.to_owned());
        Answer::to(request).await
    }

    /// So many hours later, what is due is done.
    async fn tell(&self, now: Timestamp) {
        self.set_time(now);
        self.run_job("tell followers", now).await;
        self.run_job("send weekly news", now).await;
        self.queue_mailings().await;
        // They leave one after the other.
        self.set_time(now + SignedDuration::from_secs(1));
        self.app().signing.mail_queued.notify_one();
    }

    async fn count(&self, sql: &'static str) -> u64 {
        self.ask(sql).await.parse().expect("a number")
    }
}

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

#[tokio::test]
async fn somebody_follows_a_petition_hears_of_it_and_stops() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(9_990).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.follow("Follow this petition by email").await;
    assert_eq!(ada.heading(), "Follow this petition");
    ada.see("You do not sign it by following it.");
    ada.fill("Email address", EMAIL).press("Send me the link").await;
    assert_eq!(ada.heading(), "Check your inbox");
    ada.see("You want to follow: Plant a tree in every street").see("The link works for 14 days.");
    let mail = app.mail_to(EMAIL).await;
    assert_eq!(mail.subject, "Confirm that you want to follow: Plant a tree in every street");
    assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    // Looking at the link changes nothing.
    ada.visit(&mail.link(CONFIRM)).await.see("We write to you whenever something happens to it.");
    assert_eq!(app.ask("select count(*) from follows where confirmed_at is not null").await, "0");
    ada.press("Follow this petition").await;
    assert_eq!(ada.heading(), "What you follow");
    ada.see("Plant a tree in every street").see(EMAIL);
    ada.visit(&mail.link(CONFIRM)).await.see("What you follow");

    app.sql("update petitions set response_threshold_reached_at = '2022-08-21T20:30:00Z'").await.expect("reached");
    app.tell(at("2022-08-21T20:31:00Z")).await;
    let mail = app.mail_to(EMAIL).await;
    assert_eq!(mail.subject, "It has enough signatures for a government response: Plant a tree in every street");
    assert!(mail.text.contains("9,990 people have signed it."), "{}", mail.text);
    app.tell(at("2022-08-21T20:32:00Z")).await;

    let mut bob = app.visitor();
    bob.visit(&mail.link("Stop following this petition"))
        .await
        .see("Press the button, and we no longer write to you about:");
    bob.press("Stop mails").await.see("You have stopped following");
    assert_eq!(app.ask("select count(*) from followers").await, "0", "nothing is held any more");
    bob.visit(&mail.link("What you follow")).await.see("This link does not work");
    app.sql("update petitions set debate_threshold_reached_at = '2022-08-22T20:30:00Z'").await.expect("reached");
    app.tell(at("2022-08-22T20:31:00Z")).await;
    assert_eq!(app.mailbox().mails().len(), 2, "told once, and nothing after it was stopped");
}

#[tokio::test]
async fn nobody_learns_who_follows_what() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await.id;
    let form = urls::follow_petition(&petition);
    let first = app.post(&form, "email=ada%40example.org").await;
    assert_eq!((first.status, first.header("location")), (StatusCode::SEE_OTHER, &*format!("{form}?sent=1")));
    let link = app.mail_to(EMAIL).await.link(CONFIRM);
    let mut ada = app.visitor();
    ada.visit(&link).await.press("Follow this petition").await;
    // Once more, by another way of writing the same address.
    let again = app.post(&form, "email=Ada%40EXAMPLE.org").await;
    assert_eq!((again.status, again.header("location")), (first.status, first.header("location")));
    let mail = app.mail_to(EMAIL).await;
    assert_eq!(mail.subject, "You follow this already: Plant a tree in every street");
    assert_eq!(app.ask("select count(*) from follows").await, "1");
    // A program that fills in every field is told the same and does nothing.
    let trapped = app.post(&form, "email=bob%40example.org&comment=x").await;
    assert_eq!(trapped.header("location"), first.header("location"));
    assert_eq!(app.ask("select count(*) from followers").await, "1");
}

#[tokio::test]
async fn a_slip_is_asked_about_and_mistakes_come_back() {
    let app = TestApp::new().await;
    let petition = app.petition().topic("water").create().await.id;
    let mut ada = app.visitor();
    ada.visit(&urls::follow_petition(&petition)).await.press("Send me the link").await;
    assert_eq!((ada.status().as_u16(), ada.mistake("Email address")), (422, "Enter your email address".to_owned()));
    ada.fill("Email address", "ada@gmial.com").press("Send me the link").await;
    assert_eq!(ada.status().as_u16(), 422);
    ada.see("Did you mean ada@gmail.com?").tick("No, ada@gmial.com is right").press("Send me the link").await;
    assert_eq!(ada.heading(), "Check your inbox");
    ada.visit(&urls::topic("water")).await.follow("by email, once a week").await.see("Once a week, on Monday morning");
    ada.fill("Email address", "ada@gmial.com").press("Send me the link").await;
    ada.tick("Yes, use ada@gmail.com").press("Send me the link").await;
    app.mail_to("ada@gmial.com").await;
    assert!(app.mail_to("ada@gmail.com").await.subject.ends_with("to follow: Water"));
}

#[tokio::test]
async fn whoever_did_not_ask_is_left_alone() {
    let app = TestApp::new().await;
    let (petition, other) = (app.petition().create().await.id, app.petition().action("Dig a pond").create().await.id);
    for petition in [petition, other] {
        app.post(&urls::follow_petition(&petition), "email=ada%40example.org").await;
    }
    let (first, second) = (app.mail_to(EMAIL).await, app.mail_to(EMAIL).await);
    let mut ada = app.visitor();
    ada.visit(&first.link(CONFIRM)).await.press("I did not ask for this").await.see("We do not write to you again");
    ada.visit(&second.link(CONFIRM)).await.see("This link does not work");
    assert_eq!(app.ask("select count(*) from followers").await, "0");
    let answer = app.post(&urls::follow_petition(&other), "email=ada%40example.org").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "told the same");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((app.mailbox().mails().len(), app.count("select count(*) from followers").await), (2, 0));
    // That promise is kept for as long as personal data are.
    app.run_job("erase personal data", app.now + hours(24 * 182)).await;
    assert_eq!(app.ask("select count(*) from unwanted_follows").await, "1");
    app.run_job("erase personal data", app.now + hours(24 * 184)).await;
    assert_eq!(app.ask("select count(*) from unwanted_follows").await, "0");
}

#[tokio::test]
async fn an_address_is_not_flooded() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await.id;
    for _ in 0..8 {
        app.post(&urls::follow_petition(&petition), "email=ada%40example.org").await;
    }
    assert_eq!(app.ask("select mails_sent from follows").await, limits::FOLLOW_MAILS.to_string());
    assert_eq!(app.ask("select count(*) from outbox").await, limits::FOLLOW_MAILS.to_string());
    // Whatever it is asked about, and by whomever.
    for _ in 0..12 {
        let other = app.petition().without_history().create().await.id;
        app.post(&urls::follow_petition(&other), "email=ada%40example.org").await;
    }
    assert_eq!(
        app.count("select sum(mails_sent) from follows").await,
        u64::from(limits::FOLLOW_MAILS_PER_HOUR) - 8 + limits::FOLLOW_MAILS as u64
    );
    // And not too many from one place: that is said.
    let mut refused = 0;
    for number in 0..limits::FOLLOW_BURST {
        let body = format!("email=a{number}%40example.org");
        refused += u32::from(app.post(&urls::follow_petition(&petition), &body).await.status == 429);
    }
    assert_eq!(refused, 20, "the first twenty were these");
    let busy = app.post(&urls::follow_petition(&petition), "email=eve%40example.org").await;
    assert_eq!((busy.status.as_u16(), busy.header("retry-after")), (429, "600"));
    assert!(busy.text().contains("Too many at once") && busy.text().contains("eve@example.org"));
}

#[tokio::test]
async fn only_what_is_published_can_be_followed() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await.id;
    let rejected = app.petition().rejected("duplicate").create().await;
    let answer = app.get(&urls::follow_petition(&rejected.id)).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, &*rejected.url()));
    for path in [
        "/petitions/99/follow".to_owned(),
        urls::follow_topic("nothing"),
        urls::follow_place("nowhere"),
        format!("/petitions/{petition}.json/follow"),
    ] {
        assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(app.post(&path, "email=ada%40example.org").await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/follows/1/confirm", "/follows/1/stop", "/follows/by/1", "/follows/by/1/weekly", "/follows/x/stop"] {
        for token in ["", "?token=", "?token=aaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(app.get(&format!("{path}{token}")).await.status, StatusCode::NOT_FOUND, "{path}{token}");
        }
    }
}

#[tokio::test]
async fn staff_mail_followers_and_signers_each_once() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(12_000).create().await.id;
    app.sql("update site set mails_per_minute = 60000").await.expect("a pace");
    let target = Target::Petition(petition);
    app.follower("follows@example.org", &target).await;
    app.follower("both@example.org", &target).await;
    app.signer(petition, "Both Ways", "both@example.org", true).await;
    app.signer(petition, "Signs Only", "signs@example.org", true).await;
    app.follower("quiet@example.org", &target).await;
    app.signer(petition, "Quiet Signer", "quiet@example.org", false).await;
    let now = app.now;
    let email = EmailAddress::parse("waiting@example.org").expect("an address");
    follow::ask(&mut app.db().await, &app.keyring, &email, &target, now).await.expect("asked");
    app.sql("delete from outbox").await.expect("earlier mails");

    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::activities(&petition)).await.see("4 people");
    let actor = store::audit::Actor::nobody("a test");
    let kind = undersigned::domain::mailing::MailingKind::DebateScheduled;
    app.sql("update petitions set debate_scheduled_on = '2022-08-21', scheduled_debate_date = '2022-09-05'")
        .await
        .expect("a debate");
    let mut db = app.db().await;
    let begun = undersigned::actions::mailings::begin(&mut db, petition, kind, None, &actor, now).await;
    assert_eq!(begun.expect("begun").expect("somebody").people, 4);
    assert_eq!(app.queue_mailings().await, 4);
    assert_eq!(app.queue_mailings().await, 0);
    app.later(SignedDuration::from_mins(1));
    app.deliver();
    app.mailbox().has(4).await;
    let mut told: Vec<String> = app.mailbox().mails().into_iter().map(|mail| mail.to).collect();
    told.sort();
    assert_eq!(told, ["both@example.org", "follows@example.org", "quiet@example.org", "signs@example.org"]);
    let mail = app.mail_to("follows@example.org").await;
    assert_eq!(mail.subject, "Parliament will debate it: Plant a tree in every street");
    assert!(mail.text.contains("On Monday 5 September 2022 Parliament will debate a petition that you follow."));
    assert!(app.mail_to("both@example.org").await.text.contains("a petition that you signed"));
    app.becomes("select queued || ' ' || sent || ' ' || unwanted from mailings", "4 4 0").await;
}

#[tokio::test]
async fn whoever_stops_between_the_queue_and_its_turn_gets_nothing() {
    let app = TestApp::new().await;
    let petition = app.petition().closed(1).create().await.id;
    app.sql("update site set mails_per_minute = 60000").await.expect("a pace");
    app.set_time(app.now - hours(24 * 60));
    let (stops, follower) = app.follower("stops@example.org", &Target::Petition(petition)).await;
    app.follower(EMAIL, &Target::Petition(petition)).await;
    app.set_time(app.now);
    assert_eq!(app.run_job("tell followers", app.now).await, 1);
    assert_eq!(app.run_job("tell followers", app.now).await, 0, "once");
    assert_eq!(app.queue_mailings().await, 2);
    // The mail program's own button.
    let token = app.keyring.follow_token(FollowPurpose::Stop, stops.0);
    let answer = app.post(&urls::stop_follow(&stops, &token), "List-Unsubscribe=One-Click").await;
    assert_eq!(answer.status, StatusCode::OK);
    app.later(SignedDuration::from_mins(1));
    let mail = app.mail_to(EMAIL).await;
    assert_eq!(mail.subject, "It has closed: Plant a tree in every street");
    app.becomes("select queued || ' ' || sent || ' ' || unwanted from mailings", "2 1 1").await;
    assert_eq!(app.mailbox().mails().len(), 1);
    let token = app.keyring.follow_token(FollowPurpose::Manage, follower.0);
    assert_eq!(app.get(&urls::following(&follower, &token)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_happened_before_somebody_followed_is_not_told() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(100_000).reached_thresholds(3).create().await.id;
    app.follower(EMAIL, &Target::Petition(petition)).await;
    app.tell(app.now + hours(1)).await;
    assert_eq!(app.ask("select count(*) from mailings").await, "0");
    assert_eq!(app.ask("select count(*) from outbox").await, "0");
}

/// A week of a topic and a constituency that somebody follows.
async fn week(app: &TestApp) -> (PetitionId, i32) {
    app.sql("update site set mails_per_minute = 60000").await.expect("a pace");
    let old =
        app.petition().topic("water").signatures(500).in_constituency("E14001063", "Aldershot", 90).create().await.id;
    let area = app.ask("select id from areas where code = 'E14001063'").await.parse().expect("a number");
    (old, area)
}

#[tokio::test]
async fn once_a_week_there_is_one_mail_with_all_that_is_new() {
    let app = TestApp::new().await;
    let (old, area) = week(&app).await;
    let (_, follower) = app.follower(EMAIL, &Target::Topic("water".to_owned())).await;
    app.follower(EMAIL, &Target::Place(area, BoundarySet::OF_2024)).await;
    app.follower("bob@example.org", &Target::Topic("water".to_owned())).await;
    // Sunday evening; the news leave on Monday morning. Before that, nothing is new.
    app.tell(at("2022-08-21T21:00:00Z")).await;
    assert_eq!(app.ask("select count(*) from outbox").await, "0");
    let new = app.petition().action("Clean the rivers").topic("water").opened(at("2022-08-23T10:00:00Z"));
    let new = new.change(|record| record.dates.created_at = at("2022-08-01T10:00:00Z"));
    let new = new.in_constituency("E14001063", "Aldershot", 120).signatures(120).without_history().create().await.id;
    app.tell(at("2022-08-22T07:10:00Z")).await;
    assert_eq!(
        app.ask("select count(*) from outbox").await,
        "1",
        "risen in Aldershot; what opens on Tuesday is next week’s"
    );
    let mut mail = app.mail_to(EMAIL).await;
    mail.text = mail.text.replace("\r\n", "\n");
    assert_eq!(mail.subject, "This week: Aldershot");
    assert!(mail.text.contains("Now among those signed most\n– Clean the rivers"), "{}", mail.text);
    assert!(!mail.text.contains("Plant a tree"), "that was so before: {}", mail.text);

    sqlx::query("update petitions set government_response_at = '2022-08-25T10:00:00Z' where id = $1")
        .bind(old.get())
        .execute(&mut app.db().await)
        .await
        .expect("a response");
    for hours_later in [1, 2, 24, 100] {
        app.tell(at("2022-08-22T07:10:00Z") + hours(hours_later)).await;
    }
    assert_eq!(app.ask("select count(*) from outbox").await, "0", "no second mail in a week");
    app.tell(at("2022-08-29T07:05:00Z")).await;
    let mut mail = app.mail_to(EMAIL).await;
    mail.text = mail.text.replace("\r\n", "\n");
    assert_eq!(mail.subject, "This week: Water and Aldershot");
    let parts: Vec<&str> = mail.text.split("\nAldershot\n").collect();
    assert!(parts[0].contains("New petition\n– Clean the rivers"), "{}", mail.text);
    assert!(parts[0].contains("The Government has responded\n– Plant a tree in every street"), "{}", mail.text);
    assert!(parts[1].contains("The Government has responded\n– Plant a tree"), "{}", mail.text);
    assert!(!parts[1].contains("Clean the rivers"), "told already: {}", mail.text);
    assert_eq!(app.mail_to("bob@example.org").await.subject, "This week: Water");
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.mailbox().mails().len(), 3);
    assert!(mail.text.contains(&urls::petition(&new)));

    // Both are stopped by one click.
    let token = app.keyring.follow_token(FollowPurpose::Weekly, follower.0);
    let link = mail.header("List-Unsubscribe");
    assert_eq!(link, format!("<{}{}>", app.url, urls::stop_weekly(&follower, &token)));
    let mut ada = app.visitor();
    ada.visit(&urls::stop_weekly(&follower, &token)).await.see("Water").see("Aldershot").press("Stop mails").await;
    ada.see("You have stopped following");
    assert_eq!(app.ask("select count(*) from followers").await, "1");
}

#[tokio::test]
async fn weeks_in_which_the_site_was_down_are_told_afterwards_and_once() {
    let app = TestApp::new().await;
    week(&app).await;
    app.follower(EMAIL, &Target::Topic("water".to_owned())).await;
    app.tell(at("2022-08-22T07:05:00Z")).await;
    for (action, opened) in [("Clean the rivers", "2022-08-24T10:00:00Z"), ("Dig a pond", "2022-09-07T10:00:00Z")] {
        app.petition().action(action).topic("water").without_history().opened(at(opened)).create().await;
    }
    app.tell(at("2022-09-14T12:00:00Z")).await;
    let mail = app.mail_to(EMAIL).await;
    assert!(mail.text.contains("– Clean the rivers") && mail.text.contains("– Dig a pond"), "{}", mail.text);
    // It has left before a week goes by: nobody takes it for one whose program has died.
    app.becomes("select count(*) from outbox", "0").await;
    app.tell(at("2022-09-19T07:05:00Z")).await;
    let weeks = "select string_agg(begins_at::date || ' ' || ends_at::date, ', ' order by id) from digests";
    assert_eq!(app.ask(weeks).await, "2022-08-15 2022-08-22, 2022-08-22 2022-09-12, 2022-09-12 2022-09-19");
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.mailbox().mails().len(), 1, "and there was nothing in the week after");
}

#[tokio::test]
async fn weekly_news_are_queued_once_whoever_is_killed_and_however_many_do_it() {
    let app = TestApp::new().await;
    week(&app).await;
    app.petition().topic("water").without_history().opened(at("2022-08-20T10:00:00Z")).create().await;
    app.sql(
        "insert into followers (created_at, email_hash, contact) select '2022-08-01', n, 'xx' from generate_series(1, 20000) n;
         insert into follows (follower_id, topic_code, created_at, confirmed_at)
         select id, 'water', '2022-08-01', '2022-08-01' from followers",
    )
    .await
    .expect("a crowd");
    let now = at("2022-08-22T07:05:00Z");
    // Two processes begin at the same moment.
    let (mut one, mut two) = (app.db().await, app.db().await);
    let (one, two) =
        tokio::join!(tell_followers::begin_weekly(&mut one, now), tell_followers::begin_weekly(&mut two, now));
    assert_eq!(u8::from(one.expect("begun")) + u8::from(two.expect("begun")), 1);
    let mut stopped = 0;
    for pause in [3, 15, 40, 80, 150] {
        let options = (*app.pool().connect_options()).clone();
        let task = RUNTIME.spawn(async move {
            let pool = store::connect(options, 2).await.expect("the database");
            tell_followers::queue_weekly(&pool, now).await.expect("queued")
        });
        tokio::time::sleep(Duration::from_millis(pause)).await;
        task.abort();
        stopped += u32::from(task.await.is_err());
        let agree = "select queued = (select count(*) from outbox where digest_id is not null) from mailings";
        assert_eq!(app.ask(agree).await, "true", "what is noted is there");
    }
    assert!(stopped > 0, "it was never caught in the middle");
    let pool = app.pool();
    let (one, two) = RUNTIME
        .spawn(async move {
            tokio::join!(tell_followers::queue_weekly(&pool, now), tell_followers::queue_weekly(&pool, now))
        })
        .await
        .expect("no panic");
    one.expect("queued");
    two.expect("queued");
    tell_followers::queue_weekly(&app.pool(), now).await.expect("queued");
    let queued = "select count(*) || ' ' || count(distinct follower_id) from outbox where kind = 'weekly_news'";
    assert_eq!(app.ask(queued).await, "20000 20000");
    assert_eq!(app.ask("select all_queued_at is not null from mailings").await, "true");
}

#[tokio::test]
async fn weekly_news_are_paused_gone_on_with_and_cancelled() {
    let app = TestApp::new().await;
    week(&app).await;
    app.petition().topic("water").without_history().opened(at("2022-08-20T10:00:00Z")).create().await;
    app.set_time(at("2022-08-15T10:00:00Z"));
    for name in ["a", "b", "c"] {
        app.follower(&format!("{name}@example.org"), &Target::Topic("water".to_owned())).await;
    }
    app.sql("update site set mails_per_minute = 1").await.expect("a pace");
    let monday = at("2022-08-22T07:05:00Z");
    app.tell(monday).await;
    app.deliver();
    const NEWS: &str = "select queued || ' ' || sent || ' ' || expected from mailings";
    app.becomes(NEWS, "3 1 3").await;

    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site/outbox").await;
    assert_eq!(grace.table("Weekly news, latest first").rows, [["22 August 2022", "Being sent", "3", "1", "2"]]);
    grace.follow("22 August 2022").await.see("33% of 3 mails are through.");
    assert_eq!(grace.heading(), "Weekly news of 22 August 2022");
    grace.press("Pause").await.see("The mails are paused.");
    // However long they stand still, nothing leaves; afterwards they keep their pace.
    app.set_time(monday + hours(5));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(app.ask(NEWS).await, "3 1 3");
    let mut grace = app.staff(Role::Sysadmin).await;
    let mail = app.ask("select max(id) from outbox").await;
    grace.visit(&format!("/admin/site/outbox/{mail}")).await.see("Follower").dont_see("Take out unsent");
    grace.follow("weekly news").await.press("Go on").await.see("The mails leave again");
    app.set_time(monday + hours(5) + SignedDuration::from_secs(65));
    app.becomes(NEWS, "3 2 3").await;
    grace.visit("/admin/site/outbox").await.follow("22 August 2022").await;
    grace.press("Cancel").await.see("The mails are cancelled.").dont_see("Pause");
    app.queue_mailings().await;
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.mailbox().mails().len(), 2);
    let log = "select string_agg(act || ' ' || who, ', ' order by id) from audit_log where subject = 'mailing'";
    assert_eq!(
        app.ask(log).await,
        "mailing.begin timetable, mailing.pause Grace Hopper, mailing.go_on Grace Hopper, mailing.cancel Grace Hopper"
    );

    // They are no mails about a petition, and those are no weekly news.
    let petition = app.ask("select min(id) from petitions").await;
    grace.visit(&format!("/admin/petitions/{petition}/mailings/1")).await;
    assert_eq!(grace.status(), 404);
    grace.visit("/admin/site/weekly-news/99").await;
    assert_eq!(grace.status(), 404);
}

#[tokio::test]
async fn staff_find_mails_to_somebody_who_follows_something() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await.id;
    app.post(&urls::follow_petition(&petition), "email=Ada%40Example.org").await;
    let id = app.ask("select id from outbox").await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site/outbox").await;
    grace.fill("Number of a mail, or whole e-mail address", "ada@example.org").press("Search").await;
    assert_eq!(grace.table("Mails to this address").rows[0][..2], [id.as_str(), "confirm follow"]);
    grace.follow(&id).await.see("Follower").dont_see("Ada").dont_see("nobody any more");
}

#[tokio::test]
async fn a_petition_of_another_service_is_followed_and_told_of_as_it_comes_in() {
    let app = TestApp::new().await;
    let elsewhere = app.petition().imported(700_001).create().await;
    let mut ada = app.visitor();
    ada.visit(&elsewhere.url()).await.follow("Follow this petition by email").await;
    ada.see("as soon as this site has heard of it");
    ada.fill("Email address", EMAIL).press("Send me the link").await;
    ada.visit(&app.mail_to(EMAIL).await.link(CONFIRM)).await.press("Follow this petition").await;

    // The next import brings a response and a debate.
    let mut record = elsewhere.record.clone();
    let later = app.now + hours(3);
    record.dates.updated_at = later;
    record.dates.response_threshold_reached_at = Some(app.now - hours(24));
    record.dates.government_response_at = Some(app.now + hours(2));
    record.response = Some(GovernmentResponse {
        responded_on: day("2022-08-21"),
        summary: "The Government will plant them.".to_owned(),
        details: "All of them.".to_owned(),
        created_at: app.now + hours(2),
        updated_at: app.now + hours(2),
    });
    import_petition(&mut app.db().await, &record, later).await.expect("imported");
    app.tell(later).await;
    let mail = app.mail_to(EMAIL).await;
    assert_eq!(mail.subject, "The Government has responded: Plant a tree in every street");
    assert!(mail.text.contains("The Government will plant them."), "{}", mail.text);
    app.tell(later + hours(1)).await;
    assert_eq!(app.mailbox().mails().len(), 2, "told once, and nothing of what was before");
}

#[tokio::test]
async fn somebody_sees_and_stops_everything_that_they_follow() {
    let app = TestApp::new().await;
    let (petition, area) = week(&app).await;
    let (_, follower) = app.follower(EMAIL, &Target::Petition(petition)).await;
    app.follower(EMAIL, &Target::Topic("water".to_owned())).await;
    app.follower(EMAIL, &Target::Place(area, BoundarySet::OF_2024)).await;
    let (stranger, _) = app.follower("bob@example.org", &Target::Petition(petition)).await;
    let here = urls::following(&follower, &app.keyring.follow_token(FollowPurpose::Manage, follower.0));
    let mut ada = app.visitor();
    ada.visit(&here).await.see("Plant a tree in every street").see("Water").see("Aldershot").see(EMAIL);
    // What belongs to others stays.
    app.post(&here, &format!("follow={stranger}")).await;
    app.post(&here, "follow=x").await;
    assert_eq!(app.ask("select count(*) from follows").await, "4");
    ada.press("Stop Water").await.dont_see("Water").see("Aldershot");
    ada.press("Stop everything and erase my address").await.see("You follow nothing any more");
    assert_eq!(app.ask("select count(*) || ' ' || (select count(*) from followers) from follows").await, "1 1");
    ada.visit(&here).await.see("This link does not work");
    // A petition that is taken away is named no more.
    let (_, bob) = app.follower("bob@example.org", &Target::Topic("water".to_owned())).await;
    app.sql("update petitions set state = 'removed', removed_at = '2022-08-21T20:00:00Z'").await.expect("removed");
    let here = urls::following(&bob, &app.keyring.follow_token(FollowPurpose::Manage, bob.0));
    ada.visit(&here).await.see("A petition that is no longer public").dont_see("Plant a tree");
}

#[tokio::test]
async fn what_is_not_confirmed_and_what_is_long_over_is_forgotten() {
    let app = TestApp::new().await;
    let (open, over) = (app.petition().create().await.id, app.petition().closed(10).create().await.id);
    app.follower(EMAIL, &Target::Petition(open)).await;
    app.follower(EMAIL, &Target::Petition(over)).await;
    app.follower("bob@example.org", &Target::Petition(over)).await;
    app.post(&urls::follow_petition(&open), "email=eve%40example.org").await;
    let kept = "select count(*) || ' ' || (select count(*) from followers) from follows";
    assert_eq!(app.ask(kept).await, "4 3");
    app.run_job("forget unconfirmed", app.now + hours(24 * 13)).await;
    assert_eq!(app.ask(kept).await, "4 3");
    assert_eq!(app.run_job("forget unconfirmed", app.now + hours(24 * 14 + 1)).await, 1);
    assert_eq!(app.ask(kept).await, "3 2");
    assert_eq!(app.run_job("erase personal data", app.now + hours(24 * 170)).await, 0);
    assert_eq!(app.run_job("erase personal data", app.now + hours(24 * 174)).await, 2);
    assert_eq!(app.ask(kept).await, "1 1");
}

#[tokio::test]
async fn new_secret_keys_leave_followers_what_they_follow() {
    let app = TestApp::new().await;
    let (petition, other) = (app.petition().create().await.id, app.petition().create().await.id);
    let (_, follower) = app.follower(EMAIL, &Target::Petition(petition)).await;
    let new = SecretKey::new(2, [7; 32]);
    let both = Keyring::new(&[new.clone(), app.secret.clone()]).expect("a ring");
    let mut db = app.db().await;
    let (email, now) = (EmailAddress::parse(EMAIL).expect("an address"), app.now);
    // At a program that knows both keys the address is known; at one that knows the new one alone it is not.
    follow::ask(&mut db, &both, &email, &Target::Petition(petition), now).await.expect("asked");
    assert_eq!(app.ask("select count(*) from followers").await, "1");
    let alone = Keyring::new(&[new]).expect("a ring");
    follow::ask(&mut db, &alone, &email, &Target::Petition(other), now).await.expect("asked");
    assert_eq!(app.ask("select count(*) from followers").await, "2");
    let rotated = rotate_keys(&mut db, &both, |_| {}).await.expect("rotated");
    assert_eq!((rotated.followers, rotated.unopened), (1, 0));
    assert_eq!(app.ask("select count(*) || ' ' || (select count(*) from follows) from followers").await, "1 2");
    let known = store::follows::followers(&mut db, &[follower]).await.expect("read").remove(&follower).expect("there");
    assert_eq!(alone.open_follower(&known.contact, known.email_hash).as_deref(), Ok(EMAIL));
    assert_eq!(known.email_hash, alone.email_hash(EMAIL));
}

#[tokio::test]
async fn nothing_personal_is_in_the_outbox_the_log_or_an_address() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await.id;
    app.post(&urls::follow_petition(&petition), "email=secret.person%40example.org").await;
    let row = app.ask("select row_to_json(o) from outbox o").await;
    assert!(!row.contains("secret"), "{row}");
    let held = app.ask("select encode(contact, 'escape') from followers").await;
    assert!(!held.contains("secret"), "{held}");
    assert_eq!(app.ask("select count(*) from audit_log").await, "0");
}

fn about(kind: &'static str, name: &str) -> AboutFollow {
    AboutFollow {
        site_name: "Undersigned".to_owned(),
        kind,
        name: name.to_owned(),
        page: "https://petitions.example.org/petitions/1000001".to_owned(),
        following: "https://petitions.example.org/follows/by/7?token=aaaa".to_owned(),
        unsubscribe: "https://petitions.example.org/follows/9/stop?token=bbbb".to_owned(),
    }
}

#[test]
fn mails_to_followers_read_well_as_text_and_as_html() {
    let action = "Plant a tree in every street & care for it";
    let published = at("2022-08-21T10:00:00Z");
    let response = GovernmentResponse {
        responded_on: day("2022-08-20"),
        summary: "The Government will plant <trees>.".to_owned(),
        details: "We will plant **trees**.".to_owned(),
        created_at: published,
        updated_at: published,
    };
    let news = |content: &Content| {
        ToFollower::News(FollowedNews { about: about("petition", action), told: Told::new(content).into() })
    };
    let link =
        |words: &str, number: u32| (words.to_owned(), format!("https://petitions.example.org/petitions/{number}"));
    let part = |name: &str, happened| Part {
        name: name.to_owned(),
        page: "https://petitions.example.org/petitions?topic=water".to_owned(),
        happened,
    };
    let parts = vec![
        part(
            "Water & rivers",
            vec![("New petition", vec![link("Clean the <rivers>", 1_000_002), link(action, 1_000_001)])],
        ),
        part("Aldershot", vec![("Parliament debated it", vec![link(action, 1_000_001)])]),
    ];
    let confirm = |until| {
        ToFollower::Confirm(ConfirmFollow {
            about: about("constituency", "Ynys Môn"),
            confirm: "https://petitions.example.org/follows/9/confirm?token=cccc".to_owned(),
            until,
        })
    };
    let mails = [
        ("confirm-follow", confirm(Some(at("2022-09-04T20:00:00Z")))),
        ("follows-already", confirm(None)),
        ("followed-response", news(&Content::Response(response, None))),
        ("followed-goal", news(&Content::Reached(Threshold::Debate, 100_012))),
        ("followed-closed", news(&Content::Closed(at("2022-09-01T22:59:59Z"), 1))),
        (
            "weekly-news",
            ToFollower::Weekly(WeeklyNews {
                site_name: "Undersigned".to_owned(),
                parts,
                following: about("", "").following,
                unsubscribe: "https://petitions.example.org/follows/by/7/weekly?token=dddd".to_owned(),
            }),
        ),
    ];
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        for (name, mail) in mails {
            insta::assert_snapshot!(format!("mail-{name}.txt"), format!("{}\n\n{}", mail.subject(), mail.text().expect("words")));
            insta::assert_snapshot!(format!("mail-{name}.html"), mail.html().expect("words"));
        }
    });
}

proptest! {
    #[test]
    fn whatever_stands_in_an_address_is_no_link(number in "\\PC{0,12}", token in "[a-z2-7]{0,30}") {
        let app = Keyring::new(&[SecretKey::new(1, [9; 32])]).expect("a ring");
        if let Ok(id) = number.parse::<FollowId>() {
            prop_assert!(id.0 >= 0);
            prop_assert!(!app.is_follow_token(&token, FollowPurpose::Stop, id.0));
        }
    }
}
