//! Moderators decide about petitions, change their texts and leave each other notes.

use std::time::Duration;

use jiff::SignedDuration;
use reqwest::Method;
use undersigned::{
    domain::{
        life,
        moderation::{Decision, Standing},
        petition::{PetitionState, Visibility},
        staff::Role,
    },
    mail::messages::{AboutSignature, Mail, PetitionDecided},
    store, urls,
};

use crate::support::{Answer, Created, TestApp, Visitor, at};

const SCRIPT: &str = "<script>alert('x')</script><b onclick=evil()>";

fn page(petition: &Created, part: &str) -> String {
    urls::admin::petition_part(&petition.id, part)
}

async fn in_moderation(app: &TestApp) -> Created {
    app.petition().state(PetitionState::Sponsored).supported("Ada Lovelace", "ada@example.org", 5).create().await
}

async fn state(app: &TestApp, petition: &Created) -> String {
    sqlx::query_scalar("select state::text from petitions where id = $1")
        .bind(petition.id)
        .fetch_one(&mut app.db().await)
        .await
        .expect("a petition")
}

async fn creator_has_confirmed(app: &TestApp, petition: &Created) -> bool {
    store::supporters::creator_has_confirmed(&mut app.db().await, petition.id).await.expect("an answer")
}

/// A page that is kept in memory, once it says this; a second is all that it may take.
async fn soon(app: &TestApp, path: &str, words: &str) -> Visitor {
    let mut visitor = app.visitor();
    for _ in 0..20 {
        if visitor.visit(path).await.page().text().contains(words) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    visitor.see(words);
    visitor
}

/// Sends a form that no page has; says the status.
async fn send(app: &TestApp, staff: &Visitor, path: &str, fields: &[(&str, &str)]) -> u16 {
    let cookie = format!("staff={}", staff.cookie("staff").expect("a session"));
    let body = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let request = app.request(Method::POST, path).header("cookie", cookie).header("sec-fetch-site", "same-origin");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    Answer::to(request).await.status.as_u16()
}

#[tokio::test]
async fn a_creator_and_five_supporters_count_and_bring_a_petition_into_moderation() {
    let app = TestApp::new().await;
    let few =
        app.petition().state(PetitionState::Pending).supported("Ada Lovelace", "ada@example.org", 4).create().await;
    assert_eq!(state(&app, &few).await, "validated");
    let enough =
        app.petition().state(PetitionState::Pending).supported("Ada Lovelace", "ada@example.org", 5).create().await;
    assert_eq!(state(&app, &enough).await, "sponsored");
    assert_eq!(
        app.ask("select string_agg(signature_count::text, ' ' order by petition_id) from petition_totals").await,
        "5 6"
    );
    assert_eq!(app.ask("select count(*) from outbox").await, "0", "nobody is asked to confirm what is confirmed");
    assert_eq!(app.run_job("check tallies", app.now).await, 0);
}

#[tokio::test]
async fn publishing_opens_a_petition_for_six_months_and_tells_creator_and_supporters() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut grace = app.staff(Role::Moderator).await;
    grace
        .visit(&urls::admin::petition(&petition.id))
        .await
        .see("Ada Lovelace")
        .see("ada@example.org")
        .see("Supporter 5");
    grace.follow("Publish").await;
    grace.see("Publishes it now: everybody can read it, and it can be signed until the end of 21 February 2023.");
    grace.see("Emails up to 6 people, as ticked.").see("Your petition has been published");
    grace.press("Publish").await.see("The petition is published. 6 people are told by email.");
    grace.see("Grace Hopper published it and told 6 people");

    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, "Your petition has been published: Plant a tree in every street");
    assert!(mail.text.contains("It can be signed until the end of 21 February 2023."), "{}", mail.text);
    assert!(mail.text.contains("you created the petition"), "{}", mail.text);
    let mail = app.mail_to("supporter3@example.org").await;
    assert_eq!(mail.subject, "The petition you supported has been published: Plant a tree in every street");
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.mailbox().mails().len(), 6);

    let mut visitor = app.visitor();
    visitor.visit(&petition.url()).await.see("6 signatures").see("Sign this petition");
    assert_eq!(visitor.fact("Signature deadline"), "Tuesday 21st February 2023 in 183 days");
    assert_eq!(
        app.ask("select moderated_by::text || ' ' || (moderated_at = opened_at) from petitions").await,
        app.ask("select id::text || ' true' from staff").await
    );
}

