//! Mailings: mails to everybody who signed a petition and asked to hear of it, and to those who follow it; and the weekly news,
//! to those who follow topics and constituencies (`digests` has what they tell). Their rows are put
//! into the outbox in batches, each together with how far that has come, so that whoever is killed in the middle leaves
//! nothing undone and nothing done twice.

use std::collections::BTreeMap;

use futures_util::Stream;
use jiff::{SignedDuration, Timestamp};

use super::{Db, signatures::narrow, sql};
use crate::domain::{
    follow::{FollowId, FollowerId},
    limits,
    mailing::{MailingId, MailingKind, Progress},
    petition::{Activity, Debate, GovernmentResponse, PetitionId},
    staff::StaffId,
};

/// Who would get a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// How many signed, confirmed it, and asked for news, or follow it.
    pub people: u32,
    /// The last signature of this moment.
    pub last_signature: i64,
    /// The last following of this moment.
    pub last_follow: i64,
}

/// Who would get a mail about a petition. Counted, not estimated: it takes about half a second for a million signatures,
/// and only somebody who is about to mail them waits for it. An index that knew the answer would have to be told of every
/// confirmation.
///
/// # Errors
/// When the database fails.
pub async fn asked(db: &mut Db, petition: PetitionId) -> sqlx::Result<Asked> {
    let row = sqlx::query!(
        r#"select count(*) filter (where state = 'validated' and wants_updates and email_hash is not null) as "people!",
               coalesce(max(id), 0) as "last!"
           from signatures where petition_id = $1"#,
        narrow(petition)
    )
    .fetch_one(&mut *db)
    .await?;
    let followers = super::digests::audience(db, petition, true).await?;
    let signers: u32 = row.people.try_into().unwrap_or(u32::MAX);
    Ok(Asked {
        people: signers.saturating_add(followers.people),
        last_signature: row.last,
        last_follow: followers.last_follow,
    })
}

/// Who would get a mail about a petition that only those get who follow it.
///
/// # Errors
/// When the database fails.
pub async fn followers_asked(db: &mut Db, petition: PetitionId) -> sqlx::Result<Asked> {
    let followers = super::digests::audience(db, petition, false).await?;
    Ok(Asked { people: followers.people, last_signature: 0, last_follow: followers.last_follow })
}

/// What has happened to petitions that somebody followed by then, and has not been told yet. Responses and debates of our own
/// petitions are told by the staff who publish them; those of another service's come in with it.
///
/// # Errors
/// When the database fails.
pub async fn untold(db: &mut Db) -> sqlx::Result<Vec<(PetitionId, MailingKind)>> {
    let rows = sqlx::query!(
        r#"select p.id, e.kind as "kind!: MailingKind"
           from petitions p
           cross join lateral (values
               ('response_threshold_reached'::mailing_kind, p.response_threshold_reached_at),
               ('debate_threshold_reached', p.debate_threshold_reached_at),
               ('closed', case when p.state = 'closed' then p.closed_at end),
               ('government_response', case when p.source_url is not null then p.government_response_at end),
               ('debate_outcome', case when p.source_url is not null then p.debate_outcome_at end)) as e (kind, at)
           where p.id in (select distinct petition_id from follows where petition_id is not null)
               and p.state in ('open', 'closed')
               and exists (select from follows f where f.petition_id = p.id and f.confirmed_at <= e.at)
               and not exists (select from mailings m where m.petition_id = p.id and m.kind = e.kind)
           order by e.at, p.id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.kind)).collect())
}

/// A mailing that is to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewMailing {
    /// To the signers of which petition.
    pub petition: PetitionId,
    /// About what.
    pub kind: MailingKind,
    /// About which activity.
    pub activity: Option<i64>,
    /// Who gets it.
    pub asked: Asked,
    /// Who decided it.
    pub by: Option<StaffId>,
}

