//! Handing letters over to an SMTP server: several connections, each kept for the next letter.

use std::{
    error::Error as _,
    fmt, io,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use lettre::{
    Address,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Noop, Quit, Rcpt, Rset},
        extension::{ClientId, Extension, MailParameter},
    },
};
use tokio::{net::TcpStream, time::timeout};

use super::{
    letter::{Letter, SendError},
    smtp_url::{Encryption, SmtpUrl},
};

/// The longest that sending a letter can take.
pub const LONGEST: Duration = Duration::from_secs(60);

const CONNECTING: Duration = Duration::from_secs(15);
/// A connection that has rested longer is asked whether it is still there before it is trusted with a letter.
const FRESH: Duration = Duration::from_secs(2);
/// Servers do not like connections on which nothing happens.
const MOST_REST: Duration = Duration::from_secs(20);

/// The server that takes our mail.
pub struct Smtp {
    server: SmtpUrl,
    credentials: Option<Credentials>,
    tls: Option<TlsParameters>,
    hello: ClientId,
    connections: usize,
    resting: Mutex<Vec<Line>>,
    open: Arc<AtomicUsize>,
}

/// A connection that stands.
struct Line {
    smtp: AsyncSmtpConnection,
    used_at: Instant,
    open: Arc<AtomicUsize>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Smtp {
    /// Makes ready, without connecting yet; `connections` at the most. `hello` is the name we give there.
    ///
    /// # Errors
    /// When the certificate of the address cannot be read.
    pub fn new(server: &SmtpUrl, connections: usize, hello: &str) -> anyhow::Result<Self> {
        let tls = match server.encryption {
            Encryption::None => None,
            _ => Some(tls(&server.host, server.trusted.as_deref())?),
        };
        let account = server.account.clone();
        Ok(Self {
            server: server.clone(),
            credentials: account.map(|(user, password)| Credentials::new(user, password)),
            tls,
            hello: ClientId::Domain(hello.to_owned()),
            connections,
            resting: Mutex::default(),
            open: Arc::default(),
        })
    }

    /// Connections at the most: as many letters may be sent at one time.
    pub fn connections(&self) -> usize {
        self.connections
    }

    /// Hands a letter over.
    pub(super) async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let sent = timeout(LONGEST, async {
            if let Some(line) = self.rested().await {
                match self.talk(line, letter).await {
                    // It had been closed, or wanted to be, before the letter was under way: a new one will do.
                    Err(Broken::BeforeContent(_)) => {}
                    outcome => return outcome,
                }
            }
            self.talk(self.connect().await?, letter).await
        });
        match sent.await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(Broken::BeforeContent(error) | Broken::InContent(error))) => Err(error),
            Err(_) => Err(SendError::Later("the server does not answer".to_owned())),
        }
    }

    /// Closes connections that have not been needed for a while.
    pub(super) async fn close_idle(&self) {
        let old: Vec<_> = self.resting().extract_if(.., |line| line.used_at.elapsed() > MOST_REST).collect();
        for mut line in old {
            let _ = timeout(Duration::from_secs(1), line.smtp.command(Quit)).await;
        }
    }

    /// A connection that has served before and still stands.
    async fn rested(&self) -> Option<Line> {
        loop {
            let mut line = self.resting().pop()?;
            if line.used_at.elapsed() < FRESH || matches!(timeout(FRESH, line.smtp.command(Noop)).await, Ok(Ok(_))) {
                return Some(line);
            }
        }
    }

    /// A new connection. A server that wants no more of them than stand already is given some time.
    async fn connect(&self) -> Result<Line, Broken> {
        let began = Instant::now();
        loop {
            let refused = match timeout(CONNECTING, self.try_connect()).await {
                Ok(Ok(smtp)) => {
                    self.open.fetch_add(1, Ordering::Relaxed);
                    return Ok(Line { smtp, used_at: Instant::now(), open: Arc::clone(&self.open) });
                }
                Ok(Err(refused)) => refused,
                Err(_) => "the server does not answer".to_owned(),
            };
            if self.open.load(Ordering::Relaxed) == 0 || began.elapsed() > CONNECTING / 2 {
                return Err(Broken::BeforeContent(SendError::Blocked(refused)));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            if let Some(line) = self.rested().await {
                return Ok(line);
            }
        }
    }

    async fn try_connect(&self) -> Result<AsyncSmtpConnection, String> {
        let server = (self.server.host.as_str(), self.server.port);
        let cannot = |said: String| format!("cannot connect: {said}");
        if let (Some(tls), Encryption::Immediate) = (&self.tls, self.server.encryption) {
            let connected =
                AsyncSmtpConnection::connect_tokio1(server, Some(CONNECTING), &self.hello, Some(tls.clone()), None);
            return self.signed_in(connected.await.map_err(|error| cannot(described(&error)))?).await;
        }
        let stream = TcpStream::connect(server).await.map_err(|error| cannot(io_described(&error)))?;
        // Small writes go out at once, instead of waiting for an answer to the last.
        stream.set_nodelay(true).map_err(|error| cannot(io_described(&error)))?;
        let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await;
        let mut smtp = connected.map_err(|error| cannot(described(&error)))?;
        if let Some(tls) = &self.tls {
            if smtp.can_starttls() {
                let started = smtp.starttls(tls.clone(), &self.hello).await;
                started.map_err(|error| format!("TLS fails: {}", described(&error)))?;
            } else if self.server.encryption == Encryption::Required {
                return Err("the server does not offer TLS, which is required".to_owned());
            }
        }
        self.signed_in(smtp).await
    }

    async fn signed_in(&self, mut smtp: AsyncSmtpConnection) -> Result<AsyncSmtpConnection, String> {
        if let Some(credentials) = &self.credentials {
            let signed_in = smtp.auth(DEFAULT_MECHANISMS, credentials).await;
            signed_in.map_err(|error| format!("the server does not let us sign in: {}", described(&error)))?;
        }
        Ok(smtp)
    }

    /// Hands a letter over on a connection, which rests afterwards or is closed.
    async fn talk(&self, mut line: Line, letter: &Letter) -> Result<Result<(), SendError>, Broken> {
        let mut in_content = false;
        let outcome = match converse(&mut line.smtp, letter, &mut in_content).await {
            Ok(()) => Ok(()),
            Err(Refusal::Said(error)) => {
                // The server forgets the letter, and is ready for another.
                if !matches!(timeout(FRESH, line.smtp.command(Rset)).await, Ok(Ok(_))) {
                    return Ok(Err(error));
                }
                Err(error)
            }
            Err(Refusal::Closing(said)) => return Err(Broken::BeforeContent(SendError::Blocked(said))),
            Err(Refusal::Broken(said)) if in_content => return Err(Broken::InContent(SendError::Later(said))),
            Err(Refusal::Broken(said)) => return Err(Broken::BeforeContent(SendError::Later(said))),
        };
        line.used_at = Instant::now();
        self.resting().push(line);
        Ok(outcome)
    }

    fn resting(&self) -> MutexGuard<'_, Vec<Line>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("server", &self.server).field("connections", &self.connections).finish()
    }
}

