//! The parts of an address: `/petitions/123.json` is petition 123 as JSON.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::Format;
use crate::{
    domain::{mailing::MailingId, outage::OutageId, petition::PetitionId, staff::StaffId},
    web::error::PageError,
};

/// The petition's number in the address, and the format behind its dot, if any.
#[derive(Clone, Copy, Debug)]
pub struct Numbered {
    /// The petition's number.
    pub id: PetitionId,
    /// What stands behind the dot; `None`: nothing.
    pub suffix: Option<Format>,
}

impl<S: Send + Sync> FromRequestParts<S> for Numbered {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let last = parameter(parts, state, "petition").await?;
        let (number, suffix) = match last.split_once('.') {
            Some((number, suffix)) => (number, Some(Format::from_suffix(suffix).ok_or(PageError::NotAcceptable)?)),
            None => (last.as_str(), None),
        };
        match number.parse() {
            Ok(id) => Ok(Self { id, suffix }),
            Err(problem) => Err(PageError::bad_request(format!("Check the address: {problem}."))),
        }
    }
}

/// The last part of an address such as `history.csv`: a name and a format.
#[derive(Clone, Debug)]
pub struct Name {
    /// What stands before the dot.
    pub name: String,
    /// What stands behind it; `None`: no dot.
    pub suffix: Option<Format>,
}

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let last = parameter(parts, state, "name").await?;
        match last.split_once('.') {
            Some((name, suffix)) => Ok(Self {
                name: name.to_owned(),
                suffix: Some(Format::from_suffix(suffix).ok_or(PageError::NotAcceptable)?),
            }),
            None => Ok(Self { name: last, suffix: None }),
        }
    }
}

/// The name of a constituency in an address, and the format behind its dot, if any.
#[derive(Clone, Debug)]
pub struct PlaceName {
    /// Its name as addresses have it.
    pub slug: String,
    /// What stands behind the dot; `None`: nothing.
    pub suffix: Option<Format>,
}

impl<S: Send + Sync> FromRequestParts<S> for PlaceName {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let last = parameter(parts, state, "place").await?;
        match last.split_once('.') {
            Some((slug, suffix)) => Ok(Self {
                slug: slug.to_owned(),
                suffix: Some(Format::from_suffix(suffix).ok_or(PageError::NotAcceptable)?),
            }),
            None => Ok(Self { slug: last, suffix: None }),
        }
    }
}

/// The code of a topic in an address, and the format behind its dot, if any.
#[derive(Clone, Debug)]
pub struct TopicName {
    /// Its code.
    pub code: String,
    /// What stands behind the dot; `None`: nothing.
    pub suffix: Option<Format>,
}

impl<S: Send + Sync> FromRequestParts<S> for TopicName {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let last = parameter(parts, state, "topic").await?;
        match last.split_once('.') {
            Some((code, suffix)) => Ok(Self {
                code: code.to_owned(),
                suffix: Some(Format::from_suffix(suffix).ok_or(PageError::NotAcceptable)?),
            }),
            None => Ok(Self { code: last, suffix: None }),
        }
    }
}

/// A part of the sitemap: `petitions-17.xml`.
#[derive(Clone, Copy, Debug)]
pub struct SitemapPart(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for SitemapPart {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let name = parameter(parts, state, "part").await?;
        let number = name.strip_prefix("petitions-").and_then(|name| name.strip_suffix(".xml"));
        let number = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        number.and_then(|number| number.parse().ok()).map(Self).ok_or(PageError::NotFound)
    }
}

/// The years of a parliament in an address, such as `2019-2024.json`, and the format behind the dot.
#[derive(Clone, Debug)]
pub struct Period {
    /// The years.
    pub years: String,
    /// What stands behind the dot; `None`: nothing.
    pub suffix: Option<Format>,
}

impl<S: Send + Sync> FromRequestParts<S> for Period {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let last = parameter(parts, state, "period").await?;
        let (years, suffix) = last.split_once('.').unwrap_or((last.as_str(), ""));
        Ok(Self { years: years.to_owned(), suffix: Format::from_suffix(suffix) })
    }
}

/// The number of a mail in a developer's mailbox.
#[derive(Clone, Copy, Debug)]
pub struct MailNumber(pub u64);

impl<S: Send + Sync> FromRequestParts<S> for MailNumber {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        parameter(parts, state, "mail").await?.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// The number of a rule over signatures.
#[derive(Clone, Copy, Debug)]
pub struct RuleNumber(pub i32);

impl<S: Send + Sync> FromRequestParts<S> for RuleNumber {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        parameter(parts, state, "rule").await?.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// The number of an outage.
#[derive(Clone, Copy, Debug)]
pub struct OutageNumber(pub OutageId);

impl<S: Send + Sync> FromRequestParts<S> for OutageNumber {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let number = parameter(parts, state, "outage").await?.parse();
        number.map(|number| Self(OutageId(number))).map_err(|_| PageError::NotFound)
    }
}

/// The number of an activity.
#[derive(Clone, Copy, Debug)]
pub struct ActivityNumber(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for ActivityNumber {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        parameter(parts, state, "activity").await?.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// The number of a mailing.
#[derive(Clone, Copy, Debug)]
pub struct MailingNumber(pub MailingId);

impl<S: Send + Sync> FromRequestParts<S> for MailingNumber {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let number = parameter(parts, state, "mailing").await?.parse();
        number.map(|number| Self(MailingId(number))).map_err(|_| PageError::NotFound)
    }
}

/// The name of a static file, as the address has it.
#[derive(Clone, Debug)]
pub struct AssetName(pub String);

impl<S: Send + Sync> FromRequestParts<S> for AssetName {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        parameter(parts, state, "file").await.map(Self)
    }
}

/// The name of a page of text.
#[derive(Clone, Debug)]
pub struct PageName(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PageName {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        parameter(parts, state, "page").await.map(Self)
    }
}

/// What an entry of a list of staff's is known by.
#[derive(Clone, Debug)]
pub struct EntryKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for EntryKey {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        parameter(parts, state, "entry").await.map(Self)
    }
}

/// The name of a job of the timetable.
#[derive(Clone, Debug)]
pub struct JobName(pub String);

impl<S: Send + Sync> FromRequestParts<S> for JobName {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        parameter(parts, state, "job").await.map(Self)
    }
}

/// The account of staff that an address is about.
#[derive(Clone, Copy, Debug)]
pub struct StaffNumber(pub StaffId);

impl<S: Send + Sync> FromRequestParts<S> for StaffNumber {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let number = parameter(parts, state, "staff").await?.parse().map_err(|_| PageError::NotFound)?;
        Ok(Self(StaffId(number)))
    }
}

/// The session that an address is about.
#[derive(Clone, Copy, Debug)]
pub struct SessionNumber(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for SessionNumber {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        parameter(parts, state, "session").await?.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// The passkey that an address is about.
#[derive(Clone, Copy, Debug)]
pub struct PasskeyNumber(pub i32);

impl<S: Send + Sync> FromRequestParts<S> for PasskeyNumber {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        parameter(parts, state, "passkey").await?.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

async fn parameter<S: Send + Sync>(parts: &mut Parts, state: &S, name: &str) -> Result<String, PageError> {
    let parameters = RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| PageError::bad_request("The address is not valid text."))?;
    let found = parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
    // Database texts cannot hold NUL, so nothing is known by one.
    found.filter(|value| !value.contains('\0')).ok_or(PageError::NotFound)
}
