//! The current parliament: how it stands, and what can be done about it. Each act has its page, with what it does in words
//! and numbers.

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

use super::{Conflict, or_nothing};
use crate::{
    actions::parliament::{self, Done, Seen},
    app::App,
    domain::{
        deadline, limits, moment,
        parliament::{Dissolution, Parliament, ParliamentId, Phase},
        staff::Permission,
        text::tidy,
        word_text,
    },
    mail::{
        closing::{Closing, ClosingDateChanged},
        messages::{AboutSignature, Mail},
    },
    store::{
        self, Db,
        parliaments::{Affected, ClosingMailing},
    },
    urls,
    web::{
        admin::{
            answers::publish,
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now},
        filters::{day, minute_of, people, thousands},
        form::FormErrors,
        page,
    },
};

/// Something that can be done about a parliament.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Say what it is called and when it opens.
    Details,
    /// Say when it ends.
    Announce,
    /// Take that back.
    TakeBack,
    /// Tell creators and signers.
    Tell,
    /// Archive it, and begin the next.
    Archive,
}

impl Act {
    const ALL: [Self; 5] = [Self::Details, Self::Announce, Self::TakeBack, Self::Tell, Self::Archive];

    fn code(self) -> &'static str {
        match self {
            Self::Details => "details",
            Self::Announce => "announce",
            Self::TakeBack => "take-back",
            Self::Tell => "tell",
            Self::Archive => "archive",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Details => "Change its details",
            Self::Announce => "Announce the dissolution",
            Self::TakeBack => "Take the announcement back",
            Self::Tell => "Tell creators and signers",
            Self::Archive => "Archive this Parliament",
        }
    }

    fn permission(self) -> Permission {
        if self == Self::Details { Permission::Configure } else { Permission::Dissolve }
    }

    /// Why it cannot be done now; `None`: it can.
    fn why_not(self, parliament: &Parliament, mailings: &[ClosingMailing], now: Timestamp) -> Option<String> {
        let phase = parliament.phase(now);
        let under_way = mailings.iter().any(|mailing| mailing.all_queued_at.is_none());
        let unripe = parliament.archivable_at().filter(|at| now < *at);
        let why = match self {
            Self::Details => return None,
            Self::Announce | Self::TakeBack if phase == Phase::Dissolved => "Parliament is dissolved.",
            Self::Announce => return None,
            Self::TakeBack if parliament.dissolution.is_none() => "No dissolution has been announced.",
            Self::TakeBack => return None,
            Self::Tell if phase != Phase::Announced => "There is no dissolution ahead that has been announced.",
            Self::Tell if under_way => "The mails that were begun are still being queued.",
            Self::Tell => return None,
            Self::Archive if phase != Phase::Dissolved => "Parliament is not dissolved.",
            Self::Archive if unripe.is_some() => {
                return unripe.map(|at| {
                    format!("Signatures are still being confirmed; it can be archived from {}.", minute_of(&at))
                });
            }
            Self::Archive if parliament.dissolved_at.is_none() => "Petitions are still being closed; wait a minute.",
            Self::Archive => return None,
        };
        Some(why.to_owned())
    }
}

/// The act that the last part of the address names.
pub struct Wanted(Act);

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let last = parts.uri.path().rsplit('/').next().unwrap_or_default();
        Act::ALL.into_iter().find(|act| act.code() == last).map(Self).ok_or(PageError::NotFound)
    }
}

/// A form as it was filled in; of each act some fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ParliamentForm {
    /// Of which parliament, and of which version of it, the form was made.
    seen: String,
    government: String,
    opening_at: String,
    dissolution_at: String,
    notice: String,
    registration_closes_at: String,
    election_on: String,
    notification_cutoff_at: String,
}

/// A form that was filled in rightly.
enum Parsed {
    Details(String, Timestamp),
    Announce(Dissolution),
    TakeBack,
    Tell,
    Archive(String, Timestamp),
}

/// A moment as browsers write it into a field.
fn local(at: Timestamp) -> String {
    at.to_zoned(deadline::london()).strftime("%Y-%m-%dT%H:%M").to_string()
}

