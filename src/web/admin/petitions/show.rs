//! A petition with all that is needed to decide about it.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;

use super::{done_words, number, state_label};
use crate::{
    actions::annotate::{self, Chosen},
    app::App,
    domain::{
        checks,
        keyring::EmailHash,
        limits,
        moderation::Decision,
        petition::{PetitionId, PetitionState, Visibility},
        signature::SignatureState,
        staff::Permission,
    },
    store::{
        self,
        moderation::{Done, Edit, Editor, Held, Mark, Marks, Note},
        petitions::Petition,
        related::Similar,
        supporters::{Reachable, Supporter},
    },
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Now, Numbered},
        filters::{day, second_of, signatures, thousands, waited},
        form::FormErrors,
        markdown, page, plain_text,
    },
};

/// How much of what was done is shown.
const HISTORY: i64 = 50;

/// Somebody who stands behind the petition, as staff see them.
struct Person {
    supporter: Supporter,
    /// The address; `None`: it has been erased, or no key opens it.
    email: Option<String>,
}

impl Person {
    fn state(&self) -> &'static str {
        match self.supporter.state {
            SignatureState::Pending => "not confirmed",
            SignatureState::Validated => "confirmed",
            SignatureState::Quarantined => "in quarantine",
            SignatureState::Withdrawn => "withdrawn",
            SignatureState::Invalidated => "invalidated",
        }
    }
}

/// Something to look at twice.
struct Warning {
    advice: String,
    found: String,
    /// Where to look.
    link: Option<(String, String)>,
}

/// What the page comes back with when something on it was not taken.
#[derive(Default)]
pub(super) struct Shown {
    /// A note as it was typed.
    pub(super) note: String,
    /// What is wrong with it.
    pub(super) errors: FormErrors,
    /// What was ticked, when it was not saved.
    pub(super) marks: Option<Chosen>,
}

#[derive(Template)]
#[template(path = "admin/petitions/show.html")]
struct ShowPage {
    frame: Frame,
    petition: Petition,
    held: Held,
    creator: Option<Person>,
    supporters: Vec<Person>,
    reachable: Reachable,
    /// Other petitions of the same creator.
    others: Vec<PetitionId>,
    similar: Vec<Similar>,
    warnings: Vec<Warning>,
    notes: Vec<Note>,
    marks: Marks,
    marks_seen: String,
    /// What is chosen as of now, when something else was ticked meanwhile.
    marks_now: Option<Marks>,
    history: Vec<Done>,
    edits: Vec<Edit>,
    editors: Vec<Editor>,
    moderated: Option<(Timestamp, Option<String>)>,
    shown: Shown,
    now: Timestamp,
}

/// Shows it.
pub async fn show(State(app): State<App>, now: Now, staff: Staff, address: Numbered) -> Result<Response, PageError> {
    page(&app, &staff, number(address)?, Shown::default(), now.0).await
}

/// The page, perhaps with what was not taken.
pub(super) async fn page(
    app: &App,
    staff: &Staff,
    id: PetitionId,
    shown: Shown,
    now: Timestamp,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    let held = store::moderation::find(&mut db, id, false).await?.ok_or(PageError::NotFound)?;
    let people = store::supporters::of(&mut db, id).await?;
    let mut people: Vec<Person> = people.into_iter().map(|supporter| open(app, id, supporter)).collect();
    let creator = people.first().is_some_and(|person| person.supporter.is_creator).then(|| people.remove(0));
    let others = match creator.as_ref().and_then(|creator| creator.supporter.email_hash) {
        Some(hash) => {
            let mut hashes: Vec<EmailHash> = vec![hash];
            if let Some(email) = creator.as_ref().and_then(|creator| creator.email.as_deref())
                && let Ok(email) = crate::domain::email::EmailAddress::parse(email)
            {
                hashes = super::list::hashes(app, &email);
            }
            let mut others = store::supporters::created_by(&mut db, &hashes).await?;
            others.retain(|other| *other != id);
            others
        }
        None => Vec::new(),
    };
    let duplicate = match petition.state {
        PetitionState::Open => None,
        _ => store::moderation::duplicate(&mut db, id).await?,
    };
    let current = store::moderation::marks(&mut db, id).await?;
    let (marks, marks_now) = match &shown.marks {
        Some(chosen) => (ticked(&current, chosen), Some(current.clone())),
        None => (current.clone(), None),
    };
    let status = match (shown.errors.is_empty(), shown.marks.is_some()) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, true) => StatusCode::CONFLICT,
        (true, false) => StatusCode::OK,
    };
    let page = ShowPage {
        frame: Frame::new(staff, Section::Petitions, petition.action.clone()),
        warnings: warnings(&held, duplicate, &others),
        creator,
        supporters: people,
        reachable: store::supporters::reachable(&mut db, id).await?,
        others,
        similar: app.relating.similar_to(&mut db, id).await?,
        notes: store::moderation::notes(&mut db, id).await?,
        marks_seen: annotate::seen(&current),
        marks,
        marks_now,
        history: store::moderation::history(&mut db, id, HISTORY).await?,
        edits: store::moderation::edits(&mut db, id).await?,
        editors: store::moderation::editors(&mut db, id, staff.session.staff, now).await?,
        moderated: store::moderation::moderated(&mut db, id).await?,
        petition,
        held,
        shown,
        now,
    };
    Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
}

