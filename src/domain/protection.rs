//! Lists of networks and mail domains that staff have blocked or allowed, and the paces that nobody exceeds by hand.

use std::{collections::HashMap, fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;

use super::{email, limits};

/// What a listed network or domain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Never limited.
    Allowed,
    /// Suspected whatever it does.
    Blocked,
}

impl Rule {
    /// The word by which it is stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Blocked => "blocked",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Allowed, Self::Blocked].into_iter().find(|rule| rule.word() == word)
    }
}

/// A network, or mail domains.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Listed {
    /// A network; of one address, if it is as long as that.
    Network(IpNet),
    /// Mail domains.
    Domains(DomainPattern),
}

/// Mail domains: `example.org` itself, `*.example.org` those one level below, `**.example.org` those at any depth below.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DomainPattern(String);

/// What is neither a network nor a mail domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListedError {
    /// It is no address, network or domain.
    #[error(
        "wants an address (192.0.2.1), a network (192.0.2.0/24, 2001:db8::/32) or a mail domain (example.org, *.example.org for one level below it, **.example.org for all)"
    )]
    Neither,
    /// The address is not the first of the network.
    #[error("wants the first address of the network: {0}")]
    NotTheFirst(IpNet),
    /// So large a network holds whole countries.
    #[error("wants a smaller network: at least /{} of IPv4, /{} of IPv6", LARGEST.0, LARGEST.1)]
    TooLarge,
}

/// The shortest prefixes that can be listed, of IPv4 and IPv6: the largest that one organisation is given.
const LARGEST: (u8, u8) = (8, 16);

impl FromStr for Listed {
    type Err = ListedError;

    fn from_str(text: &str) -> Result<Self, ListedError> {
        let text = text.trim();
        // No domain has a colon, a slash, or ends in a digit.
        if !text.contains([':', '/']) && !text.ends_with(|c: char| c.is_ascii_digit()) {
            return DomainPattern::parse(text).map(Self::Domains).ok_or(ListedError::Neither);
        }
        let network = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address.to_canonical()),
            Err(_) => text.parse::<IpNet>().map_err(|_| ListedError::Neither)?,
        };
        if network.trunc() != network {
            return Err(ListedError::NotTheFirst(network.trunc()));
        }
        let large = match network {
            IpNet::V4(network) => network.prefix_len() < LARGEST.0,
            IpNet::V6(network) => network.prefix_len() < LARGEST.1,
        };
        if large { Err(ListedError::TooLarge) } else { Ok(Self::Network(network)) }
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Domains(domains) => f.write_str(&domains.0),
        }
    }
}

impl DomainPattern {
    /// The domains that a pattern means; names may be of any script and case.
    pub fn parse(text: &str) -> Option<Self> {
        let (stars, domain) = [ANY_DEPTH, ONE_LEVEL]
            .into_iter()
            .find_map(|stars| Some((stars, text.strip_prefix(stars)?)))
            .unwrap_or(("", text));
        Some(Self(format!("{stars}{}", email::domain(domain)?)))
    }

    /// The pattern, in lower case and ASCII.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const ONE_LEVEL: &str = "*.";
const ANY_DEPTH: &str = "**.";

/// Everything that is listed.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    networks: Vec<(IpNet, Rule)>,
    domains: HashMap<String, Rule>,
}

impl FromIterator<(Listed, Rule)> for Lists {
    fn from_iter<I: IntoIterator<Item = (Listed, Rule)>>(listed: I) -> Self {
        let mut lists = Self::default();
        for (listed, rule) in listed {
            match listed {
                Listed::Network(network) => lists.networks.push((network, rule)),
                Listed::Domains(domains) => {
                    lists.domains.insert(domains.0, rule);
                }
            }
        }
        lists
    }
}

impl Lists {
    /// What an address is; blocked if it is in a blocked and in an allowed network.
    pub fn network(&self, address: IpAddr) -> Option<Rule> {
        let address = address.to_canonical();
        strongest(self.networks.iter().filter(|(network, _)| network.contains(&address)).map(|(_, rule)| *rule))
    }

    /// What a mail domain is; blocked if that and the other fits. Expects lower case and ASCII.
    pub fn domain(&self, domain: &str) -> Option<Rule> {
        let above = domain.match_indices('.').map(|(at, _)| &domain[at + 1..]);
        let deep = above.clone().map(|above| format!("{ANY_DEPTH}{above}"));
        let patterns = std::iter::once(domain.to_owned())
            .chain(above.take(1).map(|above| format!("{ONE_LEVEL}{above}")))
            .chain(deep);
        strongest(patterns.filter_map(|pattern| self.domains.get(&pattern).copied()))
    }
}

