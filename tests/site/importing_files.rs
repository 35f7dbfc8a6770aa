//! Files that are imported: real ones are read whole, wrong ones are refused with place and reason.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::PathBuf,
};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use undersigned::domain::{
    area::{BoundarySet, Hex},
    areas_file::{self, AreaFile},
    petition::{Debate, PetitionId, PetitionState},
    published, readings_file,
    record::PetitionRecord,
};

fn data(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path)
}

fn file(path: &str) -> String {
    fs::read_to_string(data(path)).unwrap_or_else(|error| panic!("{}: {error}", data(path).display()))
}

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().expect("an instant"))
}

/// A small petition that has every field of today's schema.
fn sample() -> Value {
    json!({
        "links": {"self": "https://petition.parliament.uk/petitions/700001.json"},
        "data": {"type": "petition", "id": 700_001, "attributes": {
            "action": "Plant more trees ", "background": "Shade.\r\n\r\nBirds. ", "additional_details": "", "committee_note": "",
            "state": "closed", "signature_count": 120,
            "created_at": "2025-01-10T09:00:00.000Z", "updated_at": "2025-09-01T09:00:00.000Z", "rejected_at": null,
            "opened_at": "2025-01-20T09:00:00.000Z", "closed_at": "2025-07-20T22:59:59.999Z",
            "moderation_threshold_reached_at": "2025-01-11T09:00:00.000Z", "response_threshold_reached_at": "2025-02-01T09:00:00.000Z",
            "government_response_at": "2025-02-20T23:30:00.000Z", "debate_threshold_reached_at": "2025-03-01T09:00:00.000Z",
            "debate_scheduled_on": "2025-03-02", "scheduled_debate_date": "2025-04-07",
            "debate_outcome_at": "2025-04-08T09:00:00.000Z", "creator_name": "", "rejection": null,
            "government_response": {"responded_on": "2025-02-20", "summary": "No.", "details": "No, *thanks*.\r\n",
                "created_at": "2025-02-20T23:30:00.000Z", "updated_at": "2025-02-21T09:00:00.000Z"},
            "debate": {"debated_on": "2025-04-07", "transcript_url": "https://hansard.parliament.uk/x", "video_url": "",
                "debate_pack_url": null, "public_engagement_url": null, "debate_summary_url": null, "overview": "Said."},
            "departments": [{"acronym": "DEFRA", "name": "Department for Environment, Food and Rural Affairs", "url": null},
                {"acronym": null, "name": "Forestry", "url": "https://www.gov.uk/forestry"}],
            "topics": ["environment", "food-and-farming"],
            "signatures_by_country": [{"name": "France", "code": "FR", "signature_count": 7},
                {"name": "United Kingdom", "code": "GB", "signature_count": 112}],
            "signatures_by_constituency": [
                {"name": "Aldershot", "ons_code": "E14001063", "mp": "Alex Baker MP", "signature_count": 60},
                {"name": "Ynys Môn", "ons_code": "W07000112", "mp": null, "signature_count": 50}],
            "signatures_by_region": [{"name": "South East", "ons_code": "J", "signature_count": 60},
                {"name": "Wales", "ons_code": "L", "signature_count": 50}],
            "other_parliamentary_business": [{"subject": "A question", "body": "Asked. ", "occurred_on": "2025-03-05",
                "created_at": "2025-03-05T09:00:00.000Z", "updated_at": "2025-03-05T09:00:00.000Z"}],
        }},
    })
}

/// The sample with some attributes replaced; `null` for a field is what published data has for "not there".
fn sample_with(changes: &Value) -> Value {
    let mut sample = sample();
    for (name, value) in changes.as_object().expect("attributes") {
        sample["data"]["attributes"][name] = value.clone();
    }
    sample
}

fn read(value: &Value) -> PetitionRecord {
    published::parse(&value.to_string()).unwrap_or_else(|refused| panic!("{refused}"))
}

fn told(value: &Value) -> String {
    published::parse(&value.to_string()).expect_err("a contradiction").to_string()
}

