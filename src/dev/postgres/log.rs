//! The server's log: opened for it, put aside when it has grown long, and quoted in error messages.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use super::{error::PostgresError, folder::Folder};

/// The log is put aside at a start that finds it longer, in bytes.
const LONG_LOG: u64 = 10 * 1024 * 1024;

/// How much of the log an error message quotes: at most so many bytes, then so many lines.
const QUOTED_BYTES: u64 = 4096;
const QUOTED_LINES: usize = 12;

/// The part of the log that belongs to one run of the server.
#[derive(Debug, Clone)]
pub(super) struct Log {
    path: PathBuf,
    /// Where this server's part of the file begins.
    start: u64,
}

impl Log {
    /// Opens the log for a new server, and puts the old one aside if it has grown long.
    pub(super) fn open(folder: &Folder) -> Result<(Self, File), PostgresError> {
        let path = folder.log();
        if fs::symlink_metadata(&path).is_ok_and(|log| log.len() > LONG_LOG) {
            fs::rename(&path, folder.old_log()).map_err(PostgresError::io("put aside", &path))?;
        }
        let file = File::options()
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(&path)
            .map_err(PostgresError::io("open", &path))?;
        let start = file.metadata().map_err(PostgresError::io("look at", &path))?.len();
        Ok((Self { path, start }, file))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The last lines this server has written.
    pub(super) fn last_words(&self) -> String {
        self.read_end().unwrap_or_else(|problem| format!("(the log could not be read: {problem})"))
    }

    fn read_end(&self) -> io::Result<String> {
        let mut file = File::open(&self.path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(self.start.max(length.saturating_sub(QUOTED_BYTES))))?;
        let mut bytes = Vec::new();
        file.take(QUOTED_BYTES).read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        Ok(lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_this_servers_and_short() {
        let path = std::env::temp_dir().join(format!("undersigned-log-{}", std::process::id()));
        let old = "from an earlier server\n";
        let mut text = old.to_owned();
        for line in 1..=20 {
            text.extend(["line ", &line.to_string(), "\n"]);
        }
        fs::write(&path, text).unwrap();
        let log = Log { path: path.clone(), start: old.len() as u64 };
        assert!(log.last_words().starts_with("line 9\n"), "{}", log.last_words());
        assert!(log.last_words().ends_with("line 20"));

        fs::write(&path, format!("{old}only this\n")).unwrap();
        assert_eq!(log.last_words(), "only this");
        fs::remove_file(path).unwrap();
    }
}
