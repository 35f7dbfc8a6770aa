//! Protection against those who sign in others' names: who is told apart, listed, or too fast.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use axum::{Router, routing::get};
use tokio::net::TcpListener;
use undersigned::{
    clock::Clock,
    domain::{
        email::EmailAddress,
        petition::PetitionId,
        protection::{Listed, Paces, Rule},
        suspicion::Suspicion,
    },
    store,
    web::{
        extract::ClientIp,
        protection::{Options, Protection},
    },
};

use crate::{
    commands::program::Place,
    support::{RUNTIME, TestApp, at},
};

/// A guard on the app's database, and what it says of one signature after the other.
struct Guarded {
    app: TestApp,
    protection: Protection,
}

impl Guarded {
    async fn new(listed: &[(&str, Rule)]) -> Self {
        let app = TestApp::new().await;
        for (text, rule) in listed {
            list(&app, text, *rule).await;
        }
        let options = Options { paces: Paces { address_burst: 40, address_per_minute: 4 }, ..Options::default() };
        let pool = app.pool();
        let started = RUNTIME.spawn(async move { Protection::start(&pool, &Clock::System, options).await });
        Self { protection: started.await.unwrap().unwrap(), app }
    }

    fn judge(&self, from: &str, email: &str, petition: i32, signals: u32) -> Option<Suspicion> {
        let from: Option<IpAddr> = from.parse().ok();
        let email = EmailAddress::parse(email).unwrap();
        let _entered = RUNTIME.enter();
        self.protection.judge(from, &email, petition.to_string().parse::<PetitionId>().unwrap(), signals)
    }
}

async fn list(app: &TestApp, text: &str, rule: Rule) {
    let listed: Listed = text.parse().unwrap();
    store::protection::put(&mut app.db().await, &listed, rule, "", at("2026-11-22T10:00:00Z")).await.unwrap();
}

#[tokio::test]
async fn listed_networks_and_domains_are_judged_by_their_rule_before_any_pace() {
    let guarded = Guarded::new(&[
        ("192.0.2.0/24", Rule::Blocked),
        ("*.blocked.example", Rule::Blocked),
        ("198.51.100.0/24", Rule::Allowed),
        ("school.example", Rule::Allowed),
    ])
    .await;
    for n in 0..100 {
        let ada = format!("ada{n}@example.org");
        assert_eq!(guarded.judge("192.0.2.9", &ada, 1, 0), Some(Suspicion::BlockedNetwork));
        assert_eq!(guarded.judge("192.0.2.9", "ada@school.example", 1, 0), Some(Suspicion::BlockedNetwork));
        assert_eq!(guarded.judge("198.51.100.9", "ada@x.blocked.example", 1, 0), Some(Suspicion::BlockedDomain));
        assert_eq!(guarded.judge("198.51.100.9", "ada@example.org", 1, 3), None);
        assert_eq!(guarded.judge("203.0.113.9", "ada@school.example", 1, 3), None);
    }
}

#[tokio::test]
async fn the_pace_of_an_address_a_network_and_an_email_address_is_kept() {
    let guarded = Guarded::new(&[]).await;
    let judged = |from: &dyn Fn(usize) -> String, email: &dyn Fn(usize) -> String, petition: i32, times, signals| {
        let suspicions = (0..times).map(|n| guarded.judge(&from(n), &email(n), petition, signals));
        let first = suspicions.enumerate().find_map(|(n, suspicion)| Some((n, suspicion?)));
        first.map(|(n, suspicion)| (n, Some(suspicion))).unwrap_or((times, None))
    };
    let own = |n: usize| format!("somebody{n}@example.org");
    let home = |_: usize| "192.0.2.1".to_owned();
    assert_eq!(judged(&home, &own, 1, 60, 0), (40, Some(Suspicion::ManyFromAddress)));
    assert_eq!(judged(&home, &own, 2, 20, 0), (20, None));
    // A household's addresses of IPv6.
    let phone = |n: usize| format!("2001:db8:0:1::{n:x}");
    assert_eq!(judged(&phone, &own, 3, 60, 0), (40, Some(Suspicion::ManyFromAddress)));
    let spread = |n: usize| format!("2001:db8:7:{n:x}::1");
    assert_eq!(judged(&spread, &|n| own(n + 1000), 3, 1000, 0), (800, Some(Suspicion::ManyFromNetwork)));
    // One e-mail address in all its forms, from everywhere, for everything.
    let everywhere = |n: usize| format!("203.0.{n}.1");
    let forms = |n: usize| ["Ad.a+x@gmail.com", "ada@googlemail.com"][n % 2].to_owned();
    assert_eq!(judged(&everywhere, &forms, 4, 30, 0), (20, Some(Suspicion::ManyFromEmail)));
    // Unknown senders have that pace only.
    assert_eq!(judged(&|_| String::new(), &|n| own(n + 5000), 5, 100, 0), (100, None));
    // Programs are noticed sooner; one alone that looks like a program is not.
    let script = |_: usize| "203.0.113.1".to_owned();
    assert_eq!(judged(&script, &|n| own(n + 6000), 6, 10, 1), (2, Some(Suspicion::ManyFromAddress)));
    assert_eq!(guarded.judge("203.0.113.2", "byron@example.org", 6, 3), None);
}

