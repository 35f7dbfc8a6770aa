//! Who follows what, by mail and without signing.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;

use super::{Db, areas::AreaId, signatures::narrow, sql};
use crate::domain::{
    area::BoundarySet,
    follow::{FollowId, FollowerId, Target},
    keyring::EmailHash,
    petition::{PetitionId, PetitionState, Visibility},
    text,
};

/// The parts of a target, as the columns have them.
struct Columns {
    petition: Option<i32>,
    topic: Option<String>,
    area: Option<AreaId>,
    set: Option<i16>,
}

impl Columns {
    fn of(target: &Target) -> Self {
        let none = Self { petition: None, topic: None, area: None, set: None };
        match target {
            Target::Petition(id) => Self { petition: Some(narrow(*id)), ..none },
            Target::Topic(code) => Self { topic: Some(code.clone()), ..none },
            Target::Place(area, set) => Self { area: Some(*area), set: Some(set.0), ..none },
        }
    }
}

/// What is followed, as pages and mails name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// A petition: what it asks for, as long as the public can read it.
    Petition(PetitionId, Option<String>),
    /// A topic: its code and its name.
    Topic(String, String),
    /// A constituency: its number, its name and its boundaries.
    Place(AreaId, String, BoundarySet),
}

impl Followed {
    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Petition(_, action) => action.as_deref().unwrap_or("A petition that is no longer public"),
            Self::Topic(_, name) | Self::Place(_, name, _) => name,
        }
    }

    /// What it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Petition(..) => "petition",
            Self::Topic(..) => "topic",
            Self::Place(..) => "constituency",
        }
    }

    /// Its name in addresses, if it is a constituency.
    pub fn slug(&self) -> String {
        text::slug(self.name())
    }

    /// Whether the public can read it.
    pub fn is_public(&self) -> bool {
        !matches!(self, Self::Petition(_, None))
    }

    /// The same as a target.
    pub fn target(&self) -> Target {
        match self {
            Self::Petition(id, _) => Target::Petition(*id),
            Self::Topic(code, _) => Target::Topic(code.clone()),
            Self::Place(area, _, set) => Target::Place(*area, *set),
        }
    }
}

/// Somebody's following something.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Its number.
    pub id: FollowId,
    /// Whose.
    pub follower: FollowerId,
    /// What is followed.
    pub of: Followed,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
}

/// Somebody who follows something.
#[derive(Clone, Debug)]
pub struct Follower {
    /// Their number.
    pub id: FollowerId,
    /// When they first asked for something.
    pub created_at: Timestamp,
    /// The hash of the address, with which the contact is bound up.
    pub email_hash: EmailHash,
    /// The address, encrypted.
    pub contact: Vec<u8>,
}

/// Whether an address has asked for no such mails; `hashes` are those that it may have.
///
/// # Errors
/// When the database fails.
pub async fn is_unwanted(db: &mut Db, hashes: &[EmailHash]) -> sqlx::Result<bool> {
    let hashes: Vec<i64> = hashes.iter().map(|hash| hash.0).collect();
    sqlx::query_scalar!(
        r#"select exists (select from unwanted_follows where email_hash = any($1)) as "unwanted!""#,
        &hashes
    )
    .fetch_one(db)
    .await
}

/// Finds an address among those that follow something, or adds it, and holds it until the end of the transaction: whoever
/// clears up meanwhile waits. `former` are the hashes that it may have from former keys.
///
/// # Errors
/// When the database fails.
pub async fn put_follower(
    db: &mut Db,
    hash: EmailHash,
    former: &[EmailHash],
    contact: &[u8],
    now: Timestamp,
) -> sqlx::Result<FollowerId> {
    let former: Vec<i64> = former.iter().map(|hash| hash.0).collect();
    let known = sqlx::query_scalar!(
        "select id from followers where email_hash = any($1) order by id limit 1 for update",
        &former
    )
    .fetch_optional(&mut *db)
    .await?;
    if let Some(id) = known {
        return Ok(FollowerId(id));
    }
    // The address stays as it was first typed.
    let id = sqlx::query_scalar!(
        "insert into followers (created_at, email_hash, contact) values ($1, $2, $3)
         on conflict (email_hash) do update set email_hash = excluded.email_hash
         returning id",
        sql(now) as _,
        hash.0,
        contact
    )
    .fetch_one(db)
    .await?;
    Ok(FollowerId(id))
}

