//! Rules over signatures: their list, their form, and what becomes of each.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    conditions,
    judge::reason,
    sealed::{open, seal},
};
use crate::{
    actions::signature_rules::{self, Outcome, Wish},
    app::App,
    domain::{limits, signature_rule::RuleState, signature_search::Typed, text},
    store::{
        self, Db,
        signature_rules::{Draft, Rule},
    },
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Query, RuleNumber},
        filters::{second_of, signatures, thousands},
        form::{Choice, FormErrors},
        page, plain_text,
    },
};

/// Which rules of the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    state: String,
    before: Option<i32>,
}

/// From which search.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct From {
    search: String,
}

/// A rule as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    version: String,
    summary: String,
    details: String,
    #[serde(flatten)]
    typed: Typed,
}

/// Which version of a rule somebody has seen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    version: String,
}

#[derive(Template)]
#[template(path = "admin/signatures/rules/list.html")]
struct ListPage {
    frame: Frame,
    rules: Vec<Rule>,
    facets: Vec<Facet>,
    older: Option<String>,
}

struct Facet {
    label: &'static str,
    address: String,
    count: i64,
    current: bool,
}

#[derive(Template)]
#[template(path = "admin/signatures/rules/edit.html")]
struct EditPage {
    frame: Frame,
    errors: FormErrors,
    form: RuleForm,
    suspicions: Vec<Choice>,
    /// The rule that is changed; `None`: it is a new one.
    id: Option<i32>,
    /// What a colleague has made of it meanwhile.
    theirs: Option<Rule>,
}

#[derive(Template)]
#[template(path = "admin/signatures/rules/show.html")]
struct ShowPage {
    frame: Frame,
    rule: Rule,
    /// The same conditions as a search, and as a new rule.
    search: Option<String>,
    again: Option<String>,
    /// Nothing was done, since it is another now.
    changed: bool,
}

#[derive(Template)]
#[template(path = "admin/signatures/rules/ask.html")]
struct AskPage {
    frame: Frame,
    rule: Rule,
    undo: bool,
}

/// The list.
pub async fn list(State(app): State<App>, staff: Staff, Query(wanted): Query<Wanted>) -> Result<Response, PageError> {
    let state = RuleState::from_code(&wanted.state);
    let mut db = app.pool.acquire().await?;
    let most = i64::from(limits::DESK_PAGE_SIZE);
    let mut rules = store::signature_rules::list(&mut db, &app.keyring, state, wanted.before, most + 1).await?;
    let counts = store::signature_rules::counts(&mut db).await?;
    let address = |state: Option<RuleState>, before: Option<i32>| {
        let state = state.map(|state| format!("state={}", state.code()));
        let before = before.map(|before| format!("before={before}"));
        let query: Vec<String> = state.into_iter().chain(before).collect();
        format!("{}{}{}", urls::admin::signature_rules(), if query.is_empty() { "" } else { "?" }, query.join("&"))
    };
    let mut older = None;
    if rules.len() as i64 > most {
        rules.truncate(most as usize);
        older = rules.last().map(|last| address(state, Some(last.id)));
    }
    let all = Facet {
        label: "All",
        address: address(None, None),
        count: counts.iter().map(|(_, count)| count).sum(),
        current: state.is_none(),
    };
    let by_state = RuleState::ALL.into_iter().filter_map(|one| {
        let count = counts.iter().find(|(state, _)| *state == one)?.1;
        Some(Facet { label: one.label(), address: address(Some(one), None), count, current: state == Some(one) })
    });
    let facets = std::iter::once(all).chain(by_state).collect();
    let frame = Frame::new(&staff, Section::Signatures, "Rules over signatures");
    page::html(&ListPage { frame, rules, facets, older }, CachePolicy::Never)
}

/// The form of a new rule.
pub async fn new(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let typed = open::<Typed>(&app.keyring, &staff, &from.search, now.0).unwrap_or_default();
    let form = RuleForm { typed: Typed { state: String::new(), ..typed }, ..RuleForm::default() };
    edit_page(&staff, form, FormErrors::default(), None, None)
}

