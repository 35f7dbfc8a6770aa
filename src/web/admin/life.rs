//! What can happen to a petition: the table of its life, for people.

use askama::Template;
use axum::response::Response;

use super::{
    frame::{Frame, Section},
    guard::Staff,
    petitions::state_label,
};
use crate::{
    domain::{
        life::{Audience, By, Event, LIFE, Move, Need, Stamp},
        mail::MailKind,
        petition::PetitionState,
    },
    web::{cache::CachePolicy, error::PageError, page},
};

#[derive(Template)]
#[template(path = "admin/life.html")]
struct LifePage {
    frame: Frame,
}

/// The table.
pub async fn show(staff: Staff) -> Result<Response, PageError> {
    let frame = Frame::new(&staff, Section::Petitions, "What can happen to a petition");
    page::html(&LifePage { frame }, CachePolicy::Never)
}

impl LifePage {
    /// The lines that begin in a state, and before there is a petition.
    fn parts(&self) -> Vec<(&'static str, Vec<&'static Move>)> {
        let new = ("A new petition", LIFE.iter().filter(|line| line.from.is_empty()).collect());
        let of = |state: PetitionState| {
            (state_label(&state), LIFE.iter().filter(move |line| line.from.contains(&state)).collect())
        };
        std::iter::once(new).chain(PetitionState::ALL.map(of)).collect()
    }
}

fn what(line: &Move) -> String {
    match line.event {
        Event::Start => "It is started".to_owned(),
        Event::ConfirmCreator => "Its creator confirms the address".to_owned(),
        Event::Disown => "“I did not start this”".to_owned(),
        Event::Forget => "Nobody confirms it in time".to_owned(),
        Event::Support => "A supporter confirms".to_owned(),
        Event::SupportLost => "A supporter is lost".to_owned(),
        Event::Withdraw => "Its creator takes it back".to_owned(),
        Event::Decide(decision) => {
            decision.label(line.from.first().copied().unwrap_or(PetitionState::Pending)).to_owned()
        }
        Event::Close => "Its deadline passes".to_owned(),
        Event::Dissolve => "Parliament is dissolved".to_owned(),
    }
}

fn by(line: &Move) -> String {
    match line.by {
        By::Creator => "its creator".to_owned(),
        By::Supporter => "a supporter".to_owned(),
        By::Staff(permission) => permission.least_role().label().to_lowercase(),
        By::Timetable => "by itself".to_owned(),
    }
}

fn needs(line: &Move) -> String {
    let words = line.needs.iter().map(|need| match need {
        Need::Confirmed => "its creator has confirmed",
        Need::Unconfirmed => "its creator has not confirmed",
        Need::EnoughSupporters => "enough supporters",
        Need::TooFewSupporters => "too few supporters",
        Need::PublishedBefore => "it was published before",
        Need::NeverPublished => "it was never published",
        Need::DeadlinePassed => "its deadline has passed",
        Need::DeadlineAhead => "its deadline lies ahead",
        Need::ParliamentSits => "Parliament is not dissolved",
        Need::NotWithdrawn => "its creator has not withdrawn it",
        Need::Hides => "a reason that hides it",
        Need::Shows => "a reason that does not hide it",
    });
    or_nothing(words.collect())
}

fn becomes(line: &Move) -> &'static str {
    line.to.as_ref().map_or("gone", state_label)
}

fn sets(line: &Move) -> String {
    let words = line.sets.iter().map(|stamp| match stamp {
        Stamp::ModerationThresholdReached => "when it had enough supporters",
        Stamp::ModerationThresholdLost => "that it has not enough supporters any more",
        Stamp::Opened => "when it opened and when it closes",
        Stamp::NeverOpened => "that it opens anew",
        Stamp::ClosedAtDeadline => "that it closed at its deadline",
        Stamp::ClosedAtDissolution => "that it closed with Parliament",
        Stamp::NotClosed => "that it is not closed",
        Stamp::Rejected => "when it was refused",
        Stamp::Withdrawn => "when it was taken back",
        Stamp::NotRejected => "that it is not refused",
        Stamp::Stopped => "when it was stopped",
        Stamp::Removed => "when it was removed",
    });
    or_nothing(words.collect())
}

fn tells(line: &Move) -> String {
    let words = line.tells.iter().map(|(audience, mail)| {
        let who = match audience {
            Audience::Creator => "its creator",
            Audience::Supporters => "supporters who want mail",
            Audience::WhomStaffChoose => "creator and supporters, if staff want it so",
        };
        match mail {
            MailKind::ConfirmPetition | MailKind::GatherSupporters => format!("{who}, with a link"),
            _ => who.to_owned(),
        }
    });
    let words: Vec<String> = words.collect();
    or_nothing(words.iter().map(String::as_str).collect())
}

fn or_nothing(words: Vec<&str>) -> String {
    if words.is_empty() { "–".to_owned() } else { words.join("; ") }
}
