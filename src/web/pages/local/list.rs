//! All constituencies, each with its page.

use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{Constituencies, constituencies, set_of};
use crate::{
    app::App,
    domain::{
        area::{BoundarySet, Nation},
        limits,
        text::fold,
    },
    store::{
        self,
        local::{Boundaries, Constituency},
        petitions::Version,
    },
    urls,
    web::{
        api,
        cache::CachePolicy,
        error::PageError,
        extract::{Format, Query},
        filters::{day, thousands},
        form::Choice,
        memory::{Key, Memory, Rendered},
        page::{self, Layout, Section},
        pages::petitions::places::{boundaries, nation_code},
    },
};

/// What stands behind the question mark.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    boundaries: Option<String>,
    q: Option<String>,
    region: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/local/list.html")]
struct ListPage {
    layout: Layout,
    /// The set of constituencies.
    set: BoundarySet,
    boundaries: Boundaries,
    /// The other sets.
    others: Vec<Boundaries>,
    q: String,
    region: String,
    /// The regions that can be chosen.
    regions: Vec<Choice>,
    /// The constituencies that were asked for, by region.
    groups: Vec<Group>,
    found: usize,
    all: usize,
    /// Whether postcodes can be looked up.
    directory: bool,
}

/// The constituencies of a region or nation.
struct Group {
    code: String,
    name: String,
    constituencies: Vec<Constituency>,
}

/// Shows them; as JSON for who accepts JSON but no page.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    query: Option<Query<Wanted>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if !Format::Html.is_accepted(&headers) {
        return match Format::Json.is_accepted(&headers) {
            true => api::constituencies::json(State(app)).await,
            false => Err(PageError::NotAcceptable),
        };
    }
    let wanted = query.map(|query| query.0).unwrap_or_default();
    let set = set_of(wanted.boundaries.as_deref())?;
    let typed = |text: Option<String>| text.unwrap_or_default().trim().chars().take(limits::SEARCH).collect::<String>();
    let (q, region) = (typed(wanted.q), typed(wanted.region));
    let known = constituencies(&app, &memory, set).await?;
    let has_directory = async || store::local::has_directory(&mut *app.pool.acquire().await?).await;
    if !q.is_empty() || !region.is_empty() {
        let html = ListPage::new(&app, &known, set, q, region, has_directory().await?).render()?;
        return Ok(page::body(Format::Html, html, CachePolicy::Revalidate).into_response());
    }
    let render = async || {
        let html = ListPage::new(&app, &known, set, q.clone(), region.clone(), has_directory().await?).render()?;
        Ok(Rendered::new(Format::Html, html, CachePolicy::ForAMinute))
    };
    // It changes when the settings do, and is made anew twice a minute besides.
    let version = || async { Ok(Some(Version { petition: 0, totals: 0 })) };
    Ok(memory.get(Key::Constituencies(set), version, render).await?.respond(&headers))
}

impl ListPage {
    fn new(app: &App, known: &Constituencies, set: BoundarySet, q: String, region: String, directory: bool) -> Self {
        let words: Vec<String> = fold(&q).split_whitespace().map(str::to_owned).collect();
        let mut groups: Vec<Group> = Vec::new();
        for constituency in &known.all {
            let (code, name) = region_of(constituency);
            match groups.iter_mut().find(|group| group.code == code) {
                Some(group) => group.constituencies.push(constituency.clone()),
                None => groups.push(Group { code, name, constituencies: vec![constituency.clone()] }),
            }
        }
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        let regions = groups.iter().map(|group| Choice::new(group.code.clone(), group.name.clone())).collect();
        let is_called = |constituency: &Constituency| {
            let names = fold(&format!("{} {}", constituency.name, constituency.name_cy.as_deref().unwrap_or("")));
            words.iter().all(|word| names.contains(word))
        };
        groups.retain_mut(|group| {
            group.constituencies.retain(is_called);
            !group.constituencies.is_empty() && (region.is_empty() || group.code == region)
        });
        let address = urls::constituencies(set);
        Self {
            layout: Layout::new(app, &address, "Constituencies")
                .about("All constituencies, and the petitions that each one signs.")
                .within(Section::Petitions),
            set,
            boundaries: known.boundaries,
            others: known.sets.iter().copied().filter(|other| other.set != set).collect(),
            found: groups.iter().map(|group| group.constituencies.len()).sum(),
            all: known.all.len(),
            q,
            region,
            regions,
            groups,
            directory,
        }
    }
}

/// The region that a constituency lies in, or the nation where that is not known: code and name.
fn region_of(constituency: &Constituency) -> (String, String) {
    match (&constituency.region, Nation::of_constituency(&constituency.code)) {
        (Some(region), _) => (region.code.clone(), region.name.clone()),
        (None, Some(nation)) => (nation_code(nation).to_owned(), nation.name().to_owned()),
        (None, None) => ("elsewhere".to_owned(), "Elsewhere".to_owned()),
    }
}
