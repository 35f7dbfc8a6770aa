//! What programs can ask for, to read: made from the description that programs get, with what this site answers now.

use askama::Template;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, Request, StatusCode},
    response::Response,
};
use serde_json::{Map, Value};
use tower::ServiceExt;

use crate::{
    app::App,
    store::petitions::Version,
    urls,
    web::{
        Site,
        api::description::{self, About, Address, Content, LICENCE, Parameter, Samples, addresses, chapters},
        cache::CachePolicy,
        error::{Notice, PageError},
        extract::{Format, Now},
        filters::thousands,
        markdown,
        memory::{Key, Memory, Rendered},
        page::{Layout, Section},
        routes,
    },
};

/// The longest answer that is read for an example, in bytes.
const LONGEST: usize = 8 * 1024 * 1024;
/// Entries of a list, and rows of a table, that an example shows.
const ENTRIES: usize = 2;
/// Letters of a text that an example shows.
const LETTERS: usize = 120;
/// With more members than this, all of them objects, an object is a list by codes.
const MEMBERS: usize = 6;

#[derive(Template)]
#[template(path = "pages/api.html")]
struct ApiPage {
    layout: Layout,
    chapters: Vec<Words>,
    groups: Vec<Group>,
}

/// A chapter, its text as HTML.
struct Words {
    id: &'static str,
    title: &'static str,
    html: String,
}

/// Addresses about the same thing.
struct Group {
    about: About,
    addresses: Vec<Shown>,
}

/// An address as it is shown.
struct Shown {
    address: Address,
    fields: Vec<Field>,
    /// What the site answers at the example's address now; empty where that is a picture.
    sample: String,
}

/// A field of JSON, or a column.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    /// Its way: `data[].attributes.action`.
    name: String,
    kind: String,
    words: String,
}

/// Shows it.
pub async fn show(
    State(site): State<Site>,
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let version = || async { Ok(Some(Version { petition: 0, totals: 0 })) };
    let render = || async {
        let samples = Samples::find(&app, now.0).await?;
        render(&app, routes::all(&site).with_state(site.clone()), samples).await
    };
    Ok(memory.get(Key::Api, version, render).await?.respond(&headers))
}

async fn render(app: &App, site: Router, samples: Samples) -> Result<Rendered, PageError> {
    let document = description::document(&app.site_name(), &app.public_url, &samples);
    let mut groups: Vec<Group> = About::ALL.into_iter().map(|about| Group { about, addresses: Vec::new() }).collect();
    for address in addresses::all(&samples) {
        let fields = fields(&document, &address);
        let sample = sample(&site, &address).await;
        if let Some(group) = groups.iter_mut().find(|group| group.about == address.about) {
            group.addresses.push(Shown { address, fields, sample });
        }
    }
    let layout = Layout::new(app, urls::api(), "Data for programs")
        .about("Every address that programs can ask, what they get there, and how to follow along.")
        .within(Section::Help);
    let chapters = chapters().into_iter().map(|chapter| Words {
        id: chapter.id,
        title: chapter.title,
        html: markdown::to_html(&chapter.text),
    });
    let page = ApiPage { layout, chapters: chapters.collect(), groups };
    Ok(Rendered::new(Format::Html, page.render()?, CachePolicy::ForAMinute))
}

/// What the site answers at the example's address, shortened; empty where there is nothing to read.
async fn sample(site: &Router, address: &Address) -> String {
    // The description itself is too long to be an example of anything.
    let Some(path) = address.example.as_ref().filter(|path| *path != urls::api_description()) else {
        return String::new();
    };
    if matches!(address.content, Content::Svg | Content::Png) {
        return String::new();
    }
    let Ok(request) = Request::get(path).body(Body::empty()) else { return String::new() };
    let Ok(response) = site.clone().oneshot(request).await;
    if response.status() != StatusCode::OK {
        return String::new();
    }
    let Ok(body) = to_bytes(response.into_body(), LONGEST).await else { return String::new() };
    match &address.content {
        Content::Json(_) => {
            let answer = serde_json::from_slice(&body).map(shortened);
            answer.and_then(|answer| serde_json::to_string_pretty(&answer)).unwrap_or_default()
        }
        _ => {
            let text = String::from_utf8_lossy(&body);
            let (shown, left): (Vec<_>, Vec<_>) = text.lines().enumerate().partition(|(at, _)| *at <= 2 * ENTRIES);
            let mut lines: Vec<String> = shown.into_iter().map(|(_, line)| line.to_owned()).collect();
            if !left.is_empty() {
                lines.push(more(left.len()));
            }
            lines.join("\n")
        }
    }
}

