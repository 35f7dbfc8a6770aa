//! A petition on other people's pages, and the page that says how to put it there.

use reqwest::StatusCode;
use undersigned::{domain::petition::PetitionState, urls, web::assets};

use crate::support::{Page, Setup, TestApp, at};

#[tokio::test]
async fn an_embedded_petition_is_small_and_complete() {
    let app = TestApp::new().await;
    let petition =
        app.petition().opened(at("2022-03-01T10:00:00Z")).signatures(44_029).reached_thresholds(60).create().await;
    let answer = app.get(&urls::embed(&petition.id)).await;
    let page = Page::of(urls::embed(&petition.id), &answer);
    assert_eq!(page.heading(), "Plant a tree in every street (opens in a new tab)");
    for words in [
        "44,029 signatures",
        "44% of the 100,000 needed for a debate in Parliament",
        "1 March 2022",
        "As at 21:00 on 21 August 2022",
        "Undersigned",
        "Open",
    ] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    assert_eq!(page.texts("svg title, svg desc").len(), 2, "the chart is told in words");
    let links = page.select("a");
    assert_eq!(links.len(), 3);
    for link in links {
        assert_eq!((link.attr("target"), link.attr("rel")), (Some("_blank"), Some("noopener")));
    }
    assert_eq!(page.link("Sign this petition (opens in a new tab)"), urls::sign(&petition.id));

    for absent in ["<script", "<style", " style=", "<img", "http-equiv"] {
        assert!(!page.source.contains(absent), "{absent}");
    }
    let style = page.select("link[rel='stylesheet']")[0].attr("href").expect("an address").to_owned();
    assert_eq!(style, assets::url("embed.css"));
    let bytes = page.source.len() + app.get(&style).await.body.len();
    assert!(bytes < 15_000, "{bytes} bytes with its style");
}

#[tokio::test]
async fn an_old_petition_is_still_small() {
    let app = TestApp::new().await;
    let mut petition = app.petition().opened(app.now - jiff::SignedDuration::from_hours(24 * 700)).signatures(90_000);
    for days in 0..230i64 {
        let at = app.now - jiff::SignedDuration::from_hours(72 * (231 - days));
        petition = petition.counted(at, 1_000 + (days * days) as u32 + if days % 2 == 0 { 300 } else { 0 });
    }
    let petition = petition.create().await;
    let answer = app.get(&urls::embed(&petition.id)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let bytes = answer.body.len() + app.get(&assets::url("embed.css")).await.body.len();
    assert!(bytes < 15_000, "{bytes} bytes with its style");
}

#[tokio::test]
async fn colours_are_chosen_in_the_address() {
    let app = TestApp::new().await;
    let petition = app.petition().without_history().create().await;
    for (query, class) in
        [("", None), ("?theme=auto", None), ("?theme=light", Some("light")), ("?theme=dark", Some("dark"))]
    {
        let path = format!("{}{query}", urls::embed(&petition.id));
        let page = Page::of(path.clone(), &app.get(&path).await);
        assert_eq!(page.html.root_element().attr("class"), class, "{query}");
    }
    assert_eq!(app.get(&format!("{}?theme=pink", urls::embed(&petition.id))).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn where_there_is_no_petition_the_frame_says_so() {
    let app = TestApp::new().await;
    let removed = app.petition().without_history().state(PetitionState::Removed).create().await;
    let hidden = app.petition().without_history().state(PetitionState::Hidden).create().await;
    let young = app.petition().without_history().state(PetitionState::Validated).create().await;
    let rejected = app.petition().without_history().rejected("no-action").create().await;
    let closed = app.petition().without_history().closed(20).create().await;
    for (path, status, heading, words) in [
        (urls::embed(&removed.id), 410, "This petition was removed", "taken away for good"),
        (urls::embed(&hidden.id), 404, "There is no petition here", "may not be public"),
        (urls::embed(&young.id), 404, "There is no petition here", "may not be public"),
        ("/petitions/7/embed".to_owned(), 404, "There is no petition here", "may not be public"),
        (
            urls::embed(&rejected.id),
            200,
            "Plant a tree in every street (opens in a new tab)",
            "This petition was rejected: Action unclear.",
        ),
        (
            urls::embed(&closed.id),
            200,
            "Plant a tree in every street (opens in a new tab)",
            "This petition closed on 1 August 2022.",
        ),
    ] {
        let answer = app.get(&path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors *") && policy.starts_with("default-src 'none'"), "{path}: {policy}");
        let page = Page::of(path, &answer);
        assert_eq!(page.heading(), heading);
        assert!(page.text().contains(words), "{}", page.text());
    }
    let page = Page::of("rejected".to_owned(), &app.get(&urls::embed(&rejected.id)).await);
    assert!(!page.text().contains("signature"), "no count: {}", page.text());
}

#[tokio::test]
async fn the_code_to_paste_is_found_from_the_petition() {
    let setup = Setup { public_url: Some("https://petitions.example.org".to_owned()), ..Setup::default() };
    let app = TestApp::with(setup).await;
    let petition = app.petition().without_history().action("Plant \"trees\" & hedges").create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.follow("More ways").await;
    assert_eq!(ada.path(), urls::share(&petition.id));
    assert_eq!(ada.page().sections(), ["Its picture", "On your own site"]);
    let value = |selector: &str| ada.page().select(selector)[0].attr("value").map(str::to_owned);
    assert_eq!(value("#link"), Some(format!("https://petitions.example.org{}", petition.url())));
    let picture = ada.page().select("img")[0];
    assert_eq!(picture.attr("src"), Some(urls::card(&petition.id).as_str()));
    assert!(picture.attr("alt").is_some_and(|alt| alt.contains("Plant \"trees\" & hedges. 120 signatures.")));

    let code = |page: &Page| page.select("#code")[0].text().collect::<String>();
    let start = format!(
        "<iframe src=\"https://petitions.example.org{}\" title=\"Petition: Plant &#34;trees&#34; &#38; hedges\" ",
        urls::embed(&petition.id)
    );
    let said = code(ada.page());
    assert!(said.starts_with(&start) && said.contains("width=\"400\"") && said.ends_with("></iframe>"), "{said}");
    assert!(!said.contains("<script"));

    ada.fill("Size", "Small, 250 × 600").fill("Colours", "Dark").press("Show this").await;
    assert_eq!(ada.path(), format!("{}?size=small&theme=dark", urls::share(&petition.id)));
    let said = code(ada.page());
    assert!(said.contains("/embed?theme=dark\"") && said.contains("width=\"250\""), "{said}");
    let preview = ada.page().select("iframe")[0];
    assert_eq!(preview.attr("src"), Some(format!("{}?theme=dark", urls::embed(&petition.id)).as_str()));
    assert_eq!(ada.page().texts("option[selected]"), ["Small, 250 × 600", "Dark"]);
}

#[tokio::test]
async fn only_what_is_public_is_shared() {
    let app = TestApp::new().await;
    for state in PetitionState::ALL.into_iter().filter(|state| *state != PetitionState::Closed) {
        let petition = app.petition().without_history().signatures(5).state(state).create().await;
        let expected = match state {
            PetitionState::Open | PetitionState::Rejected => 200,
            PetitionState::Removed => 410,
            _ => 404,
        };
        let mut ada = app.visitor();
        ada.visit(&urls::share(&petition.id)).await;
        assert_eq!(ada.status().as_u16(), expected, "{state:?}");
    }
}
