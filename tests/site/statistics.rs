//! The statistics of the site: right, of one moment, and the same for people and programs.

use insta::{assert_snapshot, with_settings};
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use undersigned::{
    domain::petition::{Debate, PetitionState},
    store, urls,
};

use crate::support::{Created, Setup, TestApp, at, day};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// An overdue petition, and a site with one of everything.
async fn site() -> (TestApp, Created) {
    let setup = Setup { public_url: Some("https://petitions.example.org".to_owned()), ..Setup::default() };
    let app = TestApp::with(setup).await;
    // 20 days and 5 days from the threshold to the response.
    for (opened, answered, department) in [
        ("2022-03-01T10:00:00Z", "2022-03-31", "Home Office"),
        ("2022-06-10T10:00:00Z", "2022-06-25", "Home Office"),
        ("2022-06-10T10:00:00Z", "2022-06-27", "Cabinet Office"),
    ] {
        app.petition()
            .opened(at(opened))
            .signatures(12_000)
            .answered(day(answered), department, "We agree.", "In part.")
            .change(|record| record.dates.response_threshold_reached_at = Some(at(opened) + DAY * 10))
            .create()
            .await;
    }
    let overdue = app.petition().action("Answer this, too").signatures(15_000).reached_thresholds(43).create().await;
    app.petition().signatures(11_000).reached_thresholds(3).create().await;
    let debate = Debate { debated: true, debated_on: Some(day("2022-07-04")), ..Debate::default() };
    app.petition()
        .closed(30)
        .signatures(120_000)
        .reached_thresholds(160)
        .answered(day("2022-03-20"), "Home Office", "No.", "No.")
        .debated(debate, at("2022-07-04T20:00:00Z"))
        .create()
        .await;
    app.petition().closed(60).signatures(300).create().await;
    app.petition().imported(700_001).without_history().signatures(77).create().await;
    app.petition().without_history().rejected("no-action").create().await;
    app.petition().without_history().rejected("no-action").create().await;
    app.petition().without_history().state(PetitionState::Hidden).create().await;
    app.petition().without_history().signatures(9).state(PetitionState::Sponsored).create().await;
    (app, overdue)
}

