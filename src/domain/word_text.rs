//! Text that was copied from a word processor, as clean Markdown: its bullets and numbers become lists, its cells a table,
//! its paragraphs paragraphs, and what cannot be seen goes. Markdown that somebody typed stays as it is.

/// Letters of a line that nobody breaks by hand: a longer one is a whole paragraph.
const WHOLE_PARAGRAPH: usize = 100;

/// Bullets of the first level; the private ones are those of the fonts Symbol and Wingdings.
const FIRST: &str = "•·●➢\u{f0b7}\u{f0d8}\u{f0a8}\u{2043}";
/// Bullets of the second level.
const SECOND: &str = "◦○‣";
/// Bullets of the third level.
const THIRD: &str = "▪■□\u{f0a7}";

/// Bytes beyond which a text is left as it is: nothing so long is published, and whoever wrote it gets it back.
const MOST_BYTES: usize = 1 << 20;

/// The text, clean. To clean it once more changes nothing.
pub fn clean(text: &str) -> String {
    if text.len() > MOST_BYTES {
        return text.to_owned();
    }
    let lines = lines(&visible(text));
    let mut written = Writer::default();
    let mut fenced = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        fenced ^= is_fence(line);
        if fenced {
            written.line(Kind::Markdown, line.trim_end().replace('\t', "    "));
            at += 1;
            continue;
        }
        if let Some(rows) = table(&lines[at..]) {
            for row in &lines[at..at + rows] {
                written.row(row);
            }
            at += rows;
            continue;
        }
        written.any(line);
        at += 1;
    }
    written.end()
}

/// The lines of a text, without what a word processor keeps for itself. Code stays as it is.
fn lines(text: &str) -> Vec<String> {
    let mut fenced = false;
    let line = |line: &str| {
        let line = if fenced { line.to_owned() } else { without_own_tags(line) };
        fenced ^= is_fence(&line);
        line
    };
    text.lines().map(line).collect()
}

/// Whether a line begins or ends code.
fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~")
}

/// The line without the tags by which a word processor remembers what is its own: `<o:p>`, `<w:Sdt ...>`,
/// `<![if !supportLists]>` and the like. Other tags are words like any others.
fn without_own_tags(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    // Where tags may have begun.
    let mut begun = Vec::new();
    for c in line.chars() {
        match c {
            '<' => begun.push(kept.len()),
            '>' => {
                if let Some(begin) = begun.pop()
                    && is_own_tag(&kept[begin + 1..])
                {
                    kept.truncate(begin);
                    continue;
                }
                begun.clear();
            }
            _ => {}
        }
        kept.push(c);
    }
    kept
}

/// Whether a tag is one of a word processor's own, by what stands between its brackets.
fn is_own_tag(tag: &str) -> bool {
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let remembers = tag.strip_prefix("!--").or(tag.strip_prefix('!')).unwrap_or(tag);
    ["[if ", "[endif]"].iter().any(|mark| remembers.starts_with(mark)) && remembers != tag
        || tag.split_once(':').is_some_and(|(space, name)| {
            ["o", "w", "m", "v", "st1"].contains(&space.to_ascii_lowercase().as_str())
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
                && !name.starts_with("//")
        })
}

