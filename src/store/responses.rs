//! The government response: the draft that staff write, what is published, and what it said before it was changed.

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;

use super::{Db, sql, sql_day};
use crate::domain::{
    petition::{PetitionId, PetitionState},
    response::{ReadyResponse, ResponseText},
    staff::StaffId,
};

/// A petition, as far as what the Government and Parliament did about it goes.
#[derive(Clone, Debug)]
pub struct Answerable {
    /// Its number.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// Where it is in its life.
    pub state: PetitionState,
    /// Where it was published, for petitions of another service: nothing of them is changed here.
    pub source_url: Option<String>,
    /// Enough signatures for a response.
    pub response_threshold_reached_at: Option<Timestamp>,
    /// Enough signatures for a debate.
    pub debate_threshold_reached_at: Option<Timestamp>,
}

impl Answerable {
    /// Whether anything can be published about it here.
    pub fn is_open_to_change(&self) -> bool {
        self.source_url.is_none() && self.state.is_published()
    }
}

/// A petition; `None` if there is none with this number.
///
/// # Errors
/// When the database fails.
pub async fn answerable(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<Answerable>> {
    let row = sqlx::query!(
        "select action, state, source_url, response_threshold_reached_at, debate_threshold_reached_at
         from petitions where id = $1",
        id.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Answerable {
        id,
        action: row.action,
        state: row.state,
        source_url: row.source_url,
        response_threshold_reached_at: row.response_threshold_reached_at.map(Into::into),
        debate_threshold_reached_at: row.debate_threshold_reached_at.map(Into::into),
    }))
}

/// The same, held until the end of the transaction: nobody else changes what belongs to it meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn hold(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<Answerable>> {
    sqlx::query!("select from petitions where id = $1 for no key update", id.get()).fetch_optional(&mut *db).await?;
    answerable(db, id).await
}

/// A draft.
#[derive(Clone, Debug)]
pub struct Draft {
    /// New with every change.
    pub revision: i64,
    /// What it says.
    pub text: ResponseText,
    /// Whether signers who asked for it get a mail when it is published.
    pub mails_signers: bool,
    /// When it was last changed.
    pub saved_at: Timestamp,
    /// By whom.
    pub saved_by: Option<StaffId>,
    /// The name of whoever that was.
    pub saved_by_name: Option<String>,
    /// When somebody else approved it.
    pub approved_at: Option<Timestamp>,
    /// The name of whoever that was.
    pub approved_by_name: Option<String>,
    /// When it publishes itself.
    pub publish_at: Option<Timestamp>,
    /// Who decided that.
    pub publish_by: Option<StaffId>,
    /// The name of whoever that was.
    pub publish_by_name: Option<String>,
}

/// A response that the public can read.
#[derive(Clone, Debug)]
pub struct Published {
    /// What it says.
    pub text: ResponseText,
    /// The name of the department.
    pub department: Option<String>,
    /// When it was published.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How it stands with the response to a petition.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What somebody is writing.
    pub draft: Option<Draft>,
    /// What the public can read.
    pub published: Option<Published>,
}

impl Standing {
    /// What a form about it was made from: it differs as soon as anybody has changed anything.
    pub fn version(&self) -> String {
        let draft = self.draft.as_ref().map_or(0, |draft| draft.revision);
        let published = self.published.as_ref().map_or(0, |published| published.updated_at.as_microsecond());
        format!("{draft}-{published}")
    }

    /// What is written in the form: the draft, or what it would correct.
    pub fn text(&self) -> ResponseText {
        match (&self.draft, &self.published) {
            (Some(draft), _) => draft.text.clone(),
            (None, Some(published)) => published.text.clone(),
            (None, None) => ResponseText::default(),
        }
    }
}

