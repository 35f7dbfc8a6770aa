//! Markdown as staff write it, to HTML that can do no harm.

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The HTML of a Markdown text. HTML within it is shown as text; headings start below those of the page, and none
/// skips a level, whatever levels the author has chosen.
pub fn to_html(markdown: &str) -> String {
    let mut last = HeadingLevel::H2;
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Heading { level, .. }) => {
            last = below(level, last);
            Event::Start(Tag::Heading { level: last, id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(last)),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        other => other,
    });
    let mut unsafe_html = String::new();
    html::push_html(&mut unsafe_html, events);
    ALLOWED.clean(&unsafe_html).to_string()
}

/// The words of a Markdown text, for programs and summaries.
pub fn to_text(markdown: &str) -> String {
    let mut text = String::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                text.push_str(&words);
            }
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::List(_)) => text.push_str("\n\n"),
            Event::End(TagEnd::Item | TagEnd::TableRow) => text.push('\n'),
            _ => {}
        }
    }
    CowStr::from(text).trim().to_owned()
}

/// The level of a heading below the page's own, which end with 2, and at most one below the heading before it.
fn below(level: HeadingLevel, before: HeadingLevel) -> HeadingLevel {
    match (level, before) {
        (HeadingLevel::H1 | HeadingLevel::H2, _) | (_, HeadingLevel::H2) => HeadingLevel::H3,
        (HeadingLevel::H3, _) | (_, HeadingLevel::H3) => HeadingLevel::H4,
        _ => HeadingLevel::H5,
    }
}

static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .tags(HashSet::from([
            "p",
            "br",
            "strong",
            "em",
            "del",
            "code",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "a",
            "h3",
            "h4",
            "h5",
            "hr",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("nofollow noopener"));
    builder
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headings_lists_and_links() {
        let html = to_html("# Why\n\nSee [this](https://example.org/).\n\n* one\n* two");
        assert!(html.contains("<h3>Why</h3>"), "{html}");
        assert!(html.contains(r#"<a href="https://example.org/" rel="nofollow noopener">this</a>"#), "{html}");
        assert!(html.contains("<li>one</li>"), "{html}");
    }

    #[test]
    fn no_heading_skips_a_level() {
        let html = to_html("### Now\n\n##### Then\n\n## Later\n\n#### Last");
        for heading in ["<h3>Now</h3>", "<h4>Then</h4>", "<h3>Later</h3>", "<h4>Last</h4>"] {
            assert!(html.contains(heading), "{heading} is not in {html}");
        }
    }

    #[test]
    fn scripts_are_text() {
        let html = to_html("<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onclick=x>b</b>");
        assert!(!html.contains("<script") && !html.contains("href=\"javascript") && !html.contains("<b"), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }

    proptest! {
        #[test]
        fn nothing_gets_through(text in "[ -~\\n<>\"'&\\[\\]()`*#|-]{0,200}") {
            let html = to_html(&text).to_lowercase();
            let tree = scraper::Html::parse_fragment(&html);
            for node in tree.root_element().descendants() {
                if let Some(element) = node.value().as_element() {
                    let name = element.name();
                    prop_assert!(name == "html" || ALLOWED.clone_tags().contains(&name), "{name}");
                    prop_assert!(element.attrs().all(|(key, _)| !key.starts_with("on")));
                }
            }
        }
    }
}
