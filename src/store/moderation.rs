//! What staff know of a petition, change of it and decide about it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Db, sql, sql_opt};
use crate::domain::{
    limits,
    moderation::{Outcome, Refusal, Standing},
    petition::{PetitionId, PetitionState},
    staff::StaffId,
};

/// A petition, as somebody who decides about it has found it.
#[derive(Clone, Debug)]
pub struct Held {
    /// What deciding has to know.
    pub standing: Standing,
    /// What it asks for.
    pub action: String,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub additional_details: String,
    /// The committee's note; Markdown.
    pub committee_note: String,
    /// Why it was refused.
    pub refusal: Option<(String, String)>,
    /// Whether it belongs to another service.
    pub imported: bool,
}

impl Held {
    /// Names what a form was made from; any change that the one who fills it in should know of gives another name.
    pub fn seen(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let (code, details) = self.refusal.clone().unwrap_or_default();
        let texts = [&self.action, &self.background, &self.additional_details, &self.committee_note, &code, &details];
        hasher.update(self.standing.state.code().as_bytes());
        for text in texts {
            hasher.update(&text.len().to_le_bytes()).update(text.as_bytes());
        }
        hasher.finalize().to_hex()[..20].to_owned()
    }
}

/// A petition as it stands now; `None` if there is none. Somebody who changes it holds it until the end of the
/// transaction.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: PetitionId, hold: bool) -> sqlx::Result<Option<Held>> {
    if hold {
        // Its parliament does not end meanwhile either.
        sqlx::query_scalar!(
            "select p.id from petitions p join parliaments l on l.id = p.parliament_id
             where p.id = $1 for update of p for share of l",
            id.get()
        )
        .fetch_optional(&mut *db)
        .await?;
    }
    let row = sqlx::query!(
        r#"select p.state, p.action, p.background, p.additional_details, p.committee_note, p.opened_at, p.closes_at,
               p.own_closes_at, l.dissolution_at, p.withdrawn_at is not null as "withdrawn!",
               p.moderation_threshold_reached_at is not null as "supported!", p.source_url is not null as "imported!",
               j.code as "code?", j.details as "details?"
           from petitions p join parliaments l on l.id = p.parliament_id
           left join rejections j on j.petition_id = p.id where p.id = $1"#,
        id.get()
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let confirmed = super::supporters::creator_has_confirmed(db, id).await?;
    Ok(Some(Held {
        standing: Standing {
            state: row.state,
            confirmed,
            supported: row.supported,
            withdrawn: row.withdrawn,
            opened_at: row.opened_at.map(|at| at.to_jiff()),
            closes_at: row.closes_at.map(|at| at.to_jiff()),
            own_closes_at: row.own_closes_at.map(|at| at.to_jiff()),
            ends_at: row.dissolution_at.map(|at| at.to_jiff()),
        },
        action: row.action,
        background: row.background,
        additional_details: row.additional_details,
        committee_note: row.committee_note,
        refusal: row.code.zip(row.details),
        imported: row.imported,
    }))
}

/// Writes a decision.
///
/// # Errors
/// When the database fails.
pub async fn decide(
    db: &mut Db,
    id: PetitionId,
    before: PetitionState,
    outcome: Outcome,
    refusal: Option<&Refusal>,
    staff: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    let state = outcome.state;
    let refused = matches!(state, PetitionState::Rejected | PetitionState::Hidden);
    let judged = refused || state.is_published();
    let removed = state == PetitionState::Removed;
    sqlx::query!(
        "update petitions set state = $2, opened_at = $3, closes_at = $4, own_closes_at = $11,
             closed_at = case when $2 = 'closed'::petition_state then coalesce(closed_at, $4)
                              when $2 = 'open'::petition_state or $3::timestamptz is null then null
                              else closed_at end,
             rejected_at = case when $5 then coalesce(rejected_at, $6) when $7 then rejected_at end,
             withdrawn_at = case when $5 or $7 then withdrawn_at end,
             removed_at = case when $7 then $6 end,
             state_before_removal = case when $7 then $8::petition_state end,
             moderated_at = case when $9 then $6 else moderated_at end,
             moderated_by = case when $9 then $10 else moderated_by end,
             updated_at = $6
         where id = $1",
        id.get(),
        state as PetitionState,
        sql_opt(outcome.period.map(|period| period.opened_at)) as _,
        sql_opt(outcome.period.map(|period| period.closes_at)) as _,
        refused,
        sql(now) as _,
        removed,
        before as PetitionState,
        judged,
        staff.map(|staff| staff.0),
        sql_opt(outcome.period.and_then(|period| period.own_closes_at)) as _
    )
    .execute(&mut *db)
    .await?;
    match refusal.filter(|_| refused) {
        Some(refusal) => {
            sqlx::query!(
                "insert into rejections (petition_id, code, details) values ($1, $2, $3)
                 on conflict (petition_id) do update set code = excluded.code, details = excluded.details",
                id.get(),
                refusal.code,
                refusal.details
            )
            .execute(db)
            .await?;
        }
        None if removed => {}
        None => {
            sqlx::query!("delete from rejections where petition_id = $1", id.get()).execute(db).await?;
        }
    }
    Ok(())
}

