//! A page as a person reads it: its words, headings, links, tables and forms.

use std::fmt;

use reqwest::{StatusCode, header::HeaderMap};
use scraper::{ElementRef, Html, Node, Selector};

use super::app::Answer;

/// A page that somebody is looking at.
pub struct Page {
    /// Its address, without the site's.
    pub path: String,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its source.
    pub source: String,
    /// What a browser makes of it.
    pub html: Html,
}

/// A table of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The headings of its columns.
    pub head: Vec<String>,
    /// Its rows, without head and foot.
    pub rows: Vec<Vec<String>>,
    /// The row below, if there is one.
    pub foot: Vec<String>,
}

impl Page {
    /// The page that was the answer at an address.
    #[track_caller]
    pub fn of(path: String, answer: &Answer) -> Self {
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        let source = answer.text().to_owned();
        let html = Html::parse_document(&source);
        Self { path, status: answer.status, headers: answer.headers.clone(), source, html }
    }

    /// Everything that can be read on it.
    pub fn text(&self) -> String {
        self.select("body").first().map(|body| text(*body)).unwrap_or_default()
    }

    /// The elements that a selector finds.
    pub fn select(&self, selector: &str) -> Vec<ElementRef<'_>> {
        self.html.select(&css(selector)).collect()
    }

    /// The texts of the elements that a selector finds.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        self.select(selector).into_iter().map(text).collect()
    }

    /// The name of the page's tab.
    pub fn title(&self) -> String {
        let title = self.html.select(&css("head > title")).next();
        title.map(|title| squeeze(&title.text().collect::<String>())).unwrap_or_default()
    }

    /// The main heading.
    pub fn heading(&self) -> String {
        self.texts("h1").join(" / ")
    }

    /// The names of its parts, in order.
    pub fn sections(&self) -> Vec<String> {
        self.texts("main h2")
    }

    /// What stands under a heading.
    #[track_caller]
    pub fn section(&self, heading: &str) -> String {
        text(self.part(heading))
    }

    /// The part of the page that a heading belongs to.
    #[track_caller]
    pub fn part(&self, heading: &str) -> ElementRef<'_> {
        let headings = self.select("h2, h3");
        let Some(found) = headings.iter().find(|found| text(**found) == heading) else {
            let all: Vec<_> = headings.iter().map(|found| text(*found)).collect();
            panic!("{}: no heading “{heading}” among {all:?}", self.path)
        };
        let parts = ["section", "nav", "article"];
        let around = found.ancestors().filter_map(ElementRef::wrap);
        around.into_iter().find(|element| parts.contains(&element.value().name())).expect("a part of the page")
    }

    /// The addresses that the part under a heading links to.
    #[track_caller]
    pub fn links_of(&self, heading: &str) -> Vec<String> {
        let part = self.part(heading);
        part.select(&css("a[href]")).filter_map(|link| link.attr("href")).map(str::to_owned).collect()
    }

    /// The entries of the list under a heading.
    #[track_caller]
    pub fn items(&self, heading: &str) -> Vec<String> {
        self.part(heading).select(&css("li")).map(text).collect()
    }

    /// What the list of terms says of a term.
    #[track_caller]
    pub fn fact(&self, term: &str) -> String {
        self.facts().into_iter().find(|(found, _)| found == term).map(|(_, value)| value).unwrap_or_else(|| {
            panic!("{}: no term “{term}” among {:?}", self.path, self.facts());
        })
    }

    /// The list of terms.
    pub fn facts(&self) -> Vec<(String, String)> {
        self.texts("dl dt").into_iter().zip(self.texts("dl dd")).collect()
    }

    /// The addresses of a link's words; the first if several lead to the same.
    #[track_caller]
    pub fn link(&self, words: &str) -> String {
        let mut found: Vec<String> = self
            .select("a[href]")
            .into_iter()
            .filter(|link| text(*link) == words || link.attr("aria-label") == Some(words))
            .map(|link| link.attr("href").unwrap_or_default().to_owned())
            .collect();
        found.dedup();
        match &found[..] {
            [one] => one.clone(),
            [] => panic!("{}: no link “{words}” in\n{}", self.path, self.text()),
            several => panic!("{}: “{words}” leads to {several:?}", self.path),
        }
    }

    /// All addresses that the page links to.
    pub fn links(&self) -> Vec<String> {
        self.select("a[href]").into_iter().filter_map(|link| link.attr("href")).map(str::to_owned).collect()
    }

    /// The table with this caption.
    #[track_caller]
    pub fn table(&self, caption: &str) -> Table {
        let found = self
            .select("table")
            .into_iter()
            .find(|table| table.select(&css("caption")).next().is_some_and(|found| text(found) == caption));
        let Some(table) = found else {
            panic!("{}: no table “{caption}” among {:?}", self.path, self.texts("caption"))
        };
        let rows = |selector: &str| -> Vec<Vec<String>> {
            table.select(&css(selector)).map(|row| row.select(&css("th, td")).map(text).collect()).collect()
        };
        Table {
            head: rows("thead tr").pop().unwrap_or_default(),
            rows: rows("tbody tr"),
            foot: rows("tfoot tr").pop().unwrap_or_default(),
        }
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}):\n{}", self.path, self.status, self.text())
    }
}

/// A selector.
pub fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

/// The words of an element, with single spaces.
pub fn text(element: ElementRef<'_>) -> String {
    let mut words = String::new();
    push_text(&mut words, element);
    squeeze(&words)
}

fn push_text(words: &mut String, element: ElementRef<'_>) {
    const UNSEEN: [&str; 6] = ["script", "style", "template", "title", "desc", "select"];
    const INLINE: [&str; 16] = [
        "a", "abbr", "b", "code", "data", "em", "i", "mark", "q", "small", "span", "strong", "sub", "sup", "time",
        "tspan",
    ];
    if UNSEEN.contains(&element.value().name()) || element.attr("hidden").is_some() {
        return;
    }
    let block = !INLINE.contains(&element.value().name());
    if block {
        words.push(' ');
    }
    for child in element.children() {
        match child.value() {
            Node::Text(text) => words.push_str(text),
            _ => {
                if let Some(child) = ElementRef::wrap(child) {
                    push_text(words, child);
                }
            }
        }
    }
    if block {
        words.push(' ');
    }
}

/// A text with single spaces.
pub fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
