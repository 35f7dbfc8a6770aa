//! Signatures: taken, confirmed, taken back, forgotten. What many people do at once is done here for all of them in one
//! statement; the numbers of a batch keep its order.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Db, areas::AreaId};
use crate::domain::{
    household::Known,
    keyring::EmailHash,
    limits,
    mail::MailKind,
    petition::{PetitionId, PetitionState},
    signature::{SignatureId, SignatureState},
    signer::SignerName,
    suspicion::Suspicion,
};

/// A petition, as far as signing has to know it.
#[derive(Clone, Copy, Debug)]
pub struct Collecting {
    /// Its state.
    pub state: PetitionState,
    /// Its deadline.
    pub closes_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// It was imported and is signed where it was published.
    pub elsewhere: bool,
    /// No signatures are taken at all for the time being.
    pub paused: bool,
    /// Since when that is so, or was in an outage that is still to be made good: a deadline after this will be moved.
    pub stopped_since: Option<Timestamp>,
}

impl Collecting {
    /// Whether its deadline has passed, and will not be moved.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.closes_at.is_some_and(|deadline| deadline < now && self.stopped_since.is_none_or(|since| deadline < since))
    }
}

/// What signing has to know of these petitions.
///
/// # Errors
/// When the database fails.
pub async fn collecting(db: &mut Db, petitions: &[PetitionId]) -> sqlx::Result<HashMap<PetitionId, Collecting>> {
    let rows = sqlx::query!(
        r#"select id, state, closes_at, closed_at, source_url is not null as "elsewhere!",
               s.collection_paused_at is not null as "paused!",
               least(s.collection_paused_at, (select min(o.began_at) from outages o where o.settled_at is null))
                   as stopped_since
           from petitions, site s where id = any($1)"#,
        &numbers(petitions)
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let collecting = Collecting {
                state: row.state,
                closes_at: row.closes_at.map(|at| at.to_jiff()),
                closed_at: row.closed_at.map(|at| at.to_jiff()),
                elsewhere: row.elsewhere,
                paused: row.paused,
                stopped_since: row.stopped_since.map(|at| at.to_jiff()),
            };
            (row.id.into(), collecting)
        })
        .collect())
}

/// A signature that is to be put in.
#[derive(Clone, Debug)]
pub struct Entry {
    /// On which petition.
    pub petition: PetitionId,
    /// The hash of the address, under the current key.
    pub email_hash: EmailHash,
    /// The hashes that it may have under former keys.
    pub former_hashes: Vec<EmailHash>,
    /// The name.
    pub name: String,
    /// The name, as it is compared.
    pub name_key: String,
    /// The hashes of the postcode, that under the current key first.
    pub postcode_hashes: Vec<i32>,
    /// The postcode, to be located and not stored as it is.
    pub postcode: Option<String>,
    /// The country.
    pub country: AreaId,
    /// The contact, encrypted.
    pub contact: Vec<u8>,
    /// Whether news about the petition are wanted.
    pub wants_updates: bool,
    /// The address of the internet from which it came.
    pub signed_from: Option<std::net::IpAddr>,
    /// Why it is suspected.
    pub suspicion: Option<Suspicion>,
}

/// What is known about the address of each entry.
#[derive(Clone, Debug, Default)]
pub struct Met {
    /// Its signatures on the petition.
    pub signatures: Vec<Known>,
    /// Its owner wants no mail about the petition.
    pub unwanted: bool,
}

