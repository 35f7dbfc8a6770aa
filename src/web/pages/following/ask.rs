//! Asking to follow a petition, a topic or a constituency: an e-mail address, to which a mail with a link goes. Everybody sees
//! the same, whatever is known of the address.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    actions,
    app::App,
    domain::{
        area::BoundarySet,
        email::{self, EmailAddress},
        petition::{PetitionId, Visibility},
    },
    store::{self, follows::Followed},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{ClientIp, Form, Now, Numbered, PlaceName, Query, TopicName},
        filters::days,
        form::FormErrors,
        memory::Memory,
        page::{self, Layout, Section},
        pages::local,
        protection::{MayAsk, Protection},
    },
};

/// What somebody has typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FollowForm {
    email: String,
    /// A field that nobody sees.
    comment: String,
    /// The address about which it was asked whether it is a slip.
    asked: String,
    /// What was answered: `suggested` or `typed`.
    address: String,
}

/// What stands behind the question mark.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Whether the form has just been sent.
    sent: Option<String>,
}

impl FollowForm {
    /// Puts the address that was meant in the place of the one that was typed, if that was the answer.
    fn settle(mut self) -> Self {
        if self.address == "suggested"
            && self.asked == self.email
            && let Some(meant) = email::suggestion(&self.email)
        {
            self.email = meant;
        }
        self
    }

    /// The address that was probably meant, unless it has been asked already.
    fn slip(&self) -> Option<String> {
        email::suggestion(&self.email).filter(|_| self.asked != self.email)
    }
}

/// Something that can be followed.
struct Offer {
    of: Followed,
    /// Its page.
    page: String,
    /// Where the form is, and where it is sent.
    form: String,
    /// Its feed.
    feed: String,
    /// Whether another service looks after it, so that what happens is known here only when it has come in.
    elsewhere: bool,
}

#[derive(Template)]
#[template(path = "pages/following/ask.html")]
struct AskPage {
    layout: Layout,
    offer: Offer,
    form: FollowForm,
    errors: FormErrors,
    /// The address that was probably meant.
    suggestion: Option<String>,
    /// Too many have asked from the same place.
    busy: bool,
}

#[derive(Template)]
#[template(path = "pages/following/sent.html")]
struct SentPage {
    layout: Layout,
    offer: Offer,
    /// For how long the link works.
    kept: String,
}

