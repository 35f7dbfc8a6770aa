//! Finding petitions: ten lists and their orders, searching as people type, and the same answer in every format.

use reqwest::StatusCode;
use tokio::sync::OnceCell;
use undersigned::{
    domain::{
        facet::Facet,
        limits,
        petition::{Debate, PetitionState},
    },
    urls,
};

use crate::support::{Created, TestApp, at, day};

/// Petitions for every list, by name; shared, since nobody changes them.
async fn shelf() -> &'static Shelf {
    static SHARED: OnceCell<Shelf> = OnceCell::const_new();
    SHARED.get_or_init(Shelf::new).await
}

struct Shelf {
    app: TestApp,
    petitions: Vec<(&'static str, Created)>,
}

impl Shelf {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let mut petitions = Vec::new();
        let plain = |days: i32, count: u32| {
            let opened = app.now - jiff::SignedDuration::from_hours(24) * days;
            app.petition().without_history().opened(opened).signatures(count)
        };
        let answered = |days: i32, count: u32, on: &str| {
            plain(days, count).reached_thresholds(days - 1).answered(day(on), "Home Office", "No.", "No, thank you.")
        };
        let closed =
            |days: i32, count: u32, on: &str| answered(150, count, on).closed(days).reached_thresholds(days + 100);
        let debated = |on: &str| Debate { debated: true, debated_on: Some(day(on)), ..Debate::default() };
        let refused =
            Debate { debated: false, overview: Some("There was one already.".to_owned()), ..Debate::default() };
        for (name, petition) in [
            ("young", plain(3, 500)),
            ("older", plain(50, 9_000)),
            ("twin", plain(51, 9_000)),
            ("waiting 43 days", plain(90, 12_000).reached_thresholds(43)),
            ("waiting 60 days", plain(120, 11_000).reached_thresholds(60)),
            ("answered in June", answered(100, 15_000, "2022-06-01")),
            ("answered in July", answered(100, 14_000, "2022-07-01")),
            ("debate in September", answered(100, 150_000, "2022-06-15").debate_on(day("2022-09-12"))),
            ("debate tomorrow", answered(100, 151_000, "2022-06-14").debate_on(day("2022-08-22"))),
            ("debate yesterday", answered(100, 152_000, "2022-06-13").debate_on(day("2022-08-20"))),
            ("waiting for a debate", answered(100, 153_000, "2022-06-12")),
            ("closed and answered", closed(30, 30_000, "2022-05-01")),
            (
                "debated in July",
                closed(20, 160_000, "2022-05-02").debated(debated("2022-07-04"), at("2022-07-05T10:00:00Z")),
            ),
            (
                "debated in June",
                closed(20, 170_000, "2022-05-03").debated(debated("2022-06-06"), at("2022-06-07T10:00:00Z")),
            ),
            ("refused in July", closed(20, 110_000, "2022-05-04").debated(refused.clone(), at("2022-07-07T10:00:00Z"))),
            ("refused in June", closed(20, 120_000, "2022-05-05").debated(refused, at("2022-06-07T10:00:00Z"))),
            ("rejected", plain(3, 9).rejected("duplicate")),
            (
                "rejected before",
                plain(3, 8).rejected("irrelevant").change(|r| r.dates.rejected_at = Some(at("2022-08-10T10:00:00Z"))),
            ),
        ] {
            petitions.push((name, petition.action(&format!("Do what is {name}")).create().await));
        }
        use PetitionState::{Dormant, Flagged, Hidden, Pending, Removed, Sponsored, Stopped, Validated};
        for state in [Pending, Validated, Sponsored, Flagged, Dormant, Hidden, Stopped, Removed] {
            app.petition().without_history().action("Do what nobody sees").state(state).create().await;
        }
        Self { app, petitions }
    }

