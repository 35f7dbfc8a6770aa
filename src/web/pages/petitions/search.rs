//! What is wanted of a list of petitions, and what was found.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;

use crate::{
    app::App,
    domain::{
        deadline,
        facet::Facet,
        limits,
        parliament::{Parliament, ParliamentId},
    },
    store::{
        self, Db,
        listing::{Listing, Slice, TableRow},
        petitions::Petition,
        search::Understood,
    },
    web::error::PageError,
};

/// What stands behind the question mark, as typed.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    state: Vec<String>,
    #[serde(default)]
    q: Vec<String>,
    #[serde(default)]
    query: Vec<String>,
    #[serde(default)]
    topic: Vec<String>,
    #[serde(default)]
    parliament: Vec<String>,
    #[serde(default)]
    page: Vec<String>,
    #[serde(default)]
    count: Vec<String>,
}

/// What is wanted, understood.
#[derive(Clone, Debug)]
pub struct Search {
    /// Which list.
    pub facet: Facet,
    /// What to look for, as typed.
    pub q: String,
    /// Topics, by code.
    pub topics: Vec<String>,
    /// Of which parliament, by its years; empty: of the current one.
    pub parliament: String,
    /// Which page, from 1.
    pub page: u64,
    /// Petitions on a page.
    pub size: u64,
}

/// A page of a list, found.
pub struct Found {
    /// What was wanted.
    pub search: Search,
    /// The petitions.
    pub petitions: Vec<Petition>,
    /// Petitions on all pages.
    pub total: u64,
    /// What the search was taken for.
    pub understood: Understood,
    /// Where the current parliament has none: how many petitions of earlier ones are like it, for those that have any.
    pub earlier: Vec<(Parliament, u64)>,
}

/// Most topics that can be asked for at once.
const TOPICS: usize = 10;
/// The last page that can be asked for.
const PAGES: u64 = 99_999;
/// Characters that mean something in a query.
pub(super) const IN_QUERY: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'&').add(b'+').add(b'<').add(b'>').add(b'%').add(b'=');

impl Search {
    /// Whether it is one of the ten lists as it is, which many look at.
    pub fn is_plain(&self) -> bool {
        self.q.is_empty() && self.topics.is_empty() && self.parliament.is_empty()
    }

    /// Understands what was typed; `None` if there is no such list.
    pub fn parse(wanted: Wanted) -> Option<Self> {
        let last = |values: Vec<String>| values.into_iter().next_back().unwrap_or_default();
        let state = last(wanted.state);
        let q = if wanted.q.is_empty() { last(wanted.query) } else { last(wanted.q) };
        let number = |text: String| text.trim().parse::<u64>().ok();
        Some(Self {
            facet: if state.is_empty() { Facet::All } else { Facet::from_code(&state)? },
            q: q.trim().chars().filter(|c| *c != '\0').take(limits::SEARCH).collect(),
            topics: wanted.topic.into_iter().filter(|code| !code.is_empty()).take(TOPICS).collect(),
            parliament: last(wanted.parliament).trim().to_owned(),
            page: number(last(wanted.page)).filter(|page| (1..=PAGES).contains(page)).unwrap_or(1),
            size: number(last(wanted.count))
                .filter(|size| (1..=u64::from(limits::PAGE_SIZE_MOST)).contains(size))
                .unwrap_or(limits::PAGE_SIZE.into()),
        })
    }

    /// The query of this search, with another list or page.
    pub fn query(&self, facet: Facet, page: u64) -> String {
        let mut query = format!("?state={}", facet.code());
        if !self.q.is_empty() {
            query.push_str(&format!("&q={}", utf8_percent_encode(&self.q, IN_QUERY)));
        }
        for topic in &self.topics {
            query.push_str(&format!("&topic={}", utf8_percent_encode(topic, IN_QUERY)));
        }
        if !self.parliament.is_empty() {
            query.push_str(&format!("&parliament={}", utf8_percent_encode(&self.parliament, IN_QUERY)));
        }
        if self.size != u64::from(limits::PAGE_SIZE) {
            query.push_str(&format!("&count={}", self.size));
        }
        if page > 1 {
            query.push_str(&format!("&page={page}"));
        }
        query
    }

