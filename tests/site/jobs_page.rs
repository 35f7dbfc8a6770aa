//! What happens by itself, as those see it who run the site; and figures of it.

use undersigned::{domain::staff::Role, jobs::Job, store};

use crate::support::TestApp;

const JOBS: &str = "/admin/site/jobs";

#[tokio::test]
async fn every_job_is_listed_and_can_be_run_now() {
    let app = TestApp::new().await;
    app.petition().open_until(crate::support::day("2022-08-20")).create().await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(JOBS).await;
    let row = |grace: &crate::support::Visitor, name: &str| {
        let rows = grace.table("The timetable").rows;
        rows.into_iter().find(|row| row[0].starts_with(name)).unwrap_or_else(|| panic!("no job {name}"))
    };
    for job in undersigned::jobs::TIMETABLE {
        assert_eq!(row(&grace, job.name)[2], "not yet");
    }
    assert_eq!(row(&grace, "deliver mail")[1], "all the time");
    grace.press("Run now: close petitions").await.see("“close petitions” has run: there was 1 thing to do.");
    let ran = row(&grace, "close petitions");
    assert_eq!((&*ran[2], &*ran[4], &*ran[5], &*ran[6]), ("21:00:00 on 21 August 2022", "1", "1", "0"));
    assert_eq!(ran[7], "21:01:00 on 21 August 2022");
    assert_eq!(app.ask("select state from petitions").await, "closed");
    assert_eq!(app.ask("select act || ' ' || subject_id from audit_log").await, "job.run close petitions");

    // While another process is at it, it is not done twice.
    let mut other = app.db().await;
    sqlx::query("select pg_advisory_lock(hashtextextended('close petitions', 0))")
        .execute(&mut other)
        .await
        .expect("a lock");
    grace.press("Run now: close petitions").await.see("Another process is running “close petitions” at this moment.");
}

#[tokio::test]
async fn a_failure_is_told_with_its_reason() {
    let app = TestApp::new().await;
    app.sql("alter table petition_words rename to away")
        .await
        .or(app.sql("alter materialized view petition_words rename to away").await)
        .expect("gone");
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(JOBS).await.press("Run now: refresh words").await.see("“refresh words” failed.").see("petition_words");
    grace.visit("/admin/site").await.see("One job failed when it last ran.");
    let job = Job::with_slug("refresh-words").expect("a job");
    assert!(job.run_now(app.app()).await.is_err());
    assert_eq!(app.ask("select failures || ' ' || runs from job_runs where job = 'refresh words'").await, "2 2");
    let figures = app.app().metrics.text().expect("figures");
    for line in [
        r#"undersigned_job_runs_total{job="refresh words"} 2"#,
        r#"undersigned_job_failures_total{job="refresh words"} 2"#,
        r#"undersigned_job_seconds_total{job="refresh words"}"#,
    ] {
        assert!(figures.contains(line), "{line}\n{figures}");
    }
    app.sql("alter materialized view away rename to petition_words").await.expect("back");
    grace.visit(JOBS).await.press("Run now: refresh words").await.see("“refresh words” has run");
    grace.visit("/admin/site").await.see("None failed when it last ran.");
}

#[tokio::test]
async fn mail_being_delivered_is_listed_with_the_jobs() {
    let app = TestApp::new().await;
    app.deliver();
    app.becomes("select count(*) from job_runs where job = 'deliver mail'", "1").await;
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit(JOBS).await;
    let rows = grace.table("The timetable").rows;
    assert!(
        rows.iter().any(|row| row[0].starts_with("deliver mail") && row[2] == "21:00:00 on 21 August 2022"),
        "{rows:?}"
    );
    grace.visit("/admin/site/jobs/make-coffee/run").await;
    assert!(grace.status().is_client_error());
}

#[tokio::test]
async fn figures_tell_how_fast_petitions_are_moderated_and_how_many_sign() {
    let app = TestApp::new().await;
    app.petition().signatures(700).create().await;
    app.sql(
        "update petitions set created_at = '2022-05-01', moderation_threshold_reached_at = '2022-05-02',
             opened_at = '2022-05-12', moderated_at = '2022-05-12'",
    )
    .await
    .expect("ten days");
    let quick = app.petition().signatures(0).create().await;
    app.sql(
        "update petitions set created_at = '2022-05-01', moderation_threshold_reached_at = '2022-05-02',
             opened_at = '2022-05-03' where id = (select max(id) from petitions)",
    )
    .await
    .expect("a day");
    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site/figures").await;
    let rows = grace.table("By month").rows;
    let may = rows.iter().find(|row| row[0] == "2022-05").unwrap_or_else(|| panic!("{rows:?}, {}", quick.id));
    assert_eq!(may[1..4], ["2", "1", "50%"]);
    let number = |text: &str| text.replace(',', "").parse::<i64>().expect("a number");
    assert_eq!(rows.iter().map(|row| number(&row[4])).sum::<i64>(), 700, "{rows:?}");
    let link = grace.page().link("The table as CSV");
    assert_eq!(link, "/admin/site/figures.csv");

    // Months that are over are summed once, and say the same then.
    let past = app.ask(
        "select count(distinct to_char(starts_at at time zone 'Europe/London', 'YYYY-MM')) from tally_hours \
                        where starts_at < '2022-07-31T23:00:00Z'",
    );
    let past: u64 = past.await.parse().expect("a number");
    assert!(past > 0, "the petition is older than this month");
    assert_eq!(app.run_job("sum months", app.now).await, past);
    assert_eq!(app.run_job("sum months", app.now).await, 0, "all are summed");
    grace.visit("/admin/site/figures").await;
    assert_eq!(grace.table("By month").rows, rows);

    // What was altered is right again once it has been recounted.
    app.sql("update tally_hours set added = added + 5 where starts_at = (select min(starts_at) from tally_hours)")
        .await
        .expect("altered by hand");
    let id = app.ask("select min(petition_id) from tally_hours").await.parse::<i64>().expect("a number");
    store::recount::rebuild(&mut app.db().await, id.into()).await.expect("rebuilt");
    grace.visit("/admin/site/figures").await;
    assert_eq!(grace.table("By month").rows, rows);
}