/// Notes that somebody wants to follow something, and that a mail is being sent about it; `None` once `most` have been.
///
/// # Errors
/// When the database fails.
pub async fn ask(
    db: &mut Db,
    follower: FollowerId,
    target: &Target,
    most: i16,
    now: Timestamp,
) -> sqlx::Result<Option<FollowId>> {
    let of = Columns::of(target);
    let id = sqlx::query_scalar!(
        "insert into follows (follower_id, petition_id, topic_code, area_id, boundary_set, created_at, mails_sent)
         values ($1, $2, $3, $4, $5, $6, 1)
         on conflict (follower_id, petition_id, topic_code, area_id, boundary_set)
             do update set mails_sent = follows.mails_sent + 1 where follows.mails_sent < $7
         returning id",
        follower.0,
        of.petition,
        of.topic,
        of.area,
        of.set,
        sql(now) as _,
        most
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(FollowId))
}

/// Puts the mail with its link into the outbox.
///
/// # Errors
/// When the database fails.
pub async fn mail(db: &mut Db, follower: FollowerId, follow: FollowId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into outbox (kind, follower_id, follow_id, created_at, due_at) values ('confirm_follow', $1, $2, $3, $3)",
        follower.0,
        follow.0,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What one person follows; `None` if there is none with this number.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: FollowId) -> sqlx::Result<Option<Follow>> {
    Ok(load(db, &[id.0], None).await?.pop())
}

/// Everything that somebody follows or has asked to follow, the first first.
///
/// # Errors
/// When the database fails.
pub async fn of_follower(db: &mut Db, follower: FollowerId) -> sqlx::Result<Vec<Follow>> {
    load(db, &[], Some(follower)).await
}

async fn load(db: &mut Db, ids: &[i64], follower: Option<FollowerId>) -> sqlx::Result<Vec<Follow>> {
    let rows = sqlx::query!(
        r#"select f.id, f.follower_id, f.petition_id, f.topic_code, f.area_id, f.boundary_set, f.created_at, f.confirmed_at,
               p.action as "action?", p.state as "state?: PetitionState", t.name as "topic?", a.name as "place?"
           from follows f
           left join petitions p on p.id = f.petition_id
           left join topics t on t.code = f.topic_code
           left join areas a on a.id = f.area_id
           where f.id = any($1) or f.follower_id = $2
           order by f.id"#,
        ids,
        follower.map(|follower| follower.0)
    )
    .fetch_all(db)
    .await?;
    let follows = rows.into_iter().filter_map(|row| {
        let public = row.state.is_some_and(|state| state.visibility() == Visibility::Page);
        let of = match (row.petition_id, row.topic_code, row.area_id.zip(row.boundary_set)) {
            (Some(id), ..) => Followed::Petition(i64::from(id).into(), row.action.filter(|_| public)),
            (_, Some(code), _) => Followed::Topic(code, row.topic?),
            (_, _, Some((area, set))) => Followed::Place(area, row.place?, BoundarySet(set)),
            _ => return None,
        };
        Some(Follow {
            id: FollowId(row.id),
            follower: FollowerId(row.follower_id),
            of,
            created_at: row.created_at.to_jiff(),
            confirmed_at: row.confirmed_at.map(SqlTimestamp::to_jiff),
        })
    });
    Ok(follows.collect())
}

/// Those of these people who still follow something, or have asked to.
///
/// # Errors
/// When the database fails.
pub async fn followers(db: &mut Db, ids: &[FollowerId]) -> sqlx::Result<HashMap<FollowerId, Follower>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!("select id, created_at, email_hash, contact from followers where id = any($1)", &ids)
        .fetch_all(db)
        .await?;
    let followers = rows.into_iter().map(|row| {
        let id = FollowerId(row.id);
        let (created_at, email_hash) = (row.created_at.to_jiff(), EmailHash(row.email_hash));
        (id, Follower { id, created_at, email_hash, contact: row.contact })
    });
    Ok(followers.collect())
}