    fn name(&self, id: i64) -> &'static str {
        self.petitions.iter().find(|(_, petition)| petition.id.get() == id).expect("a petition of the shelf").0
    }

    async fn list(&self, facet: Facet) -> Vec<&'static str> {
        let list = self.app.get(&format!("/petitions.json?state={}", facet.code())).await.json();
        let data = list["data"].as_array().expect("petitions").clone();
        data.iter().map(|item| self.name(item["id"].as_i64().expect("a number"))).collect()
    }
}

#[tokio::test]
async fn each_of_the_ten_lists_has_its_petitions_in_its_order() {
    let shelf = shelf().await;
    let by_count = [
        "debated in June",
        "debated in July",
        "waiting for a debate",
        "debate yesterday",
        "debate tomorrow",
        "debate in September",
        "refused in June",
        "refused in July",
        "closed and answered",
        "answered in June",
        "answered in July",
        "waiting 43 days",
        "waiting 60 days",
        "twin",
        "older",
        "young",
        "rejected",
        "rejected before",
    ];
    let closed = ["debated in June", "debated in July", "refused in June", "refused in July", "closed and answered"];
    let open: Vec<_> = by_count[..16].iter().copied().filter(|name| !closed.contains(name)).collect();
    assert_eq!(shelf.list(Facet::All).await, by_count);
    assert_eq!(shelf.list(Facet::Open).await, open);
    assert_eq!(shelf.list(Facet::Closed).await, closed);
    assert_eq!(shelf.list(Facet::Rejected).await, ["rejected", "rejected before"]);
    assert_eq!(
        shelf.list(Facet::Recent).await,
        [
            "young",
            "older",
            "twin",
            "waiting 43 days",
            "waiting for a debate",
            "debate yesterday",
            "debate tomorrow",
            "debate in September",
            "answered in July",
            "answered in June",
            "waiting 60 days",
        ]
    );
    assert_eq!(shelf.list(Facet::AwaitingResponse).await, ["waiting 60 days", "waiting 43 days"]);
    assert_eq!(
        shelf.list(Facet::WithResponse).await,
        [
            "answered in July",
            "debate in September",
            "debate tomorrow",
            "debate yesterday",
            "waiting for a debate",
            "answered in June",
            "refused in June",
            "refused in July",
            "debated in June",
            "debated in July",
            "closed and answered",
        ]
    );
    assert_eq!(
        shelf.list(Facet::AwaitingDebate).await,
        ["debate tomorrow", "debate in September", "waiting for a debate"]
    );
    assert_eq!(shelf.list(Facet::Debated).await, ["debate yesterday", "debated in July", "debated in June"]);
    assert_eq!(shelf.list(Facet::NotDebated).await, ["refused in July", "refused in June"]);
}

#[tokio::test]
async fn a_list_says_the_same_on_its_page_in_json_and_in_csv() {
    let shelf = shelf().await;
    let mut ada = shelf.app.visitor();
    ada.visit(urls::petitions()).await;
    for facet in Facet::ALL {
        ada.follow(facet.title()).await;
        assert_eq!(ada.heading(), facet.title());
        assert_eq!(ada.field("Show"), facet.code());
        let names = shelf.list(facet).await;
        let links = ada.page().texts(".petitions h2");
        assert_eq!(links, names.iter().map(|name| format!("Do what is {name}")).collect::<Vec<_>>());
        let count = names.len();
        ada.see(&format!("{count} petitions. {}", facet.order()));

        let (json, csv) = (ada.page().link("JSON"), ada.page().link("CSV"));
        let json = shelf.app.get(&json).await.json();
        assert_eq!(json["meta"]["total_count"], count);
        let csv = shelf.app.get(&csv).await.csv();
        assert_eq!(csv[0], ["Petition", "URL", "State", "Signatures Count"]);
        for ((row, item), link) in csv[1..].iter().zip(json["data"].as_array().expect("petitions")).zip(links) {
            assert_eq!(row[0], link);
            assert_eq!(row[0], item["attributes"]["action"]);
            assert_eq!(format!("{}.json", row[1]), item["links"]["self"]);
            assert_eq!(row[2], item["attributes"]["state"]);
            assert_eq!(row[3], item["attributes"]["signature_count"].to_string());
        }
        assert_eq!(csv.len() - 1, count);
    }
}

