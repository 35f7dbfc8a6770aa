//! What happens by itself: at its time, once, and as often as anybody likes.

use jiff::SignedDuration;
use undersigned::{jobs, store, urls};

use crate::support::{TestApp, at, day};

#[tokio::test]
async fn petitions_close_when_their_deadline_has_passed() {
    let app = TestApp::new().await;
    let due = app.petition().open_until(day("2022-08-20")).create().await;
    let today = app.petition().open_until(day("2022-08-21")).create().await;
    let elsewhere = app.petition().imported(700_001).open_until(day("2022-08-20")).create().await;
    let waiting = app.petition().state(undersigned::domain::petition::PetitionState::Sponsored).create().await;

    assert_eq!(app.run_job("close petitions", app.now).await, 1);
    assert_eq!(app.run_job("close petitions", app.now).await, 0, "nothing is left to do");
    let closed = app.get(&urls::petition_json(&due.id)).await.json();
    assert_eq!(closed["data"]["attributes"]["state"], "closed");
    assert_eq!(
        closed["data"]["attributes"]["closed_at"], "2022-08-20T22:59:59.999Z",
        "at its deadline, not when the job ran"
    );
    for still in [&today, &elsewhere] {
        assert_eq!(app.get(&urls::petition_json(&still.id)).await.json()["data"]["attributes"]["state"], "open");
    }
    assert!(app.get(&waiting.url()).await.status.is_redirection());

    // London's midnight is an hour before that of UTC.
    assert_eq!(app.run_job("close petitions", at("2022-08-21T22:59:59.998Z")).await, 0);
    assert_eq!(app.run_job("close petitions", at("2022-08-21T23:00:00Z")).await, 1);
    assert_eq!(
        app.ask("select string_agg(id::text, ' ' order by id) from petitions where state = 'open'").await,
        "700001"
    );
}

#[tokio::test]
async fn a_closed_petition_keeps_its_history() {
    let app = TestApp::new().await;
    let petition = app.petition().open_until(day("2022-08-20")).signatures(500).create().await;
    let before = app.get(&format!("{}?step=day", urls::history(&petition.id, "csv"))).await.csv();
    app.run_job("close petitions", app.now).await;
    app.run_job("forget minutes", app.now + SignedDuration::from_hours(24 * 365)).await;
    let after = app.get(&format!("{}?step=day", urls::history(&petition.id, "csv"))).await.csv();
    let days = |rows: &[Vec<String>]| rows.iter().filter(|row| row[1] != "0").cloned().collect::<Vec<_>>();
    assert!(days(&before).len() > 150, "{}", before.len());
    assert_eq!(after.last().expect("a row")[3], "500");
    let sum = |rows: &[Vec<String>]| rows[1..].iter().map(|row| row[1].parse::<u32>().expect("a count")).sum::<u32>();
    assert_eq!(sum(&after), sum(&before));
}

#[tokio::test]
async fn minutes_are_forgotten_when_no_window_needs_them() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(30_000).create().await;
    let minutes = "select count(*) from tally_minutes";
    let before: u64 = app.ask(minutes).await.parse().expect("a count");
    assert!(before > 300, "{before} minutes of the last two days");
    assert_eq!(app.run_job("forget minutes", app.now).await, 0, "all of them are needed");
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    let last_day = ada.fact("Last 24 hours");

    let later = app.now + SignedDuration::from_hours(25);
    let forgotten = app.run_job("forget minutes", later).await;
    assert_eq!(app.ask(minutes).await, (before - forgotten).to_string());
    assert!(forgotten > 0 && before - forgotten <= 24 * 60, "{forgotten} of {before}");
    assert_eq!(app.run_job("forget minutes", later).await, 0);
    assert_eq!(app.run_job("check tallies", later).await, 0, "the hours have it all");
    let series =
        store::tallies::series(&mut app.db().await, petition.id, app.now).await.expect("a history").expect("one");
    assert_eq!(undersigned::web::filters::thousands(series.last_24_hours().net()), last_day);
}

#[tokio::test]
async fn new_words_are_known_after_a_while() {
    let app = TestApp::new().await;
    app.petition().without_history().action("Protect the dragonflies").create().await;
    let mut ada = app.visitor();
    ada.visit("/petitions?q=dragonflys").await;
    ada.visit("/petitions?q=dragnoflies").await.see("No petitions match");
    app.run_job("refresh words", app.now).await;
    app.run_job("refresh words", app.now).await;
    ada.visit("/petitions?q=dragnoflies").await.see("read as “dragonflies”");
}

#[tokio::test]
async fn tallies_are_compared_with_the_ledger() {
    let app = TestApp::new().await;
    app.petition().create().await;
    assert_eq!(app.run_job("check tallies", app.now).await, 0);
    app.sql("delete from tally_hours").await.expect("an accident");
    let found = app.run_job("check tallies", app.now).await;
    assert!(found > 0);
    assert_eq!(app.run_job("check tallies", app.now).await, found, "it reports and leaves the mending to people");
    let health = app.get("/health-check").await.json();
    assert_eq!((&health["status"], &health["tally_differences"]), (&"miscounted".into(), &found.into()));
}

#[tokio::test]
async fn a_job_that_another_process_is_at_is_left_to_it() {
    let app = TestApp::new().await;
    app.petition().open_until(day("2022-08-20")).create().await;
    let mut other = app.db().await;
    let mut tx = sqlx::Connection::begin(&mut other).await.expect("a transaction");
    assert!(store::locks::try_take(&mut tx, "close petitions").await.expect("a lock"));
    assert_eq!(app.run_job("close petitions", app.now).await, 0);
    tx.rollback().await.expect("the lock is given back");
    assert_eq!(app.run_job("close petitions", app.now).await, 1);
}

#[tokio::test]
async fn every_job_runs_on_an_empty_site() {
    let app = TestApp::new().await;
    for job in jobs::TIMETABLE {
        assert_eq!(app.run_job(job.name, app.now).await, 0, "{}", job.name);
    }
    let mut names: Vec<_> = jobs::TIMETABLE.iter().map(|job| job.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), jobs::TIMETABLE.len(), "each has its own name, which is its lock");
}
