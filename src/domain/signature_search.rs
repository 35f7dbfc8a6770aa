//! What signatures are looked for by: conditions that must all hold. Searches and rules have the same ones.

use std::{fmt, net::IpAddr};

use ipnet::IpNet;
use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    deadline,
    email::EmailAddress,
    keyring::Contact,
    limits,
    petition::PetitionId,
    postcode::Postcode,
    signature::SignatureState,
    suspicion::Suspicion,
    text::{fold, letters},
};

/// Conditions as they were typed; what is empty does not matter. Says nothing when it is printed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The number of a petition.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub petition: String,
    /// A name; `*` stands for anything.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// An e-mail address; with `*` as it was typed, without in canonical form.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// What stands after the @; `*` stands for anything.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub domain: String,
    /// A postcode, a sector (with its space) or a district.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub postcode: String,
    /// An address of the internet, or a network.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub network: String,
    /// The name or code of a constituency.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub constituency: String,
    /// The name or code of a country.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub country: String,
    /// The beginning of a time, by London's clock.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// Its end, likewise; not part of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// The number of a reason for suspicion.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub suspicion: String,
    /// The word of a state. Rules do not ask for it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub state: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed").finish_non_exhaustive()
    }
}

/// Conditions that make sense.
#[derive(Clone, Default)]
pub struct Conditions {
    /// The petition.
    pub petition: Option<PetitionId>,
    /// What the name is like.
    pub name: Option<Pattern>,
    /// The e-mail address.
    pub email: Option<EmailIs>,
    /// What the domain of the e-mail address is like.
    pub domain: Option<Pattern>,
    /// The postcode.
    pub postcode: Option<PostcodeIs>,
    /// The network from which it came.
    pub network: Option<IpNet>,
    /// The name or code of the constituency.
    pub constituency: Option<String>,
    /// The name or code of the country.
    pub country: Option<String>,
    /// Not before.
    pub after: Option<Timestamp>,
    /// Before.
    pub before: Option<Timestamp>,
    /// Why it is suspected.
    pub suspicion: Option<Suspicion>,
    /// Its state.
    pub state: Option<SignatureState>,
}

/// A text in which `*` stands for anything; case and accents do not matter.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern(Vec<char>);

/// An e-mail address.
#[derive(Clone, PartialEq, Eq)]
pub enum EmailIs {
    /// In canonical form.
    Exactly(String),
    /// As it was typed.
    Like(Pattern),
}

/// A postcode or a part of one, without spaces.
#[derive(Clone, PartialEq, Eq)]
pub struct PostcodeIs {
    beginning: String,
    /// Letters that follow.
    rest: usize,
}

/// What is wrong with a condition, at its field.
pub type Mistake = (&'static str, &'static str);

const TOO_LONG: &str = "Shorten this to 255 characters or fewer";

impl Typed {
    /// Without white space around what was typed.
    pub fn trimmed(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        Self {
            petition: trim(self.petition),
            name: trim(self.name),
            email: trim(self.email),
            domain: trim(self.domain),
            postcode: trim(self.postcode),
            network: trim(self.network),
            constituency: trim(self.constituency),
            country: trim(self.country),
            after: trim(self.after),
            before: trim(self.before),
            suspicion: trim(self.suspicion),
            state: trim(self.state),
        }
    }

