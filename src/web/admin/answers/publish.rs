//! Publishing a response: at once or at a set time, with mails to the signers who asked for them or without.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::AmbiguousOffset};
use serde::Deserialize;

use super::{Head, Part, TICKED, came_back, done, refused};
use crate::{
    actions::respond::{self, NotDone},
    app::App,
    domain::{deadline, petition::PetitionId},
    store::{self, Db, mailings::Asked, responses::Standing},
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
            petitions::done_words,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Numbered},
        filters::{long_day, minute_of, people, second_of, thousands},
        form::{Choice, FormErrors},
        page,
    },
};

/// How far ahead a time can be set.
const FARTHEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// What somebody has chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PublishForm {
    version: String,
    /// `now` or `later`.
    when: String,
    /// By London's clock: 2026-05-03T09:30.
    at: String,
    mail: String,
}

/// When it is to be published.
enum When {
    Now,
    At(Timestamp),
}

impl PublishForm {
    fn parse(&self, now: Timestamp) -> Result<When, FormErrors> {
        let mut errors = FormErrors::default();
        match self.when.as_str() {
            "now" => return Ok(When::Now),
            "later" => match moment(&self.at) {
                Err(message) => errors.add("at", message),
                Ok(at) if at <= now => errors.add("at", "Enter a time that is still to come"),
                Ok(at) if at > now + FARTHEST => errors.add("at", "Enter a time within a year"),
                Ok(at) => return Ok(When::At(at)),
            },
            _ => errors.add("when", "Choose when to publish"),
        }
        Err(errors)
    }
}

/// A moment by London's clock, as browsers write it.
pub(in crate::web::admin) fn moment(typed: &str) -> Result<Timestamp, &'static str> {
    let typed = typed.trim();
    let wrong = "Enter a day and a time, such as 2026-05-03T09:30";
    let at = typed.parse::<DateTime>().ok().filter(|_| typed.contains(':')).ok_or(wrong)?;
    if !(2000..2200).contains(&at.year()) {
        return Err(wrong);
    }
    let zoned = deadline::london().to_ambiguous_zoned(at);
    match zoned.offset() {
        AmbiguousOffset::Gap { .. } => {
            Err("Enter another time: the clocks go forward that night, so there is none such")
        }
        _ => zoned.compatible().map(|zoned| zoned.timestamp()).map_err(|_| wrong),
    }
}

#[derive(Template)]
#[template(path = "admin/answers/publish.html")]
struct PublishPage {
    frame: Frame,
    head: Head,
    standing: Standing,
    department: String,
    asked: Asked,
    pace: i32,
    need_approval: bool,
    missing: Vec<&'static str>,
    form: PublishForm,
    errors: FormErrors,
    choices: Vec<Choice>,
    /// Whether who looks may approve the draft: somebody else wrote it last.
    may_approve: bool,
}

impl PublishPage {
    async fn load(staff: &Staff, db: &mut Db, id: PetitionId, now: Timestamp) -> Result<Self, PageError> {
        let petition = super::petition(db, id).await?;
        let standing = store::responses::standing(db, id).await?;
        let corrects = standing.published.is_some();
        let draft = standing.draft.as_ref();
        let text = standing.text();
        let missing = draft.map(|draft| draft.text.ready(deadline::day(now), corrects).err().unwrap_or_default());
        let departments = store::responses::departments(db).await?;
        let department = departments.into_iter().find(|(number, _)| Some(*number) == text.department);
        let may_approve = draft.is_some_and(|draft| draft.saved_by != Some(staff.session.staff));
        let mails = draft.is_some_and(|draft| draft.mails_signers) && !corrects;
        let title = if corrects { "Publish the correction" } else { "Publish the response" };
        Ok(Self {
            frame: Frame::new(staff, Section::Petitions, format!("{title} to petition {id}")),
            asked: super::asked(staff, db, &petition).await?,
            head: Head { petition, part: Part::Response },
            department: department.map(|(_, name)| name).unwrap_or_default(),
            pace: store::mailings::pace(db).await?,
            need_approval: store::responses::need_approval(db).await?,
            missing: missing.unwrap_or_default().into_iter().map(|(_, message)| message).collect(),
            form: PublishForm {
                version: standing.version(),
                when: "now".to_owned(),
                at: String::new(),
                mail: if mails { TICKED.to_owned() } else { String::new() },
            },
            errors: FormErrors::default(),
            choices: vec![
                Choice::new("now", "Now"),
                Choice::new("later", "At a set time").about("it publishes itself within a minute of it"),
            ],
            may_approve,
            standing,
        })
    }

    fn corrects(&self) -> bool {
        self.standing.published.is_some()
    }

    fn awaits_approval(&self) -> bool {
        self.need_approval && self.standing.draft.as_ref().is_some_and(|draft| draft.approved_at.is_none())
    }

