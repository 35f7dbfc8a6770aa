//! Who else decides: governments and mayors within the United Kingdom, companies, other countries.

use std::sync::LazyLock;

use super::{MOST, Text, list};

list!(
    /// Who decides in Scotland, Wales and Northern Ireland, and mayors.
    DEVOLVED, "devolved.txt"
);

list!(
    /// What is decided there, where it is said to be there.
    DEVOLVED_MATTERS, "devolved_matters.txt"
);

/// What in the action speaks for the Scottish, Welsh or Northern Irish government, or a mayor.
pub(super) fn devolved(text: &Text<'_>) -> Vec<String> {
    let mut found = text.phrases(0, &DEVOLVED);
    let there = text.phrases(0, &["in northern ireland", "in scotland", "in wales"]);
    let compares = text.has(0, &["england", "uk", "united kingdom", "english", "britain"]);
    if !there.is_empty() && !compares && text.has(0, &DEVOLVED_MATTERS) {
        found.extend(there);
    }
    found
}

list!(
    /// Companies that petitions are addressed to.
    COMPANIES, "companies.txt"
);

/// Words that somebody who is asked to do something stands behind.
pub(super) const ASKS: &[&str] = &["ask", "asks", "beg", "convince", "get", "make", "persuade", "tell", "urge"];

list!(
    /// Words that say what the Government or Parliament would do.
    LEVERS, "levers.txt"
);

/// Companies that are asked to do something that no law is to make them do.
pub(super) fn companies(text: &Text<'_>) -> Vec<String> {
    if text.has(0, &LEVERS) {
        return Vec::new();
    }
    let asked = |company: &&&str| {
        let plain = &text.plain[0];
        ASKS.iter().any(|ask| plain.contains(&format!(" {ask} {company} ")))
            || plain.contains(&format!(" call on {company} "))
            || plain.starts_with(&format!(" {company} should "))
            || plain.starts_with(&format!(" {company} must "))
            || plain.starts_with(&format!(" {company} to "))
            || plain.starts_with(&format!(" {company} please "))
    };
    COMPANIES.iter().filter(asked).map(|company| (*company).to_owned()).collect()
}

/// Countries, as they are called where somebody does something in them; parts of the United Kingdom and what belongs to it
/// are left out.
pub(super) static COUNTRIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    const OURS: [&str; 10] = [
        "united kingdom",
        "england",
        "scotland",
        "wales",
        "northern ireland",
        "gibraltar",
        "jersey",
        "guernsey",
        "isle of man",
        "falkland islands",
    ];
    let rows = include_str!("../areas/countries.csv").lines().skip(1).filter_map(|line| line.split(',').nth(1));
    let names = rows.map(|name| name.trim_matches('"').to_lowercase().replace('’', "'"));
    let others =
        ["america", "europe", "russia", "south korea", "syria", "the usa", "usa", "vietnam"].map(str::to_owned);
    names.filter(|name| name.len() > 3 && !OURS.contains(&name.as_str())).chain(others).collect()
});

/// What is asked to happen in another country as if it were this one.
const DOMESTIC: &[&str] =
    &["abolish", "ban", "close", "end", "free", "legalise", "outlaw", "prohibit", "release", "save", "stop"];

list!(
    /// Words that say what the United Kingdom would do about it.
    ABROAD, "abroad.txt"
);

/// Words of an action that say that the UK is meant though another country is named.
const LEVERS_ABROAD: &[&str] = &["government", "parliament", "uk", "britain", "our"];

/// Countries in which something is to happen that the United Kingdom has no part in.
pub(super) fn countries(text: &Text<'_>) -> Vec<String> {
    let plain = &text.plain[0];
    if text.has(0, LEVERS_ABROAD) || (0..2).any(|at| text.has(at, &ABROAD)) {
        return Vec::new();
    }
    let named = |country: &&String| {
        let asked = ASKS.iter().any(|ask| plain.contains(&format!(" {ask} {country} to ")));
        let within = DOMESTIC.iter().any(|verb| plain.starts_with(&format!(" {verb} ")))
            && plain.contains(&format!(" in {country} "));
        let government = plain.starts_with(&format!(" the government of {country} "));
        asked || within || government
    };
    COUNTRIES.iter().filter(named).take(MOST).map(|country| titled(country)).collect()
}

fn titled(words: &str) -> String {
    let small = ["and", "of", "the"];
    let word = |word: &str| {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if !small.contains(&word) => first.to_uppercase().chain(letters).collect(),
            _ => word.to_owned(),
        }
    };
    words.split(' ').map(word).collect::<Vec<String>>().join(" ")
}
