//! Tries to sign in that were refused, counted by the hour until they are written into the log as one line.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::types::Json;

use super::{Db, sql};

/// How many tries were refused for which reason.
pub type Reasons = BTreeMap<String, i64>;

/// Counts a try. Says whether it is the first of this hour.
///
/// # Errors
/// When the database fails.
pub async fn add(db: &mut Db, hour: Timestamp, about: &str, reason: &str) -> sqlx::Result<bool> {
    let first = sqlx::query_scalar!(
        r#"insert into refused_sign_ins as r (hour, about, reasons) values ($1, $2, jsonb_build_object($3::text, 1))
           on conflict (hour, about) do update set
               reasons = r.reasons || jsonb_build_object($3::text, coalesce((r.reasons ->> $3)::bigint, 0) + 1)
           returning xmax = 0 as "first!""#,
        sql(hour) as _,
        about,
        reason,
    );
    first.fetch_one(db).await
}

/// Whether one more network can be counted by itself in this hour: it is known, or there are fewer than `most`.
///
/// # Errors
/// When the database fails.
pub async fn has_room(db: &mut Db, hour: Timestamp, network: &str, most: i64) -> sqlx::Result<bool> {
    let room = sqlx::query_scalar!(
        r#"select exists (select 1 from refused_sign_ins where hour = $1 and about = $2)
               or (select count(*) from refused_sign_ins where hour = $1 and starts_with(about, 'network ')) < $3 as "room!""#,
        sql(hour) as _,
        network,
        most,
    );
    room.fetch_one(db).await
}

/// Takes what was counted in hours before this one: about what, in which hour, and how many.
///
/// # Errors
/// When the database fails.
pub async fn take_before(db: &mut Db, hour: Timestamp) -> sqlx::Result<Vec<(Timestamp, String, Reasons)>> {
    let rows = sqlx::query!(
        r#"delete from refused_sign_ins where hour < $1
           returning hour, about, reasons as "reasons: Json<Reasons>""#,
        sql(hour) as _,
    );
    let mut taken: Vec<_> =
        rows.fetch_all(db).await?.into_iter().map(|row| (row.hour.to_jiff(), row.about, row.reasons.0)).collect();
    taken.sort();
    Ok(taken)
}