/// What is known about the addresses of these entries, in their order.
///
/// # Errors
/// When the database fails.
pub async fn met(db: &mut Db, entries: &[&Entry]) -> sqlx::Result<Vec<Met>> {
    let mut at: Vec<i32> = Vec::new();
    let mut petitions: Vec<i32> = Vec::new();
    let mut hashes: Vec<i64> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        for hash in std::iter::once(&entry.email_hash).chain(&entry.former_hashes) {
            at.push(index as i32);
            petitions.push(narrow(entry.petition));
            hashes.push(hash.0);
        }
    }
    let rows = sqlx::query!(
        r#"select i.at as "at!", u.petition_id is not null as "unwanted!", s.id as "id?",
               s.household_member as "member?", s.name as "name?", s.postcode_hash as "postcode_hash?",
               s.state as "state?", s.mails_sent as "mails_sent?"
           from unnest($1::int[], $2::int[], $3::bigint[]) as i (at, petition_id, email_hash)
           left join unwanted_mail u on u.email_hash = i.email_hash and u.petition_id = i.petition_id
           left join signatures s on s.email_hash = i.email_hash and s.petition_id = i.petition_id
           where s.id is not null or u.petition_id is not null
           order by s.id"#,
        &at,
        &petitions,
        &hashes
    )
    .fetch_all(db)
    .await?;
    let mut met = vec![Met::default(); entries.len()];
    for row in rows {
        let met = &mut met[row.at as usize];
        met.unwanted |= row.unwanted;
        if let (Some(id), Some(member), Some(name), Some(postcode_hash), Some(state), Some(mails_sent)) =
            (row.id, row.member, row.name, row.postcode_hash, row.state, row.mails_sent)
        {
            let name_key = SignerName::parse(&name).map(|name| name.key()).unwrap_or_default();
            met.signatures.push(Known { id: id.into(), member, name_key, postcode_hash, state, mails_sent });
        }
    }
    Ok(met)
}

/// Puts signatures in, each as this person of its household, and the mails that ask to confirm them into the outbox if
/// they are wanted. Says of each whether it went in; another process may have been quicker.
///
/// # Errors
/// When the database fails.
pub async fn put(db: &mut Db, entries: &[(&Entry, i16)], mails: bool, now: Timestamp) -> sqlx::Result<Vec<bool>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let petitions: Vec<i32> = entries.iter().map(|(entry, _)| narrow(entry.petition)).collect();
    let hashes: Vec<i64> = entries.iter().map(|(entry, _)| entry.email_hash.0).collect();
    let members: Vec<i16> = entries.iter().map(|(_, member)| *member).collect();
    let names: Vec<&str> = entries.iter().map(|(entry, _)| entry.name.as_str()).collect();
    let postcodes: Vec<Option<&str>> = entries.iter().map(|(entry, _)| entry.postcode.as_deref()).collect();
    let postcode_hashes: Vec<i32> = entries.iter().map(|(entry, _)| entry.postcode_hashes[0]).collect();
    let countries: Vec<i32> = entries.iter().map(|(entry, _)| entry.country).collect();
    let contacts: Vec<&[u8]> = entries.iter().map(|(entry, _)| entry.contact.as_slice()).collect();
    let wanted: Vec<bool> = entries.iter().map(|(entry, _)| entry.wants_updates).collect();
    let from: Vec<Option<String>> =
        entries.iter().map(|(entry, _)| entry.signed_from.map(|ip| ip.to_string())).collect();
    let suspicions: Vec<i16> =
        entries.iter().map(|(entry, _)| entry.suspicion.map_or(0, |suspicion| suspicion.code())).collect();
    let rows = sqlx::query!(
        r#"with put as (
               insert into signatures (created_at, email_hash, petition_id, area_id, postcode_hash, household_member,
                   mails_sent, suspicion, wants_updates, name, contact, signed_from)
               select $1, i.email_hash, i.petition_id, coalesce(p.area_id, i.country_id), i.postcode_hash, i.member,
                   $13::bool::int, i.suspicion, i.wants_updates, i.name, i.contact, i.signed_from::inet
               from unnest($2::int[], $3::bigint[], $4::smallint[], $5::text[], $6::text[], $7::int[], $8::int[],
                       $9::bytea[], $10::bool[], $11::text[], $12::smallint[])
                   as i (petition_id, email_hash, member, name, postcode, postcode_hash, country_id, contact,
                       wants_updates, signed_from, suspicion)
               left join postcodes p on p.code = i.postcode
               on conflict (email_hash, petition_id, household_member) do nothing
               returning id, petition_id, email_hash, household_member
           ), mailed as (
               insert into outbox (kind, signature_id, created_at, due_at)
               select 'confirm_signature', id, $1, $1 from put where $13
           )
           select petition_id, email_hash as "email_hash!", household_member from put"#,
        super::sql(now) as _,
        &petitions,
        &hashes,
        &members,
        &names as _,
        &postcodes as _,
        &postcode_hashes,
        &countries,
        &contacts as _,
        &wanted,
        &from as _,
        &suspicions,
        mails
    )
    .fetch_all(db)
    .await?;
    let put: std::collections::HashSet<_> =
        rows.into_iter().map(|row| (row.petition_id, row.email_hash, row.household_member)).collect();
    Ok((0..entries.len()).map(|at| put.contains(&(petitions[at], hashes[at], members[at]))).collect())
}

