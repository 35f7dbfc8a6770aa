//! E-mail addresses: their syntax, which of them reach the same person, and common slips of the finger.

mod providers;
mod slips;

use std::{borrow::Cow, fmt};

use idna::AsciiDenyList;

use super::limits;

/// An address to which mail can be sent: the part before the @ as it was typed, the domain in lower case and ASCII.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    address: String,
    at: usize,
}

/// What is wrong with an address, in words for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    /// Nothing was typed.
    #[error("Enter your email address")]
    Empty,
    /// It is longer than [`limits::NAME`], or than [`LOCAL_BYTES`] before the @.
    #[error(
        "Enter an email address of {} characters or fewer, at most {LOCAL_BYTES} of them before the @",
        limits::NAME
    )]
    TooLong,
    /// It is none.
    #[error("Enter an email address such as name@example.org")]
    Malformed,
}

/// Most bytes before the @ (RFC 5321, section 4.5.3.1.1).
pub const LOCAL_BYTES: usize = 64;
/// Most bytes of a domain (RFC 1035, section 2.3.4, less its two bytes of framing).
const DOMAIN_BYTES: usize = 253;

impl EmailAddress {
    /// Takes an address as it was typed, with or without white space around it.
    ///
    /// What stands before the @ is of ASCII, as most mail servers take nothing else; domains may be of any script.
    /// Quotes, comments and numbers instead of a domain, all of them allowed by RFC 5321, are not used by people.
    ///
    /// # Errors
    /// When it is empty, too long or none.
    pub fn parse(typed: &str) -> Result<Self, EmailAddressError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(EmailAddressError::Empty);
        }
        // A domain gets longer in ASCII, never shorter than a quarter of its bytes in UTF-8.
        if typed.len() > 4 * limits::NAME {
            return Err(EmailAddressError::TooLong);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(EmailAddressError::Malformed)?;
        if !local.split('.').all(is_atom) {
            return Err(EmailAddressError::Malformed);
        }
        let domain = in_ascii(domain).ok_or(EmailAddressError::Malformed)?;
        let at = local.len();
        if at > LOCAL_BYTES || domain.len() > DOMAIN_BYTES || at + 1 + domain.len() > limits::NAME {
            return Err(EmailAddressError::TooLong);
        }
        if !is_domain(&domain) {
            return Err(EmailAddressError::Malformed);
        }
        Ok(Self { address: format!("{local}@{domain}"), at })
    }

    /// The address to send mail to.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// What stands before the @.
    pub fn local(&self) -> &str {
        &self.address[..self.at]
    }

    /// What stands after the @.
    pub fn domain(&self) -> &str {
        &self.address[self.at + 1..]
    }

    /// The address with which two others are compared that may reach the same mailbox: in lower case, without what its
    /// provider ignores. No mail is sent to it.
    pub fn canonical(&self) -> String {
        providers::canonical(&self.local().to_lowercase(), self.domain())
    }

    /// The address that was probably meant, if this one looks like a slip: "ada@gmial.com" → "ada@gmail.com".
    pub fn suggestion(&self) -> Option<String> {
        suggestion(self.as_str())
    }
}

/// The address that was probably meant by what was typed, whether or not that is an address ("ada@hotmail.co.k").
pub fn suggestion(typed: &str) -> Option<String> {
    let (local, domain) = typed.trim().rsplit_once('@')?;
    let meant = slips::meant(&domain.to_lowercase())?;
    EmailAddress::parse(&format!("{local}@{meant}")).ok().map(|address| address.address)
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// The domain of addresses as it was typed, in lower case and ASCII, if it is one.
pub fn domain(typed: &str) -> Option<String> {
    let domain = in_ascii(typed)?;
    (domain.len() <= DOMAIN_BYTES && is_domain(&domain)).then(|| domain.into_owned())
}

fn in_ascii(domain: &str) -> Option<Cow<'_, str>> {
    idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::STD3).ok()
}

/// One of the parts between the dots before the @ (RFC 5322, section 3.2.3).
fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
}

