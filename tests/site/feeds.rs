//! Feeds: what they tell, to readers that are not ours.

use std::{collections::BTreeSet, io::BufReader};

use atom_syndication::{Entry, Feed};
use reqwest::{Method, StatusCode};
use undersigned::{
    domain::{
        area::BoundarySet,
        facet::Facet,
        petition::{Debate, PetitionState},
    },
    urls,
};

use crate::support::{Answer, Setup, TestApp, at, day};

impl TestApp {
    /// A feed, as another program reads it.
    async fn feed(&self, path: &str) -> Feed {
        let answer = self.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, "application/atom+xml; charset=utf-8"),
            "{path}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        let feed = Feed::read_from(BufReader::new(&answer.body[..]))
            .unwrap_or_else(|error| panic!("{path}: {error}\n{}", answer.text()));
        sound(path, &answer, &feed);
        feed
    }
}

/// What every feed must be (RFC 4287).
fn sound(path: &str, answer: &Answer, feed: &Feed) {
    let document = roxmltree::Document::parse(answer.text()).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(document.root_element().tag_name().namespace(), Some("http://www.w3.org/2005/Atom"), "{path}");
    let rel = |rel: &str| feed.links().iter().find(|link| link.rel() == rel).map(|link| link.href().to_owned());
    assert!(rel("self").expect("a link to itself").ends_with(path), "{path}");
    assert!(rel("alternate").is_some(), "{path}");
    assert!(!feed.id().is_empty() && !feed.title().is_empty() && !feed.authors().is_empty(), "{path}");
    let ids: BTreeSet<&str> = feed.entries().iter().map(Entry::id).collect();
    assert_eq!(ids.len(), feed.entries().len(), "{path}: an identity is there twice");
    for entry in feed.entries() {
        assert!(entry.id().starts_with("http") && !entry.links().is_empty(), "{path}");
        assert!(entry.updated() <= feed.updated() && entry.published().is_some(), "{path}: {}", entry.id());
    }
}

fn titles(feed: &Feed) -> Vec<&str> {
    feed.entries().iter().map(|entry| entry.title().as_str()).collect()
}