#[tokio::test]
async fn only_those_are_told_who_are_ticked_and_want_to_hear() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    app.sql("update signatures set wants_updates = false where name in ('Ada Lovelace', 'Supporter 1')")
        .await
        .expect("done");
    app.sql("update signatures set name = '', contact = '', email_hash = null where name = 'Supporter 2'")
        .await
        .expect("done");
    app.sql(
        "insert into unwanted_mail (petition_id, email_hash, key, created_at)
         select petition_id, email_hash, 1, now() from signatures where name = 'Supporter 3'",
    )
    .await
    .expect("done");
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&page(&petition, "publish")).await.see("Email the 2 supporters who want to hear of it");
    grace.press("Publish").await.see("3 people are told by email.");
    app.mail_to("ada@example.org").await;
    app.mail_to("supporter4@example.org").await;
    app.mail_to("supporter5@example.org").await;
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.mailbox().mails().len(), 3);

    let petition =
        app.petition().state(PetitionState::Sponsored).supported("Ida Rhodes", "ida@example.org", 5).create().await;
    grace.visit(&page(&petition, "publish")).await.untick("Email the creator");
    grace.untick("Email the 5 supporters who want to hear of it").press("Publish").await;
    grace.see("The petition is published.").dont_see("told by email");
    assert_eq!(app.ask("select count(*) from outbox").await, "0");
}

#[tokio::test]
async fn a_rejection_is_looked_at_before_it_is_sent() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&page(&petition, "reject")).await.press("Continue").await;
    assert_eq!((grace.status().as_u16(), grace.mistakes()), (422, vec!["Choose a reason".to_owned()]));
    grace.tick("Duplicate petition There is already a petition about this. Sign and share that one instead: one petition with many signatures counts for more than several with few.");
    grace.fill("In your own words", "See [that one](https://example.org/1).\n\nThank **you**.");
    grace.press("Continue").await;
    grace.see("We rejected your petition: Plant a tree in every street").see("Why: Duplicate petition");
    grace.see("See that one (https://example.org/1).").see("Its text stays on the site, with the reason.");
    assert_eq!(state(&app, &petition).await, "sponsored", "looking changes nothing");
    assert_eq!(app.ask("select count(*) from outbox").await, "0");

    grace.press("Reject").await.see("The petition is rejected. 6 people are told by email.");
    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, "We rejected your petition: Plant a tree in every street");
    let text = mail.text.replace("\r\n", "\n");
    assert!(text.contains("See that one (https://example.org/1).\n\nThank you."), "{text}");
    assert!(text.contains("Why: Duplicate petition\n\nThere is already a petition"), "{text}");
    app.visitor().visit(&petition.url()).await.see("Why this petition was rejected").see("See that one");
}

#[tokio::test]
async fn some_reasons_hide_a_petition_and_any_can() {
    let app = TestApp::new().await;
    let mut grace = app.staff(Role::Moderator).await;
    let advert = "Advert It advertises a product or a service. Hides the petition.";
    let foi = "Freedom of information request It asks for information rather than for action. A freedom of information request is the way to get information.";
    for (reason, tick) in [(advert, false), (foi, true)] {
        let petition = in_moderation(&app).await;
        grace.visit(&page(&petition, "reject")).await.tick(reason);
        if tick {
            grace.tick("Hide this petition from the public");
        }
        grace.press("Continue").await.see("Nobody sees its text any more.").see("its text is not shown on the site");
        grace.press("Reject").await.see("The petition is rejected and hidden.");
        assert_eq!(state(&app, &petition).await, "hidden");
        assert_eq!(app.get(&petition.url()).await.status, 404);
        // It can be shown after all, for another reason.
        grace.visit(&page(&petition, "reject")).await;
        assert_eq!(grace.heading(), "Change the reason: Plant a tree in every street");
        grace.tick(foi).untick("Hide this petition from the public").press("Continue").await;
        grace.press("Change the reason").await.see("The petition is rejected.");
        soon(&app, &petition.url(), "Freedom of information request").await;
    }
}

