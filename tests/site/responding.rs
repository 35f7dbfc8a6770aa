//! The government response: written, looked at by somebody else, published, mailed, corrected, withdrawn.

use jiff::SignedDuration;
use undersigned::{
    domain::{limits, petition::PetitionId, staff::Role},
    urls,
};

use crate::support::{Page, TestApp, Visitor, at};

const LATER: &str = "At a set time it publishes itself within a minute of it";
const SUMMARY: &str = "The Government will plant a tree in every street.";
const DETAILS: &str = "## What we will do\n\nWe will plant [trees](https://example.org/trees):\n\n- oaks\n- limes\n\n| Year | \
                       Trees |\n| --- | --- |\n| 2023 | 1,000 |";

/// A site with departments, and a petition that has waited 43 days for its response.
async fn waiting() -> (TestApp, PetitionId) {
    let app = TestApp::new().await;
    app.sql("insert into departments (name) values ('Department for Trees'), ('HM Treasury')")
        .await
        .expect("departments");
    let petition = app.petition().signatures(12_000).reached_thresholds(43).create().await.id;
    (app, petition)
}

fn write<'a>(visitor: &'a mut Visitor, summary: &str, details: &str) -> &'a mut Visitor {
    visitor.fill("Department", "Department for Trees").fill("Day of the response", "2022-08-20");
    visitor.fill("Summary", summary).fill("Full response", details)
}

async fn drafted(app: &TestApp, petition: PetitionId) -> Visitor {
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::response(&petition)).await;
    write(&mut grace, SUMMARY, DETAILS).press("Save draft").await.see("The draft is saved.");
    grace
}

async fn published(app: &TestApp, petition: PetitionId) -> Visitor {
    let mut grace = drafted(app, petition).await;
    grace.follow("Publish…").await.press("Publish").await.see("The response is published.");
    grace
}

#[tokio::test]
async fn a_response_is_written_previewed_published_and_mailed_to_those_who_asked() {
    let (app, petition) = waiting().await;
    app.signer(petition, "Ada Lovelace", "ada@example.org", true).await;
    app.signer(petition, "Zoë Quiet", "zoe@example.org", false).await;
    let mut public = app.visitor();
    public.visit_anew(&urls::petition(&petition)).await.see("It has been waiting for 43 days.");

    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::response(&petition)).await.see("The petition has been waiting for 43 days.");
    write(&mut grace, SUMMARY, DETAILS).press("Save draft").await.see("The draft is saved.");
    assert_eq!(grace.field("Full response"), DETAILS);
    grace.follow("Preview").await.see("This is a preview.").see(SUMMARY).see("Dated 20 August 2022, published on");
    grace.see("Department for Trees");
    assert_eq!(grace.table("Table 1").rows, [["2023", "1,000"]]);
    public.visit_anew(&urls::petition(&petition)).await.dont_see(SUMMARY);

    grace.visit(&urls::admin::response(&petition)).await.follow("Publish…").await;
    grace.see("1 person signed, confirmed it and asked for news.").see("and e-mails 1 person if the box is ticked.");
    assert!(grace.is_ticked("Mail the signers"));
    grace.press("Publish").await.see("The response is published. 1 person is being mailed.");
    assert_eq!(grace.heading(), "Government response: mails to signers");
    assert_eq!((grace.fact("Asked for it"), grace.fact("Pace")), ("1".to_owned(), "20,000 a minute".to_owned()));

    public.visit_anew(&urls::petition(&petition)).await.see(SUMMARY).see("Department for Trees");
    assert_eq!(public.fact("Government response"), "Answered dated 20 August 2022, published on 21 August 2022");
    assert!(public.page().links().contains(&"https://example.org/trees".to_owned()));
    let json = app.get(&urls::petition_json(&petition)).await.json();
    assert_eq!(json["data"]["attributes"]["government_response"]["summary"], SUMMARY);
    assert_eq!(json["data"]["attributes"]["government_response_at"], "2022-08-21T20:00:00.000Z");

    assert_eq!(app.queue_mailings().await, 1);
    app.later(SignedDuration::from_mins(1));
    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, "The Government has responded: Plant a tree in every street");
    assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    for words in
        [SUMMARY, "Department for Trees, Saturday 20 August 2022", "oaks", "You get this mail because you signed"]
    {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
    }
    assert!(mail.html.contains("<li>oaks</li>") && mail.html.contains("<td>1,000</td>"), "{}", mail.html);
    assert_eq!(
        mail.link("Read it on the petition’s page"),
        format!("{}{}#response", app.url, urls::petition(&petition))
    );
    let mut reader = app.visitor();
    reader.visit(&mail.link("No more mail about this petition")).await.press("Stop mails").await;
    assert_eq!(app.ask("select wants_updates from signatures where name = 'Ada Lovelace'").await, "false");
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.mailbox().mails().len(), 1, "nobody else is mailed");
    let log = "select string_agg(act, ' ' order by id) from audit_log where subject_id <> ''";
    assert_eq!(app.ask(log).await, "response.save_draft response.publish mailing.begin");
}

