//! Requests a second for the page of a petition that everybody reads, against nginx with the same bytes in a file.

use super::{Fixture, ROUNDS};
use crate::{
    load::CONNECTIONS,
    nginx::Nginx,
    site::Answer,
    statistics::median,
    table::{Table, Wanted},
};

/// Seconds of load for each round.
const SECONDS: u64 = 3;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let page = fixture.main_petition().await?;
    let (plain, gzip) = (Answer::get(&page, "identity").await?, Answer::get(&page, "gzip").await?);
    let brotli = Answer::get(&page, "br").await?;
    let nginx = Nginx::start(&fixture.programs.nginx, &fixture.folder, &plain, &gzip).await?;
    for url in [&page, &nginx.url] {
        fixture.load(url, &[], 1).await?;
    }

    let ways: [(&str, &[&str], usize); 2] =
        [("plain", &[], plain.body.len()), ("gzip", &["Accept-Encoding: gzip"], gzip.body.len())];
    let mut rates = ways.map(|_| Vec::new());
    let mut with_brotli = Vec::new();
    for _ in 0..ROUNDS {
        for ((_, headers, _), rates) in ways.iter().zip(&mut rates) {
            let ours = fixture.load(&page, headers, SECONDS).await?;
            let its = fixture.load(&nginx.url, headers, SECONDS).await?;
            rates.push((ours, its));
        }
        with_brotli.push(fixture.load(&page, &["Accept-Encoding: br, gzip"], SECONDS).await?);
    }

    for ((name, _, bytes), rates) in ways.iter().zip(&rates) {
        let ratio = median(rates.iter().map(|(ours, its)| ours.per_second / its.per_second));
        let name = format!("Petition page, {CONNECTIONS} connections, {name}, {bytes} bytes");
        table.check(format!("{name}: ratio to nginx"), ratio, 2, "", &Wanted::AtLeast(0.3));
        let (ours, its) =
            rates.iter().map(|(ours, its)| (ours.per_second, its.per_second)).unzip::<_, _, Vec<_>, Vec<_>>();
        let rates = format!("{:.0}/s; nginx {:.0}/s", median(ours), median(its));
        table.add(format!("{name}: requests"), rates);
    }
    let rate = median(with_brotli.iter().map(|load| load.per_second));
    let name = format!("Petition page, {CONNECTIONS} connections, brotli, {} bytes: requests", brotli.body.len());
    table.add(name, format!("{rate:.0}/s"));
    Ok(())
}
