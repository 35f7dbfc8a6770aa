//! The debate about a petition: for when it is announced, what came of it, or that there is none and why.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

use super::{Head, Part, TICKED, came_back, day, done, refused};
use crate::{
    actions::{
        debate::{self, Change},
        respond::NotDone,
    },
    app::App,
    domain::{
        deadline, limits,
        petition::{Debate, PetitionId},
        staff::Permission,
        word_text,
    },
    store::{self, Db, debates::DebateStanding, mailings::Asked},
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
            kept::{self, Typed},
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Numbered},
        filters::{day as written, people},
        form::{Choice, FormErrors},
        page,
    },
};

/// What somebody has written about a debate to come.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ScheduleForm {
    version: String,
    scheduled_for: String,
    announced_on: String,
    mail_schedule: String,
}

/// What somebody has written about what came of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OutcomeForm {
    version: String,
    /// `debated` or `not_debated`.
    outcome: String,
    debated_on: String,
    overview: String,
    video_url: String,
    transcript_url: String,
    debate_pack_url: String,
    public_engagement_url: String,
    debate_summary_url: String,
    mail_outcome: String,
}

impl ScheduleForm {
    fn new(standing: &DebateStanding, today: Date) -> Self {
        Self {
            version: standing.version(),
            scheduled_for: standing.scheduled_for.map(|day| day.to_string()).unwrap_or_default(),
            announced_on: standing.announced_on.unwrap_or(today).to_string(),
            mail_schedule: String::new(),
        }
    }

    /// What was typed, to be given back.
    fn typed(&self) -> [Typed<'_>; 2] {
        [("Day of the debate", &self.scheduled_for), ("Announced on", &self.announced_on)]
    }

    fn parse(&self, today: Date) -> Result<Change, FormErrors> {
        let mut errors = FormErrors::default();
        let scheduled_for = day(&mut errors, "scheduled_for", &self.scheduled_for);
        let announced_on = day(&mut errors, "announced_on", &self.announced_on);
        if scheduled_for.is_none() && errors.of("scheduled_for").is_none() {
            errors.add("scheduled_for", "Enter the day of the debate");
        }
        if scheduled_for.is_some_and(|day| day < today) && self.mail_schedule == TICKED {
            errors.add("mail_schedule", "That day is over: mail the signers about what came of the debate instead");
        }
        match announced_on {
            None if errors.of("announced_on").is_none() => {
                errors.add("announced_on", "Enter the day on which the debate was announced");
            }
            Some(announced_on) if announced_on > today => {
                errors.add("announced_on", "Enter a day that is not in the future");
            }
            Some(announced_on) if scheduled_for.is_some_and(|day| day < announced_on) => {
                errors.add("announced_on", "Enter a day that is not after the debate");
            }
            _ => {}
        }
        match (scheduled_for, announced_on) {
            (Some(scheduled_for), Some(announced_on)) if errors.is_empty() => {
                Ok(Change::Schedule(scheduled_for, announced_on))
            }
            _ => Err(errors),
        }
    }
}

impl OutcomeForm {
    fn new(standing: &DebateStanding) -> Self {
        let known = standing.outcome.clone();
        let outcome = known.clone().unwrap_or_default();
        let debated_on = outcome.debated_on.or(standing.scheduled_for.filter(|_| known.is_none()));
        Self {
            version: standing.version(),
            outcome: known.map_or("", |debate| if debate.debated { "debated" } else { "not_debated" }).to_owned(),
            debated_on: debated_on.map(|day| day.to_string()).unwrap_or_default(),
            overview: outcome.overview.unwrap_or_default(),
            video_url: outcome.video_url.unwrap_or_default(),
            transcript_url: outcome.transcript_url.unwrap_or_default(),
            debate_pack_url: outcome.debate_pack_url.unwrap_or_default(),
            public_engagement_url: outcome.public_engagement_url.unwrap_or_default(),
            debate_summary_url: outcome.debate_summary_url.unwrap_or_default(),
            mail_outcome: String::new(),
        }
    }

    /// What was typed, to be given back.
    fn typed(&self) -> [Typed<'_>; 7] {
        [
            ("In words", &self.overview),
            ("Debated on", &self.debated_on),
            ("Video", &self.video_url),
            ("Transcript", &self.transcript_url),
            ("Briefing", &self.debate_pack_url),
            ("Public engagement", &self.public_engagement_url),
            ("Summary of the debate", &self.debate_summary_url),
        ]
    }

