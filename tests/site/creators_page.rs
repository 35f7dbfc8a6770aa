//! What the creator of a petition sees and does by the link of a mail.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use reqwest::{Method, StatusCode};
use undersigned::{
    domain::{
        keyring::{PetitionPurpose, Purpose},
        limits,
        mail::MailKind,
        petition::{PetitionId, PetitionState},
        staff::Role,
    },
    mail::{
        creator::{ConfirmSupport, CreatorTold},
        messages::{AboutSignature, Mail},
    },
    store, urls,
};

use super::supporting::{link, set_state, supports, young};
use crate::support::{Answer, TestApp, Visitor, at};

const CREATOR: &str = "willy@example.org";

fn token(app: &TestApp, id: PetitionId) -> String {
    app.keyring.petition_token(PetitionPurpose::Creator, id)
}

fn page(app: &TestApp, id: PetitionId) -> String {
    urls::creator_page(&id, &token(app, id))
}

async fn visit(app: &TestApp, id: PetitionId) -> Visitor {
    let mut visitor = app.visitor();
    visitor.visit(&page(app, id)).await;
    visitor
}

/// Publishes a petition as of a moment.
async fn publish(app: &TestApp, id: PetitionId, opened: Timestamp) {
    sqlx::query("update petitions set state = 'open', opened_at = $2, closes_at = $3 where id = $1")
        .bind(id.get())
        .bind(opened.to_sqlx())
        .bind((opened + SignedDuration::from_hours(24 * 180)).to_sqlx())
        .execute(&mut app.db().await)
        .await
        .expect("published");
    // How it grew is known from then on.
    app.sql("update petition_totals set history_since = null").await.expect("a history");
}

async fn post(app: &TestApp, path: &str, form: &str) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    Answer::to(app.request(Method::POST, path).header("content-type", kind).body(form.to_owned())).await
}

#[tokio::test]
async fn every_state_says_how_it_stands_and_what_comes_next() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 3).await;
    app.sql("insert into rejections (petition_id, code, details) select id, 'duplicate', 'See **that** one.' from petitions")
        .await
        .expect("a reason");
    let all = [
        (PetitionState::Pending, "You have not confirmed it yet", "press the button"),
        (PetitionState::Validated, "It is gathering supporters", "3 of 5 supporters have confirmed: 2 more are needed"),
        (PetitionState::Sponsored, "We are checking it", "nothing you have to do"),
        (PetitionState::Flagged, "We are checking it", "nothing you have to do"),
        (PetitionState::Dormant, "It is set aside", "It is not refused."),
        (PetitionState::Open, "It is published", "Next: at 10,000 signatures the Government responds."),
        (PetitionState::Closed, "It has closed", "Its page stays on the site for good."),
        (PetitionState::Rejected, "It was rejected", "Duplicate petition"),
        (PetitionState::Hidden, "It is not public", "Duplicate petition"),
        (PetitionState::Stopped, "It was stopped", "when a new Parliament has begun"),
        (PetitionState::Removed, "It was removed", "taken away for good"),
    ];
    assert_eq!(all.map(|(state, ..)| state), PetitionState::ALL);
    for (state, headline, words) in all {
        set_state(&app, petition.id, state).await;
        let mut willy = visit(&app, petition.id).await;
        assert_eq!((willy.status(), &*willy.heading()), (StatusCode::OK, "Your petition"), "{state:?}");
        willy.see(headline).see(words).see(&petition.record.action);
        assert_eq!((willy.header("cache-control"), willy.header("referrer-policy")), ("no-store", "no-referrer"));
        let support = link(&app, petition.id);
        let shows = matches!(state, PetitionState::Validated | PetitionState::Sponsored | PetitionState::Flagged);
        let has =
            willy.page().select("input#link").iter().any(|field| field.attr("value").unwrap_or("").ends_with(&support));
        assert_eq!(has, shows, "{state:?} has the link for supporters");
        assert!(!willy.page().text().contains("Supporter 1"), "who supports it is told to nobody");
        if matches!(state, PetitionState::Rejected | PetitionState::Hidden) {
            willy.see("See that one.");
        }
        let over = [PetitionState::Rejected, PetitionState::Hidden, PetitionState::Stopped, PetitionState::Removed];
        let offered = willy.page().sections().iter().any(|section| section == "Mails to you");
        assert_eq!(offered, !over.contains(&state), "{state:?} is told of by mail");
    }
}