#[test]
fn every_real_petition_is_read() {
    let mut paths: Vec<_> =
        fs::read_dir(data("petitions")).expect("the petitions").map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 29);
    for path in paths {
        let text = fs::read_to_string(&path).expect("a petition");
        let published: Value = serde_json::from_str(&text).expect("JSON");
        let attributes = &published["data"]["attributes"];
        let record = published::parse(&text).unwrap_or_else(|refused| panic!("{}: {refused}", path.display()));
        let id = record.id.expect("a number");
        assert_eq!(Some(id.get()), published["data"]["id"].as_i64());
        assert_eq!(record.source_url, Some(format!("https://petition.parliament.uk/petitions/{id}")));
        assert_eq!(record.action, attributes["action"], "{id}");
        assert_eq!(record.background, attributes["background"], "{id}");
        assert_eq!(record.additional_details, attributes["additional_details"], "{id}");
        assert_eq!(record.signature_count, attributes["signature_count"], "{id}");
        let listed = |name: &str| attributes[name].as_array().expect("a list").len();
        assert_eq!(record.places.constituencies.len(), listed("signatures_by_constituency"), "{id}");
        assert_eq!(record.places.countries.len(), listed("signatures_by_country"), "{id}");
    }
}

#[test]
fn a_petition_of_2015() {
    let record = published::parse(&file("petitions/104334_2015-09-09.json")).expect("a petition");
    assert_eq!(record.state, PetitionState::Open);
    assert_eq!(record.dates.opened_at, at("2015-07-20T14:12:50.460Z"));
    assert_eq!(record.dates.closes_at, at("2016-01-20T23:59:59.999Z"));
    assert_eq!(record.places.boundary_set, BoundarySet::OF_2010);
    assert_eq!((record.places.in_constituencies(), record.places.in_other_countries()), (214_799, 2_294));
    assert_eq!(record.response.expect("a response").responded_on.to_string(), "2015-07-24");
    assert!(record.response_department.is_none() && record.departments.is_empty() && record.debate.is_none());
}

#[test]
fn a_petition_of_today() {
    let record = published::parse(&file("petitions/722903_2026-08-22.json")).expect("a petition");
    assert_eq!((record.state, record.signature_count), (PetitionState::Closed, 550_136));
    assert_eq!(record.dates.closes_at, record.dates.closed_at);
    assert_eq!(record.places.boundary_set, BoundarySet::OF_2024);
    assert_eq!((record.places.in_constituencies(), record.places.in_other_countries()), (537_108, 6_608));
    assert_eq!(record.response_department.as_deref(), Some("Department for Science, Innovation and Technology"));
    let debate = record.debate.expect("a debate");
    assert!(debate.debated && debate.debated_on.is_some_and(|day| day.to_string() == "2025-12-15"));
}

#[test]
fn every_field_comes_through_as_it_is() {
    let record = read(&sample());
    assert_eq!(record.id, PetitionId::new(700_001));
    assert_eq!(record.source_url.as_deref(), Some("https://petition.parliament.uk/petitions/700001"));
    assert_eq!((record.action.as_str(), record.background.as_str()), ("Plant more trees ", "Shade.\r\n\r\nBirds. "));
    assert_eq!(record.creator_name.as_deref(), Some(""));
    assert_eq!(record.dates.debate_outcome_at, at("2025-04-08T09:00:00Z"));
    assert_eq!(record.dates.scheduled_debate_date.map(|day| day.to_string()).as_deref(), Some("2025-04-07"));
    let debate = record.debate.expect("a debate");
    assert_eq!((debate.video_url.as_deref(), debate.debate_pack_url), (Some(""), None));
    assert_eq!(record.response_department.as_deref(), Some("Department for Environment, Food and Rural Affairs"));
    assert_eq!(record.departments[1].acronym, None);
    let topics: Vec<_> = record.topics.iter().map(|topic| topic.name.as_str()).collect();
    assert_eq!(topics, ["Environment", "Food and farming"]);
    assert_eq!((record.activities[0].subject.as_str(), record.activities[0].body.as_str()), ("A question", "Asked. "));
    assert_eq!(record.places.constituencies[0].member.as_deref(), Some("Alex Baker MP"));
    assert_eq!(record.places.constituencies[1].member, None);
}

