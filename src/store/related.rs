//! Which open petitions are about the same thing.

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

/// Up to five open petitions that share the most telling words with this one, most similar first.
///
/// A word tells the more the fewer open petitions use it: each shared stem adds ln(petitions / petitions with it),
/// times 3 where it stands in this petition's action and times 2 where it stands in the other's (inverse document
/// frequency, as in Spärck Jones 1972). Petitions that share less than one rare word in an action are left out.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Related>> {
    let rows = sqlx::query!(
        r#"with open as (
               select greatest(count(*), 1)::float8 as petitions from petitions where state = 'open'
           ), stems as (
               select s.lexeme, s.weights[1] = 'A' as in_action,
                   ln((o.petitions + 1) / (coalesce(w.petitions, 0) + 0.5)) as weight
               from petitions p cross join lateral unnest(p.search) s cross join open o
               left join open_petition_stems w on w.stem = s.lexeme
               where p.id = $1
           ), telling as (
               select lexeme, in_action, weight from stems where weight > 0.7
               order by weight * case when in_action then 3 else 1 end desc, lexeme limit 40
           ), candidates as (
               select c.id, c.action, c.search from petitions c
               where c.state = 'open' and c.id <> $1
                 and c.search @@ (select string_agg('''' || replace(lexeme, '''', '''''') || '''', ' | ')::tsquery
                                  from telling)
               order by ts_rank(c.search, (select string_agg('''' || replace(lexeme, '''', '''''') || '''', ' | ')::tsquery
                                           from telling)) desc, c.id
               limit 100
           ), scored as (
               select c.id, c.action,
                   sum(t.weight * case when t.in_action then 3 else 1 end
                                * case when s.weights[1] = 'A' then 2 else 1 end) as score
               from candidates c cross join lateral unnest(c.search) s join telling t on t.lexeme = s.lexeme
               group by c.id, c.action
           )
           select s.id as "id!", s.action as "action!", t.signature_count
           from scored s join petition_totals t on t.petition_id = s.id
           where s.score >= 6
           order by s.score desc, s.id
           limit $2"#,
        id.get(),
        limits::RELATED
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