/// Puts a new rule in, as a draft.
pub async fn create(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Form(form): Form<RuleForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let mut errors = FormErrors::default();
    let Some(draft) = draft(&mut db, &form, &mut errors).await? else {
        return edit_page(&staff, form, errors, None, None);
    };
    let id = signature_rules::create(&mut db, &app.keyring, &draft, &staff.actor, now.0).await?;
    staff.say(&mut db, "The rule is kept as a draft. Count it next.").await?;
    Ok(Redirect::to(&urls::admin::signature_rule(&id)).into_response())
}

/// The form of a draft.
pub async fn edit(State(app): State<App>, staff: Staff, RuleNumber(id): RuleNumber) -> Result<Response, PageError> {
    let rule = find(&app, id).await?;
    if rule.state != RuleState::Draft {
        return Ok(Redirect::to(&urls::admin::signature_rule(&id)).into_response());
    }
    let form = RuleForm {
        version: rule.version.to_string(),
        summary: rule.summary,
        details: rule.details,
        typed: rule.typed.unwrap_or_default(),
    };
    edit_page(&staff, form, FormErrors::default(), Some(id), None)
}

/// Changes a draft.
pub async fn change(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    RuleNumber(id): RuleNumber,
    Form(form): Form<RuleForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let mut errors = FormErrors::default();
    let Some(draft) = draft(&mut db, &form, &mut errors).await? else {
        return edit_page(&staff, form, errors, Some(id), None);
    };
    let seen = form.version.parse().unwrap_or(0);
    match signature_rules::change(&mut db, &app.keyring, (id, seen), &draft, &staff.actor, now.0).await? {
        Outcome::Gone => Err(PageError::NotFound),
        Outcome::Changed(theirs) => {
            // Sent once more, it is knowingly put over theirs.
            let form = RuleForm { version: theirs.version.to_string(), ..form };
            edit_page(&staff, form, errors, Some(id), Some(*theirs))
        }
        Outcome::Done => {
            staff.say(&mut db, "The rule is changed. Count it once more.").await?;
            Ok(Redirect::to(&urls::admin::signature_rule(&id)).into_response())
        }
    }
}

/// A rule and how far it has come.
pub async fn show(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    RuleNumber(id): RuleNumber,
) -> Result<Response, PageError> {
    show_page(&app, &staff, find(&app, id).await?, false, now)
}

/// Asks once more before a rule runs.
pub async fn ask_run(State(app): State<App>, staff: Staff, RuleNumber(id): RuleNumber) -> Result<Response, PageError> {
    let rule = find(&app, id).await?;
    let ready = rule.state == RuleState::Stopped || rule.state == RuleState::Draft && rule.counted_at.is_some();
    ask(&staff, rule, ready, false)
}

/// Asks once more before a rule is undone.
pub async fn ask_undo(State(app): State<App>, staff: Staff, RuleNumber(id): RuleNumber) -> Result<Response, PageError> {
    let rule = find(&app, id).await?;
    let ready = rule.state.can_undo();
    ask(&staff, rule, ready, true)
}

fn ask(staff: &Staff, rule: Rule, ready: bool, undo: bool) -> Result<Response, PageError> {
    if !ready {
        return Ok(Redirect::to(&urls::admin::signature_rule(&rule.id)).into_response());
    }
    let title = format!("{} rule {}", if undo { "Undo" } else { "Run" }, rule.id);
    page::html(&AskPage { frame: Frame::new(staff, Section::Signatures, title), rule, undo }, CachePolicy::Never)
}

