//! One PostgreSQL for all tests of a process, and for each test a database of its own, cloned from a template.
//!
//! With `DATABASE_URL` that server is used; otherwise a private one, in a data folder that no other process has at
//! the moment. The program's own module ends it together with the process. What a killed run has left behind, the
//! next one clears away.

use std::{
    path::{Path, PathBuf},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use jiff::Timestamp;
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tokio::{runtime::Runtime, sync::OnceCell};
use undersigned::{
    actions::{import_areas, seed},
    dev::{
        postgres::{Options, PostgresError, PrivatePostgres, default_data_dir},
        sample,
    },
    domain::keyring::{Keyring, SecretKey},
    store,
};

/// Where servers run that outlive the test that first needed them.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// Test processes that may run side by side without `DATABASE_URL`.
const SIDE_BY_SIDE: u32 = 64;
const CONNECTIONS: u16 = 200;

static SERVER: OnceCell<Server> = OnceCell::const_new();
static EMPTY: OnceCell<String> = OnceCell::const_new();
static SAMPLE: OnceCell<String> = OnceCell::const_new();

struct Server {
    options: PgConnectOptions,
    /// Never dropped: it ends with the process.
    _private: Option<PrivatePostgres>,
}

/// The database of one test; dropped with it.
#[derive(Debug)]
pub struct Database {
    /// How to connect to it.
    pub options: PgConnectOptions,
    name: String,
}

impl Database {
    /// A database with all tables and areas, and no petitions.
    pub async fn empty() -> Self {
        let template = EMPTY.get_or_init(|| on_runtime(empty_template())).await;
        Self::clone_of(template).await
    }

    /// A database with the sample petitions as they stand at `now`.
    pub async fn sample(now: Timestamp) -> Self {
        let template = SAMPLE.get_or_init(|| on_runtime(sample_template(now))).await;
        Self::clone_of(template).await
    }

    async fn clone_of(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}_{}_{number}", *PREFIX, std::process::id());
        run(&mut maintenance().await, &format!("create database {name} template {template}")).await;
        Self { options: server().await.options.clone().database(&name), name }
    }

    /// A connection to it.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect_with(&self.options).await.expect("the test's database")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (name, (done, wait)) = (self.name.clone(), std::sync::mpsc::channel());
        RUNTIME.spawn(async move {
            run(&mut maintenance().await, &format!("drop database if exists {name} with (force)")).await;
            let _ = done.send(());
        });
        let _ = wait.recv();
    }
}

/// Tells checkouts apart that share a server.
static PREFIX: LazyLock<String> =
    LazyLock::new(|| format!("undersigned_tests_{}", &hash(env!("CARGO_MANIFEST_DIR").as_bytes())[..8]));

async fn server() -> &'static Server {
    SERVER.get_or_init(|| on_runtime(Server::start())).await
}

/// Runs where the runtime does not end with the test.
async fn on_runtime<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    RUNTIME.spawn(future).await.expect("the test's foundations")
}

impl Server {
    async fn start() -> Self {
        let server = match std::env::var("DATABASE_URL") {
            Ok(url) => Self { options: url.parse().expect("DATABASE_URL is an address"), _private: None },
            Err(_) => Self::private().await,
        };
        let mut db = PgConnection::connect_with(&server.options).await.expect("the server of the tests");
        clear_away(&mut db).await;
        server
    }

    async fn private() -> Self {
        let first = default_data_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
        for number in 1..=SIDE_BY_SIDE {
            let mut data_dir = first.clone().into_os_string();
            data_dir.push(format!("-tests-{number}"));
            let options = Options {
                data_dir: PathBuf::from(data_dir),
                pg_bin: std::env::var_os("PG_BIN").map(PathBuf::from),
                max_connections: CONNECTIONS,
                durable: false,
            };
            match PrivatePostgres::start(&options).await {
                Ok(private) => {
                    let options = private.url().parse().expect("its own address");
                    return Self { options, _private: Some(private) };
                }
                Err(PostgresError::AlreadyRunning { .. }) => {}
                Err(problem) => panic!("the tests need PostgreSQL: {problem}"),
            }
        }
        panic!("{SIDE_BY_SIDE} other test processes are running");
    }
}