#[tokio::test]
async fn a_draft_that_a_colleague_has_changed_is_not_overwritten_unseen() {
    let (app, petition) = waiting().await;
    let mut grace = app.staff(Role::Moderator).await;
    let mut ada = app.colleague(Role::Moderator, "Ada Lovelace").await;
    grace.visit(&urls::admin::response(&petition)).await;
    ada.visit(&urls::admin::response(&petition)).await;
    write(&mut ada, "What Ada wrote.", "Ada’s details.").press("Save draft").await.see("The draft is saved.");
    write(&mut grace, "What Grace wrote.", "Grace’s details.").press("Save draft").await;
    assert_eq!(grace.status().as_u16(), 409);
    grace.see("A colleague has changed this meanwhile").see("Ada Lovelace saved it at 21:00 on 21 August 2022");
    grace.see("What Ada wrote.").see("Ada’s details.");
    assert_eq!(grace.field("Summary"), "What Grace wrote.");
    assert_eq!(app.ask("select summary from response_drafts").await, "What Ada wrote.");
    // Having seen it, she decides.
    grace.press("Save draft").await.see("The draft is saved.");
    assert_eq!(app.ask("select summary from response_drafts").await, "What Grace wrote.");

    // What was approved or published meanwhile counts as a change, too.
    ada.visit(&urls::admin::response(&petition)).await;
    let mut cyn = app.colleague(Role::Moderator, "Cyn Third").await;
    cyn.visit(&urls::admin::response_publish(&petition)).await;
    ada.press("Approve").await.see("Ada Lovelace approved it");
    cyn.press("Publish").await.see("Nothing was published: this is not the draft that you saw.");
    assert_eq!(cyn.status().as_u16(), 409);
    cyn.press("Publish").await.see("The response is published.");
    ada.press("Throw the draft away").await;
    assert_eq!(ada.status().as_u16(), 409);
    ada.see("Nothing was done: somebody has changed the response meanwhile.");
}

#[tokio::test]
async fn the_department_that_is_to_answer_is_chosen_already() {
    let (app, petition) = waiting().await;
    app.sql(
        "insert into petition_departments (petition_id, department_id, position)
         select p.id, d.id, case d.name when 'HM Treasury' then 1 else 2 end from petitions p, departments d",
    )
    .await
    .expect("assigned");
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::response(&petition)).await;
    let treasury = app.ask("select id from departments where name = 'HM Treasury'").await;
    assert_eq!(grace.field("Department"), treasury);
    // Whoever saves another choice has chosen that.
    grace.fill("Department", "Choose a department").fill("Summary", SUMMARY).press("Save draft").await;
    assert_eq!(grace.field("Department"), "");
}

