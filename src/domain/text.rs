//! Text as people count it.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// How many letters a person sees: extended grapheme clusters (Unicode Standard Annex 29),
/// a line break counting as one however it is written.
pub fn letters(text: &str) -> usize {
    // Of plain letters, those of line breaks with two signs are all that is not one each.
    if text.is_ascii() { text.len() - text.matches("\r\n").count() } else { text.graphemes(true).count() }
}

/// Most bytes that a letter may have on average: a family of four with all its tones has 41.
const BYTES_PER_LETTER: usize = 64;

/// What to do about a text that is longer than it may be; `None` if it is not. `what` says what it is, as in "the summary".
pub fn too_long(what: &str, text: &str, most: usize) -> Option<String> {
    let letters = letters(text);
    if letters > most {
        let (most, letters) = (grouped(most), grouped(letters));
        Some(format!("Shorten {what} to {most} characters or fewer: it has {letters}"))
    } else if text.len() > most.max(16) * BYTES_PER_LETTER {
        Some(format!("Take marks away from {what}: its characters are made of too many parts"))
    } else {
        None
    }
}

/// "10,000".
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// The text without its accents and in lower case, for comparing and for addresses: "Ynys Môn" → "ynys mon".
pub fn fold(text: &str) -> String {
    text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect::<String>().to_lowercase()
}

/// The text as one part of an address: "Ynys Môn" → "ynys-mon".
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in fold(text).chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') && c != '\'' && c != '’' {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// A long text as it is kept: line breaks as one letter each, nothing empty around it, and none of the signs that steer
/// machines. A word processor's own line breaks are line breaks.
pub fn tidy(typed: &str) -> String {
    let broken = typed.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let plain: String = broken.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted_as_a_person_counts_them() {
        assert_eq!(letters("Llŷn"), 4);
        assert_eq!(letters("Lly\u{302}n"), 4);
        assert_eq!(letters("👩‍👩‍👧 a\r\nb"), 5);
    }

    #[test]
    fn plain_text_is_counted_like_any_other() {
        for text in ["", "a\r\nb", "\r\r\n\n", "a\tb\u{1}\u{7f}"] {
            assert_eq!(letters(text), text.graphemes(true).count(), "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_told_with_its_length() {
        assert_eq!(too_long("the text", "four", 4), None);
        let told = too_long("the text", &"a".repeat(9_998_123), 10_000);
        let wanted = "Shorten the text to 10,000 characters or fewer: it has 9,998,123";
        assert_eq!(told.as_deref(), Some(wanted));
        let marks = format!("a{}", "\u{301}".repeat(5_000));
        assert_eq!((letters(&marks), too_long("the text", &marks, 40).is_some()), (1, true));
        assert_eq!(too_long("the text", &"👨🏿\u{200d}👩🏿\u{200d}👧🏿\u{200d}👦🏿".repeat(200), 200), None);
    }

    #[test]
    fn signs_that_steer_machines_are_not_kept() {
        assert_eq!(tidy(" a\u{1b}[31mb\u{b}c\r\nd\te\u{7f}\u{200d} "), "a[31mb\nc\nd\te\u{200d}");
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("Ynys Môn"), "ynys-mon");
        assert_eq!(slug("St Helens South and Whiston"), "st-helens-south-and-whiston");
        assert_eq!(slug("King’s Lynn (North)"), "kings-lynn-north");
    }
}
