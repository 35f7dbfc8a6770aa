//! Petitions that are about the same thing: as pages show them, and what the comparing remembers.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};

use super::Db;
use crate::domain::{
    likeness::{Alike, Text, Weights},
    limits,
    petition::{PetitionId, PetitionState},
};

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

/// The open petitions that are most like this one, most similar first, with their present counts.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: PetitionId, now: Timestamp) -> sqlx::Result<Vec<Related>> {
    let rows = sqlx::query!(
        "select p.id, p.action, t.signature_count
         from related_petitions r
         join petitions p on p.id = r.related_id and p.state = 'open' and p.closes_at > $2
         join petition_totals t on t.petition_id = p.id
         where r.petition_id = $1
         order by r.likeness desc, r.related_id
         limit $3",
        id.get(),
        super::sql(now),
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

/// A petition that is about the same thing, in whatever state, with what became of it.
#[derive(Clone, Debug)]
pub struct Similar {
    /// Its number.
    pub id: PetitionId,
    /// Its words.
    pub words: Words,
    /// Its state.
    pub state: PetitionState,
    /// How many signed.
    pub signature_count: u32,
    /// Why it was refused.
    pub reason: Option<String>,
    /// When the Government answered.
    pub responded_on: Option<Date>,
    /// What it answered, in short.
    pub response_summary: Option<String>,
    /// When, or whether, it was debated.
    pub debated: Option<(bool, Option<Date>)>,
    /// How much it is alike, from 0 to 1.
    pub likeness: f32,
    /// Words that it shares, most telling first; filled in by whoever compares.
    pub shared: Vec<String>,
}

/// The words of a petition, kept.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// What it asks for.
    pub action: String,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub additional_details: String,
}

impl Words {
    /// The same, as they are compared.
    pub fn text(&self) -> Text<'_> {
        Text { action: &self.action, background: &self.background, additional_details: &self.additional_details }
    }
}

/// These petitions in this order, as they stand now.
///
/// # Errors
/// When the database fails.
pub async fn describe(db: &mut Db, alike: &[Alike]) -> sqlx::Result<Vec<Similar>> {
    let ids: Vec<i64> = alike.iter().map(|alike| alike.id.get()).collect();
    let likenesses: Vec<f32> = alike.iter().map(|alike| alike.likeness).collect();
    let rows = sqlx::query!(
        r#"select p.id, p.action, p.background, p.additional_details, p.state, t.signature_count,
               w.likeness as "likeness!", n.title as "reason?", g.responded_on as "responded_on?", g.summary as "response_summary?",
               d.debated as "debated?", d.debated_on
           from unnest($1::bigint[], $2::real[]) with ordinality w (id, likeness, position)
           join petitions p on p.id = w.id
           join petition_totals t on t.petition_id = p.id
           left join rejections j on j.petition_id = p.id
           left join rejection_reasons n on n.code = j.code
           left join government_responses g on g.petition_id = p.id
           left join debates d on d.petition_id = p.id
           order by w.position"#,
        &ids,
        &likenesses
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Similar {
            id: row.id.into(),
            words: Words { action: row.action, background: row.background, additional_details: row.additional_details },
            state: row.state,
            signature_count: row.signature_count.try_into().unwrap_or(0),
            reason: row.reason,
            responded_on: row.responded_on.map(|on| on.to_jiff()),
            response_summary: row.response_summary,
            debated: row.debated.map(|debated| (debated, row.debated_on.map(|on| on.to_jiff()))),
            likeness: row.likeness,
            shared: Vec::new(),
        })
        .collect())
}

/// On what the comparing is based.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Grows when everything is compared anew.
    pub number: i64,
    /// The method by which it was compared.
    pub method: String,
    /// How many petitions there were when words were counted.
    pub petitions: i32,
}

/// On what the comparing is based now.
///
/// # Errors
/// When the database fails.
pub async fn basis(db: &mut Db) -> sqlx::Result<Basis> {
    sqlx::query_as!(Basis, "select number, method, petitions from relating_basis").fetch_one(db).await
}

