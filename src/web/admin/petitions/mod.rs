//! Petitions as staff see them: lists, a page for each, and what can be done there.

pub mod annotate;
pub mod creator_link;
pub mod deadline;
pub mod decide;
pub mod list;
pub mod personal_data;
pub mod presence;
pub mod show;
pub mod text;

use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

use super::guard::Staff;
use crate::{
    domain::petition::{PetitionId, PetitionState},
    store::{
        self, Db,
        moderation::{Done, Editor},
    },
    urls,
    web::{error::PageError, extract::Numbered},
};

/// The petition's number; nothing stands behind a dot here.
fn number(address: Numbered) -> Result<PetitionId, PageError> {
    if address.suffix.is_some() { Err(PageError::NotFound) } else { Ok(address.id) }
}

/// Back to the petition, which then says what was done.
async fn back(db: &mut Db, staff: &Staff, id: PetitionId, done: &str) -> Result<Response, PageError> {
    staff.say(db, done).await?;
    Ok(Redirect::to(&urls::admin::petition(&id)).into_response())
}

/// Notes that somebody has a form open, and says who else has one.
async fn editing(
    db: &mut Db,
    staff: &Staff,
    id: PetitionId,
    form: &str,
    now: Timestamp,
) -> Result<Vec<Editor>, PageError> {
    store::moderation::open_form(db, id, staff.session.staff, form, now).await?;
    Ok(store::moderation::editors(db, id, staff.session.staff, now).await?)
}

/// What staff call a state; colleagues tell apart more than the public does.
pub fn state_label(state: &PetitionState) -> &'static str {
    match state {
        PetitionState::Sponsored => "In moderation",
        PetitionState::Flagged => "Flagged",
        state => state.label(),
    }
}

/// What was done, in words that follow a name: "rejected it (Duplicate petition)".
pub fn done_words(done: &Done) -> String {
    let text = |value: &Option<serde_json::Value>, key: &str| {
        let value = value.as_ref().and_then(|value| value.get(key)).and_then(|value| value.as_str());
        value.unwrap_or_default().to_owned()
    };
    let told =
        done.after.as_ref().and_then(|after| after.get("mails")).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let told = match told {
        0 => String::new(),
        1 => " and told one person".to_owned(),
        told => format!(" and told {told} people"),
    };
    let reason = text(&done.after, "reason");
    match done.act.as_str() {
        "petition.publish" => format!("published it{told}"),
        "petition.reject" if text(&done.after, "state") == "hidden" => format!("rejected and hid it ({reason}){told}"),
        "petition.reject" => format!("rejected it ({reason}){told}"),
        "petition.take_down" => format!("took it down ({reason}){told}"),
        "petition.flag" => "flagged it".to_owned(),
        "petition.park" => "set it aside".to_owned(),
        "petition.restore" => format!("restored it{told}"),
        "petition.remove" => "removed it for good".to_owned(),
        "petition.edit" => "changed its text".to_owned(),
        "petition.committee_note" => "changed the committee’s note".to_owned(),
        "petition.extend" => "extended its deadline".to_owned(),
        "petition.keep_data" => "changed whether personal data are kept".to_owned(),
        "petition.note" => "wrote a note".to_owned(),
        "petition.mark" => "changed its tags, topics or departments".to_owned(),
        "response.save_draft" => "saved a draft of the response".to_owned(),
        "response.approve" => "approved the response".to_owned(),
        "response.discard" => "threw the draft of the response away".to_owned(),
        "response.publish" => "published the response".to_owned(),
        "response.correct" => "corrected the response".to_owned(),
        "response.schedule" => "set when the response is published".to_owned(),
        "response.unschedule" => "took back when the response is published".to_owned(),
        "response.withdraw" => "withdrew the response".to_owned(),
        "debate.schedule" => "scheduled the debate".to_owned(),
        "debate.unschedule" => "took the debate off the schedule".to_owned(),
        "debate.outcome" => "wrote what came of the debate".to_owned(),
        "debate.clear_outcome" => "took back what came of the debate".to_owned(),
        "activity.add" => "added an activity".to_owned(),
        "activity.change" => "changed an activity".to_owned(),
        "activity.remove" => "removed an activity".to_owned(),
        "mailing.begin" => "began a mailing".to_owned(),
        "mailing.pause" => "stopped a mailing for a while".to_owned(),
        "mailing.go_on" => "let a mailing go on".to_owned(),
        "mailing.cancel" => "cancelled a mailing".to_owned(),
        other => other.replace(['.', '_'], " "),
    }
}
