//! What every request passes through, outermost first: its number, headers that protect, pages for errors, a limit of
//! time and size, compression, 304 for what has not changed, and refusal of forms from other sites.

use std::time::{Duration, Instant};

use askama::Template;
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri,
        header::{
            ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
            IF_NONE_MATCH, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate,
        predicate::{NotForContentType, SizeAbove},
    },
    csrf::CsrfLayer,
    timeout::TimeoutLayer,
};
use tracing::Instrument;

use super::{
    Site, body,
    cache::CachePolicy,
    error::{ErrorDocument, Notice},
    extract::Format,
    page::{self, Layout},
};
use crate::{app::App, urls};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Nothing from elsewhere, nothing inline.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// Pictures made of pixels are compressed already.
const PIXELS_ARE_SMALL: NotForContentType = NotForContentType::const_new("image/png");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The number under which a request is in the log.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Puts the layers around the routes.
pub fn around(routes: Router<Site>, app: &App) -> Router<Site> {
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(app.clone(), identified))
            .layer(from_fn_with_state(app.clone(), errors_as_pages))
            .layer(CatchPanicLayer::new())
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
            .layer(CompressionLayer::new().compress_when(SizeAbove::new(512).and(PIXELS_ARE_SMALL)))
            .layer(from_fn(unchanged))
            // What is too large is refused where it is read.
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(app.clone(), body::read_whole))
            .layer(CsrfLayer::new().with_insecure_bypass(carries_a_token)),
    )
}

/// Whether whoever sends this must know a token that no other site can know: what the links of mails lead to. Mail
/// providers unsubscribe people by such a request (RFC 8058), and a page that tells nobody its address has no origin that
/// its form could name.
fn carries_a_token(_: &Method, address: &Uri) -> bool {
    let path = address.path();
    [urls::SIGNATURES, urls::FOLLOWS].iter().any(|secret| path.starts_with(secret))
        || path.starts_with(urls::PETITIONS) && has_token(address)
}

/// Whether a token stands behind the question mark.
fn has_token(address: &Uri) -> bool {
    address.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("token=")))
}

/// Gives the request its number, for the log and for the visitor, and the response its protecting headers.
async fn identified(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = format!("{:012x}", rand::random::<u64>() >> 16);
    // Only the path: what stands behind the question mark may be somebody's token or search.
    let span = tracing::info_span!("request", id, method = %request.method(), path = request.uri().path(), staff = tracing::field::Empty);
    request.extensions_mut().insert(RequestId(id.clone()));
    let path = request.uri().path();
    let secret =
        [urls::SIGNATURES, urls::FOLLOWS, urls::admin::INVITATIONS].iter().any(|secret| path.starts_with(secret))
            || has_token(request.uri());
    let staff = urls::admin::is_within(request.uri().path());
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| {
        tracing::debug!(status = response.status().as_u16(), seconds = began.elapsed().as_secs_f64(), "answered");
    });

    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Addresses with a token are told to nobody.
    let referrer = if secret { "no-referrer" } else { "same-origin" };
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    if app.public_url.starts_with("https://") {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    headers.entry(CACHE_CONTROL).or_insert(CachePolicy::Never.header());
    // Data is for everyone, but for what is held about a signer and what staff see; pages are not read by other sites'
    // scripts.
    let data = [Format::Json, Format::Csv, Format::Svg, Format::Png, Format::Atom].map(Format::content_type);
    if !secret
        && !staff
        && headers.get(CONTENT_TYPE).is_some_and(|kind| data.iter().any(|data| kind.as_bytes() == data.as_bytes()))
    {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    name_what_it_varies_by(headers);
    response
}

/// On what the answer depends, each once, whoever has named it. One address may answer with a page or with JSON, whichever
/// is accepted.
fn name_what_it_varies_by(headers: &mut HeaderMap) {
    let mut names = vec!["accept".to_owned()];
    for value in headers.get_all(VARY).iter().filter_map(|value| value.to_str().ok()) {
        for name in value.split(',').map(|name| name.trim().to_ascii_lowercase()) {
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    if let Ok(value) = HeaderValue::from_str(&names.join(", ")) {
        headers.insert(VARY, value);
    }
}

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage {
    layout: Layout,
    notice: Notice,
    request_id: String,
}

/// Turns errors, our own and those of axum and its layers, into pages for people and JSON for programs.
async fn errors_as_pages(
    State(app): State<App>,
    Wanted { format, id }: Wanted,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let notice = match response.extensions_mut().remove::<Notice>() {
        Some(notice) => notice,
        // A form that came back with its mistakes, or a failing health check.
        None if is_written(response.headers()) => return response,
        None => Notice::of(status),
    };
    let request_id = id.0;
    let mut page = match format {
        Format::Json => {
            let error = ErrorDocument::new(notice.clone(), request_id);
            match serde_json::to_string(&error) {
                Ok(json) => page::body(Format::Json, json, CachePolicy::Never),
                Err(_) => notice.title.into_response(),
            }
        }
        _ => {
            let layout = Layout::unlisted(&app, notice.title);
            let page = ErrorPage { layout, notice: notice.clone(), request_id };
            match page.render() {
                Ok(html) => page::body(Format::Html, html, CachePolicy::Never),
                Err(_) => notice.title.into_response(),
            }
        }
    };
    *page.status_mut() = notice.status;
    // What the refusing layer wanted to say besides: Allow, Retry-After.
    for (name, value) in response.headers() {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            page.headers_mut().insert(name, value.clone());
        }
    }
    if notice.status == StatusCode::SERVICE_UNAVAILABLE {
        page.headers_mut().insert("retry-after", HeaderValue::from_static("60"));
    }
    page
}

/// Whether a handler has written the answer itself; axum and its layers refuse in plain text or without a word.
fn is_written(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"))
}

/// What must be known of a request to answer its error, taken before it is gone.
struct Wanted {
    format: Format,
    id: RequestId,
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Wanted {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> Result<Self, std::convert::Infallible> {
        let format = Format::from_request_parts(parts, state).await?;
        let id = parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId(String::new()));
        Ok(Self { format, id })
    }
}

/// Answers 304 to whoever has the page already.
async fn unchanged(request: Request, next: Next) -> Response {
    let readable = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = request.headers().get(IF_NONE_MATCH).filter(|_| readable).cloned();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::OK
        && let (Some(etag), Some(known)) = (response.headers().get(ETAG), known)
        && matches(&known, etag)
    {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().remove(CONTENT_TYPE);
        response.headers_mut().remove("content-encoding");
    }
    response
}

/// Weak comparison, as RFC 9110 section 13.1.2 wants it for If-None-Match.
fn matches(known: &HeaderValue, etag: &HeaderValue) -> bool {
    let strip = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let (Ok(known), Ok(etag)) = (known.to_str(), etag.to_str()) else { return false };
    known.trim() == "*" || known.split(',').any(|known| strip(known) == strip(etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        let is = |known: &'static str| matches(&HeaderValue::from_static(known), &HeaderValue::from_static("W/\"a\""));
        assert!(is("W/\"a\"") && is("\"a\"") && is("\"b\", W/\"a\"") && is("*"));
        assert!(!is("\"b\"") && !is(""));
    }
}
