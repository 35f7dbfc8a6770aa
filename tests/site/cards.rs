//! The picture of a petition for social networks: what it shows, who gets it, and how seldom it is painted.

use futures_util::{StreamExt, stream};
use insta::{assert_snapshot, with_settings};
use proptest::prelude::*;
use reqwest::{Method, StatusCode};
use resvg::tiny_skia::Pixmap;
use undersigned::{
    domain::{
        petition::{Debate, PetitionState},
        series::Series,
        threshold::Thresholds,
    },
    store::{self, petitions::Petition},
    urls,
    web::card::{self, Card},
};

use crate::support::{Answer, Created, RUNTIME, Setup, TestApp, at, day};

/// A petition and its history, as cards are made from them.
async fn read(app: &TestApp, petition: &Created) -> (Petition, Series) {
    let mut db = app.db().await;
    let found = store::petitions::find(&mut db, petition.id).await.expect("a petition").expect("one");
    let series = store::tallies::series(&mut db, petition.id, app.now).await.expect("a history").expect("one");
    (found, series)
}

async fn svg(app: &TestApp, petition: &Created) -> String {
    let (petition, series) = read(app, petition).await;
    Card::new(&petition, &series, Thresholds::default(), "Petitions of Example").svg().expect("a picture")
}

/// The words of a picture.
fn words(svg: &str) -> Vec<String> {
    let texts = svg.split("<text").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</text>"));
    texts.map(|(words, _)| words.to_owned()).collect()
}

#[tokio::test]
async fn a_card_says_what_is_asked_how_many_signed_and_how_far_it_came() {
    let app = TestApp::new().await;
    let petition =
        app.petition().opened(at("2022-03-01T10:00:00Z")).signatures(44_029).reached_thresholds(60).create().await;
    let drawn = svg(&app, &petition).await;
    assert_eq!(
        words(&drawn),
        [
            "Petitions of Example",
            "Open",
            "Plant a tree in every street",
            "44,029",
            "signatures",
            "44% of the 100,000 needed for a debate in Parliament",
            "1 March 2022",
            "21 August 2022"
        ]
    );
    with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("card.svg", drawn);
    });
}

#[tokio::test]
async fn a_card_says_what_became_of_the_petition() {
    let app = TestApp::new().await;
    let debate = Debate { debated: true, debated_on: Some(day("2022-07-04")), ..Debate::default() };
    let closed = app
        .petition()
        .action("Protect <every> hedge & “tree” along the A55 to Ynys Môn: gŵyl, tŷ, llŷn – now!")
        .closed(30)
        .signatures(120_000)
        .reached_thresholds(90)
        .answered(day("2022-06-01"), "Cabinet Office", "We agree.", "In part.")
        .debated(debate, at("2022-07-04T20:00:00Z"))
        .create()
        .await;
    let drawn = svg(&app, &closed).await;
    let words = words(&drawn);
    let title = "Protect &#60;every&#62; hedge &#38; “tree” along the A55 to Ynys Môn: gŵyl, tŷ, llŷn – now!";
    assert!(words.join(" ").contains(title), "{words:?}");
    for said in ["Closed", "Government responded", "Debated in Parliament", "120,000"] {
        assert!(words.iter().any(|words| words == said), "{said}: {words:?}");
    }
    let rejected = app.petition().action("Give me 🐝 العربية").without_history().rejected("no-action").create().await;
    let drawn = svg(&app, &rejected).await;
    assert_eq!(
        self::words(&drawn),
        ["Petitions of Example", "Rejected", "Give me …", "Rejected on 19 August 2022", "Action unclear"],
        "and no count"
    );
    let unreadable = app.petition().action("احموا النحل").without_history().signatures(1).create().await;
    let words = self::words(&svg(&app, &unreadable).await);
    assert_eq!(
        words[2..],
        [
            format!("Petition {}", unreadable.id).as_str(),
            "1",
            "signature",
            "0% of the 10,000 needed for a government response"
        ]
    );
}

#[tokio::test]
async fn a_card_is_a_picture_of_its_size_for_everybody() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let answer =
        Answer::to(app.request(Method::GET, &urls::card(&petition.id)).header("accept-encoding", "gzip, br")).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/png"));
    assert_eq!(answer.header("content-encoding"), "", "it is compressed already");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let pixels = Pixmap::decode_png(&answer.body).expect("a picture");
    assert_eq!((pixels.width(), pixels.height()), card::SIZE);
    let mut colours: Vec<_> = pixels.pixels().iter().map(|pixel| (pixel.red(), pixel.green(), pixel.blue())).collect();
    assert!(pixels.pixels().iter().all(|pixel| pixel.alpha() == 255), "nothing shines through");
    colours.sort_unstable();
    let ink = colours.iter().filter(|(red, green, blue)| (*red, *green, *blue) == (0x15, 0x20, 0x1a)).count();
    assert!(ink > 5_000, "its words are painted: {ink} pixels of ink");
    assert!(answer.body.len() < 100_000, "{} bytes", answer.body.len());
}

