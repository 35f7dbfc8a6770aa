//! What every page must be: well-formed, reachable by keyboard and screen reader, without anything inline or foreign.

use std::collections::HashSet;

use scraper::ElementRef;

use super::page::{Page, squeeze, text};

/// Everything that is wrong with a page.
pub fn problems(page: &Page) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(page.html.errors.iter().map(|error| format!("not well-formed: {error}")));
    frame(page, &mut found);
    references(page, &mut found);
    headings(page, &mut found);
    nothing_inline(page, &mut found);
    nothing_foreign(page, &mut found);
    names(page, &mut found);
    words(page, &mut found);
    found
}

/// Whether an address is one of this site.
pub fn is_local(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") || address.starts_with('#')
}

fn frame(page: &Page, found: &mut Vec<String>) {
    if !page.source.starts_with("<!doctype html>") {
        found.push("does not begin with <!doctype html>".to_owned());
    }
    if page.select("html[lang='en-GB']").len() != 1 {
        found.push("does not say its language".to_owned());
    }
    let title = page.title();
    if !title.ends_with(" – Undersigned") || title.starts_with(" –") {
        found.push(format!("is called “{title}”"));
    }
    if page.select("main").len() != 1 {
        found.push("has not one <main>".to_owned());
    }
    let first = page.select("body a[href]").first().and_then(|link| link.attr("href").map(str::to_owned));
    if first.as_deref() != Some("#main") {
        found.push("its first link does not skip to the main content".to_owned());
    }
    if page.select("meta[name='viewport']").len() != 1 {
        found.push("does not say how wide it is".to_owned());
    }
}

fn references(page: &Page, found: &mut Vec<String>) {
    let mut ids = HashSet::new();
    for element in page.select("[id]") {
        let id = element.attr("id").unwrap_or_default();
        if id.is_empty() || id.contains(char::is_whitespace) || !ids.insert(id) {
            found.push(format!("has the id “{id}” twice, or it is none"));
        }
    }
    for name in ["for", "aria-labelledby", "aria-describedby", "aria-controls", "headers", "list"] {
        for element in page.select(&format!("[{name}]")) {
            for id in element.attr(name).unwrap_or_default().split_whitespace() {
                if !ids.contains(id) {
                    found.push(format!("{name} names “{id}”, which is not there"));
                }
            }
        }
    }
    let here = page.path.split('?').next().unwrap_or_default();
    for link in page.links() {
        let (address, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let same = address.is_empty() || address.split('?').next() == Some(here);
        if same && !anchor.is_empty() && !ids.contains(anchor) {
            found.push(format!("links to “#{anchor}”, which is not there"));
        }
    }
}

fn headings(page: &Page, found: &mut Vec<String>) {
    if page.select("h1").len() != 1 {
        found.push(format!("has {} main headings", page.select("h1").len()));
    }
    let mut last = 0;
    for heading in page.select("h1, h2, h3, h4, h5, h6") {
        let level: u8 = heading.value().name()[1..].parse().expect("a level");
        if level > last + 1 {
            found.push(format!("“{}” is a heading of level {level} after one of level {last}", text(heading)));
        }
        if text(heading).is_empty() {
            found.push("has an empty heading".to_owned());
        }
        last = level;
    }
}

fn nothing_inline(page: &Page, found: &mut Vec<String>) {
    for element in page.select("style, [style], script:not([src]), iframe, object, embed, base") {
        found.push(format!("has inline or embedded: {}", beginning(element)));
    }
    for element in page.select("*") {
        if let Some((name, _)) = element.value().attrs().find(|(name, _)| name.starts_with("on")) {
            found.push(format!("has the handler {name}"));
        }
    }
}

fn nothing_foreign(page: &Page, found: &mut Vec<String>) {
    for element in page.select("[src], [srcset], [poster], link[href]:not([rel='canonical']), use[href], image[href]") {
        for name in ["src", "srcset", "poster", "href"] {
            if let Some(address) = element.attr(name).filter(|address| !is_local(address)) {
                found.push(format!("loads {address}"));
            }
        }
    }
    for form in page.select("form[action]") {
        if !form.attr("action").is_some_and(is_local) {
            found.push(format!("sends a form elsewhere: {}", beginning(form)));
        }
    }
    for link in page.links() {
        let known = ["https://", "http://", "mailto:"];
        if !is_local(&link) && !known.iter().any(|scheme| link.starts_with(scheme)) {
            found.push(format!("links to {link}"));
        }
    }
}

/// Everything that can be used or looked at has a name.
fn names(page: &Page, found: &mut Vec<String>) {
    for field in page.select("input:not([type='hidden']), select, textarea") {
        let label = field.attr("id").and_then(|id| page.select(&format!("label[for='{id}']")).pop());
        if label.is_none_or(|label| text(label).is_empty()) {
            found.push(format!("has a field without a label: {}", beginning(field)));
        }
    }
    for element in page.select("a, button, summary, caption, figcaption, legend, li, dt, dd, option") {
        let words = squeeze(&element.text().collect::<String>());
        if words.is_empty() {
            found.push(format!("has something without words: {}", beginning(element)));
        }
    }
    for element in page.select("a:not([href])") {
        found.push(format!("has a link that leads nowhere: {}", beginning(element)));
    }
    for table in page.select("table") {
        if !table.child_elements().any(|child| child.value().name() == "caption") {
            found.push(format!("has a table without a caption: {}", beginning(table)));
        }
    }
    for image in page.select("img:not([alt])") {
        found.push(format!("has a picture without words: {}", beginning(image)));
    }
    for svg in page.select("svg:not([aria-hidden='true']):not(svg svg)") {
        let named = svg.attr("role") == Some("img") && svg.attr("aria-labelledby").is_some();
        if !named {
            found.push(format!("has a drawing without words: {}", beginning(svg)));
        }
    }
    let mut navigations = HashSet::new();
    for nav in page.select("nav") {
        let own = nav.attr("aria-label").or_else(|| nav.attr("aria-labelledby")).unwrap_or_default();
        if !navigations.insert(own) || own.is_empty() {
            found.push(format!("has two navigations called “{own}”"));
        }
    }
}

/// Nothing of the program's inside is to be read.
fn words(page: &Page, found: &mut Vec<String>) {
    let text = page.text();
    for trace in ["{{", "}}", "{%", "Some(", "NaN", "inf%", "undefined", "&amp;", "&lt;", "T00:00", "-0 "] {
        if text.contains(trace) {
            found.push(format!("says “{trace}”"));
        }
    }
    for gap in [" , ", " . ", ".. ", " ;", "( ", " )"] {
        if text.contains(gap) && !page.path.starts_with("/petitions?") {
            let at = text.find(gap).unwrap_or_default();
            let around: String = text[..at].chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect();
            found.push(format!("says “{around}{gap}”"));
        }
    }
}

fn beginning(element: ElementRef<'_>) -> String {
    element.html().chars().take(120).collect()
}
