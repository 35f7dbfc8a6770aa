//! A browser and what a person does with it. Every page that it comes to is looked at ([`super::look`]).

use std::{
    collections::HashSet,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    sync::Mutex,
    task::Poll,
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::{WebElement, prelude::*};

use super::{
    chromium::{self, dev_tools},
    look,
    site::site,
};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(20);
const MOMENT: Duration = Duration::from_millis(50);

/// The size of the window, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub width: u32,
    pub height: u32,
}

/// A desk.
pub const WIDE: Window = Window { width: 1280, height: 800 };
/// A small phone.
pub const PHONE: Window = Window { width: 375, height: 667 };
/// A desk at 400% zoom, or the narrowest phone.
pub const NARROW: Window = Window { width: 320, height: 568 };

/// Whether the browser runs the scripts of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// A window of Chromium.
pub struct Browser {
    driver: WebDriver,
    /// The address of the site, without a path.
    site: String,
    /// Whether pages may run their scripts.
    pub scripts: Scripts,
    /// The places that were looked at.
    seen: Mutex<HashSet<String>>,
}

/// Opens a window, hands it to a journey, and closes the browser, also when the journey fails: when it is dropped
/// during a panic, it waits for a server that does not answer any more.
pub async fn with_browser(window: Window, scripts: Scripts, journey: impl AsyncFnOnce(&Browser)) {
    with_browser_at(site().address(""), window, scripts, journey).await;
}

/// The same at another site than that which all tests visit.
pub async fn with_browser_at(site: String, window: Window, scripts: Scripts, journey: impl AsyncFnOnce(&Browser)) {
    let browser = Browser::open(site, window, scripts).await;
    let outcome = {
        let mut journey = pin!(journey(&browser));
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| journey.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        })
        .await
    };
    browser.driver.quit().await.expect("the browser closes");
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

impl Browser {
    async fn open(site: String, window: Window, scripts: Scripts) -> Self {
        let browser = Self { driver: chromium::start().await, site, scripts, seen: Mutex::default() };
        browser.resize(window).await;
        browser.emulate("screen", &[("prefers-color-scheme", "light")]).await;
        browser.page_scripts(false).await;
        browser
    }

