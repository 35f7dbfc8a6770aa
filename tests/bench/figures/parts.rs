//! What a page is made of, for a petition that has been collecting for ten years in all constituencies.

use super::Fixture;
use crate::{
    petitions,
    statistics::{median, milliseconds},
    table::{Table, Wanted},
};

const SIGNATURES: u32 = 10_000_000;
/// Ten years.
const HOURS: i64 = 24 * 3652;
const TURNS: usize = 15;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let now = fixture.now;
    let shared = fixture.shared().await?;
    let id = petitions::add(&shared.database, SIGNATURES, HOURS, now).await?;
    let page = shared.page(&id);
    let parts = [
        ("Map of all constituencies", "places.svg"),
        ("Table of all constituencies", "places.csv"),
        ("The same as JSON", "places.json"),
        // Filtered, so that it is not kept in memory; nearly all of them.
        ("Page of all places", "places?map=share&q=e"),
        ("Chart of ten years", "history.svg"),
        ("Chart of the last day of ten years", "history.svg?range=24h"),
        ("Ten years by day as CSV", "history.csv?step=day"),
        ("Ten years by hour as CSV", "history.csv?step=hour"),
    ];
    let mut times = parts.map(|_| Vec::new());
    let mut bytes = parts.map(|_| 0);
    for _ in 0..TURNS {
        for (at, (_, part)) in parts.iter().enumerate() {
            let (time, length) = shared.time(&format!("{page}/{part}")).await?;
            times[at].push(milliseconds(time));
            bytes[at] = length;
        }
    }
    for (((name, part), times), bytes) in parts.iter().zip(times).zip(bytes) {
        let (name, time) = (format!("{name}, made anew, {} kB", bytes.div_ceil(1000)), median(times));
        if part.starts_with("places") {
            table.check(name, time, 1, " ms", &Wanted::AtMost(5.0));
        } else {
            table.add(name, format!("{time:.1} ms"));
        }
    }
    Ok(())
}