    async fn parse(&self, db: &mut Db, today: Date) -> Result<Result<Change, FormErrors>, PageError> {
        let hosts = store::debates::link_hosts(db).await?;
        let mut errors = FormErrors::default();
        let debated = match self.outcome.as_str() {
            "debated" => true,
            "not_debated" => false,
            _ => {
                errors.add("outcome", "Choose whether Parliament debated it");
                false
            }
        };
        let debated_on = day(&mut errors, "debated_on", &self.debated_on).filter(|_| debated);
        if debated && errors.of("debated_on").is_none() {
            match debated_on {
                None => errors.add("debated_on", "Enter the day of the debate"),
                Some(day) if day > today => {
                    errors.add("debated_on", "Enter a day that is not in the future: nobody has debated it yet");
                }
                Some(_) => {}
            }
        }
        let overview = word_text::clean(&self.overview);
        let sound = errors.markdown("overview", "the words", &overview, limits::DEBATE_OVERVIEW);
        if sound && self.outcome == "not_debated" && overview.is_empty() {
            errors.add("overview", "Say why Parliament does not debate it");
        }
        let mut link = |field: &'static str, typed: &str| match typed.trim() {
            "" => None,
            typed => errors.take(field, hosts.check(typed)),
        };
        let outcome = Debate {
            debated,
            debated_on,
            video_url: link("video_url", &self.video_url),
            transcript_url: link("transcript_url", &self.transcript_url),
            debate_pack_url: link("debate_pack_url", &self.debate_pack_url),
            public_engagement_url: link("public_engagement_url", &self.public_engagement_url),
            debate_summary_url: link("debate_summary_url", &self.debate_summary_url),
            overview: Some(overview).filter(|overview| !overview.is_empty()),
        };
        Ok(if errors.is_empty() { Ok(Change::Outcome(outcome)) } else { Err(errors) })
    }
}

#[derive(Template)]
#[template(path = "admin/answers/debate.html")]
struct DebatePage {
    frame: Frame,
    head: Head,
    standing: DebateStanding,
    asked: Asked,
    schedule: ScheduleForm,
    outcome: OutcomeForm,
    outcomes: Vec<Choice>,
    errors: FormErrors,
    /// Somebody else has changed something while a form was being written.
    stale: bool,
    today: Date,
}

impl DebatePage {
    async fn load(staff: &Staff, db: &mut Db, id: PetitionId, now: Timestamp) -> Result<Self, PageError> {
        let petition = super::petition(db, id).await?;
        let standing = store::debates::standing(db, id).await?;
        let today = deadline::day(now);
        Ok(Self {
            frame: Frame::new(staff, Section::Petitions, format!("Debate about petition {id}")),
            asked: super::asked(staff, db, &petition).await?,
            head: Head { petition, part: Part::Debate },
            schedule: ScheduleForm::new(&standing, today),
            outcome: OutcomeForm::new(&standing),
            outcomes: vec![
                Choice::new("debated", "Parliament debated it"),
                Choice::new("not_debated", "Parliament decided not to debate it"),
            ],
            errors: FormErrors::default(),
            stale: false,
            standing,
            today,
        })
    }

    fn may_write(&self) -> bool {
        self.frame.may(Permission::Respond) && self.head.petition.is_open_to_change()
    }

    /// The day has passed, and nothing is known of what came of it.
    fn is_overdue(&self) -> bool {
        self.standing.outcome.is_none() && self.standing.scheduled_for.is_some_and(|day| day < self.today)
    }

    /// What the boxes do.
    fn mail_hint(&self) -> String {
        match self.asked.people {
            0 => "Nobody has asked for news about this petition, so nobody is mailed.".to_owned(),
            number => format!("E-mails {} who signed, confirmed it and asked for news.", people(number)),
        }
    }

    /// What is saved of each part, in words.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        let link = |address: &Option<String>| address.clone().unwrap_or_else(|| "none".to_owned());
        if let Some(day) = &self.standing.scheduled_for {
            facts.push(("Day of the debate", written(day)));
        }
        if let Some(day) = &self.standing.announced_on {
            facts.push(("Announced on", written(day)));
        }
        if let Some(outcome) = &self.standing.outcome {
            facts.push(("Outcome", if outcome.debated { "debated" } else { "not debated" }.to_owned()));
            facts.extend(outcome.debated_on.iter().map(|day| ("Debated on", written(day))));
            facts.extend(outcome.overview.iter().map(|words| ("In words", words.clone())));
            facts.push(("Video", link(&outcome.video_url)));
            facts.push(("Transcript", link(&outcome.transcript_url)));
            facts.push(("Briefing", link(&outcome.debate_pack_url)));
            facts.push(("Public engagement", link(&outcome.public_engagement_url)));
            facts.push(("Summary", link(&outcome.debate_summary_url)));
        }
        if facts.is_empty() {
            facts.push(("Debate", "nothing is saved".to_owned()));
        }
        facts
    }
}

