//! The estimates that the site has made: kept once a day, judged when a petition closes, and told on a page.

use jiff::SignedDuration;
use undersigned::urls;

use crate::support::{TestApp, day};

const JOB: &str = "keep estimates";

#[tokio::test]
async fn every_open_petition_has_its_estimate_kept_once_a_day_and_judged_when_it_closes() {
    let app = TestApp::new().await;
    let open = app.petition().open_until(day("2022-09-01")).signatures(5_000).create().await;
    app.petition().open_until(day("2022-09-20")).signatures(7_000).create().await;
    app.petition().open_until(day("2022-09-01")).signatures(99).create().await;
    app.petition().imported(700_001).open_until(day("2022-09-01")).signatures(5_000).create().await;
    let mut ada = app.visitor();
    ada.visit(urls::help_estimates()).await.see("There is no record yet");

    assert_eq!(app.run_job(JOB, app.now).await, 2, "not the small one, nor that of another service");
    assert_eq!(app.run_job(JOB, app.now).await, 0, "once a day");
    assert_eq!(app.run_job(JOB, app.now + SignedDuration::from_hours(24)).await, 2);
    let kept = app
        .ask("select count(*) || ' ' || count(distinct made_on) || ' ' || min(signature_count) from estimates")
        .await;
    assert_eq!(kept, "4 2 5000");
    let shown = app.get(&urls::petition_json(&open.id)).await.json();
    let estimate = &shown["data"]["attributes"]["estimate"];
    let stored = app
        .ask(
            "select estimate || ' ' || low || ' ' || highest from estimates
             where signature_count = 5000 order by made_on limit 1",
        )
        .await;
    let told = format!(
        "{} {} {}",
        estimate["signature_count"], estimate["half_end_between"][0], estimate["four_in_five_end_between"][1]
    );
    assert_eq!(told, stored, "what was said is what is kept");

    let after = app.now + SignedDuration::from_hours(24 * 14);
    app.run_job("close petitions", after).await;
    assert_eq!(app.run_job(JOB, after).await, 3, "two are judged; the other petition is still open");
    assert_eq!(app.run_job(JOB, after).await, 0);
    assert_eq!(app.ask("select string_agg(distinct final_count::text, ' ') from estimates").await, "5000");
    assert_eq!(
        app.ask(
            "select string_agg(by_age || ' ' || bucket || ' ' || estimates || ' ' || petitions, ', '
             order by by_age, bucket) from track_record"
        )
        .await,
        "false 2 2 1, true 4 2 1"
    );
    ada.visit_anew(urls::help_estimates()).await;
    let rows = ada.table("By days since the petition opened").rows;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][..3], ["60 and more", "2", "1"]);
}

#[tokio::test]
async fn estimates_for_another_deadline_than_the_real_one_are_not_judged() {
    let app = TestApp::new().await;
    app.petition().open_until(day("2022-09-01")).signatures(5_000).create().await;
    assert_eq!(app.run_job(JOB, app.now).await, 1);
    app.sql("update petitions set state = 'closed', closed_at = '2022-08-25'").await.expect("closed early");
    assert_eq!(app.run_job(JOB, app.now).await, 0);
    assert_eq!(app.ask("select count(*) from estimates").await, "0");
    app.visitor().visit(urls::help_estimates()).await.see("There is no record yet");
}

#[tokio::test]
async fn the_sample_petitions_have_a_track_record() {
    let app = TestApp::sample().await;
    let mut ada = app.visitor();
    ada.visit(urls::help_estimates()).await.see("By days since the petition opened").see("By days left");
    let judged: u32 = app.ask("select sum(estimates) from track_record where by_age").await.parse().expect("a number");
    assert!(judged > 100, "{judged}");
    assert_eq!(app.ask("select count(*) from estimates where final_count is null").await, "0");
}

#[tokio::test]
async fn a_petition_on_its_way_to_a_threshold_says_about_when() {
    let app = TestApp::new().await;
    let slow = app.petition().open_until(day("2022-09-01")).signatures(5_000).create().await;
    let mut ada = app.visitor();
    ada.visit(&slow.url()).await;
    assert!(!ada.page().text().contains("Next threshold"));
    let near = app.petition().open_until(day("2022-11-01")).signatures(9_990).create().await;
    ada.visit(&near.url()).await;
    let told = ada.fact("Next threshold");
    assert!(told.starts_with("10,000 ") && told.ends_with("it leads to a government response"), "{told}");
    assert!(told.contains("within a day") || told.contains("in about"), "{told}");
}

#[tokio::test]
async fn the_page_says_where_the_estimate_is_worse_than_the_rule_before_it() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit(urls::help_estimates()).await;
    ada.see("Our first rule is the one that this site began with");
    ada.see("worse than our first rule at 10 days and more (9.5 against 7.9); 4 to 10 days (40 against 33)");
    ada.see("10 to 25 days (34 against 26).");
}
