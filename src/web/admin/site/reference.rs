//! The lists that staff keep: departments, topics, tags, rejection reasons. Their pages are the same but for their fields.

use std::convert::Infallible;

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Conflict, Shown, or_nothing};
use crate::{
    actions::reference_data::{self, Outcome, Planned},
    app::App,
    domain::{
        departments_file, limits,
        reference::{Entry, List},
        text::tidy,
    },
    store::{self, reference::Used},
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{EntryKey, Form, Now},
        filters::thousands,
        form::{Choice, FormErrors},
        markdown, page,
    },
};

/// The list that the address names, in its third part: `/admin/site/topics/...`.
pub struct Of(List);

impl<S: Send + Sync> FromRequestParts<S> for Of {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let word = parts.uri.path().split('/').nth(3).unwrap_or_default();
        List::from_code(word).map(Self).ok_or(PageError::NotFound)
    }
}

#[derive(Template)]
#[template(path = "admin/site/list.html")]
struct ListPage {
    frame: Frame,
    list: List,
    entries: Vec<Used>,
}

/// A whole list.
pub async fn list(State(app): State<App>, staff: Staff, Of(list): Of) -> Result<Response, PageError> {
    let entries = store::reference::all(&mut *app.pool.acquire().await?, list).await?;
    let frame = Frame::new(&staff, Section::Site, list.label());
    page::html(&ListPage { frame, list, entries }, CachePolicy::Never)
}

/// An entry as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EntryForm {
    mark: String,
    code: String,
    name: String,
    acronym: String,
    url: String,
    description: String,
    hides: String,
}

impl EntryForm {
    fn of(list: List, entry: &Entry) -> Self {
        Self {
            mark: reference_data::mark(list, entry),
            code: entry.key.clone(),
            name: entry.name.clone(),
            acronym: entry.acronym.clone(),
            url: entry.url.clone(),
            description: entry.description.clone(),
            hides: if entry.hides { "1".to_owned() } else { String::new() },
        }
    }

    fn parse(&self, list: List, key: &str) -> Result<Entry, FormErrors> {
        let typed = Entry {
            key: key.to_owned(),
            name: self.name.clone(),
            acronym: self.acronym.clone(),
            url: self.url.clone(),
            description: self.description.clone(),
            hides: !self.hides.is_empty(),
        };
        Entry::parse(list, &typed).map_err(|mistakes| {
            let mut errors = FormErrors::default();
            mistakes.into_iter().for_each(|(field, message)| errors.add(field, message));
            errors
        })
    }

    fn differences(&self, yours: &Self) -> Vec<Conflict> {
        let hidden = |tick: &str| if tick.is_empty() { "No" } else { "Yes" }.to_owned();
        let fields = [
            ("Name", self.name.clone(), yours.name.clone()),
            ("Acronym", self.acronym.clone(), yours.acronym.clone()),
            ("Address", self.url.clone(), yours.url.clone()),
            ("Description", self.description.clone(), tidy(&yours.description)),
            ("Hides the petition", hidden(&self.hides), hidden(&yours.hides)),
        ];
        let differ = fields.into_iter().filter(|(_, theirs, yours)| theirs.trim() != yours.trim());
        differ
            .map(|(label, theirs, yours)| Conflict { label, theirs: or_nothing(theirs), yours: or_nothing(yours) })
            .collect()
    }
}

#[derive(Template)]
#[template(path = "admin/site/entry.html")]
struct EntryPage {
    frame: Frame,
    list: List,
    /// What it is known by; `None`: it is new.
    key: Option<String>,
    /// What it is called, as it is saved.
    saved: String,
    uses: i64,
    form: EntryForm,
    errors: FormErrors,
    conflict: Vec<Conflict>,
    /// What it can be merged into.
    others: Vec<Choice>,
}

async fn show_form(
    app: &App,
    staff: &Staff,
    list: List,
    key: Option<&str>,
    form: Option<EntryForm>,
    shown: Shown,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let (saved, uses, form, others) = match key {
        None => (String::new(), 0, form.unwrap_or_default(), Vec::new()),
        Some(key) => {
            let all = store::reference::all(&mut db, list).await?;
            let used = all.iter().find(|used| used.entry.key == key).ok_or(PageError::NotFound)?;
            let form = form.unwrap_or_else(|| EntryForm::of(list, &used.entry));
            let others = all.iter().filter(|other| list.merges() && other.entry.key != key);
            let others = others.map(|other| Choice::new(&other.entry.key, &other.entry.name)).collect();
            (used.entry.name.clone(), used.uses, form, others)
        }
    };
    let title = if key.is_none() { format!("New {}", list.one()) } else { saved.clone() };
    let title = if shown.errors.is_empty() { title } else { format!("Error: {title}") };
    let page = EntryPage {
        frame: Frame::new(staff, Section::Site, title),
        list,
        key: key.map(str::to_owned),
        saved,
        uses,
        form,
        errors: shown.errors,
        conflict: shown.conflict,
        others,
    };
    Ok((shown.status, page::html(&page, CachePolicy::Never)?).into_response())
}

