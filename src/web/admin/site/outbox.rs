//! Mail that waits, and mail that was given up: why, and what can be done about it. Addresses are searched for and never
//! shown; they do not stand in addresses of pages either.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    actions::tend_outbox::{self, Tended},
    app::App,
    domain::{email::EmailAddress, staff::StaffId},
    mail::transport::Transport,
    store::{
        self,
        mailings::Mailing,
        outbox::OutboxState,
        outbox_desk::{KindState, Queued, Which},
    },
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, MailNumber, Now},
        filters::{day_of, second_of, thousands},
        form::{Choice, FormErrors},
        page,
    },
};

#[derive(Template)]
#[template(path = "admin/site/outbox.html")]
struct OutboxPage {
    frame: Frame,
    state: OutboxState,
    /// This process has no way to send mail.
    silent: bool,
    kinds: Vec<KindState>,
    given_up: Vec<Queued>,
    failing: Vec<Queued>,
    weekly_news: Vec<Mailing>,
    errors: FormErrors,
    wanted: String,
    /// What a search has found; `None`: nothing was searched for.
    found: Option<Vec<Queued>>,
}

/// How the outbox stands.
pub async fn show(State(app): State<App>, staff: Staff, now: Now) -> Result<Response, PageError> {
    render(&app, &staff, now.0, FormErrors::default(), String::new(), None).await
}

async fn render(
    app: &App,
    staff: &Staff,
    now: Timestamp,
    errors: FormErrors,
    wanted: String,
    found: Option<Vec<Queued>>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let wrong = !errors.is_empty();
    let page = OutboxPage {
        frame: Frame::new(staff, Section::Site, if wrong { "Error: Outbox" } else { "Outbox" }),
        state: store::outbox::state(&mut db, now).await?,
        silent: matches!(app.transport, Transport::None),
        kinds: store::outbox_desk::by_kind(&mut db, now).await?,
        given_up: store::outbox_desk::list(&mut db, Which::GivenUp).await?,
        failing: store::outbox_desk::list(&mut db, Which::Failing).await?,
        weekly_news: store::mailings::weekly(&mut db).await?,
        errors,
        wanted,
        found,
    };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

impl OutboxPage {
    fn late(&self) -> String {
        match self.state.late.as_secs() {
            seconds @ ..7200 => format!("{} minutes", seconds / 60),
            seconds => format!("{} hours", thousands(seconds / 3600)),
        }
    }
}

/// A kind of mail in words: "confirm signature".
fn words(kind: &str) -> String {
    kind.replace('_', " ")
}

/// What is searched for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SearchForm {
    wanted: String,
}

/// Finds a mail by its number, or those to an address.
pub async fn search(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Form(form): Form<SearchForm>,
) -> Result<Response, PageError> {
    let mut errors = FormErrors::default();
    let wanted = form.wanted.trim().to_owned();
    if let Ok(number) = wanted.parse::<u64>() {
        let number_ = i64::try_from(number).unwrap_or(i64::MAX);
        let mut db = app.pool.acquire().await?;
        if !store::outbox_desk::list(&mut db, Which::Number(number_)).await?.is_empty() {
            return Ok(Redirect::to(&urls::admin::site_mail(number)).into_response());
        }
        errors.add("wanted", format!("No mail with the number {number} waits: it has left, or never was"));
        return render(&app, &staff, now.0, errors, wanted, None).await;
    }
    let Ok(address) = EmailAddress::parse(&wanted) else {
        errors.add("wanted", "Enter the number of a mail or a whole e-mail address");
        return render(&app, &staff, now.0, errors, wanted, None).await;
    };
    let canonical = address.canonical();
    let mut hashes = app.keyring.former_email_hashes(&canonical);
    hashes.push(app.keyring.email_hash(&canonical));
    let which = Which::Address(&hashes, &address.as_str().to_lowercase());
    let found = store::outbox_desk::list(&mut *app.pool.acquire().await?, which).await?;
    render(&app, &staff, now.0, errors, wanted, Some(found)).await
}

/// Has all mails sent again that were given up.
pub async fn send_all_again(State(app): State<App>, staff: Staff, now: Now) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let many = tend_outbox::send_all_again(&mut db, &staff.actor, now.0).await?;
    let notice = match many {
        0 => "No mail was given up.".to_owned(),
        1 => "1 mail is sent again.".to_owned(),
        many => format!("{} mails are sent again.", thousands(many)),
    };
    told(&app, &staff, &mut db, &notice, urls::admin::site_outbox()).await
}

