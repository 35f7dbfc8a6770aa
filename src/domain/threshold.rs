//! The numbers of signatures at which something happens, and how far a petition has come.

use super::limits;

/// The thresholds in force, in signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// The Government answers.
    pub response: u32,
    /// Parliament considers a debate.
    pub debate: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { response: limits::RESPONSE_THRESHOLD, debate: limits::DEBATE_THRESHOLD }
    }
}

/// The next number to be reached, or the last one once it has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Signatures so far.
    pub count: u32,
    /// Signatures needed.
    pub goal: u32,
    /// What the goal is needed for: "a government response" or "a debate in Parliament".
    pub purpose: &'static str,
}

impl Thresholds {
    /// How far a petition with `count` signatures has come.
    ///
    /// The goal is the response until that threshold has been reached at some time or the Government has answered,
    /// the debate from then on.
    pub fn progress(&self, count: u32, response_passed: bool) -> Progress {
        if response_passed || count >= self.response {
            Progress { count, goal: self.debate, purpose: "a debate in Parliament" }
        } else {
            Progress { count, goal: self.response, purpose: "a government response" }
        }
    }
}

impl Progress {
    /// Whole per cent of the goal, rounded down so that 100 means that it has been reached; 100 at the most.
    pub fn percent(&self) -> u32 {
        if self.goal == 0 {
            return 100;
        }
        (u64::from(self.count) * 100 / u64::from(self.goal)).min(100) as u32
    }

    /// Signatures as far as a bar shows them: no more than the goal.
    pub fn shown(&self) -> u32 {
        self.count.min(self.goal)
    }

    /// Whether the goal has been reached.
    pub fn reached(&self) -> bool {
        self.count >= self.goal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goal_moves_on() {
        let thresholds = Thresholds::default();
        assert_eq!(thresholds.progress(9_999, false).goal, 10_000);
        assert_eq!(thresholds.progress(9_999, false).percent(), 99);
        assert_eq!(thresholds.progress(9_999, true).goal, 100_000);
        assert_eq!(thresholds.progress(44_029, false).percent(), 44);
        assert_eq!(thresholds.progress(6_000_000, true).percent(), 100);
    }
}
