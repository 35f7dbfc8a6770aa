//! The site, as it is served, on a port of its own with a database of its own.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, StatusCode, header::HeaderMap, redirect::Policy};
use sqlx::{PgConnection, PgPool};
use tokio::{
    net::TcpListener,
    sync::{OnceCell, watch},
    task::JoinHandle,
};
use undersigned::{
    actions::{
        add_supporters::{Person, add_supporters},
        import_petition::{ImportPetitionError, Imported, import_petition},
        live_settings::Live,
        relate::Relating,
        signing::Signing,
    },
    app::{App, Inner},
    clock::Clock,
    domain::{
        deadline,
        email::EmailAddress,
        keyring::{Keyring, SecretKey},
        limits,
        petition::PetitionId,
        published,
        record::PetitionRecord,
        retention::Retention,
        signer::SignerName,
        single_sign_on::Provider,
        staff::Role,
        threshold::Thresholds,
    },
    jobs,
    mail::{folder::Folder, smtp::Smtp, transport::Transport},
    metrics::Metrics,
    store::{self, places::Boundaries},
    web::{
        self,
        protection::{self, Protection},
    },
};

use super::{
    at,
    database::{Database, RUNTIME, sample_secret},
    mailbox::{Mail, Mailbox},
    petition::PetitionBuilder,
    visitor::Visitor,
};

/// The site under test. It ends with the test, and so does its database.
pub struct TestApp {
    /// Where it is, without a slash at the end.
    pub url: String,
    /// The time at which it began.
    pub now: Timestamp,
    /// Its secret key.
    pub secret: SecretKey,
    /// The ring of that key.
    pub keyring: Keyring,
    time: Arc<AtomicI64>,
    app: App,
    post: Arc<Post>,
    serving: JoinHandle<()>,
    database: Database,
}

/// The client of all programs; connections are not kept, since they would belong to the test that made them.
static CLIENT: LazyLock<Client> = LazyLock::new(|| client().pool_max_idle_per_host(0).build().expect("a client"));

/// A client that goes where it is told, and nowhere else.
pub fn client() -> ClientBuilder {
    // The program chooses its cryptography itself; a second choice changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(Policy::none()).no_proxy()
}

/// What a test may want otherwise.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its time.
    pub now: Timestamp,
    /// The thresholds in force.
    pub thresholds: Thresholds,
    /// The address that it takes for its own; `None`: where it is.
    pub public_url: Option<String>,
    /// What becomes of its mail.
    pub mail: Mailing,
    /// How it is protected.
    pub protection: protection::Options,
    /// Where staff may sign in elsewhere.
    pub single_sign_on: Option<Provider>,
}

/// What becomes of the mail of a site under test.
#[derive(Clone, Debug, Default)]
pub enum Mailing {
    /// A mail server of its own takes it, from the moment on that a test asks for it.
    #[default]
    Delivered,
    /// That of a test takes it, under the address that the test gives.
    To(Mailbox, String),
    /// It goes into a folder.
    Folder(PathBuf),
}

/// The way from the site to its mail server. Nothing goes over it until a test asks for the mail.
pub struct Post {
    app: App,
    mailbox: Option<Mailbox>,
    /// `None`: not yet; `Some(None)`: not any more.
    delivering: Mutex<Option<Option<Delivering>>>,
}

impl Post {
    /// The mail server. From now on mail is delivered.
    #[track_caller]
    pub fn mailbox(&self) -> &Mailbox {
        self.deliver();
        self.mailbox.as_ref().expect("it has a mail server")
    }

    fn deliver(&self) {
        self.delivering.lock().expect("a lock").get_or_insert_with(|| Some(deliver(self.app.clone())));
    }
}

/// Mail being delivered; it ends when this is dropped, as if the program had been killed.
#[derive(Debug)]
pub struct Delivering {
    task: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Delivering {
    /// Tells it to stop, and waits until it has.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        (&mut self.task).await.expect("it stops in good order");
    }
}

impl Drop for Delivering {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            now: at("2022-08-21T20:00:00Z"),
            thresholds: Thresholds::default(),
            public_url: None,
            mail: Mailing::default(),
            protection: protection::Options::default(),
            single_sign_on: None,
        }
    }
}