    /// Gives the window another size.
    pub async fn resize(&self, Window { width, height }: Window) {
        let phone = width < 600;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.dev_tools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Emulates a medium (`screen` or `print`) and its features, such as `("prefers-color-scheme", "dark")`.
    pub async fn emulate(&self, medium: &str, features: &[(&str, &str)]) {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.dev_tools("Emulation.setEmulatedMedia", json!({ "media": medium, "features": features })).await;
    }

    /// Goes to a page that is there, and looks at it.
    pub async fn visit(&self, path: &str) {
        self.go(path).await;
        self.look_once().await;
    }

    /// Goes to a page that answers with this status, and looks at it on a desk and on a phone.
    pub async fn visit_everywhere(&self, path: &str, status: u16) {
        self.resize(WIDE).await;
        self.go(path).await;
        look::at(self, status).await;
        self.resize(PHONE).await;
        look::as_it_is(self, status).await;
    }

    /// Goes to a page without looking.
    pub async fn go(&self, path: &str) {
        self.leaving().await;
        self.driver.goto(format!("{}{path}", self.site)).await.unwrap_or_else(|problem| panic!("{path}: {problem}"));
        self.arrived().await;
    }

    /// Follows the link with these words, and looks at the page that it leads to.
    pub async fn follow(&self, words: &str) {
        let link = self.find(By::PartialLinkText(words)).await;
        self.click_to_leave(link).await;
    }

    /// Presses the button with these words, and looks at the page that it leads to.
    pub async fn press(&self, words: &str) {
        let button = self.find(By::XPath(format!("//button[normalize-space()='{words}']"))).await;
        self.click_to_leave(button).await;
    }

    /// Presses the button with these words, and looks at the page that it leads to, which answers with this status.
    pub async fn press_and_get(&self, words: &str, status: u16) {
        let button = self.find(By::XPath(format!("//button[normalize-space()='{words}']"))).await;
        self.click_to(button).await;
        look::at(self, status).await;
    }

    /// Presses the button with these words, without looking at the page that it leads to.
    pub async fn click(&self, words: &str) {
        let button = self.find(By::XPath(format!("//button[normalize-space()='{words}']"))).await;
        self.click_to(button).await;
    }

    /// Ticks the box, or makes the choice, with this label.
    pub async fn tick(&self, label: &str) {
        let label = self.find(By::XPath(format!("//label[normalize-space()='{label}']"))).await;
        label.click().await.unwrap_or_else(|problem| panic!("it cannot be clicked: {problem}"));
    }

    /// Types into whatever has the focus.
    pub async fn type_in(&self, text: &str) {
        let none = Some(Duration::ZERO);
        self.driver.action_chain_with_delay(none, none).send_keys(text).perform().await.expect("keys can be pressed");
    }

    /// The id of what has the focus.
    pub async fn focus(&self) -> String {
        self.ask("return document.activeElement.id", vec![]).await
    }

    /// Writes into the field with this label.
    pub async fn fill(&self, label: &str, text: &str) {
        let label = self.find(By::XPath(format!("//label[normalize-space()='{label}']"))).await;
        let id = label.attr("for").await.ok().flatten().unwrap_or_else(|| panic!("the label belongs to no field"));
        let field = self.find(By::Id(&id)).await;
        field.clear().await.expect("a field can be cleared");
        field.send_keys(text).await.expect("a field can be written into");
    }

    /// Chooses from the list with this label.
    pub async fn choose(&self, label: &str, option: &str) {
        let label = self.find(By::XPath(format!("//label[normalize-space()='{label}']"))).await;
        let id = label.attr("for").await.ok().flatten().unwrap_or_else(|| panic!("the label belongs to no list"));
        let list = self.find(By::XPath(format!("//select[@id='{id}']/option[normalize-space()='{option}']"))).await;
        list.click().await.unwrap_or_else(|problem| panic!("“{option}” cannot be chosen: {problem}"));
    }

    /// Opens what these words fold, without script: by a click on them.
    pub async fn unfold(&self, words: &str) {
        let summary = self.find(By::XPath(format!("//summary[contains(., '{words}')]"))).await;
        summary.click().await.unwrap_or_else(|problem| panic!("“{words}” cannot be clicked: {problem}"));
        let fold = summary.find(By::XPath("..")).await.expect("a summary is part of something");
        let open = fold.prop("open").await.ok().flatten().is_some_and(|open| open == "true");
        assert!(open, "“{words}” did not open");
    }

    /// Whether the page shows these words.
    pub async fn shows(&self, words: &str) -> bool {
        self.text("main").await.contains(words)
    }

    /// Fails unless the page shows these words.
    pub async fn see(&self, words: &str) {
        assert!(self.shows(words).await, "“{words}” is not on {}:\n{}", self.place().await, self.text("main").await);
    }

    /// What an element shows, folded parts left out, each run of white space as one space.
    pub async fn text(&self, selector: &str) -> String {
        let script = "return document.querySelector(arguments[0]).innerText.replace(/\\s+/g, ' ').trim()";
        self.ask(script, vec![json!(selector)]).await
    }

    /// Waits until an element shows this text.
    pub async fn wait_for_text(&self, selector: &str, text: &str) {
        let began = Instant::now();
        while self.text(selector).await != text {
            assert!(began.elapsed() < PATIENCE, "{selector} shows “{}”, not “{text}”", self.text(selector).await);
            tokio::time::sleep(MOMENT).await;
        }
    }

    /// The address of the page without the site: path, query and fragment.
    pub async fn place(&self) -> String {
        let url = self.driver.current_url().await.expect("a page has an address");
        url.as_str().replace(&self.site, "")
    }

    /// Presses a key several times.
    pub async fn keys(&self, key: Key, times: usize) {
        let mut chain = self.driver.action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
        for _ in 0..times {
            chain = chain.key_down(key.clone()).key_up(key.clone());
        }
        chain.perform().await.expect("keys can be pressed");
    }

    /// Runs a script of the test's own in the page, and gives back what it returns.
    pub async fn ask<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> T {
        let answer = self.driver.execute(script, arguments).await;
        answer.and_then(|answer| answer.convert()).unwrap_or_else(|problem| panic!("{script:.200}: {problem}"))
    }

    /// Like [`Self::ask`], for a script that hands its answer to its last argument.
    pub async fn ask_later<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> T {
        let answer = self.driver.execute_async(script, arguments).await;
        answer.and_then(|answer| answer.convert()).unwrap_or_else(|problem| panic!("{script:.200}: {problem}"))
    }

    /// What the browser has complained about since the last time it was asked.
    pub async fn console(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.expect("the browser keeps a log");
        entries.into_iter().map(|entry| format!("{}: {}", entry.level, entry.message)).collect()
    }

    /// Sends a command of the Chrome DevTools Protocol.
    pub async fn dev_tools(&self, method: &'static str, parameters: Value) -> Value {
        dev_tools(&self.driver, method, parameters).await
    }

    async fn find(&self, by: By) -> WebElement {
        match self.driver.find(by).await {
            Ok(element) => element,
            Err(problem) => panic!("{problem}, on {}:\n{}", self.place().await, self.text("main").await),
        }
    }

    async fn click_to_leave(&self, element: WebElement) {
        self.click_to(element).await;
        self.look_once().await;
    }

    async fn click_to(&self, element: WebElement) {
        self.leave_by(async {
            element.click().await.unwrap_or_else(|problem| panic!("it cannot be clicked: {problem}"))
        })
        .await;
    }

    /// Does what leads to another page, and waits for that.
    pub async fn leave_by(&self, act: impl Future<Output = ()>) {
        self.leaving().await;
        // Only this page has it; a page that has come from elsewhere does not.
        let _: Value = self.ask("document.documentElement.dataset.left = 'yes'", vec![]).await;
        act.await;
        let began = Instant::now();
        let ready = "return document.readyState === 'complete' && !document.documentElement.dataset.left";
        while !self.ask::<bool>(ready, vec![]).await {
            assert!(began.elapsed() < PATIENCE, "the click did not lead away from {}", self.place().await);
            tokio::time::sleep(MOMENT).await;
        }
        self.arrived().await;
    }

    /// A page that was seen before is not looked at again.
    async fn look_once(&self) {
        let place = self.place().await;
        let new = self.seen.lock().expect("nobody panicked with it").insert(place);
        if new {
            look::at(self, 200).await;
        }
    }

    /// Without JavaScript, pages load and are left with scripts off. Once a page is there its scripts have been passed
    /// over for good, and they are allowed again: axe needs timers and promises, which a page without scripts lacks.
    async fn leaving(&self) {
        self.page_scripts(false).await;
    }

    async fn arrived(&self) {
        self.page_scripts(true).await;
    }

    async fn page_scripts(&self, allowed: bool) {
        if self.scripts == Scripts::Off {
            self.dev_tools("Emulation.setScriptExecutionDisabled", json!({ "value": !allowed })).await;
        }
    }
}
