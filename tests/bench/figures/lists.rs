//! Requests a second for what is not kept in memory as a whole: lists, search, data.

use super::{Fixture, ROUNDS};
use crate::{load::CONNECTIONS, statistics::median, table::Table};

/// Seconds of load for each round.
const SECONDS: u64 = 2;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let petition = fixture.main_petition().await?;
    let address = fixture.shared().await?.site.address.clone();
    let places = [
        ("Home", format!("{address}/")),
        ("List of open petitions", format!("{address}/petitions?state=open")),
        ("Search for a word", format!("{address}/petitions?state=all&q=school")),
        ("Search with typing mistakes", format!("{address}/petitions?state=all&q=scool%20trasport")),
        ("List as JSON", format!("{address}/petitions.json?state=open")),
        ("Petition as JSON", format!("{petition}.json")),
        ("Live count", format!("{petition}/count.json")),
    ];
    let mut loads = places.each_ref().map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, url), loads) in places.iter().zip(&mut loads) {
            loads.push(fixture.load(url, &[], SECONDS).await?);
        }
    }
    for ((name, _), loads) in places.iter().zip(&loads) {
        let rate = median(loads.iter().map(|load| load.per_second));
        let slow = median(loads.iter().map(|load| load.slow));
        let name = format!("{name}, {CONNECTIONS} connections: requests, 99th percentile");
        table.add(name, format!("{rate:.0}/s, {slow:.1} ms"));
    }
    Ok(())
}
