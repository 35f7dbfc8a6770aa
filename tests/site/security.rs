//! Every route protects those who use it, and an error tells them what to do and nobody anything else.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

use proptest::prelude::*;
use reqwest::{Method, StatusCode};
use undersigned::{domain::petition::PetitionState, urls};

use crate::support::{Answer, Page, RUNTIME, Setup, TestApp, problems};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const EMBED_POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors *; base-uri 'none'";
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *";

/// Every route as the program has it, its parameters filled in for the first sample petition.
pub(super) fn routes() -> Vec<String> {
    let source =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/routes.rs")).expect("the routes");
    let patterns = source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().expect("a pattern"));
    let mut routes = Vec::new();
    for pattern in patterns {
        let path = pattern.replace("{petition}", "1000000").replace("{file}", "site.000000000000.css");
        let path = path
            .replace("{signature}", "1")
            .replace("{mail}", "1")
            .replace("{draft}", "1")
            .replace("{period}", "2000-.json")
            .replace("{page}", "own")
            .replace("{place}", "ynys-mon")
            .replace("{follow}", "1")
            .replace("{topic}", "health")
            .replace("{part}", "petitions-20.xml");
        if path.contains("{name}") {
            for name in [
                "card.png",
                "count.json",
                "history.csv",
                "history.json",
                "history.svg",
                "places.csv",
                "places.json",
                "places.svg",
            ] {
                routes.push(path.replace("{name}", name));
            }
        } else {
            routes.push(path);
        }
    }
    assert!(routes.len() > 25 && !routes.iter().any(|path| path.contains('{')), "{routes:?}");
    routes.push("/petitions/1000000.json".to_owned());
    routes
}

#[tokio::test]
async fn every_route_sends_the_protecting_headers() {
    let app = TestApp::sample().await;
    let errors = ["/nowhere", "/petitions/abc", "/petitions/1", "/petitions/1000000.xml", "/petitions/1.json"];
    for path in routes().iter().map(String::as_str).chain(errors) {
        let answer = app.get(path).await;
        let header = |name: &str| answer.header(name).to_owned();
        let policy = match path.rsplit('/').next() {
            Some("embed") => EMBED_POLICY.to_owned(),
            Some("share") => POLICY.replace("form-action", "frame-src 'self'; form-action"),
            Some(name) if name.ends_with(".svg") => PICTURE_POLICY.to_owned(),
            _ => POLICY.to_owned(),
        };
        assert_eq!(header("content-security-policy"), policy, "{path}");
        let framed = header("content-security-policy").contains("frame-ancestors *");
        let text = header("content-type").starts_with("text/html");
        assert!(!framed || !text || path.ends_with("/embed"), "{path} is a page that others may frame");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        let secret = path.starts_with("/signatures/") || path.starts_with("/follows/");
        let referrer = if secret { "no-referrer" } else { "same-origin" };
        assert_eq!(header("referrer-policy"), referrer, "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(header("permissions-policy").contains("geolocation=()"), "{path}");
        assert_eq!(header("strict-transport-security"), "", "{path} is not served over https here");
        assert_eq!(header("set-cookie"), "", "{path}");
        assert_eq!(header("server"), "", "{path}");
        let id = header("x-request-id");
        assert!(id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}: {id}");
        let data =
            !header("content-type").starts_with("text/html") && !header("content-type").starts_with("text/plain");
        let open = header("access-control-allow-origin");
        if !data {
            assert_eq!(open, "", "{path} is for people");
        } else if answer.status.is_success() && path.starts_with("/petitions") {
            assert_eq!(open, "*", "{path} is for everyone's programs");
        }
    }
}

#[tokio::test]
async fn served_over_https_it_stays_there() {
    let setup = Setup { public_url: Some("https://petitions.example.org".to_owned()), ..Setup::default() };
    let app = TestApp::with(setup).await;
    let answer = app.get("/").await;
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
    let page = Page::of("/".to_owned(), &answer);
    assert_eq!(page.select("link[rel='canonical']")[0].attr("href"), Some("https://petitions.example.org/"));
}

#[tokio::test]
async fn no_two_requests_have_the_same_number() {
    let app = TestApp::sample().await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..50 {
        assert!(seen.insert(app.get("/ping").await.header("x-request-id").to_owned()));
    }
}

#[tokio::test]
async fn what_cannot_be_done_at_an_address_is_told() {
    let app = TestApp::sample().await;
    for path in routes().iter().filter(|path| !path.starts_with("/static")) {
        let takes_forms = ["/signatures", "/sponsors/new", "/creator"].iter().any(|part| path.contains(part))
            || path.starts_with("/petitions/drafts/")
            || path.contains("/follow")
            || ["/petitions/local", "/petitions/new", "/feedback"].contains(&path.as_str());
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            if takes_forms && method == Method::POST {
                continue;
            }
            let answer = Answer::to(app.request(method.clone(), path)).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            let allowed = answer.header("allow");
            match takes_forms {
                true => assert!(["GET,HEAD", "POST", "GET,HEAD,POST"].contains(&allowed), "{path}: {allowed}"),
                false => assert_eq!(allowed, "GET,HEAD", "{method} {path}"),
            }
        }
    }
}