    /// Makes sense of it.
    ///
    /// # Errors
    /// Every mistake, in the order of the fields.
    pub fn read(&self) -> Result<Conditions, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        fn take<T>(
            mistakes: &mut Vec<Mistake>,
            field: &'static str,
            text: &str,
            read: impl Fn(&str) -> Result<T, &'static str>,
        ) -> Option<T> {
            let read = match text.trim() {
                "" => return None,
                text if letters(text) > limits::NAME => Err(TOO_LONG),
                text => read(text),
            };
            read.map_err(|message| mistakes.push((field, message))).ok()
        }
        let conditions = Conditions {
            petition: take(&mut mistakes, "petition", &self.petition, |text| {
                // Signatures keep the number in four bytes.
                let number = text.parse::<PetitionId>().ok().filter(|id| i32::try_from(id.get()).is_ok());
                number.ok_or("Enter the number of a petition, such as 700123")
            }),
            name: take(&mut mistakes, "name", &self.name, Pattern::parse),
            email: take(&mut mistakes, "email", &self.email, EmailIs::parse),
            domain: take(&mut mistakes, "domain", &self.domain, |text| {
                let domain = text.strip_prefix('@').unwrap_or(text);
                match domain.contains(['@', ' ']) || domain.is_empty() {
                    true => Err("Enter a domain such as example.org or *.example.org"),
                    false => Pattern::parse(domain),
                }
            }),
            postcode: take(&mut mistakes, "postcode", &self.postcode, PostcodeIs::parse),
            network: take(&mut mistakes, "network", &self.network, network),
            constituency: take(&mut mistakes, "constituency", &self.constituency, |text| Ok(text.to_owned())),
            country: take(&mut mistakes, "country", &self.country, |text| Ok(text.to_owned())),
            after: take(&mut mistakes, "after", &self.after, moment),
            before: take(&mut mistakes, "before", &self.before, moment),
            suspicion: take(&mut mistakes, "suspicion", &self.suspicion, |text| {
                text.parse().ok().and_then(Suspicion::from_code).ok_or("Choose a reason from the list")
            }),
            state: take(&mut mistakes, "state", &self.state, |text| {
                SignatureState::from_code(text).ok_or("Choose a state from the list")
            }),
        };
        if let (Some(after), Some(before)) = (conditions.after, conditions.before)
            && after >= before
        {
            mistakes.push(("before", "Enter a time after the beginning"));
        }
        if mistakes.is_empty() { Ok(conditions) } else { Err(mistakes) }
    }

    /// Whether nothing is asked for; a state alone is nothing.
    pub fn is_empty(&self) -> bool {
        Self { state: String::new(), ..self.clone() }.trimmed() == Self::default()
    }

    /// What is asked for, in words: what it is about, and what was typed.
    pub fn terms(&self) -> Vec<(&'static str, String)> {
        let suspicion = self.suspicion.parse().ok().and_then(Suspicion::from_code).map_or("", Suspicion::label);
        let state = SignatureState::from_code(&self.state).map_or("", SignatureState::label);
        let all = [
            ("Petition", self.petition.as_str()),
            ("Name", &self.name),
            ("E-mail", &self.email),
            ("Domain", &self.domain),
            ("Postcode", &self.postcode),
            ("Network", &self.network),
            ("Constituency", &self.constituency),
            ("Country", &self.country),
            ("Signed from", &self.after),
            ("Signed before", &self.before),
            ("Suspected", suspicion),
            ("State", state),
        ];
        let told = all.into_iter().filter(|(_, value)| !value.trim().is_empty());
        told.map(|(term, value)| (term, value.trim().replace('T', if term.starts_with("Signed") { " " } else { "T" })))
            .collect()
    }

    /// The same for the log, which is kept for ever: of what may say whom, only that it is asked for.
    pub fn for_log(&self) -> Value {
        let told = self.terms().into_iter().map(|(term, value)| {
            let personal = matches!(term, "Name" | "E-mail" | "Domain" | "Postcode" | "Network");
            (term.to_owned(), json!(if personal { "(not logged)".to_owned() } else { value }))
        });
        Value::Object(told.collect())
    }
}

impl Conditions {
    /// Whether the contact has to be opened to tell whether they hold.
    pub fn want_contact(&self) -> bool {
        matches!(self.email, Some(EmailIs::Like(_))) || self.domain.is_some() || self.postcode.is_some()
    }

    /// Whether those hold that the database cannot tell: about the name, and about what is encrypted.
    pub fn hold(&self, name: &str, contact: Option<&Contact>) -> bool {
        let named = self.name.as_ref().is_none_or(|pattern| pattern.matches(name));
        let contacted = || {
            let Some(contact) = contact else { return false };
            let (_, domain) = contact.email.rsplit_once('@').unwrap_or_default();
            let like = |email: &EmailIs| match email {
                // The hash has been compared.
                EmailIs::Exactly(_) => true,
                EmailIs::Like(pattern) => pattern.matches(&contact.email),
            };
            self.email.as_ref().is_none_or(like)
                && self.domain.as_ref().is_none_or(|pattern| pattern.matches(domain))
                && self.postcode.as_ref().is_none_or(|is| contact.postcode.as_deref().is_some_and(|code| is.of(code)))
        };
        named && (!self.want_contact() || contacted())
    }
}

