//! Where people sign: maps that compare, tables in any order, countries too small to name, and what a place signs.

use insta::{assert_snapshot, with_settings};
use reqwest::StatusCode;
use undersigned::{
    domain::{area::BoundarySet, petition::PetitionState, staff::Role},
    urls,
};

use crate::support::{Created, TestApp};

const ALDERSHOT: &str = "E14001063";
const YNYS_MON: &str = "W07000112";
const BY_COUNT: &str = "Signatures by constituency, most first";

async fn signed(app: &TestApp, action: &str, aldershot: u32, ynys_mon: u32) -> Created {
    app.petition()
        .action(action)
        .signatures(aldershot + ynys_mon)
        .in_constituency(ALDERSHOT, "Aldershot", aldershot)
        .in_constituency(YNYS_MON, "Ynys Môn", ynys_mon)
        .in_country("GB", "United Kingdom", aldershot + ynys_mon)
        .create()
        .await
}

/// Three petitions: one signed in Aldershot, one in Ynys Môn, one in both alike; summed up.
async fn three(app: &TestApp) -> [Created; 3] {
    let petitions = [
        signed(app, "Mend the barracks roof", 1_000, 100).await,
        signed(app, "Keep the ferry", 100, 1_000).await,
        signed(app, "Plant a tree in every street", 900, 900).await,
    ];
    assert_eq!(app.run_job("sum up places", app.now).await, 2);
    petitions
}

#[tokio::test]
async fn a_place_is_compared_with_what_it_usually_signs() {
    let app = TestApp::new().await;
    let [barracks, _, trees] = three(&app).await;
    let mut ada = app.visitor();
    ada.visit(&barracks.url()).await.see("Signed in 2 of 650 constituencies, most in Aldershot.");
    ada.follow("Compared with usual").await;
    assert_eq!(ada.path(), format!("{}?map=usual#places", barracks.url()).split('#').next().expect("an address"));
    ada.see("Most above usual in Aldershot: 1.8 times as much.");
    let table = ada.table("Signatures by constituency, most above usual first");
    assert_eq!(table.head, ["Constituency", "Signatures", "% of people", "Times usual"]);
    assert_eq!(table.rows[0], ["1 Aldershot", "1,000", "0.84", "1.8"]);
    assert_eq!(table.rows[20][..2], ["The other 630", "100"]);
    assert_eq!(table.foot[..2], ["All constituencies", "1,100"]);
    let legend = ada.page().texts(".legend li");
    assert_eq!(legend, ["0.8 times or less (1)", "about as usual, 0.91 to 1.1 (648)", "1.25 times or more (1)"]);

    ada.dont_see("What each constituency usually signs is not known");
    ada.visit(&format!("{}?map=usual", trees.url())).await.see("Signed about as much as usual everywhere.");

    let json = app.get(&urls::places(&barracks.id, "json")).await.json();
    let place = |code: &str| {
        let places = json["places"].as_array().expect("places");
        places.iter().find(|place| place["code"] == code).cloned().expect("a place")
    };
    let of = |code: &str| ["usual_count", "times_usual", "population_percent"].map(|name| place(code)[name].clone());
    assert_eq!(of(ALDERSHOT), [550.0, 1.81, 0.83853].map(serde_json::Value::from));
    assert_eq!(of(YNYS_MON)[..2], [serde_json::json!(550.0), serde_json::json!(0.19)]);
    assert_eq!(place("W92000004")["times_usual"], 0.19, "Wales as a whole");
    assert_eq!(place("GB")["times_usual"], serde_json::Value::Null);
    let svg = app.get(&format!("{}?map=usual", urls::places(&barracks.id, "svg"))).await;
    assert!(svg.text().contains("<title>Aldershot: 1,000 signatures, 0.84% of people, 1.8 × usual</title>"));
}

