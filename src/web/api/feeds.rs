//! What feeds tell: the newest of a list, what happens to a petition, what is new about a topic or in a constituency.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;

use super::atom::{Entry, Feed};
use crate::{
    app::App,
    domain::{
        area::BoundarySet,
        deadline,
        facet::Facet,
        limits,
        petition::{PetitionId, PetitionState, Topic, Visibility},
    },
    store::{self, happenings::Happened, petitions::Petition},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Now, TopicName},
        filters::{long_day, signatures, thousands},
        markdown,
        memory::{Key, Memory, Rendered},
        pages::petitions::search::{Found, Search},
    },
};

fn full(app: &App, path: &str) -> String {
    format!("{}{path}", app.public_url)
}

fn topics(topics: &[Topic]) -> Vec<(String, String)> {
    topics.iter().map(|topic| (topic.code.clone(), topic.name.clone())).collect()
}

/// When the parliament opened of which a feed tells, with these years or the current one. Until it does, today: nothing
/// that is yet to come has happened.
fn since(app: &App, period: &str, now: Timestamp) -> Timestamp {
    let in_force = app.live.in_force();
    let named = in_force.parliaments.iter().find(|parliament| parliament.period() == period);
    named.unwrap_or(in_force.parliament()).opening_at.min(deadline::start_of_day(deadline::day(now)))
}

fn answer(app: &App, feed: &Feed) -> Response {
    Rendered::new(Format::Atom, feed.write(app), CachePolicy::Revalidate).respond(&HeaderMap::new())
}

/// A list or search: its petitions, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    app: &App,
    memory: &Memory,
    search: Search,
    now: Timestamp,
    headers: &HeaderMap,
) -> Result<Response, PageError> {
    if !search.is_plain() {
        return Ok(answer(app, &of_found(app, &search.find_newest(app, now).await?, now)));
    }
    let key = Key::ListFeed(search.facet, search.page, search.size);
    let render = async || {
        let found = search.clone().find_newest(app, now).await?;
        Ok(Rendered::new(Format::Atom, of_found(app, &found, now).write(app), CachePolicy::Revalidate))
    };
    Ok(memory.get(key, || async { Ok(Some(memory.moment())) }, render).await?.respond(headers))
}

fn of_found(app: &App, found: &Found, now: Timestamp) -> Feed {
    let search = &found.search;
    let at = |path: &str, page: u64| full(app, &format!("{path}{}", search.query(search.facet, page)));
    let what = match search.q.as_str() {
        "" => search.facet.title().to_owned(),
        q => format!("{q}: {}", search.facet.title()),
    };
    Feed {
        title: format!("{what} – {}", app.site_name()),
        subtitle: format!("{}, the newest first.", search.facet.title()),
        this: at(urls::petitions_feed(), search.page),
        page: at(urls::petitions(), 1),
        next: (search.page < found.last_page()).then(|| at(urls::petitions_feed(), search.page + 1)),
        previous: (search.page > 1).then(|| at(urls::petitions_feed(), search.page.min(found.last_page() + 1) - 1)),
        since: since(app, &search.parliament, now),
        entries: found.petitions.iter().map(|petition| listed(app, petition, search.facet)).collect(),
    }
}

/// A petition as a list tells of it, at the moment that brought it onto the list.
fn listed(app: &App, petition: &Petition, facet: Facet) -> Entry {
    let (dates, address) = (&petition.dates, full(app, &urls::petition(&petition.id)));
    let since = match facet {
        Facet::Closed => dates.closed_at,
        Facet::AwaitingResponse => dates.response_threshold_reached_at,
        Facet::WithResponse => dates.government_response_at,
        Facet::AwaitingDebate => {
            dates.debate_threshold_reached_at.or(dates.debate_scheduled_on.map(deadline::start_of_day))
        }
        Facet::Debated => dates.debate_outcome_at.or(dates.scheduled_debate_date.map(deadline::start_of_day)),
        Facet::NotDebated => dates.debate_outcome_at,
        Facet::All | Facet::Open | Facet::Recent | Facet::Rejected => None,
    };
    let at = since.or(dates.opened_at).or(dates.rejected_at).unwrap_or(dates.created_at);
    let summary = match (&petition.response, facet) {
        (Some(response), Facet::WithResponse) => response.summary.clone(),
        _ => petition.background.clone(),
    };
    Entry {
        id: address.clone(),
        title: petition.action.clone(),
        published: at,
        updated: at,
        link: address,
        summary,
        html: String::new(),
        topics: topics(&petition.topics),
    }
}

