//! Feedback: the form, what happens when it is sent, and thanks.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::{
    actions::give_feedback::give_feedback,
    app::App,
    domain::{
        email::EmailAddress,
        feedback::Feedback,
        limits,
        text::{letters, tidy},
    },
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{ClientIp, Form, Now},
        form::FormErrors,
        page::{self, Layout, Section},
        protection::Protection,
    },
};

/// Seconds after which those are asked to come again from whom too much came.
const AGAIN: HeaderValue = HeaderValue::from_static("3600");

/// The form as it was filled in.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct FeedbackForm {
    comment: String,
    petition: String,
    email: String,
}

#[derive(Template)]
#[template(path = "pages/feedback.html")]
struct FeedbackPage {
    layout: Layout,
    form: FeedbackForm,
    errors: FormErrors,
    /// Too much has come lately: what was typed is still there.
    too_much: bool,
}

#[derive(Template)]
#[template(path = "pages/feedback_thanks.html")]
struct ThanksPage {
    layout: Layout,
}

/// The form.
pub async fn show(State(app): State<App>) -> Result<Response, PageError> {
    let layout =
        Layout::new(&app, urls::feedback(), "Feedback").about("Tell us what does not work here, or could be better.");
    let page = FeedbackPage { layout, form: FeedbackForm::default(), errors: FormErrors::default(), too_much: false };
    // Kept by the browser, so that going back finds what was typed.
    page::html(&page, CachePolicy::Revalidate)
}

/// Takes what was written, or gives the form back with what is wrong with it.
pub async fn submit(
    State(app): State<App>,
    State(protection): State<Protection>,
    ClientIp(from): ClientIp,
    now: Now,
    Form(form): Form<FeedbackForm>,
) -> Result<Response, PageError> {
    let feedback = match form.parse() {
        Ok(feedback) => feedback,
        Err(errors) => return again(&app, form, errors, StatusCode::UNPROCESSABLE_ENTITY),
    };
    if !protection.takes_feedback(from) {
        let mut response = again(&app, form, FormErrors::default(), StatusCode::TOO_MANY_REQUESTS)?;
        response.headers_mut().insert(RETRY_AFTER, AGAIN);
        return Ok(response);
    }
    let site = app.clone();
    // In a task of its own: what was begun is done, even if the visitor goes meanwhile.
    let giving =
        tokio::spawn(
            async move { give_feedback(&mut *site.pool.acquire().await?, &site.keyring, &feedback, now.0).await },
        );
    giving.await??;
    app.signing.mail_queued.notify_one();
    Ok(Redirect::to(urls::feedback_thanks()).into_response())
}

/// What is said afterwards.
pub async fn thanks(State(app): State<App>) -> Result<Response, PageError> {
    let layout = Layout::unlisted(&app, "Thank you for your feedback").within(Section::Elsewhere);
    page::html(&ThanksPage { layout }, CachePolicy::Never)
}

fn again(app: &App, form: FeedbackForm, errors: FormErrors, status: StatusCode) -> Result<Response, PageError> {
    let too_much = errors.is_empty();
    let layout = Layout::unlisted(app, if too_much { "Not sent: Feedback" } else { "Error: Feedback" });
    let page = FeedbackPage { layout, form, errors, too_much };
    Ok((status, page::html(&page, CachePolicy::Own)?).into_response())
}

impl FeedbackForm {
    fn parse(&self) -> Result<Feedback, FormErrors> {
        let mut errors = FormErrors::default();
        let comment = tidy(&self.comment);
        if letters(&comment) == 0 {
            errors.add("comment", "Write what you want to tell us");
        }
        errors.length("comment", "your feedback", &comment, limits::FEEDBACK);
        // It stands in one line.
        let petition = tidy(&self.petition).split_whitespace().collect::<Vec<_>>().join(" ");
        errors.length("petition", "the petition’s title or link", &petition, limits::FEEDBACK_PETITION);
        let email = match self.email.trim() {
            "" => Some(String::new()),
            typed => errors.take("email", EmailAddress::parse(typed)).map(|email| email.as_str().to_owned()),
        };
        match email {
            Some(email) if errors.is_empty() => Ok(Feedback { comment, petition, email }),
            _ => Err(errors),
        }
    }
}