    /// The parliament that is meant; `None`: the current one.
    fn of_parliament(&self, app: &App) -> Result<Option<ParliamentId>, PageError> {
        if self.parliament.is_empty() {
            return Ok(None);
        }
        let in_force = app.live.in_force();
        let meant = in_force.parliaments.iter().find(|parliament| parliament.period() == self.parliament);
        let meant = meant.ok_or_else(|| {
            let periods: Vec<_> = in_force.parliaments.iter().map(Parliament::period).collect();
            PageError::bad_request(format!("There is no such parliament; parliament is one of {}.", periods.join(", ")))
        })?;
        Ok(Some(meant.id))
    }

    /// What the database is asked for, and what that has to do with what was typed.
    async fn understand(&self, app: &App, db: &mut Db, now: Timestamp) -> Result<(Listing, Understood), PageError> {
        let understood = match self.q.as_str() {
            "" => Understood::default(),
            typed => store::search::understand(db, typed).await?,
        };
        let unknown = store::topics::unknown(db, &self.topics).await?;
        if !unknown.is_empty() {
            return Err(PageError::bad_request("There is no such topic; topic is one of those in topics.json."));
        }
        let listing = Listing {
            facet: self.facet,
            search: understood.query.clone(),
            topics: self.topics.clone(),
            parliament: self.of_parliament(app)?,
            today: deadline::day(now),
            newest: false,
        };
        Ok((listing, understood))
    }

    /// One page of the list; the last where there are not that many, if `clamp`, else an empty one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(mut self, app: &App, now: Timestamp, clamp: bool) -> Result<Found, PageError> {
        let mut db = store::snapshot(&app.pool).await?;
        let (listing, understood) = self.understand(app, &mut db, now).await?;
        let total = listing.count(&mut db).await?;
        if clamp {
            self.page = self.page.min(total.div_ceil(self.size).max(1));
        }
        let slice = Slice { offset: (self.page - 1) * self.size, limit: Some(self.size) };
        let ids = listing.page(&mut db, slice).await?;
        let petitions = store::petitions::load(&mut db, &ids).await?;
        let earlier = match clamp && total == 0 && listing.parliament.is_none() {
            true => earlier(app, &listing.count_earlier(&mut db).await?),
            false => Vec::new(),
        };
        db.commit().await?;
        Ok(Found { search: self, petitions, total, understood, earlier })
    }

    /// One page of the list, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_newest(self, app: &App, now: Timestamp) -> Result<Found, PageError> {
        let mut db = store::snapshot(&app.pool).await?;
        let (listing, understood) = self.understand(app, &mut db, now).await?;
        let total = listing.count(&mut db).await?;
        let slice = Slice { offset: (self.page - 1) * self.size, limit: Some(self.size) };
        let ids = Listing { newest: true, ..listing }.page(&mut db, slice).await?;
        let petitions = store::petitions::load(&mut db, &ids).await?;
        db.commit().await?;
        Ok(Found { search: self, petitions, total, understood, earlier: Vec::new() })
    }

    /// The whole list, all pages.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn table(&self, app: &App, now: Timestamp) -> Result<Vec<TableRow>, PageError> {
        let mut db = store::snapshot(&app.pool).await?;
        let (listing, _) = self.understand(app, &mut db, now).await?;
        let ids = listing.page(&mut db, Slice { offset: 0, limit: None }).await?;
        let rows = store::listing::table(&mut db, &ids).await?;
        db.commit().await?;
        Ok(rows)
    }
}

/// The earlier parliaments, the latest first, that are among those counted.
fn earlier(app: &App, counted: &[(ParliamentId, u64)]) -> Vec<(Parliament, u64)> {
    let in_force = app.live.in_force();
    let count = |parliament: &Parliament| counted.iter().find(|(id, _)| *id == parliament.id).map(|(_, count)| *count);
    in_force.archived().iter().filter_map(|parliament| Some((parliament.clone(), count(parliament)?))).collect()
}

impl Found {
    /// The number of the last page.
    pub fn last_page(&self) -> u64 {
        self.total.div_ceil(self.search.size).max(1)
    }

    /// Something was typed that stands in every text, such as "the", or is no word at all: it narrows nothing down.
    pub fn says_nothing(&self) -> bool {
        !self.search.q.is_empty() && self.understood.query.is_none()
    }
}
