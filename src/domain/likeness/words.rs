//! From a text to its terms: words, their stems, and groups of words that mean nearly the same.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use rust_stemmers::{Algorithm, Stemmer};

use crate::domain::text;

/// With what the term of a group begins; no word does.
pub(super) const GROUP: char = '≈';
/// Groups of words that mean nearly the same, with the reasons.
pub(super) const SYNONYMS: &str = include_str!("synonyms.txt");
/// Most bytes of a word that is looked at.
const LONGEST: usize = 40;

/// Words that stand in texts about anything: those of the language, and those of petitions.
const COMMON: &str = "\
    a about above after again against all also am an and any are as at be because been before being below between both but by
    can could did do does doing don down during each few for from further get had has have having he her here hers herself him
    himself his how i if in into is it its itself just like many may me might more most much must my myself no nor not now of
    off on once only or other our ours ourselves out over own s same shall she so some such t than that the their theirs them
    themselves then there these they this those through to too under until up upon us very was we were what when where which
    while who whom why will with within without would yet you your yours yourself yourselves
    act action agree allow already always another anyone anything appeal ask become bring britain british call change country
    current currently day debate demand end ensure even ever every everyone everything feel force give go going good
    government great hm however introduce issue keep kingdom law legislation let life long made make makes matter mean means
    minister ministers nation national need needed needs never new number often one parliament people person petition petitions
    place please politician power prevent provide public put really reason reduce remove require right said save say see should
    sign since someone something start still stop support sure take thank therefore thing think time today uk undersigned united
    urge use used want way well whether year years";

static COMMON_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON.split_ascii_whitespace().collect());
static GROUPS: LazyLock<Groups> = LazyLock::new(Groups::read);

/// The groups, by the stems of their words.
struct Groups {
    /// The terms of the groups in which a word or phrase stands.
    of: HashMap<String, Vec<String>>,
    /// The most words of phrases that begin with a stem.
    longest: HashMap<String, usize>,
}

impl Groups {
    fn read() -> Self {
        let mut groups = Self { of: HashMap::new(), longest: HashMap::new() };
        for line in SYNONYMS.lines().filter(|line| !line.starts_with('#')) {
            let Some(name) = line.split(',').next().map(str::trim).filter(|name| !name.is_empty()) else { continue };
            for entry in line.split(',') {
                let stems: Vec<String> = words(entry).into_iter().flatten().map(|word| stem(&word)).collect();
                let Some(first) = stems.first() else { continue };
                let longest = groups.longest.entry(first.clone()).or_default();
                *longest = stems.len().max(*longest);
                let of = groups.of.entry(stems.join(" ")).or_default();
                let term = format!("{GROUP}{name}");
                if !of.contains(&term) {
                    of.push(term);
                }
            }
        }
        groups
    }
}

/// Hands over each term of a text, with the word or phrase that it was made from.
pub(super) fn each_term(text: &str, mut add: impl FnMut(&str, &str)) {
    let words = words(text);
    let stems: Vec<Option<String>> = words.iter().map(|word| word.as_deref().map(stem)).collect();
    for (at, (word, first)) in words.iter().zip(&stems).enumerate() {
        let (Some(word), Some(first)) = (word, first) else { continue };
        if word.len() > 1 && !COMMON_WORDS.contains(word.as_str()) {
            add(first, word);
        }
        let longest = GROUPS.longest.get(first).copied().unwrap_or(0);
        let mut phrase = String::new();
        for (length, next) in stems[at..].iter().take(longest).enumerate() {
            let Some(next) = next else { break };
            if length > 0 {
                phrase.push(' ');
            }
            phrase.push_str(next);
            if let Some(groups) = GROUPS.of.get(&phrase) {
                let written: Vec<&str> = words[at..=at + length].iter().flatten().map(String::as_str).collect();
                groups.iter().for_each(|group| add(group, &written.join(" ")));
            }
        }
    }
}

/// The words of a text, folded; `None` where a sentence or part of it ends. Addresses of the internet are left out.
fn words(text: &str) -> Vec<Option<String>> {
    let mut words = Vec::new();
    for piece in text.split_whitespace() {
        let folded = text::fold(piece);
        if folded.contains("://") || folded.starts_with("www.") {
            words.push(None);
            continue;
        }
        for c in folded.split_inclusive(|c: char| !is_of_a_word(c)) {
            let (word, after) = match c.char_indices().next_back() {
                Some((at, last)) if !is_of_a_word(last) => (&c[..at], Some(last)),
                _ => (c, None),
            };
            // "nurse's" is "nurse", and "don't" is "don".
            let word = word.split(['\'', '’']).find(|part| !part.is_empty()).unwrap_or("");
            if !word.is_empty() && word.len() <= LONGEST {
                words.push(Some(word.to_owned()));
            }
            if after.is_some_and(|after| matches!(after, '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')')) {
                words.push(None);
            }
        }
    }
    words
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '&' | '\'' | '’')
}

/// What a word has in common with its other forms; the stemmer knows English only.
fn stem(word: &str) -> String {
    if word.is_ascii() { Stemmer::create(Algorithm::English).stem(word).into_owned() } else { word.to_owned() }
}
