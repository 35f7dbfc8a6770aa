//! The few who stood behind a petition before it was published: its creator and its supporters.

use jiff::Timestamp;

use super::{Db, signatures::narrow};
use crate::domain::{
    keyring::EmailHash,
    limits,
    mail::MailKind,
    petition::{PetitionId, PetitionState},
    signature::{SignatureId, SignatureState},
};

/// Somebody who stood behind a petition.
#[derive(Clone, Debug)]
pub struct Supporter {
    /// The signature.
    pub signature: SignatureId,
    /// Whether it is the creator's.
    pub is_creator: bool,
    /// The signature's state.
    pub state: SignatureState,
    /// The name; empty once it has been erased.
    pub name: String,
    /// The encrypted contact; empty once it has been erased.
    pub contact: Vec<u8>,
    /// To what the contact belongs.
    pub email_hash: Option<EmailHash>,
    /// The constituency or country.
    pub area: String,
    /// When the form was sent.
    pub created_at: Timestamp,
}

/// The creator of a petition and its supporters, the creator first.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &mut Db, petition: PetitionId) -> sqlx::Result<Vec<Supporter>> {
    let rows = sqlx::query!(
        "select s.id, u.is_creator, s.state, s.name, s.contact, s.email_hash, a.name as area, s.created_at
         from supporters u join signatures s on s.id = u.signature_id join areas a on a.id = s.area_id
         where u.petition_id = $1 order by u.is_creator desc, s.id",
        narrow(petition)
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Supporter {
            signature: row.id.into(),
            is_creator: row.is_creator,
            state: row.state,
            name: row.name,
            contact: row.contact,
            email_hash: row.email_hash.map(EmailHash),
            area: row.area,
            created_at: row.created_at.to_jiff(),
        })
        .collect())
}

/// Notes who stands behind a petition: the signature of this address on it.
///
/// # Errors
/// When the database fails, or the petition has a creator already.
pub async fn add(
    db: &mut Db,
    petition: PetitionId,
    hash: EmailHash,
    member: i16,
    is_creator: bool,
) -> sqlx::Result<Option<SignatureId>> {
    let id = sqlx::query_scalar!(
        "insert into supporters (signature_id, petition_id, is_creator)
         select id, petition_id, $4 from signatures
         where petition_id = $1 and email_hash = $2 and household_member = $3
         returning signature_id",
        narrow(petition),
        hash.0,
        member,
        is_creator
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(Into::into))
}

/// Moves a petition that gathers support on to where its support puts it: the creator has confirmed, or it has enough
/// supporters to be checked.
///
/// # Errors
/// When the database fails.
pub async fn settle(db: &mut Db, petition: PetitionId, now: Timestamp) -> sqlx::Result<()> {
    let needed = i64::from(limits::SUPPORTERS_NEEDED) + 1;
    sqlx::query!(
        "with support as (
             select count(*) as signatures from supporters u join signatures s on s.id = u.signature_id
             where u.petition_id = $1::bigint and s.state = 'validated'
         )
         update petitions p
         set state = case when s.signatures >= $2 then 'sponsored' else 'validated' end::petition_state,
             moderation_threshold_reached_at = case when s.signatures >= $2
                 then coalesce(p.moderation_threshold_reached_at, $3) end
         from support s
         where p.id = $1::bigint and p.state in ('pending', 'validated') and s.signatures > 0",
        petition.get(),
        needed,
        super::sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A petition, as far as supporting it has to know it.
#[derive(Clone, Copy, Debug)]
pub struct Gathering {
    /// Its state.
    pub state: PetitionState,
    /// Whether its creator has confirmed.
    pub confirmed: bool,
    /// Supporters who have confirmed and are counted; the creator is none.
    pub supporters: u32,
    /// It was imported, and lives where it was published.
    pub elsewhere: bool,
    /// No signatures are taken at all for the time being.
    pub paused: bool,
}

/// What supporting has to know of a petition; `None`: there is none.
///
/// # Errors
/// When the database fails.
pub async fn gathering(db: &mut Db, petition: PetitionId) -> sqlx::Result<Option<Gathering>> {
    let row = sqlx::query!(
        r#"select p.state, p.source_url is not null as "elsewhere!", i.collection_paused_at is not null as "paused!",
               coalesce(bool_or(s.state not in ('pending', 'withdrawn')) filter (where u.is_creator), false)
                   as "confirmed!",
               count(*) filter (where not u.is_creator and s.state = 'validated') as "supporters!"
           from petitions p cross join site i
           left join supporters u on u.petition_id = p.id left join signatures s on s.id = u.signature_id
           where p.id = $1 group by p.id, i.only_row"#,
        petition.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Gathering {
        state: row.state,
        confirmed: row.confirmed,
        supporters: u32::try_from(row.supporters).unwrap_or(u32::MAX),
        elsewhere: row.elsewhere,
        paused: row.paused,
    }))
}

