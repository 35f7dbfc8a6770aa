//! Settings that staff change while the site runs: one row, whose version grows with every change.

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;

use super::{Db, sql_opt};
use crate::domain::site_settings::SiteSettings;

/// The settings as they stand.
///
/// # Errors
/// When the database fails.
pub async fn settings(db: &mut Db) -> sqlx::Result<SiteSettings> {
    let row = sqlx::query!(
        r#"select version, site_name, response_threshold, debate_threshold, collection_paused_at, petitions_paused_at,
               home_message, petition_message, responses_need_approval, link_hosts, mails_per_minute,
               fold_countries_under, feedback_to
           from site"#
    )
    .fetch_one(db)
    .await?;
    let whole = |number: i32| u32::try_from(number).unwrap_or_default();
    Ok(SiteSettings {
        version: row.version,
        site_name: row.site_name,
        response_threshold: row.response_threshold.map(whole),
        debate_threshold: row.debate_threshold.map(whole),
        collection_paused_at: row.collection_paused_at.map(SqlTimestamp::to_jiff),
        petitions_paused_at: row.petitions_paused_at.map(SqlTimestamp::to_jiff),
        home_message: row.home_message,
        petition_message: row.petition_message,
        responses_need_approval: row.responses_need_approval,
        link_hosts: row.link_hosts,
        mails_per_minute: whole(row.mails_per_minute),
        fold_countries_under: whole(row.fold_countries_under),
        feedback_to: row.feedback_to,
    })
}

/// The same, held until the end of the transaction: nobody else changes them meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn hold(db: &mut Db) -> sqlx::Result<SiteSettings> {
    sqlx::query!("select version from site for update").fetch_one(&mut *db).await?;
    settings(db).await
}

/// The version of the settings.
///
/// # Errors
/// When the database fails.
pub async fn version(db: &mut Db) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select version from site").fetch_one(db).await
}

/// Writes the settings, but for their version, which grows.
///
/// # Errors
/// When the database fails.
pub async fn save(db: &mut Db, settings: &SiteSettings) -> sqlx::Result<()> {
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    sqlx::query!(
        "update site set site_name = $1, response_threshold = $2, debate_threshold = $3, collection_paused_at = $4,
             petitions_paused_at = $5, home_message = $6, petition_message = $7, responses_need_approval = $8,
             link_hosts = $9, mails_per_minute = $10, fold_countries_under = $11, feedback_to = $12",
        settings.site_name,
        settings.response_threshold.map(number),
        settings.debate_threshold.map(number),
        sql_opt(settings.collection_paused_at) as _,
        sql_opt(settings.petitions_paused_at) as _,
        settings.home_message,
        settings.petition_message,
        settings.responses_need_approval,
        settings.link_hosts,
        number(settings.mails_per_minute),
        number(settings.fold_countries_under),
        settings.feedback_to,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has every process read again what goes with the settings.
///
/// # Errors
/// When the database fails.
pub async fn touch(db: &mut Db) -> sqlx::Result<()> {
    sqlx::query!("update site set site_name = site_name").execute(db).await?;
    Ok(())
}

/// Notes that the thresholds have changed, and the stamps of petitions have yet to follow.
///
/// # Errors
/// When the database fails.
pub async fn unsettle_thresholds(db: &mut Db, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update threshold_changes set changed_at = $1", super::sql(now) as _).execute(db).await?;
    Ok(())
}

/// When the thresholds changed; `None`: every petition has been looked at since.
///
/// # Errors
/// When the database fails.
pub async fn thresholds_changed_at(db: &mut Db) -> sqlx::Result<Option<Timestamp>> {
    let at =
        sqlx::query_scalar!(r#"select changed_at as "at: SqlTimestamp" from threshold_changes"#).fetch_one(db).await?;
    Ok(at.map(SqlTimestamp::to_jiff))
}

/// Notes that every petition has been looked at since that change.
///
/// # Errors
/// When the database fails.
pub async fn thresholds_settled(db: &mut Db, changed_at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update threshold_changes set changed_at = null where changed_at = $1", super::sql(changed_at) as _)
        .execute(db)
        .await?;
    Ok(())
}
