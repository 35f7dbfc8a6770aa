//! The site that all tests visit: the real program with the sample petitions, its clock pinned. A test whose clock has to move
//! has a site of its own.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
    time::Duration,
};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use undersigned::{
    dev::postgres::{self, default_data_dir},
    domain::{
        email::EmailAddress,
        keyring::{Keyring, SecretKey},
        signature::SignatureId,
    },
};

use super::keeper::{self, Kept};

const PROGRAM: &str = env!("CARGO_BIN_EXE_undersigned");
const NOW: &str = "2022-08-21T20:00:00Z";

/// The petition that the sample data is built around.
pub const PETITION: &str = "/petitions/1000000";
/// A petition of a test's own, whose count may change.
pub const LIVE_PETITION: u32 = 700_001;

static SITE: LazyLock<Result<Site, String>> = LazyLock::new(Site::start);

/// The site's secret key, with which links are made as its mails have them.
static SECRET: LazyLock<SecretKey> = LazyLock::new(|| SecretKey::new(1, rand::random()));

/// The running site.
pub struct Site {
    data_dir: PathBuf,
    port: u16,
    now: Timestamp,
    /// It ends with this.
    program: Kept,
}

/// The site, started if it is not running yet.
pub fn site() -> &'static Site {
    SITE.as_ref().unwrap_or_else(|problem| panic!("the site could not be started: {problem}"))
}

impl Site {
    fn start() -> Result<Self, String> {
        let site = Self::begin("", NOW)?;
        // Before anybody looks, so that no page changes under another test's eyes.
        site.import_live_petition(9_990, "2022-08-21T19:30:00.000Z");
        Ok(site)
    }

    /// Starts a site with a database of its own, for which it is this time.
    pub fn begin(name: &str, now: &str) -> Result<Self, String> {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
        let data_dir = default_data_dir(checkout).with_extension(format!("browser-{}{name}", std::process::id()));
        let now = now.parse().map_err(|problem| format!("{now}: {problem}"))?;
        // The port is free as far as anybody can tell.
        let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = listener.map_err(|problem| problem.to_string())?.port();
        Ok(Self { program: serve(&data_dir, port, now)?, data_dir, port, now })
    }

    /// Stops the program and starts it again at another time: what should have happened meanwhile it finds undone.
    pub fn sleep_until(&mut self, now: &str) {
        self.program.stop();
        self.now = now.parse().expect("a moment");
        self.program = serve(&self.data_dir, self.port, self.now).expect("the program starts again");
    }

