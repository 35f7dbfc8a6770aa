//! What is shown when something cannot be done: what happened, what to do, and a number to quote.

use std::borrow::Cow;

use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use schemars::JsonSchema;
use serde::Serialize;

use crate::actions::together::NotDone;

/// Why there is no page. Handlers return it; [`super::layers`] turns it into a page or into JSON.
#[derive(Debug)]
pub enum PageError {
    /// The request makes no sense; says what about it.
    BadRequest(Cow<'static, str>),
    /// There is nothing at this address.
    NotFound,
    /// There was something at this address.
    Gone,
    /// Whoever asks is signed in, but has to be at least this.
    NotAllowed(&'static str),
    /// It is not to be had in the format that was asked for.
    NotAcceptable,
    /// The link of a mail that does not work, or no longer.
    DeadLink,
    /// The same for what somebody follows.
    DeadFollowLink,
    /// An invitation of staff that does not work, or no longer.
    DeadInvitation,
    /// A form was expected, and something else came.
    NotAForm,
    /// Something went wrong inside. The cause is logged, not shown.
    Internal(anyhow::Error),
}

impl PageError {
    /// A request that makes no sense; `advice` says what about it.
    pub fn bad_request(advice: impl Into<Cow<'static, str>>) -> Self {
        Self::BadRequest(advice.into())
    }
}

impl<E: Into<anyhow::Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self::Internal(error.into())
    }
}

/// An error as it is shown; travels with the response until it is known who asked.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The status.
    pub status: StatusCode,
    /// What happened.
    pub title: &'static str,
    /// What to do.
    pub advice: Cow<'static, str>,
}

/// An error as programs get it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub struct ErrorDocument {
    /// What went wrong.
    error: ErrorDetails,
}

/// What went wrong.
#[derive(Serialize, JsonSchema)]
struct ErrorDetails {
    /// The status of the answer.
    status: u16,
    /// What happened.
    title: String,
    /// What to do.
    detail: String,
    /// Under which number it is in the site’s log, to quote when you ask about it.
    request_id: String,
}

impl ErrorDocument {
    /// What a program is told; `request_id` is the number under which the request is in the log.
    pub fn new(notice: Notice, request_id: String) -> Self {
        let (status, title) = (notice.status.as_u16(), notice.title.to_owned());
        Self { error: ErrorDetails { status, title, detail: notice.advice.into_owned(), request_id } }
    }
}

impl Notice {
    /// The words for a status.
    pub fn of(status: StatusCode) -> Self {
        let (title, advice) = match status {
            StatusCode::BAD_REQUEST => {
                ("This address or form is not right", "Check the address, or go back and try again.")
            }
            StatusCode::FORBIDDEN => {
                ("This is not allowed", "Your browser sent this from another site. Open the page here and try again.")
            }
            StatusCode::NOT_FOUND => (
                "Page not found",
                "If you typed the address, check it. If you followed a link to a petition, it may not be public.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("This cannot be done here", "This address can be read, but nothing can be sent to it.")
            }
            StatusCode::NOT_ACCEPTABLE => (
                "Not available in this format",
                "Lists and petitions are pages, JSON (.json), CSV (.csv) and feeds (.atom). Ask for one of those.",
            ),
            StatusCode::GONE => {
                ("This petition was removed", "It was public and has been taken away for good. It will not come back.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("This is too large", "Shorten what you wrote, then send it again."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
                ("This form cannot be read", "Go back, fill in the form again and send it.")
            }
            StatusCode::REQUEST_TIMEOUT => {
                ("This took too long", "Your connection may be slow. Go back and send the form again.")
            }
            StatusCode::SERVICE_UNAVAILABLE => ("The site is very busy", "Wait a minute, then try again."),
            _ => ("Something went wrong", "It is our mistake. Try again in a few minutes."),
        };
        Self { status, title, advice: advice.into() }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let notice = match self {
            Self::BadRequest(advice) => Notice { advice, ..Notice::of(StatusCode::BAD_REQUEST) },
            Self::NotFound => Notice::of(StatusCode::NOT_FOUND),
            Self::Gone => Notice::of(StatusCode::GONE),
            Self::NotAllowed(role) => Notice {
                title: "Your role does not allow this",
                advice: format!(
                    "It takes the role “{role}” at least. Colleagues who run the site can change what you may do."
                )
                .into(),
                ..Notice::of(StatusCode::FORBIDDEN)
            },
            Self::NotAcceptable => Notice::of(StatusCode::NOT_ACCEPTABLE),
            Self::DeadLink => Notice {
                title: "This link does not work",
                advice:
                    "Mail programs sometimes cut links short: copy the whole link from the mail, or use the newest \
                         mail if you got several. Links stop working once a signature has been withdrawn. You can sign \
                         again on the petition’s page."
                        .into(),
                ..Notice::of(StatusCode::NOT_FOUND)
            },
            Self::DeadFollowLink => Notice {
                title: "This link does not work",
                advice: "Mail programs sometimes cut links short: copy the whole link from the mail. Links stop working once \
                         you have stopped following, and those that nobody has confirmed stop after some days. You can \
                         follow again on the page of the petition, the topic or the constituency."
                    .into(),
                ..Notice::of(StatusCode::NOT_FOUND)
            },
            Self::DeadInvitation => Notice {
                title: "This invitation does not work",
                advice: "It works once, and for some days; a newer one ends it. Copy the whole link from the newest mail, or \
                         ask a colleague who runs the site to invite you again."
                    .into(),
                ..Notice::of(StatusCode::NOT_FOUND)
            },
            Self::NotAForm => Notice::of(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                let busy = is_busy(&error);
                Notice::of(if busy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR })
            }
        };
        let mut response = (notice.status, HeaderMap::new()).into_response();
        response.extensions_mut().insert(notice);
        response
    }
}

/// Whether there is too much to do, or the database is away: worth another try.
fn is_busy(error: &anyhow::Error) -> bool {
    let database = match error.downcast_ref::<NotDone>() {
        Some(NotDone::Busy) => return true,
        Some(NotDone::Database(database)) => Some(&**database),
        None => error.downcast_ref::<sqlx::Error>(),
    };
    match database {
        Some(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)) => true,
        // Too many connections (class 53), shutting down or starting up (class 57).
        Some(sqlx::Error::Database(refusal)) => {
            refusal.code().is_some_and(|code| code.starts_with("53") || code.starts_with("57P"))
        }
        _ => false,
    }
}
