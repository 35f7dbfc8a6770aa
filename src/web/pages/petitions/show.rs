//! The petition page: what it asks for, how many signed, how it grew, what the Government and Parliament said,
//! and where its signatures come from. All of one moment.

use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    facts::{Facts, published_later},
    growth::{self, Growth},
    holding,
    places::{self, PlacesSection},
    removals::Removals,
    timeline::Milestone,
};
use crate::{
    app::App,
    domain::{
        deadline,
        forecast::Forecast,
        petition::{Activity, GovernmentResponse, PetitionId, PetitionState, Visibility},
        series::Range,
        threshold::Progress,
    },
    store::{
        self,
        moderation::Edit,
        petitions::Petition,
        related::Related,
        responses::{Change, ChangeKind},
    },
    urls,
    web::{
        api,
        cache::CachePolicy,
        charts::Shade,
        error::PageError,
        extract::{Format, Now, Numbered, Query},
        filters::{day, day_of, long_day, second_of, signatures, thousands},
        markdown,
        memory::{Key, Memory, Rendered},
        page::{self, Layout, Picture, Section},
        plain_text,
        share::ShareLink,
    },
};

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    range: Option<String>,
    #[serde(default)]
    map: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/petitions/show.html")]
struct PetitionPage {
    layout: Layout,
    /// What staff have to say on every petition, as HTML.
    message: String,
    petition: Petition,
    /// The moment of which every number on the page is.
    as_at: Timestamp,
    /// Whether it can be signed, or could if signatures were taken.
    signable: bool,
    /// Whether no signatures are taken at the moment: its deadline lies ahead, or has passed meanwhile and will be moved.
    waits: bool,
    progress: Progress,
    facts: Facts,
    share: Vec<ShareLink>,
    related: Vec<Related>,
    growth: Growth,
    removals: Removals,
    /// How the response was changed since it was published, latest first.
    response_changes: Vec<Change>,
    activities: Vec<Activity>,
    places: PlacesSection,
    timeline: Vec<Milestone>,
    /// Changes of the text that the public was told of, latest first.
    edits: Vec<Edit>,
    today: jiff::civil::Date,
    /// Where staff go back to from a preview; `None`: this is the page itself.
    preview: Option<String>,
}

/// A response that is not published yet, to be shown as the public will see it.
pub struct Preview {
    /// What it says.
    pub response: GovernmentResponse,
    /// The department that wrote it.
    pub department: Option<String>,
    /// What it corrects.
    pub change: Option<Change>,
    /// Where to go back to.
    pub back: String,
}

/// Shows a petition, or what stands in its place; as JSON for addresses that end in `.json`.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    address: Numbered,
    query: Option<Query<Wanted>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    match address.suffix {
        None if Format::Html.is_accepted(&headers) => {}
        None if Format::Json.is_accepted(&headers) => {
            return api::petition::json(&app, &memory, address.id, &headers).await;
        }
        Some(Format::Json) => return api::petition::json(&app, &memory, address.id, &headers).await,
        Some(Format::Atom) => return api::feeds::petition(&app, &memory, address.id, &headers).await,
        Some(Format::Html) => return Ok(Redirect::permanent(&urls::petition(&address.id)).into_response()),
        _ => return Err(PageError::NotAcceptable),
    }
    let id = address.id;
    let wanted = query.map(|query| query.0).unwrap_or_default();
    let range = match wanted.range {
        Some(word) => word
            .parse::<Range>()
            .map_err(|_| PageError::bad_request("The range of the chart is 24h, 7d, 30d or all."))?,
        None => Range::All,
    };
    let shade = places::shade(wanted.map)?;
    let render = || render(&app, id, (range, shade), now.0);
    let rendered = memory.of_petition(&app.pool, Key::Petition(id, range, shade), id, render).await;
    match rendered {
        Ok(rendered) => Ok(rendered.respond(&headers)),
        // Not public: not kept in memory either, but perhaps there is something to say.
        Err(PageError::NotFound) => instead(&app, id).await,
        Err(error) => Err(error),
    }
}

