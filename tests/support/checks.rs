//! What every page must be: well-formed, reachable by keyboard and screen reader, without anything inline or foreign.

use std::collections::{HashMap, HashSet};

use scraper::ElementRef;
use undersigned::urls;

use super::page::{Page, squeeze, text};

/// Everything that is wrong with a page.
pub fn problems(page: &Page) -> Vec<String> {
    let elements: Vec<ElementRef<'_>> = page.html.root_element().descendent_elements().collect();
    let mut found: Vec<String> = page.html.errors.iter().map(|error| format!("not well-formed: {error}")).collect();
    frame(page, &elements, &mut found);
    references(page, &elements, &mut found);
    headings(&elements, &mut found);
    for element in &elements {
        nothing_inline(*element, &mut found);
        nothing_foreign(*element, &mut found);
        names(*element, &mut found);
    }
    labels(&elements, &mut found);
    mistakes(page, &elements, &mut found);
    secrets(page, &elements, &mut found);
    words(page, &mut found);
    found
}

/// Whether an address is one of this site.
pub fn is_local(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") || address.starts_with('#')
}

fn named<'a>(elements: &[ElementRef<'a>], names: &[&str]) -> Vec<ElementRef<'a>> {
    elements.iter().copied().filter(|element| names.contains(&element.value().name())).collect()
}

