//! What comes with a request: read whole before anything looks at it, and refused if it is too large.
//!
//! Whoever sends too much is listened to for a while all the same. Most programs read no answer before they have sent
//! everything; refused at once, they would see a broken connection instead of the page that says why.

use std::{future::poll_fn, pin::Pin, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::{StatusCode, header::EXPECT},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::timeout;

use crate::urls;

/// Most bytes of a form of the public.
const FORM: usize = 64 * 1024;
/// Most bytes of a form of staff: long texts, whose letters may take many bytes each.
const STAFF_FORM: usize = 512 * 1024;
/// Most bytes of a form that carries another, of somebody who has to sign in again: encoding it once more makes it longer.
const CARRYING_FORM: usize = 1024 * 1024;
/// Most bytes that are read and forgotten before the connection is closed.
const PASSED_OVER: usize = 16 * 1024 * 1024;
/// How long somebody may take to send them.
const PATIENCE: Duration = Duration::from_secs(10);

fn most(path: &str) -> usize {
    if path.starts_with(&urls::admin::sign_in(urls::admin::desk())) || path == urls::admin::prove() {
        CARRYING_FORM
    } else if urls::admin::is_within(path) {
        STAFF_FORM
    } else {
        FORM
    }
}

/// Reads the body and hands it on in one piece.
pub async fn read_whole(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, mut body) = request.into_parts();
    let most = most(parts.uri.path());
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    // Who asks first whether to send it is told without it.
    if announced > most && parts.headers.contains_key(EXPECT) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let mut read = Read { kept: Vec::with_capacity(announced.min(FORM)), bytes: 0, most };
    let outcome = timeout(PATIENCE, read.from(&mut body)).await;
    match outcome {
        _ if read.bytes > most => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Ok(Ok(())) => next.run(Request::from_parts(parts, Body::from(read.kept))).await,
        Ok(Err(_)) => StatusCode::BAD_REQUEST.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
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
