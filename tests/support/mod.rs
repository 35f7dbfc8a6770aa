//! What the tests stand on: the site with a database of its own, a visitor who reads it, petitions made to order.

mod app;
mod checks;
mod database;
pub mod mailbox;
mod page;
mod petition;
mod visitor;

pub use self::{
    app::{Answer, Mailing, Setup, TestApp, client},
    checks::{is_local, problems},
    database::{Database, RUNTIME},
    mailbox::Mailbox,
    page::{Page, css, squeeze, text},
    petition::Created,
    visitor::Visitor,
};

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use jiff::{Timestamp, civil::Date};

/// A folder of a test's own; removed with it.
#[derive(Debug)]
pub struct TestFolder(PathBuf);

impl TestFolder {
    /// Makes one.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("undersigned-tests-{}-folder-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        Self(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A moment.
#[track_caller]
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// A day.
#[track_caller]
pub fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// The text of a file of real data, which lies beside the project.
pub fn shared(path: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The files of a folder of real data with this ending, by name.
pub fn shared_files(folder: &str, ending: &str) -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(folder);
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let names = entries.map(|entry| entry.expect("a file").file_name().into_string().expect("a name"));
    let mut names: Vec<String> = names.filter(|name| name.ends_with(ending)).collect();
    names.sort();
    names.into_iter().map(|name| format!("{folder}/{name}")).collect()
}
