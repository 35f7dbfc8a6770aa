//! The protected area holds: every address of it keeps what it shows to itself, refuses forms of other sites, and answers
//! whatever nonsense it is sent without falling over.

use std::collections::BTreeMap;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use reqwest::{Method, StatusCode};
use undersigned::{
    domain::staff::Role,
    web::admin::{Address, addresses},
};

use crate::support::{Answer, TestApp, Visitor};

/// An address with numbers of things that are not there.
fn nowhere(address: &Address) -> String {
    fill(address.path, "999999999")
}

fn fill(path: &str, value: &str) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        filled.push_str(value);
        rest = after.split_once('}').expect("a closed brace").1;
    }
    filled + rest
}

/// What a browser in which somebody has signed in sends.
async fn send(app: &TestApp, who: &Visitor, method: Method, path: &str, form: Option<String>) -> Answer {
    let mut request = app.request(method, path).header("sec-fetch-site", "same-origin");
    request = request.header("cookie", format!("staff={}", who.cookie("staff").expect("a session")));
    if let Some(form) = form {
        request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    }
    Answer::to(request).await
}

#[tokio::test]
async fn nothing_of_it_is_kept_found_or_read_by_others() {
    let app = TestApp::new().await;
    let grace = app.staff(Role::Sysadmin).await;
    for address in addresses().into_iter().filter(|address| address.method == Method::GET) {
        for answer in
            [app.get(&nowhere(&address)).await, send(&app, &grace, Method::GET, &nowhere(&address), None).await]
        {
            let path = address.path;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
            assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
            if answer.status == StatusCode::OK && answer.header("content-type").starts_with("text/html") {
                assert!(answer.text().contains(r#"<meta name="robots" content="noindex">"#), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused_everywhere() {
    let app = TestApp::new().await;
    let grace = app.staff(Role::Sysadmin).await;
    let cookie = format!("staff={}", grace.cookie("staff").expect("a session"));
    for address in addresses().into_iter().filter(|address| address.method == Method::POST) {
        for (header, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let request = app.request(Method::POST, &nowhere(&address)).header(header, value);
            let request = request.header("cookie", &cookie).header("content-type", "application/x-www-form-urlencoded");
            let answer = Answer::to(request.body("name=x")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", address.path);
        }
    }
}

#[tokio::test]
async fn tampered_and_foreign_cookies_lead_to_signing_in() {
    let app = TestApp::new().await;
    let grace = app.staff(Role::Sysadmin).await;
    let good = grace.cookie("staff").expect("a session").to_owned();
    let long = "a".repeat(5000);
    for token in ["", "x", "../../etc/passwd", "%00", &good[1..], &format!("{good}0"), &good.to_uppercase(), &long] {
        let answer = Answer::to(app.request(Method::GET, "/admin").header("cookie", format!("staff={token}"))).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/admin/sign-in"), "{token}");
    }
    let doubled = format!("staff={good}; staff=x");
    let answer = Answer::to(app.request(Method::GET, "/admin").header("cookie", doubled)).await;
    assert!([200, 303].contains(&answer.status.as_u16()));
}

#[tokio::test]
async fn nonsense_in_addresses_and_forms_breaks_nothing() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let grace = app.staff(Role::Sysadmin).await;
    let mut chance = TestRunner::deterministic();
    let text = prop_oneof![
        Just(String::new()),
        Just("<script>alert(1)</script>".to_owned()),
        Just("-1".to_owned()),
        Just("99999999999999999999999".to_owned()),
        Just("2026-02-31".to_owned()),
        Just("9999-12-31".to_owned()),
        Just("-009999-01-01".to_owned()),
        Just("%".to_owned()),
        Just("*".repeat(3000)),
        Just("[".repeat(3000)),
        Just("\u{202e}\u{fffd}\u{1f469}\u{200d}\u{1f469}".to_owned()),
        "\\PC{0,80}",
    ];
    let names = [
        "action",
        "address",
        "after",
        "background",
        "body",
        "code",
        "conditions",
        "confirm",
        "country",
        "date",
        "debated_on",
        "department",
        "details",
        "domain",
        "email",
        "from",
        "ids",
        "name",
        "network",
        "note",
        "page",
        "password",
        "petition",
        "postcode",
        "publish_at",
        "q",
        "reason",
        "responded_on",
        "revision",
        "role",
        "rule",
        "since",
        "state",
        "summary",
        "tag",
        "topic",
        "until",
        "version",
    ];
    let mut statuses: BTreeMap<u16, u32> = BTreeMap::new();
    for address in addresses() {
        for value in [
            petition.id.to_string(),
            "1".into(),
            "0".into(),
            "abc".into(),
            "9".repeat(30),
            "%00".into(),
            "a%2Fb".into(),
        ] {
            let fields: Vec<String> = names
                .iter()
                .map(|name| {
                    let mut value = text.new_tree(&mut chance).expect("a text").current();
                    if address.method == Method::GET {
                        // An address has an end.
                        value = value.chars().take(60).collect();
                    }
                    format!("{name}={}", undersigned::urls::admin::encoded(&value))
                })
                .collect();
            let path = fill(address.path, &value);
            let answer = match address.method {
                Method::POST => send(&app, &grace, Method::POST, &path, Some(fields.join("&"))).await,
                _ => send(&app, &grace, Method::GET, &format!("{path}?{}", fields.join("&")), None).await,
            };
            *statuses.entry(answer.status.as_u16()).or_default() += 1;
            assert!(!answer.status.is_server_error(), "{} {path}: {}", address.method, answer.text());
        }
    }
    assert!(statuses.len() > 1, "{statuses:?}");
}