#[tokio::test]
async fn a_second_pair_of_eyes_is_wanted_where_the_site_says_so() {
    let (app, petition) = waiting().await;
    app.sql("update site set responses_need_approval = true").await.expect("a setting");
    let mut grace = drafted(&app, petition).await;
    grace.see("Somebody else has to approve it before it can be published.").dont_see("Says that you have read it");
    grace.follow("Publish…").await.see("Somebody else than Grace Hopper has to approve it first.");
    assert!(grace.page().select("form button").iter().all(|button| button.text().collect::<String>() != "Publish"));
    // Nor by a form that was made up.
    let version = app.ask("select revision || '-0' from response_drafts").await;
    let refused = grace.send(&urls::admin::response_publish(&petition), &format!("version={version}&when=now")).await;
    assert_eq!(refused.status, 409);
    let own = grace.send(&urls::admin::response_approve(&petition), &format!("version={version}")).await;
    assert_eq!(
        (own.status.as_u16(), app.ask("select count(approved_at) from response_drafts").await.as_str()),
        (303, "0")
    );

    let mut ada = app.colleague(Role::Moderator, "Ada Lovelace").await;
    ada.visit(&urls::admin::response(&petition)).await.press("Approve").await.see("The draft is approved.");
    // Every change takes it back, whoever makes it.
    ada.fill("Summary", "Something else.").press("Save draft").await;
    ada.see("Somebody else has to approve it before it can be published.");
    // The page that says what is missing has the button for whoever may press it.
    ada.follow("Publish…").await.see("A colleague who opens this page finds the button for that here.");
    assert!(ada.page().select("form button").iter().all(|button| button.text().collect::<String>() != "Approve"));
    grace.visit(&urls::admin::response_publish(&petition)).await.press("Approve").await.see("Grace Hopper approved it");
    ada.visit(&urls::admin::response_publish(&petition)).await.press("Publish").await.see("The response is published.");
    let mut public = app.visitor();
    public.visit_anew(&urls::petition(&petition)).await.see("Something else.");
}

#[tokio::test]
async fn a_response_publishes_itself_at_the_time_that_is_set() {
    let (app, petition) = waiting().await;
    app.signer(petition, "Ada Lovelace", "ada@example.org", true).await;
    let mut grace = drafted(&app, petition).await;
    grace.follow("Publish…").await.tick(LATER);
    grace.press("Publish").await;
    assert_eq!(grace.mistake("Time"), "Enter a day and a time, such as 2026-05-03T09:30");
    for (typed, message) in [
        ("2022-08-21T20:59", "Enter a time that is still to come"),
        ("2024-08-21T20:59", "Enter a time within a year"),
        ("2023-03-26T01:30", "Enter another time: the clocks go forward that night, so there is none such"),
    ] {
        grace.fill("Time", typed).press("Publish").await;
        assert_eq!((grace.status().as_u16(), grace.mistake("Time").as_str()), (422, message));
    }
    grace.fill("Time", "2022-08-22T09:30").press("Publish").await;
    grace.see("The draft publishes itself at 09:30 on 22 August 2022.").see("and mails the signers who asked for it");

    assert_eq!(app.run_job("publish responses", at("2022-08-22T08:29:00Z")).await, 0);
    let due = at("2022-08-22T08:30:30Z");
    assert_eq!(app.run_job("publish responses", due).await, 1, "half past nine in London");
    assert_eq!(app.run_job("publish responses", due).await, 0, "once");
    assert_eq!(app.ask("select count(*) from mailings").await, "1");
    assert_eq!(app.ask("select who from audit_log where act = 'response.publish'").await, "Grace Hopper");
    let mut public = app.visitor();
    public.visit_anew(&urls::petition(&petition)).await.see(SUMMARY);
}

#[tokio::test]
async fn a_change_takes_the_set_time_back_and_so_can_anybody() {
    let (app, petition) = waiting().await;
    let mut grace = drafted(&app, petition).await;
    let later = async |grace: &mut Visitor| {
        grace.visit(&urls::admin::response_publish(&petition)).await.tick(LATER);
        grace.fill("Time", "2022-08-22T09:30").press("Publish").await.see("The draft publishes itself at 09:30");
    };
    later(&mut grace).await;
    grace.see("A change takes back the time that is set.").fill("Summary", "Other words.").press("Save draft").await;
    assert_eq!(app.ask("select count(publish_at) from response_drafts").await, "0");
    later(&mut grace).await;
    grace.press("Do not publish at that time").await.see("The draft does not publish itself any more.");
    assert_eq!(app.run_job("publish responses", at("2022-08-23T08:00:00Z")).await, 0);
    // What has become impossible stays a draft and is in the log.
    later(&mut grace).await;
    app.sql("update site set responses_need_approval = true").await.expect("a setting");
    assert_eq!(app.run_job("publish responses", at("2022-08-23T08:00:00Z")).await, 0);
    assert_eq!(app.ask("select count(*) || ' ' || count(publish_at) from response_drafts").await, "1 0");
    let why = "select after ->> 'why' from audit_log order by id desc limit 1";
    assert_eq!(app.ask(why).await, "somebody else has to approve it first");
    assert_eq!(app.ask("select count(*) from government_responses").await, "0");
}

