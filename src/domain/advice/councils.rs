//! What a council decides: asked of a council, or said of a single place.

use super::{
    Text, VERBS,
    elsewhere::{ASKS, COUNTRIES},
    list,
    people::is_titled,
};
use crate::domain::checks;

list!(
    /// What councils do for single places.
    LOCAL, "local.txt"
);
list!(
    /// What councils look after, and what is no advice's business unless it is said in which place.
    LOCAL_MATTERS, "local_matters.txt"
);
list!(
    /// What stands before "Council" where it is not a council of a place.
    OTHER_COUNCILS, "other_councils.txt"
);
list!(
    /// What stands before "Street" where it is not one street.
    OTHER_STREETS, "other_streets.txt"
);

/// What stands behind "Council" where something else is meant.
const OF_COUNCILS: &[&str] = &["estate", "estates", "house", "houses", "housing", "of", "roads", "tax", "tenants"];
/// Words that only a council is asked with: a company that is forced to something is forced by a law.
const FORCES: &[&str] = &["force", "order", "stop"];
const STREETS: &[&str] = &["Avenue", "Lane", "Road", "Street"];
/// Where "in" leads that is not a single place.
const LARGE: &[&str] =
    &["britain", "england", "europe", "great", "northern", "parliament", "scotland", "wales", "westminster"];

/// What in the action speaks for a council.
pub(super) fn councils(text: &Text<'_>) -> Vec<String> {
    let words = &text.words[0];
    let mut found = text.phrases(0, &LOCAL);
    // "Tell Ambridge Council to", but not "the Security Council" and not "Cut Council Tax".
    for trio in words.windows(3).chain(words.get(words.len().saturating_sub(2)..)) {
        let [place, council, rest @ ..] = trio else { continue };
        let is_place = checks::is_capitalised(place) && !OTHER_COUNCILS.contains(&&*place.to_lowercase());
        let is_other = rest.first().is_some_and(|next| OF_COUNCILS.contains(&&*next.to_lowercase()));
        let is_verb = VERBS.contains(&*place.to_lowercase());
        if is_place && *council == "Council" && !is_other && !is_verb {
            found.push(format!("{place} Council"));
        }
    }
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    found.extend(the_council(&lower));
    if !is_titled(words, 2) {
        found.extend(streets(words));
    }
    found.extend(matters_of_a_place(text));
    found
}

/// "Make the council …", "The city council should …": a council of which everybody there knows which.
fn the_council(lower: &[String]) -> Option<String> {
    let at = |index: usize| lower.get(index).map_or("", String::as_str);
    (1..lower.len()).filter(|index| at(*index) == "council").find_map(|council| {
        let kind = usize::from(["borough", "city", "county", "district", "local", "parish"].contains(&at(council - 1)));
        let the = council.checked_sub(1 + kind).filter(|the| at(*the) == "the")?;
        let asked = match the {
            0 => ["must", "needs", "should", "to"].contains(&at(council + 1)),
            _ => ASKS.contains(&at(the - 1)) || FORCES.contains(&at(the - 1)),
        };
        (asked && !OF_COUNCILS.contains(&at(council + 1))).then(|| lower[the..=council].join(" "))
    })
}

/// "Oak Street", but not "Every Street".
fn streets(words: &[&str]) -> Vec<String> {
    let pairs = words.windows(2).filter(|pair| {
        let name = pair[0].to_lowercase();
        let is_name = checks::is_capitalised(pair[0]) && !VERBS.contains(&*name) && !OTHER_STREETS.contains(&&*name);
        is_name && STREETS.contains(&pair[1])
    });
    pairs.map(|pair| pair.join(" ")).collect()
}

/// "Fix the potholes in Leeds": what councils look after, in a place with a name that is no country's.
fn matters_of_a_place(text: &Text<'_>) -> Option<String> {
    let matter = text.phrases(0, &LOCAL_MATTERS).into_iter().next()?;
    let place = text.words[0].windows(2).find(|pair| {
        let name = pair[1].to_lowercase();
        let is_large = LARGE.contains(&&*name) || COUNTRIES.contains(&name) || name == "uk";
        pair[0] == "in" && checks::is_capitalised(pair[1]) && !is_large
    })?;
    Some(format!("{matter} in {}", place[1]))
}
