//! Settings: each can be given on the command line and in the environment, and a wrong one is refused by name.

use super::program::{Place, bare_program, run};

/// Every setting: on the command line, in the environment, a value it cannot have, and what it is told to want.
const SETTINGS: [(&str, &str, &str, &str); 26] = [
    ("--database-url", "DATABASE_URL", "mysql://localhost/x", "postgres://user@host/database"),
    ("--data-dir", "UNDERSIGNED_DATA_DIR", "", "a value is required"),
    ("--pg-bin", "PG_BIN", "", "a value is required"),
    ("--database-connections", "UNDERSIGNED_DATABASE_CONNECTIONS", "1", "a whole number from 2 to 500"),
    ("--listen", "UNDERSIGNED_LISTEN", "localhost", "an address of this machine, such as 127.0.0.1"),
    ("--port", "UNDERSIGNED_PORT", "65536", "a whole number from 0 to 65535"),
    ("--public-url", "UNDERSIGNED_PUBLIC_URL", "petitions.example.org", "http:// or https:// and a host"),
    ("--response-threshold", "UNDERSIGNED_RESPONSE_THRESHOLD", "0", "a whole number from 1 to 1000000000"),
    ("--debate-threshold", "UNDERSIGNED_DEBATE_THRESHOLD", "many", "a whole number from 1 to 1000000000"),
    ("--secret-keys", "UNDERSIGNED_SECRET_KEYS", "1:short", "keys as `undersigned new-key` makes them"),
    ("--keep-unconfirmed", "UNDERSIGNED_KEEP_UNCONFIRMED", "1", "a whole number from 2 to 3650"),
    ("--keep-personal-data", "UNDERSIGNED_KEEP_PERSONAL_DATA", "1", "a whole number from 2 to 36500"),
    ("--smtp-url", "SMTP_URL", "mail.example.org:25", "smtps://user:password@mail.example.org"),
    ("--smtp-connections", "UNDERSIGNED_SMTP_CONNECTIONS", "0", "a whole number from 1 to 100"),
    ("--mail-from", "UNDERSIGNED_MAIL_FROM", "Petitions", "an e-mail address, such as no-reply@example.org"),
    ("--metrics-listen", "UNDERSIGNED_METRICS_LISTEN", "9100", "a port, such as 127.0.0.1:9100"),
    ("--trusted-proxies", "UNDERSIGNED_TRUSTED_PROXIES", "all", "a whole number from 0 to 20"),
    ("--address-burst", "UNDERSIGNED_ADDRESS_BURST", "0", "a whole number from 1 to 1000000"),
    ("--address-per-minute", "UNDERSIGNED_ADDRESS_PER_MINUTE", "0", "a whole number from 1 to 1000000"),
    ("--oidc-issuer", "UNDERSIGNED_OIDC_ISSUER", "http://login.example.org", "an address that begins with https://"),
    ("--oidc-client-id", "UNDERSIGNED_OIDC_CLIENT_ID", " ", "at least one letter"),
    ("--oidc-client-secret", "UNDERSIGNED_OIDC_CLIENT_SECRET", " ", "at least one letter"),
    ("--oidc-name", "UNDERSIGNED_OIDC_NAME", " ", "at least one letter"),
    ("--now", "UNDERSIGNED_NOW", "yesterday", "a moment with its offset, such as 2022-08-21T20:00:00Z"),
    ("--log-format", "UNDERSIGNED_LOG_FORMAT", "xml", "[possible values: text, json]"),
    ("--log", "RUST_LOG", "undersigned=loud", "a filter such as info"),
];

#[test]
fn a_wrong_setting_is_refused_by_its_names_with_what_it_wants() {
    for (option, variable, wrong, wants) in SETTINGS {
        let by_option = run(bare_program().arg(format!("{option}={wrong}")));
        let by_variable = run(bare_program().env(variable, wrong));
        for refused in [by_option, by_variable] {
            assert_eq!(refused.said, "");
            refused.failed(2, &[&format!("{option} <"), &format!("({variable})"), wants]);
        }
    }
}

