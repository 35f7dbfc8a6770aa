//! A parliament from its beginning to its end: what staff do, what the public sees, and what happens by itself.

use jiff::SignedDuration;
use undersigned::{
    domain::{parliament::Phase, petition::PetitionState, staff::Role},
    mail::{
        closing::{Closing, ClosingDateChanged},
        messages::{AboutSignature, Mail},
    },
    store, urls,
};

use crate::support::{TestApp, Visitor, at, day};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn announce(grace: &mut Visitor) {
    grace.visit(&urls::admin::parliament_act("announce")).await;
    grace.fill("Dissolution", "2022-09-01T00:01").fill("Registration to vote closes", "2022-09-20T23:59");
    grace.fill("Day of the election", "2022-10-06").fill("Tell creators of petitions begun since", "2022-08-01T00:00");
    grace.fill("Notice above every page", "**An election has been called.**").press("Announce the dissolution").await;
}

async fn phase(app: &TestApp) -> Phase {
    store::parliaments::current(&mut app.db().await).await.expect("a parliament").phase(app.app().clock.now())
}

#[tokio::test]
async fn from_the_announcement_to_the_next_parliament() {
    let app = TestApp::new().await;
    let early = app.petition().action("Closes before").open_until(day("2022-08-25")).create().await;
    let late = app.petition().action("Closes after").open_until(day("2022-12-01")).signatures(0).without_history();
    let late = late.create().await;
    app.signer(late.id, "Ada Lovelace", "ada@example.org", true).await;
    app.signer(early.id, "Ada Lovelace", "ada@example.org", true).await;
    app.signer(late.id, "Quiet Signer", "quiet@example.org", false).await;
    let second =
        app.petition().action("Closes after, too").open_until(day("2022-12-01")).signatures(0).without_history();
    let second = second.create().await;
    app.signer(second.id, "Ada Lovelace", "a.d.a+x@example.org", true).await;
    app.signer(second.id, "Ada Lovelace", "ada@example.org", true).await;
    let young =
        app.petition().action("Young").state(PetitionState::Sponsored).supported("Mary Young", "young@example.org", 5);
    let young = young.change(|record| record.dates.created_at = at("2022-08-10T10:00:00Z")).create().await;
    let old = app.petition().action("Old").state(PetitionState::Validated).supported("Mary Old", "old@example.org", 2);
    let old = old.change(|record| record.dates.created_at = at("2022-07-10T10:00:00Z")).create().await;

    // Mistakes come back with what was typed.
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(&urls::admin::parliament_act("announce")).await.press("Announce the dissolution").await;
    assert_eq!((grace.status().as_u16(), grace.mistakes().len()), (422, 5));
    grace.fill("Dissolution", "2022-08-01T00:01").fill("Day of the election", "2022-07-01");
    grace.press("Announce the dissolution").await;
    assert_eq!(grace.field("Dissolution"), "2022-08-01T00:01");
    announce(&mut grace).await;
    grace.see("The dissolution at 00:01 on 1 September 2022 is announced on every page.");
    assert_eq!(phase(&app).await, Phase::Announced);
    assert_eq!(app.run_job("settle deadlines", app.now).await, 2);
    let mut visitor = app.visitor();
    for path in ["/", "/petitions", &late.url(), "/help", &urls::sign(&late.id)] {
        visitor
            .visit_anew(path)
            .await
            .see("An election has been called.")
            .see("Parliament is dissolved on 1 September 2022");
    }
    visitor.visit_anew(&late.url()).await;
    assert_eq!(
        visitor.fact("Signature deadline"),
        "Thursday 1st September 2022 in 10 days, since Parliament is dissolved then"
    );
    visitor.visit_anew(&early.url()).await;
    assert!(visitor.fact("Signature deadline").starts_with("Thursday 25th August 2022"));
    let json = app.get(&urls::petition_json(&late.id)).await.json();
    assert_eq!(json["data"]["attributes"]["closing_date"], "2022-09-01");

    // What is published now ends with it, too; that can be taken back.
    let mut moderator = app.colleague(Role::Moderator, "Mary Moderator").await;
    moderator.visit(&urls::admin::petition_part(&young.id, "publish")).await.see("1 September 2022");
    grace.visit(&urls::admin::parliament_act("take-back")).await.press("Take the announcement back").await;
    assert_eq!(app.run_job("settle deadlines", app.now).await, 2);
    visitor.visit_anew(&late.url()).await.dont_see("An election has been called.");
    assert!(visitor.fact("Signature deadline").starts_with("Thursday 1st December 2022"));
    announce(&mut grace).await;
    app.run_job("settle deadlines", app.now).await;

    // Everybody is told once.
    grace.visit(&urls::admin::parliament_act("tell")).await.see("E-mails 2 people, each once");
    grace.press("Tell creators and signers").await.see("Mails to 2 people are on their way.");
    assert_eq!(app.run_job("tell closing dates", app.now).await, 2);
    assert_eq!(app.run_job("tell closing dates", app.now).await, 0);
    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, "Petitions you signed close earlier");
    let named: Vec<_> = mail.text.lines().filter_map(|line| line.strip_prefix("    ")).map(str::trim_end).collect();
    let (one, other) = (format!("{}{}", app.url, late.url()), format!("{}{}", app.url, second.url()));
    assert_eq!(named, ["Closes after", &one, "Closes after, too", &other], "{}", mail.text);
    assert!(mail.text.contains("All petitions close then, at 00:01."), "{}", mail.text);

    // The end, at its moment, whenever that is noticed.
    let end = at("2022-08-31T23:01:00Z");
    app.set_time(end + SignedDuration::from_secs(1));
    visitor.visit_anew(&urls::sign(&late.id)).await.see("This petition is closed for signatures");
    visitor.visit_anew("/petitions/start").await.see("No new petitions are taken at the moment.");
    app.set_time(end + DAY * 3);
    assert_eq!(app.run_job("close petitions", end + DAY * 3).await, 5);
    assert_eq!(phase(&app).await, Phase::Dissolved);
    let closed = "select string_agg(action || ' ' || state || ' ' || coalesce(closed_at, stopped_at)::text, ', ' order by id) from petitions";
    assert_eq!(
        app.ask(closed).await,
        "Closes before closed 2022-08-25 22:59:59.999+00, Closes after closed 2022-08-31 23:01:00+00, \
         Closes after, too closed 2022-08-31 23:01:00+00, Young stopped 2022-08-31 23:01:00+00, Old stopped 2022-08-31 23:01:00+00"
    );
    let told = "select string_agg(s.name || ' ' || o.kind, ', ' order by o.id) from outbox o join signatures s on s.id = o.signature_id
        where o.kind in ('petition_stopped', 'petition_closed')";
    assert_eq!(app.ask(told).await, "Mary Young petition_stopped", "the other one is older than the cutoff");
    app.sql("update site set site_name = site_name").await.expect("told");
    app.app().live.look(&mut app.db().await).await.expect("settings");
    visitor.visit_anew(&late.url()).await.see("Parliament was dissolved on 1 September 2022.");
    assert_eq!(visitor.fact("Closed"), "Thursday 1st September 2022 since Parliament was dissolved");
    // The next one.
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(&urls::admin::petition_part(&old.id, "publish")).await;
    assert_eq!(grace.status(), 409);
    grace.visit(&urls::admin::parliament_act("archive")).await;
    grace.fill("Government", "The next Government").fill("Opens for petitions", "2022-10-20T10:00");
    grace
        .press("Archive this Parliament")
        .await
        .see("The Parliament of 2000 to 2022 is archived, and the next one begins.");
    assert_eq!(phase(&app).await, Phase::Pending);
    visitor.visit_anew("/petitions").await.see("No petitions");
    visitor.visit_anew("/").await.see("can be started from 20 October 2022");
    visitor.follow("Parliament of 2000 to 2022").await;
}