    /// The whole address of a path. Under a name: passkeys belong to names.
    pub fn address(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// Makes an account of somebody who runs the site; the address of the page that sets its password.
    pub fn invite(&self, name: &str, email: &str) -> String {
        let said = self.command(&["admin", "add", name, email]);
        let link = said.find("/admin/invitations/").map(|at| said[at..].trim().to_owned());
        link.unwrap_or_else(|| panic!("no link: {said}"))
    }

    /// Runs a command that an operator types while the site runs; what it says.
    pub fn command(&self, words: &[&str]) -> String {
        let done = program(&self.data_dir, self.now).args(words).stdin(Stdio::null()).output().expect("the program");
        assert!(done.status.success(), "{words:?} failed: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// The time at which it stands still.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Its secret keys.
    pub fn keyring(&self) -> Keyring {
        Keyring::new(std::slice::from_ref(&*SECRET)).expect("a key")
    }

    /// The address of its database.
    pub async fn database(&self) -> String {
        postgres::running(&self.data_dir).await.expect("a state").expect("a running server")
    }

    /// A connection to its database.
    pub async fn db(&self) -> PgConnection {
        PgConnection::connect(&self.database().await).await.expect("the site's database")
    }

    /// A session of somebody of the staff who may do everything: the value of its cookie.
    pub async fn staff_session(&self) -> String {
        let token = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
        let mut db = self.db().await;
        sqlx::query(
            "with account as (
                 insert into staff (name, email, role, created_at) values ('Mary Jackson', 'mary@example.org', 'sysadmin', $2)
                 on conflict (lower(email)) do update set name = excluded.name
                 returning id
             )
             insert into staff_sessions (token_hash, staff_id, way, began_at, seen_at, proved_at)
             select $1, id, 'password', $2, $2, $2 from account",
        )
        .bind(&blake3::hash(token.as_bytes()).as_bytes()[..])
        .bind(self.now.to_sqlx())
        .execute(&mut db)
        .await
        .expect("a session");
        token
    }

    /// Ends a session.
    pub async fn end_session(&self, token: &str) {
        self.with_session("delete from staff_sessions where token_hash = $1", token).await;
    }

    /// Lets a session's proof of who it is grow old.
    pub async fn forget_proof(&self, token: &str) {
        let long_ago = "update staff_sessions set proved_at = proved_at - interval '1 day' where token_hash = $1";
        self.with_session(long_ago, token).await;
    }

    async fn with_session(&self, statement: &'static str, token: &str) {
        let hash = blake3::hash(token.as_bytes());
        let done = sqlx::query(statement).bind(&hash.as_bytes()[..]).execute(&mut self.db().await).await;
        assert_eq!(done.expect("a change").rows_affected(), 1, "there is such a session");
    }

    /// The number of a petition in this state, the latest.
    pub async fn petition_in(&self, state: &str) -> i64 {
        let mut db = self.db().await;
        let id = sqlx::query_scalar("select max(id) from petitions where state::text = $1").bind(state);
        id.fetch_one(&mut db).await.expect("a petition")
    }

    /// The signature of an e-mail address.
    pub async fn signature_of(&self, email: &str) -> SignatureId {
        let mut db = self.db().await;
        let hash = self.keyring().email_hash(&EmailAddress::parse(email).expect("an address").canonical());
        let id = sqlx::query_scalar::<_, i64>("select id from signatures where email_hash = $1").bind(hash.0);
        id.fetch_one(&mut db).await.expect("a signature").into()
    }

    /// Imports a newer state of the petition whose count may change, as an operator would while the site runs.
    pub fn import_live_petition(&self, signatures: u32, at: &str) {
        let file = self.data_dir.join(format!("live-{signatures}.json"));
        fs::write(&file, live_petition(signatures, at).to_string()).expect("the data folder can be written");
        self.command(&["import", "petition", file.to_str().expect("a name")]);
    }
}

/// Serves a folder's data on a port, at a time.
fn serve(data_dir: &Path, port: u16, now: Timestamp) -> Result<Kept, String> {
    let mut command = program(data_dir, now);
    command.args(["serve", "--port", &port.to_string(), "--public-url", &format!("http://localhost:{port}")]);
    keeper::keep(&command, data_dir, "Undersigned is at ", Duration::from_secs(120))
}

/// The program with settings of its own, whatever the environment says.
fn program(data_dir: &Path, now: Timestamp) -> Command {
    let mut command = Command::new(PROGRAM);
    for (name, _) in std::env::vars_os() {
        if name == "DATABASE_URL" || name.as_encoded_bytes().starts_with(b"UNDERSIGNED_") {
            command.env_remove(name);
        }
    }
    command.env("UNDERSIGNED_SECRET_KEYS", SECRET.reveal());
    command.env("RUST_LOG", "warn").arg("--data-dir").arg(data_dir).args(["--now", &now.to_string()]);
    command
}

/// A petition as another service publishes it.
fn live_petition(signatures: u32, at: &str) -> Value {
    json!({
        "links": { "self": format!("https://petitions.example.org/petitions/{LIVE_PETITION}.json") },
        "data": {
            "type": "petition",
            "id": LIVE_PETITION,
            "attributes": {
                "action": "Let lighthouses be visited on one day of the year",
                "background": "Lighthouses belong to everybody and are open to nobody.",
                "additional_details": "",
                "state": "open",
                "signature_count": signatures,
                "created_at": "2022-07-20T09:00:00.000Z",
                "updated_at": at,
                "opened_at": "2022-08-01T09:00:00.000Z",
                "creator_name": "Theodora Lampwick",
                "signatures_by_country": [{ "name": "United Kingdom", "code": "GB", "signature_count": signatures }],
            }
        }
    })
}
