//! All places that a petition's signatures come from, on a page of their own: ordered and filtered by link.

use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    places::{self, ENGLAND, Order, PlacesSection, View, nation_code},
    show::instead,
};
use crate::{
    app::App,
    domain::{
        area::Nation,
        limits,
        petition::{PetitionId, Visibility},
        places::Places,
    },
    store::{self, petitions::Petition},
    urls,
    web::{
        api,
        cache::CachePolicy,
        charts::Shade,
        error::PageError,
        extract::{Format, Now, Numbered, Query},
        filters::second_of,
        form::Choice,
        memory::{Key, Memory, Rendered},
        page::{self, Layout, Section},
    },
};

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    map: Option<String>,
    places_by: Option<String>,
    order: Option<String>,
    size: Option<String>,
    region: Option<String>,
    q: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/petitions/places.html")]
struct PlacesPage {
    layout: Layout,
    petition: Petition,
    /// The moment of which every number on the page is.
    as_at: Timestamp,
    view: View,
    places: PlacesSection,
    /// Regions and nations that can be chosen.
    regions: Vec<Choice>,
}

impl Wanted {
    fn parse(self) -> Result<View, PageError> {
        let shade = places::shade(self.map)?;
        let order = match self.places_by.as_deref() {
            None | Some("") => Order::By(shade),
            Some(word) => Order::with_word(word)
                .ok_or_else(|| PageError::bad_request("Constituencies are ordered by count, share, usual or name."))?,
        };
        let typed =
            |text: Option<String>| text.unwrap_or_default().trim().chars().take(limits::SEARCH).collect::<String>();
        let (turned, large) = (self.order.as_deref() == Some("turned"), self.size.as_deref() == Some("large"));
        Ok(View { shade, order, turned, large, region: typed(self.region), words: typed(self.q) })
    }
}

/// Shows the places of a petition, or what stands in its place; as JSON for who accepts JSON but no page.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    address: Numbered,
    query: Option<Query<Wanted>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if address.suffix.is_some() {
        return Err(PageError::NotFound);
    }
    let id = address.id;
    if !Format::Html.is_accepted(&headers) {
        return match Format::Json.is_accepted(&headers) {
            true => api::places::show(&app, id, Format::Json, None).await,
            false => Err(PageError::NotAcceptable),
        };
    }
    let view = query.map(|query| query.0).unwrap_or_default().parse()?;
    let page = if view.is_whole() {
        let render = async || {
            let html = render(&app, id, view.clone(), now.0).await?;
            Ok(Rendered::new(Format::Html, html, CachePolicy::ForASecond))
        };
        let key = Key::Places(id, view.shade, view.order, [view.turned, view.large]);
        memory.of_petition(&app.pool, key, id, render).await.map(|rendered| rendered.respond(&headers))
    } else {
        let html = render(&app, id, view, now.0).await;
        html.map(|html| page::body(Format::Html, html, CachePolicy::Revalidate).into_response())
    };
    match page {
        Err(PageError::NotFound) => instead(&app, id).await,
        page => page,
    }
}

async fn render(app: &App, id: PetitionId, view: View, now: Timestamp) -> Result<String, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    if petition.state.visibility() != Visibility::Page || !petition.state.is_published() {
        return Err(PageError::NotFound);
    }
    let found = store::places::find(&mut db, id, &app.boundaries).await?.ok_or(PageError::NotFound)?;
    db.commit().await?;
    let view = view.known(&found);
    let layout = Layout::new(app, &urls::all_places(&id), format!("Where people signed: {}", petition.action));
    let page = PlacesPage {
        layout: layout.about("Signatures by constituency, region and country.").within(Section::Petitions),
        as_at: petition.counted_at.unwrap_or(now),
        petition,
        regions: regions(&found),
        places: PlacesSection::whole(&id, &found, &view),
        view,
    };
    Ok(page.render()?)
}

impl PlacesPage {
    /// The same without a filter.
    fn whole_url(&self) -> String {
        let view = View { region: String::new(), words: String::new(), ..self.view.clone() };
        format!("{}{}#table", urls::all_places(&self.petition.id), view.query())
    }

    /// The map by itself.
    fn picture_url(&self) -> String {
        format!("{}{}", urls::places(&self.petition.id, "svg"), View::of(self.view.shade).query())
    }
}

/// The nations and regions of these constituencies, by name.
fn regions(places: &Places) -> Vec<Choice> {
    let nations = [Nation::England, Nation::NorthernIreland, Nation::Scotland, Nation::Wales];
    let there = |nation| places.constituencies.iter().any(|constituency| constituency.nation() == Some(nation));
    let mut choices: Vec<Choice> = nations
        .into_iter()
        .filter(|nation| there(*nation))
        .map(|nation| Choice::new(nation_code(nation), nation.name()))
        .collect();
    let regions = places.regions().into_iter().filter(|tally| tally.region.code.starts_with("E12"));
    choices.extend(regions.map(|tally| Choice::new(tally.region.code, tally.region.name)));
    if choices.iter().any(|choice| choice.value != ENGLAND && choice.value.starts_with('E')) {
        choices.sort_by(|a, b| a.label.cmp(&b.label));
    }
    choices
}