/// A connection that is no more.
enum Broken {
    /// The letter had not been on its way.
    BeforeContent(SendError),
    /// Nobody knows whether the server has taken the letter.
    InContent(SendError),
}

/// Why a conversation did not end well.
enum Refusal {
    /// The server has said no, and listens.
    Said(SendError),
    /// The server has said goodbye.
    Closing(String),
    /// Nothing more was heard.
    Broken(String),
}

async fn converse(connection: &mut AsyncSmtpConnection, letter: &Letter, in_content: &mut bool) -> Result<(), Refusal> {
    let options = mail_options(connection, letter)?;
    let mail = connection.command(Mail::new(Some(letter.from.clone()), options)).await;
    // Whoever may not send from our address may not do it later or for somebody else.
    mail.map_err(|error| refusal(&error, SendError::Blocked))?;
    let rcpt = connection.command(Rcpt::new(letter.to.clone(), Vec::new())).await;
    rcpt.map_err(|error| refusal(&error, |said| about_recipient(&error, said)))?;
    connection.command(Data).await.map_err(|error| refusal(&error, SendError::Later))?;
    *in_content = true;
    let taken = connection.command(Content(&letter.content)).await;
    taken.map_err(|error| refusal(&error, SendError::Later))?;
    Ok(())
}

/// Addresses beyond ASCII can only be handed to servers that know them.
fn mail_options(connection: &AsyncSmtpConnection, letter: &Letter) -> Result<Vec<MailParameter>, Refusal> {
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    if is_ascii(&letter.to) && is_ascii(&letter.from) {
        Ok(Vec::new())
    } else if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
        Ok(vec![MailParameter::SmtpUtfEight])
    } else {
        Err(Refusal::Said(SendError::Never("the server knows ASCII addresses only".to_owned())))
    }
}

