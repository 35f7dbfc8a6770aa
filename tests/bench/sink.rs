//! A mail server that takes everything and keeps nothing but the mails' names and, if it is to read them, their links.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use mail_parser::MessageParser;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};
use undersigned::domain::signature::SignatureId;

/// What has been taken: how often the mail with this name, and when the first and the last mail came.
#[derive(Default)]
struct Taken {
    names: HashMap<String, u32>,
    first: Option<Instant>,
    last: Option<Instant>,
    /// The links that confirm, with their signatures; none unless mails are read.
    links: Vec<(SignatureId, String)>,
}

/// A mail server. It ends when it is dropped; what it has taken is still known.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    taken: Arc<Mutex<Taken>>,
    /// Whether mails are read.
    reads: bool,
    serving: AbortHandle,
}

impl Sink {
    /// Listens on a free port; reads the mails that come, or not.
    pub async fn open(reads: bool) -> anyhow::Result<Self> {
        Self::listen((Ipv4Addr::LOCALHOST, 0).into(), Arc::default(), reads).await
    }

    /// Breaks off every conversation and begins again on the same port.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.serving.abort();
        tokio::time::sleep(Duration::from_millis(200)).await;
        *self = Self::listen(self.address, self.taken.clone(), self.reads).await?;
        Ok(())
    }

    async fn listen(address: SocketAddr, taken: Arc<Mutex<Taken>>, reads: bool) -> anyhow::Result<Self> {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(1024)?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(serve(listener, taken.clone(), reads)).abort_handle();
        Ok(Self { address, taken, reads, serving })
    }

    /// How many different mails it has taken.
    pub fn mails(&self) -> usize {
        self.lock().names.len()
    }

    /// The links that have come since this was last asked.
    pub fn links(&self) -> Vec<(SignatureId, String)> {
        std::mem::take(&mut self.lock().links)
    }

    /// How many came more than once.
    pub fn repeated(&self) -> usize {
        self.lock().names.values().filter(|count| **count > 1).count()
    }

    /// Mails in a second, from the first to the last.
    pub fn per_second(&self) -> anyhow::Result<f64> {
        let taken = self.lock();
        let (first, last) = taken.first.zip(taken.last).context("no mail has come")?;
        Ok(taken.names.len() as f64 / (last - first).as_secs_f64())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, taken: Arc<Mutex<Taken>>, reads: bool) {
    let mut conversations = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        conversations.spawn(converse(stream, taken.clone(), reads));
    }
}

async fn converse(stream: TcpStream, taken: Arc<Mutex<Taken>>, reads: bool) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink.example.org\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.get(..4).map(str::to_ascii_uppercase).as_deref() {
            Some("EHLO" | "HELO") => b"250-sink.example.org\r\n250 8BITMIME\r\n",
            Some("DATA") => {
                stream.write_all(b"354 go on\r\n").await?;
                let (name, mail) = read_mail(&mut stream).await?;
                let link = if reads { link(&mail) } else { None };
                let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
                *taken.names.entry(name).or_default() += 1;
                taken.links.extend(link);
                let now = Instant::now();
                taken.first.get_or_insert(now);
                taken.last = Some(now);
                b"250 taken\r\n"
            }
            Some("QUIT") => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"250 well\r\n",
        };
        stream.write_all(answer).await?;
    }
}

/// Reads a mail to its end; says its name, and what it is.
async fn read_mail(stream: &mut BufReader<TcpStream>) -> std::io::Result<(String, Vec<u8>)> {
    let (mut name, mut mail) = (String::new(), Vec::with_capacity(8 * 1024));
    loop {
        let begins = mail.len();
        if stream.read_until(b'\n', &mut mail).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = &mail[begins..];
        if line == b".\r\n" {
            mail.truncate(begins);
            return Ok((name, mail));
        }
        if name.is_empty() && line.get(..11).is_some_and(|head| head.eq_ignore_ascii_case(b"message-id:")) {
            name = String::from_utf8_lossy(&line[11..]).trim().to_owned();
        }
    }
}

/// The link that confirms, and its signature.
fn link(mail: &[u8]) -> Option<(SignatureId, String)> {
    let mail = MessageParser::default().parse(mail)?;
    let text = mail.body_text(0)?;
    let link = text.split_whitespace().find(|word| word.contains("/verify?token="))?;
    let path = &link[link.find("/signatures/")?..];
    let id: i64 = path.split('/').nth(2)?.parse().ok()?;
    Some((id.into(), path.to_owned()))
}
