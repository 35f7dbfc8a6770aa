//! How failed tries to sign in make the next ones wait: soon and long for whoever guesses, late for whoever mistypes.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::network::Origin;

/// After so long without a failure, former ones are forgotten.
pub const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What failures are counted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Tries at an account from browsers in which nobody has signed in to it; whether it exists does not matter.
    Account(String),
    /// Tries at an account from one browser in which somebody has signed in to it before. Whoever guesses elsewhere does
    /// not lock that browser out.
    Browser(String, String),
    /// Tries from one address of the internet, of IPv6 one /64, at whatever account.
    Network(IpAddr),
}

impl Counted {
    /// What it is called; the database has a hash of it.
    pub fn key(&self) -> String {
        match self {
            Self::Account(email) => format!("account {email}"),
            Self::Browser(browser, email) => format!("browser {browser} {email}"),
            Self::Network(address) => format!("network {}", Origin::of(*address).address),
        }
    }

    /// Failures that cost nothing.
    fn free(&self) -> i32 {
        match self {
            Self::Account(_) => 5,
            Self::Browser(..) => 10,
            // Many colleagues may be behind one address.
            Self::Network(_) => 50,
        }
    }

    /// Until when nothing more is tried after so many failures, the last of them now.
    pub fn blocked_until(&self, failures: i32, now: Timestamp) -> Option<Timestamp> {
        let beyond = u32::try_from(failures - self.free()).ok()?;
        let minutes = 1_i64 << beyond.min(10);
        Some(now + SignedDuration::from_mins(minutes.min(15)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_begin_late_grow_and_have_an_end() {
        let now = Timestamp::UNIX_EPOCH;
        let waits = |counted: &Counted| -> Vec<i64> {
            let wait = |failures| counted.blocked_until(failures, now).map_or(0, |until| until.as_second() / 60);
            (1..=60).map(wait).collect()
        };
        let account = waits(&Counted::Account("grace@example.org".to_owned()));
        assert_eq!(account[..11], [0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15]);
        let browser = waits(&Counted::Browser("b".to_owned(), "grace@example.org".to_owned()));
        assert_eq!(browser[8..12], [0, 1, 2, 4]);
        let network = waits(&Counted::Network([192, 0, 2, 1].into()));
        assert_eq!(network[48..52], [0, 1, 2, 4]);
        assert!([account, browser, network].iter().all(|waits| waits.is_sorted()));
        let many = Counted::Account(String::new()).blocked_until(i32::MAX, now);
        assert_eq!(many, Some(now + SignedDuration::from_mins(15)));
    }

    #[test]
    fn a_household_is_one_network() {
        let key = |address: &str| Counted::Network(address.parse().expect("an address")).key();
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}
