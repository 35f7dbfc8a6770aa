//! Who of the staff is signed in, where.

use jiff::{SignedDuration, Timestamp};

use super::{Db, sql};
use crate::domain::{
    limits,
    staff::{Role, StaffId},
};

/// The hash of a session's token: what the database has of it.
pub type TokenHash = [u8; 32];

/// What the database has of a token. A token has 256 bits of chance, so a plain hash hides it.
pub fn hash_of(token: &str) -> TokenHash {
    *blake3::hash(token.as_bytes()).as_bytes()
}

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

/// How somebody has signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// With password and code.
    Password,
    /// With password and recovery code.
    RecoveryCode,
    /// With a passkey.
    Passkey,
    /// At the provider of single sign-on.
    SingleSignOn,
    /// By accepting an invitation.
    Invitation,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Password, Self::RecoveryCode, Self::Passkey, Self::SingleSignOn, Self::Invitation];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::RecoveryCode => "recovery_code",
            Self::Passkey => "passkey",
            Self::SingleSignOn => "single_sign_on",
            Self::Invitation => "invitation",
        }
    }

    /// How it is said: "with a passkey".
    pub fn words(self) -> &'static str {
        match self {
            Self::Password => "with password and code",
            Self::RecoveryCode => "with password and recovery code",
            Self::Passkey => "with a passkey",
            Self::SingleSignOn => "by single sign-on",
            Self::Invitation => "by an invitation",
        }
    }
}

/// A session that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// The hash of its token.
    pub token: &'a TokenHash,
    /// Whose it is.
    pub staff: StaffId,
    /// How they signed in.
    pub way: Way,
    /// From where.
    pub address: Option<std::net::IpAddr>,
    /// The program, as it calls itself.
    pub agent: &'a str,
}

/// Begins a session; says its number.
///
/// # Errors
/// When the database fails.
pub async fn begin(db: &mut Db, new: NewSession<'_>, now: Timestamp) -> sqlx::Result<i64> {
    let agent: String = new.agent.chars().take(400).collect();
    sqlx::query_scalar!(
        "insert into staff_sessions (token_hash, staff_id, way, began_at, seen_at, proved_at, address, agent)
         values ($1, $2, $3, $4, $4, $4, $5::text::inet, $6) returning id",
        &new.token[..],
        new.staff.0,
        new.way.code(),
        sql(now) as _,
        new.address.map(|address| address.to_string()),
        agent,
    )
    .fetch_one(db)
    .await
}

/// Notes that somebody has proved once more who they are.
///
/// # Errors
/// When the database fails.
pub async fn prove(db: &mut Db, session: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update staff_sessions set proved_at = $2 where id = $1", session, sql(now) as _).execute(db).await?;
    Ok(())
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// Its number.
    pub id: i64,
    /// How somebody signed in.
    pub way: Way,
    /// When.
    pub began_at: Timestamp,
    /// When somebody was last seen in it.
    pub seen_at: Timestamp,
    /// From where.
    pub address: String,
    /// The program, as it calls itself.
    pub agent: String,
}

/// The open sessions of an account, the one used last first.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &mut Db, staff: StaffId, now: Timestamp) -> sqlx::Result<Vec<OpenSession>> {
    let rows = sqlx::query!(
        r#"select id, way, began_at, seen_at, coalesce(host(address), '') as "address!", agent from staff_sessions
           where staff_id = $1 and seen_at > $2 and began_at > $3 order by seen_at desc, id desc"#,
        staff.0,
        sql(now - SignedDuration::from_mins(limits::SESSION_IDLE_MINUTES)) as _,
        sql(now - SignedDuration::from_hours(limits::SESSION_HOURS)) as _,
    )
    .fetch_all(db)
    .await?;
    let sessions = rows.into_iter().map(|row| OpenSession {
        id: row.id,
        way: Way::ALL.into_iter().find(|way| way.code() == row.way).unwrap_or(Way::Password),
        began_at: row.began_at.to_jiff(),
        seen_at: row.seen_at.to_jiff(),
        address: row.address,
        agent: row.agent,
    });
    Ok(sessions.collect())
}

/// Ends the session with this token; says whose it was.
///
/// # Errors
/// When the database fails.
pub async fn end(db: &mut Db, token: &TokenHash) -> sqlx::Result<Option<StaffId>> {
    let ended = sqlx::query_scalar!("delete from staff_sessions where token_hash = $1 returning staff_id", &token[..]);
    Ok(ended.fetch_optional(db).await?.map(StaffId))
}

/// Ends one session of an account; `false` if it has none such.
///
/// # Errors
/// When the database fails.
pub async fn end_one(db: &mut Db, staff: StaffId, session: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from staff_sessions where staff_id = $1 and id = $2", staff.0, session);
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Ends all sessions of an account but one; says how many.
///
/// # Errors
/// When the database fails.
pub async fn end_all(db: &mut Db, staff: StaffId, but: Option<i64>) -> sqlx::Result<u64> {
    let done =
        sqlx::query!("delete from staff_sessions where staff_id = $1 and id is distinct from $2::bigint", staff.0, but);
    Ok(done.execute(db).await?.rows_affected())
}

/// Forgets sessions that have ended by themselves; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from staff_sessions where seen_at <= $1 or began_at <= $2",
        sql(now - SignedDuration::from_mins(limits::SESSION_IDLE_MINUTES)) as _,
        sql(now - SignedDuration::from_hours(limits::SESSION_HOURS)) as _,
    );
    Ok(done.execute(db).await?.rows_affected())
}
