//! The guard before every page of the protected area: who is it, may they, and have they proved it lately enough.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts, Request, State},
    http::{HeaderMap, Method, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use jiff::{SignedDuration, Timestamp};

use super::{prove, sign_in};
use crate::{
    actions::live_settings::InForce,
    app::App,
    domain::{
        limits,
        staff::{Permission, Role},
    },
    store::{self, Db, audit::Actor, sessions::Session},
    urls,
    web::{Site, error::PageError, extract::ClientIp, layers::RequestId},
};

/// Somebody of the staff, signed in and allowed to be where they are. A handler that asks for it stands behind the
/// guard, or it is never reached.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The session.
    pub session: Session,
    /// The same as the log wants it.
    pub actor: Actor,
    /// The settings in force.
    pub in_force: Arc<InForce>,
}

impl Staff {
    /// Whether they may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.session.role.may(permission)
    }

    /// What they are.
    pub fn role(&self) -> Role {
        self.session.role
    }

    /// Has something said on the next page that they see, such as "The petition is published."
    ///
    /// # Errors
    /// When the database fails.
    pub async fn say(&self, db: &mut Db, notice: &str) -> sqlx::Result<()> {
        store::sessions::say(db, self.session.id, notice).await
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let staff = parts.extensions.get::<Self>().cloned();
        staff.ok_or_else(|| PageError::Internal(anyhow::anyhow!("{} stands before no guard", parts.uri.path())))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Staff {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// What a guard has to know.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) site: Site,
    pub(super) permission: Permission,
}

/// Lets those through who may.
pub(super) async fn check(
    State(Guard { site, permission }): State<Guard>,
    request: Request,
    next: Next,
) -> Result<Response, PageError> {
    let app = site.app.clone();
    let now = app.clock.now();
    let (mut parts, body) = request.into_parts();
    let session = session(&app, &parts.headers, now).await?;
    let Some(session) = session else {
        return sign_in::instead(&site, Request::from_parts(parts, body)).await;
    };
    if !session.role.may(permission) {
        return Err(PageError::NotAllowed(permission.least_role().label()));
    }
    let Ok(address) = ClientIp::from_request_parts(&mut parts, &site).await;
    // The number tells colleagues who it was; the name does not belong into the program's log.
    tracing::Span::current().record("staff", session.staff.0);
    let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let actor = Actor {
        staff: Some(session.staff),
        name: session.name.clone(),
        role: Some(session.role),
        address: address.0,
        request: request_id,
    };
    if parts.method == Method::GET && !session.notice.is_empty() {
        store::sessions::say(&mut *app.pool.acquire().await?, session.id, "").await?;
    }
    let staff = Staff { session, actor, in_force: app.live.in_force() };
    if !parts.method.is_safe() && permission.wants_proof() && !is_proved(&staff.session, now) {
        return prove::instead(&site, &staff, Request::from_parts(parts, body)).await;
    }
    parts.extensions.insert(staff);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// Whether it is lately that they proved who they are.
pub(super) fn is_proved(session: &Session, now: Timestamp) -> bool {
    now.duration_since(session.proved_at) <= SignedDuration::from_mins(limits::PROOF_MINUTES)
}

/// The name of the cookie with the session's token. Where the site is reached over TLS, no other host and no plain
/// connection can set it.
pub(super) fn cookie_name(app: &App) -> &'static str {
    if app.public_url.starts_with("https://") { "__Host-staff" } else { "staff" }
}

/// The session of whoever has sent these headers, if it is good.
pub(in crate::web) async fn session(app: &App, headers: &HeaderMap, now: Timestamp) -> sqlx::Result<Option<Session>> {
    let jar = CookieJar::from_headers(headers);
    let Some(cookie) = jar.get(cookie_name(app)) else { return Ok(None) };
    let token = store::sessions::hash_of(cookie.value());
    store::sessions::find(&mut *app.pool.acquire().await?, &token, now).await
}

/// To the page on which somebody signs in, and back to where they wanted to be.
pub(super) fn to_sign_in(wanted: &str) -> Response {
    Redirect::to(&urls::admin::sign_in(wanted)).into_response()
}