    fn can_publish(&self) -> bool {
        self.standing.draft.is_some()
            && self.missing.is_empty()
            && !self.awaits_approval()
            && self.head.petition.is_open_to_change()
    }

    /// What the box does.
    fn mail_hint(&self) -> String {
        match self.asked.people {
            0 => "Nobody has asked for news about this petition, so nobody is mailed.".to_owned(),
            people => {
                let minutes = people.div_ceil(self.pace.unsigned_abs().max(1));
                format!(
                    "{} signed, confirmed it and asked for news. At {} mails a minute the last one leaves about {} after \
                     the first. Mails can be paused and cancelled.",
                    people_of(people),
                    thousands(self.pace),
                    if minutes == 1 { "a minute".to_owned() } else { format!("{} minutes", thousands(minutes)) }
                )
            }
        }
    }

    /// What the button does.
    fn consequence(&self) -> String {
        let what = if self.corrects() {
            "Puts the draft in place of the published response, now or at that time. What it said before stays readable, \
             with your note"
        } else {
            "Publishes the response on the petition’s page, now or at that time"
        };
        match self.asked.people {
            0 => format!("{what}."),
            number if self.corrects() => format!("{what}. E-mails {} only if the box is ticked.", people_of(number)),
            number => format!("{what}, and e-mails {} if the box is ticked.", people_of(number)),
        }
    }
}

fn people_of(number: u32) -> String {
    people(number)
}

/// What is to be published, and what that does.
pub async fn show(State(app): State<App>, staff: Staff, now: Now, address: Numbered) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let page = PublishPage::load(&staff, &mut db, address.id, now.0).await?;
    if page.standing.draft.is_none() {
        // Published or thrown away meanwhile.
        return Ok(Redirect::to(&urls::admin::response(&address.id)).into_response());
    }
    page::html(&page, CachePolicy::Never)
}

/// Publishes it, or notes when it publishes itself.
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    address: Numbered,
    Form(form): Form<PublishForm>,
) -> Result<Response, PageError> {
    let (id, now) = (address.id, now.0);
    let mut db = app.pool.acquire().await?;
    let when = match form.parse(now) {
        Ok(when) => when,
        Err(errors) => {
            // The form stays of the version that was seen: what a colleague changed meanwhile is told when it is right.
            let page = PublishPage::load(&staff, &mut db, id, now).await?;
            return came_back(&PublishPage { form, errors, ..page }, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let mails = form.mail == TICKED;
    let otherwise = urls::admin::response(&id);
    let outcome = match when {
        When::Now => match respond::publish(&mut db, id, &form.version, mails, &staff.actor, now).await {
            Ok(responded) => {
                let what =
                    if responded.corrects { "The correction is published." } else { "The response is published." };
                return done(&staff, &mut db, &id, what, responded.mailing.as_ref(), &otherwise).await;
            }
            Err(error) => Err(error),
        },
        When::At(at) => {
            let outcome = respond::schedule(&mut db, id, &form.version, Some(at), mails, &staff.actor, now).await;
            outcome.map(|()| format!("The draft publishes itself at {}.", minute_of(&at)))
        }
    };
    match outcome {
        Ok(notice) => done(&staff, &mut db, &id, &notice, None, &otherwise).await,
        Err(error @ (NotDone::Stale | NotDone::NotApproved | NotDone::Missing(_))) => {
            let page = PublishPage::load(&staff, &mut db, id, now).await?;
            let form = PublishForm { version: page.form.version.clone(), ..form };
            let notice = match (error, store::moderation::history(&mut db, id, 1).await?.first()) {
                (NotDone::NotApproved, _) => {
                    "Nothing was published: somebody else has to approve the draft first.".to_owned()
                }
                (_, Some(last)) => format!(
                    "Nothing was published: this is not the draft that you saw. {} {} at {}. Look at it again.",
                    last.who,
                    done_words(last),
                    second_of(&last.at)
                ),
                (_, None) => "Nothing was published: this is not the draft that you saw. Look at it again.".to_owned(),
            };
            let frame = Frame { notice, ..page.frame };
            came_back(&PublishPage { frame, form, ..page }, StatusCode::CONFLICT)
        }
        Err(error) => Err(refused(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_london() {
        assert_eq!(moment("2026-05-03T09:30").map(|at| at.to_string()), Ok("2026-05-03T08:30:00Z".to_owned()));
        assert_eq!(moment(" 2026-12-03T09:30 ").map(|at| at.to_string()), Ok("2026-12-03T09:30:00Z".to_owned()));
        assert!(moment("2026-03-29T01:30").is_err_and(|message| message.contains("clocks go forward")));
        for wrong in ["", "2026-05-03", "09:30", "2026-13-03T09:30", "-9999-01-01T00:00", "9999-12-31T23:59"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