#[tokio::test]
async fn what_was_taken_down_keeps_its_opening_when_a_sysadmin_publishes_it_again() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut grace = app.staff(Role::Moderator).await;
    let reason = "Fake name It was created with a name that is not a real person’s name.";
    grace.visit(&page(&petition, "take-down")).await.tick(reason).press("Continue").await;
    grace.see("Ends the collecting of signatures now.").see("There is nobody to email.");
    grace.press("Take down").await.see("The petition is taken down.").see("Publish: takes a sysadmin.");
    app.visitor().visit(&petition.url()).await.see("Fake name").dont_see("Sign this petition");
    assert_eq!(grace.visit(&page(&petition, "publish")).await.status(), 403);
    grace.see("Your role does not allow this");

    let mut root = app.colleague(Role::Sysadmin, "Barbara Liskov").await;
    root.visit(&page(&petition, "publish")).await.press("Publish").await.see("The petition is published.");
    let opened = petition.record.dates.opened_at.expect("it was open");
    assert_eq!(
        app.ask("select extract(epoch from opened_at)::bigint from petitions").await,
        opened.as_second().to_string()
    );
    soon(&app, &petition.url(), "Sign this petition").await.dont_see("Fake name");
}

#[tokio::test]
async fn what_is_published_again_after_its_deadline_is_closed() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut root = app.staff(Role::Sysadmin).await;
    root.visit(&page(&petition, "take-down")).await;
    root.tick("Fake name It was created with a name that is not a real person’s name.").press("Continue").await;
    root.press("Take down").await;
    app.set_time(app.now + SignedDuration::from_hours(24 * 200));
    let mut root = app.colleague(Role::Sysadmin, "Barbara Liskov").await;
    root.visit(&page(&petition, "publish")).await.see("so it cannot be signed").press("Publish").await;
    root.see("its time to be signed is over");
    assert_eq!(app.ask("select state || ' ' || (closed_at = closes_at) from petitions").await, "closed true");
}

#[tokio::test]
async fn every_decision_is_open_to_the_states_that_the_table_says_and_no_others() {
    let app = TestApp::new().await;
    let mut root = app.staff(Role::Sysadmin).await;
    let (mut done, mut refused) = (0, 0);
    for from in PetitionState::ALL {
        for decision in Decision::ALL {
            let petition = match from {
                PetitionState::Open => app.petition().without_history(),
                PetitionState::Closed => app.petition().closed(3).without_history(),
                state if life::UNPUBLISHED.contains(&state) && state != PetitionState::Pending => {
                    app.petition().state(state).supported("Ada Lovelace", "ada@example.org", 0).without_history()
                }
                state => app.petition().state(state).without_history(),
            };
            let petition = petition.create().await;
            root.visit(&page(&petition, decision.code())).await;
            let dates = petition.record.dates;
            let standing = Standing {
                state: from,
                confirmed: creator_has_confirmed(&app, &petition).await,
                withdrawn: false,
                supported: dates.moderation_threshold_reached_at.is_some(),
                opened_at: dates.opened_at,
                closes_at: dates.closes_at,
                own_closes_at: None,
                ends_at: None,
            };
            let Some(outcome) = decision.outcome(&standing, false, app.now) else {
                assert_eq!(root.status(), 409, "{decision:?} {from:?}");
                root.see("is not possible then");
                refused += 1;
                continue;
            };
            if decision.wants_reason() {
                root.tick("Honours or appointments It is about honours or about who is appointed to a post. There are other ways to nominate somebody.");
                root.untick("Hide this petition from the public");
                root.press("Continue").await;
            }
            root.press(decision.label(from)).await;
            assert_eq!(root.path(), urls::admin::petition(&petition.id), "{decision:?} {from:?}: {:?}", root.page());
            assert_eq!(state(&app, &petition).await, outcome.state.code(), "{decision:?} {from:?}");
            let answer = app.get(&petition.url()).await;
            let expected = match outcome.state.visibility() {
                Visibility::Page | Visibility::Stopped => 200,
                Visibility::GatheringSupport | Visibility::BeingChecked => 303,
                Visibility::Missing => 404,
                Visibility::Gone => 410,
            };
            assert_eq!(answer.status.as_u16(), expected, "{decision:?} {from:?}");
            done += 1;
        }
    }
    // What nobody has confirmed is not published: neither the pending nor the two that were refused.
    assert_eq!((done, refused), (26, 51));
    assert_eq!(
        app.ask("select count(*) from audit_log where act like 'petition.%' and before is not null").await,
        "26"
    );
    assert_eq!(
        app.ask("select count(*) from petition_states s where petitions <> (select count(*) from petitions p where p.state = s.state)").await,
        "0",
        "the numbers of the lists are right"
    );
}