impl EntryPage {
    fn name_hint(&self) -> String {
        format!("Up to {} characters.", self.list.name_limit())
    }

    fn code_hint(&self) -> String {
        let digits = if self.list == List::Topics { ", digits" } else { "" };
        format!("For addresses and files; it stays as it is. Lower-case letters{digits} and hyphens.")
    }

    fn acronym_hint(&self) -> String {
        format!("Up to {} characters; may be empty.", limits::ACRONYM)
    }

    fn description_limit(&self) -> usize {
        self.list.description_limit().unwrap_or_default()
    }

    fn description_hint(&self) -> &'static str {
        if self.list == List::Reasons { "What creators and the public read. Markdown." } else { "For colleagues." }
    }

    fn preview(&self) -> String {
        markdown::to_html(&self.form.description)
    }
}

/// The form for a new entry.
pub async fn new(State(app): State<App>, staff: Staff, Of(list): Of) -> Result<Response, PageError> {
    show_form(&app, &staff, list, None, None, Shown::fine()).await
}

/// An entry and its form.
pub async fn show(
    State(app): State<App>,
    staff: Staff,
    Of(list): Of,
    EntryKey(key): EntryKey,
) -> Result<Response, PageError> {
    show_form(&app, &staff, list, Some(&key), None, Shown::fine()).await
}

fn taken(list: List, field: &'static str) -> Shown {
    let mut errors = FormErrors::default();
    errors.add(field, format!("Another {} has this {field} already; choose another", list.one()));
    Shown::wrong(errors)
}

/// Adds an entry.
pub async fn add(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Of(list): Of,
    Form(form): Form<EntryForm>,
) -> Result<Response, PageError> {
    let entry = match form.parse(list, &form.code) {
        Ok(entry) => entry,
        Err(errors) => return show_form(&app, &staff, list, None, Some(form), Shown::wrong(errors)).await,
    };
    let mut db = app.pool.acquire().await?;
    let outcome = reference_data::add(&mut db, &staff.actor, list, &entry, now.0).await?;
    if let Outcome::Taken(field) = outcome {
        drop(db);
        return show_form(&app, &staff, list, None, Some(form), taken(list, field)).await;
    }
    staff.say(&mut db, &format!("The {} “{}” is added.", list.one(), entry.name)).await?;
    Ok(Redirect::to(&urls::admin::site_list(list.code())).into_response())
}

/// Changes an entry.
pub async fn change(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Of(list): Of,
    EntryKey(key): EntryKey,
    Form(form): Form<EntryForm>,
) -> Result<Response, PageError> {
    let entry = match form.parse(list, &key) {
        Ok(entry) => entry,
        Err(errors) => return show_form(&app, &staff, list, Some(&key), Some(form), Shown::wrong(errors)).await,
    };
    let mut db = app.pool.acquire().await?;
    let entry = Entry { key: key.clone(), ..entry };
    let outcome = reference_data::change(&mut db, &staff.actor, list, &form.mark, &entry, now.0).await?;
    match outcome {
        Outcome::Missing => return Err(PageError::NotFound),
        Outcome::Taken(field) => {
            drop(db);
            return show_form(&app, &staff, list, Some(&key), Some(form), taken(list, field)).await;
        }
        Outcome::Stale(theirs) => {
            drop(db);
            let theirs = EntryForm::of(list, &theirs);
            let shown = Shown::stale(theirs.differences(&form));
            let again = EntryForm { mark: theirs.mark, ..form };
            return show_form(&app, &staff, list, Some(&key), Some(again), shown).await;
        }
        Outcome::Done(_) | Outcome::InUse(_) => {}
    }
    staff.say(&mut db, &format!("The {} “{}” is saved.", list.one(), entry.name)).await?;
    Ok(Redirect::to(&urls::admin::site_list(list.code())).into_response())
}