fn frame(page: &Page, elements: &[ElementRef<'_>], found: &mut Vec<String>) {
    if !page.source.starts_with("<!doctype html>") {
        found.push("does not begin with <!doctype html>".to_owned());
    }
    if page.html.root_element().attr("lang") != Some("en-GB") {
        found.push("does not say its language".to_owned());
    }
    let title = page.title();
    // The site's name is a setting; it stands above every page.
    let mark = page.texts("a.mark").concat();
    let name = mark.strip_suffix(" staff").unwrap_or(&mark);
    if name.is_empty() || !title.ends_with(&format!(" – {name}")) || title.starts_with(" –") {
        found.push(format!("is called “{title}”"));
    }
    if named(elements, &["main"]).len() != 1 {
        found.push("has not one <main>".to_owned());
    }
    if named(elements, &["a"]).first().and_then(|link| link.attr("href")) != Some("#main") {
        found.push("its first link does not skip to the main content".to_owned());
    }
    if !named(elements, &["meta"]).iter().any(|meta| meta.attr("name") == Some("viewport")) {
        found.push("does not say how wide it is".to_owned());
    }
}

fn references(page: &Page, elements: &[ElementRef<'_>], found: &mut Vec<String>) {
    let mut ids = HashSet::new();
    for id in elements.iter().filter_map(|element| element.attr("id")) {
        if id.is_empty() || id.contains(char::is_whitespace) || !ids.insert(id) {
            found.push(format!("has the id “{id}” twice, or it is none"));
        }
    }
    let here = page.path.split('?').next().unwrap_or_default();
    for element in elements {
        for name in ["for", "aria-labelledby", "aria-describedby", "aria-controls", "headers", "list"] {
            for id in element.attr(name).unwrap_or_default().split_whitespace().filter(|id| !ids.contains(id)) {
                found.push(format!("{name} names “{id}”, which is not there"));
            }
        }
        let link = element.attr("href").filter(|_| element.value().name() == "a").unwrap_or_default();
        let (address, anchor) = link.split_once('#').unwrap_or((link, ""));
        let same = address.is_empty() || address.split('?').next() == Some(here);
        if same && !anchor.is_empty() && !ids.contains(anchor) {
            found.push(format!("links to “#{anchor}”, which is not there"));
        }
    }
}

fn headings(elements: &[ElementRef<'_>], found: &mut Vec<String>) {
    let main = named(elements, &["h1"]).len();
    if main != 1 {
        found.push(format!("has {main} main headings"));
    }
    let mut last = 0;
    for heading in named(elements, &["h1", "h2", "h3", "h4", "h5", "h6"]) {
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

fn nothing_inline(element: ElementRef<'_>, found: &mut Vec<String>) {
    let inline = match element.value().name() {
        "style" | "object" | "embed" | "base" => true,
        // A page of this site, by its name.
        "iframe" => !element.attr("src").is_some_and(is_local) || element.attr("title").is_none_or(str::is_empty),
        "script" => element.attr("src").is_none(),
        _ => element.attr("style").is_some(),
    };
    if inline {
        found.push(format!("has inline or embedded: {}", beginning(element)));
    }
    if let Some((name, _)) = element.value().attrs().find(|(name, _)| name.starts_with("on")) {
        found.push(format!("has the handler {name}"));
    }
}

fn nothing_foreign(element: ElementRef<'_>, found: &mut Vec<String>) {
    const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];
    let leads_away = match element.value().name() {
        "a" => true,
        "link" => element.attr("rel") == Some("canonical"),
        _ => false,
    };
    for name in ["src", "srcset", "poster", "href", "action"] {
        let Some(address) = element.attr(name).filter(|address| !is_local(address)) else { continue };
        if !leads_away || !SCHEMES.iter().any(|scheme| address.starts_with(scheme)) {
            found.push(format!("loads or links to {address}"));
        }
    }
}

/// Everything that can be used or looked at has a name.
fn names(element: ElementRef<'_>, found: &mut Vec<String>) {
    let fault = match element.value().name() {
        "a" if element.attr("href").is_none() => "a link that leads nowhere",
        "a" | "button" | "summary" | "caption" | "figcaption" | "legend" | "li" | "dt" | "dd" | "option"
            if squeeze(&element.text().collect::<String>()).is_empty() =>
        {
            "something without words"
        }
        "table" if !element.child_elements().any(|child| child.value().name() == "caption") => {
            "a table without a caption"
        }
        "img" if element.attr("alt").is_none() => "a picture without words",
        "svg" => {
            let outer = !element.ancestors().filter_map(ElementRef::wrap).any(|around| around.value().name() == "svg");
            let told = element.attr("role") == Some("img") && element.attr("aria-labelledby").is_some();
            if outer && !told && element.attr("aria-hidden") != Some("true") {
                "a drawing without words"
            } else {
                return;
            }
        }
        _ => return,
    };
    found.push(format!("has {fault}: {}", beginning(element)));
}

fn labels(elements: &[ElementRef<'_>], found: &mut Vec<String>) {
    let labels: HashMap<_, _> =
        named(elements, &["label"]).into_iter().map(|label| (label.attr("for"), text(label))).collect();
    for field in named(elements, &["input", "select", "textarea"]) {
        let label = labels.get(&field.attr("id"));
        if field.attr("type") != Some("hidden") && (field.attr("id").is_none() || label.is_none_or(String::is_empty)) {
            found.push(format!("has a field without a label: {}", beginning(field)));
        }
    }
    let mut navigations = HashSet::new();
    for nav in named(elements, &["nav"]) {
        let own = nav.attr("aria-label").or_else(|| nav.attr("aria-labelledby")).unwrap_or_default();
        if !navigations.insert(own) || own.is_empty() {
            found.push(format!("has two navigations called “{own}”"));
        }
    }
}

/// A form that comes back tells what is wrong above it and at each field, by words that belong to the field.
fn mistakes(page: &Page, elements: &[ElementRef<'_>], found: &mut Vec<String>) {
    let by_id = |id: &str| elements.iter().copied().find(|element| element.attr("id") == Some(id));
    let mut wrong = HashSet::new();
    for field in named(elements, &["input", "select", "textarea"]) {
        let id = field.attr("id").unwrap_or_default();
        let described: Vec<&str> = field.attr("aria-describedby").unwrap_or_default().split_whitespace().collect();
        for part in ["hint", "error"] {
            let part = format!("{id}-{part}");
            if !id.is_empty() && by_id(&part).is_some() && !described.contains(&part.as_str()) {
                found.push(format!("#{part} does not describe its field"));
            }
        }
        let mistake = by_id(&format!("{id}-error")).map(text).filter(|_| !id.is_empty());
        if mistake.is_some() != (field.attr("aria-invalid") == Some("true")) {
            found.push(format!("“{id}” is wrong and does not say so, or the other way round"));
        }
        if let Some(mistake) = mistake {
            if mistake.strip_prefix("Error: ").is_none_or(|message| message.len() < 10) {
                found.push(format!("“{id}” does not say what is wrong: {mistake}"));
            }
            wrong.insert(format!("#{id}"));
        }
        if field.attr("type") == Some("text") && field.attr("autocomplete").is_none() {
            found.push(format!("“{id}” does not say what browsers may fill in"));
        }
    }
    let summary = by_id("errors");
    let links: HashSet<String> = named(elements, &["a"])
        .into_iter()
        .filter(|link| link.ancestors().any(|around| summary.is_some_and(|summary| summary.id() == around.id())))
        .filter_map(|link| link.attr("href").map(str::to_owned))
        .collect();
    if links != wrong {
        found.push(format!("lists the mistakes {links:?}, has {wrong:?}"));
    }
    if let Some(summary) = summary {
        if summary.attr("role") != Some("alert") || summary.attr("tabindex") != Some("-1") {
            found.push("has mistakes that nobody is told of".to_owned());
        }
        if !page.title().starts_with("Error: ") || page.status != 422 {
            found.push(format!("has mistakes, is called “{}” and has the status {}", page.title(), page.status));
        }
    }
}

/// What only the receiver of a mail knows stays with them: not kept, not found, not told to the next site.
fn secrets(page: &Page, elements: &[ElementRef<'_>], found: &mut Vec<String>) {
    if !page.path.contains("token=") {
        return;
    }
    for (name, value) in [("referrer-policy", "no-referrer"), ("cache-control", "no-store")] {
        if page.headers.get(name).is_none_or(|header| header != value) {
            found.push(format!("has a token in its address, and {name} is not {value}"));
        }
    }
    let robots = |meta: &ElementRef<'_>| meta.attr("name") == Some("robots") && meta.attr("content") == Some("noindex");
    if !named(elements, &["meta"]).iter().any(robots) {
        found.push("has a token in its address and may be found".to_owned());
    }
}

/// Nothing of the program's inside is to be read, and no gaps where a word is missing.
fn words(page: &Page, found: &mut Vec<String>) {
    let text = page.text();
    // What programs get is shown as they get it, and only where it is marked as such.
    let shown = if page.path == urls::api() { page.texts("pre, :not(pre) > code") } else { Vec::new() };
    let shown_as_it_is = |trace: &str| match trace {
        "&amp;" | "T00:00" => shown.iter().map(|sample| sample.matches(trace).count()).sum(),
        _ => 0,
    };
    for trace in ["{{", "}}", "{%", "Some(", "NaN", "inf%", "undefined", "&amp;", "&lt;", "T00:00", "-0 "] {
        if text.matches(trace).count() > shown_as_it_is(trace) {
            found.push(format!("says “{trace}”"));
        }
    }
    // What somebody has searched for is repeated as it was typed.
    for gap in [" , ", " . ", ".. ", " ;", "( ", " )"].into_iter().filter(|_| !page.path.contains("q=")) {
        if let Some(at) = text.find(gap) {
            let before: Vec<char> = text[..at].chars().rev().take(30).collect();
            found.push(format!("says “{}{gap}”", before.into_iter().rev().collect::<String>()));
        }
    }
}

fn beginning(element: ElementRef<'_>) -> String {
    element.html().chars().take(120).collect()
}
