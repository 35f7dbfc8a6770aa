//! What search engines may find, in parts: `/sitemap.xml` lists them. A part of petitions is written bit by bit while it is
//! read, so that a large one takes little memory, and nobody who reads slowly keeps a connection to the database.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderMap, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG},
    },
    response::{IntoResponse, Response},
};
use futures_util::stream;
use jiff::Timestamp;

use super::xml::Xml;
use crate::{
    app::App,
    domain::{area::BoundarySet, facet::Facet, petition::PetitionId},
    store, urls,
    web::{
        cache::CachePolicy, error::PageError, extract::SitemapPart, filters::iso, memory::Memory, page, pages::local,
    },
};

const NAMES: (&str, &str) = ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
const KIND: HeaderValue = HeaderValue::from_static("application/xml; charset=utf-8");
/// Addresses that are written in one go.
const AT_ONCE: usize = 1_000;

/// All parts.
pub async fn index(State(app): State<App>) -> Result<Response, PageError> {
    let parts = store::sitemap::parts(&mut *app.pool.acquire().await?, None).await?;
    let mut xml = Xml::new();
    xml.open("sitemapindex", &[NAMES]);
    let pages = (urls::sitemap_pages().to_owned(), None);
    let petitions = parts.iter().map(|part| (urls::sitemap_part(part.number), Some(part.changed_at)));
    for (path, changed_at) in std::iter::once(pages).chain(petitions) {
        xml.open("sitemap", &[]);
        located(&mut xml, &app, &path, changed_at);
        xml.close("sitemap");
    }
    xml.close("sitemapindex");
    Ok(whole(xml))
}

/// The pages that are no petitions: texts, lists, topics, constituencies.
pub async fn pages(State(app): State<App>, State(memory): State<Memory>) -> Result<Response, PageError> {
    let mut paths: Vec<String> = [
        urls::home(),
        urls::petitions(),
        urls::local(),
        urls::topics(),
        urls::statistics(),
        urls::start(),
        urls::help(),
        urls::help_estimates(),
        urls::privacy(),
        urls::accessibility(),
        urls::cookies(),
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend(Facet::ALL.iter().map(urls::list));
    let topics = memory.topics(async { Ok(store::topics::all(&mut *app.pool.acquire().await?).await?) }).await?;
    paths.extend(topics.iter().map(|known| urls::topic(&known.topic.code)));
    let set = BoundarySet::OF_2024;
    match local::constituencies(&app, &memory, set).await {
        Ok(known) => {
            paths.push(urls::constituencies(set));
            paths.extend(known.all.iter().map(|place| urls::local_place(&place.slug, set)));
        }
        Err(PageError::NotFound) => {}
        Err(error) => return Err(error),
    }
    let mut xml = Xml::new();
    xml.open("urlset", &[NAMES]);
    for path in paths {
        xml.open("url", &[]);
        located(&mut xml, &app, &path, None);
        xml.close("url");
    }
    xml.close("urlset");
    Ok(whole(xml))
}

/// The petitions of one part.
pub async fn petitions(State(app): State<App>, part: SitemapPart) -> Result<Response, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    let known = store::sitemap::parts(&mut db, Some(part.0)).await?.pop().ok_or(PageError::NotFound)?;
    let petitions = store::sitemap::petitions(&mut db, part.0).await?;
    db.commit().await?;
    let name = format!("{} {} {}", app.public_url, known.petitions, known.changed_at);
    let headers = headers(page::etag(name.as_bytes()));
    Ok((headers, Body::from_stream(stream::iter(Writing::new(app, petitions)))).into_response())
}

/// A part that is being written.
struct Writing {
    app: App,
    petitions: std::vec::IntoIter<(PetitionId, Timestamp)>,
    xml: Xml,
    done: bool,
}

impl Writing {
    fn new(app: App, petitions: Vec<(PetitionId, Timestamp)>) -> Self {
        let mut xml = Xml::new();
        xml.open("urlset", &[NAMES]);
        Self { app, petitions: petitions.into_iter(), xml, done: false }
    }
}

impl Iterator for Writing {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        for (id, changed_at) in self.petitions.by_ref().take(AT_ONCE) {
            self.xml.open("url", &[]);
            located(&mut self.xml, &self.app, &urls::petition(&id), Some(changed_at));
            self.xml.close("url");
        }
        if self.petitions.len() == 0 {
            self.xml.close("urlset");
            self.done = true;
        }
        Some(Ok(self.xml.take().into()))
    }
}

fn located(xml: &mut Xml, app: &App, path: &str, changed_at: Option<Timestamp>) {
    xml.text("loc", &[], &format!("{}{path}", app.public_url));
    if let Some(at) = changed_at {
        xml.text("lastmod", &[], &iso(&at));
    }
}

fn whole(xml: Xml) -> Response {
    let content = xml.finish();
    (headers(page::etag(&content)), content).into_response()
}

fn headers(etag: HeaderValue) -> HeaderMap {
    let policy = CachePolicy::ForAMinute.header();
    HeaderMap::from_iter([(CONTENT_TYPE, KIND), (CACHE_CONTROL, policy), (ETAG, etag)])
}