/// The page with this range of the chart and this shading of the map, at one of its parts.
fn address(id: &PetitionId, (range, shade): (Range, Shade), part: &str) -> String {
    let mut query = Vec::new();
    if range != Range::All || part == "growth" {
        query.push(format!("range={}", range.word()));
    }
    if shade != Shade::Count {
        query.push(format!("map={}", shade.word()));
    }
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{}#{part}", urls::petition(id), query.join("&"))
}

/// What stands at the address of a petition that has no page.
pub(super) async fn instead(app: &App, id: PetitionId) -> Result<Response, PageError> {
    let state = store::petitions::state(&mut *app.pool.acquire().await?, id).await?.ok_or(PageError::NotFound)?;
    let visibility = state.visibility();
    match visibility {
        Visibility::Gone => Err(PageError::Gone),
        Visibility::Stopped => holding::stopped(app).await,
        _ => match holding::address_of(&id, visibility) {
            Some(address) => Ok(Redirect::to(&address).into_response()),
            None => Err(PageError::NotFound),
        },
    }
}

/// The page as it will be once a response is published; for staff, and kept nowhere.
pub async fn preview(app: &App, id: PetitionId, now: Timestamp, preview: Preview) -> Result<Response, PageError> {
    page::html(&page_of(app, id, (Range::All, Shade::Count), now, Some(preview)).await?, CachePolicy::Never)
}

async fn render(app: &App, id: PetitionId, chosen: (Range, Shade), now: Timestamp) -> Result<Rendered, PageError> {
    let page = page_of(app, id, chosen, now, None).await?;
    Ok(Rendered::new(Format::Html, page.render()?, CachePolicy::ForASecond))
}

async fn page_of(
    app: &App,
    id: PetitionId,
    (range, shade): (Range, Shade),
    now: Timestamp,
    preview: Option<Preview>,
) -> Result<PetitionPage, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    let mut petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    if petition.state.visibility() != Visibility::Page {
        return Err(PageError::NotFound);
    }
    let series = store::tallies::series(&mut db, id, now).await?.ok_or(PageError::NotFound)?;
    let found = store::places::find(&mut db, id, &app.boundaries).await?.ok_or(PageError::NotFound)?;
    let related = store::related::find(&mut db, id, now).await?;
    let activities = store::petitions::activities(&mut db, id).await?;
    let removals = store::removals::find(&mut db, id).await?;
    let moved = store::outages::of_petition(&mut db, id).await?;
    let mut edits = store::moderation::edits(&mut db, id).await?;
    edits.retain(|edit| !edit.note.is_empty());
    let mut response_changes = store::responses::changes(&mut db, id).await?;
    db.commit().await?;
    let preview = preview.map(|preview| {
        petition.response = Some(preview.response);
        petition.response_department = preview.department;
        petition.dates.government_response_at.get_or_insert(now);
        response_changes.splice(0..0, preview.change);
        preview.back
    });

    // What another service published is of the moment at which it was published.
    let as_at = petition.counted_at.unwrap_or(now);
    let forecast = match (petition.state, petition.dates.opened_at, petition.dates.closes_at) {
        (PetitionState::Open, Some(opened), Some(closes)) if now <= closes => {
            Forecast::new(&series, opened, closes, as_at)
        }
        _ => None,
    };
    let timeline = Milestone::all(&petition, &activities, &moved, &response_changes, &removals, app.thresholds());
    let marks = growth::marks(&petition, &timeline, &removals, &series);
    let layout = match preview {
        None => Layout::new(app, &urls::petition(&id), petition.action.clone())
            .about(summary(&petition))
            .pictured(Picture::of(app, &petition))
            .fed(urls::petition_feed(&id)),
        Some(_) => Layout::unlisted(app, petition.action.clone()),
    };
    let progress = app.thresholds().progress(
        petition.signature_count,
        petition.dates.response_threshold_reached_at.is_some() || petition.response.is_some(),
    );
    let mut growth = Growth::new(&petition, &series, forecast.as_ref(), app.thresholds(), range, &marks);
    // Whoever chooses another range keeps the map.
    for (link, range) in growth.ranges.iter_mut().zip(Range::EVERY) {
        link.url = address(&id, (range, shade), "growth");
    }
    let stopped_since = app.live.in_force().settings.collection_paused_at;
    Ok(PetitionPage {
        message: page::message(&app.live.in_force().settings.petition_message),
        layout: layout.within(Section::Petitions),
        signable: petition.state == PetitionState::Open
            && petition.dates.closes_at.is_some_and(|deadline| deadline >= now),
        waits: petition.state == PetitionState::Open
            && petition.source_url.is_none()
            && petition.dates.closes_at.is_some_and(|deadline| stopped_since.is_some_and(|since| since <= deadline)),
        facts: Facts::new(&petition, &series, forecast.as_ref(), &progress, &moved, now),
        progress,
        share: ShareLink::all(app, petition.id, &petition.action),
        growth,
        removals: Removals::new(&removals),
        places: PlacesSection::brief(&id, &found, shade, |shade| address(&id, (range, shade), "places")),
        today: deadline::day(now),
        petition,
        as_at,
        related,
        response_changes,
        activities,
        timeline,
        edits,
        preview,
    })
}

