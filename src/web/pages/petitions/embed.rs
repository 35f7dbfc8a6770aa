//! A petition as a part of pages elsewhere, in an `iframe`: small, without scripts, and the only page that others may frame.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_SECURITY_POLICY},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    app::App,
    domain::{
        petition::{PetitionId, PetitionState, Visibility},
        series::{Range, Series},
        threshold::Progress,
    },
    store::{self, petitions::Petition},
    urls,
    web::{
        assets,
        cache::CachePolicy,
        charts::{self, Spark},
        error::PageError,
        extract::{Format, Now, Numbered, Query},
        filters::{day_of, minute_of, thousands},
        memory::{Key, Memory, Rendered},
        page,
    },
};

/// Its style is a file of this site. Everybody may frame it; it loads nothing and sends nothing.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors *; base-uri 'none'",
);

/// The size of the chart in its own units; it stretches with the page.
const CHART: (f32, f32) = (600.0, 100.0);

/// Its colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Those that the reader's device prefers.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The one with this word in the address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.code() == code)
    }

    /// The word in the address (`theme=`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "As the reader’s device",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    theme: Option<String>,
}

impl Wanted {
    fn theme(&self) -> Result<Theme, PageError> {
        match self.theme.as_deref() {
            Some(code) => {
                Theme::from_code(code).ok_or_else(|| PageError::bad_request("The theme is auto, light or dark."))
            }
            None => Ok(Theme::Auto),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/petitions/embed.html")]
struct EmbedPage {
    site_name: String,
    css: String,
    canonical: String,
    theme: Theme,
    petition: Petition,
    as_at: Timestamp,
    signable: bool,
    /// Whether no signatures are taken at the moment.
    paused: bool,
    progress: Progress,
    growth: Option<Growth>,
}

/// How it grew.
struct Growth {
    spark: Spark,
    /// What the chart shows, in a sentence.
    summary: String,
    since: Timestamp,
    until: Timestamp,
}

/// What is shown where there is no petition any more, or none yet.
#[derive(Template)]
#[template(path = "pages/petitions/embed_nothing.html")]
struct NothingPage {
    site_name: String,
    css: String,
    theme: Theme,
    status: StatusCode,
}

/// Shows it.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    address: Numbered,
    query: Option<Query<Wanted>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if address.suffix.is_some() {
        return Err(PageError::NotFound);
    }
    if !Format::Html.is_accepted(&headers) {
        return Err(PageError::NotAcceptable);
    }
    let (id, theme) = (address.id, query.map(|query| query.0).unwrap_or_default().theme()?);
    let render = || render(&app, id, theme, now.0);
    let mut response = match memory.of_petition(&app.pool, Key::Embed(id, theme), id, render).await {
        Ok(rendered) => rendered.respond(&headers),
        // A browser shows nothing at all of a page that may not be framed, so what is wrong is told here.
        Err(PageError::NotFound) => nothing(&app, theme, StatusCode::NOT_FOUND)?,
        Err(PageError::Gone) => nothing(&app, theme, StatusCode::GONE)?,
        Err(error) => return Err(error),
    };
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

async fn render(app: &App, id: PetitionId, theme: Theme, now: Timestamp) -> Result<Rendered, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    match petition.state.visibility() {
        Visibility::Page => {}
        Visibility::Gone => return Err(PageError::Gone),
        _ => return Err(PageError::NotFound),
    }
    let series = store::tallies::series(&mut db, id, now).await?.ok_or(PageError::NotFound)?;
    db.commit().await?;
    let answered = petition.dates.response_threshold_reached_at.is_some() || petition.response.is_some();
    let paused = app.live.in_force().settings.collection_paused_at.is_some();
    let page = EmbedPage {
        paused: paused && petition.source_url.is_none(),
        site_name: app.site_name(),
        css: assets::url("embed.css"),
        canonical: format!("{}{}", app.public_url, urls::petition(&id)),
        theme,
        as_at: petition.counted_at.unwrap_or(now),
        signable: petition.state == PetitionState::Open && petition.dates.closes_at.is_some_and(|at| at >= now),
        progress: app.thresholds().progress(petition.signature_count, answered),
        growth: Growth::new(&petition, &series),
        petition,
    };
    Ok(Rendered::new(Format::Html, page.render()?, CachePolicy::ForAMinute))
}

impl Growth {
    fn new(petition: &Petition, series: &Series) -> Option<Self> {
        let opened_at = petition.dates.opened_at?;
        let spark = Spark::new(series, CHART)?;
        Some(Self {
            spark,
            summary: charts::summary(series, opened_at, Range::All),
            since: series.since(),
            until: series.until(),
        })
    }
}

fn nothing(app: &App, theme: Theme, status: StatusCode) -> Result<Response, PageError> {
    let (site_name, css) = (app.site_name(), assets::url("embed.css"));
    let page = NothingPage { site_name, css, theme, status };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

impl NothingPage {
    fn is_gone(&self) -> bool {
        self.status == StatusCode::GONE
    }
}
