//! What a constituency signs: most, and more than usual.

use std::{collections::HashMap, sync::Arc};

use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{Constituencies, Local, constituencies, set_of};
use crate::{
    app::App,
    domain::{
        area::{BoundarySet, Nation},
        limits,
        petition::{PetitionId, PetitionState},
        usual::{self, Signed},
    },
    store::{
        self,
        local::{Boundaries, Constituency, Listed},
    },
    urls,
    web::{
        api,
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Now, PlaceName, Query},
        filters::{day, day_of, people, second_of, signatures, thousands, times},
        memory::{Key, Memory, Rendered},
        page::{self, Layout, Section},
    },
};

/// What stands behind the question mark.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    boundaries: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/local/show.html")]
struct LocalPage {
    layout: Layout,
    set: BoundarySet,
    boundaries: Boundaries,
    place: Constituency,
    /// Whether closed petitions are among them.
    all: bool,
    /// The moment of which every number on the page is.
    as_at: Timestamp,
    most: Vec<Petition>,
    unusual: Vec<Petition>,
}

/// A petition as this place signs it.
pub struct Petition {
    /// Its number.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// Where it is in its life.
    pub state: PetitionState,
    /// Signatures from here.
    pub here: i64,
    /// Signatures in all.
    pub total: i64,
    /// How many times as much as usual that is, where it is known.
    pub times: Option<f64>,
}

/// What somebody wants to know of a constituency.
struct Question {
    known: Arc<Constituencies>,
    place: Constituency,
    set: BoundarySet,
    all: bool,
}

/// Open petitions.
pub async fn open(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    address: PlaceName,
    query: Option<Query<Wanted>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    answer(&app, &memory, now.0, address, query, &headers, false).await
}

/// Open and closed petitions.
pub async fn all(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    address: PlaceName,
    query: Option<Query<Wanted>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if address.suffix.is_some() {
        return Err(PageError::NotFound);
    }
    answer(&app, &memory, now.0, address, query, &headers, true).await
}

/// The same for programs.
pub async fn all_json(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    address: PlaceName,
    query: Option<Query<Wanted>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let address = PlaceName { suffix: Some(Format::Json), ..address };
    answer(&app, &memory, now.0, address, query, &headers, true).await
}

/// The same as a table.
pub async fn all_csv(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    address: PlaceName,
    query: Option<Query<Wanted>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let address = PlaceName { suffix: Some(Format::Csv), ..address };
    answer(&app, &memory, now.0, address, query, &headers, true).await
}

async fn answer(
    app: &App,
    memory: &Memory,
    now: Timestamp,
    address: PlaceName,
    query: Option<Query<Wanted>>,
    headers: &HeaderMap,
    all: bool,
) -> Result<Response, PageError> {
    let format = match address.suffix {
        Some(format) => format,
        None if Format::Html.is_accepted(headers) => Format::Html,
        None if Format::Json.is_accepted(headers) => Format::Json,
        None => return Err(PageError::NotAcceptable),
    };
    let set = set_of(query.and_then(|query| query.0.boundaries).as_deref())?;
    let known = constituencies(app, memory, set).await?;
    let place = known.with_slug(&address.slug).ok_or(PageError::NotFound)?.clone();
    let question = Question { known, place, set, all };
    match format {
        Format::Html if address.suffix.is_some() => {
            Ok(Redirect::permanent(&urls::local_place(&address.slug, set)).into_response())
        }
        Format::Html => {
            // Petitions that staff take away are gone at once; their numbers are as they were found within the last minute.
            let key = Key::Local(question.place.area, set, all);
            let version = || async { Ok(Some(memory.moment())) };
            let render = || question.page(app, memory, now);
            Ok(memory.get(key, version, render).await?.respond(headers))
        }
        Format::Json => {
            let (local, most, unusual) = question.find(app, memory, now).await?;
            let text = api::local::json(app, &question.place, local.as_at, &most, &unusual)?;
            Ok(page::body(Format::Json, text, CachePolicy::Revalidate))
        }
        Format::Csv => {
            let (_, most, _) = question.find(app, memory, now).await?;
            let mut response = page::body(Format::Csv, api::local::csv(app, &most)?, CachePolicy::Revalidate);
            let name = format!("attachment; filename=\"petitions-{}.csv\"", question.place.slug);
            response.headers_mut().insert("content-disposition", name.parse()?);
            Ok(response)
        }
        Format::Atom if !question.all => {
            let key = Key::LocalFeed(question.place.area, set);
            let version = || async { Ok(Some(memory.moment())) };
            let render = || question.feed(app, memory, now);
            Ok(memory.get(key, version, render).await?.respond(headers))
        }
        Format::Atom | Format::Svg | Format::Png => Err(PageError::NotAcceptable),
    }
}