#[tokio::test]
async fn the_second_of_two_sees_what_the_first_did_and_decides() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut grace = app.staff(Role::Moderator).await;
    let mut mary = app.colleague(Role::Moderator, "Mary Jackson").await;
    grace.visit(&page(&petition, "publish")).await;
    mary.visit(&page(&petition, "flag")).await.see("Grace Hopper has had a form of this petition open (decision)");
    mary.press("Flag").await.see("The petition is flagged.");

    grace.press("Publish").await;
    assert_eq!(grace.status(), 409);
    grace.see("A colleague was quicker").see("Mary Jackson flagged it");
    assert_eq!(state(&app, &petition).await, "flagged");
    assert_eq!(app.ask("select count(*) from outbox").await, "0");
    grace.press("Publish").await.see("The petition is published.");
}

#[tokio::test]
async fn who_presses_a_button_twice_is_told_that_it_is_done() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut grace = app.staff(Role::Moderator).await;
    let (address, form) = grace.visit(&page(&petition, "publish")).await.filled_in("Publish");
    for _ in 0..2 {
        let answer = grace.send(&address, &form).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, &*urls::admin::petition(&petition.id)));
        grace.visit(&urls::admin::petition(&petition.id)).await;
        grace.see("The petition is published. 6 people are told by email.").dont_see("A colleague was quicker");
    }
    assert_eq!(app.ask("select count(*) from audit_log where act = 'petition.publish'").await, "1");
    // A colleague who does the same has been overtaken, and so has who wants something else.
    let mary = app.colleague(Role::Moderator, "Mary Jackson").await;
    assert_eq!(mary.send(&address, &form).await.status, 409);

    let petition = in_moderation(&app).await;
    let reason = "Fake name It was created with a name that is not a real person’s name.";
    grace.visit(&page(&petition, "reject")).await.tick(reason).press("Continue").await;
    let (address, form) = grace.filled_in("Reject");
    assert_eq!(grace.send(&address, &form).await.status, 303);
    assert_eq!(grace.send(&address, &form).await.status, 303);
    let other = form.replace("details=", "details=Really.");
    assert_eq!(grace.send(&address, &other).await.status, 409);
    assert_eq!(app.ask("select count(*) from audit_log where act = 'petition.reject'").await, "1");
}

#[tokio::test]
async fn what_was_typed_stays_when_a_colleague_was_quicker() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut grace = app.staff(Role::Moderator).await;
    let mut mary = app.colleague(Role::Moderator, "Mary Jackson").await;
    let reason = "Action unclear It is not clear what the petition asks the UK Government or Parliament to do. A petition needs one clear request for action.";
    grace.visit(&page(&petition, "reject")).await.tick(reason).fill("In your own words", "A long explanation.");
    grace.press("Continue").await;
    mary.visit(&page(&petition, "publish")).await.press("Publish").await;
    grace.press("Reject").await;
    assert_eq!(grace.status(), 409);
    grace
        .see("Mary Jackson published it")
        .see("A long explanation.")
        .see("The petition is open: “Reject” is not possible then.");
    assert_eq!(state(&app, &petition).await, "open");
}

#[tokio::test]
async fn a_mail_that_is_overtaken_is_not_sent() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&page(&petition, "publish")).await.press("Publish").await;
    grace.visit(&page(&petition, "take-down")).await;
    grace.tick("Fake name It was created with a name that is not a real person’s name.").press("Continue").await;
    grace.press("Take down").await;
    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, "Your petition has been taken down: Plant a tree in every street");
    app.becomes("select count(*) from outbox", "0").await;
    assert_eq!(app.mailbox().mails().len(), 6, "one for each");
}