fn summary(petition: &Petition) -> String {
    let background = petition.background.trim();
    match petition.state {
        PetitionState::Rejected => background.to_owned(),
        _ => format!("{}. {background}", signatures(petition.signature_count)),
    }
}

impl PetitionPage {
    fn is_published(&self) -> bool {
        self.petition.state.is_published()
    }

    /// A debate that was announced and has not come yet.
    fn debate_to_come(&self) -> Option<jiff::civil::Date> {
        let day = self.petition.dates.scheduled_debate_date?;
        (self.petition.debate.is_none() && day >= self.today).then_some(day)
    }

    /// A debate whose day is over, though nothing has been published about it.
    fn debate_without_outcome(&self) -> Option<jiff::civil::Date> {
        let day = self.petition.dates.scheduled_debate_date?;
        (self.petition.debate.is_none() && day < self.today).then_some(day)
    }

    fn has_debate_section(&self) -> bool {
        self.petition.debate.is_some()
            || self.petition.dates.scheduled_debate_date.is_some()
            || self.petition.dates.debate_threshold_reached_at.is_some()
    }

    fn has_response_section(&self) -> bool {
        self.petition.response.is_some()
            || self.petition.dates.response_threshold_reached_at.is_some()
            || !self.response_changes.is_empty()
    }

    /// Days since the response threshold was reached, while there is no response.
    fn waiting_for_response(&self) -> Option<String> {
        let since = self.petition.dates.response_threshold_reached_at?;
        (self.petition.response.is_none()).then(|| crate::web::filters::waited(since, self.as_at))
    }

    /// Days since the debate threshold was reached, while nothing has come of it.
    fn waiting_for_debate(&self) -> Option<String> {
        let since = self.petition.dates.debate_threshold_reached_at?;
        Some(crate::web::filters::waited(since, self.as_at))
    }

    /// Links about the debate, named.
    fn debate_links(&self) -> Vec<(&'static str, &str)> {
        let Some(debate) = &self.petition.debate else { return Vec::new() };
        let links = [
            ("Watch the debate", &debate.video_url),
            ("Read the transcript", &debate.transcript_url),
            ("Read the briefing", &debate.debate_pack_url),
            ("Public engagement", &debate.public_engagement_url),
            ("Read a summary", &debate.debate_summary_url),
        ];
        let web = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
        links.into_iter().filter_map(|(name, url)| Some((name, url.as_deref().filter(web)?))).collect()
    }
}