/// Begins a mailing, and cancels those about the same whose mails have not all left. Gives its number, and theirs.
///
/// # Errors
/// When the database fails.
pub async fn begin(db: &mut Db, new: &NewMailing, now: Timestamp) -> sqlx::Result<(MailingId, Vec<MailingId>)> {
    let id = sqlx::query_scalar!(
        "insert into mailings (petition_id, kind, activity_id, created_at, created_by, begins_at, mails_per_minute,
             expected, last_signature, last_follow)
         select $1, $2, $3, $4, $5, $4, s.mails_per_minute, $6, $7, $8 from site s
         returning id",
        narrow(new.petition),
        new.kind as _,
        new.activity,
        sql(now) as _,
        new.by.map(|by| by.0),
        i32::try_from(new.asked.people).unwrap_or(i32::MAX),
        new.asked.last_signature,
        new.asked.last_follow
    )
    .fetch_one(&mut *db)
    .await?;
    let replaced = sqlx::query_scalar!(
        "update mailings set cancelled_at = $4, replaced_by = $5
         where petition_id = $1 and kind = $2 and activity_id is not distinct from $3 and id < $5
             and cancelled_at is null and (all_queued_at is null
                  or exists (select from outbox o where o.mailing_id = mailings.id and o.given_up_at is null))
         returning id",
        narrow(new.petition),
        new.kind as _,
        new.activity,
        sql(now) as _,
        id
    )
    .fetch_all(db)
    .await?;
    Ok((MailingId(id), replaced.into_iter().map(MailingId).collect()))
}

/// A mailing.
#[derive(Clone, Debug)]
pub struct Mailing {
    /// Its number.
    pub id: MailingId,
    /// To the signers of which petition; `None`: weekly news.
    pub petition: Option<PetitionId>,
    /// About what.
    pub kind: MailingKind,
    /// About which activity, as far as it is still there.
    pub activity: Option<String>,
    /// When it was decided.
    pub created_at: Timestamp,
    /// The name of whoever did.
    pub created_by: Option<String>,
    /// The newer one that came in its place.
    pub replaced_by: Option<MailingId>,
    /// How far it has come.
    pub progress: Progress,
}

/// A mailing; `None` if there is none with this number.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: MailingId) -> sqlx::Result<Option<Mailing>> {
    Ok(load(db, Which::One(id)).await?.pop())
}

/// The mailings about a petition, latest first.
///
/// # Errors
/// When the database fails.
pub async fn of_petition(db: &mut Db, petition: PetitionId) -> sqlx::Result<Vec<Mailing>> {
    load(db, Which::Of(petition)).await
}

/// The last mailings that carry weekly news, latest first.
///
/// # Errors
/// When the database fails.
pub async fn weekly(db: &mut Db) -> sqlx::Result<Vec<Mailing>> {
    load(db, Which::Weekly).await
}

/// Which mailings are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    One(MailingId),
    Of(PetitionId),
    Weekly,
}

async fn load(db: &mut Db, which: Which) -> sqlx::Result<Vec<Mailing>> {
    let (id, petition) = match which {
        Which::One(id) => (Some(id.0), None),
        Which::Of(petition) => (None, Some(narrow(petition))),
        Which::Weekly => (None, None),
    };
    let rows = sqlx::query!(
        r#"select m.id, m.petition_id, m.kind, a.subject as "activity?", m.created_at,
               s.name as "created_by?", m.replaced_by, m.begins_at, m.mails_per_minute, m.expected, m.queued,
               m.all_queued_at, m.sent, m.unwanted, m.paused_at, extract(epoch from m.held)::bigint as "held!",
               m.cancelled_at,
               (select count(*) from outbox o where o.mailing_id = m.id and o.given_up_at is not null) as "given_up!"
           from mailings m
           left join activities a on a.id = m.activity_id
           left join staff s on s.id = m.created_by
           where m.id = $1 or m.petition_id = $2 or ($3 and m.digest_id is not null)
           order by m.id desc
           limit case when $3 then $4::bigint end"#,
        id,
        petition,
        which == Which::Weekly,
        limits::WEEKLY_NEWS_SHOWN
    )
    .fetch_all(db)
    .await?;
    let count = |number: i32| number.try_into().unwrap_or(0);
    Ok(rows
        .into_iter()
        .map(|row| Mailing {
            id: MailingId(row.id),
            petition: row.petition_id.map(|id| i64::from(id).into()),
            kind: row.kind,
            activity: row.activity,
            created_at: row.created_at.to_jiff(),
            created_by: row.created_by,
            replaced_by: row.replaced_by.map(MailingId),
            progress: Progress {
                begins_at: row.begins_at.to_jiff(),
                mails_per_minute: count(row.mails_per_minute),
                expected: count(row.expected),
                queued: count(row.queued),
                all_queued_at: row.all_queued_at.map(Into::into),
                sent: count(row.sent),
                unwanted: count(row.unwanted),
                given_up: row.given_up.try_into().unwrap_or(u32::MAX),
                paused_at: row.paused_at.map(Into::into),
                held: SignedDuration::from_secs(row.held),
                cancelled_at: row.cancelled_at.map(Into::into),
            },
        })
        .collect())
}

