//! Other activity about a petition: added, changed, removed.

use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use sqlx::Connection;

use super::{
    mailings::{self, Begun},
    respond::NotDone,
};
use crate::{
    domain::{mailing::MailingKind, petition::PetitionId},
    store::{
        self, Db,
        audit::{Act, Actor},
        debates::StaffActivity,
    },
};

/// An activity as staff have written it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewActivity {
    /// What it is.
    pub subject: String,
    /// What happened; Markdown.
    pub body: String,
    /// The day on which it happened.
    pub occurred_on: Date,
}

fn of(activity: &StaffActivity) -> Value {
    json!({
        "activity": activity.id, "subject": activity.subject, "body": activity.body,
        "occurred_on": activity.occurred_on,
    })
}

/// The activity that is to be changed, if it is still as the form had it; the petition is held.
async fn hold(db: &mut Db, petition: PetitionId, known: Option<(i64, &str)>) -> Result<Option<StaffActivity>, NotDone> {
    let held = store::responses::hold(db, petition).await?.ok_or(NotDone::NoPetition)?;
    if !held.is_open_to_change() {
        return Err(NotDone::NotHere);
    }
    let Some((id, version)) = known else { return Ok(None) };
    let before = store::debates::activities(db, petition).await?.into_iter().find(|activity| activity.id == id);
    before.filter(|before| before.version() == version).map(Some).ok_or(NotDone::Stale)
}

/// Adds an activity, or changes the one that is `known` by its number and the version of the form; and mails the signers,
/// if that is wanted.
///
/// # Errors
/// When that cannot be; then nothing has changed.
pub async fn put(
    db: &mut Db,
    petition: PetitionId,
    known: Option<(i64, &str)>,
    new: &NewActivity,
    mails_signers: bool,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<Begun>, NotDone> {
    let mut tx = db.begin().await?;
    let before = hold(&mut tx, petition, known).await?;
    let words = (new.subject.as_str(), new.body.as_str(), new.occurred_on);
    let id = store::debates::put_activity(&mut tx, petition, before.as_ref().map(|it| it.id), words, actor.staff, now)
        .await?;
    let act = Act {
        name: if before.is_some() { "activity.change" } else { "activity.add" },
        subject: "petition",
        subject_id: &petition.to_string(),
        before: before.as_ref().map_or(Value::Null, of),
        after: json!({
            "activity": id, "subject": new.subject, "body": new.body, "occurred_on": new.occurred_on,
        }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    let begun = match mails_signers {
        true => mailings::begin(&mut tx, petition, MailingKind::Activity, Some(id), actor, now).await?,
        false => None,
    };
    tx.commit().await?;
    Ok(begun)
}

/// Removes an activity. Mails about it that have not left do not leave.
///
/// # Errors
/// When that cannot be; then nothing has changed.
pub async fn remove(
    db: &mut Db,
    petition: PetitionId,
    known: (i64, &str),
    actor: &Actor,
    now: Timestamp,
) -> Result<(), NotDone> {
    let mut tx = db.begin().await?;
    let before = hold(&mut tx, petition, Some(known)).await?.ok_or(NotDone::Stale)?;
    store::mailings::cancel_about(&mut tx, petition, MailingKind::Activity, Some(before.id), now).await?;
    store::debates::remove_activity(&mut tx, petition, before.id, now).await?;
    let act = Act {
        name: "activity.remove",
        subject: "petition",
        subject_id: &petition.to_string(),
        before: of(&before),
        after: Value::Null,
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    Ok(tx.commit().await?)
}