#[tokio::test]
async fn forms_from_other_sites_are_refused() {
    let app = TestApp::sample().await;
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", StatusCode::FORBIDDEN),
        ("sec-fetch-site", "same-site", StatusCode::FORBIDDEN),
        ("origin", "https://evil.example", StatusCode::FORBIDDEN),
        ("sec-fetch-site", "same-origin", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let answer = Answer::to(app.request(Method::POST, "/petitions").header(name, value).body("q=1")).await;
        assert_eq!(answer.status, status, "{name}: {value}");
        let page = Page::of("/petitions".to_owned(), &answer);
        assert_eq!(problems(&page), [""; 0]);
    }
    let link = Answer::to(app.request(Method::GET, "/petitions").header("sec-fetch-site", "cross-site")).await;
    assert_eq!(link.status, StatusCode::OK, "links may come from anywhere");
}

#[tokio::test]
async fn errors_are_pages_for_people_and_json_for_programs() {
    let app = TestApp::new().await;
    app.petition().state(PetitionState::Removed).create().await;
    let get = |path: &str| app.request(Method::GET, path);
    let post = |path: &str| app.request(Method::POST, path);
    for (status, title, request, path) in [
        (400, "This address or form is not right", get("/petitions/abc"), "/petitions/abc"),
        (400, "This address or form is not right", get("/petitions/%FF"), "/petitions/%FF"),
        (400, "This address or form is not right", get("/petitions?q=%00"), "/petitions?q=%00"),
        (403, "This is not allowed", post("/help").header("sec-fetch-site", "cross-site"), "/help"),
        (404, "Page not found", get("/nowhere"), "/nowhere"),
        (404, "Page not found", get("/petitions/7"), "/petitions/7"),
        (405, "This cannot be done here", post("/help"), "/help"),
        (406, "Not available in this format", get("/petitions/7.xml"), "/petitions/7.xml"),
        (406, "Not available in this format", get("/petitions/7").header("accept", "image/png"), "/petitions/7"),
        (410, "This petition was removed", get("/petitions/1000000"), "/petitions/1000000"),
    ] {
        let for_programs = request.try_clone().expect("a request that can be repeated");
        let answer = Answer::to(request).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
        let id = answer.header("x-request-id").to_owned();
        let page = Page::of(path.to_owned(), &answer);
        assert_eq!(problems(&page), [""; 0], "{path}");
        assert_eq!(page.heading(), title);
        assert!(page.text().contains(&format!("quote {id}")), "{}", page.text());
        assert!(page.text().contains(&format!("answered with status {status}")), "{}", page.text());
        assert_eq!(answer.header("cache-control"), "no-store");

        let accepted = for_programs.header("accept", "application/json");
        if status == 406 {
            continue;
        }
        let answer = Answer::to(accepted).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let error = &answer.json()["error"];
        assert_eq!((&error["status"], &error["title"]), (&status.into(), &title.into()), "{path}");
        assert_eq!(error["request_id"], answer.header("x-request-id"));
        assert!(error["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{error}");
    }
    for path in ["/petitions/abc.json", "/petitions/7.json", "/petitions/1000000.json", "/nowhere.json"] {
        let answer = app.get(path).await;
        assert_eq!(answer.json()["error"]["status"], answer.status.as_u16(), "{path}");
    }
}

/// Nobody has to send ten megabytes to learn that they are too many.
#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_sent() {
    let app = TestApp::sample().await;
    for (accept, kind, words) in [
        ("text/html", "text/html", "<h1>This is too large</h1>"),
        ("application/json", "application/json", "\"title\":\"This is too large\""),
    ] {
        let host = app.url.strip_prefix("http://").expect("an address");
        let mut connection = TcpStream::connect(host).expect("a connection");
        write!(
            connection,
            "POST /petitions HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\nContent-Length: 10000000\r\n\
             Expect: 100-continue\r\n\r\n"
        )
        .expect("a request");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("an answer, and the end");
        assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
        assert!(answer.contains(&format!("content-type: {kind}; charset=utf-8\r\n")), "{answer}");
        assert!(answer.contains(words), "{answer}");
        let id = answer.split("x-request-id: ").nth(1).and_then(|rest| rest.get(..12)).expect("a number");
        assert_eq!(answer.matches(id).count(), 2, "in the header and in what is said: {answer}");
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_a_busy_site() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    app.lose_database().await;
    for path in [urls::petitions().to_owned(), "/".to_owned(), petition.url(), urls::sign(&petition.id)] {
        let answer = app.get(&path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.header("retry-after"), "60");
        let page = Page::of(path, &answer);
        assert_eq!(problems(&page), [""; 0]);
        assert_eq!(page.heading(), "The site is very busy");
        tells_nothing(&page.text());
    }
    let json = app.get("/petitions.json").await;
    assert_eq!(json.status, StatusCode::SERVICE_UNAVAILABLE);
    tells_nothing(&json.json().to_string());
    assert_eq!(app.get("/ping").await.text(), "PONG", "the program itself is well");
    let health = app.get("/health-check").await;
    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(health.json()["database_connection"], false);
    for path in [urls::help(), urls::privacy(), urls::start()] {
        assert_eq!(app.get(path).await.status, StatusCode::OK, "{path} needs no database");
    }
}

#[tokio::test]
async fn a_broken_database_is_our_mistake() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    app.sql("drop table tally_hours cascade").await.expect("a broken database");
    for path in [petition.url(), urls::history(&petition.id, "csv")] {
        let answer = app.get(&path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        let page = Page::of(path, &answer);
        assert_eq!(problems(&page), [""; 0]);
        assert_eq!(page.heading(), "Something went wrong");
        tells_nothing(&page.text());
    }
    let json = app.get(&urls::history(&petition.id, "json")).await;
    tells_nothing(&json.json().to_string());
    assert_eq!(app.get("/petitions").await.status, StatusCode::OK, "what does not need the table still works");
}

#[track_caller]
fn tells_nothing(text: &str) {
    for inside in ["tally", "sqlx", "relation", "pool", "Pg", "postgres", "src/", "panicked", "undersigned_tests"] {
        assert!(!text.contains(inside), "“{inside}” is told: {text}");
    }
}

#[tokio::test]
async fn health_is_told_to_operators() {
    let app = TestApp::sample().await;
    let health = app.get("/health-check").await;
    assert_eq!(health.status, StatusCode::OK);
    let health = health.json();
    assert_eq!(health["status"], "ok");
    for part in ["database_connection", "database_write", "database_migrations"] {
        assert_eq!(health[part], true, "{part}");
    }
    assert_eq!(health["time"], "2022-08-21T20:00:00.000Z");
    let robots = app.get("/robots.txt").await;
    assert!(robots.text().starts_with("User-agent: *\nDisallow: /petitions/*/signatures/"), "{}", robots.text());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_address_breaks_the_site(
        path in "(/(petitions|petitions\\.json|petitions\\.csv|help|static|trending\\.json|1000000|10000..|[0-9]{1,20}|history|places|count|card|embed|share|statistics|[a-z.%&;:'\"<>\\\\ -]{0,12}|\\PC{0,6}))(\\.(json|csv|svg|png|html|xml))?(/\\PC{0,8})?(/\\PC{0,5})?",
        query in "((state|q|query|topic|page|count|range|step|theme|size|window|table)=(open|all|24h|day|dark|[0-9-]{1,21}|\\PC{0,12}|[&|!:*'\\\\%+]{1,6})&?){0,4}",
        accept in "(text/html|application/json|\\*/\\*|[a-z/*;=0-9.,q ]{0,20})",
    ) {
        let answer = RUNTIME.block_on(async {
            let app = TestApp::sample().await;
            Answer::to(app.request(Method::GET, &format!("{path}?{query}")).header("accept", accept)).await
        });
        prop_assert!(!answer.status.is_server_error(), "{}: {}", answer.status, answer.text());
    }
}