impl Question {
    /// The petitions that this place signs most, and those that it signs more than usual.
    async fn find(
        &self,
        app: &App,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<(Arc<Local>, Vec<Petition>, Vec<Petition>), PageError> {
        let find = async {
            let mut db = store::snapshot(&app.pool).await?;
            let sums = (self.place.of_everything, self.known.everything);
            let signed = store::local::signed(&mut db, self.place.area, self.set, self.all, sums).await?;
            db.commit().await?;
            Ok(Local {
                as_at: now,
                unusual: usual::most_unusual(signed.clone(), limits::LOCAL_UNUSUAL),
                most: usual::most_signed(signed, limits::LOCAL),
            })
        };
        let local = memory.local(self.place.area, self.set, self.all, find).await?;
        let ids: Vec<PetitionId> = local.most.iter().chain(&local.unusual).map(|signed| signed.petition).collect();
        let listed = store::local::listed(&mut *app.pool.acquire().await?, &ids).await?;
        let listed: HashMap<PetitionId, Listed> = listed.into_iter().map(|listed| (listed.id, listed)).collect();
        let shown = |signed: &[Signed<PetitionId>]| -> Vec<Petition> {
            let shown = signed.iter().filter_map(|signed| {
                let listed = listed.get(&signed.petition)?;
                Some(Petition {
                    id: listed.id,
                    action: listed.action.clone(),
                    state: listed.state,
                    here: signed.here,
                    total: signed.total,
                    times: signed.times,
                })
            });
            shown.filter(|petition| self.all || petition.state == PetitionState::Open).collect()
        };
        let (most, unusual) = (shown(&local.most), shown(&local.unusual));
        Ok((local, most, unusual))
    }

    async fn feed(&self, app: &App, memory: &Memory, now: Timestamp) -> Result<Rendered, PageError> {
        let (_, most, _) = self.find(app, memory, now).await?;
        let most: Vec<PetitionId> = most.iter().map(|petition| petition.id).collect();
        let place = (self.place.name.as_str(), self.place.slug.as_str(), self.set);
        let feed = api::feeds::place(app, place, &most, now).await?;
        Ok(Rendered::new(Format::Atom, feed, CachePolicy::Revalidate))
    }

    async fn page(&self, app: &App, memory: &Memory, now: Timestamp) -> Result<Rendered, PageError> {
        let (local, most, unusual) = self.find(app, memory, now).await?;
        let slug = &self.place.slug;
        let address = match self.all {
            true => urls::local_place_all(slug, self.set),
            false => urls::local_place(slug, self.set),
        };
        let title = match self.all {
            true => format!("All petitions signed in {}", self.place.name),
            false => format!("Petitions signed in {}", self.place.name),
        };
        let page = LocalPage {
            layout: Layout::new(app, &address, title)
                .fed(urls::local_feed(slug, self.set))
                .about(format!("What {} signs: most, and more than usual.", self.place.name))
                .within(Section::Petitions),
            set: self.set,
            boundaries: self.known.boundaries,
            place: self.place.clone(),
            all: self.all,
            as_at: local.as_at,
            most,
            unusual,
        };
        Ok(Rendered::new(Format::Html, page.render()?, CachePolicy::Revalidate))
    }
}

/// Parliament's own page about who represents a constituency.
pub fn member_page(place: &Constituency) -> String {
    let name = utf8_percent_encode(&place.name, NON_ALPHANUMERIC);
    format!("https://members.parliament.uk/members/Commons?SearchText={name}")
}

impl LocalPage {
    /// Where it lies: its region, or its nation.
    fn region(&self) -> Option<String> {
        let nation = Nation::of_constituency(&self.place.code).map(|nation| nation.name().to_owned());
        match (&self.place.region, nation) {
            (Some(region), Some(nation)) if region.name != nation => Some(format!("{}, {nation}", region.name)),
            (Some(region), _) => Some(region.name.clone()),
            (None, nation) => nation,
        }
    }
}