impl ParliamentForm {
    fn of(act: Act, parliament: &Parliament) -> Self {
        let seen = format!("{}.{}", parliament.id, parliament.version);
        // The next one is another.
        if act == Act::Archive {
            return Self { seen, ..Self::default() };
        }
        let details = Self {
            seen,
            government: parliament.government.clone(),
            opening_at: local(parliament.opening_at),
            ..Self::default()
        };
        match &parliament.dissolution {
            None => details,
            Some((_, dissolution)) => Self {
                dissolution_at: local(dissolution.at),
                notice: dissolution.notice.clone(),
                registration_closes_at: local(dissolution.registration_closes_at),
                election_on: dissolution.election_on.to_string(),
                notification_cutoff_at: local(dissolution.notification_cutoff_at),
                ..details
            },
        }
    }

    fn seen(&self) -> Seen {
        let parsed =
            self.seen.split_once('.').and_then(|(id, version)| Some((id.parse().ok()?, version.parse().ok()?)));
        let (id, version) = parsed.unwrap_or_default();
        (ParliamentId(id), version)
    }

    fn details(&self, errors: &mut FormErrors) -> Option<(String, Timestamp)> {
        let government = tidy(&self.government).split_whitespace().collect::<Vec<_>>().join(" ");
        if government.is_empty() {
            errors.add("government", "Enter which Government answers its petitions");
        }
        errors.length("government", "the Government’s name", &government, limits::GOVERNMENT);
        let opening_at = errors.take("opening_at", publish::moment(&self.opening_at));
        opening_at.filter(|_| errors.is_empty()).map(|at| (government, at))
    }

    fn parse(&self, act: Act, parliament: &Parliament, now: Timestamp) -> Result<Parsed, FormErrors> {
        let mut errors = FormErrors::default();
        let parsed = match act {
            Act::TakeBack => Some(Parsed::TakeBack),
            Act::Tell => Some(Parsed::Tell),
            Act::Details => self.details(&mut errors).and_then(|(government, at)| {
                if parliament.ends_at().is_some_and(|end| end <= at) {
                    errors.add("opening_at", "Enter a time before its dissolution");
                    return None;
                }
                Some(Parsed::Details(government, at))
            }),
            Act::Archive => self.details(&mut errors).and_then(|(government, at)| {
                if parliament.ends_at().is_some_and(|end| at <= end) {
                    errors.add("opening_at", "Enter a time after the dissolution of this one");
                    return None;
                }
                Some(Parsed::Archive(government, at))
            }),
            Act::Announce => self.dissolution(parliament, now, &mut errors).map(Parsed::Announce),
        };
        parsed.ok_or(errors)
    }

    fn dissolution(&self, parliament: &Parliament, now: Timestamp, errors: &mut FormErrors) -> Option<Dissolution> {
        let at = errors.take("dissolution_at", publish::moment(&self.dissolution_at));
        if at.is_some_and(|at| at <= now.max(parliament.opening_at)) {
            errors.add("dissolution_at", "Enter a time that is still to come, and after the opening");
        }
        let registration = errors.take("registration_closes_at", publish::moment(&self.registration_closes_at));
        let election: Option<Date> = match self.election_on.trim() {
            "" => {
                errors.add("election_on", "Enter the day of the election");
                None
            }
            day => errors.take("election_on", moment::day(day)),
        };
        let cutoff = errors.take("notification_cutoff_at", publish::moment(&self.notification_cutoff_at));
        let notice = word_text::clean(&self.notice);
        if notice.is_empty() {
            errors.add("notice", "Write what the public is told");
        }
        errors.markdown("notice", "the notice", &notice, limits::DISSOLUTION_NOTICE);
        let (at, registration_closes_at, election_on) = (at?, registration?, election?);
        if deadline::day(registration_closes_at) >= election_on {
            errors.add("registration_closes_at", "Enter a time before the day of the election");
        }
        if election_on <= deadline::day(at) {
            errors.add("election_on", "Enter a day after the dissolution");
        }
        let notification_cutoff_at = cutoff?;
        let dissolution = Dissolution { at, notice, registration_closes_at, election_on, notification_cutoff_at };
        errors.is_empty().then_some(dissolution)
    }

    /// What stands in this form otherwise than in that of somebody else.
    fn differences(&self, yours: &Self) -> Vec<Conflict> {
        let fields = [
            ("Government", &self.government, &yours.government),
            ("Opens", &self.opening_at, &yours.opening_at),
            ("Dissolution", &self.dissolution_at, &yours.dissolution_at),
            ("Notice", &self.notice, &yours.notice),
            ("Registration closes", &self.registration_closes_at, &yours.registration_closes_at),
            ("Election", &self.election_on, &yours.election_on),
            ("Cutoff", &self.notification_cutoff_at, &yours.notification_cutoff_at),
        ];
        let differ = fields.into_iter().filter(|(_, theirs, yours)| theirs.trim() != yours.trim());
        differ
            .map(|(label, theirs, yours)| Conflict {
                label,
                theirs: or_nothing(theirs.clone()),
                yours: or_nothing(yours.clone()),
            })
            .collect()
    }
}

