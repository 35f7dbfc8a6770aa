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
        ("/history.csv?step=hour&range=24h", 200),
        ("/history.html", 406),
        ("/history.pdf", 406),
        ("/history", 406),
        ("/places", 406),
        ("/places.html", 406),
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