/// What happens to a petition: goals, the response, the debate, other activity, its closing.
///
/// # Errors
/// When there is none, or the database fails.
pub async fn petition(app: &App, memory: &Memory, id: PetitionId, headers: &HeaderMap) -> Result<Response, PageError> {
    let version = || async { Ok(store::petitions::version(&mut *app.pool.acquire().await?, id).await?) };
    let render = async || {
        let mut db = store::snapshot(&app.pool).await?;
        let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
        match petition.state.visibility() {
            Visibility::Page => {}
            Visibility::Gone => return Err(PageError::Gone),
            _ => return Err(PageError::NotFound),
        }
        let mut entries = of_petition(app, &petition);
        for activity in store::debates::activities(&mut db, id).await? {
            let at = deadline::start_of_day(activity.occurred_on.unwrap_or(deadline::day(activity.created_at)));
            entries.push(Entry {
                html: markdown::to_html(&activity.body),
                updated: activity.updated_at.max(at),
                ..entry(app, &petition, &format!("activity-{}", activity.id), activity.subject, at, "#activity")
            });
        }
        db.commit().await?;
        entries.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| b.id.cmp(&a.id)));
        let feed = Feed {
            title: format!("{} – {}", petition.action, app.site_name()),
            subtitle: "What happens to this petition.".to_owned(),
            this: full(app, &urls::petition_feed(&id)),
            page: full(app, &urls::petition(&id)),
            next: None,
            previous: None,
            since: petition.dates.created_at,
            entries,
        };
        Ok(Rendered::new(Format::Atom, feed.write(app), CachePolicy::ForAMinute))
    };
    Ok(memory.get(Key::PetitionFeed(id), version, render).await?.respond(headers))
}

fn entry(app: &App, petition: &Petition, key: &str, title: String, at: Timestamp, anchor: &str) -> Entry {
    let address = full(app, &urls::petition(&petition.id));
    Entry {
        id: format!("{address}#{key}"),
        title,
        published: at,
        updated: at,
        link: format!("{address}{anchor}"),
        summary: String::new(),
        html: String::new(),
        topics: topics(&petition.topics),
    }
}