/// How it stands with the response to a petition.
///
/// # Errors
/// When the database fails.
pub async fn standing(db: &mut Db, id: PetitionId) -> sqlx::Result<Standing> {
    let draft = sqlx::query!(
        r#"select d.revision, d.department_id, d.responded_on, d.summary, d.details, d.correction_note, d.mails_signers,
               d.saved_at, d.saved_by, s.name as "saved_by_name?", d.approved_at, a.name as "approved_by_name?",
               d.publish_at, d.publish_by, p.name as "publish_by_name?"
           from response_drafts d
           left join staff s on s.id = d.saved_by
           left join staff a on a.id = d.approved_by
           left join staff p on p.id = d.publish_by
           where d.petition_id = $1"#,
        id.get()
    )
    .fetch_optional(&mut *db)
    .await?;
    let published = sqlx::query!(
        r#"select g.department_id, g.responded_on, g.summary, g.details, g.created_at, g.updated_at,
               w.name as "department?"
           from government_responses g left join departments w on w.id = g.department_id
           where g.petition_id = $1"#,
        id.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(Standing {
        draft: draft.map(|row| Draft {
            revision: row.revision,
            text: ResponseText {
                department: row.department_id,
                responded_on: row.responded_on.map(Into::into),
                summary: row.summary,
                details: row.details,
                correction_note: row.correction_note,
            },
            mails_signers: row.mails_signers,
            saved_at: row.saved_at.to_jiff(),
            saved_by: row.saved_by.map(StaffId),
            saved_by_name: row.saved_by_name,
            approved_at: row.approved_at.map(Into::into),
            approved_by_name: row.approved_by_name,
            publish_at: row.publish_at.map(Into::into),
            publish_by: row.publish_by.map(StaffId),
            publish_by_name: row.publish_by_name,
        }),
        published: published.map(|row| Published {
            text: ResponseText {
                department: row.department_id,
                responded_on: Some(row.responded_on.to_jiff()),
                summary: row.summary,
                details: row.details,
                correction_note: String::new(),
            },
            department: row.department,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        }),
    })
}

/// Saves a draft; whatever was approved or planned of it before is taken back.
///
/// # Errors
/// When the database fails.
pub async fn save_draft(
    db: &mut Db,
    id: PetitionId,
    text: &ResponseText,
    by: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into response_drafts as d
             (petition_id, department_id, responded_on, summary, details, correction_note, saved_at, saved_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (petition_id) do update set revision = nextval('response_revisions'),
             department_id = excluded.department_id, responded_on = excluded.responded_on, summary = excluded.summary,
             details = excluded.details, correction_note = excluded.correction_note, saved_at = excluded.saved_at,
             saved_by = excluded.saved_by, approved_at = null, approved_by = null, publish_at = null, publish_by = null",
        id.get(),
        text.department,
        sql_day(text.responded_on) as _,
        text.summary,
        text.details,
        text.correction_note,
        sql(now) as _,
        by.map(|by| by.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that somebody has approved a draft.
///
/// # Errors
/// When the database fails, or it is whoever wrote it.
pub async fn approve(db: &mut Db, id: PetitionId, by: Option<StaffId>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update response_drafts set approved_at = $2, approved_by = $3, revision = nextval('response_revisions')
         where petition_id = $1",
        id.get(),
        sql(now) as _,
        by.map(|by| by.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes when a draft publishes itself; `None`: when somebody does.
///
/// # Errors
/// When the database fails.
pub async fn schedule(
    db: &mut Db,
    id: PetitionId,
    at: Option<Timestamp>,
    mails_signers: bool,
    by: Option<StaffId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update response_drafts set publish_at = $2, publish_by = $3, mails_signers = $4,
             revision = nextval('response_revisions')
         where petition_id = $1",
        id.get(),
        super::sql_opt(at) as _,
        by.map(|by| by.0),
        mails_signers
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Throws a draft away.
///
/// # Errors
/// When the database fails.
pub async fn discard(db: &mut Db, id: PetitionId) -> sqlx::Result<()> {
    sqlx::query!("delete from response_drafts where petition_id = $1", id.get()).execute(db).await?;
    Ok(())
}

/// Petitions whose draft is to be published by now.
///
/// # Errors
/// When the database fails.
pub async fn due(db: &mut Db, now: Timestamp) -> sqlx::Result<Vec<PetitionId>> {
    let ids = sqlx::query_scalar!(
        "select petition_id from response_drafts where publish_at <= $1 order by publish_at, petition_id",
        sql(now)
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Publishes a response, or puts it in place of the one that is there.
///
/// # Errors
/// When the database fails.
pub async fn publish(
    db: &mut Db,
    id: PetitionId,
    response: &ReadyResponse,
    by: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into government_responses as g
             (petition_id, department_id, responded_on, summary, details, created_at, updated_at, published_by)
         values ($1, $2, $3, $4, $5, $6, $6, $7)
         on conflict (petition_id) do update set department_id = excluded.department_id,
             responded_on = excluded.responded_on, summary = excluded.summary, details = excluded.details,
             updated_at = greatest(excluded.updated_at, g.updated_at + interval '1 microsecond'),
             published_by = excluded.published_by",
        id.get(),
        response.department,
        response.responded_on.to_sqlx() as _,
        response.summary,
        response.details,
        sql(now) as _,
        by.map(|by| by.0)
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update petitions set government_response_at = coalesce(government_response_at, $2), updated_at = $2
         where id = $1",
        id.get(),
        sql(now)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a response away.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(db: &mut Db, id: PetitionId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("delete from government_responses where petition_id = $1", id.get()).execute(&mut *db).await?;
    sqlx::query!(
        "update petitions set government_response_at = null, updated_at = $2 where id = $1",
        id.get(),
        sql(now)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How a published response was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It says something else now.
    Corrected,
    /// It was taken away.
    Withdrawn,
}

impl ChangeKind {
    fn code(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Keeps what a published response says, before it is changed.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    db: &mut Db,
    id: PetitionId,
    kind: ChangeKind,
    note: &str,
    by: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into response_changes
             (petition_id, changed_at, staff_id, kind, note, department_id, responded_on, summary, details, published_at)
         select petition_id, $2, $3, $4, $5, department_id, responded_on, summary, details, created_at
         from government_responses where petition_id = $1",
        id.get(),
        sql(now) as _,
        by.map(|by| by.0),
        kind.code(),
        note
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A change of a published response, as the public sees it.
#[derive(Clone, Debug)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub kind: ChangeKind,
    /// What the public is told of it.
    pub note: String,
    /// When what was there before had been published.
    pub published_at: Timestamp,
    /// The department, as it was before.
    pub department: Option<String>,
    /// The day of the answer, as it was before.
    pub responded_on: Date,
    /// The summary, as it was before.
    pub summary: String,
    /// The whole answer, as it was before; Markdown.
    pub details: String,
}

/// How the response to a petition was changed, latest first.
///
/// # Errors
/// When the database fails.
pub async fn changes(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Change>> {
    let rows = sqlx::query!(
        r#"select c.changed_at, c.kind, c.note, c.published_at, w.name as "department?", c.responded_on, c.summary, c.details
           from response_changes c left join departments w on w.id = c.department_id
           where c.petition_id = $1 order by c.id desc"#,
        id.get()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Change {
            at: row.changed_at.to_jiff(),
            kind: if row.kind == "withdrawn" { ChangeKind::Withdrawn } else { ChangeKind::Corrected },
            note: row.note,
            published_at: row.published_at.to_jiff(),
            department: row.department,
            responded_on: row.responded_on.to_jiff(),
            summary: row.summary,
            details: row.details,
        })
        .collect())
}

/// Every department, by name.
///
/// # Errors
/// When the database fails.
pub async fn departments(db: &mut Db) -> sqlx::Result<Vec<(i32, String)>> {
    let rows = sqlx::query!("select id, name from departments order by lower(name), id").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The department that staff have put first for a petition.
///
/// # Errors
/// When the database fails.
pub async fn assigned(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "select department_id from petition_departments where petition_id = $1 order by position limit 1",
        id.get()
    )
    .fetch_optional(db)
    .await
}

/// Whether somebody else has to look at a response before it is published.
///
/// # Errors
/// When the database fails.
pub async fn need_approval(db: &mut Db) -> sqlx::Result<bool> {
    sqlx::query_scalar!("select responses_need_approval from site").fetch_one(db).await
}
