//! Changing what a petition says: its texts, with both versions kept, and the committee's note.

use jiff::Timestamp;
use serde_json::json;
use sqlx::Connection;

use crate::{
    domain::petition::{PetitionId, Visibility},
    store::{
        self, Db,
        audit::{Act, Actor},
        moderation::{Held, Texts},
    },
};

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Edited {
    /// It is made.
    Done,
    /// It says what was there already.
    Same,
    /// The public reads the petition, and was told nothing.
    NoteWanted,
    /// The petition is not any more what the form was made from.
    Changed(Box<Held>),
    /// It belongs to another service.
    Imported,
    /// There is no such petition.
    Missing,
}

/// Changes a petition's texts. The public is told why, if it reads them.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn edit_text(
    db: &mut Db,
    actor: &Actor,
    id: PetitionId,
    seen: &str,
    texts: &Texts,
    note: &str,
    now: Timestamp,
) -> sqlx::Result<Edited> {
    let mut tx = db.begin().await?;
    let Some(held) = store::moderation::find(&mut tx, id, true).await? else { return Ok(Edited::Missing) };
    if held.imported {
        return Ok(Edited::Imported);
    }
    if held.seen() != seen {
        return Ok(Edited::Changed(Box::new(held)));
    }
    let before =
        Texts { action: held.action, background: held.background, additional_details: held.additional_details };
    if before == *texts {
        return Ok(Edited::Same);
    }
    let public = held.standing.state.visibility() == Visibility::Page;
    if public && note.is_empty() {
        return Ok(Edited::NoteWanted);
    }
    let note = if public { note } else { "" };
    store::moderation::edit(&mut tx, id, &before, texts, note, actor.staff, now).await?;
    let described = |texts: &Texts| json!({ "action": texts.action, "background": texts.background, "additional_details": texts.additional_details });
    let mut after = described(texts);
    after["note"] = note.into();
    let number = id.to_string();
    let act =
        Act { name: "petition.edit", subject: "petition", subject_id: &number, before: described(&before), after };
    store::audit::record(&mut tx, actor, act, now).await?;
    store::moderation::close_forms(&mut tx, id, actor.staff).await?;
    tx.commit().await?;
    Ok(Edited::Done)
}

/// Sets the committee's note; an empty one takes it away.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub async fn set_committee_note(
    db: &mut Db,
    actor: &Actor,
    id: PetitionId,
    seen: &str,
    note: &str,
    now: Timestamp,
) -> sqlx::Result<Edited> {
    let mut tx = db.begin().await?;
    let Some(held) = store::moderation::find(&mut tx, id, true).await? else { return Ok(Edited::Missing) };
    if held.imported {
        return Ok(Edited::Imported);
    }
    if held.seen() != seen {
        return Ok(Edited::Changed(Box::new(held)));
    }
    if held.committee_note == note {
        return Ok(Edited::Same);
    }
    store::moderation::set_committee_note(&mut tx, id, note, now).await?;
    let number = id.to_string();
    let act = Act {
        name: "petition.committee_note",
        subject: "petition",
        subject_id: &number,
        before: json!({ "note": held.committee_note }),
        after: json!({ "note": note }),
    };
    store::audit::record(&mut tx, actor, act, now).await?;
    store::moderation::close_forms(&mut tx, id, actor.staff).await?;
    tx.commit().await?;
    Ok(Edited::Done)
}