#[tokio::test]
async fn a_correction_is_shown_to_the_public_and_mails_nobody_unasked() {
    let (app, petition) = waiting().await;
    app.signer(petition, "Ada Lovelace", "ada@example.org", true).await;
    let mut grace = published(&app, petition).await;
    grace.visit(&urls::admin::response(&petition)).await;
    grace.fill("Summary", "The Government will plant two trees in every street.").press("Save draft").await;
    grace.see("Say what is corrected, and why");
    grace.fill("What is corrected, and why", "There will be two, not one.").press("Save draft").await;
    grace.follow("Preview").await.see("The response was corrected on 21 August 2022. There will be two, not one.");
    grace.see("two trees in every street").see(SUMMARY);
    grace.visit(&urls::admin::response_publish(&petition)).await.see("E-mails 1 person only if the box is ticked.");
    assert!(!grace.is_ticked("Mail the signers"));
    grace.press("Publish").await.see("The correction is published.").dont_see("being mailed");
    assert_eq!(app.ask("select count(*) from mailings").await, "1", "that of the response itself");

    let mut public = app.visitor();
    public.visit_anew(&urls::petition(&petition)).await;
    public.see("The response was corrected on 21 August 2022. There will be two, not one.").see("What it said before");
    public.see("two trees in every street").see(SUMMARY);
    let timeline = public.section("Timeline");
    assert!(timeline.contains("21 August 2022 The response was corrected. Read what changed"), "{timeline}");
    assert!(timeline.contains("The Government’s response was published, dated 20 August 2022."), "{timeline}");
    public.see("Dated 20 August 2022, published on 21 August 2022");
    assert_eq!(public.fact("Government response"), "Answered dated 20 August 2022, published on 21 August 2022");
    assert_eq!(app.ask("select summary from response_changes").await, SUMMARY);

    // Mailed once more, it takes the place of what has not left yet.
    grace.visit(&urls::admin::response(&petition)).await.fill("What is corrected, and why", "Three.");
    grace.press("Save draft").await.follow("Publish…").await.tick("Mail the signers").press("Publish").await;
    grace.see("1 person is being mailed. An earlier mailing about the same was stopped");
    grace.follow("All mailings about this petition").await;
    let states: Vec<_> = grace.table("Mailings, latest first").rows.into_iter().map(|row| row[2].clone()).collect();
    assert_eq!(states, ["Being queued", "Cancelled"]);
    app.queue_mailings().await;
    app.later(SignedDuration::from_mins(1));
    app.mail_to("ada@example.org").await;
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.mailbox().mails().len(), 1);
}

