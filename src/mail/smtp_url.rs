//! The address of the server that takes our mail, as SMTP_URL gives it.

use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr};

use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// Where and how mail is handed over: `smtps://user:password@host:port`, or `smtp://…?tls=required`.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What keeps others from reading along.
    pub encryption: Encryption,
    /// The name and password with which we sign in there.
    pub account: Option<(String, String)>,
    /// A file with a certificate that is trusted besides the public ones (`?ca=FILE`).
    pub trusted: Option<PathBuf>,
}

/// What keeps others from reading along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS before anything else (`smtps://`).
    Immediate,
    /// TLS after STARTTLS; without it nothing is sent (`?tls=required`).
    Required,
    /// TLS if the server offers it (`?tls=opportunistic`).
    Opportunistic,
    /// None (`?tls=none`).
    None,
}

/// Why an address is none of an SMTP server. Never repeats it, since it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpUrlError {
    /// Something else altogether.
    #[error("wants an address such as smtps://user:password@mail.example.org or smtp://localhost:25")]
    NoAddress,
    /// A path or a fragment.
    #[error("wants nothing behind the host and port but ?tls= and ?ca=")]
    TooMuch,
    /// An unknown parameter, or one that does not fit.
    #[error("wants ?tls=required, ?tls=opportunistic or ?tls=none with smtp://, and no ?tls= with smtps://")]
    Tls,
    /// A name without a password, or the other way round.
    #[error("wants both a user and a password, or neither; special characters written as %40")]
    HalfAnAccount,
    /// A password that everybody on the way could read.
    #[error("wants TLS when there is a password and the server is another machine: use smtps:// or ?tls=required")]
    OpenPassword,
}

impl FromStr for SmtpUrl {
    type Err = SmtpUrlError;

    fn from_str(text: &str) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(text).map_err(|_| SmtpUrlError::NoAddress)?;
        let immediate = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(SmtpUrlError::NoAddress),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpUrlError::NoAddress)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpUrlError::TooMuch);
        }
        let here = is_here(&host);
        // What leaves the machine is encrypted unless somebody says otherwise.
        let mut encryption = match (immediate, here) {
            (true, _) => Encryption::Immediate,
            (false, true) => Encryption::None,
            (false, false) => Encryption::Required,
        };
        let mut trusted = None;
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("tls", "required") if !immediate => encryption = Encryption::Required,
                ("tls", "opportunistic") if !immediate => encryption = Encryption::Opportunistic,
                ("tls", "none") if !immediate => encryption = Encryption::None,
                ("tls", _) => return Err(SmtpUrlError::Tls),
                ("ca", file) if !file.is_empty() => trusted = Some(PathBuf::from(file)),
                _ => return Err(SmtpUrlError::TooMuch),
            }
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
        let account = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err(SmtpUrlError::HalfAnAccount),
            (user, Some(password)) => match (decoded(user), decoded(password)) {
                (Ok(user), Ok(password)) => Some((user, password)),
                _ => return Err(SmtpUrlError::HalfAnAccount),
            },
        };
        if account.is_some() && !here && matches!(encryption, Encryption::None | Encryption::Opportunistic) {
            return Err(SmtpUrlError::OpenPassword);
        }
        let usual = match encryption {
            Encryption::Immediate => 465,
            Encryption::Required => 587,
            Encryption::Opportunistic | Encryption::None => 25,
        };
        Ok(Self { host, port: url.port().unwrap_or(usual), encryption, account, trusted })
    }
}

/// Whether this is a name of the machine itself.
fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a text is a host as mail addresses have it: a name with a dot, and no number.
pub fn is_mail_domain(host: &str) -> bool {
    host.contains('.') && matches!(Host::parse(host), Ok(Host::Domain(_)))
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpUrl")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("encryption", &self.encryption)
            .field("account", &self.account.as_ref().map(|_| "(hidden)"))
            .field("trusted", &self.trusted)
            .finish()
    }
}

/// The server and its port, without the account.
impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<SmtpUrl, SmtpUrlError> {
        text.parse()
    }

    #[test]
    fn addresses_say_where_and_how() {
        for (text, host, port, encryption) in [
            ("smtps://mail.example.org", "mail.example.org", 465, Encryption::Immediate),
            ("smtp://mail.example.org", "mail.example.org", 587, Encryption::Required),
            ("smtp://mail.example.org?tls=required", "mail.example.org", 587, Encryption::Required),
            ("smtp://mail.example.org:25?tls=opportunistic", "mail.example.org", 25, Encryption::Opportunistic),
            ("smtp://mail.example.org?tls=none", "mail.example.org", 25, Encryption::None),
            ("smtp://localhost:1025/", "localhost", 1025, Encryption::None),
            ("smtp://127.0.0.1", "127.0.0.1", 25, Encryption::None),
            ("smtp://[::1]:2525", "::1", 2525, Encryption::None),
            ("smtp://[::1]?tls=required", "::1", 587, Encryption::Required),
        ] {
            let url = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((url.host.as_str(), url.port, url.encryption), (host, port, encryption), "{text}");
        }
        let url = read("smtps://ada%40example.org:p%3Aw%25d@mail.example.org?ca=/etc/ssl/our.pem").expect("an address");
        assert_eq!(url.account, Some(("ada@example.org".to_owned(), "p:w%d".to_owned())));
        assert_eq!(url.trusted, Some(PathBuf::from("/etc/ssl/our.pem")));
    }

    #[test]
    fn other_addresses_are_refused_with_what_is_wanted() {
        for (text, error) in [
            ("", SmtpUrlError::NoAddress),
            ("mail.example.org:25", SmtpUrlError::NoAddress),
            ("http://mail.example.org", SmtpUrlError::NoAddress),
            ("smtp://", SmtpUrlError::NoAddress),
            ("smtp://mail.example.org:66000", SmtpUrlError::NoAddress),
            ("smtp://mail.example.org/inbox", SmtpUrlError::TooMuch),
            ("smtp://mail.example.org?starttls=1", SmtpUrlError::TooMuch),
            ("smtp://mail.example.org?tls=yes", SmtpUrlError::Tls),
            ("smtps://mail.example.org?tls=none", SmtpUrlError::Tls),
            ("smtps://ada@mail.example.org", SmtpUrlError::HalfAnAccount),
            ("smtps://:secret@mail.example.org", SmtpUrlError::HalfAnAccount),
            ("smtps://ada:%FF@mail.example.org", SmtpUrlError::HalfAnAccount),
            ("smtp://ada:secret@mail.example.org?tls=none", SmtpUrlError::OpenPassword),
            ("smtp://ada:secret@mail.example.org?tls=opportunistic", SmtpUrlError::OpenPassword),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nobody_is_told_the_password(password in "[a-zA-Z0-9]{12,20}") {
            let url = read(&format!("smtps://ada:{password}@mail.example.org")).expect("an address");
            let printed = format!("{url:?} {url}");
            prop_assert!(!printed.contains(&password));
        }

        #[test]
        fn whatever_is_typed_is_read_or_refused(text in ".{0,80}", rest in ".{0,40}") {
            let _ = read(&text);
            let _ = read(&format!("smtp://{text}@{rest}"));
        }
    }
}
