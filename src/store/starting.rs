//! Petitions that have just been started: put in, confirmed by their creator, or forgotten.

use jiff::Timestamp;

use super::{Db, sql};
use crate::domain::{
    keyring::EmailHash,
    mail::MailKind,
    petition::{PetitionId, PetitionState},
    signature::{SignatureId, SignatureState},
};

/// Puts a petition in that nobody has confirmed; gives its number.
///
/// # Errors
/// When the database fails.
pub async fn put(
    db: &mut Db,
    action: &str,
    background: &str,
    additional_details: &str,
    creator_name: &str,
    now: Timestamp,
) -> sqlx::Result<PetitionId> {
    let id = sqlx::query_scalar!(
        "insert into petitions (state, action, background, additional_details, creator_name, created_at, updated_at)
         values ('pending', $1, $2, $3, $4, $5, $5) returning id",
        action,
        background,
        additional_details,
        creator_name,
        sql(now) as _
    )
    .fetch_one(db)
    .await?;
    Ok(id.into())
}

/// A petition that a form has made.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its number.
    pub petition: PetitionId,
    /// What the form held, hashed.
    pub content: Vec<u8>,
    /// The petition's state.
    pub state: PetitionState,
    /// The creator's signature, and when the form was sent.
    pub creator: Option<(SignatureId, Timestamp)>,
}

/// The petition that this form has made before.
///
/// # Errors
/// When the database fails.
pub async fn sent(db: &mut Db, form: &str) -> sqlx::Result<Option<Sent>> {
    let row = sqlx::query!(
        r#"select f.petition_id, f.content, p.state, u.signature_id as "signature_id?", s.created_at as "created_at?"
           from petition_forms_sent f
           join petitions p on p.id = f.petition_id
           left join supporters u on u.petition_id = p.id and u.is_creator
           left join signatures s on s.id = u.signature_id
           where f.form = $1"#,
        form
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Sent {
        petition: row.petition_id.into(),
        content: row.content,
        state: row.state,
        creator: row.signature_id.map(Into::into).zip(row.created_at.map(|at| at.to_jiff())),
    }))
}

/// Notes which petition a form has made.
///
/// # Errors
/// When the database fails.
pub async fn note_sent(db: &mut Db, form: &str, petition: PetitionId, content: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into petition_forms_sent (form, petition_id, content) values ($1, $2, $3)",
        form,
        petition.get(),
        content
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A petition as its creator sees it who has yet to confirm it, or has.
#[derive(Clone, Debug)]
pub struct Started {
    /// Its number.
    pub petition: PetitionId,
    /// Its state.
    pub state: PetitionState,
    /// What it asks for.
    pub action: String,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub additional_details: String,
    /// The creator's name.
    pub name: String,
    /// The state of the creator's signature.
    pub signature: SignatureState,
    /// When the form was sent.
    pub created_at: Timestamp,
    /// The hash of the creator's address; `None` once it has been erased.
    pub email_hash: Option<EmailHash>,
}

/// The petition whose creator's signature this is; `None` if it is no creator's.
///
/// # Errors
/// When the database fails.
pub async fn started_by(db: &mut Db, signature: SignatureId) -> sqlx::Result<Option<Started>> {
    let row = sqlx::query!(
        r#"select p.id, p.state, p.action, p.background, p.additional_details, s.name, s.state as signature_state,
               s.created_at, s.email_hash
           from supporters u join signatures s on s.id = u.signature_id join petitions p on p.id = u.petition_id
           where u.signature_id = $1 and u.is_creator"#,
        signature.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Started {
        petition: row.id.into(),
        state: row.state,
        action: row.action,
        background: row.background,
        additional_details: row.additional_details,
        name: row.name,
        signature: row.signature_state,
        created_at: row.created_at.to_jiff(),
        email_hash: row.email_hash.map(EmailHash),
    }))
}

/// Moves a petition on from one state to another; says whether it was in that state.
///
/// # Errors
/// When the database fails.
pub async fn move_on(
    db: &mut Db,
    petition: PetitionId,
    from: PetitionState,
    to: PetitionState,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update petitions set state = $3, updated_at = $4 where id = $1 and state = $2",
        petition.get(),
        from as PetitionState,
        to as PetitionState,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes a petition that its creator has not confirmed, with everything that hangs on it; says whether it was there.
/// Whoever does so holds the creator's signature, as whoever confirms it does. That may be gone already: of a petition
/// that was refused meanwhile only the signature is forgotten, and then it may be restored.
///
/// # Errors
/// When the database fails.
pub async fn remove(db: &mut Db, petition: PetitionId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from petitions p where p.id = $1::bigint and p.state in ('pending', 'flagged', 'dormant')
             and (exists (select from petition_forms_sent f where f.petition_id = p.id)
                  or exists (select from supporters u where u.petition_id = $1::bigint and u.is_creator))
             and not exists (select from supporters u join signatures s on s.id = u.signature_id
                             where u.petition_id = $1::bigint and u.is_creator and s.state <> 'pending')",
        petition.get()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Petitions that were started before a moment and that their creators have not confirmed, each with its creator's
/// signature, if that is still there.
///
/// # Errors
/// When the database fails.
pub async fn unconfirmed(db: &mut Db, before: Timestamp) -> sqlx::Result<Vec<(Option<SignatureId>, PetitionId)>> {
    let rows = sqlx::query!(
        r#"select s.id as "creator?", p.id from petitions p
           left join supporters u on u.petition_id = p.id and u.is_creator
           left join signatures s on s.id = u.signature_id
           where p.state in ('pending', 'flagged', 'dormant') and coalesce(s.state = 'pending', true)
               and coalesce(s.created_at, p.created_at) < $1
               and (s.id is not null or exists (select from petition_forms_sent f where f.petition_id = p.id))
           order by s.id, p.id"#,
        sql(before) as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.creator.map(Into::into), row.id.into())).collect())
}

/// Puts a mail about a signature into the outbox.
///
/// # Errors
/// When the database fails.
pub async fn mail(db: &mut Db, signature: SignatureId, kind: MailKind, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into outbox (kind, signature_id, created_at, due_at) values ($1, $2, $3, $3)",
        kind as MailKind,
        signature.get(),
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}