#[tokio::test]
async fn a_response_is_withdrawn_with_a_note_and_the_petition_waits_again() {
    let (app, petition) = waiting().await;
    app.signer(petition, "Ada Lovelace", "ada@example.org", true).await;
    let mut grace = published(&app, petition).await;
    grace.visit(&urls::admin::response(&petition)).await.follow("Withdraw…").await.press("Withdraw the response").await;
    assert_eq!(
        (grace.status().as_u16(), grace.mistake("Why it is withdrawn")),
        (422, "Say why it is withdrawn".to_owned())
    );
    grace.fill("Why it is withdrawn", "It answered <b>another</b> petition.").press("Withdraw the response").await;
    grace.see("The response is withdrawn. The petition waits for one again.");
    let mut public = app.visitor();
    public.visit_anew(&urls::petition(&petition)).await.see("It has been waiting for 43 days.");
    public.see("The response was withdrawn on 21 August 2022. It answered <b>another</b> petition.").see(SUMMARY);
    assert_eq!(public.fact("Government response"), "Waiting for 43 days, since 9 July 2022");
    let timeline = public.section("Timeline");
    assert!(
        timeline.contains("The response was withdrawn. Read why 21 August 2022 The Government responded."),
        "{timeline}"
    );
    assert_eq!(app.ask("select count(government_response_at) from petitions").await, "0");
    let json = app.get(&urls::petition_json(&petition)).await.json();
    assert_eq!(json["data"]["attributes"]["government_response"], serde_json::Value::Null);
    // Nobody is mailed about what is no longer so.
    app.queue_mailings().await;
    app.later(SignedDuration::from_mins(1));
    app.deliver();
    app.becomes("select count(*) from outbox where mailing_id is not null", "0").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(app.mailbox().mails().len(), 0);
    // And it can be answered once more.
    write(grace.visit(&urls::admin::response(&petition)).await, "At last.", "Yes.").press("Save draft").await;
    grace.follow("Publish…").await.press("Publish").await.see("The response is published.");
}

#[tokio::test]
async fn what_is_pasted_from_a_word_processor_comes_out_clean() {
    let (app, petition) = waiting().await;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::response(&petition)).await;
    let pasted =
        "We will:\r\n•\tplant oaks\u{a0}and limes\r\no\twhere there is room\r\n1.\tfirst\r\nYear\tTrees\r\n2023\t1,000";
    write(&mut grace, " Yes,\r\nwe\u{ad} will. ", pasted).press("Save draft").await;
    assert_eq!(grace.field("Summary"), "Yes, we will.");
    let clean = "We will:\n\n- plant oaks and limes\n  - where there is room\n1. first\n\n| Year | Trees |\n| --- | --- |\n| 2023 \
                 | 1,000 |";
    assert_eq!(grace.field("Full response"), clean);
    grace.follow("Preview").await;
    assert_eq!(grace.table("Table 1").head, ["Year", "Trees"]);
}

#[tokio::test]
async fn html_and_scripts_are_shown_and_never_run() {
    let (app, petition) = waiting().await;
    app.signer(petition, "Ada Lovelace", "ada@example.org", true).await;
    let nasty = "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3))";
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::response(&petition)).await;
    write(&mut grace, nasty, nasty).press("Save draft").await;
    assert_eq!(grace.field("Summary"), nasty);
    grace.follow("Publish…").await.see("<script>alert(1)</script>").press("Publish").await;
    let page = app.get(&urls::petition(&petition)).await;
    for tag in ["<script>alert", "<img", "href=\"javascript"] {
        assert!(!page.text().contains(tag), "{tag}");
    }
    app.queue_mailings().await;
    app.later(SignedDuration::from_mins(1));
    let mail = app.mail_to("ada@example.org").await;
    assert!(!mail.html.contains("<script") && !mail.html.contains("<img"), "{}", mail.html);
}

#[tokio::test]
async fn mistakes_come_back_with_everything_that_was_typed() {
    let (app, petition) = waiting().await;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::response(&petition)).await;
    let long = "x".repeat(limits::RESPONSE_DETAILS + 7);
    write(&mut grace, &"y".repeat(201), &long).fill("Day of the response", "20.8.2022").press("Save draft").await;
    assert_eq!(grace.status().as_u16(), 422);
    assert_eq!(grace.mistake("Summary"), "Shorten the summary to 200 characters or fewer: it has 201");
    assert_eq!(grace.mistake("Full response"), "Shorten the text to 10,000 characters or fewer: it has 10,007");
    assert_eq!(grace.mistake("Day of the response"), "Enter a day as year, month and day, such as 2026-05-03");
    assert_eq!((grace.field("Full response"), grace.field("Day of the response")), (long, "20.8.2022".to_owned()));
    assert_eq!(grace.field("Department"), app.ask("select min(id) from departments").await);
    assert_eq!(app.ask("select count(*) from response_drafts").await, "0");

    // A draft may have gaps; what is published has none.
    grace
        .fill("Summary", "Yes.")
        .fill("Full response", "")
        .fill("Day of the response", "2022-09-01")
        .press("Save draft")
        .await;
    grace
        .see("The draft is saved.")
        .see("Enter a day that is not after the day of publishing")
        .see("Enter the full response");
    grace.visit(&urls::admin::response_publish(&petition)).await.see("It cannot be published yet:");
    let version = app.ask("select revision || '-0' from response_drafts").await;
    let address = urls::admin::response_publish(&petition);
    assert_eq!(grace.send(&address, &format!("version={version}&when=now")).await.status, 409);
    assert_eq!(grace.send(&address, "when=whenever").await.status, 422);
    let department = format!("version={version}&department=4711&summary=x");
    assert_eq!(grace.send(&urls::admin::response(&petition), &department).await.status, 422);
    assert_eq!(app.ask("select count(*) from government_responses").await, "0");
}