/// How much words say.
///
/// # Errors
/// When the database fails.
pub async fn weights(db: &mut Db, basis: &Basis) -> sqlx::Result<Weights> {
    let rows = sqlx::query!("select word, petitions from telling_words").fetch_all(db).await?;
    let with: HashMap<String, u32> =
        rows.into_iter().map(|row| (row.word, row.petitions.try_into().unwrap_or(0))).collect();
    Ok(Weights::new(basis.petitions.try_into().unwrap_or(0), with))
}

/// Puts comparing on a new basis: this method, so many petitions, so many with each word. All are to be related anew.
///
/// # Errors
/// When the database fails.
pub async fn put_on_basis(db: &mut Db, method: &str, petitions: i32, words: &[(String, i32)]) -> sqlx::Result<()> {
    sqlx::query!("delete from telling_words").execute(&mut *db).await?;
    for words in words.chunks(10_000) {
        let (words, counts): (Vec<String>, Vec<i32>) = words.iter().cloned().unzip();
        sqlx::query!(
            "insert into telling_words (word, petitions) select * from unnest($1::text[], $2::integer[])",
            &words,
            &counts
        )
        .execute(&mut *db)
        .await?;
    }
    sqlx::query!("update relating_basis set number = number + 1, method = $1, petitions = $2", method, petitions)
        .execute(&mut *db)
        .await?;
    sqlx::query!("update relatings set related_up_to = null where related_up_to is not null").execute(db).await?;
    Ok(())
}

/// A petition as it is compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// When it changed.
    pub change: i64,
    /// Its number.
    pub id: PetitionId,
    /// Its state.
    pub state: PetitionState,
    /// Its words.
    pub words: Words,
}

/// What has changed since a change, in the order of changes; no more than `most`.
///
/// # Errors
/// When the database fails.
pub async fn changed_since(db: &mut Db, change: i64, most: i64) -> sqlx::Result<Vec<Compared>> {
    let rows = sqlx::query!(
        "select r.change, p.id, p.state as \"state: PetitionState\", p.action, p.background, p.additional_details
         from relatings r join petitions p on p.id = r.petition_id
         where r.change > $1 order by r.change limit $2",
        change,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Compared {
            change: row.change,
            id: row.id.into(),
            state: row.state,
            words: Words { action: row.action, background: row.background, additional_details: row.additional_details },
        })
        .collect())
}

/// The words of one petition.
///
/// # Errors
/// When the database fails.
pub async fn words(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<Words>> {
    sqlx::query_as!(Words, "select action, background, additional_details from petitions where id = $1", id.get())
        .fetch_optional(db)
        .await
}

/// How many petitions there are in these states.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &mut Db, states: &[PetitionState]) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from petitions where state = any($1)"#,
        states as &[PetitionState]
    )
    .fetch_one(db)
    .await
}

/// Takes petitions whose text or state has changed from those that are to be related, no more than `most`: nothing is related
/// to them any more, and they are to be related anew. Those that have too few left, though there would be more, are so, too.
/// Says how many changes were taken.
///
/// # Errors
/// When the database fails.
pub async fn take_changes(db: &mut Db, most: i64) -> sqlx::Result<u64> {
    let taken = sqlx::query_scalar!(
        "delete from petitions_to_relate where id in (select id from petitions_to_relate order by id limit $1)
         returning petition_id",
        most
    )
    .fetch_all(&mut *db)
    .await?;
    if taken.is_empty() {
        return Ok(0);
    }
    sqlx::query!(
        "insert into relatings (petition_id)
         select id from petitions where id = any($1) order by id
         on conflict (petition_id) do update
         set change = nextval('relating_changes'), related_up_to = null",
        &taken
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "with gone as (
             delete from related_petitions where related_id = any($1) returning petition_id
         ), short as (
             select petition_id from gone group by petition_id
             having $2 > (select count(*) from related_petitions r where r.petition_id = gone.petition_id) - count(*)
         )
         update relatings set related_up_to = null
         where has_more and petition_id in (select petition_id from short)",
        &taken,
        limits::RELATED_LEAST
    )
    .execute(db)
    .await?;
    Ok(taken.len() as u64)
}

