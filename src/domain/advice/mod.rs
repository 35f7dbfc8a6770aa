//! What usually gets a petition rejected, told to whoever is writing it, with how to put it better. Advice, never a wall:
//! nothing is refused because of it, so it speaks up only where it is mostly right.
//!
//! What moderators are shown ([`super::checks`]) is broader: they want to see too much rather than too little. About courts
//! both are told the same: so many petitions are about judges, prisons and sentences that a warning of all of them is none.

mod councils;
mod courts;
mod elsewhere;
mod people;
mod several;

use std::{collections::HashSet, sync::LazyLock};

use super::{
    checks::{self, Texts},
    petition_text::Part,
    text,
};

/// Words or phrases from a file beside this one, a line each.
macro_rules! list {
    ($(#[$about:meta])* $name:ident, $file:literal) => {
        $(#[$about])*
        pub(super) static $name: std::sync::LazyLock<Vec<&'static str>> =
            std::sync::LazyLock::new(|| include_str!($file).lines().collect());
    };
}
use list;

/// A piece of advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What it is about.
    pub about: About,
    /// Where the text can be changed.
    pub part: Part,
    /// What was found, as it stands in the text; may be none.
    pub found: Vec<String>,
}

/// What advice is about; in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// A council does it.
    Council,
    /// The Scottish, Welsh or Northern Irish government, or a mayor, does it.
    Devolved,
    /// A company does it.
    Company,
    /// Another country's government does it.
    ElsewhereInTheWorld,
    /// The Government has answered a petition that is much like it.
    Answered,
    /// An open petition is much like it.
    Open,
    /// It seems to name somebody.
    Person,
    /// It seems to be about a court case.
    Court,
    /// It seems to ask for several things.
    Several,
    /// It does not seem to say what should be done.
    NoAction,
    /// It is written in capitals, or with many exclamation marks.
    Shouting,
    /// It has a web or e-mail address, or a telephone number.
    Contact,
}

/// Which petitions there are that are much like a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alike {
    /// One that can be signed.
    pub open: bool,
    /// One that the Government has answered.
    pub answered: bool,
}

/// How alike two texts must be for one to be called much like the other.
pub const MUCH_ALIKE: f32 = 0.5;

/// Most findings of a kind that are shown.
const MOST: usize = 3;

impl About {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Council,
        Self::Devolved,
        Self::Company,
        Self::ElsewhereInTheWorld,
        Self::Answered,
        Self::Open,
        Self::Person,
        Self::Court,
        Self::Several,
        Self::NoAction,
        Self::Shouting,
        Self::Contact,
    ];

    /// What may be amiss.
    pub fn title(self) -> &'static str {
        match self {
            Self::Council => "This may be a matter for a council",
            Self::Devolved => "This may be decided in Scotland, Wales, Northern Ireland or by a mayor",
            Self::Company => "This may be up to a company",
            Self::ElsewhereInTheWorld => "This may be up to another country’s government",
            Self::Answered => "The Government has answered a petition that is much like yours",
            Self::Open => "An open petition is much like yours",
            Self::Person => "It seems to name somebody",
            Self::Court => "It seems to be about a court case",
            Self::Several => "It seems to ask for more than one thing",
            Self::NoAction => "It may not be clear what should be done",
            Self::Shouting => "It is written in capitals, or with many exclamation marks",
            Self::Contact => "It has a web address, an email address or a telephone number",
        }
    }

    /// How to put it better.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Council => {
                "Parliament does not decide about single places. Ask for a rule for the whole country, or send your petition \
                 to the council: most take petitions."
            }
            Self::Devolved => {
                "We can only publish what the UK Government or Parliament can do. The Scottish Parliament, the Senedd and the \
                 Northern Ireland Assembly have petitions of their own. If the UK decides about it, say so."
            }
            Self::Company => {
                "The Government cannot tell a company how to run its business. Ask for a law that would hold for all of them, \
                 or write to the company."
            }
            Self::ElsewhereInTheWorld => {
                "The Government cannot decide for another country. Say what the UK should do about it, such as to raise it, to \
                 change its trade or its aid."
            }
            Self::Answered => {
                "Read the answer first. We may reject a petition that asks for the same again; say what the answer left out, or \
                 what has changed since."
            }
            Self::Open => {
                "One petition with many signatures counts for more than two with fewer, and we reject petitions that ask for \
                 the same. Sign that one, or say in the first line what yours asks for that it does not."
            }
            Self::Person => {
                "We do not publish what accuses somebody or tells of private people. Say what should be different for \
                 everybody, and leave the name out unless it is known to all and belongs there."
            }
            Self::Court => {
                "We cannot publish what is about a case that is not over, or what could harm one. Ask for a change of the law \
                 instead, without the case."
            }
            Self::Several => {
                "Ask for one thing: others can then say yes to all of it, and the Government can answer it. Choose the one that \
                 matters most; the rest can be another petition."
            }
            Self::NoAction => {
                "Begin with what should be done, such as “Ban …”, “Fund …” or “Change the law so that …”, and say it in a \
                 sentence that somebody who has never heard of it understands."
            }
            Self::Shouting => "Write it as you would say it to a friend: more people read on.",
            Self::Contact => {
                "People sign what they can read here, and we may have to take addresses out. Say it in words; leave out how to \
                 reach anybody."
            }
        }
    }
}