#[test]
fn what_is_not_published_is_inferred() {
    let response = json!({"summary": "", "details": "", "created_at": "2025-06-20T23:30:00Z", "updated_at": "2025-06-21T09:00:00Z"});
    let record = read(&sample_with(&json!({"government_response": response})));
    assert_eq!(record.response.expect("a response").responded_on.to_string(), "2025-06-21", "the day in London");

    assert_eq!(read(&sample_with(&json!({"debate": null}))).debate, Some(Debate::default()));
    assert_eq!(read(&sample_with(&json!({"debate": null, "debate_outcome_at": null}))).debate, None);
    let outcome = json!({"debate": {"debated_on": null, "overview": "The committee declined."}});
    assert!(!read(&sample_with(&outcome)).debate.expect("an outcome").debated);

    let open =
        |closing: Value| read(&sample_with(&json!({"state": "open", "closed_at": null, "closing_date": closing})));
    assert_eq!(open(Value::Null).dates.closes_at, at("2025-07-20T22:59:59.999Z"));
    assert_eq!(open(json!("2025-03-01")).dates.closes_at, at("2025-03-01T23:59:59.999Z"));

    let nowhere =
        json!({"signatures_by_country": null, "signatures_by_constituency": null, "signatures_by_region": null});
    assert_eq!(read(&sample_with(&nowhere)).places.boundary_set, BoundarySet::OF_2024);
    let mut earlier = sample_with(&nowhere);
    for field in ["created_at", "opened_at"] {
        earlier["data"]["attributes"][field] = json!("2024-05-29T09:00:00Z");
    }
    assert_eq!(read(&earlier).places.boundary_set, BoundarySet::OF_2010);
}

#[test]
fn petitions_that_were_not_published_have_no_lists() {
    let unpublished = json!({
        "opened_at": null, "closed_at": null, "signature_count": 3, "debate_outcome_at": null, "debate": null,
        "signatures_by_country": null, "signatures_by_constituency": null, "signatures_by_region": null,
        "rejected_at": "2025-01-20T09:00:00Z", "rejection": {"code": "duplicate", "details": null},
    });
    for state in PetitionState::ALL.into_iter().filter(|state| !state.is_published()) {
        let mut file = sample_with(&unpublished);
        file["data"]["attributes"]["state"] = json!(state.code());
        let record = read(&file);
        assert_eq!(record.state, state);
        assert_eq!(record.dates.stopped_at.is_some(), state == PetitionState::Stopped);
        assert_eq!(record.dates.removed_at.is_some(), state == PetitionState::Removed);
        assert_eq!(record.rejection.expect("a rejection").details, "");
    }
}

