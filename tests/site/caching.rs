//! What may be kept and for how long, what is asked again, and how small it is on its way.

use std::{io::Read, time::Duration};

use reqwest::{Method, StatusCode};
use undersigned::{domain::facet::Facet, urls};

use crate::support::{Answer, TestApp};

const A_SECOND: &str = "public, max-age=1, stale-while-revalidate=2, stale-if-error=60";
const A_MINUTE: &str = "public, max-age=60, stale-while-revalidate=120, stale-if-error=300";

/// What each address says about being kept.
const POLICIES: [(&str, &str); 53] = [
    ("/", A_SECOND),
    ("/petitions/1000000", A_SECOND),
    ("/petitions/1000000?range=7d", A_SECOND),
    ("/petitions/1000000?map=share", A_SECOND),
    ("/petitions/1000000/places", A_SECOND),
    ("/petitions/1000000/places?q=south", "no-cache"),
    ("/petitions/local", "no-cache"),
    ("/petitions/local/ynys-mon", "no-cache"),
    ("/petitions/local/ynys-mon/all", "no-cache"),
    ("/petitions/local/ynys-mon.json", "no-cache"),
    ("/constituencies", A_MINUTE),
    ("/petitions/1000000.json", A_SECOND),
    ("/petitions/1000000/count.json", A_SECOND),
    ("/trending.json", A_SECOND),
    ("/petitions", "no-cache"),
    ("/petitions?state=open&q=guide", "no-cache"),
    ("/petitions.json", "no-cache"),
    ("/petitions.atom", "no-cache"),
    ("/petitions.atom?state=open&q=guide", "no-cache"),
    ("/petitions/1000000.atom", A_MINUTE),
    ("/petitions/local/ynys-mon.atom", "no-cache"),
    ("/petitions/1000000/follow", "no-cache"),
    ("/petitions/local/ynys-mon/follow", "no-cache"),
    ("/topics", A_MINUTE),
    ("/sitemap.xml", A_MINUTE),
    ("/sitemap/pages.xml", A_MINUTE),
    ("/sitemap/petitions-20.xml", A_MINUTE),
    ("/petitions.csv", "no-cache"),
    ("/petitions/1000000/history.csv", "no-cache"),
    ("/petitions/1000000/history.json", "no-cache"),
    ("/petitions/1000000/history.svg", "no-cache"),
    ("/petitions/1000000/places.csv", "no-cache"),
    ("/petitions/1000000/places.json", "no-cache"),
    ("/petitions/1000000/places.svg", "no-cache"),
    ("/help", A_SECOND),
    ("/help/estimates", A_SECOND),
    ("/privacy", A_SECOND),
    ("/accessibility", A_SECOND),
    ("/cookies", A_SECOND),
    ("/petitions/start", A_SECOND),
    ("/topics.json", A_MINUTE),
    ("/constituencies.json", A_MINUTE),
    ("/favicon.ico", "public, max-age=3600"),
    ("/manifest.json", "public, max-age=3600"),
    ("/petitions/1000000/signatures/new", "no-cache"),
    ("/petitions/1000000/thank-you", "no-cache"),
    ("/petitions/1000000/share", "no-cache"),
    ("/petitions/1000000/card.png", A_MINUTE),
    ("/petitions/1000000/embed", A_MINUTE),
    ("/petitions/1000000/embed?theme=dark", A_MINUTE),
    ("/statistics", A_MINUTE),
    ("/statistics.json", A_MINUTE),
    ("/statistics.csv", A_MINUTE),
];

async fn asked(app: &TestApp, path: &str, header: &str, value: &str) -> Answer {
    Answer::to(app.request(Method::GET, path).header(header, value)).await
}

#[tokio::test]
async fn every_address_says_how_long_it_may_be_kept() {
    let app = TestApp::sample().await;
    for (path, policy) in POLICIES {
        let answer = app.get(path).await;
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, policy), "{path}");
    }
    for path in ["/ping", "/health-check", "/nowhere", "/petitions/1", "/petitions/abc", "/petitions/1000000.xml"] {
        assert_eq!(app.get(path).await.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let app = TestApp::sample().await;
    for (path, policy) in POLICIES.into_iter().filter(|(path, policy)| *policy != "no-store" && *path != "/favicon.ico")
    {
        let first = app.get(path).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{path}: {tag}");
        for known in [tag.clone(), format!("\"other\", {tag}"), tag.replace("W/", ""), "*".to_owned()] {
            let again = asked(app, path, "if-none-match", &known).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path} {known}");
            assert!(again.body.is_empty(), "{path}");
            assert_eq!((again.header("etag"), again.header("cache-control")), (&*tag, policy), "{path}");
            for gone in ["content-type", "content-encoding"] {
                assert_eq!(again.header(gone), "", "{path}");
            }
        }
        let other = asked(app, path, "if-none-match", "W/\"other\"").await;
        assert_eq!((other.status, other.body == first.body), (StatusCode::OK, true), "{path}");
    }
}

