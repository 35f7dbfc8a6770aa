//! Petitions and areas that come from elsewhere: what went in comes out, and nothing that is untrue gets in.

use reqwest::StatusCode;
use serde_json::Value;
use undersigned::{
    actions::{
        import_areas::{AreasImported, import_areas},
        import_petition::{ImportPetitionError, Imported},
    },
    domain::{petition::PetitionId, published, readings_file},
    store, urls,
};

use crate::support::{TestApp, at, shared, shared_files};

/// What counts everything that an import could change.
const EVERYTHING: &str = "
    select concat_ws(' ', (select sum(version) from petitions), (select sum(version) from petition_totals),
        (select count(*) from ledger), (select sum(change) from ledger), (select count(*) from readings),
        (select md5(string_agg(r::text, ' ' order by r::text)) from (
            select row(p.*)::text r from petitions p union all select row(t.*)::text from petition_totals t
            union all select row(h.*)::text from tally_hours h union all select row(m.*)::text from tally_minutes m
            union all select row(c.*)::text from tally_constituencies c
            union all select row(c.*)::text from tally_countries c
            union all select row(i.*)::text from imported_places i union all select row(a.*)::text from activities a
            union all select row(g.*)::text from government_responses g union all select row(d.*)::text from debates d
            union all select row(a.*)::text from areas a union all select row(c.*)::text from constituencies c) rows))";

const TODAYS: [&str; 3] =
    ["petitions/722903_2025-07-29.json", "petitions/722903_2025-09-09.json", "petitions/722903_2026-08-22.json"];

