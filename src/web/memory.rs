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
use tokio::sync::Mutex;

use super::{cache::CachePolicy, error::PageError, extract::Format, page};
use crate::{
    domain::{petition::PetitionId, series::Range},
    store::petitions::Version,
};

/// Bytes that all renderings together may take, compressed ones included: roughly 500 petitions.
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

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A petition's page.
    Petition(PetitionId, Range),
    /// A petition as JSON.
    PetitionJson(PetitionId),
    /// A petition's live count.
    Count(PetitionId),
    /// The front page.
    Home,
}

/// The renderings.
pub struct Memory {
    slots: Cache<Key, Arc<Slot>>,
    began: Instant,
}

impl Default for Memory {
    fn default() -> Self {
        let weigh = |_: &Key, slot: &Arc<Slot>| slot.weight().try_into().unwrap_or(u32::MAX);
        let slots = Cache::builder().max_capacity(CAPACITY).weigher(weigh).time_to_idle(Duration::from_secs(600));
        Self { slots: slots.build(), began: Instant::now() }
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
        256 + self.current().map_or(64 * 1024, |rendered| rendered.plain.len() * 4 / 3)
    }
}

/// A rendering.
#[derive(Debug)]
pub struct Rendered {
    version: Option<Version>,
    made: Instant,
    format: Format,
    policy: CachePolicy,
    etag: HeaderValue,
    plain: Bytes,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Rendered {
    /// A text in its format.
    pub fn new(format: Format, text: String, policy: CachePolicy) -> Self {
        let plain = Bytes::from(text);
        Self {
            version: None,
            made: Instant::now(),
            format,
            policy,
            etag: page::etag(&plain),
            plain,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        }
    }

    /// The response for somebody who sent these headers.
    pub fn respond(&self, headers: &HeaderMap) -> Response {
        let (encoding, content) = match Encoding::wanted(headers) {
            Encoding::Brotli => (Some("br"), self.brotli.get_or_init(|| brotli(&self.plain))),
            Encoding::Gzip => (Some("gzip"), self.gzip.get_or_init(|| gzip(&self.plain))),
            Encoding::Plain => (None, &self.plain),
        };
        let mut response = content.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.format.content_type()));
        headers.insert(CACHE_CONTROL, self.policy.header());
        headers.insert(ETAG, self.etag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
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
    /// Those of `version` and `render`; then nothing is kept.
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
        let slot = self.slots.get_with(key, async { Arc::new(Slot::default()) }).await;
        let since_asked =
            || self.began.elapsed().saturating_sub(Duration::from_millis(slot.asked.load(Ordering::Acquire)));
        if let Some(current) = slot.current()
            && since_asked() < UNASKED
        {
            return Ok(current);
        }
        let _asking = match slot.asking.try_lock() {
            Ok(asking) => asking,
            Err(_) => match slot.current() {
                Some(current) if since_asked() < MEANWHILE => return Ok(current),
                _ => slot.asking.lock().await,
            },
        };
        let kept = slot.current();
        if let Some(current) = &kept
            && since_asked() < UNASKED
        {
            return Ok(current.clone());
        }
        // What changes after this moment is seen when it is next asked.
        let asked = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let version = match version().await {
            Ok(version) => version,
            // A database that is away for a while must not take the page with it.
            Err(error) => match kept {
                Some(current) if current.made.elapsed() < AWAY => {
                    tracing::warn!(?key, ?error, "the database cannot be asked; a kept page is shown");
                    slot.asked.store(asked, Ordering::Release);
                    return Ok(current);
                }
                _ => return Err(error),
            },
        };
        let rendered = match kept {
            Some(current) if current.version == version && version.is_some() && current.made.elapsed() < OLD => current,
            _ => {
                let rendered = match render().await {
                    Ok(rendered) => Arc::new(Rendered { version, ..rendered }),
                    Err(error) => {
                        // Nothing to keep: it is not public (any more), or was never there.
                        self.slots.invalidate(&key).await;
                        return Err(error);
                    }
                };
                *slot.current.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(rendered.clone());
                // Put in again, so that it is weighed with its content.
                self.slots.insert(key, slot.clone()).await;
                rendered
            }
        };
        slot.asked.store(asked, Ordering::Release);
        Ok(rendered)
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
    encoder.finish().expect("memory takes everything").into()
}

fn brotli(plain: &[u8]) -> Bytes {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    brotli::BrotliCompress(&mut &plain[..], &mut compressed, &parameters).expect("memory takes everything");
    compressed.into()
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