#[tokio::test]
async fn the_page_tells_others_of_its_picture() {
    let setup = Setup { public_url: Some("https://petitions.example.org".to_owned()), ..Setup::default() };
    let app = TestApp::with(setup).await;
    let petition = app.petition().action("Plant \"trees\" & hedges").create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    let page = ada.page();
    let meta = |name: &str| {
        let found = page.select(&format!("meta[property='{name}'], meta[name='{name}']"));
        assert_eq!(found.len(), 1, "{name}");
        found[0].attr("content").unwrap_or_default().to_owned()
    };
    assert_eq!(meta("og:title"), "Plant \"trees\" & hedges");
    assert_eq!(meta("og:url"), format!("https://petitions.example.org{}", petition.url()));
    assert_eq!(meta("og:image"), format!("https://petitions.example.org{}/card.png", petition.url()));
    assert_eq!((meta("og:image:width").as_str(), meta("og:image:height").as_str()), ("1200", "630"));
    assert_eq!(
        meta("og:image:alt"),
        "Open petition: Plant \"trees\" & hedges. 120 signatures. 1% of the 10,000 needed for a government response."
    );
    assert_eq!(meta("og:description"), "120 signatures. Trees give shade and clean the air.");
    assert_eq!(meta("twitter:card"), "summary_large_image");
}

#[tokio::test]
async fn what_is_not_public_has_no_card() {
    let app = TestApp::new().await;
    for state in PetitionState::ALL.into_iter().filter(|state| *state != PetitionState::Closed) {
        let petition = app.petition().without_history().signatures(5).state(state).create().await;
        let expected = match state {
            PetitionState::Open | PetitionState::Rejected => 200,
            PetitionState::Removed => 410,
            _ => 404,
        };
        assert_eq!(app.get(&urls::card(&petition.id)).await.status.as_u16(), expected, "{state:?}");
    }
    let closed = app.petition().without_history().closed(3).create().await;
    assert_eq!(app.get(&urls::card(&closed.id)).await.status, StatusCode::OK);
    assert_eq!(app.get("/petitions/7/card.png").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_thousand_who_come_at_once_get_one_picture() {
    let app = TestApp::new().await;
    let petition = app.petition().create().await;
    let path = urls::card(&petition.id);
    let tags: Vec<String> = stream::iter(0..1_000)
        .map(|_| async { app.get(&path).await.header("etag").to_owned() })
        .buffer_unordered(150)
        .collect()
        .await;
    assert!(tags.iter().all(|tag| *tag == tags[0] && tag.starts_with("W/")), "{:?}", &tags[..3]);
    assert_eq!(app.app().metrics.cards_painted.get(), 1);
    let known = Answer::to(app.request(Method::GET, &path).header("if-none-match", &tags[0])).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn new_signatures_wait_for_the_next_picture_and_a_new_state_does_not() {
    let app = TestApp::new().await;
    let petition = app.petition().imported(700_001).signatures(1_000).create().await;
    let path = urls::card(&petition.id);
    let first = app.get(&path).await;
    app.sql("insert into tally_hours (petition_id, starts_at, added) values (700001, '2022-08-21T19:00:00Z', 234)")
        .await
        .expect("signatures");
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(app.get(&path).await.header("etag"), first.header("etag"));
    assert_eq!(app.app().metrics.cards_painted.get(), 1, "it is not painted for every signature");
    app.sql("update petitions set action = 'Plant two trees in every street'").await.expect("a change");
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_ne!(app.get(&path).await.header("etag"), first.header("etag"));
    assert_eq!(app.app().metrics.cards_painted.get(), 2);
    app.sql("update petitions set state = 'removed', removed_at = now()").await.expect("removed");
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(app.get(&path).await.status, StatusCode::GONE);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_title_can_be_painted(action in "(\\PC|[\\x00-\\x20<>&'\"]|[🐝👩‍👧東اàŵ𝗦\u{200d}\u{202e}]|[a-zA-Z]{1,60} ){1,60}", count in any::<u32>()) {
        let painted = RUNTIME.block_on(async {
            let app = TestApp::sample().await;
            let petition = store::petitions::find(&mut app.db().await, 1_000_000.into()).await.expect("it").expect("one");
            let petition = Petition { action: action.clone(), signature_count: count, ..petition };
            let series = Series::new(0, app.now, app.now, Vec::new(), Vec::new());
            let card = Card::new(&petition, &series, Thresholds { response: 1, debate: u32::MAX }, &action);
            card::png(card.svg().expect("a picture")).await
        });
        prop_assert!(painted.is_ok(), "{:?}", painted.err());
    }
}
