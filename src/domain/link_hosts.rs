//! Where links about debates may lead: to the hosts that a setting names, by TLS, and nowhere else.

use url::{Host, Url};

use super::{limits, text};

/// The hosts that are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkHosts(Vec<String>);

/// Why an address is refused; the words tell what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefused {
    /// It is no address.
    #[error("Enter a whole address, beginning with https://")]
    NotAnAddress,
    /// It is too long.
    #[error("Shorten the address to {} characters or fewer", limits::LINK)]
    TooLong,
    /// It has a user, a password or a port.
    #[error("Enter an address without a user name, password or port")]
    Odd,
    /// It leads to another host.
    #[error("Enter an address at one of these hosts: {0}")]
    Elsewhere(String),
}

impl LinkHosts {
    /// The hosts as the setting has them, one a line; `*.example.org` stands for all below `example.org`. Lines that are
    /// no host match nothing.
    pub fn parse(setting: &str) -> Self {
        let lines = setting.lines().map(|line| line.trim().to_ascii_lowercase());
        Self(lines.filter(|line| !line.is_empty()).collect())
    }

    /// The address as browsers write it, if it may be linked to.
    ///
    /// # Errors
    /// When it may not.
    pub fn check(&self, address: &str) -> Result<String, LinkRefused> {
        let address = address.trim();
        if text::letters(address) > limits::LINK {
            return Err(LinkRefused::TooLong);
        }
        // What browsers would put right without a word is more often a mistake than meant.
        if !address.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
            || address.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\')
        {
            return Err(LinkRefused::NotAnAddress);
        }
        let url = Url::parse(address).map_err(|_| LinkRefused::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
            return Err(LinkRefused::Odd);
        }
        match url.host() {
            Some(Host::Domain(host)) if self.allows(host) => Ok(url.into()),
            _ => Err(LinkRefused::Elsewhere(self.0.join(", "))),
        }
    }

    fn allows(&self, host: &str) -> bool {
        self.0.iter().any(|allowed| match allowed.strip_prefix("*.") {
            Some(parent) => host.strip_suffix(parent).is_some_and(|below| below.len() > 1 && below.ends_with('.')),
            None => host == allowed,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hosts() -> LinkHosts {
        LinkHosts::parse("*.parliament.uk\r\n\n  Parliamentlive.TV \nwww.youtube.com")
    }

    #[test]
    fn only_the_hosts_of_the_setting_are_linked_to() {
        for good in [
            "https://hansard.parliament.uk/commons/2022-03-01/debates/x",
            "https://a.b.parliament.uk",
            "HTTPS://ParliamentLive.tv/event/1?in=2#3",
            " https://www.youtube.com/watch?v=1 ",
        ] {
            assert!(hosts().check(good).is_ok(), "{good}");
        }
        for elsewhere in [
            "https://parliament.uk/",
            "https://evilparliament.uk/",
            "https://.parliament.uk/",
            "https://parliament.uk.example.org/",
            "https://youtube.com/",
            "https://192.0.2.1/",
            "https://[2001:db8::1]/",
        ] {
            assert!(
                matches!(hosts().check(elsewhere), Err(LinkRefused::Elsewhere(_) | LinkRefused::NotAnAddress)),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn what_is_no_plain_address_is_refused() {
        for wrong in ["", "www.youtube.com", "http://www.youtube.com/", "javascript:alert(1)", "https://", "https:///x"]
        {
            assert!(hosts().check(wrong).is_err(), "{wrong}");
        }
        for wrong in ["https:\\\\www.youtube.com", "https://www.youtube.com/a b", "https://www.you\ttube.com/"] {
            assert_eq!(hosts().check(wrong), Err(LinkRefused::NotAnAddress), "{wrong}");
        }
        for odd in ["https://www.youtube.com@www.youtube.com/", "https://www.youtube.com:444/"] {
            assert_eq!(hosts().check(odd), Err(LinkRefused::Odd), "{odd}");
        }
        let long = format!("https://www.youtube.com/{}", "x".repeat(500));
        assert_eq!(hosts().check(&long), Err(LinkRefused::TooLong));
    }

    proptest! {
        #[test]
        fn what_is_allowed_leads_where_it_says(address in "https://[a-z.@:/\\\\?#*%0-9]{0,40}(parliament\\.uk|www\\.youtube\\.com)[a-z.@:/\\\\?#]{0,20}") {
            if let Ok(checked) = hosts().check(&address) {
                let url = Url::parse(&checked).expect("an address");
                let host = url.host_str().expect("a host");
                prop_assert!(host.ends_with(".parliament.uk") || host == "www.youtube.com", "{host}");
                prop_assert_eq!(url.scheme(), "https");
                prop_assert_eq!(hosts().check(&checked), Ok(checked.clone()), "twice is the same");
            }
        }
    }
}
