//! In which format somebody wants something.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::ACCEPT, request::Parts},
};

/// A format that the site has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people.
    Html,
    /// For programs.
    Json,
    /// For tables.
    Csv,
    /// For pictures made of shapes.
    Svg,
    /// For pictures made of pixels.
    Png,
    /// For readers of feeds.
    Atom,
}

impl Format {
    /// The format with this ending.
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        match suffix {
            "html" => Some(Self::Html),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            "atom" => Some(Self::Atom),
            _ => None,
        }
    }

    /// Its media type, with the encoding of its text if it is one.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Svg => "image/svg+xml; charset=utf-8",
            Self::Png => "image/png",
            Self::Atom => "application/atom+xml; charset=utf-8",
        }
    }

    fn essence(self) -> (&'static str, &'static str) {
        match self {
            Self::Html => ("text", "html"),
            Self::Json => ("application", "json"),
            Self::Csv => ("text", "csv"),
            Self::Svg => ("image", "svg+xml"),
            Self::Png => ("image", "png"),
            Self::Atom => ("application", "atom+xml"),
        }
    }

    /// Whether somebody who sent these headers can do with this format.
    /// Nothing said, or nothing that can be understood, means yes.
    pub fn is_accepted(self, headers: &HeaderMap) -> bool {
        let mut said = false;
        for value in headers.get_all(ACCEPT) {
            let Ok(value) = value.to_str() else { return true };
            for range in value.split(',') {
                let Ok(range) = range.trim().parse::<mime::Mime>() else { continue };
                said = true;
                let refused = range.get_param("q").is_some_and(|q| q.as_str().parse::<f32>() == Ok(0.0));
                let (kind, sort) = self.essence();
                let fits = range.type_() == mime::STAR
                    || range.type_() == kind
                        && (range.subtype() == mime::STAR || range.essence_str() == format!("{kind}/{sort}"));
                if fits && !refused {
                    return true;
                }
            }
        }
        !said
    }
}

/// The format of errors: JSON for addresses that end in `.json` and for who accepts JSON but not HTML.
impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let json = parts.uri.path().ends_with(".json")
            || (!Self::Html.is_accepted(&parts.headers) && Self::Json.is_accepted(&parts.headers));
        Ok(if json { Self::Json } else { Self::Html })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn accepts(value: &str, format: Format) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(value).expect("a header"));
        format.is_accepted(&headers)
    }

    #[test]
    fn accept_is_understood() {
        assert!(Format::Html.is_accepted(&HeaderMap::new()));
        assert!(accepts("text/html,application/xhtml+xml,*/*;q=0.8", Format::Html));
        assert!(accepts("text/*", Format::Csv));
        assert!(accepts("image/svg+xml", Format::Svg));
        assert!(accepts("*/*;q=0.1", Format::Json));
        assert!(!accepts("application/json", Format::Html));
        assert!(!accepts("text/html;q=0, image/png", Format::Html));
        assert!(accepts("nonsense", Format::Html));
    }
}