/// The text in a single line, without what cannot be seen.
pub fn clean_line(text: &str) -> String {
    without_own_tags(&visible(text)).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without what cannot be seen, its line breaks and spaces all of one kind.
fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    // Whether nothing but white space stands on the line so far.
    let mut begins = true;
    for c in text.replace("\r\n", "\n").chars() {
        let before = visible.len();
        match c {
            '\r' | '\u{85}' | '\u{c}' => visible.push('\n'),
            '\u{2029}' => visible.push_str("\n\n"),
            // The line break within a paragraph; in Markdown, two spaces before it.
            '\u{b}' | '\u{2028}' => visible.push_str("  \n"),
            // Spaces that do not break, and spaces of other widths. At the beginning of a line they are a tab, since
            // spaces there mean something to Markdown.
            '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{2002}'..='\u{2006}' | '\u{2008}'..='\u{200a}' | '\u{3000}' => {
                visible.push(if begins { '\t' } else { ' ' });
            }
            // Soft hyphens, spaces without width, marks of order and place.
            '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fffc}' | '\u{200e}' | '\u{200f}' => {}
            '\n' | '\t' => visible.push(c),
            c if c.is_control() => {}
            c => visible.push(c),
        }
        if let Some(last) = visible[before..].chars().last() {
            begins = last == '\n' || begins && last.is_whitespace();
        }
    }
    visible
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing.
    Blank,
    /// Part of a paragraph; whether it ends with a line break, and whether it is so long that it must be a whole one.
    Words { whole: bool, breaks: bool },
    /// Part of a list that was copied.
    Item,
    /// A row of a table that was copied.
    Row,
    /// Something that Markdown knows: a heading, a list, a quotation, a table, code.
    Markdown,
}

#[derive(Default)]
struct Writer {
    text: String,
    last: Option<Kind>,
    /// How deep the last item of the list stands that is being written; `None`: none is.
    depth: Option<usize>,
}

impl Writer {
    fn any(&mut self, line: &str) {
        if line.trim().is_empty() {
            self.line(Kind::Blank, String::new());
        } else if let Some((level, words)) = bullet(line) {
            // Deeper than one below the item before it means something else to Markdown.
            let level = level.min(self.depth.map_or(0, |depth| depth + 1));
            self.depth = Some(level);
            self.line(Kind::Item, format!("{}- {}", "  ".repeat(level), words));
        } else if let Some((number, words)) = number(line) {
            self.depth = Some(0);
            self.line(Kind::Item, format!("{number}. {words}"));
        } else if is_markdown(line) {
            self.line(Kind::Markdown, format!("{}{}", tidy_end(&line.replace('\t', "    ")), breaks(line)));
        } else {
            let indent = line.len() - line.trim_start().len();
            let indented = line[..indent].contains('\t');
            let words = tidy_end(if indented { line.trim_start() } else { line }).replace('\t', " ");
            let whole = words.chars().count() > WHOLE_PARAGRAPH;
            let breaks = breaks(line);
            self.line(Kind::Words { whole, breaks: !breaks.is_empty() }, format!("{words}{breaks}"));
        }
    }

    fn row(&mut self, row: &str) {
        let cells: Vec<String> = row.split('\t').map(|cell| cell.trim().replace('|', "\\|")).collect();
        let first = self.last != Some(Kind::Row);
        self.line(Kind::Row, format!("| {} |", cells.join(" | ")));
        if first {
            self.line(Kind::Row, format!("|{}", " --- |".repeat(cells.len())));
        }
    }

    fn line(&mut self, kind: Kind, line: String) {
        if kind == Kind::Blank {
            // One blank line is as good as several.
            if self.last.is_some_and(|last| last != Kind::Blank) {
                self.text.push('\n');
                self.last = Some(Kind::Blank);
            }
            return;
        }
        let apart = match (self.last, kind) {
            (None | Some(Kind::Blank), _) => false,
            (Some(Kind::Words { breaks: true, .. }), Kind::Words { .. }) => false,
            (Some(Kind::Words { whole: before, .. }), Kind::Words { whole, .. }) => before || whole,
            (Some(last), kind) => last != kind && [last, kind].iter().any(|it| matches!(it, Kind::Item | Kind::Row)),
        };
        if kind != Kind::Item {
            self.depth = None;
        }
        if apart {
            self.text.push('\n');
        }
        self.text.push_str(&line);
        self.text.push('\n');
        self.last = Some(kind);
    }

    fn end(self) -> String {
        // Not the spaces before the first words: they may be Markdown's.
        self.text.trim_end().trim_start_matches('\n').to_owned()
    }
}