#[tokio::test]
async fn before_it_is_published_the_page_tells_where_people_drop_out() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 0).await;
    let mut willy = visit(&app, petition.id).await;
    willy.see("0 of 5 supporters needed").see("A text to forward").see("We usually decide within 7 days");
    let text = willy.page().texts("textarea#text").join(" ");
    assert!(text.contains(&format!("{}{}", app.url, link(&app, petition.id))), "{text}");
    assert!(text.contains(&petition.record.action) && text.contains(&petition.record.additional_details), "{text}");
    assert!(willy.page().link("WhatsApp").starts_with("https://wa.me/?text=I%20have%20made"));

    supports(&app, petition.id, "Ada Lovelace").await;
    let mut bea = app.visitor();
    bea.visit(&link(&app, petition.id)).await;
    bea.fill("Full name", "Bea Two").fill("Email address", "bea@example.org").fill("Postcode", "CV1 1AA");
    bea.tick("I am a British citizen or UK resident").press("Support this petition").await;
    app.visitor().visit(&link(&app, petition.id)).await;
    // A program that only asks whether it is there counts for nothing.
    Answer::to(app.request(Method::HEAD, &link(&app, petition.id))).await;
    app.becomes("select openings from support_openings", "3").await;
    willy.visit(&page(&app, petition.id)).await;
    let steps = willy.table("From the link to a supporter");
    let counts: Vec<String> = steps.rows.iter().map(|row| row.last().cloned().unwrap_or_default()).collect();
    assert_eq!(counts, ["3", "2", "1"]);
    willy.see("One person has not confirmed.").dont_see("Lovelace").dont_see("Bea");
}

#[tokio::test]
async fn who_has_not_confirmed_is_not_sent_for_where_there_is_no_room() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Sponsored, limits::SUPPORTERS_MOST as usize - 1).await;
    for name in ["Bea", "Cy"] {
        let form = format!("name={name}&email={name}%40example.org&country=FR&resident=1");
        assert_eq!(post(&app, &link(&app, petition.id), &form).await.status, StatusCode::SEE_OTHER);
    }
    let mut willy = visit(&app, petition.id).await;
    willy.see("19 supporters; 5 were needed").see("2 people have not confirmed. Tell those whom you asked");
    let last: i64 = app.ask("select max(id) from signatures").await.parse().expect("one");
    let confirm = urls::confirm_signature(&last.into(), &app.keyring.token(Purpose::Confirm, last.into()));
    assert_eq!(post(&app, &confirm, "").await.status, StatusCode::SEE_OTHER);
    willy.visit(&page(&app, petition.id)).await.see("20 supporters; 5 were needed");
    willy.see("One person has not confirmed. There is no room left for that person before it is published");
    willy.dont_see("Tell those whom you asked");
}

#[tokio::test]
async fn that_nobody_has_sent_the_form_reads_well_after_any_time() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 5).await;
    for (hours, words) in [(5, "Since it was published nobody"), (24 * 90, "Since 22 July 2022 nobody")] {
        publish(&app, petition.id, app.now - SignedDuration::from_hours(hours)).await;
        app.run_job("count forms", app.now).await;
        visit(&app, petition.id).await.see(&format!("{words} has sent the form. As at "));
    }
}

