//! Following without signing: asking for it, the mail's links, and what followers can do about it.

pub mod ask;
pub mod confirm;
pub mod stop;
pub mod yours;

use axum::response::Response;

use crate::{
    app::App,
    store::follows::Followed,
    urls,
    web::{
        error::PageError,
        page::{Layout, Section},
    },
};

/// The page of what somebody follows.
fn page_of(of: &Followed) -> String {
    match of {
        Followed::Petition(id, _) => urls::petition(id),
        Followed::Topic(code, _) => urls::topic(code),
        Followed::Place(_, _, set) => urls::local_place(&of.slug(), set),
    }
}

/// The frame of a page that only somebody with a link sees.
fn layout(app: &App, title: impl Into<String>) -> Layout {
    Layout::unlisted(app, title).within(Section::Petitions)
}

/// Says that nothing more will come.
fn stopped(app: &App) -> Result<Response, PageError> {
    super::signing::done::page(
        app,
        "You have stopped following",
        "We do not write to you about it any more. When you follow nothing else, we keep nothing about you.",
        None,
    )
}
