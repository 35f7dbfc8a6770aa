//! Which addresses reach the same mailbox, by provider.

/// What a provider does with the addresses of its domains.
struct Provider {
    /// Its domains, the first stands for all of them. An ending in `.*` stands for every country.
    domains: &'static [&'static str],
    /// Whether a name belongs to the same person in each of the domains.
    one_namespace: bool,
    /// From which character on the part before the @ is a note of the owner's.
    note: char,
    /// Characters that do not matter before the @.
    ignored: &'static [char],
}

/// Nearly every mail server that knows notes begins them with a plus (RFC 5233, section 1, calls them "detail"); where it
/// does not, plus signs are hardly ever allowed in names.
///
/// That holds for outlook.com, hotmail.*, live.* and msn.com too (Microsoft, "Plus addressing in Exchange Online" and its
/// counterpart for outlook.com): a name belongs to different people in each, and dots matter.
const OTHERS: Provider = Provider { domains: &[], one_namespace: false, note: '+', ignored: &[] };

const PROVIDERS: [Provider; 4] = [
    // Google, "Dots don't matter in Gmail addresses". In the United Kingdom the accounts of 2005 to 2010 were given out as
    // googlemail.com; either domain reaches them.
    Provider { domains: &["gmail.com", "googlemail.com"], one_namespace: true, note: '+', ignored: &['.'] },
    // Apple, "About your @icloud.com, @me.com and @mac.com email addresses": whoever has an older one has the newer ones.
    Provider { domains: &["icloud.com", "me.com", "mac.com"], one_namespace: true, note: '+', ignored: &[] },
    // Proton: a name belongs to one account in all its domains, and is not given to another if only dots, hyphens and
    // underscores would differ.
    Provider {
        domains: &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        one_namespace: true,
        note: '+',
        ignored: &['.', '-', '_'],
    },
    // Yahoo, "Create and manage disposable email addresses": base-keyword; names themselves cannot have a hyphen.
    Provider { domains: &["yahoo.*", "ymail.com", "rocketmail.com"], one_namespace: false, note: '-', ignored: &[] },
];

/// Fastmail, "Plus addressing and subdomain addressing": note@name.fastmail.com is name+note@fastmail.com.
const WITH_SUBDOMAINS: [&str; 2] = ["fastmail.com", "fastmail.fm"];

/// The canonical form of an address; both parts are expected in lower case.
pub(super) fn canonical(local: &str, domain: &str) -> String {
    for base in WITH_SUBDOMAINS {
        let name = domain.strip_suffix(base).and_then(|name| name.strip_suffix('.'));
        if let Some(name) = name.filter(|name| !name.contains('.')) {
            return format!("{name}@{base}");
        }
    }
    let provider = PROVIDERS.iter().find(|provider| provider.has(domain)).unwrap_or(&OTHERS);
    let name = provider.name(local);
    match provider.domains {
        [first, ..] if provider.one_namespace => format!("{name}@{first}"),
        _ => format!("{name}@{domain}"),
    }
}

impl Provider {
    fn has(&self, domain: &str) -> bool {
        self.domains.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => domain.strip_prefix(beginning).is_some_and(is_country),
            None => domain == *pattern,
        })
    }

    /// The part before the @ without what does not matter; never empty.
    fn name(&self, local: &str) -> String {
        let end = local.char_indices().skip(1).find(|(_, c)| *c == self.note).map_or(local.len(), |(at, _)| at);
        let noted = local[..end].trim_end_matches('.');
        let name: String = noted.chars().filter(|c| !self.ignored.contains(c)).collect();
        if name.is_empty() { noted.to_owned() } else { name }
    }
}

/// Whether this is the ending of a provider's domain in some country, such as "com", "fr", "co.uk" or "com.au".
fn is_country(ending: &str) -> bool {
    match ending.split_once('.') {
        None => matches!(ending.len(), 2..=3),
        Some((first, country)) => matches!(first, "co" | "com") && country.len() == 2,
    }
}

#[cfg(test)]
mod tests {
    use super::super::EmailAddress;

    fn canonical(typed: &str) -> String {
        EmailAddress::parse(typed).unwrap_or_else(|error| panic!("{typed}: {error}")).canonical()
    }

    #[test]
    fn addresses_of_one_mailbox_are_recognised() {
        for (typed, expected) in [
            ("Ada.Lovelace+petitions@GoogleMail.com", "adalovelace@gmail.com"),
            ("ada.lovelace@gmail.com", "adalovelace@gmail.com"),
            ("Ada+x@me.com", "ada@icloud.com"),
            ("a.da@mac.com", "a.da@icloud.com"),
            ("a_d-a.l+x@pm.me", "adal@proton.me"),
            ("ada-shopping@yahoo.co.uk", "ada@yahoo.co.uk"),
            ("ada-shopping@yahoo.com.au", "ada@yahoo.com.au"),
            ("ada-x@ymail.com", "ada@ymail.com"),
            ("shopping@ada.fastmail.com", "ada@fastmail.com"),
            ("ada+shopping@fastmail.com", "ada@fastmail.com"),
            ("A.da+x@hotmail.co.uk", "a.da@hotmail.co.uk"),
            ("Ada+a+b@outlook.com", "ada@outlook.com"),
            ("Anne-Marie.O'Neil+x@Example.org", "anne-marie.o'neil@example.org"),
        ] {
            assert_eq!(canonical(typed), expected, "{typed}");
        }
    }

    #[test]
    fn addresses_of_different_people_stay_different() {
        for (one, other) in [
            ("ada@outlook.com", "ada@hotmail.com"),
            ("ada@yahoo.com", "ada@yahoo.co.uk"),
            ("a.da@icloud.com", "ada@icloud.com"),
            ("ada-l@example.org", "ada@example.org"),
            ("ada-l@yahoo.example.org", "ada@yahoo.example.org"),
            ("ada@fastmail.com", "ada@fastmail.fm"),
            ("ada@mx.ada.fastmail.com", "ada@fastmail.com"),
            ("ada@notgmail.com", "ada@gmail.com"),
        ] {
            assert_ne!(canonical(one), canonical(other), "{one} {other}");
        }
    }

    #[test]
    fn something_is_always_left() {
        assert_eq!(canonical("+x@example.org"), "+x@example.org");
        assert_eq!(canonical("_-@proton.me"), "_-@proton.me");
        assert_eq!(canonical("a.+x@example.org"), "a@example.org");
    }
}
