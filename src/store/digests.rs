//! The weekly news about topics and constituencies that people follow. What they tell is written down when they begin; the
//! mails are put into the outbox in batches, each together with how far that has come, so that whoever is killed in the
//! middle leaves nobody out and nobody twice.

use jiff::{SignedDuration, Timestamp};

use super::{Db, areas::AreaId, signatures::narrow, sql};
use crate::domain::{
    area::BoundarySet,
    follow::{FollowId, FollowerId},
    happening::Happening,
    limits,
    mailing::MailingId,
    petition::PetitionId,
};

/// The news of a week, of which not all mails are in the outbox yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unqueued {
    /// Their number.
    pub id: i64,
    /// The mailing that carries them.
    pub mailing: MailingId,
    /// Followers up to this one are in the outbox.
    pub queued_to: i64,
}

/// What has begun with the news of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The mailing that carries them; `None`: there is nothing to tell anybody.
    pub mailing: Option<MailingId>,
    /// For how many people there is something in them.
    pub people: i32,
}

/// Up to when has been told; `None` before the first.
///
/// # Errors
/// When the database fails.
pub async fn told_until(db: &mut Db) -> sqlx::Result<Option<Timestamp>> {
    let last = sqlx::query_scalar!("select max(ends_at) from digests").fetch_one(db).await?;
    Ok(last.map(|at| at.to_jiff()))
}

/// Begins the news of what happened between two moments: writes down what they tell, and begins the mailing that carries them
/// if there is something in them for anybody. `None` if another process has.
///
/// # Errors
/// When the database fails.
pub async fn begin(db: &mut Db, from: Timestamp, to: Timestamp, now: Timestamp) -> sqlx::Result<Option<Begun>> {
    let id = sqlx::query_scalar!(
        "insert into digests (begins_at, ends_at, created_at) values ($1, $2, $3) on conflict do nothing returning id",
        sql(from) as _,
        sql(to) as _,
        sql(now) as _
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(id) = id else { return Ok(None) };
    sqlx::query!(
        "insert into digest_items (digest_id, topic_code, petition_id, what, happened_at)
         select $1, f.topic_code, p.id, e.what, e.at
         from (select distinct topic_code from follows where topic_code is not null and confirmed_at is not null) f
         join petition_topics x on x.topic_code = f.topic_code
         join petitions p on p.id = x.petition_id and p.state in ('open', 'closed')
         left join debates d on d.petition_id = p.id
         cross join lateral (values
             ('published'::happening, p.opened_at),
             ('responded', p.government_response_at),
             (case when d.debated then 'debated'::happening else 'not_debated' end,
              case when d.petition_id is not null then p.debate_outcome_at end)) as e (what, at)
         where e.at > $2 and e.at <= $3",
        id,
        sql(from) as _,
        sql(to) as _
    )
    .execute(&mut *db)
    .await?;
    // Those of whom it is noted here for the first time that they are among the most signed.
    sqlx::query!(
        "with tops as (
             select f.area_id, f.boundary_set, t.petition_id::int as petition_id
             from (select distinct area_id, boundary_set from follows where area_id is not null and confirmed_at is not null) f
             cross join lateral (
                 select t.petition_id
                 from tally_constituencies t
                 join petitions p on p.id = t.petition_id and p.state = 'open' and p.boundary_set = f.boundary_set
                 where t.area_id = f.area_id and t.signature_count > 0
                 order by t.signature_count desc, t.petition_id limit $3) t
         ), risen as (
             insert into local_tops (area_id, boundary_set, petition_id, noted_at)
             select area_id, boundary_set, petition_id, $2 from tops
             on conflict do nothing
             returning area_id, boundary_set, petition_id
         )
         insert into digest_items (digest_id, area_id, boundary_set, petition_id, what, happened_at)
         select $1, area_id, boundary_set, petition_id, 'risen', $2 from risen",
        id,
        sql(to) as _,
        limits::WEEKLY_TOP
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into digest_items (digest_id, area_id, boundary_set, petition_id, what, happened_at)
         select $1, l.area_id, l.boundary_set, l.petition_id, e.what, e.at
         from (select distinct area_id, boundary_set from follows where area_id is not null and confirmed_at is not null) f
         join local_tops l on l.area_id = f.area_id and l.boundary_set = f.boundary_set
         join petitions p on p.id = l.petition_id and p.state in ('open', 'closed')
         left join debates d on d.petition_id = p.id
         cross join lateral (values
             ('responded'::happening, p.government_response_at),
             (case when d.debated then 'debated'::happening else 'not_debated' end,
              case when d.petition_id is not null then p.debate_outcome_at end)) as e (what, at)
         where e.at > $2 and e.at <= $3",
        id,
        sql(from) as _,
        sql(to) as _
    )
    .execute(&mut *db)
    .await?;
    let people = people(db, id).await?;
    let mailing = match people {
        0 => None,
        people => Some(begin_mailing(db, id, people, now).await?),
    };
    Ok(Some(Begun { mailing, people }))
}