/// A reason for which petitions are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Its code, such as `duplicate`.
    pub code: String,
    /// Its title.
    pub title: String,
    /// What the public reads; Markdown.
    pub description: String,
    /// Whether petitions that are refused for it are hidden.
    pub hides: bool,
}

/// All reasons, those that hide last.
///
/// # Errors
/// When the database fails.
pub async fn reasons(db: &mut Db) -> sqlx::Result<Vec<Reason>> {
    sqlx::query_as!(Reason, "select code, title, description, hides from rejection_reasons order by hides, title")
        .fetch_all(db)
        .await
}

/// Texts of a petition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// What it asks for.
    pub action: String,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub additional_details: String,
}

/// Puts texts in the place of others, and keeps both.
///
/// # Errors
/// When the database fails.
pub async fn edit(
    db: &mut Db,
    id: PetitionId,
    before: &Texts,
    after: &Texts,
    note: &str,
    staff: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into petition_edits (petition_id, edited_at, staff_id, action_before, background_before,
             additional_details_before, action_after, background_after, additional_details_after, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.get(),
        sql(now) as _,
        staff.map(|staff| staff.0),
        before.action,
        before.background,
        before.additional_details,
        after.action,
        after.background,
        after.additional_details,
        note
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update petitions set action = $2, background = $3, additional_details = $4, updated_at = $5 where id = $1",
        id.get(),
        after.action,
        after.background,
        after.additional_details,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A change of a petition's texts.
#[derive(Clone, Debug)]
pub struct Edit {
    /// When.
    pub at: Timestamp,
    /// By whom; `None`: not by staff.
    pub by: Option<String>,
    /// The texts as they were.
    pub before: Texts,
    /// The texts as they were then.
    pub after: Texts,
    /// What the public is told of it; empty if the petition was not public.
    pub note: String,
}

/// The changes of a petition's texts, latest first.
///
/// # Errors
/// When the database fails.
pub async fn edits(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Edit>> {
    let rows = sqlx::query!(
        r#"select e.*, m.name as "by?" from petition_edits e left join staff m on m.id = e.staff_id
           where e.petition_id = $1 order by e.id desc limit 100"#,
        id.get()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Edit {
            at: row.edited_at.to_jiff(),
            by: row.by,
            before: Texts {
                action: row.action_before,
                background: row.background_before,
                additional_details: row.additional_details_before,
            },
            after: Texts {
                action: row.action_after,
                background: row.background_after,
                additional_details: row.additional_details_after,
            },
            note: row.note,
        })
        .collect())
}

/// Sets the committee's note.
///
/// # Errors
/// When the database fails.
pub async fn set_committee_note(db: &mut Db, id: PetitionId, note: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update petitions set committee_note = $2, updated_at = $3 where id = $1",
        id.get(),
        note,
        sql(now) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A note of staff about a petition.
#[derive(Clone, Debug)]
pub struct Note {
    /// Whose.
    pub by: String,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub body: String,
}

/// The notes about a petition, latest first.
///
/// # Errors
/// When the database fails.
pub async fn notes(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Note>> {
    let rows = sqlx::query!(
        r#"select n.written_at, n.body, m.name as "by?" from petition_notes n left join staff m on m.id = n.staff_id
           where n.petition_id = $1 order by n.id desc limit 200"#,
        id.get()
    )
    .fetch_all(db)
    .await?;
    let unknown = || "Somebody who is no longer known".to_owned();
    Ok(rows
        .into_iter()
        .map(|row| Note { by: row.by.unwrap_or_else(unknown), at: row.written_at.to_jiff(), body: row.body })
        .collect())
}

/// Adds a note; says its number.
///
/// # Errors
/// When the database fails.
pub async fn add_note(
    db: &mut Db,
    id: PetitionId,
    body: &str,
    staff: Option<StaffId>,
    now: Timestamp,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into petition_notes (petition_id, staff_id, written_at, body) values ($1, $2, $3, $4) returning id",
        id.get(),
        staff.map(|staff| staff.0),
        sql(now) as _,
        body
    )
    .fetch_one(db)
    .await
}

/// Something that petitions can be marked with, and whether this one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// By what it is known: a tag's or a department's number, a topic's code.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whether the petition has it.
    pub chosen: bool,
}

/// What petitions can be marked with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// For the desk.
    pub tags: Vec<Mark>,
    /// For the public.
    pub topics: Vec<Mark>,
    /// Which departments it concerns.
    pub departments: Vec<Mark>,
}

impl Marks {
    /// The names of those that are chosen, for the log.
    pub fn names(&self) -> Value {
        let names =
            |marks: &[Mark]| marks.iter().filter(|mark| mark.chosen).map(|mark| mark.name.clone()).collect::<Vec<_>>();
        serde_json::json!({
            "tags": names(&self.tags), "topics": names(&self.topics), "departments": names(&self.departments),
        })
    }
}

/// Everything that a petition can be marked with.
///
/// # Errors
/// When the database fails.
pub async fn marks(db: &mut Db, id: PetitionId) -> sqlx::Result<Marks> {
    let rows = sqlx::query!(
        r#"select 1 as "kind!", t.id::text as "key!", t.name as "name!",
               exists (select from petition_tags x where x.tag_id = t.id and x.petition_id = $1) as "chosen!" from tags t
           union all
           select 2, t.code, t.name,
               exists (select from petition_topics x where x.topic_code = t.code and x.petition_id = $1) from topics t
           union all
           select 3, d.id::text, d.name,
               exists (select from petition_departments x where x.department_id = d.id and x.petition_id = $1)
           from departments d
           order by 1, 3"#,
        id.get()
    )
    .fetch_all(db)
    .await?;
    let mut marks = Marks::default();
    for row in rows {
        let list = match row.kind {
            1 => &mut marks.tags,
            2 => &mut marks.topics,
            _ => &mut marks.departments,
        };
        list.push(Mark { key: row.key, name: row.name, chosen: row.chosen });
    }
    Ok(marks)
}

/// Marks a petition with these and no others. What there is not is left out. Departments that it has keep their order.
///
/// # Errors
/// When the database fails.
pub async fn set_marks(
    db: &mut Db,
    id: PetitionId,
    tags: &[i32],
    topics: &[String],
    departments: &[i32],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!("delete from petition_tags where petition_id = $1 and tag_id <> all($2)", id.get(), tags)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "insert into petition_tags (petition_id, tag_id) select $1, id from tags where id = any($2) on conflict do nothing",
        id.get(),
        tags
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from petition_topics where petition_id = $1 and topic_code <> all($2)", id.get(), topics)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "insert into petition_topics (petition_id, topic_code)
         select $1, code from topics where code = any($2) on conflict do nothing",
        id.get(),
        topics
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from petition_departments where petition_id = $1 and department_id <> all($2)",
        id.get(),
        departments
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into petition_departments (petition_id, department_id, position)
         select $1, d.id, (select coalesce(max(position), 0) from petition_departments where petition_id = $1)
             + row_number() over (order by d.name)
         from departments d where d.id = any($2)
             and not exists (select from petition_departments x where x.petition_id = $1 and x.department_id = d.id)",
        id.get(),
        departments
    )
    .execute(&mut *db)
    .await?;
    // Topics and departments stand on the petition's page.
    sqlx::query!("update petitions set updated_at = $2 where id = $1", id.get(), sql(now) as _).execute(db).await?;
    Ok(())
}

