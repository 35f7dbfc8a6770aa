//! Supporting a petition that is not published yet: only whoever has the link that its creator shares can read it, and put
//! the first names under it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, Method, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    done,
    sign::{self, SignForm},
};
use crate::{
    actions::{
        sign::NewSignature,
        support::{NotSupported, Supported, support},
    },
    app::App,
    domain::{
        area::UNITED_KINGDOM,
        keyring::PetitionPurpose,
        limits,
        petition::{PetitionId, PetitionState, Visibility},
    },
    store::{self, areas::Country, petitions::Petition, supporters::Gathering},
    urls,
    web::{
        Site,
        cache::CachePolicy,
        error::PageError,
        extract::{ClientIp, Form, Now, Numbered, PetitionLink, ToSupport},
        form::FormErrors,
        memory::Memory,
        page::{self, Layout, Section},
        plain_text,
    },
};

#[derive(Template)]
#[template(path = "pages/signing/support.html")]
struct SupportPage {
    layout: Layout,
    petition: Petition,
    form: SignForm,
    errors: FormErrors,
    /// The address that was probably meant.
    suggestion: Option<String>,
    countries: Arc<[Country]>,
    /// When the form was made, by the site's own mark.
    started: String,
    /// Where the form is sent.
    address: String,
    /// Why there is no form.
    why: Option<NotSupported>,
    /// Supporters so far.
    supporters: u32,
    /// Somebody was filling in the form meanwhile.
    just: bool,
}

impl SupportPage {
    /// What mails there will be.
    fn updates_hint(&self) -> &'static str {
        "When it is published or refused, when the Government answers it or Parliament debates it. Every mail has a link \
         that stops them."
    }

    fn missing(&self) -> u32 {
        limits::SUPPORTERS_NEEDED.saturating_sub(self.supporters)
    }
}

#[derive(Template)]
#[template(path = "pages/signing/support_thanks.html")]
struct ThanksPage {
    layout: Layout,
    petition: Petition,
    /// Where the form is.
    again: String,
}

/// The link, if it works. One that does not leads to what the public sees of the petition.
type MaybeLink = Result<PetitionLink<ToSupport>, PageError>;

/// The petition and the form, or why there is none.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    method: Method,
    address: Numbered,
    link: MaybeLink,
) -> Result<Response, PageError> {
    let Ok(link) = link else { return super::instead(&app, address.id).await };
    let id = link.petition;
    let Some((petition, gathering)) = find(&app, id).await? else { return instead(&app, id).await };
    if method == Method::GET {
        app.signing.openings.note(id, now.0);
    }
    let why = NotSupported::at(&gathering);
    let page = SupportPage {
        layout: layout(&app, "Support this petition"),
        petition,
        form: SignForm::empty(),
        errors: FormErrors::default(),
        suggestion: None,
        countries: sign::countries(&app, &memory, now.0).await?,
        started: app.keyring.form_stamp(id, now.0),
        address: support_address(&app, id),
        why,
        supporters: gathering.supporters,
        just: false,
    };
    page::html(&page, CachePolicy::Never)
}

/// Takes the form, or gives it back with what was typed and what is wrong with it.
pub async fn submit(
    State(Site { app, memory, protection }): State<Site>,
    ClientIp(from): ClientIp,
    now: Now,
    address: Numbered,
    link: MaybeLink,
    Form(form): Form<SignForm>,
) -> Result<Response, PageError> {
    let Ok(link) = link else { return super::instead(&app, address.id).await };
    let (id, form) = (link.petition, form.settle());
    let countries = sign::countries(&app, &memory, now.0).await?;
    let suggestion = form.slip();
    let errors = match form.parse(id, &countries) {
        Ok(new) if suggestion.is_none() => {
            let signals = form.signals_of_a_program(app.keyring.form_age(&form.started, id, now.0));
            let suspicion = protection.judge_supporter(from, &new.email, id, signals);
            let new = NewSignature { signed_from: from, suspicion, ..new };
            if support(&mut *app.pool.acquire().await?, &app.keyring, &new, now.0).await? == Supported::CheckYourMail {
                app.signing.mail_queued.notify_one();
                let token = app.keyring.petition_token(PetitionPurpose::Support, id);
                return Ok(Redirect::to(&urls::support_thanks(&id, &token)).into_response());
            }
            FormErrors::default()
        }
        Ok(_) => FormErrors::default(),
        Err(errors) => errors,
    };
    let Some((petition, gathering)) = find(&app, id).await? else { return instead(&app, id).await };
    let why = NotSupported::at(&gathering);
    let paused = why == Some(NotSupported::Paused);
    let status = match why {
        None => StatusCode::UNPROCESSABLE_ENTITY,
        Some(NotSupported::Paused) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::CONFLICT,
    };
    let asks = suggestion.is_some() && errors.is_empty();
    let page = SupportPage {
        layout: layout(&app, if asks { "Check your email address" } else { "Support this petition" }),
        petition,
        started: form.begun(&app, id, now.0),
        form,
        errors: if why.is_some() { FormErrors::default() } else { errors },
        suggestion: suggestion.filter(|_| why.is_none()),
        countries,
        address: support_address(&app, id),
        why,
        supporters: gathering.supporters,
        just: true,
    };
    let mut response = (status, page::html(&page, CachePolicy::Never)?).into_response();
    if paused {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("600"));
    }
    Ok(response)
}

/// "Check your inbox": what everybody sees who has sent the form, whether they had supported it before or not.
pub async fn thanks(State(app): State<App>, address: Numbered, link: MaybeLink) -> Result<Response, PageError> {
    let Ok(link) = link else { return super::instead(&app, address.id).await };
    let Some((petition, _)) = find(&app, link.petition).await? else {
        return instead(&app, link.petition).await;
    };
    let again = support_address(&app, link.petition);
    page::html(&ThanksPage { layout: layout(&app, "Check your inbox"), petition, again }, CachePolicy::Never)
}

/// What whoever has the link sees of a petition that cannot be supported any more: that its creator has taken it back, or
/// what the public sees.
async fn instead(app: &App, id: PetitionId) -> Result<Response, PageError> {
    let petition = store::petitions::find(&mut *app.pool.acquire().await?, id).await?;
    if !petition.is_some_and(|it| it.state == PetitionState::Hidden && it.dates.withdrawn_at.is_some()) {
        return super::instead(app, id).await;
    }
    let words = "Whoever created it has withdrawn it before it was published. It will not be published, and nobody can read or \
                 support it any more.";
    Ok((StatusCode::GONE, done::page(app, "This petition was withdrawn", words, None)?).into_response())
}

/// The petition as whoever has the link may see it; `None`: the link shows nothing that the public does not see, since its
/// creator has not confirmed yet, or it is past that.
async fn find(app: &App, id: PetitionId) -> Result<Option<(Petition, Gathering)>, PageError> {
    let mut db = app.pool.acquire().await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    let gathering = store::supporters::gathering(&mut db, id).await?.ok_or(PageError::NotFound)?;
    let hidden = matches!(
        NotSupported::at(&gathering),
        Some(NotSupported::Missing | NotSupported::Unconfirmed | NotSupported::MovedOn)
    );
    Ok((!hidden).then_some((petition, gathering)))
}

fn support_address(app: &App, id: PetitionId) -> String {
    urls::support(&id, &app.keyring.petition_token(PetitionPurpose::Support, id))
}

fn layout(app: &App, title: &str) -> Layout {
    Layout::unlisted(app, title).within(Section::Petitions)
}
