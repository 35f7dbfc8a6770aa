//! What the site costs, measured on the release build: `cargo bench` prints every figure as one table,
//! `cargo bench -- page start` only those with one of these words in their name.
//!
//! Everything runs on this machine alone, on ports of its own and in a folder that is gone at the end. Requests are
//! made by wrk; nginx, serving the same bytes from a file, tells how much the machine could do at best. What is compared
//! takes turns, several rounds of each, and the median counts: whatever else the machine does then meets all alike.

mod crowd;
mod figures;
mod http;
#[path = "../likeness/mod.rs"]
mod likeness;
mod load;
mod nginx;
mod office;
mod petitions;
mod pgbench;
mod process;
mod programs;
mod sink;
mod site;
mod statistics;
mod table;

use std::{path::Path, process::ExitCode, time::Duration};

use anyhow::Context;

use figures::{FIGURES, Figure, Fixture};
use table::Table;

/// Longer than everything takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(45 * 60);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen = |figure: &&Figure| words.is_empty() || words.iter().any(|word| figure.name.contains(word.as_str()));
    let chosen: Vec<&Figure> = FIGURES.iter().filter(chosen).collect();
    if chosen.is_empty() {
        eprintln!("No figure is called so. There are:");
        FIGURES.iter().for_each(|figure| eprintln!("  {:8} {}", figure.name, figure.about));
        return ExitCode::FAILURE;
    }
    match measure(&chosen) {
        Ok(table) => {
            print!("{table}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("The benchmark has failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(chosen: &[&Figure]) -> anyhow::Result<Table> {
    // The program chooses its cryptography itself; so must whoever asks it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = std::env::temp_dir().join(format!("undersigned-bench-{}", std::process::id()));
    std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Whichever way this ends, what was started is stopped when the future is dropped.
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = measure_in(&folder, chosen) => outcome,
            () = tokio::time::sleep(PATIENCE) => anyhow::bail!("not done after {} minutes", PATIENCE.as_secs() / 60),
            _ = tokio::signal::ctrl_c() => anyhow::bail!("stopped by Ctrl-C"),
        }
    });
    std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    outcome
}

async fn measure_in(folder: &Path, chosen: &[&Figure]) -> anyhow::Result<Table> {
    let mut fixture = Fixture::new(folder)?;
    let mut table = Table::default();
    for figure in chosen {
        eprintln!("{}: {} ...", figure.name, figure.about);
        figure.measure(&mut fixture, &mut table).await.with_context(|| format!("figure {:?}", figure.name))?;
    }
    Ok(table)
}
