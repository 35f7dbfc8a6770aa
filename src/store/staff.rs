//! Staff: their accounts, invitations, and what they sign in with.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::Timestamp as SqlTimestamp;

use super::{Db, sql};
use crate::domain::{
    limits,
    staff::{Role, StaffId},
};

/// An account, as colleagues see it.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// The account.
    pub id: StaffId,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was closed, if it is.
    pub disabled_at: Option<Timestamp>,
    /// When somebody last signed in to it.
    pub signed_in_at: Option<Timestamp>,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether it is known to the provider of single sign-on.
    pub has_single_sign_on: bool,
    /// Until when an invitation is good that has not been accepted.
    pub invited_until: Option<Timestamp>,
    /// Sessions that are open.
    pub sessions: i64,
    /// Passkeys that it has.
    pub passkeys: i64,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
}

/// All accounts, by name; those that are closed last.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &mut Db, now: Timestamp) -> sqlx::Result<Vec<Colleague>> {
    colleagues(db, None, now).await
}

/// An account.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: StaffId, now: Timestamp) -> sqlx::Result<Option<Colleague>> {
    Ok(colleagues(db, Some(id), now).await?.pop())
}

async fn colleagues(db: &mut Db, only: Option<StaffId>, now: Timestamp) -> sqlx::Result<Vec<Colleague>> {
    let rows = sqlx::query!(
        r#"select m.id, m.name, m.email, m.role as "role: Role", m.created_at, m.disabled_at, m.signed_in_at,
               m.password_hash is not null as "has_password!", m.sso_subject is not null as "has_single_sign_on!",
               i.expires_at as "invited_until?",
               (select count(*) from staff_sessions s
                where s.staff_id = m.id and s.seen_at > $2 and s.began_at > $3) as "sessions!",
               (select count(*) from staff_passkeys k where k.staff_id = m.id) as "passkeys!",
               (select count(*) from staff_recovery_codes c
                where c.staff_id = m.id and c.used_at is null) as "recovery_codes!"
           from staff m
           left join staff_invitations i on i.staff_id = m.id and i.accepted_at is null and i.expires_at > $4
           where $1::integer is null or m.id = $1
           order by m.disabled_at is not null, lower(m.name), m.id"#,
        only.map(|id| id.0),
        sql(now - SignedDuration::from_mins(limits::SESSION_IDLE_MINUTES)) as _,
        sql(now - SignedDuration::from_hours(limits::SESSION_HOURS)) as _,
        sql(now) as _,
    )
    .fetch_all(db)
    .await?;
    let colleagues = rows.into_iter().map(|row| Colleague {
        id: StaffId(row.id),
        name: row.name,
        email: row.email,
        role: row.role,
        created_at: row.created_at.to_jiff(),
        disabled_at: row.disabled_at.map(SqlTimestamp::to_jiff),
        signed_in_at: row.signed_in_at.map(SqlTimestamp::to_jiff),
        has_password: row.has_password,
        has_single_sign_on: row.has_single_sign_on,
        invited_until: row.invited_until.map(SqlTimestamp::to_jiff),
        sessions: row.sessions,
        passkeys: row.passkeys,
        recovery_codes: row.recovery_codes,
    });
    Ok(colleagues.collect())
}

/// The account with this address, in whatever case.
///
/// # Errors
/// When the database fails.
pub async fn by_email(db: &mut Db, email: &str) -> sqlx::Result<Option<StaffId>> {
    let id =
        sqlx::query_scalar!("select id from staff where lower(email) = lower($1)", email).fetch_optional(db).await?;
    Ok(id.map(StaffId))
}

/// Makes an account that nobody can sign in to yet; `None` if there is one with this address.
///
/// # Errors
/// When the database fails.
pub async fn add(db: &mut Db, name: &str, email: &str, role: Role, now: Timestamp) -> sqlx::Result<Option<StaffId>> {
    let id = sqlx::query_scalar!(
        "insert into staff (name, email, role, created_at) values ($1, $2, $3, $4)
         on conflict (lower(email)) do nothing returning id",
        name,
        email,
        role as _,
        sql(now) as _,
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(StaffId))
}

