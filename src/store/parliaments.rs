//! Parliaments, what depends on the end of one, and the mail about it.

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;

use super::{Db, sql, sql_day, sql_opt};
use crate::domain::{
    keyring::EmailHash,
    mail::MailKind,
    parliament::{Dissolution, Parliament, ParliamentId},
    petition::PetitionId,
    signature::SignatureId,
    staff::StaffId,
};

/// All parliaments, the current one first, then the latest.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &mut Db) -> sqlx::Result<Vec<Parliament>> {
    let rows = sqlx::query!(
        "select id, government, opening_at, announced_at, dissolution_at, notice, registration_closes_at, election_on,
             notification_cutoff_at, dissolved_at, archived_at, version
         from parliaments order by archived_at is null desc, opening_at desc, id desc"
    )
    .fetch_all(db)
    .await?;
    let parliaments = rows.into_iter().map(|row| Parliament {
        id: ParliamentId(row.id),
        government: row.government,
        opening_at: row.opening_at.to_jiff(),
        dissolution: (|| {
            let dissolution = Dissolution {
                at: row.dissolution_at?.to_jiff(),
                notice: row.notice,
                registration_closes_at: row.registration_closes_at?.to_jiff(),
                election_on: row.election_on?.to_jiff(),
                notification_cutoff_at: row.notification_cutoff_at?.to_jiff(),
            };
            Some((row.announced_at?.to_jiff(), dissolution))
        })(),
        dissolved_at: row.dissolved_at.map(SqlTimestamp::to_jiff),
        archived_at: row.archived_at.map(SqlTimestamp::to_jiff),
        version: row.version,
    });
    Ok(parliaments.collect())
}

/// The current parliament.
///
/// # Errors
/// When the database fails.
pub async fn current(db: &mut Db) -> sqlx::Result<Parliament> {
    all(db).await?.into_iter().next().ok_or(sqlx::Error::RowNotFound)
}

/// The current parliament, held until the end of the transaction: nobody else changes it meanwhile, and nothing is
/// published or ended by its rules.
///
/// # Errors
/// When the database fails.
pub async fn hold(db: &mut Db) -> sqlx::Result<Parliament> {
    sqlx::query!("select id from parliaments where archived_at is null for no key update").fetch_one(&mut *db).await?;
    current(db).await
}

