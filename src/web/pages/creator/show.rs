//! The creator's page of a petition: how it stands, what comes next, and what can be done for it.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Deserialize;

use super::{address, find, lost, token};
use crate::{
    actions::creator,
    app::App,
    domain::{
        deadline,
        forecast::Forecast,
        goal::Goals,
        keyring::PetitionPurpose,
        life::{self, Event},
        limits,
        petition::{PetitionId, PetitionState, Visibility},
        series::{Range, Series},
        threshold::{Progress, Thresholds},
    },
    mail::creator::forwarded,
    store::{
        self,
        creators::{Checking, Creator},
        forms::{SigningFunnel, SupportFunnel},
        petitions::Petition,
    },
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, Numbered, PetitionLink, Query, ToCreate},
        filters::{day_of, in_about, minute_of, signatures, thousands, until},
        markdown,
        page::{self, Layout, Section},
        pages::petitions::{
            growth::{self, Growth},
            timeline::Milestone,
        },
        plain_text,
        share::ShareLink,
    },
};

/// What stands behind the question mark, besides the token.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    token: String,
    sent: String,
}

/// Whether mails are wanted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MailsForm {
    wanted: String,
}

#[derive(Template)]
#[template(path = "pages/creator/show.html")]
struct CreatorPage {
    layout: Layout,
    petition: Petition,
    creator: Creator,
    /// How it stands, as a headline, and what comes next, a paragraph each.
    headline: &'static str,
    paragraphs: Vec<String>,
    /// While it can be supported.
    supporting: Option<Supporting>,
    /// While it is checked, or is about to be.
    checking: Option<Checking>,
    /// Once it has been published.
    published: Option<Published>,
    /// The address where it is said which mails are wanted.
    mails: String,
    /// The page on which it is taken back; `None`: that is not possible.
    withdraw: Option<String>,
}

/// What there is of a petition that looks for supporters.
struct Supporting {
    supporters: u32,
    funnel: SupportFunnel,
    link: String,
    /// What can be forwarded.
    text: String,
    share: Vec<ShareLink>,
    sheet: String,
}

impl Supporting {
    fn missing(&self) -> u32 {
        limits::SUPPORTERS_NEEDED.saturating_sub(self.supporters)
    }

    fn room(&self) -> u32 {
        limits::SUPPORTERS_MOST.saturating_sub(self.supporters)
    }

    fn shown(&self) -> u32 {
        self.supporters.min(limits::SUPPORTERS_NEEDED)
    }

    fn unconfirmed(&self) -> u64 {
        self.funnel.sent.saturating_sub(self.funnel.confirmed)
    }
}

/// What there is of a petition that is published.
struct Published {
    as_at: Timestamp,
    last_24_hours: i64,
    progress: Progress,
    growth: Growth,
    /// The estimate, in words; `None`: there is none.
    estimate: Option<String>,
    goals: Goals,
    funnel: Option<SigningFunnel>,
    /// Since when forms are counted here, as a sentence begins.
    funnel_since: String,
    share: Vec<ShareLink>,
    address: String,
    /// What became of the response and of a debate, a sentence each.
    answers: Vec<String>,
}

impl Published {
    fn away(&self, at: &Timestamp) -> String {
        in_about(at.duration_since(self.as_at))
    }

    fn unconfirmed(&self) -> u64 {
        self.funnel.map_or(0, |funnel| funnel.forms.saturating_sub(funnel.confirmed))
    }

    fn confirmed_percent(&self) -> u64 {
        self.funnel.map_or(0, |funnel| funnel.confirmed * 100 / funnel.forms.max(1))
    }
}

/// Shows the page; without the link, how to have it mailed again.
pub async fn show(
    State(app): State<App>,
    now: Now,
    address: Numbered,
    link: Result<PetitionLink<ToCreate>, PageError>,
    query: Option<Query<Asked>>,
) -> Result<Response, PageError> {
    if address.suffix.is_some() {
        return Err(PageError::NotFound);
    }
    let asked = query.map(|query| query.0).unwrap_or_default();
    let Ok(link) = link else {
        return lost::page(&app, address.id, !asked.token.is_empty(), !asked.sent.is_empty());
    };
    page_of(&app, link.petition, now.0).await
}

