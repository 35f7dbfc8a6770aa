//! Networks and mail domains that are blocked, or never limited.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::{
    actions::protect,
    app::App,
    domain::{
        limits,
        protection::{Listed, Rule},
        text::tidy,
    },
    store::{self, protection::Line},
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now},
        filters::{day_of, thousands},
        form::{Choice, FormErrors},
        page,
    },
};

/// A line as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LineForm {
    listed: String,
    rule: String,
    note: String,
}

#[derive(Template)]
#[template(path = "admin/site/protection.html")]
struct ProtectionPage {
    frame: Frame,
    lines: Vec<Line>,
    form: LineForm,
    errors: FormErrors,
    rules: Vec<Choice>,
}

/// What is listed.
pub async fn show(State(app): State<App>, staff: Staff) -> Result<Response, PageError> {
    render(&app, &staff, LineForm::default(), FormErrors::default()).await
}

async fn render(app: &App, staff: &Staff, form: LineForm, errors: FormErrors) -> Result<Response, PageError> {
    let wrong = !errors.is_empty();
    let page = ProtectionPage {
        frame: Frame::new(staff, Section::Site, if wrong { "Error: Protection" } else { "Protection" }),
        lines: store::protection::lines(&mut *app.pool.acquire().await?).await?,
        form,
        errors,
        rules: vec![
            Choice::new(Rule::Blocked.word(), "Block").about("Signatures from there go into quarantine."),
            Choice::new(Rule::Allowed.word(), "Allow").about("Never limited, such as a school or a large employer."),
        ],
    };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// Lists a network or domain.
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Form(form): Form<LineForm>,
) -> Result<Response, PageError> {
    let mut errors = FormErrors::default();
    let listed = form.listed.parse::<Listed>().map_err(|error| format!("Check the network or domain: it {error}"));
    let listed = errors.take("listed", listed);
    let rule = errors.take("rule", Rule::from_word(&form.rule).ok_or("Choose whether it is blocked or allowed"));
    let note = tidy(&form.note).split_whitespace().collect::<Vec<_>>().join(" ");
    errors.length("note", "the note", &note, limits::NAME);
    let (Some(listed), Some(rule), true) = (listed, rule, errors.is_empty()) else {
        return render(&app, &staff, form, errors).await;
    };
    let mut db = app.pool.acquire().await?;
    let new = protect::list(&mut db, &staff.actor, &listed, rule, &note, now.0).await?;
    let already = if new { "" } else { " already" };
    staff.say(&mut db, &format!("{listed} is {}{already}. It takes effect within seconds.", rule.word())).await?;
    Ok(Redirect::to(urls::admin::site_protection()).into_response())
}

/// Takes a network or domain off the lists.
pub async fn forget(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Form(form): Form<LineForm>,
) -> Result<Response, PageError> {
    let listed: Listed = form.listed.parse().map_err(|_| PageError::NotFound)?;
    let mut db = app.pool.acquire().await?;
    let there = protect::forget(&mut db, &staff.actor, &listed, now.0).await?;
    let notice =
        if there { format!("{listed} is no longer listed.") } else { format!("{listed} was not listed any more.") };
    staff.say(&mut db, &notice).await?;
    Ok(Redirect::to(urls::admin::site_protection()).into_response())
}
