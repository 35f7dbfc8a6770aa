//! The time: the system's, or one that a setting pins.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

/// Where the program takes the time from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Always this moment.
    Pinned(Timestamp),
    /// The moment that somebody has set, in microseconds since 1970; for tests, which move it.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Pinned(at) => *at,
            Self::Set(at) => Timestamp::from_microsecond(at.load(Ordering::Acquire)).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }
}
