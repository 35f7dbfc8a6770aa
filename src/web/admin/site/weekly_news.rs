//! Weekly news to those who follow topics and constituencies: how far their mails have come, and how they are stopped.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    actions::mailings,
    app::App,
    domain::mailing::MailingState,
    store::{self, Db, mailings::Mailing},
    urls,
    web::{
        admin::{
            answers::mailings::OrderForm,
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, MailingNumber, Now},
        filters::{day_of, minute_of, thousands},
        page,
    },
};

#[derive(Template)]
#[template(path = "admin/site/weekly_news.html")]
struct WeeklyNewsPage {
    frame: Frame,
    mailing: Mailing,
    state: MailingState,
}

impl WeeklyNewsPage {
    fn may_stop(&self) -> bool {
        self.state.is_under_way()
    }

    fn address(&self) -> String {
        urls::admin::site_weekly_news(&self.mailing.id)
    }

    /// The page of what took its place: nothing does, the next news tell of another week.
    fn newer(&self) -> Option<String> {
        None
    }
}

async fn find(db: &mut Db, number: MailingNumber) -> Result<Mailing, PageError> {
    let mailing = store::mailings::find(db, number.0).await?;
    mailing.filter(|mailing| mailing.petition.is_none()).ok_or(PageError::NotFound)
}

/// How far they have come.
pub async fn show(State(app): State<App>, staff: Staff, number: MailingNumber) -> Result<Response, PageError> {
    let mailing = find(&mut *app.pool.acquire().await?, number).await?;
    let page = WeeklyNewsPage {
        frame: Frame::new(&staff, Section::Site, format!("Weekly news of {}", day_of(&mailing.created_at))),
        state: mailing.progress.state(),
        mailing,
    };
    page::html(&page, CachePolicy::Never)
}

/// Stops them, or goes on with them.
pub async fn order(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    number: MailingNumber,
    Form(form): Form<OrderForm>,
) -> Result<Response, PageError> {
    let (order, notice) = form.parse()?;
    let mut db = app.pool.acquire().await?;
    let mailing = find(&mut db, number).await?;
    let done = mailings::order(&mut db, None, mailing.id, order, &staff.actor, now.0).await?;
    let notice = if done { notice } else { "Nothing was to be done any more: this is how it stands." };
    staff.say(&mut db, notice).await?;
    app.signing.mail_queued.notify_one();
    Ok(Redirect::to(&urls::admin::site_weekly_news(&mailing.id)).into_response())
}
