//! When a petition reached its thresholds: stamped once, taken back when the count falls again.

use jiff::Timestamp;

use super::Db;
use crate::domain::{petition::PetitionId, threshold::Thresholds};

/// Stamps the thresholds that petitions have reached, and takes back the stamps of those that they are below again,
/// unless the Government has answered or Parliament has taken it up. Imported petitions are left as published.
/// Says which petitions have changed.
///
/// # Errors
/// When the database fails.
pub async fn settle(
    db: &mut Db,
    petitions: &[PetitionId],
    thresholds: Thresholds,
    now: Timestamp,
) -> sqlx::Result<Vec<PetitionId>> {
    let rows = sqlx::query!(
        "with stamps as (
             select p.id,
                 case when t.signature_count >= $2 then coalesce(p.response_threshold_reached_at, $4)
                      when p.government_response_at is not null then p.response_threshold_reached_at end as response,
                 case when t.signature_count >= $3 then coalesce(p.debate_threshold_reached_at, $4)
                      when p.debate_scheduled_on is not null or p.debate_outcome_at is not null
                          then p.debate_threshold_reached_at end as debate
             from petitions p join petition_totals t on t.petition_id = p.id
             where p.id = any($1) and p.source_url is null
         )
         update petitions p
         set response_threshold_reached_at = s.response, debate_threshold_reached_at = s.debate
         from stamps s
         where s.id = p.id
             and (p.response_threshold_reached_at, p.debate_threshold_reached_at) is distinct from (s.response, s.debate)
         returning p.id",
        &petitions.iter().map(|petition| petition.get()).collect::<Vec<_>>(),
        i32::try_from(thresholds.response).unwrap_or(i32::MAX),
        i32::try_from(thresholds.debate).unwrap_or(i32::MAX),
        super::sql(now)
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.id.into()).collect())
}

/// Which of these petitions reached the threshold for a response in this very moment, and which that for a debate.
///
/// # Errors
/// When the database fails.
pub async fn reached(
    db: &mut Db,
    petitions: &[PetitionId],
    now: Timestamp,
) -> sqlx::Result<(Vec<PetitionId>, Vec<PetitionId>)> {
    let rows = sqlx::query!(
        r#"select id, (response_threshold_reached_at = $2) is true as "response!",
               (debate_threshold_reached_at = $2) is true as "debate!"
           from petitions where id = any($1) order by id"#,
        &petitions.iter().map(|petition| petition.get()).collect::<Vec<_>>(),
        super::sql(now) as _
    )
    .fetch_all(db)
    .await?;
    let response = rows.iter().filter(|row| row.response).map(|row| row.id.into()).collect();
    Ok((response, rows.iter().filter(|row| row.debate).map(|row| row.id.into()).collect()))
}

/// Petitions whose stamps are not those that thresholds want: `most` of those after one, in the order of their numbers.
///
/// # Errors
/// When the database fails.
pub async fn unsettled(db: &mut Db, thresholds: Thresholds, after: i64, most: i64) -> sqlx::Result<Vec<PetitionId>> {
    let rows = sqlx::query!(
        "select p.id
         from petitions p join petition_totals t on t.petition_id = p.id
         where p.source_url is null and p.id > $3 and (
             (t.signature_count >= $1) <> (p.response_threshold_reached_at is not null)
                 and (t.signature_count >= $1 or p.government_response_at is null)
             or (t.signature_count >= $2) <> (p.debate_threshold_reached_at is not null)
                 and (t.signature_count >= $2 or (p.debate_scheduled_on is null and p.debate_outcome_at is null)))
         order by p.id limit $4",
        i32::try_from(thresholds.response).unwrap_or(i32::MAX),
        i32::try_from(thresholds.debate).unwrap_or(i32::MAX),
        after,
        most,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.id.into()).collect())
}