async fn told(
    app: &App,
    staff: &Staff,
    db: &mut store::Db,
    notice: &str,
    address: &str,
) -> Result<Response, PageError> {
    app.signing.mail_queued.notify_one();
    staff.say(db, notice).await?;
    Ok(Redirect::to(address).into_response())
}

#[derive(Template)]
#[template(path = "admin/site/mail.html")]
struct MailPage {
    frame: Frame,
    mail: Queued,
    now: Timestamp,
    errors: FormErrors,
    readers: Vec<Choice>,
    me: String,
}

/// One mail.
pub async fn mail(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    MailNumber(number): MailNumber,
) -> Result<Response, PageError> {
    show_mail(&app, &staff, now.0, number, FormErrors::default()).await
}

async fn show_mail(
    app: &App,
    staff: &Staff,
    now: Timestamp,
    number: u64,
    errors: FormErrors,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let number = i64::try_from(number).map_err(|_| PageError::NotFound)?;
    let mail = store::outbox_desk::list(&mut db, Which::Number(number)).await?.pop().ok_or(PageError::NotFound)?;
    let readers = store::outbox_desk::readers(&mut db).await?;
    let wrong = !errors.is_empty();
    let title = if wrong { format!("Error: Mail {number}") } else { format!("Mail {number}") };
    let page = MailPage {
        frame: Frame::new(staff, Section::Site, title),
        mail,
        now,
        errors,
        readers: readers.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect(),
        me: staff.session.staff.to_string(),
    };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

impl MailPage {
    fn can_be_sent_again(&self) -> bool {
        !self.mail.may_be_leaving(self.now)
    }

    fn can_be_discarded(&self) -> bool {
        !self.mail.in_mailing && (self.mail.attempts == 0 || !self.mail.may_be_leaving(self.now))
    }

    fn can_be_copied(&self) -> bool {
        !self.mail.in_mailing && self.mail.signature.is_some() && self.mail.copy_to.is_none()
    }
}

fn outcome(tended: Tended, done: &str) -> String {
    match tended {
        Tended::Done => done,
        Tended::Gone => "The mail is not there any more: it has left, or a colleague has taken it out.",
        Tended::Leaving => "The mail is due, and may be leaving at this moment. Nothing was changed.",
        Tended::NotSuch => "This cannot be done with this mail. Nothing was changed.",
    }
    .to_owned()
}

/// Has a mail sent again now.
pub async fn send_again(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    MailNumber(number): MailNumber,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let number = i64::try_from(number).map_err(|_| PageError::NotFound)?;
    let tended = tend_outbox::send_again(&mut db, &staff.actor, number, now.0).await?;
    told(&app, &staff, &mut db, &outcome(tended, "The mail is sent again."), urls::admin::site_outbox()).await
}

/// Takes a mail out unsent.
pub async fn discard(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    MailNumber(number): MailNumber,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let number = i64::try_from(number).map_err(|_| PageError::NotFound)?;
    let tended = tend_outbox::discard(&mut db, &staff.actor, number, now.0).await?;
    told(&app, &staff, &mut db, &outcome(tended, "The mail is taken out, unsent."), urls::admin::site_outbox()).await
}

/// Who gets a copy.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CopyForm {
    to: String,
}

/// Sends a copy of a mail to a member of staff.
pub async fn copy(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    MailNumber(number): MailNumber,
    Form(form): Form<CopyForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let readers = store::outbox_desk::readers(&mut db).await?;
    let reader = readers.into_iter().find(|(id, _)| id.to_string() == form.to);
    let Some((to, name)): Option<(StaffId, String)> = reader else {
        drop(db);
        let mut errors = FormErrors::default();
        errors.add("to", "Choose who gets the copy");
        return show_mail(&app, &staff, now.0, number, errors).await;
    };
    let id = i64::try_from(number).map_err(|_| PageError::NotFound)?;
    let tended = tend_outbox::copy(&mut db, &staff.actor, id, to, now.0).await?;
    let notice = outcome(tended, &format!("A copy is on its way to {name}."));
    told(&app, &staff, &mut db, &notice, urls::admin::site_outbox()).await
}
