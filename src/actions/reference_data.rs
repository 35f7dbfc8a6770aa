//! Staff keep lists: departments, topics, tags and rejection reasons.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::{
    actions::import_areas::{AreasImported, ImportAreasError, import_areas},
    domain::{
        fingerprint::fingerprint,
        reference::{Entry, List},
    },
    store::{
        self, Db,
        audit::{Act, Actor},
    },
};

/// What became of a change to a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is made; what the entry is known by.
    Done(String),
    /// Another entry has that already; the field.
    Taken(&'static str),
    /// It was made from something that is not there any more; this is what is there now.
    Stale(Box<Entry>),
    /// There is no such entry.
    Missing,
    /// It is used in so many places.
    InUse(i64),
}

/// What a change of an entry is made from: a form that shows it carries it.
pub fn mark(list: List, entry: &Entry) -> String {
    fingerprint(&entry.record(list))
}

/// Adds an entry.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn add(db: &mut Db, actor: &Actor, list: List, entry: &Entry, now: Timestamp) -> sqlx::Result<Outcome> {
    let mut tx = db.begin().await?;
    store::reference::hold(&mut tx, list).await?;
    if let Some(field) = store::reference::clash(&mut tx, list, entry, true).await? {
        return Ok(Outcome::Taken(field));
    }
    let key = store::reference::add(&mut tx, list, entry).await?;
    let name = match list {
        List::Departments => "department.add",
        List::Topics => "topic.add",
        List::Tags => "tag.add",
        List::Reasons => "reason.add",
    };
    let act = Act { name, subject: list.one(), subject_id: &key, before: Value::Null, after: entry.record(list) };
    store::audit::record(&mut tx, actor, act, now).await?;
    store::site::touch(&mut tx).await?;
    tx.commit().await?;
    Ok(Outcome::Done(key))
}

/// Changes an entry, unless it is not that any more which the change was made from.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn change(
    db: &mut Db,
    actor: &Actor,
    list: List,
    made_from: &str,
    entry: &Entry,
    now: Timestamp,
) -> sqlx::Result<Outcome> {
    let mut tx = db.begin().await?;
    store::reference::hold(&mut tx, list).await?;
    let Some(before) = store::reference::find(&mut tx, list, &entry.key).await? else { return Ok(Outcome::Missing) };
    if mark(list, &before.entry) != made_from {
        return Ok(Outcome::Stale(Box::new(before.entry)));
    }
    if let Some(field) = store::reference::clash(&mut tx, list, entry, false).await? {
        return Ok(Outcome::Taken(field));
    }
    if before.entry != *entry {
        store::reference::change(&mut tx, list, entry).await?;
        let name = match list {
            List::Departments => "department.change",
            List::Topics => "topic.change",
            List::Tags => "tag.change",
            List::Reasons => "reason.change",
        };
        let act = Act {
            name,
            subject: list.one(),
            subject_id: &entry.key,
            before: before.entry.record(list),
            after: entry.record(list),
        };
        store::audit::record(&mut tx, actor, act, now).await?;
        store::site::touch(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(Outcome::Done(entry.key.clone()))
}

/// Removes an entry that nothing uses.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn remove(db: &mut Db, actor: &Actor, list: List, key: &str, now: Timestamp) -> sqlx::Result<Outcome> {
    let mut tx = db.begin().await?;
    store::reference::hold(&mut tx, list).await?;
    let Some(before) = store::reference::find(&mut tx, list, key).await? else { return Ok(Outcome::Missing) };
    if before.uses > 0 {
        return Ok(Outcome::InUse(before.uses));
    }
    match store::reference::remove(&mut tx, list, key).await {
        // Somebody has put it to use in this very moment.
        Err(sqlx::Error::Database(refusal)) if refusal.is_foreign_key_violation() => return Ok(Outcome::InUse(1)),
        removed => removed?,
    }
    let name = match list {
        List::Departments => "department.remove",
        List::Topics => "topic.remove",
        List::Tags => "tag.remove",
        List::Reasons => "reason.remove",
    };
    let before = before.entry.record(list);
    let act = Act { name, subject: list.one(), subject_id: key, before, after: Value::Null };
    store::audit::record(&mut tx, actor, act, now).await?;
    store::site::touch(&mut tx).await?;
    tx.commit().await?;
    Ok(Outcome::Done(key.to_owned()))
}

/// Makes two entries one: what uses the first uses the second from now on, and the first is gone.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn merge(
    db: &mut Db,
    actor: &Actor,
    list: List,
    from: &str,
    into: &str,
    now: Timestamp,
) -> sqlx::Result<Outcome> {
    if from == into || !list.merges() {
        return Ok(Outcome::Missing);
    }
    let mut tx = db.begin().await?;
    store::reference::hold(&mut tx, list).await?;
    let before = store::reference::find(&mut tx, list, from).await?;
    let after = store::reference::find(&mut tx, list, into).await?;
    let (Some(before), Some(after)) = (before, after) else { return Ok(Outcome::Missing) };
    store::reference::merge(&mut tx, list, from, into).await?;
    store::reference::remove(&mut tx, list, from).await?;
    let name = match list {
        List::Departments => "department.merge",
        List::Topics => "topic.merge",
        List::Tags | List::Reasons => "tag.merge",
    };
    let into_record = json!({ "into": after.entry.record(list), "id": into, "uses": before.uses });
    let before = before.entry.record(list);
    let act = Act { name, subject: list.one(), subject_id: from, before, after: into_record };
    store::audit::record(&mut tx, actor, act, now).await?;
    store::site::touch(&mut tx).await?;
    tx.commit().await?;
    Ok(Outcome::Done(into.to_owned()))
}