/// Puts another mail about each of these signatures into the outbox, as long as it has not had too many.
///
/// # Errors
/// When the database fails.
pub async fn mail_again(db: &mut Db, ids: &[SignatureId], kind: MailKind, now: Timestamp) -> sqlx::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with counted as (
             update signatures set mails_sent = mails_sent + 1 where id = any($1) and mails_sent < $4 returning id
         )
         insert into outbox (kind, signature_id, created_at, due_at) select $2, id, $3, $3 from counted",
        &ids.iter().map(|id| id.get()).collect::<Vec<_>>(),
        kind as MailKind,
        super::sql(now),
        limits::CONFIRMATION_MAILS as i16
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A signature, as far as counting has to know it.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Its number.
    pub id: SignatureId,
    /// On which petition.
    pub petition: PetitionId,
    /// Its constituency or country.
    pub area: AreaId,
    /// Its state.
    pub state: SignatureState,
    /// Why it is suspected.
    pub suspicion: Option<Suspicion>,
}

/// Takes hold of signatures until the end of the transaction, in the order of their numbers, so that two who take hold
/// of the same ones do not wait for each other for ever.
///
/// # Errors
/// When the database fails.
pub async fn hold(db: &mut Db, ids: &[SignatureId]) -> sqlx::Result<Vec<Counted>> {
    let rows = sqlx::query!(
        "select id, petition_id, area_id, state, suspicion from signatures where id = any($1) order by id for update",
        &ids.iter().map(|id| id.get()).collect::<Vec<_>>()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Counted {
            id: row.id.into(),
            petition: i64::from(row.petition_id).into(),
            area: row.area_id,
            state: row.state,
            suspicion: Suspicion::from_code(row.suspicion),
        })
        .collect())
}

