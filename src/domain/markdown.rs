//! Markdown as staff write it, to HTML that can do no harm.

use std::{collections::HashSet, fmt::Write, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Most bytes of a text that are read as Markdown.
const MOST_BYTES: usize = 256 * 1024;
/// Most parts that a text may have for each of its bytes, beside some that every text may have: a few signs must not make a
/// table of a million cells.
const PARTS_PER_BYTE: usize = 4;
/// Most levels of lists and quotations within each other.
const MOST_LEVELS: usize = 10;
/// Most levels of anything within each other: a level of a list takes two, and in the last one there are still words.
const MOST_DEPTH: usize = 2 * MOST_LEVELS + 8;

/// Why a text cannot be shown as Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody would read it.
    #[error("Lists and quotations are nested too deeply: use at most {MOST_LEVELS} levels")]
    TooDeep,
    /// Something else is within itself again and again.
    #[error("Marks such as * and [ are nested too deeply: take some of them away")]
    TooManyMarks,
    /// It would become far larger than it is.
    #[error("A table has too many empty cells: make it smaller, or two of it")]
    TooWide,
    /// It is longer than any text of the site may be.
    #[error("Shorten the text: it is too long to be shown")]
    TooLong,
}

/// Whether a text can be shown as Markdown; what cannot is shown as it was typed.
///
/// # Errors
/// If it cannot, what to do about it.
pub fn check(markdown: &str) -> Result<(), Refused> {
    events(markdown).map(drop)
}

/// The HTML of a Markdown text. HTML within it is shown as text; headings start below those of the page, and none
/// skips a level, whatever levels the author has chosen. A text that would become far larger than it is, or that is nested
/// deeper than anybody reads, is shown as it was typed.
pub fn to_html(markdown: &str) -> String {
    let Ok(events) = events(markdown) else { return as_typed(markdown) };
    let mut last = HeadingLevel::H2;
    let events = events.into_iter().map(|event| match event {
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
    framed_tables(&ALLOWED.clean(&unsafe_html).to_string())
}

/// The parts of a Markdown text, unless they are too many or too deep.
fn events(markdown: &str) -> Result<Vec<Event<'_>>, Refused> {
    if markdown.len() > MOST_BYTES {
        return Err(Refused::TooLong);
    }
    let most = 1_000 + markdown.len() * PARTS_PER_BYTE;
    let (mut events, mut depth, mut levels) = (Vec::new(), 0_usize, 0_usize);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match &event {
            Event::Start(tag) => {
                depth += 1;
                levels += usize::from(matches!(tag, Tag::List(_) | Tag::BlockQuote(_)));
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                levels = levels.saturating_sub(usize::from(matches!(tag, TagEnd::List(_) | TagEnd::BlockQuote(_))));
            }
            _ => {}
        }
        events.push(event);
        if levels > MOST_LEVELS {
            return Err(Refused::TooDeep);
        } else if depth > MOST_DEPTH {
            return Err(Refused::TooManyMarks);
        } else if events.len() > most {
            return Err(Refused::TooWide);
        }
    }
    Ok(events)
}

/// A text that is not read as Markdown.
fn as_typed(text: &str) -> String {
    format!("<pre>{}</pre>", ammonia::clean_text(text))
}

/// A table is as wide as it has to be, in a frame that is not wider than the page; it has a name to be found by. Signs of
/// the text itself are written otherwise, so what looks like a table's tag is one.
fn framed_tables(html: &str) -> String {
    let mut parts = html.split("<table>");
    let mut framed = parts.next().unwrap_or_default().to_owned();
    for (before, part) in parts.enumerate() {
        let _ = write!(
            framed,
            "<div class=\"scroll\" tabindex=\"0\"><table class=\"words\"><caption>Table {}</caption>",
            before + 1
        );
        framed.push_str(&part.replace("</table>", "</table></div>"));
    }
    framed
}

