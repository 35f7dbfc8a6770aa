//! Petitions of any size: the sample's main petition with other numbers, so that nothing else differs.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgPool;
use undersigned::{
    actions::import_petition::import_petition,
    dev::sample,
    domain::{deadline, history::Reading, petition::PetitionId, record::PetitionRecord},
};

/// The sample's main petition, as the site has it.
pub async fn main_petition(database: &PgPool, now: Timestamp) -> anyhow::Result<PetitionId> {
    let id: i64 = sqlx::query_scalar("select id from petitions where action = $1 order by id limit 1")
        .bind(main_record(now)?.action)
        .fetch_one(database)
        .await?;
    Ok(id.into())
}

/// Adds an open petition with so many signatures, collected in so many hours.
pub async fn add(database: &PgPool, signatures: u32, hours: i64, now: Timestamp) -> anyhow::Result<PetitionId> {
    let record = record(signatures, hours, now)?;
    let (id, _) = import_petition(&mut *database.acquire().await?, &record, now).await?;
    Ok(id)
}

/// Tells the site that petitions have changed, which ends the life of the pages it keeps of them.
pub async fn touch(database: &PgPool, ids: &[PetitionId]) -> anyhow::Result<()> {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    sqlx::query("update petitions set updated_at = updated_at where id = any($1)").bind(ids).execute(database).await?;
    Ok(())
}

fn main_record(now: Timestamp) -> anyhow::Result<PetitionRecord> {
    sample::petitions(now).into_iter().next().context("there are no sample petitions")
}

fn record(signatures: u32, hours: i64, now: Timestamp) -> anyhow::Result<PetitionRecord> {
    let mut record = main_record(now)?;
    let scale = f64::from(signatures) / f64::from(record.signature_count);
    let scaled = |count: u32| (f64::from(count) * scale) as u32;
    record.places.constituencies.iter_mut().for_each(|part| part.count = scaled(part.count));
    record.places.countries.iter_mut().for_each(|part| part.count = scaled(part.count));
    record.places.constituencies.retain(|part| part.count > 0);
    record.places.countries.retain(|part| part.count > 0);

    let opened_at = now - SignedDuration::from_hours(hours);
    record.signature_count = signatures;
    record.dates.created_at = opened_at - SignedDuration::from_hours(24);
    record.dates.moderation_threshold_reached_at = Some(opened_at - SignedDuration::from_hours(12));
    record.dates.opened_at = Some(opened_at);
    record.dates.closes_at = Some(deadline::end_of_day(deadline::day(now + SignedDuration::from_hours(24 * 10))));
    record.dates.updated_at = now;
    // Fast at first, then slower and slower, and something in every hour if there are enough signatures.
    let grown = |hour: i64| (f64::from(signatures) * (hour as f64 / hours as f64).sqrt()) as u32;
    record.readings = (0..hours)
        .map(|hour| Reading { at: opened_at + SignedDuration::from_hours(hour), count: grown(hour) })
        .collect();
    Ok(record)
}
