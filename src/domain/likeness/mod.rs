//! How much alike two petitions are, by the meaning of their words.
//!
//! A text becomes [`Terms`]: the stems of its words, and besides them the groups of words that mean nearly the same
//! (`synonyms.txt`). A term weighs more the fewer petitions have it ([`Weights`]), more when it stands in the action, and a
//! little more when it is repeated. Likeness is the cosine of the angle between two texts' terms (vector space model, Salton
//! 1975; inverse document frequency, Spärck Jones 1972): 1 for the same words, 0 for none in common, and the same in both
//! directions. [`Index`] finds what is most like a text among very many.
//!
//! The numbers below were chosen with the labelled texts in `tests/bench/related`; what they are worth is measured by
//! `cargo bench -- related`.

mod index;
mod words;

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

pub use self::index::{Alike, Index};
use self::words::GROUP;

/// How often a term counts that stands once in the action, and once in any other part.
const IN_ACTION: u8 = 2;
const ELSEWHERE: u8 = 1;
/// How much more a group of words weighs than one word that is as rare.
const GROUP_WEIGHT: f32 = 1.5;
/// As if there were so many more petitions, about other things: where all are about the same, its words still say something.
const OTHERS: f32 = 50.0;
/// How alike two petitions must be to be called related: below this it is mostly chance.
pub const ALIKE: f32 = 0.1;

/// What tells this way of comparing from every other, so that what was found in another way is found anew.
pub static METHOD: LazyLock<String> = LazyLock::new(|| {
    let mut hash = blake3::Hasher::new();
    // Whoever changes how terms are made or weighed adds one.
    hash.update(b"1").update(words::SYNONYMS.as_bytes());
    hash.update(format!("{IN_ACTION} {ELSEWHERE} {GROUP_WEIGHT} {OTHERS} {ALIKE}").as_bytes());
    hash.finalize().to_hex()[..16].to_owned()
});

/// The words of a petition.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text<'a> {
    /// What it asks for.
    pub action: &'a str,
    /// Why, in short.
    pub background: &'a str,
    /// Why, at length.
    pub additional_details: &'a str,
}

/// What a text is about: stems of words and groups of words, in the order of their letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(BTreeMap<String, Term>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// How often it stands in the text, in the action twice.
    count: u8,
    /// A word of the text that it was made from.
    word: String,
}

impl Terms {
    /// The terms of a text.
    pub fn of(text: &Text<'_>) -> Self {
        let mut terms = Self::default();
        for (part, count) in
            [(text.action, IN_ACTION), (text.background, ELSEWHERE), (text.additional_details, ELSEWHERE)]
        {
            words::each_term(part, |term, word| terms.add(term, word, count));
        }
        terms
    }

    fn add(&mut self, term: &str, word: &str, count: u8) {
        match self.0.get_mut(term) {
            Some(known) => known.count = known.count.saturating_add(count),
            None => {
                self.0.insert(term.to_owned(), Term { count, word: word.to_owned() });
            }
        }
    }

    /// Each term.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// How much terms say, by how many petitions have them.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    petitions: u32,
    with: HashMap<String, u32>,
}

impl Weights {
    /// When there are so many petitions, and so many with each term; terms that are not named stand in one at the most.
    pub fn new(petitions: u32, with: HashMap<String, u32>) -> Self {
        Self { petitions, with }
    }

    /// Of how many petitions they were made.
    pub fn petitions(&self) -> u32 {
        self.petitions
    }

    /// What a term weighs that stands once in a text.
    fn of(&self, term: &str) -> f32 {
        let with = self.with.get(term).copied().unwrap_or(1);
        let rarity = ((self.petitions as f32 + OTHERS) / (with as f32 + 0.5)).ln().max(0.0);
        if term.starts_with(GROUP) { rarity * GROUP_WEIGHT } else { rarity }
    }

    /// Words of the second text that do most to make the two alike, most telling first.
    pub fn shared(&self, one: &Terms, other: &Terms, most: usize) -> Vec<String> {
        let mut shared: Vec<(f32, &str)> = one
            .0
            .iter()
            .filter_map(|(term, mine)| Some((term, mine, other.0.get(term)?)))
            .map(|(term, mine, theirs)| {
                (self.of(term).powi(2) * repeated(mine.count) * repeated(theirs.count), theirs.word.as_str())
            })
            .filter(|(weight, _)| *weight > 0.0)
            .collect();
        shared.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let is_part = |of: &str, word: &str| of.split(' ').any(|part| part == word);
        let mut words: Vec<&str> = Vec::new();
        for (_, word) in shared {
            if words.iter().any(|known| *known == word || is_part(known, word)) {
                continue;
            }
            // A phrase says what its words say.
            words.retain(|known| !is_part(word, known));
            words.push(word);
        }
        words.into_iter().take(most).map(str::to_owned).collect()
    }
}

