//! The address of the internet from which a request came.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Once,
};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

use crate::web::protection::Protection;

/// Where a request came from; `None`, if that cannot be told.
///
/// That is whoever connected, unless the settings say that so many proxies stand before the site: each of them writes at
/// the end of `X-Forwarded-For` who connected to it. What stands before that, anybody may have written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for ClientIp
where
    Protection: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let proxies = Protection::from_ref(state).trusted_proxies();
        Ok(Self(client(peer, &parts.headers, proxies).map(|address| address.to_canonical())))
    }
}

const FORWARDED_FOR: &str = "x-forwarded-for";

fn client(peer: Option<IpAddr>, headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    if proxies == 0 {
        if headers.contains_key(FORWARDED_FOR) && peer.is_some_and(is_near) {
            warn();
        }
        return peer;
    }
    // What is not text has to count as well, or somebody could move the others.
    let entries: Vec<&[u8]> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .collect();
    let forwarded = match entries.len().checked_sub(proxies) {
        Some(at) => address(entries[at]),
        None => entries.into_iter().find_map(address),
    };
    forwarded.or(peer)
}

/// Reads `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:80`.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let entry = str::from_utf8(entry).ok()?;
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

/// Whether a proxy of one's own would have such an address.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

/// Behind a proxy that nobody has told of, all signatures seem to come from one address.
fn warn() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::warn!(
            "requests come through a proxy, but are taken for its own: set --trusted-proxies \
             (UNDERSIGNED_TRUSTED_PROXIES) to the number of proxies before the site"
        );
    });
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const PEER: &str = "203.0.113.9";

    fn told(values: &[&str], proxies: usize) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(value.as_bytes()).expect("a header"));
        }
        client(PEER.parse().ok(), &headers, proxies).expect("an address").to_string()
    }

    #[test]
    fn without_proxies_it_is_whoever_connected() {
        assert_eq!(told(&["192.0.2.1"], 0), PEER);
        assert_eq!(told(&[], 0), PEER);
        assert_eq!(client(None, &HeaderMap::new(), 1), None);
    }

    #[test]
    fn so_many_proxies_are_believed_and_no_more() {
        assert_eq!(told(&["192.0.2.1"], 1), "192.0.2.1");
        assert_eq!(told(&["198.51.100.1, 192.0.2.1"], 1), "192.0.2.1");
        assert_eq!(told(&["198.51.100.1, 192.0.2.1"], 2), "198.51.100.1");
        assert_eq!(told(&["198.51.100.1", " 192.0.2.1 ,10.0.0.1"], 2), "192.0.2.1");
        assert_eq!(told(&["unknown, 192.0.2.1"], 3), "192.0.2.1");
    }

    #[test]
    fn ports_and_brackets_do_not_matter() {
        for (entry, expected) in [
            ("192.0.2.1:8080", "192.0.2.1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:8080", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(told(&[entry], 1), expected);
        }
    }

    #[test]
    fn what_is_no_address_leaves_whoever_connected() {
        for entry in ["", "unknown", "_hidden", "192.0.2", "fe80::1%eth0", "[192.0.2.1", "é", "192.0.2.1 192.0.2.2"] {
            assert_eq!(told(&[entry], 1), PEER, "{entry}");
            assert_eq!(told(&[entry], 2), PEER, "{entry}");
        }
        assert_eq!(told(&["192.0.2.1,"], 1), PEER);
        assert_eq!(told(&[], 1), PEER);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_does_not_change_what_the_proxies_have_written(
            sent in prop::collection::vec("[ -~é]{0,40}", 0..4),
            written in prop::collection::vec(any::<[u8; 4]>(), 1..4),
        ) {
            let written: Vec<String> = written.into_iter().map(|bytes| IpAddr::from(bytes).to_string()).collect();
            let proxies = written.len();
            let list = written.join(", ");
            let mut values: Vec<&str> = sent.iter().map(String::as_str).collect();
            values.push(&list);
            prop_assert_eq!(told(&values, proxies), written[0].clone());
            // A proxy that writes into the header that came.
            let joined = format!("{}, {list}", sent.join(", "));
            prop_assert_eq!(told(&[&joined], proxies), written[0].clone());
        }
    }
}
