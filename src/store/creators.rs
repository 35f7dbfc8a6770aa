//! The creator of a petition: how to reach them, and what they have been told.

use jiff::{SignedDuration, Timestamp};

use super::{Db, sql};
use crate::domain::{
    keyring::EmailHash,
    mail::MailKind,
    petition::{PetitionId, PetitionState},
    signature::{SignatureId, SignatureState},
};

/// A petition's creator, as far as the creator's own page has to know.
#[derive(Clone, Debug)]
pub struct Creator {
    /// The creator's signature.
    pub signature: SignatureId,
    /// Its state.
    pub state: SignatureState,
    /// The name; empty once it has been erased.
    pub name: String,
    /// Whether news about the petition are wanted, as signers get them.
    pub wants_updates: bool,
    /// Whether only decisions are to be told, and not every step.
    pub quiet: bool,
    /// Whether there is an address still to which mail can be sent.
    pub reachable: bool,
}

/// The creator of a petition; `None`: nobody is known.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, petition: PetitionId) -> sqlx::Result<Option<Creator>> {
    let row = sqlx::query!(
        r#"select s.id, s.state, s.name, s.wants_updates, u.quiet,
               s.email_hash is not null and not exists (
                   select from unwanted_mail n where n.email_hash = s.email_hash and n.petition_id = s.petition_id)
                   as "reachable!"
           from supporters u join signatures s on s.id = u.signature_id
           where u.petition_id = $1::bigint and u.is_creator"#,
        petition.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Creator {
        signature: row.id.into(),
        state: row.state,
        name: row.name,
        wants_updates: row.wants_updates,
        quiet: row.quiet,
        reachable: row.reachable,
    }))
}

/// Whether a signature is that of a petition's creator, while that petition is not published: it is what the petition
/// stands on.
///
/// # Errors
/// When the database fails.
pub async fn stands_on(db: &mut Db, signature: SignatureId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from supporters u join petitions p on p.id = u.petition_id
             where u.signature_id = $1 and u.is_creator
                 and p.state in ('pending', 'validated', 'sponsored', 'flagged', 'dormant')) as "stands!""#,
        signature.get()
    )
    .fetch_one(db)
    .await
}

/// Whether a signature is that of a creator who is told of every step.
///
/// # Errors
/// When the database fails.
pub async fn hears_of_steps(db: &mut Db, signature: SignatureId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from supporters where signature_id = $1 and is_creator and not quiet) as "hears!""#,
        signature.get()
    )
    .fetch_one(db)
    .await
}

