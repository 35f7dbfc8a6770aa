//! How long personal data are kept.

use jiff::SignedDuration;

/// How long personal data are kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Of a signature that is not confirmed.
    pub unconfirmed: SignedDuration,
    /// Of a petition that was closed, rejected or taken away.
    pub closed: SignedDuration,
}

impl Retention {
    /// In days.
    pub fn of_days(unconfirmed: u32, closed: u32) -> Self {
        let days = |days: u32| SignedDuration::from_hours(24 * i64::from(days));
        Self { unconfirmed: days(unconfirmed), closed: days(closed) }
    }
}
