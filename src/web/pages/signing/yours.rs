//! A signature as its signer sees it: what is held about them, as page and file, and how to take it back.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header::CONTENT_DISPOSITION},
    response::{IntoResponse, Redirect, Response},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Signed, done};
use crate::{
    actions::withdraw_signature::withdraw_signature,
    app::App,
    domain::{
        keyring::{Contact, PetitionPurpose, Purpose},
        postcode::Postcode,
        signature::{SignatureId, SignatureState},
    },
    store::{self, Db, signatures::Signature},
    urls,
    web::{
        api::petition::Moment,
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Link, Now, ToManage},
        filters::second_of,
        page::{self, Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/signing/yours.html")]
struct YoursPage {
    layout: Layout,
    petition: Signed,
    /// What is held: what it is, and what it says.
    held: Vec<(&'static str, String)>,
    wants_updates: bool,
    counted: bool,
    data: String,
    unsubscribe: String,
    withdraw: String,
    /// The page on which the petition as a whole is taken back: it stands on this signature.
    creator: Option<String>,
}

/// What is held about a signer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "YourSignature")]
pub struct Held {
    /// The page of the petition that was signed.
    petition: String,
    /// The signer’s name; empty once it has been erased.
    name: String,
    /// The signer’s address; `null` once it has been erased.
    email: Option<String>,
    /// The signer’s postcode.
    postcode: Option<String>,
    /// The constituency, where it is known.
    constituency: Option<String>,
    /// The country, where the constituency is not known.
    country: Option<String>,
    /// Whether the signature has been confirmed.
    confirmed: bool,
    /// Whether mails about the petition are wanted.
    wants_mails: bool,
    /// When the form was sent.
    signed_at: Moment,
    /// When the signature was confirmed.
    confirmed_at: Option<Moment>,
    /// The internet address that the form came from, as long as it is kept.
    signed_from: Option<String>,
}

/// "Your signature".
pub async fn show(State(app): State<App>, link: Link<ToManage>) -> Result<Response, PageError> {
    let id = link.signature;
    let mut db = app.pool.acquire().await?;
    let signature = there(&mut db, id).await?;
    let petition = super::about(&mut db, &signature).await?;
    let token = app.keyring.token(Purpose::Manage, id);
    let stands_on = store::creators::stands_on(&mut db, id).await?;
    let creator = stands_on.then(|| {
        let token = app.keyring.petition_token(PetitionPurpose::Creator, signature.petition);
        urls::withdraw_petition(&signature.petition, &token)
    });
    let page = YoursPage {
        layout: Layout::unlisted(&app, "Your signature").within(Section::Petitions),
        held: held(&signature, contact(&app, &signature).as_ref()),
        wants_updates: signature.wants_updates,
        counted: signature.state != SignatureState::Pending,
        data: urls::your_data(&id, &token),
        unsubscribe: urls::unsubscribe(&id, &app.keyring.token(Purpose::Unsubscribe, id)),
        withdraw: urls::withdraw_signature(&id, &token),
        petition,
        creator,
    };
    page::html(&page, CachePolicy::Never)
}

/// The same as a file.
pub async fn data(State(app): State<App>, link: Link<ToManage>) -> Result<Response, PageError> {
    let signature = there(&mut *app.pool.acquire().await?, link.signature).await?;
    let contact = contact(&app, &signature);
    let (email, postcode) = contact.map(|contact| (contact.email, contact.postcode)).unzip();
    let area = Some(signature.area);
    let held = Held {
        petition: format!("{}{}", app.public_url, urls::petition(&signature.petition)),
        name: signature.name,
        email,
        postcode: postcode.flatten(),
        constituency: area.clone().filter(|_| signature.is_constituency),
        country: area.filter(|_| !signature.is_constituency),
        confirmed: signature.state != SignatureState::Pending,
        wants_mails: signature.wants_updates,
        signed_at: Moment(signature.created_at),
        confirmed_at: signature.confirmed_at.map(Moment),
        signed_from: signature.signed_from,
    };
    let mut response = page::body(Format::Json, serde_json::to_string_pretty(&held)? + "\n", CachePolicy::Never);
    let name = HeaderValue::from_static("attachment; filename=\"your-signature.json\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Takes the signature back. To do so once more changes nothing and says the same.
pub async fn withdraw(State(app): State<App>, now: Now, link: Link<ToManage>) -> Result<Response, PageError> {
    let site = app.clone();
    // In a task of its own: what was begun is done, even if the visitor goes meanwhile.
    let withdrawing = tokio::spawn(async move {
        withdraw_signature(&mut *site.pool.acquire().await?, link.signature, site.thresholds(), now.0).await
    });
    if !withdrawing.await?? {
        let token = app.keyring.token(Purpose::Manage, link.signature);
        return Ok(Redirect::to(&urls::your_signature(&link.signature, &token)).into_response());
    }
    done::page(
        &app,
        "Your signature is withdrawn",
        "It is not counted any more, and what we held about you has been erased. The links in our mails have stopped \
         working.",
        None,
    )
}

/// The signature, unless it has been taken back.
async fn there(db: &mut Db, id: SignatureId) -> Result<Signature, PageError> {
    let signature = store::signatures::find(db, id).await?;
    signature.filter(|signature| signature.state != SignatureState::Withdrawn).ok_or(PageError::DeadLink)
}

/// The address and the postcode, unless they have been erased.
fn contact(app: &App, signature: &Signature) -> Option<Contact> {
    app.keyring.open(&signature.contact, signature.petition, signature.email_hash?).ok()
}

fn held(signature: &Signature, contact: Option<&Contact>) -> Vec<(&'static str, String)> {
    const ERASED: &str = "erased";
    let or_erased = |text: &str| if text.is_empty() { ERASED.to_owned() } else { text.to_owned() };
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let mut held = vec![
        ("Name", or_erased(&signature.name)),
        ("Email address", or_erased(contact.map_or("", |contact| &contact.email))),
    ];
    if let Some(postcode) = contact.and_then(|contact| contact.postcode.as_deref()) {
        held.push(("Postcode", Postcode::parse(postcode).map_or_else(|_| postcode.to_owned(), |it| it.to_string())));
    }
    held.push((if signature.is_constituency { "Constituency" } else { "Country" }, signature.area.clone()));
    held.push(("Mails about the petition", yes(signature.wants_updates)));
    held.push(("Form sent", second_of(&signature.created_at)));
    held.push(("Confirmed", signature.confirmed_at.as_ref().map_or_else(|| "not yet".to_owned(), second_of)));
    if let Some(address) = &signature.signed_from {
        held.push(("Sent from (internet address)", address.clone()));
    }
    held
}
