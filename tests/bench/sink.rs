//! A mail server that takes everything and keeps nothing but the mails' names.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

/// What has been taken: how often the mail with this name, and when the first and the last mail came.
#[derive(Default)]
struct Taken {
    names: HashMap<String, u32>,
    first: Option<Instant>,
    last: Option<Instant>,
}

/// A mail server. It ends when it is dropped; what it has taken is still known.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    taken: Arc<Mutex<Taken>>,
    serving: AbortHandle,
}

impl Sink {
    /// Listens on a free port.
    pub async fn open() -> anyhow::Result<Self> {
        let taken = Arc::default();
        Self::listen((Ipv4Addr::LOCALHOST, 0).into(), taken).await
    }

    /// Breaks off every conversation and begins again on the same port.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.serving.abort();
        tokio::time::sleep(Duration::from_millis(200)).await;
        *self = Self::listen(self.address, self.taken.clone()).await?;
        Ok(())
    }

    async fn listen(address: SocketAddr, taken: Arc<Mutex<Taken>>) -> anyhow::Result<Self> {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(1024)?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(serve(listener, taken.clone())).abort_handle();
        Ok(Self { address, taken, serving })
    }

    /// How many different mails it has taken.
    pub fn mails(&self) -> usize {
        self.lock().names.len()
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

async fn serve(listener: TcpListener, taken: Arc<Mutex<Taken>>) {
    let mut conversations = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        conversations.spawn(converse(stream, taken.clone()));
    }
}

async fn converse(stream: TcpStream, taken: Arc<Mutex<Taken>>) -> std::io::Result<()> {
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
                let name = read_mail(&mut stream).await?;
                let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
                *taken.names.entry(name).or_default() += 1;
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

/// Reads a mail to its end and says its name.
async fn read_mail(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let (mut name, mut line) = (String::new(), Vec::new());
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(name);
        }
        if name.is_empty() && line.get(..11).is_some_and(|head| head.eq_ignore_ascii_case(b"message-id:")) {
            name = String::from_utf8_lossy(&line[11..]).trim().to_owned();
        }
    }
}