/// Says whether mails are wanted that need not be sent.
pub async fn want_mails(
    State(app): State<App>,
    link: PetitionLink<ToCreate>,
    Form(form): Form<MailsForm>,
) -> Result<Response, PageError> {
    creator::want_mails(&mut *app.pool.acquire().await?, link.petition, form.wanted == "1").await?;
    Ok(Redirect::to(&format!("{}#mails", address(&app, link.petition))).into_response())
}

async fn page_of(app: &App, id: PetitionId, now: Timestamp) -> Result<Response, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    let (petition, creator) = find(&mut db, id).await?;
    let gathering = store::supporters::gathering(&mut db, id).await?.ok_or(PageError::DeadLink)?;
    let visibility = petition.state.visibility();
    let is_checked = visibility == Visibility::BeingChecked;
    let supporting = match gathering.confirmed && (is_checked || petition.state == PetitionState::Validated) {
        true => {
            let funnel = store::forms::of_supporters(&mut db, id).await?;
            Some(supporting(app, &petition, gathering.supporters, funnel))
        }
        false => None,
    };
    let checking = match supporting {
        Some(_) => Some(store::creators::checking(&mut db, id, now).await?),
        None => None,
    };
    let published = match petition.state.is_published() {
        true => {
            let series = store::tallies::series(&mut db, id, now).await?.ok_or(PageError::NotFound)?;
            let activities = store::petitions::activities(&mut db, id).await?;
            let removals = store::removals::find(&mut db, id).await?;
            let window = now - SignedDuration::from_hours(24 * limits::FUNNEL_DAYS);
            let opened = petition.dates.opened_at.filter(|opened| *opened >= window);
            let since = opened.unwrap_or(window);
            let funnel = store::forms::of_signers(&mut db, id, deadline::day(since)).await?;
            let since = match opened {
                Some(_) => "Since it was published".to_owned(),
                None => format!("Since {}", day_of(&since)),
            };
            let moved = store::outages::of_petition(&mut db, id).await?;
            let timeline = Milestone::all(&petition, &activities, &moved, &[], &[], app.thresholds());
            let marks = growth::marks(&petition, &timeline, &removals, &series);
            let forecast = forecast(&petition, &series, now);
            let growth = Growth::new(&petition, &series, forecast.as_ref(), app.thresholds(), Range::All, &marks);
            let told = creator.reachable && creator.wants_updates;
            Some(published(app, &petition, (&series, forecast.as_ref()), growth, (funnel, since), told, now))
        }
        false => None,
    };
    db.commit().await?;
    let withdraw = (gathering.confirmed && life::lines(Event::Withdraw, petition.state).next().is_some())
        || petition.state.is_published();
    let (headline, paragraphs) = standing(&petition, gathering.supporters, app.thresholds(), now);
    let page = CreatorPage {
        layout: Layout::unlisted(app, "Your petition").within(Section::Petitions),
        headline,
        paragraphs,
        supporting,
        checking,
        published,
        mails: urls::creator_mails(&id, &token(app, id)),
        withdraw: withdraw.then(|| urls::withdraw_petition(&id, &token(app, id))),
        petition,
        creator,
    };
    page::html(&page, CachePolicy::Never)
}

fn supporting(app: &App, petition: &Petition, supporters: u32, funnel: SupportFunnel) -> Supporting {
    let support = app.keyring.petition_token(PetitionPurpose::Support, petition.id);
    let link = format!("{}{}", app.public_url, urls::support(&petition.id, &support));
    let text = forwarded(&petition.action, &petition.background, &petition.additional_details, &link).join("\n\n");
    Supporting {
        supporters,
        funnel,
        share: ShareLink::to_supporters(&petition.action, &text),
        link,
        text,
        sheet: urls::support_sheet(&petition.id, &token(app, petition.id)),
    }
}

fn forecast(petition: &Petition, series: &Series, now: Timestamp) -> Option<Forecast> {
    let (opened, closes) = (petition.dates.opened_at?, petition.dates.closes_at?);
    let open = petition.state == PetitionState::Open && now <= closes;
    open.then(|| Forecast::new(series, opened, closes, now)).flatten()
}

