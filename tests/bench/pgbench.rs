//! The naive way, measured by PostgreSQL's own benchmark: insert a signature, add one to the petition's count.

use std::path::Path;

use anyhow::{Context, bail};
use sqlx::PgPool;

/// Connections at once.
pub const CLIENTS: usize = 32;

/// One row that everybody waits for.
const NAIVE: &str = "begin;
insert into naive_signatures (petition_id, name, email) values (1, 'Ada Lovelace', md5(random()::text) || '@example.org');
update naive_petitions set signature_count = signature_count + 1 where id = 1;
end;
";

/// What the disk and the database can do at best.
const INSERT: &str = "insert into naive_signatures (petition_id, name, email)
    values (1, 'Ada Lovelace', md5(random()::text) || '@example.org');
";

/// What is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Naive {
    /// Signatures with a count, in a second.
    pub counted: f64,
    /// Bare inserts, in a second.
    pub inserted: f64,
}

/// Makes the tables for it.
pub async fn prepare(database: &PgPool) -> anyhow::Result<()> {
    sqlx::raw_sql(
        "create table if not exists naive_petitions (id bigint primary key, signature_count bigint not null);
         insert into naive_petitions values (1, 0) on conflict do nothing;
         create table if not exists naive_signatures (id bigint generated always as identity primary key,
             petition_id bigint not null references naive_petitions, name text not null, email text not null,
             created_at timestamptz not null default now());",
    )
    .execute(database)
    .await?;
    Ok(())
}

/// Does it for so many seconds each.
pub async fn run(program: &Path, folder: &Path, url: &str, seconds: u64) -> anyhow::Result<Naive> {
    Ok(Naive {
        counted: script(program, folder, url, NAIVE, seconds).await?,
        inserted: script(program, folder, url, INSERT, seconds).await?,
    })
}

async fn script(program: &Path, folder: &Path, url: &str, script: &str, seconds: u64) -> anyhow::Result<f64> {
    let file = folder.join("script.sql");
    std::fs::write(&file, script)?;
    let clients = CLIENTS.to_string();
    let output = tokio::process::Command::new(program)
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--client", &clients, "--time", &seconds.to_string()])
        .arg("--file")
        .arg(&file)
        .arg(url)
        .kill_on_drop(true)
        .output()
        .await
        .context("pgbench cannot be run")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("pgbench has failed:\n{said}{}", String::from_utf8_lossy(&output.stderr));
    }
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|rest| rest.split(' ').next());
    Ok(rate.with_context(|| format!("pgbench says no rate:\n{said}"))?.parse()?)
}