#[test]
fn the_thresholds_are_refused_in_the_wrong_order() {
    let words = ["--debate-threshold", "UNDERSIGNED_DEBATE_THRESHOLD", "more than the response threshold", "500"];
    run(bare_program().args(["--debate-threshold", "500"])).failed(2, &words);
    run(bare_program().env("UNDERSIGNED_DEBATE_THRESHOLD", "500")).failed(2, &words);
}

#[test]
fn a_provider_of_sign_on_is_set_as_a_whole() {
    let words = ["--oidc-issuer", "UNDERSIGNED_OIDC_CLIENT_ID", "UNDERSIGNED_OIDC_CLIENT_SECRET"];
    run(bare_program().args(["--oidc-issuer", "https://login.example.org"])).failed(2, &words);
    run(bare_program().env("UNDERSIGNED_OIDC_CLIENT_ID", "petitions")).failed(2, &words);
}

#[test]
fn help_tells_every_setting_with_both_its_names() {
    for words in [&["--help"][..], &["serve", "--help"], &["import", "petition", "--help"]] {
        let help = run(bare_program().args(words)).went_well().said;
        for (option, variable, ..) in SETTINGS {
            assert!(help.contains(&format!("      {option} <")), "{option} is missing in:\n{help}");
            assert!(help.contains(&format!("[env: {variable}")), "{variable} is missing in:\n{help}");
        }
        assert_eq!(help.matches("[env: ").count(), SETTINGS.len(), "one that we do not know in:\n{help}");
    }
}

#[test]
fn help_and_refusals_tell_no_passwords_and_keys() {
    let key = "1:fhjzqbnuy7bgkgt2fyhpsxdqtx5mlnrbehdm2a6ugxysvdfs5xma";
    for (variable, right, wrong, password) in [
        ("DATABASE_URL", "postgres://ada:hunter2@host/x", "mysql://ada:hunter2@host/x", "hunter2"),
        ("SMTP_URL", "smtps://ada:hunter2@host", "smtp://ada:hunter2@host?tls=none", "hunter2"),
        ("UNDERSIGNED_SECRET_KEYS", key, &key[..50], "fhjzqbnuy"),
    ] {
        let help = run(bare_program().arg("--help").env(variable, right)).went_well().said;
        assert!(!help.contains(password), "{help}");
        let refused = run(bare_program().env(variable, wrong));
        assert!(refused.complained.contains(&format!("({variable})")), "{refused:?}");
        assert!(!refused.complained.contains(password), "{refused:?}");
    }
}

#[test]
fn a_database_that_cannot_be_reached_is_told_at_once() {
    let began = std::time::Instant::now();
    let nowhere = "postgres://ada@127.0.0.1:1/petitions";
    let words = ["cannot reach the database", "--database-url", "DATABASE_URL", "refused"];
    run(bare_program().args(["--database-url", nowhere, "migrate"])).failed(1, &words);
    run(bare_program().args(["--port=0"]).env("DATABASE_URL", nowhere)).failed(1, &words);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn a_folder_without_the_programs_of_postgresql_is_refused() {
    let place = Place::new("empty-pg-bin");
    let empty = place.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let words = ["PG_BIN", empty.to_str().unwrap(), "does not contain the programs initdb and postgres"];
    run(place.program().arg("--pg-bin").arg(&empty)).failed(1, &words);
    run(place.program().env("PG_BIN", &empty)).failed(1, &words);
    assert!(!place.path("data").exists());
}

#[test]
fn a_data_folder_that_is_none_is_refused() {
    let place = Place::new("no-folder");
    place.file("data", "a file");
    place.run(&[]).failed(1, &[place.path("data").to_str().unwrap(), "--data-dir"]);
    assert_eq!(std::fs::read_to_string(place.path("data")).unwrap(), "a file");
}

#[test]
fn settings_may_stand_before_and_after_the_command() {
    let place = Place::new("word-order");
    for words in [&["--now", "x", "serve"][..], &["serve", "--now", "x"], &["import", "areas", "f", "--now", "x"]] {
        place.run(words).failed(2, &["--now <MOMENT> (UNDERSIGNED_NOW)"]);
    }
}
