//! What citizens write, as HTML: paragraphs, lists, addresses as links, marked words.

use std::fmt::Write;

use crate::domain::text;

/// Paragraphs of a text; web addresses become links that search engines do not follow. Two lines or more, one after the
/// other, that begin with "- " or "* ", or with "1. ", "2. " and so on, become a list; nothing else is markup.
pub fn paragraphs(text: &str) -> String {
    let mut html = String::new();
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut rest = &lines[..];
    while let [first, after @ ..] = rest {
        match list(rest) {
            Some((mark, items)) => {
                match mark {
                    Mark::Bullet => html.push_str("<ul>\n"),
                    Mark::Number(1) => html.push_str("<ol>\n"),
                    Mark::Number(start) => {
                        writeln!(html, "<ol start=\"{start}\">").expect("a string takes everything");
                    }
                }
                for item in &items {
                    html.push_str("<li>");
                    with_links(&mut html, item);
                    html.push_str("</li>\n");
                }
                html.push_str(if mark == Mark::Bullet { "</ul>\n" } else { "</ol>\n" });
                rest = &rest[items.len()..];
            }
            None => {
                html.push_str("<p>");
                with_links(&mut html, first);
                html.push_str("</p>\n");
                rest = after;
            }
        }
    }
    html
}

/// What stands before an item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Bullet,
    Number(u32),
}

/// The list with which these lines begin: the mark of its first item, and the items. One item alone is none.
fn list<'a>(lines: &[&'a str]) -> Option<(Mark, Vec<&'a str>)> {
    let (first, _) = item(lines.first()?)?;
    let belongs = |(at, line): (u32, &&'a str)| {
        let (mark, words) = item(line)?;
        let expected = match first {
            Mark::Bullet => Mark::Bullet,
            Mark::Number(start) => Mark::Number(start + at),
        };
        (mark == expected).then_some(words)
    };
    let items: Vec<&str> = (0..).zip(lines).map_while(belongs).collect();
    (items.len() > 1).then_some((first, items))
}

/// A line as an item of a list.
fn item(line: &str) -> Option<(Mark, &str)> {
    let (mark, words) = line.split_once(' ')?;
    let mark = match mark {
        "-" | "*" => Mark::Bullet,
        // Longer ones are years and amounts.
        numbered => {
            let digits = numbered.strip_suffix('.').filter(|digits| (1..=2).contains(&digits.len()))?;
            Mark::Number(digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??)
        }
    };
    Some((mark, words.trim_start()))
}

fn with_links(html: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find("https://").into_iter().chain(rest.find("http://")).min() {
        let (before, address) = rest.split_at(at);
        push_escaped(html, before);
        let end = address.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(address.len());
        // A full stop or a bracket behind an address belongs to the sentence.
        let url = address[..end].trim_end_matches(|c: char| ".,;:!?)’'".contains(c));
        if url.ends_with("://") {
            push_escaped(html, url);
        } else {
            html.push_str("<a rel=\"nofollow noopener\" href=\"");
            push_escaped(html, url);
            html.push_str("\">");
            push_escaped(html, url);
            html.push_str("</a>");
        }
        rest = &address[url.len()..];
    }
    push_escaped(html, rest);
}

/// A text in which the words that begin with one of `marks` (folded) are marked.
pub fn marked(text: &str, marks: &[String]) -> String {
    let mut html = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !is_part_of_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if !word.is_empty() {
            let folded = text::fold(word);
            if marks.iter().any(|mark| folded.starts_with(mark.as_str())) {
                html.push_str("<mark>");
                push_escaped(&mut html, word);
                html.push_str("</mark>");
            } else {
                push_escaped(&mut html, word);
            }
        }
        let end = after.find(is_part_of_word).unwrap_or(after.len());
        let (between, next) = after.split_at(end);
        push_escaped(&mut html, between);
        rest = next;
    }
    html
}

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

fn push_escaped(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.write_char(c).expect("a string takes everything"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_become_links() {
        assert_eq!(
            paragraphs("See https://example.org/a?b=1&c=2.\r\n\r\nAnd <b>."),
            "<p>See <a rel=\"nofollow noopener\" href=\"https://example.org/a?b=1&amp;c=2\">\
             https://example.org/a?b=1&amp;c=2</a>.</p>\n<p>And &lt;b&gt;.</p>\n"
        );
        assert_eq!(paragraphs("http:// is no address"), "<p>http:// is no address</p>\n");
    }

    #[test]
    fn lines_that_are_lists_become_lists() {
        assert_eq!(
            paragraphs("We want:\r\n- trees\r\n* shade & https://example.org\r\n\r\nNow."),
            "<p>We want:</p>\n<ul>\n<li>trees</li>\n<li>shade &amp; <a rel=\"nofollow noopener\" \
             href=\"https://example.org\">https://example.org</a></li>\n</ul>\n<p>Now.</p>\n"
        );
        assert_eq!(paragraphs("1. One\n2. Two"), "<ol>\n<li>One</li>\n<li>Two</li>\n</ol>\n");
        assert_eq!(paragraphs("3. Three\n\n4. Four"), "<ol start=\"3\">\n<li>Three</li>\n<li>Four</li>\n</ol>\n");
        for plain in [
            "- One item alone",
            "-5 degrees\n-6 degrees",
            "2015. A year\n2016. Another",
            "1. One\n1. One again",
            "-\n-",
            "*This* is\n**not** markup",
            "+ no\n+ sign",
            "1.5 times\n2.5 times",
        ] {
            assert!(!paragraphs(plain).contains("<li>"), "{plain}");
            assert_eq!(paragraphs(plain).matches("<p>").count(), plain.lines().count(), "{plain}");
        }
    }

    #[test]
    fn found_words_are_marked() {
        let marks = ["climat".to_owned(), "llyn".to_owned()];
        assert_eq!(
            marked("The Climate in Llŷn & more", &marks),
            "The <mark>Climate</mark> in <mark>Llŷn</mark> &amp; more"
        );
    }

    proptest! {
        #[test]
        fn lists_lose_nothing_but_their_marks(lines in prop::collection::vec("([-*] |[0-9]{1,3}[.] )?[a-z<&]{0,8}", 0..12)) {
            let html = paragraphs(&lines.join("\n"));
            let tree = scraper::Html::parse_fragment(&html);
            let shown: Vec<String> = tree
                .select(&scraper::Selector::parse("p, li").expect("a selector"))
                .map(|part| part.text().collect())
                .collect();
            let typed: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
            prop_assert_eq!(shown.len(), typed.len());
            for (shown, typed) in shown.iter().zip(typed) {
                prop_assert!(shown == typed || item(typed).is_some_and(|(_, words)| words == shown), "{} {}", shown, typed);
            }
        }

        #[test]
        fn words_stay_the_same(text in "\\PC{0,80}") {
            let html = format!("<p>{}</p>", marked(&text, &["a".to_owned()]));
            let tree = scraper::Html::parse_fragment(&html);
            let words: String = tree.root_element().text().collect();
            prop_assert_eq!(&words, &text);
            let html = paragraphs(&text);
            prop_assert!(!html.contains("<script"));
        }
    }
}
