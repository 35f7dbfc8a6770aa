//! Signing in elsewhere, at a provider of OpenID Connect: authorisation code with PKCE. It lets people in who have an
//! account here; it makes no accounts and gives no roles.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims},
};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{
    carried,
    comer::{self, Comer},
    sign_in::{self, Wanted, Why},
};
use crate::{
    actions::staff::sign_in::{Elsewhere, sign_in_elsewhere},
    app::App,
    domain::{keyring::SecretOf, limits, single_sign_on::Provider},
    urls,
    web::{
        error::PageError,
        extract::{Now, Query},
    },
};

/// How long the provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long what a provider says of itself is taken as true.
const KNOWN_FOR: Duration = Duration::from_secs(300);

/// What a browser keeps, encrypted, while somebody is elsewhere.
#[derive(Serialize, Deserialize)]
struct Journey {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    until: Timestamp,
}

/// What a provider sends back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    code: String,
    state: String,
    error: String,
}

fn cookie_name(app: &App) -> &'static str {
    if app.public_url.starts_with("https://") { "__Host-staff-elsewhere" } else { "staff-elsewhere" }
}

static CLIENT: LazyLock<reqwest::Result<reqwest::Client>> = LazyLock::new(|| {
    // The program's cryptography everywhere; that it has been chosen already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A redirect could lead into the site's own network.
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build()
});

#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("no client can be made: {0}")]
    Client(&'static reqwest::Error),
    #[error(transparent)]
    Reqwest(#[from] reqwest::Error),
    #[error(transparent)]
    Http(#[from] axum::http::Error),
}

async fn ask(request: HttpRequest) -> Result<HttpResponse, Unanswered> {
    let client = CLIENT.as_ref().map_err(Unanswered::Client)?;
    let answer = client.execute(reqwest::Request::try_from(request)?).await?;
    let mut response = axum::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    Ok(response.body(answer.bytes().await?.to_vec())?)
}

/// What the provider says of itself: where it is asked, and with what it signs.
async fn metadata(provider: &Provider) -> anyhow::Result<CoreProviderMetadata> {
    static KNOWN: LazyLock<Mutex<HashMap<String, (Instant, CoreProviderMetadata)>>> = LazyLock::new(Mutex::default);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((at, metadata)) = known().get(&provider.issuer)
        && at.elapsed() < KNOWN_FOR
    {
        return Ok(metadata.clone());
    }
    let issuer = IssuerUrl::new(provider.issuer.clone())?;
    let metadata = CoreProviderMetadata::discover_async(issuer, &ask).await.context("the provider cannot be asked")?;
    known().insert(provider.issuer.clone(), (Instant::now(), metadata.clone()));
    Ok(metadata)
}

/// What is said to somebody for whom it did not work, whatever the reason.
const ADVICE: &str = "Signing in elsewhere did not lead to an account here. Your account must be open, and its email address \
                      the one that is confirmed there; or sign in with password and code.";

/// Sends somebody to the provider.
pub async fn show(State(app): State<App>, now: Now, Query(wanted): Query<Wanted>) -> Result<Response, PageError> {
    let provider = app.single_sign_on.as_ref().ok_or(PageError::NotFound)?;
    let next = carried::next(&wanted.next);
    match begin(&app, provider, next, now.0).await {
        Ok(response) => Ok(response),
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "signing in elsewhere cannot begin");
            sign_in::answer(
                &app,
                Why::Elsewhere("The other site cannot be reached. Sign in with password and code."),
                "",
                next,
                None,
            )
        }
    }
}

async fn begin(app: &App, provider: &Provider, next: &str, now: Timestamp) -> anyhow::Result<Response> {
    let client = CoreClient::from_provider_metadata(
        metadata(provider).await?,
        ClientId::new(provider.client_id.clone()),
        Some(ClientSecret::new(provider.client_secret.clone())),
    )
    .set_redirect_uri(return_address(app)?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("email".to_owned()))
        // What is sensitive wants to know that it is really them; so somebody who is signed in there for long is asked.
        .set_max_age(Duration::from_secs(60 * limits::PROOF_MINUTES.unsigned_abs()))
        .set_pkce_challenge(challenge);
    let (address, state, nonce) = request.url();
    let journey = Journey {
        state: state.into_secret(),
        nonce: nonce.secret().clone(),
        verifier: verifier.into_secret(),
        next: next.to_owned(),
        until: now + SignedDuration::from_mins(limits::SIGN_IN_ELSEWHERE_MINUTES),
    };
    let sealed = app.keyring.seal_secret(SecretOf::SingleSignOn, 0, &serde_json::to_vec(&journey)?);
    let mut response = Redirect::to(address.as_str()).into_response();
    let seconds = 60 * limits::SIGN_IN_ELSEWHERE_MINUTES;
    comer::set_cookie(app, &mut response, cookie_name(app), &BASE64URL_NOPAD.encode(&sealed), Some(seconds));
    Ok(response)
}

