//! What comes with a request: read whole before anything looks at it, and refused if it is too large.
//!
//! Whoever sends too much is listened to for a while all the same. Most programs read no answer before they have sent
//! everything; refused at once, they would see a broken connection instead of the page that says why.

use std::{future::poll_fn, pin::Pin, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::{FromRequest, Multipart, Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use encoding_rs::WINDOWS_1252;
use tokio::time::timeout;
use url::form_urlencoded;

use super::admin::guard;
use crate::{app::App, urls};

/// Most bytes of a form of the public.
const FORM: usize = 64 * 1024;
/// Most bytes of a form of staff: long texts, whose letters may take many bytes each.
const STAFF_FORM: usize = 512 * 1024;
/// Most bytes of a form of somebody who is signed in as staff: whatever was pasted comes back with a message at its field,
/// and nothing of it is lost.
const SIGNED_IN_FORM: usize = 12 * 1024 * 1024;
/// Most bytes of a form that carries another, of somebody who has to sign in again: encoding it once more makes it longer.
const CARRYING_FORM: usize = 1024 * 1024;
/// Most bytes that are read and forgotten before the connection is closed.
const PASSED_OVER: usize = 16 * 1024 * 1024;
/// How long somebody may take to send them.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same for somebody who is signed in.
const PATIENCE_WITH_STAFF: Duration = Duration::from_secs(18);

fn most(path: &str) -> usize {
    if path.starts_with(&urls::admin::sign_in(urls::admin::desk())) || path == urls::admin::prove() {
        CARRYING_FORM
    } else if urls::admin::is_within(path) {
        STAFF_FORM
    } else {
        FORM
    }
}

/// Whether somebody is signed in as staff, who sends something to the protected area.
async fn is_signed_in(app: &App, path: &str, headers: &HeaderMap) -> bool {
    urls::admin::is_within(path)
        && guard::session(app, headers, app.clock.now()).await.is_ok_and(|session| session.is_some())
}

/// Reads the body and hands it on in one piece.
pub async fn read_whole(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, mut body) = request.into_parts();
    let (mut most, mut patience) = (most(parts.uri.path()), PATIENCE);
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most && is_signed_in(&app, parts.uri.path(), &parts.headers).await {
        (most, patience) = (SIGNED_IN_FORM, PATIENCE_WITH_STAFF);
    }
    // Who asks first whether to send it is told without it.
    if announced > most && parts.headers.contains_key(EXPECT) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let mut read = Read { kept: Vec::with_capacity(announced.min(FORM)), bytes: 0, most };
    let outcome = timeout(patience, read.from(&mut body)).await;
    match outcome {
        _ if read.bytes > most => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Ok(Ok(())) => {
            let request = Request::from_parts(parts, Body::from(read.kept));
            match files_as_texts(request).await {
                Ok(request) => next.run(request).await,
                Err(response) => response,
            }
        }
        Ok(Err(_)) => StatusCode::BAD_REQUEST.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// Where a form may have files, they become texts of fields with their names, as if somebody had pasted them: so everything
/// further in knows one kind of form, and a form with a file is carried through signing in like any other.
async fn files_as_texts(request: Request) -> Result<Request, Response> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.parse::<mime::Mime>().ok();
    let is_multipart = kind.is_some_and(|kind| kind.essence_str() == mime::MULTIPART_FORM_DATA.essence_str());
    if !is_multipart || *request.method() != Method::POST || !urls::admin::takes_files(request.uri().path()) {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let mut again = Request::from_parts(parts.clone(), Body::empty());
    let mut form =
        Multipart::from_request(Request::from_parts(parts, body), &()).await.map_err(IntoResponse::into_response)?;
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.map_err(IntoResponse::into_response)? {
        let name = field.name().unwrap_or_default().to_owned();
        fields.push((name, words(&field.bytes().await.map_err(IntoResponse::into_response)?)));
    }
    let fields = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    *again.body_mut() = Body::from(fields);
    let headers = again.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    Ok(again)
}

/// The words of a file: UTF-8, or what spreadsheets write in Western Europe. What comes of it is seen before it is used.
fn words(file: &[u8]) -> String {
    match str::from_utf8(file) {
        Ok(words) => words.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => WINDOWS_1252.decode(file).0.into_owned(),
    }
}

/// What has been read so far.
struct Read {
    /// The bytes, as long as they are a form's.
    kept: Vec<u8>,
    /// How many there were.
    bytes: usize,
    /// How many a form may have.
    most: usize,
}

impl Read {
    async fn from(&mut self, body: &mut Body) -> Result<(), axum::Error> {
        while self.bytes <= PASSED_OVER {
            let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await else { break };
            let Ok(data) = frame?.into_data() else { continue };
            self.bytes = self.bytes.saturating_add(data.len());
            if self.bytes <= self.most {
                self.kept.extend_from_slice(&data);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_spreadsheets_are_read() {
        assert_eq!(words("\u{feff}Ynys Môn".as_bytes()), "Ynys Môn");
        assert_eq!(words(b"Ynys M\xf4n \x96 yes"), "Ynys Môn – yes");
    }
}
