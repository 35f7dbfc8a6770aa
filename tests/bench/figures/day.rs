//! A mixed day on one petition: for each signature 350 requests of people who only look. How many signatures a second
//! the machine bears while pages come within 0.1 s and signing takes 0.5 s at the most, 99 of 100 times.

use std::sync::atomic::AtomicU64;

use undersigned::urls;

use super::{
    Fixture,
    signing::{Signers, filled_in},
};
use crate::{
    crowd::{Fared, steadily},
    office::Office,
    table::{Table, Wanted},
};

/// Requests for pages and counts for each signature on the worst day on record.
const LOOKS: f64 = 350.0;
/// Signatures a second at twenty times the worst plateau on record.
const WORST: f64 = 700.0;
/// Rates that are tried, in signatures a second: each a quarter more than the last.
const RATES: [f64; 12] = [10.0, 13.0, 16.0, 20.0, 25.0, 31.0, 39.0, 49.0, 61.0, 76.0, 95.0, 119.0];
/// Seconds for which each is tried.
const SECONDS: f64 = 5.0;
/// Browsers at once: those who look, and those who sign.
const LOOKING: usize = 128;
const SIGNING: usize = 64;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let office = Office::open(&fixture.folder.join("day"), &[]).await?;
    let petition = office.petition().await?;
    let signers = Signers::new(&office);
    // Links for those who confirm.
    let stamps = office.stamps(std::slice::from_ref(&petition)).await?;
    signers.sign(std::slice::from_ref(&petition), &stamps, 1.0).await?;
    let address = &office.site.address;
    let (page, count) = (urls::petition(&petition), urls::count_json(&petition));
    let people = AtomicU64::new(1 << 40);
    let mut best: Option<(f64, Fared, Fared)> = None;
    for rate in RATES {
        let links = office.links().await?;
        let look = |number: u64| (if number.is_multiple_of(2) { page.clone() } else { count.clone() }, None);
        let sign = |_| {
            let person = people.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            (urls::sign(&petition), Some(filled_in(person, &stamps[0])))
        };
        let confirm = |number: u64| (links[number as usize % links.len()].clone(), Some("confirm=1".to_owned()));
        let (looked, signed, confirmed) = tokio::try_join!(
            steadily(address, LOOKING, rate * LOOKS, SECONDS, look),
            steadily(address, SIGNING, rate, SECONDS, sign),
            steadily(address, SIGNING, rate, SECONDS, confirm),
        )?;
        let held = looked.percentile(99.0) < 100.0
            && signed.percentile(99.0) < 500.0
            && confirmed.percentile(99.0) < 500.0
            && looked.per_second > rate * LOOKS * 0.97;
        if !held {
            break;
        }
        best = Some((rate, looked, signed));
    }
    office.agrees().await?;
    match best {
        Some((rate, looked, signed)) => {
            table.check(
                "Mixed day, 350 looks to a signature, load from the same machine: signatures held",
                rate,
                0,
                "/s",
                &Wanted::AtLeast(WORST),
            );
            table.add(
                "Mixed day: looks, 99th percentile; signing, 99th percentile",
                format!(
                    "{:.0}/s, {:.0} ms; {:.0}/s, {:.0} ms",
                    looked.per_second,
                    looked.percentile(99.0),
                    signed.per_second,
                    signed.percentile(99.0)
                ),
            );
        }
        None => table.add("Mixed day", format!("not even {} signatures a second", RATES[0])),
    }
    Ok(())
}