fn return_address(app: &App) -> anyhow::Result<RedirectUrl> {
    Ok(RedirectUrl::new(format!("{}{}", app.public_url, urls::admin::single_sign_on_return()))?)
}

/// Takes somebody back from the provider.
pub async fn back(
    State(app): State<App>,
    now: Now,
    comer: Comer,
    Query(returned): Query<Returned>,
) -> Result<Response, PageError> {
    let provider = app.single_sign_on.as_ref().ok_or(PageError::NotFound)?;
    let journey = journey(&app, &comer, now.0);
    let next = journey.as_ref().map_or(urls::admin::desk(), |journey| carried::next(&journey.next)).to_owned();
    let known = match journey {
        Some(journey) => who(&app, provider, journey, returned).await,
        None => Err(anyhow::anyhow!("the browser has no cookie of a journey, or it took too long")),
    };
    let known = match known {
        Ok(known) => known,
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "somebody came back from elsewhere, and nothing came of it");
            return sign_in::answer(&app, Why::Elsewhere(ADVICE), "", &next, None);
        }
    };
    let mut db = app.pool.acquire().await?;
    let Some(signed_in) = sign_in_elsewhere(&mut db, &known, comer.origin(), now.0).await? else {
        tracing::info!("somebody who signed in elsewhere has no account here that is open");
        return sign_in::answer(&app, Why::Elsewhere(ADVICE), "", &next, None);
    };
    let mut response = comer::let_in(&app, &signed_in, Redirect::to(&next).into_response());
    comer::set_cookie(&app, &mut response, cookie_name(&app), "", Some(0));
    Ok(response)
}

fn journey(app: &App, comer: &Comer, now: Timestamp) -> Option<Journey> {
    let cookie = comer.cookies.get(cookie_name(app))?;
    let sealed = BASE64URL_NOPAD.decode(cookie.value().as_bytes()).ok()?;
    let plain = app.keyring.open_secret(SecretOf::SingleSignOn, 0, &sealed).ok()?;
    let journey: Journey = serde_json::from_slice(&plain).ok()?;
    (journey.until > now).then_some(journey)
}

/// Who somebody is at the provider.
async fn who(app: &App, provider: &Provider, journey: Journey, returned: Returned) -> anyhow::Result<Elsewhere> {
    let same = journey.state.as_bytes().ct_eq(returned.state.as_bytes());
    ensure!(bool::from(same), "it was somebody else who set out");
    ensure!(returned.error.is_empty(), "the provider says {}", returned.error.escape_debug());
    let client = CoreClient::from_provider_metadata(
        metadata(provider).await?,
        ClientId::new(provider.client_id.clone()),
        Some(ClientSecret::new(provider.client_secret.clone())),
    )
    .set_redirect_uri(return_address(app)?);
    let tokens = client
        .exchange_code(AuthorizationCode::new(returned.code))?
        .set_pkce_verifier(PkceCodeVerifier::new(journey.verifier))
        .request_async(&ask)
        .await
        .context("the code is not taken")?;
    let id_token = tokens.id_token().context("there is no ID token")?;
    let verifier = client.id_token_verifier();
    let claims = id_token.claims(&verifier, &Nonce::new(journey.nonce))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg()?;
        let key = id_token.signing_key(&verifier)?;
        ensure!(
            AccessTokenHash::from_token(tokens.access_token(), algorithm, key)? == *expected,
            "another access token"
        );
    }
    let subject = claims.subject().clone();
    let mut email = claims.email().filter(|_| claims.email_verified() == Some(true)).map(|email| email.to_string());
    if email.is_none() && client.user_info_url().is_some() {
        let asked = client.user_info(tokens.access_token().clone(), Some(subject.clone()))?;
        let told: CoreUserInfoClaims = asked.request_async(&ask).await.context("the provider says nothing of them")?;
        email = told.email().filter(|_| told.email_verified() == Some(true)).map(|email| email.to_string());
    }
    Ok(Elsewhere { subject: subject.to_string(), email })
}