/// Stops a mailing for a while; `false` if it is not under way.
///
/// # Errors
/// When the database fails.
pub async fn pause(db: &mut Db, id: MailingId, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update mailings set paused_at = $2
         where id = $1 and paused_at is null and cancelled_at is null and (all_queued_at is null
                  or exists (select from outbox o where o.mailing_id = mailings.id and o.given_up_at is null))",
        id.0,
        sql(now)
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Goes on with a mailing, at the pace that it had; `false` if it does not stand still.
///
/// # Errors
/// When the database fails.
pub async fn go_on(db: &mut Db, id: MailingId, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update mailings set held = held + greatest($2 - paused_at, interval '0'), paused_at = null
         where id = $1 and paused_at is not null and cancelled_at is null",
        id.0,
        sql(now)
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Stops a mailing for good; `false` if it is not under way.
///
/// # Errors
/// When the database fails.
pub async fn cancel(db: &mut Db, id: MailingId, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update mailings set cancelled_at = $2
         where id = $1 and cancelled_at is null and (all_queued_at is null
                  or exists (select from outbox o where o.mailing_id = mailings.id and o.given_up_at is null))",
        id.0,
        sql(now)
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Stops for good what is under way of some kind about a petition, since what it tells is no longer so. Says which.
///
/// # Errors
/// When the database fails.
pub async fn cancel_about(
    db: &mut Db,
    petition: PetitionId,
    kind: MailingKind,
    activity: Option<i64>,
    now: Timestamp,
) -> sqlx::Result<Vec<MailingId>> {
    let ids = sqlx::query_scalar!(
        "update mailings set cancelled_at = $4
         where petition_id = $1 and kind = $2 and activity_id is not distinct from $3 and cancelled_at is null
             and (all_queued_at is null
                  or exists (select from outbox o where o.mailing_id = mailings.id and o.given_up_at is null))
         returning id",
        narrow(petition),
        kind as _,
        activity,
        sql(now) as _
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(MailingId).collect())
}

/// A mailing of which not all mails are in the outbox yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unqueued {
    /// Its number.
    pub id: MailingId,
    /// To the signers of which petition.
    pub petition: PetitionId,
    /// Signatures up to this one are in the outbox.
    pub queued_to: i64,
    /// The last signature that gets it.
    pub last_signature: i64,
    /// Followings up to this one are in the outbox; they come after the signatures.
    pub follows_queued_to: i64,
    /// The last following that gets it.
    pub last_follow: i64,
    /// Whether signers get it who asked for news; then they do not get it once more as followers.
    pub goes_to_signers: bool,
}

/// Mailings about petitions of which not all mails are in the outbox yet, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn unqueued(db: &mut Db) -> sqlx::Result<Vec<Unqueued>> {
    let rows = sqlx::query!(
        r#"select id, petition_id as "petition_id!", kind as "kind: MailingKind", queued_to, last_signature,
               follows_queued_to, last_follow
           from mailings
           where petition_id is not null and all_queued_at is null and cancelled_at is null and paused_at is null
           order by id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Unqueued {
            id: MailingId(row.id),
            petition: i64::from(row.petition_id).into(),
            queued_to: row.queued_to,
            last_signature: row.last_signature,
            follows_queued_to: row.follows_queued_to,
            last_follow: row.last_follow,
            goes_to_signers: row.kind.goes_to_signers(),
        })
        .collect())
}

/// The signatures that are still to get a mailing, in order, as they are read: however many, they are not all in memory.
pub fn still_to_queue(db: &mut Db, mailing: Unqueued) -> impl Stream<Item = sqlx::Result<i64>> + '_ {
    sqlx::query_scalar!(
        "select id from signatures
         where petition_id = $1 and id > $2 and id <= $3
             and state = 'validated' and wants_updates and email_hash is not null
         order by id",
        narrow(mailing.petition),
        mailing.queued_to,
        mailing.last_signature
    )
    .fetch(db)
}