/// What to think about before sending these texts.
pub fn advice(texts: Texts<'_>, alike: Alike) -> Vec<Advice> {
    let all = [texts.action, texts.background, texts.additional_details];
    let parts = Text::of(&all);
    let mut advice: Vec<Advice> = Vec::new();
    let mut add = |about, part, found: Vec<String>| {
        let mut seen = HashSet::new();
        let found: Vec<String> = found.into_iter().filter(|found| seen.insert(text::fold(found))).take(MOST).collect();
        advice.push(Advice { about, part, found });
    };
    let bodies = [
        (About::Council, councils::councils(&parts)),
        (About::Devolved, elsewhere::devolved(&parts)),
        (About::Company, elsewhere::companies(&parts)),
        (About::ElsewhereInTheWorld, elsewhere::countries(&parts)),
    ];
    for (about, found) in bodies {
        if !found.is_empty() {
            add(about, Part::Action, found);
        }
    }
    if alike.answered {
        add(About::Answered, Part::Action, Vec::new());
    }
    if alike.open {
        add(About::Open, Part::Action, Vec::new());
    }
    if let Some((part, found)) = in_parts(|at| people::people(&parts, at)) {
        add(About::Person, part, found);
    }
    if let Some((part, found)) = in_parts(|at| courts::court(&parts, at)) {
        add(About::Court, part, found);
    }
    let several = several::several(&parts, texts.action);
    if !several.is_empty() {
        add(About::Several, Part::Action, several);
    }
    if !texts.action.trim().is_empty() && has_no_action(&parts) {
        add(About::NoAction, Part::Action, Vec::new());
    }
    if let Some((part, _)) = in_parts(|at| checks::is_shouted(all[at]).then(String::new).into_iter().collect()) {
        add(About::Shouting, part, Vec::new());
    }
    let contacts = |at: usize| {
        let (links, addresses) = (checks::links(all[at]), checks::addresses(all[at]));
        links.into_iter().chain(addresses).chain(checks::telephones(all[at])).collect()
    };
    if let Some((part, found)) = in_parts(contacts) {
        add(About::Contact, part, found);
    }
    advice
}

/// What is found in any of the three texts, and in which of them first.
fn in_parts(find: impl Fn(usize) -> Vec<String>) -> Option<(Part, Vec<String>)> {
    let mut first = None;
    let mut all = Vec::new();
    for (at, part) in Part::ALL.into_iter().enumerate() {
        let found = find(at);
        if !found.is_empty() {
            first = first.or(Some(part));
            all.extend(found);
        }
    }
    first.map(|part| (part, all))
}

/// The texts as they are looked at.
struct Text<'a> {
    /// The words of each.
    words: [Vec<&'a str>; 3],
    /// The words of each in lower case, without apostrophes' variety, a space before, between and after them.
    plain: [String; 3],
}

