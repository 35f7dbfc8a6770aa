//! The mailbox of a developer: a folder of `.eml` files instead of a way to the world.

use std::{
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use super::letter::{Letter, SendError};

/// Mails that are kept; older ones go.
const KEPT: usize = 500;

/// A folder of mails, numbered as they came.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    next: AtomicU64,
}

impl Folder {
    /// Opens the folder; it is made if it is missing, for nobody else to read.
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn open(path: &Path) -> io::Result<Self> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let folder = Self { path: path.to_owned(), next: AtomicU64::new(0) };
        let last = folder.numbers()?.first().copied().unwrap_or(0);
        folder.next.store(last + 1, Ordering::Relaxed);
        Ok(folder)
    }

    /// The numbers of the mails, newest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn numbers(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let number: Option<u64> =
                name.to_str().and_then(|name| name.strip_suffix(".eml")).and_then(|name| name.parse().ok());
            numbers.extend(number);
        }
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        Ok(numbers)
    }

    /// A mail as it was sent; `None` if there is none of this number.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, number: u64) -> io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.file(number)) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a letter.
    pub(super) async fn keep(&self, letter: &Letter) -> Result<(), SendError> {
        self.write(letter.content.as_bytes())
            .await
            .map_err(|error| SendError::Blocked(format!("the folder of mails cannot be written: {}", error.kind())))
    }

    async fn write(&self, content: &[u8]) -> io::Result<()> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // Under another name until it is whole.
        let unfinished = self.file(number).with_extension("new");
        tokio::fs::write(&unfinished, content).await?;
        tokio::fs::rename(&unfinished, self.file(number)).await?;
        for old in self.numbers()?.into_iter().skip(KEPT) {
            tokio::fs::remove_file(self.file(old)).await?;
        }
        Ok(())
    }

    fn file(&self, number: u64) -> PathBuf {
        self.path.join(format!("{number:08}.eml"))
    }
}
