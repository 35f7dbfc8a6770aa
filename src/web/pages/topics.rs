//! All topics, with how many open petitions each has, and the ways to follow it.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    store::{self, topics::TopicCount},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        filters::thousands,
        memory::Memory,
        page::{self, Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/topics.html")]
struct TopicsPage {
    layout: Layout,
    topics: Arc<[TopicCount]>,
}

/// Shows them.
pub async fn show(State(app): State<App>, State(memory): State<Memory>) -> Result<Response, PageError> {
    let topics = memory.topics(async { Ok(store::topics::all(&mut *app.pool.acquire().await?).await?) }).await?;
    let layout = Layout::new(&app, urls::topics(), "Topics")
        .about("What petitions are about, and how to follow a topic.")
        .within(Section::Petitions);
    page::html(&TopicsPage { layout, topics }, CachePolicy::ForAMinute)
}
