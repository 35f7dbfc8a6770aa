//! Staff and operators list networks and mail domains that are blocked or never limited.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::{
    domain::protection::{Listed, Rule},
    store::{
        self, Db,
        audit::{Act, Actor},
        protection::Line,
    },
};

async fn line(db: &mut Db, listed: &Listed) -> sqlx::Result<Value> {
    let lines = store::protection::lines(db).await?;
    let found = lines.into_iter().find(|line| line.listed == *listed);
    Ok(found.map_or(Value::Null, |Line { rule, note, .. }| json!({ "rule": rule.word(), "note": note })))
}

/// Lists a network or domain; says whether that was new, or otherwise before.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn list(
    db: &mut Db,
    actor: &Actor,
    listed: &Listed,
    rule: Rule,
    note: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let before = line(&mut tx, listed).await?;
    if !store::protection::put(&mut tx, listed, rule, note, now).await? {
        return Ok(false);
    }
    let (what, after) = (listed.to_string(), json!({ "rule": rule.word(), "note": note }));
    let act = Act { name: "protection.list", subject: "protection", subject_id: &what, before, after };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes a network or domain off the lists; says whether it was there.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn forget(db: &mut Db, actor: &Actor, listed: &Listed, now: Timestamp) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let before = line(&mut tx, listed).await?;
    if !store::protection::forget(&mut tx, listed).await? {
        return Ok(false);
    }
    let what = listed.to_string();
    let act = Act { name: "protection.forget", subject: "protection", subject_id: &what, before, after: Value::Null };
    store::audit::record(&mut tx, actor, act, now).await?;
    tx.commit().await?;
    Ok(true)
}