/// A recipient who does not exist will not exist later. Refusals by policy (5.7) are about us as often as about the
/// recipient, and somebody may put them right.
fn about_recipient(error: &SmtpError, said: String) -> SendError {
    let by_policy = enhanced(error).is_some_and(|code| code.starts_with("5.7."));
    if error.is_permanent() && !by_policy { SendError::Never(said) } else { SendError::Later(said) }
}

fn refusal(error: &SmtpError, otherwise: impl FnOnce(String) -> SendError) -> Refusal {
    match error.status().map(u16::from) {
        Some(421) => Refusal::Closing(described(error)),
        // Signing in has been forgotten, on either side.
        Some(530) => Refusal::Said(SendError::Blocked(described(error))),
        Some(_) => Refusal::Said(otherwise(described(error))),
        None => Refusal::Broken(described(error)),
    }
}

/// What happened, in our words: codes, but nothing that the server has said beyond them.
fn described(error: &SmtpError) -> String {
    if let Some(status) = error.status() {
        return match enhanced(error) {
            Some(enhanced) => format!("{status} {enhanced}"),
            None => status.to_string(),
        };
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(inner) = inner.downcast_ref::<io::Error>() {
            return io_described(inner);
        }
        cause = inner.source();
    }
    if error.is_response() { "the server does not speak SMTP" } else { "the connection is lost" }.to_owned()
}

/// TLS and the resolver of names explain themselves, in words of this side; everything else has a kind.
fn io_described(error: &io::Error) -> String {
    error.get_ref().map_or_else(|| error.kind().to_string(), ToString::to_string)
}

/// The enhanced status code (RFC 3463), such as 5.1.1.
fn enhanced(error: &SmtpError) -> Option<String> {
    let text = error.source()?.to_string();
    let word = text.split_whitespace().next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.len() == 3 && parts.iter().all(number)).then(|| word.to_owned())
}

/// The letter as it goes over the line: lines that begin with a dot get another, and a dot ends it (RFC 5321, 4.5.2).
struct Content<'a>(&'a str);

impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.strip_suffix("\r\n").unwrap_or(self.0).split("\r\n") {
            let dot = if line.starts_with('.') { "." } else { "" };
            write!(f, "{dot}{line}\r\n")?;
        }
        f.write_str(".\r\n")
    }
}

fn tls(host: &str, trusted: Option<&Path>) -> anyhow::Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(file) = trusted {
        let pem = std::fs::read(file).with_context(|| format!("cannot read the certificate {}", file.display()))?;
        let certificate = Certificate::from_pem(&pem);
        parameters = parameters
            .add_root_certificate(certificate.with_context(|| format!("{} is no certificate", file.display()))?);
    }
    Ok(parameters.build_rustls()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dots_are_doubled_and_one_ends_it() {
        assert_eq!(Content("A: b\r\n\r\n.\r\n..x\r\ny.\r\n").to_string(), "A: b\r\n\r\n..\r\n...x\r\ny.\r\n.\r\n");
        assert_eq!(Content("no end").to_string(), "no end\r\n.\r\n");
    }

    proptest! {
        #[test]
        fn nothing_within_a_letter_ends_it(lines in prop::collection::vec("[.a\\r]{0,4}", 0..6)) {
            let text = Content(&lines.join("\r\n")).to_string();
            let inside = text.strip_suffix(".\r\n").expect("the end");
            prop_assert!(inside.ends_with("\r\n") && !inside.starts_with(".\r\n") && !inside.contains("\r\n.\r\n"));
        }
    }
}
