//! The name with which somebody signs.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::{limits, text};

/// A person's name as it was typed, in any script, without needless white space.
#[derive(Clone, PartialEq, Eq)]
pub struct SignerName(String);

/// What is wrong with a name, in words for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignerNameError {
    /// Nothing was typed.
    #[error("Enter your full name")]
    Empty,
    /// It is longer than [`limits::NAME`].
    #[error("Enter your full name in {} letters or fewer", limits::NAME)]
    TooLong,
    /// It holds control characters or formatting that nobody sees.
    #[error("Type your full name; what was entered has characters that cannot be seen")]
    Unseen,
    /// It holds a web or e-mail address.
    #[error("Enter your full name without web or email addresses")]
    Link,
    /// A spreadsheet would take it for a formula.
    #[error("Begin your full name with a letter")]
    Formula,
    /// It has no letter.
    #[error("Enter your full name with letters")]
    NoLetter,
}

impl SignerName {
    /// Takes a name as it was typed: white space around it is dropped, inside it becomes one space.
    ///
    /// # Errors
    /// When it is empty, too long or no name.
    pub fn parse(typed: &str) -> Result<Self, SignerNameError> {
        let typed = typed.trim_matches(|c: char| c.is_whitespace() || is_pasted_mark(c));
        // A letter that a person sees may be made of any number of characters; this many are no name.
        if typed.chars().nth(4 * limits::NAME).is_some() {
            return Err(SignerNameError::TooLong);
        }
        let name = typed.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect::<String>();
        if name.is_empty() {
            return Err(SignerNameError::Empty);
        }
        if text::letters(&name) > limits::NAME {
            return Err(SignerNameError::TooLong);
        }
        if has_unseen(&name) {
            return Err(SignerNameError::Unseen);
        }
        if begins_formula(&name) {
            return Err(SignerNameError::Formula);
        }
        if has_link(&name) {
            return Err(SignerNameError::Link);
        }
        let name = Self(name);
        if !name.key().chars().any(char::is_alphabetic) {
            return Err(SignerNameError::NoLetter);
        }
        Ok(name)
    }

    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names have in common that people would call the same: letters and digits without case and accents,
    /// so that "Zoë  O'Neil" is "ZOE ONEIL".
    ///
    /// Only the accents of Latin, Greek and Cyrillic are dropped: in other scripts ([`text::fold`] drops those too) they
    /// are vowels, and राम is not रमी.
    pub fn key(&self) -> String {
        let plain: String = self.0.nfkd().filter(|c| !is_accent(*c)).nfc().collect();
        // Through upper case, so that "ß" is "SS".
        let upper: String = plain.to_uppercase().chars().filter(|c| c.is_alphanumeric()).collect();
        upper.to_lowercase()
    }
}

impl fmt::Debug for SignerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignerName(…)")
    }
}

/// Marks that come along unnoticed when a name is pasted: byte order, zero width, left-to-right, right-to-left.
fn is_pasted_mark(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}')
}

fn has_unseen(name: &str) -> bool {
    let mut before = ' ';
    name.chars().any(|c| {
        let unseen = match c {
            // Joiners belong to the spelling in Persian, Malayalam and other scripts, never after a Latin letter.
            '\u{200c}' | '\u{200d}' => before.is_ascii(),
            // Letters and symbols by category, but blank.
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' => {
                true
            }
            c if u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}') => true,
            c => matches!(
                c.general_category(),
                GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::PrivateUse
            ),
        };
        before = c;
        unseen
    })
}

/// Whether a spreadsheet that is given the text in a CSV file would calculate.
pub(super) fn begins_formula(name: &str) -> bool {
    // Some spreadsheets take the full-width and small forms for the plain ones.
    let first = name.nfkc().next();
    matches!(first, Some('=' | '+' | '-' | '@' | '\u{2212}'))
}

/// Endings of web addresses that end no name. Those that may ("Maria.De", "Anna.Me") are found by what follows them.
const ENDINGS: [&str; 26] = [
    "app", "biz", "club", "cn", "co.uk", "com", "dev", "edu", "eu", "gov.uk", "info", "link", "net", "online", "org",
    "org.uk", "ru", "shop", "site", "store", "top", "tv", "website", "win", "work", "xyz",
];

/// Hosts of links that are too short to be told from initials.
const SHORT_HOSTS: [&str; 2] = ["t.co", "t.me"];

fn has_link(name: &str) -> bool {
    let plain = name.nfkc().collect::<String>().to_lowercase();
    plain.contains("://") || plain.split_whitespace().any(is_link)
}

/// Expects a word in lower case.
fn is_link(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    if word.starts_with("www.") || word.starts_with("mailto:") {
        return true;
    }
    let (mailbox, rest) = word.rsplit_once('@').unwrap_or(("", word));
    let (host, path) = rest.split_at(rest.find(['/', '?', '#', ':']).unwrap_or(rest.len()));
    let Some((domain, ending)) = host.rsplit_once('.') else {
        return false;
    };
    let is_host =
        host.split('.').all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'));
    if !is_host || ending.chars().any(|c| !c.is_alphabetic()) {
        return false;
    }
    let long = domain.rsplit('.').next().is_some_and(|label| label.chars().nth(1).is_some());
    let known = || {
        ENDINGS.iter().any(|ending| host.strip_suffix(ending).is_some_and(|rest| rest.len() > 2 && rest.ends_with('.')))
    };
    !mailbox.is_empty()
        || (SHORT_HOSTS.contains(&host) && !path.is_empty())
        || (long && ending.chars().nth(1).is_some() && (!path.is_empty() || known()))
}

