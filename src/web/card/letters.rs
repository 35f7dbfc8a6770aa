//! The letters of pictures: one font that comes with the program, what it can show, and how wide that is.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb;
use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

/// Source Sans 3 by Adobe, semi-bold; its licence, the SIL Open Font License 1.1, lies beside it. It has the letters of
/// every language that is written in Latin, Greek or Cyrillic letters; Welsh among them.
const FONT: &[u8] = include_bytes!("font/SourceSans3-SemiBold.ttf");

/// What stands for words that the font cannot show.
const LEFT_OUT: &str = "…";
/// Most marks on one letter: languages need two, jokes fifty.
const MARKS: usize = 2;

/// The font as those see it who measure with it.
pub struct Letters {
    glyphs: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    /// Units of the font to the height of a line.
    em: f32,
}

/// The font.
pub static LETTERS: LazyLock<Letters> = LazyLock::new(|| {
    let font = FontRef::new(FONT).expect("the font that comes with the program can be read");
    let size = Size::unscaled();
    Letters {
        glyphs: font.charmap(),
        widths: font.glyph_metrics(size, LocationRef::default()),
        em: f32::from(font.metrics(size, LocationRef::default()).units_per_em),
    }
});

/// The font as those see it who paint with it: there is no other.
pub static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    Arc::new(fonts)
});

impl Letters {
    /// How wide a text is in a size.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let width = |c| self.widths.advance_width(self.glyph(c).unwrap_or_default()).unwrap_or_default();
        text.chars().map(width).sum::<f32>() / self.em * size
    }

    /// The text as far as it can be shown, with single spaces; `None` if nothing of it can be read then.
    ///
    /// Other shapes of a letter (𝗕𝗼𝗹𝗱, Ｗｉｄｅ) become the letter. What is no letter, such as an emoji, is left out. A word
    /// with a letter that the font lacks is left out as a whole, since a part of a word would say something else; "…"
    /// stands for it.
    pub fn showable(&self, text: &str) -> Option<String> {
        let mut words: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match self.word(word) {
                Some(shown) => words.extend(shown.split_whitespace().map(str::to_owned)),
                None if words.last().is_some_and(|last| last == LEFT_OUT) => {}
                None => words.push(LEFT_OUT.to_owned()),
            }
        }
        words.iter().any(|word| word.chars().any(char::is_alphanumeric)).then(|| words.join(" "))
    }

    /// A word as it can be shown, perhaps with spaces for what is left out of it; `None`: it has a letter that cannot.
    fn word(&self, word: &str) -> Option<String> {
        let mut shown = String::new();
        let word: String = word.nfc().collect();
        for letter in word.graphemes(true) {
            let mut marks = 0;
            for c in letter.chars() {
                match c.general_category_group() {
                    GeneralCategoryGroup::Mark => {
                        marks += 1;
                        if marks <= MARKS && self.glyph(c).is_some() {
                            shown.push(c);
                        }
                    }
                    // Marks of direction, joiners, variation selectors: nothing by themselves.
                    GeneralCategoryGroup::Other => {}
                    _ if self.glyph(c).is_some() => shown.push(c),
                    group => {
                        let plain: String = std::iter::once(c).nfkd().nfc().collect();
                        if plain.chars().all(|c| self.glyph(c).is_some()) {
                            shown.push_str(&plain);
                        } else if matches!(group, GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number) {
                            return None;
                        } else {
                            shown.push(' ');
                        }
                    }
                }
            }
        }
        Some(shown)
    }

    fn glyph(&self, c: char) -> Option<GlyphId> {
        self.glyphs.map(c).filter(|glyph| *glyph != GlyphId::NOTDEF && !c.is_control())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Option<String> {
        LETTERS.showable(text)
    }

    #[test]
    fn what_can_be_read_is_shown() {
        for text in [
            "Send every household a printed guide",
            "Cadwch y ffordd i Ynys Môn ar agor: tŷ, gŵyl, llŷn, ẁ Ŵ ẃ ỳ",
            "Łódź, Kırşehir, Ħamrun, Þingvellir, Đà Nẵng, Σωκράτης, Київ",
            "“Quotes”, £5, 50%, €1 – it’s ½ …",
        ] {
            assert_eq!(shown(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_cannot_be_shown_is_left_out_and_never_a_box() {
        for (text, seen) in [
            ("Save the bees 🐝🐝 now 👩‍👩‍👧", Some("Save the bees now")),
            ("Save🐝bees", Some("Save bees")),
            ("𝗦𝗮𝘃𝗲 ｔｈｅ ①st Ⅻ", Some("Save the 1st XII")),
            ("Teach العربية and 日本語 中文 in schools", Some("Teach … and … in schools")),
            ("Call it Tokyo東京 again", Some("Call it … again")),
            ("A\u{301}b\u{301}\u{302}\u{303}\u{308}c", Some("Áb\u{301}\u{302}c")),
            ("left\u{202e}right\u{200d} \u{7}bell\u{fe0f}", Some("leftright bell")),
            ("احموا النحل", None),
            ("🐝 🐝", None),
            ("… – !", None),
            ("", None),
        ] {
            assert_eq!(shown(text).as_deref(), seen, "{text}");
        }
    }

    #[test]
    fn widths_are_those_of_the_font() {
        assert_eq!(LETTERS.width("", 40.0), 0.0);
        let (narrow, wide) = (LETTERS.width("iiii", 40.0), LETTERS.width("WWWW", 40.0));
        assert!(narrow > 30.0 && wide > 2.5 * narrow && wide < 170.0, "{narrow} {wide}");
        assert!((LETTERS.width("WWWW", 80.0) - 2.0 * wide).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn nothing_but_what_the_font_has_is_shown(text in "(\\PC|[\\x00-\\x20]|[🐝👩‍👧東اàŵ𝗦]){0,90}") {
            if let Some(shown) = shown(&text) {
                prop_assert!(shown.chars().all(|c| LETTERS.glyph(c).is_some()), "{shown:?}");
                prop_assert!(!shown.contains("  ") && shown.trim() == shown);
                prop_assert_eq!(LETTERS.showable(&shown), Some(shown.clone()), "shown once more it is the same");
            }
        }
    }
}