/// Both forms.
pub async fn show(State(app): State<App>, staff: Staff, now: Now, address: Numbered) -> Result<Response, PageError> {
    let page = DebatePage::load(&staff, &mut *app.pool.acquire().await?, address.id, now.0).await?;
    page::html(&page, CachePolicy::Never)
}

/// Notes for when a debate is announced.
pub async fn schedule(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(form): Form<ScheduleForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let typed = form.typed();
    if let Some(kept) = kept::instead(&staff, &mut db, address.id, &typed).await? {
        return Ok(kept);
    }
    let came = match form.parse(deadline::day(now.0)) {
        Ok(change) => {
            let mails = form.mail_schedule == TICKED;
            match put(&app, &staff, &mut db, (address.id, &typed), &form.version, (&change, mails), now.0).await? {
                Some(response) => return Ok(response),
                None => None,
            }
        }
        Err(errors) => Some(errors),
    };
    let page = DebatePage::load(&staff, &mut db, address.id, now.0).await?;
    match came {
        Some(errors) => came_back(&DebatePage { schedule: form, errors, ..page }, StatusCode::UNPROCESSABLE_ENTITY),
        None => {
            let schedule = ScheduleForm { version: page.standing.version(), ..form };
            came_back(&DebatePage { schedule, stale: true, ..page }, StatusCode::CONFLICT)
        }
    }
}

/// Notes what came of a debate.
pub async fn outcome(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(form): Form<OutcomeForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let typed = form.typed();
    if let Some(kept) = kept::instead(&staff, &mut db, address.id, &typed).await? {
        return Ok(kept);
    }
    let came = match form.parse(&mut db, deadline::day(now.0)).await? {
        Ok(change) => {
            let mails = form.mail_outcome == TICKED;
            match put(&app, &staff, &mut db, (address.id, &typed), &form.version, (&change, mails), now.0).await? {
                Some(response) => return Ok(response),
                None => None,
            }
        }
        Err(errors) => Some(errors),
    };
    let page = DebatePage::load(&staff, &mut db, address.id, now.0).await?;
    match came {
        Some(errors) => came_back(&DebatePage { outcome: form, errors, ..page }, StatusCode::UNPROCESSABLE_ENTITY),
        None => {
            let outcome = OutcomeForm { version: page.standing.version(), ..form };
            came_back(&DebatePage { outcome, stale: true, ..page }, StatusCode::CONFLICT)
        }
    }
}

/// What stands on a button: from what it was made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    version: String,
}

/// Takes back that a debate is announced.
pub async fn unschedule(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(seen): Form<Seen>,
) -> Result<Response, PageError> {
    clear(&app, &staff, address.id, &seen, &Change::Unschedule, now.0).await
}

/// Takes back what came of a debate.
pub async fn clear_outcome(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(seen): Form<Seen>,
) -> Result<Response, PageError> {
    clear(&app, &staff, address.id, &seen, &Change::NoOutcome, now.0).await
}

async fn clear(
    app: &App,
    staff: &Staff,
    id: PetitionId,
    seen: &Seen,
    change: &Change,
    now: Timestamp,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    if let Some(response) = put(app, staff, &mut db, (id, &[]), &seen.version, (change, false), now).await? {
        return Ok(response);
    }
    let page = DebatePage::load(staff, &mut db, id, now).await?;
    came_back(&DebatePage { stale: true, ..page }, StatusCode::CONFLICT)
}

/// Does it; `None` if somebody else has changed something meanwhile.
async fn put(
    app: &App,
    staff: &Staff,
    db: &mut Db,
    (id, typed): (PetitionId, &[Typed<'_>]),
    version: &str,
    (change, mails): (&Change, bool),
    now: Timestamp,
) -> Result<Option<Response>, PageError> {
    match debate::change(db, id, version, change, mails, app.thresholds(), &staff.actor, now).await {
        Ok(begun) => {
            let what = match change {
                Change::Schedule(..) => "The day of the debate is saved.",
                Change::Unschedule => "The day of the debate is taken back.",
                Change::Outcome(_) => "The outcome is saved.",
                Change::NoOutcome => "The outcome is taken back.",
            };
            let otherwise = urls::admin::debate(&id);
            done(staff, db, &id, what, begun.as_ref(), &otherwise).await.map(Some)
        }
        Err(NotDone::Stale) => Ok(None),
        Err(NotDone::NotHere | NotDone::NoPetition) => kept::page(staff, db, id, typed).await.map(Some),
        Err(error) => Err(refused(error)),
    }
}
