//! What citizens write, as HTML: paragraphs, addresses as links, marked words.

use std::fmt::Write;

use crate::domain::text;

/// Paragraphs of a text; web addresses become links that search engines do not follow.
pub fn paragraphs(text: &str) -> String {
    let mut html = String::new();
    let text = text.replace("\r\n", "\n");
    for paragraph in text.split('\n').map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        html.push_str("<p>");
        with_links(&mut html, paragraph);
        html.push_str("</p>\n");
    }
    html
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
    fn found_words_are_marked() {
        let marks = ["climat".to_owned(), "llyn".to_owned()];
        assert_eq!(
            marked("The Climate in Llŷn & more", &marks),
            "The <mark>Climate</mark> in <mark>Llŷn</mark> &amp; more"
        );
    }

    proptest! {
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