/// Those of these petitions that may gain and lose supporters: whose creator can have confirmed, and which are not
/// published yet.
///
/// # Errors
/// When the database fails.
pub async fn gathering_among(db: &mut Db, petitions: &[PetitionId]) -> sqlx::Result<Vec<PetitionId>> {
    if petitions.is_empty() {
        return Ok(Vec::new());
    }
    let ids = sqlx::query_scalar!(
        "select id from petitions
         where id = any($1) and state in ('validated', 'sponsored', 'flagged', 'dormant') and source_url is null
         order by id",
        &petitions.iter().map(|petition| petition.get()).collect::<Vec<_>>()
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Whether a signature stands behind a petition that is not published yet, and which that is.
///
/// # Errors
/// When the database fails.
pub async fn stands_behind(db: &mut Db, signature: SignatureId) -> sqlx::Result<Option<PetitionId>> {
    let id = sqlx::query_scalar!("select petition_id from supporters where signature_id = $1", signature.get());
    Ok(id.fetch_optional(db).await?.map(|id| i64::from(id).into()))
}

/// Moves a petition from one state to another, unless it is not in it any more; says whether it was. `reached` sets when
/// it had enough supporters, or takes that away.
///
/// # Errors
/// When the database fails.
pub async fn move_on(
    db: &mut Db,
    petition: PetitionId,
    (from, to): (PetitionState, PetitionState),
    reached: Option<Timestamp>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update petitions set state = $3, moderation_threshold_reached_at = $4, updated_at = $5
         where id = $1 and state = $2",
        petition.get(),
        from as PetitionState,
        to as PetitionState,
        super::sql_opt(reached) as _,
        super::sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the creator of a petition has confirmed.
///
/// # Errors
/// When the database fails.
pub async fn creator_has_confirmed(db: &mut Db, petition: PetitionId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from supporters u join signatures s on s.id = u.signature_id
             where u.petition_id = $1 and u.is_creator and s.state not in ('pending', 'withdrawn')) as "confirmed!""#,
        narrow(petition)
    )
    .fetch_one(db)
    .await
}

/// How many can be told of a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reachable {
    /// Creators: one or none.
    pub creator: i64,
    /// Supporters who want mail about the petition.
    pub supporters: i64,
}

/// Who can be told of a decision about a petition: the creator, whether or not updates are wanted, and supporters who
/// want them; nobody whose address has been erased, and nobody who wants no mail about it at all.
///
/// # Errors
/// When the database fails.
pub async fn reachable(db: &mut Db, petition: PetitionId) -> sqlx::Result<Reachable> {
    sqlx::query_as!(
        Reachable,
        r#"select count(*) filter (where u.is_creator) as "creator!",
               count(*) filter (where not u.is_creator) as "supporters!"
           from supporters u join signatures s on s.id = u.signature_id
           where u.petition_id = $1 and s.email_hash is not null and s.state not in ('pending', 'withdrawn')
               and (u.is_creator or (s.wants_updates and s.state = 'validated'))
               and not exists (select from unwanted_mail n
                               where n.email_hash = s.email_hash and n.petition_id = s.petition_id)"#,
        narrow(petition)
    )
    .fetch_one(db)
    .await
}

/// Puts a mail about a decision into the outbox for whoever of them can be told; says how many. Of another decision that
/// has not left yet nothing is sent any more.
///
/// # Errors
/// When the database fails.
pub async fn tell(
    db: &mut Db,
    petition: PetitionId,
    kind: MailKind,
    creator: bool,
    supporters: bool,
    now: Timestamp,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from outbox o using supporters u
         where u.petition_id = $1 and o.signature_id = u.signature_id and o.kind in ('petition_published',
             'petition_rejected', 'petition_hidden', 'petition_taken_down', 'petition_restored')",
        narrow(petition)
    )
    .execute(&mut *db)
    .await?;
    let done = sqlx::query!(
        "insert into outbox (kind, signature_id, created_at, due_at)
         select $2, s.id, $3, $3
         from supporters u join signatures s on s.id = u.signature_id
         where u.petition_id = $1 and s.email_hash is not null and s.state not in ('pending', 'withdrawn')
             and (u.is_creator and $4 or not u.is_creator and $5 and s.wants_updates and s.state = 'validated')
             and not exists (select from unwanted_mail n
                             where n.email_hash = s.email_hash and n.petition_id = s.petition_id)",
        narrow(petition),
        kind as MailKind,
        super::sql(now) as _,
        creator,
        supporters
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// What a mail about a decision has to know, at the moment of sending.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Whether it goes to the creator.
    pub is_creator: bool,
    /// Whether it may go to this one still.
    pub wanted: bool,
    /// The petition's state.
    pub state: PetitionState,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
    /// Why it was refused: the reason's title and text, and what was added.
    pub refusal: Option<(String, String, String)>,
}

/// What a mail about a decision has to know of its signature; `None`: the signature stands behind nothing any more.
///
/// # Errors
/// When the database fails.
pub async fn decided(db: &mut Db, signature: SignatureId) -> sqlx::Result<Option<Decided>> {
    let row = sqlx::query!(
        r#"select u.is_creator,
               (s.state not in ('pending', 'withdrawn') and (u.is_creator or (s.wants_updates and s.state = 'validated')))
                   as "wanted!",
               p.state, p.closes_at, n.title as "title?", n.description as "description?", j.details as "details?"
           from supporters u join signatures s on s.id = u.signature_id join petitions p on p.id = u.petition_id
           left join rejections j on j.petition_id = p.id left join rejection_reasons n on n.code = j.code
           where u.signature_id = $1"#,
        signature.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Decided {
        is_creator: row.is_creator,
        wanted: row.wanted,
        state: row.state,
        closes_at: row.closes_at.map(|at| at.to_jiff()),
        refusal: (|| Some((row.title?, row.description?, row.details?)))(),
    }))
}

/// Petitions that people with these addresses have created.
///
/// # Errors
/// When the database fails.
pub async fn created_by(db: &mut Db, hashes: &[EmailHash]) -> sqlx::Result<Vec<PetitionId>> {
    let ids = sqlx::query_scalar!(
        "select u.petition_id from signatures s join supporters u on u.signature_id = s.id and u.is_creator
         where s.email_hash = any($1) order by u.petition_id desc limit 200",
        &hashes.iter().map(|hash| hash.0).collect::<Vec<_>>()
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(|id| i64::from(id).into()).collect())
}