#[test]
fn contradictions_are_refused_with_fields_and_values() {
    let place = "data.attributes.";
    for (changes, expected) in [
        (json!({"state": "open"}), "closed_at: is set, but the petition is open"),
        (json!({"closed_at": null}), "closed_at: is missing, but the petition is closed"),
        (json!({"opened_at": null}), "opened_at: is missing, but the petition is closed"),
        (json!({"state": "pending"}), "opened_at: is set, but the petition is pending"),
        (json!({"state": "rejected"}), "rejected_at: is missing, but the petition is rejected"),
        (
            json!({"state": "hidden", "rejected_at": "2025-02-01T00:00:00Z"}),
            "rejection: is missing, but the petition is hidden",
        ),
        (
            json!({"open_at": "2025-01-21T09:00:00Z"}),
            "opened_at: 2025-01-20T09:00:00Z is not open_at 2025-01-21T09:00:00Z",
        ),
        (
            json!({"opened_at": "2025-01-09T09:00:00Z"}),
            "opened_at: 2025-01-09T09:00:00Z is before created_at 2025-01-10T09:00:00Z",
        ),
        (
            json!({"closed_at": "2025-01-19T09:00:00Z"}),
            "closed_at: 2025-01-19T09:00:00Z is before opened_at 2025-01-20T09:00:00Z",
        ),
        (
            json!({"closing_date": "2025-01-19"}),
            "closing_date: 2025-01-19T23:59:59.999Z is before opened_at 2025-01-20T09:00:00Z",
        ),
        (
            json!({"updated_at": "2024-01-19T09:00:00Z"}),
            "updated_at: 2024-01-19T09:00:00Z is before created_at 2025-01-10T09:00:00Z",
        ),
        (
            json!({"response_threshold_reached_at": "2024-01-19T09:00:00Z"}),
            "response_threshold_reached_at: 2024-01-19T09:00:00Z is before created_at 2025-01-10T09:00:00Z",
        ),
        (json!({"action": ""}), "action: is empty"),
        (json!({"background": "x".repeat(4001)}), "background: 4001 characters are more than 4000"),
        (json!({"topics": ["Food & drink"]}), "topics[0]: “Food & drink” is not the code of a topic"),
        (
            json!({"signature_count": 109}),
            "signatures_by_constituency: 110 signatures together are more than signature_count 109",
        ),
        (
            json!({"signature_count": 115}),
            "signature_count: 110 signatures in signatures_by_constituency and 7 outside the United Kingdom in \
             signatures_by_country are more than the 115 in all",
        ),
        (
            json!({"signatures_by_country": [{"name": "France", "code": "FR", "signature_count": 121}]}),
            "signatures_by_country: 121 signatures outside the United Kingdom are more than signature_count 120",
        ),
        (
            json!({"signatures_by_region": [{"name": "Wales", "ons_code": "L", "signature_count": 111}]}),
            "signatures_by_region: 111 signatures together are not the 110 in signatures_by_constituency",
        ),
        (
            json!({"signatures_by_country": [{"name": "Burma", "signature_count": 1}, {"name": "Myanmar", "code": "MM", "signature_count": 1}]}),
            "signatures_by_country[1]: Myanmar is in the list twice",
        ),
        (
            json!({"signatures_by_constituency": [{"name": "A", "ons_code": "E1400106", "signature_count": 1}]}),
            "signatures_by_constituency[0]: ons_code “E1400106” is not that of a constituency",
        ),
        (
            json!({"signatures_by_constituency": [{"name": "A", "ons_code": "E14001063", "signature_count": 1},
                {"name": "B", "ons_code": "E14001063", "signature_count": 1}]}),
            "signatures_by_constituency[1]: E14001063 is in the list twice",
        ),
    ] {
        assert_eq!(told(&sample_with(&changes)), format!("{place}{expected}"));
    }
}

#[test]
fn places_that_overlap_by_less_than_a_hundredth_are_taken() {
    let overlapping = json!({
        "signature_count": 1000, "signatures_by_region": [],
        "signatures_by_country": [{"name": "France", "code": "FR", "signature_count": 20}],
        "signatures_by_constituency": [{"name": "Aldershot", "ons_code": "E14001063", "signature_count": 990}],
    });
    assert_eq!(read(&sample_with(&overlapping)).signature_count, 1000);
}

#[test]
fn another_petition_or_another_thing_is_refused() {
    let changed = |pointer: &str, value: Value| {
        let mut sample = sample();
        *sample.pointer_mut(pointer).expect("a field") = value;
        told(&sample)
    };
    assert_eq!(changed("/data/type", json!("archived-petition")), "data.type: “archived-petition” is not “petition”");
    assert_eq!(
        changed("/data/id", json!(5)),
        "links.self: “https://petition.parliament.uk/petitions/700001.json” is not the address of data.id 5"
    );
    for wrong in ["javascript:alert(1)/700001", "https://petition.parliament.uk/petitions", ""] {
        assert_eq!(
            changed("/links/self", json!(wrong)),
            format!("links.self: “{wrong}” is not the address of a petition")
        );
    }
    let mut negative = sample();
    negative["links"]["self"] = json!("https://petition.parliament.uk/petitions/-5.json");
    negative["data"]["id"] = json!(-5);
    assert_eq!(told(&negative), "data.id: -5 is not a petition’s number");
}

