//! A site that collects signatures: the released program on a PostgreSQL of its own, which keeps what it commits; mail
//! waits, unless there is somebody to take it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, PgPool};
use undersigned::{
    dev::postgres::{Options, PrivatePostgres},
    domain::{
        keyring::{Keyring, Purpose, SecretKey},
        petition::PetitionId,
    },
    store, urls,
};

use super::{process::free_port, site::Site};

/// The key of this site.
pub fn secret() -> SecretKey {
    SecretKey::new(1, *b"nobody's data are kept with this")
}

/// The site and its database.
pub struct Office {
    /// The program.
    pub site: Site,
    /// Connections to the database.
    pub database: PgPool,
    /// The address of the database.
    pub database_url: String,
    keyring: Keyring,
    folder: PathBuf,
    port: u16,
    /// Stopped last; away while it is being started again.
    postgres: Option<PrivatePostgres>,
}

impl Office {
    /// Starts both in a folder; `settings` go to the program.
    pub async fn open(folder: &Path, settings: &[(&str, String)]) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let postgres = PrivatePostgres::start(&options(folder)).await?;
        let database_url = postgres.url();
        let database = store::connect(database_url.parse()?, 4).await?;
        store::MIGRATOR.run(&database).await?;
        // Everybody comes from here, in numbers that no network has; the program reads this when it starts.
        sqlx::query("insert into listed_networks (network, rule, created_at) values ('127.0.0.0/8', 'allowed', now())")
            .execute(&database)
            .await?;
        let port = free_port()?;
        let site = Self::serve(folder, port, &database_url, settings).await?;
        sqlx::query(
            "insert into postcodes (code, area_id, terminated)
             select 'SW1A1AA', id, false from areas where code = 'E14001172' on conflict do nothing",
        )
        .execute(&database)
        .await?;
        let keyring = Keyring::new(&[secret()])?;
        Ok(Self { site, database, database_url, keyring, folder: folder.to_owned(), port, postgres: Some(postgres) })
    }

    async fn serve(folder: &Path, port: u16, database_url: &str, settings: &[(&str, String)]) -> anyhow::Result<Site> {
        let own = [("DATABASE_URL", database_url.to_owned()), ("UNDERSIGNED_SECRET_KEYS", secret().reveal())];
        Ok(Site::start_with(folder, port, &[&own, settings].concat()).await?.0)
    }

    /// Starts the program again, with other settings.
    pub async fn restart(&mut self, settings: &[(&str, String)]) -> anyhow::Result<()> {
        self.site.process.stop();
        self.site = Self::serve(&self.folder, self.port, &self.database_url, settings).await?;
        Ok(())
    }

    /// Kills the program in the middle of what it does, and starts it again.
    pub async fn kill_program(&mut self, settings: &[(&str, String)]) -> anyhow::Result<()> {
        self.site.process.kill();
        self.site = Self::serve(&self.folder, self.port, &self.database_url, settings).await?;
        Ok(())
    }

    /// Kills PostgreSQL in the middle of what it does, and starts it again.
    pub async fn kill_postgres(&mut self) -> anyhow::Result<()> {
        let postgres = self.postgres.take().context("it runs")?;
        let file = std::fs::read_to_string(self.folder.join("postgres/pg/postmaster.pid"))?;
        let id = file.lines().next().and_then(|line| line.trim().parse().ok()).and_then(Pid::from_raw);
        kill_process(id.context("a process")?, Signal::KILL)?;
        postgres.died().await;
        postgres.stop().await;
        self.postgres = Some(PrivatePostgres::start(&options(&self.folder)).await?);
        Ok(())
    }

    /// Adds an open petition that nobody has signed.
    pub async fn petition(&self) -> anyhow::Result<PetitionId> {
        let id: i64 = sqlx::query_scalar(
            "insert into petitions (state, action, background, created_at, updated_at, opened_at, closes_at)
             values ('open', 'Plant a tree in every street', 'Trees give shade.', now(), now(), now(), now() + '100 days')
             returning id",
        )
        .fetch_one(&self.database)
        .await?;
        Ok(id.into())
    }

    /// The marks of these petitions' forms, as the pages have them.
    pub async fn stamps(&self, petitions: &[PetitionId]) -> anyhow::Result<Vec<String>> {
        let client = reqwest::Client::new();
        let mut stamps = Vec::new();
        for petition in petitions {
            let address = format!("{}{}", self.site.address, urls::sign(petition));
            let page = client.get(address).send().await?.error_for_status()?.text().await?;
            let (_, rest) = page.split_once("name=\"started\" value=\"").context("the form has a mark")?;
            stamps.push(rest.split('"').next().unwrap_or_default().to_owned());
        }
        Ok(stamps)
    }

    /// The links of signatures that are not confirmed yet, in no order: people do not confirm in the order in which they
    /// signed.
    pub async fn links(&self) -> anyhow::Result<Vec<String>> {
        let ids: Vec<i64> = sqlx::query_scalar("select id from signatures where state = 'pending' order by random()")
            .fetch_all(&self.database)
            .await?;
        let link = |id: i64| urls::confirm_signature(&id.into(), &self.keyring.token(Purpose::Confirm, id.into()));
        Ok(ids.into_iter().map(link).collect())
    }

    /// The first column of the first row that a query gives.
    pub async fn ask(&self, sql: &str) -> anyhow::Result<i64> {
        let sql = format!("select a::bigint from ({sql}) as q (a)");
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.database).await?)
    }

    /// All signatures that count.
    pub async fn counted(&self) -> anyhow::Result<i64> {
        self.ask("select coalesce(sum(signature_count), 0) from petition_totals").await
    }

    /// Makes sure that tallies, ledger and signatures say the same.
    pub async fn agrees(&self) -> anyhow::Result<()> {
        let differences = store::recount::differences(&mut *self.database.acquire().await?).await?;
        ensure!(differences.is_empty(), "tallies differ from the ledger: {differences:?}");
        let ledger = self.ask("select coalesce(sum(change), 0) from ledger").await?;
        let signatures = self.ask("select count(*) from signatures where state = 'validated'").await?;
        ensure!(ledger == signatures, "the ledger has {ledger}, but {signatures} signatures are confirmed");
        let twice =
            self.ask("select count(*) from (select from ledger group by signature_id having count(*) > 1) t").await?;
        ensure!(twice == 0, "{twice} signatures are in the ledger twice");
        Ok(())
    }

    /// What the tables of signatures take on the disk with their indexes, in bytes.
    pub async fn sizes(&self) -> anyhow::Result<Vec<(String, i64)>> {
        sqlx::raw_sql("vacuum signatures, outbox, ledger").execute(&self.database).await?;
        let sizes = sqlx::query_as(
            "select relname::text, pg_total_relation_size(oid) from pg_class
             where relname in ('signatures', 'ledger', 'outbox', 'tally_hours', 'tally_minutes', 'tally_constituencies')
             order by 2 desc",
        );
        Ok(sizes.fetch_all(&self.database).await?)
    }

    /// All that divided by the signatures there are, in bytes.
    pub async fn bytes_per_signature(&self) -> anyhow::Result<f64> {
        let all: i64 = self.sizes().await?.iter().map(|(_, size)| size).sum();
        Ok(all as f64 / self.ask("select count(*) from signatures").await? as f64)
    }

    /// Lets the database write to the disk what it has put off, so that the next round does not pay for the last.
    pub async fn settle(&self) -> anyhow::Result<()> {
        sqlx::query("checkpoint").execute(&self.database).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(())
    }
}

fn options(folder: &Path) -> Options {
    Options { data_dir: folder.join("postgres"), pg_bin: None, max_connections: 100, durable: true }
}
