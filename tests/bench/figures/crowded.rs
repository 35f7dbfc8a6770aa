//! A petition of ten million signatures beside one of ten thousand: what a signature takes on the disk, and whether the
//! next one takes longer.

use anyhow::Context;
use undersigned::{domain::petition::PetitionId, store};

use super::{
    Fixture,
    signing::{PartOf, Signers},
};
use crate::{
    office::Office,
    statistics::median,
    table::{Table, Wanted},
};

/// Signatures on the one and on the other.
const SIGNATURES: [i64; 2] = [10_000, 10_000_000];
/// Signatures that are put in with one statement.
const AT_ONCE: i64 = 250_000;
/// Seconds of signing for each round, and rounds.
const SECONDS: f64 = 3.0;
const ROUNDS: usize = 3;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let office = Office::open(&fixture.folder.join("crowded"), &[]).await?;
    let petitions = [office.petition().await?, office.petition().await?];
    for (petition, count) in petitions.iter().zip(SIGNATURES) {
        fill(&office, petition, count).await?;
    }
    let bytes = office.bytes_per_signature().await?;
    let all = SIGNATURES.iter().sum::<i64>();
    table.check(
        format!("Bytes in the database for each of {all} signatures, all tables and indexes"),
        bytes,
        0,
        "",
        &Wanted::AtMost(300.0),
    );
    for (name, size) in office.sizes().await? {
        table.add(format!("of which {name}"), format!("{:.0}", size as f64 / all as f64));
    }

    let signers = Signers::new(&office);
    signers.round(&petitions, 1.0).await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        office.settle().await?;
        let small = signers.round(&petitions[..1], SECONDS).await?;
        office.settle().await?;
        rounds.push((small, signers.round(&petitions[1..], SECONDS).await?));
    }
    let acts: [(&str, PartOf); 2] = [("Sign", |round| &round.signed), ("Confirm", |round| &round.confirmed)];
    for (act, of) in acts {
        let small = median(rounds.iter().map(|(small, _)| of(small).percentile(50.0)));
        let large = median(rounds.iter().map(|(_, large)| of(large).percentile(50.0)));
        let [few, many] = SIGNATURES;
        table.add(
            format!("{act} on a petition of {few} and of {many}: median time"),
            format!("{small:.1} ms, {large:.1} ms"),
        );
        let ratio = median(rounds.iter().map(|(small, large)| of(large).percentile(50.0) / of(small).percentile(50.0)));
        table.check(format!("{act}: ratio of the two"), ratio, 2, "", &Wanted::AtMost(1.3));
    }
    Ok(())
}

/// Puts in confirmed signatures, with names, contacts and places as long as people's, at times of the last five days;
/// the tallies are then made from the ledger.
pub(super) async fn fill(office: &Office, petition: &PetitionId, count: i64) -> anyhow::Result<()> {
    for from in (1..=count).step_by(AT_ONCE as usize) {
        sqlx::query(
            "with places as (
                 select array_agg(id) as ids from areas where kind = 'constituency'
             ), put as (
                 insert into signatures (created_at, confirmed_at, email_hash, petition_id, area_id, postcode_hash, state,
                     household_member, mails_sent, suspicion, wants_updates, name, contact, signed_from)
                 select at, at + interval '3 minutes', hashtextextended(i::text, $1), $1, ids[1 + i % 650], i::int, 'validated',
                     1, 1, 0, i % 2 = 0, 'Ada Lovelace ' || i % 100, decode(md5(i::text) || md5(i::text) || md5(i::text), 'hex'),
                     '10.0.0.0'::inet + i % 16000000
                 from (select i, now() - interval '5 days' * (i::float / $4) as at from generate_series($2, $3) i) people, places
                 returning id, petition_id, area_id, confirmed_at
             )
             insert into ledger (counted_at, signature_id, petition_id, area_id, change, reason)
             select confirmed_at, id, petition_id, area_id, 1, 'confirmed' from put",
        )
        .bind(petition.get())
        .bind(from)
        .bind((from + AT_ONCE - 1).min(count))
        .bind(count as f64)
        .execute(&office.database)
        .await
        .with_context(|| format!("signatures from {from}"))?;
    }
    let mut db = office.database.acquire().await?;
    store::recount::rebuild(&mut db, *petition).await?;
    Ok(())
}