#[tokio::test]
async fn a_clock_that_stands_still_does_not_outlive_parliament() {
    let app = TestApp::new().await;
    let petition = app.petition().open_until(day("2022-08-28")).create().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    announce(&mut grace).await;
    app.pause(true, at("2022-08-25T10:00:00Z")).await;
    assert_eq!(app.run_job("close petitions", at("2022-08-31T23:00:00Z")).await, 0, "its deadline will be moved");
    assert_eq!(app.run_job("close petitions", at("2022-08-31T23:02:00Z")).await, 1);
    let closed = "select state || ' ' || closed_at || ' ' || (closed_at = closes_at) from petitions";
    assert_eq!(app.ask(closed).await, "closed 2022-08-31 23:01:00+00 true");
    let mut ada = app.visitor();
    ada.visit_anew(&petition.url()).await.see("This petition closed on 1 September 2022");
}

/// Puts the next parliament in the place of the one that there is.
async fn archive(app: &TestApp) {
    app.sql(
        "update parliaments set announced_at = '2022-05-01Z', dissolution_at = '2022-08-01Z', notice = 'x',
             registration_closes_at = '2022-08-05Z', election_on = '2022-08-10', notification_cutoff_at = '2022-01-01Z',
             dissolved_at = '2022-08-01Z', archived_at = '2022-08-11Z';
         insert into parliaments (government, opening_at) values ('The next', '2022-08-12Z')",
    )
    .await
    .expect("a new parliament");
    app.sql("update site set site_name = site_name").await.expect("told");
    app.app().live.look(&mut app.db().await).await.expect("settings");
}

