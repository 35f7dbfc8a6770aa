//! From nothing to a site with petitions, with one command.

use std::{
    env, fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::Signal;

use super::program::{Place, Running, Site, bare_program, names_in, petition, run, wait_until_gone};

/// An account without any rights, for when the tests are run by root.
const NOBODY: u32 = 65534;

/// A later start is to take two seconds at the most. This is a debug build, with a compiler at work beside it perhaps.
const LATER_START: Duration = Duration::from_secs(6);

#[test]
fn an_ordinary_user_types_one_command_and_has_a_site_with_petitions() {
    let place = Place::new("ordinary-user");
    let home = place.path("home");
    fs::create_dir(&home).unwrap();
    // Where the tests were built, that user may have no business.
    let program = place.path("undersigned");
    fs::copy(env!("CARGO_BIN_EXE_undersigned"), &program).unwrap();
    let start = || {
        let mut command = Command::new(&program);
        command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).env("HOME", &home);
        command.current_dir(&home).stdin(Stdio::null());
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    if rustix::process::geteuid().is_root() {
        chown(&home, Some(NOBODY), Some(NOBODY)).unwrap();
    }

    let site = Site::start(&mut start());
    println!("first start to first page: {:?}", site.took);
    let petitions = site.petitions();
    assert!(petitions > 40, "{petitions} sample petitions");

    let data = home.join(".local/share/undersigned");
    let [checkout] = &names_in(&data)[..] else { panic!("{:?}", names_in(&data)) };
    let cluster = fs::metadata(data.join(checkout).join("pg")).unwrap();
    assert_eq!(cluster.mode() & 0o077, 0, "it is nobody else's business");
    assert_eq!(cluster.uid(), fs::metadata(&home).unwrap().uid());
    let ended = site.stop();
    assert!(ended.said.contains(" sample petitions in "), "{ended:?}");

    let again = Site::start(&mut start());
    println!("later start to first page: {:?}", again.took);
    assert!(again.took < LATER_START, "{:?}", again.took);
    assert_eq!(again.petitions(), petitions, "the same data");
    let ended = again.stop();
    assert!(!ended.said.contains("sample petitions"), "{ended:?}");
}

#[test]
fn sample_petitions_are_counted_from_the_pinned_moment() {
    let place = Place::new("pinned");
    place.run(&["--now", "2022-08-21T20:00:00Z", "seed"]).went_well();
    let site = Site::start(place.program().args(["--now", "2022-08-21T20:00:00Z"]));
    let list: serde_json::Value = serde_json::from_str(&site.get("/petitions.json?state=open&count=50")).unwrap();
    let petitions = list["data"].as_array().unwrap();
    let attributes = petitions
        .iter()
        .map(|petition| &petition["attributes"])
        .find(|attributes| attributes["signature_count"] == 44_029)
        .expect("the petition the demonstration is built around");
    assert!(attributes["opened_at"].as_str().unwrap().starts_with("2022-03-01T"), "{attributes}");
    assert_eq!(attributes["closing_date"], "2022-09-01");
    assert_eq!(attributes["government_response"]["responded_on"], "2022-03-21");
    site.stop();
}

#[test]
fn a_second_program_does_not_take_a_folder_that_is_in_use() {
    let place = Place::with_a_petition("in-use");
    let site = place.serve();
    let holder = format!("process {}", site.running.pid().as_raw_nonzero());
    place.run(&["serve"]).failed(1, &["already in use by", &holder, "--data-dir"]);
    assert_eq!(site.signatures(1), Some(120), "the first is as well as before");
    site.stop();
}

#[test]
fn two_sites_side_by_side_have_ports_and_petitions_of_their_own() {
    let (one, other) = (Place::with_a_petition("side-by-side-1"), Place::with_a_petition("side-by-side-2"));
    let file = other.file("second.json", petition(2, "Mend the bridge"));
    other.run(&["import", "petition", file.to_str().unwrap()]).went_well();

    let (site_one, site_other) = (one.serve(), other.serve());
    assert_ne!(site_one.address, site_other.address);
    assert_eq!((site_one.petitions(), site_other.petitions()), (1, 2));
    site_one.stop();
    assert_eq!(site_other.petitions(), 2, "one stops, the other stays");
    site_other.stop();
}

#[test]
fn a_taken_port_is_told_before_anything_is_made() {
    let place = Place::new("taken-port");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = place.run(&["--port", &port]);
    refused.failed(1, &[&format!("127.0.0.1:{port}"), "--port", "UNDERSIGNED_PORT", "--listen"]);
    assert!(!place.path("data").exists());
}

#[test]
fn told_to_stop_while_it_starts_it_leaves_nothing_behind_that_is_in_the_way() {
    let place = Place::new("stopped-early");
    for after in [150, 400, 900, 1600, 2500] {
        let running = Running::new(place.program().stdout(Stdio::piped()).stderr(Stdio::piped()));
        std::thread::sleep(Duration::from_millis(after));
        let postgres = place.postgres();
        running.signal(Signal::TERM);
        let ended = running.ended().went_well();
        assert!(ended.said.ends_with("Stopped.\n"), "after {after} ms: {ended:?}");
        assert_eq!(place.postgres(), None, "after {after} ms");
        assert!(postgres.is_none_or(wait_until_gone), "after {after} ms");
    }
    let file = place.file("petition.json", petition(1, "Plant more trees"));
    place.run(&["import", "petition", file.to_str().unwrap()]).went_well();
}

#[test]
fn a_data_folder_of_another_version_of_postgresql_is_left_alone() {
    let place = Place::new("other-version");
    fs::create_dir_all(place.path("data/pg")).unwrap();
    place.file("data/pg/PG_VERSION", "9\n");
    place.run(&[]).failed(1, &["was made by PostgreSQL 9", "--data-dir", &place.path("data").display().to_string()]);
    assert_eq!(names_in(&place.path("data/pg")), ["PG_VERSION"]);
}

#[test]
fn help_comes_without_any_database() {
    let help = run(bare_program().arg("--help")).went_well().said;
    for word in ["serve", "migrate", "seed", "import", "recount", "Without a command it serves the site"] {
        assert!(help.contains(word), "“{word}” is missing in:\n{help}");
    }
    let version = run(bare_program().arg("--version")).went_well().said;
    assert_eq!(version, format!("undersigned {}\n", env!("CARGO_PKG_VERSION")));
}
