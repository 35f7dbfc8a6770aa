//! `undersigned backtest`: how good the estimate is on petitions whose end is known.

use std::{path::Path, process::ExitCode};

use anyhow::Context;

use super::say;
use crate::domain::backtest::{self, Format, Report, Row};

pub(super) fn run(file: &Path, without: &[String], json: bool) -> anyhow::Result<ExitCode> {
    let name = file.display();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    let (format, mut moments) = backtest::read(&text).map_err(|refused| anyhow::anyhow!("{name}, {refused}"))?;
    moments.retain(|moment| !without.iter().any(|beginning| moment.petition.starts_with(beginning.as_str())));
    let report = backtest::report(&moments);
    if json {
        say(&serde_json::to_string_pretty(&report)?);
    } else {
        for line in lines(format, &report) {
            say(&line);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(format: Format, report: &Report) -> Vec<String> {
    let read = match format {
        Format::Series => "readings, and each at which there was something new is a moment",
        Format::Moments => "moments",
    };
    let mut lines = vec![
        format!("Moments: {}, petitions: {}. The file has {read}.", report.moments, report.petitions),
        format!("Left out, as there is no estimate before a petition has 100 signatures and a day: {}.", report.too_early),
        String::new(),
        "Errors are medians, in per cent of the final count. naive: count + last 24 hours × days left; first: the rule that the".to_owned(),
        "site began with; site: the rule of the site, with its own constants, which were fitted on the UK petitions of".to_owned(),
        "series.csv and so have seen these; left out: the same with constants and ranges found for each petition from the".to_owned(),
        "others in the file. ×2: the share wrong by less than a factor of two. 50%, 80%: the share of final counts in the ranges.".to_owned(),
    ];
    let sections = [
        ("By days since the petition had 1,000 signatures (at least 14 days left)", &report.by_age),
        ("By days left", &report.by_days_left),
    ];
    for (heading, rows) in sections {
        if !rows.is_empty() {
            lines.extend([String::new(), heading.to_owned(), String::new()]);
            lines.extend(aligned(rows));
        }
    }
    lines
}

const HEAD: [&str; 13] = [
    "",
    "moments",
    "petitions",
    "naive",
    "first",
    "site",
    "left out",
    "×2 naive",
    "×2 site",
    "50%",
    "80%",
    "50% l.o.",
    "80% l.o.",
];

fn aligned(rows: &[Row]) -> Vec<String> {
    let share = |share: f64| format!("{:.0}%", 100.0 * share);
    let or_none = |figure: Option<String>| figure.unwrap_or_else(|| "–".to_owned());
    let mut table = vec![HEAD.map(str::to_owned)];
    table.extend(rows.iter().map(|row| {
        let error = &row.median_error;
        [
            row.group.clone(),
            row.moments.to_string(),
            row.petitions.to_string(),
            format!("{:.1}", error.naive),
            format!("{:.1}", error.baseline),
            format!("{:.1}", error.site),
            or_none(error.left_out.map(|error| format!("{error:.1}"))),
            share(row.within_factor_2.naive),
            share(row.within_factor_2.site),
            share(row.held.half),
            share(row.held.four_in_five),
            or_none(row.held_left_out.map(|held| share(held.half))),
            or_none(row.held_left_out.map(|held| share(held.four_in_five))),
        ]
    }));
    let wide: Vec<usize> =
        (0..HEAD.len()).map(|column| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    let line = |row: &[String; HEAD.len()]| {
        let cells = row.iter().zip(&wide).enumerate().map(|(column, (cell, wide))| match column {
            0 => format!("{cell:<wide$}"),
            _ => format!("{cell:>wide$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    table.iter().map(line).collect()
}
