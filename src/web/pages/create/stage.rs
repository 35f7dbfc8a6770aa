//! The stages of writing a petition, and what leads from one to the next.

/// A stage: one question, one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Are you a British citizen or UK resident?
    Eligibility,
    /// They are not: here it ends.
    NotEligible,
    /// What should be done?
    Action,
    /// What others ask for.
    Similar,
    /// Why?
    Background,
    /// What else?
    Details,
    /// Who are you?
    Creator,
    /// Everything at a glance, with a button that sends it.
    Check,
    /// Where to send the link by which it can be taken up again.
    Save,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Eligibility,
        Self::NotEligible,
        Self::Action,
        Self::Similar,
        Self::Background,
        Self::Details,
        Self::Creator,
        Self::Check,
        Self::Save,
    ];

    /// Those that somebody comes through, in their order.
    pub const STEPS: [Self; 7] =
        [Self::Eligibility, Self::Action, Self::Similar, Self::Background, Self::Details, Self::Creator, Self::Check];

    /// The word by which forms name it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Eligibility => "eligibility",
            Self::NotEligible => "not-eligible",
            Self::Action => "action",
            Self::Similar => "similar",
            Self::Background => "background",
            Self::Details => "details",
            Self::Creator => "creator",
            Self::Check => "check",
            Self::Save => "save",
        }
    }

    /// The stage with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// Its heading, which is the name of its page as well.
    pub fn title(self) -> &'static str {
        match self {
            Self::Eligibility => "Are you a British citizen or UK resident?",
            Self::NotEligible => "You cannot start a petition here",
            Self::Action => "What do you want us to do?",
            Self::Similar => "Petitions that are like yours",
            Self::Background => "Why do you want it?",
            Self::Details => "Is there more to say?",
            Self::Creator => "Who are you?",
            Self::Check => "Check your petition",
            Self::Save => "Save your petition for later",
        }
    }

    /// The how-manieth step it is; `None` beside the way.
    pub fn step(self) -> Option<usize> {
        Self::STEPS.iter().position(|step| *step == self).map(|at| at + 1)
    }

    /// The stage before; `None` before the first.
    pub fn before(self) -> Option<Self> {
        match self.step() {
            Some(step) => step.checked_sub(2).and_then(|at| Self::STEPS.get(at)).copied(),
            None => Some(Self::Eligibility),
        }
    }

    /// The stage after, for somebody who has come to the end before, or not.
    pub fn after(self, reviewing: bool) -> Self {
        match self.step() {
            // Whoever changes what is asked for sees again what others ask for.
            Some(_) if reviewing && self != Self::Action => Self::Check,
            Some(step) => Self::STEPS.get(step).copied().unwrap_or(Self::Check),
            None => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_their_stage() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_code(stage.code()), Some(stage));
        }
        assert_eq!(Stage::from_code("nonsense"), None);
    }

    #[test]
    fn there_and_back_again() {
        for pair in Stage::STEPS.windows(2) {
            assert_eq!((pair[0].after(false), pair[1].before()), (pair[1], Some(pair[0])));
        }
        assert_eq!((Stage::Eligibility.before(), Stage::Check.after(false)), (None, Stage::Check));
        assert_eq!(Stage::NotEligible.before(), Some(Stage::Eligibility));
    }

    #[test]
    fn whoever_has_been_at_the_end_comes_back_there() {
        for stage in Stage::STEPS {
            let next = if stage == Stage::Action { Stage::Similar } else { Stage::Check };
            assert_eq!(stage.after(true), next);
        }
    }
}
