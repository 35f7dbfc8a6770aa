//! Whom a text names.

use super::{Text, VERBS, list};
use crate::domain::checks;

list!(
    /// What stands behind a title or a first name where nobody is named.
    OFFICES, "offices.txt"
);
list!(
    /// Words that are no part of a name, though they are written with a capital.
    NO_NAMES, "no_names.txt"
);

/// Words of offices that also introduce names; of themselves they name nobody.
const HOLDERS: &[&str] = &["judge", "justice", "lady", "lord", "officer"];
/// What is asked to be done to somebody, and hardly ever to anything else of two words with capitals.
const DONE_TO: &[&str] =
    &["arrest", "deport", "extradite", "free", "impeach", "imprison", "jail", "knight", "pardon", "sack"];
/// What somebody is to do or to suffer, said behind the name.
const SUFFERED: &[&str] = &["arrested", "deported", "extradited", "imprisoned", "jailed", "resign", "sacked"];
/// How many words may stand between the name and that.
const BETWEEN: usize = 3;

/// Whom one of the texts names.
pub(super) fn people(text: &Text<'_>, at: usize) -> Vec<String> {
    let words = &text.words[at];
    let is_office = |name: &String| {
        let (first, last) = name.split_once(' ').unwrap_or(("", name));
        let last = bare(last);
        is_part_of_an_office(&last) || HOLDERS.contains(&&*first.to_lowercase()) && VERBS.contains(&*last)
    };
    let mut names: Vec<String> = checks::people(words).into_iter().filter(|name| !is_office(name)).collect();
    if at == 0 {
        names.extend(concerned(words));
    }
    names
}

/// "Sack Ozias Quillfeather": two words with capitals to whom something is to be done as only to people. First names are
/// too many to be known.
fn concerned(words: &[&str]) -> Vec<String> {
    if is_titled(words, 3) {
        return Vec::new();
    }
    let is_name = |word: &str| {
        let bare = bare(word);
        checks::is_capitalised(word) && !is_part_of_an_office(&bare) && !NO_NAMES.contains(&&*bare)
    };
    let pairs = words.windows(2).enumerate().filter(|(at, pair)| {
        let done = at.checked_sub(1).is_some_and(|before| DONE_TO.contains(&&*words[before].to_lowercase()));
        let mut behind = words[at + 2..].iter().take(BETWEEN);
        let suffered = behind.any(|word| SUFFERED.contains(&&*word.to_lowercase()));
        let begins = VERBS.contains(&*pair[0].to_lowercase()) || DONE_TO.contains(&&*pair[0].to_lowercase());
        (done || suffered) && is_name(pair[0]) && is_name(pair[1]) && !begins
    });
    pairs.map(|(_, pair)| pair.join(" ")).collect()
}

/// Whether so many words have capitals that one more tells nothing: all but these many, or nearly.
pub(super) fn is_titled(words: &[&str], but: usize) -> bool {
    let long: Vec<&&str> = words.iter().skip(1).filter(|word| word.chars().count() > 3).collect();
    let capitals = long.iter().filter(|word| checks::is_capitalised(word)).count();
    long.len() > but && capitals + 1 >= long.len()
}

fn is_part_of_an_office(bare: &str) -> bool {
    OFFICES.contains(&bare)
}

/// A word in lower case, without an 's.
fn bare(word: &str) -> String {
    let lower = word.to_lowercase();
    let bare = lower.strip_suffix("'s").or(lower.strip_suffix("’s")).unwrap_or(&lower);
    bare.to_owned()
}
