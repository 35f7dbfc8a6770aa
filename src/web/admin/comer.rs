//! Whoever comes to the door: from where, with what browser, and the cookies that they are given.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderValue,
        header::{SET_COOKIE, USER_AGENT},
        request::Parts,
    },
    response::Response,
};
use axum_extra::extract::CookieJar;

use super::guard;
use crate::{
    actions::staff::sign_in::{Origin, SignedIn, browser_mark},
    app::App,
    web::{Site, extract::ClientIp, layers::RequestId},
};

/// Days for which a browser is known in which somebody has signed in.
const BROWSER_DAYS: i64 = 365;

/// Somebody who may or may not get in.
pub struct Comer {
    address: Option<IpAddr>,
    agent: String,
    request: String,
    browser: Option<String>,
    /// The token of the session that they have, good or not.
    pub(super) token: Option<String>,
    /// The cookies that they have.
    pub(super) cookies: CookieJar,
}

impl FromRequestParts<Site> for Comer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let Ok(address) = ClientIp::from_request_parts(parts, site).await;
        let cookies = CookieJar::from_headers(&parts.headers);
        let cookie = |name: &str| cookies.get(name).map(|cookie| cookie.value().to_owned());
        let agent = parts.headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
        Ok(Self {
            address: address.0,
            agent: agent.unwrap_or_default().replace(char::is_control, " "),
            request: parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            browser: cookie(browser_cookie(&site.app)),
            token: cookie(guard::cookie_name(&site.app)),
            cookies,
        })
    }
}

impl Comer {
    /// From where they try.
    pub(super) fn origin(&self) -> Origin<'_> {
        Origin { address: self.address, agent: &self.agent, request: &self.request, browser: self.browser.as_deref() }
    }
}

fn browser_cookie(app: &App) -> &'static str {
    if app.public_url.starts_with("https://") { "__Host-staff-browser" } else { "staff-browser" }
}

/// Gives the cookies of somebody who is in: the session's, and the one by which the browser is known next time.
pub(super) fn let_in(app: &App, signed_in: &SignedIn, mut response: Response) -> Response {
    set_cookie(app, &mut response, guard::cookie_name(app), &signed_in.token, None);
    let mark = browser_mark(&app.keyring, &signed_in.email);
    set_cookie(app, &mut response, browser_cookie(app), &mark, Some(BROWSER_DAYS * 24 * 60 * 60));
    response
}

/// Takes the session's cookie away.
pub(super) fn let_out(app: &App, mut response: Response) -> Response {
    set_cookie(app, &mut response, guard::cookie_name(app), "", Some(0));
    response
}

/// Gives a cookie that scripts cannot read and that other sites' forms do not send, for so many seconds or until the
/// browser is closed.
pub(super) fn set_cookie(app: &App, response: &mut Response, name: &str, value: &str, seconds: Option<i64>) {
    let secure = if app.public_url.starts_with("https://") { "; Secure" } else { "" };
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
    // Names and values are ours: letters, digits, dots, dashes and underscores.
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