#[tokio::test]
async fn lists_say_what_became_of_each_petition() {
    let shelf = shelf().await;
    let mut ada = shelf.app.visitor();
    ada.visit("/petitions?count=50").await;
    let entries = ada.page().texts(".petitions > li");
    let of = |name: &str| entries.iter().find(|entry| entry.contains(&format!("what is {name} "))).expect(name).clone();
    for (name, words) in [
        ("young", "500 signatures Trees give shade and clean the air. Open Closes 18 February 2023"),
        ("waiting 43 days", "Open Closes 23 November 2022 · Waiting for a response for 43 days, since 9 July 2022"),
        ("answered in June", "Government responded 1 June 2022"),
        ("debate tomorrow", "Debate on 22 August 2022"),
        ("debate yesterday", "Debate was scheduled for 20 August 2022; its outcome is not recorded yet"),
        ("waiting for a debate", "Waiting for a debate for 99 days, since 14 May 2022"),
        ("debated in July", "Closed Closed 1 August 2022 · Government responded 2 May 2022 · Debated 4 July 2022"),
        ("refused in July", "Not debated"),
        ("rejected", "Rejected Rejected 19 August 2022 · Duplicate petition"),
    ] {
        assert!(of(name).ends_with(words), "{name}: {}", of(name));
    }
    assert!(!of("rejected").contains("signatures"), "{}", of("rejected"));
}

/// A few petitions to search in; shared, since nobody changes them.
async fn library() -> &'static TestApp {
    static SHARED: OnceCell<TestApp> = OnceCell::const_new();
    SHARED.get_or_init(books).await
}

async fn books() -> TestApp {
    let app = TestApp::new().await;
    for (action, background, details) in [
        ("Protect hedgehogs on motorways", "They cross at night.", "Planting hedges would help too."),
        ("Plant hedges beside motorways", "Hedges catch noise.", "Hedgehogs like them."),
        ("Reopen the railway to Llŷn", "The café at its end has closed.", "Trains ran until 1964."),
        ("Name a ferry after Zoë Müller", "She rowed to Ynys Môn.", "In 1897."),
        ("=HYPERLINK(\"https://example.org\")", "+1", "-1"),
        ("@SUM(A1:A9) & more", "100% of 50_000 'quoted' \\ words", "a | b ! c :* <-> d"),
    ] {
        app.petition().without_history().action(action).background(background).details(details).create().await;
    }
    app.petition().without_history().action("Hidden away").state(PetitionState::Hidden).create().await;
    app.run_job("refresh words", app.now).await;
    app
}

#[tokio::test]
async fn all_words_must_be_there_and_beginnings_suffice() {
    let app = library().await;
    let mut ada = app.visitor();
    for (typed, found) in [
        ("hedgehogs", vec!["Protect hedgehogs on motorways", "Plant hedges beside motorways"]),
        ("hedgeh", vec!["Protect hedgehogs on motorways", "Plant hedges beside motorways"]),
        ("PLANTED hedge", vec!["Plant hedges beside motorways", "Protect hedgehogs on motorways"]),
        ("hedges noise", vec!["Plant hedges beside motorways"]),
        ("the railway to llyn", vec!["Reopen the railway to Llŷn"]),
        ("LLŶN", vec!["Reopen the railway to Llŷn"]),
        ("cafe", vec!["Reopen the railway to Llŷn"]),
        ("zoe muller mon", vec!["Name a ferry after Zoë Müller"]),
        ("Zoe\u{308}", vec!["Name a ferry after Zoë Müller"]),
        ("1964", vec!["Reopen the railway to Llŷn"]),
        ("hedges railway", vec![]),
    ] {
        ada.visit("/petitions").await.fill("Search petitions", typed).press("Search").await;
        assert_eq!(ada.page().texts(".petitions h2"), found, "{typed}");
        assert_eq!(ada.field("Search petitions"), typed);
        ada.dont_see("read as");
        match found.len() {
            0 => ada.see(&format!("No petitions match “{typed}”.")).see("check the spelling"),
            1 => ada.see(&format!("1 petition matches “{typed}”.")),
            many => ada.see(&format!("{many} petitions match “{typed}”, best match first.")),
        };
    }
}