/// The line without what stands behind its words.
fn tidy_end(line: &str) -> String {
    line.trim_end().to_owned()
}

/// The mark of a line break within a paragraph, if the line ends with one.
fn breaks(line: &str) -> &'static str {
    if line.ends_with("  ") { "  " } else { "" }
}

/// The level and the words of a line that begins with a word processor's bullet.
fn bullet(line: &str) -> Option<(usize, String)> {
    let trimmed = line.trim_start();
    let indent = line[..line.len() - trimmed.len()].chars().filter(|c| *c == '\t').count();
    let mark = trimmed.chars().next()?;
    let rest = &trimmed[mark.len_utf8()..];
    if !rest.starts_with([' ', '\t']) {
        return None;
    }
    let level = if FIRST.contains(mark) {
        0
    } else if SECOND.contains(mark) {
        1
    } else if THIRD.contains(mark) {
        2
    } else if mark == 'o' && rest.starts_with('\t') {
        1
    } else if "-–—*§".contains(mark) && rest.starts_with('\t') {
        if mark == '§' { 2 } else { 0 }
    } else {
        return None;
    };
    let words = rest.trim().replace('\t', " ");
    (!words.is_empty()).then_some((level.max(indent).min(4), words))
}

/// The number and the words of a line that a word processor has numbered.
fn number(line: &str) -> Option<(&str, String)> {
    let trimmed = line.trim_start();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let rest = trimmed.get(digits..)?.strip_prefix(['.', ')'])?;
    let words = rest.trim().replace('\t', " ");
    ((1..=3).contains(&digits) && rest.starts_with('\t') && !words.is_empty()).then(|| (&trimmed[..digits], words))
}

/// Whether a line means something to Markdown by the way it begins.
fn is_markdown(line: &str) -> bool {
    let trimmed = line.trim_start();
    let indent = &line[..line.len() - trimmed.len()];
    if !indent.contains('\t') && indent.len() >= 2 {
        return true;
    }
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    trimmed.starts_with(['#', '>', '|', '=', '`', '~'])
        || ["- ", "* ", "+ ", "---", "***", "___"].iter().any(|mark| trimmed.starts_with(mark))
        || digits > 0 && [". ", ") "].iter().any(|mark| trimmed[digits..].starts_with(mark))
}

