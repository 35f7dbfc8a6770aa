//! Personal data end when their time has come: foreseen to the signature, and not where staff have said so.

use jiff::SignedDuration;
use undersigned::{actions::forget, domain::staff::Role, store, urls};

use crate::support::{TestApp, day};

const LEFT: &str = "select count(*) from signatures where name <> '' or contact <> '' or email_hash is not null";

fn days(app: &TestApp, days: i64) -> jiff::Timestamp {
    app.now + SignedDuration::from_hours(24 * days)
}

#[tokio::test]
async fn one_that_is_kept_is_passed_over_and_the_others_go_on() {
    let app = TestApp::new().await;
    let mut petitions = Vec::new();
    for (number, action) in ["Plant trees", "Keep bees", "Mend roads"].into_iter().enumerate() {
        let petition = app.petition().action(action).without_history().signatures(0).open_until(day("2022-08-22"));
        let petition = petition.create().await;
        for signer in 0..=number {
            let email = format!("ada{number}{signer}@example.org");
            app.signer(petition.id, "Ada Lovelace", &email, true).await;
        }
        petitions.push(petition);
    }
    let mut grace = app.staff(Role::Sysadmin).await;
    let page = urls::admin::petition_part(&petitions[1].id, "personal-data");
    grace.visit(&page).await.fill("Keep them for longer, because", &"x".repeat(401)).press("Save").await;
    assert_eq!(grace.status(), 422);
    grace.fill("Keep them for longer, because", "A court case.").press("Save").await;
    grace.see("The personal data of its signers are kept until you say otherwise.");

    app.set_time(days(&app, 3));
    app.run_job("close petitions", days(&app, 3)).await;
    app.set_time(days(&app, 190));
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(urls::admin::site_personal_data()).await.see("4 signatures on 2 petitions");
    assert_eq!(grace.table("Whose personal data end the next time").rows.len(), 2);
    let kept = grace.table("Whose personal data are kept").rows;
    assert_eq!((&*kept[0][0], &*kept[0][2], &*kept[0][3]), ("Keep bees", "2", "A court case."));
    assert_eq!(app.ask(LEFT).await, "6", "looking changes nothing");

    // What is foreseen is what happens.
    let due = forget::would_erase(&mut app.db().await, app.app().retention, days(&app, 190)).await.expect("due");
    let foreseen: i64 = due.iter().filter(|due| due.kept.is_none()).map(|due| due.signatures).sum();
    assert_eq!(app.run_job("erase personal data", days(&app, 190)).await as i64, foreseen);
    assert_eq!(app.ask(LEFT).await, "2", "those of the one that is kept");
    assert_eq!(app.run_job("erase personal data", days(&app, 191)).await, 0);

    // Somebody else has looked at it before it is not kept any more.
    let mut other = app.colleague(Role::Sysadmin, "Ada Lovelace").await;
    other.visit(&page).await;
    grace.visit(&page).await.fill("Keep them for longer, because", "").press("Save").await;
    other.fill("Keep them for longer, because", "An inquiry.").press("Save").await;
    assert_eq!(other.status(), 409);
    other.see("A colleague has changed this meanwhile.");
    assert_eq!(other.field("Keep them for longer, because"), "An inquiry.");
    assert_eq!(app.run_job("erase personal data", days(&app, 191)).await, 2);
    assert_eq!(app.ask(LEFT).await, "0");
    let lines = "select count(*) from audit_log where act = 'petition.keep_data'";
    assert_eq!(app.ask(lines).await, "2");
    assert_eq!(app.run_job("check tallies", app.now).await, 0, "the numbers stay");
    let keeping = store::anonymising::keeping(&mut app.db().await, petitions[0].id, false).await.expect("read");
    assert!(keeping.expect("a petition").erased_at.is_some());
}

#[tokio::test]
async fn one_that_is_published_again_loses_what_comes_later_too() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().signatures(0).create().await;
    app.signer(petition.id, "Ada Lovelace", "ada@example.org", true).await;
    app.sql("update petitions set state = 'hidden', rejected_at = opened_at").await.expect("hidden");
    assert_eq!(app.run_job("erase personal data", days(&app, 200)).await, 1);
    app.sql("update petitions set state = 'open', rejected_at = null").await.expect("published after all");
    app.signer(petition.id, "Grace Hopper", "grace@example.org", true).await;
    assert_eq!(app.run_job("erase personal data", days(&app, 200)).await, 0, "it is open");
    app.run_job("close petitions", days(&app, 201)).await;
    app.sql("update petitions set closed_at = erased_at + interval '1 day'").await.expect("later");
    assert_eq!(app.run_job("erase personal data", days(&app, 500)).await, 1);
    assert_eq!(app.ask(LEFT).await, "0");
}