fn files_of_2015() -> Vec<String> {
    let files: Vec<_> = shared_files("petitions", "2015-09-09.json");
    assert_eq!(files.len(), 26);
    files
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn a_published_petition_comes_out_as_it_went_in() {
    let app = TestApp::new().await;
    for file in TODAYS {
        let text = shared(file);
        app.import_text(&text).await;
        let (theirs, ours) =
            (json(&text)["data"].take(), app.get("/petitions/722903.json").await.json()["data"].take());
        assert_eq!((&ours["type"], &ours["id"]), (&theirs["type"], &theirs["id"]));
        for (field, value) in theirs["attributes"].as_object().expect("attributes") {
            assert_eq!(&ours["attributes"][field], value, "{field} of {file}");
        }
        let known = theirs["attributes"].as_object().expect("attributes");
        let added: Vec<_> = ours["attributes"].as_object().expect("attributes").keys().collect();
        let added: Vec<_> = added.into_iter().filter(|field| !known.contains_key(*field)).collect();
        let later = ["closing_date", "debate_scheduled_on", "other_parliamentary_business"];
        let beside = ["removals", "growth", "estimate"];
        let expected = |field: &str| later.contains(&field) || beside.contains(&field);
        assert!(added.iter().all(|field| expected(field)), "{file}: {added:?}");
    }
}

/// Places as they were listed in 2015: the name and the count, of constituencies the code and the member as well.
fn by_name(places: &[Value]) -> Vec<String> {
    let mut list: Vec<String> = places
        .iter()
        .filter(|place| place["signature_count"] != 0)
        .map(|place| {
            let more = if place["ons_code"].is_null() { String::new() } else { format!("{}", place["ons_code"]) };
            format!("{} {} {more}", place["name"], place["signature_count"])
        })
        .collect();
    list.sort();
    list
}

/// Petitions of 2015 come out as far as their fields go.
async fn comes_out_as_it_went_in(app: &TestApp, file: &str, id: PetitionId) {
    let (theirs, ours) = (json(&shared(file)), app.get(&urls::petition_json(&id)).await.json());
    let ours = &ours["data"]["attributes"];
    for (field, value) in theirs["data"]["attributes"].as_object().expect("attributes") {
        let field = if field == "open_at" { "opened_at" } else { field };
        match (value, &ours[field]) {
            (Value::Array(theirs), Value::Array(ours)) => {
                assert_eq!(by_name(theirs), by_name(ours), "{field} of {file}");
            }
            (Value::Object(theirs), ours) => {
                for (part, value) in theirs {
                    assert_eq!(&ours[part], value, "{field}.{part} of {file}");
                }
            }
            (theirs, ours) => assert_eq!(ours, theirs, "{field} of {file}"),
        }
    }
}

#[tokio::test]
async fn all_29_files_go_in_their_numbers_add_up_and_twice_changes_nothing() {
    let app = TestApp::new().await;
    let files: Vec<String> = shared_files("petitions", ".json");
    assert_eq!(files.len(), 29);
    let of_2015 = files_of_2015();
    for file in &files {
        let (id, _) = app.import_text(&shared(file)).await;
        if of_2015.contains(file) {
            comes_out_as_it_went_in(&app, file, id).await;
        }
    }
    assert_eq!(app.ask("select count(*) from petitions").await, "27");
    assert_eq!(app.run_job("check tallies", app.now).await, 0, "every tally agrees with the ledger");
    for file in &files {
        let text = shared(file);
        let id = json(&text)["data"]["id"].as_i64().expect("a number");
        let page = app.get(&format!("/petitions/{id}")).await;
        assert!(page.status.is_success(), "{file}: {}", page.status);
        let rows = app.get(&format!("/petitions/{id}/places.csv")).await.csv();
        let parts = rows[1..].iter().filter(|row| row[0] != "region" && row[1] != "GB");
        let sum: i64 = parts.map(|row| row[3].parse::<i64>().expect("a count")).sum();
        let history = app.get(&format!("/petitions/{id}/history.csv")).await.csv();
        let count = app.get(&format!("/petitions/{id}/count.json")).await.json()["signature_count"].to_string();
        assert_eq!(sum.to_string(), count, "{file}");
        assert_eq!(history.last().expect("a row")[3], count, "{file}");
    }

    let before = app.ask(EVERYTHING).await;
    for file in files.iter().rev() {
        let (_, imported) = app.import_text(&shared(file)).await;
        assert_eq!(imported, Imported::Unchanged, "{file}");
    }
    assert_eq!(app.ask(EVERYTHING).await, before);
}

#[tokio::test]
async fn a_newer_file_updates_and_an_older_one_only_adds_to_the_history() {
    let app = TestApp::new().await;
    let [oldest, middle, newest] = TODAYS.map(shared);
    assert_eq!(app.import_text(&middle).await.1, Imported::Added);
    assert_eq!(app.import_text(&newest).await.1, Imported::Updated);
    let row = "select row(p.*)::text from petitions p";
    let before = app.ask(row).await;
    assert_eq!(app.import_text(&oldest).await.1, Imported::HistoryOnly);
    assert_eq!(app.ask(row).await, before, "the petition is as the newest file has it");
    assert_eq!(app.ask("select signature_count from petition_totals").await, "550136");
    assert_eq!(app.ask("select before_history from petition_totals").await, "392979", "the count of the oldest file");
    assert_eq!(
        app.ask("select string_agg(signature_count::text, ' ' order by read_at) from readings").await,
        "392979 535608 550136"
    );
    assert_eq!(app.run_job("check tallies", app.now).await, 0);
    let history = app.get("/petitions/722903/history.json").await.json();
    assert_eq!(history["before"], 392_979);

    let before = app.ask(EVERYTHING).await;
    for text in [&oldest, &newest, &middle] {
        assert_eq!(app.import_text(text).await.1, Imported::Unchanged);
    }
    assert_eq!(app.ask(EVERYTHING).await, before);
}

#[tokio::test]
async fn readings_become_the_history() {
    let app = TestApp::new().await;
    let mut record = published::parse(&shared(TODAYS[2])).expect("a petition");
    record.readings = readings_file::parse(&shared("series/722903_counts.csv")).expect("readings");
    assert_eq!(record.readings.len(), 6_173);
    let first = *record.readings.iter().min().expect("a reading");
    app.import(&record).await.expect("an import");

    assert_eq!(app.ask("select signature_count from petition_totals").await, "550136");
    assert_eq!(app.ask("select sum(change) from ledger").await, "550136");
    assert_eq!(app.ask("select before_history from petition_totals").await, first.count.to_string());
    // Whoever has signed in time may confirm for a day after the deadline; from then on counts only fall.
    let late = "select coalesce(sum(added), 0) from tally_hours where starts_at >= '2025-10-23T23:00:00Z'";
    assert_eq!(app.ask(late).await, "0");
    assert_eq!(app.ask("select sum(removed) from tally_hours where starts_at >= '2025-10-23T23:00:00Z'").await, "5");
    assert_eq!(app.run_job("check tallies", app.now).await, 0);

    // At every reading the history says what was read, give or take what an hour cannot tell.
    let history = app.get("/petitions/722903/history.json?step=hour").await.json();
    let rows = history["rows"].as_array().expect("rows");
    let mut checked = 0;
    for reading in record.readings.iter().filter(|reading| reading.at.as_second() % 3_600 < 60) {
        let row = rows.iter().rfind(|row| at(row["starts_at"].as_str().expect("a moment")) < reading.at);
        let Some(row) = row else { continue };
        let hour = row["added"].as_u64().expect("a count") as i64 + row["removed"].as_u64().expect("a count") as i64;
        let off = (row["total"].as_u64().expect("a count") as i64 - i64::from(reading.count)).abs();
        assert!(off <= hour + 2, "{reading:?}: {row}");
        checked += 1;
    }
    assert!(checked > 50, "{checked}");
    let page = app.get("/petitions/722903").await;
    assert!(page.text().contains("<b>550,136</b> signatures"));

    let before = app.ask(EVERYTHING).await;
    assert_eq!(app.import(&record).await.expect("an import").1, Imported::Unchanged);
    assert_eq!(app.ask(EVERYTHING).await, before);
}

#[tokio::test]
async fn gaps_are_spread_evenly_and_never_beyond_the_readings() {
    let app = TestApp::new().await;
    let petition = app
        .petition()
        .imported(700_001)
        .counted(at("2022-08-01T10:00:00Z"), 1_000)
        .counted(at("2022-08-01T20:00:00Z"), 1_100)
        .signatures(1_100)
        .change(|record| record.dates.updated_at = at("2022-08-01T20:00:00Z"))
        .create()
        .await;
    let history = app.get(&format!("{}?step=hour", urls::history(&petition.id, "json"))).await.json();
    assert_eq!(history["before"], 1_000);
    assert_eq!(history["as_at"], "2022-08-01T20:00:00.000Z");
    let rows = history["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 10);
    assert!(rows.iter().all(|row| row["added"] == 10), "{rows:?}");
}

#[tokio::test]
async fn a_record_that_the_database_refuses_changes_nothing() {
    let app = TestApp::new().await;
    app.import_text(&shared(TODAYS[0])).await;
    let before = app.ask(EVERYTHING).await;
    let mut contradiction = published::parse(&shared(TODAYS[2])).expect("a petition");
    contradiction.dates.closed_at = None;
    let refused = app.import(&contradiction).await;
    assert!(matches!(refused, Err(ImportPetitionError::Contradiction(_))), "{refused:?}");

    let own = app.petition().without_history().create().await;
    let mut foreign = own.record.clone();
    foreign.id = Some(own.id);
    foreign.source_url = Some(format!("https://petitions.example.org/petitions/{}", own.id));
    let after = app.ask(EVERYTHING).await;
    assert_ne!(before, after);
    let refused = app.import(&foreign).await;
    assert!(matches!(refused, Err(ImportPetitionError::Ours(id)) if id == own.id), "{refused:?}");
    assert_eq!(app.ask(EVERYTHING).await, after);
}

#[tokio::test]
async fn a_newer_file_takes_away_what_it_no_longer_has() {
    let app = TestApp::new().await;
    let full = app
        .petition()
        .imported(700_001)
        .signatures(20_000)
        .topic("water")
        .answered(crate::support::day("2022-06-01"), "Home Office", "No.", "No.")
        .activity(crate::support::day("2022-06-02"), "Asked", "In a question.")
        .in_constituency("E14001063", "Aldershot", 12_000)
        .in_country("FR", "France", 100);
    let mut record = full.create().await.record;
    record.dates.updated_at = app.now + jiff::SignedDuration::from_hours(1);
    record.signature_count = 19_000;
    record.topics.clear();
    record.activities.clear();
    (record.response, record.response_department) = (None, None);
    record.dates.government_response_at = None;
    record.places.constituencies.clear();
    app.import(&record).await.expect("an import");
    let mut ada = app.visitor();
    ada.visit("/petitions/700001").await.see("19,000 signatures").dont_see("Home Office says").dont_see("Asked");
    assert_eq!(ada.fact("Government response"), "Not yet due");
    let places = ada.table("Where the 19,000 are").rows;
    let of: Vec<_> = places.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(of, ["0", "100", "18,900"]);
    assert_eq!(app.run_job("check tallies", app.now).await, 0);
}

#[tokio::test]
async fn altered_tallies_are_found_and_mended() {
    let app = TestApp::new().await;
    app.petition().create().await;
    app.import_text(&shared(TODAYS[0])).await;
    let before = app.ask(EVERYTHING_BUT_VERSIONS).await;
    for (statement, tally) in [
        (
            "update tally_hours set added = added + 5 where (petition_id, starts_at) in
                (select petition_id, max(starts_at) from tally_hours where petition_id = 1000000 group by 1)",
            "hours",
        ),
        ("delete from tally_hours where petition_id = 1000000", "hours"),
        (
            "update petition_totals set before_history = before_history + 1 where petition_id = 722903",
            "before the history",
        ),
        (
            "update tally_constituencies set signature_count = signature_count - 1
             where area_id = (select min(area_id) from tally_constituencies)",
            "constituencies",
        ),
        ("delete from tally_countries where area_id = (select id from areas where code = 'FR')", "countries"),
        ("update petition_totals set in_hours = in_hours + 7 where petition_id = 1000000", "total"),
    ] {
        app.sql(statement).await.expect("an alteration");
        let mut db = app.db().await;
        let differences = store::recount::differences(&mut db).await.expect("differences");
        assert!(differences.iter().any(|difference| difference.tally == tally), "{statement}: {differences:?}");
        for id in differences.iter().map(|difference| difference.petition) {
            store::recount::rebuild(&mut db, id).await.expect("a rebuild");
        }
        assert_eq!(store::recount::differences(&mut db).await.expect("differences"), [], "{statement}");
        assert_eq!(app.ask(EVERYTHING_BUT_VERSIONS).await, before, "{statement}");
    }
}

/// The tallies as they stand.
const EVERYTHING_BUT_VERSIONS: &str = "
    select md5(string_agg(r, ' ' order by r)) from (
        select concat_ws(' ', petition_id, signature_count, before_history, in_hours, in_constituencies,
            in_other_countries, not_located) r from petition_totals
        union all select row(h.*)::text from tally_hours h
        union all select row(c.*)::text from tally_constituencies c
        union all select row(c.*)::text from tally_countries c) rows";

#[tokio::test]
async fn the_database_refuses_what_must_never_be_true() {
    let app = TestApp::new().await;
    let petition = app.petition().signatures(100).create().await;
    assert_eq!(petition.id, PetitionId::from(1_000_000));
    for (statement, complaint) in [
        (
            "insert into tally_constituencies (petition_id, area_id, signature_count)
             select 1000000, min(id), 101 from areas where kind = 'constituency'",
            "more signatures in places than in all",
        ),
        (
            "insert into tally_countries (petition_id, area_id, signature_count)
             select 1000000, min(id), 101 from areas where code = 'FR'",
            "more signatures in places than in all",
        ),
        ("update tally_hours set added = -1", "tally_hours_added_check"),
        ("update tally_hours set removed = -1", "tally_hours_removed_check"),
        ("update tally_hours set starts_at = starts_at + interval '1 minute'", "tally_hours_starts_at_check"),
        ("update tally_minutes set starts_at = starts_at + interval '1 second'", "tally_minutes_starts_at_check"),
        ("update petition_totals set before_history = -1", "before_history"),
        ("update petition_totals set in_hours = -1000", "petition_totals"),
        ("update petition_totals set signature_count = 7", "can only be updated to DEFAULT"),
        ("update petitions set closes_at = null", "petitions_check"),
        ("update petitions set opened_at = null", "petitions_check"),
        ("update petitions set opened_at = created_at - interval '1 second'", "petitions_check"),
        ("update petitions set closes_at = opened_at", "petitions_check"),
        ("update petitions set closed_at = now()", "petitions_check"),
        ("update petitions set state = 'closed'", "petitions_check"),
        ("update petitions set state = 'rejected'", "petitions_refused_or_withdrawn"),
        ("update petitions set state = 'removed'", "petitions_check"),
        ("update petitions set state = 'stopped'", "petitions_check"),
        ("update petitions set state = 'pending'", "petitions_check"),
        ("update petitions set action = ''", "petitions_action_check"),
        ("update ledger set change = change + 1", "the ledger is append-only"),
        ("truncate ledger", "the ledger is append-only"),
        (
            "insert into ledger (petition_id, counted_at, change, reason) values (1000000, now(), 0, 'confirmed')",
            "ledger_change_check",
        ),
        ("insert into ledger (petition_id, change, reason) values (1000000, 1, 'confirmed')", "ledger_check"),
        ("insert into readings values (1000000, now(), -1)", "readings_signature_count_check"),
        ("insert into debates (petition_id, debated) values (1000000, true)", "debates_check"),
        ("insert into rejections values (1000000, 'because')", "rejections_code_fkey"),
        ("insert into topics values ('Two Words', 'Two words')", "topics_code_check"),
    ] {
        let refused = app.sql(statement).await.expect_err(statement).to_string();
        assert!(refused.contains(complaint), "{statement}: {refused}");
    }
    assert_eq!(app.ask("select signature_count from petition_totals").await, "100");
    assert_eq!(app.run_job("check tallies", app.now).await, 0);
}

#[tokio::test]
async fn areas_go_in_whole_and_twice_changes_nothing() {
    let app = TestApp::new().await;
    let mut db = app.db().await;
    let files =
        ["constituencies_2010.csv", "hex_2010.hexjson", "constituencies_2024.csv", "hex_2024.hexjson", "countries.csv"];
    let mut texts = files.map(|file| shared(&format!("areas/{file}")));
    for text in &texts {
        let AreasImported { read, what, .. } = import_areas(&mut db, text).await.expect("areas");
        assert!(read >= if what == "countries" { 200 } else { 650 }, "{read} {what}");
    }
    assert_eq!(
        app.ask(
            "select string_agg(boundary_set || ' ' || n, ', ' order by boundary_set) from (
                     select boundary_set, count(*) n from constituencies group by 1) s"
        )
        .await,
        "2010 650, 2024 650"
    );
    assert_eq!(app.ask("select count(*) from constituencies where hex_column is null or region_id is null").await, "0");

    let before = app.ask(EVERYTHING).await;
    texts.reverse();
    for text in &texts {
        let imported = import_areas(&mut db, text).await.expect("areas");
        assert_eq!(imported.changed, 0, "{imported:?}");
    }
    assert_eq!(app.ask(EVERYTHING).await, before);
}

#[tokio::test]
async fn a_map_needs_its_constituencies_and_a_place_for_each() {
    let app = TestApp::new().await;
    let mut db = app.db().await;
    let before = app.ask(EVERYTHING).await;
    let refused =
        import_areas(&mut db, &shared("areas/hex_2010.hexjson")).await.expect_err("no constituencies of 2010");
    assert!(refused.to_string().contains("import those first"), "{refused}");

    let mut hexes = json(&shared("areas/hex_2024.hexjson"));
    let places = hexes["hexes"].as_object_mut().expect("hexes");
    let codes: Vec<String> = places.keys().take(2).cloned().collect();
    let first = places[&codes[0]].clone();
    places[&codes[1]]["q"] = first["q"].clone();
    places[&codes[1]]["r"] = first["r"].clone();
    import_areas(&mut db, &hexes.to_string()).await.expect_err("two on one place");
    assert_eq!(app.ask(EVERYTHING).await, before);
}

#[tokio::test]
async fn petitions_of_2015_stand_on_the_map_of_2010() {
    let app = TestApp::new().await;
    let file = &files_of_2015()[0];
    let (id, _) = app.import_text(&shared(file)).await;
    let map = urls::places(&id, "svg");
    assert_eq!(app.get(&map).await.status, StatusCode::NOT_FOUND, "no place on a map is known yet");
    for area in ["constituencies_2010.csv", "hex_2010.hexjson"] {
        import_areas(&mut app.db().await, &shared(&format!("areas/{area}"))).await.expect("areas");
    }
    assert_eq!(app.get(&map).await.status, StatusCode::OK);
    let mut ada = app.visitor();
    ada.visit(&urls::petition(&id)).await;
    assert_eq!(ada.page().select("#places svg").len(), 1);
    ada.visit(&urls::all_places(&id)).await.see("On the boundaries of 2010.");
    assert_eq!(ada.table("Signatures by constituency, most first").rows.len(), 650);
}
