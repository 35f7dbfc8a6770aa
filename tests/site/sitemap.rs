//! The sitemap: what search engines may find, and nothing else.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use undersigned::{domain::petition::PetitionState, urls};

use crate::support::{Answer, TestApp};

impl TestApp {
    /// The addresses of a sitemap, and when each last changed.
    async fn located(&self, path: &str) -> Vec<(String, String)> {
        let answer = self.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, "application/xml; charset=utf-8"),
            "{path}"
        );
        let document = roxmltree::Document::parse(answer.text()).unwrap_or_else(|error| panic!("{path}: {error}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().namespace(), Some("http://www.sitemaps.org/schemas/sitemap/0.9"));
        let part = |node: roxmltree::Node<'_, '_>, name: &str| {
            let found =
                node.children().find(|child| child.has_tag_name(("http://www.sitemaps.org/schemas/sitemap/0.9", name)));
            found.and_then(|child| child.text().map(str::to_owned)).unwrap_or_default()
        };
        let found = root.children().filter(roxmltree::Node::is_element).map(|node| {
            let address = part(node, "loc");
            (
                address.strip_prefix(&self.url).unwrap_or_else(|| panic!("{address} is not ours")).to_owned(),
                part(node, "lastmod"),
            )
        });
        found.collect()
    }
}

#[tokio::test]
async fn everything_public_is_in_it_and_nothing_else() {
    let app = TestApp::new().await;
    let mut public = vec![
        app.petition().create().await.url(),
        app.petition().closed(3).topic("water").create().await.url(),
        app.petition().rejected("duplicate").create().await.url(),
        app.petition().imported(700_001).create().await.url(),
    ];
    for state in PetitionState::ALL {
        if !matches!(state, PetitionState::Open | PetitionState::Closed | PetitionState::Rejected) {
            app.petition().state(state).without_history().create().await;
        }
    }
    let robots = app.get("/robots.txt").await;
    assert!(robots.text().ends_with(&format!("\nSitemap: {}/sitemap.xml\n", app.url)), "{}", robots.text());
    let parts = app.located(urls::sitemap()).await;
    let paths: Vec<&str> = parts.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/sitemap/pages.xml", "/sitemap/petitions-14.xml", "/sitemap/petitions-20.xml"]);
    assert_eq!(parts[1].1, "2022-08-21T20:00:00.000Z");
    let mut found = Vec::new();
    for (path, _) in &parts[1..] {
        for (path, changed) in app.located(path).await {
            assert!(!changed.is_empty(), "{path}");
            found.push(path);
        }
    }
    found.sort();
    public.sort();
    assert_eq!(found, public);
    let pages = app.located(&parts[0].0).await;
    for (path, _) in pages.iter().filter(|(path, _)| !path.starts_with("/petitions/local/")) {
        assert_eq!(app.get(path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["/", "/petitions?topic=water", "/petitions/local/ynys-mon", "/privacy"] {
        assert!(pages.iter().any(|(page, _)| page == path), "{path}");
    }
    for path in [
        "/sitemap/petitions-1.xml",
        "/sitemap/petitions-x.xml",
        "/sitemap/petitions--1.xml",
        "/sitemap/other.xml",
        "/sitemap/petitions-9223372036854775807.xml",
        "/sitemap/petitions-99999999999999999999.xml",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_part_that_has_not_changed_is_not_sent_again() {
    let app = TestApp::new().await;
    app.petition().create().await;
    let part = urls::sitemap_part(20);
    let tag = app.get(&part).await.header("etag").to_owned();
    let ask = || Answer::to(app.request(Method::GET, &part).header("if-none-match", &tag));
    assert_eq!(ask().await.status, StatusCode::NOT_MODIFIED);
    app.sql("update petitions set updated_at = now()").await.expect("changed");
    assert_eq!(ask().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_full_part_is_written_quickly() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().create().await.id;
    sqlx::query(
        "insert into petitions (id, state, action, created_at, updated_at, opened_at, closes_at)
         select n, state, 'Another', created_at, updated_at, opened_at, closes_at
         from petitions, generate_series(1050000, 1099999) n where id = $1",
    )
    .bind(petition.get())
    .execute(&mut app.db().await)
    .await
    .expect("petitions");
    let began = Instant::now();
    let found = app.located(&urls::sitemap_part(21)).await;
    assert_eq!(found.len(), 50_000, "as many as the format allows");
    assert_eq!((found[0].0.as_str(), found[49_999].0.as_str()), ("/petitions/1050000", "/petitions/1099999"));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?} without optimisation", began.elapsed());
}