/// The followings that are still to get a mailing, in order: `most` of those with numbers above `after`. Whoever has signed
/// and asked for news gets it as a signer.
///
/// # Errors
/// When the database fails.
pub async fn follows_still_to_queue(
    db: &mut Db,
    mailing: Unqueued,
    after: i64,
    most: usize,
) -> sqlx::Result<Vec<(FollowId, FollowerId)>> {
    let rows = sqlx::query!(
        "select f.id, f.follower_id
         from follows f join followers w on w.id = f.follower_id
         where f.petition_id = $1 and f.id > $2 and f.id <= $3 and f.confirmed_at is not null
             and not ($4 and exists (
                 select from signatures s where s.petition_id = f.petition_id and s.email_hash = w.email_hash
                     and s.state = 'validated' and s.wants_updates and s.id <= $5))
         order by f.id limit $6",
        narrow(mailing.petition),
        after,
        mailing.last_follow,
        mailing.goes_to_signers,
        mailing.last_signature,
        most as i64
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (FollowId(row.id), FollowerId(row.follower_id))).collect())
}

/// Puts the mails to these followers into the outbox as [`queue`] does those to signers.
///
/// # Errors
/// When the database fails.
pub async fn queue_follows(
    db: &mut Db,
    mailing: MailingId,
    after: i64,
    follows: &[(FollowId, FollowerId)],
    now: Timestamp,
) -> sqlx::Result<bool> {
    let (Some((last, _)), Ok(count)) = (follows.last(), i32::try_from(follows.len())) else { return Ok(true) };
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
    let (ids, followers): (Vec<i64>, Vec<i64>) = follows.iter().map(|(follow, who)| (follow.0, who.0)).unzip();
    sqlx::query!(
        "insert into outbox (kind, follow_id, follower_id, mailing_id, created_at, due_at)
         select 'mailing', f.id, f.follower, m.id, $5,
             m.begins_at + ($4::float8 + f.place - 1) * interval '1 minute' / m.mails_per_minute
         from mailings m, unnest($2::bigint[], $3::bigint[]) with ordinality as f (id, follower, place)
         where m.id = $1",
        mailing.0,
        &ids,
        &followers,
        f64::from(queued - count),
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// Puts the mails to these signatures, which follow the one `after`, into the outbox, and notes that it has; `false`
/// without having done anything if the mailing has been stopped, or another process has come further.
///
/// # Errors
/// When the database fails.
pub async fn queue(
    db: &mut Db,
    mailing: MailingId,
    after: i64,
    signatures: &[i64],
    now: Timestamp,
) -> sqlx::Result<bool> {
    let (Some(last), Ok(count)) = (signatures.last(), i32::try_from(signatures.len())) else { return Ok(true) };
    let queued = sqlx::query_scalar!(
        "update mailings set queued = queued + $4, queued_to = $3
         where id = $1 and queued_to = $2 and cancelled_at is null and paused_at is null
         returning queued",
        mailing.0,
        after,
        last,
        count
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(queued) = queued else { return Ok(false) };
    sqlx::query!(
        "insert into outbox (kind, signature_id, mailing_id, created_at, due_at)
         select 'mailing', s.id, m.id, $4, m.begins_at + ($3::float8 + s.place - 1) * interval '1 minute' / m.mails_per_minute
         from mailings m, unnest($2::bigint[]) with ordinality as s (id, place)
         where m.id = $1",
        mailing.0,
        signatures,
        f64::from(queued - count),
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// Notes that all mails of a mailing are in the outbox, unless somebody has stopped it or come further than to this signature
/// and this following.
///
/// # Errors
/// When the database fails.
pub async fn all_queued(
    db: &mut Db,
    mailing: MailingId,
    (signature, follow): (i64, i64),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update mailings set all_queued_at = $4, queued_to = greatest(queued_to, last_signature),
             follows_queued_to = greatest(follows_queued_to, last_follow)
         where id = $1 and queued_to = $2 and follows_queued_to = $3
             and cancelled_at is null and paused_at is null and all_queued_at is null",
        mailing.0,
        signature,
        follow,
        sql(now)
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes mails of cancelled mailings out of the outbox, `most` at the most; says how many. Those that are just being
/// handed over are left to whoever does.
///
/// # Errors
/// When the database fails.
pub async fn clear_cancelled(db: &mut Db, now: Timestamp, most: i64) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from outbox where id in (
             select o.id
             from mailings m
             cross join lateral (
                 select id from outbox
                 where mailing_id = m.id and given_up_at is null and (attempts = 0 or due_at <= $1::timestamptz - m.held)
                 order by due_at limit $2
                 for update skip locked) o
             where m.cancelled_at is not null
             limit $2)",
        sql(now) as _,
        most
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// What a mailing tells.
#[derive(Clone, Debug)]
pub enum Content {
    /// The Government has responded: what, and which department.
    Response(GovernmentResponse, Option<String>),
    /// Parliament will debate it on that day.
    Scheduled(jiff::civil::Date),
    /// What came of the debate, or of the request for one.
    Outcome(Debate),
    /// Something else happened.
    Activity(Activity),
    /// It has enough signatures for a response, or for a debate; how many.
    Reached(Threshold, u32),
    /// It is closed, since when, and with how many signatures.
    Closed(Timestamp, u32),
}

/// What a petition can have enough signatures for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// The Government's answer.
    Response,
    /// A debate in Parliament.
    Debate,
}

/// What a mailing tells of its petition, as it is now; `None` if that is no longer so, and nothing is to be mailed, or if it
/// carries weekly news, which tell everybody something else.
///
/// # Errors
/// When the database fails.
pub async fn content(db: &mut Db, id: MailingId) -> sqlx::Result<Option<Content>> {
    let row = sqlx::query!(
        r#"select p.id as petition_id, m.kind, m.activity_id, t.signature_count,
               p.response_threshold_reached_at, p.debate_threshold_reached_at, p.closed_at
           from mailings m
           join petitions p on p.id = m.petition_id and p.state in ('open', 'closed')
           join petition_totals t on t.petition_id = p.id
           where m.id = $1 and m.cancelled_at is null"#,
        id.0
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let petition = PetitionId::from(row.petition_id);
    let count = row.signature_count.try_into().unwrap_or(0);
    Ok(match row.kind {
        MailingKind::ResponseThresholdReached => {
            row.response_threshold_reached_at.map(|_| Content::Reached(Threshold::Response, count))
        }
        MailingKind::DebateThresholdReached => {
            row.debate_threshold_reached_at.map(|_| Content::Reached(Threshold::Debate, count))
        }
        MailingKind::Closed => row.closed_at.map(|at| Content::Closed(at.to_jiff(), count)),
        MailingKind::GovernmentResponse => {
            let published = super::responses::standing(db, petition).await?.published;
            published.and_then(|published| {
                let response = GovernmentResponse {
                    responded_on: published.text.responded_on?,
                    summary: published.text.summary,
                    details: published.text.details,
                    created_at: published.created_at,
                    updated_at: published.updated_at,
                };
                Some(Content::Response(response, published.department))
            })
        }
        MailingKind::DebateScheduled => {
            let standing = super::debates::standing(db, petition).await?;
            standing.scheduled_for.filter(|_| standing.outcome.is_none()).map(Content::Scheduled)
        }
        MailingKind::WeeklyNews => None,
        MailingKind::DebateOutcome => super::debates::standing(db, petition).await?.outcome.map(Content::Outcome),
        MailingKind::Activity => {
            let activities = super::debates::activities(db, petition).await?;
            activities.into_iter().find(|activity| Some(activity.id) == row.activity_id).map(|activity| {
                Content::Activity(Activity {
                    subject: activity.subject,
                    body: activity.body,
                    occurred_on: activity.occurred_on,
                    created_at: activity.created_at,
                    updated_at: activity.updated_at,
                })
            })
        }
    })
}

/// Adds to the numbers of mailings what has left the outbox: how many were sent, and how many nobody wanted any more. In
/// order, so that two processes that do it at once do not wait for each other for ever.
///
/// # Errors
/// When the database fails.
pub(super) async fn count(db: &mut Db, mailings: &BTreeMap<MailingId, (i32, i32)>) -> sqlx::Result<()> {
    for (id, (sent, unwanted)) in mailings {
        sqlx::query!(
            "update mailings set sent = sent + $2, unwanted = unwanted + $3 where id = $1",
            id.0,
            sent,
            unwanted
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// How many mails of a mailing that begins now leave in a minute.
///
/// # Errors
/// When the database fails.
pub async fn pace(db: &mut Db) -> sqlx::Result<i32> {
    sqlx::query_scalar!("select mails_per_minute from site").fetch_one(db).await
}