#[tokio::test]
async fn what_is_listed_later_is_in_force_within_seconds() {
    let guarded = Guarded::new(&[]).await;
    let judge = || guarded.judge("192.0.2.9", "ada@example.org", 1, 0);
    assert_eq!(judge(), None);
    list(&guarded.app, "192.0.2.9", Rule::Blocked).await;
    let mut seconds = 0;
    while judge() != Some(Suspicion::BlockedNetwork) {
        assert!(seconds < 60, "it is not noticed");
        tokio::time::sleep(Duration::from_secs(1)).await;
        seconds += 1;
    }
    // Without its database it keeps to what it knows.
    guarded.app.lose_database().await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    for _ in 0..3 {
        assert_eq!(judge(), Some(Suspicion::BlockedNetwork));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn so_many_proxies_are_believed_as_there_are() {
    let app = TestApp::new().await;
    for (proxies, sent, expected) in [
        (0, &["192.0.2.1"][..], "127.0.0.1"),
        (1, &[][..], "127.0.0.1"),
        (1, &["192.0.2.1"][..], "192.0.2.1"),
        (1, &["6.6.6.6", "192.0.2.1:443"][..], "192.0.2.1"),
        (2, &["6.6.6.6, 2001:db8::7", "10.0.0.1"][..], "2001:db8::7"),
        (1, &["192.0.2.1, nonsense"][..], "127.0.0.1"),
    ] {
        let pool = app.pool();
        let options = Options { trusted_proxies: proxies, ..Options::default() };
        let (url, serving) = RUNTIME
            .spawn(async move {
                let protection = Protection::start(&pool, &Clock::System, options).await.unwrap();
                let whoever = |ClientIp(from): ClientIp| async move { from.unwrap().to_string() };
                let router = Router::new().route("/", get(whoever)).with_state(protection);
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let url = format!("http://{}/", listener.local_addr().unwrap());
                let service = router.into_make_service_with_connect_info::<SocketAddr>();
                (url, tokio::spawn(async move { axum::serve(listener, service).await.unwrap() }))
            })
            .await
            .unwrap();
        let client = crate::support::client().build().unwrap();
        let mut request = client.get(url);
        for value in sent {
            request = request.header("X-Forwarded-For", *value);
        }
        assert_eq!(request.send().await.unwrap().text().await.unwrap(), expected, "{sent:?} with {proxies}");
        serving.abort();
    }
}

#[test]
fn networks_and_domains_are_listed_by_command() {
    let place = Place::with_a_petition("protect");
    let protect = |words: &[&str]| place.run(&[&["protect"], words].concat());
    let said = |words: &[&str]| protect(words).went_well().said;
    assert_eq!(said(&["list"]), "No network and no mail domain is listed.\n");
    let blocked = "192.0.2.0/24 is blocked: signatures from there go into quarantine.\n";
    assert_eq!(said(&["block", "192.0.2.0/24", "--note", " a farm of clicks "]), blocked);
    assert_eq!(
        said(&["block", "192.0.2.0/24", "--note", "a farm of clicks"]),
        blocked.replace("blocked:", "blocked already:")
    );
    assert_eq!(
        said(&["allow", "**.Schule.Example"]),
        "**.schule.example is allowed: signatures from there are not limited.\n"
    );
    said(&["block", "example.org"]);
    assert_eq!(said(&["allow", "example.org"]), "example.org is allowed: signatures from there are not limited.\n");
    said(&["block", "2001:db8::/32"]);
    said(&["block", "::ffff:10.9.8.7"]);

    let listed = said(&["list"]);
    let lines: Vec<&str> = listed.lines().collect();
    let expected = [
        "10.9.8.7/32 blocked since ",
        "192.0.2.0/24 blocked since ",
        "2001:db8::/32 blocked since ",
        "**.schule.example allowed since ",
        "example.org allowed since ",
    ];
    assert_eq!(lines.len(), expected.len(), "{listed}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{listed}");
    }
    assert!(lines[1].ends_with("Z: a farm of clicks"), "{listed}");

    assert_eq!(said(&["forget", "10.9.8.7"]), "10.9.8.7/32 is no longer listed.\n");
    protect(&["forget", "10.9.8.7"])
        .failed(1, &["10.9.8.7/32 is not listed; “undersigned protect list” shows what is"]);
    for (wrong, wants) in [
        ("ada@example.org", "wants an address (192.0.2.1), a network (192.0.2.0/24, 2001:db8::/32) or a mail domain"),
        ("192.0.2.1/24", "wants the first address of the network: 192.0.2.0/24"),
        ("0.0.0.0/0", "wants a smaller network: at least /8 of IPv4, /16 of IPv6"),
        ("", "wants an address (192.0.2.1), a network"),
    ] {
        protect(&["block", wrong]).failed(2, &[wants]);
    }
    protect(&["block", "example.com", "--note", "two\nlines"]).failed(2, &["wants one line of at most 255 letters"]);
    assert_eq!(said(&["list"]).lines().count(), 4);
}
