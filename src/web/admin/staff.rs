//! Colleagues: who has an account, inviting them, what they may do.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    frame::{Frame, Section},
    guard::Staff,
};
use crate::{
    actions::staff::{self as actions, Added, Changed, Delivery, NewColleague},
    app::App,
    domain::{
        email::EmailAddress,
        limits,
        signer::SignerName,
        staff::{Permission, Role, StaffId},
    },
    store::{self, staff::Colleague},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, StaffNumber},
        form::{Choice, FormErrors},
        page,
    },
};

#[derive(Template)]
#[template(path = "admin/staff.html")]
struct StaffPage {
    frame: Frame,
    colleagues: Vec<Colleague>,
}

/// All colleagues.
pub async fn show(staff: Staff, State(app): State<App>, now: Now) -> Result<Response, PageError> {
    let colleagues = store::staff::all(&mut *app.pool.acquire().await?, now.0).await?;
    page::html(&StaffPage { frame: Frame::new(&staff, Section::Staff, "Staff"), colleagues }, CachePolicy::Never)
}

/// A colleague to be invited.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewForm {
    name: String,
    email: String,
    role: String,
}

impl NewForm {
    fn parse(&self) -> Result<NewColleague, FormErrors> {
        let mut errors = FormErrors::default();
        let name = errors.take("name", SignerName::parse(&self.name));
        let email = errors.take("email", EmailAddress::parse(&self.email));
        let role = errors.take("role", Role::from_code(&self.role).ok_or("Choose what they may do"));
        match (name, email, role) {
            (Some(name), Some(email), Some(role)) => Ok(NewColleague { name, email, role }),
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/new_colleague.html")]
struct NewPage {
    frame: Frame,
    errors: FormErrors,
    form: NewForm,
}

fn new_page(staff: &Staff, form: NewForm, errors: FormErrors) -> Result<Response, PageError> {
    let frame = Frame::new(staff, Section::Staff, "Invite a colleague");
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page::html(&NewPage { frame, errors, form }, CachePolicy::Never)?).into_response())
}

fn roles() -> Vec<Choice> {
    let about = |role: Role| match role {
        Role::Reviewer => "Reads, and writes notes.",
        Role::Moderator => {
            "Decides about petitions and signatures, and publishes what the Government and Parliament did."
        }
        Role::Sysadmin => "Runs the site, and says who may do what.",
    };
    Role::ALL.into_iter().map(|role| Choice::new(role.code(), role.label()).about(about(role))).collect()
}

/// The form for a colleague.
pub async fn show_new(staff: Staff) -> Result<Response, PageError> {
    new_page(&staff, NewForm::default(), FormErrors::default())
}

/// Invites a colleague.
pub async fn add(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    Form(form): Form<NewForm>,
) -> Result<Response, PageError> {
    let new = match form.parse() {
        Ok(new) => new,
        Err(errors) => return new_page(&staff, form, errors),
    };
    let mut db = app.pool.acquire().await?;
    match actions::add(&mut db, &app.keyring, &staff.actor, &new, Delivery::Mail, now.0).await? {
        Added::Invited(id, _) => {
            app.signing.mail_queued.notify_one();
            let said = format!("{} is invited by mail, for {} days.", new.name.as_str(), limits::INVITATION_DAYS);
            staff.say(&mut db, &said).await?;
            Ok(Redirect::to(&urls::admin::colleague(&id)).into_response())
        }
        Added::Exists(_) => {
            let mut errors = FormErrors::default();
            errors.add("email", "There is an account with this address already; it is in the list of staff");
            new_page(&staff, form, errors)
        }
    }
}

#[derive(Template)]
#[template(path = "admin/colleague.html")]
struct ColleaguePage {
    frame: Frame,
    colleague: Colleague,
    /// Whether it is the account of whoever looks.
    own: bool,
    /// What was chosen in the form, if that could not be done.
    chosen: String,
    /// Why something could not be done.
    problem: &'static str,
}

async fn colleague_page(
    app: &App,
    staff: &Staff,
    id: StaffId,
    chosen: Option<&str>,
    problem: &'static str,
    now: Timestamp,
) -> Result<Response, PageError> {
    let colleague = store::staff::find(&mut *app.pool.acquire().await?, id, now).await?.ok_or(PageError::NotFound)?;
    let page = ColleaguePage {
        frame: Frame::new(staff, Section::Staff, colleague.name.clone()),
        own: staff.session.staff == id,
        chosen: chosen.unwrap_or(colleague.role.code()).to_owned(),
        colleague,
        problem,
    };
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// A colleague.
pub async fn show_one(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    StaffNumber(id): StaffNumber,
) -> Result<Response, PageError> {
    colleague_page(&app, &staff, id, None, "", now.0).await
}

/// Why something was not done to a colleague's account.
fn problem(changed: Changed) -> Result<&'static str, PageError> {
    Ok(match changed {
        Changed::Done => "",
        Changed::Otherwise => "A colleague changed this account meanwhile: it is now as you see it here. Decide again.",
        Changed::Own => "Nobody changes what they may do themselves. Ask a colleague who runs the site.",
        Changed::LastSysadmin => "Nobody else could run the site then. Make somebody else a sysadmin first.",
        Changed::Unknown => return Err(PageError::NotFound),
    })
}

/// A role, and what it was when the form was made.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
    was: String,
}