/// What an account is signed in to with. Not to be printed.
#[derive(Clone)]
pub struct Credentials {
    /// The account.
    pub id: StaffId,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// Whether nobody may sign in to it.
    pub disabled: bool,
    /// The hash of the password.
    pub password_hash: Option<String>,
    /// What the codes are made from, encrypted.
    pub totp_secret: Option<Vec<u8>>,
    /// The last half minute of which a code was taken.
    pub totp_step: i64,
    /// Who this is to a passkey.
    pub passkey_handle: String,
}

/// What the account with this address, or with this number, is signed in to with.
///
/// # Errors
/// When the database fails.
pub async fn credentials(db: &mut Db, of: Account<'_>) -> sqlx::Result<Option<Credentials>> {
    let (id, email) = match of {
        Account::Number(id) => (Some(id.0), None),
        Account::Email(email) => (None, Some(email)),
    };
    let row = sqlx::query!(
        r#"select id, name, email, role as "role: Role", disabled_at is not null as "disabled!", password_hash,
               totp_secret, totp_step, passkey_handle::text as "passkey_handle!"
           from staff where id = $1 or lower(email) = lower($2)"#,
        id,
        email,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Credentials {
        id: StaffId(row.id),
        name: row.name,
        email: row.email,
        role: row.role,
        disabled: row.disabled,
        password_hash: row.password_hash,
        totp_secret: row.totp_secret,
        totp_step: row.totp_step,
        passkey_handle: row.passkey_handle,
    }))
}

/// How an account is named.
#[derive(Clone, Copy, Debug)]
pub enum Account<'a> {
    /// By its number.
    Number(StaffId),
    /// By its address.
    Email(&'a str),
}

/// Takes a code of a half minute; `false` if one of it, or of a later one, has been taken.
///
/// # Errors
/// When the database fails.
pub async fn use_step(db: &mut Db, id: StaffId, step: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!("update staff set totp_step = $2 where id = $1 and totp_step < $2", id.0, step);
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Whether a recovery code is one of the account's that are left.
///
/// # Errors
/// When the database fails.
pub async fn has_recovery_code(db: &mut Db, id: StaffId, hash: &[u8]) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select true as "found!" from staff_recovery_codes
           where staff_id = $1 and code_hash = $2 and used_at is null"#,
        id.0,
        hash,
    );
    Ok(found.fetch_optional(db).await?.is_some())
}