#[tokio::test]
async fn a_change_shows_within_a_second_though_the_page_is_kept() {
    let app = TestApp::new().await;
    let petition = app.petition().imported(700_001).signatures(1_000).create().await;
    let paths = [petition.url(), urls::petition_json(&petition.id), urls::count_json(&petition.id)];
    let mut tags = Vec::new();
    for path in &paths {
        tags.push(app.get(path).await.header("etag").to_owned());
    }
    let mut newer = petition.record.clone();
    newer.dates.updated_at += jiff::SignedDuration::from_mins(1);
    newer.signature_count = 1_234;
    app.import(&newer).await.expect("an import");
    tokio::time::sleep(Duration::from_millis(500)).await;
    for (path, tag) in paths.iter().zip(tags) {
        let answer = asked(&app, path, "if-none-match", &tag).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.text().contains("1,234") || answer.text().contains("1234"), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_change_of_state_shows_as_well() {
    let app = TestApp::new().await;
    let petition = app.petition().open_until(crate::support::day("2022-08-21")).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.see("Sign this petition");
    app.run_job("close petitions", crate::support::at("2022-08-22T00:00:00Z")).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    ada.visit(&petition.url()).await.see("This petition closed on 21 August 2022.").dont_see("Sign this petition");
    app.sql("update petitions set state = 'removed', removed_at = now()").await.expect("removed");
    tokio::time::sleep(Duration::from_millis(500)).await;
    ada.visit(&petition.url()).await.see("This petition was removed");
}

#[tokio::test]
async fn compressed_answers_hold_the_same() {
    let app = TestApp::sample().await;
    let css =
        app.get("/").await.text().split('"').find(|part| part.ends_with(".css")).expect("a stylesheet").to_owned();
    for path in ["/", "/petitions", "/petitions/1000000", "/petitions/1000000.json", "/petitions.csv", "/help", &css] {
        let plain = app.get(path).await;
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        let variants = plain.entries("vary");
        assert!(variants.contains(&"accept-encoding".to_owned()), "{path} varies by {variants:?}");

        let gzip = asked(app, path, "accept-encoding", "gzip").await;
        assert_eq!(gzip.header("content-encoding"), "gzip", "{path}");
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&gzip.body[..]).read_to_end(&mut text).expect("gzip");
        assert!(text == plain.body, "{path}");

        let brotli = asked(app, path, "accept-encoding", "gzip, deflate, br").await;
        assert_eq!(brotli.header("content-encoding"), "br", "{path}");
        let mut text = Vec::new();
        brotli::BrotliDecompress(&mut &brotli.body[..], &mut text).expect("brotli");
        assert!(text == plain.body, "{path}");
        assert!(brotli.body.len() < plain.body.len() / 2, "{path}: {}", brotli.body.len());
        assert_eq!(brotli.entries("vary"), variants, "{path}");
        assert_eq!(brotli.header("etag"), plain.header("etag"), "{path}");

        let identity = asked(app, path, "accept-encoding", "br;q=0, gzip;q=0, identity").await;
        assert_eq!(identity.header("content-encoding"), "", "{path}");
        assert!(identity.body == plain.body, "{path}");
    }
}

#[tokio::test]
async fn what_depends_on_the_wanted_format_says_so() {
    let app = TestApp::sample().await;
    for path in ["/petitions", "/petitions/1000000", "/petitions/1000000/count"] {
        let json = asked(app, path, "accept", "application/json").await;
        assert_eq!((json.status, json.header("content-type")), (StatusCode::OK, "application/json; charset=utf-8"));
        for answer in [json, app.get(path).await] {
            let varies = answer.headers.get_all("vary").iter().map(|value| value.to_str().expect("text"));
            let names: Vec<String> =
                varies.flat_map(|value| value.split(',')).map(|name| name.trim().to_owned()).collect();
            assert!(names.contains(&"accept".to_owned()), "{path}: {names:?}");
            let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
            assert_eq!(distinct.len(), names.len(), "{path}: {names:?}");
        }
    }
}

#[tokio::test]
async fn static_files_may_be_kept_for_ever() {
    let app = TestApp::sample().await;
    let mut ada = app.visitor();
    ada.visit("/").await;
    let page = ada.page();
    let css = page.select("link[rel='stylesheet']")[0].attr("href").expect("an address").to_owned();
    let js = page.select("script[src]")[0].attr("src").expect("an address").to_owned();
    for (path, kind) in [(&css, "text/css; charset=utf-8"), (&js, "text/javascript; charset=utf-8")] {
        let answer = app.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, kind));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    }
    for wrong in ["/static/site.css", "/static/site.000000000000.css", "/static/..%2fCargo.toml", "/static/"] {
        assert_eq!(app.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn heads_are_those_of_the_whole_answer() {
    let app = TestApp::sample().await;
    for (path, _) in POLICIES {
        let (get, head) = (app.get(path).await, Answer::to(app.request(Method::HEAD, path)).await);
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        for name in ["content-type", "cache-control", "etag", "content-length"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
    for path in ["/nowhere", "/petitions/abc", "/petitions/1"] {
        let head = Answer::to(app.request(Method::HEAD, path)).await;
        assert_eq!((head.status, head.body.len()), (app.get(path).await.status, 0), "{path}");
    }
}

#[tokio::test]
async fn while_the_database_is_away_the_last_page_is_shown() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let before = app.get(&petition.url()).await;
    app.lose_database().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let after = app.get(&petition.url()).await;
    assert_eq!((after.status, after.body == before.body), (StatusCode::OK, true));
    assert_eq!(app.get(&urls::list(Facet::Open)).await.status, StatusCode::SERVICE_UNAVAILABLE);
}
