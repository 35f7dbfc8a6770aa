//! `undersigned import`: petitions, areas and postcodes from files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgConnection;

use super::database::Database;
use crate::{
    actions::{
        import_areas::import_areas,
        import_petition::{Imported, import_petition},
        import_postcodes::{ImportPostcodesError, PostcodesImported, import_postcodes},
    },
    domain::{
        history::Reading, petition::PetitionId, postcodes_file::Directory, published, readings_file,
        record::PetitionRecord,
    },
    settings::Settings,
    store,
};

/// How many constituencies that are not known are named.
const NAMED: usize = 5;

pub(super) async fn petitions(
    settings: &Settings,
    files: &[PathBuf],
    readings: &[PathBuf],
) -> anyhow::Result<ExitCode> {
    let mut report = Report::new(files.len() + readings.len());
    let mut records: Vec<(&PathBuf, PetitionRecord)> = Vec::new();
    for file in files {
        match read(file).and_then(|text| Ok(published::parse(&text)?)) {
            Ok(record) => records.push((file, record)),
            Err(error) => report.refused(file, &error),
        }
    }
    let mut counts: Vec<Reading> = Vec::new();
    for file in readings {
        match read(file).and_then(|text| Ok(readings_file::parse(&text)?)) {
            Ok(read) => {
                report.accepted(file, &format!("{} readings", read.len()));
                counts.extend(read);
            }
            Err(error) => report.refused(file, &error),
        }
    }
    if !counts.is_empty() {
        let mut about: Vec<Option<PetitionId>> = records.iter().map(|(_, record)| record.id).collect();
        about.sort();
        about.dedup();
        match (about.len(), records.last_mut()) {
            (1, Some((_, record))) => record.readings = counts,
            (0, _) => refuse_readings(&mut report, readings, "the petition that they belong to was refused"),
            _ => refuse_readings(&mut report, readings, "they belong to one petition, but the files are about several"),
        }
    }
    if !records.is_empty() {
        let database = Database::open(settings).await?;
        let outcome = put_petitions(settings, &database, &records, &mut report).await;
        database.close().await;
        outcome?;
    }
    Ok(report.finish())
}

fn refuse_readings(report: &mut Report, readings: &[PathBuf], reason: &'static str) {
    for file in readings {
        report.refused(file, &anyhow::anyhow!(reason));
    }
}

async fn put_petitions(
    settings: &Settings,
    database: &Database,
    records: &[(&PathBuf, PetitionRecord)],
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut db = database.pool.acquire().await?;
    let now = settings.clock().now();
    for (file, record) in records {
        match import_petition(&mut db, record, now).await {
            Ok((id, imported)) => {
                let what = match imported {
                    Imported::Added => "added",
                    Imported::Updated => "updated",
                    Imported::HistoryOnly => "known as newer; its count is part of the history now",
                    Imported::Unchanged => "unchanged",
                };
                report.accepted(file, &format!("petition {id}: {what}"));
            }
            Err(error) => report.refused(file, &error.into()),
        }
    }
    store::search::refresh_words(&mut db).await?;
    Ok(())
}

pub(super) async fn areas(settings: &Settings, files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut report = Report::new(files.len());
    let database = Database::open(settings).await?;
    let mut db = database.pool.acquire().await?;
    for file in files {
        match put_areas(&mut db, file).await {
            Ok(what) => report.accepted(file, &what),
            Err(error) => report.refused(file, &error),
        }
    }
    drop(db);
    database.close().await;
    Ok(report.finish())
}

async fn put_areas(db: &mut PgConnection, file: &Path) -> anyhow::Result<String> {
    let imported = import_areas(db, &read(file)?).await?;
    let set = imported.boundary_set.map(|set| format!(" of {}", set.0)).unwrap_or_default();
    Ok(format!("{} {}{set}, {} new or different", imported.read, imported.what, imported.changed))
}

pub(super) async fn postcodes(settings: &Settings, files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let sizes = files.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len());
    let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {eta} to go");
    let progress = ProgressBar::new(sizes.sum());
    progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut directory = Directory::default();
    for file in files {
        let opened = fs::File::open(file).context("cannot be read");
        let held = match opened.and_then(|opened| Ok(directory.read(progress.wrap_read(opened))?)) {
            Ok(held) => held,
            Err(error) => {
                progress.finish_and_clear();
                eprintln!("{}: refused: {error:#}", file.display());
                return Ok(ExitCode::FAILURE);
            }
        };
        let mut what = format!("{} postcodes", held.postcodes);
        if let Some(first) = held.first {
            what += &format!(", {} rows without one were passed over ({first})", held.passed_over);
        }
        progress.suspend(|| println!("{}: {what}", file.display()));
    }
    progress.finish_and_clear();

    let style = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} postcodes, {eta} to go");
    let progress = ProgressBar::new(directory.entries.len() as u64);
    progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let database = Database::open(settings).await?;
    let mut db = database.pool.acquire().await?;
    let imported = import_postcodes(&mut db, directory, |done, all| {
        progress.set_length(all as u64);
        progress.set_position(done as u64);
    })
    .await;
    drop(db);
    database.close().await;
    progress.finish_and_clear();
    match imported {
        Ok(imported) => {
            println!("{}", told(&imported));
            Ok(ExitCode::SUCCESS)
        }
        Err(error @ ImportPostcodesError::Refused(_)) => {
            eprintln!("refused: {error}");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}

fn told(imported: &PostcodesImported) -> String {
    let PostcodesImported { before, postcodes, terminated, not_located, unknown, changed, .. } = imported;
    let mut text = format!(
        "The directory has {postcodes} postcodes (it had {before}), {terminated} of them no longer in use, {not_located} without a known \
         constituency; {changed} are new, different or gone."
    );
    let codes = &imported.unknown_constituencies;
    if !codes.is_empty() {
        let more = if codes.len() > NAMED { " and others" } else { "" };
        let named = codes[..codes.len().min(NAMED)].join(", ");
        text += &format!("\n{unknown} lie in constituencies that are not known: {named}{more}.");
    }
    text
}

fn read(file: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(file).context("cannot be read")?;
    String::from_utf8(bytes)
        .map_err(|error| anyhow::anyhow!("byte {}: not UTF-8 text", error.utf8_error().valid_up_to()))
}

/// Says what became of each file: on standard output what went in, on standard error what did not.
struct Report {
    progress: ProgressBar,
    refused: usize,
}

impl Report {
    fn new(files: usize) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} files, {eta} to go");
        let progress = ProgressBar::new(files as u64);
        Self { progress: progress.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())), refused: 0 }
    }

    fn accepted(&mut self, file: &Path, what: &str) {
        self.progress.suspend(|| println!("{}: {what}", file.display()));
        self.progress.inc(1);
    }

    fn refused(&mut self, file: &Path, error: &anyhow::Error) {
        self.progress.suspend(|| eprintln!("{}: refused: {error:#}", file.display()));
        self.progress.inc(1);
        self.refused += 1;
    }

    fn finish(self) -> ExitCode {
        self.progress.finish_and_clear();
        if self.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
