//! Text as people count it.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// How many letters a person sees: extended grapheme clusters (Unicode Standard Annex 29),
/// a line break counting as one however it is written.
pub fn letters(text: &str) -> usize {
    text.graphemes(true).count()
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

/// A long text as it is kept: line breaks as one letter each, nothing empty around it.
pub fn tidy(typed: &str) -> String {
    typed.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
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
    fn slugs_are_plain() {
        assert_eq!(slug("Ynys Môn"), "ynys-mon");
        assert_eq!(slug("St Helens South and Whiston"), "st-helens-south-and-whiston");
        assert_eq!(slug("King’s Lynn (North)"), "kings-lynn-north");
    }
}
