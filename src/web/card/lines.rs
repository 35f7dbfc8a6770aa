//! A text broken into lines as large as its place allows, never within a word.

use unicode_segmentation::UnicodeSegmentation;

use super::letters::Letters;

/// The place for a text.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// How wide.
    pub width: f32,
    /// How high.
    pub height: f32,
    /// The smallest and the largest size of the letters.
    pub sizes: (u16, u16),
}

/// The text in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// The size of the letters.
    pub size: f32,
    /// The lines.
    pub lines: Vec<String>,
}

/// From one line to the next, in heights of letters.
pub const LEADING: f32 = 1.16;
/// By how much a line may turn out wider than the sum of its letters: some pairs stand further apart.
const SLACK: f32 = 0.99;

impl Place {
    /// Puts a text here: the letters as large as possible, the lines about equally long. In the smallest size a word that
    /// is longer than a line is continued in the next one, and what is too long altogether ends with "…" after a word.
    pub fn fill(&self, letters: &Letters, text: &str) -> Lines {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (least, most) = self.sizes;
        for size in (least..=most).rev() {
            let size = f32::from(size);
            let most_lines = self.lines(size);
            let whole = |width: f32| {
                wrap(letters, &words, width / size).filter(|lines| lines.len() <= most_lines && !lines.is_empty())
            };
            if let Some(lines) = whole(self.width) {
                return Lines { size, lines: balanced(lines, self.width, whole) };
            }
        }
        let size = f32::from(least);
        let pieces = self.pieces(letters, &words, size);
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let mut lines = wrap(letters, &pieces, self.width / size).unwrap_or_default();
        if lines.len() > self.lines(size) {
            lines.truncate(self.lines(size));
            let last = lines.pop().unwrap_or_default();
            lines.push(shortened(letters, &last, self.width / size));
        }
        Lines { size, lines }
    }

    fn lines(&self, size: f32) -> usize {
        (self.height / (size * LEADING)).floor().max(1.0) as usize
    }

    /// The words, those that are longer than a line in pieces that are not.
    fn pieces(&self, letters: &Letters, words: &[&str], size: f32) -> Vec<String> {
        let fits = |text: &str| letters.width(text, 1.0) <= self.width / size * SLACK;
        let mut pieces = Vec::new();
        for word in words {
            let mut piece = String::new();
            for letter in word.graphemes(true) {
                if !piece.is_empty() && !fits(&format!("{piece}{letter}")) {
                    pieces.push(std::mem::take(&mut piece));
                }
                piece.push_str(letter);
            }
            pieces.push(piece);
        }
        pieces
    }
}

/// As much of a line as leaves room for "…", in whole words if there are several.
fn shortened(letters: &Letters, line: &str, width: f32) -> String {
    let fits = |text: &str| letters.width(text, 1.0) <= width * SLACK;
    let mut rest = line;
    loop {
        let ended = format!("{} …", rest.trim_end_matches(|c: char| !c.is_alphanumeric()));
        if fits(&ended) || rest.is_empty() {
            return ended.trim_start().to_owned();
        }
        rest = match rest.rfind(' ') {
            Some(space) => &rest[..space],
            None => rest.grapheme_indices(true).next_back().map_or("", |(last, _)| &rest[..last]),
        };
    }
}

/// As many words in each line as there is room for, in sizes of letters; `None` if a word is longer than a line.
fn wrap(letters: &Letters, words: &[&str], width: f32) -> Option<Vec<String>> {
    let (room, space) = (width * SLACK, letters.width(" ", 1.0));
    let mut lines: Vec<String> = Vec::new();
    let mut filled = 0.0;
    for word in words {
        let wide = letters.width(word, 1.0);
        if wide > room {
            return None;
        }
        match lines.last_mut() {
            Some(line) if filled + space + wide <= room => {
                line.push(' ');
                line.push_str(word);
                filled += space + wide;
            }
            _ => {
                lines.push((*word).to_owned());
                filled = wide;
            }
        }
    }
    Some(lines)
}

/// As many lines, but none much shorter than the others: in the narrowest place that takes no more of them.
fn balanced(lines: Vec<String>, width: f32, whole: impl Fn(f32) -> Option<Vec<String>>) -> Vec<String> {
    let (mut too_narrow, mut enough, mut best) = (0.0, width, lines);
    for _ in 0..10 {
        let between = (too_narrow + enough) / 2.0;
        match whole(between).filter(|lines| lines.len() <= best.len()) {
            Some(lines) => (enough, best) = (between, lines),
            None => too_narrow = between,
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::letters::LETTERS, *};

    const PLACE: Place = Place { width: 1072.0, height: 240.0, sizes: (34, 76) };

    fn filled(text: &str) -> Lines {
        PLACE.fill(&LETTERS, text)
    }

    #[test]
    fn short_texts_are_large_and_long_ones_fit() {
        assert_eq!(filled("Ban it"), Lines { size: 76.0, lines: vec!["Ban it".to_owned()] });
        let title = "Send every household a printed guide to preparing for emergencies of all kinds";
        let lines = filled(title);
        assert_eq!((lines.lines.len(), lines.lines.join(" ").as_str()), (3, title));
        assert!(lines.size >= 55.0, "{lines:?}");
        let widths: Vec<f32> = lines.lines.iter().map(|line| LETTERS.width(line, lines.size)).collect();
        assert!(widths.iter().all(|wide| (wide - widths[0]).abs() < 250.0), "about equally long: {widths:?}");
    }

    #[test]
    fn words_are_cut_only_where_no_line_has_room_for_them() {
        let long = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch";
        let lines = filled(&format!("Rename {long} station"));
        assert!(lines.lines.iter().any(|line| line.contains(long)), "{lines:?}");
        let lines = filled(&"W".repeat(80));
        assert_eq!((lines.size, lines.lines.concat()), (34.0, "W".repeat(80)));
        assert!(lines.lines.len() > 1);
    }

    #[test]
    fn what_is_too_long_ends_after_a_word() {
        let lines = filled(&"preparedness, ".repeat(90));
        assert!(lines.lines.last().is_some_and(|last| last.ends_with("preparedness …")), "{lines:?}");
        assert_eq!(lines.lines.len(), 6);
    }

    proptest! {
        #[test]
        fn every_text_fits_its_place(text in "([a-zA-Zŵéß,.’–]{1,90} ?){1,12}", width in 60.0f32..1100.0, height in 10.0f32..300.0) {
            let place = Place { width, height, sizes: (20, 60) };
            let lines = place.fill(&LETTERS, &text);
            prop_assert!(lines.lines.len() as f32 * lines.size * LEADING <= height.max(lines.size * LEADING) + 0.1);
            for line in &lines.lines {
                prop_assert!(LETTERS.width(line, lines.size) <= width, "{line:?} in {width}");
            }
            let words: Vec<&str> = text.split_whitespace().collect();
            if lines.size > 20.0 {
                prop_assert_eq!(lines.lines.join(" "), words.join(" "), "whole, and only broken between words");
            } else if !lines.lines.last().is_some_and(|last| last.ends_with('…')) {
                let (shown, all): (String, String) = (lines.lines.concat().replace(' ', ""), words.concat());
                prop_assert_eq!(shown, all);
            }
        }
    }
}