#[tokio::test]
async fn what_was_found_is_marked() {
    let app = library().await;
    let mut ada = app.visitor();
    ada.visit("/petitions?q=hedge+planted").await;
    let mut marked = ada.page().texts(".petitions mark");
    marked.sort();
    marked.dedup();
    assert_eq!(marked, ["Hedges", "Plant", "hedgehogs", "hedges"]);
    ada.visit("/petitions?q=llyn").await;
    assert_eq!(ada.page().texts(".petitions mark"), ["Llŷn"]);
}

#[tokio::test]
async fn typing_mistakes_are_read_as_what_was_meant() {
    let app = library().await;
    let mut ada = app.visitor();
    for (typed, meant) in [("hedgehgos", "hedgehogs"), ("motorwyas hedges", "motorways hedges"), ("raliway", "railway")]
    {
        ada.visit("/petitions").await.fill("Search petitions", typed).press("Search").await;
        ada.see(&format!("“{typed}”, read as “{meant}”"));
        assert!(!ada.page().texts(".petitions mark").is_empty(), "{typed}");
        let json = app.get(&format!("/petitions.json?q={}", typed.replace(' ', "+"))).await.json();
        assert_eq!(json["data"].as_array().expect("petitions").len(), ada.page().texts(".petitions h2").len());
    }
    ada.visit("/petitions?q=xylophone").await.see("No petitions match “xylophone”.").dont_see("read as");
    ada.visit("/petitions?state=closed&q=railway").await.see("No petitions match “railway”.");
    ada.follow("all petitions").await.see("1 petition matches “railway”.");
}

#[tokio::test]
async fn what_nobody_would_type_does_no_harm() {
    let app = library().await;
    let mut ada = app.visitor();
    for typed in [
        "&",
        "|",
        "!",
        ":*",
        "'",
        "\\",
        "\"",
        "<->",
        "()",
        "hedges & | ! railway",
        "hedges:*",
        "'hedges'",
        "\\'",
        "'; drop table petitions; --",
        "%",
        "_",
        "$1",
        "{}",
        "\u{202e}hedges",
        "\u{0}hedges",
        "😀",
        "the",
        "a b c",
        "hedges'' | 'x",
        "!hedges",
        "-hedges",
        "+",
        "#",
        "#0",
        "-1",
        "99999999999999999999",
        "\r\n\t",
    ] {
        ada.visit("/petitions").await.fill("Search petitions", typed).press("Search").await;
        let expected = if typed.contains('\0') { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        assert_eq!(ada.status(), expected, "{typed:?}");
        if expected == StatusCode::OK {
            let squeezed = typed.trim();
            assert_eq!(ada.field("Search petitions"), squeezed, "{typed:?}");
            let query = ada.path().split_once('?').expect("a query").1.to_owned();
            let json = app.get(&format!("/petitions.json?{query}")).await;
            assert_eq!(json.status, StatusCode::OK, "{typed:?}");
            let csv = app.get(&format!("/petitions.csv?{query}")).await.csv();
            assert_eq!(csv.len() - 1, json.json()["data"].as_array().expect("petitions").len(), "{typed:?}");
        }
    }
    let long = "a".repeat(10_000);
    ada.visit(&format!("/petitions?q={long}")).await.see("No petitions match");
    assert_eq!(ada.field("Search petitions").len(), limits::SEARCH);
    let words = "hedges+".repeat(1_000);
    ada.visit(&format!("/petitions?q={words}")).await.see("match “hedges");
    for query in ["q=%FF", "q=%C3%28", "q=%", "q=%zz", "q", "=", "&&", "q=a&q=b&state=open&state=closed", "page=2;drop"]
    {
        for ending in ["", ".json", ".csv"] {
            let answer = app.get(&format!("/petitions{ending}?{query}")).await;
            assert!(!answer.status.is_server_error(), "{query}: {}", answer.status);
        }
    }
    assert_eq!(app.ask("select count(*) from petitions").await, "7");
}

#[tokio::test]
async fn cells_of_a_table_are_no_formulas() {
    let app = library().await;
    let rows = app.get("/petitions.csv").await.csv();
    let cells: Vec<&str> = rows.iter().flatten().map(String::as_str).collect();
    assert!(cells.contains(&"'=HYPERLINK(\"https://example.org\")"), "{cells:?}");
    assert!(cells.contains(&"'@SUM(A1:A9) & more"), "{cells:?}");
    assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{cells:?}");
    let answer = app.get("/petitions.csv").await;
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"filtered-petitions.csv\"");
}