/// Whether mails that need not be sent are wanted: every step, and news.
///
/// # Errors
/// When the database fails.
pub async fn want_updates(db: &mut Db, petition: PetitionId, wanted: bool) -> sqlx::Result<()> {
    sqlx::query!(
        "with creator as (
             update supporters set quiet = not $2 where petition_id = $1::bigint and is_creator returning signature_id
         )
         update signatures s set wants_updates = $2
         from creator c where s.id = c.signature_id and s.email_hash is not null and s.wants_updates <> $2",
        petition.get(),
        wanted
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts a mail to their creators into the outbox, of those petitions whose creators have not had this kind before: what
/// is told once is not told again when a count falls and rises. Creators who want to hear of decisions only are not
/// told of steps.
///
/// # Errors
/// When the database fails.
pub async fn tell_once(
    db: &mut Db,
    petitions: &[PetitionId],
    kind: MailKind,
    is_step: bool,
    now: Timestamp,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with first as (
             insert into creator_told (petition_id, kind, told_at)
             select petition_id, $2, $3 from unnest($1::bigint[]) as p (petition_id)
             on conflict do nothing
             returning petition_id
         )
         insert into outbox (kind, signature_id, created_at, due_at)
         select $2, s.id, $3, $3
         from first f join supporters u on u.petition_id = f.petition_id and u.is_creator
         join signatures s on s.id = u.signature_id
         where s.email_hash is not null and s.state not in ('pending', 'withdrawn') and not (u.quiet and $4)
             and not exists (select from unwanted_mail n
                             where n.email_hash = s.email_hash and n.petition_id = s.petition_id)",
        &petitions.iter().map(|petition| petition.get()).collect::<Vec<_>>(),
        kind as MailKind,
        sql(now) as _,
        is_step
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Tells the creator of a petition, unless only decisions are to be told, that it has so many supporters, unless as many or more have been
/// told already. What was to be told of fewer and has not left yet is not sent any more.
///
/// # Errors
/// When the database fails.
pub async fn tell_of_support(db: &mut Db, petition: PetitionId, supporters: u32, now: Timestamp) -> sqlx::Result<()> {
    let more = sqlx::query_scalar!(
        "insert into creator_told as t (petition_id, kind, told_at, supporters) values ($1, 'support_grows', $3, $2)
         on conflict (petition_id, kind) do update set supporters = excluded.supporters, told_at = excluded.told_at
         where t.supporters < excluded.supporters
         returning 1",
        petition.get(),
        i32::try_from(supporters).unwrap_or(i32::MAX),
        sql(now) as _
    )
    .fetch_optional(&mut *db)
    .await?;
    if more.is_none() {
        return Ok(());
    }
    forget_support(db, petition).await?;
    sqlx::query!(
        "insert into outbox (kind, signature_id, created_at, due_at)
         select 'support_grows', s.id, $2, $2
         from supporters u join signatures s on s.id = u.signature_id
         where u.petition_id = $1::bigint and u.is_creator and s.email_hash is not null and not u.quiet
             and s.state not in ('pending', 'withdrawn')
             and not exists (select from unwanted_mail n
                             where n.email_hash = s.email_hash and n.petition_id = s.petition_id)",
        petition.get(),
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Tells the creator of a petition that it has enough supporters: again only if the creator knows that there were too few
/// meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn tell_support_reached(db: &mut Db, petition: PetitionId, now: Timestamp) -> sqlx::Result<()> {
    if take_back(db, petition, MailKind::SupportLost).await? {
        return know_of_support(db, petition, now).await;
    }
    tell_once(db, &[petition], MailKind::SupportReached, false, now).await?;
    Ok(())
}

/// Tells the creator of a petition that it has too few supporters again, unless it has not been told that there were
/// enough.
///
/// # Errors
/// When the database fails.
pub async fn tell_support_lost(db: &mut Db, petition: PetitionId, now: Timestamp) -> sqlx::Result<()> {
    let knew = !take_back(db, petition, MailKind::SupportReached).await?;
    sqlx::query!(
        "delete from creator_told where petition_id = $1 and kind in ('support_reached', 'support_lost')",
        petition.get()
    )
    .execute(&mut *db)
    .await?;
    if knew {
        tell_once(db, &[petition], MailKind::SupportLost, false, now).await?;
    }
    Ok(())
}

/// Notes that the creator of a petition knows that it has enough supporters.
async fn know_of_support(db: &mut Db, petition: PetitionId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into creator_told (petition_id, kind, told_at) values ($1, 'support_reached', $2) on conflict do nothing",
        petition.get(),
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a mail about growing support that has not been tried yet out of the outbox: a later one says more.
///
/// # Errors
/// When the database fails.
pub async fn forget_support(db: &mut Db, petition: PetitionId) -> sqlx::Result<()> {
    take_back(db, petition, MailKind::SupportGrows).await?;
    Ok(())
}

/// Takes a mail to the creator of a petition that has not been tried yet out of the outbox; says whether there was one.
async fn take_back(db: &mut Db, petition: PetitionId, kind: MailKind) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from outbox o using supporters u
         where u.petition_id = $1::bigint and u.is_creator and o.signature_id = u.signature_id
             and o.kind = $2 and o.attempts = 0",
        petition.get(),
        kind as MailKind
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Mails the creator of a petition the link to the creator's page again, if one of these is the hash of the creator's
/// address, and none has been mailed for so long. Says whether it was.
///
/// # Errors
/// When the database fails.
pub async fn mail_link(
    db: &mut Db,
    petition: PetitionId,
    hashes: Option<&[EmailHash]>,
    pause: SignedDuration,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with creator as (
             select s.id from supporters u join signatures s on s.id = u.signature_id
             where u.petition_id = $1::bigint and u.is_creator and s.email_hash is not null
                 and ($2::bigint[] is null or s.email_hash = any($2)) and s.state not in ('pending', 'withdrawn')
                 and not exists (select from unwanted_mail n
                                 where n.email_hash = s.email_hash and n.petition_id = s.petition_id)
         ), told as (
             insert into creator_told as t (petition_id, kind, told_at) select $1, 'creator_link', $3 from creator
             on conflict (petition_id, kind) do update set told_at = excluded.told_at where t.told_at <= $4
             returning 1
         )
         insert into outbox (kind, signature_id, created_at, due_at)
         select 'creator_link', c.id, $3, $3 from creator c, told",
        petition.get(),
        hashes.map(|hashes| hashes.iter().map(|hash| hash.0).collect::<Vec<_>>()) as _,
        sql(now) as _,
        sql(now - pause) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What a mail to a creator has to know, at the moment of sending.
#[derive(Clone, Debug)]
pub struct Told {
    /// Whether it goes to the creator; otherwise it goes to a supporter.
    pub is_creator: bool,
    /// Whether it may go to this one still: the signature is there, and a supporter wants mail.
    pub wanted: bool,
    /// The petition's state.
    pub state: PetitionState,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub additional_details: String,
    /// Supporters who have confirmed.
    pub supporters: u32,
    /// How many have signed.
    pub signatures: u32,
    /// Until when it can be signed.
    pub closes_at: Option<Timestamp>,
    /// Whether it closed since its parliament was dissolved.
    pub dissolved: bool,
    /// Whether the Government has answered.
    pub answered: bool,
}

/// What a mail to a creator has to know of a signature; `None`: it stands behind nothing any more.
///
/// # Errors
/// When the database fails.
pub async fn told(db: &mut Db, signature: SignatureId) -> sqlx::Result<Option<Told>> {
    let row = sqlx::query!(
        r#"select u.is_creator, p.state, p.background, p.additional_details, p.closes_at, t.signature_count,
               p.government_response_at is not null as "answered!",
               coalesce(p.closed_at = l.dissolution_at, false) as "dissolved!",
               (s.state not in ('pending', 'withdrawn') and (u.is_creator or (s.wants_updates and s.state = 'validated')))
                   as "wanted!",
               (select count(*) from supporters o join signatures v on v.id = o.signature_id
                where o.petition_id = u.petition_id and not o.is_creator and v.state = 'validated') as "supporters!"
           from supporters u join signatures s on s.id = u.signature_id
           join petitions p on p.id = u.petition_id join petition_totals t on t.petition_id = p.id
           left join parliaments l on l.id = p.parliament_id
           where u.signature_id = $1"#,
        signature.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Told {
        is_creator: row.is_creator,
        wanted: row.wanted,
        state: row.state,
        background: row.background,
        additional_details: row.additional_details,
        supporters: u32::try_from(row.supporters).unwrap_or(u32::MAX),
        signatures: row.signature_count.unsigned_abs(),
        closes_at: row.closes_at.map(|at| at.to_jiff()),
        dissolved: row.dissolved,
        answered: row.answered,
    }))
}

/// How long checking takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Checking {
    /// Petitions about which was decided in the last two months.
    pub decided: i64,
    /// Days that half of those took at the most.
    pub median_days: Option<f64>,
    /// Petitions that came to be checked before this one, and are not decided about.
    pub before: i64,
}

impl Checking {
    /// Whole days that half of the petitions took at the most, if there were enough to tell anything.
    pub fn telling(&self) -> Option<i64> {
        self.median_days.filter(|_| self.decided > 1).map(|days| days.ceil() as i64)
    }
}

/// How long checking takes, and how many petitions are to be checked before this one.
///
/// # Errors
/// When the database fails.
pub async fn checking(db: &mut Db, petition: PetitionId, now: Timestamp) -> sqlx::Result<Checking> {
    sqlx::query_as!(
        Checking,
        r#"select d.decided as "decided!", d.median_days,
               (select count(*) from petitions o, petitions p
                where p.id = $1 and o.state in ('sponsored', 'flagged')
                    and (o.moderation_threshold_reached_at, o.id) < (p.moderation_threshold_reached_at, p.id)) as "before!"
           from (select count(*) as decided,
                     percentile_cont(0.5) within group (
                         order by (extract(epoch from moderated_at - moderation_threshold_reached_at) / 86400)::float8)
                         as median_days
                 from petitions
                 where moderated_at > $2 and moderated_at >= moderation_threshold_reached_at) d"#,
        petition.get(),
        sql(now - SignedDuration::from_hours(24 * 60)) as _
    )
    .fetch_one(db)
    .await
}

/// Notes that a petition was taken back by its creator: nobody sees it any more, and the reason says why.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(db: &mut Db, petition: PetitionId, to: PetitionState, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update petitions set state = $2, withdrawn_at = $3, updated_at = $3 where id = $1",
        petition.get(),
        to as PetitionState,
        sql(now) as _
    )
    .execute(&mut *db)
    .await?;
    // Staff may have deleted the reason from their list.
    sqlx::query!(
        "insert into rejection_reasons (code, title, description, hides)
         values ('removed', 'Withdrawn by its creator', 'The creator asked for it to be taken down.', true)
         on conflict do nothing"
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into rejections (petition_id, code, details) values ($1, 'removed', '')
         on conflict (petition_id) do update set code = excluded.code, details = excluded.details",
        petition.get()
    )
    .execute(db)
    .await?;
    Ok(())
}