#[tokio::test]
async fn while_it_is_checked_it_says_how_long_that_takes() {
    let app = TestApp::new().await;
    let first = young(&app, PetitionState::Validated, 5).await;
    let second = young(&app, PetitionState::Validated, 5).await;
    let petition = young(&app, PetitionState::Validated, 5).await;
    for (id, hours) in [(first.id, 40), (second.id, 30), (petition.id, 20)] {
        sqlx::query("update petitions set moderation_threshold_reached_at = $2 where id = $1")
            .bind(id.get())
            .bind((app.now - SignedDuration::from_hours(hours)).to_sqlx())
            .execute(&mut app.db().await)
            .await
            .expect("a moment");
    }
    visit(&app, petition.id).await.see("We are checking it").see("2 petitions are waiting before it.");
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::petition_part(&first.id, "publish")).await.press("Publish").await;
    visit(&app, petition.id).await.see("One petition is waiting before it.").dont_see("half took");
    grace.visit(&urls::admin::petition_part(&second.id, "publish")).await.press("Publish").await;
    let mut willy = visit(&app, petition.id).await;
    willy.see("Of the 2 petitions about which we decided in the last two months, half took 2 days at the most.");
    willy.see("No other petition is waiting before it.");
}

#[tokio::test]
async fn once_it_is_published_the_page_shows_how_it_goes() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 5).await;
    publish(&app, petition.id, app.now - SignedDuration::from_hours(30)).await;
    let mut ada = app.visitor();
    for (name, confirms) in [("Ada", true), ("Bea", false), ("Cy", false)] {
        ada.visit(&urls::sign(&petition.id)).await;
        ada.fill("Full name", name).fill("Email address", &format!("{name}@example.org")).fill("Postcode", "CV1 1AA");
        ada.tick("I am a British citizen or UK resident").press("Sign this petition").await.see("Check your inbox");
        if confirms {
            let id: i64 = app.ask("select max(id) from signatures").await.parse().expect("one");
            app.app().signing.confirm(id.into(), app.now).await.expect("confirmed");
        }
    }
    let mut willy = visit(&app, petition.id).await;
    willy.see("7 signatures").see("1 in the last 24 hours").see("This is not counted yet.");
    willy.see("100 signatures").see("There is no estimate yet").see("At 10,000 signatures the Government responds.");
    // One picture, whose panels are drawings within it.
    assert_eq!(willy.page().select("figure > svg").len(), 1);
    app.run_job("count forms", app.now + SignedDuration::from_mins(5)).await;
    willy.visit(&page(&app, petition.id)).await;
    willy.see("Since it was published the form was sent 3 times, and 1 of these signatures (33%) is confirmed");
    willy.see("2 signatures are lost if nobody presses the button");
    assert!(willy.page().texts("textarea#text").join(" ").contains(&format!("{}{}", app.url, petition.url())));
    willy.follow("A sheet to print").await;
    assert_eq!(willy.path(), urls::sheet(&petition.id));
}

#[tokio::test]
async fn forms_are_counted_once_and_their_confirmations_as_they_come() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 5).await;
    publish(&app, petition.id, app.now - SignedDuration::from_hours(30)).await;
    let sums = "select concat(sum(forms), ' ', sum(confirmed), ' ', sum(recent_forms), ' ', sum(recent_confirmed)) from petition_forms";
    let sign = async |name: &str, now: Timestamp| {
        let form = format!("name={name}&email={name}%40example.org&country=FR&resident=1");
        app.set_time(now);
        assert_eq!(post(&app, &urls::sign(&petition.id), &form).await.status, StatusCode::SEE_OTHER);
        let id: i64 = app.ask("select max(id) from signatures").await.parse().expect("one");
        id
    };
    let confirm = async |id: i64, now: Timestamp| {
        app.app().signing.confirm(id.into(), now).await.expect("confirmed");
    };
    let hours = |hours| app.now + SignedDuration::from_hours(hours);
    let ada = sign("ada", hours(0)).await;
    sign("bea", hours(1)).await;
    assert_eq!(app.run_job("count forms", hours(1)).await, 1, "the latest are left out");
    assert_eq!(app.ask(sums).await, "0 0 1 0");
    confirm(ada, hours(2)).await;
    for _ in 0..2 {
        app.run_job("count forms", hours(2)).await;
        assert_eq!(app.ask(sums).await, "0 0 2 1", "once more changes nothing");
    }
    // Of old age they are counted for good.
    let cy = sign("cy", hours(40)).await;
    app.run_job("count forms", hours(50)).await;
    assert_eq!(app.ask(sums).await, "2 1 1 0");
    confirm(cy, hours(51)).await;
    app.run_job("count forms", hours(51)).await;
    assert_eq!(app.ask(sums).await, "2 1 1 1");
    app.run_job("count forms", hours(200)).await;
    assert_eq!(app.ask(sums).await, "3 2 0 0");
    app.run_job("count forms", hours(201)).await;
    assert_eq!(app.ask(sums).await, "3 2 0 0");
}

