//! Data for programs as it should be, and the rules for asking.

use insta::{assert_snapshot, with_settings};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use undersigned::{domain::petition::Debate, urls};

use crate::support::{Answer, Created, Setup, TestApp, at, day};

/// A site with an address of its own and a small petition that has everything.
async fn site() -> (TestApp, Created) {
    let setup = Setup { public_url: Some("https://petitions.example.org".to_owned()), ..Setup::default() };
    let app = TestApp::with(setup).await;
    let debate = Debate {
        debated: true,
        debated_on: Some(day("2022-08-19")),
        overview: Some("Members agreed.".to_owned()),
        transcript_url: Some("https://hansard.example.org/1".to_owned()),
        ..Debate::default()
    };
    let petition = app
        .petition()
        .action("Plant trees along every railway line")
        .opened(at("2022-08-17T09:00:00Z"))
        .signatures(120)
        .counted(at("2022-08-20T20:00:00Z"), 110)
        .counted(at("2022-08-21T09:00:00Z"), 125)
        .counted(at("2022-08-21T19:30:00Z"), 118)
        .answered(day("2022-08-18"), "Department for Transport", "We agree.", "In *part*.")
        .debate_on(day("2022-08-19"))
        .debated(debate, at("2022-08-20T09:00:00Z"))
        .activity(day("2022-08-20"), "The Committee wrote to the Minister", "About *hedges*.")
        .topic("environment")
        .in_constituency("E14001063", "Aldershot", 70)
        .in_constituency("W07000112", "Ynys Môn", 40)
        .in_country("FR", "France", 5)
        .in_country("GB", "United Kingdom", 115)
        .change(|record| {
            record.dates.response_threshold_reached_at = Some(at("2022-08-17T21:00:00.5Z"));
            record.dates.debate_threshold_reached_at = Some(at("2022-08-18T07:00:00Z"));
        })
        .create()
        .await;
    app.petition().without_history().action("Keep the station open").rejected("no-action").signatures(6).create().await;
    (app, petition)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

#[track_caller]
fn as_before(name: &str, text: &str) {
    with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!(name, text);
    });
}

#[tokio::test]
async fn a_petition_and_its_count() {
    let (app, petition) = site().await;
    as_before("petition.json", &pretty(&app.get(&urls::petition_json(&petition.id)).await.json()));
    as_before("count.json", &pretty(&app.get(&urls::count_json(&petition.id)).await.json()));
}

#[tokio::test]
async fn lists() {
    let (app, _) = site().await;
    as_before("petitions.json", &pretty(&app.get("/petitions.json?state=all").await.json()));
    as_before("petitions.csv", app.get("/petitions.csv").await.text());
}

#[tokio::test]
async fn the_history() {
    let (app, petition) = site().await;
    let csv = urls::history(&petition.id, "csv");
    as_before("history.csv", app.get(&format!("{csv}?step=day")).await.text());
    as_before("history-24h.csv", app.get(&format!("{csv}?range=24h")).await.text());
    let json = urls::history(&petition.id, "json");
    as_before("history.json", &pretty(&app.get(&format!("{json}?step=day&range=7d")).await.json()));
}

/// The rows of a history: when each begins, what it added and removed, and the total.
fn rows(json: &Value) -> Vec<(String, i64, i64, i64)> {
    let number = |row: &Value, name: &str| row[name].as_i64().expect("a number");
    let row = |row: &Value| {
        let starts_at = row["starts_at"].as_str().expect("a moment").to_owned();
        (starts_at, number(row, "added"), number(row, "removed"), number(row, "total"))
    };
    json["rows"].as_array().expect("rows").iter().map(row).collect()
}

#[tokio::test]
async fn rows_of_a_history_add_up_to_the_count_whatever_is_asked_for() {
    let (app, petition) = site().await;
    let url = urls::history(&petition.id, "json");
    let mut told = 0;
    for step in ["", "step=minute", "step=hour", "step=day"] {
        for range in ["", "range=24h", "range=7d", "range=30d", "range=all"] {
            for since in [
                "",
                "since=2022-08-01",
                "since=2022-08-20",
                "since=2022-08-20T19:29:59Z",
                "since=2022-08-21T12:34:56.789%2B01:00",
                "since=2022-08-21T12:34:56+01:00",
                "since=2022-08-21T20:00:00Z",
                "since=2031-01-01",
            ] {
                let path = format!("{url}?{step}&{range}&{since}");
                let answer = app.get(&path).await;
                if step == "step=minute" && answer.status == StatusCode::BAD_REQUEST {
                    assert!(answer.text().contains("Minutes are kept for two days."), "{path}: {}", answer.text());
                    continue;
                }
                assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
                let json = answer.json();
                let mut total = json["total_before"].as_i64().expect("a count");
                for (starts_at, added, removed, after) in rows(&json) {
                    total += added - removed;
                    assert_eq!(after, total, "{path} {starts_at}");
                }
                assert_eq!(total, 120, "{path}");
                assert_eq!(json["signature_count"], 120, "{path}");
                let complete = json["rows"].as_array().expect("rows").iter().filter(|row| row["complete"] == true);
                assert!(complete.count() + 1 >= rows(&json).len(), "{path}: only the last may be running");
                let csv = app.get(&path.replace(".json", ".csv")).await.csv();
                assert_eq!(csv.len(), rows(&json).len() + 1, "{path}");
                told += 1;
            }
        }
    }
    assert_eq!(told, 4 * 5 * 8 - 7, "those that are too far back for minutes are refused");
}