#[tokio::test]
async fn ten_megabytes_come_back_with_a_message_and_nothing_is_lost() {
    let (app, petition) = waiting().await;
    let mut grace = drafted(&app, petition).await;
    let address = urls::admin::response(&petition);
    let long = "word ".repeat(2_000_000);
    grace.fill("Full response", &long).fill("Summary", "Another").press("Save draft").await;
    assert_eq!(grace.status().as_u16(), 422);
    assert_eq!(grace.mistake("Full response"), "Shorten the text to 10,000 characters or fewer: it has 10,000,000");
    assert!(grace.field("Full response") == long && grace.field("Summary") == "Another");
    grace.visit(&address).await;
    assert_eq!((grace.field("Summary"), grace.field("Full response")), (SUMMARY.to_owned(), DETAILS.to_owned()));

    // Nobody else sends so much, and nobody sends more.
    let paste = format!("details={}", "word+".repeat(200_000));
    assert_eq!(app.visitor().send(&address, &paste).await.status, 413);
    let paste = format!("details={}", "word+".repeat(2_600_000));
    assert_eq!(grace.send(&address, &paste).await.status, 413);
    // One letter of a million marks is not one letter.
    let marks = format!("details=a{}", "%CC%81".repeat(1_500_000));
    let answer = grace.send(&address, &marks).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("Take marks away from the text"));
}

#[tokio::test]
async fn signs_that_nobody_sees_are_taken_out_of_what_staff_write() {
    let (app, petition) = waiting().await;
    let grace = drafted(&app, petition).await;
    let version = app.ask("select revision || '-0' from response_drafts").await;
    let form =
        format!("version={version}&summary=We%00+will%1B.&details=Plant%00+trees%01%0Bnow%3Co%3Ap%3E%3C%2Fo%3Ap%3E");
    assert_eq!(grace.send(&urls::admin::response(&petition), &form).await.status, 303);
    assert_eq!(app.ask("select summary || '|' || details from response_drafts").await, "We will.|Plant trees  \nnow");
}

#[tokio::test]
async fn markdown_that_cannot_be_shown_is_a_mistake() {
    let (app, petition) = waiting().await;
    let mut grace = drafted(&app, petition).await;
    let deep = format!("{} deep", ">".repeat(30));
    let told = "Lists and quotations are nested too deeply: use at most 10 levels";
    grace.fill("Full response", &deep).press("Save draft").await;
    assert_eq!((grace.mistake("Full response"), grace.field("Full response")), (told.to_owned(), deep.clone()));
    grace.visit(&urls::admin::petition_part(&petition, "committee-note")).await.fill("Note", &deep);
    grace.press("Save the note").await;
    assert_eq!((grace.mistake("Note"), grace.field("Note")), (told.to_owned(), deep.clone()));
    grace.visit(&urls::admin::activities(&petition)).await.fill("Subject", "A").fill("What happened", &deep);
    grace.press("Publish the activity").await;
    assert_eq!((grace.mistake("What happened"), grace.field("What happened")), (told.to_owned(), deep.clone()));
    let mut ada = app.colleague(Role::Sysadmin, "Ada Lovelace").await;
    ada.visit("/admin/site/pages/help").await.fill("Title", "Help").fill("Text", &deep).press("Preview").await;
    assert_eq!((ada.mistake("Text"), ada.field("Text")), (told.to_owned(), deep));
}