/// For how many people there is something in the news.
async fn people(db: &mut Db, digest: i64) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"select count(*)::integer as "people!" from (
               select f.follower_id from digest_items i
               join follows f on f.topic_code = i.topic_code and f.confirmed_at < i.happened_at
               where i.digest_id = $1
               union
               select f.follower_id from digest_items i
               join follows f on f.area_id = i.area_id and f.boundary_set = i.boundary_set and f.confirmed_at < i.happened_at
               where i.digest_id = $1) as told"#,
        digest
    )
    .fetch_one(db)
    .await
}

async fn begin_mailing(db: &mut Db, digest: i64, people: i32, now: Timestamp) -> sqlx::Result<MailingId> {
    let id = sqlx::query_scalar!(
        "insert into mailings (digest_id, kind, created_at, begins_at, mails_per_minute, expected)
         select $1, 'weekly_news', $2, $2, s.mails_per_minute, $3 from site s
         returning id",
        digest,
        sql(now) as _,
        people
    )
    .fetch_one(db)
    .await?;
    Ok(MailingId(id))
}

/// Notes what a constituency signs most when the first person follows it: that is no news to them.
///
/// # Errors
/// When the database fails.
pub async fn note_tops(
    db: &mut Db,
    follow: FollowId,
    area: AreaId,
    set: BoundarySet,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into local_tops (area_id, boundary_set, petition_id, noted_at)
         select $2, $3, t.petition_id, $4
         from tally_constituencies t
         join petitions p on p.id = t.petition_id and p.state = 'open' and p.boundary_set = $3
         where t.area_id = $2 and t.signature_count > 0
             and not exists (select from follows f where f.area_id = $2 and f.boundary_set = $3
                                 and f.confirmed_at is not null and f.id <> $1)
         order by t.signature_count desc, t.petition_id limit $5
         on conflict do nothing",
        follow.0,
        area,
        set.0,
        sql(now) as _,
        limits::WEEKLY_TOP
    )
    .execute(db)
    .await?;
    Ok(())
}

/// News of which not all mails are in the outbox yet, oldest first; without those that staff have stopped.
///
/// # Errors
/// When the database fails.
pub async fn unqueued(db: &mut Db) -> sqlx::Result<Vec<Unqueued>> {
    let rows = sqlx::query!(
        r#"select id, digest_id as "digest_id!", follows_queued_to from mailings
           where digest_id is not null and all_queued_at is null and cancelled_at is null and paused_at is null
           order by id"#
    )
    .fetch_all(db)
    .await?;
    let unqueued = rows.into_iter().map(|row| Unqueued {
        id: row.digest_id,
        mailing: MailingId(row.id),
        queued_to: row.follows_queued_to,
    });
    Ok(unqueued.collect())
}

/// People with numbers above `after` for whom there is something in the news, `most` at the most, in order.
///
/// # Errors
/// When the database fails.
pub async fn still_to_queue(db: &mut Db, digest: i64, after: i64, most: i64) -> sqlx::Result<Vec<FollowerId>> {
    let ids = sqlx::query_scalar!(
        r#"select follower_id as "id!" from (
               select f.follower_id from digest_items i
               join follows f on f.topic_code = i.topic_code and f.confirmed_at < i.happened_at
               where i.digest_id = $1 and f.follower_id > $2
               union
               select f.follower_id from digest_items i
               join follows f on f.area_id = i.area_id and f.boundary_set = i.boundary_set and f.confirmed_at < i.happened_at
               where i.digest_id = $1 and f.follower_id > $2) as told
           order by 1 limit $3"#,
        digest,
        after,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(FollowerId).collect())
}

