//! Lists of petitions and their search, as page, JSON and CSV of the same query.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};

use jiff::Timestamp;

use super::search::{Found, Search, Wanted};
use crate::{
    app::App,
    domain::{
        deadline,
        facet::Facet,
        limits,
        parliament::Parliament,
        petition::{PetitionId, PetitionState, Topic, Visibility},
    },
    store::{self, petitions::Petition, topics::TopicCount},
    urls,
    web::{
        api,
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Now, Query},
        filters::{day, day_of, thousands, waited},
        memory::{Key, Memory, Rendered},
        page::{self, Layout, Section},
        plain_text,
    },
};

#[derive(Template)]
#[template(path = "pages/petitions/list.html")]
struct ListPage {
    layout: Layout,
    found: Found,
    topics: Arc<[TopicCount]>,
    /// The parliaments to choose from, by their years in addresses and in words; empty while there is only one.
    parliaments: Vec<(String, String)>,
    now: Timestamp,
    today: jiff::civil::Date,
}

/// Shows a list.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if !Format::Html.is_accepted(&headers) {
        return match Format::Json.is_accepted(&headers) {
            true => json(State(app), now, Query(wanted)).await,
            false => Err(PageError::NotAcceptable),
        };
    }
    let Some(search) = Search::parse(wanted) else {
        return Ok(Redirect::to(urls::petitions()).into_response());
    };
    if let Some(id) = jump(&app, &search).await? {
        return Ok(Redirect::to(&urls::petition(&id)).into_response());
    }
    // Readers are led to what there is; programs are told what there is not.
    let narrowed = search.clone();
    let elsewhere = |error| match error {
        PageError::BadRequest(_) => {
            let wider = Search { topics: Vec::new(), parliament: String::new(), ..narrowed };
            let query = wider.query(wider.facet, 1);
            Ok(Redirect::to(&format!("{}{query}", urls::petitions())).into_response())
        }
        error => Err(error),
    };
    if search.is_plain() {
        let key = Key::List(search.facet, search.page, search.size);
        let render = async || match page_of(&app, &memory, search.clone(), now.0).await? {
            Ok(html) => Ok(Rendered::new(Format::Html, html, CachePolicy::Revalidate)),
            Err(_) => Err(PageError::NotFound),
        };
        match memory.get(key, || async { Ok(Some(memory.moment())) }, render).await {
            // There is no such page of the list: where else to look is told without keeping it.
            Err(PageError::NotFound) => {}
            rendered => return Ok(rendered?.respond(&headers)),
        }
    }
    let page = match page_of(&app, &memory, search, now.0).await {
        Ok(page) => page,
        Err(error) => return elsewhere(error),
    };
    match page {
        Ok(html) => Ok(page::body(Format::Html, html, CachePolicy::Revalidate)),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// The page of a list, or where it is to be found instead: the last page, for who asks for one behind it.
async fn page_of(
    app: &App,
    memory: &Memory,
    search: Search,
    now: Timestamp,
) -> Result<Result<String, Response>, PageError> {
    let wanted_page = search.page;
    let found = search.find(app, now, true).await?;
    if found.search.page != wanted_page {
        let query = found.search.query(found.search.facet, found.search.page);
        return Ok(Err(Redirect::to(&format!("{}{query}", urls::petitions())).into_response()));
    }
    let topics = memory.topics(async { Ok(store::topics::all(&mut *app.pool.acquire().await?).await?) }).await?;
    let title = match found.search.q.as_str() {
        "" => found.search.facet.title().to_owned(),
        q => format!("{q}: {}", found.search.facet.title()),
    };
    let query = found.search.query(found.search.facet, found.search.page);
    let feed = format!("{}{}", urls::petitions_feed(), found.search.query(found.search.facet, 1));
    let layout = Layout::new(app, &format!("{}{query}", urls::petitions()), title)
        .fed(feed)
        .about(format!("{}. {}", found.search.facet.title(), found.search.facet.order()))
        .within(Section::Petitions);
    let parliaments = parliaments(app);
    Ok(Ok(ListPage { layout, found, topics, parliaments, now, today: deadline::day(now) }.render()?))
}

/// The parliaments that somebody can choose from; the current one has no years in its address.
fn parliaments(app: &App) -> Vec<(String, String)> {
    let in_force = app.live.in_force();
    if in_force.archived().is_empty() {
        return Vec::new();
    }
    let current = (String::new(), "This Parliament".to_owned());
    let named = |parliament: &Parliament| (parliament.period(), format!("Parliament of {}", parliament.years()));
    std::iter::once(current).chain(in_force.archived().iter().map(named)).collect()
}

/// The same list for programs.
pub async fn json(State(app): State<App>, now: Now, Query(wanted): Query<Wanted>) -> Result<Response, PageError> {
    let search = Search::parse(wanted).ok_or_else(no_such_list)?;
    let found = search.find(&app, now.0, false).await?;
    Ok(page::body(Format::Json, api::petitions::json(&app, &found)?, CachePolicy::Revalidate))
}

/// The same list for readers of feeds, the newest first.
pub async fn atom(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let search = Search::parse(wanted).ok_or_else(no_such_list)?;
    api::feeds::list(&app, &memory, search, now.0, &headers).await
}

/// The whole list, all pages, for tables.
pub async fn csv(State(app): State<App>, now: Now, Query(wanted): Query<Wanted>) -> Result<Response, PageError> {
    let search = Search::parse(wanted).ok_or_else(no_such_list)?;
    let rows = search.table(&app, now.0).await?;
    let mut response = page::body(Format::Csv, api::petitions::csv(&app, &rows)?, CachePolicy::Revalidate);
    response.headers_mut().insert("content-disposition", "attachment; filename=\"filtered-petitions.csv\"".parse()?);
    Ok(response)
}

fn no_such_list() -> PageError {
    let codes: Vec<_> = Facet::ALL.iter().map(|facet| facet.code()).collect();
    PageError::bad_request(format!("There is no such list; state is one of {}.", codes.join(", ")))
}

/// Who types the number of a petition means that petition.
async fn jump(app: &App, search: &Search) -> Result<Option<PetitionId>, PageError> {
    let Ok(id) = search.q.trim_start_matches('#').parse::<PetitionId>() else { return Ok(None) };
    let state = store::petitions::state(&mut *app.pool.acquire().await?, id).await?;
    Ok(state.filter(|state| state.visibility() == Visibility::Page).map(|_| id))
}

impl ListPage {
    fn url(&self, facet: &Facet) -> String {
        format!("{}{}", urls::petitions(), self.found.search.query(*facet, 1))
    }

    /// The same in an earlier parliament.
    fn earlier_url(&self, parliament: &Parliament) -> String {
        let search = Search { parliament: parliament.period(), ..self.found.search.clone() };
        format!("{}{}", urls::petitions(), search.query(search.facet, 1))
    }

    fn page_url(&self, page: &u64) -> String {
        format!("{}{}", urls::petitions(), self.found.search.query(self.found.search.facet, *page))
    }

    fn data_url(&self, ending: &str) -> String {
        format!(
            "{}.{ending}{}",
            urls::petitions(),
            self.found.search.query(self.found.search.facet, self.found.search.page)
        )
    }

    /// The one topic that was asked for, if it is one.
    fn topic(&self) -> Option<&Topic> {
        let [code] = self.found.search.topics.as_slice() else { return None };
        self.topics.iter().map(|known| &known.topic).find(|topic| topic.code == *code)
    }

    fn topic_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.topics.iter().find(|known| known.topic.code == code).map_or(code, |known| known.topic.name.as_str())
    }

    /// Pages to link to: the first, the last, and those around the current; 0 stands for a gap.
    fn pages(&self) -> Vec<u64> {
        let (current, last) = (self.found.search.page, self.found.last_page());
        let mut pages: Vec<u64> = Vec::new();
        for page in 1..=last {
            if page == 1 || page == last || page.abs_diff(current) <= 2 {
                pages.push(page);
            } else if pages.last() != Some(&0) {
                pages.push(0);
            }
        }
        pages
    }

    /// What became of it, in a few words.
    fn outcome(&self, petition: &Petition) -> Vec<String> {
        let dates = &petition.dates;
        let mut words = Vec::new();
        match petition.state {
            PetitionState::Open => {
                if let Some(deadline) = &dates.closes_at {
                    words.push(format!("Closes {}", day_of(deadline)));
                }
            }
            PetitionState::Closed => {
                if let Some(closed) = &dates.closed_at {
                    words.push(format!("Closed {}", day_of(closed)));
                }
            }
            PetitionState::Rejected => {
                if let Some(rejected) = &dates.rejected_at {
                    words.push(format!("Rejected {}", day_of(rejected)));
                }
                if let Some((title, _)) = &petition.rejection_reason {
                    words.push(title.clone());
                }
            }
            _ => {}
        }
        match (&petition.response, &dates.response_threshold_reached_at) {
            (Some(response), _) => words.push(format!("Government responded {}", day(&response.responded_on))),
            (None, Some(since)) => words.push(self.waiting("a response", petition, *since)),
            _ => {}
        }
        match (&petition.debate, &dates.scheduled_debate_date, &dates.debate_threshold_reached_at) {
            (Some(debate), ..) if debate.debated => {
                words.push(debate.debated_on.map_or("Debated".to_owned(), |on| format!("Debated {}", day(&on))));
            }
            (Some(_), ..) => words.push("Not debated".to_owned()),
            (None, Some(on), _) if *on >= self.today => words.push(format!("Debate on {}", day(on))),
            (None, Some(on), _) => {
                words.push(format!("Debate was scheduled for {}; its outcome is not recorded yet", day(on)));
            }
            (None, None, Some(since)) => words.push(self.waiting("a debate", petition, *since)),
            _ => {}
        }
        words
    }

    /// "Waiting for a response for 43 days"; of what another service published, as of then.
    fn waiting(&self, what: &str, petition: &Petition, since: Timestamp) -> String {
        let as_at = petition.counted_at.unwrap_or(self.now);
        format!("Waiting for {what} for {}, since {}", waited(since, as_at), day_of(&since))
    }
}
