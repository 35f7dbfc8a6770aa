//! The outbox as those see it who run the site: what waits, what was given up and why, one mail. Nothing personal.

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;

use super::{Db, outbox::LEASE, sql};
use crate::domain::{
    follow::FollowerId, keyring::EmailHash, limits, mailing::MailingId, petition::PetitionId, signature::SignatureId,
    staff::StaffId,
};

/// How the mails of one kind stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindState {
    /// The kind, as the database writes it.
    pub kind: String,
    /// Still to be sent.
    pub waiting: i64,
    /// Of those, due since more than a minute.
    pub late: i64,
    /// Of those, tried without success.
    pub failing: i64,
    /// Given up.
    pub given_up: i64,
}

/// How each kind of mail stands of which there are any.
///
/// # Errors
/// When the database fails.
pub async fn by_kind(db: &mut Db, now: Timestamp) -> sqlx::Result<Vec<KindState>> {
    let rows = sqlx::query!(
        r#"select kind::text as "kind!",
               count(*) filter (where given_up_at is null) as "waiting!",
               count(*) filter (where given_up_at is null and due_at < $1::timestamptz - interval '1 minute') as "late!",
               count(*) filter (where given_up_at is null and last_error is not null) as "failing!",
               count(*) filter (where given_up_at is not null) as "given_up!"
           from outbox group by kind order by 1"#,
        sql(now) as _
    )
    .fetch_all(db)
    .await?;
    let kinds = rows.into_iter().map(|row| KindState {
        kind: row.kind,
        waiting: row.waiting,
        late: row.late,
        failing: row.failing,
        given_up: row.given_up,
    });
    Ok(kinds.collect())
}

/// A mail of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its number.
    pub id: i64,
    /// Its kind, as the database writes it.
    pub kind: String,
    /// When it was put there.
    pub created_at: Timestamp,
    /// When it may next be tried.
    pub due_at: Timestamp,
    /// How often it was tried.
    pub attempts: i16,
    /// When it was given up.
    pub given_up_at: Option<Timestamp>,
    /// What went wrong when it was last tried; empty: nothing.
    pub error: String,
    /// The signature that it is about, and its petition.
    pub signature: Option<(SignatureId, Option<PetitionId>)>,
    /// The member of staff who gets it.
    pub staff: Option<String>,
    /// Whether it belongs to a mail to all signers, or to weekly news.
    pub in_mailing: bool,
    /// The mailing that carries the weekly news that it tells.
    pub weekly_news: Option<MailingId>,
    /// The number of somebody who follows something, who gets it.
    pub follower: Option<FollowerId>,
    /// Whom a copy goes to.
    pub copy_to: Option<String>,
}

impl Queued {
    /// Whether some process may be sending it at this moment.
    pub fn may_be_leaving(&self, now: Timestamp) -> bool {
        self.given_up_at.is_none() && self.due_at <= now + LEASE
    }
}

/// Which mails are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'a> {
    /// Those given up, the last first.
    GivenUp,
    /// Those that were tried without success and are tried again, the next first.
    Failing,
    /// The one with this number.
    Number(i64),
    /// Those for signatures and for followers with one of these addresses, and for staff with this address, in lower case.
    Address(&'a [EmailHash], &'a str),
}

