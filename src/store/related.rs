//! Which open petitions are about the same thing.

use jiff::Timestamp;

use super::Db;
use crate::domain::{limits, petition::PetitionId};

/// A related petition, as the petition page lists it.
#[derive(Clone, Debug)]
pub struct Related {
    /// Its number.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// How many signed.
    pub signature_count: u32,
}

/// How alike two petitions must be to be called related, from 0 to 1.
const ALIKE: f64 = 0.08;

/// Up to five open petitions that are most like this one, most similar first.
///
/// Alike means that they share telling words: the cosine of the angle between the two petitions' stems, each weighed
/// with ln((petitions + 1) / (petitions with it + 0.5)), twice that in an action (inverse document frequency, Spärck
/// Jones 1972; vector space model, Salton 1975). Below [`ALIKE`] it is chance.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: PetitionId, now: Timestamp) -> sqlx::Result<Vec<PetitionId>> {
    let ids = sqlx::query_scalar!(
        r#"with size as (
               select greatest(count(*), 1) + 1.0::float8 as petitions from petitions where state = 'open'
           ), own as (
               select s.lexeme, ln(z.petitions / (coalesce(w.petitions, 0) + 0.5))
                   * case when s.weights[1] = 'A' then 2 else 1 end as weight
               from petitions p cross join lateral unnest(p.search) s cross join size z
               left join open_petition_stems w on w.stem = s.lexeme
               where p.id = $1
           ), telling as (
               select string_agg(quote_literal(lexeme), ' | ')::tsquery as query
               from (select lexeme from own order by weight desc, lexeme limit 30) best
           ), candidates as (
               select c.id, c.search from petitions c, telling
               where c.state = 'open' and c.closes_at > $4 and c.id <> $1 and c.search @@ telling.query
               order by ts_rank(c.search, telling.query) desc, c.id
               limit 100
           ), alike as (
               select c.id, sum(o.weight * k.weight) / sqrt(sum(k.weight ^ 2) * (select sum(weight ^ 2) from own)) as similarity
               from candidates c
               cross join lateral (
                   select s.lexeme, ln(z.petitions / (coalesce(w.petitions, 0) + 0.5))
                       * case when s.weights[1] = 'A' then 2 else 1 end as weight
                   from unnest(c.search) s cross join size z
                   left join open_petition_stems w on w.stem = s.lexeme
               ) k
               left join own o on o.lexeme = k.lexeme
               group by c.id
           )
           select a.id from alike a
           where a.similarity >= $3
           order by a.similarity desc, a.id
           limit $2"#,
        id.get(),
        limits::RELATED,
        ALIKE,
        super::sql(now)
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// These petitions, in this order, with their present counts; those that are open no more are left out.
///
/// # Errors
/// When the database fails.
pub async fn load(db: &mut Db, ids: &[PetitionId]) -> sqlx::Result<Vec<Related>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    let rows = sqlx::query!(
        "select p.id, p.action, t.signature_count
         from unnest($1::bigint[]) with ordinality wanted (id, position)
         join petitions p on p.id = wanted.id and p.state = 'open'
         join petition_totals t on t.petition_id = p.id
         order by wanted.position",
        &ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Related {
            id: row.id.into(),
            action: row.action,
            signature_count: row.signature_count.try_into().unwrap_or(0),
        })
        .collect())
}