/// Puts the mails to these people, who follow the one `after`, into the outbox, and notes that it has; `false` without having
/// done anything if staff have stopped them, or another process has come further. They leave as fast as mails to the signers
/// of a petition.
///
/// # Errors
/// When the database fails.
pub async fn queue(
    db: &mut Db,
    mailing: MailingId,
    after: i64,
    followers: &[FollowerId],
    now: Timestamp,
) -> sqlx::Result<bool> {
    let (Some(last), Ok(count)) = (followers.last(), i32::try_from(followers.len())) else { return Ok(true) };
    let queued = sqlx::query_scalar!(
        "update mailings set queued = queued + $4, follows_queued_to = $3
         where id = $1 and follows_queued_to = $2 and cancelled_at is null and paused_at is null
         returning queued",
        mailing.0,
        after,
        last.0,
        count
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(queued) = queued else { return Ok(false) };
    let ids: Vec<i64> = followers.iter().map(|follower| follower.0).collect();
    sqlx::query!(
        "insert into outbox (kind, follower_id, digest_id, mailing_id, created_at, due_at)
         select 'weekly_news', f.id, m.digest_id, m.id, $4,
             m.begins_at + ($3::float8 + f.place - 1) * interval '1 minute' / m.mails_per_minute
         from mailings m, unnest($2::bigint[]) with ordinality as f (id, place)
         where m.id = $1",
        mailing.0,
        &ids,
        f64::from(queued - count),
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// Something that the news tell somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// About which of what they follow.
    pub follow: FollowId,
    /// What happened.
    pub what: Happening,
    /// To which petition.
    pub petition: PetitionId,
    /// What that asks for.
    pub action: String,
}

/// What the news tell somebody, of what they still follow and the public can still read: by what they follow, then by what
/// happened, then as it happened.
///
/// # Errors
/// When the database fails.
pub async fn news(db: &mut Db, digest: i64, follower: FollowerId) -> sqlx::Result<Vec<Item>> {
    let rows = sqlx::query!(
        r#"select f.id, i.what as "what: Happening", p.id as petition, p.action
           from follows f
           join digest_items i on i.digest_id = $1 and f.confirmed_at < i.happened_at
               and (i.topic_code = f.topic_code or (i.area_id = f.area_id and i.boundary_set = f.boundary_set))
           join petitions p on p.id = i.petition_id and p.state in ('open', 'closed')
           where f.follower_id = $2
           order by f.id, i.what, i.happened_at, p.id"#,
        digest,
        follower.0
    )
    .fetch_all(db)
    .await?;
    let items = rows.into_iter().map(|row| Item {
        follow: FollowId(row.id),
        what: row.what,
        petition: row.petition.into(),
        action: row.action,
    });
    Ok(items.collect())
}

/// Forgets what news of long ago told.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &mut Db, now: Timestamp) -> sqlx::Result<()> {
    let before = now - SignedDuration::from_hours(24 * 7 * limits::KEEP_WEEKLY_NEWS_WEEKS);
    sqlx::query!(
        "delete from digest_items i using digests d where d.id = i.digest_id and d.ends_at < $1",
        sql(before) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Followers of a petition who are told, beside its signers, of what happened to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// How many.
    pub people: u32,
    /// The last following of this moment.
    pub last_follow: i64,
}

/// Counts those who follow a petition; without those who have signed it and asked for news, if these are told as well.
///
/// # Errors
/// When the database fails.
pub async fn audience(db: &mut Db, petition: PetitionId, with_signers: bool) -> sqlx::Result<Audience> {
    let row = sqlx::query!(
        r#"select count(*) filter (where f.confirmed_at is not null and not ($2 and exists (
                   select from signatures s where s.petition_id = f.petition_id and s.email_hash = w.email_hash
                       and s.state = 'validated' and s.wants_updates))) as "people!",
               coalesce(max(f.id), 0) as "last!"
           from follows f join followers w on w.id = f.follower_id
           where f.petition_id = $1"#,
        narrow(petition),
        with_signers
    )
    .fetch_one(db)
    .await?;
    Ok(Audience { people: row.people.try_into().unwrap_or(u32::MAX), last_follow: row.last })
}
