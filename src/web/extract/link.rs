//! The links of mails: the number of a signature and a token that proves who got the mail.

use std::{marker::PhantomData, str::FromStr};

use axum::{
    extract::{FromRef, FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::Numbered;
use crate::{
    app::App,
    domain::{
        follow::{FollowId, FollowerId},
        keyring::{FollowPurpose, PetitionPurpose, Purpose},
        petition::PetitionId,
        signature::SignatureId,
    },
    web::error::PageError,
};

/// What a link allows.
pub trait Allows {
    /// The purpose of its token.
    const PURPOSE: Purpose;
}

/// The link confirms a signature.
pub struct ToConfirm;
/// The link shows what is held about a signature, and takes it back.
pub struct ToManage;
/// The link stops mails.
pub struct ToUnsubscribe;

impl Allows for ToConfirm {
    const PURPOSE: Purpose = Purpose::Confirm;
}
impl Allows for ToManage {
    const PURPOSE: Purpose = Purpose::Manage;
}
impl Allows for ToUnsubscribe {
    const PURPOSE: Purpose = Purpose::Unsubscribe;
}

/// Somebody has come by a link that allows this. A handler that asks for it need not check anything; whoever has no such
/// link gets the page for links that do not work.
pub struct Link<A> {
    /// The signature in question, which may be gone by now.
    pub signature: SignatureId,
    allows: PhantomData<A>,
}

impl<A: Allows, S: Send + Sync> FromRequestParts<S> for Link<A>
where
    App: FromRef<S>,
{
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let keyring = &App::from_ref(state).keyring;
        let signature = signature(parts, state).await?;
        match keyring.is_token(&token(parts), A::PURPOSE, signature) {
            true => Ok(Self { signature, allows: PhantomData }),
            false => Err(PageError::DeadLink),
        }
    }
}

/// What a link about a whole petition allows.
pub trait AllowsOfPetition {
    /// The purpose of its token.
    const PURPOSE: PetitionPurpose;
}

/// The link lets somebody support a petition that is not published yet.
pub struct ToSupport;
/// The link shows a petition to who created it.
pub struct ToCreate;

impl AllowsOfPetition for ToSupport {
    const PURPOSE: PetitionPurpose = PetitionPurpose::Support;
}
impl AllowsOfPetition for ToCreate {
    const PURPOSE: PetitionPurpose = PetitionPurpose::Creator;
}

/// Somebody has come by a link about a petition that allows this; as [`Link`] is about a signature.
pub struct PetitionLink<A> {
    /// The petition in question, which may be gone by now.
    pub petition: PetitionId,
    allows: PhantomData<A>,
}

impl<A: AllowsOfPetition, S: Send + Sync> FromRequestParts<S> for PetitionLink<A>
where
    App: FromRef<S>,
{
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let keyring = &App::from_ref(state).keyring;
        let petition = Numbered::from_request_parts(parts, state).await?.id;
        match keyring.is_petition_token(&token(parts), A::PURPOSE, petition) {
            true => Ok(Self { petition, allows: PhantomData }),
            false => Err(PageError::DeadLink),
        }
    }
}

/// What a link allows about what somebody follows.
pub trait AllowsOfFollow {
    /// The purpose of its token.
    const PURPOSE: FollowPurpose;
    /// What the number in the address is of.
    type Number: FromStr;

    /// The plain number.
    fn plain(number: &Self::Number) -> i64;
}

/// The link confirms that something is followed.
pub struct ToConfirmFollow;
/// The link stops following one thing.
pub struct ToStopFollow;
/// The link shows everything that somebody follows.
pub struct ToManageFollows;
/// The link stops the weekly news.
pub struct ToStopWeekly;

impl AllowsOfFollow for ToConfirmFollow {
    const PURPOSE: FollowPurpose = FollowPurpose::Confirm;
    type Number = FollowId;

    fn plain(number: &FollowId) -> i64 {
        number.0
    }
}
impl AllowsOfFollow for ToStopFollow {
    const PURPOSE: FollowPurpose = FollowPurpose::Stop;
    type Number = FollowId;

    fn plain(number: &FollowId) -> i64 {
        number.0
    }
}
impl AllowsOfFollow for ToManageFollows {
    const PURPOSE: FollowPurpose = FollowPurpose::Manage;
    type Number = FollowerId;

    fn plain(number: &FollowerId) -> i64 {
        number.0
    }
}
impl AllowsOfFollow for ToStopWeekly {
    const PURPOSE: FollowPurpose = FollowPurpose::Weekly;
    type Number = FollowerId;

    fn plain(number: &FollowerId) -> i64 {
        number.0
    }
}

/// Somebody has come by a link about what they follow that allows this; as [`Link`] is about a signature.
pub struct FollowLink<A: AllowsOfFollow> {
    /// What it is about, which may be gone by now.
    pub number: A::Number,
}

impl<A: AllowsOfFollow, S: Send + Sync> FromRequestParts<S> for FollowLink<A>
where
    App: FromRef<S>,
{
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let keyring = &App::from_ref(state).keyring;
        let parameters =
            RawPathParams::from_request_parts(parts, state).await.map_err(|_| PageError::DeadFollowLink)?;
        let number = parameters.iter().find(|(key, _)| *key == "follow").and_then(|(_, value)| value.parse().ok());
        let number: A::Number = number.ok_or(PageError::DeadFollowLink)?;
        match keyring.is_follow_token(&token(parts), A::PURPOSE, A::plain(&number)) {
            true => Ok(Self { number }),
            false => Err(PageError::DeadFollowLink),
        }
    }
}

/// Somebody has just confirmed a signature and is shown what came of it, for some time.
pub struct SignedLink {
    /// The signature in question.
    pub signature: SignatureId,
    /// Whether the time is over.
    pub old: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for SignedLink
where
    App: FromRef<S>,
{
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let app = App::from_ref(state);
        let signature = signature(parts, state).await?;
        let token = token(parts);
        let good_at = |now| app.keyring.is_token_until(&token, Purpose::Signed, signature, now);
        // A link that was good long ago is one of ours.
        match good_at(jiff::Timestamp::UNIX_EPOCH) {
            true => Ok(Self { signature, old: !good_at(app.clock.now()) }),
            false => Err(PageError::DeadLink),
        }
    }
}

async fn signature<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<SignatureId, PageError> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.map_err(|_| PageError::DeadLink)?;
    let number = parameters.iter().find(|(key, _)| *key == "signature").map(|(_, value)| value);
    let plain = |number: &&str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.filter(plain).and_then(|number| number.parse::<i64>().ok());
    number.map(SignatureId::from).ok_or(PageError::DeadLink)
}

/// The token behind the question mark; of several the first. Ours are letters, digits and dashes, so nothing needs to be
/// decoded.
pub fn token(parts: &Parts) -> String {
    let pairs = parts.uri.query().unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.strip_prefix("token=")).next().unwrap_or_default().to_owned()
}
