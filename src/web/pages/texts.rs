//! Pages that explain: help, privacy, accessibility, cookies, starting a petition. Each comes with the site, and staff may
//! write their own instead; further pages of staff's stand under `/help`.

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};
use jiff::Timestamp;

use crate::{
    app::App,
    domain::{limits, retention::Retention, threshold::Thresholds},
    store::{self, estimates::Record, petitions::Version},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Format, PageName},
        filters::{days, open_for, thousands},
        markdown,
        memory::{Key, Memory, Rendered},
        page::{self, Layout, Section},
        pages::estimates::EstimatesPage,
    },
};

/// A page of text that comes with the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Text {
    /// How petitions work.
    Help,
    /// How the final count is estimated.
    Estimates,
    /// Starting a petition.
    Start,
    /// What is kept about people.
    Privacy,
    /// For whom the site works.
    Accessibility,
    /// Cookies: none.
    Cookies,
}

impl Text {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Help, Self::Estimates, Self::Start, Self::Privacy, Self::Accessibility, Self::Cookies];

    /// Under which name staff find it.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Help => "help",
            Self::Estimates => "estimates",
            Self::Start => "start",
            Self::Privacy => "privacy",
            Self::Accessibility => "accessibility",
            Self::Cookies => "cookies",
        }
    }

    /// The page with this name.
    pub fn with_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|text| text.slug() == slug)
    }

    /// Where it stands.
    pub fn address(self) -> &'static str {
        match self {
            Self::Help => urls::help(),
            Self::Estimates => urls::help_estimates(),
            Self::Start => urls::start(),
            Self::Privacy => urls::privacy(),
            Self::Accessibility => urls::accessibility(),
            Self::Cookies => urls::cookies(),
        }
    }

    /// What it is called, unless staff call it otherwise.
    pub fn title(self) -> &'static str {
        match self {
            Self::Help => "How petitions work",
            Self::Estimates => "How the final count is estimated",
            Self::Start => "Start a petition",
            Self::Privacy => "Privacy",
            Self::Accessibility => "Accessibility",
            Self::Cookies => "Cookies",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Help => "What a petition can do, what it must be like to be published, and what happens then.",
            Self::Estimates => {
                "Where the estimated final count of signatures comes from, and how far it can be trusted."
            }
            Self::Start => "What makes a good petition, and what is needed to have one published.",
            Self::Privacy => "Which personal data this site keeps, what for and for how long.",
            Self::Accessibility => "How this site is made so that everybody can use it, and what is still missing.",
            Self::Cookies => "This site works without cookies.",
        }
    }

    fn section(self) -> Section {
        match self {
            Self::Help | Self::Estimates => Section::Help,
            Self::Start => Section::Start,
            Self::Privacy | Self::Accessibility | Self::Cookies => Section::Elsewhere,
        }
    }
}

#[derive(Template)]
#[template(path = "pages/help.html")]
struct HelpPage {
    layout: Layout,
    thresholds: Thresholds,
    /// When Parliament ends, if that ends the time of petitions that are published now.
    cut_short: Option<Timestamp>,
    more: Vec<More>,
}

#[derive(Template)]
#[template(path = "pages/start.html")]
struct StartPage {
    layout: Layout,
    thresholds: Thresholds,
    /// When Parliament ends, if that ends the time of petitions that are published now.
    cut_short: Option<Timestamp>,
    paused: bool,
}

#[derive(Template)]
#[template(path = "pages/privacy.html")]
struct PrivacyPage {
    layout: Layout,
    retention: Retention,
}

#[derive(Template)]
#[template(path = "pages/accessibility.html")]
struct AccessibilityPage {
    layout: Layout,
}

#[derive(Template)]
#[template(path = "pages/cookies.html")]
struct CookiesPage {
    layout: Layout,
}

/// A page that staff have written.
#[derive(Template)]
#[template(path = "pages/own_text.html")]
struct OwnPage {
    layout: Layout,
    /// HTML.
    body: String,
    /// No new petitions are taken, and this is where people come to start one.
    paused: bool,
    /// Here people start a petition.
    starts: bool,
    more: Vec<More>,
}

/// A page of staff's that the help leads to.
struct More {
    title: String,
    address: String,
}

/// How petitions work.
pub async fn help(app: State<App>, memory: State<Memory>, headers: HeaderMap) -> Result<Response, PageError> {
    show(Text::Help, app, memory, headers).await
}

/// How the final count is estimated.
pub async fn estimates(app: State<App>, memory: State<Memory>, headers: HeaderMap) -> Result<Response, PageError> {
    show(Text::Estimates, app, memory, headers).await
}