#[tokio::test]
async fn every_list_and_search_is_a_feed_the_newest_first() {
    let app = TestApp::new().await;
    let small = app.petition().action("Dig a pond").signatures(10).opened(at("2022-08-20T10:00:00Z")).topic("water");
    small.without_history().create().await;
    app.petition().action("Plant a tree").signatures(9_000).without_history().create().await;
    app.petition().action("Refuse this").rejected("duplicate").create().await;
    app.petition().action("Nobody sees this").state(PetitionState::Sponsored).create().await;
    let answered =
        app.petition().action("Answer this").closed(5).answered(day("2022-08-18"), "DfT", "We will.", "*All* of it.");
    answered.signatures(20_000).without_history().create().await;

    assert_eq!(titles(&app.feed("/petitions.atom?state=open").await), ["Dig a pond", "Plant a tree"]);
    let all = app.feed("/petitions.atom?state=all").await;
    assert_eq!(titles(&all)[..2], ["Dig a pond", "Refuse this"]);
    assert_eq!(all.entries().len(), 4);
    let responses = app.feed("/petitions.atom?state=with_response").await;
    assert_eq!(titles(&responses), ["Answer this"]);
    assert_eq!(responses.entries()[0].summary().expect("a summary").as_str(), "We will.");
    assert_eq!(titles(&app.feed("/petitions.atom?state=all&q=pond").await), ["Dig a pond"]);
    assert_eq!(titles(&app.feed("/petitions.atom?state=all&topic=water").await), ["Dig a pond"]);
    assert_eq!(app.get("/petitions.atom?state=all&topic=fire").await.status, StatusCode::BAD_REQUEST);
    for facet in Facet::ALL {
        app.feed(&format!("/petitions.atom?state={}", facet.code())).await;
    }
    // Leafing.
    let first = app.feed("/petitions.atom?state=open&count=1").await;
    let next = first.links().iter().find(|link| link.rel() == "next").expect("a next page").href();
    let second = app.feed(next.strip_prefix(&app.url).expect("ours")).await;
    assert_eq!((titles(&first), titles(&second)), (vec!["Dig a pond"], vec!["Plant a tree"]));
    assert!(second.links().iter().any(|link| link.rel() == "previous"));
    assert_eq!(app.feed("/petitions.atom?state=open&page=99").await.entries().len(), 0);
    assert_eq!(app.get("/petitions.atom?state=nonsense").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_petitions_feed_tells_what_happens_to_it() {
    let setup = Setup { public_url: Some("https://petitions.example.org".to_owned()), ..Setup::default() };
    let app = TestApp::with(setup).await;
    let debate = Debate {
        debated: true,
        debated_on: Some(day("2022-08-10")),
        overview: Some("Members spoke of <trees> & *shade*.".to_owned()),
        ..Debate::default()
    };
    let petition = app
        .petition()
        .action("Plant a tree in <every> street & \"care\" for it")
        .background("Trees give\u{b} shade.")
        .topic("trees")
        .signatures(120_000)
        .opened(at("2022-03-01T10:00:00Z"))
        .reached_thresholds(60)
        .answered(day("2022-07-20"), "DfT", "We will plant <trees>.", "We will plant **trees**:\n\n- oaks & limes")
        .debate_on(day("2022-08-10"))
        .debated(debate, at("2022-08-11T09:00:00Z"))
        .activity(day("2022-08-01"), "A committee heard <evidence>", "It heard *foresters*.")
        .without_history()
        .create()
        .await;
    let path = urls::petition_feed(&petition.id);
    let feed = app.feed(&path).await;
    assert_eq!(
        titles(&feed),
        [
            "Parliament debated it",
            "A committee heard <evidence>",
            "A debate was scheduled for Wednesday 10th August 2022",
            "The Government has responded",
            "Reached 100,000 signatures",
            "Reached 10,000 signatures",
            "Opened for signatures",
        ]
    );
    let response = &feed.entries()[3];
    assert_eq!(response.id(), "https://petitions.example.org/petitions/1000000#response");
    assert!(
        response.content().and_then(|content| content.value()).expect("its text").contains("<strong>trees</strong>")
    );
    assert_eq!(feed.entries()[6].summary().expect("the background").as_str(), "Trees give shade.");
    let text = String::from_utf8(app.get(&path).await.body).expect("text").replace("><", ">\n<");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("feed-petition.atom", text);
    });
    // Its identity stays when its count and its response change.
    app.sql("update government_responses set summary = 'We will not.', updated_at = '2022-08-21T12:00:00Z'")
        .await
        .expect("corrected");
    app.sql("update petitions set updated_at = now()").await.expect("told");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let later = app.feed(&path).await;
    let ids = |feed: &Feed| feed.entries().iter().map(|entry| entry.id().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&later), ids(&feed));
    assert!(later.entries()[3].updated() > response.updated());
    assert_eq!(later.entries()[3].published(), response.published());
}

#[tokio::test]
async fn an_empty_feed_is_of_the_day_on_which_its_parliament_opened() {
    let app = TestApp::new().await;
    app.sql("update parliaments set opening_at = '2021-06-01 10:00Z'").await.expect("a day");
    app.sql("update site set site_name = site_name").await.expect("told");
    app.app().live.look(&mut app.db().await).await.expect("settings");
    let lists = ["/petitions.atom?state=all", "/petitions.atom?state=all&q=trees"].map(str::to_owned);
    for path in lists.into_iter().chain([urls::local_feed("aldershot", BoundarySet::OF_2024)]) {
        let feed = app.feed(&path).await;
        assert_eq!(
            (feed.entries().len(), feed.updated().to_rfc3339()),
            (0, "2021-06-01T10:00:00+00:00".to_owned()),
            "{path}"
        );
    }
    // What opens tomorrow has not been there yet.
    app.sql("update parliaments set opening_at = '2022-08-22 10:00Z'").await.expect("tomorrow");
    app.sql("update site set site_name = site_name").await.expect("told");
    app.app().live.look(&mut app.db().await).await.expect("settings");
    let feed = app.feed("/petitions.atom?state=all&q=trees").await;
    assert_eq!(feed.updated().to_rfc3339(), "2022-08-20T23:00:00+00:00", "today, in London");
}