// --- What the creator does ---

#[tokio::test]
async fn a_creator_withdraws_a_petition_that_is_not_published() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 2).await;
    let mut willy = visit(&app, petition.id).await;
    willy.follow("withdraw your petition").await;
    assert_eq!(willy.heading(), "Withdraw your petition");
    willy.see("2 people have supported it. We write to 2 people of them").see("This cannot be undone here.");
    assert_eq!(app.ask("select state from petitions").await, "validated", "looking changes nothing");
    let again = willy.filled_in("Withdraw my petition").0;
    willy.press("Withdraw my petition").await;
    assert_eq!((willy.path(), &*willy.heading()), (&*page(&app, petition.id), "Your petition"));
    willy.see("You have withdrawn it").dont_see("Its supporters");

    let told = app.mail_to(CREATOR).await;
    assert_eq!(told.subject, format!("You have withdrawn your petition: {}", petition.record.action));
    let told = app.mail_to("supporter1@example.org").await;
    assert_eq!(told.subject, format!("The petition you supported was withdrawn: {}", petition.record.action));
    assert!(!told.text.contains("creator?token="), "{}", told.text);
    assert_eq!(
        app.ask(
            "select concat(state, ' ', (select code from rejections), ' ', withdrawn_at is not null, ' ', rejected_at is null)
             from petitions"
        )
        .await,
        "hidden removed t t"
    );
    assert_eq!(
        app.ask("select concat(act, ' ', who, ' ', staff_id is null, ' ', before->>'state', ' ', after->>'state') from audit_log").await,
        "petition.withdraw creator t validated hidden"
    );
    assert_eq!(app.get(&link(&app, petition.id)).await.status, StatusCode::GONE);
    assert_eq!(post(&app, &again, "").await.header("location"), page(&app, petition.id), "once more is harmless");
    assert_eq!(app.ask("select count(*) from audit_log").await, "1");
}

#[tokio::test]
async fn a_petition_that_is_withdrawn_is_no_decision_of_staff() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Sponsored, 5).await;
    let mut willy = visit(&app, petition.id).await;
    willy.follow("withdraw your petition").await.press("Withdraw my petition").await.see("You have withdrawn it");
    let months = store::figures::by_month(&mut app.db().await).await.expect("figures");
    assert!(months.values().all(|month| month.decided == 0), "{months:?}");
    app.run_job("make statistics", app.now).await;
    let statistics = app.get(&urls::statistics_data("json")).await.json();
    let rejected = |month: &serde_json::Value| month["rejected"].as_u64().expect("a number");
    assert!(statistics["months"].as_array().expect("months").iter().all(|month| rejected(month) == 0), "{statistics}");

    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(&urls::admin::petition(&petition.id)).await.see("Withdrawn by its creator").dont_see("Rejected");
    // It was promised that it would not be published; whoever has the supporters' link is told as much.
    grace.dont_see("Publish").visit(&urls::admin::petition_part(&petition.id, "publish")).await;
    assert_eq!(grace.status(), 409);
    grace.see("Its creator has withdrawn the petition").dont_see("Publishes");
    let mut ada = app.visitor();
    ada.visit(&link(&app, petition.id)).await.see("This petition was withdrawn").dont_see(&petition.record.action);
    assert_eq!(ada.status(), 410);
    // Staff who hide it for a reason of theirs decide after all.
    grace.visit(&urls::admin::petition_part(&petition.id, "reject")).await;
    grace.tick("Fake name It was created with a name that is not a real person’s name.").press("Continue").await;
    grace.press("Change the reason").await;
    let months = store::figures::by_month(&mut app.db().await).await.expect("figures");
    assert_eq!(months.values().map(|month| month.decided).sum::<i64>(), 1, "{months:?}");
    willy.visit(&page(&app, petition.id)).await.see("It is not public").see("Fake name");
}