/// Changes what a colleague may do.
pub async fn set_role(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    StaffNumber(id): StaffNumber,
    Form(form): Form<RoleForm>,
) -> Result<Response, PageError> {
    let (Some(role), Some(was)) = (Role::from_code(&form.role), Role::from_code(&form.was)) else {
        return colleague_page(&app, &staff, id, None, "Choose one of the roles.", now.0).await;
    };
    let mut db = app.pool.acquire().await?;
    match problem(actions::set_role(&mut db, &staff.actor, id, was, role, now.0).await?)? {
        "" => {
            staff
                .say(&mut db, &format!("The role is now {}, from the next click on.", role.label().to_lowercase()))
                .await?;
            Ok(Redirect::to(&urls::admin::colleague(&id)).into_response())
        }
        problem => {
            drop(db);
            colleague_page(&app, &staff, id, Some(role.code()), problem, now.0).await
        }
    }
}

/// Closes a colleague's account.
pub async fn disable(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    StaffNumber(id): StaffNumber,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let changed = actions::disable(&mut db, &staff.actor, id, now.0).await?;
    drop(db);
    done(&app, &staff, id, changed, "The account is closed, and nobody is signed in to it any more.", now.0).await
}

/// Opens a colleague's account again.
pub async fn enable(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    StaffNumber(id): StaffNumber,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let changed = actions::enable(&mut db, &staff.actor, id, now.0).await?;
    drop(db);
    done(&app, &staff, id, changed, "The account is open again, with its former password and telephone.", now.0).await
}

/// Ends a colleague's sessions.
pub async fn end_sessions(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    StaffNumber(id): StaffNumber,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    store::staff::find(&mut db, id, now.0).await?.ok_or(PageError::NotFound)?;
    let ended = actions::end_sessions(&mut db, &staff.actor, id, now.0).await?;
    if staff.session.staff == id {
        // One's own are among them.
        return Ok(Redirect::to(&urls::admin::sign_in(urls::admin::desk())).into_response());
    }
    let said = if ended == 1 { "1 session was ended.".to_owned() } else { format!("{ended} sessions were ended.") };
    staff.say(&mut db, &said).await?;
    Ok(Redirect::to(&urls::admin::colleague(&id)).into_response())
}

/// Invites a colleague once more.
pub async fn invite(
    staff: Staff,
    State(app): State<App>,
    now: Now,
    StaffNumber(id): StaffNumber,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    store::staff::find(&mut db, id, now.0).await?.ok_or(PageError::NotFound)?;
    let invited = actions::invite_again(&mut db, &app.keyring, &staff.actor, id, Delivery::Mail, now.0).await?;
    drop(db);
    app.signing.mail_queued.notify_one();
    let changed = if invited.is_some() { Changed::Done } else { Changed::Otherwise };
    done(&app, &staff, id, changed, "An invitation is on its way by mail. Former ones are good no more.", now.0).await
}

async fn done(
    app: &App,
    staff: &Staff,
    id: StaffId,
    changed: Changed,
    said: &str,
    now: Timestamp,
) -> Result<Response, PageError> {
    match problem(changed)? {
        "" => {
            staff.say(&mut *app.pool.acquire().await?, said).await?;
            Ok(Redirect::to(&urls::admin::colleague(&id)).into_response())
        }
        problem => colleague_page(app, staff, id, None, problem, now).await,
    }
}
