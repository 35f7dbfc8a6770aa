//! What staff took out of the count and put back, in words.

use crate::{
    domain::signature::LedgerReason,
    store::removals::Removal,
    web::filters::{day, signatures},
};

/// Lines that are shown at once; earlier ones are a click away.
const AT_ONCE: usize = 5;

/// The lines, newest first.
pub struct Removals {
    /// The newest of them.
    pub latest: Vec<String>,
    /// Those before.
    pub earlier: Vec<String>,
}

impl Removals {
    /// The lines for what the ledger has, oldest first.
    pub fn new(removals: &[Removal]) -> Self {
        let mut latest: Vec<String> = removals.iter().rev().map(words).collect();
        let earlier = latest.split_off(AT_ONCE.min(latest.len()));
        Self { latest, earlier }
    }
}

fn words(removal: &Removal) -> String {
    format!("{} on {}.", done(removal), day(&removal.on))
}

/// What was done, without its day: "1,204 signatures were removed as suspected fraud".
pub fn done(removal: &Removal) -> String {
    let were = if removal.signatures == 1 { "was" } else { "were" };
    let done = match removal.reason {
        LedgerReason::Quarantined => "set aside as suspected fraud",
        LedgerReason::Reinstated => "put back",
        _ => "removed as suspected fraud",
    };
    format!("{} {were} {done}", signatures(removal.signatures))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn removals_are_said_as_people_say_them() {
        let removal = |day, reason, signatures| Removal { on: date(2026, 5, day), reason, signatures };
        let mut all = vec![
            removal(3, LedgerReason::Invalidated, 1204),
            removal(3, LedgerReason::Quarantined, 1),
            removal(4, LedgerReason::Reinstated, 200),
        ];
        let lines = Removals::new(&all);
        assert_eq!(
            lines.latest,
            [
                "200 signatures were put back on 4 May 2026.",
                "1 signature was set aside as suspected fraud on 3 May 2026.",
                "1,204 signatures were removed as suspected fraud on 3 May 2026.",
            ]
        );
        assert!(lines.earlier.is_empty());
        all.extend([removal(5, LedgerReason::Quarantined, 7); 4]);
        assert_eq!(Removals::new(&all).earlier.len(), 2);
    }
}
