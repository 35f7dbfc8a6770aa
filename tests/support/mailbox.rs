//! A mail server for tests: it speaks SMTP on a port of its own, keeps what it is given, and can be told to misbehave.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use mail_parser::MessageParser;
use scraper::Html;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::AbortHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use super::{
    database::RUNTIME,
    page::{css, text},
};

/// How long a mail may take to come: other tests are at work beside it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The certificate of all mail servers, as PEM, and what they speak TLS with.
static TLS: LazyLock<(String, TlsAcceptor)> = LazyLock::new(|| {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("TLS")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("its own certificate");
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
});

/// The server. It ends with the last of its owners.
#[derive(Clone, Debug)]
pub struct Mailbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    address: SocketAddr,
    state: Arc<State>,
    serving: Mutex<Option<AbortHandle>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.lock().expect("a lock").take() {
            serving.abort();
        }
    }
}

#[derive(Debug)]
struct State {
    mails: Mutex<Vec<Mail>>,
    rules: Mutex<Rules>,
    arrived: Notify,
    connections: AtomicU32,
}

/// How it behaves.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// What it answers to a recipient of this address, instead of taking it.
    pub recipients: HashMap<String, String>,
    /// What it answers to the sender.
    pub sender: Option<String>,
    /// What it answers to every mail, after it has read it.
    pub content: Option<String>,
    /// It hangs up when this many mails have come over a connection.
    pub most_mails: Option<usize>,
    /// It hangs up in the middle of so many mails yet.
    pub hang_up: usize,
    /// How long it thinks about each mail.
    pub slow: Duration,
    /// It offers STARTTLS.
    pub offers_tls: bool,
    /// It begins with TLS at once.
    pub immediate_tls: bool,
    /// The user and password that it wants.
    pub account: Option<(String, String)>,
}

/// A mail that came.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The sender on the envelope.
    pub from: String,
    /// The recipient on the envelope.
    pub to: String,
    /// As it came.
    pub source: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Its HTML.
    pub html: String,
    read: bool,
}

impl Mailbox {
    /// Opens one.
    pub async fn open() -> Self {
        let state = Arc::new(State {
            mails: Mutex::default(),
            rules: Mutex::default(),
            arrived: Notify::new(),
            connections: AtomicU32::new(0),
        });
        let mut inner = Inner { address: ([127, 0, 0, 1], 0).into(), state, serving: Mutex::default() };
        inner.address = inner.listen().await;
        Self(Arc::new(inner))
    }

    /// How it is reached.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.0.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// The certificate of its TLS, as PEM.
    pub fn certificate(&self) -> &'static str {
        &TLS.0
    }

    /// How it behaves, to be changed.
    pub fn rules(&self) -> MutexGuard<'_, Rules> {
        self.0.state.rules.lock().expect("a lock")
    }

    /// Stops listening, and hangs up.
    pub fn go_away(&self) {
        if let Some(serving) = self.0.serving.lock().expect("a lock").take() {
            serving.abort();
        }
    }

    /// Listens again, where it did.
    pub async fn come_back(&self) {
        self.0.listen().await;
    }

    /// Every mail that has come, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.0.state.mails.lock().expect("a lock").clone()
    }

    /// Connections that have been made.
    pub fn connections(&self) -> u32 {
        self.0.state.connections.load(Ordering::Relaxed)
    }

    /// The first mail to an address that has not been read yet; waits for it.
    pub async fn mail_to(&self, address: &str) -> Mail {
        self.wait(&format!("mail to {address}"), |mails| {
            let mail = mails.iter_mut().find(|mail| mail.to == address && !mail.read)?;
            mail.read = true;
            Some(mail.clone())
        })
        .await
    }

    /// Waits until so many mails have come in all.
    pub async fn has(&self, count: usize) {
        self.wait(&format!("{count} mails"), |mails| (mails.len() >= count).then_some(())).await;
        assert_eq!(self.mails().len(), count);
    }

    async fn wait<T>(&self, what: &str, mut look: impl FnMut(&mut Vec<Mail>) -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            let arrived = self.0.state.arrived.notified();
            if let Some(found) = look(&mut self.0.state.mails.lock().expect("a lock")) {
                return found;
            }
            let known: Vec<_> = self.mails().into_iter().map(|mail| (mail.to, mail.subject)).collect();
            assert!(began.elapsed() < PATIENCE, "no {what} among {known:?}");
            let _ = tokio::time::timeout(Duration::from_millis(100), arrived).await;
        }
    }
}

impl Inner {
    async fn listen(&self) -> SocketAddr {
        let (address, state) = (self.address, Arc::clone(&self.state));
        let (listener, address) = RUNTIME
            .spawn(async move {
                let listener = TcpListener::bind(address).await.expect("a port");
                let address = listener.local_addr().expect("an address");
                (listener, address)
            })
            .await
            .expect("a mail server");
        let serving = RUNTIME.spawn(async move {
            // Dropped with this task, and every connection with it.
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                state.connections.fetch_add(1, Ordering::Relaxed);
                connections.spawn(serve(stream, Arc::clone(&state)));
            }
        });
        *self.serving.lock().expect("a lock") = Some(serving.abort_handle());
        address
    }
}

