//! Signing a petition: the form, its page, and what happens when it is sent.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::not_open;
use crate::{
    actions::sign::{NewSignature, NotCollected, Signed},
    app::App,
    domain::{
        area::UNITED_KINGDOM,
        deadline,
        email::{self, EmailAddress},
        petition::PetitionId,
        postcode::Postcode,
        signer::SignerName,
    },
    store::{
        self, Db,
        areas::Country,
        petitions::{Petition, Version},
        signatures::Collecting,
    },
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{ClientIp, Form, Format, Now, Numbered},
        form::FormErrors,
        memory::{Key, Memory, Rendered},
        page::{self, Layout, Section},
        protection::Protection,
    },
};

/// What somebody has typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct SignForm {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) country: String,
    pub(super) postcode: String,
    pub(super) resident: String,
    pub(super) updates: String,
    /// When the form was made, by the site's own mark.
    pub(super) started: String,
    /// A field that nobody sees.
    comment: String,
    /// The address about which it was asked whether it is a slip.
    pub(super) asked: String,
    /// What was answered: `suggested` or `typed`.
    address: String,
}

/// Nobody fills in the form in less time.
const QUICKEST: SignedDuration = SignedDuration::from_secs(2);
/// Hardly anybody sends a form that has been open for longer.
const OLDEST: SignedDuration = SignedDuration::from_hours(24);
/// What a box that is ticked sends.
const TICKED: &str = "1";

impl SignForm {
    /// The mark of the first form, if it was one of this petition's: what counts is when somebody began.
    pub(super) fn begun(&self, app: &App, petition: PetitionId, now: Timestamp) -> String {
        match app.keyring.form_age(&self.started, petition, now) {
            Some(_) => self.started.clone(),
            None => app.keyring.form_stamp(petition, now),
        }
    }

    pub(super) fn empty() -> Self {
        Self { country: UNITED_KINGDOM.to_owned(), ..Self::default() }
    }

    /// Puts the address that was meant in the place of the one that was typed, if that was the answer.
    pub(super) fn settle(mut self) -> Self {
        if self.address == "suggested"
            && self.asked == self.email
            && let Some(meant) = email::suggestion(&self.email)
        {
            self.email = meant;
        }
        self
    }

    /// The address that was probably meant, unless it has been asked already.
    pub(super) fn slip(&self) -> Option<String> {
        email::suggestion(&self.email).filter(|_| self.asked != self.email)
    }

    /// How much speaks for a program that filled in the form, which is of this age if its mark is right. Nothing of it
    /// is proof: some people have password managers, and some leave a page open for days.
    pub(super) fn signals_of_a_program(&self, age: Option<SignedDuration>) -> u32 {
        let in_the_trap = !self.comment.is_empty();
        let out_of_time = age.is_none_or(|age| age < QUICKEST || age > OLDEST);
        u32::from(in_the_trap) + u32::from(out_of_time)
    }

    pub(super) fn parse(&self, petition: PetitionId, countries: &[Country]) -> Result<NewSignature, FormErrors> {
        let mut errors = FormErrors::default();
        let name = errors.take("name", SignerName::parse(&self.name));
        let email = errors.take("email", EmailAddress::parse(&self.email));
        let country = countries.iter().find(|country| country.code == self.country);
        let country = errors.take("country", country.ok_or("Choose the country in which you live"));
        let postcode = match self.country == UNITED_KINGDOM {
            true => errors.take("postcode", Postcode::parse(&self.postcode)).map(Some),
            false => Some(None),
        };
        if self.resident != TICKED {
            errors.add("resident", "Confirm that you are a British citizen or UK resident: only they can sign");
        }
        match (name, email, country, postcode) {
            (Some(name), Some(email), Some(country), Some(postcode)) if errors.is_empty() => Ok(NewSignature {
                petition,
                name,
                email,
                country: country.id,
                postcode,
                wants_updates: self.updates == TICKED,
                signed_from: None,
                suspicion: None,
            }),
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/signing/sign.html")]
struct SignPage<'a> {
    layout: Layout,
    petition: &'a Petition,
    form: &'a SignForm,
    errors: FormErrors,
    /// The address that was probably meant.
    suggestion: Option<String>,
    countries: Arc<[Country]>,
    /// When the form was made, by the site's own mark.
    started: String,
    /// No new signatures are taken at the moment.
    paused: bool,
}

impl SignPage<'_> {
    /// What mails there will be.
    fn updates_hint(&self) -> &'static str {
        "When the Government answers it or Parliament debates it. Every mail has a link that stops them."
    }
}

/// The form, or why there is none.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    address: Numbered,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let id = address.id;
    let rendered = memory.get(Key::Sign(id), || version(&app, id, now.0), || render(&app, &memory, id, now.0)).await;
    match rendered {
        Ok(rendered) => Ok(rendered.respond(&headers)),
        Err(PageError::NotFound) => super::instead(&app, id).await,
        Err(error) => Err(error),
    }
}

