//! Whether a text is about a court case; courts, judges and prisons as such are not.

use super::{Text, VERBS, list, people};
use crate::domain::checks;

list!(
    /// What is said of a case, not of courts.
    CASES, "cases.txt"
);

/// "R v Quillfeather", as prosecutions are called.
fn parties(words: &[&str]) -> Option<String> {
    let case = words.windows(3).find(|trio| {
        matches!(trio[0], "R" | "Regina" | "Rex") && matches!(trio[1], "v" | "vs") && checks::is_capitalised(trio[2])
    });
    case.map(|trio| trio.join(" "))
}

/// "Leeds Crown Court".
fn certain_court(words: &[&str]) -> Option<String> {
    let court = words.windows(3).find(|trio| {
        let place = trio[0].to_lowercase();
        let is_place = checks::is_capitalised(trio[0]) && place != "the" && !VERBS.contains(&*place);
        let is_kind =
            ["Crown", "County", "Family", "Magistrates", "Magistrates'", "Magistrates’", "Sheriff"].contains(&trio[1]);
        is_place && is_kind && trio[2] == "Court"
    });
    court.map(|trio| trio.join(" "))
}

/// What one of the texts says of a court case.
pub(super) fn court(text: &Text<'_>, at: usize) -> Vec<String> {
    let words = &text.words[at];
    let mut found = text.phrases(at, &CASES);
    found.extend(parties(words));
    // A court and a name in one text are a case; so are one certain court and what goes on there.
    let courts = checks::known(&text.words[at..=at], checks::COURT);
    if !people::people(text, at).is_empty() {
        found.extend(courts);
    } else if let Some(court) = certain_court(words)
        && courts.iter().any(|word| !word.eq_ignore_ascii_case("court"))
    {
        found.push(court);
    }
    found
}
