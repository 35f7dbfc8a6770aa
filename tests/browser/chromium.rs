//! Chromium, through a `chromedriver` that this test run starts for itself.

use std::{path::Path, process::Command, sync::LazyLock, time::Duration};

use axum::http::Method;
use serde_json::{Value, json};
use thirtyfour::{
    ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, RequestData, SessionId, WebDriver,
    common::command::FormatRequestData,
};

use super::keeper::{self, Kept};

static DRIVER: LazyLock<Result<Kept, String>> = LazyLock::new(|| {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0");
    let started = keeper::keep(&command, Path::new(""), "started successfully on port ", Duration::from_secs(30));
    started.map_err(|problem| {
        format!("chromedriver did not start. Install it (Debian: chromium-driver) or use tests/run. {problem}")
    })
});

/// A browser with one empty window.
pub async fn start() -> WebDriver {
    // The program chooses its cryptography itself; so must whoever speaks to the driver.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let driver = DRIVER.as_ref().unwrap_or_else(|problem| panic!("{problem}"));
    let address = format!("http://127.0.0.1:{}", driver.told.trim_end_matches('.'));
    let mut wanted = DesiredCapabilities::chrome();
    let mut arguments = vec!["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en-GB"];
    if rustix::process::geteuid().is_root() {
        // Chromium's sandbox refuses root.
        arguments.push("--no-sandbox");
    }
    for argument in arguments {
        wanted.add_arg(argument).expect("a valid argument");
    }
    wanted.set_browser_log_level(LoggingPrefsLogLevel::Warning).expect("a valid level");
    let browser = WebDriver::new(address, wanted).await.expect("Chromium starts");
    browser.set_script_timeout(Duration::from_secs(60)).await.expect("a timeout can be set");
    browser
}

/// A command of the Chrome DevTools Protocol.
#[derive(Debug)]
pub struct DevTools {
    method: &'static str,
    parameters: Value,
}

impl FormatRequestData for DevTools {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(Method::POST, format!("/session/{session}/goog/cdp/execute"))
            .add_body(json!({ "cmd": self.method, "params": self.parameters }))
    }
}

/// Sends a command of the Chrome DevTools Protocol and gives back its answer.
pub async fn dev_tools(browser: &WebDriver, method: &'static str, parameters: Value) -> Value {
    let answer = browser.handle().cmd(DevTools { method, parameters }).await;
    answer.and_then(|answer| answer.value()).unwrap_or_else(|problem| panic!("{method}: {problem}"))
}
