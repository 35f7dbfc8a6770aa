//! The frame of every page, and how a page becomes a response.

use askama::Template;
use axum::{
    body::Bytes,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, VARY},
    },
    response::{IntoResponse, Response},
};

use super::{
    assets,
    cache::CachePolicy,
    card,
    error::PageError,
    extract::Format,
    filters::{day, day_of, time_of},
    markdown,
};
use crate::{app::App, domain::parliament::Phase, store::petitions::Petition, urls};

/// What the frame of a page needs to know.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What the site is called.
    pub site_name: String,
    /// The page's name, for its tab and for search engines.
    pub title: String,
    /// What it is about, in a sentence.
    pub description: String,
    /// Its full address; `None` where it has none worth keeping.
    pub canonical: Option<String>,
    /// What others show beside a link to it.
    pub picture: Option<Picture>,
    /// Whether search engines should leave it out.
    pub unlisted: bool,
    /// Which part of the site it belongs to.
    pub section: Section,
    /// Where the same is told to readers of feeds.
    pub feed: Option<String>,
    /// What is said above every page about the end or the beginning of a parliament, as HTML; may be empty.
    pub notice: String,
    /// The address of the stylesheet.
    pub css: String,
    /// The address of the script.
    pub js: String,
}

/// A picture that stands for a page elsewhere.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its full address.
    pub url: String,
    /// What it shows, in words.
    pub words: String,
}

impl Picture {
    /// That of a petition.
    pub fn of(app: &App, petition: &Petition) -> Self {
        let url = format!("{}{}", app.public_url, urls::card(&petition.id));
        Self { url, words: card::in_words(petition, app.thresholds()) }
    }
}

/// A part of the site, as its main menu has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// None of the menu's.
    #[default]
    Elsewhere,
    /// Lists and petitions.
    Petitions,
    /// Starting a petition.
    Start,
    /// How petitions work.
    Help,
}

impl Layout {
    /// The frame of a page that can be found.
    pub fn new(app: &App, path: &str, title: impl Into<String>) -> Self {
        Self { canonical: Some(format!("{}{path}", app.public_url)), unlisted: false, ..Self::unlisted(app, title) }
    }

    /// The frame of a page that search engines should leave out.
    pub fn unlisted(app: &App, title: impl Into<String>) -> Self {
        Self {
            site_name: app.site_name(),
            title: title.into(),
            description: String::new(),
            canonical: None,
            picture: None,
            unlisted: true,
            section: Section::Elsewhere,
            feed: None,
            notice: notice(app),
            css: assets::url("site.css"),
            js: assets::url("site.js"),
        }
    }

    /// Says what the page is about.
    pub fn about(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Says what others show beside a link to the page.
    pub fn pictured(mut self, picture: Picture) -> Self {
        self.picture = Some(picture);
        self
    }

    /// Says where the same is told to readers of feeds.
    pub fn fed(mut self, feed: impl Into<String>) -> Self {
        self.feed = Some(feed.into());
        self
    }

    /// Says to which part of the site the page belongs.
    pub fn within(mut self, section: Section) -> Self {
        self.section = section;
        self
    }
}

/// What is said above every page: that a parliament ends, has ended, or has yet to begin.
fn notice(app: &App) -> String {
    let in_force = app.live.in_force();
    let parliament = in_force.parliament();
    match (parliament.phase(app.clock.now()), &parliament.dissolution) {
        (Phase::Announced, Some((_, dissolution))) => {
            let words = format!(
                "Parliament is dissolved on {}. All petitions close then, at {}. The election is on {}; register to vote \
                 until {}.",
                day_of(&dissolution.at),
                time_of(&dissolution.at),
                day(&dissolution.election_on),
                day_of(&dissolution.registration_closes_at)
            );
            format!("{}<p>{words}</p>", message(&dissolution.notice))
        }
        (Phase::Dissolved, Some((_, dissolution))) => format!(
            "<p><strong>Parliament was dissolved on {}.</strong> Petitions are closed, and new ones can be started when the next \
             Parliament is open.</p>",
            day_of(&dissolution.at)
        ),
        (Phase::Pending, _) => format!(
            "<p><strong>A new Parliament opens for petitions on {}, at {}.</strong> Until then nothing can be started or \
             signed.</p>",
            day_of(&parliament.opening_at),
            time_of(&parliament.opening_at)
        ),
        _ => String::new(),
    }
}

/// What staff have to say above everything else on a page, as HTML. It has no headings: the page's own comes after it.
pub fn message(markdown: &str) -> String {
    let mut html = markdown::to_html(markdown);
    for level in ["h3", "h4", "h5"] {
        html = html.replace(&format!("<{level}>"), "<p><strong>").replace(&format!("</{level}>"), "</strong></p>");
    }
    html
}

/// A template as a page.
///
/// # Errors
/// When it cannot be rendered.
pub fn html(template: &impl Template, policy: CachePolicy) -> Result<Response, PageError> {
    Ok(body(Format::Html, template.render()?, policy))
}

/// A text in a format.
pub fn body(format: Format, text: String, policy: CachePolicy) -> Response {
    let content = Bytes::from(text);
    let etag = (policy != CachePolicy::Never).then(|| etag(&content));
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    headers.insert(CACHE_CONTROL, policy.header());
    // Petitions and lists are HTML or JSON under one address.
    headers.insert(VARY, HeaderValue::from_static("accept"));
    if let Some(etag) = etag {
        headers.insert(ETAG, etag);
    }
    response
}

/// A name for a content: the same content has the same name. Weak, since compression changes the bytes.
pub fn etag(content: &[u8]) -> HeaderValue {
    let hash = blake3::hash(content).to_hex();
    HeaderValue::from_str(&format!("W/\"{}\"", &hash[..20])).expect("hexadecimal digits fit into a header")
}