/// These followings, by their numbers, as far as they are there.
///
/// # Errors
/// When the database fails.
pub async fn by_id(db: &mut Db, ids: &[FollowId]) -> sqlx::Result<HashMap<FollowId, Follow>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    Ok(load(db, &ids, None).await?.into_iter().map(|follow| (follow.id, follow)).collect())
}

/// Notes that a following is confirmed; whose it is, or `None` if it is there no more. To do so once more changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn confirm(db: &mut Db, id: FollowId, now: Timestamp) -> sqlx::Result<Option<FollowerId>> {
    let follower = sqlx::query_scalar!(
        "update follows set confirmed_at = coalesce(confirmed_at, $2) where id = $1 returning follower_id",
        id.0,
        sql(now) as _
    )
    .fetch_optional(db)
    .await?;
    Ok(follower.map(FollowerId))
}

/// Ends one following, and forgets whose it was if that was the last.
///
/// # Errors
/// When the database fails.
pub async fn remove(db: &mut Db, id: FollowId) -> sqlx::Result<()> {
    let follower = sqlx::query_scalar!("delete from follows where id = $1 returning follower_id", id.0)
        .fetch_optional(&mut *db)
        .await?;
    match follower {
        Some(follower) => forget_if_idle(db, follower).await,
        None => Ok(()),
    }
}

/// Ends what somebody's weekly news tell of.
///
/// # Errors
/// When the database fails.
pub async fn remove_weekly(db: &mut Db, follower: FollowerId) -> sqlx::Result<()> {
    sqlx::query!("delete from follows where follower_id = $1 and petition_id is null", follower.0)
        .execute(&mut *db)
        .await?;
    forget_if_idle(db, follower.0).await
}

/// Forgets somebody, and everything that they follow.
///
/// # Errors
/// When the database fails.
pub async fn erase(db: &mut Db, follower: FollowerId) -> sqlx::Result<()> {
    sqlx::query!("delete from followers where id = $1", follower.0).execute(db).await?;
    Ok(())
}

/// "I did not ask for this": the following goes if it is not confirmed, and if nothing else is confirmed, its address gets no
/// more such mails.
///
/// # Errors
/// When the database fails.
pub async fn disown(db: &mut Db, id: FollowId, now: Timestamp) -> sqlx::Result<()> {
    let follower =
        sqlx::query_scalar!("delete from follows where id = $1 and confirmed_at is null returning follower_id", id.0)
            .fetch_optional(&mut *db)
            .await?;
    let Some(follower) = follower else { return Ok(()) };
    sqlx::query!(
        "insert into unwanted_follows (email_hash, key, created_at)
         select email_hash, get_byte(contact, 0), $2 from followers w
         where id = $1 and not exists (select from follows f where f.follower_id = w.id and f.confirmed_at is not null)
         on conflict do nothing",
        follower,
        sql(now) as _
    )
    .execute(&mut *db)
    .await?;
    // What else was asked for in the name of that address was not its owner's wish either.
    sqlx::query!(
        "delete from follows f using followers w
         where f.follower_id = $1 and w.id = $1 and f.confirmed_at is null
             and exists (select from unwanted_follows u where u.email_hash = w.email_hash)",
        follower
    )
    .execute(&mut *db)
    .await?;
    forget_if_idle(db, follower).await
}