fn published(
    app: &App,
    petition: &Petition,
    (series, forecast): (&Series, Option<&Forecast>),
    growth: Growth,
    (funnel, funnel_since): (Option<SigningFunnel>, String),
    told: bool,
    now: Timestamp,
) -> Published {
    let thresholds = app.thresholds();
    let answered = petition.dates.response_threshold_reached_at.is_some() || petition.response.is_some();
    let left = petition.dates.closes_at.map_or(SignedDuration::ZERO, |closes| closes.duration_since(now));
    Published {
        as_at: now,
        last_24_hours: series.last_24_hours().anew(),
        progress: thresholds.progress(petition.signature_count, answered),
        growth,
        estimate: forecast.map(|forecast| {
            let figures = forecast.rounded();
            format!(
                "It is estimated to close with {} (half of petitions like it end between {} and {}).",
                signatures(figures.estimate),
                thousands(figures.low),
                thousands(figures.high)
            )
        }),
        goals: Goals::new(
            petition.signature_count.into(),
            thresholds,
            left,
            forecast.map(|forecast| |total: u64| forecast.reaches(total)),
        ),
        funnel,
        funnel_since,
        share: ShareLink::elsewhere(app, petition.id, &petition.action),
        address: format!("{}{}", app.public_url, urls::petition(&petition.id)),
        answers: answers(petition, thresholds, told, deadline::day(now)),
    }
}

/// What became of the response and of a debate, for a creator who is told of them by mail or is not.
fn answers(petition: &Petition, thresholds: Thresholds, told: bool, today: Date) -> Vec<String> {
    let dates = &petition.dates;
    let is_open = petition.state == PetitionState::Open;
    let then = if told { "We will write to you when it is here." } else { "It will be on its page when it is here." };
    let response = match (&petition.response, dates.response_threshold_reached_at) {
        (Some(response), _) => {
            format!("The Government responded on {}.", crate::web::filters::day(&response.responded_on))
        }
        (None, Some(at)) => format!(
            "It reached the {} signatures for a response by the Government on {}. {then}",
            thousands(thresholds.response),
            day_of(&at)
        ),
        (None, None) if is_open => format!("At {} signatures the Government responds.", thousands(thresholds.response)),
        (None, None) => format!(
            "A response by the Government takes {} signatures, which it did not reach.",
            thousands(thresholds.response)
        ),
    };
    let debate = match (&petition.debate, dates.scheduled_debate_date, dates.debate_threshold_reached_at) {
        (Some(debate), ..) if debate.debated => "Parliament has debated it.".to_owned(),
        (Some(_), ..) => "Parliament has decided not to debate it.".to_owned(),
        (None, Some(day), _) if day < today => format!(
            "The debate was scheduled for {}; its outcome is not recorded yet.",
            crate::web::filters::long_day(&day)
        ),
        (None, Some(day), _) => format!("Parliament will debate it on {}.", crate::web::filters::long_day(&day)),
        (None, None, Some(at)) => format!(
            "It reached the {} signatures for a debate on {}. No day has been set yet{}.",
            thousands(thresholds.debate),
            day_of(&at),
            if told { "; we will write to you when one is" } else { "" }
        ),
        (None, None, None) if is_open => {
            format!("At {} it is considered for a debate in Parliament.", thousands(thresholds.debate))
        }
        (None, None, None) => {
            format!("A debate in Parliament takes {}.", signatures(thresholds.debate))
        }
    };
    vec![response, debate]
}