impl Pattern {
    /// A text with or without stars.
    ///
    /// # Errors
    /// When it consists of nothing else.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let pattern: Vec<char> = fold(&typed.split_whitespace().collect::<Vec<_>>().join(" ")).chars().collect();
        match pattern.iter().all(|c| *c == '*') {
            true => Err("Enter something besides *"),
            false => Ok(Self(pattern)),
        }
    }

    /// Whether a text is like that.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = fold(text).chars().collect();
        let (mut at, mut of, mut star) = (0, 0, None);
        while at < text.len() {
            match self.0.get(of) {
                Some('*') => {
                    star = Some((of, at));
                    of += 1;
                }
                Some(c) if *c == text[at] => {
                    at += 1;
                    of += 1;
                }
                // The last star stands for one letter more.
                _ => match &mut star {
                    Some((back, from)) => {
                        *from += 1;
                        at = *from;
                        of = *back + 1;
                    }
                    None => return false,
                },
            }
        }
        self.0[of..].iter().all(|c| *c == '*')
    }
}

impl EmailIs {
    fn parse(typed: &str) -> Result<Self, &'static str> {
        if typed.contains('*') {
            return Pattern::parse(typed).map(Self::Like);
        }
        let address = EmailAddress::parse(typed);
        let canonical = address.map(|address| address.canonical());
        canonical.map(Self::Exactly).map_err(|_| "Enter an email address, or a part of one with *")
    }
}

impl PostcodeIs {
    fn parse(typed: &str) -> Result<Self, &'static str> {
        let code = |typed: &str| Postcode::parse(typed).ok().map(|code| code.as_str().to_owned());
        if let Some(code) = code(typed) {
            return Ok(Self { beginning: code, rest: 0 });
        }
        // A part: "SW1A 1" is a sector, "SW1A" a district.
        let (ending, rest) = if typed.contains(' ') { ("AA", 2) } else { ("1AA", 3) };
        let whole = code(&format!("{typed}{ending}"))
            .ok_or("Enter a postcode, a sector such as SW1A 1, or a district such as SW1A")?;
        let beginning = whole[..whole.len() - rest].to_owned();
        Ok(Self { beginning, rest })
    }

    /// Whether a postcode, written without spaces, is that or lies in it.
    fn of(&self, code: &str) -> bool {
        code.len() == self.beginning.len() + self.rest && code.starts_with(&self.beginning)
    }
}

fn network(typed: &str) -> Result<IpNet, &'static str> {
    let address = |text: &str| text.parse::<IpAddr>().ok().map(|address| IpNet::from(address.to_canonical()));
    let network = address(typed).or_else(|| typed.parse::<IpNet>().ok().map(|network| network.trunc()));
    network.ok_or("Enter an address such as 192.0.2.1, or a network such as 192.0.2.0/24 or 2001:db8::/48")
}

/// A moment by London's clock; of an hour that comes twice, the first.
fn moment(typed: &str) -> Result<Timestamp, &'static str> {
    const MISTAKE: &str = "Enter a day and a time, such as 2026-05-03T14:00";
    let local: DateTime = typed.replace(' ', "T").parse().map_err(|_| MISTAKE)?;
    if !(1970..=2999).contains(&local.year()) {
        return Err(MISTAKE);
    }
    local.to_zoned(deadline::london()).map(|at| at.timestamp()).map_err(|_| MISTAKE)
}

