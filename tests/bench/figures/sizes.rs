//! The same page for petitions of a thousand, a hundred thousand and ten million signatures: made anew, and from memory.

use std::time::Duration;

use super::Fixture;
use crate::{
    load::CONNECTIONS,
    petitions,
    statistics::{median, milliseconds, spread},
    table::{Table, Wanted},
};

const SIZES: [u32; 3] = [1_000, 100_000, 10_000_000];
/// Half a year.
const HOURS: i64 = 24 * 183;
/// Pages made anew, of each size.
const RENDERINGS: usize = 21;
/// Longer than a page is handed out without a look whether it is still true.
const FORGOTTEN: Duration = Duration::from_millis(450);
/// Many short rounds: what is to be told apart is little, and what disturbs comes and goes.
const SHORT_ROUNDS: usize = 15;
/// Seconds of load for each of them.
const SECONDS: u64 = 1;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let now = fixture.now;
    let shared = fixture.shared().await?;
    let mut ids = Vec::new();
    for size in SIZES {
        ids.push(petitions::add(&shared.database, size, HOURS, now).await?);
    }
    let pages: Vec<String> = ids.iter().map(|id| shared.page(id)).collect();
    for page in &pages {
        shared.time(page).await?;
    }

    let mut made = SIZES.map(|_| Vec::new());
    let mut kept = SIZES.map(|_| Vec::new());
    for round in 0..RENDERINGS {
        petitions::touch(&shared.database, &ids).await?;
        tokio::time::sleep(FORGOTTEN).await;
        // Whoever comes first after the pause has a disadvantage: each in turn.
        for turn in 0..SIZES.len() {
            let size = (round + turn) % SIZES.len();
            made[size].push(milliseconds(shared.time(&pages[size]).await?.0));
            kept[size].push(milliseconds(shared.time(&pages[size]).await?.0));
        }
    }
    let mut rates = SIZES.map(|_| Vec::new());
    for _ in 0..SHORT_ROUNDS {
        for (page, rates) in pages.iter().zip(&mut rates) {
            rates.push(fixture.load(page, &[], SECONDS).await?.per_second);
        }
    }
    // Each as a share of its round, since rounds differ by more than sizes do.
    let round: Vec<f64> = (0..SHORT_ROUNDS).map(|round| rates.iter().map(|rates| rates[round]).sum()).collect();
    let shares = rates.each_ref().map(|rates| median(rates.iter().zip(&round).map(|(rate, round)| rate / round)));

    let (made, kept, rates) = (made.map(median), kept.map(median), rates.map(median));
    let limit = Wanted::AtMost(1.2);
    let names = "petitions of 10^3, 10^5, 10^7 signatures";
    let each = |values: [f64; 3], decimals: usize| values.map(|value| format!("{value:.decimals$}")).join(", ");
    table.check(format!("Page from memory, {names}: slowest / fastest"), spread(&shares), 2, "", &limit);
    table.add(format!("Page from memory, {names}: requests, {CONNECTIONS} connections"), each(rates, 0) + " /s");
    table.check(format!("Page made anew, {names}: slowest / fastest"), spread(&made), 2, "", &limit);
    table.add(format!("Page made anew, {names}: time"), each(made, 1) + " ms");
    table.add(format!("Page from memory, {names}: time"), each(kept, 2) + " ms");
    Ok(())
}
