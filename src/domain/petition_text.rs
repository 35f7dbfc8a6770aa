//! The texts of a petition, as its creator types them and as they are taken.

use super::{limits, signer, text};

/// One of the texts of a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What it asks for.
    Action,
    /// Why, in short.
    Background,
    /// Why, at length; may be left out.
    AdditionalDetails,
}

/// What is wrong with a text, in words for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// Nothing was typed.
    #[error("{}", .0.wanted())]
    Empty(Part),
    /// It is too long; says by how much.
    #[error("{0}")]
    TooLong(String),
    /// A spreadsheet would take it for a formula.
    #[error("Begin {} with a letter or a number, not with “{sign}”", part.what())]
    Formula {
        /// Which text.
        part: Part,
        /// How it begins.
        sign: char,
    },
    /// It has neither letters nor digits.
    #[error("Write {} in words", .0.what())]
    NoWords(Part),
}

/// Most characters, as a computer counts them, that a letter may have on average: a family of four with all its tones has
/// eleven. The database has room for so many.
const CHARACTERS_PER_LETTER: usize = 12;

impl Part {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Action, Self::Background, Self::AdditionalDetails];

    /// Most letters of it.
    pub fn most(self) -> usize {
        match self {
            Self::Action => limits::ACTION,
            Self::Background => limits::BACKGROUND,
            Self::AdditionalDetails => limits::ADDITIONAL_DETAILS,
        }
    }

    /// What it is called in the middle of a sentence.
    pub fn what(self) -> &'static str {
        match self {
            Self::Action => "what you want done",
            Self::Background => "your reason",
            Self::AdditionalDetails => "the details",
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Action => "Say what you want the Government or Parliament to do",
            Self::Background => "Say in short why it should be done",
            Self::AdditionalDetails => "Say more about it",
        }
    }

    /// Takes a text as it was typed. It is measured as the counter beside its field measures it.
    ///
    /// # Errors
    /// When it is missing, too long, no text, or what a spreadsheet would calculate.
    pub fn parse(self, typed: &str) -> Result<String, PartError> {
        let text = text::tidy(typed);
        if text.is_empty() {
            return if self == Self::AdditionalDetails { Ok(text) } else { Err(PartError::Empty(self)) };
        }
        if let Some(message) = text::too_long(self.what(), &text, self.most()) {
            return Err(PartError::TooLong(message));
        }
        if text.chars().nth(self.most() * CHARACTERS_PER_LETTER).is_some() {
            let what = self.what();
            return Err(PartError::TooLong(format!(
                "Take marks away from {what}: its characters are made of too many parts"
            )));
        }
        if signer::begins_formula(&text) {
            return Err(PartError::Formula { part: self, sign: text.chars().next().unwrap_or('=') });
        }
        if !text.chars().any(char::is_alphanumeric) {
            return Err(PartError::NoWords(self));
        }
        // The action is a line.
        Ok(if self == Self::Action { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_missing_is_asked_for_unless_it_may_be() {
        assert_eq!(Part::Action.parse(" \r\n"), Err(PartError::Empty(Part::Action)));
        assert_eq!(Part::Background.parse("\u{85}"), Err(PartError::Empty(Part::Background)));
        assert_eq!(Part::AdditionalDetails.parse(" "), Ok(String::new()));
    }

    #[test]
    fn an_action_is_a_line_and_the_others_keep_their_lines() {
        assert_eq!(Part::Action.parse(" Plant  trees\r\nin streets "), Ok("Plant trees in streets".to_owned()));
        assert_eq!(Part::Background.parse("One\r\n\r\nTwo\u{b}Three"), Ok("One\n\nTwo\nThree".to_owned()));
    }

    #[test]
    fn limits_hold_to_the_letter() {
        for part in Part::ALL {
            for letter in ["a", "é", "e\u{301}", "👩‍👩‍👧", "🇬🇧", "👨🏿\u{200d}👩🏿\u{200d}👧🏿\u{200d}👦🏿"]
            {
                let (full, over) = (format!("a{}", letter.repeat(part.most() - 1)), letter.repeat(part.most()));
                assert!(part.parse(&full).is_ok(), "{part:?} {letter}");
                let told = part.parse(&format!("a{over}")).expect_err("one too many").to_string();
                assert!(told.ends_with(&format!("it has {}", part.most() + 1)), "{told}");
            }
            assert!(part.parse(&format!("a{}", "\u{301}".repeat(part.most() * 13))).is_err());
        }
    }

    #[test]
    fn what_a_spreadsheet_would_calculate_is_refused() {
        for typed in ["=1+1", "+ Plant trees", "-Plant", "@SUM(A1)", "＝1", "\u{2212}1"] {
            assert!(matches!(Part::Action.parse(typed), Err(PartError::Formula { .. })), "{typed}");
        }
        let told = Part::Background.parse("- one").expect_err("a formula").to_string();
        assert_eq!(told, "Begin your reason with a letter or a number, not with “-”");
        assert_eq!(Part::Action.parse("???"), Err(PartError::NoWords(Part::Action)));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_taken_again_as_it_is(typed in "\\PC{0,90}|[\\s\\S]{0,300}|[a-z \r\n]{0,320}") {
            for part in Part::ALL {
                if let Ok(text) = part.parse(&typed) {
                    prop_assert!(text::letters(&text) <= part.most());
                    prop_assert!(text.chars().count() <= part.most() * CHARACTERS_PER_LETTER);
                    prop_assert!(!text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')));
                    prop_assert_eq!(part.parse(&text), Ok(text));
                }
            }
        }
    }
}
