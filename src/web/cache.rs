//! How long browsers and proxies may keep a page: each page chooses, silence means not at all.

use axum::http::HeaderValue;

/// What a page says about being kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CachePolicy {
    /// Not at all.
    #[default]
    Never,
    /// Kept, but asked about every time: an unchanged page costs a few bytes.
    Revalidate,
    /// By the browser that asked alone, to be shown again to whoever goes back to it: a form with what was typed.
    Own,
    /// For a second; a proxy may hand out the old one while it fetches the new. For pages with live numbers.
    ForASecond,
    /// For a minute.
    ForAMinute,
    /// For an hour.
    ForAnHour,
    /// For ever: the address changes with the content.
    Forever,
}

impl CachePolicy {
    /// The header.
    pub fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Never => "no-store",
            Self::Revalidate => "no-cache",
            Self::Own => "private, no-cache",
            Self::ForASecond => "public, max-age=1, stale-while-revalidate=2, stale-if-error=60",
            Self::ForAMinute => "public, max-age=60, stale-while-revalidate=120, stale-if-error=300",
            Self::ForAnHour => "public, max-age=3600",
            Self::Forever => "public, max-age=31536000, immutable",
        })
    }
}