/// Marks signatures as confirmed: validated, or in quarantine where they are suspected.
///
/// # Errors
/// When the database fails.
pub async fn confirm(db: &mut Db, ids: &[SignatureId], now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update signatures set confirmed_at = $2,
             state = case suspicion when 0 then 'validated' else 'quarantined' end::signature_state
         where id = any($1)",
        &ids.iter().map(|id| id.get()).collect::<Vec<_>>(),
        super::sql(now)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sets the state of confirmed signatures.
///
/// # Errors
/// When the database fails.
pub async fn set_state(db: &mut Db, ids: &[SignatureId], state: SignatureState) -> sqlx::Result<()> {
    sqlx::query!(
        "update signatures set state = $2 where id = any($1)",
        &ids.iter().map(|id| id.get()).collect::<Vec<_>>(),
        state as SignatureState
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets who signed: only the place, the times and the state are left.
///
/// # Errors
/// When the database fails.
pub async fn erase(db: &mut Db, ids: &[SignatureId]) -> sqlx::Result<()> {
    sqlx::query!(
        "update signatures set name = '', contact = '', email_hash = null, postcode_hash = 0, signed_from = null,
             wants_updates = false
         where id = any($1)",
        &ids.iter().map(|id| id.get()).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a signature that was never confirmed.
///
/// # Errors
/// When the database fails.
pub async fn remove_pending(db: &mut Db, id: SignatureId) -> sqlx::Result<()> {
    sqlx::query!("delete from signatures where id = $1 and state = 'pending'", id.get()).execute(db).await?;
    Ok(())
}

/// Removes a signature that was never confirmed, and sees to it that its address gets no more mail about the petition.
///
/// # Errors
/// When the database fails.
pub async fn disown(db: &mut Db, id: SignatureId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "with gone as (
             delete from signatures where id = $1 and state = 'pending' returning petition_id, email_hash, contact
         )
         insert into unwanted_mail (petition_id, email_hash, key, created_at)
         select petition_id, email_hash, get_byte(contact, 0), $2 from gone where email_hash is not null
         on conflict do nothing",
        id.get(),
        super::sql(now)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Stops news about the petition to a signer; to its creator, word of every step as well.
///
/// # Errors
/// When the database fails.
pub async fn unsubscribe(db: &mut Db, id: SignatureId) -> sqlx::Result<()> {
    sqlx::query!(
        "with quiet as (update supporters set quiet = true where signature_id = $1 and is_creator and not quiet)
         update signatures set wants_updates = false where id = $1 and wants_updates",
        id.get()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A signature, as its signer and its mails see it.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its number.
    pub id: SignatureId,
    /// On which petition.
    pub petition: PetitionId,
    /// Its state.
    pub state: SignatureState,
    /// The name; empty once it has been erased.
    pub name: String,
    /// The encrypted contact; empty once it has been erased.
    pub contact: Vec<u8>,
    /// The hash of the address, with which the contact is bound up.
    pub email_hash: Option<EmailHash>,
    /// The name of the constituency or country.
    pub area: String,
    /// Whether it is a constituency.
    pub is_constituency: bool,
    /// The member for the constituency, where known.
    pub member: Option<String>,
    /// Whether news about the petition are wanted.
    pub wants_updates: bool,
    /// The address of the internet from which it came.
    pub signed_from: Option<String>,
    /// When the form was sent.
    pub created_at: Timestamp,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
}

/// A signature; `None` if there is none with this number.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: SignatureId) -> sqlx::Result<Option<Signature>> {
    let row = sqlx::query!(
        r#"select s.id, s.petition_id, s.state, s.name, s.contact, s.email_hash, a.name as area,
               a.kind = 'constituency' as "is_constituency!", c.member_name as "member_name?", s.wants_updates,
               host(s.signed_from) as signed_from, s.created_at, s.confirmed_at
           from signatures s
           join areas a on a.id = s.area_id
           join petitions p on p.id = s.petition_id
           left join constituencies c on c.area_id = s.area_id and c.boundary_set = p.boundary_set
           where s.id = $1"#,
        id.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Signature {
        id: row.id.into(),
        petition: i64::from(row.petition_id).into(),
        state: row.state,
        name: row.name,
        contact: row.contact,
        email_hash: row.email_hash.map(EmailHash),
        area: row.area,
        is_constituency: row.is_constituency,
        member: row.member_name,
        wants_updates: row.wants_updates,
        signed_from: row.signed_from,
        created_at: row.created_at.to_jiff(),
        confirmed_at: row.confirmed_at.map(|at| at.to_jiff()),
    }))
}

/// The number of a petition as the tables of signatures have it.
pub(super) fn narrow(petition: PetitionId) -> i32 {
    // Numbers that do not fit belong to no petition; zero is none either.
    i32::try_from(petition.get()).unwrap_or(0)
}

fn numbers(petitions: &[PetitionId]) -> Vec<i64> {
    petitions.iter().map(|petition| petition.get()).collect()
}

/// Signatures in quarantine, or on the way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// On which petition.
    pub petition: PetitionId,
    /// Why.
    pub reason: Suspicion,
    /// How many are confirmed and not counted.
    pub confirmed: i64,
    /// How many are not confirmed yet.
    pub pending: i64,
}

/// What is in quarantine, by petition and reason.
///
/// # Errors
/// When the database fails.
pub async fn quarantine(db: &mut Db) -> sqlx::Result<Vec<Quarantined>> {
    let rows = sqlx::query!(
        r#"select petition_id, suspicion, count(*) filter (where state = 'quarantined') as "confirmed!",
               count(*) filter (where state = 'pending') as "pending!"
           from signatures where suspicion <> 0 and state in ('pending', 'quarantined')
           group by petition_id, suspicion order by petition_id, suspicion"#
    )
    .fetch_all(db)
    .await?;
    let row = |petition: i32, code, confirmed, pending| {
        let reason = Suspicion::from_code(code)?;
        Some(Quarantined { petition: i64::from(petition).into(), reason, confirmed, pending })
    };
    Ok(rows.into_iter().filter_map(|r| row(r.petition_id, r.suspicion, r.confirmed, r.pending)).collect())
}

/// Signatures of a petition that are suspected for a reason, or for any: `most` of them.
///
/// # Errors
/// When the database fails.
pub async fn suspected(
    db: &mut Db,
    petition: PetitionId,
    reason: Option<Suspicion>,
    most: i64,
) -> sqlx::Result<Vec<SignatureId>> {
    let ids = sqlx::query_scalar!(
        "select id from signatures
         where petition_id = $1::int and suspicion <> 0 and ($2::smallint is null or suspicion = $2)
             and state in ('pending', 'quarantined')
         limit $3",
        narrow(petition),
        reason.map(Suspicion::code),
        most
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Removes signatures that were made before a moment and are not confirmed; says how many.
///
/// # Errors
/// When the database fails.
pub async fn remove_unconfirmed(db: &mut Db, before: Timestamp) -> sqlx::Result<u64> {
    let done =
        sqlx::query!("delete from signatures where state = 'pending' and created_at < $1", super::sql(before) as _)
            .execute(db)
            .await?;
    Ok(done.rows_affected())
}

/// What a former key has encrypted.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Of which signature.
    pub id: SignatureId,
    /// On which petition.
    pub petition: PetitionId,
    /// The hash of the address, under that key.
    pub email_hash: EmailHash,
    /// The encrypted contact.
    pub contact: Vec<u8>,
}

/// What has been made anew with the current key.
#[derive(Clone, Debug)]
pub struct Resealed {
    /// Of which signature.
    pub id: SignatureId,
    /// The hash of the address.
    pub email_hash: EmailHash,
    /// The hash of the postcode.
    pub postcode_hash: i32,
    /// The encrypted contact.
    pub contact: Vec<u8>,
}

/// Contacts that another key than the one with this number has encrypted, of `most` signatures with numbers above
/// `after`, held until the end of the transaction.
///
/// # Errors
/// When the database fails.
pub async fn sealed_before(db: &mut Db, key: u8, after: i64, most: i64) -> sqlx::Result<Vec<Sealed>> {
    let rows = sqlx::query!(
        r#"select id, petition_id, email_hash as "email_hash!", contact from signatures
           where id > $1 and contact <> '' and email_hash is not null and get_byte(contact, 0) <> $2
           order by id limit $3 for update"#,
        after,
        i32::from(key),
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Sealed {
            id: row.id.into(),
            petition: i64::from(row.petition_id).into(),
            email_hash: EmailHash(row.email_hash),
            contact: row.contact,
        })
        .collect())
}

/// A contact that the key with this number has encrypted; `None` if there is none yet.
///
/// # Errors
/// When the database fails.
pub async fn sealed_with(db: &mut Db, key: u8) -> sqlx::Result<Option<Sealed>> {
    let row = sqlx::query!(
        r#"select id, petition_id, email_hash as "email_hash!", contact from signatures
           where contact <> '' and email_hash is not null and get_byte(contact, 0) = $1 limit 1"#,
        i32::from(key)
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Sealed {
        id: row.id.into(),
        petition: i64::from(row.petition_id).into(),
        email_hash: EmailHash(row.email_hash),
        contact: row.contact,
    }))
}

/// How many addresses that want no mail are known by the hash of another key than that with this number.
///
/// # Errors
/// When the database fails.
pub async fn unwanted_before(db: &mut Db, key: u8) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from unwanted_mail where key <> $1"#, i16::from(key))
        .fetch_one(db)
        .await
}

/// Puts contacts and hashes in the place of those that a former key has made; says how many. A signature whose place is
/// taken is left: the same person has signed again at a program that did not know the new key.
///
/// # Errors
/// When the database fails.
pub async fn reseal(db: &mut Db, resealed: &[Resealed]) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update signatures s set email_hash = i.email_hash, postcode_hash = i.postcode_hash, contact = i.contact
         from unnest($1::bigint[], $2::bigint[], $3::int[], $4::bytea[]) as i (id, email_hash, postcode_hash, contact)
         where s.id = i.id and not exists (
             select from signatures o where o.email_hash = i.email_hash and o.petition_id = s.petition_id
                 and o.household_member = s.household_member)",
        &resealed.iter().map(|one| one.id.get()).collect::<Vec<_>>(),
        &resealed.iter().map(|one| one.email_hash.0).collect::<Vec<_>>(),
        &resealed.iter().map(|one| one.postcode_hash).collect::<Vec<_>>(),
        &resealed.iter().map(|one| one.contact.as_slice()).collect::<Vec<_>>() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