fn more(left: usize) -> String {
    format!("… and {} more", thousands(left))
}

/// The same with few entries and short texts.
fn shortened(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > LETTERS => {
            Value::String(text.chars().take(LETTERS).chain(['…']).collect())
        }
        Value::Array(mut entries) => {
            let left = entries.len().saturating_sub(ENTRIES);
            entries.truncate(ENTRIES);
            let mut entries: Vec<Value> = entries.into_iter().map(shortened).collect();
            if left > 0 {
                entries.push(Value::String(more(left)));
            }
            Value::Array(entries)
        }
        Value::Object(members) => {
            let by_code = members.len() > MEMBERS && members.values().all(Value::is_object);
            let left = if by_code { members.len() - ENTRIES } else { 0 };
            let shown = members.len() - left;
            let mut members: Map<String, Value> =
                members.into_iter().take(shown).map(|(name, value)| (name, shortened(value))).collect();
            if left > 0 {
                members.insert("…".to_owned(), Value::String(more(left)));
            }
            Value::Object(members)
        }
        other => other,
    }
}

/// What the answer of an address consists of.
fn fields(document: &Value, address: &Address) -> Vec<Field> {
    let media = &document["paths"][address.path]["get"]["responses"]["200"]["content"][address.content.media_type()];
    let schema = &media["schema"];
    let mut found = Vec::new();
    match schema["x-columns"].as_array() {
        Some(columns) => {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            found.extend(columns.iter().map(|column| Field {
                name: text(&column["name"]),
                kind: "column".to_owned(),
                words: text(&column["description"]),
            }));
        }
        None => collect(document, schema, "", &mut found),
    }
    found
}

/// Puts the fields of a schema behind those that were found before, those within them right after each.
fn collect(document: &Value, schema: &Value, way: &str, found: &mut Vec<Field>) {
    let schema = resolved(document, schema);
    if schema["items"].is_object() {
        return collect(document, &schema["items"], &format!("{way}[]"), found);
    }
    if schema["additionalProperties"].is_object() {
        return collect(document, &schema["additionalProperties"], &format!("{way}.{{code}}"), found);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let name = format!("{way}.{name}").trim_start_matches('.').to_owned();
        let words = quoted(field["description"].as_str().unwrap_or_default());
        found.push(Field { name: name.clone(), kind: kind(document, field), words });
        collect(document, field, &name, found);
    }
}

/// A schema, wherever it stands; of one that may be `null`, what it is otherwise.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    // References lead to schemas, which may be references.
    for _ in 0..8 {
        let alternatives = schema["anyOf"].as_array().into_iter().flatten();
        if let Some(other) = alternatives.into_iter().find(|schema| schema["type"] != "null") {
            schema = other;
        } else if let Some(pointer) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            schema = document.pointer(pointer).unwrap_or(&Value::Null);
        } else {
            break;
        }
    }
    schema
}

