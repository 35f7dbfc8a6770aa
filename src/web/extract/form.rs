//! What somebody has filled in.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header::CONTENT_TYPE},
};
use percent_encoding::percent_decode;
use serde::de::{DeserializeOwned, value::MapDeserializer};

use crate::{urls, web::error::PageError};

/// A form as browsers send it, `application/x-www-form-urlencoded`; its fields are texts.
///
/// A field that is missing is left to the type's default, which is empty. Of a field that comes more than once, the last
/// value that is not empty counts. Fields that the form does not have are passed over. What is not a form at all, or
/// not text that a database could hold, never reaches the handler. Staff lose nothing of a long text by a NUL in it that
/// they cannot see: it is taken out.
#[derive(Clone, Copy)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        if !is_form(request.headers()) {
            return Err(PageError::NotAForm);
        }
        let nul = if urls::admin::is_within(request.uri().path()) { Nul::TakenOut } else { Nul::Refused };
        // It has been read already and is not too large (see `web::body`), so this cannot fail in earnest.
        let body = Bytes::from_request(request, state).await.map_err(|_| unreadable())?;
        parse(&body, nul).map(Self)
    }
}

/// What becomes of the one sign that no text of the database can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nul {
    Refused,
    TakenOut,
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.parse::<mime::Mime>().ok());
    kind.is_some_and(|kind| kind.essence_str() == mime::APPLICATION_WWW_FORM_URLENCODED.essence_str())
}

fn parse<T: DeserializeOwned>(body: &[u8], nul: Nul) -> Result<T, PageError> {
    let mut fields = BTreeMap::new();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = (decode(&pair[..end], nul)?, decode(pair.get(end + 1..).unwrap_or_default(), nul)?);
        let kept: &mut String = fields.entry(name).or_default();
        if !value.is_empty() {
            *kept = value;
        }
    }
    let fields = MapDeserializer::<_, serde::de::value::Error>::new(fields.into_iter());
    T::deserialize(fields).map_err(|_| unreadable())
}

/// What was typed. Browsers send UTF-8, since our pages are; what is not comes from elsewhere.
fn decode(encoded: &[u8], nul: Nul) -> Result<String, PageError> {
    let spaced: Vec<u8> = encoded.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let text = percent_decode(&spaced).decode_utf8().map_err(|_| unreadable())?;
    match (text.contains('\0'), nul) {
        (false, _) => Ok(text.into_owned()),
        (true, Nul::TakenOut) => Ok(text.replace('\0', "")),
        (true, Nul::Refused) => Err(unreadable()),
    }
}

fn unreadable() -> PageError {
    PageError::bad_request("The form contains something that is not text. Go back, type it again and send the form.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Two {
        name: String,
        tick: String,
    }

    fn two(body: &[u8]) -> Option<(String, String)> {
        parse::<Two>(body, Nul::Refused).ok().map(|form| (form.name, form.tick))
    }

    fn some(name: &str, tick: &str) -> Option<(String, String)> {
        Some((name.to_owned(), tick.to_owned()))
    }

    #[test]
    fn fields_are_what_was_typed() {
        assert_eq!(two(b"name=Si%C3%A2n+O%27Neill&tick=1"), some("Siân O'Neill", "1"));
        assert_eq!(two(b"name=a%2Bb%26c%3Dd"), some("a+b&c=d", ""));
        assert_eq!(two(b"name=100%&tick=%zz"), some("100%", "%zz"));
    }

    #[test]
    fn missing_fields_are_empty_and_others_are_passed_over() {
        assert_eq!(two(b""), some("", ""));
        assert_eq!(two(b"&&name&other=1&=2&"), some("", ""));
    }

    #[test]
    fn of_a_doubled_field_the_last_that_says_something_counts() {
        assert_eq!(two(b"name=Ada&name=Grace&tick=0&tick=1"), some("Grace", "1"));
        assert_eq!(two(b"name=Ada&name="), some("Ada", ""));
    }

    #[test]
    fn what_is_not_text_is_refused() {
        for body in [&b"name=%FF"[..], b"name=\xc3\x28", b"name=a%00b", b"name=a\0b", b"%FF=1", b"other=%00"] {
            assert_eq!(two(body), None, "{body:?}");
        }
    }

    #[test]
    fn staff_keep_what_stands_around_a_nul() {
        let kept = parse::<Two>(b"name=a%00b\0&tick=1", Nul::TakenOut).ok().map(|form| (form.name, form.tick));
        assert_eq!(kept, some("ab", "1"));
    }

    #[test]
    fn the_type_of_content_is_read_as_browsers_write_it() {
        let is = |kind: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, kind.parse().expect("a header"));
            is_form(&headers)
        };
        assert!(is("application/x-www-form-urlencoded") && is("Application/X-WWW-Form-URLencoded; charset=utf-8"));
        assert!(!is("multipart/form-data; boundary=x") && !is("application/json") && !is("nonsense") && !is(""));
        assert!(!is_form(&HeaderMap::new()));
    }

    proptest! {
        #[test]
        fn no_body_breaks_it(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = two(&body);
        }

        #[test]
        fn every_text_arrives(name in "[^\0]{0,60}", tick in "[^\0]{0,9}") {
            use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
            let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string().replace("%20", "+");
            let body = format!("name={}&tick={}", encoded(&name), encoded(&tick));
            prop_assert_eq!(two(body.as_bytes()), Some((name, tick)));
        }
    }
}