#[test]
fn wrong_values_are_refused_with_field_line_and_column() {
    for (changes, expected) in [
        (
            json!({"signature_count": "12"}),
            "signature_count, line 1 column N: invalid type: string \"12\", expected a whole number",
        ),
        (json!({"signature_count": -1}), "signature_count, line 1 column N: -1 is not a count from 0 to 2147483647"),
        (
            json!({"signature_count": 2_147_483_648_u32}),
            "signature_count, line 1 column N: 2147483648 is not a count from 0 to 2147483647",
        ),
        (json!({"action": null}), "action, line 1 column N: invalid type: null, expected a string"),
        (json!({"action": "a\0b"}), "action, line 1 column N: the text contains the character U+0000"),
        (
            json!({"closed_at": "yesterday"}),
            "closed_at, line 1 column N: “yesterday” is not a moment such as 2025-07-29T13:26:00Z",
        ),
        (
            json!({"closed_at": "9999-12-30T00:00:00Z"}),
            "closed_at, line 1 column N: the year 9999 is not between 1970 and 2999",
        ),
        (
            json!({"scheduled_debate_date": "2025-02-30"}),
            "scheduled_debate_date, line 1 column N: “2025-02-30” is not a day such as 2025-07-29",
        ),
        (json!({"topics": {}}), "topics, line 1 column N: invalid type: object, expected a list"),
    ] {
        let told = told(&sample_with(&changes));
        let without_column: String = match told.split_once("column ") {
            Some((before, after)) => {
                format!("{before}column N{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
            }
            None => told,
        };
        assert_eq!(without_column, format!("data.attributes.{expected}"));
    }
    assert!(
        told(&sample_with(&json!({"state": "opened"}))).contains("unknown variant `opened`, expected one of `pending`")
    );
    assert_eq!(
        published::parse("{\"links\": {\"self\": \"x\"},\n \"data\": [{}]}").expect_err("a list").to_string(),
        "data, line 2 column 9: invalid type: list, expected an object"
    );
    let lines = serde_json::to_string_pretty(&sample_with(&json!({"updated_at": "now"}))).expect("JSON");
    let line = lines.lines().position(|line| line.contains("updated_at\": \"now")).expect("the line") + 1;
    let refused = published::parse(&lines).expect_err("a wrong moment");
    assert!(refused.place.starts_with(&format!("data.attributes.updated_at, line {line} column ")), "{refused}");
}

#[test]
fn a_file_that_was_cut_off_is_refused_wherever_it_ends() {
    let text = sample().to_string();
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let refused = published::parse(&text[..end]).expect_err("half a file");
        assert_eq!(refused.reason, "the file ends here, in the middle of its data", "{end}");
    }
}

#[test]
fn readings_are_read() {
    let readings = readings_file::parse(&file("series/722903_counts.csv")).expect("readings");
    assert_eq!(readings.len(), 6_173);
    assert_eq!((readings[0].at, readings[0].count), (at("2025-07-29T13:26:18Z").expect("set"), 392_979));
    assert_eq!(readings.last().expect("readings").count, 550_136);

    // 6,588 lines, of which 15 repeat a moment.
    let readings = readings_file::parse(&file("series/700143_counts.csv")).expect("readings");
    assert_eq!(readings.len(), 6_573);
    assert!(readings.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].count <= pair[1].count));
}

#[test]
fn constituencies_of_both_sets_are_read() {
    for year in [2024, 2010] {
        let text = file(&format!("areas/constituencies_{year}.csv"));
        let records = areas_file::constituencies(&text).expect("constituencies");
        assert_eq!(records.len(), 650);
        let hexes: HashMap<_, _> =
            areas_file::hexes(&file(&format!("areas/hex_{year}.hexjson"))).expect("hexagons").into_iter().collect();
        for record in &records {
            assert_eq!(record.hex, hexes.get(&record.code).copied(), "{}", record.name);
            assert!(record.population.is_some_and(|people| people > 15_000), "{}", record.name);
        }
        assert_eq!(records.iter().filter_map(|record| record.region.as_deref()).collect::<HashSet<_>>().len(), 12);
        let in_london = records.iter().filter(|record| record.region.as_deref() == Some("E12000007")).count();
        assert_eq!(in_london, if year == 2024 { 75 } else { 73 });
    }
    let records = areas_file::constituencies(&file("areas/constituencies_2024.csv")).expect("constituencies");
    let wrexham = records.iter().find(|record| record.code == "W07000111").expect("Wrexham");
    assert_eq!((wrexham.name_cy.as_deref(), wrexham.population), (Some("Wrecsam"), Some(99_443)));
}

/// The hexagons around one, if odd rows are moved to the right (`by` 0) or to the left (`by` 1).
fn around(hex: Hex, by: i16) -> [Hex; 6] {
    let Hex { column, row } = hex;
    let right = column + row % 2 - by * (2 * (row % 2) - 1);
    [
        (column - 1, row),
        (column + 1, row),
        (right - 1, row - 1),
        (right, row - 1),
        (right - 1, row + 1),
        (right, row + 1),
    ]
    .map(|(column, row)| Hex { column, row })
}

