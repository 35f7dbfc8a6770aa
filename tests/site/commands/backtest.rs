//! `undersigned backtest` on real series: needs no database, says what is wrong with a file, and is what the pages tell.

use std::path::PathBuf;

use serde_json::Value;
use undersigned::web::pages::estimates::BACKTEST;

use super::program::{Place, bare_program, run};

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/series").join(name)
}

/// What the command prints about a file.
fn backtest(name: &str, more: &[&str]) -> String {
    let ended = run(bare_program().arg("backtest").arg(data(name)).args(more));
    assert!(ended.status.success(), "{}", ended.complained);
    ended.said
}

fn json(name: &str, more: &[&str]) -> Value {
    serde_json::from_str(&backtest(name, &[more, &["--json"]].concat())).expect("JSON")
}

fn row<'r>(report: &'r Value, group: &str) -> &'r Value {
    let rows = report["by_age"].as_array().expect("rows");
    rows.iter().find(|row| row["group"] == group).unwrap_or_else(|| panic!("no row {group} in {report:#}"))
}

#[test]
fn the_estimate_is_better_than_the_naive_rule_while_a_petition_is_young_and_no_worse_later() {
    for file in ["series.csv", "forecast_cases.csv"] {
        for without in [&["--without", "eci"][..], &[]] {
            let report = json(file, without);
            let errors = |group| {
                let errors = &row(&report, group)["median_error"];
                ["naive", "baseline", "site"].map(|rule| errors[rule].as_f64().expect("an error"))
            };
            let [naive, baseline, site] = errors("0 to 10 days");
            assert!(site <= 0.6 * naive && site < baseline, "{file}: {site}, naive {naive}, first {baseline}");
            // The other petitions are European initiatives, which grow evenly for a year.
            let later =
                if without.is_empty() { &[][..] } else { &["10 to 25 days", "25 to 60 days", "60 days and more"] };
            for &group in later {
                let [naive, _, site] = errors(group);
                assert!(site <= 1.2 * naive, "{file}, {group}: {site}, naive {naive}");
            }
            let held = &report["by_days_left"][0]["held"];
            let [half, four_in_five] = ["half", "four_in_five"].map(|range| held[range].as_f64().expect("a share"));
            assert!((0.42..=0.64).contains(&half), "{file}: {half}");
            assert!((0.72..=0.90).contains(&four_in_five), "{file}: {four_in_five}");
        }
    }
}

#[test]
fn the_table_is_aligned_and_says_what_it_has_seen() {
    let said = backtest("series.csv", &["--without", "eci"]);
    assert!(said.contains("have seen these"), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    let head = lines.iter().position(|line| line.contains("moments  petitions")).expect("a head");
    let wide = lines[head].chars().count();
    assert!(wide <= 130, "{wide} letters");
    for line in lines[head + 1..].iter().take_while(|line| !line.is_empty()) {
        assert_eq!(line.chars().count(), wide, "{line}");
    }
}

#[test]
fn the_table_on_the_page_is_what_the_command_prints() {
    let report = json("series.csv", &["--without", "eci"]);
    let rows = report["by_age"].as_array().expect("rows");
    assert_eq!(rows.len(), BACKTEST.len());
    for (row, shown) in rows.iter().zip(BACKTEST) {
        assert_eq!(row["group"], shown.days);
        let (errors, held) = (&row["median_error"], &row["held_left_out"]);
        let figures = [
            (&row["moments"], shown.moments as f64),
            (&row["petitions"], shown.petitions as f64),
            (&errors["naive"], shown.naive),
            (&errors["baseline"], shown.baseline),
            (&errors["site"], shown.site),
            (&errors["left_out"], shown.left_out),
            (&held["half"], shown.half),
            (&held["four_in_five"], shown.four_in_five),
        ];
        for (measured, shown) in figures {
            assert_eq!(measured.as_f64(), Some(shown), "{row:#}");
        }
    }
}

#[test]
fn a_wrong_file_is_refused_by_line_and_column() {
    let place = Place::new("backtest");
    let head = "series,age_days,count,window_days,final_count,final_is_last_observation";
    for (name, content, complaint) in [
        ("a.csv", format!("{head}\na,1,many,180,500,0\n"), "line 2: column 3 (count): “many” is not a number"),
        ("b.csv", format!("{head}\na,1,100\n"), "line 2: 3 columns instead of 6"),
        ("c.csv", "name,signatures\na,1\n".to_owned(), "line 1: there are neither the columns of readings"),
        ("d.csv", String::new(), "line 1: there are no rows below the header"),
    ] {
        let file = place.file(name, content);
        let ended = run(bare_program().arg("backtest").arg(file));
        assert_eq!(ended.said, "");
        ended.failed(1, &[name, complaint]);
    }
    run(bare_program().arg("backtest").arg(place.path("none.csv"))).failed(1, &["cannot read", "none.csv"]);
    let file = place.file("one.csv", format!("{head}\na,1,100,180,500,0\na,2,300,180,500,0\n"));
    let ended = run(bare_program().arg("backtest").arg(file));
    assert!(ended.status.success() && ended.said.contains("Moments: 2, petitions: 1."), "{}", ended.said);
}
