//! Pages that explain: help, privacy, accessibility, cookies, starting a petition.

use askama::Template;
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    domain::{limits, retention::Retention, threshold::Thresholds},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        filters::{days, thousands},
        page::{self, Layout, Section},
    },
};

/// A page of text takes its limits from where they stand.
macro_rules! text_page {
    ($handler:ident, $page:ident, $template:literal, $path:expr, $section:expr, $title:literal, $about:literal $(, $field:ident: $kind:ty)?) => {
        #[derive(Template)]
        #[template(path = $template)]
        struct $page {
            layout: Layout,
            $($field: $kind,)?
        }

        #[doc = $about]
        pub async fn $handler(State(app): State<App>) -> Result<Response, PageError> {
            let layout = Layout::new(&app, $path, $title).about($about).within($section);
            page::html(&$page { layout, $($field: app.$field,)? }, CachePolicy::ForAMinute)
        }
    };
}

text_page!(
    help,
    HelpPage,
    "pages/help.html",
    urls::help(),
    Section::Help,
    "How petitions work",
    "What a petition can do, what it must be like to be published, and what happens then.",
    thresholds: Thresholds
);
text_page!(
    estimates,
    EstimatesPage,
    "pages/estimates.html",
    urls::help_estimates(),
    Section::Help,
    "How the final count is estimated",
    "Where the estimated final count of signatures comes from, and how far it can be trusted."
);
text_page!(
    privacy,
    PrivacyPage,
    "pages/privacy.html",
    urls::privacy(),
    Section::Elsewhere,
    "Privacy",
    "Which personal data this site keeps, what for and for how long.",
    retention: Retention
);
text_page!(
    accessibility,
    AccessibilityPage,
    "pages/accessibility.html",
    urls::accessibility(),
    Section::Elsewhere,
    "Accessibility",
    "How this site is made so that everybody can use it, and what is still missing."
);
text_page!(
    cookies,
    CookiesPage,
    "pages/cookies.html",
    urls::cookies(),
    Section::Elsewhere,
    "Cookies",
    "This site works without cookies."
);
text_page!(
    start,
    StartPage,
    "pages/start.html",
    urls::start(),
    Section::Start,
    "Start a petition",
    "What makes a good petition, and what is needed to have one published.",
    thresholds: Thresholds
);
