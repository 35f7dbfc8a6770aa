//! Pages kept in memory: one rendering for each version, compressed once, made once however many ask for it.

use std::{
    future::Future,
    sync::{
        Arc, OnceLock, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY},
    },
    response::{IntoResponse, Response},
};
use moka::future::Cache;
use sqlx::PgPool;
use tokio::sync::Mutex;

use super::{
    cache::CachePolicy,
    charts::Shade,
    error::PageError,
    extract::Format,
    page,
    pages::{
        local::{Constituencies, Local},
        petitions::{embed::Theme, places::Order},
        texts::Text,
    },
};
use crate::{
    actions::live_settings::Live,
    domain::{
        area::BoundarySet,
        facet::Facet,
        petition::PetitionId,
        series::{Range, Series},
        window::Window,
    },
    store::{
        self,
        areas::{AreaId, Country},
        petitions::Version,
        popular::Popular,
        topics::TopicCount,
    },
};

/// Bytes that all renderings together may take, compressed ones included: some 500 pages.
const CAPACITY: u64 = 48 * 1024 * 1024;
/// For how long a rendering is handed out without asking the database whether it is still true.
/// Together with the time that rendering takes this stays below one second.
const UNASKED: Duration = Duration::from_millis(400);
/// For how long one may be handed out while somebody else is asking.
const MEANWHILE: Duration = Duration::from_millis(800);
/// For how long a rendering of the same version is good: it says "in the last 24 hours", which time alone changes.
const OLD: Duration = Duration::from_secs(30);

/// For how long a rendering is shown while the database cannot be asked.
const AWAY: Duration = Duration::from_secs(300);

/// For how long a picture is shown though its numbers have changed: whoever asked for it keeps it for longer.
const NUMBERS_OF_A_PICTURE: Duration = Duration::from_secs(60);
/// For how long one is shown of which nothing has changed; how far its chart reaches does by time alone.
const PICTURE: Duration = Duration::from_secs(60 * 60);

/// For how long is kept what takes long to find and hardly changes: topics, countries, what a place signs, and what was
/// signed today on the whole site.
const SLOW: Duration = Duration::from_secs(60);

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A petition's page: what the chart and the map show.
    Petition(PetitionId, Range, Shade),
    /// All places of a petition: what the map shows, how the constituencies are ordered, whether that is turned round, and
    /// whether the map is large.
    Places(PetitionId, Shade, Order, [bool; 2]),
    /// What a constituency signs: open petitions, or closed ones as well.
    Local(AreaId, BoundarySet, bool),
    /// All constituencies.
    Constituencies(BoundarySet),
    /// A petition as JSON.
    PetitionJson(PetitionId),
    /// How a petition grew, in the steps in which its chart is drawn, as JSON.
    History(PetitionId, Range),
    /// A petition's live count.
    Count(PetitionId),
    /// A petition's picture for social networks.
    Card(PetitionId),
    /// A petition's part of pages elsewhere.
    Embed(PetitionId, Theme),
    /// The description of what programs can ask for.
    Description,
    /// The same to read.
    Api,
    /// The front page.
    Home,
    /// A page of one of the ten lists: which list, which page, petitions on a page.
    List(Facet, u64, u64),
    /// The same as a feed.
    ListFeed(Facet, u64, u64),
    /// What happens to a petition, as a feed.
    PetitionFeed(PetitionId),
    /// What is new in a constituency, as a feed.
    LocalFeed(AreaId, BoundarySet),
    /// A petition's form for signing it.
    Sign(PetitionId),
    /// What somebody sees who has signed it.
    ThankYou(PetitionId),
    /// The statistics of the site.
    Statistics,
    /// A page of text.
    Text(Text),
}

impl Key {
    /// For how long a rendering is good while its version is the same, and for how long though its numbers have changed.
    fn patience(self) -> (Duration, Duration) {
        match self {
            Self::Card(_) => (PICTURE, NUMBERS_OF_A_PICTURE),
            _ => (OLD, Duration::ZERO),
        }
    }
}

/// What the site keeps in memory; cheap to clone.
#[derive(Clone)]
pub struct Memory(Arc<Kept>);

struct Kept {
    slots: Cache<Key, Arc<Slot>>,
    /// By the version of the settings, which grows when staff change their lists.
    topics: Cache<i64, Arc<[TopicCount]>>,
    /// Likewise.
    countries: Cache<i64, Arc<[Country]>>,
    /// What came to all petitions together, yesterday and today.
    whole_site: Cache<(), Arc<Series>>,
    /// Likewise.
    constituencies: Cache<(BoundarySet, i64), Arc<Constituencies>>,
    local: Cache<(AreaId, BoundarySet, bool), Arc<Local>>,
    /// What was signed most in the last day; in the last hour it changes too fast to be kept.
    popular: Cache<Window, Arc<[Popular]>>,
    live: Live,
    began: Instant,
}

