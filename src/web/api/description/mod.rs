//! The description of everything that programs can ask for (OpenAPI 3.1). It is made from one table of addresses and from
//! the types that are written as JSON, so it says of each field what is sent.

pub mod addresses;
mod parameters;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

pub use self::{
    addresses::{About, Address},
    parameters::{Parameter, Place},
};
use crate::{
    app::App,
    domain::{area::BoundarySet, deadline, facet::Facet, limits, parliament::Parliament, petition::PetitionId},
    store::{
        self,
        listing::{Listing, Slice},
        petitions::Version,
    },
    urls,
    web::{
        cache::CachePolicy,
        error::{ErrorDocument, Notice, PageError},
        extract::{Format, Now},
        memory::{Key, Memory, Rendered},
    },
};

/// The name of the licence under which everything here may be used, and where it stands.
pub const LICENCE: (&str, &str) =
    ("Open Government Licence v3.0", "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/");

/// Part of what is said to everybody who writes a program for this site.
pub struct Chapter {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Its text, in Markdown.
    pub text: String,
}

/// What programs get at an address.
pub enum Content {
    /// JSON of a type.
    Json(fn(&mut SchemaGenerator) -> Schema),
    /// A table; its columns, and what stands in them. Where several tables are to be had, those of the first.
    Csv(&'static [(&'static str, &'static str)]),
    /// A picture made of shapes.
    Svg,
    /// A picture made of pixels.
    Png,
    /// Words.
    Text,
    /// A feed.
    Atom,
    /// Another kind of XML.
    Xml,
}

/// Things that are there on this site, for examples.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// The open petition that most have signed; without one, the closed one.
    pub petition: Option<PetitionId>,
    /// The name in addresses of the constituency that has signed most.
    pub place: Option<String>,
    /// The code of the topic that most open petitions have.
    pub topic: Option<String>,
    /// The codes of all topics.
    pub topics: Vec<String>,
    /// The years of all parliaments, the current one first.
    pub periods: Vec<String>,
}

/// The JSON of a type.
fn of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<T>()
}

/// The description as JSON.
///
/// # Errors
/// When the database fails.
pub async fn json(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let render = || async {
        let samples = Samples::find(&app, now.0).await?;
        let text = serde_json::to_string(&document(&app.site_name(), &app.public_url, &samples))?;
        Ok(Rendered::new(Format::Json, text, CachePolicy::ForAMinute))
    };
    // Only settings change it, of which the memory knows, and what serves as an example.
    let version = || async { Ok(Some(Version { petition: 0, totals: 0 })) };
    Ok(memory.get(Key::Description, version, render).await?.respond(&headers))
}

/// The whole description of a site with this name and address.
pub fn document(site_name: &str, public_url: &str, samples: &Samples) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let error = schemas.subschema_for::<ErrorDocument>();
    let addresses = addresses::all(samples);
    let mut paths = Map::new();
    for address in &addresses {
        paths.insert(address.path.to_owned(), json!({ "get": address.operation(&mut schemas) }));
    }
    let mut responses = Map::new();
    for status in addresses.iter().flat_map(Address::refusals) {
        for pages in [false, true] {
            responses.insert(response_name(status, pages), response(status, pages, &error));
        }
    }
    let words: Vec<String> =
        chapters().into_iter().map(|chapter| format!("## {}\n\n{}", chapter.title, chapter.text)).collect();
    let tags = About::ALL.map(|about| json!({ "name": about.title(), "description": about.words() }));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("Data of {site_name}"),
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Petitions, how they grow and where they are signed",
            "description": words.join("\n\n"),
            "license": { "name": LICENCE.0, "url": LICENCE.1 },
        },
        "externalDocs": { "description": "The same to read", "url": format!("{public_url}{}", urls::api()) },
        "servers": [{ "url": public_url }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "responses": responses,
            "parameters": { "IfNoneMatch": if_none_match() },
            "headers": headers(),
        },
    })
}