/// What a field is, in words.
fn kind(document: &Value, field: &Value) -> String {
    let schema = resolved(document, field);
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        Value::String(kind) => vec![kind.as_str()],
        _ => Vec::new(),
    };
    let of_alternatives = |list: &Value| -> Vec<String> {
        let values = list.as_array().into_iter().flatten();
        values.filter_map(|value| value.as_str().or(value["const"].as_str()).map(str::to_owned)).collect()
    };
    let words = match kinds.iter().find(|kind| **kind != "null") {
        _ if !of_alternatives(&schema["oneOf"]).is_empty() => of_alternatives(&schema["oneOf"]).join(", "),
        _ if schema["enum"].is_array() => of_alternatives(&schema["enum"]).join(", "),
        Some(&"string") => match schema["format"].as_str() {
            Some("date-time") => "moment",
            Some("date") => "day",
            _ => "text",
        }
        .to_owned(),
        Some(&"integer") => "whole number".to_owned(),
        Some(&"boolean") => "true or false".to_owned(),
        Some(&"array") => "list".to_owned(),
        Some(other) => (*other).to_owned(),
        None => String::new(),
    };
    let may_be_null = kinds.contains(&"null")
        || field["anyOf"].as_array().into_iter().flatten().any(|schema| schema["type"] == "null");
    if may_be_null { format!("{words}, or null") } else { words }
}

/// A description as the page has it: what is marked as code in quotation marks.
fn quoted(words: &str) -> String {
    let words = words.replace('\n', " ");
    let parts = words.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("“{part}”") } else { part.to_owned() }).collect()
}

impl Shown {
    /// How long the answer is good.
    fn caching(&self) -> &'static str {
        match self.address.policy {
            CachePolicy::Never => "Not to be kept.",
            CachePolicy::Revalidate | CachePolicy::Own => "Good until you ask again: with If-None-Match.",
            CachePolicy::ForASecond => "Good for a second.",
            CachePolicy::ForAMinute => "Good for a minute.",
            CachePolicy::ForAnHour => "Good for an hour.",
            CachePolicy::Forever => "Good for ever.",
        }
    }

    /// What it may answer instead, each with what that means.
    fn refusals(&self) -> Vec<(u16, &'static str)> {
        self.address.refusals().into_iter().map(|status| (status.as_u16(), Notice::of(status).title)).collect()
    }

    fn is_table(&self) -> bool {
        matches!(self.address.content, Content::Csv(_))
    }
}

impl Parameter {
    /// What it may be, in words.
    fn values(&self) -> String {
        let words = self.schema["enum"].as_array().into_iter().flatten();
        let words: Vec<&str> = words.filter_map(Value::as_str).filter(|word| !word.is_empty()).collect();
        let bounds = (self.schema["minimum"].as_i64(), self.schema["maximum"].as_i64());
        match (self.schema["type"].as_str(), bounds) {
            _ if !words.is_empty() => words.join(", "),
            (Some("integer"), (Some(least), Some(most))) if most < i64::MAX => {
                format!("{} to {}", thousands(least), thousands(most))
            }
            (Some("integer"), _) => "whole number".to_owned(),
            _ if self.name == "since" => "day or moment".to_owned(),
            _ if self.name == "boundaries" => "year".to_owned(),
            _ => "text".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn examples_are_short() {
        let long = json!({ "rows": [1, 2, 3, 4], "text": "a".repeat(500) });
        let short = shortened(long);
        assert_eq!(short["rows"], json!([1, 2, "… and 2 more"]));
        assert_eq!(short["text"].as_str().map(|text| text.chars().count()), Some(LETTERS + 1));
        let by_code: Map<String, Value> = (0..10).map(|code| (format!("c{code}"), json!({ "code": code }))).collect();
        assert_eq!(shortened(Value::Object(by_code)).as_object().map(Map::len), Some(ENTRIES + 1));
    }

    #[test]
    fn every_field_of_every_answer_is_explained() {
        let samples = Samples::default();
        let document = description::document("Undersigned", "https://petitions.example.org", &samples);
        for address in addresses::all(&samples).iter().filter(|address| address.name != "getDescription") {
            let fields = fields(&document, address);
            let told = matches!(address.content, Content::Json(_) | Content::Csv(_));
            assert!(!told || !fields.is_empty(), "{} has no fields", address.path);
            for field in &fields {
                let said = field.words.ends_with('.') && !field.kind.is_empty();
                assert!(said && !field.words.contains(['[', '\n']), "{}: {field:?}", address.path);
            }
        }
    }
}