#[tokio::test]
async fn a_restored_petition_tells_that_it_is_checked_again() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut root = app.staff(Role::Sysadmin).await;
    root.visit(&page(&petition, "reject")).await;
    root.tick("Fake name It was created with a name that is not a real person’s name.").press("Continue").await;
    root.untick("Email the creator").untick("Email the 5 supporters who want to hear of it").press("Reject").await;
    root.visit(&page(&petition, "restore")).await.press("Restore").await.see("The petition is restored.");
    assert_eq!(state(&app, &petition).await, "sponsored");
    assert_eq!(app.ask("select count(*) from rejections").await, "0");
    let mail = app.mail_to("ada@example.org").await;
    assert_eq!(mail.subject, "Your petition is being checked again: Plant a tree in every street");
}

#[tokio::test]
async fn scripts_are_shown_and_never_run() {
    let app = TestApp::new().await;
    let petition = app
        .petition()
        .action(&format!("Free {SCRIPT}"))
        .background(SCRIPT)
        .details(SCRIPT)
        .state(PetitionState::Sponsored)
        .supported("Ada Lovelace", "ada@example.org", 5)
        .create()
        .await;
    let mut root = app.staff(Role::Sysadmin).await;
    root.visit(&urls::admin::petition(&petition.id))
        .await
        .fill("Note for colleagues", SCRIPT)
        .press("Add the note")
        .await;
    root.see("Your note is added.").see(&format!("Grace Hopper, 21:00:00 on 21 August 2022 {SCRIPT}"));
    root.visit(&page(&petition, "committee-note")).await.fill("Note", SCRIPT).press("Save the note").await;
    root.visit(&page(&petition, "text")).await.fill("Background", &format!("{SCRIPT}.")).press("Save the text").await;
    root.see("The text is changed");
    root.visit(&page(&petition, "reject")).await.fill("In your own words", SCRIPT);
    root.tick("Fake name It was created with a name that is not a real person’s name.").press("Continue").await;
    root.press("Reject").await.see(SCRIPT);
    root.visit("/admin/petitions?q=%3Cscript%3E&creator=%3Cscript%3E").await;
    // Visitor looks at every page for scripts and handlers; so does this one.
    app.visitor().visit(&petition.url()).await.see("alert('x')");
    let mail = app.mail_to("ada@example.org").await;
    assert!(!mail.html.contains("<script>"), "{}", mail.html);
}

#[tokio::test]
async fn a_public_text_is_changed_with_a_note_and_both_versions_stay() {
    let app = TestApp::new().await;
    let petition = app.petition().action("Plant a tre in every street").create().await;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&page(&petition, "text")).await.fill("What the petition asks for", "Plant a tree in every street");
    grace.press("Save the text").await;
    assert_eq!(grace.mistakes(), ["Tell the public what was changed and why"]);
    assert_eq!(
        grace.field("What the petition asks for").trim(),
        "Plant a tree in every street",
        "what was typed stays"
    );
    grace.fill("What the public is told", "A spelling mistake was put right.").press("Save the text").await;
    grace.see("The text is changed; the earlier version is kept.").see("Grace Hopper changed its text");

    let mut visitor = app.visitor();
    visitor.visit(&petition.url()).await;
    assert_eq!(visitor.heading(), "Plant a tree in every street");
    visitor.see("The text was changed on 21 August 2022: A spelling mistake was put right.");
    visitor.see("Read the earlier version Plant a tre in every street");

    let long = "x".repeat(81);
    grace.visit(&page(&petition, "text")).await.fill("What the petition asks for", &long).press("Save the text").await;
    assert_eq!(grace.mistakes(), ["Shorten what the petition asks for to 80 characters or fewer: it has 81"]);
    grace.fill("What the petition asks for", "  ").press("Save the text").await;
    assert_eq!(grace.mistakes(), ["Enter what the petition asks for"]);
}