fn of_petition(app: &App, petition: &Petition) -> Vec<Entry> {
    let (dates, thresholds) = (&petition.dates, app.thresholds());
    let told = |key: &str, title: &str, at, anchor| entry(app, petition, key, title.to_owned(), at, anchor);
    let mut entries = Vec::new();
    if let Some(at) = dates.opened_at {
        entries.push(Entry { summary: petition.background.clone(), ..told("opened", "Opened for signatures", at, "") });
    }
    for (at, key, goal) in [
        (dates.response_threshold_reached_at, "response-threshold", thresholds.response),
        (dates.debate_threshold_reached_at, "debate-threshold", thresholds.debate),
    ] {
        if let Some(at) = at {
            entries.push(told(key, &format!("Reached {} signatures", thousands(goal)), at, ""));
        }
    }
    if let Some(response) = &petition.response {
        let at = dates.government_response_at.unwrap_or_else(|| deadline::start_of_day(response.responded_on));
        entries.push(Entry {
            summary: response.summary.clone(),
            html: markdown::to_html(&response.details),
            updated: response.updated_at.max(at),
            ..told("response", "The Government has responded", at, "#response")
        });
    }
    if let (Some(on), Some(date)) = (dates.debate_scheduled_on, dates.scheduled_debate_date) {
        let title = format!("A debate was scheduled for {}", long_day(&date));
        // Another day is another entry.
        entries.push(told(&format!("debate-on-{date}"), &title, deadline::start_of_day(on), "#debate"));
    }
    if let Some(debate) = &petition.debate {
        let known = if debate.debated { debate.debated_on.map(deadline::start_of_day) } else { None };
        if let Some(at) = dates.debate_outcome_at.or(known) {
            let (key, title) = match debate.debated {
                true => ("debated", "Parliament debated it"),
                false => ("not-debated", "Parliament decided not to debate it"),
            };
            let html = debate.overview.as_deref().map(markdown::to_html).unwrap_or_default();
            entries.push(Entry { html, ..told(key, title, at, "#debate") });
        }
    }
    if let Some(at) = dates.closed_at {
        let title = format!("Closed with {}", signatures(petition.signature_count));
        entries.push(told("closed", &title, at, ""));
    }
    if let Some(at) = dates.rejected_at.filter(|_| petition.state == PetitionState::Rejected) {
        let summary = petition.rejection_reason.clone().map(|(title, _)| title).unwrap_or_default();
        entries.push(Entry { summary, ..told("rejected", "Rejected", at, "#rejection") });
    }
    entries
}

/// What is new about a topic. The address without an ending leads to its petitions.
///
/// # Errors
/// When there is none, or the database fails.
pub async fn topic(State(app): State<App>, now: Now, address: TopicName) -> Result<Response, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    let topic = store::topics::find(&mut db, &address.code).await?.ok_or(PageError::NotFound)?;
    match address.suffix {
        Some(Format::Atom) => {}
        None => return Ok(Redirect::to(&urls::topic(&topic.code)).into_response()),
        Some(_) => return Err(PageError::NotAcceptable),
    }
    let happened = store::happenings::last(&mut db, Some(&topic.code), &[], limits::FEED_ENTRIES).await?;
    db.commit().await?;
    let feed = Feed {
        title: format!("{} – {}", topic.name, app.site_name()),
        subtitle: "New petitions about this topic, responses to them, and debates.".to_owned(),
        this: full(&app, &urls::topic_feed(&topic.code)),
        page: full(&app, &urls::topic(&topic.code)),
        next: None,
        previous: None,
        since: since(&app, "", now.0),
        entries: happened.iter().map(|happened| of_happened(&app, happened)).collect(),
    };
    Ok(answer(&app, &feed))
}

/// What is new about the petitions that a constituency signs most.
///
/// # Errors
/// When the database fails.
pub async fn place(
    app: &App,
    (name, slug, set): (&str, &str, BoundarySet),
    most: &[PetitionId],
    now: Timestamp,
) -> Result<Vec<u8>, PageError> {
    let mut db = app.pool.acquire().await?;
    let happened = store::happenings::last(&mut db, None, most, limits::FEED_ENTRIES).await?;
    let feed = Feed {
        title: format!("Signed most in {name} – {}", app.site_name()),
        subtitle: "The petitions that this constituency signs most, responses to them, and debates.".to_owned(),
        this: full(app, &urls::local_feed(slug, set)),
        page: full(app, &urls::local_place(slug, set)),
        next: None,
        previous: None,
        since: since(app, "", now),
        entries: happened.iter().map(|happened| of_happened(app, happened)).collect(),
    };
    Ok(feed.write(app))
}

fn of_happened(app: &App, happened: &Happened) -> Entry {
    let address = full(app, &urls::petition(&happened.petition));
    Entry {
        id: format!("{address}#{}", happened.what.code()),
        title: format!("{}: {}", happened.what.label(), happened.action),
        published: happened.at,
        updated: happened.at,
        link: format!("{address}{}", happened.what.anchor()),
        summary: happened.summary.clone(),
        html: String::new(),
        topics: Vec::new(),
    }
}