/// Petitions that are to be related, by number from after this one, no more than `most`.
///
/// # Errors
/// When the database fails.
pub async fn to_relate(db: &mut Db, after: i64, most: i64) -> sqlx::Result<Vec<Compared>> {
    let rows = sqlx::query!(
        "select r.change, p.id, p.state as \"state: PetitionState\", p.action, p.background, p.additional_details
         from relatings r join petitions p on p.id = r.petition_id
         where r.related_up_to is null and r.petition_id > $1 order by r.petition_id limit $2",
        after,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Compared {
            change: row.change,
            id: row.id.into(),
            state: row.state,
            words: Words { action: row.action, background: row.background, additional_details: row.additional_details },
        })
        .collect())
}

/// The change up to which all that are related have been compared; `None`: none is related.
///
/// # Errors
/// When the database fails.
pub async fn all_related_up_to(db: &mut Db) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("select min(related_up_to) from relatings").fetch_one(db).await
}

/// What was found for a petition.
#[derive(Clone, Debug)]
pub struct Found {
    /// The petition.
    pub id: PetitionId,
    /// The open petitions that are most like it.
    pub related: Vec<Alike>,
    /// Whether there are more than these.
    pub has_more: bool,
}

/// Keeps what was found for petitions, instead of what was known, among all as they were at a change.
///
/// # Errors
/// When the database fails.
pub async fn keep(db: &mut Db, found: &[Found], up_to: i64) -> sqlx::Result<()> {
    let ids: Vec<i64> = found.iter().map(|found| found.id.get()).collect();
    let has_more: Vec<bool> = found.iter().map(|found| found.has_more).collect();
    sqlx::query!("delete from related_petitions where petition_id = any($1)", &ids).execute(&mut *db).await?;
    let rows = found.iter().flat_map(|found| found.related.iter().map(|related| (found.id.get(), related)));
    let (mut petitions, mut related, mut likenesses) = (Vec::new(), Vec::new(), Vec::new());
    for (petition, alike) in rows {
        petitions.push(petition);
        related.push(alike.id.get());
        likenesses.push(alike.likeness);
    }
    sqlx::query!(
        "insert into related_petitions (petition_id, related_id, likeness)
         select * from unnest($1::bigint[], $2::bigint[], $3::real[])",
        &petitions,
        &related,
        &likenesses
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update relatings r set related_up_to = $3, has_more = f.has_more
         from unnest($1::bigint[], $2::boolean[]) f (id, has_more) where r.petition_id = f.id",
        &ids,
        &has_more,
        up_to
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds an open petition to those that are related to others, wherever it belongs among the first of them and was not
/// compared yet.
///
/// # Errors
/// When the database fails.
pub async fn keep_for_others(db: &mut Db, id: PetitionId, change: i64, others: &[Alike]) -> sqlx::Result<()> {
    let ids: Vec<i64> = others.iter().map(|other| other.id.get()).collect();
    let likenesses: Vec<f32> = others.iter().map(|other| other.likeness).collect();
    // Where not all are kept it is unknown what comes after the last: it belongs there only if it is before that.
    let added = sqlx::query_scalar!(
        "insert into related_petitions (petition_id, related_id, likeness)
         select r.petition_id, $1, n.likeness
         from unnest($3::bigint[], $4::real[]) n (id, likeness)
         join relatings r on r.petition_id = n.id and r.related_up_to < $2
         where not r.has_more or n.likeness >= (
             select min(k.likeness) from related_petitions k where k.petition_id = r.petition_id)
         on conflict (petition_id, related_id) do update set likeness = excluded.likeness
         returning petition_id",
        id.get(),
        change,
        &ids,
        &likenesses
    )
    .fetch_all(&mut *db)
    .await?;
    sqlx::query!(
        "with last as (
             delete from related_petitions d using (
                 select petition_id, related_id,
                     row_number() over (partition by petition_id order by likeness desc, related_id) as place
                 from related_petitions where petition_id = any($1)) k
             where k.place > $2 and d.petition_id = k.petition_id and d.related_id = k.related_id
             returning d.petition_id
         )
         update relatings set has_more = true where petition_id in (select petition_id from last)",
        &added,
        limits::RELATED_KEPT
    )
    .execute(db)
    .await?;
    Ok(())
}
