//! The program as an operator has it: run in a place of its own, its words read, its server's processes watched.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

/// How long anything may take before a test gives up: builds and other tests may be at work beside it.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder of a test's own, that every account can enter; removed with the test.
pub struct Place {
    folder: PathBuf,
    /// Kept for others to copy while there is one.
    copy_of: Option<Arc<Self>>,
}

impl Place {
    /// Makes the folder; the name must be that of one test only.
    pub fn new(name: &str) -> Self {
        // Not the folder for temporary files of this account: root's may be closed to the account that runs PostgreSQL.
        let folder = PathBuf::from(format!("/var/tmp/undersigned-tests-{}-{name}", std::process::id()));
        fs::create_dir(&folder).unwrap_or_else(|problem| panic!("{}: {problem}", folder.display()));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder, copy_of: None }
    }

    /// Where something is, or may be, in this folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file and says where.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// The program with a data folder in this place, and nothing from our own environment but where programs are.
    pub fn program(&self) -> Command {
        let mut command = bare_program();
        command.current_dir(&self.folder).arg("--data-dir").arg(self.path("data"));
        command
    }

    /// Runs the program to its end with these words.
    pub fn run(&self, words: &[&str]) -> Ended {
        run(self.program().args(words))
    }

    /// Starts the site.
    pub fn serve(&self) -> Site {
        Site::start(&mut self.program())
    }

    /// A data folder that holds one petition, number 1, so that no sample petitions are made: that takes its time.
    pub fn with_a_petition(name: &str) -> Self {
        let first = the_first();
        let mut place = Self::new(name);
        let copied = Command::new("cp").arg("-a").arg(first.path("data")).arg(&place.folder).status().unwrap();
        assert!(copied.success());
        place.copy_of = Some(first);
        place
    }

    /// The first process of the server in `data`, as the file that PostgreSQL keeps says.
    pub fn postgres(&self) -> Option<Pid> {
        let file = fs::read_to_string(self.path("data/pg/postmaster.pid")).ok()?;
        Pid::from_raw(file.lines().next()?.parse().ok()?)
    }

    /// The address of a database of the server in `data`.
    pub fn database(&self, name: &str) -> String {
        format!("postgres:///{name}?host={}&user=undersigned", self.path("data/run").display())
    }

    /// Runs one statement in the database of the server in `data`.
    pub fn sql(&self, statement: &'static str) {
        let address = self.database("undersigned");
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mut connection = PgConnection::connect(&address).await.unwrap();
            sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        });
    }

    /// The first column of what a query finds in the database of the server in `data`, as text.
    pub fn ask(&self, query: &'static str) -> Vec<String> {
        let address = self.database("undersigned");
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mut connection = PgConnection::connect(&address).await.unwrap();
            let found = sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            found
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A test that failed may leave a server behind; nobody else will end it.
        if let Some(pid) = self.postgres() {
            let _ = kill_process(pid, Signal::INT);
            wait_until_gone(pid);
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The place of which all others are copies, made when the first is wanted and removed with the last.
fn the_first() -> Arc<Place> {
    static FIRST: Mutex<(u32, Weak<Place>)> = Mutex::new((0, Weak::new()));
    // A test that failed here has failed alone.
    let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(place) = first.1.upgrade() {
        return place;
    }
    first.0 += 1;
    let place = Arc::new(Place::new(&format!("first-{}", first.0)));
    let file = place.file("petition.json", petition(1, "Plant more trees"));
    place.run(&["import", "petition", file.to_str().unwrap()]).went_well();
    first.1 = Arc::downgrade(&place);
    place
}

/// The program with nothing from our own environment but where programs are.
pub fn bare_program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_undersigned"));
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(command: &mut Command) -> Ended {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::new(command).ended()
}

/// How the program ended, and what it had said.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub said: String,
    pub complained: String,
}

impl Ended {
    /// Expects success.
    pub fn went_well(self) -> Self {
        assert!(self.status.success(), "{self:#?}");
        self
    }

    /// Expects failure with this code, and every one of these words among the complaints.
    pub fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.status.code(), Some(code), "{self:#?}");
        for word in words {
            assert!(self.complained.contains(word), "“{word}” is missing in: {self:#?}");
        }
    }
}

/// The program while it runs.
pub struct Running {
    child: Child,
    said: Reader,
    complained: Reader,
}