/// Mails, [`limits::OUTBOX_SHOWN`] at the most.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &mut Db, which: Which<'_>) -> sqlx::Result<Vec<Queued>> {
    let (number, hashes, address) = match which {
        Which::Number(number) => (Some(number), Vec::new(), None),
        Which::Address(hashes, address) => (None, hashes.iter().map(|hash| hash.0).collect(), Some(address)),
        Which::GivenUp | Which::Failing => (None, Vec::new(), None),
    };
    let rows = sqlx::query!(
        r#"select o.id, o.kind::text as "kind!", o.created_at, o.due_at, o.attempts, o.given_up_at,
               coalesce(o.last_error, '') as "error!", o.signature_id, s.petition_id as "petition_id?",
               m.name as "staff?", o.mailing_id is not null as "in_mailing!", o.follower_id,
               case when o.digest_id is not null then o.mailing_id end as weekly_news, c.name as "copy_to?"
           from (select id from outbox where id = $1
                 union
                 select a.id from outbox a left join staff b on b.id = a.staff_id
                 where $3::text is not null
                     and (a.signature_id in (select id from signatures where email_hash = any($2))
                          or a.follower_id in (select id from followers where email_hash = any($2)) or lower(b.email) = $3)
                 union
                 (select id from outbox where $4 and given_up_at is not null order by given_up_at desc limit $6)
                 union
                 (select id from outbox where $5 and given_up_at is null and last_error is not null
                  order by due_at, id limit $6)) wanted
           join outbox o on o.id = wanted.id
           left join signatures s on s.id = o.signature_id
           left join staff m on m.id = o.staff_id
           left join staff c on c.id = o.copy_to
           order by o.given_up_at desc nulls last, o.due_at, o.id limit $6"#,
        number,
        &hashes,
        address,
        which == Which::GivenUp,
        which == Which::Failing,
        limits::OUTBOX_SHOWN,
    )
    .fetch_all(db)
    .await?;
    let queued = rows.into_iter().map(|row| Queued {
        id: row.id,
        kind: row.kind,
        created_at: row.created_at.to_jiff(),
        due_at: row.due_at.to_jiff(),
        attempts: row.attempts,
        given_up_at: row.given_up_at.map(SqlTimestamp::to_jiff),
        error: row.error,
        signature: row.signature_id.map(|id| (id.into(), row.petition_id.map(|petition| i64::from(petition).into()))),
        staff: row.staff,
        in_mailing: row.in_mailing,
        weekly_news: row.weekly_news.map(MailingId),
        follower: row.follower_id.map(FollowerId),
        copy_to: row.copy_to,
    });
    Ok(queued.collect())
}

/// Has a mail sent again now, with all its tries, unless somebody may be sending it; says whether.
///
/// # Errors
/// When the database fails.
pub async fn send_again(db: &mut Db, id: i64, now: Timestamp) -> sqlx::Result<bool> {
    let changed = sqlx::query!(
        "update outbox o
         set due_at = $2::timestamptz - coalesce((select held from mailings where id = o.mailing_id), interval '0'),
             attempts = 0, given_up_at = null
         where id = $1 and (given_up_at is not null or due_at > $3)",
        id,
        sql(now) as _,
        sql(now + LEASE) as _,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Has all mails sent again that were given up; says how many.
///
/// # Errors
/// When the database fails.
pub async fn send_all_again(db: &mut Db, now: Timestamp) -> sqlx::Result<u64> {
    let changed = sqlx::query!(
        "update outbox o
         set due_at = $1::timestamptz - coalesce((select held from mailings where id = o.mailing_id), interval '0'),
             attempts = 0, given_up_at = null
         where given_up_at is not null",
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected())
}

/// Takes a mail out unsent; says whether it was there.
///
/// # Errors
/// When the database fails.
pub async fn discard(db: &mut Db, id: i64) -> sqlx::Result<bool> {
    let gone = sqlx::query_scalar!(
        r#"with gone as (
               delete from outbox where id = $1 returning mailing_id, feedback_id
           ), forgotten as (
               delete from feedback f using gone where f.id = gone.feedback_id
           ), counted as (
               update mailings m set unwanted = m.unwanted + 1 from gone where m.id = gone.mailing_id
           )
           select count(*) as "gone!" from gone"#,
        id
    )
    .fetch_one(db)
    .await?;
    Ok(gone > 0)
}

/// Puts a copy of a mail about a signature into the outbox, for a member of staff; gives its number. `None`: the mail is
/// gone, or none that is copied.
///
/// # Errors
/// When the database fails.
pub async fn copy(db: &mut Db, id: i64, to: StaffId, now: Timestamp) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "insert into outbox (kind, signature_id, created_at, due_at, copy_to)
         select kind, signature_id, $3, $3, $2 from outbox
         where id = $1 and signature_id is not null and mailing_id is null and copy_to is null
         returning id",
        id,
        to.0,
        sql(now) as _,
    )
    .fetch_optional(db)
    .await
}

/// The staff to whom a copy can go.
///
/// # Errors
/// When the database fails.
pub async fn readers(db: &mut Db) -> sqlx::Result<Vec<(StaffId, String)>> {
    let rows =
        sqlx::query!("select id, name from staff where disabled_at is null order by name, id").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (StaffId(row.id), row.name)).collect())
}