/// What is said to everybody who writes a program for this site, in order.
pub fn chapters() -> Vec<Chapter> {
    let chapter = |id, title, text: String| Chapter { id, title, text };
    vec![
        chapter(
            "begin",
            "No key, no account",
            "Everything that the pages of this site say about petitions is to be had as data, at addresses that stay as \
             they are. All of them are read with `GET`, and scripts of every other site may read them as well \
             (`Access-Control-Allow-Origin: *`)."
                .to_owned(),
        ),
        chapter(
            "formats",
            "Formats",
            "The end of an address says the format: `.json`, `.csv`, `.svg`, `.png` or `.atom`. Whoever asks at the address of a \
             page for `application/json`, and not for `text/html`, gets JSON there.\n\n\
             Text is UTF-8. Moments are in UTC, `2022-08-21T20:36:05.000Z`; days are days in London, `2022-08-21`. `null` \
             means that something has not happened, or is not known. Fields may be added at any time: pass over those \
             that you do not know. In CSV the first row names the columns, and a cell that a spreadsheet would take for a \
             formula begins with an apostrophe."
                .to_owned(),
        ),
        chapter(
            "caching",
            "What changes when",
            format!(
                "`Cache-Control` says how long each answer is good: a count or a petition for a second, lists and histories \
                 until you ask again, topics and constituencies for a minute. The statistics are made anew every {} \
                 minutes.\n\n\
                 Nearly every answer has an `ETag`. Send it back in `If-None-Match`: if nothing has changed, the answer is \
                 304 and empty, and costs both of us next to nothing.",
                limits::STATISTICS_MINUTES
            ),
        ),
        chapter(
            "following",
            "Following along",
            "Ask for a petition’s `history.json` once. From then on ask with `since=` and the `starts_at` of the last row \
             that you have: that row comes again as it is by now, and behind it those that are new. A row with `complete` \
             is not added to any more; signatures that are taken out of the count later are in the row of that later \
             moment. So `total_before`, and what the rows add and remove, always come to `signature_count`.\n\n\
             Whoever only wants the number asks for `count.json`. Whoever only wants to know what happens reads a feed: of \
             every list and search, of a petition, a topic or a constituency (`.atom`, Atom as of RFC 4287)."
                .to_owned(),
        ),
        chapter(
            "wrong",
            "When something goes wrong",
            "The status says what: 400, the address or what stands behind its question mark is not right; 404, there is \
             nothing, or it is not public; 406, not in this format; 410, it was public and has been removed for good; 503, \
             the site is very busy, and `Retry-After` says for how many seconds to leave it alone. At addresses that end in \
             `.json` the answer is an object `error` with `status`, `title`, `detail` (what to do) and `request_id` \
             (quote it when you ask about it); at others it is a page, unless you accept JSON and no HTML."
                .to_owned(),
        ),
        chapter(
            "limits",
            "Limits",
            format!(
                "Nobody counts your requests. Be kind all the same: one at a time, with `If-None-Match`, and not more often \
                 than `Cache-Control` says that it makes sense. A list has at most {} petitions on a page; its CSV has all \
                 of them at once. What takes longer than 20 seconds is broken off with 503.",
                limits::PAGE_SIZE_MOST
            ),
        ),
        chapter(
            "licence",
            "Licence",
            format!(
                "You may use all of this under the [{}]({}): copy it, publish it, build on it, also for money, as long as \
                 you say where it comes from. Petitions that another service has published come under the same licence.",
                LICENCE.0, LICENCE.1
            ),
        ),
    ]
}

impl Samples {
    /// Looks for things that are there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(app: &App, now: Timestamp) -> Result<Self, PageError> {
        let mut db = app.pool.acquire().await?;
        let mut petition = None;
        for facet in [Facet::Open, Facet::Closed] {
            let listing = Listing {
                facet,
                search: None,
                topics: Vec::new(),
                parliament: None,
                today: deadline::day(now),
                newest: false,
            };
            let found = listing.page(&mut db, Slice { offset: 0, limit: Some(1) }).await?;
            petition = petition.or(found.first().copied());
        }
        let constituencies = store::local::constituencies(&mut db, BoundarySet::OF_2024).await?;
        let place = constituencies.into_iter().max_by_key(|constituency| constituency.of_everything);
        let topic = store::topics::all(&mut db).await?.into_iter().max_by_key(|known| known.open);
        let topic = topic.map(|known| known.topic.code);
        let topics = store::topics::codes(&mut db).await?;
        let in_force = app.live.in_force();
        let current = in_force.parliament().period();
        let others = in_force.parliaments.iter().map(Parliament::period).filter(|period| *period != current);
        let periods = std::iter::once(current.clone()).chain(others).collect();
        Ok(Self { petition, place: place.map(|place| place.slug), topic, topics, periods })
    }
}

impl Samples {
    /// The part of the sitemap that has the petition.
    pub fn sitemap_part(&self) -> Option<i64> {
        self.petition.map(|id| id.get() / limits::SITEMAP_PART)
    }
}