/// Takes a recovery code; `false` if it is none that is left.
///
/// # Errors
/// When the database fails.
pub async fn use_recovery_code(db: &mut Db, id: StaffId, hash: &[u8], now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update staff_recovery_codes set used_at = $3 where staff_id = $1 and code_hash = $2 and used_at is null",
        id.0,
        hash,
        sql(now) as _,
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Puts recovery codes in the place of the former.
///
/// # Errors
/// When the database fails.
pub async fn set_recovery_codes(db: &mut Db, id: StaffId, hashes: &[Vec<u8>]) -> sqlx::Result<()> {
    sqlx::query!("delete from staff_recovery_codes where staff_id = $1", id.0).execute(&mut *db).await?;
    sqlx::query!(
        "insert into staff_recovery_codes (staff_id, code_hash) select $1, * from unnest($2::bytea[])",
        id.0,
        hashes,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Recovery codes that are left.
///
/// # Errors
/// When the database fails.
pub async fn recovery_codes_left(db: &mut Db, id: StaffId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from staff_recovery_codes where staff_id = $1 and used_at is null"#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// Sets a password.
///
/// # Errors
/// When the database fails.
pub async fn set_password(db: &mut Db, id: StaffId, hash: &str) -> sqlx::Result<()> {
    sqlx::query!("update staff set password_hash = $2 where id = $1", id.0, hash).execute(db).await?;
    Ok(())
}

/// Sets what codes are made from, proved by the code of a half minute.
///
/// # Errors
/// When the database fails.
pub async fn set_telephone(db: &mut Db, id: StaffId, sealed: &[u8], step: i64) -> sqlx::Result<()> {
    sqlx::query!("update staff set totp_secret = $2, totp_step = $3 where id = $1", id.0, sealed, step)
        .execute(db)
        .await?;
    Ok(())
}

/// What the codes of a telephone that somebody is about to take are made from, encrypted.
///
/// # Errors
/// When the database fails.
pub async fn new_telephone(db: &mut Db, id: StaffId) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!("select totp_secret from staff_new_telephones where staff_id = $1", id.0)
        .fetch_optional(db)
        .await
}

/// Remembers, or with `None` forgets, a telephone that somebody is about to take.
///
/// # Errors
/// When the database fails.
pub async fn set_new_telephone(db: &mut Db, id: StaffId, sealed: Option<&[u8]>, now: Timestamp) -> sqlx::Result<()> {
    match sealed {
        Some(sealed) => {
            sqlx::query!(
                "insert into staff_new_telephones (staff_id, totp_secret, created_at) values ($1, $2, $3)
                 on conflict (staff_id) do update set totp_secret = $2, created_at = $3",
                id.0,
                sealed,
                sql(now) as _,
            )
            .execute(db)
            .await?;
        }
        None => {
            sqlx::query!("delete from staff_new_telephones where staff_id = $1", id.0).execute(db).await?;
        }
    }
    Ok(())
}

/// Notes that somebody has signed in.
///
/// # Errors
/// When the database fails.
pub async fn signed_in(db: &mut Db, id: StaffId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update staff set signed_in_at = $2 where id = $1", id.0, sql(now) as _).execute(db).await?;
    Ok(())
}

/// Sets what somebody is.
///
/// # Errors
/// When the database fails.
pub async fn set_role(db: &mut Db, id: StaffId, role: Role) -> sqlx::Result<()> {
    sqlx::query!("update staff set role = $2 where id = $1", id.0, role as _).execute(db).await?;
    Ok(())
}

/// Closes an account at a moment, or opens it again.
///
/// # Errors
/// When the database fails.
pub async fn set_disabled(db: &mut Db, id: StaffId, at: Option<Timestamp>) -> sqlx::Result<()> {
    sqlx::query!("update staff set disabled_at = $2 where id = $1", id.0, super::sql_opt(at) as _).execute(db).await?;
    Ok(())
}

/// Holds all accounts that run the site, so that no two of them close each other at once; says which there are.
///
/// # Errors
/// When the database fails.
pub async fn hold_sysadmins(db: &mut Db) -> sqlx::Result<Vec<StaffId>> {
    let ids = sqlx::query_scalar!(
        "select id from staff where role = 'sysadmin' and disabled_at is null order by id for update"
    );
    Ok(ids.fetch_all(db).await?.into_iter().map(StaffId).collect())
}

/// An invitation that can be accepted.
#[derive(Clone)]
pub struct Invitation {
    /// Its number among those of the account.
    pub number: i32,
    /// What the codes will be made from, encrypted.
    pub totp_secret: Vec<u8>,
}

/// Invites somebody, in the place of a former invitation; says its number.
///
/// # Errors
/// When the database fails.
pub async fn invite(db: &mut Db, id: StaffId, totp_secret: &[u8], now: Timestamp) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into staff_invitations (staff_id, totp_secret, created_at, expires_at) values ($1, $2, $3, $4)
         on conflict (staff_id) do update set number = staff_invitations.number + 1, totp_secret = excluded.totp_secret,
             created_at = excluded.created_at, expires_at = excluded.expires_at, accepted_at = null
         returning number",
        id.0,
        totp_secret,
        sql(now) as _,
        sql(now + SignedDuration::from_hours(24 * limits::INVITATION_DAYS)) as _,
    )
    .fetch_one(db)
    .await
}

/// The invitation of an account, if it can be accepted. Within a transaction it is held.
///
/// # Errors
/// When the database fails.
pub async fn invitation(db: &mut Db, id: StaffId, now: Timestamp) -> sqlx::Result<Option<Invitation>> {
    let row = sqlx::query!(
        "select i.number, i.totp_secret from staff_invitations i join staff m on m.id = i.staff_id
         where i.staff_id = $1 and i.accepted_at is null and i.expires_at > $2 and m.disabled_at is null
         for update of i",
        id.0,
        sql(now) as _,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Invitation { number: row.number, totp_secret: row.totp_secret }))
}

