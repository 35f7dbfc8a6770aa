//! Passwords of staff: long, and not among those that are tried first.

use std::fmt;

use zxcvbn::{Score, zxcvbn};

use super::{limits, text};

/// A password that may be set. Says nothing when it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a password cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing was typed.
    #[error("Enter a password")]
    Empty,
    /// It is too short.
    #[error("Use at least {} letters, digits or signs; several words are easy to remember", limits::PASSWORD_LEAST)]
    TooShort,
    /// It is too long.
    #[error("Use at most {} letters, digits and signs", limits::PASSWORD_MOST)]
    TooLong,
    /// It is, or is made of, what is tried first.
    #[error("Choose a password that is harder to guess: not a known one, a name, a date or keys in a row")]
    Known,
}

impl Password {
    /// Takes a password as it was typed. `about`: words that somebody would try who knows the account, such as its name.
    ///
    /// # Errors
    /// When it is too short, too long, or easily guessed.
    pub fn parse(typed: &str, about: &[&str]) -> Result<Self, PasswordError> {
        let letters = match typed.len() {
            0 => return Err(PasswordError::Empty),
            // A letter that a person sees may be made of any number of bytes; this many are no password.
            bytes if bytes > 16 * limits::PASSWORD_MOST => return Err(PasswordError::TooLong),
            _ => text::letters(typed),
        };
        if letters < limits::PASSWORD_LEAST {
            return Err(PasswordError::TooShort);
        }
        if letters > limits::PASSWORD_MOST {
            return Err(PasswordError::TooLong);
        }
        let own: Vec<&str> = about.iter().flat_map(|text| words(text).chain([*text])).collect();
        // The estimate reads a hundred letters; what was weak so far stays weak for being longer.
        let read: String = typed.chars().take(100).collect();
        if zxcvbn(&read, &own).score() < Score::Four {
            return Err(PasswordError::Known);
        }
        Ok(Self(typed.to_owned()))
    }

    /// As it was typed.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2)
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ABOUT: [&str; 3] = ["Grace Hopper", "grace.hopper@example.org", "Undersigned"];

    #[test]
    fn what_is_tried_first_is_refused() {
        for typed in [
            "password1234",
            "Password1234!",
            "123456789012",
            "qwertyuiop[]",
            "aaaaaaaaaaaa",
            "letmein letmein",
            "gracehopper1",
            "Grace.Hopper@example.org",
            "undersigned1906",
            "abcdefghijklm",
        ] {
            assert_eq!(Password::parse(typed, &ABOUT), Err(PasswordError::Known), "{typed}");
        }
    }

    #[test]
    fn long_ones_that_nobody_tries_are_taken() {
        for typed in
            ["teal otter walks nine bridges", "wk2#Vt9!qLmz0", "žluťoučký kůň úpěl", "正確な馬のバッテリーホチキス針"]
        {
            assert!(Password::parse(typed, &ABOUT).is_ok(), "{typed}");
        }
    }

    #[test]
    fn length_counts_as_a_person_counts() {
        assert_eq!(Password::parse("", &[]), Err(PasswordError::Empty));
        assert_eq!(Password::parse("wk2#Vt9!qLm", &[]), Err(PasswordError::TooShort));
        assert_eq!(Password::parse(&"wk2#Vt9!qL".repeat(21), &[]), Err(PasswordError::TooLong));
        assert_eq!(Password::parse(&"👩‍👩‍👧‍👦".repeat(11), &[]), Err(PasswordError::TooShort));
        assert_eq!(Password::parse(&"x".repeat(1_000_000), &[]), Err(PasswordError::TooLong));
    }

    #[test]
    fn it_is_not_printed() {
        let password = Password::parse("teal otter walks nine bridges", &[]).expect("a password");
        assert_eq!(format!("{password:?}"), "Password(…)");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn whatever_is_typed_is_taken_or_refused(typed in "\\PC{0,220}") {
            if let Ok(password) = Password::parse(&typed, &ABOUT) {
                prop_assert!((limits::PASSWORD_LEAST..=limits::PASSWORD_MOST).contains(&text::letters(&typed)));
                prop_assert_eq!(password.reveal(), typed);
            }
        }
    }
}