/// Removes an entry.
pub async fn remove(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Of(list): Of,
    EntryKey(key): EntryKey,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let notice = match reference_data::remove(&mut db, &staff.actor, list, &key, now.0).await? {
        Outcome::InUse(uses) => {
            let often = if uses == 1 { "once".to_owned() } else { format!("{} times", thousands(uses)) };
            let merge = if list.merges() { " Merge it into another first." } else { "" };
            format!("It is in use {often}, and was not removed.{merge}")
        }
        Outcome::Missing => return Err(PageError::NotFound),
        _ => format!("The {} is removed.", list.one()),
    };
    staff.say(&mut db, &notice).await?;
    Ok(Redirect::to(&urls::admin::site_list(list.code())).into_response())
}

/// What an entry is merged into.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MergeForm {
    into: String,
}

/// Merges an entry into another.
pub async fn merge(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Of(list): Of,
    EntryKey(key): EntryKey,
    Form(form): Form<MergeForm>,
) -> Result<Response, PageError> {
    if form.into.is_empty() {
        let mut errors = FormErrors::default();
        errors.add("into", format!("Choose the {} that stays", list.one()));
        return show_form(&app, &staff, list, Some(&key), None, Shown::wrong(errors)).await;
    }
    let mut db = app.pool.acquire().await?;
    match reference_data::merge(&mut db, &staff.actor, list, &key, &form.into, now.0).await? {
        Outcome::Done(_) => staff.say(&mut db, &format!("Both are one {} now.", list.one())).await?,
        _ => return Err(PageError::NotFound),
    }
    Ok(Redirect::to(&urls::admin::site_list(list.code())).into_response())
}

/// A file that somebody has chosen or pasted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FileForm {
    text: String,
    /// Somebody has seen what it will do.
    apply: String,
}

impl FileForm {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_to_be_applied(&self) -> bool {
        !self.apply.is_empty()
    }
}

#[derive(Template)]
#[template(path = "admin/site/import_departments.html")]
struct ImportPage {
    frame: Frame,
    form: FileForm,
    errors: FormErrors,
    /// What it would do; `None`: nothing has been looked at yet.
    planned: Option<Vec<Planned>>,
}

/// Where departments are imported.
pub async fn import_form(staff: Staff) -> Result<Response, PageError> {
    show_import(&staff, FileForm::default(), FormErrors::default(), None)
}

/// Says what an import would do, and does it once somebody has seen that.
pub async fn import(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Form(form): Form<FileForm>,
) -> Result<Response, PageError> {
    let mut errors = FormErrors::default();
    let read = file(&mut errors, &form.text, departments_file::parse);
    let Some(read) = read else { return show_import(&staff, form, errors, None) };
    let mut db = app.pool.acquire().await?;
    if form.apply.is_empty() {
        let planned = reference_data::plan_departments(&mut db, &read).await?;
        return show_import(&staff, form, errors, Some(planned));
    }
    let planned = reference_data::import_departments(&mut db, &staff.actor, &read, now.0).await?;
    let new = planned.iter().filter(|planned| planned.before.is_none()).count();
    let notice = format!("{} departments are new, {} were changed.", thousands(new), thousands(planned.len() - new));
    staff.say(&mut db, &notice).await?;
    Ok(Redirect::to(&urls::admin::site_list(List::Departments.code())).into_response())
}

fn show_import(
    staff: &Staff,
    form: FileForm,
    errors: FormErrors,
    planned: Option<Vec<Planned>>,
) -> Result<Response, PageError> {
    let wrong = !errors.is_empty();
    let title = if wrong { "Error: Import departments" } else { "Import departments" };
    let page = ImportPage { frame: Frame::new(staff, Section::Site, title), form, errors, planned };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// What a file holds that was sent or pasted; what is wrong with it is noted as a mistake of the field `text`.
pub(super) fn file<T, E: std::fmt::Display>(
    errors: &mut FormErrors,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    if text.trim().is_empty() {
        errors.add("text", "Choose the file, or paste it into the field");
        return None;
    }
    if text.len() > limits::FILE {
        let (has, most) = (thousands(text.len()), thousands(limits::FILE));
        errors.add("text", format!("The file has {has} bytes; {most} are allowed. The command line takes larger ones"));
        return None;
    }
    errors.take("text", parse(text).map_err(|error| format!("Put this right in the file: {error}")))
}

impl ImportPage {
    fn line(&self, planned: &Planned) -> (String, String) {
        let words = |entry: &Entry| or_nothing([&*entry.acronym, &*entry.url].join(" ").trim().to_owned());
        (planned.before.as_ref().map_or_else(|| "(new)".to_owned(), words), words(&planned.after))
    }
}

/// Nothing can go wrong while nothing is parsed.
pub(super) fn as_it_is(text: &str) -> Result<String, Infallible> {
    Ok(text.to_owned())
}