impl Memory {
    /// A memory in which nothing is kept yet. Pages show the settings in force.
    pub fn new(live: Live) -> Self {
        let weigh = |_: &Key, slot: &Arc<Slot>| slot.weight().try_into().unwrap_or(u32::MAX);
        Self(Arc::new(Kept {
            slots: Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(weigh)
                .time_to_idle(Duration::from_secs(600))
                .build(),
            topics: Cache::builder().max_capacity(1).time_to_live(SLOW).build(),
            countries: Cache::builder().max_capacity(1).time_to_live(SLOW).build(),
            whole_site: Cache::builder().max_capacity(1).time_to_live(SLOW).build(),
            constituencies: Cache::builder().max_capacity(4).time_to_live(SLOW).build(),
            local: Cache::builder().max_capacity(2_000).time_to_live(SLOW).build(),
            popular: Cache::builder().max_capacity(1).time_to_live(SLOW).build(),
            live,
            began: Instant::now(),
        }))
    }
}

/// The place of one rendering.
#[derive(Default)]
struct Slot {
    current: RwLock<Option<Arc<Rendered>>>,
    /// When the database was last asked, in milliseconds since the memory began.
    asked: AtomicU64,
    asking: Mutex<()>,
}

impl Slot {
    fn current(&self) -> Option<Arc<Rendered>> {
        self.current.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Bytes, with room for the compressed forms that may still come.
    fn weight(&self) -> usize {
        256 + self.current().map_or(64 * 1024, |rendered| rendered.plain.len() * 8 / 5)
    }
}

/// A rendering.
#[derive(Debug)]
pub struct Rendered {
    version: Version,
    /// The version of the settings that it shows.
    settings: i64,
    made: Instant,
    format: Format,
    policy: CachePolicy,
    etag: HeaderValue,
    plain: Bytes,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Rendered {
    /// A text or a picture in its format.
    pub fn new(format: Format, content: impl Into<Vec<u8>>, policy: CachePolicy) -> Self {
        // What has grown has room to spare; what is kept has none.
        let plain = Bytes::from(content.into().into_boxed_slice());
        Self {
            version: Version { petition: 0, totals: 0 },
            settings: 0,
            made: Instant::now(),
            format,
            policy,
            etag: page::etag(&plain),
            plain,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        }
    }

    /// Whether it can still be shown when this is the version.
    fn is_good(&self, version: Version, (unchanged, with_other_numbers): (Duration, Duration)) -> bool {
        let age = self.made.elapsed();
        age < if self.version == version { unchanged } else { with_other_numbers }
            && self.version.petition == version.petition
    }

    /// The response for somebody who sent these headers.
    pub fn respond(&self, headers: &HeaderMap) -> Response {
        let encoding = if self.format == Format::Png { Encoding::Plain } else { Encoding::wanted(headers) };
        let (encoding, content) = match encoding {
            Encoding::Brotli => (Some("br"), self.brotli.get_or_init(|| brotli(&self.plain))),
            Encoding::Gzip => (Some("gzip"), self.gzip.get_or_init(|| gzip(&self.plain))),
            Encoding::Plain => (None, &self.plain),
        };
        let mut response = content.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.format.content_type()));
        headers.insert(CACHE_CONTROL, self.policy.header());
        headers.insert(ETAG, self.etag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

impl Memory {
    /// The rendering of `key`: the one that is kept if `version` still gives the version it was made from, else a new
    /// one from `render`. Whoever comes while one is made waits for that one, or gets the last if that is recent.
    ///
    /// # Errors
    /// [`PageError::NotFound`] without a version; else those of `version` and `render`, unless a page is kept that can be
    /// shown instead while the database is away.
    pub async fn get<V, R>(
        &self,
        key: Key,
        version: impl FnOnce() -> V,
        render: impl FnOnce() -> R,
    ) -> Result<Arc<Rendered>, PageError>
    where
        V: Future<Output = Result<Option<Version>, PageError>>,
        R: Future<Output = Result<Rendered, PageError>>,
    {
        let slot = self.0.slots.get_with(key, async { Arc::new(Slot::default()) }).await;
        match slot.current() {
            Some(current) if self.shows_settings(&current) && self.since_asked(&slot) < UNASKED => Ok(current),
            // In a box: what asking needs on its way is large, and nearly all requests pass without.
            _ => Box::pin(self.ask(key, slot, version, render)).await,
        }
    }

    /// The rendering of something about a petition, made anew when the petition has changed.
    ///
    /// # Errors
    /// [`PageError::NotFound`] if there is no such petition; else those of [`Self::get`].
    pub async fn of_petition<R>(
        &self,
        pool: &PgPool,
        key: Key,
        id: PetitionId,
        render: impl FnOnce() -> R,
    ) -> Result<Arc<Rendered>, PageError>
    where
        R: Future<Output = Result<Rendered, PageError>>,
    {
        let version = || async { Ok(store::petitions::version(&mut *pool.acquire().await?, id).await?) };
        self.get(key, version, render).await
    }

    /// Asks for the version, and has a page made if there is none of that version.
    async fn ask<V, R>(
        &self,
        key: Key,
        slot: Arc<Slot>,
        version: impl FnOnce() -> V,
        render: impl FnOnce() -> R,
    ) -> Result<Arc<Rendered>, PageError>
    where
        V: Future<Output = Result<Option<Version>, PageError>>,
        R: Future<Output = Result<Rendered, PageError>>,
    {
        let _asking = match slot.asking.try_lock() {
            Ok(asking) => asking,
            Err(_) => match slot.current() {
                Some(current) if self.since_asked(&slot) < MEANWHILE => return Ok(current),
                _ => slot.asking.lock().await,
            },
        };
        let kept = slot.current();
        if let Some(current) = &kept
            && self.shows_settings(current)
            && self.since_asked(&slot) < UNASKED
        {
            return Ok(current.clone());
        }
        // What changes after this moment is seen when it is next asked.
        let (asked, settings) = (self.now(), self.0.live.version());
        let outcome = match version().await {
            Ok(Some(version)) => match &kept {
                Some(current) if current.settings == settings && current.is_good(version, key.patience()) => {
                    Ok(current.clone())
                }
                _ => render().await.map(|rendered| Arc::new(Rendered { version, settings, ..rendered })),
            },
            Ok(None) => Err(PageError::NotFound),
            Err(error) => Err(error),
        };
        let rendered = match (outcome, kept) {
            (Ok(rendered), _) => rendered,
            // A database that is away for a while must not take the page with it. Asking may have taken long.
            (Err(PageError::Internal(error)), Some(current)) if current.made.elapsed() < AWAY => {
                tracing::warn!(?key, error = format!("{error:#}"), "a kept page is shown while the database is away");
                slot.asked.store(self.now(), Ordering::Release);
                return Ok(current);
            }
            // Not public any more, or never there.
            (Err(error), _) => {
                self.0.slots.invalidate(&key).await;
                return Err(error);
            }
        };
        if !slot.current().is_some_and(|current| Arc::ptr_eq(&current, &rendered)) {
            *slot.current.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(rendered.clone());
            // Put in again, so that it is weighed with its content.
            self.0.slots.insert(key, slot.clone()).await;
        }
        slot.asked.store(asked, Ordering::Release);
        Ok(rendered)
    }
}

impl Memory {
    /// The version of a page that shows many petitions, of which any may change at any time: such a page is made anew
    /// twice a second, if somebody looks, and the database is not asked in between.
    pub fn moment(&self) -> Version {
        Version { petition: i64::try_from(self.now() / 500).unwrap_or(i64::MAX), totals: 0 }
    }

    /// Whether a rendering shows the settings in force.
    fn shows_settings(&self, rendered: &Rendered) -> bool {
        rendered.settings == self.0.live.version()
    }

    /// Milliseconds since the memory began.
    fn now(&self) -> u64 {
        u64::try_from(self.0.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// How long ago the database was last asked about a page.
    fn since_asked(&self, slot: &Slot) -> Duration {
        self.0.began.elapsed().saturating_sub(Duration::from_millis(slot.asked.load(Ordering::Acquire)))
    }

    /// The petitions that were signed most: found by `find` each time for the last hour, once in a while for the last day.
    ///
    /// # Errors
    /// Those of `find`.
    pub async fn popular<F>(&self, window: Window, find: F) -> sqlx::Result<Arc<[Popular]>>
    where
        F: Future<Output = sqlx::Result<Vec<Popular>>>,
    {
        if window == Window::Day
            && let Some(popular) = self.0.popular.get(&window).await
        {
            return Ok(popular);
        }
        let popular: Arc<[Popular]> = find.await?.into();
        if window == Window::Day {
            self.0.popular.insert(window, popular.clone()).await;
        }
        Ok(popular)
    }

    /// All topics with their open petitions: counted by `count` once in a while.
    ///
    /// # Errors
    /// Those of `count`.
    pub async fn topics<F>(&self, count: F) -> Result<Arc<[TopicCount]>, PageError>
    where
        F: Future<Output = Result<Vec<TopicCount>, PageError>>,
    {
        let version = self.0.live.version();
        if let Some(topics) = self.0.topics.get(&version).await {
            return Ok(topics);
        }
        let topics: Arc<[TopicCount]> = count.await?.into();
        self.0.topics.insert(version, topics.clone()).await;
        Ok(topics)
    }

    /// What came to all petitions together: added up by `add_up` once a minute.
    ///
    /// # Errors
    /// Those of `add_up`.
    pub async fn whole_site<F>(&self, add_up: F) -> sqlx::Result<Arc<Series>>
    where
        F: Future<Output = sqlx::Result<Series>>,
    {
        if let Some(series) = self.0.whole_site.get(&()).await {
            return Ok(series);
        }
        let series = Arc::new(add_up.await?);
        self.0.whole_site.insert((), series.clone()).await;
        Ok(series)
    }

    /// The countries in which somebody may live: read by `read` once in a while, unless there are none yet.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn countries<F>(&self, read: F) -> Result<Arc<[Country]>, PageError>
    where
        F: Future<Output = Result<Vec<Country>, PageError>>,
    {
        let version = self.0.live.version();
        if let Some(countries) = self.0.countries.get(&version).await {
            return Ok(countries);
        }
        let countries: Arc<[Country]> = read.await?.into();
        if !countries.is_empty() {
            self.0.countries.insert(version, countries.clone()).await;
        }
        Ok(countries)
    }
}

impl Memory {
    /// The constituencies of a set: read by `read` once in a while, unless there are none yet.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn constituencies<F>(&self, set: BoundarySet, read: F) -> Result<Arc<Constituencies>, PageError>
    where
        F: Future<Output = Result<Constituencies, PageError>>,
    {
        let key = (set, self.0.live.version());
        if let Some(constituencies) = self.0.constituencies.get(&key).await {
            return Ok(constituencies);
        }
        let constituencies = Arc::new(read.await?);
        if !constituencies.all.is_empty() {
            self.0.constituencies.insert(key, constituencies.clone()).await;
        }
        Ok(constituencies)
    }

    /// What a constituency signs, open petitions or all: found by `find` once in a while.
    ///
    /// # Errors
    /// Those of `find`.
    pub async fn local<F>(&self, area: AreaId, set: BoundarySet, all: bool, find: F) -> Result<Arc<Local>, PageError>
    where
        F: Future<Output = Result<Local, PageError>>,
    {
        let key = (area, set, all);
        if let Some(local) = self.0.local.get(&key).await {
            return Ok(local);
        }
        let local = Arc::new(find.await?);
        self.0.local.insert(key, local.clone()).await;
        Ok(local)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    /// The smallest that the headers allow.
    fn wanted(headers: &HeaderMap) -> Self {
        let mut best = Self::Plain;
        for value in headers.get_all(ACCEPT_ENCODING) {
            for part in value.to_str().unwrap_or_default().split(',') {
                let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
                let refused = parameters
                    .trim()
                    .strip_prefix("q=")
                    .is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight == 0.0));
                match name.trim() {
                    "br" if !refused => return Self::Brotli,
                    "gzip" if !refused => best = Self::Gzip,
                    _ => {}
                }
            }
        }
        best
    }
}

fn gzip(plain: &[u8]) -> Bytes {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(plain).expect("memory takes everything");
    encoder.finish().expect("memory takes everything").into_boxed_slice().into()
}

fn brotli(plain: &[u8]) -> Bytes {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    brotli::BrotliCompress(&mut &plain[..], &mut compressed, &parameters).expect("memory takes everything");
    compressed.into_boxed_slice().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(value: &'static str) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
        Encoding::wanted(&headers)
    }

    #[test]
    fn the_smallest_encoding_that_is_accepted() {
        assert_eq!(wanted("gzip, deflate, br"), Encoding::Brotli);
        assert_eq!(wanted("gzip;q=1.0, br;q=0"), Encoding::Gzip);
        assert_eq!(wanted("identity"), Encoding::Plain);
        assert_eq!(Encoding::wanted(&HeaderMap::new()), Encoding::Plain);
    }

    #[test]
    fn compressed_is_the_same() {
        use std::io::Read;
        let plain = "Undersigned ".repeat(1000);
        let mut text = String::new();
        flate2::read::GzDecoder::new(&gzip(plain.as_bytes())[..]).read_to_string(&mut text).expect("gzip");
        assert_eq!(text, plain);
        let mut bytes = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(plain.as_bytes())[..], &mut bytes).expect("brotli");
        assert_eq!(bytes, plain.as_bytes());
    }
}
