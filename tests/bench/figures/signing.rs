//! Signing and confirming, over HTTP with real forms and links, against the naive way on the same PostgreSQL: one hot
//! petition, a thousand petitions, and a petition that is small or huge.

use std::sync::atomic::AtomicU64;

use anyhow::ensure;
use undersigned::{domain::petition::PetitionId, urls};

use super::{Fixture, ROUNDS};
use crate::{
    crowd::{Fared, all_at_once},
    office::Office,
    pgbench,
    statistics::median,
    table::{Table, Wanted},
};

/// Seconds of load for each round.
const SECONDS: f64 = 4.0;
/// Browsers at once.
pub const BROWSERS: usize = 256;
/// Petitions, when many are signed.
const MANY: usize = 1000;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let office = Office::open(&fixture.folder.join("signing"), &[]).await?;
    let hot = office.petition().await?;
    let mut many = Vec::new();
    for _ in 0..MANY {
        many.push(office.petition().await?);
    }
    pgbench::prepare(&office.database).await?;
    let (signers, mut naive, mut rounds) = (Signers::new(&office), Vec::new(), Vec::new());
    // Once for nothing: tables and programs are warm for all that follows.
    signers.round(std::slice::from_ref(&hot), 1.0).await?;
    for _ in 0..ROUNDS {
        office.settle().await?;
        naive.push(
            pgbench::run(&fixture.programs.pgbench, &fixture.folder, &office.database_url, SECONDS as u64).await?,
        );
        let one = signers.round(std::slice::from_ref(&hot), SECONDS).await?;
        let spread = signers.round(&many, SECONDS).await?;
        rounds.push((one, spread));
    }
    office.agrees().await?;
    let bytes = office.bytes_per_signature().await?;
    let all = office.counted().await?;
    table.add(format!("Bytes in the database for each of {all} signatures as they came"), format!("{bytes:.0}"));

    let counted = median(naive.iter().map(|naive| naive.counted));
    let inserted = median(naive.iter().map(|naive| naive.inserted));
    let clients = pgbench::CLIENTS;
    table.add(format!("pgbench, {clients} clients: insert a signature and add to one row"), format!("{counted:.0}/s"));
    table.add(format!("pgbench, {clients} clients: bare insert"), format!("{inserted:.0}/s"));
    let acts: [(&str, PartOf); 2] = [("POST sign", |round| &round.signed), ("POST confirm", |round| &round.confirmed)];
    for (act, of) in acts {
        let ratio = median(naive.iter().zip(&rounds).map(|(naive, (one, _))| of(one).per_second / naive.counted));
        table.check(
            format!("{act}, one petition, {BROWSERS} browsers: ratio to the naive way"),
            ratio,
            2,
            "",
            &Wanted::AtLeast(3.0),
        );
        let bare = median(naive.iter().zip(&rounds).map(|(naive, (one, _))| of(one).per_second / naive.inserted));
        table.add(format!("{act}, one petition: ratio to the bare insert"), format!("{bare:.2}"));
        let rate = median(rounds.iter().map(|(one, _)| of(one).per_second));
        let slow = median(rounds.iter().map(|(one, _)| of(one).percentile(99.0)));
        table.add(format!("{act}, one petition: rate, 99th percentile"), format!("{rate:.0}/s, {slow:.0} ms"));
        let rate = median(rounds.iter().map(|(_, spread)| of(spread).per_second));
        let ratio = median(rounds.iter().map(|(one, spread)| of(spread).per_second / of(one).per_second));
        table.add(format!("{act}, {MANY} petitions: rate"), format!("{rate:.0}/s"));
        table.check(format!("{act}, {MANY} petitions to one: ratio"), ratio, 2, "", &Wanted::AtLeast(1.0));
    }
    Ok(())
}

/// Those who sign: every number is somebody else.
pub struct Signers<'a> {
    office: &'a Office,
    /// How many have signed so far.
    people: AtomicU64,
}

/// A part of a round.
pub type PartOf = fn(&Round) -> &Fared;

/// What one round brought.
pub struct Round {
    /// Forms that were sent.
    pub signed: Fared,
    /// Links that were confirmed.
    pub confirmed: Fared,
}

impl<'a> Signers<'a> {
    /// Nobody has signed yet.
    pub fn new(office: &'a Office) -> Self {
        Self { office, people: AtomicU64::new(0) }
    }

    /// Signs for so many seconds, by turns on each of the petitions, whose forms have these marks.
    pub async fn sign(&self, petitions: &[PetitionId], stamps: &[String], seconds: f64) -> anyhow::Result<Fared> {
        let form = |number: u64| {
            let at = (number % petitions.len() as u64) as usize;
            (urls::sign(&petitions[at]), Some(filled_in(number, &stamps[at])))
        };
        all_at_once(&self.office.site.address, BROWSERS, &self.people, u64::MAX, seconds, 303, form).await
    }

    /// Signs, then confirms all of it; makes sure that exactly what was acknowledged is in the database.
    pub async fn round(&self, petitions: &[PetitionId], seconds: f64) -> anyhow::Result<Round> {
        let stamps = self.office.stamps(petitions).await?;
        let before = self.office.counted().await?;
        let signed = self.sign(petitions, &stamps, seconds).await?;
        let links = self.office.links().await?;
        let (there, done) = (links.len(), signed.done);
        ensure!(there as u64 == done, "{done} signatures were acknowledged, {there} are there");
        let next = AtomicU64::new(0);
        let link = |number: u64| (links[number as usize].clone(), Some("confirm=1".to_owned()));
        let address = &self.office.site.address;
        let confirmed = all_at_once(address, BROWSERS, &next, links.len() as u64, 600.0, 303, link).await?;
        let (done, counted) = (confirmed.done as i64, self.office.counted().await? - before);
        ensure!(counted == done, "{done} were confirmed, {counted} counted");
        Ok(Round { signed, confirmed })
    }
}

/// A form as a person fills it in.
pub fn filled_in(number: u64, stamp: &str) -> String {
    format!(
        "name=Ada+Lovelace+{number}&email=ada.lovelace.{number}%40example.org&country=GB&postcode=SW1A+1AA&resident=1\
         &updates=1&comment=&started={stamp}"
    )
}