#[tokio::test]
async fn two_changes_of_a_text_never_overwrite_each_other() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut grace = app.staff(Role::Moderator).await;
    let mut mary = app.colleague(Role::Moderator, "Mary Jackson").await;
    grace.visit(&page(&petition, "text")).await;
    mary.visit(&page(&petition, "text")).await.fill("Background", "As Mary has it.").press("Save the text").await;
    mary.see("The text is changed");
    grace.fill("Background", "As Grace has it.").press("Save the text").await;
    assert_eq!(grace.status(), 409);
    grace.see("Mary Jackson changed its text").see("As Mary has it.");
    assert_eq!(grace.field("Background").trim(), "As Grace has it.");
    assert_eq!(app.ask("select background from petitions").await, "As Mary has it.");
    grace.press("Save the text").await.see("The text is changed");
    assert_eq!(app.ask("select background from petitions").await, "As Grace has it.");
    assert_eq!(app.ask("select count(*) from petition_edits").await, "2");
    // Unpublished, so the public was told nothing.
    assert_eq!(app.ask("select count(*) from petition_edits where note <> ''").await, "0");
}

#[tokio::test]
async fn the_note_of_the_committee_shows_on_the_public_page() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&page(&petition, "committee-note")).await.fill("Note", "We are **hearing** experts.");
    grace.press("Save the note").await.see("The committee’s note is saved.");
    app.visitor()
        .visit(&petition.url())
        .await
        .see("A note from the Petitions Committee")
        .see("We are hearing experts.");
    grace.visit(&page(&petition, "committee-note")).await.fill("Note", &"x".repeat(801)).press("Save the note").await;
    assert_eq!(grace.mistakes(), ["Shorten the note to 800 characters or fewer: it has 801"]);
    grace.visit(&page(&petition, "committee-note")).await.fill("Note", "").press("Save the note").await;
    grace.see("The committee’s note is taken away.");
}

#[tokio::test]
async fn reviewers_annotate_and_decide_nothing() {
    let app = TestApp::new().await;
    app.sql("insert into tags (name) values ('urgent'), ('duplicate?')").await.expect("tags");
    app.sql("insert into topics (code, name) values ('trees', 'Trees')").await.expect("a topic");
    let petition = in_moderation(&app).await;
    let mut ruth = app.colleague(Role::Reviewer, "Ruth Teitelbaum").await;
    ruth.visit(&urls::admin::petition(&petition.id))
        .await
        .see("Publish: takes a moderator.")
        .dont_see("Change the text");
    ruth.tick("urgent").tick("Trees").press("Save tags, topics, departments").await;
    ruth.see("Tags, topics and departments are saved.").see("Ruth Teitelbaum changed its tags, topics or departments");
    assert!(ruth.is_ticked("urgent") && ruth.is_ticked("Trees") && !ruth.is_ticked("duplicate?"));
    ruth.press("Add the note").await;
    assert_eq!(ruth.mistakes(), ["Write the note"]);
    ruth.fill("Note for colleagues", "Looks fine to me.").press("Add the note").await.see("Looks fine to me.");
    for part in ["publish", "reject", "text", "committee-note", "remove"] {
        assert_eq!(ruth.visit(&page(&petition, part)).await.status(), 403, "{part}");
    }
}

#[tokio::test]
async fn tags_of_two_colleagues_do_not_overwrite_each_other() {
    let app = TestApp::new().await;
    app.sql("insert into tags (name) values ('urgent'), ('duplicate?')").await.expect("tags");
    let petition = in_moderation(&app).await;
    let (mut grace, mut mary) =
        (app.staff(Role::Moderator).await, app.colleague(Role::Moderator, "Mary Jackson").await);
    grace.visit(&urls::admin::petition(&petition.id)).await;
    mary.visit(&urls::admin::petition(&petition.id)).await.tick("urgent").press("Save tags, topics, departments").await;
    grace.tick("duplicate?").press("Save tags, topics, departments").await;
    assert_eq!(grace.status(), 409);
    grace.see("A colleague has changed these meanwhile").see("As of now: urgent; nothing else.");
    assert!(grace.is_ticked("duplicate?") && !grace.is_ticked("urgent"), "as she ticked them");
    grace.tick("urgent").press("Save tags, topics, departments").await.see("are saved.");
    assert_eq!(app.ask("select count(*) from petition_tags").await, "2");
}