#[tokio::test]
async fn what_was_written_about_a_petition_that_is_taken_down_meanwhile_is_given_back() {
    let (app, petition) = waiting().await;
    let mut grace = published(&app, petition).await;
    let mut ada = app.colleague(Role::Moderator, "Ada Lovelace").await;
    let mut pages = Vec::new();
    for (address, label, button) in [
        (urls::admin::response(&petition), "Full response", "Save draft"),
        (urls::admin::response_withdraw(&petition), "Why it is withdrawn", "Withdraw the response"),
        (urls::admin::activities(&petition), "What happened", "Publish the activity"),
        (urls::admin::debate(&petition), "In words", "Save the outcome"),
        (urls::admin::debate(&petition), "Day of the debate", "Save the day"),
    ] {
        grace.visit(&address).await.fill(label, "2022-09-05 is what I wrote & <meant>");
        pages.push((grace.filled_in(button), label));
    }
    ada.visit(&urls::admin::petition_part(&petition, "take-down")).await;
    ada.tick("Fake name It was created with a name that is not a real person’s name.").press("Continue").await;
    ada.press("Take down").await.see("The petition is taken down.");
    for ((address, form), label) in pages {
        let answer = grace.send(&address, &form).await;
        assert_eq!(answer.status, 409, "{address}");
        let page = Page::of(address.clone(), &answer);
        assert_eq!(page.heading(), "Nothing was saved");
        assert!(page.text().contains("Ada Lovelace took it down"), "{}", page.text());
        let labels = page.texts("main label");
        let at = labels.iter().position(|known| known == label).unwrap_or_else(|| panic!("{label} in {labels:?}"));
        assert_eq!(page.texts("main textarea")[at], "2022-09-05 is what I wrote & <meant>", "{address}");
    }
    // What is wrong in itself is given back, too.
    let wrong = grace.send(&urls::admin::activities(&petition), "subject=&body=Only+this").await;
    assert_eq!(wrong.status, 409);
    assert!(wrong.text().contains("Only this</textarea>"), "{}", wrong.text());
    assert_eq!(app.ask("select count(*) from response_drafts").await, "0");
}

#[tokio::test]
async fn only_published_petitions_of_this_site_are_answered_here() {
    let (app, _) = waiting().await;
    let imported = app.petition().imported(700_143).signatures(12_000).reached_thresholds(43).create().await.id;
    let hidden = app.petition().rejected("duplicate").create().await.id;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::response(&imported)).await.see("This petition was imported from another service.");
    grace
        .dont_see("Save draft")
        .visit(&urls::admin::response(&hidden))
        .await
        .see("This petition is not published (rejected)");
    for petition in [imported, hidden] {
        for address in [
            urls::admin::response(&petition),
            urls::admin::response_approve(&petition),
            urls::admin::response_discard(&petition),
            urls::admin::response_unschedule(&petition),
            urls::admin::debate_unschedule(&petition),
        ] {
            let refused = grace.send(&address, "version=0-0&summary=x").await.status.as_u16();
            assert!([400, 409].contains(&refused), "{address}: {refused}");
        }
        for address in [urls::admin::debate(&petition), urls::admin::activities(&petition)] {
            assert_eq!(grace.visit(&address).await.status().as_u16(), 200, "{address}");
            assert!(grace.page().select("main form").is_empty(), "{address} changes nothing");
        }
    }
    for address in
        [urls::admin::response(&1.into()), urls::admin::debate(&1.into()), urls::admin::activities(&1.into())]
    {
        assert_eq!(grace.visit(&address).await.status().as_u16(), 404, "{address}");
        let address = address.replace("/debate", "/debate/unschedule");
        assert_eq!(
            grace.send(&address, "summary=x&subject=x&body=x&occurred_on=2022-08-01").await.status,
            404,
            "{address}"
        );
    }
    let nobody = app.get(&urls::admin::response(&imported)).await;
    assert_eq!(nobody.status.as_u16(), 303);
    let mut rex = app.staff(Role::Reviewer).await;
    rex.visit(&urls::admin::response_publish(&imported)).await;
    assert_eq!(rex.status(), 403);
}