/// The words of a Markdown text, for programs and summaries.
pub fn to_text(markdown: &str) -> String {
    let Ok(events) = events(markdown) else { return markdown.trim().to_owned() };
    let mut text = String::new();
    for event in events {
        match event {
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                text.push_str(&words);
            }
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::List(_)) => text.push_str("\n\n"),
            Event::End(TagEnd::Item | TagEnd::TableHead | TagEnd::TableRow) => text.push('\n'),
            Event::End(TagEnd::TableCell) => text.push(' '),
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

    #[test]
    fn tables_have_a_name_and_a_frame() {
        let html = to_html("| Year | Trees |\n| --- | ---: |\n| 2022 | `<table>` |\n\n| a |\n| --- |\n| b |");
        assert!(
            html.contains("<div class=\"scroll\" tabindex=\"0\"><table class=\"words\"><caption>Table 1</caption>"),
            "{html}"
        );
        assert!(html.contains("<caption>Table 2</caption>") && !html.contains("<caption>Table 3"), "{html}");
        assert!(html.contains("<th>Trees</th>") && html.contains("<code>&lt;table&gt;</code>"), "{html}");
        assert_eq!((html.matches("<div").count(), html.matches("</div>").count()), (2, 2), "{html}");
        assert_eq!(to_text("| Year | Trees |\n| --- | --- |\n| 2022 | 7 |"), "Year Trees \n2022 7");
    }

    #[test]
    fn bombs_are_shown_as_they_were_typed() {
        let wide = format!("{}\n{}\n{}", "|a".repeat(1_500), "|-".repeat(1_500), "|x\n".repeat(1_300));
        let deep = ">".repeat(5_000);
        let nested = (0..100).map(|level| format!("{}- a\n", "  ".repeat(level))).collect::<String>();
        let marked = format!("{}a{}", "![".repeat(200), "](b)".repeat(200));
        for (bomb, why) in [
            (wide, Refused::TooWide),
            (deep, Refused::TooDeep),
            (nested, Refused::TooDeep),
            (marked, Refused::TooManyMarks),
        ] {
            assert_eq!(check(&bomb), Err(why));
            let html = to_html(&bomb);
            let begins: String = html.chars().take(40).collect();
            assert!(begins.starts_with("<pre>") && html.len() < bomb.len() * 9 + 20, "{begins}, {} bytes", html.len());
            assert!(to_text(&bomb).len() <= bomb.len());
        }
    }

    #[test]
    fn as_many_levels_as_are_promised_can_be_used() {
        let list = |levels: usize| (0..levels).map(|level| format!("{}- *a [b](c:d)*\n", "  ".repeat(level))).collect();
        let quotation = |levels: usize| format!("{} a", ">".repeat(levels));
        for (levels, fine) in [(1, true), (MOST_LEVELS, true), (MOST_LEVELS + 1, false)] {
            let texts: [String; 2] = [list(levels), quotation(levels)];
            assert!(texts.iter().all(|text| check(text).is_ok() == fine), "{levels}");
        }
    }

    proptest! {
        #[test]
        fn nothing_gets_through(text in "[ -~\\n<>\"'&\\[\\]()`*#|-]{0,200}") {
            let html = to_html(&text).to_lowercase();
            let tree = scraper::Html::parse_fragment(&html);
            for node in tree.root_element().descendants() {
                if let Some(element) = node.value().as_element() {
                    let name = element.name();
                    let ours = ["html", "div", "caption"].contains(&name);
                    prop_assert!(ours || ALLOWED.clone_tags().contains(&name), "{name}");
                    prop_assert!(element.attrs().all(|(key, _)| !key.starts_with("on")));
                }
            }
        }

        #[test]
        fn no_text_explodes(parts in prop::collection::vec(("[!-~]{1,6}|\\|\n|\n> |\n- |\\[a\\]|\\[a\\]: x\n|\\||\\|-", 1usize..400), 1..6)) {
            let text: String = parts.iter().map(|(part, times)| part.repeat(*times)).collect();
            let began = std::time::Instant::now();
            let html = to_html(&text);
            prop_assert!(html.len() <= 20_000 + text.len() * 60, "{} bytes of {}", html.len(), text.len());
            // A hundredth of it is usual; the machine may be busy.
            prop_assert!(began.elapsed() < std::time::Duration::from_secs(5));
        }
    }
}