#[tokio::test]
async fn news_to_the_creator_have_the_link_to_the_creators_page() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 5).await;
    publish(&app, petition.id, app.now - SignedDuration::from_hours(24 * 30)).await;
    app.sql("update signatures set wants_updates = true").await.expect("news are wanted");
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::activities(&petition.id)).await;
    grace.fill("Subject", "A committee heard evidence").fill("What happened", "It heard foresters.");
    grace.tick("Mail the signers").press("Publish the activity").await;
    app.queue_mailings().await;
    let told = app.mail_to(CREATOR).await;
    assert!(told.text.contains("There is news about a petition that you created."), "{}", told.text);
    assert_eq!(told.link("Your own page of it"), format!("{}{}", app.url, page(&app, petition.id)));
    app.later(SignedDuration::from_mins(1));
    let told = app.mail_to("supporter1@example.org").await;
    assert!(told.text.contains("that you signed") && !told.text.contains("creator?token="), "{}", told.text);
}

#[tokio::test]
async fn what_is_published_is_not_withdrawn_here() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 5).await;
    let path = urls::withdraw_petition(&petition.id, &token(&app, petition.id));
    for state in PetitionState::ALL {
        set_state(&app, petition.id, state).await;
        if matches!(
            state,
            PetitionState::Validated | PetitionState::Sponsored | PetitionState::Flagged | PetitionState::Dormant
        ) {
            continue;
        }
        let mut willy = app.visitor();
        willy.visit(&path).await;
        assert_eq!(willy.page().select("form").len(), 0, "{state:?}");
        if state.is_published() {
            willy.see("it is also the petition of those who have signed it");
        }
        let status = if state.is_published() { StatusCode::CONFLICT } else { StatusCode::SEE_OTHER };
        assert_eq!(post(&app, &path, "").await.status, status, "{state:?}");
        assert_eq!(app.ask("select state from petitions").await, state.code());
    }
    assert_eq!(app.ask("select count(*) from audit_log").await, "0");
}

#[tokio::test]
async fn only_the_creators_link_opens_the_page() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 5).await;
    let other = young(&app, PetitionState::Validated, 0).await;
    let support = app.keyring.petition_token(PetitionPurpose::Support, petition.id);
    for token in ["x", &support, &token(&app, other.id)] {
        let mut visitor = app.visitor();
        visitor.visit(&urls::creator_page(&petition.id, token)).await;
        assert_eq!(visitor.status(), StatusCode::NOT_FOUND);
        visitor.see("This link does not work.").dont_see(&petition.record.action);
        for path in [urls::withdraw_petition(&petition.id, token), urls::support_sheet(&petition.id, token)] {
            assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
        }
        for path in [urls::withdraw_petition(&petition.id, token), urls::creator_mails(&petition.id, token)] {
            assert_eq!(post(&app, &path, "wanted=0").await.status, StatusCode::NOT_FOUND);
        }
    }
    // A petition of which no creator is known has no such page.
    let none = app.petition().create().await;
    assert_eq!(app.get(&page(&app, none.id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.ask("select count(*) from petitions where state = 'hidden'").await, "0");
}

#[tokio::test]
async fn a_lost_link_is_mailed_again_to_the_creator_and_to_nobody_else() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 1).await;
    let mut answers = Vec::new();
    for (id, email) in [
        (petition.id, "supporter1@example.org"),
        (petition.id, "nobody@example.org"),
        (PetitionId::from(999_999_999), CREATOR),
        (petition.id, "Willy+petition@example.org"),
        (petition.id, CREATOR),
        (petition.id, CREATOR),
    ] {
        let mut visitor = app.visitor();
        visitor.visit(&urls::lost_link(&id)).await.fill("Email address", email).press("Send me the link").await;
        answers.push(visitor.page().text().to_owned());
        visitor.dont_see(&petition.record.action);
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "nobody learns anything from the answer");
    assert_eq!(app.ask("select concat(count(*), ' ', min(kind::text)) from outbox").await, "1 creator_link");
    let mail = app.mail_to(CREATOR).await;
    assert!(mail.subject.starts_with("The link to your petition’s page"), "{}", mail.subject);
    app.visitor().visit(&mail.link("Your petition’s page")).await.see("It is gathering supporters");

    let mut visitor = app.visitor();
    visitor.visit(&urls::lost_link(&petition.id)).await.fill("Email address", "willy").press("Send me the link").await;
    assert_eq!((visitor.status(), visitor.mistakes().len()), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    app.set_time(app.now + SignedDuration::from_mins(limits::CREATOR_LINK_MINUTES));
    post(&app, &urls::lost_link(&petition.id), "email=willy%40example.org").await;
    app.mail_to(CREATOR).await;
}

