//! Telling others about a petition: its link, its picture, and the code that puts it on another site.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header::CONTENT_SECURITY_POLICY},
    response::Response,
};
use serde::Deserialize;

use super::embed::Theme;
use crate::{
    app::App,
    domain::petition::{PetitionId, Visibility},
    store::{self, petitions::Petition},
    urls,
    web::{
        cache::CachePolicy,
        card,
        error::PageError,
        extract::{Format, Numbered, Query},
        page::{self, Layout, Picture, Section},
        share::ShareLink,
    },
};

/// As strict as everywhere, but for the preview, which is a page of this site.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     manifest-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// How much room the petition has on the other site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// For a column at the side.
    Small,
    /// For most places.
    #[default]
    Medium,
    /// As wide as a text.
    Large,
}

impl Size {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.code() == code)
    }

    /// The word in the address (`size=`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }

    /// How wide and how high, in pixels: the longest action fits.
    pub fn pixels(self) -> (u16, u16) {
        match self {
            Self::Small => (250, 600),
            Self::Medium => (400, 510),
            Self::Large => (600, 450),
        }
    }

    /// What it is called.
    pub fn name(self) -> String {
        let (width, height) = self.pixels();
        let name = match self {
            Self::Small => "Small",
            Self::Medium => "Medium",
            Self::Large => "Large",
        };
        format!("{name}, {width} × {height}")
    }
}

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    theme: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/petitions/share.html")]
struct SharePage {
    layout: Layout,
    petition: Petition,
    /// The full address of the petition's page.
    address: String,
    share: Vec<ShareLink>,
    /// What the picture shows, in words.
    picture: String,
    size: Size,
    theme: Theme,
    /// What is to be pasted.
    code: String,
    /// Where the preview comes from.
    preview: String,
}

#[derive(Template)]
#[template(path = "pages/petitions/embed_code.html")]
struct Code<'a> {
    address: &'a str,
    action: &'a str,
    size: (u16, u16),
}

/// Shows the page.
pub async fn show(
    State(app): State<App>,
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
    let wanted = query.map(|query| query.0).unwrap_or_default();
    let size = wanted.size.as_deref().map_or(Some(Size::default()), Size::from_code);
    let size = size.ok_or_else(|| PageError::bad_request("The size is small, medium or large."))?;
    let theme = wanted.theme.as_deref().map_or(Some(Theme::default()), Theme::from_code);
    let theme = theme.ok_or_else(|| PageError::bad_request("The theme is auto, light or dark."))?;
    let petition = find(&app, address.id).await?;

    let preview = match theme {
        Theme::Auto => urls::embed(&petition.id),
        _ => format!("{}?theme={}", urls::embed(&petition.id), theme.code()),
    };
    let code = Code { address: &format!("{}{preview}", app.public_url), action: &petition.action, size: size.pixels() };
    let page = SharePage {
        layout: Layout::new(&app, &urls::share(&petition.id), format!("Share: {}", petition.action))
            .about("The petition’s link and picture, and the code that puts it on another site.")
            .pictured(Picture::of(&app, &petition))
            .within(Section::Petitions),
        address: format!("{}{}", app.public_url, urls::petition(&petition.id)),
        share: ShareLink::elsewhere(&app, petition.id, &petition.action),
        picture: card::in_words(&petition, app.thresholds()),
        code: code.render()?,
        size,
        theme,
        preview,
        petition,
    };
    let mut response = page::html(&page, CachePolicy::Revalidate)?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

async fn find(app: &App, id: PetitionId) -> Result<Petition, PageError> {
    let petition = store::petitions::find(&mut *app.pool.acquire().await?, id).await?.ok_or(PageError::NotFound)?;
    match petition.state.visibility() {
        Visibility::Page => Ok(petition),
        Visibility::Gone => Err(PageError::Gone),
        _ => Err(PageError::NotFound),
    }
}
