//! The desk: what waits.

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::{SignedDuration, Timestamp};

use super::{
    frame::{Frame, Section},
    guard::Staff,
};
use crate::{
    app::App,
    domain::{deadline, desk::DeskFacet, limits, staff::Permission},
    store::{
        self,
        desk::{Aged, QUARANTINED, Waiting},
    },
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::Now,
        filters::{thousands, waited},
        page,
    },
};

/// A number that leads to its list.
struct Figure {
    number: String,
    label: &'static str,
    about: String,
    address: String,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "admin/desk.html")]
struct DeskPage {
    frame: Frame,
    moderation: Vec<Figure>,
    answers: Vec<Figure>,
    running: Vec<Figure>,
}

/// What waits.
pub async fn show(State(app): State<App>, now: Now, staff: Staff) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let waiting = store::desk::waiting(&mut db, deadline::day(now.0), now.0).await?;
    let feedback = store::feedback::waiting(&mut db).await?;
    let directory = store::local::has_directory(&mut db).await?;
    let page = DeskPage {
        frame: Frame::new(&staff, Section::Desk, "Desk"),
        moderation: moderation(&waiting),
        answers: answers(&waiting, now.0),
        running: running(&waiting, feedback, directory, &staff),
    };
    page::html(&page, CachePolicy::Never)
}

fn listed(facet: DeskFacet, number: i64, label: &'static str, about: String, class: &'static str) -> Figure {
    let class = if number == 0 { "" } else { class };
    Figure { number: thousands(number), label, about, address: urls::admin::desk_list(facet), class }
}

fn moderation(waiting: &Waiting) -> Vec<Figure> {
    let untagged = |aged: Aged| match aged.untagged {
        0 if aged.all == 0 => "None".to_owned(),
        0 => "All tagged".to_owned(),
        untagged => format!("{} without a tag", thousands(untagged)),
    };
    let (all, w) = (waiting.in_moderation, waiting);
    vec![
        listed(DeskFacet::InModeration, all.all, "in moderation", untagged(all), ""),
        listed(DeskFacet::Recent, w.recent.all, "for up to 7 days", untagged(w.recent), "fine"),
        listed(DeskFacet::Late, w.late.all, "for 7 to 11 days", untagged(w.late), ""),
        listed(DeskFacet::NearlyOverdue, w.nearly_overdue.all, "for 11 to 14 days", untagged(w.nearly_overdue), "soon"),
        listed(DeskFacet::Overdue, w.overdue.all, "for over 14 days", untagged(w.overdue), "late"),
        listed(
            DeskFacet::Untagged,
            all.untagged,
            "in moderation without a tag",
            format!("{} with one", thousands(all.all - all.untagged)),
            "",
        ),
        listed(DeskFacet::Flagged, w.flagged, "flagged", "Counted above as well".to_owned(), ""),
    ]
}

fn answers(waiting: &Waiting, now: Timestamp) -> Vec<Figure> {
    let longest = |(count, since): (i64, Option<Timestamp>)| match since {
        Some(since) if count > 0 => format!("The longest for {}", waited(since, now)),
        _ => "None".to_owned(),
    };
    let outcomes = if waiting.outcomes == 0 { "None" } else { "Their day is over" };
    vec![
        listed(
            DeskFacet::AwaitingResponse,
            waiting.responses.0,
            "waiting for a government response",
            longest(waiting.responses),
            "soon",
        ),
        listed(
            DeskFacet::ToSchedule,
            waiting.debates.0,
            if waiting.debates.0 == 1 { "debate to schedule" } else { "debates to schedule" },
            longest(waiting.debates),
            "soon",
        ),
        listed(
            DeskFacet::DebateOver,
            waiting.outcomes,
            if waiting.outcomes == 1 { "debate without an outcome" } else { "debates without an outcome" },
            outcomes.to_owned(),
            "late",
        ),
    ]
}

fn running(waiting: &Waiting, feedback: i64, directory: bool, staff: &Staff) -> Vec<Figure> {
    let mut figures = Vec::new();
    if staff.may(Permission::SearchSignatures) {
        let many = waiting.quarantined > QUARANTINED;
        figures.push(Figure {
            number: if many { format!("{}+", thousands(QUARANTINED)) } else { thousands(waiting.quarantined) },
            label: "signatures in quarantine",
            about: "Confirmed, and not counted until somebody has looked".to_owned(),
            address: urls::admin::signatures().to_owned(),
            class: if waiting.quarantined > 0 { "soon" } else { "" },
        });
    }
    if staff.may(Permission::Operate) {
        let late = waiting.mail_late > SignedDuration::from_mins(limits::MAIL_LATE_MINUTES);
        figures.push(Figure {
            number: thousands(waiting.mails_given_up),
            label: "mails given up",
            about: match late {
                true => format!(
                    "The first of those that wait is late by {} minutes",
                    thousands(waiting.mail_late.as_mins())
                ),
                false => "All other mail leaves in time".to_owned(),
            },
            address: urls::admin::site_outbox().to_owned(),
            class: if waiting.mails_given_up > 0 || late { "late" } else { "" },
        });
        // Only where somebody should do something about it.
        if feedback > 0 {
            figures.push(Figure {
                number: thousands(feedback),
                label: if feedback == 1 { "piece of feedback waits" } else { "pieces of feedback wait" },
                about: "Nobody has said yet to which address feedback goes".to_owned(),
                address: urls::admin::site_settings().to_owned(),
                class: "soon",
            });
        }
        if !directory {
            figures.push(Figure {
                number: "No".to_owned(),
                label: "postcodes are known",
                about: "Nobody’s constituency is known before they are imported, with undersigned import postcodes"
                    .to_owned(),
                address: urls::admin::site_places().to_owned(),
                class: "late",
            });
        }
    }
    figures
}

impl DeskPage {
    fn groups(&self) -> [(&'static str, &'static str, &[Figure]); 3] {
        [
            ("moderation", "Petitions to check", &self.moderation),
            ("answers", "Responses and debates", &self.answers),
            ("running", "Signatures and mail", &self.running),
        ]
    }
}