/// Notes that somebody has a form of a petition open.
///
/// # Errors
/// When the database fails.
pub async fn open_form(db: &mut Db, id: PetitionId, staff: StaffId, form: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into petition_editors as e (petition_id, staff_id, form, began_at, seen_at)
         select p.id, $2, $3, $4, $4 from petitions p where p.id = $1
         on conflict (petition_id, staff_id, form) do update
         set began_at = case when e.seen_at < $5 then excluded.began_at else e.began_at end, seen_at = excluded.seen_at",
        id.get(),
        staff.0,
        form,
        sql(now) as _,
        sql(now - EDITING) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that somebody has closed the forms of a petition.
///
/// # Errors
/// When the database fails.
pub async fn close_forms(db: &mut Db, id: PetitionId, staff: Option<StaffId>) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from petition_editors where petition_id = $1 and staff_id = $2",
        id.get(),
        staff.map_or(0, |staff| staff.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// For how long somebody who has not been seen since is taken to have a form open.
const EDITING: SignedDuration = SignedDuration::from_mins(limits::EDITING_MINUTES);

/// Somebody who has a form of a petition open.
#[derive(Clone, Debug)]
pub struct Editor {
    /// Who.
    pub name: String,
    /// Which form.
    pub form: String,
    /// Since when.
    pub since: Timestamp,
}

/// Who else has a form of a petition open: of each colleague the one that was seen last.
///
/// # Errors
/// When the database fails.
pub async fn editors(db: &mut Db, id: PetitionId, but: StaffId, now: Timestamp) -> sqlx::Result<Vec<Editor>> {
    let rows = sqlx::query!(
        "select m.name, e.form, e.began_at from (
             select distinct on (staff_id) staff_id, form, began_at from petition_editors
             where petition_id = $1 and staff_id <> $2 and seen_at >= $3
             order by staff_id, seen_at desc, began_at desc
         ) e join staff m on m.id = e.staff_id
         order by e.began_at, m.name",
        id.get(),
        but.0,
        sql(now - EDITING) as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| Editor { name: row.name, form: row.form, since: row.began_at.to_jiff() }).collect())
}