#[test]
fn hexagons_lie_as_the_country_does() {
    for year in [2024, 2010] {
        let records =
            areas_file::constituencies(&file(&format!("areas/constituencies_{year}.csv"))).expect("constituencies");
        let places: HashMap<Hex, _> = records.iter().filter_map(|c| Some((c.hex?, c))).collect();
        assert_eq!(places.len(), 650);
        assert_eq!(places.keys().map(|hex| hex.row).min(), Some(0));
        assert_eq!(places.keys().map(|hex| hex.column).min(), Some(0));
        let row = |region: &str| {
            let rows: Vec<_> = places
                .iter()
                .filter(|(_, c)| c.region.as_deref() == Some(region))
                .map(|(hex, _)| f64::from(hex.row))
                .collect();
            rows.iter().sum::<f64>() / rows.len() as f64
        };
        let (scotland, north_west, london, south_west) =
            (row("S92000003"), row("E12000002"), row("E12000007"), row("E12000009"));
        assert!(scotland < north_west && north_west < london && london < south_west, "{year}: north is up");

        // Regions hold together only if the right rows are moved.
        let together = |by| {
            let pairs = places.iter().flat_map(|(hex, c)| around(*hex, by).map(|next| (c, places.get(&next))));
            pairs.filter(|(c, next)| next.is_some_and(|next| next.region == c.region)).count()
        };
        assert_eq!(together(0), 3_026, "{year}");
        assert!(together(1) < 2_900, "{year}");
    }
}

#[test]
fn countries_are_read() {
    let records = areas_file::countries(&file("areas/countries.csv")).expect("countries");
    assert_eq!(records.len(), 237);
    let namibia = records.iter().find(|country| country.code == "NA").expect("Namibia");
    assert_eq!(namibia.starts_on.map(|day| day.to_string()).as_deref(), Some("1980-03-21"));
    let compact = areas_file::countries("code,name,starts_on,ends_on\nSU,USSR,,1991-12-25\n").expect("countries");
    assert_eq!(compact[0].ends_on.map(|day| day.to_string()).as_deref(), Some("1991-12-25"));
}

const COMPACT: &str = "code,name,name_cy,nation,region,population,column,row
N05000001,Belfast East,,Northern Ireland,N92000002,101100,2,17
W07000112,Ynys Môn,Ynys Môn,Wales,W92000004,69049,,
";

#[test]
fn the_compact_table_is_read() {
    let records = areas_file::constituencies(COMPACT).expect("constituencies");
    assert_eq!(records[0].hex, Some(Hex { column: 2, row: 17 }), "stays where it is");
    assert_eq!((records[1].hex, records[1].name_cy.as_deref()), (None, Some("Ynys Môn")));
}

