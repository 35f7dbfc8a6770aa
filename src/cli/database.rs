//! The database of a command: the one that was set, the one that is running, or a private one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use sqlx::{Connection, PgConnection, PgPool, postgres::PgConnectOptions};

use crate::{
    actions::import_areas,
    dev::postgres::{self, Options, PrivatePostgres},
    settings::Settings,
    store,
};

/// Sites that may share a private server, each with all its connections.
const SITES: u32 = 4;
/// Connections that a private server keeps free for commands typed while they run.
const FOR_OTHERS: u32 = 20;

/// A database that is up to date and ready.
pub struct Database {
    /// Connections to it.
    pub pool: PgPool,
    /// The server, where it is this command's own.
    pub private: Option<PrivatePostgres>,
}

impl Database {
    /// Opens the database for a command: the server of `DATABASE_URL`, else the private one that is running,
    /// else a private one for as long as the command runs. Tables and areas are brought up to date.
    ///
    /// # Errors
    /// A message that says what stands in the way.
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        if let Some(options) = &settings.database_url {
            return Self::elsewhere(settings, options).await;
        }
        match postgres::running(&data_dir(settings)).await? {
            Some(url) => Self::ready(settings, url.parse()?, None).await,
            None => Self::start(settings).await,
        }
    }

    /// Opens the database for serving: a private one must not be another process's.
    ///
    /// # Errors
    /// A message that says what stands in the way.
    pub async fn open_to_serve(settings: &Settings) -> anyhow::Result<Self> {
        match &settings.database_url {
            Some(options) => Self::elsewhere(settings, options).await,
            None => Self::start(settings).await,
        }
    }

    async fn elsewhere(settings: &Settings, options: &PgConnectOptions) -> anyhow::Result<Self> {
        // Once by itself: a pool would try for half a minute, and then not say what the matter was.
        let reached = PgConnection::connect_with(options).await;
        reached.context("cannot reach the database of --database-url (DATABASE_URL)")?.close().await?;
        Self::ready(settings, options.clone(), None).await
    }

    async fn start(settings: &Settings) -> anyhow::Result<Self> {
        let private = PrivatePostgres::start(&Options {
            data_dir: data_dir(settings),
            pg_bin: settings.pg_bin.clone(),
            max_connections: u16::try_from(SITES * settings.database_connections + FOR_OTHERS)?,
            durable: true,
        })
        .await?;
        let options = private.url().parse()?;
        Self::ready(settings, options, Some(private)).await
    }

    async fn ready(
        settings: &Settings,
        options: PgConnectOptions,
        private: Option<PrivatePostgres>,
    ) -> anyhow::Result<Self> {
        let pool = store::connect(options, settings.database_connections).await.context("cannot reach the database")?;
        up_to_date(&pool).await?;
        Ok(Self { pool, private })
    }

    /// Closes the connections, then stops the server if it is this command's own.
    pub async fn close(self) {
        self.pool.close().await;
        if let Some(private) = self.private {
            private.stop().await;
        }
    }
}

/// Applies the migrations, and brings in the areas that come with the program.
///
/// # Errors
/// When a migration fails, or the database is newer than the program.
async fn up_to_date(pool: &PgPool) -> anyhow::Result<()> {
    store::MIGRATOR.run(pool).await.context("cannot bring the database up to date")?;
    let mut db = pool.acquire().await?;
    import_areas::import_own_areas(&mut db).await.context("cannot bring in the areas")?;
    Ok(())
}

/// The folder of the private server's data: the one that was set, or this checkout's own.
pub fn data_dir(settings: &Settings) -> PathBuf {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    settings.data_dir.clone().unwrap_or_else(|| postgres::default_data_dir(checkout))
}

/// The file in the data folder that says where the site is, for commands that give somebody a link.
const ADDRESS: &str = "address";

/// Notes where the site is that is served with a private server.
///
/// # Errors
/// When the file cannot be written.
pub fn note_site_address(settings: &Settings, address: &str) -> std::io::Result<()> {
    fs::write(data_dir(settings).join(ADDRESS), address)
}

/// Where the site is, or was last, that is served with the private server; `None`: nobody knows.
pub fn site_address(settings: &Settings) -> Option<String> {
    if settings.database_url.is_some() {
        return None;
    }
    fs::read_to_string(data_dir(settings).join(ADDRESS)).ok().filter(|address| address.starts_with("http"))
}