impl<'a> Text<'a> {
    fn of(all: &[&'a str; 3]) -> Self {
        let words = all.map(checks::words);
        let plain = [0, 1, 2].map(|at| {
            let mut plain = " ".to_owned();
            for word in &words[at] {
                plain.push_str(&word.to_lowercase().replace('’', "'"));
                plain.push(' ');
            }
            plain
        });
        Self { words, plain }
    }

    /// Those of these phrases that stand in one of the texts as whole words.
    fn phrases(&self, at: usize, phrases: &[&str]) -> Vec<String> {
        phrases.iter().filter(|phrase| self.stands(at, phrase)).map(|p| (*p).to_owned()).collect()
    }

    fn has(&self, at: usize, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.stands(at, phrase))
    }

    /// Whether it stands there as whole words, the last perhaps with an 's.
    fn stands(&self, at: usize, phrase: &str) -> bool {
        [format!(" {phrase} "), format!(" {phrase}'s ")].iter().any(|phrase| self.plain[at].contains(phrase))
    }
}

/// What is said of court cases in the texts of a petition.
pub(super) fn court_cases(all: &[&str; 3]) -> Vec<String> {
    let parts = Text::of(all);
    (0..all.len()).flat_map(|at| courts::court(&parts, at)).collect()
}

/// Words with which a petition says what should be done.
static VERBS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("verbs.txt").split_whitespace().collect());