/// Writes what a parliament is called and when it opens.
///
/// # Errors
/// When the database fails.
pub async fn describe(db: &mut Db, id: ParliamentId, government: &str, opening_at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update parliaments set government = $2, opening_at = $3 where id = $1",
        id.0,
        government,
        sql(opening_at) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes when a parliament ends, or that it is not known any more.
///
/// # Errors
/// When the database fails.
pub async fn announce(
    db: &mut Db,
    id: ParliamentId,
    dissolution: Option<&Dissolution>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update parliaments
         set announced_at = case when $2::timestamptz is not null then coalesce(announced_at, $7) end,
             dissolution_at = $2, notice = $3, registration_closes_at = $4, election_on = $5, notification_cutoff_at = $6
         where id = $1",
        id.0,
        sql_opt(dissolution.map(|dissolution| dissolution.at)) as _,
        dissolution.map_or("", |dissolution| dissolution.notice.as_str()),
        sql_opt(dissolution.map(|dissolution| dissolution.registration_closes_at)) as _,
        sql_day(dissolution.map(|dissolution| dissolution.election_on)) as _,
        sql_opt(dissolution.map(|dissolution| dissolution.notification_cutoff_at)) as _,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that everything of a parliament was ended; says whether it was not noted before.
///
/// # Errors
/// When the database fails.
pub async fn dissolved(db: &mut Db, id: ParliamentId, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update parliaments set dissolved_at = $2 where id = $1 and dissolved_at is null",
        id.0,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Archives a parliament, and begins the next one; gives its number.
///
/// # Errors
/// When the database fails.
pub async fn archive(
    db: &mut Db,
    id: ParliamentId,
    government: &str,
    opening_at: Timestamp,
    now: Timestamp,
) -> sqlx::Result<ParliamentId> {
    sqlx::query!("update parliaments set archived_at = $2 where id = $1", id.0, sql(now) as _)
        .execute(&mut *db)
        .await?;
    let next = sqlx::query_scalar!(
        "insert into parliaments (government, opening_at) values ($1, $2) returning id",
        government,
        sql(opening_at) as _
    )
    .fetch_one(db)
    .await?;
    Ok(ParliamentId(next))
}

/// What the end of a parliament would do, or has left to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    /// Petitions that are open.
    pub open: i64,
    /// Of those, that would have been open for longer.
    pub earlier: i64,
    /// Petitions that are not published.
    pub unpublished: i64,
    /// Of those, whose creators are told.
    pub told: i64,
    /// All petitions of this site that it has.
    pub all: i64,
}

/// Counts what the end of a parliament at a moment does; without one, at its own deadline.
///
/// # Errors
/// When the database fails.
pub async fn affected(
    db: &mut Db,
    id: ParliamentId,
    ends_at: Option<Timestamp>,
    cutoff: Option<Timestamp>,
) -> sqlx::Result<Affected> {
    sqlx::query_as!(
        Affected,
        r#"select count(*) filter (where state = 'open') as "open!",
               count(*) filter (where state = 'open' and coalesce(own_closes_at, closes_at) > $2) as "earlier!",
               count(*) filter (where state in ('pending', 'validated', 'sponsored', 'flagged', 'dormant'))
                   as "unpublished!",
               count(*) filter (where state in ('validated', 'sponsored') and created_at >= $3) as "told!",
               count(*) as "all!"
           from petitions where parliament_id = $1 and source_url is null"#,
        id.0,
        sql_opt(ends_at) as _,
        sql_opt(cutoff) as _
    )
    .fetch_one(db)
    .await
}

/// How many people get the mail about closing dates: creators of petitions that close earlier, and their signers who want
/// news, each person once. Counts them, which takes a moment for millions of signatures; only somebody who is about to mail
/// them waits for it.
///
/// # Errors
/// When the database fails.
pub async fn to_be_mailed(db: &mut Db, id: ParliamentId) -> sqlx::Result<(u32, i64)> {
    let row = sqlx::query!(
        r#"select count(distinct s.email_hash) as "people!", coalesce((select max(id) from signatures), 0) as "last!"
           from petitions p
           join signatures s on s.petition_id = p.id and s.email_hash is not null and s.state = 'validated'
           where p.parliament_id = $1 and p.state = 'open' and p.source_url is null and p.own_closes_at is not null
               and (s.wants_updates or exists (select from supporters u where u.signature_id = s.id and u.is_creator))"#,
        id.0
    )
    .fetch_one(db)
    .await?;
    Ok((row.people.try_into().unwrap_or(u32::MAX), row.last))
}

/// A mailing about closing dates.
#[derive(Clone, Debug)]
pub struct ClosingMailing {
    /// Its number.
    pub id: i32,
    /// When it was decided.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Option<String>,
    /// How many people it was for then.
    pub expected: u32,
    /// How many mails are in the outbox, or were.
    pub queued: u32,
    /// When the last was put there.
    pub all_queued_at: Option<Timestamp>,
}

/// Begins a mailing about closing dates.
///
/// # Errors
/// When the database fails.
pub async fn begin_mailing(
    db: &mut Db,
    id: ParliamentId,
    (people, last_signature): (u32, i64),
    by: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into closing_mailings (parliament_id, created_at, created_by, mails_per_minute, expected, last_signature)
         select $1, $2, $3, mails_per_minute, $4, $5 from site returning id",
        id.0,
        sql(now) as _,
        by.map(|by| by.0),
        i32::try_from(people).unwrap_or(i32::MAX),
        last_signature
    )
    .fetch_one(db)
    .await
}

/// The mailings about the closing dates of a parliament's petitions, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn mailings(db: &mut Db, id: ParliamentId) -> sqlx::Result<Vec<ClosingMailing>> {
    let rows = sqlx::query!(
        r#"select m.id, m.created_at, s.name as "by?", m.expected, m.queued, m.all_queued_at
           from closing_mailings m left join staff s on s.id = m.created_by
           where m.parliament_id = $1 order by m.id desc"#,
        id.0
    )
    .fetch_all(db)
    .await?;
    let mailings = rows.into_iter().map(|row| ClosingMailing {
        id: row.id,
        created_at: row.created_at.to_jiff(),
        created_by: row.by,
        expected: row.expected.try_into().unwrap_or(0),
        queued: row.queued.try_into().unwrap_or(0),
        all_queued_at: row.all_queued_at.map(SqlTimestamp::to_jiff),
    });
    Ok(mailings.collect())
}

/// Mailings of which not all mails are in the outbox yet.
///
/// # Errors
/// When the database fails.
pub async fn mailings_to_queue(db: &mut Db) -> sqlx::Result<Vec<i32>> {
    sqlx::query_scalar!("select id from closing_mailings where all_queued_at is null order by id").fetch_all(db).await
}

