//! Requests by hand over connections that are kept: what a crowd of browsers sends, for as little of the machine's time
//! as possible, since the site needs the rest.

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection to the site.
pub struct Connection {
    host: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// What the site answered, as far as a crowd looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
}

impl Connection {
    /// To the site at this address; connects with the first request.
    pub fn new(address: &str) -> Self {
        let host = address.trim_start_matches("http://").to_owned();
        Self { host, stream: None, buffer: Vec::with_capacity(16 * 1024) }
    }

    /// Asks for a page and reads it to its end.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: gzip\r\n\r\n", self.host);
        self.send(request.as_bytes()).await
    }

    /// Sends a form and reads the answer to its end.
    pub async fn post(&mut self, path: &str, form: &str) -> anyhow::Result<Answer> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}",
            host = self.host,
            length = form.len()
        );
        self.send(request.as_bytes()).await
    }

    async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        let outcome = self.exchange(request).await;
        if outcome.is_err() {
            // Whatever comes after this belongs to nothing that was asked.
            self.stream = None;
        }
        outcome
    }

    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(&self.host).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection was closed");
            }
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head]).context("a head is text")?;
        let status = text.get(9..12).and_then(|status| status.parse().ok()).context("an answer has a status")?;
        let length = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(Ok(0), |(_, length)| length.trim().parse::<usize>())?;
        while self.buffer.len() < head + length {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection was closed in the middle of an answer");
            }
        }
        Ok(Answer { status })
    }
}
