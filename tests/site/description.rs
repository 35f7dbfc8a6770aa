//! What programs are told they can ask for is what there is: every address, every field, every status.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use reqwest::{Method, StatusCode};
use serde_json::Value;
use undersigned::{
    urls,
    web::{
        api::{
            Data,
            description::{self, Address, Content, Samples, addresses},
        },
        cache::CachePolicy,
    },
};

use crate::{
    security,
    support::{Answer, RUNTIME, TestApp, TestFolder},
};

/// How many requests the tester makes up for each address, besides those that the description itself suggests.
const TESTER_EXAMPLES: &str = "12";
/// How long it may take in all, in seconds. It could go on for longer; on a machine with much else to do it comes to less.
const TESTER_SECONDS: &str = "120";
/// The least that it must have asked; fewer means that it has not understood the description.
const TESTER_REQUESTS: u64 = 200;

async fn described(app: &TestApp) -> (Value, Vec<Address>) {
    let document = app.get(urls::api_description()).await.json();
    let (state, now) = (app.app().clone(), app.now);
    let samples = RUNTIME.spawn(async move { Samples::find(&state, now).await.ok() }).await.expect("samples");
    let samples = samples.expect("samples");
    (document, addresses::all(&samples))
}

/// Whether an address is one of those that a path with curly brackets stands for.
fn is_one_of(path: &str, address: &str) -> bool {
    let (path, address): (Vec<_>, Vec<_>) = (path.split('/').collect(), address.split('/').collect());
    path.len() == address.len()
        && path.iter().zip(address).all(|(part, given)| match part.split_once('{') {
            None => *part == given,
            Some((before, rest)) => {
                let after = rest.split_once('}').expect("a closing bracket").1;
                let value = given.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                value.is_some_and(|value| !value.is_empty() && !value.contains('.'))
            }
        })
}

#[tokio::test]
async fn every_address_that_answers_with_data_is_described() {
    let app = TestApp::sample().await;
    let (_, addresses) = described(app).await;
    let mut candidates = BTreeSet::new();
    for route in security::routes() {
        for ending in ["", ".json", ".csv", ".svg", ".png", ".atom", ".xml"] {
            candidates.insert(format!("{route}{ending}"));
        }
    }
    for data in Data::ALL {
        for ending in ["", ".json", ".csv", ".svg", ".png", ".atom", ".xml"] {
            candidates.insert(format!("/petitions/1000000/{}{ending}", data.name()));
        }
    }
    let mut answered = BTreeSet::new();
    for candidate in &candidates {
        let answer = app.get(candidate).await;
        // Files of the pages themselves.
        let of_pages =
            candidate.starts_with("/static/") || ["/favicon.ico", "/manifest.json"].contains(&candidate.as_str());
        if answer.status != StatusCode::OK || answer.header("content-type").starts_with("text/html") || of_pages {
            continue;
        }
        // Where a page accepts JSON instead, the address with the ending is described.
        let twin = format!("{candidate}.json");
        let found = addresses.iter().find(|address| [candidate, &twin].iter().any(|it| is_one_of(address.path, it)));
        let found = found.unwrap_or_else(|| panic!("{candidate} answers with data, and is not described"));
        answered.insert(found.path);
    }
    // Of what is held about a signer, whoever asks without the mail's link gets nothing.
    let others: Vec<_> = addresses.iter().map(|address| address.path).filter(|path| !answered.contains(path)).collect();
    assert_eq!(others, ["/signatures/{signature}/data.json"], "described, and there is no such route");
}

#[tokio::test]
async fn every_address_answers_as_it_is_described() {
    let app = TestApp::sample().await;
    let (document, addresses) = described(app).await;
    for address in addresses {
        let Some(example) = &address.example else {
            assert_eq!(address.name, "getYourSignature", "what everybody may read has an example");
            continue;
        };
        let answer = app.get(example).await;
        assert_eq!(answer.status, StatusCode::OK, "{example}");
        let kind = answer.header("content-type");
        assert_eq!(kind.split(';').next(), Some(address.content.media_type()), "{example}");
        let policy = address.policy.header();
        assert_eq!(answer.header("cache-control"), policy.to_str().expect("text"), "{example}");
        let etag = answer.header("etag").to_owned();
        assert_eq!(!etag.is_empty(), address.policy != CachePolicy::Never, "{example}");
        if address.has_tag() {
            let again = app.request(Method::GET, example).header("if-none-match", etag);
            let status = Answer::to(again).await.status;
            // What says the moment at which it was asked may have changed.
            assert!(status == StatusCode::NOT_MODIFIED || address.name == "listTrending", "{example}: {status}");
        }
        let schema = &document["paths"][address.path]["get"]["responses"]["200"]["content"];
        let schema = &schema[address.content.media_type()]["schema"];
        match address.content {
            Content::Json(_) if address.name != "getDescription" => {
                let mut strange = Vec::new();
                compare(&document, schema, &answer.json(), address.name, &mut strange);
                assert!(strange.is_empty(), "{example}: {strange:#?}");
            }
            Content::Csv(columns) => {
                let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
                assert_eq!(answer.csv()[0], names, "{example}");
            }
            _ => {}
        }
    }
}

