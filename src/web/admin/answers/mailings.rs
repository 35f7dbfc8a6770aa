//! Mails to the signers of a petition: how far they have come, and how they are stopped.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Head, Part};
use crate::{
    actions::mailings::{self, Order},
    app::App,
    domain::{mailing::MailingState, staff::Permission},
    store::{self, mailings::Mailing},
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, MailingNumber, Now, Numbered},
        filters::{minute_of, thousands},
        page,
    },
};

#[derive(Template)]
#[template(path = "admin/answers/mailings.html")]
struct MailingsPage {
    frame: Frame,
    head: Head,
    mailings: Vec<Mailing>,
}

#[derive(Template)]
#[template(path = "admin/answers/mailing.html")]
struct MailingPage {
    frame: Frame,
    head: Head,
    mailing: Mailing,
    state: MailingState,
}

impl MailingPage {
    fn may_stop(&self) -> bool {
        self.frame.may(Permission::Respond) && self.state.is_under_way()
    }

    fn address(&self) -> String {
        urls::admin::mailing(&self.head.petition.id, &self.mailing.id)
    }

    /// The page of the mailing that took its place.
    fn newer(&self) -> Option<String> {
        Some(urls::admin::mailing(&self.head.petition.id, &self.mailing.replaced_by?))
    }
}

/// All mailings about a petition.
pub async fn list(State(app): State<App>, staff: Staff, address: Numbered) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let petition = super::petition(&mut db, address.id).await?;
    let page = MailingsPage {
        frame: Frame::new(&staff, Section::Petitions, format!("Mails to signers of petition {}", address.id)),
        head: Head { petition, part: Part::Mailings },
        mailings: store::mailings::of_petition(&mut db, address.id).await?,
    };
    page::html(&page, CachePolicy::Never)
}

/// How far one of them has come.
pub async fn show(
    State(app): State<App>,
    staff: Staff,
    address: Numbered,
    number: MailingNumber,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let petition = super::petition(&mut db, address.id).await?;
    let mailing = store::mailings::find(&mut db, number.0).await?;
    let mailing = mailing.filter(|mailing| mailing.petition == Some(address.id)).ok_or(PageError::NotFound)?;
    let page = MailingPage {
        frame: Frame::new(&staff, Section::Petitions, format!("Mails about petition {}", address.id)),
        head: Head { petition, part: Part::Mailings },
        state: mailing.progress.state(),
        mailing,
    };
    page::html(&page, CachePolicy::Never)
}

/// What is to be done with it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OrderForm {
    order: String,
}

impl OrderForm {
    /// The order, and what is said once it is carried out.
    pub(in crate::web::admin) fn parse(&self) -> Result<(Order, &'static str), PageError> {
        match self.order.as_str() {
            "pause" => Ok((Order::Pause, "The mails are paused. What is just on its way still arrives.")),
            "go_on" => Ok((Order::GoOn, "The mails leave again, at the same pace.")),
            "cancel" => Ok((Order::Cancel, "The mails are cancelled. What is just on its way still arrives.")),
            _ => Err(PageError::bad_request("A mailing can be paused, gone on with or cancelled.")),
        }
    }
}

/// Stops it, or goes on with it.
pub async fn order(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    number: MailingNumber,
    Form(form): Form<OrderForm>,
) -> Result<Response, PageError> {
    let (order, notice) = form.parse()?;
    let mut db = app.pool.acquire().await?;
    let mailing = store::mailings::find(&mut db, number.0).await?;
    mailing.filter(|mailing| mailing.petition == Some(address.id)).ok_or(PageError::NotFound)?;
    let done = mailings::order(&mut db, Some(address.id), number.0, order, &staff.actor, now.0).await?;
    let notice = if done { notice } else { "Nothing was to be done any more: this is how it stands." };
    staff.say(&mut db, notice).await?;
    app.signing.mail_queued.notify_one();
    Ok(Redirect::to(&urls::admin::mailing(&address.id, &number.0)).into_response())
}
