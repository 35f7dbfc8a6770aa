//! The log of what staff did: lines are added in the transaction of the act itself, and never altered.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::Value;

use super::{Db, sql};
use crate::domain::staff::{Role, StaffId};

/// Who does something, from where. Every action of staff is given it.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The account; `None`: the command line, somebody not signed in, or the site by itself.
    pub staff: Option<StaffId>,
    /// The name.
    pub name: String,
    /// What they are.
    pub role: Option<Role>,
    /// From where.
    pub address: Option<IpAddr>,
    /// The number of the request.
    pub request: String,
}

impl Actor {
    /// Nobody in particular, such as "command line" or "timetable".
    pub fn nobody(name: &str) -> Self {
        Self { staff: None, name: name.to_owned(), role: None, address: None, request: String::new() }
    }
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// Its name, as in `petition.publish`: lower-case letters and underscores, with one dot.
    pub name: &'static str,
    /// To what kind of thing, as in `petition`.
    pub subject: &'static str,
    /// To which of them; empty where there is only one.
    pub subject_id: &'a str,
    /// What was so before; `Null` if there was nothing. Nothing personal of signers.
    pub before: Value,
    /// What is so now; likewise.
    pub after: Value,
}

/// Writes a line.
///
/// # Errors
/// When the database fails.
pub async fn record(db: &mut Db, actor: &Actor, act: Act<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_log (at, staff_id, who, role, address, request, act, subject, subject_id, before, after)
         values ($1, $2, $3, $4, $5::text::inet, $6, $7, $8, $9, nullif($10, 'null'::jsonb), nullif($11, 'null'::jsonb))",
        sql(now) as _,
        actor.staff.map(|staff| staff.0),
        actor.name,
        actor.role as _,
        actor.address.map(|address| address.to_string()),
        actor.request,
        act.name,
        act.subject,
        act.subject_id,
        act.before,
        act.after,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Which lines of the log are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those of one person.
    pub person: Option<StaffId>,
    /// Those of one act, such as `petition.publish`, or of all acts on one kind of thing, such as `petition.`.
    pub act: String,
    /// Those about one kind of thing, such as `petition`.
    pub subject: String,
    /// Those about one thing of that kind.
    pub subject_id: String,
    /// Those from this moment on.
    pub from: Option<Timestamp>,
    /// Those before this moment.
    pub to: Option<Timestamp>,
    /// Those that are older than the line with this number.
    pub before: Option<i64>,
}

/// A line of the log.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The account.
    pub staff: Option<StaffId>,
    /// The name as it was then.
    pub who: String,
    /// What they were then.
    pub role: Option<Role>,
    /// From where; empty if that is not known.
    pub address: String,
    /// The number of the request.
    pub request: String,
    /// What was done.
    pub act: String,
    /// To what kind of thing.
    pub subject: String,
    /// To which of them.
    pub subject_id: String,
    /// What was so before.
    pub before: Value,
    /// What was so after.
    pub after: Value,
}

/// Lines of the log, the newest first, `most` at the most.
///
/// # Errors
/// When the database fails.
pub async fn lines(db: &mut Db, wanted: &Wanted, most: i64) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query!(
        r#"select id, at, staff_id, who, role as "role: Role", coalesce(host(address), '') as "address!", request, act,
               subject, subject_id, before, after
           from audit_log
           where ($1::integer is null or staff_id = $1)
             and ($2 = '' or act = $2 or (right($2, 1) = '.' and starts_with(act, $2)))
             and ($3 = '' or subject = $3) and ($4 = '' or subject_id = $4)
             and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)
             and ($7::bigint is null or id < $7)
           order by id desc limit $8"#,
        wanted.person.map(|person| person.0),
        wanted.act,
        wanted.subject,
        wanted.subject_id,
        super::sql_opt(wanted.from) as _,
        super::sql_opt(wanted.to) as _,
        wanted.before,
        most,
    )
    .fetch_all(db)
    .await?;
    let lines = rows.into_iter().map(|row| Line {
        id: row.id,
        at: row.at.to_jiff(),
        staff: row.staff_id.map(StaffId),
        who: row.who,
        role: row.role,
        address: row.address,
        request: row.request,
        act: row.act,
        subject: row.subject,
        subject_id: row.subject_id,
        before: row.before.unwrap_or_default(),
        after: row.after.unwrap_or_default(),
    });
    Ok(lines.collect())
}

/// All acts that are in the log, by name.
///
/// # Errors
/// When the database fails.
pub async fn acts(db: &mut Db) -> sqlx::Result<Vec<String>> {
    // From one to the next through the index, since there are few acts and many lines.
    let acts = sqlx::query_scalar!(
        r#"with recursive acts as (
               (select act from audit_log order by act limit 1)
               union all
               select (select l.act from audit_log l where l.act > a.act order by l.act limit 1)
               from acts a where a.act is not null
           )
           select act as "act!" from acts where act is not null"#
    );
    acts.fetch_all(db).await
}