async fn maintenance() -> PgConnection {
    PgConnection::connect_with(&server().await.options).await.expect("the server of the tests")
}

async fn run(db: &mut PgConnection, sql: &str) {
    db.execute(sqlx::AssertSqlSafe(sql)).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Drops the databases of test processes that are no more.
async fn clear_away(db: &mut PgConnection) {
    for name in databases(db, &format!("{}_", *PREFIX)).await {
        let process = name.strip_prefix(&format!("{}_", *PREFIX)).and_then(|rest| rest.split('_').next());
        let Some(id) = process.and_then(|id| id.parse::<u32>().ok()) else { continue };
        if id != std::process::id() && !Path::new(&format!("/proc/{id}")).exists() {
            run(db, &format!("drop database if exists {name} with (force)")).await;
        }
    }
}

async fn databases(db: &mut PgConnection, beginning: &str) -> Vec<String> {
    sqlx::query_scalar("select datname::text from pg_database where starts_with(datname, $1)")
        .bind(beginning)
        .fetch_all(db)
        .await
        .expect("the names of databases")
}

async fn empty_template() -> String {
    let mut parts: Vec<u8> = store::MIGRATOR.iter().flat_map(|step| step.checksum.to_vec()).collect();
    parts.extend(include_bytes!("../../src/domain/areas/constituencies_2024.csv"));
    parts.extend(include_bytes!("../../src/domain/areas/countries.csv"));
    template("empty", &hash(&parts), None, async |options| {
        let pool = store::connect(options, 2).await.expect("the template");
        store::MIGRATOR.run(&pool).await.expect("the migrations");
        let mut db = pool.acquire().await.expect("a connection");
        import_areas::import_own_areas(&mut db).await.expect("the areas");
        drop(db);
        pool.close().await;
    })
    .await
}

/// The secret key with which the people of the sample petitions are kept.
pub fn sample_secret() -> SecretKey {
    SecretKey::new(1, *b"the people of the sample, for al")
}

async fn sample_template(now: Timestamp) -> String {
    let empty = EMPTY.get_or_init(|| on_runtime(empty_template())).await;
    // Whatever could have changed the sample has changed the program.
    let program = std::env::current_exe().expect("this program");
    let made = program.metadata().and_then(|metadata| metadata.modified()).expect("when it was built");
    let version = hash(format!("{} {made:?} {now}", program.display()).as_bytes());
    let target = program.file_stem().unwrap_or_default().to_string_lossy();
    let target = target.split('-').next().unwrap_or_default();
    template(&format!("sample_{target}"), &version, Some(empty), async |options| {
        let samples = tokio::task::spawn_blocking(move || sample::with_people(now)).await.expect("the sample");
        let keyring = Keyring::new(&[sample_secret()]).expect("a key");
        let mut db = PgConnection::connect_with(&options).await.expect("the template");
        let mut tx = db.begin().await.expect("a transaction");
        seed::seed(&mut tx, &samples, &keyring, now).await.expect("the sample petitions");
        tx.commit().await.expect("the sample petitions");
        run(&mut db, "analyze").await;
        db.close().await.expect("the template");
    })
    .await
}

/// The name of a template; it is made if it is missing, and older ones of its kind are dropped.
async fn template(kind: &str, version: &str, from: Option<&str>, fill: impl AsyncFnOnce(PgConnectOptions)) -> String {
    let all = format!("{}_{kind}_", *PREFIX);
    let name = format!("{all}{}", &version[..12]);
    let mut db = maintenance().await;
    sqlx::query("select pg_advisory_lock(hashtextextended($1, 0))").bind(&all).execute(&mut db).await.expect("a lock");
    let existing = databases(&mut db, &all).await;
    if !existing.contains(&name) {
        for old in existing {
            run(&mut db, &format!("drop database {old} with (force)")).await;
        }
        let unfinished = format!("{all}unfinished");
        let from = from.unwrap_or("template1");
        run(&mut db, &format!("create database {unfinished} template {from}")).await;
        fill(server().await.options.clone().database(&unfinished)).await;
        run(&mut db, &format!("alter database {unfinished} rename to {name}")).await;
    }
    db.close().await.expect("the lock is given back");
    name
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