/// How much more a term says that stands more than once: less and less.
fn repeated(count: u8) -> f32 {
    1.0 + f32::from(count.max(1)).ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::petition::PetitionState;

    fn terms(action: &str, background: &str) -> Terms {
        Terms::of(&Text { action, background, additional_details: "" })
    }

    fn names(terms: &Terms) -> Vec<&str> {
        terms.iter().collect()
    }

    fn likeness(texts: &[&Terms]) -> impl Fn(usize, usize) -> f32 + use<> {
        let mut with = HashMap::new();
        for terms in texts {
            terms.iter().for_each(|term| *with.entry(term.to_owned()).or_default() += 1);
        }
        let mut index = Index::new(Weights::new(texts.len() as u32, with));
        for (at, terms) in texts.iter().enumerate() {
            index.put((at as i64 + 1).into(), PetitionState::Open, terms);
        }
        let texts: Vec<Terms> = texts.iter().map(|terms| (*terms).clone()).collect();
        move |one, other| {
            let found = index.alike(&texts[one], 0.0, usize::MAX, |id, _| id.get() == other as i64 + 1);
            found.first().map_or(0.0, |found| found.likeness)
        }
    }

    #[test]
    fn words_are_compared_by_their_stems_and_common_ones_left_out() {
        assert_eq!(names(&terms("Stop the felling of trees", "")), ["fell", "tree", "≈tree"]);
        assert_eq!(terms("Trees", "a tree, TREE's").0["tree"].count, 4);
        assert_eq!(names(&terms("Llŷn: https://example.org/badgers www.example.org", "")), ["llyn"]);
        assert_eq!(names(&terms("A&E at St. Thomas’s", "")), ["a&e", "st", "thoma", "≈a&e"]);
    }

    #[test]
    fn other_words_for_the_same_meet_in_a_group() {
        for (one, other, group) in [
            ("Fund dentists", "Look after our teeth", "≈dentist"),
            ("See a GP sooner", "Train family doctors", "≈doctor"),
            ("Ban zero-hours contracts", "End insecure work", "≈zero hours"),
            ("Keep accident and emergency", "Save our casualty department", "≈a&e"),
        ] {
            assert!(names(&terms(one, "")).contains(&group), "{one}: {:?}", terms(one, ""));
            assert!(names(&terms(other, "")).contains(&group), "{other}: {:?}", terms(other, ""));
        }
        // A phrase does not reach over the end of a sentence.
        assert!(!names(&terms("Count to zero. Hours later", "")).contains(&"≈zero hours"));
    }

    #[test]
    fn the_likeness_of_a_text_to_itself_is_one_and_to_another_the_same_both_ways() {
        let texts =
            [terms("Cull badgers", "They spread tuberculosis."), terms("Save badgers", ""), terms("Mend roads", "")];
        let texts: Vec<&Terms> = texts.iter().collect();
        let likeness = likeness(&texts);
        assert!((likeness(0, 0) - 1.0).abs() < 1e-5);
        assert!(likeness(0, 1) > ALIKE && likeness(0, 1) < 0.95, "{}", likeness(0, 1));
        assert_eq!(likeness(0, 1), likeness(1, 0));
        assert_eq!(likeness(0, 2), 0.0);
    }

    #[test]
    fn what_two_texts_share_is_said_in_words_the_most_telling_first() {
        let (one, other) = (terms("Research into dementia", "Carers"), terms("Alzheimer’s research for carers", ""));
        let with = [("research", 20), ("carer", 2)].map(|(term, count)| (term.to_owned(), count));
        let weights = Weights::new(100, with.into_iter().collect());
        assert_eq!(weights.shared(&one, &other, 3), ["alzheimer", "carers", "research"]);
        assert!(weights.shared(&one, &Terms::default(), 3).is_empty());
        let dogs = terms("Guide dogs for the blind", "");
        assert_eq!(weights.shared(&dogs, &dogs, 3), ["guide dogs", "blind"]);
    }

    #[test]
    fn every_line_of_the_synonyms_is_a_group_of_at_least_two() {
        let groups = words::SYNONYMS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut names = Vec::new();
        for line in groups {
            let words: Vec<&str> = line.split(',').map(str::trim).collect();
            assert!(words.len() > 1, "{line}");
            assert!(words.iter().all(|word| !word.is_empty() && word.len() <= 40), "{line}");
            let mut stems = Vec::new();
            words.iter().for_each(|word| words::each_term(word, |term, _| stems.push(term.to_owned())));
            assert!(stems.contains(&format!("{GROUP}{}", words[0])), "{line}: {stems:?}");
            names.push(words[0]);
        }
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "each group has a name of its own");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(action in any::<String>(), background in "(\\PC|👩‍👩‍👧|\u{0}|é|ﬁ|[a-z]{0,60} ){0,200}") {
            let text = Text { action: &action, background: &background, additional_details: &action };
            let terms = Terms::of(&text);
            let other = Terms::of(&Text { action: &background, ..Text::default() });
            let likeness = likeness(&[&terms, &other, &Terms::default()]);
            for (one, two) in [(0, 1), (0, 0), (1, 1), (0, 2)] {
                let alike = likeness(one, two);
                prop_assert!((0.0..=1.0001).contains(&alike), "{alike}");
                prop_assert_eq!(alike, likeness(two, one));
            }
        }

        #[test]
        fn likeness_does_not_depend_on_the_order_of_words(mut words in prop::collection::vec("[a-z]{2,9}", 1..30)) {
            let one = terms(&words.join(". "), "");
            words.reverse();
            let other = terms(&words.join(". "), "");
            prop_assert_eq!(one.iter().collect::<Vec<_>>(), other.iter().collect::<Vec<_>>());
        }
    }
}
