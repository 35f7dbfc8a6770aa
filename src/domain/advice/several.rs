//! Whether an action asks for several things at once.

use super::{Text, VERBS, list};
use crate::domain::checks;

list!(
    /// Verbs that are hardly ever anything else, so that one after "and" begins another demand.
    CERTAIN, "certain_verbs.txt"
);

/// What an action asks for besides the first thing.
pub(super) fn several(text: &Text<'_>, action: &str) -> Vec<String> {
    let words: Vec<String> = text.words[0].iter().map(|word| word.to_lowercase()).collect();
    if !words.first().is_some_and(|first| VERBS.contains(first.as_str())) {
        return Vec::new();
    }
    let mut found = joined(&text.words[0], &words);
    if found.is_empty() {
        found = listed(action);
    }
    found
}

/// "Ban fireworks and introduce ...": with a verb right before the "and" the two share what follows ("ban and remove").
fn joined(written: &[&str], words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for at in 2..words.len().saturating_sub(2) {
        let joins = matches!(words[at].as_str(), "and" | "also" | "plus");
        let next = if words[at] == "and" && words[at + 1] == "also" { at + 2 } else { at + 1 };
        let follows = words.get(next).is_some_and(|word| CERTAIN.contains(&word.as_str()));
        let shares = CERTAIN.contains(&words[at - 1].as_str());
        if joins && follows && !shares && !words.get(next + 1).is_some_and(|word| says_it_again(word)) {
            found.push(written[at..(next + 3).min(words.len())].join(" "));
        }
    }
    found
}

/// "Ban fireworks, cut VAT and plant trees": between commas, each time a verb and what it is about. A list of things
/// ("Fund schools, support staff and meals") has some that begin otherwise.
fn listed(action: &str) -> Vec<String> {
    let pieces = action.split([',', ';']);
    let demands: Vec<Vec<&str>> = pieces
        .flat_map(|piece| {
            let words = checks::words(piece);
            let split = words.split(|word| matches!(word.to_lowercase().as_str(), "and" | "also" | "plus"));
            split.filter(|words| !words.is_empty()).map(<[&str]>::to_vec).collect::<Vec<_>>()
        })
        .collect();
    let is_demand = |words: &Vec<&str>| {
        words.len() > 1 && VERBS.contains(&*words[0].to_lowercase()) && !says_it_again(&words[1].to_lowercase())
    };
    let is_certain = |words: &Vec<&str>| CERTAIN.contains(&&*words[0].to_lowercase());
    let others = demands.get(1..).unwrap_or_default();
    let several = match others {
        [] => false,
        // Of two the second has to be a demand beyond doubt.
        [other] => action.contains([',', ';']) && is_certain(other),
        _ => true,
    };
    match several && demands.iter().all(is_demand) {
        true => others.iter().map(|words| words.join(" ")).collect(),
        false => Vec::new(),
    }
}

/// "... and make it illegal" says the same once more.
fn says_it_again(word: &str) -> bool {
    matches!(word, "it" | "them" | "this" | "these" | "sure")
}