impl Running {
    pub fn new(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap_or_else(|problem| panic!("{command:?}: {problem}"));
        let said = Reader::new(child.stdout.take());
        let complained = Reader::new(child.stderr.take());
        Self { child, said, complained }
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for a line that begins like this and gives the rest of it.
    pub fn line(&mut self, beginning: &str) -> String {
        let found = wait_for(|| {
            let lines = self.said.text();
            let rest = lines.lines().find_map(|line| line.strip_prefix(beginning)).map(str::to_owned);
            // Nothing more will come from a program that has ended.
            let ended = rest.is_none() && self.child.try_wait().unwrap().is_some();
            rest.map(Some).or(ended.then_some(None))
        });
        found.flatten().unwrap_or_else(|| {
            panic!("no “{beginning} ...” in:\n{}\nand it complained:\n{}", self.said.text(), self.complained.text())
        })
    }

    /// Waits for its end.
    pub fn ended(mut self) -> Ended {
        let status = wait_for(|| self.child.try_wait().unwrap());
        let Some(status) = status else {
            panic!("it does not end; it said:\n{}\nand complained:\n{}", self.said.text(), self.complained.text());
        };
        Ended { status, said: self.said.finish(), complained: self.complained.finish() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The site being served.
pub struct Site {
    pub running: Running,
    /// Where it says it is.
    pub address: String,
    /// How long it took until its first page was there.
    pub took: Duration,
}

impl Site {
    pub fn start(command: &mut Command) -> Self {
        let began = Instant::now();
        let mut running = Running::new(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let address = running.line("Undersigned is at ");
        running.line("Stop it with Ctrl-C.");
        let site = Self { running, address, took: Duration::ZERO };
        assert!(site.get("/").contains("</html>"));
        Self { took: began.elapsed(), ..site }
    }

    /// A page that must be there.
    pub fn get(&self, path: &str) -> String {
        let (status, body) = self.answer(path);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The status and body of whatever is there.
    pub fn answer(&self, path: &str) -> (u16, String) {
        get(&self.address, path).unwrap_or_else(|problem| panic!("{}{path}: {problem}", self.address))
    }

    /// How many signatures a petition has, if it is known.
    pub fn signatures(&self, petition: u32) -> Option<u64> {
        let (status, body) = self.answer(&format!("/petitions/{petition}.json"));
        let petition: Value = serde_json::from_str(&body).unwrap();
        (status == 200).then(|| petition["data"]["attributes"]["signature_count"].as_u64().unwrap())
    }

    /// How many petitions are listed, in whatever state.
    pub fn petitions(&self) -> usize {
        let table = self.get("/petitions.csv?state=all");
        csv::Reader::from_reader(table.as_bytes()).records().map(Result::unwrap).count()
    }

    /// Stops it as an operator does, and expects that it stops in good order.
    pub fn stop(self) -> Ended {
        self.running.signal(Signal::TERM);
        let ended = self.running.ended().went_well();
        assert!(ended.said.ends_with("Stopping ...\nStopped.\n"), "{ended:#?}");
        ended
    }
}

/// The status and body of a page.
pub fn get(address: &str, path: &str) -> io::Result<(u16, String)> {
    let mut connection = TcpStream::connect(address.strip_prefix("http://").unwrap())?;
    connection.set_read_timeout(Some(PATIENCE))?;
    write!(connection, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok((status, body.to_owned()))
}

/// A published petition in little.
pub fn petition(id: u32, action: &str) -> String {
    petition_with(id, &json!({ "action": action }))
}

/// The same with some attributes of its own.
pub fn petition_with(id: u32, attributes: &Value) -> String {
    let mut petition = json!({
        "links": { "self": format!("https://petitions.example.org/petitions/{id}.json") },
        "data": { "type": "petition", "id": id, "attributes": {
            "action": "Plant more trees", "background": "Shade.", "additional_details": "", "state": "open",
            "signature_count": 120,
            "created_at": "2025-01-10T09:00:00.000Z", "opened_at": "2025-01-20T09:00:00.000Z",
            "updated_at": "2025-06-01T09:00:00.000Z",
            "signatures_by_country": [
                { "name": "France", "code": "FR", "signature_count": 7 },
                { "name": "United Kingdom", "code": "GB", "signature_count": 113 },
            ],
        }},
    });
    for (name, value) in attributes.as_object().unwrap() {
        petition["data"]["attributes"][name] = value.clone();
    }
    petition.to_string()
}

/// Waits until a process has ended.
pub fn wait_until_gone(pid: Pid) -> bool {
    wait_for(|| test_kill_process(pid).is_err().then_some(())).is_some()
}

/// Asks again and again until there is an answer.
pub fn wait_for<T>(mut answer: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = answer();
        if answer.is_some() || Instant::now() > deadline {
            return answer;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Reads along, so that the program never waits for us.
struct Reader {
    text: Arc<Mutex<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn new(stream: Option<impl Read + Send + 'static>) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let copy = Arc::clone(&text);
        let thread = stream.map(|stream| {
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let mut text = copy.lock().unwrap();
                    text.push_str(&line);
                    text.push('\n');
                }
            })
        });
        Self { text, thread }
    }

    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    /// All there was, once the program has ended.
    fn finish(&mut self) -> String {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        self.text()
    }
}

/// What lies in a folder, by name, in order.
pub fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