/// How many rows of a table that was copied begin here, if any do: lines with as many tabs each, one or more, that are no
/// lists.
fn table(lines: &[String]) -> Option<usize> {
    let tabs = |line: &String| {
        let inner = line.trim_matches(' ');
        let listed = bullet(line).is_some() || number(line).is_some() || is_markdown(line);
        let begins = inner.starts_with('\t') && inner.trim().is_empty();
        if listed || begins { 0 } else { inner.matches('\t').count() }
    };
    let columns = tabs(lines.first()?);
    // A single tab before the words is an indent.
    if columns == 0 || lines[0].starts_with('\t') {
        return None;
    }
    let rows = lines.iter().take_while(|line| tabs(line) == columns).count();
    (rows >= 2).then_some(rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::markdown;

    #[test]
    fn a_page_of_a_word_processor_becomes_markdown() {
        let long = "The Government is grateful to everybody who signed this petition, and has read what it asks for with \
                    care.";
        let pasted = format!(
            "{long}\r\n{long}\r\nWe will:\r\n•\tplant trees\u{a0}in every street\r\no\twhere there is room\r\n•\tcare for \
             them\r\n1.\tfirst\r\n2)\tsecond\r\nDepart\u{ad}ment\u{a0}for Trees\u{b}London"
        );
        let wanted = format!(
            "{long}\n\n{long}\n\nWe will:\n\n- plant trees in every street\n  - where there is room\n- care for them\n1. \
             first\n2. second\n\nDepartment for Trees  \nLondon"
        );
        assert_eq!(clean(&pasted), wanted);
        let html = markdown::to_html(&clean(&pasted));
        assert_eq!(html.matches("<li>").count(), 5, "{html}");
        assert!(html.contains("Trees<br>"), "{html}");
    }

    #[test]
    fn cells_become_a_table() {
        let pasted = "Trees by year\nYear\tTrees\n2021\t1,000\n2022\t2,000 | more\nThat is all";
        let wanted = "Trees by year\n\n| Year | Trees |\n| --- | --- |\n| 2021 | 1,000 |\n| 2022 | 2,000 \\| more |\n\nThat is \
                      all";
        assert_eq!(clean(pasted), wanted);
        assert!(markdown::to_html(wanted).contains("<td>2,000 | more</td>"));
    }

    #[test]
    fn markdown_that_was_typed_stays_as_it_is() {
        let typed = "## Trees\n\nWe plant them\nin every street.\n\n- one\n  - below\n- two\n\n1. first\n2. second\n\n> A \
                     word\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n```\n\u{2022} as it is\n```\n\n    code";
        assert_eq!(clean(typed), typed);
    }

    #[test]
    fn indents_are_no_code() {
        assert_eq!(clean("\tDear all,\n\u{a0}\u{a0}\u{a0}\u{a0}hello"), "Dear all,\nhello");
        assert!(!markdown::to_html(&clean("\tDear all")).contains("<code>"));
    }

    #[test]
    fn what_a_word_processor_keeps_for_itself_goes() {
        let pasted = "Dear all,<o:p></o:p>\r\n<![if !supportLists]>·\u{a0}\u{a0}\u{a0}\u{a0} <![endif]>plant trees\r\n\
                      <O:P>\u{a0}</O:P>\r\n<!--[if gte mso 9]><w:LsdException Locked=\"false\"/><![endif]-->a <b>word</b>, 1 < 2 \
                      and 3 > 2, <https://example.org>";
        let wanted = "Dear all,\n\n- plant trees\n\na <b>word</b>, 1 < 2 and 3 > 2, <https://example.org>";
        assert_eq!(clean(pasted), wanted);
        assert_eq!(clean("<o:<o:p>p>a</o:p>"), "a");
        assert_eq!(clean("```\n<o:p>\n```"), "```\n<o:p>\n```");
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(
            clean_line(" Plant\u{a0}\ttrees\r\n in every\u{ad} street \u{b}now"),
            "Plant trees in every street now"
        );
    }

    #[test]
    fn bullets_of_every_font_become_lists() {
        for mark in ["•\t", "· ", "\u{f0b7}\t", "▪ ", "o\t", "–\t", "§\t", "● "] {
            let html = markdown::to_html(&clean(&format!("We will:\n{mark}one\n{mark}two")));
            assert_eq!(html.matches("<li>").count(), 2, "{mark}: {html}");
        }
        assert_eq!(clean("o is a letter\n· is a dot"), "o is a letter\n\n- is a dot");
    }

    proptest! {
        #[test]
        fn twice_is_as_good_as_once(text in "([a-zA-Z0-9•·o○▪\\-–§#<:>|*.)(`~ \t\u{a0}\u{ad}\u{b}\r\n]|1\\.\t|•\t|o\t|\n){0,80}") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone(), "{:?}", once);
        }

        #[test]
        fn no_word_is_lost(words in prop::collection::vec("[a-z]{2,9}", 1..20), between in prop::collection::vec("(\r\n•\t|\r\no\t|\t|\u{a0}|\u{b}|\r\n1.\t|\r\n| )", 20)) {
            let text: String = words.iter().zip(&between).flat_map(|(word, gap)| [gap.as_str(), word.as_str()]).collect();
            let kept = clean(&text);
            for word in &words {
                prop_assert!(kept.contains(word.as_str()), "{word} is not in {kept:?}");
            }
        }
    }
}
