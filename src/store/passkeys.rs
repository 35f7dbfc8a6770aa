//! Passkeys of staff: public keys, and the names by which their owners know them.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::Timestamp as SqlTimestamp;
use serde_json::Value;

use super::{Db, sql};
use crate::domain::staff::StaffId;

/// A passkey.
#[derive(Clone, Debug)]
pub struct StoredPasskey {
    /// Its number.
    pub id: i32,
    /// What its owner calls it.
    pub name: String,
    /// As the library has it.
    pub passkey: Value,
    /// When it was added.
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    pub used_at: Option<Timestamp>,
}

/// The passkeys of an account, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &mut Db, staff: StaffId) -> sqlx::Result<Vec<StoredPasskey>> {
    let rows = sqlx::query!(
        "select id, name, passkey, created_at, used_at from staff_passkeys where staff_id = $1 order by id",
        staff.0
    )
    .fetch_all(db)
    .await?;
    let passkeys = rows.into_iter().map(|row| StoredPasskey {
        id: row.id,
        name: row.name,
        passkey: row.passkey,
        created_at: row.created_at.to_jiff(),
        used_at: row.used_at.map(SqlTimestamp::to_jiff),
    });
    Ok(passkeys.collect())
}

/// Adds a passkey; `false` if it is known already.
///
/// # Errors
/// When the database fails.
pub async fn add(
    db: &mut Db,
    staff: StaffId,
    credential: &[u8],
    passkey: &Value,
    name: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into staff_passkeys (staff_id, credential_id, passkey, name, created_at) values ($1, $2, $3, $4, $5)
         on conflict (credential_id) do nothing",
        staff.0,
        credential,
        passkey,
        name,
        sql(now) as _,
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Removes a passkey of an account; says its name.
///
/// # Errors
/// When the database fails.
pub async fn remove(db: &mut Db, staff: StaffId, id: i32) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("delete from staff_passkeys where staff_id = $1 and id = $2 returning name", staff.0, id)
        .fetch_optional(db)
        .await
}

/// Removes all passkeys of an account; says how many.
///
/// # Errors
/// When the database fails.
pub async fn remove_all(db: &mut Db, staff: StaffId) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from staff_passkeys where staff_id = $1", staff.0);
    Ok(done.execute(db).await?.rows_affected())
}

/// The passkey with this credential of the account with this handle, held.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, handle: &str, credential: &[u8]) -> sqlx::Result<Option<(StaffId, i32, Value)>> {
    let row = sqlx::query!(
        "select k.id, k.staff_id, k.passkey from staff_passkeys k join staff m on m.id = k.staff_id
         where k.credential_id = $2 and m.passkey_handle::text = $1 for update of k",
        handle,
        credential,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (StaffId(row.staff_id), row.id, row.passkey)))
}

/// Notes that somebody has signed in with a passkey, and what it has counted.
///
/// # Errors
/// When the database fails.
pub async fn used(db: &mut Db, id: i32, passkey: &Value, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update staff_passkeys set passkey = $2, used_at = $3 where id = $1", id, passkey, sql(now) as _)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes the answer to a question; `false` if it has been answered before.
///
/// # Errors
/// When the database fails.
pub async fn use_challenge(db: &mut Db, hash: &[u8], now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into staff_used_challenges (challenge_hash, used_at) values ($1, $2) on conflict do nothing",
        hash,
        sql(now) as _,
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Forgets questions that nobody could answer any more; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_challenges(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from staff_used_challenges where used_at < $1",
        sql(now - SignedDuration::from_hours(24)) as _
    );
    Ok(done.execute(db).await?.rows_affected())
}