#[tokio::test]
async fn a_creator_chooses_which_mails_come() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 3).await;
    let mut willy = visit(&app, petition.id).await;
    willy.press("Write to me about decisions only").await.see("We write to you only when something is decided");
    let queued = "select coalesce(string_agg(kind::text, ' '), '') from outbox where kind <> 'confirm_signature'";
    supports(&app, petition.id, "Ada Lovelace").await;
    assert_eq!(app.ask(queued).await, "");
    supports(&app, petition.id, "Bea Two").await;
    assert_eq!(app.ask(queued).await, "support_reached", "that is a step on which something depends");
    willy.press("Write to me about every step").await.see("We write to you about every step");
    let kept =
        "select concat(s.wants_updates, ' ', u.quiet) from supporters u join signatures s on s.id = u.signature_id
        where u.is_creator";
    assert_eq!(app.ask(kept).await, "t f");
    // A mail program's own button stops the steps as well, and the page that a link leads to offers that.
    let id: i64 = app.ask("select signature_id from supporters where is_creator").await.parse().expect("Willy");
    let stop = app.keyring.token(undersigned::domain::keyring::Purpose::Unsubscribe, id.into());
    app.sql("update signatures set wants_updates = false").await.expect("no news asked for");
    willy.visit(&urls::unsubscribe(&id.into(), &stop)).await.press("Stop mails").await;
    assert_eq!(app.ask(kept).await, "f t");
}

#[tokio::test]
async fn staff_mail_the_link_again() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 1).await;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::petition(&petition.id)).await.press("Mail the creator’s link again").await;
    grace.see("The link is on its way to the creator.");
    assert!(app.mail_to(CREATOR).await.subject.starts_with("The link to your petition’s page"));
    grace.press("Mail the creator’s link again").await.see("No link was mailed");
    assert_eq!(app.ask("select string_agg(act, ' ') from audit_log").await, "petition.mail_link");
}

// --- Paper ---

#[tokio::test]
async fn a_sheet_has_the_petition_and_its_address() {
    let app = TestApp::new().await;
    let petition = young(&app, PetitionState::Validated, 2).await;
    let own = urls::support_sheet(&petition.id, &token(&app, petition.id));
    let address = |path: &str| format!("{}{path}", app.url.trim_start_matches("http://"));
    for state in PetitionState::ALL {
        set_state(&app, petition.id, state).await;
        let public = app.get(&urls::sheet(&petition.id)).await;
        let status = match state {
            PetitionState::Open | PetitionState::Closed => 200,
            PetitionState::Removed => 410,
            _ => 404,
        };
        assert_eq!(public.status, status, "{state:?}");
        assert_eq!(public.text().contains(&petition.record.action), status == 200, "{state:?}");
        let supporters = app.get(&own).await;
        let gathers = !matches!(
            state,
            PetitionState::Dormant
                | PetitionState::Open
                | PetitionState::Closed
                | PetitionState::Rejected
                | PetitionState::Hidden
                | PetitionState::Stopped
                | PetitionState::Removed
        );
        assert_eq!(supporters.status == 200, gathers, "{state:?}");
    }
    publish(&app, petition.id, app.now).await;
    let mut visitor = app.visitor();
    visitor.visit(&urls::sheet(&petition.id)).await;
    visitor.see(&petition.record.background).see(&address(&petition.url())).see("It can be signed until");
    assert_eq!(visitor.page().select(".sheet svg[role=img]").len(), 1);
    set_state(&app, petition.id, PetitionState::Sponsored).await;
    visitor.visit(&own).await.see(&address(&link(&app, petition.id))).see("only 20 people can use it");
}