/// Starting a petition.
pub async fn start(app: State<App>, memory: State<Memory>, headers: HeaderMap) -> Result<Response, PageError> {
    show(Text::Start, app, memory, headers).await
}

/// What is kept about people.
pub async fn privacy(app: State<App>, memory: State<Memory>, headers: HeaderMap) -> Result<Response, PageError> {
    show(Text::Privacy, app, memory, headers).await
}

/// For whom the site works.
pub async fn accessibility(app: State<App>, memory: State<Memory>, headers: HeaderMap) -> Result<Response, PageError> {
    show(Text::Accessibility, app, memory, headers).await
}

/// Cookies: none.
pub async fn cookies(app: State<App>, memory: State<Memory>, headers: HeaderMap) -> Result<Response, PageError> {
    show(Text::Cookies, app, memory, headers).await
}

async fn show(
    text: Text,
    State(app): State<App>,
    State(memory): State<Memory>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    // Only settings change it, of which the memory knows; and the page about estimates shows how good they were.
    let version = || async {
        let petition = match text {
            Text::Estimates => store::estimates::record_version(&mut *app.pool.acquire().await?).await?,
            _ => 0,
        };
        Ok(Some(Version { petition, totals: 0 }))
    };
    let rendered = memory
        .get(Key::Text(text), version, || async {
            let record = match text {
                Text::Estimates => store::estimates::record(&mut *app.pool.acquire().await?).await?,
                _ => Vec::new(),
            };
            render(&app, text, &record)
        })
        .await?;
    Ok(rendered.respond(&headers))
}

fn render(app: &App, text: Text, record: &[Record]) -> Result<Rendered, PageError> {
    let in_force = app.live.in_force();
    let own = in_force.pages.get(text.slug());
    let title = own.map_or(text.title(), |own| own.title.as_str());
    let layout = Layout::new(app, text.address(), title).about(text.about()).within(text.section());
    let thresholds = in_force.thresholds;
    let now = app.clock.now();
    let paused = text == Text::Start && !in_force.takes_petitions(now);
    let cut_short = in_force.cuts_short(now);
    let more = if text == Text::Help { more(app) } else { Vec::new() };
    let html = match (own, text) {
        (Some(own), _) => {
            OwnPage { layout, body: body_html(&own.body), paused, starts: text == Text::Start && !paused, more }
                .render()?
        }
        (None, Text::Help) => HelpPage { layout, thresholds, cut_short, more }.render()?,
        (None, Text::Estimates) => EstimatesPage::new(layout, record).render()?,
        (None, Text::Start) => StartPage { layout, thresholds, cut_short, paused }.render()?,
        (None, Text::Privacy) => PrivacyPage { layout, retention: app.retention }.render()?,
        (None, Text::Accessibility) => AccessibilityPage { layout }.render()?,
        (None, Text::Cookies) => CookiesPage { layout }.render()?,
    };
    Ok(Rendered::new(Format::Html, html, CachePolicy::ForASecond))
}

/// The HTML of a page's body. It stands right below the main heading, so its own headings are a level higher than elsewhere.
/// Everything that looks like a tag is one: text has no angle brackets left.
fn body_html(text: &str) -> String {
    let mut html = markdown::to_html(text);
    for (lower, higher) in [("h3>", "h2>"), ("h4>", "h3>"), ("h5>", "h4>")] {
        html = html.replace(&format!("<{lower}"), &format!("<{higher}"));
        html = html.replace(&format!("</{lower}"), &format!("</{higher}"));
    }
    html
}

/// The pages that staff have written besides those that come with the site.
fn more(app: &App) -> Vec<More> {
    let in_force = app.live.in_force();
    let others = in_force.pages.iter().filter(|(slug, _)| Text::with_slug(slug).is_none());
    let mut more: Vec<More> =
        others.map(|(slug, page)| More { title: page.title.clone(), address: urls::help_page(slug) }).collect();
    more.sort_by(|one, other| one.title.cmp(&other.title));
    more
}

/// A page that staff have written besides those that come with the site.
pub async fn own(State(app): State<App>, PageName(slug): PageName) -> Result<Response, PageError> {
    let in_force = app.live.in_force();
    let page = in_force.pages.get(&slug).filter(|_| Text::with_slug(&slug).is_none()).ok_or(PageError::NotFound)?;
    let layout = Layout::new(&app, &urls::help_page(&slug), page.title.clone()).within(Section::Help);
    let page = OwnPage { layout, body: body_html(&page.body), paused: false, starts: false, more: Vec::new() };
    page::html(&page, CachePolicy::ForASecond)
}