#[tokio::test]
async fn minutes_are_told_for_two_days() {
    let (app, petition) = site().await;
    let url = urls::history(&petition.id, "json");
    let json = app.get(&format!("{url}?step=minute")).await.json();
    assert_eq!((&json["minutes_since"], &json["step"]), (&"2022-08-19T20:00:00.000Z".into(), &"minute".into()));
    let all = rows(&json);
    assert_eq!((all.len(), all[0].0.as_str()), (48 * 60, "2022-08-19T20:00:00.000Z"));
    let day = rows(&app.get(&format!("{url}?step=minute&range=24h")).await.json());
    assert_eq!(day[..], all[24 * 60..]);
    let late = rows(&app.get(&format!("{url}?step=minute&since=2022-08-21T19:29:59Z")).await.json());
    assert_eq!((late.len(), late[0].0.as_str()), (31, "2022-08-21T19:29:00.000Z"));

    let refused = app.get(&format!("{url}?step=minute&since=2022-08-19")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().contains("Ask for since=2022-08-19T20:00:00.000Z or later, or for step=hour."));
    let long_ago = app.petition().closed(20).create().await;
    let refused = app.get(&format!("{}?step=minute", urls::history(&long_ago.id, "csv"))).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().contains("this history ends at 00:00 on 2 August 2022."), "{}", refused.text());
}

#[tokio::test]
async fn who_reads_along_has_no_gap_and_nothing_twice() {
    let app = TestApp::new().await;
    let hours_ago = |hours: i64| app.now - jiff::SignedDuration::from_hours(hours);
    app.set_time(hours_ago(16));
    let mut record = app
        .petition()
        .imported(700_001)
        .signatures(400)
        .counted(hours_ago(40), 100)
        .counted(hours_ago(20), 310)
        .counted(hours_ago(16), 400)
        .change(|record| record.dates.updated_at = hours_ago(16))
        .create()
        .await
        .record;
    let id = record.id.expect("its number");
    let url = urls::history(&id, "json");
    for step in ["hour", "day"] {
        let mut read = rows(&app.get(&format!("{url}?step={step}")).await.json());
        for more in 1..=3_i64 {
            let now = record.readings.last().expect("one").at + jiff::SignedDuration::from_mins(47 * more);
            app.set_time(now);
            record.signature_count += 13;
            record.dates.updated_at = now;
            record.readings.push(undersigned::domain::history::Reading { at: now, count: record.signature_count });
            app.import(&record).await.expect("a newer file");

            let (last, ..) = read.pop().expect("a row");
            read.extend(rows(&app.get(&format!("{url}?step={step}&since={last}")).await.json()));
            let whole = rows(&app.get(&format!("{url}?step={step}&since={}", read[0].0)).await.json());
            let apart = read.iter().zip(&whole).find(|(read, row)| read != row);
            assert_eq!((apart, read.len()), (None, whole.len()), "{step}");
            assert_eq!(read.last().expect("a row").3, i64::from(record.signature_count));
        }
    }
}

#[tokio::test]
async fn what_stands_out_is_in_the_json_of_a_petition() {
    let app = TestApp::new().await;
    let petition = app
        .petition()
        .opened(at("2022-08-17T09:00:00Z"))
        .signatures(12_000)
        .counted(at("2022-08-17T12:00:00Z"), 10_000)
        .counted(at("2022-08-20T20:00:00Z"), 11_000)
        .counted(at("2022-08-21T19:00:00Z"), 11_400)
        .change(|record| record.dates.response_threshold_reached_at = Some(at("2022-08-17T12:00:00Z")))
        .create()
        .await;
    let json = app.get(&urls::petition_json(&petition.id)).await.json();
    let growth = &json["data"]["attributes"]["growth"];
    assert_eq!((&growth["last_24_hours"], &growth["last_hour"]), (&1_000.into(), &600.into()));
    assert_eq!(growth["thresholds_reached"][0]["seconds_after_opening"], 3 * 3600);
    assert!(growth["peak_hour"].is_null(), "the first hours are spread evenly, none of them stands out");
    assert_eq!(growth["peak_day"]["starts_at"], "2022-08-17T09:00:00.000Z");

    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    assert_eq!(ada.fact("10,000 signatures"), "after 3 hours on 17 August 2022");
    let today = format!("{} ", growth["today"].as_i64().expect("a count"));
    assert!(ada.fact("Today so far").starts_with(&today), "{} {growth}", ada.fact("Today so far"));
    let yesterday = growth["yesterday_by_now"].as_i64().expect("a count");
    assert!(ada.fact("Today so far").ends_with(&format!("{yesterday} yesterday by this time")), "{growth}");
    assert!(ada.fact("Busiest day").ends_with(" 17 August 2022"), "{}", ada.fact("Busiest day"));
}

