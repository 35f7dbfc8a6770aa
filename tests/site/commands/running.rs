//! Commands typed while the site runs, and a site whose database is somebody else's.

use std::process::Stdio;

use rustix::process::Signal;

use super::program::{Place, Running, Site, names_in, petition, run, wait_for};

#[test]
fn commands_typed_while_the_site_runs_use_its_database() {
    let place = Place::with_a_petition("while-running");
    let site = place.serve();

    let file = place.file("second.json", petition(2, "Mend the bridge"));
    let imported = place.run(&["import", "petition", file.to_str().unwrap()]).went_well();
    assert_eq!(imported.said, format!("{}: petition 2: added\n", file.display()));
    assert!(site.get("/petitions/2").contains("Mend the bridge"));
    assert!(site.get("/petitions.json?q=bridge").contains("Mend the bridge"), "it is found, too");

    assert!(place.run(&["migrate"]).went_well().said.contains("up to date"));
    place.run(&["seed"]).failed(1, &["petitions already"]);
    assert_eq!(site.petitions(), 2);
    site.stop();
}

#[test]
fn recount_mends_tallies_and_reports_what_was_different() {
    let place = Place::with_a_petition("recount");
    let file = place.file("second.json", petition(2, "Mend the bridge"));
    place.run(&["import", "petition", file.to_str().unwrap()]).went_well();
    let site = place.serve();
    assert_eq!(place.run(&["recount"]).went_well().said, "Every tally agrees with the ledger.\n");

    place.sql(
        "update petition_totals set before_history = before_history + 5 where petition_id = 1;
         delete from tally_countries where petition_id = 1;
         update petition_totals set in_other_countries = 3 where petition_id = 2",
    );
    assert_eq!(wait_for(|| site.signatures(1).filter(|count| *count == 125)), Some(125));

    let said = place.run(&["recount"]).went_well().said;
    for line in [
        "petition 1: before the history stood at 125, rebuilt to 120",
        "petition 1: countries stood at 0, rebuilt to 120",
        "petition 1: total stood at 125, rebuilt to 120",
    ] {
        assert!(said.contains(line), "“{line}” is missing in:\n{said}");
    }
    assert_eq!(wait_for(|| site.signatures(1).filter(|count| *count == 120)), Some(120));
    assert_eq!(place.run(&["recount"]).went_well().said, "Every tally agrees with the ledger.\n");
    site.stop();
}

#[test]
fn with_a_database_of_its_own_choice_it_starts_none_and_makes_no_petitions_unasked() {
    let elsewhere = Place::with_a_petition("elsewhere");
    let host = elsewhere.serve();
    elsewhere.sql("create database elsewhere");

    let place = Place::new("database-url");
    let bare = || {
        let mut program = place.program();
        program.env("DATABASE_URL", elsewhere.database("elsewhere"));
        program
    };
    run(&mut bare()).failed(1, &["--secret-keys", "UNDERSIGNED_SECRET_KEYS", "new-key"]);
    let key = place.run(&["new-key"]).went_well().said;
    let program = || {
        let mut program = bare();
        program.env("UNDERSIGNED_SECRET_KEYS", key.trim());
        program
    };
    let site = Site::start(&mut program());
    assert_eq!(site.petitions(), 0);
    assert!(!place.path("data").exists(), "no database was made");

    let seeded = run(program().arg("seed")).went_well();
    assert!(seeded.said.contains(" sample petitions in "), "{seeded:?}");
    assert!(site.petitions() > 40);
    site.stop();
    assert_eq!(host.petitions(), 1, "the other database has what it had");
    assert!(elsewhere.postgres().is_some(), "it is not ours to stop");
    host.stop();
}

#[test]
fn developers_have_a_database_for_as_long_as_a_command_runs() {
    let place = Place::new("throw-away");
    let script = r#"echo "$DATABASE_URL" && exec "$0" recount"#;
    let program = env!("CARGO_BIN_EXE_undersigned");
    let said = place.run(&["dev", "postgres", "--", "sh", "-c", script, program]).went_well().said;
    assert!(said.starts_with(&format!("postgres:///undersigned?host={}", place.path("data.dev-").display())), "{said}");
    assert!(said.ends_with("Every tally agrees with the ledger.\n"), "{said}");
    place.run(&["dev", "postgres", "--", "sh", "-c", "exit 7"]).failed(7, &[]);
    place.run(&["dev", "postgres", "--", "nonexistent"]).failed(1, &["cannot run nonexistent"]);

    let command = ["dev", "postgres", "--", "sh", "-c", "echo Ready; exec sleep 100"];
    let mut running = Running::new(place.program().args(command).stdout(Stdio::piped()).stderr(Stdio::piped()));
    running.line("Ready");
    running.signal(Signal::TERM);
    running.ended().failed(1, &[]);
    assert_eq!(names_in(&place.path("")), [""; 0], "nothing is left of any");
}