/// Forgets somebody who follows nothing and has asked for nothing. They are held first: whoever is just asking for something
/// holds them as well, and by then it is there.
async fn forget_if_idle(db: &mut Db, follower: i64) -> sqlx::Result<()> {
    sqlx::query_scalar!("select id from followers where id = $1 for update", follower).fetch_optional(&mut *db).await?;
    sqlx::query!(
        "delete from followers w where id = $1 and not exists (select from follows f where f.follower_id = w.id)",
        follower
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The same with everybody.
async fn forget_idle(db: &mut Db) -> sqlx::Result<()> {
    let idle = sqlx::query_scalar!(
        "select id from followers w where not exists (select from follows f where f.follower_id = w.id)
         order by id for update"
    )
    .fetch_all(&mut *db)
    .await?;
    sqlx::query!(
        "delete from followers w where id = any($1) and not exists (select from follows f where f.follower_id = w.id)",
        &idle
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets followings that were asked for before a moment and are not confirmed; says how many.
///
/// # Errors
/// When the database fails.
pub async fn remove_unconfirmed(db: &mut Db, before: Timestamp) -> sqlx::Result<u64> {
    let gone = sqlx::query!("delete from follows where confirmed_at is null and created_at < $1", sql(before) as _)
        .execute(&mut *db)
        .await?;
    forget_idle(db).await?;
    Ok(gone.rows_affected())
}

/// Ends followings of petitions that have been over since a moment, and forgets who wanted no such mails as long ago; says
/// how many followings that were.
///
/// # Errors
/// When the database fails.
pub async fn remove_over(db: &mut Db, since: Timestamp) -> sqlx::Result<u64> {
    let gone = sqlx::query!(
        "delete from follows f using petitions p
         where p.id = f.petition_id
             and p.state not in ('open', 'pending', 'validated', 'sponsored', 'flagged', 'dormant')
             and coalesce(p.removed_at, p.closed_at, p.rejected_at, p.withdrawn_at, p.stopped_at) < $1",
        sql(since) as _
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from unwanted_follows where created_at < $1", sql(since) as _).execute(&mut *db).await?;
    forget_idle(db).await?;
    Ok(gone.rows_affected())
}

/// People whose address another key than the one with this number has encrypted, `most` of those with numbers above `after`,
/// held until the end of the transaction.
///
/// # Errors
/// When the database fails.
pub async fn sealed_before(db: &mut Db, key: u8, after: i64, most: i64) -> sqlx::Result<Vec<Follower>> {
    let rows = sqlx::query!(
        "select id, created_at, email_hash, contact from followers
         where id > $1 and get_byte(contact, 0) <> $2 order by id limit $3 for update",
        after,
        i32::from(key),
        most
    )
    .fetch_all(db)
    .await?;
    let followers = rows.into_iter().map(|row| Follower {
        id: FollowerId(row.id),
        created_at: row.created_at.to_jiff(),
        email_hash: EmailHash(row.email_hash),
        contact: row.contact,
    });
    Ok(followers.collect())
}

/// Puts a contact and a hash in the place of those that a former key has made. If the same person has asked for something at
/// a program that did not know the new key, what they follow is put together.
///
/// # Errors
/// When the database fails.
pub async fn reseal(db: &mut Db, id: FollowerId, hash: EmailHash, contact: &[u8]) -> sqlx::Result<()> {
    let other =
        sqlx::query_scalar!("select id from followers where email_hash = $1 and id <> $2 for update", hash.0, id.0)
            .fetch_optional(&mut *db)
            .await?;
    let Some(other) = other else {
        sqlx::query!("update followers set email_hash = $2, contact = $3 where id = $1", id.0, hash.0, contact)
            .execute(db)
            .await?;
        return Ok(());
    };
    // Links in mails lead to the older of the two.
    sqlx::query!(
        "update follows f set follower_id = $1
         where follower_id = $2 and not exists (
             select from follows o where o.follower_id = $1
                 and (o.petition_id, o.topic_code, o.area_id, o.boundary_set)
                     is not distinct from (f.petition_id, f.topic_code, f.area_id, f.boundary_set))",
        id.0,
        other
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from followers where id = $1", other).execute(&mut *db).await?;
    sqlx::query!("update followers set email_hash = $2, contact = $3 where id = $1", id.0, hash.0, contact)
        .execute(db)
        .await?;
    Ok(())
}

/// How many addresses that want no such mails are known by the hash of another key than that with this number.
///
/// # Errors
/// When the database fails.
pub async fn unwanted_before(db: &mut Db, key: u8) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from unwanted_follows where key <> $1"#, i16::from(key))
        .fetch_one(db)
        .await
}