#[tokio::test]
async fn nothing_is_compared_with_itself() {
    let app = TestApp::new().await;
    let petition = signed(&app, "Mend the barracks roof", 1_000, 100).await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.see("Share of people").dont_see("Compared with usual");
    ada.see("What each constituency usually signs is not known, so this map cannot be compared with it");
    app.run_job("sum up places", app.now).await;
    ada.visit_anew(&petition.url()).await.dont_see("Compared with usual").dont_see("Times usual");
    ada.visit(&format!("{}?map=usual", petition.url())).await.see("most in Aldershot");
    assert_eq!(
        app.get(&format!("{}?map=usual", urls::places(&petition.id, "svg"))).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn what_is_summed_up_follows_what_is_public() {
    let app = TestApp::new().await;
    let [barracks, ..] = three(&app).await;
    let sums = "select string_agg(a.name || ' ' || k.signature_count, ', ' order by a.code)
                from constituency_totals k join areas a on a.id = k.area_id";
    assert_eq!(app.ask(sums).await, "Aldershot 2000, Ynys Môn 2000");
    assert_eq!(app.run_job("sum up places", app.now).await, 0, "nothing has changed");
    app.petition()
        .state(PetitionState::Validated)
        .signatures(3)
        .in_constituency(ALDERSHOT, "Aldershot", 3)
        .create()
        .await;
    assert_eq!(app.run_job("sum up places", app.now).await, 0, "it is not published");
    sqlx::query("delete from petitions where id <> $1")
        .bind(barracks.id.get())
        .execute(&mut app.db().await)
        .await
        .expect("gone");
    app.sql("delete from imported_places").await.expect("gone");
    app.sql("delete from tally_constituencies t using areas a where a.id = t.area_id and a.code = 'W07000112'")
        .await
        .expect("gone");
    assert_eq!(app.run_job("sum up places", app.now).await, 1);
    assert_eq!(app.ask(sums).await, "Aldershot 1000", "a place without signatures is left out");
}

#[tokio::test]
async fn the_map_and_the_range_of_the_chart_are_chosen_together() {
    let app = TestApp::new().await;
    let [petition, ..] = three(&app).await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.follow("7 days").await.follow("Share of people").await;
    assert_eq!(ada.path(), format!("{}?range=7d&map=share", petition.url()));
    let links = ada.page().links();
    assert!(links.contains(&format!("{}?range=24h&map=share#growth", petition.url())), "{links:?}");
    assert!(links.contains(&format!("{}?range=7d&map=usual#places", petition.url())), "{links:?}");
    assert!(links.contains(&format!("{}?map=share", urls::all_places(&petition.id))), "{links:?}");
    ada.see("The largest share of people signed in Aldershot: 0.84%.");
    ada.visit(&format!("{}?map=red", petition.url())).await.see("The map shows count, share or usual.");
    assert_eq!(ada.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_map_can_be_larger_by_link_and_stays_so() {
    let app = TestApp::new().await;
    let [petition, ..] = three(&app).await;
    let mut ada = app.visitor();
    ada.visit(&format!("{}?map=share", petition.url())).await.follow("Larger map").await;
    assert_eq!(ada.path(), format!("{}?map=share&size=large", urls::all_places(&petition.id)));
    assert_eq!(ada.page().select(".map.large .scroll svg").len(), 1);
    ada.follow("Compared with usual").await;
    assert_eq!(ada.path(), format!("{}?map=usual&size=large", urls::all_places(&petition.id)));
    ada.fill("Name", "aldershot").press("Show").await.see("1 constituency of 650.");
    assert_eq!(ada.page().select(".map.large").len(), 1, "whoever looks for a name keeps the map");
    ada.follow("Smaller map").await;
    assert_eq!((ada.page().select(".map.large").len(), ada.page().select(".map svg").len()), (0, 1));
}

#[tokio::test]
async fn constituencies_are_put_in_order_and_filtered_by_link() {
    let app = TestApp::new().await;
    let [petition, ..] = three(&app).await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await.follow("All 650 constituencies").await.see("Back to the petition");
    assert_eq!(ada.heading(), "Where people signed");
    let whole = ada.table(BY_COUNT);
    assert_eq!(
        (whole.rows.len(), whole.rows[1].clone()),
        (650, vec!["2 Ynys Môn".to_owned(), "100".to_owned(), "0.14".to_owned(), "0.19".to_owned(),])
    );
    assert_eq!(ada.page().select("svg use title").len(), 650, "each hexagon says what it is");
    ada.see("The number before a name is its rank by signatures.");

    ada.follow("Times usual").await;
    assert_eq!(ada.table("Signatures by constituency, most above usual first").rows[0][0], "1 Aldershot");
    ada.follow("Times usual").await;
    assert_eq!(ada.table("Signatures by constituency, most below usual first").rows[0][0], "650 Ynys Môn");
    ada.see("The number before a name is its rank by how much more than usual it signed.");
    assert_eq!(ada.page().select("[aria-sort='ascending']").len(), 1);
    ada.follow("Compared with usual").await.see("Most above usual in Aldershot");
    ada.follow("Constituency").await;
    let names: Vec<String> =
        ada.table("Signatures by constituency, by name").rows.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(names[..3], ["2 Aberafan Maesteg", "2 Aberdeen North", "2 Aberdeen South"]);

    ada.fill("Nation or region", "Wales").press("Show").await.see("32 constituencies of 650.");
    assert!(ada.path().contains("map=usual") && ada.path().contains("places_by=name"), "{}", ada.path());
    let wales = ada.table("Signatures by constituency, by name");
    assert_eq!(wales.foot[..2], ["These 32 constituencies", "100"]);
    ada.fill("Name", "mon caer").press("Show").await.see("No constituency is called so.");
    ada.fill("Name", "YNYS mon").press("Show").await.see("1 constituency of 650.");
    assert_eq!(ada.table("Signatures by constituency, by name").rows[0][0], "650 Ynys Môn");
    ada.follow("Show all").await;
    assert_eq!(ada.table("Signatures by constituency, by name").rows.len(), 650);
    ada.fill("Name", "Cardiff")
        .fill("Nation or region", "England")
        .press("Show")
        .await
        .see("No constituency is called so.");
}

#[tokio::test]
async fn names_in_welsh_stand_beside_the_english_ones() {
    let app = TestApp::new().await;
    let petition = signed(&app, "Keep the ferry", 1, 50).await;
    app.sql("update areas set name_cy = 'Sir Fôn' where code = 'W07000112'").await.expect("a name");
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    assert_eq!(ada.page().texts(".places [lang='cy']")[0], "Sir Fôn");
    ada.visit(&format!("{}?q=fon", urls::all_places(&petition.id))).await.see("1 constituency of 650.");
    ada.visit(&urls::local_place("ynys-mon", BoundarySet::OF_2024)).await.see("Petitions signed in Ynys Môn Sir Fôn");
    ada.visit("/constituencies?q=sir+fon").await.see("1 constituency.");
}

#[tokio::test]
async fn countries_too_small_to_publish_are_the_same_row_everywhere() {
    let app = TestApp::new().await;
    let petition = app
        .petition()
        .signatures(200)
        .in_constituency(ALDERSHOT, "Aldershot", 100)
        .in_country("GB", "United Kingdom", 110)
        .in_country("FR", "France", 60)
        .in_country("ES", "Spain", 4)
        .in_country("DE", "Germany", 3)
        .in_country("IT", "Italy", 1)
        .create()
        .await;
    let mut ada = app.visitor();
    let row = ["Other countries (fewer than 5 each)", "8"];
    for path in [petition.url(), urls::all_places(&petition.id)] {
        let countries = ada.visit(&path).await.table("Signatures by country");
        assert_eq!(countries.rows, [["United Kingdom (constituencies and not located)", "132"], ["France", "60"], row]);
        ada.dont_see("Spain").dont_see("Italy");
    }
    let rows = app.get(&urls::places(&petition.id, "csv")).await.csv();
    let countries: Vec<[&str; 3]> =
        rows.iter().filter(|row| row[0] == "country").map(|row| [&*row[1], &*row[2], &*row[3]]).collect();
    assert_eq!(countries, [["GB", "United Kingdom", "132"], ["FR", "France", "60"], ["other", row[0], "8"]]);
    let sum = |rows: &[Vec<String>]| -> i64 {
        let parts = rows[1..].iter().filter(|row| row[0] != "region" && row[1] != "GB");
        parts.map(|row| row[3].parse::<i64>().expect("a number")).sum()
    };
    assert_eq!(sum(&rows), 200);
    let json = app.get(&urls::petition_json(&petition.id)).await.json();
    let countries = &json["data"]["attributes"]["signatures_by_country"];
    assert_eq!(countries[2], serde_json::json!({ "name": row[0], "code": "other", "signature_count": 8 }));
    assert!(!json.to_string().contains("Spain"));

    let mut grace = app.staff(Role::Sysadmin).await;
    grace.visit("/admin/site/settings").await;
    assert_eq!(grace.field("Signatures that a country needs to be named"), "5");
    grace.fill("Signatures that a country needs to be named", "0").press("Save settings").await;
    assert_eq!(grace.mistake("Signatures that a country needs to be named"), "Enter a number from 1 to 1,000");
    grace
        .fill("Signatures that a country needs to be named", "4")
        .press("Save settings")
        .await
        .see("The settings are saved");
    ada.visit_anew(&petition.url()).await.see("Other countries (fewer than 4 each)").see("Spain");
    grace.fill("Signatures that a country needs to be named", "1").press("Save settings").await;
    ada.visit_anew(&petition.url()).await.see("Germany").see("Italy").dont_see("Other countries (");
    // One by itself would be told by the others: the next one goes with it.
    grace.fill("Signatures that a country needs to be named", "2").press("Save settings").await;
    let countries = ada.visit_anew(&petition.url()).await.table("Signatures by country");
    assert_eq!(countries.rows[3], ["Other countries", "4"]);
    assert_eq!(sum(&app.get(&urls::places(&petition.id, "csv")).await.csv()), 200);
}

#[tokio::test]
async fn countries_that_another_service_has_published_stay_as_they_are_there() {
    let app = TestApp::new().await;
    let petition = app.petition().imported(700_001).signatures(9).in_country("ES", "Spain", 3).create().await;
    let mut ada = app.visitor();
    ada.visit(&petition.url()).await;
    assert_eq!(ada.table("Signatures by country").rows[1], ["Spain", "3"]);
    ada.dont_see("Other countries (");
}

#[tokio::test]
async fn a_postcode_leads_to_its_constituency() {
    let app = TestApp::new().await;
    let mut ada = app.visitor();
    ada.visit(urls::local()).await.see("Postcodes cannot be looked up on this site yet.");
    ada.follow("Choose your constituency from the list").await;
    assert_eq!(ada.heading(), "Constituencies");
    ada.see("Postcodes cannot be looked up on this site yet: find yours by its name.")
        .dont_see("Find yours by postcode");
    assert!(!ada.page().links().contains(&urls::local().to_owned()), "it leads back to where it came from");
    ada.visit("/constituencies?q=ynys").await.dont_see("Find yours by postcode");
    app.sql(
        "insert into postcodes (code, area_id, terminated)
         select 'LL652AB', id, true from areas where code = 'W07000112' union all select 'JE23AB', null, false",
    )
    .await
    .expect("postcodes");
    ada.visit("/constituencies?q=ynys")
        .await
        .follow("Find yours by postcode")
        .await
        .see("It is looked up and not kept.");
    for (typed, words) in [
        ("", "Enter your postcode"),
        ("LL65", "Enter a full UK postcode, such as SW1A 1AA"),
        ("SW1A 1AA", "We do not know this postcode: check it, or choose your constituency from the list"),
        ("je2 3ab", "This postcode lies in no constituency"),
    ] {
        ada.visit(urls::local()).await.fill("Postcode", typed).press("Find my constituency").await;
        assert_eq!((ada.status(), ada.path()), (StatusCode::UNPROCESSABLE_ENTITY, urls::local()));
        assert!(ada.mistake("Postcode").starts_with(words), "{}", ada.mistake("Postcode"));
        assert_eq!(ada.field("Postcode"), typed);
        assert_eq!(ada.header("cache-control"), "no-store");
    }
    ada.fill("Postcode", " ll65-2ab").press("Find my constituency").await;
    assert_eq!((ada.path(), ada.heading()), ("/petitions/local/ynys-mon", "Petitions signed in Ynys Môn".to_owned()));
    ada.see("Lies in Wales").see("69,049 people").see("Since 4 July 2024");
    ada.see("Nobody here has signed an open petition yet").see("No petition is signed clearly more than usual here.");
    // As links of other sites have it.
    ada.visit("/petitions/local?postcode=LL65+2AB").await;
    assert_eq!(ada.path(), "/petitions/local/ynys-mon");
}

#[tokio::test]
async fn a_constituency_shows_what_it_signs_most_and_what_is_unusual() {
    let app = TestApp::new().await;
    let [barracks, ferry, trees] = three(&app).await;
    signed(&app, "Too few to tell", 9, 0).await;
    let mut ada = app.visitor();
    let aldershot = urls::local_place("aldershot", BoundarySet::OF_2024);
    ada.visit(&aldershot).await.see("Lies in South East, England");
    assert_eq!(
        ada.page().items("Unusual here"),
        ["Mend the barracks roof 1,000 here 1.8 times as much as usual; 1,100 signatures in all"]
    );
    let most = ada.page().items("Signed most here");
    assert_eq!(most[0], "Mend the barracks roof 1,000 here 1.8 times as much as usual; 1,100 signatures in all");
    assert_eq!(most[1], "Plant a tree in every street 900 here 1.0 times as much as usual; 1,800 signatures in all");
    assert!(most[2].starts_with("Keep the ferry 100 here 0.19 times") && most[3].starts_with("Too few to tell 9 here"));
    assert_eq!(ada.page().link("Keep the ferry"), ferry.url());

    let json = app.get(&format!("{aldershot}.json")).await.json();
    assert_eq!(json["constituency"], "Aldershot");
    assert_eq!(json["mp"], serde_json::Value::Null, "nobody has said who it is");
    let text = serde_json::to_string_pretty(&json).expect("JSON").replace(&app.url, "https://petitions.example.org");
    with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("local.json", text);
    });
    let csv = app.get(&format!("{aldershot}.csv")).await.csv();
    assert_eq!(csv[0], ["Petition", "URL", "State", "Local Signatures", "Total Signatures", "Times Usual"]);
    assert_eq!(
        csv[2],
        ["Plant a tree in every street", &format!("{}{}", app.url, trees.url()), "open", "900", "1800", "1"]
    );

    // A petition that is closed, or hidden, is gone at once, though its numbers are kept for a while.
    sqlx::query("update petitions set state = 'closed', closed_at = closes_at where id = $1")
        .bind(barracks.id.get())
        .execute(&mut app.db().await)
        .await
        .expect("closed");
    ada.visit_anew(&aldershot).await.dont_see("Mend the barracks roof").follow("Closed ones as well").await;
    assert_eq!(ada.page().items("Signed most here").len(), 4);
    ada.see("Closed 1.8 times as much as usual").see("All petitions signed in Aldershot");
    let all = app.get("/petitions/local/aldershot/all.json").await.json();
    assert_eq!(all["petitions"][0]["state"], "closed");
    assert_eq!(app.get("/petitions/local/aldershot/all.csv").await.csv().len(), 5);
    ada.follow("Only open ones").await.dont_see("Mend the barracks roof");
}

#[tokio::test]
async fn places_that_are_not_there_are_not_found() {
    let app = TestApp::new().await;
    for (path, status) in [
        ("/petitions/local/nowhere", 404),
        ("/petitions/local/nowhere/all", 404),
        ("/petitions/local/nowhere.json", 404),
        ("/petitions/local/aldershot.svg", 406),
        ("/petitions/local/aldershot.xml", 406),
        ("/petitions/local/aldershot.json/all", 404),
        ("/petitions/local/aldershot?boundaries=2010", 404),
        ("/petitions/local/aldershot?boundaries=soon", 404),
        ("/petitions/local/%00", 404),
        ("/constituencies?boundaries=1832", 404),
        ("/constituencies?region=nowhere", 200),
        ("/petitions/1/places", 404),
        ("/petitions/abc/places", 400),
    ] {
        assert_eq!(app.get(path).await.status.as_u16(), status, "{path}");
    }
    let waiting = app.petition().state(PetitionState::Sponsored).signatures(7).create().await;
    let rejected = app.petition().rejected("duplicate").create().await;
    assert_eq!(app.get(&urls::all_places(&waiting.id)).await.header("location"), urls::moderation_info(&waiting.id));
    assert_eq!(app.get(&urls::all_places(&rejected.id)).await.status, StatusCode::NOT_FOUND);
    let none = app.petition().imported(700_001).signatures(12).create().await;
    let mut ada = app.visitor();
    ada.visit(&urls::all_places(&none.id)).await.see("It is not known where this petition was signed.");
}

#[tokio::test]
async fn older_petitions_keep_their_boundaries_and_say_so() {
    let app = TestApp::new().await;
    let old = app
        .petition()
        .imported(700_001)
        .signatures(60)
        .in_constituency("W07000041", "Ynys Môn", 40)
        .in_constituency("S14000021", "East Renfrewshire", 15)
        .in_country("GB", "United Kingdom", 55)
        .change(|record| {
            record.places.boundary_set = BoundarySet::OF_2010;
            record.places.constituencies[0].member = Some("Ada Lovelace MP".to_owned());
        })
        .create()
        .await;
    let mut ada = app.visitor();
    ada.visit(&urls::all_places(&old.id)).await.see("On the boundaries of 2010.").dont_see("Share of people");
    assert_eq!(ada.table(BY_COUNT).rows, [["1 Ynys Môn", "40"], ["2 East Renfrewshire", "15"]]);
    ada.follow("Ynys Môn").await.see("From 6 May 2010 to 30 May 2024").see("Ada Lovelace MP as published on");
    assert_eq!(ada.page().items("Signed most here").len(), 1);
    assert_eq!(ada.path(), "/petitions/local/ynys-mon?boundaries=2010");
    ada.visit("/petitions/local/ynys-mon").await.see("Since 4 July 2024").see("Nobody here has signed");
    ada.visit("/constituencies").await.see("650 constituencies").follow("Those on the boundaries of 2010").await;
    ada.see("What each of 2 constituencies signs, on the boundaries of 2010.").follow("East Renfrewshire").await;
    assert_eq!(ada.page().items("Signed most here").len(), 1);
    ada.visit("/petitions/local/east-renfrewshire").await.see("Nobody here has signed");
}