/// Ends the invitation of an account.
///
/// # Errors
/// When the database fails.
pub async fn end_invitation(db: &mut Db, id: StaffId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update staff_invitations set accepted_at = $2 where staff_id = $1 and accepted_at is null",
        id.0,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts the mail with an invitation into the outbox.
///
/// # Errors
/// When the database fails.
pub async fn mail_invitation(db: &mut Db, id: StaffId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into outbox (kind, staff_id, created_at, due_at) values ('staff_invitation', $1, $2, $2)",
        id.0,
        sql(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The account that the provider of single sign-on knows by this subject.
///
/// # Errors
/// When the database fails.
pub async fn by_subject(db: &mut Db, subject: &str) -> sqlx::Result<Option<StaffId>> {
    let id = sqlx::query_scalar!("select id from staff where sso_subject = $1", subject).fetch_optional(db).await?;
    Ok(id.map(StaffId))
}

/// Remembers who somebody is at the provider of single sign-on; `false` if the account is known there as another.
///
/// # Errors
/// When the database fails.
pub async fn set_subject(db: &mut Db, id: StaffId, subject: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("update staff set sso_subject = $2 where id = $1 and sso_subject is null", id.0, subject);
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// A secret of an account that is kept encrypted.
#[derive(Clone)]
pub struct SealedTelephone {
    /// The account.
    pub id: StaffId,
    /// What the codes of its telephone are made from.
    pub current: Option<Vec<u8>>,
    /// The same of one that has not been proved yet.
    pub new: Option<Vec<u8>>,
    /// The same of an invitation.
    pub invited: Option<Vec<u8>>,
}

/// What is kept encrypted of all accounts, held.
///
/// # Errors
/// When the database fails.
pub async fn sealed_telephones(db: &mut Db) -> sqlx::Result<Vec<SealedTelephone>> {
    let rows = sqlx::query!(
        r#"select m.id, m.totp_secret as current, n.totp_secret as "new?", i.totp_secret as "invited?"
           from staff m left join staff_new_telephones n on n.staff_id = m.id
           left join staff_invitations i on i.staff_id = m.id
           order by m.id for update of m"#
    )
    .fetch_all(db)
    .await?;
    let sealed = rows.into_iter().map(|row| SealedTelephone {
        id: StaffId(row.id),
        current: row.current,
        new: row.new,
        invited: row.invited,
    });
    Ok(sealed.collect())
}

/// Puts what was encrypted anew in the place of what was read; what is `None` stays.
///
/// # Errors
/// When the database fails.
pub async fn reseal_telephone(db: &mut Db, sealed: &SealedTelephone) -> sqlx::Result<()> {
    sqlx::query!(
        "with n as (update staff_new_telephones set totp_secret = coalesce($3, totp_secret) where staff_id = $1),
             i as (update staff_invitations set totp_secret = coalesce($4, totp_secret) where staff_id = $1)
         update staff set totp_secret = coalesce($2, totp_secret) where id = $1",
        sealed.id.0,
        sealed.current,
        sealed.new,
        sealed.invited,
    )
    .execute(db)
    .await?;
    Ok(())
}
