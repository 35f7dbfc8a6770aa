//! The log of what staff did: read, filtered, and as a table for other programs.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    body::Body,
    extract::{RawQuery, State},
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::Response,
};
use futures_util::stream;
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::Value;

use super::{
    frame::{Frame, Section},
    guard::Staff,
};
use crate::{
    app::App,
    domain::{deadline, limits, staff::StaffId},
    store::{
        self,
        audit::{Line, Wanted},
    },
    urls,
    web::{
        api::cell,
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Query},
        form::{Choice, FormErrors},
        page,
    },
};

/// Lines that are read at one time when all are wanted.
const AT_ONCE: i64 = 1000;

/// What is asked for, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    person: String,
    act: String,
    subject: String,
    id: String,
    from: String,
    to: String,
    before: String,
}

impl LogQuery {
    /// What of it makes sense; a day that is none is passed over.
    fn wanted(&self) -> Wanted {
        let day = |text: &str| text.trim().parse::<Date>().ok().filter(|day| (1900..=9000).contains(&day.year()));
        let after = |day: Date| day.tomorrow().ok().map(deadline::start_of_day);
        Wanted {
            person: self.person.parse().ok().map(StaffId),
            act: self.act.trim().to_owned(),
            subject: self.subject.trim().to_owned(),
            subject_id: self.id.trim().replace(',', ""),
            from: day(&self.from).map(deadline::start_of_day),
            to: day(&self.to).and_then(after),
            before: self.before.parse().ok(),
        }
    }

    /// The same without the place in the list, as it stands in an address.
    fn filters(&self) -> String {
        let parts = [
            ("person", &self.person),
            ("act", &self.act),
            ("subject", &self.subject),
            ("id", &self.id),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let given = parts.into_iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| format!("{name}={}", urls::admin::encoded(value))).collect::<Vec<_>>().join("&")
    }
}

/// Something that was altered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Difference {
    /// What.
    name: String,
    /// What it was; `None`: nothing.
    before: Option<String>,
    /// What it is; `None`: nothing.
    after: Option<String>,
}

/// What differs between before and after, by name.
fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let (Some(before), Some(after)) = (fields(before), fields(after)) else {
        return vec![Difference { name: String::new(), before: text(before), after: text(after) }];
    };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let difference = |name: &String| {
        let (before, after) = (before.get(name).and_then(text), after.get(name).and_then(text));
        (before != after).then(|| Difference { name: name.replace('_', " "), before, after })
    };
    names.into_iter().filter_map(difference).collect()
}

fn fields(value: &Value) -> Option<serde_json::Map<String, Value>> {
    match value {
        Value::Null => Some(serde_json::Map::new()),
        Value::Object(fields) => Some(fields.clone()),
        _ => None,
    }
}

/// A value as people read it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => Some("(empty)".to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Array(items) => {
            Some(items.iter().map(|item| text(item).unwrap_or_default()).collect::<Vec<_>>().join(", "))
        }
        Value::Number(_) | Value::Object(_) => Some(value.to_string()),
    }
}

struct Shown {
    line: Line,
    differences: Vec<Difference>,
}

#[derive(Template)]
#[template(path = "admin/log.html")]
struct LogPage {
    frame: Frame,
    query: LogQuery,
    people: Vec<Choice>,
    acts: Vec<Choice>,
    lines: Vec<Shown>,
    /// Where older lines are.
    older: Option<String>,
    csv: String,
    errors: FormErrors,
}

