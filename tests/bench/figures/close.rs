//! 10,000 petitions that close at the same moment, while people sign another one: how long that takes, and what signers
//! notice of it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use undersigned::{domain::petition::PetitionId, urls};

use super::{Fixture, signing::filled_in};
use crate::{
    crowd::{Fared, steadily},
    office::Office,
    table::Table,
};

/// Petitions that close.
const PETITIONS: i64 = 10_000;
/// Browsers that sign, forms that they send in a second, and seconds of one round.
const BROWSERS: usize = 32;
const PACE: f64 = 200.0;
const ROUND: f64 = 1.0;
/// Rounds before anything closes, to compare with.
const ROUNDS: usize = 10;
/// How often it is looked whether they are closed.
const LOOK: Duration = Duration::from_millis(20);
/// The job runs every minute.
const PATIENCE: Duration = Duration::from_secs(180);

const STILL_OPEN: &str = "select count(*) from petitions where state = 'open' and action like 'Do thing%'";

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let office = Office::open(&fixture.folder.join("close"), &[]).await?;
    let signed = office.petition().await?;
    fill(&office).await?;
    office.settle().await?;
    let stamp = office.stamps(std::slice::from_ref(&signed)).await?.pop().context("a form")?;
    let people = AtomicU64::new(0);
    let round = || round(&office, &signed, &stamp, &people);
    round().await?;
    let mut before = Vec::new();
    for _ in 0..ROUNDS {
        before.push(round().await?);
    }

    sqlx::query("update petitions set closes_at = now() where action like 'Do thing%'")
        .execute(&office.database)
        .await?;
    let closing = async {
        let waiting = Instant::now();
        while office.ask(STILL_OPEN).await? == PETITIONS {
            ensure!(waiting.elapsed() < PATIENCE, "nothing closes");
            tokio::time::sleep(LOOK).await;
        }
        let began = Instant::now();
        while office.ask(STILL_OPEN).await? > 0 {
            ensure!(waiting.elapsed() < PATIENCE, "some do not close");
            tokio::time::sleep(LOOK).await;
        }
        anyhow::Ok((began, Instant::now()))
    };
    let signing = async {
        let mut rounds = Vec::new();
        while office.ask(STILL_OPEN).await? > 0 {
            rounds.push((Instant::now(), round().await?));
        }
        anyhow::Ok(rounds)
    };
    let ((began, ended), rounds) = tokio::try_join!(closing, signing)?;
    let during = rounds.into_iter().filter(|(at, _)| *at + Duration::from_secs_f64(ROUND) >= began && *at <= ended);
    let during: Vec<Fared> = during.map(|(_, fared)| fared).collect();
    let mails = office.ask("select count(*) from outbox where kind = 'petition_closed'").await?;
    ensure!(mails == PETITIONS, "{mails} creators are told instead of {PETITIONS}");
    let late = office.ask("select count(*) from petitions where state = 'closed' and closed_at <> closes_at").await?;
    ensure!(late == 0, "{late} petitions are not closed at their deadline");

    table.add(format!("Closing {PETITIONS} petitions at once, and telling their creators"), {
        format!("{:.1} s", ended.duration_since(began).as_secs_f64())
    });
    table.add("Signing before: 99th percentile", format!("{:.0} ms", percentile(&before)));
    table.add("Signing while they close: 99th percentile", format!("{:.0} ms", percentile(&during)));
    Ok(())
}

async fn round(office: &Office, petition: &PetitionId, stamp: &str, people: &AtomicU64) -> anyhow::Result<Fared> {
    let form = |_| {
        let number = people.fetch_add(1, Ordering::Relaxed);
        (urls::sign(petition), Some(filled_in(number, stamp)))
    };
    steadily(&office.site.address, BROWSERS, PACE, ROUND, form).await
}

/// Open petitions with a creator each, who can be told.
async fn fill(office: &Office) -> anyhow::Result<()> {
    sqlx::query(
        "with put as (
             insert into petitions (state, action, created_at, updated_at, opened_at, closes_at)
             select 'open', 'Do thing number ' || i, now() - interval '1 day', now(), now() - interval '1 hour',
                 now() + interval '1 day'
             from generate_series(1, $1) i returning id
         ), signed as (
             insert into signatures (created_at, confirmed_at, email_hash, petition_id, area_id, state, household_member,
                 mails_sent, wants_updates, name, contact)
             select now(), now(), p.id, p.id::int, (select min(id) from areas), 'validated', 1, 1, true, 'Ada Lovelace', 'x'
             from put p returning id, petition_id
         )
         insert into supporters (signature_id, petition_id, is_creator) select id, petition_id, true from signed",
    )
    .bind(PETITIONS)
    .execute(&office.database)
    .await?;
    Ok(())
}

fn percentile(rounds: &[Fared]) -> f64 {
    let mut all = Fared { times: rounds.iter().flat_map(|round| round.times.clone()).collect(), ..Fared::default() };
    all.times.sort_by(f64::total_cmp);
    all.percentile(99.0)
}