/// Expects lower case and ASCII.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        matches!(label.len(), 1..=63)
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let Some((_, top)) = domain.rsplit_once('.') else {
        return false;
    };
    domain.split('.').all(is_label)
        && top.len() >= 2
        && (top.starts_with("xn--") || top.bytes().all(|b| b.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(typed: &str) -> Result<String, EmailAddressError> {
        EmailAddress::parse(typed).map(|address| address.address)
    }

    #[test]
    fn addresses_are_put_in_order() {
        for (typed, expected) in [
            (" Ada.Lovelace@Example.ORG\t", "Ada.Lovelace@example.org"),
            ("o'neil+petitions_1@mail.example.co.uk", "o'neil+petitions_1@mail.example.co.uk"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("ada@ｅｘａｍｐｌｅ.org", "ada@example.org"),
            ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
            ("1@9.example.museum", "1@9.example.museum"),
            ("!#$%&'*/=?^_`{|}~-@example.org", "!#$%&'*/=?^_`{|}~-@example.org"),
        ] {
            assert_eq!(parsed(typed).as_deref(), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        use EmailAddressError::*;
        assert_eq!(parsed(""), Err(Empty));
        assert_eq!(parsed(" \u{a0}\n"), Err(Empty));
        for typed in [
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "ada@example.o",
            "ada@example.o1",
            "ada@.example.org",
            "ada@example..org",
            "ada@example.org.",
            "ada@-example.org",
            "ada@example-.org",
            "ada@exam_ple.org",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "ada@xn--zzzzzzzzz.org",
            ".ada@example.org",
            "ada.@example.org",
            "a..da@example.org",
            "a da@example.org",
            "ada@exam ple.org",
            "\"ada\"@example.org",
            "Ada <ada@example.org>",
            "ada@bob@example.org",
            "ada,bob@example.org",
            "ada@example.org\r\nBcc: bob@example.org",
            "ada\0@example.org",
            "ada@example\0.org",
            "adá@example.org",
            "ada@exam\u{202e}ple.org",
        ] {
            assert_eq!(parsed(typed), Err(Malformed), "{typed:?}");
        }
    }

    #[test]
    fn addresses_are_of_limited_length() {
        let domain = format!("{}.example.org", ["a".repeat(60), "b".repeat(60), "c".repeat(60)].join("."));
        let local = "a".repeat(limits::NAME - domain.len() - 1);
        assert!(local.len() <= LOCAL_BYTES, "{}", local.len());
        assert!(parsed(&format!("{local}@{domain}")).is_ok());
        for typed in [
            format!("a{local}@{domain}"),
            format!("{}@example.org", "a".repeat(65)),
            format!("ada@{}", "a.".repeat(4000)),
            format!("ada@{}org", "a.".repeat(126)),
        ] {
            assert_eq!(parsed(&typed), Err(EmailAddressError::TooLong), "{typed}");
        }
        assert!(
            EmailAddressError::TooLong.to_string().starts_with("Enter an email address of 255 characters or fewer")
        );
    }

    #[test]
    fn suggestions_keep_what_stands_before_the_at() {
        assert_eq!(suggestion(" Ada.L@Hotmail.co.k").as_deref(), Some("Ada.L@hotmail.co.uk"));
        assert_eq!(
            EmailAddress::parse("Ada@gmial.com").expect("an address").suggestion().as_deref(),
            Some("Ada@gmail.com")
        );
        for typed in ["", "ada", "@gmial.com", "a b@gmial.com", "ada@gmail.com", "ada@example.org"] {
            assert_eq!(suggestion(typed), None, "{typed}");
        }
    }

    #[test]
    fn an_address_does_not_get_into_logs() {
        assert_eq!(format!("{:?}", EmailAddress::parse("ada@example.org")), "Ok(EmailAddress(…))");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_an_address_or_refused(
            typed in "\\PC*|[\\s\\S]{0,40}@[\\s\\S]{0,40}|[a-z.+_-]{1,9}@[a-zA-Zäß。.-]{1,9}\\.(gmail|yahoo|proton|org)?\\.?(com|me|fr)",
        ) {
            suggestion(&typed);
            if let Ok(address) = EmailAddress::parse(&typed) {
                prop_assert!(address.as_str().is_ascii() && address.as_str().len() <= limits::NAME);
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
                prop_assert_eq!(format!("{}@{}", address.local(), address.domain()), address.as_str());
            }
        }

        #[test]
        fn the_canonical_form_is_an_address_and_its_own_canonical_form(
            local in "[a-zA-Z.+_-]{1,9}",
            domain in "gmail.com|googlemail.com|YAHOO.co.uk|pm.me|me.com|ada.fastmail.com|a-b.fastmail.fm|hotmail.com|example.org",
        ) {
            if let Ok(address) = EmailAddress::parse(&format!("{local}@{domain}")) {
                let canonical = EmailAddress::parse(&address.canonical());
                prop_assert_eq!(canonical.map(|c| c.canonical()), Ok(address.canonical()));
            }
        }
    }
}