#[tokio::test]
async fn a_form_that_is_open_is_told_to_colleagues_for_three_minutes() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let (mut grace, mut mary) =
        (app.staff(Role::Moderator).await, app.colleague(Role::Moderator, "Mary Jackson").await);
    grace.visit(&page(&petition, "text")).await.dont_see("Grace Hopper has had");
    let address = urls::admin::petition(&petition.id);
    mary.visit(&address).await.see("Grace Hopper has had a form of this petition open (text)");
    app.set_time(app.now + SignedDuration::from_mins(2));
    assert_eq!(send(&app, &grace, &page(&petition, "presence"), &[("form", "text")]).await, 204);
    app.set_time(app.now + SignedDuration::from_mins(4));
    mary.visit(&address).await.see("Grace Hopper has had");
    app.set_time(app.now + SignedDuration::from_mins(6));
    mary.visit(&address).await.dont_see("Grace Hopper has had");
}

#[tokio::test]
async fn of_a_colleague_the_last_form_that_was_open_is_told() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let (mut grace, mut mary) =
        (app.staff(Role::Moderator).await, app.colleague(Role::Moderator, "Mary Jackson").await);
    let mut ada = app.colleague(Role::Moderator, "Ada Lovelace").await;
    grace.visit(&page(&petition, "text")).await;
    ada.visit(&page(&petition, "committee-note")).await;
    app.set_time(app.now + SignedDuration::from_mins(1));
    grace.visit(&page(&petition, "publish")).await;
    mary.visit(&urls::admin::petition(&petition.id)).await;
    mary.see("Ada Lovelace has had a form of this petition open (committee note)");
    mary.see("Grace Hopper has had a form of this petition open (decision)").dont_see("(text)");
}

#[tokio::test]
async fn what_another_service_published_is_only_read() {
    let app = TestApp::new().await;
    let petition = app.petition().imported(700_001).create().await;
    let mut root = app.staff(Role::Sysadmin).await;
    root.visit(&urls::admin::petition(&petition.id)).await.see("This petition was imported from another service");
    root.see("There is nothing to decide about this petition.").dont_see("Change the text");
    for part in ["take-down", "text", "committee-note", "remove"] {
        root.visit(&page(&petition, part)).await.see("imported from another service");
        assert!(root.page().select("main form").is_empty(), "{part}");
    }
    for (part, form) in [
        ("remove", vec![("seen", "x")]),
        ("text", vec![("seen", "x"), ("action", "Another")]),
        ("committee-note", vec![("seen", "x"), ("committee_note", "Another")]),
        ("marks", vec![("seen", "x")]),
    ] {
        assert_eq!(send(&app, &root, &page(&petition, part), &form).await, 409, "{part}");
    }
    assert_eq!(app.ask("select state || ' ' || action from petitions").await, "open Plant a tree in every street");
}

#[tokio::test]
async fn unknown_petitions_and_strange_forms_are_no_mistakes_of_the_site() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut root = app.staff(Role::Sysadmin).await;
    for path in ["/admin/petitions/7", "/admin/petitions/7/publish", "/admin/petitions/7/text"] {
        assert_eq!(root.visit(path).await.status(), 404, "{path}");
    }
    for (path, form, status) in [
        (page(&petition, "publish"), vec![("seen", "0123456789")], 409),
        (page(&petition, "publish"), vec![], 409),
        (page(&petition, "reject"), vec![("seen", ""), ("reason", "nonsense")], 422),
        (page(&petition, "marks"), vec![("seen", "x"), ("tag-99999999999999", "1"), ("topic-nope", "1")], 409),
        ("/admin/petitions/7/publish".to_owned(), vec![("seen", "x")], 404),
        ("/admin/petitions/7/notes".to_owned(), vec![("body", "x")], 404),
        ("/admin/petitions/7/marks".to_owned(), vec![("seen", "x")], 404),
        ("/admin/petitions/7/presence".to_owned(), vec![("form", "text")], 204),
    ] {
        assert_eq!(send(&app, &root, &path, &form).await, status, "{path} {form:?}");
    }
    assert_eq!(state(&app, &petition).await, "sponsored");
}