/// What an import of departments would do to one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// As it stands; `None`: it is new.
    pub before: Option<Entry>,
    /// As it will be.
    pub after: Entry,
}

/// What an import of departments would change: those that are new, and those with another acronym or address. They are
/// known by their names; what the file says nothing about stays as it is.
///
/// # Errors
/// When the database fails.
pub async fn plan_departments(db: &mut Db, read: &[Entry]) -> sqlx::Result<Vec<Planned>> {
    let known = store::reference::all(db, List::Departments).await?;
    let mut planned = Vec::new();
    for new in read {
        let name = new.name.to_lowercase();
        let before = known.iter().map(|used| &used.entry).find(|entry| entry.name.to_lowercase() == name);
        let or_before = |new: &str, before: fn(&Entry) -> &str, entry: &Entry| {
            if new.is_empty() { before(entry).to_owned() } else { new.to_owned() }
        };
        let after = match before {
            None => new.clone(),
            Some(entry) => Entry {
                acronym: or_before(&new.acronym, |entry| &entry.acronym, entry),
                url: or_before(&new.url, |entry| &entry.url, entry),
                ..entry.clone()
            },
        };
        if before != Some(&after) {
            planned.push(Planned { before: before.cloned(), after });
        }
    }
    Ok(planned)
}

/// Imports departments; gives what it has changed.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn import_departments(
    db: &mut Db,
    actor: &Actor,
    read: &[Entry],
    now: Timestamp,
) -> sqlx::Result<Vec<Planned>> {
    let list = List::Departments;
    let mut tx = db.begin().await?;
    store::reference::hold(&mut tx, list).await?;
    let planned = plan_departments(&mut tx, read).await?;
    for Planned { before, after } in &planned {
        let (name, key) = match before {
            None => ("department.add", store::reference::add(&mut tx, list, after).await?),
            Some(_) => {
                store::reference::change(&mut tx, list, after).await?;
                ("department.change", after.key.clone())
            }
        };
        let act = Act {
            name,
            subject: list.one(),
            subject_id: &key,
            before: before.as_ref().map_or(Value::Null, |before| before.record(list)),
            after: after.record(list),
        };
        store::audit::record(&mut tx, actor, act, now).await?;
    }
    if !planned.is_empty() {
        store::site::touch(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(planned)
}

/// What an import of places would do; nothing changes.
///
/// # Errors
/// Those of the import.
pub async fn try_areas(db: &mut Db, text: &str) -> Result<AreasImported, ImportAreasError> {
    let mut tx = db.begin().await?;
    let imported = import_areas(&mut tx, text).await?;
    store::areas::check_places(&mut tx).await.map_err(crate::actions::import_areas::clash)?;
    tx.rollback().await?;
    Ok(imported)
}

/// Imports places: constituencies, where they stand on the map, or countries.
///
/// # Errors
/// Those of the import; then nothing has changed.
pub async fn import_places(
    db: &mut Db,
    actor: &Actor,
    text: &str,
    now: Timestamp,
) -> Result<AreasImported, ImportAreasError> {
    let mut tx = db.begin().await?;
    let imported = import_areas(&mut tx, text).await?;
    store::areas::check_places(&mut tx).await.map_err(crate::actions::import_areas::clash)?;
    let after = json!({ "what": imported.what, "read": imported.read, "changed": imported.changed });
    let act = Act { name: "areas.import", subject: "areas", subject_id: "", before: Value::Null, after };
    store::audit::record(&mut tx, actor, act, now).await?;
    store::site::touch(&mut tx).await?;
    tx.commit().await?;
    Ok(imported)
}