impl TestApp {
    /// The site without petitions.
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// The site without petitions, set up in another way.
    pub async fn with(setup: Setup) -> Self {
        Self::on(Database::empty().await, SecretKey::new(1, rand::random()), setup).await
    }

    /// The site with the sample petitions, for tests that change them.
    pub async fn with_sample() -> Self {
        let setup = Setup::default();
        Self::on(Database::sample(setup.now).await, sample_secret(), setup).await
    }

    /// The site with the sample petitions, shared by all tests that only read.
    pub async fn sample() -> &'static Self {
        static SHARED: OnceCell<TestApp> = OnceCell::const_new();
        SHARED.get_or_init(Self::with_sample).await
    }

    async fn on(database: Database, secret: SecretKey, setup: Setup) -> Self {
        let options = database.options.clone();
        let (url, now) = (setup.public_url.clone(), setup.now);
        let mailbox = match &setup.mail {
            Mailing::Delivered => Some(Mailbox::open().await),
            Mailing::To(mailbox, _) => Some(mailbox.clone()),
            Mailing::Folder(_) => None,
        };
        let transport = transport(&setup.mail, mailbox.as_ref());
        let time = Arc::new(AtomicI64::new(now.as_microsecond()));
        let keyring = Keyring::new(std::slice::from_ref(&secret)).expect("a key");
        let (clock, keys) = (time.clone(), keyring.clone());
        let (address, app, serving) = RUNTIME
            .spawn(async move {
                let pool = store::connect(options, 6).await.expect("the test's database");
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let address = format!("http://{}", listener.local_addr().expect("an address"));
                let public_url = url.unwrap_or_else(|| address.clone());
                let live = Live::start(&pool, setup.thresholds).await.expect("the settings");
                let app = App::new(Inner {
                    live: live.clone(),
                    pool: pool.clone(),
                    clock: Clock::Set(clock),
                    public_url,
                    retention: Retention::of_days(limits::KEEP_UNCONFIRMED_DAYS, limits::KEEP_PERSONAL_DATA_DAYS),
                    signing: Signing::start(&pool, keys.clone(), live),
                    relating: Relating::default(),
                    boundaries: Boundaries::default(),
                    keyring: keys,
                    transport,
                    mail_from: "Petitions <no-reply@example.org>".parse().expect("an address"),
                    metrics: Metrics::default(),
                    single_sign_on: setup.single_sign_on,
                });
                let protection = Protection::start(&pool, &app.clock, setup.protection).await.expect("protection");
                let service = web::router(app.clone(), protection).into_make_service_with_connect_info::<SocketAddr>();
                let serving = tokio::spawn(async move { axum::serve(listener, service).await.expect("a site") });
                (address, app, serving)
            })
            .await
            .expect("the site starts");
        let post = Arc::new(Post { app: app.clone(), mailbox, delivering: Mutex::new(None) });
        Self { url: address, now, secret, keyring, time, app, post, serving, database }
    }

    /// Somebody who has just come.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.url, self.post.clone())
    }

    /// Somebody of the staff who has signed in.
    pub async fn staff(&self, role: Role) -> Visitor {
        self.colleague(role, "Grace Hopper").await
    }

    /// Somebody of the staff with this name who has signed in; the address is made from the name.
    pub async fn colleague(&self, role: Role, name: &str) -> Visitor {
        let token = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
        let email = format!("{}.{}@example.org", name.to_lowercase().replace(' ', "."), role.code());
        sqlx::query(
            "with account as (
                 insert into staff (name, email, role, created_at) values ($1, $2, $3, $4)
                 on conflict (lower(email)) do update set name = excluded.name
                 returning id
             )
             insert into staff_sessions (token_hash, staff_id, way, began_at, seen_at, proved_at)
             select $5, id, 'password', $4, $4, $4 from account",
        )
        .bind(name)
        .bind(email)
        .bind(role)
        .bind(self.app.clock.now().to_sqlx())
        .bind(&blake3::hash(token.as_bytes()).as_bytes()[..])
        .execute(&mut self.db().await)
        .await
        .expect("an account");
        let mut visitor = self.visitor();
        visitor.set_cookie("staff", &token);
        visitor
    }

    /// A request as a program makes it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        CLIENT.request(method, format!("{}{path}", self.url))
    }

    /// What a program gets at an address.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// A connection to its database.
    pub async fn db(&self) -> PgConnection {
        self.database.connect().await
    }

    /// Runs a statement.
    pub async fn sql(&self, sql: &'static str) -> sqlx::Result<u64> {
        Ok(sqlx::raw_sql(sql).execute(&mut self.db().await).await?.rows_affected())
    }

    /// The first column of the first row that a query gives, as text.
    pub async fn ask(&self, sql: &'static str) -> String {
        let text = format!("select (array_agg(a)::text[])[1] from ({sql}) as q (a)");
        sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(&mut self.db().await).await.expect("an answer")
    }

    /// Waits until a query has this answer; nothing is an answer, too.
    pub async fn becomes(&self, sql: &'static str, answer: &str) {
        let text = format!("select coalesce((select a::text from ({sql}) as q (a) limit 1), '')");
        let mut db = self.db().await;
        let mut last = String::new();
        for _ in 0..400 {
            let query = sqlx::query_scalar(sqlx::AssertSqlSafe(text.clone()));
            last = query.fetch_one(&mut db).await.expect("an answer");
            if last == answer {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{sql}: “{last}” instead of “{answer}”");
    }

    /// Takes the site's connections to the database away.
    pub async fn lose_database(&self) {
        let pool = self.app.pool.clone();
        RUNTIME.spawn(async move { pool.close().await }).await.expect("closed");
    }

    /// Moves its clock to a moment.
    pub fn set_time(&self, now: Timestamp) {
        self.time.store(now.as_microsecond(), Ordering::Release);
    }

    /// Where signatures are handed in, in another program on the same database.
    pub fn signing(&self) -> Signing {
        self.signing_with(Thresholds::default())
    }

    /// The same, with other thresholds.
    pub fn signing_with(&self, thresholds: Thresholds) -> Signing {
        let _runtime = RUNTIME.enter();
        Signing::start(&self.app.pool, self.keyring.clone(), Live::fixed(thresholds))
    }

    /// Its connections to the database.
    pub fn pool(&self) -> PgPool {
        self.app.pool.clone()
    }

    /// Its mail server. From now on its mail is delivered.
    #[track_caller]
    pub fn mailbox(&self) -> &Mailbox {
        self.post.mailbox()
    }

    /// The first mail to an address that has not been read yet; waits for it.
    pub async fn mail_to(&self, address: &str) -> Mail {
        self.mailbox().mail_to(address).await
    }

    /// Another program on the same database, with the same mail server, that delivers mail.
    pub fn deliver_beside(&self) -> Delivering {
        let app = App::new(Inner {
            pool: self.app.pool.clone(),
            clock: self.app.clock.clone(),
            live: self.app.live.clone(),
            public_url: self.app.public_url.clone(),
            retention: self.app.retention,
            signing: self.signing(),
            relating: Relating::default(),
            boundaries: Boundaries::default(),
            keyring: self.keyring.clone(),
            transport: transport(&Mailing::Delivered, Some(self.mailbox())),
            mail_from: self.app.mail_from.clone(),
            metrics: Metrics::default(),
            single_sign_on: None,
        });
        deliver(app)
    }

    /// Another program on the same database, which serves the same site.
    pub async fn beside(&self) -> Beside {
        let inner = Inner {
            pool: self.app.pool.clone(),
            clock: self.app.clock.clone(),
            live: self.app.live.clone(),
            public_url: self.app.public_url.clone(),
            retention: self.app.retention,
            signing: self.signing(),
            relating: Relating::default(),
            boundaries: Boundaries::default(),
            keyring: self.keyring.clone(),
            transport: Transport::None,
            mail_from: self.app.mail_from.clone(),
            metrics: Metrics::default(),
            single_sign_on: None,
        };
        let serve = async move {
            let live = Live::start(&inner.pool, Thresholds::default()).await.expect("the settings");
            let app = App::new(Inner { live, ..inner });
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let url = format!("http://{}", listener.local_addr().expect("an address"));
            let protection = Protection::start(&app.pool, &app.clock, protection::Options::default()).await;
            let router = web::router(app, protection.expect("protection"));
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            let serving = tokio::spawn(async move { axum::serve(listener, service).await.expect("a site") });
            (url, serving)
        };
        let (url, serving) = RUNTIME.spawn(serve).await.expect("it starts");
        Beside { url, post: self.post.clone(), serving }
    }

    /// Delivers its mail.
    pub fn deliver(&self) {
        self.post.deliver();
    }

    /// Delivers no mail any more, as if the program had been killed.
    pub fn stop_delivering(&self) {
        *self.post.delivering.lock().expect("a lock") = Some(None);
    }

    /// The running program.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// A petition to be made.
    pub fn petition(&self) -> PetitionBuilder<'_> {
        PetitionBuilder::new(self)
    }

    /// Gives a petition that is not published a creator and so many supporters.
    pub async fn support(&self, petition: PetitionId, creator: (&str, &str), supporters: usize) {
        let mut db = self.db().await;
        let countries = store::areas::countries_of_today(&mut db, deadline::day(self.now)).await.expect("countries");
        let person = |name: &str, email: &str, is_creator| Person {
            name: SignerName::parse(name).expect("a name"),
            email: EmailAddress::parse(email).expect("an address"),
            is_creator,
            wants_updates: true,
            signed_at: self.now - SignedDuration::from_hours(48),
            confirmed_at: Some(self.now - SignedDuration::from_hours(47)),
        };
        let mut people = vec![person(creator.0, creator.1, true)];
        for number in 1..=supporters {
            people.push(person(&format!("Supporter {number}"), &format!("supporter{number}@example.org"), false));
        }
        let (keys, country, thresholds) = (&self.keyring, countries[0].id, self.app.thresholds());
        let added = add_supporters(&mut db, keys, petition, &people, country, thresholds).await.expect("supporters");
        assert_eq!(added, people.len(), "petition {petition} takes supporters");
    }

    /// Imports a petition.
    pub async fn import(&self, record: &PetitionRecord) -> Result<(PetitionId, Imported), ImportPetitionError> {
        import_petition(&mut self.db().await, record, self.now).await
    }

    /// Imports a published file.
    pub async fn import_text(&self, text: &str) -> (PetitionId, Imported) {
        let record = published::parse(text).unwrap_or_else(|refused| panic!("{refused}"));
        self.import(&record).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Does a job of the timetable once, as at `now`.
    pub async fn run_job(&self, name: &str, now: Timestamp) -> u64 {
        let job = jobs::TIMETABLE.iter().find(|job| job.name == name).unwrap_or_else(|| panic!("no job {name}"));
        job.run(&self.app, &mut self.db().await, now).await.unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// Another program on the database of a site under test. It ends with this.
pub struct Beside {
    url: String,
    post: Arc<Post>,
    serving: JoinHandle<()>,
}

impl Beside {
    /// Somebody who has come to this program.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.url, self.post.clone())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn transport(mail: &Mailing, mailbox: Option<&Mailbox>) -> Transport {
    match (mail, mailbox) {
        (Mailing::Folder(path), _) => Transport::Folder(Folder::open(path).expect("a folder")),
        (mail, mailbox) => {
            let mailbox = mailbox.expect("a mail server");
            let url = if let Mailing::To(_, url) = mail { url.clone() } else { mailbox.url() };
            let smtp = Smtp::new(&url.parse().expect("an address"), 4, "example.org");
            Transport::Smtp(Box::new(smtp.expect("a way")))
        }
    }
}

fn deliver(app: App) -> Delivering {
    let (stop, stopped) = watch::channel(false);
    Delivering { task: RUNTIME.spawn(jobs::deliver_mail::run(app, stopped)), stop }
}

/// An answer as a program gets it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes, as they came.
    pub body: Vec<u8>,
}

impl Answer {
    /// The answer to a request.
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("a whole answer").to_vec();
        Self { status, headers, body }
    }

    /// A header; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The entries of a header that is a list, in lower case.
    pub fn entries(&self, name: &str) -> Vec<String> {
        let values = self.headers.get_all(name).iter().map(|value| value.to_str().expect("text"));
        values.flat_map(|value| value.split(',')).map(|entry| entry.trim().to_ascii_lowercase()).collect()
    }

    /// The text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), "application/json; charset=utf-8", "{}", self.text());
        serde_json::from_str(self.text()).expect("JSON")
    }

    /// The rows of a CSV file, its head among them.
    #[track_caller]
    pub fn csv(&self) -> Vec<Vec<String>> {
        assert_eq!(self.header("content-type"), "text/csv; charset=utf-8", "{}", self.text());
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&self.body[..]);
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    }
}
