//! Signing in elsewhere, at a real provider of OpenID Connect that runs for the test (tests/support/provider.mjs).

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use undersigned::domain::{single_sign_on::Provider, staff::Role};

use crate::support::{Answer, Setup, TestApp, client};

const SECRET: &str = "a secret of the site and of its provider";

/// The provider. It ends with the test.
struct Elsewhere {
    url: String,
    child: Child,
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where `tests/run` puts the provider, or where `OIDC_PROVIDER` says it is.
fn modules() -> PathBuf {
    let tools = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/provider");
    let folder = env::var_os("OIDC_PROVIDER").map_or_else(tools, PathBuf::from);
    assert!(
        folder.join("node_modules/oidc-provider").is_dir(),
        "no oidc-provider in {}: tests/run fetches it",
        folder.display()
    );
    folder
}

impl Elsewhere {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/provider.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg(modules()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("node");
        let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines();
        let port = lines.find_map(|line| line.ok()?.strip_prefix("listening on ").map(str::to_owned));
        // It has more to say, and would not live if nobody listened.
        std::thread::spawn(move || lines.for_each(drop));
        Self { url: format!("http://127.0.0.1:{}", port.expect("a port")), child }
    }

    async fn tell(&self, what: &str, value: Value) {
        let request = client().build().expect("a client").post(format!("{}/test/{what}", self.url));
        let answer = Answer::to(request.body(value.to_string())).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }

    /// Whoever comes from now on is this one.
    async fn person(&self, subject: &str, email: &str, verified: bool) {
        self.tell("person", json!({ "sub": subject, "email": email, "email_verified": verified })).await;
    }
}

/// The site and its provider.
async fn both() -> (TestApp, Elsewhere) {
    let elsewhere = Elsewhere::start();
    let provider = Provider {
        issuer: elsewhere.url.clone(),
        client_id: "petitions".to_owned(),
        client_secret: SECRET.to_owned(),
        name: "the House’s account".to_owned(),
    };
    // The provider's clock is the real one.
    let now = Timestamp::try_from(std::time::SystemTime::now()).expect("now");
    let app = TestApp::with(Setup { now, single_sign_on: Some(provider), ..Setup::default() }).await;
    let redirect_uri = format!("{}/admin/sign-in/elsewhere/return", app.url);
    elsewhere
        .tell("client", json!({ "client_id": "petitions", "client_secret": SECRET, "redirect_uri": redirect_uri }))
        .await;
    (app, elsewhere)
}

/// A browser that goes from site to site, with the cookies of each.
#[derive(Default)]
struct Traveller {
    cookies: BTreeMap<(String, String), String>,
}

impl Traveller {
    async fn get(&mut self, address: &str) -> Answer {
        let url: reqwest::Url = address.parse().expect("an address");
        let site = url.origin().ascii_serialization();
        let mine = self.cookies.iter().filter(|((of, _), _)| *of == site);
        let cookies: Vec<_> = mine.map(|((_, name), value)| format!("{name}={value}")).collect();
        let request = client().build().expect("a client").get(url).header("cookie", cookies.join("; "));
        let answer = Answer::to(request).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().expect("text").split(';').next().expect("a pair").to_owned();
            let (name, value) = pair.split_once('=').expect("a pair");
            self.cookies.insert((site.clone(), name.to_owned()), value.to_owned());
        }
        answer
    }

    /// Goes wherever it is sent, until it is sent to an address that has these words, or nowhere.
    async fn travel(&mut self, address: &str, until: &str) -> (String, Answer) {
        let mut at = address.to_owned();
        for _ in 0..12 {
            let answer = self.get(&at).await;
            if !answer.status.is_redirection() {
                return (at, answer);
            }
            let base: reqwest::Url = at.parse().expect("an address");
            at = base.join(answer.header("location")).expect("an address").to_string();
            if !until.is_empty() && at.contains(until) {
                return (at, answer);
            }
        }
        panic!("it goes on and on: {at}")
    }

    async fn sign_in(&mut self, app: &TestApp) -> (String, Answer) {
        let address = format!("{}/admin/sign-in/elsewhere?next=/admin/roles", app.url);
        self.travel(&address, "").await
    }
}