impl Content {
    /// Its media type.
    pub fn media_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Csv(_) => "text/csv",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Text => "text/plain",
            Self::Atom => "application/atom+xml",
            Self::Xml => "application/xml",
        }
    }

    fn schema(&self, schemas: &mut SchemaGenerator) -> Value {
        match self {
            Self::Json(of) => of(schemas).to_value(),
            Self::Csv(columns) => {
                let columns: Vec<Value> =
                    columns.iter().map(|(name, words)| json!({ "name": name, "description": words })).collect();
                json!({ "type": "string", "x-columns": columns })
            }
            Self::Svg | Self::Text | Self::Atom | Self::Xml => json!({ "type": "string" }),
            Self::Png => json!({ "contentMediaType": "image/png" }),
        }
    }
}

impl Address {
    /// The statuses that it may answer instead of what was asked for.
    pub fn refusals(&self) -> Vec<StatusCode> {
        let mut refusals = self.refuses.to_vec();
        refusals.extend([StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE]);
        refusals
    }

    /// Whether it answers 304 to whoever has it already.
    pub fn has_tag(&self) -> bool {
        self.policy != CachePolicy::Never
    }

    fn operation(&self, schemas: &mut SchemaGenerator) -> Value {
        let mut parameters: Vec<Value> = self.parameters.iter().map(Parameter::json).collect();
        let mut headers = Map::new();
        headers.insert("X-Request-Id".to_owned(), json!({ "$ref": "#/components/headers/RequestId" }));
        let policy = self.policy.header();
        let kept = json!({
            "description": "How long the answer is good.",
            "required": true,
            "schema": { "const": policy.to_str().unwrap_or_default() },
        });
        headers.insert("Cache-Control".to_owned(), kept);
        let mut answers = Map::new();
        if self.has_tag() {
            parameters.push(json!({ "$ref": "#/components/parameters/IfNoneMatch" }));
            headers.insert("ETag".to_owned(), json!({ "$ref": "#/components/headers/ETag" }));
            answers.insert(
                "304".to_owned(),
                json!({ "description": "Nothing has changed since the answer with this ETag.", "headers": headers }),
            );
        }
        let mut content = Map::new();
        content.insert(self.content.media_type().to_owned(), json!({ "schema": self.content.schema(schemas) }));
        answers
            .insert("200".to_owned(), json!({ "description": self.summary, "headers": headers, "content": content }));
        let pages = !self.path.ends_with(".json");
        for status in self.refusals() {
            let reference = format!("#/components/responses/{}", response_name(status, pages));
            answers.insert(status.as_str().to_owned(), json!({ "$ref": reference }));
        }
        if let Some(unwell) = self.unwell {
            let media = json!({ "schema": unwell(schemas).to_value() });
            let page = json!({ "schema": { "type": "string" } });
            let content = json!({ "application/json": media, "text/html": page });
            answers.insert("503".to_owned(), json!({ "description": "It is not well.", "content": content }));
        }
        json!({
            "operationId": self.name,
            "tags": [self.about.title()],
            "summary": self.summary,
            "description": self.words,
            "parameters": parameters,
            "responses": answers,
        })
    }
}

fn response_name(status: StatusCode, pages: bool) -> String {
    format!("{}{}", if pages { "Page" } else { "Error" }, status.as_u16())
}

/// An error: as JSON, and where `pages`, as a page for whoever accepts one.
fn response(status: StatusCode, pages: bool, error: &Schema) -> Value {
    let notice = Notice::of(status);
    let mut content = Map::new();
    content.insert("application/json".to_owned(), json!({ "schema": error }));
    if pages {
        content.insert("text/html".to_owned(), json!({ "schema": { "type": "string" } }));
    }
    let mut headers = Map::new();
    headers.insert("X-Request-Id".to_owned(), json!({ "$ref": "#/components/headers/RequestId" }));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert("Retry-After".to_owned(), json!({ "$ref": "#/components/headers/RetryAfter" }));
    }
    let description = format!("{}. {}", notice.title, notice.advice);
    json!({ "description": description, "headers": headers, "content": content })
}

fn if_none_match() -> Value {
    json!({
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of the answer that you have.",
        "schema": { "type": "string" },
    })
}

fn headers() -> Value {
    json!({
        "ETag": {
            "description": "A name of this very answer.",
            "required": true,
            "schema": { "type": "string", "pattern": "^W/\"[0-9a-f]{20}\"$" },
        },
        "RequestId": {
            "description": "Under which number the request is in the site’s log.",
            "required": true,
            "schema": { "type": "string", "pattern": "^[0-9a-f]{12}$" },
        },
        "RetryAfter": {
            "description": "For how many seconds to leave the site alone.",
            "required": true,
            "schema": { "type": "integer", "minimum": 0 },
        },
    })
}