fn number(text: &str) -> i64 {
    text.replace(',', "").parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

#[tokio::test]
async fn the_months_add_up_to_what_petitions_show() {
    let (app, _) = site().await;
    app.run_job("make statistics", app.now).await;
    let mut ada = app.visitor();
    ada.visit("/").await.follow("All statistics, month by month").await;
    ada.see("182,377 signatures on 8 petitions, as at 21:00 on 21 August 2022.");
    let table = ada.table("Petitions and signatures by month, latest first");
    assert_eq!(table.head, ["Month", "Published", "Rejected", "Closed", "Answered", "Debated", "Signatures"]);
    assert_eq!(
        (table.rows[0][0].as_str(), table.rows.last().map(|row| row[0].as_str())),
        ("August 2022 (so far)", Some("December 2021"))
    );
    let sum = |column: usize| table.rows.iter().map(|row| number(&row[column])).sum::<i64>();
    assert_eq!((1..=5).map(sum).collect::<Vec<_>>(), [8, 3, 2, 4, 1]);
    assert_eq!(table.foot[0], "Month not known");
    let shown = app.ask("select sum(signature_count) from petition_totals t join petitions p on p.id = t.petition_id where p.state in ('open', 'closed')").await;
    assert_eq!((sum(6) + number(&table.foot[6])).to_string(), shown);
    let june = table.rows.iter().find(|row| row[0] == "June 2022").expect("June");
    assert_eq!((june[1].as_str(), june[4].as_str()), ("2", "2"));

    ada.see("At most 3 in May 2022; 0 in August 2022 so far.");
}

#[tokio::test]
async fn departments_are_measured_from_the_threshold() {
    let (app, overdue) = site().await;
    app.run_job("make statistics", app.now).await;
    let mut ada = app.visitor();
    ada.visit(urls::statistics()).await.see("3 of 4 responses came within 14 days.");
    let table = ada.table("Responses by department");
    assert_eq!(table.head, ["Department", "Answered", "Half came within", "Within 14 days", "Waiting", "Overdue"]);
    assert_eq!(
        table.rows,
        [
            ["Home Office", "3", "5.6 days", "2", "0", "0"],
            ["Department not known", "0", "–", "0", "2", "1"],
            ["Cabinet Office", "1", "7 days", "1", "0", "0"],
        ]
    );
    let late = ada.table("Petitions whose response is overdue, longest first");
    assert_eq!(late.rows, [["Answer this, too", "Not known", "15,000", "43 days"]]);
    assert_eq!(ada.page().link("Answer this, too"), overdue.url());
}

#[tokio::test]
async fn every_petition_has_one_outcome() {
    let (app, _) = site().await;
    app.run_job("make statistics", app.now).await;
    let mut ada = app.visitor();
    ada.visit(urls::statistics()).await;
    let fates = ada.table("Published petitions");
    assert_eq!(
        fates.rows,
        [
            ["Open for signatures", "6", "75%"],
            ["Closed, without enough signatures for a response", "1", "12%"],
            ["Closed, still waiting for a response", "0", "0%"],
            ["Closed, answered", "1", "12%"],
        ]
    );
    assert_eq!(fates.foot, ["All", "8", ""]);
    ada.see("Parliament debated 1 of them and decided not to debate 0.");
    assert_eq!(
        ada.table("Rejected petitions, by reason").rows,
        [["Action unclear", "2", "67%"], ["Offensive or a joke", "1", "33%"]]
    );
    ada.see("The text of 1 of them is not public.");
    let reached = ada.table("How many got how far");
    assert_eq!(reached.rows[0][..3], ["10,000, for a response", "6", "75%"]);
    assert_eq!(reached.rows[1][..3], ["100,000, for a debate", "1", "12%"]);
}

#[tokio::test]
async fn programs_get_the_same() {
    let (app, overdue) = site().await;
    app.run_job("make statistics", app.now).await;
    let json = app.get("/statistics.json").await.json();
    with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("statistics.json", serde_json::to_string_pretty(&json).expect("JSON"));
    });
    let sum = |field: &str| {
        json["months"]
            .as_array()
            .expect("months")
            .iter()
            .map(|month| month[field].as_i64().expect("a number"))
            .sum::<i64>()
    };
    assert_eq!(
        sum("added") - sum("removed") + json["signatures"]["undated"].as_i64().expect("a number"),
        json["signatures"]["total"]
    );

    let months = app.get("/statistics.csv").await.csv();
    assert_eq!(
        months[0].join(","),
        "month,published,rejected,closed,answered,debated,signatures_added,signatures_removed"
    );
    assert_eq!(months.len() - 1, json["months"].as_array().expect("months").len());
    assert_eq!(months.last().expect("a month")[0], "2022-08");
    let departments = app.get("/statistics.csv?table=departments").await.csv();
    assert_eq!(departments[1], ["Home Office", "3", "3", "2", "5.6", "0", "0"]);
    let late = app.get("/statistics.csv?table=overdue").await.csv();
    assert_eq!(
        late[1..],
        [[overdue.id.to_string().as_str(), "Answer this, too", "", "15000", "2022-07-09T20:00:00.000Z", "43"]
            .map(str::to_owned)
            .to_vec()]
    );
    let outcomes = app.get("/statistics.csv?table=outcomes").await.csv();
    assert!(outcomes.contains(&vec!["rejected_no_action".to_owned(), "2".to_owned()]), "{outcomes:?}");
    let refused = app.get("/statistics.csv?table=people").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().contains("The table is months, departments, overdue or outcomes."));
}