fn has_no_action(text: &Text<'_>) -> bool {
    let words: Vec<String> = text.words[0].iter().map(|word| word.to_lowercase().replace('’', "'")).collect();
    let says = |word: &String| {
        VERBS.contains(word.as_str())
            || matches!(
                word.as_str(),
                "should" | "must" | "shall" | "need" | "needs" | "let's" | "ought" | "want" | "no"
            )
    };
    // "Free" is a verb where it comes first: "Free Ozias Quillfeather".
    let frees = words.first().is_some_and(|first| first == "free");
    words.len() < 2 || !frees && !words.iter().any(says)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(action: &str) -> Vec<About> {
        about(action, "", "")
    }

    fn about(action: &str, background: &str, additional_details: &str) -> Vec<About> {
        let advice = advice(Texts { action, background, additional_details }, Alike::default());
        advice.into_iter().map(|advice| advice.about).collect()
    }

    #[test]
    fn lists_of_words_are_in_order() {
        for list in [
            councils::LOCAL.as_slice(),
            &councils::LOCAL_MATTERS,
            &councils::OTHER_COUNCILS,
            &councils::OTHER_STREETS,
            &people::OFFICES,
            &people::NO_NAMES,
            &several::CERTAIN,
        ] {
            assert!(list.is_sorted() && !list.contains(&""), "{list:?}");
        }
        for verb in several::CERTAIN.iter() {
            assert!(VERBS.contains(verb), "{verb}");
        }
        assert_eq!(About::ALL.len(), About::ALL.iter().map(|about| about.title()).collect::<HashSet<_>>().len());
        assert!(About::ALL.is_sorted());
    }

    #[test]
    fn what_is_well_put_gets_no_advice() {
        for action in [
            "Plant a tree in every street",
            "Require councils to collect food waste every week",
            "Freeze Council Tax for five years",
            "Ask the UN Security Council to meet about Sudan",
            "Make the Justice Secretary publish waiting times of courts",
            "Give the Lord Chancellor power to inspect prisons",
            "Increase the minimum sentence for rape and murder",
            "Ban the import of fur from China",
            "Make Amazon pay the same tax as shops",
            "Stop selling arms to Saudi Arabia",
            "Ban the sale and use of disposable vapes",
            "Ban fireworks and make it illegal to sell them",
            "Hold an inquiry into the closing of banks",
            "The Government should fund more dentists",
            "Change the law so that pets are family in a divorce",
            "Let 16-year-olds vote",
            "Do not close ticket offices",
            "Show station names in Welsh and English on tickets sold in Wales",
            "Free School Meals for all children",
            "Deport Foreign Criminals who have served their sentence",
            "Make the Prime Minister resign after a lost vote",
            "Fund schools, support staff and meals",
            "Ban the sale, import and use of fur",
            "Increase funding of police, fire and rescue services",
            "Fund the repair of potholes in England",
            "Plant a Tree in Every Street",
            "Make the council tax fairer",
            "Open the library of Parliament to all",
            "Let the Crown Court sit on Saturdays to bring down the wait for a trial",
        ] {
            assert_eq!(of(action), [], "{action}");
        }
    }

    #[test]
    fn what_usually_gets_rejected_is_met_with_advice() {
        for (action, wanted) in [
            ("Tell Ambridge Council to mend the road", About::Council),
            ("Put a zebra crossing outside the school", About::Council),
            ("Fix every pothole in our town", About::Council),
            ("Make the Scottish Government fund more nurses", About::Devolved),
            ("Scrap tuition fees in Wales", About::Devolved),
            ("Stop the Mayor of London’s charges", About::Devolved),
            ("Get Netflix to make another series", About::Company),
            ("Tesco should open on Christmas Day", About::Company),
            ("Ban bullfighting in Spain", About::ElsewhereInTheWorld),
            ("Tell Japan to end whaling", About::ElsewhereInTheWorld),
            ("Sack Mr Bloggs of the planning office", About::Person),
            ("Hold an inquiry into the trial of a nurse", About::Court),
            ("Ban fireworks and introduce lighter evenings", About::Several),
            ("Fund more dentists and also abolish car tax", About::Several),
            ("Justice for everybody", About::NoAction),
            ("Why are trains so late?", About::NoAction),
            ("STOP CLOSING LIBRARIES NOW", About::Shouting),
            ("Make the council re-open the baths", About::Council),
            ("The city council should empty bins every week", About::Council),
            ("Keep Oak Street library open", About::Council),
            ("Fix the potholes in Ambridge", About::Council),
            ("Sack Ozias Quillfeather", About::Person),
            ("Arrest Ozias Quillfeather now", About::Person),
            ("Ozias Quillfeather should resign", About::Person),
            ("Free Ozias Quillfeather from prison", About::Person),
            ("Free Ozias Quillfeather from prison", About::Court),
            ("Hold a public inquiry into the trial at Ambridge Crown Court", About::Court),
            ("Ban fireworks, cut VAT and plant trees", About::Several),
            ("Ban fireworks, lower VAT", About::Several),
            ("Sign my other petition at www.example.org", About::Contact),
        ] {
            assert!(of(action).contains(&wanted), "{action}: {:?}", of(action));
        }
        assert_eq!(
            about("Change the law on bail", "Sarah Bloggs was arrested last week.", ""),
            [About::Person, About::Court]
        );
        assert_eq!(
            about("Change the law on bail", "The case R v Quillfeather is ongoing; trial is due in March", ""),
            [About::Court]
        );
        assert_eq!(about("Change the law on bail", "Regina v Quillfeather showed why.", ""), [About::Court]);
        assert_eq!(of("Free Ozias Quillfeather from prison"), [About::Person, About::Court]);
        assert_eq!(about("Change the law on bail", "", "Write to ada@example.org."), [About::Contact]);
    }

    #[test]
    fn advice_leads_to_where_the_text_can_be_changed() {
        let texts =
            Texts { action: "Change the law", background: "Ask Mr Bloggs.", additional_details: "Mr Bloggs knows." };
        let advice = advice(texts, Alike { open: true, answered: true });
        let places: Vec<_> = advice.iter().map(|advice| (advice.about, advice.part)).collect();
        assert_eq!(
            places,
            [(About::Answered, Part::Action), (About::Open, Part::Action), (About::Person, Part::Background)]
        );
        assert_eq!(advice[2].found, ["Mr Bloggs"]);
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(
            action in "\\PC{0,80}|[A-Za-z’' .!?]{0,80}", background in "[\\s\\S]{0,300}", details in "[ A-Za-z0-9+@.:/!()-]{0,300}",
        ) {
            let texts = Texts { action: &action, background: &background, additional_details: &details };
            let advice = advice(texts, Alike::default());
            prop_assert!(advice.iter().map(|advice| advice.about).is_sorted_by(|one, other| one < other));
            prop_assert!(advice.iter().all(|advice| advice.found.len() <= MOST));
        }

        #[test]
        fn the_same_words_get_the_same_advice_however_they_are_spaced(words in prop::collection::vec("[A-Za-z]{1,9}", 1..12)) {
            prop_assert_eq!(of(&words.join(" ")), of(&words.join("  ")));
        }

        #[test]
        fn more_words_behind_a_clear_action_never_make_it_unclear(rest in "[a-z ]{0,60}") {
            let action = format!("Ban {rest} trees");
            prop_assert!(!of(&action).contains(&About::NoAction));
        }
    }
}
