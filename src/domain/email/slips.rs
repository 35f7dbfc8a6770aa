//! Domains of e-mail addresses as they are mistyped.

/// The providers that most people in the United Kingdom use.
const COMMON: [&str; 29] = [
    "gmail.com",
    "hotmail.com",
    "hotmail.co.uk",
    "yahoo.co.uk",
    "outlook.com",
    "icloud.com",
    "yahoo.com",
    "live.co.uk",
    "btinternet.com",
    "aol.com",
    "googlemail.com",
    "msn.com",
    "sky.com",
    "me.com",
    "live.com",
    "talktalk.net",
    "virginmedia.com",
    "ntlworld.com",
    "ymail.com",
    "protonmail.com",
    "proton.me",
    "mac.com",
    "tiscali.co.uk",
    "blueyonder.co.uk",
    "btopenworld.com",
    "rocketmail.com",
    "aol.co.uk",
    "fastmail.com",
    "outlook.co.uk",
];

/// Domains that are one slip from a common one, yet give out addresses themselves.
const GENUINE: [&str; 3] = ["mail.com", "email.com", "cloud.com"];

/// Endings that no domain has, and what is meant by them. The longest that fits is taken.
const ENDINGS: [(&str, &str); 26] = [
    (".co.ku", ".co.uk"),
    (".co.k", ".co.uk"),
    (".co.u", ".co.uk"),
    (".co.ul", ".co.uk"),
    (".co.uj", ".co.uk"),
    (".co.yk", ".co.uk"),
    (".co.ik", ".co.uk"),
    (".co.ukk", ".co.uk"),
    (".co.uuk", ".co.uk"),
    (".co.uk.com", ".co.uk"),
    (".com.uk", ".co.uk"),
    (".couk", ".co.uk"),
    (".c.uk", ".co.uk"),
    (".cp.uk", ".co.uk"),
    (".ci.uk", ".co.uk"),
    (".con", ".com"),
    (".cmo", ".com"),
    (".ocm", ".com"),
    (".comm", ".com"),
    (".coom", ".com"),
    (".ccom", ".com"),
    (".cpm", ".com"),
    (".cim", ".com"),
    (".vom", ".com"),
    (".xom", ".com"),
    (".c0m", ".com"),
];

/// Slips that are further than one keystroke from what was meant, or too short to be told by that.
const WHOLE: [(&str, &str); 26] = [
    ("gmail", "gmail.com"),
    ("gmail.co", "gmail.com"),
    ("gmail.cm", "gmail.com"),
    ("gmail.om", "gmail.com"),
    ("gmail.co.uk", "gmail.com"),
    ("gmail.uk", "gmail.com"),
    ("gmail.net", "gmail.com"),
    ("gmil.co", "gmail.com"),
    ("gamil.co", "gmail.com"),
    ("googlemail", "googlemail.com"),
    ("googlemail.co.uk", "googlemail.com"),
    ("hotmail", "hotmail.com"),
    ("hotmail.uk", "hotmail.co.uk"),
    ("outlook", "outlook.com"),
    ("yahoo", "yahoo.com"),
    ("yahoo.uk", "yahoo.co.uk"),
    ("icloud", "icloud.com"),
    ("icloud.co", "icloud.com"),
    ("icloud.co.uk", "icloud.com"),
    ("icould.co", "icloud.com"),
    ("aol.co", "aol.com"),
    ("live.co", "live.com"),
    ("live.uk", "live.co.uk"),
    ("btinternet", "btinternet.com"),
    ("btinternet.co", "btinternet.com"),
    ("btinternet.co.uk", "btinternet.com"),
];

/// First labels of common domains that are shorter are one keystroke from too many others.
const SHORTEST_GUESSED: usize = 5;