/// The form for a petition.
pub async fn petition(
    State(app): State<App>,
    address: Numbered,
    query: Option<Query<Wanted>>,
) -> Result<Response, PageError> {
    match of_petition(&app, address).await? {
        Ok(offer) => show(&app, offer, query),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// The form for a topic.
pub async fn topic(
    State(app): State<App>,
    address: TopicName,
    query: Option<Query<Wanted>>,
) -> Result<Response, PageError> {
    let offer = of_topic(&app, address).await?;
    show(&app, offer, query)
}

/// The form for a constituency.
pub async fn place(
    State(app): State<App>,
    State(memory): State<Memory>,
    address: PlaceName,
    query: Option<Query<Wanted>>,
) -> Result<Response, PageError> {
    let offer = of_place(&app, &memory, address).await?;
    show(&app, offer, query)
}

/// Somebody wants to follow a petition.
pub async fn submit_petition(
    State(app): State<App>,
    State(protection): State<Protection>,
    ClientIp(from): ClientIp,
    now: Now,
    address: Numbered,
    Form(form): Form<FollowForm>,
) -> Result<Response, PageError> {
    match of_petition(&app, address).await? {
        Ok(offer) => Asking { protection, from, now: now.0 }.submit(&app, offer, form).await,
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// Somebody wants to follow a topic.
pub async fn submit_topic(
    State(app): State<App>,
    State(protection): State<Protection>,
    ClientIp(from): ClientIp,
    now: Now,
    address: TopicName,
    Form(form): Form<FollowForm>,
) -> Result<Response, PageError> {
    let offer = of_topic(&app, address).await?;
    Asking { protection, from, now: now.0 }.submit(&app, offer, form).await
}

/// Somebody wants to follow a constituency.
pub async fn submit_place(
    State(app): State<App>,
    State(memory): State<Memory>,
    State(protection): State<Protection>,
    ClientIp(from): ClientIp,
    now: Now,
    address: PlaceName,
    Form(form): Form<FollowForm>,
) -> Result<Response, PageError> {
    let offer = of_place(&app, &memory, address).await?;
    Asking { protection, from, now: now.0 }.submit(&app, offer, form).await
}

/// A petition that can be followed, or what is answered instead.
async fn of_petition(app: &App, address: Numbered) -> Result<Result<Offer, Response>, PageError> {
    if address.suffix.is_some() {
        return Err(PageError::NotFound);
    }
    let id: PetitionId = address.id;
    let petition = store::petitions::find(&mut *app.pool.acquire().await?, id).await?.ok_or(PageError::NotFound)?;
    match petition.state.visibility() {
        Visibility::Page if petition.state.is_published() => {}
        Visibility::Gone => return Err(PageError::Gone),
        Visibility::Missing => return Err(PageError::NotFound),
        _ => return Ok(Err(Redirect::to(&urls::petition(&id)).into_response())),
    }
    let of = Followed::Petition(id, Some(petition.action));
    let (page, form, feed) = (urls::petition(&id), urls::follow_petition(&id), urls::petition_feed(&id));
    Ok(Ok(Offer { of, page, form, feed, elsewhere: petition.source_url.is_some() }))
}

async fn of_topic(app: &App, address: TopicName) -> Result<Offer, PageError> {
    if address.suffix.is_some() {
        return Err(PageError::NotFound);
    }
    let topic = store::topics::find(&mut *app.pool.acquire().await?, &address.code).await?;
    let topic = topic.ok_or(PageError::NotFound)?;
    let code = &topic.code;
    let (page, form, feed) = (urls::topic(code), urls::follow_topic(code), urls::topic_feed(code));
    Ok(Offer { of: Followed::Topic(topic.code, topic.name), page, form, feed, elsewhere: false })
}

/// A constituency of today.
async fn of_place(app: &App, memory: &Memory, address: PlaceName) -> Result<Offer, PageError> {
    if address.suffix.is_some() {
        return Err(PageError::NotFound);
    }
    let set = BoundarySet::OF_2024;
    let known = local::constituencies(app, memory, set).await?;
    let place = known.with_slug(&address.slug).ok_or(PageError::NotFound)?;
    let slug = &place.slug;
    let (page, form, feed) = (urls::local_place(slug, set), urls::follow_place(slug), urls::local_feed(slug, set));
    Ok(Offer { of: Followed::Place(place.area, place.name.clone(), set), page, form, feed, elsewhere: false })
}

fn title(offer: &Offer) -> String {
    format!("Follow this {}", offer.of.kind())
}

fn show(app: &App, offer: Offer, query: Option<Query<Wanted>>) -> Result<Response, PageError> {
    if query.is_some_and(|query| query.0.sent.is_some()) {
        let layout = Layout::unlisted(app, "Check your inbox").within(Section::Petitions);
        let page = SentPage { layout, offer, kept: days(app.retention.unconfirmed) };
        return page::html(&page, CachePolicy::Revalidate);
    }
    let page = AskPage {
        layout: Layout::unlisted(app, format!("{}: {}", title(&offer), offer.of.name())).within(Section::Petitions),
        offer,
        form: FollowForm::default(),
        errors: FormErrors::default(),
        suggestion: None,
        busy: false,
    };
    page::html(&page, CachePolicy::Revalidate)
}

/// What has to be known of somebody who asks.
struct Asking {
    protection: Protection,
    from: Option<std::net::IpAddr>,
    now: Timestamp,
}

impl Asking {
    /// Sends the mail, or gives the form back with what was typed and what is wrong with it.
    async fn submit(self, app: &App, offer: Offer, form: FollowForm) -> Result<Response, PageError> {
        let form = form.settle();
        let suggestion = form.slip();
        let mut errors = FormErrors::default();
        let email = errors.take("email", EmailAddress::parse(&form.email));
        let mut busy = false;
        if let Some(email) = email
            && suggestion.is_none()
        {
            // Only a program fills in what nobody sees.
            let may = match form.comment.is_empty() {
                true => self.protection.may_ask(self.from, &email),
                false => MayAsk::Silently,
            };
            if may == MayAsk::Yes {
                let mut db = app.pool.acquire().await?;
                actions::follow::ask(&mut db, &app.keyring, &email, &offer.of.target(), self.now).await?;
                app.signing.mail_queued.notify_one();
            }
            if may != MayAsk::Later {
                return Ok(Redirect::to(&format!("{}?sent=1", offer.form)).into_response());
            }
            busy = true;
        }
        let title = match suggestion.is_some() && errors.is_empty() {
            true => "Check your email address".to_owned(),
            false => format!("{}: {}", title(&offer), offer.of.name()),
        };
        let layout = Layout::unlisted(app, title).within(Section::Petitions);
        let page = AskPage { layout, offer, form, errors, suggestion, busy };
        let status = if busy { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
        let mut response = (status, page::html(&page, CachePolicy::Own)?).into_response();
        if busy {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("600"));
        }
        Ok(response)
    }
}
