//! Who of the staff is signed in, where.

use jiff::{SignedDuration, Timestamp};

use super::{Db, sql};
use crate::domain::{
    limits,
    staff::{Role, StaffId},
};

/// The hash of a session's token: what the database has of it.
pub type TokenHash = [u8; 32];

/// A session that is good.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub staff: StaffId,
    /// The name.
    pub name: String,
    /// What they are, as of now.
    pub role: Role,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
    /// What was done last, to be said on the next page; may be empty.
    pub notice: String,
}

/// The session with this token, unless it has ended: nobody was seen in it for [`limits::SESSION_IDLE_MINUTES`], it is
/// older than [`limits::SESSION_HOURS`], or the account is closed. Notes that it was seen.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, token: &TokenHash, now: Timestamp) -> sqlx::Result<Option<Session>> {
    let row = sqlx::query!(
        r#"select s.id, s.staff_id, s.seen_at, s.proved_at, s.notice, m.name, m.role
           from staff_sessions s join staff m on m.id = s.staff_id
           where s.token_hash = $1 and s.seen_at > $2 and s.began_at > $3 and m.disabled_at is null"#,
        &token[..],
        sql(now - SignedDuration::from_mins(limits::SESSION_IDLE_MINUTES)) as _,
        sql(now - SignedDuration::from_hours(limits::SESSION_HOURS)) as _,
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    // To the minute: a page a second is no reason to write as often.
    if now.duration_since(row.seen_at.to_jiff()) >= SignedDuration::from_mins(1) {
        sqlx::query!("update staff_sessions set seen_at = $2 where id = $1", row.id, sql(now) as _).execute(db).await?;
    }
    Ok(Some(Session {
        id: row.id,
        staff: StaffId(row.staff_id),
        name: row.name,
        role: row.role,
        proved_at: row.proved_at.to_jiff(),
        notice: row.notice,
    }))
}

/// Notes what is to be said on the next page of a session.
///
/// # Errors
/// When the database fails.
pub async fn say(db: &mut Db, session: i64, notice: &str) -> sqlx::Result<()> {
    sqlx::query!("update staff_sessions set notice = $2 where id = $1", session, notice).execute(db).await?;
    Ok(())
}