/// Looks at the next signatures of a mailing, `most` of them, and puts a mail into the outbox for everybody among them who
/// gets one and has none yet, spread by the mailing's pace. Says how many, and whether there is more to look at.
///
/// # Errors
/// When the database fails.
pub async fn queue_closing_mails(db: &mut Db, mailing: i32, most: i64, now: Timestamp) -> sqlx::Result<(u64, bool)> {
    // Whoever moves it on holds it until that is written.
    let held = sqlx::query!(
        "select parliament_id, created_at, mails_per_minute, queued, queued_to, last_signature from closing_mailings
         where id = $1 and all_queued_at is null for update",
        mailing
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(held) = held else { return Ok((0, false)) };
    let last = sqlx::query_scalar!(
        "select max(id) from (select id from signatures where id > $1 and id <= $2 order by id limit $3) s",
        held.queued_to,
        held.last_signature,
        most
    )
    .fetch_one(&mut *db)
    .await?;
    let Some(last) = last else {
        sqlx::query!("update closing_mailings set all_queued_at = $2 where id = $1", mailing, sql(now) as _)
            .execute(&mut *db)
            .await?;
        sqlx::query!("delete from closing_mailed where mailing_id = $1", mailing).execute(db).await?;
        return Ok((0, false));
    };
    let queued = sqlx::query_scalar!(
        r#"with people as (
               select distinct on (s.email_hash) s.email_hash, s.id
               from signatures s join petitions p on p.id = s.petition_id
               where s.id > $3 and s.id <= $4 and s.email_hash is not null and s.state = 'validated'
                   and p.parliament_id = $2 and p.state = 'open' and p.source_url is null and p.own_closes_at is not null
                   and (s.wants_updates or exists (select from supporters u where u.signature_id = s.id and u.is_creator))
                   and not exists (select from unwanted_mail n
                                   where n.email_hash = s.email_hash and n.petition_id = s.petition_id)
               order by s.email_hash, s.id
           ), new as (
               insert into closing_mailed (mailing_id, email_hash) select $1, email_hash from people
               on conflict do nothing returning email_hash
           ), mailed as (
               insert into outbox (kind, signature_id, created_at, due_at)
               select $8, n.id, $5,
                   $6::timestamptz + (($7::float8 + n.place - 1) / $9::float8) * interval '1 minute'
               from (select p.id, row_number() over (order by p.id) as place
                     from people p join new using (email_hash)) n
               returning id
           )
           select count(*) as "count!" from mailed"#,
        mailing,
        held.parliament_id,
        held.queued_to,
        last,
        sql(now) as _,
        held.created_at as _,
        f64::from(held.queued),
        MailKind::ClosingDateChanged as MailKind,
        f64::from(held.mails_per_minute)
    )
    .fetch_one(&mut *db)
    .await?;
    sqlx::query!(
        "update closing_mailings set queued = queued + $2, queued_to = $3 where id = $1",
        mailing,
        i32::try_from(queued).unwrap_or(i32::MAX),
        last
    )
    .execute(db)
    .await?;
    Ok((queued.unsigned_abs(), true))
}

/// A petition that closes earlier, as the mail about it names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosingEarlier {
    /// Its number.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// Whether the one who is told has created it.
    pub created: bool,
    /// When it closes now.
    pub closes_at: Timestamp,
}

/// The petitions that close earlier and that the owner of an address has created, or signed and wants news of; their own
/// first. The signature stands for the address.
///
/// # Errors
/// When the database fails.
pub async fn closing_earlier(
    db: &mut Db,
    signature: SignatureId,
    hash: EmailHash,
) -> sqlx::Result<Vec<ClosingEarlier>> {
    let rows = sqlx::query!(
        r#"select distinct p.id, p.action, p.closes_at as "closes_at!", u.signature_id is not null as "created!"
           from signatures s join petitions p on p.id = s.petition_id
           left join supporters u on u.signature_id = s.id and u.is_creator
           where (s.id = $1 or s.email_hash = $2) and s.email_hash is not null and s.state = 'validated'
               and (s.wants_updates or u.signature_id is not null)
               and p.state = 'open' and p.source_url is null and p.own_closes_at is not null
           order by 4 desc, p.id"#,
        signature.get(),
        hash.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ClosingEarlier {
            id: row.id.into(),
            action: row.action,
            created: row.created,
            closes_at: row.closes_at.to_jiff(),
        })
        .collect())
}