/// The minute of a moment as it is typed, by London's clock. Without seconds, since fields take none.
pub fn typed_moment(at: Timestamp) -> String {
    at.to_zoned(deadline::london()).strftime("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(typed: &Typed, name: &str, email: &str, postcode: Option<&str>) -> bool {
        let contact = Contact { email: email.to_owned(), postcode: postcode.map(str::to_owned) };
        typed.read().unwrap_or_else(|mistakes| panic!("{mistakes:?}")).hold(name, Some(&contact))
    }

    fn typed(change: impl FnOnce(&mut Typed)) -> Typed {
        let mut typed = Typed::default();
        change(&mut typed);
        typed
    }

    #[test]
    fn names_domains_and_addresses_may_have_stars() {
        let name = |pattern: &str, name: &str| holds(&typed(|t| t.name = pattern.into()), name, "a@example.org", None);
        assert!(name("ada lovelace", "Ada Lovelace") && name("Ad* Love*", "ADA LOVELACE") && name("*élise", "Elise"));
        assert!(!name("Ada", "Ada Lovelace") && !name("*x*", "Ada") && !name("a*b", "ab c"));
        let domain = |pattern: &str, domain: &str| {
            holds(&typed(|t| t.domain = pattern.into()), "Ada", &format!("ada@{domain}"), None)
        };
        assert!(domain("@Example.org", "example.org") && domain("*.example.org", "a.b.example.org"));
        assert!(!domain("example.org", "an.example.org") && !domain("*.example.org", "example.org"));
        let email = |pattern: &str| holds(&typed(|t| t.email = pattern.into()), "Ada", "ada.7@example.org", None);
        assert!(email("ada.*@example.org") && email("*7@*") && !email("bob*"));
    }

    #[test]
    fn postcodes_may_be_sectors_and_districts() {
        let of = |typed_in: &str, code: &str| {
            holds(&typed(|t| t.postcode = typed_in.into()), "Ada", "a@example.org", Some(code))
        };
        assert!(of("sw1a 1aa", "SW1A1AA") && of("SW1A 1", "SW1A1ZZ") && of("SW1A", "SW1A2ZZ") && of("M1", "M11AA"));
        assert!(!of("SW1A 1AA", "SW1A1AB") && !of("SW1A 1", "SW1A2AA") && !of("M1", "M121AB") && !of("SW1", "SW1A1AA"));
        assert!(!holds(&typed(|t| t.postcode = "M1".into()), "Ada", "a@example.org", None));
    }

    #[test]
    fn every_mistake_is_told() {
        let wrong = Typed {
            petition: "abc".into(),
            name: "*".into(),
            email: "ada".into(),
            domain: "a@b".into(),
            postcode: "nowhere".into(),
            network: "300.1.1.1".into(),
            after: "yesterday".into(),
            before: "2026-02-30T10:00".into(),
            suspicion: "99".into(),
            state: "lost".into(),
            ..Typed::default()
        };
        let fields: Vec<_> = wrong.read().err().unwrap_or_default().into_iter().map(|(field, _)| field).collect();
        assert_eq!(
            fields,
            ["petition", "name", "email", "domain", "postcode", "network", "after", "before", "suspicion", "state"]
        );
        let turned = Typed { after: "2026-05-03T14:00".into(), before: "2026-05-03T14:00".into(), ..Typed::default() };
        assert_eq!(turned.read().err().map(|mistakes| mistakes[0].0), Some("before"));
        assert!(typed(|t| t.name = "x".repeat(256)).read().is_err());
    }

    #[test]
    fn networks_are_addresses_or_more() {
        let net = |text: &str| network(text).map(|network| network.to_string());
        assert_eq!(net("192.0.2.7"), Ok("192.0.2.7/32".into()));
        assert_eq!(net("192.0.2.7/24"), Ok("192.0.2.0/24".into()));
        assert_eq!(net("::ffff:192.0.2.7"), Ok("192.0.2.7/32".into()));
        assert_eq!(net("2001:db8:1:2::/48"), Ok("2001:db8:1::/48".into()));
    }

    #[test]
    fn the_log_learns_nothing_personal() {
        let all = Typed {
            petition: "7".into(),
            name: "Ada".into(),
            email: "ada@example.org".into(),
            domain: "example.org".into(),
            postcode: "SW1A 1AA".into(),
            network: "192.0.2.1".into(),
            country: "France".into(),
            ..Typed::default()
        };
        let log = all.for_log().to_string();
        for secret in ["Ada", "example", "SW1A", "192"] {
            assert!(!log.contains(secret), "{log}");
            assert!(!format!("{all:?}").contains(secret));
        }
        assert!(log.contains("France") && log.contains("\"7\""), "{log}");
        assert!(!all.is_empty() && Typed { state: "pending".into(), ..Typed::default() }.is_empty());
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_or_refused(text in "\\PC{0,40}") {
            let all = Typed {
                petition: text.clone(), name: text.clone(), email: text.clone(), domain: text.clone(),
                postcode: text.clone(), network: text.clone(), constituency: text.clone(), country: text.clone(),
                after: text.clone(), before: text.clone(), suspicion: text.clone(), state: text.clone(),
            };
            let _ = (all.read().is_ok(), all.terms(), all.for_log());
        }

        #[test]
        fn a_star_stands_for_anything(before in "[a-c ]{0,6}", within in "[a-c]{0,6}", after in "[a-c ]{0,6}") {
            let text = format!("x{before}{within}{after}x");
            for pattern in [format!("x{before}*{after}x"), format!("*{within}*x"), format!("x*{text}")] {
                let squeezed = Pattern::parse(&pattern).expect("a pattern");
                let text = if pattern.ends_with(&text) { format!("x{text}") } else { text.clone() };
                prop_assert!(squeezed.matches(&text) || pattern.contains(char::is_whitespace), "{} {}", pattern, text);
            }
            let other = Pattern::parse(&format!("{within}y*")).expect("a pattern");
            prop_assert!(!other.matches(&text));
        }
    }
}
