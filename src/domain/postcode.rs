//! Postcodes of the United Kingdom, of the Crown dependencies and of the forces.

use std::fmt;

/// A full postcode: in capitals, without space, such as SW1A1AA.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode(String);

/// What is wrong with a postcode, in words for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostcodeError {
    /// Nothing was typed.
    #[error("Enter your postcode")]
    Empty,
    /// It is not one, or only the first half of one.
    #[error("Enter a full UK postcode, such as SW1A 1AA")]
    Malformed,
}

impl Postcode {
    /// Takes a postcode as it was typed; case, spaces and punctuation do not matter, nor does a letter O or I where
    /// only the digits 0 and 1 can be meant. Whether such a postcode exists is not asked.
    ///
    /// # Errors
    /// When it is empty or none.
    pub fn parse(typed: &str) -> Result<Self, PostcodeError> {
        // One character more than the longest, BFPO with "c/o" and four digits, tells that it is too long.
        let code: String = typed.chars().filter(|c| c.is_alphanumeric()).take(11).collect();
        if code.is_empty() {
            return Err(PostcodeError::Empty);
        }
        if !code.is_ascii() {
            return Err(PostcodeError::Malformed);
        }
        let code = code.to_ascii_uppercase();
        if code == "GIR0AA" {
            return Ok(Self(code));
        }
        if let Some(number) = code.strip_prefix("BFPO") {
            let number = number.strip_prefix("CO").unwrap_or(number);
            let is_number = matches!(number.len(), 1..=4) && number.bytes().all(|b| b.is_ascii_digit());
            return if is_number { Ok(Self(format!("BFPO{number}"))) } else { Err(PostcodeError::Malformed) };
        }
        let (outward, inward) =
            code.len().checked_sub(3).map(|at| code.split_at(at)).ok_or(PostcodeError::Malformed)?;
        let inward = inward_code(inward).ok_or(PostcodeError::Malformed)?;
        if !is_outward_code(outward) {
            return Err(PostcodeError::Malformed);
        }
        Ok(Self(format!("{outward}{inward}")))
    }

    /// In capitals, without space.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Area and district, such as M1, B33, CR2, DN55, W1A, EC1A.
fn is_outward_code(code: &str) -> bool {
    let bytes = code.as_bytes();
    // No area begins with Q, V or X; none has I, J or Z in the second place.
    let first = |b: u8| b.is_ascii_uppercase() && !b"QVX".contains(&b);
    let second = |b: u8| b.is_ascii_uppercase() && !b"IJZ".contains(&b);
    let district = match bytes {
        [a, b, rest @ ..] if first(*a) && second(*b) => rest,
        [a, rest @ ..] if first(*a) => rest,
        _ => return false,
    };
    match district {
        [digit] => digit.is_ascii_digit(),
        [digit, last] => digit.is_ascii_digit() && last.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// Sector and unit, such as 1AA; the letters C, I, K, M, O and V are not used.
fn inward_code(code: &str) -> Option<String> {
    let [sector, unit @ ..] = code.as_bytes() else {
        return None;
    };
    let sector = match sector {
        b'O' => '0',
        b'I' => '1',
        digit if digit.is_ascii_digit() => char::from(*digit),
        _ => return None,
    };
    if !unit.iter().all(|b| b.is_ascii_uppercase() && !b"CIKMOV".contains(b)) {
        return None;
    }
    Some(format!("{sector}{}", &code[1..]))
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outward = if self.0.starts_with("BFPO") { 4 } else { self.0.len() - 3 };
        write!(f, "{} {}", &self.0[..outward], &self.0[outward..])
    }
}

impl fmt::Debug for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postcode(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(typed: &str) -> Result<String, PostcodeError> {
        Postcode::parse(typed).map(|postcode| postcode.to_string())
    }

    #[test]
    fn postcodes_are_put_in_order() {
        for (typed, expected) in [
            (" sw1a1aa ", "SW1A 1AA"),
            ("SW1A  1AA.", "SW1A 1AA"),
            ("sw1a oaa", "SW1A 0AA"),
            ("m1 iae", "M1 1AE"),
            ("B33-8TH", "B33 8TH"),
            ("cr2 6xh", "CR2 6XH"),
            ("DN55 1PT", "DN55 1PT"),
            ("W1A 0AX", "W1A 0AX"),
            ("EC1A 1BB", "EC1A 1BB"),
            ("JE2 3AB", "JE2 3AB"),
            ("BF1 2AA", "BF1 2AA"),
            ("gir0aa", "GIR 0AA"),
            ("BFPO 1", "BFPO 1"),
            ("bfpo c/o 5721", "BFPO 5721"),
        ] {
            assert_eq!(shown(typed).as_deref(), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        assert_eq!(shown(""), Err(PostcodeError::Empty));
        assert_eq!(shown(" - \u{a0}"), Err(PostcodeError::Empty));
        for typed in [
            "SW1A",
            "SW1",
            "1AA",
            "SW1A 1A",
            "SW1A 1AAA",
            "SW1A 1AC",
            "SW1A 1OA",
            "SW1A 1VA",
            "Q1 1AA",
            "AZ1 1AA",
            "AAA1 1AA",
            "A 1AA",
            "A1AAA 1AA",
            "AA111 1AA",
            "12345",
            "BFPO",
            "BFPO 12345",
            "BFPO XY",
            "GIR 0AB",
            "ＳＷ1A 1AA",
            "SW1A 1ÁA",
            "x\0",
            "D02 AF30",
        ] {
            assert_eq!(shown(typed), Err(PostcodeError::Malformed), "{typed}");
        }
    }

    #[test]
    fn a_postcode_does_not_get_into_logs() {
        assert_eq!(format!("{:?}", Postcode::parse("SW1A 1AA")), "Ok(Postcode(…))");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_postcode_or_refused(typed in "\\PC*|[A-Za-z0-9 ]{0,12}") {
            if let Ok(postcode) = Postcode::parse(&typed) {
                prop_assert!(postcode.as_str().len() <= 8 && postcode.as_str().len() >= 5);
                prop_assert_eq!(Postcode::parse(postcode.as_str()), Ok(postcode.clone()));
                prop_assert_eq!(Postcode::parse(&postcode.to_string()), Ok(postcode));
            }
        }

        #[test]
        fn every_regular_postcode_is_taken(
            code in "[A-PR-UWYZ]([A-HK-Y])?[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2}"
        ) {
            prop_assert_eq!(Postcode::parse(&code.to_lowercase()).map(|p| p.as_str().to_owned()), Ok(code.replace(' ', "")));
        }
    }
}