#[derive(Template)]
#[template(path = "admin/site/parliament.html")]
struct ParliamentPage {
    frame: Frame,
    parliament: Parliament,
    affected: Affected,
    mailings: Vec<ClosingMailing>,
    archived: Vec<Parliament>,
    now: Timestamp,
}

/// How it stands, and what can be done.
pub async fn show(State(app): State<App>, staff: Staff, now: Now) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let mut archived = store::parliaments::all(&mut db).await?;
    let parliament = archived.remove(0);
    let page = ParliamentPage {
        frame: Frame::new(&staff, Section::Site, "Parliament"),
        affected: affected(&mut db, &parliament).await?,
        mailings: store::parliaments::mailings(&mut db, parliament.id).await?,
        parliament,
        archived,
        now: now.0,
    };
    page::html(&page, CachePolicy::Never)
}

async fn affected(db: &mut Db, parliament: &Parliament) -> sqlx::Result<Affected> {
    let cutoff = parliament.dissolution.as_ref().map(|(_, dissolution)| dissolution.notification_cutoff_at);
    store::parliaments::affected(db, parliament.id, parliament.ends_at(), cutoff).await
}

impl ParliamentPage {
    fn phase(&self) -> Phase {
        self.parliament.phase(self.now)
    }

    /// What can be done, and why not where it cannot.
    fn acts(&self) -> Vec<(Act, Option<String>)> {
        let may = |act: &Act| self.frame.may(act.permission());
        Act::ALL
            .into_iter()
            .filter(may)
            .map(|act| (act, act.why_not(&self.parliament, &self.mailings, self.now)))
            .collect()
    }
}

#[derive(Template)]
#[template(path = "admin/site/parliament_act.html")]
struct ActPage {
    frame: Frame,
    act: Act,
    parliament: Parliament,
    affected: Affected,
    /// People who would be told.
    people: u32,
    pace: i32,
    mailings: Vec<ClosingMailing>,
    /// The mail: its subject and its words.
    preview: Option<(String, String)>,
    form: ParliamentForm,
    errors: FormErrors,
    conflict: Vec<Conflict>,
    why_not: Option<String>,
}

impl ActPage {
    /// What its button does.
    fn consequence(&self) -> String {
        let Affected { open, earlier, unpublished, told, all } = self.affected;
        match self.act {
            Act::Details => "Shows at once wherever this Parliament is named. Nobody is e-mailed.".to_owned(),
            Act::Announce => format!(
                "Shows the notice above every page at once, and moves the deadlines of those of the {} open petitions that would \
                 close later. At the dissolution all that are open close, and the {} unpublished ones are stopped, by \
                 themselves. Nobody is e-mailed yet.",
                thousands(open),
                thousands(unpublished)
            ),
            Act::TakeBack => format!(
                "Takes the notice away at once, and gives {} petitions their own deadlines again. Whoever was told by e-mail is \
                 not told of this.",
                thousands(earlier)
            ),
            Act::Tell => {
                let minutes = self.people.div_ceil(self.pace.unsigned_abs().max(1)).max(1);
                format!(
                    "E-mails {}, each once, beginning now; the last mail leaves within {} {}. It cannot be called back. {} \
                     creators of unpublished petitions will be told when those are stopped.",
                    people(self.people),
                    thousands(minutes),
                    if minutes == 1 { "minute" } else { "minutes" },
                    thousands(told)
                )
            }
            Act::Archive => format!(
                "Puts the {} petitions of this Parliament into the archive, where they keep their addresses, and begins the next \
                 one. Lists show the new Parliament from then on. It cannot be undone.",
                thousands(all)
            ),
        }
    }
}

