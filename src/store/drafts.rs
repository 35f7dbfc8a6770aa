//! Drafts: petitions that somebody goes on writing later. Encrypted; who may read one has its link.

use jiff::Timestamp;

use super::{Db, sql};
use crate::domain::draft::{DraftId, SealedDraft};

/// A draft.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its number.
    pub id: DraftId,
    /// The number by chance of the form that was saved.
    pub form: String,
    /// What was saved.
    pub sealed: SealedDraft,
    /// When it was last saved.
    pub saved_at: Timestamp,
}

/// A draft; `None` if there is none with this number (any more).
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: DraftId) -> sqlx::Result<Option<Draft>> {
    let row = sqlx::query!("select form, address, answers, saved_at from petition_drafts where id = $1", id.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| Draft {
        id,
        form: row.form,
        sealed: SealedDraft { address: row.address, answers: row.answers },
        saved_at: row.saved_at.to_jiff(),
    }))
}

/// The number of the draft that this form has saved before, or one for a new draft.
///
/// # Errors
/// When the database fails.
pub async fn number_for(db: &mut Db, form: &str) -> sqlx::Result<DraftId> {
    let id = sqlx::query_scalar!(
        r#"select coalesce((select id from petition_drafts where form = $1),
               nextval(pg_get_serial_sequence('petition_drafts', 'id'))) as "id!""#,
        form
    )
    .fetch_one(db)
    .await?;
    Ok(DraftId(id))
}

/// Saves a draft, in the place of what was saved under its number before.
///
/// # Errors
/// When the database fails.
pub async fn save(db: &mut Db, id: DraftId, form: &str, sealed: &SealedDraft, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into petition_drafts (id, form, address, answers, created_at, saved_at) values ($1, $2, $3, $4, $5, $5)
         on conflict (id) do update
         set address = excluded.address, answers = excluded.answers, saved_at = excluded.saved_at",
        id.0,
        form,
        sealed.address,
        sealed.answers,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts the mail with the link to a draft into the outbox, unless one waits there already.
///
/// # Errors
/// When the database fails.
pub async fn mail(db: &mut Db, id: DraftId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into outbox (kind, draft_id, created_at, due_at)
         select 'continue_petition', $1, $2, $2
         where not exists (select from outbox where draft_id = $1 and given_up_at is null)",
        id.0,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets a draft.
///
/// # Errors
/// When the database fails.
pub async fn remove(db: &mut Db, id: DraftId) -> sqlx::Result<()> {
    sqlx::query!("delete from petition_drafts where id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Forgets what a form has saved.
///
/// # Errors
/// When the database fails.
pub async fn remove_of_form(db: &mut Db, form: &str) -> sqlx::Result<()> {
    sqlx::query!("delete from petition_drafts where form = $1", form).execute(db).await?;
    Ok(())
}

/// Forgets drafts that were last saved before a moment; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &mut Db, before: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from petition_drafts where saved_at < $1", sql(before) as _).execute(db).await?;
    Ok(done.rows_affected())
}

/// Drafts with numbers above `after`, held until the end of the transaction; `most` at the most.
///
/// # Errors
/// When the database fails.
pub async fn hold_after(db: &mut Db, after: DraftId, most: i64) -> sqlx::Result<Vec<(DraftId, SealedDraft)>> {
    let rows = sqlx::query!(
        "select id, address, answers from petition_drafts where id > $1 order by id limit $2 for update",
        after.0,
        most
    )
    .fetch_all(db)
    .await?;
    let drafts = rows.into_iter();
    Ok(drafts.map(|row| (DraftId(row.id), SealedDraft { address: row.address, answers: row.answers })).collect())
}

/// Puts a draft that was encrypted anew in the place of what it was.
///
/// # Errors
/// When the database fails.
pub async fn reseal(db: &mut Db, id: DraftId, sealed: &SealedDraft) -> sqlx::Result<()> {
    sqlx::query!(
        "update petition_drafts set address = $2, answers = $3 where id = $1",
        id.0,
        sealed.address,
        sealed.answers
    )
    .execute(db)
    .await?;
    Ok(())
}