#[test]
fn wrong_tables_are_refused_with_the_line() {
    let told = |from: &str, to: &str| {
        assert!(COMPACT.contains(from), "{from}");
        areas_file::constituencies(&COMPACT.replace(from, to)).expect_err("a wrong table").to_string()
    };
    assert_eq!(told("N05000001", "N0500000"), "line 2: “N0500000” is not the code of a constituency");
    assert_eq!(
        told("N05000001,Belfast East,,Northern Ireland,N92000002", "W07000112,x,,Wales,WA"),
        "line 3: W07000112 is there twice"
    );
    assert_eq!(told("Wales,", "England,"), "line 3: W07000112 does not lie in “England”");
    assert_eq!(told("W92000004", "London"), "line 3: W07000112 does not lie in London");
    assert_eq!(told("W92000004", "Y"), "line 3: “Y” is not a region");
    assert_eq!(told("69049", "0"), "line 3: population “0” is not a whole number above zero");
    assert_eq!(told("Belfast East", ""), "line 2: the name is empty");
    assert_eq!(told("2,17", "-2,17"), "line 2: columns and rows count from 0");
    assert_eq!(told("2,17", "2,"), "line 2: the place on the hexagon map is only half there");
    assert_eq!(told("2,17", "2,seventeen"), "line 2: “seventeen” is not a column or row of a hexagon map");
    assert_eq!(told("69049,,", "69049,2,17"), "line 3: it has the same hexagon as line 2");
    assert_eq!(told("2,17", "2"), "line 2: 7 columns instead of 8");
    assert_eq!(told("code,", "kode,"), "line 1: there is no column gss_code or code");

    let hexes = |text| areas_file::hexes(text).expect_err("a wrong map").to_string();
    assert_eq!(
        hexes(r#"{"layout": "odd-r", "hexes": {"E14001063": {"q": 1, "r": 1}, "E14001064": {"q": 1, "r": 1}}}"#),
        "hexes.E14001064: it has the same hexagon as E14001063"
    );
    assert_eq!(
        hexes(r#"{"layout": "odd-r", "hexes": {"London": {"q": 1, "r": 1}}}"#),
        "hexes.London: “London” is not the code of a constituency"
    );

    let countries = |rows: &str| {
        areas_file::countries(&format!("code,name,start_date,end_date\n{rows}")).expect_err("wrong").to_string()
    };
    assert_eq!(countries("FR,France,,\nFR,France,,\n"), "line 3: FR is there twice");
    assert_eq!(countries("fr,France,,\n"), "line 2: “fr” is not the code of a country");
    assert_eq!(countries("FR,France,1900-13-01,\n"), "line 2: “1900-13-01” is not a day such as 2025-07-29");
    assert_eq!(
        countries("FR,France,2000-01-02,2000-01-01\n"),
        "line 2: the last day 2000-01-01 is before the first 2000-01-02"
    );
}

#[test]
fn a_file_of_areas_tells_what_it_is() {
    for path in ["constituencies_2024.csv", "constituencies_2010.csv"] {
        assert!(
            matches!(areas_file::parse(&file(&format!("areas/{path}"))), Ok(AreaFile::Constituencies(all)) if all.len() == 650)
        );
    }
    for path in ["hex_2024.hexjson", "hex_2010.hexjson"] {
        assert!(
            matches!(areas_file::parse(&file(&format!("areas/{path}"))), Ok(AreaFile::Hexes(all)) if all.len() == 650)
        );
    }
    assert!(
        matches!(areas_file::parse(&file("areas/countries.csv")), Ok(AreaFile::Countries(all)) if all.len() == 237)
    );
    assert!(matches!(areas_file::parse(COMPACT), Ok(AreaFile::Constituencies(_))));
    let refused = areas_file::parse(&file("series/700143_counts.csv")).expect_err("readings");
    assert!(refused.to_string().starts_with("line 1: this is no file of areas"));
}

/// The text with some bytes replaced; bytes that are no text any more become U+FFFD.
fn damaged(text: &str, damage: &[(prop::sample::Index, u8)], end: Option<prop::sample::Index>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (index, byte) in damage {
        let at = index.index(bytes.len());
        bytes[at] = *byte;
    }
    if let Some(end) = end {
        bytes.truncate(end.index(bytes.len()));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn damage() -> impl Strategy<Value = (Vec<(prop::sample::Index, u8)>, Option<prop::sample::Index>)> {
    (prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..4), any::<Option<prop::sample::Index>>())
}

/// Reads a text as each of the files; what matters is that no reader panics.
fn read_as_everything(text: &str) {
    let _ = published::parse(text);
    let _ = readings_file::parse(text);
    let _ = areas_file::parse(text);
    let _ = areas_file::constituencies(text);
    let _ = areas_file::countries(text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn damaged_small_files_are_read_or_refused((changes, end) in damage()) {
        let hexes = r#"{"layout": "even-r", "hexes": {"E14001063": {"q": -7, "r": 2}, "S14000021": {"q": 9, "r": 31}}}"#;
        let readings = "time,count\n2025-07-29T13:00:00Z,10\n2025-07-29T14:00:00Z,12\n";
        for text in [sample().to_string().as_str(), COMPACT, hexes, readings] {
            read_as_everything(&damaged(text, &changes, end));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        read_as_everything(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn damaged_real_files_are_read_or_refused((changes, end) in damage()) {
        for path in ["petitions/722903_2026-08-22.json", "petitions/105446_2015-09-09.json", "areas/constituencies_2024.csv"] {
            read_as_everything(&damaged(&file(path), &changes, end));
        }
    }
}
