//! Judging signatures: chosen on a list, confirmed on a page that says what will happen, with a reason for the log.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    list,
    sealed::{self, Offered, open, seal},
};
use crate::{
    actions::judge_signatures::{Done, Plan, judge_signatures, plan},
    app::App,
    domain::{judging::Judgement, limits, petition::PetitionId, signature_search::Typed, staff::Permission, text},
    store::{self, Db},
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Query},
        filters::{signatures, thousands},
        form::FormErrors,
        page,
    },
};

/// What somebody has chosen, sealed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    choice: String,
}

/// The answer to "is that what you want?".
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct JudgeForm {
    choice: String,
    /// The mark of what the page said would happen.
    seen: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "admin/signatures/judge.html")]
struct JudgePage {
    frame: Frame,
    errors: FormErrors,
    form: JudgeForm,
    act: Judgement,
    /// What will happen.
    effect: String,
    petitions: Vec<Change>,
    /// How many are left as they are, and why.
    left: Vec<String>,
    changes: usize,
    seen: String,
    /// Other things would happen than was said before.
    changed: bool,
    back: String,
    action: &'static str,
}

/// What happens to one petition.
struct Change {
    id: PetitionId,
    action: String,
    signatures: usize,
    by: i64,
}

/// Takes what was ticked on a list to the page that asks once more.
pub async fn choose(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Result<Response, PageError> {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let offered: Offered = open(&app.keyring, &staff, field("offered"), now.0).ok_or_else(too_old)?;
    let act = Judgement::from_code(field("act")).ok_or_else(|| PageError::bad_request("Choose what to do."))?;
    if !staff.may(act.permission()) {
        return Err(PageError::NotAllowed(act.permission().least_role().label()));
    }
    let all = !field("all").is_empty();
    let ids: Vec<i64> =
        offered.ids.iter().copied().filter(|id| all || !field(&format!("row-{id}")).is_empty()).collect();
    if ids.is_empty() {
        let typed = match offered.place.search.as_str() {
            "" => Typed::default(),
            search => open(&app.keyring, &staff, search, now.0).ok_or_else(too_old)?,
        };
        let mut errors = FormErrors::default();
        errors.add("all", "Tick the signatures that you mean");
        return list::render(&app, &staff, typed, offered.place, false, errors, now).await;
    }
    let choice = sealed::Choice { ids, act: act.code().to_owned(), place: offered.place };
    let sealed = seal(&app.keyring, &staff, &choice, now.0)?;
    Ok(Redirect::to(&urls::admin::judge_chosen(act.permission() == Permission::EraseSignatures, &sealed))
        .into_response())
}

/// Says what would happen to the signatures that were chosen.
pub async fn show(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Query(chosen): Query<Chosen>,
) -> Result<Response, PageError> {
    let form = JudgeForm { choice: chosen.choice, ..JudgeForm::default() };
    let (choice, act) = opened(&app, &staff, &form, now)?;
    let mut db = app.pool.acquire().await?;
    let plan = plan(&mut db, &choice.signatures(), act).await?;
    render(&mut db, &staff, form, &choice, act, &plan, FormErrors::default(), false).await
}

/// Does it.
pub async fn submit(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Form(form): Form<JudgeForm>,
) -> Result<Response, PageError> {
    let (choice, act) = opened(&app, &staff, &form, now)?;
    let ids = choice.signatures();
    let mut db = app.pool.acquire().await?;
    let mut errors = FormErrors::default();
    let Some(reason) = errors.take("reason", reason(&form.reason)) else {
        let plan = plan(&mut db, &ids, act).await?;
        return render(&mut db, &staff, form, &choice, act, &plan, errors, false).await;
    };
    let seen = Some(form.seen.as_str());
    match judge_signatures(&mut db, &ids, act, &reason, seen, &staff.actor, app.thresholds(), now.0).await? {
        Done::Now(plan) => {
            staff.say(&mut db, &done(act, &plan)).await?;
            Ok(Redirect::to(&choice.place.address()).into_response())
        }
        Done::Changed(plan) => render(&mut db, &staff, form, &choice, act, &plan, errors, true).await,
    }
}

/// The choice, if it is this session's and somebody may do what it says.
fn opened(app: &App, staff: &Staff, form: &JudgeForm, now: Now) -> Result<(sealed::Choice, Judgement), PageError> {
    let choice: sealed::Choice = open(&app.keyring, staff, &form.choice, now.0).ok_or_else(too_old)?;
    let act = choice.judgement().ok_or_else(too_old)?;
    match staff.may(act.permission()) {
        true => Ok((choice, act)),
        false => Err(PageError::NotAllowed(act.permission().least_role().label())),
    }
}

fn too_old() -> PageError {
    PageError::bad_request("This list is too old, or somebody else’s. Search again, and choose once more.")
}

/// A reason for the log, which nobody can alter later.
pub(super) fn reason(typed: &str) -> Result<String, String> {
    let reason = text::tidy(typed);
    if reason.is_empty() {
        return Err("Say why, for colleagues who read the log".to_owned());
    }
    if let Some(message) = text::too_long("the reason", &reason, limits::JUDGEMENT_REASON) {
        return Err(message);
    }
    if reason.contains('@') {
        return Err("Leave out e-mail addresses: the log is kept for ever".to_owned());
    }
    Ok(reason.to_owned())
}

/// What an act makes of signatures, as a sentence without its full stop.
fn effect(act: Judgement, plan: &Plan, past: bool) -> String {
    let counts = plan.counts();
    let many = signatures(plan.changes.len());
    let on = match counts.len() {
        1 => "1 petition".to_owned(),
        petitions => format!("{} petitions", thousands(petitions)),
    };
    let (will, did) = match act {
        Judgement::Validate => (format!("Counts {many} on {on}"), format!("{many} on {on} validated")),
        Judgement::Release => (format!("Puts back {many} on {on}"), format!("{many} on {on} put back")),
        Judgement::Quarantine => (format!("Sets {many} on {on} aside"), format!("{many} on {on} set aside")),
        Judgement::Invalidate => (format!("Takes {many} out of {on}"), format!("{many} taken out of {on}")),
        Judgement::Erase => (format!("Forgets for good who signed: {many} on {on}"), format!("{many} on {on} erased")),
        Judgement::StopMails => {
            (format!("Stops mails to the signers of {many} on {on}"), format!("Mails stopped for {many} on {on}"))
        }
    };
    let by: i64 = counts.values().sum();
    let (falls, rises): (i64, i64) = counts.values().fold((0, 0), |(f, r), by| (f + (-by).max(0), r + (*by).max(0)));
    let count = match (falls, rises) {
        (0, 0) if past => "no count changed".to_owned(),
        (0, 0) => "no count changes".to_owned(),
        _ => {
            let verb = match (by < 0, past) {
                (true, false) => "fall",
                (true, true) => "fell",
                (false, false) => "rise",
                (false, true) => "rose",
            };
            format!("the counts {verb} by {}", thousands(by.abs()))
        }
    };
    format!("{}; {count}", if past { did } else { will })
}

fn done(act: Judgement, plan: &Plan) -> String {
    let left = match plan.left.len() + plan.gone {
        0 => String::new(),
        1 => " 1 signature was left as it was.".to_owned(),
        left => format!(" {} were left as they were.", signatures(left)),
    };
    match plan.changes.is_empty() {
        true => format!("Nothing was changed.{left}"),
        false => format!("{}.{left}", effect(act, plan, true)),
    }
}

#[expect(clippy::too_many_arguments, reason = "a page and everything that it shows")]
async fn render(
    db: &mut Db,
    staff: &Staff,
    form: JudgeForm,
    choice: &sealed::Choice,
    act: Judgement,
    plan: &Plan,
    errors: FormErrors,
    changed: bool,
) -> Result<Response, PageError> {
    let counts = plan.counts();
    let ids: Vec<PetitionId> = counts.keys().copied().collect();
    let titles = store::judging::titles(db, &ids).await?;
    let petitions = counts
        .iter()
        .map(|(id, by)| Change {
            id: *id,
            action: titles.get(id).cloned().unwrap_or_default(),
            signatures: plan.changes.iter().filter(|(signature, _)| signature.petition == *id).count(),
            by: *by,
        })
        .collect();
    let mut left: Vec<String> =
        plan.reasons().into_iter().map(|(left, many)| format!("{}: {}.", signatures(many), left.reason())).collect();
    if plan.gone > 0 {
        left.push(format!("{}: no longer there.", signatures(plan.gone)));
    }
    let title =
        format!("{}{} {}", if errors.is_empty() { "" } else { "Error: " }, act.label(), signatures(plan.changes.len()));
    let status = match (errors.is_empty(), changed) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, true) => StatusCode::CONFLICT,
        (true, false) => StatusCode::OK,
    };
    let page = JudgePage {
        frame: Frame::new(staff, Section::Signatures, title),
        errors,
        form,
        act,
        effect: effect(act, plan, false),
        petitions,
        left,
        changes: plan.changes.len(),
        seen: plan.mark(),
        changed,
        back: choice.place.address(),
        action: urls::admin::judge(act.permission() == Permission::EraseSignatures),
    };
    let mut response = page::html(&page, CachePolicy::Never)?;
    *response.status_mut() = status;
    Ok(response)
}