fn open(app: &App, id: PetitionId, supporter: Supporter) -> Person {
    let contact = supporter.email_hash.and_then(|hash| app.keyring.open(&supporter.contact, id, hash).ok());
    Person { email: contact.map(|contact| contact.email), supporter }
}

/// The same marks, ticked as somebody has ticked them.
fn ticked(marks: &Marks, chosen: &Chosen) -> Marks {
    let mut marks = marks.clone();
    for tag in &mut marks.tags {
        tag.chosen = chosen.tags.iter().any(|number| number.to_string() == tag.key);
    }
    for topic in &mut marks.topics {
        topic.chosen = chosen.topics.contains(&topic.key);
    }
    for department in &mut marks.departments {
        department.chosen = chosen.departments.iter().any(|number| number.to_string() == department.key);
    }
    marks
}

fn warnings(held: &Held, duplicate: Option<PetitionId>, others: &[PetitionId]) -> Vec<Warning> {
    let texts = checks::Texts {
        action: &held.action,
        background: &held.background,
        additional_details: &held.additional_details,
    };
    let mut warnings = Vec::new();
    if let Some(open) = duplicate {
        warnings.push(Warning {
            advice: "An open petition asks for exactly this.".to_owned(),
            found: String::new(),
            link: Some((urls::admin::petition(&open), format!("Petition {open}"))),
        });
    }
    for warning in checks::warnings(texts) {
        let found = warning.found.iter().map(|found| format!("“{found}”")).collect::<Vec<_>>().join(", ");
        warnings.push(Warning { advice: warning.about.advice().to_owned(), found, link: None });
    }
    match others {
        [] => {}
        [one] => warnings.push(Warning {
            advice: "The creator has another petition.".to_owned(),
            found: String::new(),
            link: Some((urls::admin::petition(one), format!("Petition {one}"))),
        }),
        many => warnings.push(Warning {
            advice: format!("The creator has {} other petitions; they are listed with the creator.", many.len()),
            found: String::new(),
            link: None,
        }),
    }
    warnings
}

impl ShowPage {
    fn id(&self) -> &PetitionId {
        &self.petition.id
    }

    fn is_public(&self) -> bool {
        self.petition.state.visibility() == Visibility::Page
    }

    fn mark_groups(&self) -> [(&'static str, &'static str, &[Mark]); 3] {
        [
            ("tag", "Tags, for the desk", &self.marks.tags),
            ("topic", "Topics, for the public", &self.marks.topics),
            ("department", "Departments concerned", &self.marks.departments),
        ]
    }

    /// The names of marks that are chosen.
    fn chosen(&self, marks: &Marks) -> Vec<String> {
        let all = marks.tags.iter().chain(&marks.topics).chain(&marks.departments);
        all.filter(|mark| mark.chosen).map(|mark| mark.name.clone()).collect()
    }

    /// What can be decided, and whether whoever looks may.
    fn decisions(&self) -> Vec<Offered> {
        if self.held.imported {
            return Vec::new();
        }
        let state = self.petition.state;
        let offer = |decision: Decision| {
            let permission = decision.permission(state)?;
            decision.outcome(&self.held.standing, false, self.now)?;
            Some(Offered {
                decision,
                label: decision.label(state),
                about: about(decision, state),
                who: (!self.frame.may(permission)).then(|| permission.least_role().label().to_lowercase()),
            })
        };
        Decision::ALL.into_iter().filter_map(offer).collect()
    }