/// The log, a page of it.
pub async fn show(staff: Staff, State(app): State<App>, Query(query): Query<LogQuery>) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let most = i64::from(limits::DESK_PAGE_SIZE);
    let mut lines = store::audit::lines(&mut db, &query.wanted(), most + 1).await?;
    let more = lines.len() as i64 > most;
    lines.truncate(limits::DESK_PAGE_SIZE as usize);
    let filters = query.filters();
    let older = lines.last().filter(|_| more).map(|last| {
        let and = if filters.is_empty() { "" } else { "&" };
        format!("{}?{filters}{and}before={}", urls::admin::log(), last.id)
    });
    let now = app.clock.now();
    let people = store::staff::all(&mut db, now).await?;
    let acts = store::audit::acts(&mut db).await?;
    let shown = lines.into_iter().map(|line| Shown { differences: differences(&line.before, &line.after), line });
    let page = LogPage {
        frame: Frame::new(&staff, Section::Staff, "Log"),
        people: people.iter().map(|person| Choice::new(person.id.to_string(), person.name.clone())).collect(),
        acts: acts.into_iter().map(|act| Choice::new(act.clone(), act)).collect(),
        lines: shown.collect(),
        older,
        csv: urls::admin::log_csv(&filters),
        query,
        errors: FormErrors::default(),
    };
    page::html(&page, CachePolicy::Never)
}

/// The lines that are asked for as a table, read and sent bit by bit however many there are.
pub async fn csv(
    _: Staff,
    State(app): State<App>,
    RawQuery(_): RawQuery,
    Query(query): Query<LogQuery>,
) -> Result<Response, PageError> {
    let wanted = query.wanted();
    let head = row(&["number", "at", "who", "role", "address", "request", "act", "subject", "id", "before", "after"])?;
    let rest = stream::try_unfold(Some((app, wanted)), |state| async move {
        let Some((app, mut wanted)) = state else { return Ok::<_, anyhow::Error>(None) };
        let lines = store::audit::lines(&mut *app.pool.acquire().await?, &wanted, AT_ONCE).await?;
        let Some(last) = lines.last() else { return Ok(None) };
        wanted.before = Some(last.id);
        let more = lines.len() as i64 == AT_ONCE;
        let text = lines.iter().map(csv_line).collect::<anyhow::Result<String>>()?;
        Ok(Some((text, more.then_some((app, wanted)))))
    });
    let head = stream::once(async move { Ok::<_, anyhow::Error>(head) });
    let body = Body::from_stream(futures_util::StreamExt::chain(head, rest));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(Format::Csv.content_type()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"log.csv\""));
    Ok(response)
}

fn csv_line(line: &Line) -> anyhow::Result<String> {
    let json = |value: &Value| if value.is_null() { String::new() } else { value.to_string() };
    row(&[
        &line.id.to_string(),
        &iso(line.at),
        &line.who,
        line.role.map_or("", |role| role.code()),
        &line.address,
        &line.request,
        &line.act,
        &line.subject,
        &line.subject_id,
        &json(&line.before),
        &json(&line.after),
    ])
}

fn iso(at: Timestamp) -> String {
    crate::web::filters::iso(&at)
}

fn row(cells: &[&str]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells.iter().map(|text| cell(text)))?;
    Ok(String::from_utf8(writer.into_inner()?)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_told_by_name() {
        let (before, after) =
            (json!({ "role": "reviewer", "name": "Ada" }), json!({ "role": "sysadmin", "name": "Ada" }));
        let differs = differences(&before, &after);
        assert_eq!(differs.len(), 1);
        assert_eq!((differs[0].before.as_deref(), differs[0].after.as_deref()), (Some("reviewer"), Some("sysadmin")));
        let new = differences(&Value::Null, &json!({ "hidden": true, "tags": ["a", "b"] }));
        assert_eq!((new[0].before.as_deref(), new[0].after.as_deref()), (None, Some("yes")));
        assert_eq!(new[1].after.as_deref(), Some("a, b"));
        assert_eq!(differences(&Value::Null, &Value::Null), []);
        assert_eq!(differences(&json!(1), &json!(2)).len(), 1);
    }

    #[test]
    fn days_that_are_none_are_passed_over() {
        let query = LogQuery { from: "2022-02-30".to_owned(), to: "9999-12-31".to_owned(), ..LogQuery::default() };
        let wanted = query.wanted();
        assert_eq!(wanted.from, None);
        let _ = LogQuery { to: "-009999-01-01".to_owned(), from: "-009999-01-01".to_owned(), ..query }.wanted();
    }
}