#[tokio::test]
async fn whoever_has_an_account_signs_in_elsewhere_and_is_known_from_then_on() {
    let (app, elsewhere) = both().await;
    app.colleague(Role::Moderator, "Ada Lovelace").await;
    elsewhere.person("ada-1", "Ada.Lovelace.Moderator@example.org", true).await;
    let mut ada = Traveller::default();
    let page = ada.get(&format!("{}/admin/sign-in", app.url)).await.text().to_owned();
    assert!(page.contains("Sign in with the House’s account"), "{page}");
    let (at, answer) = ada.sign_in(&app).await;
    assert_eq!(at, format!("{}/admin/roles", app.url));
    assert!(answer.text().contains("Ada Lovelace, moderator"), "{}", answer.text());
    assert_eq!(app.ask("select sso_subject from staff").await, "ada-1");
    // The address there may change; who it is does not.
    elsewhere.person("ada-1", "countess@example.org", true).await;
    let (at, _) = Traveller::default().sign_in(&app).await;
    assert_eq!(at, format!("{}/admin/roles", app.url));
    // Nor does it help anybody else to get the address.
    elsewhere.person("mallory", "ada.lovelace.moderator@example.org", true).await;
    let (_, answer) = Traveller::default().sign_in(&app).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        app.ask("select string_agg(way, ' ') from staff_sessions where way <> 'password'").await,
        "single_sign_on single_sign_on"
    );
    let log = app.ask("select string_agg(act, ' ' order by id) from audit_log").await;
    assert_eq!(log, "account.single_sign_on session.begin session.begin session.refuse session.refuse");
}

#[tokio::test]
async fn nobody_else_gets_in_and_no_account_is_made() {
    let (app, elsewhere) = both().await;
    app.colleague(Role::Sysadmin, "Ada Lovelace").await;
    for (subject, email, verified) in [
        ("grace", "grace@example.org", true),
        // An address that the provider has not confirmed may be anybody's.
        ("mallory", "ada.lovelace.sysadmin@example.org", false),
    ] {
        elsewhere.person(subject, email, verified).await;
        let (_, answer) = Traveller::default().sign_in(&app).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{subject}");
        assert!(answer.text().contains("did not lead to an account here"));
    }
    elsewhere.person("ada", "ada.lovelace.sysadmin@example.org", true).await;
    app.sql("update staff set disabled_at = now()").await.expect("closed");
    let (_, answer) = Traveller::default().sign_in(&app).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.ask("select count(*) from staff").await, "1");
    assert_eq!(app.ask("select count(*) from staff where sso_subject is not null").await, "0");
}

#[tokio::test]
async fn a_return_is_good_once_in_the_browser_that_set_out() {
    let (app, elsewhere) = both().await;
    app.colleague(Role::Sysadmin, "Ada Lovelace").await;
    elsewhere.person("ada", "ada.lovelace.sysadmin@example.org", true).await;
    let address = format!("{}/admin/sign-in/elsewhere", app.url);
    let mut ada = Traveller::default();
    let (back, _) = ada.travel(&address, "/elsewhere/return?").await;
    // In another browser, with another state, with a code of nobody's.
    let refused = [
        Traveller::default().get(&back).await,
        ada.get(&back.replace("state=", "state=x")).await,
        ada.get(&back.replace("code=", "code=x")).await,
        ada.get(&format!("{address}/return")).await,
        ada.get(&format!("{address}/return?error=access_denied&state=x")).await,
    ];
    assert!(refused.iter().all(|answer| answer.status == StatusCode::UNAUTHORIZED), "{refused:?}");
    let mut mallory = Traveller { cookies: ada.cookies.clone() };
    assert_eq!(ada.get(&back).await.header("location"), "/admin");
    assert_eq!(mallory.get(&back).await.status, StatusCode::UNAUTHORIZED, "a code is good once");
    let (back, _) = ada.travel(&address, "/elsewhere/return?").await;
    app.set_time(app.now + jiff::SignedDuration::from_mins(11));
    assert_eq!(ada.get(&back).await.status, StatusCode::UNAUTHORIZED, "it took too long");
}

#[tokio::test]
async fn without_a_provider_there_is_nothing() {
    let app = TestApp::new().await;
    for path in ["/admin/sign-in/elsewhere", "/admin/sign-in/elsewhere/return"] {
        assert_eq!(Answer::to(app.request(Method::GET, path)).await.status, StatusCode::NOT_FOUND);
    }
    assert!(!app.get("/admin/sign-in").await.text().contains("elsewhere"));
}

#[tokio::test]
async fn a_provider_that_is_away_is_told() {
    let provider = Provider {
        issuer: "http://127.0.0.1:9".to_owned(),
        client_id: "petitions".to_owned(),
        client_secret: SECRET.to_owned(),
        name: "it".to_owned(),
    };
    let app = TestApp::with(Setup { single_sign_on: Some(provider), ..Setup::default() }).await;
    let answer = app.get("/admin/sign-in/elsewhere").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.text().contains("cannot be reached"));
}
