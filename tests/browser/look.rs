//! What is checked on every page that a browser comes to: axe's rules in light and in dark, the browser's own
//! complaints, and what `look.js` measures.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::browser::{Browser, NARROW, PHONE, Scripts, WIDE, with_browser};

/// The measures that are taken in the page.
pub const MEASURES: &str = include_str!("look.js");

/// The rules of axe: WCAG 2.2 AA and good practice, and for text the contrast of 7:1 that the design promises.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// Those that another set of colours could break. The second sees only what the first lets pass.
const RULES_OF_COLOUR: [&str; 3] = ["color-contrast", "color-contrast-enhanced", "link-in-text-block"];

static AXE: LazyLock<Result<String, String>> = LazyLock::new(axe);

/// Looks at the page, which should have been answered with this status. Fails with all that is wrong with it.
pub async fn at(browser: &Browser, status: u16) {
    let mut wrong = faults(browser, status).await;
    // Scripts change no colours; without them is enough.
    if browser.scripts == Scripts::Off {
        browser.emulate("screen", &[("prefers-color-scheme", "dark")]).await;
        let found = axe_complaints(browser, rules_of_colour()).await;
        wrong.extend(found.into_iter().map(|complaint| format!("in the dark, {complaint}")));
        browser.emulate("screen", &[("prefers-color-scheme", "light")]).await;
    }
    fail_if(browser, wrong).await;
}

/// Looks at the page as it is now, in whatever medium and colours are emulated.
pub async fn as_it_is(browser: &Browser, status: u16) {
    fail_if(browser, faults(browser, status).await).await;
}

/// What is wrong with the page on a desk, in the dark, on a phone, and as narrow as it gets.
pub async fn everywhere(browser: &Browser, status: u16) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut add = |which: &str, found: Vec<String>| {
        wrong.extend(found.into_iter().map(|complaint| format!("{which}: {complaint}")));
    };
    browser.resize(WIDE).await;
    add("on a desk", faults(browser, status).await);
    browser.emulate("screen", &[("prefers-color-scheme", "dark")]).await;
    add("in the dark", axe_complaints(browser, rules_of_colour()).await);
    browser.emulate("screen", &[("prefers-color-scheme", "light")]).await;
    browser.resize(PHONE).await;
    add("on a phone", faults(browser, status).await);
    browser.resize(NARROW).await;
    add("as narrow as it gets", browser.ask(&format!("{MEASURES}\nreturn complaints();"), vec![]).await);
    let place = browser.place().await;
    wrong.into_iter().map(|complaint| format!("{place}, {complaint}")).collect()
}

/// Fails with the name of the page if anything is wrong with it.
pub async fn fail_if(browser: &Browser, wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} has faults:\n- {}", browser.place().await, wrong.join("\n- "));
}

async fn faults(browser: &Browser, status: u16) -> Vec<String> {
    let mut wrong: Vec<String> = browser.ask(&format!("{MEASURES}\nreturn complaints();"), vec![]).await;
    let answered: u16 =
        browser.ask("return performance.getEntriesByType('navigation')[0].responseStatus", vec![]).await;
    if answered != status {
        wrong.push(format!("the status is {answered}, not {status}"));
    }
    wrong.extend(axe_complaints(browser, every_rule()).await);
    wrong.extend(console(browser, status).await);
    wrong
}

/// Errors and warnings of the console; violations of the content security policy are among them.
async fn console(browser: &Browser, status: u16) -> Vec<String> {
    let entries = browser.console().await.into_iter();
    // The browser notes the status of the page itself, which was expected.
    entries.filter(|entry| status == 200 || !entry.contains(&format!("status of {status}"))).collect()
}

fn every_rule() -> Value {
    let contrast = json!({ "color-contrast-enhanced": { "enabled": true } });
    json!({ "runOnly": RULES, "rules": contrast, "resultTypes": ["violations"], "preload": false })
}

fn rules_of_colour() -> Value {
    json!({ "runOnly": { "type": "rule", "values": RULES_OF_COLOUR }, "resultTypes": ["violations"], "preload": false })
}

#[derive(Deserialize)]
struct Violation {
    id: String,
    help: String,
    /// What it is about, and what to do.
    nodes: Vec<(String, String)>,
}

async fn axe_complaints(browser: &Browser, options: Value) -> Vec<String> {
    let known: bool = browser.ask("return !!window.axe", vec![]).await;
    if !known {
        let source = AXE.as_ref().unwrap_or_else(|problem| panic!("{problem}"));
        let _: Value = browser.ask(&format!("{source}\nwindow.axe = axe;"), vec![]).await;
    }
    let script = "axe.run(arguments[0]).then(({ violations }) => arguments[1](violations.map(
        ({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => [node.html, node.failureSummary]) }))),
        (error) => arguments[1]([{ id: 'error', help: String(error), nodes: [] }]))";
    let violations: Vec<Violation> = browser.ask_later(script, vec![options]).await;
    violations.into_iter().map(|violation| violation.to_string()).collect()
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "axe {}: {} ({} places)", self.id, self.help, self.nodes.len())?;
        for (html, summary) in self.nodes.iter().take(3) {
            write!(f, "\n    {html:.200}\n    {}", summary.replace('\n', " "))?;
        }
        Ok(())
    }
}

fn axe() -> Result<String, String> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools");
    let file = std::env::var_os("AXE_JS").map(PathBuf::from).or_else(|| find("axe.min.js", &tools));
    let Some(file) = file else {
        return Err(format!(
            "axe-core is missing. Set AXE_JS to its axe.min.js, or use tests/run, which puts it below {}.",
            tools.display()
        ));
    };
    fs::read_to_string(&file).map_err(|problem| format!("AXE_JS: {} cannot be read: {problem}", file.display()))
}

fn find(name: &str, folder: &Path) -> Option<PathBuf> {
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        let found = if path.is_dir() { find(name, &path) } else { path.ends_with(name).then_some(path) };
        if found.is_some() {
            return found;
        }
    }
    None
}

#[tokio::test]
async fn a_page_that_is_spoiled_is_noticed() {
    with_browser(WIDE, Scripts::On, async |browser| {
        browser.go("/cookies").await;
        let spoil = "const style = (selector) => document.querySelector(selector).style;
            style('h1').width = '3000px';
            style('main p').color = '#777';
            style('.foot a').minHeight = '20px';
            style('main p:nth-of-type(2)').color = '#666';
            style('.mark').cssText = 'overflow: hidden; width: 60px; white-space: nowrap';
            document.querySelector('main').setAttribute('role', 'fish');
            document.querySelector('main').append(Object.assign(new Image(), { src: 'http://127.0.0.2/' }));
            document.body.setAttribute('onclick', 'void 0')";
        browser.ask::<()>(spoil, vec![]).await;
        let found = faults(browser, 404).await.join("\n");
        for fault in [
            "scrolled sideways",
            "is cut off",
            "pixels",
            "the status is 200, not 404",
            "axe color-contrast:",
            "axe color-contrast-enhanced:",
            "axe aria-roles",
            "axe image-alt",
            "http://127.0.0.2/",
            "Content Security Policy",
        ] {
            assert!(found.contains(fault), "“{fault}” is not among what was found:\n{found}");
        }
    })
    .await;
}