/// How a petition stands, as a headline, and what comes next, a paragraph each.
fn standing(
    petition: &Petition,
    supporters: u32,
    thresholds: Thresholds,
    now: Timestamp,
) -> (&'static str, Vec<String>) {
    let dates = &petition.dates;
    let missing = limits::SUPPORTERS_NEEDED.saturating_sub(supporters);
    let words: (&'static str, &[&str]) = match petition.state {
        PetitionState::Pending => (
            "You have not confirmed it yet",
            &[
                "Open the mail “Confirm your petition” and press the button that its link leads to. Nobody can see or support \
               the petition before.",
            ],
        ),
        PetitionState::Validated => {
            let paragraphs = vec![
                format!(
                    "{} of {} supporters have confirmed: {} more {} needed. As soon as there are enough, we start checking \
                     it; you do not have to do anything.",
                    supporters,
                    limits::SUPPORTERS_NEEDED,
                    missing,
                    if missing == 1 { "is" } else { "are" }
                ),
                "Send the link below to people you know.".to_owned(),
            ];
            return ("It is gathering supporters", paragraphs);
        }
        PetitionState::Sponsored | PetitionState::Flagged => (
            "We are checking it",
            &[
                "It has enough supporters. We check that it meets the rules, and write to you when we have decided. There is \
               nothing you have to do.",
            ],
        ),
        PetitionState::Dormant => (
            "It is set aside",
            &[
                "We have set it aside and are not checking it at the moment. It is not refused. We write to you when we have \
               decided about it.",
            ],
        ),
        PetitionState::Open => {
            let closes = dates.closes_at.filter(|closes| *closes >= now);
            let until =
                closes.map(|closes| format!("It can be signed until {} ({}).", day_of(&closes), until(closes, now)));
            let until = until.unwrap_or_else(|| "Its deadline has passed; it is about to be closed.".to_owned());
            return ("It is published", vec![until, next_of_open(petition, thresholds)]);
        }
        PetitionState::Closed => {
            let on = dates.closed_at.map(|at| format!(" on {}", day_of(&at))).unwrap_or_default();
            let count = signatures(petition.signature_count);
            return (
                "It has closed",
                vec![format!("It closed{on} with {count}. Its page stays on the site for good.")],
            );
        }
        PetitionState::Rejected => (
            "It was rejected",
            &[
                "Its text is on the site together with the reason, and it cannot be signed.",
                "You can start another petition that meets the rules, for instance with one clear action that the Government \
               or Parliament can take.",
            ],
        ),
        PetitionState::Hidden if is_withdrawn(petition) => (
            "You have withdrawn it",
            &[
                "It will not be published, and nobody can read or support it. You can start another petition at any time.",
            ],
        ),
        PetitionState::Hidden => (
            "It is not public",
            &[
                "Because of the reason below it is not shown on the site, and it cannot be signed.",
                "You can start another petition that meets the rules.",
            ],
        ),
        PetitionState::Stopped => (
            "It was stopped",
            &[
                "Parliament was dissolved before it could be published, so all petitions that were not published yet have been \
               stopped. This says nothing about yours.",
                "You can start it again when a new Parliament has begun. Its text is below, to be copied.",
            ],
        ),
        PetitionState::Removed => (
            "It was removed",
            &[
                "It was public and has been taken away for good. If you do not know why, ask the people who run this site.",
            ],
        ),
    };
    (words.0, words.1.iter().map(|text| (*text).to_owned()).collect())
}

/// What comes next for a petition that can be signed.
fn next_of_open(petition: &Petition, thresholds: Thresholds) -> String {
    let count = petition.signature_count;
    match (count >= thresholds.response, count >= thresholds.debate) {
        (_, true) => {
            "It has reached everything that a number of signatures can bring. More of them show how many people \
                      care."
                .to_owned()
        }
        (true, false) => {
            format!("Next: at {} signatures it is considered for a debate in Parliament.", thousands(thresholds.debate))
        }
        (false, false) => format!("Next: at {} signatures the Government responds.", thousands(thresholds.response)),
    }
}

/// Whether its creator has taken it back, and staff have not refused it besides.
fn is_withdrawn(petition: &Petition) -> bool {
    petition.dates.withdrawn_at.is_some() && petition.dates.rejected_at.is_none()
}

impl CreatorPage {
    /// Whether its text is shown: it cannot be read elsewhere, and may be wanted.
    fn shows_text(&self) -> bool {
        !matches!(self.petition.state, PetitionState::Removed) && self.petition.state.visibility() != Visibility::Page
    }

    fn is_refused(&self) -> bool {
        matches!(self.petition.state, PetitionState::Rejected | PetitionState::Hidden) && !is_withdrawn(&self.petition)
    }

    /// Whether something may still happen to it of which its creator is told.
    fn may_have_news(&self) -> bool {
        self.is_unpublished() || self.petition.state.is_published()
    }

    /// Whether staff still decide about it.
    fn is_unpublished(&self) -> bool {
        life::UNPUBLISHED.contains(&self.petition.state)
    }
}
