//! Why a signature goes into quarantine when it is confirmed. The signer does not learn of it; staff look at it.

/// A reason to suspect fraud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suspicion {
    /// It came from a network that staff have blocked.
    BlockedNetwork,
    /// Its e-mail address is of a domain that staff have blocked.
    BlockedDomain,
    /// More came from one address of the internet than people send from there.
    ManyFromAddress,
    /// More came from one network than people send from there.
    ManyFromNetwork,
    /// One e-mail address signed more petitions than a person reads.
    ManyFromEmail,
    /// Somebody of the staff has set it aside.
    Staff,
}

impl Suspicion {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::BlockedNetwork,
        Self::BlockedDomain,
        Self::ManyFromAddress,
        Self::ManyFromNetwork,
        Self::ManyFromEmail,
        Self::Staff,
    ];

    /// The number under which it is stored; 0 means none.
    pub fn code(self) -> i16 {
        match self {
            Self::BlockedNetwork => 1,
            Self::BlockedDomain => 2,
            Self::ManyFromAddress => 3,
            Self::ManyFromNetwork => 4,
            Self::ManyFromEmail => 5,
            Self::Staff => 6,
        }
    }

    /// The one that is stored under this number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|suspicion| suspicion.code() == code)
    }

    /// What staff read.
    pub fn label(self) -> &'static str {
        match self {
            Self::BlockedNetwork => "from a blocked network",
            Self::BlockedDomain => "e-mail address of a blocked domain",
            Self::ManyFromAddress => "many from one address of the internet",
            Self::ManyFromNetwork => "many from one network",
            Self::ManyFromEmail => "one e-mail address on many petitions",
            Self::Staff => "set aside by staff",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_found_by_its_number() {
        for suspicion in Suspicion::ALL {
            assert_eq!(Suspicion::from_code(suspicion.code()), Some(suspicion));
        }
        assert_eq!(Suspicion::from_code(0), None);
    }
}
