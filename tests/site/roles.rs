//! Every address of the protected area, asked for by nobody and by everybody: who gets there is what the table says.

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use undersigned::{
    domain::staff::Role,
    web::admin::{Access, addresses},
};

use crate::support::{Answer, TestApp};

/// How somebody was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Received {
    /// Asked to sign in.
    AskedToSignIn,
    /// Told that the role does not allow it.
    NotAllowed,
    /// Let in, whatever was found there.
    LetIn,
}

impl Received {
    fn of(answer: &Answer) -> Self {
        let location = answer.header("location");
        match answer.status {
            StatusCode::SEE_OTHER if location.starts_with("/admin/sign-in?") || location == "/admin/sign-in" => {
                Self::AskedToSignIn
            }
            StatusCode::UNAUTHORIZED => Self::AskedToSignIn,
            StatusCode::FORBIDDEN if answer.text().contains("Your role does not allow this") => Self::NotAllowed,
            _ => Self::LetIn,
        }
    }

    /// What the table says.
    fn meant(access: Access, role: Option<Role>) -> Self {
        match (access, role) {
            (Access::Open, _) => Self::LetIn,
            (Access::Staff(_), None) => Self::AskedToSignIn,
            (Access::Staff(permission), Some(role)) if role.may(permission) => Self::LetIn,
            (Access::Staff(_), Some(_)) => Self::NotAllowed,
        }
    }
}

/// What stands for the variable parts of addresses: things that are there.
async fn things(app: &TestApp) -> BTreeMap<&'static str, String> {
    let petition = app.petition().signatures(3).create().await;
    app.colleague(Role::Reviewer, "Ada Lovelace").await;
    app.sql("insert into signature_rules (summary, conditions, created_at) values ('A rule', '[]', now())")
        .await
        .expect("a rule");
    app.sql("insert into outbox (kind, staff_id, created_at, due_at) select 'staff_invitation', id, now(), now() from staff")
        .await
        .expect("a mail");
    app.sql(
        "insert into mailings (petition_id, kind, created_at, begins_at, mails_per_minute, expected, last_signature)
         select id, 'government_response', now(), now(), 1, 0, 0 from petitions",
    )
    .await
    .expect("a mailing");
    app.sql(
        "insert into activities (petition_id, subject, created_at, updated_at) select id, 'News', now(), now() from petitions",
    )
    .await
    .expect("an activity");
    BTreeMap::from([
        ("petition", petition.id.to_string()),
        ("outage", "1".to_owned()),
        ("staff", app.ask("select id from staff where name = 'Ada Lovelace'").await),
        ("session", app.ask("select id from staff_sessions").await),
        ("passkey", "1".to_owned()),
        ("mail", app.ask("select id from outbox").await),
        ("mailing", app.ask("select id from mailings").await),
        ("activity", app.ask("select id from activities").await),
        ("page", "privacy".to_owned()),
        ("job", "check%20tallies".to_owned()),
        ("entry", "1".to_owned()),
        ("rule", app.ask("select id from signature_rules").await),
    ])
}

fn filled_in(path: &str, things: &BTreeMap<&'static str, String>) -> String {
    let part = |part: &str| {
        let Some((before, rest)) = part.split_once('{') else { return part.to_owned() };
        let (name, after) = rest.split_once('}').expect("a closing brace");
        let Some(thing) = things.get(name) else {
            panic!(
                "{path}: what stands for {{{name}}}? Tell `things`, so that the address is tried with something real."
            )
        };
        format!("{before}{thing}{after}")
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Those of the way in that answer so by themselves, whoever asks: they lead on, or want something that is not there.
fn answers_by_itself(path: &str) -> bool {
    path.starts_with("/admin/sign-in") || path == "/admin/sign-out"
}

#[tokio::test]
async fn every_address_lets_in_whom_the_table_says_and_nobody_else() {
    let app = TestApp::new().await;
    let things = things(&app).await;
    let (mut combinations, mut wrong) = (0, Vec::new());
    for address in addresses() {
        let path = filled_in(address.path, &things);
        for role in [None].into_iter().chain(Role::ALL.map(Some)) {
            let mut request = app.request(address.method.clone(), &path);
            if address.method == Method::POST {
                request = request.header("content-type", "application/x-www-form-urlencoded").body("");
            }
            if let Some(role) = role {
                // A session of its own for each, since some addresses end sessions.
                let visitor = app.colleague(role, "Grace Hopper").await;
                request = request.header("cookie", format!("staff={}", visitor.cookie("staff").expect("a session")));
            }
            let answer = Answer::to(request).await;
            combinations += 1;
            assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{} {path}", address.method);
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{} {path}", address.method);
            let (received, meant) = (Received::of(&answer), Received::meant(address.access, role));
            let by_itself = address.access == Access::Open && answers_by_itself(address.path);
            if received != meant && !by_itself {
                wrong.push(format!("{} {path}, {role:?}: {received:?} instead of {meant:?}", address.method));
            }
        }
    }
    println!("{} addresses, {combinations} combinations of address and role", addresses().len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_address_is_open_that_is_not_on_the_way_in() {
    for address in addresses().into_iter().filter(|address| address.access == Access::Open) {
        let on_the_way = answers_by_itself(address.path) || address.path.starts_with("/admin/invitations/");
        assert!(on_the_way, "{}", address.path);
    }
}