/// Something that was done to a petition.
#[derive(Clone, Debug)]
pub struct Done {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// Whose account that is.
    pub staff: Option<StaffId>,
    /// What, as the log names it.
    pub act: String,
    /// What was so before.
    pub before: Option<Value>,
    /// What was so then.
    pub after: Option<Value>,
}

/// What staff did to a petition, latest first, `most` of it.
///
/// # Errors
/// When the database fails.
pub async fn history(db: &mut Db, id: PetitionId, most: i64) -> sqlx::Result<Vec<Done>> {
    let rows = sqlx::query!(
        "select at, who, staff_id, act, before, after from audit_log
         where subject = 'petition' and subject_id = $1 order by id desc limit $2",
        id.to_string(),
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Done {
            at: row.at.to_jiff(),
            who: row.who,
            staff: row.staff_id.map(StaffId),
            act: row.act,
            before: row.before,
            after: row.after,
        })
        .collect())
}

/// An open petition that asks for the very same, in other capitals or accents at the most.
///
/// # Errors
/// When the database fails.
pub async fn duplicate(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<PetitionId>> {
    let found = sqlx::query_scalar!(
        "select o.id from petitions p
         join petitions o on o.id <> p.id and o.state = 'open'
             and o.search @@ plainto_tsquery('english', searchable(p.action)) and searchable(o.action) = searchable(p.action)
         where p.id = $1 order by o.id limit 1",
        id.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(Into::into))
}

/// Who decided about a petition last, and when.
///
/// # Errors
/// When the database fails.
pub async fn moderated(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<(Timestamp, Option<String>)>> {
    let row = sqlx::query!(
        r#"select p.moderated_at as "at!", m.name as "by?" from petitions p left join staff m on m.id = p.moderated_by
           where p.id = $1 and p.moderated_at is not null"#,
        id.get()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.at.to_jiff(), row.by)))
}