#[tokio::test]
async fn the_number_of_a_petition_leads_to_it() {
    let app = library().await;
    let mut ada = app.visitor();
    for typed in ["1000000", "#1000000", " 1000000 "] {
        ada.visit("/").await.fill("Search petitions", typed).press("Search").await;
        assert_eq!(ada.path(), "/petitions/1000000", "{typed}");
    }
    let hidden = app.ask("select id from petitions where state = 'hidden'").await;
    for typed in [hidden.as_str(), "7", "1000000000000"] {
        ada.visit("/").await.fill("Search petitions", typed).press("Search").await;
        ada.see(&format!("No petitions match “{typed}”."));
    }
}

#[tokio::test]
async fn topics_narrow_a_list() {
    let app = TestApp::new().await;
    for (action, topics) in [("Everything", &["water", "fish"][..]), ("Water alone", &["water"]), ("Neither", &[])] {
        let petition = app.petition().without_history().action(action);
        topics.iter().fold(petition, |petition, topic| petition.topic(topic)).create().await;
    }
    app.petition().without_history().action("Closed water").topic("water").closed(3).create().await;
    let mut ada = app.visitor();
    ada.visit("/petitions").await;
    assert_eq!(ada.page().texts("#lists h2 + ul data").len(), 2);
    ada.follow("Water").await.see("3 petitions about Water.");
    assert_eq!(ada.page().texts("#lists a[aria-current='true']"), ["Water"]);
    ada.follow("Closed petitions").await.see("1 petition about Water.").follow("Show every topic").await;
    assert_eq!(ada.heading(), "Closed petitions");

    ada.visit("/petitions?topic=water&topic=fish").await.see("1 petition about Water and Fish.");
    ada.fill("Search petitions", "everything")
        .press("Search")
        .await
        .see("1 petition matches “everything” about Water and Fish.");
    assert!(ada.path().contains("topic=water&topic=fish"), "{}", ada.path());
    // Readers are led to what there is; programs are told what there is not.
    for unknown in ["unknown", "%27%22%3Cb%3E", "water&topic=unknown"] {
        ada.visit(&format!("/petitions?state=closed&q=water&topic={unknown}")).await;
        assert_eq!(ada.path(), "/petitions?state=closed&q=water", "{unknown}");
        for ending in ["json", "csv", "atom"] {
            let answer = app.get(&format!("/petitions.{ending}?topic={unknown}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{ending}: {unknown}");
            assert!(answer.text().contains("There is no such topic"), "{}", answer.text());
        }
    }
    ada.visit("/petitions?parliament=1999-2000&topic=water").await;
    assert_eq!(ada.path(), "/petitions?state=all");
    assert_eq!(app.get("/petitions.json?topic=water").await.json()["meta"]["total_count"], 3);
}

#[tokio::test]
async fn long_lists_have_pages() {
    let app = TestApp::new().await;
    app.sql(
        "insert into petitions (state, action, created_at, updated_at, opened_at, closes_at)
         select 'open', 'Number ' || n, now() - interval '9 days', now(), now(), now() + interval '1 day'
         from generate_series(0, 59) n;
         update petition_totals set before_history = 1001000 - petition_id",
    )
    .await
    .expect("petitions");
    let mut ada = app.visitor();
    ada.visit("/petitions?state=open").await.see("60 petitions. Most signatures first. Page 1 of 3.");
    let mut seen = ada.page().texts(".petitions h2");
    assert_eq!(seen.len() as u32, limits::PAGE_SIZE);
    ada.dont_see("Previous").follow("Next").await;
    assert_eq!(ada.page().select("ol.petitions[start='26']").len(), 1);
    seen.extend(ada.page().texts(".petitions h2"));
    ada.follow("Page 3").await.dont_see("Next").see("Page 3 of 3.");
    seen.extend(ada.page().texts(".petitions h2"));
    assert_eq!(seen, (0..60).map(|number| format!("Number {number}")).collect::<Vec<_>>());
    ada.follow("Previous").await.see("Page 2 of 3.");

    ada.visit("/petitions?state=open&page=99").await;
    assert_eq!(ada.path(), "/petitions?state=open&page=3");
    for wrong in ["0", "-1", "x", "1.5", "99999999999999999999", ""] {
        ada.visit(&format!("/petitions?state=open&page={wrong}")).await.see("Page 1 of 3.");
    }
    for (count, entries) in [("50", 50), ("10", 10), ("1", 1), ("51", 25), ("0", 25), ("-5", 25), ("x", 25)] {
        ada.visit(&format!("/petitions?count={count}")).await;
        assert_eq!(ada.page().texts(".petitions h2").len(), entries, "count={count}");
    }
    ada.visit("/petitions?count=10&q=number").await.follow("Next").await;
    assert_eq!(ada.path(), "/petitions?state=all&q=number&count=10&page=2");
    assert_eq!(limits::PAGE_SIZE_MOST, 50);

    let page = app.get("/petitions.json?state=open&page=2").await.json();
    let to = |page: &str| format!("{}/petitions.json?state=open{page}", app.url);
    assert_eq!(page["links"]["self"], to("&page=2"));
    assert_eq!(page["links"]["first"], to(""));
    assert_eq!(page["links"]["prev"], to(""));
    assert_eq!(page["links"]["next"], to("&page=3"));
    assert_eq!(page["links"]["last"], to("&page=3"));
    assert_eq!(page["meta"], serde_json::json!({"total_count": 60, "page": 2, "page_count": 3}));
    assert!(app.get("/petitions.json?state=open&page=3").await.json()["links"]["next"].is_null());
    assert_eq!(app.get("/petitions.csv?state=open&page=2&count=10").await.csv().len(), 61, "tables are whole");
}

#[tokio::test]
async fn lists_that_do_not_exist() {
    let app = library().await;
    let mut ada = app.visitor();
    ada.visit("/petitions?state=popular&q=hedges").await;
    assert_eq!(ada.path(), "/petitions");
    for ending in ["json", "csv"] {
        let answer = app.get(&format!("/petitions.{ending}?state=popular")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text().contains("state is one of all, open, recent, closed"), "{}", answer.text());
    }
    assert_eq!(app.get("/petitions.xml").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_site_without_petitions_says_so() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit("/")
        .await
        .see("Nobody has signed in the last hour.")
        .see("There are none yet.")
        .see("0 open for signatures");
    for facet in Facet::ALL {
        ada.visit(&urls::list(facet)).await.see("No petitions.");
    }
    ada.visit("/petitions?q=trees").await.see("No petitions match “trees”.");
    assert_eq!(app.get("/petitions.csv").await.csv().len(), 1);
    assert_eq!(app.get("/trending.json").await.json()["data"], serde_json::json!([]));
    assert_eq!(app.get("/topics.json").await.json(), serde_json::json!({}));
}
