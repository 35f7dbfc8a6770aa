//! The link to the creator's page of a petition, mailed again.

use axum::{extract::State, response::Response};

use super::{back, number};
use crate::{
    actions::creator::staff_mail_link,
    app::App,
    web::{
        admin::guard::Staff,
        error::PageError,
        extract::{Now, Numbered},
    },
};

/// Mails it.
pub async fn submit(State(app): State<App>, now: Now, staff: Staff, address: Numbered) -> Result<Response, PageError> {
    let id = number(address)?;
    let mut db = app.pool.acquire().await?;
    let words = match staff_mail_link(&mut db, &staff.actor, id, now.0).await? {
        true => {
            app.signing.mail_queued.notify_one();
            "The link is on its way to the creator."
        }
        false => "No link was mailed: one has just left, or the creator cannot be reached.",
    };
    back(&mut db, &staff, id, words).await
}
