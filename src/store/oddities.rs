//! Samples of signatures, to be compared with each other: the newest ones, and those before.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use sqlx::Connection;

use super::{Db, areas::AreaId, signature_search, sql_opt};
use crate::domain::{
    keyring::{EmailHash, Keyring},
    network::Origin,
    petition::PetitionId,
    signature_search::Conditions,
};

/// Signatures of a sample.
pub const SAMPLE: usize = 20_000;
/// Numbers of signatures that are looked at for a sample.
const LOOK: i64 = 200_000;
/// Numbers that are looked at with one statement.
const STEP: i64 = 10_000;
/// With fewer than so many of the same petition, others are compared with.
const FEW: usize = 200;

/// A signature of a sample.
#[derive(Clone, Debug)]
pub struct Sampled {
    id: i64,
    /// The network from which it came: /24 of IPv4, /48 of IPv6.
    pub network: Option<IpNet>,
    /// The domain of its e-mail address.
    pub domain: Option<String>,
    /// Its constituency or country.
    pub area: AreaId,
    /// When the form was sent.
    pub at: Timestamp,
}

/// With what the newest signatures are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usual {
    /// Those before, of the same petition or of all.
    Before,
    /// The newest of other petitions.
    Others,
}

/// The newest signatures, and what they are compared with.
#[derive(Clone, Debug)]
pub struct Samples {
    /// The newest.
    pub seen: Vec<Sampled>,
    /// The others.
    pub usual: Vec<Sampled>,
    /// Which those are.
    pub compared_with: Usual,
}

/// The newest signatures since a moment, of a petition or of all, and others to compare them with. Those that were
/// withdrawn or invalidated are left out.
///
/// # Errors
/// When the database fails.
pub async fn samples(
    db: &mut Db,
    keyring: &Keyring,
    petition: Option<PetitionId>,
    since: Option<Timestamp>,
) -> sqlx::Result<Samples> {
    let mut tx = db.begin().await?;
    signature_search::plan_for_each(&mut tx).await?;
    let conditions = Conditions { petition, ..Conditions::default() };
    let (low, high) = signature_search::bounds(&mut tx, &conditions).await?;
    let of = petition.map(super::signatures::narrow);
    let seen = sample(&mut tx, keyring, Scope { petition: of, not: None, since }, (low, high)).await?;
    let top = seen.last().map_or(high, |last| last.id - 1);
    let mut usual = sample(&mut tx, keyring, Scope { petition: of, not: None, since: None }, (low, top)).await?;
    let mut compared_with = Usual::Before;
    if of.is_some() && usual.len() < FEW {
        let newest = signature_search::newest(&mut tx).await?;
        usual = sample(&mut tx, keyring, Scope { petition: None, not: of, since: None }, (0, newest)).await?;
        compared_with = Usual::Others;
    }
    tx.commit().await?;
    Ok(Samples { seen, usual, compared_with })
}

#[derive(Clone, Copy)]
struct Scope {
    petition: Option<i32>,
    not: Option<i32>,
    since: Option<Timestamp>,
}

async fn sample(db: &mut Db, keyring: &Keyring, scope: Scope, (low, high): (i64, i64)) -> sqlx::Result<Vec<Sampled>> {
    let few = match scope.petition {
        Some(petition) => signature_search::few_of(db, petition, low, high).await?,
        None => None,
    };
    let lowest = if few.is_some() { low } else { low.max(high.saturating_sub(LOOK)) };
    let (mut top, mut sampled) = (high, Vec::new());
    while top > lowest && sampled.len() < SAMPLE {
        let numbers: Option<Vec<i64>> =
            few.as_ref().map(|few| few.iter().copied().filter(|id| *id <= top).take(STEP as usize).collect());
        let bottom = match &numbers {
            Some(numbers) if numbers.len() < STEP as usize => lowest,
            Some(numbers) => numbers.last().map_or(lowest, |last| last - 1),
            None => lowest.max(top - STEP),
        };
        let rows = sqlx::query!(
            r#"select s.id, s.petition_id, s.email_hash, s.contact, host(s.signed_from) as signed_from, s.area_id,
                   s.created_at
               from signatures s
               where s.id > $1 and s.id <= $2 and s.state in ('pending', 'validated', 'quarantined')
                   and ($3::bigint[] is null or s.id = any($3))
                   and ($4::int is null or s.petition_id = $4)
                   and ($5::int is null or s.petition_id <> $5)
                   and ($6::timestamptz is null or s.created_at >= $6)
               order by s.id desc limit $7"#,
            bottom,
            top,
            numbers.as_deref() as _,
            scope.petition,
            scope.not,
            sql_opt(scope.since) as _,
            (SAMPLE - sampled.len()) as i64
        )
        .fetch_all(&mut *db)
        .await?;
        // What came before the moment comes from further down, give or take a few seconds.
        let ended = scope.since.is_some() && rows.is_empty();
        for row in rows {
            let contact = row
                .email_hash
                .and_then(|hash| keyring.open(&row.contact, i64::from(row.petition_id).into(), EmailHash(hash)).ok());
            let domain = contact.and_then(|contact| Some(contact.email.rsplit_once('@')?.1.to_lowercase()));
            let from: Option<IpAddr> = row.signed_from.and_then(|from| from.parse().ok());
            sampled.push(Sampled {
                id: row.id,
                network: from.map(|from| Origin::of(from).network),
                domain,
                area: row.area_id,
                at: row.created_at.to_jiff(),
            });
        }
        if ended {
            break;
        }
        top = bottom;
    }
    Ok(sampled)
}

/// The names of constituencies and countries, and whether they are constituencies.
///
/// # Errors
/// When the database fails.
pub async fn area_names(db: &mut Db, ids: &[AreaId]) -> sqlx::Result<Vec<(AreaId, String, bool)>> {
    let rows = sqlx::query!(
        r#"select id, name, kind = 'constituency' as "is_constituency!" from areas where id = any($1)"#,
        ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name, row.is_constituency)).collect())
}