#[tokio::test]
async fn the_places() {
    let (app, petition) = site().await;
    let csv = app.get(&urls::places(&petition.id, "csv")).await;
    let rows: Vec<&str> = csv.text().lines().collect();
    assert_eq!(rows.len(), 1 + 650 + 12 + 2 + 1);
    let telling =
        |row: &&&str| !row.starts_with("constituency,") || row.contains("Aldershot") || row.contains("Ynys Môn");
    as_before("places.csv", &rows.iter().filter(telling).copied().collect::<Vec<_>>().join("\n"));
    let json = app.get(&urls::places(&petition.id, "json")).await.json();
    assert_eq!(json["places"].as_array().expect("places").len(), rows.len() - 1);
    assert_eq!((&json["signature_count"], &json["boundaries"]), (&120.into(), &2024.into()));
}

#[tokio::test]
async fn what_is_popular_topics_and_health() {
    let (app, _) = site().await;
    as_before("trending.json", &pretty(&app.get("/trending.json").await.json()));
    as_before("topics.json", &pretty(&app.get("/topics.json").await.json()));
    as_before("health-check.json", &pretty(&app.get("/health-check").await.json()));
    let constituencies = app.get("/constituencies.json").await.json();
    assert_eq!(constituencies.as_object().expect("an object").len(), 650);
    as_before("constituency.json", &pretty(&constituencies["W07000112"]));
}

#[tokio::test]
async fn pictures_stand_for_themselves() {
    let (app, petition) = site().await;
    for name in ["history", "places"] {
        let svg = app.get(&format!("{}/{name}.svg", petition.url())).await;
        assert_eq!(svg.header("content-type"), "image/svg+xml; charset=utf-8");
        assert!(svg.text().trim_start().starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{}", svg.text());
        assert!(svg.text().contains("<style>") && !svg.text().contains("<script"), "{name}");
    }
    let short = app.get(&format!("{}/history.svg?range=24h", petition.url())).await;
    assert_eq!(short.status, StatusCode::OK);
}

#[tokio::test]
async fn what_cannot_be_had_is_said() {
    let (app, petition) = site().await;
    let url = petition.url();
    for (path, status) in [
        ("/history.csv?step=week", 400),
        ("/history.csv?range=week", 400),
        ("/history.json?since=yesterday", 400),
        ("/history.json?since=2022-13-01", 400),
        ("/history.json?since=2022-08-21T20:00", 400),
        ("/history.json?since=0001-01-01", 200),
        ("/history.json?since=9999-12-01", 200),
        ("/history.csv?step=hour&range=24h", 200),
        ("/history.html", 406),
        ("/history.pdf", 406),
        ("/history", 406),
        ("/card", 406),
        ("/card.svg", 406),
        ("/card.png", 200),
        ("/embed.png", 404),
        ("/embed?theme=blue", 400),
        ("/share?size=huge", 400),
        ("/share?theme=blue", 400),
        ("/places.html", 406),
        ("/places.svg?map=share", 200),
        ("/places.svg?map=usual", 404),
        ("/places.svg?map=colourful", 400),
        ("/places", 200),
        ("/places?map=colourful", 400),
        ("/places?places_by=luck", 400),
        ("/count.csv", 406),
        ("/count", 200),
        ("/signatures.json", 404),
        ("/nothing.json", 404),
        ("/nothing", 404),
        (".json/history.csv", 404),
        (".csv", 406),
        (".", 406),
    ] {
        assert_eq!(app.get(&format!("{url}{path}")).await.status.as_u16(), status, "{path}");
    }
    for (accept, kind) in [
        ("application/json", "application/json; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("application/json;q=0.5, text/html;q=0", "application/json; charset=utf-8"),
        ("nonsense", "text/html; charset=utf-8"),
    ] {
        let answer = Answer::to(app.request(Method::GET, &url).header("accept", accept)).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, kind), "{accept}");
    }
}