/// A form is one second's, so that its mark tells how long somebody took to fill it in.
async fn version(app: &App, id: PetitionId, now: Timestamp) -> Result<Option<Version>, PageError> {
    let mut db = app.pool.acquire().await?;
    let Some(version) = store::petitions::version(&mut db, id).await? else { return Ok(None) };
    let paused = collecting(&mut db, id).await?.paused;
    Ok(Some(Version { totals: now.as_second() * 2 + i64::from(paused), ..version }))
}

async fn render(app: &App, memory: &Memory, id: PetitionId, now: Timestamp) -> Result<Rendered, PageError> {
    let mut db = app.pool.acquire().await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    let why = NotCollected::at(&collecting(&mut db, id).await?, now);
    drop(db);
    let html = match why {
        Some(why) => not_open::render(app, &petition, why, false)?,
        None => SignPage {
            layout: layout(app, &petition, "Sign"),
            petition: &petition,
            form: &SignForm::empty(),
            errors: FormErrors::default(),
            suggestion: None,
            countries: countries(app, memory, now).await?,
            started: app.keyring.form_stamp(id, now),
            paused: false,
        }
        .render()?,
    };
    // Kept by the browser, so that going back finds what was typed.
    Ok(Rendered::new(Format::Html, html, CachePolicy::Revalidate))
}

/// Takes a signature, or gives the form back with what was typed and what is wrong with it.
pub async fn submit(
    State(app): State<App>,
    State(memory): State<Memory>,
    State(protection): State<Protection>,
    ClientIp(from): ClientIp,
    now: Now,
    address: Numbered,
    Form(form): Form<SignForm>,
) -> Result<Response, PageError> {
    let form = form.settle();
    let countries = countries(&app, &memory, now.0).await?;
    let suggestion = form.slip();
    let errors = match form.parse(address.id, &countries) {
        Ok(new) if suggestion.is_none() => {
            let signals = form.signals_of_a_program(app.keyring.form_age(&form.started, address.id, now.0));
            let suspicion = protection.judge(from, &new.email, address.id, signals);
            match app.signing.sign(&NewSignature { signed_from: from, suspicion, ..new }, now.0).await? {
                Signed::CheckYourMail => return Ok(Redirect::to(&urls::thank_you(&address.id)).into_response()),
                Signed::NotCollected(_) => FormErrors::default(),
            }
        }
        Ok(_) => FormErrors::default(),
        Err(errors) => errors,
    };
    Again { form, errors, suggestion, countries }.show(&app, address.id, now.0).await
}

/// The form as it comes back.
struct Again {
    form: SignForm,
    errors: FormErrors,
    suggestion: Option<String>,
    countries: Arc<[Country]>,
}

impl Again {
    async fn show(self, app: &App, id: PetitionId, now: Timestamp) -> Result<Response, PageError> {
        let mut db = app.pool.acquire().await?;
        let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
        let why = NotCollected::at(&collecting(&mut db, id).await?, now);
        drop(db);
        let status = match why {
            None => StatusCode::UNPROCESSABLE_ENTITY,
            // What was typed is shown again: it may be wanted in some minutes.
            Some(NotCollected::Paused) => StatusCode::SERVICE_UNAVAILABLE,
            Some(why) => {
                return match not_open::render(app, &petition, why, true) {
                    Ok(html) => {
                        Ok((StatusCode::CONFLICT, page::body(Format::Html, html, CachePolicy::Never)).into_response())
                    }
                    Err(PageError::NotFound) => super::instead(app, id).await,
                    Err(error) => Err(error),
                };
            }
        };
        let paused = why.is_some();
        let asks = self.suggestion.is_some() && self.errors.is_empty();
        let page = SignPage {
            layout: layout(app, &petition, if asks { "Check your email address" } else { "Sign" }),
            petition: &petition,
            started: self.form.begun(app, id, now),
            form: &self.form,
            errors: if paused { FormErrors::default() } else { self.errors },
            suggestion: self.suggestion.filter(|_| !paused),
            countries: self.countries,
            paused,
        };
        let mut response = (status, page::html(&page, CachePolicy::Own)?).into_response();
        if paused {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("600"));
        }
        Ok(response)
    }
}

fn layout(app: &App, petition: &Petition, what: &str) -> Layout {
    Layout::unlisted(app, format!("{what}: {}", petition.action)).within(Section::Petitions)
}

async fn collecting(db: &mut Db, id: PetitionId) -> Result<Collecting, PageError> {
    store::signatures::collecting(db, &[id]).await?.remove(&id).ok_or(PageError::NotFound)
}

pub(super) async fn countries(app: &App, memory: &Memory, now: Timestamp) -> Result<Arc<[Country]>, PageError> {
    let read =
        async { Ok(store::areas::countries_of_today(&mut *app.pool.acquire().await?, deadline::day(now)).await?) };
    memory.countries(read).await
}