#[tokio::test]
async fn a_search_without_hits_says_how_many_petitions_of_earlier_parliaments_match() {
    let app = TestApp::new().await;
    app.petition().action("Plant oaks").closed(30).create().await;
    app.petition().action("Plant more oaks").closed(31).without_history().create().await;
    app.petition().action("Mend bicycles").rejected("duplicate").create().await;
    archive(&app).await;
    let mut ada = app.visitor();
    ada.visit("/").await.fill("Search petitions", "oaks").press("Search").await.see("No petitions match “oaks”.");
    ada.follow("2 petitions of the Parliament of 2000 to 2022").await.see("2 petitions match “oaks”");
    assert_eq!(ada.path(), "/petitions?state=all&q=oaks&parliament=2000-2022");
    ada.visit("/petitions?state=rejected&q=bicycles").await.see("1 petition of the Parliament of 2000 to 2022");
    ada.visit("/petitions?state=open&q=oaks").await.dont_see("of the Parliament of 2000 to 2022").see("all petitions");
    // So does a list that is still empty; nobody who has searched for nothing is told to search otherwise.
    ada.visit("/petitions").await.see("3 petitions of the Parliament of 2000 to 2022").dont_see("check the spelling");
    ada.visit("/petitions?q=unicorns").await.dont_see("of the Parliament of 2000 to 2022").see("check the spelling");
    app.petition().action("Plant oaks again").create().await;
    ada.visit("/petitions?q=oaks").await.see("1 petition matches “oaks”").dont_see("2 petitions of the Parliament");
}

#[tokio::test]
async fn once_the_end_is_announced_nobody_is_promised_more_time_than_there_is() {
    let app = TestApp::new().await;
    let moved = app.petition().action("Was moved").open_until(day("2022-12-01")).create().await;
    let mut visitor = app.visitor();
    visitor.visit("/petitions/start").await.see("it is open for 6 months");
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(&urls::admin::petition_part(&moved.id, "deadline")).await.fill("Days more", "8");
    grace.fill("What the public is told", "A strike of the post.").press("Extend the deadline").await;
    visitor.visit_anew(&moved.url()).await;
    assert_eq!(visitor.fact("Open for"), "8 days longer the timeline says why");

    grace.visit(&urls::admin::parliament_act("announce")).await.press("Announce the dissolution").await;
    assert!(grace.mistakes().contains(&"Enter the day of the election".to_owned()), "{:?}", grace.mistakes());
    announce(&mut grace).await;
    app.run_job("settle deadlines", app.now).await;
    visitor.visit_anew(&moved.url()).await.see("since Parliament is dissolved then").dont_see("days longer");
    visitor.see("Its deadline was moved by 8 days");
    for path in ["/petitions/start", "/help", urls::petition_sent()] {
        visitor.visit_anew(path).await.see("open until 1 September 2022, when Parliament is dissolved");
        visitor.dont_see("6 months");
    }
    let form = "go=to-check&resident=yes&action=Plant+trees";
    let check = visitor.send(urls::new_petition(), form).await;
    assert!(check.text().contains("Parliament is dissolved on 1 September 2022"), "{}", check.text());
    // An end that is still far away cuts nothing short.
    app.sql("update parliaments set dissolution_at = '2023-08-01Z'").await.expect("another day");
    app.sql("update site set site_name = site_name").await.expect("told");
    app.app().live.look(&mut app.db().await).await.expect("settings");
    visitor.visit_anew("/petitions/start").await.see("it is open for 6 months");
}

