//! Petitions and areas from files: what went in, what did not and why.

use serde_json::json;

use super::program::{Place, petition, petition_with};

#[test]
fn wrong_files_are_reported_with_place_and_reason_and_the_others_go_in() {
    let place = Place::with_a_petition("wrong-files");
    let whole = petition(2, "Dig a pond");
    let file = |name: &str, content: &[u8]| place.file(name, content).display().to_string();
    let good = file("good.json", whole.as_bytes());
    let truncated = file("truncated.json", &whole.as_bytes()[..whole.len() / 2]);
    let malformed = file("malformed.json", b"{\n  \"links\": nonsense\n}");
    let latin = file("latin.json", b"{\"links\": \"Ll\xf7n\"}");
    let wrong_type = file("wrong-type.json", petition_with(3, &json!({ "signature_count": "many" })).as_bytes());
    let contradictory = file(
        "contradictory.json",
        petition_with(4, &json!({ "state": "closed", "closed_at": "2025-01-12T09:00:00.000Z" })).as_bytes(),
    );
    let too_many = file("too-many.json", petition_with(5, &json!({ "signature_count": 3 })).as_bytes());
    let missing = place.path("missing.json").display().to_string();
    let also_good = file("also-good.json", petition(6, "Mend the bridge").as_bytes());

    let mut words = vec!["import", "petition"];
    let files = [&good, &truncated, &malformed, &latin, &wrong_type, &contradictory, &too_many, &missing, &also_good];
    words.extend(files.map(String::as_str));
    let ended = place.run(&words);
    assert_eq!(ended.said, format!("{good}: petition 2: added\n{also_good}: petition 6: added\n"));
    let complaints: Vec<&str> = ended.complained.lines().filter(|line| line.contains(": refused: ")).collect();
    assert_eq!(complaints.len(), 7, "{ended:#?}");
    let end = format!("line 1 column {}: the file ends here, in the middle of its data", whole.len() / 2);
    for (file, reason) in [
        (&truncated, end.as_str()),
        (&malformed, "links, line 2 column 13: "),
        (&latin, "byte 13: not UTF-8 text"),
        (&wrong_type, "data.attributes.signature_count, line 1 column "),
        (&contradictory, "data.attributes.closed_at: 2025-01-12T09:00:00Z is before opened_at 2025-01-20T09:00:00Z"),
        (&too_many, "data.attributes.signatures_by_country: 7 signatures outside the United Kingdom are more than"),
        (&missing, "cannot be read: No such file"),
    ] {
        let told =
            complaints.iter().any(|line| line.starts_with(&format!("{file}: refused: ")) && line.contains(reason));
        assert!(told, "“{reason}” is missing for {file} in: {ended:#?}");
    }
    ended.failed(1, &[]);

    let site = place.serve();
    assert_eq!(site.petitions(), 3, "with the one that was there");
    assert_eq!((site.signatures(2), site.signatures(4)), (Some(120), None));
    site.stop();
}

#[test]
fn importing_again_changes_nothing_a_newer_file_updates_and_an_older_one_only_adds_its_count() {
    let place = Place::with_a_petition("again");
    let june = place.file("june.json", petition(2, "Plant more trees"));
    let newer =
        json!({ "action": "Plant many more trees", "signature_count": 150, "updated_at": "2025-07-01T09:00:00.000Z" });
    let july = place.file("july.json", petition_with(2, &newer));
    let older = json!({ "signature_count": 110, "updated_at": "2025-05-01T09:00:00.000Z" });
    let may = place.file("may.json", petition_with(2, &older));
    let import = |file: &std::path::Path| {
        let said = place.run(&["import", "petition", file.to_str().unwrap()]).went_well().said;
        said.trim_end().rsplit_once("petition 2: ").unwrap().1.to_owned()
    };
    assert_eq!(import(&june), "added");
    assert_eq!(import(&june), "unchanged");
    assert_eq!(import(&july), "updated");
    assert_eq!(import(&june), "unchanged");
    assert_eq!(import(&may), "known as newer; its count is part of the history now");
    assert_eq!(import(&may), "unchanged");

    let site = place.serve();
    assert_eq!(site.signatures(2), Some(150));
    assert!(site.get("/petitions/2").contains("Plant many more trees"));
    assert_eq!(place.run(&["recount"]).went_well().said, "Every tally agrees with the ledger.\n");
    site.stop();
}

#[test]
fn readings_become_the_history_of_one_petition() {
    let place = Place::with_a_petition("readings");
    let one = place.file("one.json", petition(1, "Plant more trees")).display().to_string();
    let two = place.file("two.json", petition(2, "Mend the bridge")).display().to_string();
    let counts = "read_at,signature_count\n2025-05-30T09:00:00Z,100\n2025-05-31T09:00:00Z,110\n";
    let readings = place.file("readings.csv", counts).display().to_string();
    let broken = place.file("broken.csv", "read_at,signature_count\nnoon,100\n").display().to_string();

    place
        .run(&["import", "petition", &one, &two, "--readings", &readings])
        .failed(1, &["they belong to one petition, but the files are about several"]);
    place
        .run(&["import", "petition", &one, "--readings", &broken])
        .failed(1, &[&format!("{broken}: refused: line 2: “noon” is not a moment")]);
    let said = place.run(&["import", "petition", &one, "--readings", &readings]).went_well().said;
    assert!(said.contains(&format!("{readings}: 2 readings")), "{said}");

    let site = place.serve();
    let history = site.get("/petitions/1/history.csv");
    assert!(history.contains("2025-05-30") && history.contains("2025-05-31"), "{history}");
    site.stop();
}

#[test]
fn areas_are_imported_and_wrong_ones_refused() {
    let place = Place::with_a_petition("areas");
    let good = "code,name,start_date\nFR,France,\nXK,Kosovo,2008-02-17\n";
    let good = place.file("countries.csv", good).display().to_string();
    let wrong = place.file("wrong.csv", "colour,size\nred,3\n").display().to_string();
    let cut = place.file("cut.hexjson", "{\"layout\": \"odd-r\", \"hexes\": {").display().to_string();
    let ended = place.run(&["import", "areas", &wrong, &good, &cut]);
    assert!(ended.said.contains(&format!("{good}: 2 countries")), "{ended:#?}");
    ended.failed(1, &[&format!("{wrong}: refused: line 1"), &format!("{cut}: refused: "), "the file ends here"]);
}
