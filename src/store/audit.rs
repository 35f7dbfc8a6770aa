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