/// Whether a character is an accent on a letter of the Latin, Greek or Cyrillic script.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(name: &str) -> String {
        SignerName::parse(name).unwrap_or_else(|error| panic!("{name}: {error}")).key()
    }

    #[test]
    fn names_of_people_pass() {
        for name in [
            "Ada Lovelace",
            "Dr. Smith",
            "Dr.Smith",
            "O'Neil",
            "O’Neil",
            "J.R.R. Tolkien",
            "J.R.R.Tolkien",
            "Anne-Marie",
            "Jean-Luc d'Arc, B.Sc/M.Sc",
            "Maria.De Souza",
            "'t Hooft",
            "Siân Llŷr",
            "李小龍",
            "राम कुमार",
            "می‌خواهم",
            "Louis XIV 2nd",
            "Ørsted Łukasz",
            "Mr X",
            "Smith c/o Jones",
            "Min Org Com",
            "Name: Ada",
            "Жанна Ёлкина",
            "محمد عبد الله",
            "O",
        ] {
            assert_eq!(SignerName::parse(name).as_ref().map(SignerName::as_str), Ok(name));
        }
    }

    #[test]
    fn white_space_is_put_in_order() {
        let name = SignerName::parse("\u{feff} \tAda\u{a0}\r\n  Lovelace\u{200b}\t").expect("a name");
        assert_eq!(name.as_str(), "Ada Lovelace");
        assert_eq!(SignerName::parse("Zoe\u{308}").expect("a name").as_str(), "Zoë");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        use SignerNameError::*;
        for (typed, error) in [
            ("", Empty),
            (" \t\u{200b}\u{a0}", Empty),
            ("Ada\0", Unseen),
            ("Ada\u{7}", Unseen),
            ("Ada \u{202e}ecalevoL", Unseen),
            ("Ada\u{ad}Lovelace", Unseen),
            ("A\u{200d}da", Unseen),
            ("\u{3164}\u{3164}", Unseen),
            ("\u{2800}Ada", Unseen),
            ("Ada \u{e000}", Unseen),
            ("Ada \u{ffff}", Unseen),
            ("=1+1 Ada", Formula),
            ("+Ada", Formula),
            ("-Ada", Formula),
            ("@SUM(A1) Ada", Formula),
            ("＝Ada", Formula),
            ("﹢Ada", Formula),
            ("－Ada", Formula),
            ("−Ada", Formula),
            ("＠Ada", Formula),
            ("https://example.org", Link),
            ("Ada ftp://x", Link),
            ("see www.example.org", Link),
            ("Ada (Example.COM)", Link),
            ("Ada buy-pills.co.uk", Link),
            ("bit.ly/xyz", Link),
            ("t.me/xyz", Link),
            ("ada@example.org", Link),
            ("ｅｘａｍｐｌｅ．ｃｏｍ", Link),
            ("1234", NoLetter),
            ("…!", NoLetter),
            ("☃", NoLetter),
        ] {
            assert_eq!(SignerName::parse(typed), Err(error), "{typed:?}");
        }
    }

    #[test]
    fn names_are_as_long_as_a_person_counts() {
        let long = "e\u{301}".repeat(limits::NAME);
        assert!(SignerName::parse(&long).is_ok());
        assert_eq!(SignerName::parse(&(long + "e")), Err(SignerNameError::TooLong));
        assert_eq!(SignerName::parse(&format!("e{}", "\u{301}".repeat(2000))), Err(SignerNameError::TooLong));
        assert_eq!(SignerNameError::TooLong.to_string(), "Enter your full name in 255 letters or fewer");
    }

    #[test]
    fn the_same_name_is_recognised() {
        for (one, other) in
            [("Zoë", "ZOE"), ("Ada  O'Neil", "ada oneil"), ("Straße", "STRASSE"), ("ＡＤＡ", "Ada"), ("İpek", "ipek")]
        {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
        for (one, other) in [("राम", "रमी"), ("がもう", "かもう"), ("Ada", "Ida")] {
            assert_ne!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn a_name_does_not_get_into_logs() {
        assert_eq!(format!("{:?}", SignerName::parse("Ada Lovelace")), "Ok(SignerName(…))");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_name_or_refused(typed in "\\PC*|[\\s\\S]{0,300}|[a-z.@/: =+-]{0,20}") {
            if let Ok(name) = SignerName::parse(&typed) {
                prop_assert!(text::letters(name.as_str()) <= limits::NAME);
                prop_assert!(!name.as_str().chars().any(char::is_control));
                prop_assert!(!name.as_str().starts_with(['=', '+', '-', '@']));
                prop_assert!(!name.key().is_empty());
                prop_assert_eq!(SignerName::parse(name.as_str()), Ok(name.clone()));
            }
        }

        #[test]
        fn letters_of_any_script_make_a_name(letters in "\\p{Lo}{1,20}|\\p{Lu}\\p{Ll}{1,20}") {
            let parsed = SignerName::parse(&letters);
            let blank = letters.contains(['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}']);
            prop_assert!(parsed.is_ok() || blank || parsed == Err(SignerNameError::NoLetter), "{letters:?} {parsed:?}");
        }
    }
}
