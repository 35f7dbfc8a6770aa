//! The figures, each by itself, and the site that they share.

mod charts;
mod close;
mod crowded;
mod day;
mod desk;
mod kills;
mod lists;
mod mail;
mod memory;
mod page;
mod parts;
mod related;
mod response;
mod rule;
mod signing;
mod sizes;
mod start;

use std::{
    path::{Path, PathBuf},
    pin::Pin,
    time::{Duration, Instant},
};

use anyhow::Context;
use jiff::Timestamp;
use reqwest::header::ACCEPT_ENCODING;
use sqlx::PgPool;
use undersigned::{clock::Clock, domain::petition::PetitionId};

use super::{
    load::{Load, load},
    petitions,
    programs::Programs,
    site::Site,
    table::Table,
};

/// How often what is compared takes turns.
const ROUNDS: usize = 5;

/// Everything that can be measured, in this order.
pub const FIGURES: &[Figure] = &[
    Figure {
        name: "start",
        about: "from typing the command to the first page",
        run: |f, t| Box::pin(start::run(f, t)),
    },
    Figure { name: "page", about: "a petition's page against nginx", run: |f, t| Box::pin(page::run(f, t)) },
    Figure { name: "lists", about: "lists, search and data", run: |f, t| Box::pin(lists::run(f, t)) },
    Figure { name: "desk", about: "staff’s pages with 200,000 petitions", run: |f, t| Box::pin(desk::run(f, t)) },
    Figure { name: "sizes", about: "petitions of 1,000 to 10,000,000", run: |f, t| Box::pin(sizes::run(f, t)) },
    Figure { name: "parts", about: "ten years of history, all places", run: |f, t| Box::pin(parts::run(f, t)) },
    Figure {
        name: "related",
        about: "petitions about the same thing, among 100,000",
        run: |f, t| Box::pin(related::run(f, t)),
    },
    Figure { name: "charts", about: "ten years of hours drawn", run: |f, t| Box::pin(charts::run(f, t)) },
    Figure { name: "signing", about: "signing and confirming", run: |f, t| Box::pin(signing::run(f, t)) },
    Figure { name: "mail", about: "mail handed to a server", run: |f, t| Box::pin(mail::run(f, t)) },
    Figure {
        name: "response",
        about: "a response mailed to a million signers",
        run: |f, t| Box::pin(response::run(f, t)),
    },
    Figure { name: "day", about: "a mixed day", run: |f, t| Box::pin(day::run(f, t)) },
    Figure { name: "kills", about: "what kills leave behind", run: |f, t| Box::pin(kills::run(f, t)) },
    Figure { name: "crowded", about: "ten million signatures", run: |f, t| Box::pin(crowded::run(f, t)) },
    Figure { name: "rule", about: "100,000 signatures taken out by a rule", run: |f, t| Box::pin(rule::run(f, t)) },
    Figure { name: "close", about: "10,000 petitions that close at midnight", run: |f, t| Box::pin(close::run(f, t)) },
    Figure { name: "memory", about: "memory after all this", run: |f, t| Box::pin(memory::run(f, t)) },
];

type Outcome<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;

/// Something that can be measured.
pub struct Figure {
    /// By which it is chosen.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    run: for<'a> fn(&'a mut Fixture, &'a mut Table) -> Outcome<'a>,
}

impl Figure {
    /// Measures it.
    pub async fn measure(&self, fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
        (self.run)(fixture, table).await
    }
}

/// What the figures need.
pub struct Fixture {
    folder: PathBuf,
    programs: Programs,
    now: Timestamp,
    shared: Option<Shared>,
}

/// The site that figures share, with sample petitions.
struct Shared {
    site: Site,
    database: PgPool,
    client: reqwest::Client,
}

impl Fixture {
    /// For figures that may use this folder.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        let now = Clock::System.now();
        Ok(Self { folder: folder.to_owned(), programs: Programs::find()?, now, shared: None })
    }

    /// The site, started by whoever needs it first.
    async fn shared(&mut self) -> anyhow::Result<&Shared> {
        if self.shared.is_none() {
            let (site, _) = Site::start(&self.folder.join("shared")).await?;
            let database = site.database().await?;
            self.shared = Some(Shared { site, database, client: reqwest::Client::new() });
        }
        self.shared.as_ref().context("just started")
    }

    /// The address of the main sample petition.
    async fn main_petition(&mut self) -> anyhow::Result<String> {
        let now = self.now;
        let shared = self.shared().await?;
        let id = petitions::main_petition(&shared.database, now).await?;
        Ok(shared.page(&id))
    }

    async fn load(&self, url: &str, headers: &[&str], seconds: u64) -> anyhow::Result<Load> {
        load(&self.programs.wrk, url, headers, seconds).await
    }
}

impl Shared {
    /// The address of a petition's page.
    fn page(&self, id: &PetitionId) -> String {
        format!("{}/petitions/{id}", self.site.address)
    }

    /// How long it takes until an answer is here as a whole, and how many bytes that is uncompressed.
    async fn time(&self, url: &str) -> anyhow::Result<(Duration, usize)> {
        let began = Instant::now();
        let response = self.client.get(url).header(ACCEPT_ENCODING, "identity").send().await?.error_for_status()?;
        let bytes = response.bytes().await?.len();
        Ok((began.elapsed(), bytes))
    }
}