fn strongest(rules: impl Iterator<Item = Rule>) -> Option<Rule> {
    rules.fold(None, |strongest, rule| match (strongest, rule) {
        (Some(Rule::Blocked), _) | (_, Rule::Blocked) => Some(Rule::Blocked),
        _ => Some(rule),
    })
}

/// How fast signatures of one petition may come from one address of the internet before the rest are suspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paces {
    /// So many at once.
    pub address_burst: u32,
    /// So many a minute from then on.
    pub address_per_minute: u32,
}

impl Default for Paces {
    fn default() -> Self {
        Self { address_burst: limits::ADDRESS_BURST, address_per_minute: limits::ADDRESS_PER_MINUTE }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn listed(text: &str) -> Result<String, String> {
        text.parse::<Listed>().map(|listed| listed.to_string()).map_err(|error| error.to_string())
    }

    fn lists(listed: &[(&str, Rule)]) -> Lists {
        listed.iter().map(|(text, rule)| (text.parse().expect("something to list"), *rule)).collect()
    }

    #[test]
    fn networks_and_domains_are_told_apart() {
        for (text, expected) in [
            ("192.0.2.1", "192.0.2.1/32"),
            (" 192.0.2.0/24 ", "192.0.2.0/24"),
            ("::ffff:192.0.2.1", "192.0.2.1/32"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("Example.ORG", "example.org"),
            ("*.bücher.example", "*.xn--bcher-kva.example"),
            ("**.example.org", "**.example.org"),
        ] {
            assert_eq!(listed(text).as_deref(), Ok(expected), "{text}");
        }
        for text in
            ["", "ada@example.org", "example", "*", "*.", "***.example.org", "a.*.org", "192.0.2", "192.0.2.0/33"]
        {
            assert!(listed(text).expect_err(text).starts_with("wants an address (192.0.2.1), a network"), "{text}");
        }
        assert_eq!(listed("192.0.2.1/24"), Err("wants the first address of the network: 192.0.2.0/24".to_owned()));
        for text in ["0.0.0.0/0", "::/0", "2000::/3"] {
            assert_eq!(listed(text), Err("wants a smaller network: at least /8 of IPv4, /16 of IPv6".to_owned()));
        }
    }

    #[test]
    fn what_lies_in_a_listed_network_is_listed_and_blocked_comes_before_allowed() {
        let lists = lists(&[
            ("192.0.2.0/24", Rule::Blocked),
            ("192.0.2.7", Rule::Allowed),
            ("198.51.100.0/24", Rule::Allowed),
            ("2001:db8::/32", Rule::Blocked),
        ]);
        let rule = |address: &str| lists.network(address.parse().expect("an address"));
        assert_eq!(rule("192.0.2.7"), Some(Rule::Blocked));
        assert_eq!(rule("::ffff:192.0.2.8"), Some(Rule::Blocked));
        assert_eq!(rule("198.51.100.1"), Some(Rule::Allowed));
        assert_eq!(rule("198.51.101.1"), None);
        assert_eq!(rule("2001:db8:ffff::1"), Some(Rule::Blocked));
        assert_eq!(rule("2001:db9::1"), None);
    }

    #[test]
    fn patterns_mean_a_domain_one_level_or_all() {
        let lists = lists(&[
            ("one.example", Rule::Blocked),
            ("*.two.example", Rule::Blocked),
            ("**.three.example", Rule::Blocked),
            ("good.three.example", Rule::Allowed),
            ("four.example", Rule::Allowed),
        ]);
        for blocked in ["one.example", "a.two.example", "a.three.example", "b.a.three.example", "good.three.example"] {
            assert_eq!(lists.domain(blocked), Some(Rule::Blocked), "{blocked}");
        }
        for free in
            ["a.one.example", "two.example", "b.a.two.example", "three.example", "anotherthree.example", "example"]
        {
            assert_eq!(lists.domain(free), None, "{free}");
        }
        assert_eq!(lists.domain("four.example"), Some(Rule::Allowed));
    }

    proptest! {
        #[test]
        fn whatever_is_to_be_listed_is_taken_or_refused(text in "\\PC{0,30}|[*]{0,2}[.]?[a-z.]{0,12}|[0-9a-f.:/]{0,20}") {
            if let Ok(listed) = text.parse::<Listed>() {
                prop_assert_eq!(listed.to_string().parse(), Ok(listed));
            }
        }
    }
}
