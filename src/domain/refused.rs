//! Why a file that somebody handed over was not taken.

/// A file is refused: where in it the trouble is, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Refused {
    /// Where: a field ("data.attributes.closed_at"), a line ("line 12"), or both.
    pub place: String,
    /// What is wrong there, in plain words and with the values concerned.
    pub reason: String,
}

impl Refused {
    /// Refuses a file.
    pub fn new(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), reason: reason.into() }
    }

    /// Refuses a file for what stands in one of its lines; lines count from 1.
    pub fn in_line(line: u64, reason: impl Into<String>) -> Self {
        Self::new(format!("line {line}"), reason)
    }
}