/// What stands in an answer and not in its schema, or the other way round.
fn compare(document: &Value, schema: &Value, answer: &Value, way: &str, strange: &mut Vec<String>) {
    if let Some(pointer) = schema["$ref"].as_str() {
        let target = document.pointer(&pointer[1..]).unwrap_or_else(|| panic!("{pointer} leads nowhere"));
        return compare(document, target, answer, way, strange);
    }
    if let Some(alternatives) = schema["anyOf"].as_array() {
        let other = alternatives.iter().find(|schema| (schema["type"] == "null") == answer.is_null());
        match other {
            Some(other) => compare(document, other, answer, way, strange),
            None => strange.push(format!("{way} is {answer}")),
        }
        return;
    }
    match answer {
        Value::Object(members) => {
            for (name, value) in members {
                match (&schema["properties"][name], &schema["additionalProperties"]) {
                    (Value::Null, Value::Null | Value::Bool(_)) => {
                        strange.push(format!("{way}.{name} is not described"))
                    }
                    (Value::Null, entry) => compare(document, entry, value, &format!("{way}.{name}"), strange),
                    (field, _) => compare(document, field, value, &format!("{way}.{name}"), strange),
                }
            }
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !members.contains_key(name) {
                    strange.push(format!("{way}.{name} is missing"));
                }
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                compare(document, &schema["items"], entry, &format!("{way}[]"), strange);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_description_hangs_together() {
    let app = TestApp::new().await;
    let document = app.get(urls::api_description()).await.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], app.url);
    assert_eq!(document["info"]["license"]["name"], description::LICENCE.0);
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
    let names: Vec<&str> = addresses::all(&Samples::default()).iter().map(|address| address.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "each has a name of its own");
    // A site without petitions has no example of one, and the page is there all the same.
    assert_eq!(document["paths"]["/petitions/{petition}.json"]["get"]["parameters"][0]["example"], Value::Null);
    app.visitor().visit(urls::api()).await.see("/petitions/{petition}/history.json").see("Following along");
}

#[tokio::test]
async fn people_read_the_same_with_what_the_site_answers_now() {
    let app = TestApp::sample().await;
    let (_, addresses) = described(app).await;
    let mut ada = app.visitor();
    ada.visit("/").await;
    assert_eq!(ada.page().link("Data for programs"), urls::api());
    ada.visit(urls::api()).await;
    assert_eq!(ada.heading(), "Data for programs");
    for address in &addresses {
        ada.see(address.path).see(address.summary);
        if let Some(example) = &address.example {
            ada.see(example);
        }
    }
    ada.see("signatures_by_constituency[].signature_count").see("whole number, or null").see("Open Government Licence");
    let json = app.get(&urls::petition_json(&"1000000".parse().expect("a number"))).await.json();
    let action = json["data"]["attributes"]["action"].as_str().expect("an action").to_owned();
    assert!(!action.is_empty() && ada.page().text().contains("\"signature_count\":"), "examples are real");
}

#[tokio::test]
async fn what_goes_wrong_is_told_as_it_is_described() {
    let app = TestApp::sample().await;
    let document = app.get(urls::api_description()).await.json();
    for (path, status) in [
        ("/petitions/abc.json", StatusCode::BAD_REQUEST),
        ("/petitions/1.json", StatusCode::NOT_FOUND),
        ("/petitions/1000000/history.png", StatusCode::NOT_ACCEPTABLE),
        ("/petitions.json?state=nonsense", StatusCode::BAD_REQUEST),
        ("/petitions.json?topic=nonsense", StatusCode::BAD_REQUEST),
        ("/signatures/1/data.json?token=nonsense", StatusCode::NOT_FOUND),
    ] {
        let answer = Answer::to(app.request(Method::GET, path).header("accept", "application/json")).await;
        assert_eq!(answer.status, status, "{path}");
        let name = format!("Error{}", status.as_u16());
        let schema = &document["components"]["responses"][&name]["content"]["application/json"]["schema"];
        let mut strange = Vec::new();
        compare(&document, schema, &answer.json(), &name, &mut strange);
        assert!(strange.is_empty() && !schema.is_null(), "{path}: {strange:#?}");
    }
}

/// Where `tests/run` puts the tester, or where `SCHEMATHESIS` says it is.
fn tester() -> PathBuf {
    let tools = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/schemathesis");
    let folder = env::var_os("SCHEMATHESIS").map_or_else(tools, PathBuf::from);
    let program = folder.join("bin/schemathesis");
    assert!(program.is_file(), "no schemathesis in {}: tests/run fetches it", folder.display());
    program
}

/// Schemathesis reads the description, makes requests that follow it and others that do not, and looks at every answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_tester_that_is_not_ours_finds_no_answer_outside_the_description() {
    let app = TestApp::sample().await;
    let folder = Arc::new(TestFolder::new());
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/schemathesis.toml");
    let (program, url, place) = (tester(), app.url.clone(), folder.clone());
    let run = move || {
        let report = place.path().join("requests.json");
        let mut command = Command::new(program);
        command.arg("--config-file").arg(rules).current_dir(place.path());
        command.arg("run").arg(format!("{url}{}", urls::api_description())).args(["--url", &url]);
        command.args(["--phases", "examples,coverage,fuzzing", "--mode", "all", "--max-examples", TESTER_EXAMPLES]);
        command.args(["--max-time", TESTER_SECONDS, "--request-timeout", "15", "--no-color"]);
        command.args(["--report", "har", "--report-har-path"]).arg(&report);
        let output = command.env("HYPOTHESIS_STORAGE_DIRECTORY", place.path()).output().expect("the tester");
        (output, fs::read_to_string(report).unwrap_or_default())
    };
    let (output, report) = tokio::task::spawn_blocking(run).await.expect("it ends");
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words}\n{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_str(&report).expect("a report");
    let requests = report["log"]["entries"].as_array().expect("requests").len() as u64;
    println!("Schemathesis made {requests} requests.");
    assert!(requests >= TESTER_REQUESTS, "{requests} requests: {words}");
}