/// The domain that was probably meant, if this one is a slip; expects lower case.
pub(super) fn meant(typed: &str) -> Option<String> {
    let domain = typed.replace([',', ';'], ".");
    let domain = domain.trim_end_matches('.');
    let ending = ENDINGS.iter().filter(|(slip, _)| domain.ends_with(slip)).max_by_key(|(slip, _)| slip.len());
    let domain = match ending {
        Some((slip, ending)) => format!("{}{ending}", &domain[..domain.len() - slip.len()]),
        None => domain.to_owned(),
    };
    let meant = provider(&domain).map_or(domain, str::to_owned);
    (meant != typed).then_some(meant)
}

fn provider(domain: &str) -> Option<&'static str> {
    if COMMON.contains(&domain) || GENUINE.contains(&domain) {
        return None;
    }
    if let Some((_, meant)) = WHOLE.iter().find(|(slip, _)| *slip == domain) {
        return Some(meant);
    }
    COMMON.iter().copied().find(|common| {
        let guessed = common.find('.').is_some_and(|label| label >= SHORTEST_GUESSED);
        guessed && one_slip(domain.as_bytes(), common.as_bytes())
    })
}

/// Whether one text becomes the other by adding, leaving out or changing one character, or exchanging two neighbours
/// (a distance of 1 as Damerau and Levenshtein count it).
fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    match (&a[same..], &b[same..]) {
        ([], []) => false,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a1, a2, a @ ..], [b1, b2, b @ ..]) => a1 == b2 && a2 == b1 && a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_noticed() {
        for (typed, expected) in [
            ("gmial.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail,com", "gmail.com"),
            ("gmial.con", "gmail.com"),
            ("gmail", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("hotmail.co.k", "hotmail.co.uk"),
            ("homail.co.uk", "hotmail.co.uk"),
            ("yaho.com", "yahoo.com"),
            ("yahooo.co.uk", "yahoo.co.uk"),
            ("outlok.com", "outlook.com"),
            ("icloud.co", "icloud.com"),
            ("iclod.com", "icloud.com"),
            ("btinternet.co", "btinternet.com"),
            ("btintenet.com", "btinternet.com"),
            ("live.co.ku", "live.co.uk"),
            ("sky.con", "sky.com"),
            ("example.couk", "example.co.uk"),
            ("example.org.uk.", "example.org.uk"),
            ("example.com.", "example.com"),
        ] {
            assert_eq!(meant(typed).as_deref().unwrap_or(""), expected, "{typed}");
        }
    }

    #[test]
    fn genuine_domains_are_left_alone() {
        for domain in COMMON.iter().chain(&GENUINE).chain(&[
            "example.org",
            "live.fr",
            "line.com",
            "hotmail.fr",
            "yahoo.fr",
            "gov.uk",
            "parliament.uk",
            "gmx.co.uk",
            "sly.com",
            "nhs.net",
            "yahoo.it",
            "outlook.fr",
            "x.com",
            "",
        ]) {
            assert_eq!(meant(domain), None, "{domain}");
        }
    }

    #[test]
    fn each_slip_leads_to_a_genuine_domain_in_one_step() {
        for (slip, expected) in WHOLE {
            assert!(COMMON.contains(&expected), "{expected}");
            assert_eq!(meant(slip).as_deref(), Some(expected), "{slip}");
            assert_eq!(meant(expected), None);
        }
        for (slip, _) in ENDINGS {
            let once = meant(&format!("example{slip}")).expect("a suggestion");
            assert_eq!(meant(&once), None, "{once}");
        }
    }

    #[test]
    fn one_slip_is_an_addition_an_omission_a_change_or_an_exchange() {
        for other in ["abcde", "bcd", "abd", "xbcd", "abcx", "bacd", "abdc", "xabcd"] {
            assert!(one_slip(b"abcd", other.as_bytes()) && one_slip(other.as_bytes(), b"abcd"), "{other}");
        }
        for other in ["abcd", "badc", "abcdef", "ab", "", "xbcx", "dbca"] {
            assert!(!one_slip(b"abcd", other.as_bytes()), "{other}");
        }
    }
}