macro_rules! wishes {
    ($($(#[$about:meta])* $name:ident: $wish:ident, $said:literal;)*) => {
        $($(#[$about])*
        pub async fn $name(
            State(app): State<App>,
            now: Now,
            staff: Staff,
            RuleNumber(id): RuleNumber,
            Form(seen): Form<Seen>,
        ) -> Result<Response, PageError> {
            wish(&app, now, &staff, id, &seen, Wish::$wish, $said).await
        })*
    };
}

wishes! {
    /// Counts what a rule would meet.
    count: Count, "The rule is being counted.";
    /// Has a rule run.
    run: Run, "The rule runs.";
    /// Stops a rule.
    stop: Stop, "The rule is stopped.";
    /// Puts back what a rule has taken out.
    undo: Undo, "The rule is being undone.";
    /// Removes a draft.
    delete: Delete, "The draft is deleted.";
}

async fn wish(
    app: &App,
    now: Now,
    staff: &Staff,
    id: i32,
    seen: &Seen,
    wish: Wish,
    said: &str,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let seen = seen.version.parse().unwrap_or(0);
    match signature_rules::wish(&mut db, &app.keyring, (id, seen), wish, &staff.actor, now.0).await? {
        Outcome::Gone => Err(PageError::NotFound),
        Outcome::Changed(rule) => show_page(app, staff, *rule, true, now),
        Outcome::Done => {
            staff.say(&mut db, said).await?;
            let to = match wish {
                Wish::Delete => urls::admin::signature_rules().to_owned(),
                _ => urls::admin::signature_rule(&id),
            };
            Ok(Redirect::to(&to).into_response())
        }
    }
}

async fn find(app: &App, id: i32) -> Result<Rule, PageError> {
    let mut db = app.pool.acquire().await?;
    store::signature_rules::find(&mut db, &app.keyring, id).await?.ok_or(PageError::NotFound)
}

/// What the form says, if it makes sense.
async fn draft(db: &mut Db, form: &RuleForm, errors: &mut FormErrors) -> sqlx::Result<Option<Draft>> {
    let summary = errors.take("summary", summary(&form.summary));
    let details = text::tidy(&form.details);
    errors.length("details", "the details", &details, limits::RULE_DETAILS);
    let typed = Typed { state: String::new(), ..form.typed.clone() }.trimmed();
    if typed.is_empty() {
        errors.add("petition", "Enter at least one condition");
    }
    let read = conditions::read(db, &typed, errors).await?;
    let (Some(summary), Some(_), true) = (summary, read, errors.is_empty()) else { return Ok(None) };
    Ok(Some(Draft { summary, details, typed }))
}

fn summary(typed: &str) -> Result<String, String> {
    let summary = reason(typed)?;
    match text::too_long("the summary", &summary, limits::RULE_SUMMARY) {
        Some(message) => Err(message),
        None => Ok(summary),
    }
}

fn edit_page(
    staff: &Staff,
    form: RuleForm,
    errors: FormErrors,
    id: Option<i32>,
    theirs: Option<Rule>,
) -> Result<Response, PageError> {
    let status = match (errors.is_empty(), &theirs) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, Some(_)) => StatusCode::CONFLICT,
        (true, None) => StatusCode::OK,
    };
    let name = id.map_or_else(|| "New rule".to_owned(), |id| format!("Change rule {id}"));
    let title = format!("{}{name}", if errors.is_empty() { "" } else { "Error: " });
    let frame = Frame::new(staff, Section::Signatures, title);
    let page = EditPage { frame, errors, form, suspicions: conditions::suspicions(), id, theirs };
    let mut response = page::html(&page, CachePolicy::Never)?;
    *response.status_mut() = status;
    Ok(response)
}

fn show_page(app: &App, staff: &Staff, rule: Rule, changed: bool, now: Now) -> Result<Response, PageError> {
    let sealed = match &rule.typed {
        Some(typed) => Some(seal(&app.keyring, staff, typed, now.0)?),
        None => None,
    };
    let page = ShowPage {
        frame: Frame::new(staff, Section::Signatures, format!("Rule {}", rule.id)),
        search: sealed.as_ref().map(|search| urls::admin::signature_search(search, None)),
        again: sealed.as_ref().map(|search| urls::admin::new_rule(search)),
        rule,
        changed,
    };
    let mut response = page::html(&page, CachePolicy::Never)?;
    if changed {
        *response.status_mut() = StatusCode::CONFLICT;
    }
    Ok(response)
}

impl ShowPage {
    /// How far it has come, in per cent.
    fn progress(&self) -> i64 {
        let rule = &self.rule;
        let (done, all) = match rule.state {
            RuleState::Counting => (rule.looked_to, rule.last_signature.unwrap_or(0)),
            RuleState::Undoing => (rule.reinstated.into(), rule.invalidated.into()),
            _ => (rule.invalidated.into(), rule.matches.unwrap_or(0).into()),
        };
        (done * 100 / all.max(1)).clamp(0, 100)
    }
}

impl AskPage {
    fn act(&self) -> &'static str {
        if self.undo { "undo" } else { "run" }
    }
}
