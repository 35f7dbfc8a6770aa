//! A signature: its number, its states, and what the signer sees of it.

use std::fmt;

/// The number of a signature, as in the links of its mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignatureId(i64);

impl SignatureId {
    /// The plain number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl From<i64> for SignatureId {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Display for SignatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a signature is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "signature_state", rename_all = "snake_case")]
pub enum SignatureState {
    /// The link in its mail has not been confirmed yet.
    Pending,
    /// Confirmed and counted.
    Validated,
    /// Confirmed, but suspected to be fraud: not counted until somebody has looked. The signer does not learn of it.
    Quarantined,
    /// Taken back by the signer.
    Withdrawn,
    /// Taken out by staff. The signer does not learn of it here.
    Invalidated,
}

impl SignatureState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Validated, Self::Quarantined, Self::Withdrawn, Self::Invalidated];

    /// The word by which it is stored and chosen.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Validated => "validated",
            Self::Quarantined => "quarantined",
            Self::Withdrawn => "withdrawn",
            Self::Invalidated => "invalidated",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// What staff read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Not confirmed yet",
            Self::Validated => "Counted",
            Self::Quarantined => "In quarantine",
            Self::Withdrawn => "Withdrawn or erased",
            Self::Invalidated => "Invalidated",
        }
    }
}

/// Why the count of a petition changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "ledger_reason", rename_all = "snake_case")]
pub enum LedgerReason {
    /// A signer confirmed.
    Confirmed,
    /// A signer took the signature back.
    Withdrawn,
    /// Suspected to be fraud.
    Quarantined,
    /// Taken out by staff.
    Invalidated,
    /// Let out of quarantine, or back in by staff.
    Reinstated,
    /// Brought in with an imported petition.
    Imported,
}

impl LedgerReason {
    /// The word by which it is stored and published.
    pub fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Withdrawn => "withdrawn",
            Self::Quarantined => "quarantined",
            Self::Invalidated => "invalidated",
            Self::Reinstated => "reinstated",
            Self::Imported => "imported",
        }
    }
}