#[tokio::test]
async fn the_page_of_a_petition_has_what_is_needed_to_decide() {
    let app = TestApp::new().await;
    let action = "Fund more guide dogs for the blind";
    let refused = app.petition().action("Fund guide dogs for blind people").rejected("duplicate").create().await;
    let open = app.petition().action(action).create().await;
    let earlier =
        app.petition().state(PetitionState::Sponsored).supported("Ada Lovelace", "ada@example.org", 5).create().await;
    let petition = app
        .petition()
        .action(action)
        .background("Mr Bloggs was convicted. Ring 01632 960123 or look at https://example.org/x")
        .state(PetitionState::Sponsored)
        .supported("Ada Lovelace", "a.d.a+other@example.org", 5)
        .create()
        .await;
    app.run_job(undersigned::actions::relate::LOCK, app.now).await;
    app.sql("update petitions set moderation_threshold_reached_at = '2022-08-10T12:00:00Z' where state = 'sponsored'")
        .await
        .expect("done");
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&urls::admin::petition(&petition.id)).await;
    grace.see("An open petition asks for exactly this.").see("“Mr Bloggs”").see("“convicted”").see("“01632 960123”");
    grace.see("“https://example.org/x”").see("11 days ago");
    let similar = grace.table("Petitions about the same thing, most similar first");
    let rows: Vec<String> = similar.rows.iter().map(|row| row.join(" | ")).collect();
    assert!(
        rows.iter().any(|row| row.starts_with(&format!("{action} In both: ")) && row.ends_with(" | Open | 120 | ")),
        "{rows:?}"
    );
    assert!(rows.iter().any(|row| row.contains("Rejected") && row.contains("Duplicate petition")), "{rows:?}");
    assert!(refused.id != open.id && earlier.id != petition.id);
}

#[tokio::test]
async fn the_log_says_what_was_so_before_and_nothing_of_signers() {
    let app = TestApp::new().await;
    let petition = in_moderation(&app).await;
    let mut grace = app.staff(Role::Moderator).await;
    grace.visit(&page(&petition, "flag")).await.press("Flag").await;
    grace.visit(&page(&petition, "publish")).await.press("Publish").await;
    assert_eq!(
        app.ask("select string_agg(act || ' ' || (before->>'state') || ' ' || (after->>'state') || ' ' || who, ', ' order by id) from audit_log").await,
        "petition.flag sponsored flagged Grace Hopper, petition.publish flagged open Grace Hopper"
    );
    let all = app.ask("select string_agg(l::text, ' ') from audit_log l").await;
    assert!(!all.contains("example.org") && !all.contains("Lovelace") && !all.contains("Supporter"), "{all}");
}

#[test]
fn mails_about_decisions_read_as_they_should() {
    use undersigned::domain::mail::MailKind;
    let mail = |decision, is_creator, is_public| {
        Mail::PetitionDecided(PetitionDecided {
            about: AboutSignature {
                name: "Zoë O’Neil & Sons".to_owned(),
                action: "Let <b>every</b> tree live".to_owned(),
                petition: "https://petitions.example.org/petitions/7".to_owned(),
                site_name: "Undersigned".to_owned(),
                signature: "https://petitions.example.org/signatures/12?token=mmmm".to_owned(),
                unsubscribe: "https://petitions.example.org/signatures/12/unsubscribe?token=uuuu".to_owned(),
            },
            decision,
            is_creator,
            closes_at: Some(at("2022-09-01T22:59:59.999Z")),
            refusal: Some((
                "Duplicate petition".to_owned(),
                "There is already a petition about this.".to_owned(),
                "See [that one](https://example.org/1) & sign it:\n\n- now\n- here".to_owned(),
            )),
            is_public,
            creator_page: is_creator.then(|| "https://petitions.example.org/petitions/7/creator?token=cccc".to_owned()),
        })
    };
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        for (name, mail) in [
            ("published", mail(MailKind::PetitionPublished, true, true)),
            ("published-supporter", mail(MailKind::PetitionPublished, false, true)),
            ("rejected", mail(MailKind::PetitionRejected, true, true)),
            ("hidden", mail(MailKind::PetitionHidden, true, false)),
            ("taken-down", mail(MailKind::PetitionTakenDown, true, true)),
            ("restored", mail(MailKind::PetitionRestored, false, false)),
        ] {
            insta::assert_snapshot!(format!("mail-petition-{name}.txt"), mail.text().expect("words"));
            if matches!(name, "published" | "rejected") {
                insta::assert_snapshot!(format!("mail-petition-{name}.html"), mail.html().expect("words"));
            }
        }
    });
}