#[tokio::test]
async fn topics_and_constituencies_have_feeds() {
    let app = TestApp::new().await;
    let tree = app.petition().topic("water").in_constituency("E14001063", "Aldershot", 50);
    tree.answered(day("2022-08-18"), "DfT", "We will.", "All of it.").create().await;
    app.petition().action("Dig a pond").create().await;
    let topic = app.feed(&urls::topic_feed("water")).await;
    let told =
        ["The Government has responded: Plant a tree in every street", "New petition: Plant a tree in every street"];
    assert_eq!(titles(&topic), told);
    assert!(topic.entries()[0].links()[0].href().ends_with("#response"));
    let place = app.feed(&urls::local_feed("aldershot", BoundarySet::OF_2024)).await;
    assert_eq!(titles(&place), told);
    assert_eq!(app.feed(&urls::local_feed("ynys-mon", BoundarySet::OF_2024)).await.entries().len(), 0);
    let answer = app.get("/topics/water").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/petitions?topic=water"));
    for (path, status) in [
        ("/topics/fire.atom", StatusCode::NOT_FOUND),
        ("/topics/fire", StatusCode::NOT_FOUND),
        ("/topics/water.csv", StatusCode::NOT_ACCEPTABLE),
        ("/petitions/local/nowhere.atom", StatusCode::NOT_FOUND),
        ("/petitions/99.atom", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(app.get(path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_public_is_in_no_feed() {
    let app = TestApp::new().await;
    let petition = app.petition().topic("water").in_constituency("E14001063", "Aldershot", 50).create().await;
    for state in ["hidden", "removed", "stopped", "dormant"] {
        sqlx::query(
            "update petitions set state = $1::petition_state, rejected_at = now(), removed_at = now(), stopped_at = now(),
                 opened_at = case when $1 = 'removed' then opened_at end, closes_at = null",
        )
        .bind(state)
        .execute(&mut app.db().await)
        .await
        .expect("another state");
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        let own = app.get(&urls::petition_feed(&petition.id)).await.status;
        assert!(matches!(own.as_u16(), 404 | 410), "{state}: {own}");
        for path in ["/petitions.atom?state=all".to_owned(), urls::topic_feed("water")] {
            assert_eq!(app.feed(&path).await.entries().len(), 0, "{state}: {path}");
        }
    }
}

#[tokio::test]
async fn feeds_are_found_and_asked_about_cheaply() {
    let app = TestApp::sample().await;
    let mut ada = app.visitor();
    for page in ["/petitions?state=open", "/petitions/1000000", "/petitions/local/ynys-mon"] {
        ada.visit(page).await;
        let link = &ada.page().select("link[rel='alternate'][type='application/atom+xml']")[0];
        let feed = link.attr("href").expect("an address").to_owned();
        assert_eq!(ada.page().link("Feed (Atom)").split('&').next(), feed.split('&').next(), "{page}");
        let first = app.get(&feed).await;
        assert_eq!(first.status, StatusCode::OK, "{feed}");
        let tag = first.header("etag").to_owned();
        let again = Answer::to(app.request(Method::GET, &feed).header("if-none-match", &tag)).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{feed}");
    }
}

#[tokio::test]
async fn topics_have_a_page() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit(urls::topics()).await.see("No petition has a topic yet.");
    let app = TestApp::new().await;
    app.petition().topic("water").create().await;
    let mut ada = app.visitor();
    ada.visit("/petitions").await.follow("Topics").await.see("1 open petition");
    ada.follow("Water").await;
    assert_eq!(ada.path(), "/petitions?topic=water");
    ada.see("Follow Water:").follow("by email, once a week").await;
    assert_eq!(ada.path(), "/topics/water/follow");
}