async fn render(
    app: &App,
    staff: &Staff,
    act: Act,
    form: Option<ParliamentForm>,
    (errors, conflict): (FormErrors, Vec<Conflict>),
    now: Timestamp,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let parliament = store::parliaments::current(&mut db).await?;
    let mailings = store::parliaments::mailings(&mut db, parliament.id).await?;
    let why_not = act.why_not(&parliament, &mailings, now);
    let people = match act {
        Act::Tell => store::parliaments::to_be_mailed(&mut db, parliament.id).await?.0,
        _ => 0,
    };
    let status = match (errors.is_empty(), conflict.is_empty() && why_not.is_none()) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, false) => StatusCode::CONFLICT,
        (true, true) => StatusCode::OK,
    };
    let title = if errors.is_empty() { act.label().to_owned() } else { format!("Error: {}", act.label()) };
    let fresh = ParliamentForm::of(act, &parliament);
    let page = ActPage {
        frame: Frame::new(staff, Section::Site, title),
        act,
        affected: affected(&mut db, &parliament).await?,
        people,
        pace: store::mailings::pace(&mut db).await?,
        preview: preview(app, &parliament)?.filter(|_| act == Act::Tell),
        form: match form {
            Some(form) => ParliamentForm { seen: fresh.seen, ..form },
            None => fresh,
        },
        mailings,
        parliament,
        errors,
        conflict,
        why_not,
    };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// The mail as somebody gets it who has signed one petition.
fn preview(app: &App, parliament: &Parliament) -> Result<Option<(String, String)>, PageError> {
    let Some(closes_at) = parliament.ends_at() else { return Ok(None) };
    let link = |words: &str| format!("{}/({words})", app.public_url);
    let about = AboutSignature {
        site_name: app.site_name(),
        name: "(the signer’s name)".to_owned(),
        action: "(what it asks for)".to_owned(),
        petition: link("the petition"),
        signature: link("the signature"),
        unsubscribe: link("no more mail"),
    };
    let closing = Closing { action: about.action.clone(), url: about.petition.clone(), created: false };
    let mail = Mail::ClosingDateChanged(ClosingDateChanged { about, closes_at, petitions: vec![closing], more: 0 });
    Ok(Some((mail.subject(), mail.text()?)))
}

/// The form of an act.
pub async fn form(State(app): State<App>, staff: Staff, now: Now, Wanted(act): Wanted) -> Result<Response, PageError> {
    render(&app, &staff, act, None, Default::default(), now.0).await
}

/// Does it.
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Wanted(act): Wanted,
    Form(form): Form<ParliamentForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let before = store::parliaments::current(&mut db).await?;
    let parsed = match form.parse(act, &before, now.0) {
        Ok(parsed) => parsed,
        Err(errors) => {
            drop(db);
            return render(&app, &staff, act, Some(form), (errors, Vec::new()), now.0).await;
        }
    };
    let (actor, seen, now) = (&staff.actor, form.seen(), now.0);
    let (done, notice) = match parsed {
        Parsed::Details(government, opening_at) => {
            let done = parliament::describe(&mut db, actor, seen, (&government, opening_at), now).await?;
            (done, "The details are saved.".to_owned())
        }
        Parsed::Announce(dissolution) => {
            let done = parliament::announce(&mut db, actor, seen, &dissolution, now).await?;
            let at = minute_of(&dissolution.at);
            (done, format!("The dissolution at {at} is announced on every page. Deadlines move within seconds."))
        }
        Parsed::TakeBack => {
            let done = parliament::take_back(&mut db, actor, seen, now).await?;
            (done, "The announcement is taken back. Deadlines move within seconds.".to_owned())
        }
        Parsed::Tell => match parliament::tell(&mut db, actor, seen, now).await? {
            Ok(told) => (Done::Yes, format!("Mails to {} are on their way.", people(told))),
            Err(done) => (done, String::new()),
        },
        Parsed::Archive(government, opening_at) => {
            let done = parliament::archive(&mut db, actor, seen, (&government, opening_at), now).await?;
            (done, format!("The Parliament of {} is archived, and the next one begins.", before.years()))
        }
    };
    match done {
        Done::Yes => {
            app.live.look(&mut db).await?;
            staff.say(&mut db, &notice).await?;
            Ok(Redirect::to(urls::admin::parliament()).into_response())
        }
        Done::Stale(theirs) => {
            drop(db);
            let mut conflict = ParliamentForm::of(act, &theirs).differences(&form);
            if conflict.is_empty() || matches!(act, Act::TakeBack | Act::Tell) {
                let theirs = format!("{}, {}", theirs.government, theirs.phase(now).label().to_lowercase());
                conflict = vec![Conflict { label: "The Parliament", theirs, yours: "as you saw it".to_owned() }];
            }
            render(&app, &staff, act, Some(form), (FormErrors::default(), conflict), now).await
        }
        Done::NotNow(_) => {
            drop(db);
            render(&app, &staff, act, Some(form), Default::default(), now).await
        }
    }
}
