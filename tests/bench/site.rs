//! The site itself: the program as it is released, with a data folder and a port of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap};
use sqlx::PgPool;
use undersigned::dev::postgres;

use super::process::{Process, free_port};

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(120);

/// The site, running.
pub struct Site {
    /// The program.
    pub process: Process,
    /// Its address.
    pub address: String,
    data: PathBuf,
}

impl Site {
    /// Starts the site with the data in a folder, which it fills with sample petitions if it is new. Ready means that
    /// the first page has come; says how long that took.
    pub async fn start(folder: &Path) -> anyhow::Result<(Self, Duration)> {
        Self::start_with(folder, free_port()?, &[]).await
    }

    /// Starts the site on this port with these settings of the environment.
    pub async fn start_with(folder: &Path, port: u16, settings: &[(&str, String)]) -> anyhow::Result<(Self, Duration)> {
        std::fs::create_dir_all(folder)?;
        let data = folder.join("data");
        let address = format!("http://127.0.0.1:{port}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_undersigned"));
        // Settings of the environment are somebody's for another purpose.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("UNDERSIGNED_") {
                command.env_remove(name);
            }
        }
        command.env_remove("DATABASE_URL").env_remove("RUST_LOG").arg("--data-dir").arg(&data);
        command.arg("--port").arg(port.to_string());
        command.env_remove("SMTP_URL").envs(settings.iter().map(|(name, value)| (*name, value)));

        let began = Instant::now();
        let mut process = Process::start(&mut command, &folder.join("site.log"))?;
        let client = reqwest::Client::new();
        loop {
            if let Ok(response) = client.get(&address).send().await {
                response.error_for_status()?.bytes().await?;
                return Ok((Self { process, address, data }, began.elapsed()));
            }
            process.check()?;
            if began.elapsed() > PATIENCE {
                bail!("the site does not answer within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Connects to its database.
    pub async fn database(&self) -> anyhow::Result<PgPool> {
        let url = postgres::running(&self.data).await?.context("the site has no database")?;
        Ok(undersigned::store::connect(url.parse()?, 2).await?)
    }
}

/// An answer as it came.
pub struct Answer {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its content, compressed as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// What an address answers to somebody who accepts an encoding.
    pub async fn get(url: &str, accept: &str) -> anyhow::Result<Self> {
        let response = reqwest::Client::new().get(url).header(ACCEPT_ENCODING, accept).send().await?;
        let response = response.error_for_status()?;
        let headers = response.headers().clone();
        Ok(Self { headers, body: response.bytes().await?.to_vec() })
    }

    /// How it is compressed.
    pub fn encoding(&self) -> &str {
        self.headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("identity")
    }
}