// --- Words ---

#[test]
fn mails_to_creators_and_supporters_read_as_they_should() {
    let about = AboutSignature {
        name: "Zoë O’Neil & Sons".to_owned(),
        action: "Let <b>every</b> tree live".to_owned(),
        petition: "https://petitions.example.org/petitions/7".to_owned(),
        site_name: "Undersigned".to_owned(),
        signature: "https://petitions.example.org/signatures/12?token=mmmm".to_owned(),
        unsubscribe: "https://petitions.example.org/signatures/12/unsubscribe?token=uuuu".to_owned(),
    };
    let told = |what, supporters, signatures, is_creator: bool| {
        Mail::CreatorTold(CreatorTold {
            about: about.clone(),
            what,
            page: is_creator.then(|| "https://petitions.example.org/petitions/7/creator?token=cccc".to_owned()),
            support: "https://petitions.example.org/petitions/7/sponsors/new?token=ssss".to_owned(),
            background: "Trees give shade.\nThey clean the air.".to_owned(),
            additional_details: "Begin where there are <none>.".to_owned(),
            supporters,
            signatures,
            thresholds: [10_000, 100_000],
            closes_at: Some(at("2022-09-01T22:59:59.999Z")),
            answered: false,
            dissolved: false,
            is_public: signatures > 30,
        })
    };
    let support = Mail::ConfirmSupport(ConfirmSupport {
        about: about.clone(),
        confirm: "https://petitions.example.org/signatures/12/verify?token=vvvv".to_owned(),
        until: at("2022-09-01T12:00:00Z"),
        background: "Trees give shade.\nThey clean the air.".to_owned(),
        additional_details: "Begin where there are <none>.".to_owned(),
    });
    let Mail::CreatorTold(closed) = told(MailKind::PetitionClosed, 5, 812, true) else { panic!("another mail") };
    let dissolved = Mail::CreatorTold(CreatorTold { dissolved: true, ..closed });
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        for (name, mail) in [
            ("gather-supporters", told(MailKind::GatherSupporters, 0, 1, true)),
            ("support-grows", told(MailKind::SupportGrows, 4, 5, true)),
            ("support-reached", told(MailKind::SupportReached, 5, 6, true)),
            ("support-lost", told(MailKind::SupportLost, 4, 5, true)),
            ("petition-withdrawn", told(MailKind::PetitionWithdrawn, 2, 3, true)),
            ("petition-withdrawn-supporter", told(MailKind::PetitionWithdrawn, 2, 3, false)),
            ("response-threshold", told(MailKind::ResponseThresholdReached, 5, 10_000, true)),
            ("debate-threshold", told(MailKind::DebateThresholdReached, 5, 100_012, true)),
            ("petition-closed", told(MailKind::PetitionClosed, 5, 812, true)),
            ("petition-closed-enough", told(MailKind::PetitionClosed, 5, 44_029, true)),
            ("petition-closed-dissolved", dissolved),
            ("petition-stopped", told(MailKind::PetitionStopped, 5, 6, true)),
            ("creator-link", told(MailKind::CreatorLink, 5, 6, true)),
            ("confirm-support", support),
        ] {
            insta::assert_snapshot!(format!("mail-{name}.txt"), format!("{}\n\n{}", mail.subject(), mail.text().expect("words")));
            if matches!(name, "gather-supporters" | "confirm-support") {
                insta::assert_snapshot!(format!("mail-{name}.html"), mail.html().expect("words"));
            }
        }
    });
}