#[tokio::test]
async fn archived_petitions_keep_their_addresses_and_their_data() {
    let app = TestApp::new().await;
    let past = app.petition().action("Of the last one").closed(30).create().await;
    archive(&app).await;
    let present = app.petition().action("Of this one").create().await;

    let mut ada = app.visitor();
    ada.visit("/petitions").await.see("Of this one").dont_see("Of the last one");
    ada.fill("From", "Parliament of 2000 to 2022").press("Search").await.see("Of the last one").dont_see("Of this one");
    assert_eq!(ada.field("From"), "2000-2022");
    assert_eq!(app.get("/petitions.json?parliament=1999-2001").await.status, 400);
    let list = app.get("/petitions.json?parliament=2000-2022").await.json();
    assert_eq!(list["data"].as_array().expect("a list").len(), 1);
    assert_eq!(list["data"][0]["attributes"]["parliament"]["period"], "2000-2022");
    assert!(list["links"]["self"].as_str().expect("a link").contains("parliament=2000-2022"));

    ada.visit(&past.url()).await.see("Of the last one");
    let json = app.get(&urls::petition_json(&past.id)).await.json();
    assert_eq!(json["data"]["attributes"]["parliament"]["government"], "HM Government");
    assert!(app.get(&urls::petition_json(&present.id)).await.json()["data"]["attributes"].get("parliament").is_none());
    for (address, leads_to) in [
        (format!("/archived/petitions/{}", past.id), urls::petition(&past.id)),
        (format!("/archived/petitions/{}.json", past.id), urls::petition_json(&past.id)),
        ("/archived/petitions".to_owned(), "/petitions?parliament=2000-2022".to_owned()),
        (
            "/archived/petitions.json?state=all&page=2".to_owned(),
            "/petitions.json?parliament=2000-2022&state=all&page=2".to_owned(),
        ),
    ] {
        let answer = app.get(&address).await;
        assert!(answer.status.is_redirection(), "{address}");
        assert_eq!(answer.header("location"), leads_to);
    }
    let all = app.get(urls::parliaments_json()).await.json();
    let periods: Vec<_> = all.as_array().expect("a list").iter().map(|one| one["period"].clone()).collect();
    assert_eq!(periods, ["2022-", "2000-2022"]);
    let one = app.get(&urls::parliament_json("2000-2022")).await.json();
    assert_eq!(
        (&one["dissolution_at"], &one["response_threshold"]),
        (&"2022-08-01T00:00:00.000Z".into(), &10_000.into())
    );
    assert_eq!(one["constituencies"].as_object().expect("an object").len(), 650);
    assert_eq!(app.get(&urls::parliament_json("1801-1802")).await.status, 404);

    // What the Government and Parliament do goes on.
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::petition(&past.id)).await.see("Government response").see("Debate");
}

#[tokio::test]
async fn a_parliament_is_not_changed_behind_somebodys_back() {
    let app = TestApp::new().await;
    let (mut grace, mut ada) = (app.staff(Role::Sysadmin).await, app.colleague(Role::Sysadmin, "Ada Lovelace").await);
    grace.visit(&urls::admin::parliament_act("details")).await;
    ada.visit(&urls::admin::parliament_act("details"))
        .await
        .fill("Government", "Hers")
        .press("Change its details")
        .await;
    ada.see("The details are saved.");
    grace.fill("Government", "Mine").press("Change its details").await;
    assert_eq!(grace.status(), 409);
    grace.see("A colleague has changed this meanwhile").see("Hers");
    assert_eq!(grace.field("Government"), "Mine");
    grace.press("Change its details").await.see("The details are saved.");
    assert_eq!(app.ask("select government from parliaments").await, "Mine");
    for act in ["take-back", "tell", "archive"] {
        grace.visit(&urls::admin::parliament_act(act)).await.see("This cannot be done now.");
        assert_eq!(grace.status(), 409);
    }
    assert_eq!(app.ask("select count(*) from audit_log where act = 'parliament.describe'").await, "2");
    let mut moderator = app.colleague(Role::Moderator, "Mary Moderator").await;
    moderator.visit(&urls::admin::parliament_act("announce")).await;
    assert_eq!(moderator.status(), 403);
}

#[test]
fn the_mail_about_earlier_closing_reads_well_as_text_and_as_html() {
    let closing = |id: u32, action: &str, created| Closing {
        action: action.to_owned(),
        url: format!("https://petitions.example.org/petitions/{id}"),
        created,
    };
    let mail = |petitions: Vec<Closing>, more| {
        Mail::ClosingDateChanged(ClosingDateChanged {
            about: AboutSignature {
                site_name: "Undersigned".to_owned(),
                name: "Zoë O’Neil & Sons".to_owned(),
                action: "Let <b>every</b> tree live".to_owned(),
                petition: "https://petitions.example.org/petitions/7".to_owned(),
                signature: "https://petitions.example.org/signatures/12?token=mmmm".to_owned(),
                unsubscribe: "https://petitions.example.org/signatures/12/unsubscribe?token=uuuu".to_owned(),
            },
            closes_at: at("2022-08-31T23:01:00Z"),
            petitions,
            more,
        })
    };
    let own = closing(7, "Let <b>every</b> tree live", true);
    let signed = closing(8, "Clean the rivers", false);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        for (name, mail) in [
            ("closing-date-changed", mail(vec![own.clone(), signed.clone()], 3)),
            ("closing-date-changed-creator", mail(vec![own], 0)),
            ("closing-date-changed-signer", mail(vec![signed], 0)),
        ] {
            insta::assert_snapshot!(format!("mail-{name}.txt"), format!("{}\n\n{}", mail.subject(), mail.text().expect("words")));
            insta::assert_snapshot!(format!("mail-{name}.html"), mail.html().expect("words"));
        }
    });
}
