//! Signatures that staff took out of the count or put back: by day, as the petition's page says of them; and what was put
//! back by minute, since it is nothing new.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;

use super::{Db, tallies::Line};
use crate::domain::{deadline, petition::PetitionId, signature::LedgerReason};

/// Signatures of one day and reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The day in London.
    pub on: Date,
    /// Set aside, taken out, or put back.
    pub reason: LedgerReason,
    /// How many.
    pub signatures: u32,
}

/// Adds those among the lines of the ledger that staff are the cause of, or the protection against fraud. The caller
/// holds the totals ([`super::tallies::hold`]).
///
/// # Errors
/// When the database fails.
pub async fn add(db: &mut Db, lines: &[Line], now: Timestamp) -> sqlx::Result<()> {
    let mut sums: BTreeMap<(i64, &str), (LedgerReason, i32)> = BTreeMap::new();
    for line in lines {
        if matches!(line.reason, LedgerReason::Quarantined | LedgerReason::Invalidated | LedgerReason::Reinstated) {
            sums.entry((line.petition.get(), line.reason.code())).or_insert((line.reason, 0)).1 += 1;
        }
    }
    if sums.is_empty() {
        return Ok(());
    }
    let petitions: Vec<i64> = sums.keys().map(|(petition, _)| *petition).collect();
    let (reasons, counts): (Vec<LedgerReason>, Vec<i32>) = sums.into_values().unzip();
    sqlx::query!(
        "insert into removals as r (petition_id, day, reason, signatures)
         select petition_id, $1, reason, signatures
         from unnest($2::bigint[], $3::ledger_reason[], $4::int[]) as i (petition_id, reason, signatures)
         on conflict (petition_id, day, reason) do update set signatures = r.signatures + excluded.signatures",
        deadline::day(now).to_sqlx() as _,
        &petitions,
        &reasons as _,
        &counts
    )
    .execute(&mut *db)
    .await?;
    let mut put_back: BTreeMap<i64, i32> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.reason == LedgerReason::Reinstated) {
        *put_back.entry(line.petition.get()).or_default() += 1;
    }
    let (petitions, counts): (Vec<i64>, Vec<i32>) = put_back.into_iter().unzip();
    sqlx::query!(
        "insert into put_backs as b (petition_id, starts_at, signatures)
         select petition_id, date_trunc('minute', $1::timestamptz, 'UTC'), signatures
         from unnest($2::bigint[], $3::int[]) as i (petition_id, signatures)
         on conflict (petition_id, starts_at) do update set signatures = b.signatures + excluded.signatures",
        super::sql(now),
        &petitions,
        &counts
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The minutes in which signatures of a petition were put back, in order, and how many.
///
/// # Errors
/// When the database fails.
pub async fn put_back(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<(Timestamp, u32)>> {
    let rows = sqlx::query!(
        "select starts_at, signatures from put_backs where petition_id = $1::bigint order by starts_at",
        id.get()
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.starts_at.to_jiff(), row.signatures.unsigned_abs())).collect())
}

/// Those of a petition, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Removal>> {
    let rows = sqlx::query!(
        r#"select day as "day: jiff_sqlx::Date", reason as "reason: LedgerReason", signatures
           from removals where petition_id = $1::bigint and signatures > 0 order by day, reason"#,
        id.get()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Removal { on: row.day.to_jiff(), reason: row.reason, signatures: row.signatures.unsigned_abs() })
        .collect())
}
