//! What stands in addresses where the description has curly brackets, and behind the question mark.

use serde_json::{Value, json};

use super::Samples;
use crate::{
    domain::{facet::Facet, limits, series::Range, window::Window},
    web::charts::Shade,
};

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the address.
    Path,
    /// Behind the question mark.
    Query,
}

/// Something that whoever asks may choose.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// What it is called.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether it has to be there.
    pub required: bool,
    /// What it is.
    pub words: String,
    /// What it may be, as JSON Schema.
    pub schema: Value,
    /// What it is in an example; `None`: nothing on this site is one.
    pub example: Option<Value>,
}

impl Parameter {
    pub(super) fn json(&self) -> Value {
        let mut parameter = json!({
            "name": self.name,
            "in": if self.place == Place::Path { "path" } else { "query" },
            "description": self.words,
            "required": self.required,
            "schema": self.schema,
        });
        if let Some(example) = &self.example {
            parameter["example"] = example.clone();
        }
        parameter
    }

    fn path(name: &'static str, words: &str, schema: Value, example: Option<Value>) -> Self {
        Self { name, place: Place::Path, required: true, words: words.to_owned(), schema, example }
    }

    fn query(name: &'static str, words: impl Into<String>, schema: Value) -> Self {
        Self { name, place: Place::Query, required: false, words: words.into(), schema, example: None }
    }
}

/// One of these words, or none, as forms send what was not chosen.
fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().chain([""]).collect::<Vec<_>>() })
}

/// Any text; NUL is none.
fn text() -> Value {
    json!({ "type": "string", "pattern": "^[^\\u0000]*$" })
}

pub(super) fn petition(samples: &Samples) -> Parameter {
    let schema = json!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": i64::MAX });
    Parameter::path("petition", "The petition’s number.", schema, samples.petition.map(|id| json!(id)))
}

pub(super) fn period(samples: &Samples) -> Parameter {
    let words = "Its years: those of its opening and of its dissolution, the second empty while that is not known.";
    let schema = json!({ "type": "string", "pattern": "^[0-9]{4}-([0-9]{4})?$" });
    Parameter::path("period", words, schema, samples.periods.first().map(|period| json!(period)))
}

pub(super) fn place(samples: &Samples) -> Parameter {
    let words = "The constituency’s name as addresses have it: in small letters, with hyphens for everything else.";
    Parameter::path(
        "place",
        words,
        json!({ "type": "string", "pattern": "^[a-z0-9-]+$" }),
        samples.place.as_ref().map(|slug| json!(slug)),
    )
}

pub(super) fn topic(samples: &Samples) -> Parameter {
    let example = samples.topic.as_ref().map(|code| json!(code));
    Parameter::path("topic", "The topic’s code.", json!({ "type": "string" }), example)
}

pub(super) fn sitemap_part(samples: &Samples) -> Parameter {
    let words = format!("The part: the petitions of so many times {} numbers.", limits::SITEMAP_PART);
    let schema = json!({ "type": "integer", "format": "int64", "minimum": 0, "maximum": i64::MAX });
    Parameter::path("part", &words, schema, samples.sitemap_part().map(|part| json!(part)))
}

pub(super) fn signature() -> Parameter {
    Parameter::path(
        "signature",
        "The number in the link of your mail.",
        json!({ "type": "integer", "minimum": 1 }),
        None,
    )
}

pub(super) fn token() -> Parameter {
    let words = "What proves that the mail was yours.";
    Parameter { required: true, ..Parameter::query("token", words, text()) }
}

/// Those of a list that is asked for without pages.
pub(super) fn list(samples: &Samples) -> Vec<Parameter> {
    let topics = json!({ "type": "array", "items": one_of(samples.topics.iter().map(String::as_str)) });
    vec![
        Parameter::query("state", "Which list. Without it: all.", one_of(Facet::ALL.map(Facet::code))),
        Parameter::query(
            "q",
            format!("Words that a petition contains. What is longer than {} characters is cut off.", limits::SEARCH),
            text(),
        ),
        Parameter::query(
            "parliament",
            "The years of a parliament, as all parliaments have them. Without it: the current one.",
            one_of(samples.periods.iter().map(String::as_str)),
        ),
        Parameter::query("topic", "The code of a topic; several times: petitions that have all of them.", topics),
    ]
}

/// Those of a list in pages.
pub(super) fn pages(samples: &Samples) -> Vec<Parameter> {
    let mut parameters = list(samples);
    let whole = |most: u32| json!({ "type": "integer", "minimum": 1, "maximum": most });
    parameters.push(Parameter::query("page", "Which page, from 1. Anything else is taken for 1.", whole(99_999)));
    parameters.push(Parameter::query(
        "count",
        format!("Petitions on a page. Anything else is taken for {}.", limits::PAGE_SIZE),
        whole(limits::PAGE_SIZE_MOST),
    ));
    parameters
}

pub(super) fn range() -> Parameter {
    let words = "How far back: a day, a week, a month or to the beginning.";
    Parameter::query("range", words, one_of(Range::EVERY.map(Range::word)))
}

pub(super) fn history() -> Vec<Parameter> {
    vec![
        range(),
        Parameter::query(
            "step",
            "How long the time of a row is. Without it: what suits the range. Minutes are kept for two days.",
            one_of(["minute", "hour", "day"]),
        ),
        Parameter::query(
            "since",
            "From when on: a day, or a moment. The row in which that moment lies is the first.",
            json!({ "type": "string", "anyOf": [{ "format": "date" }, { "format": "date-time" }, { "maxLength": 0 }] }),
        ),
    ]
}

pub(super) fn map() -> Parameter {
    let words =
        "What the map shows: signatures, their share of the people living there, or how many times as many as usual.";
    Parameter::query("map", words, one_of(Shade::ALL.map(Shade::word)))
}

pub(super) fn boundaries() -> Parameter {
    let words = "The year in which the constituencies meant were first used. Without it: those of today.";
    Parameter::query(
        "boundaries",
        words,
        json!({ "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 9999 }, { "const": "" }] }),
    )
}

pub(super) fn window() -> Parameter {
    Parameter::query(
        "window",
        "Over which time. Without it: the last hour.",
        one_of([Window::Hour, Window::Day].map(Window::code)),
    )
}

pub(super) fn table() -> Parameter {
    let words = "Which table. Without it: the months.";
    Parameter::query("table", words, one_of(["months", "departments", "overdue", "outcomes"]))
}
