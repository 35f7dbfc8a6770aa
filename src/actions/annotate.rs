//! What colleagues leave each other with a petition: notes, tags, topics, departments.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::{
    domain::petition::PetitionId,
    store::{
        self, Db,
        audit::{Act, Actor},
    },
};

/// Adds a note about a petition; `false`: there is no such petition.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn add_note(db: &mut Db, actor: &Actor, id: PetitionId, body: &str, now: Timestamp) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    if store::petitions::state(&mut tx, id).await?.is_none() {
        return Ok(false);
    }
    let note = store::moderation::add_note(&mut tx, id, body, actor.staff, now).await?;
    let number = id.to_string();
    let act = Act {
        name: "petition.note",
        subject: "petition",
        subject_id: &number,
        before: Value::Null,
        after: json!({ "note": note }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// What a petition is to be marked with, by key.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Tags, by number.
    pub tags: Vec<i32>,
    /// Topics, by code.
    pub topics: Vec<String>,
    /// Departments, by number.
    pub departments: Vec<i32>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// It is done.
    Done,
    /// It was so before.
    Same,
    /// A colleague has changed something since the form was made.
    Changed,
    /// There is no such petition.
    Missing,
    /// It belongs to another service, whose topics and departments it has.
    Imported,
}

/// Names what a form about marks was made from.
pub fn seen(marks: &store::moderation::Marks) -> String {
    blake3::hash(marks.names().to_string().as_bytes()).to_hex()[..20].to_owned()
}

/// Marks a petition with these tags, topics and departments and no others.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn mark(
    db: &mut Db,
    actor: &Actor,
    id: PetitionId,
    made_from: &str,
    chosen: &Chosen,
    now: Timestamp,
) -> sqlx::Result<Marked> {
    let mut tx = db.begin().await?;
    let Some(held) = store::moderation::find(&mut tx, id, true).await? else { return Ok(Marked::Missing) };
    if held.imported {
        return Ok(Marked::Imported);
    }
    let before = store::moderation::marks(&mut tx, id).await?;
    if seen(&before) != made_from {
        return Ok(Marked::Changed);
    }
    store::moderation::set_marks(&mut tx, id, &chosen.tags, &chosen.topics, &chosen.departments, now).await?;
    let after = store::moderation::marks(&mut tx, id).await?;
    if before == after {
        return Ok(Marked::Same);
    }
    let number = id.to_string();
    let act = Act {
        name: "petition.mark",
        subject: "petition",
        subject_id: &number,
        before: before.names(),
        after: after.names(),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(Marked::Done)
}

/// Writes into the log that somebody has fetched a list of petitions as a file: which, and whether with addresses.
///
/// # Errors
/// When the database fails.
pub async fn exported(
    db: &mut Db,
    actor: &Actor,
    list: &[(&str, &str)],
    with_addresses: bool,
    now: Timestamp,
) -> sqlx::Result<()> {
    let list: serde_json::Map<String, Value> =
        list.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let after = json!({ "list": list, "with_addresses": with_addresses });
    let act = Act { name: "petitions.export", subject: "petitions", subject_id: "", before: Value::Null, after };
    store::audit::record(db, actor, act, now).await
}
