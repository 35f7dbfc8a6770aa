//! What is left of what was acknowledged when the program, PostgreSQL and the mail server are killed in turn, in the middle
//! of a crowd that signs and confirms: all of it, and nothing twice.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashSet},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use futures_util::future::join_all;
use undersigned::{
    domain::{petition::PetitionId, signature::SignatureId},
    urls,
};

use super::{Fixture, signing::filled_in};
use crate::{http::Connection, office::Office, sink::Sink, table::Table};

/// Times that something is killed.
const KILLS: usize = 20;
/// Browsers that sign, and browsers that confirm.
const SIGNING: usize = 12;
const CONFIRMING: usize = 12;
/// Between two kills.
const PAUSE: Duration = Duration::from_millis(1500);
/// How long the last mail may take: those who were killed have to be given up for dead first.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the crowd has been told.
#[derive(Default)]
struct Told {
    stop: Cell<bool>,
    people: Cell<u64>,
    /// Signatures that were taken.
    signed: Cell<u64>,
    /// Signatures that were confirmed.
    confirmed: RefCell<HashSet<SignatureId>>,
    /// Answers that were errors, or never came.
    failed: Cell<u64>,
}

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let mut sink = Sink::open(true).await?;
    let settings = [("SMTP_URL", format!("smtp://{}?tls=none", sink.address))];
    let mut office = Office::open(&fixture.folder.join("kills"), &settings).await?;
    let petition = office.petition().await?;
    let stamp = office.stamps(std::slice::from_ref(&petition)).await?.pop().context("a form")?;
    let told = Told::default();
    let address = office.site.address.clone();
    let links = RefCell::new(Vec::new());

    let crowd = async {
        let signing = join_all((0..SIGNING).map(|_| sign(&told, &address, &petition, &stamp)));
        let confirming = join_all((0..CONFIRMING).map(|_| confirm(&told, &address, &links)));
        tokio::join!(signing, confirming);
    };
    let killing = async {
        for round in 0..KILLS {
            tokio::time::sleep(PAUSE).await;
            // Whoever has a mail can confirm.
            links.borrow_mut().extend(sink.links());
            match round % 3 {
                0 => office.kill_program(&settings).await?,
                1 => office.kill_postgres().await?,
                _ => sink.kill().await?,
            }
        }
        tokio::time::sleep(PAUSE).await;
        told.stop.set(true);
        anyhow::Ok(())
    };
    let (_, killed) = tokio::join!(crowd, killing);
    killed?;

    let began = Instant::now();
    while office.ask("select count(*) from outbox").await? > 0 {
        ensure!(began.elapsed() < PATIENCE, "some mails are never sent");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    ensure!(told.signed.get() > 1000, "only {} have signed", told.signed.get());
    office.agrees().await?;
    let confirmed = told.confirmed.take();
    let valid: BTreeSet<i64> = sqlx::query_scalar("select id from signatures where state = 'validated'")
        .fetch_all(&office.database)
        .await?
        .into_iter()
        .collect();
    ensure!(confirmed.len() > 1000, "only {} have confirmed", confirmed.len());
    let lost = confirmed.iter().filter(|id| !valid.contains(&id.get())).count();
    ensure!(lost == 0, "{lost} acknowledged confirmations are not counted");
    let there = office.ask("select count(*) from signatures").await? as u64;
    ensure!(there >= told.signed.get(), "{} signatures were acknowledged, {there} are there", told.signed.get());
    let mails = office.ask("select coalesce(sum(mails_sent), 0) from signatures").await?;
    ensure!(sink.mails() as i64 == mails, "{mails} mails were to be sent, {} have come", sink.mails());
    table.add(
        format!("{KILLS} kills: acknowledged confirmations, of which lost or counted twice"),
        format!("{}, 0", confirmed.len()),
    );
    table.add(
        format!("{KILLS} kills: mails, of which lost; handed over again after a kill (same Message-ID)"),
        format!("{mails}, 0; {}", sink.repeated()),
    );
    table.add(format!("{KILLS} kills: requests that failed and were told so"), told.failed.get().to_string());
    Ok(())
}

async fn sign(told: &Told, address: &str, petition: &PetitionId, stamp: &str) {
    let mut connection = Connection::new(address);
    let path = urls::sign(petition);
    while !told.stop.get() {
        let person = told.people.replace(told.people.get() + 1);
        match connection.post(&path, &filled_in(person, stamp)).await {
            Ok(answer) if answer.status == 303 => told.signed.set(told.signed.get() + 1),
            _ => failed(told).await,
        }
    }
}

async fn confirm(told: &Told, address: &str, links: &RefCell<Vec<(SignatureId, String)>>) {
    let mut connection = Connection::new(address);
    while !told.stop.get() {
        let link = links.borrow_mut().pop();
        let Some((id, path)) = link else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        match connection.post(&path, "").await {
            Ok(answer) if answer.status == 303 => drop(told.confirmed.borrow_mut().insert(id)),
            _ => {
                // As a person would: press the button once more.
                links.borrow_mut().insert(0, (id, path));
                failed(told).await;
            }
        }
    }
}

async fn failed(told: &Told) {
    told.failed.set(told.failed.get() + 1);
    tokio::time::sleep(Duration::from_millis(100)).await;
}