#[tokio::test]
async fn they_are_of_the_moment_that_they_tell() {
    let app = TestApp::new().await;
    app.petition().without_history().signatures(40).create().await;
    let mut ada = app.visitor();
    ada.visit(urls::statistics()).await.see("40 signatures on 1 petition");
    app.run_job("make statistics", app.now).await;
    app.petition().without_history().signatures(2).create().await;
    app.set_time(app.now + SignedDuration::from_mins(20));
    ada.visit_anew(urls::statistics()).await.see("40 signatures on 1 petition, as at 21:00 on 21 August 2022.");
    assert_eq!(app.get("/statistics.json").await.json()["signatures"]["total"], 40);
    app.run_job("make statistics", app.now + SignedDuration::from_mins(15)).await;
    ada.visit_anew(urls::statistics()).await.see("42 signatures on 2 petitions, as at 21:15 on 21 August 2022.");
}

#[tokio::test]
async fn an_empty_site_has_statistics_without_numbers() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit(urls::statistics()).await;
    ada.see("0 signatures on 0 petitions").see("No petition has had enough signatures for a response yet.");
    assert_eq!(app.get("/statistics.json").await.json()["months"].as_array().map(Vec::len), Some(1), "the running one");
}

#[tokio::test]
async fn what_another_program_has_kept_is_made_anew() {
    let app = TestApp::new().await;
    app.petition().without_history().signatures(40).create().await;
    app.sql("insert into statistics (as_at, document) values (now(), '{\"as_at\": \"yesterday\"}')")
        .await
        .expect("kept");
    assert_eq!(app.get("/statistics.json").await.json()["signatures"], json!({ "total": 40, "undated": 40 }));
    let mut db = app.db().await;
    assert!(store::statistics::kept(&mut db).await.expect("the database").is_none());
    app.run_job("make statistics", app.now).await;
    assert!(store::statistics::kept(&mut db).await.expect("the database").is_some());
    let json: Value = app.get("/statistics.json").await.json();
    assert_eq!(json["as_at"], "2022-08-21T20:00:00.000Z");
}

#[tokio::test]
async fn months_that_are_over_are_added_up_once_and_say_the_same() {
    let (app, _) = site().await;
    let months = async || {
        app.run_job("make statistics", app.now).await;
        app.get(&urls::statistics_data("json")).await.json()["months"].clone()
    };
    let before = months().await;
    assert!(app.run_job("sum months", app.now).await > 3);
    assert_eq!(months().await, before);
    assert_eq!(app.run_job("sum months", app.now).await, 0, "all are summed");
    assert_eq!(app.run_job("sum months", app.now - DAY * 90).await, 0, "time does not go back");
    assert_eq!(months().await, before);

    // What is no longer public does not count any more, in no month; what is public again does.
    app.sql(
        "update petitions set state = 'hidden', rejected_at = closed_at
         where id = (select max(id) from petitions where state = 'closed')",
    )
    .await
    .expect("hidden");
    let without = months().await;
    assert_ne!(without, before);
    app.sql("update signature_months set added = added + 1").await.expect("altered by hand");
    assert_ne!(months().await, without);
    for id in app.ask("select string_agg(id::text, ' ') from petitions").await.split(' ') {
        let id: i64 = id.parse().expect("a number");
        store::recount::rebuild(&mut app.db().await, id.into()).await.expect("rebuilt");
    }
    assert_eq!(months().await, without, "a recount makes the months anew");
}

#[tokio::test]
async fn what_is_imported_into_months_that_were_summed_counts_in_them() {
    let (app, _) = site().await;
    app.run_job("sum months", app.now).await;
    app.petition().imported(700_002).opened(at("2022-02-01T10:00:00Z")).signatures(900).create().await;
    app.run_job("make statistics", app.now).await;
    let statistics = app.get(&urls::statistics_data("json")).await.json();
    let sum = |name: &str| {
        let months = statistics["months"].as_array().expect("months").iter();
        months.map(|month| month[name].as_i64().expect("a number")).sum::<i64>()
    };
    let signatures = &statistics["signatures"];
    let (total, undated) = (signatures["total"].as_i64().expect("all"), signatures["undated"].as_i64().expect("some"));
    assert_eq!(sum("added") - sum("removed"), total - undated);
}