impl Mail {
    fn new(from: &str, to: &str, source: String) -> Self {
        let parsed = MessageParser::default().parse(source.as_bytes()).expect("a mail");
        let subject = parsed.subject().unwrap_or_default().to_owned();
        let text = parsed.body_text(0).unwrap_or_default().into_owned();
        let html = parsed.body_html(0).unwrap_or_default().into_owned();
        Self { from: from.to_owned(), to: to.to_owned(), subject, text, html, read: false, source }
    }

    /// A header, unfolded; empty if there is none.
    pub fn header(&self, name: &str) -> String {
        let parsed = MessageParser::default().parse(self.source.as_bytes()).expect("a mail");
        let value = parsed.headers_raw().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        value.unwrap_or_default().replace("\r\n", "").trim().to_owned()
    }

    /// The link with these words.
    #[track_caller]
    pub fn link(&self, words: &str) -> String {
        let html = Html::parse_document(&self.html);
        let found = html.select(&css("a")).find(|link| text(*link) == words);
        let link = found.unwrap_or_else(|| panic!("no link “{words}” in “{}”: {}", self.subject, self.text));
        link.attr("href").expect("an address").to_owned()
    }
}

/// What a conversation came to.
enum End {
    Over,
    StartTls,
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    let _ = stream.set_nodelay(true);
    let immediate = state.rules.lock().expect("a lock").immediate_tls;
    let mut plain = BufReader::new(stream);
    if !immediate {
        match converse(&mut plain, &state, true, false).await {
            Ok(End::StartTls) => {}
            _ => return,
        }
    }
    // Who does not trust the certificate hangs up.
    if let Ok(stream) = TLS.1.accept(plain.into_inner()).await {
        let _ = converse(&mut BufReader::new(stream), &state, immediate, true).await;
    }
}

async fn converse<S>(stream: &mut BufReader<S>, state: &State, greets: bool, secure: bool) -> std::io::Result<End>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if greets {
        say(stream, "220 mail.example.org ready").await?;
    }
    let rules = || state.rules.lock().expect("a lock").clone();
    let (mut from, mut to, mut signed_in, mut count) = (String::new(), String::new(), false, 0);
    loop {
        let Some(line) = hear(stream).await? else { return Ok(End::Over) };
        let rules = rules();
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "EHLO" => {
                let mut lines = vec!["mail.example.org".to_owned(), "8BITMIME".to_owned(), "SMTPUTF8".to_owned()];
                if rules.offers_tls && !secure {
                    lines.push("STARTTLS".to_owned());
                }
                if rules.account.is_some() {
                    lines.push("AUTH PLAIN".to_owned());
                }
                let last = lines.pop().expect("a line");
                let lines: String = lines.into_iter().map(|line| format!("250-{line}\r\n")).collect();
                say(stream, &format!("{lines}250 {last}")).await?;
            }
            "STARTTLS" if rules.offers_tls && !secure => {
                say(stream, "220 go on").await?;
                return Ok(End::StartTls);
            }
            "AUTH" => {
                let given = line.rsplit(' ').next().unwrap_or_default();
                let given = data_encoding::BASE64.decode(given.as_bytes()).unwrap_or_default();
                let wanted = rules.account.map(|(user, password)| format!("\0{user}\0{password}"));
                signed_in = wanted.is_some_and(|wanted| wanted.as_bytes() == given);
                say(stream, if signed_in { "235 2.7.0 welcome" } else { "535 5.7.8 who are you?" }).await?;
            }
            "MAIL" if rules.account.is_some() && !signed_in => say(stream, "530 5.7.0 sign in first").await?,
            "MAIL" if rules.most_mails.is_some_and(|most| count >= most) => {
                say(stream, "421 4.7.0 enough for one connection").await?;
                return Ok(End::Over);
            }
            "MAIL" => {
                from = address(&line);
                say(stream, rules.sender.as_deref().unwrap_or("250 2.1.0 go on")).await?;
            }
            "RCPT" => {
                to = address(&line);
                say(stream, rules.recipients.get(&to).map_or("250 2.1.5 go on", String::as_str)).await?;
            }
            "DATA" => {
                say(stream, "354 go on").await?;
                let Some(content) = hear_content(stream).await? else { return Ok(End::Over) };
                tokio::time::sleep(rules.slow).await;
                if rules.hang_up > 0 {
                    state.rules.lock().expect("a lock").hang_up -= 1;
                    return Ok(End::Over);
                }
                if let Some(reply) = &rules.content {
                    say(stream, reply).await?;
                    continue;
                }
                count += 1;
                state.mails.lock().expect("a lock").push(Mail::new(&from, &to, content));
                state.arrived.notify_waiters();
                say(stream, "250 2.0.0 taken").await?;
            }
            "RSET" | "NOOP" => say(stream, "250 2.0.0 done").await?,
            "QUIT" => {
                say(stream, "221 2.0.0 goodbye").await?;
                return Ok(End::Over);
            }
            _ => say(stream, "502 5.5.1 not here").await?,
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn hear<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

async fn hear_content<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<Option<String>> {
    let mut content = String::new();
    loop {
        let Some(line) = hear(stream).await? else { return Ok(None) };
        if line == "." {
            return Ok(Some(content));
        }
        content.push_str(line.strip_prefix('.').unwrap_or(&line));
        content.push_str("\r\n");
    }
}

fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