    /// What else is decided about it besides its life.
    fn besides(&self) -> Vec<(String, &'static str)> {
        let open = self.petition.state == PetitionState::Open && self.frame.may(Permission::Decide);
        let part = |part, label| (urls::admin::petition_part(self.id(), part), label);
        let mut besides = Vec::new();
        if self.held.imported {
            return besides;
        }
        if open {
            besides.push(part("deadline", "Extend its deadline"));
        }
        if self.frame.may(Permission::Configure) {
            besides.push(part("personal-data", "Personal data of its signers"));
        }
        besides
    }

    /// Pages of what the Government and Parliament did, which staff write.
    fn parts(&self) -> Vec<(String, &'static str)> {
        if !self.petition.state.is_published() || self.held.imported || !self.frame.may(Permission::Respond) {
            return Vec::new();
        }
        [
            ("response", "Government response"),
            ("debate", "Debate"),
            ("activities", "Other activity"),
            ("mailings", "Mailings"),
        ]
        .map(|(part, label)| (urls::admin::petition_part(self.id(), part), label))
        .to_vec()
    }

    /// The moments of its life.
    fn dates(&self) -> Vec<(&'static str, String)> {
        let d = &self.petition.dates;
        let mut dates = vec![("Created", second_of(&d.created_at))];
        if let Some(at) = &d.moderation_threshold_reached_at {
            let waits = matches!(self.petition.state, PetitionState::Sponsored | PetitionState::Flagged);
            let waited = if waits { format!(", {} ago", waited(*at, self.now)) } else { String::new() };
            dates.push(("Enough supporters", format!("{}{waited}", second_of(at))));
        }
        let more = [
            ("Opened", d.opened_at),
            ("Closes", d.closes_at.filter(|_| d.closed_at.is_none())),
            ("Closed", d.closed_at),
            ("Rejected", d.rejected_at),
            ("Withdrawn by its creator", d.withdrawn_at),
            ("Stopped", d.stopped_at),
            ("Removed", d.removed_at),
            ("Response threshold", d.response_threshold_reached_at),
            ("Response", d.government_response_at),
            ("Debate threshold", d.debate_threshold_reached_at),
            ("Debate outcome", d.debate_outcome_at),
        ];
        dates.extend(more.into_iter().filter_map(|(name, at)| Some((name, second_of(&at?)))));
        if let Some((at, by)) = &self.moderated {
            let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            dates.push(("Decided", format!("{}{by}", second_of(at))));
        }
        dates
    }

    /// What became of a petition that is alike.
    fn outcome(&self, similar: &Similar) -> String {
        let mut words = Vec::new();
        if let Some(reason) = &similar.reason {
            words.push(reason.clone());
        }
        if let Some(on) = &similar.responded_on {
            words.push(format!("answered {}", day(on)));
        }
        match &similar.debated {
            Some((true, Some(on))) => words.push(format!("debated {}", day(on))),
            Some((true, None)) => words.push("debated".to_owned()),
            Some((false, _)) => words.push("not debated".to_owned()),
            None => {}
        }
        words.join(" · ")
    }
}

/// Something that can be decided.
struct Offered {
    decision: Decision,
    label: &'static str,
    about: &'static str,
    /// Who has to do it, if not whoever looks.
    who: Option<String>,
}

fn about(decision: Decision, from: PetitionState) -> &'static str {
    match decision {
        Decision::Publish if matches!(from, PetitionState::Rejected | PetitionState::Hidden) => {
            "Makes it public after all. Its reason goes away."
        }
        Decision::Publish => "Opens it for signatures. You see until when, and the mail, first.",
        Decision::Reject if matches!(from, PetitionState::Rejected | PetitionState::Hidden) => {
            "Gives another reason, hides it, or shows its text again."
        }
        Decision::Reject => "Refuses it for a reason, with or without its text on the site. You see the mail first.",
        Decision::Flag => "Marks it for a closer look; it stays in moderation.",
        Decision::Park => "Sets it aside: it is out of moderation until somebody restores it.",
        Decision::Restore => "Puts it back to where it was before.",
        Decision::TakeDown => "Ends the collecting of signatures, for a reason. You see the mail first.",
        Decision::Remove => "Takes it off the site. This cannot be undone.",
    }
}
