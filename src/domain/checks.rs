//! What a moderator should look at twice in a petition's text: advice, not a verdict, and nothing is refused because of it.

use super::{advice, text};

/// The texts of a petition.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// What it asks for.
    pub action: &'a str,
    /// Why, in short.
    pub background: &'a str,
    /// Why, at length.
    pub additional_details: &'a str,
}

/// Something to look at twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub about: About,
    /// What was found, as it stands in the text.
    pub found: Vec<String>,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// It seems to name people.
    People,
    /// It may be about a court case.
    Court,
    /// It has telephone numbers.
    Telephone,
    /// It has links.
    Links,
    /// It has e-mail addresses.
    Addresses,
    /// It is written in capitals, or with many exclamation marks.
    Shouting,
    /// It reads like an advertisement, or is hardly a text.
    Spam,
}

impl About {
    /// What to think about.
    pub fn advice(self) -> &'static str {
        match self {
            Self::People => "May name people. Is anybody accused of something, or private?",
            Self::Court => "May be about a court case. Cases that are not over cannot be petitioned about.",
            Self::Telephone => "Has a telephone number.",
            Self::Links => "Has links. Where do they lead?",
            Self::Addresses => "Has an email address.",
            Self::Shouting => "Is written in capitals, or with many exclamation marks.",
            Self::Spam => "May be an advert or no real text.",
        }
    }
}

/// Most findings of a kind that are shown.
const MOST: usize = 5;

/// Words that tell of courts and of crimes under investigation. Each is looked for as a whole word; beside somebody's name
/// it tells of a case.
pub(super) const COURT: &[&str] = &[
    "accused",
    "acquit",
    "acquitted",
    "arrested",
    "charged",
    "convicted",
    "conviction",
    "coroner",
    "court",
    "defendant",
    "guilty",
    "injunction",
    "inquest",
    "jail",
    "jailed",
    "judge",
    "jury",
    "lawsuit",
    "magistrate",
    "manslaughter",
    "murder",
    "murdered",
    "murderer",
    "paedophile",
    "prison",
    "prosecution",
    "rape",
    "rapist",
    "sentence",
    "sentenced",
    "solicitor",
    "suspect",
    "trial",
    "tribunal",
    "verdict",
];

/// Words of adverts.
const ADVERT: &[&str] = &[
    "bargain", "bitcoin", "casino", "cheap", "coupon", "crypto", "discount", "forex", "giveaway", "jackpot", "promo",
    "viagra", "voucher", "whatsapp",
];

/// Words that stand before names of people.
const TITLES: &[&str] = &[
    "baroness",
    "councillor",
    "dame",
    "dr",
    "inspector",
    "judge",
    "justice",
    "lady",
    "lord",
    "madam",
    "miss",
    "mr",
    "mrs",
    "ms",
    "mx",
    "officer",
    "prof",
    "professor",
    "sergeant",
    "sir",
];

/// Frequent first names in the United Kingdom; of a person named in full one of them or a title is mostly there.
const FIRST_NAMES: &[&str] = &[
    "adam",
    "ahmed",
    "aisha",
    "alan",
    "alexander",
    "alice",
    "amelia",
    "andrew",
    "angela",
    "ann",
    "anna",
    "anne",
    "anthony",
    "barbara",
    "ben",
    "benjamin",
    "bethany",
    "brian",
    "carol",
    "caroline",
    "catherine",
    "charles",
    "charlotte",
    "chloe",
    "christine",
    "christopher",
    "claire",
    "colin",
    "craig",
    "daniel",
    "darren",
    "david",
    "deborah",
    "denise",
    "donna",
    "edward",
    "elizabeth",
    "emily",
    "emma",
    "fatima",
    "fiona",
    "gareth",
    "gary",
    "george",
    "graham",
    "hannah",
    "harry",
    "heather",
    "helen",
    "ian",
    "isabella",
    "jack",
    "jacqueline",
    "jake",
    "james",
    "jamie",
    "jane",
    "janet",
    "jason",
    "jean",
    "jennifer",
    "jessica",
    "joan",
    "joanne",
    "john",
    "jonathan",
    "joseph",
    "joshua",
    "julia",
    "julie",
    "karen",
    "kate",
    "katherine",
    "kathleen",
    "keith",
    "kelly",
    "kevin",
    "laura",
    "lauren",
    "lee",
    "leslie",
    "liam",
    "linda",
    "lisa",
    "louise",
    "lucy",
    "luke",
    "margaret",
    "maria",
    "marie",
    "mark",
    "martin",
    "mary",
    "matthew",
    "megan",
    "michael",
    "michelle",
    "mohammed",
    "muhammad",
    "natalie",
    "nathan",
    "neil",
    "nicholas",
    "nicola",
    "nigel",
    "oliver",
    "olivia",
    "pamela",
    "patricia",
    "patrick",
    "paul",
    "peter",
    "philip",
    "rachel",
    "rebecca",
    "richard",
    "robert",
    "roger",
    "rosemary",
    "ruth",
    "ryan",
    "samantha",
    "samuel",
    "sandra",
    "sarah",
    "scott",
    "sean",
    "sharon",
    "shirley",
    "simon",
    "sophie",
    "stephanie",
    "stephen",
    "steven",
    "stuart",
    "susan",
    "thomas",
    "timothy",
    "tom",
    "tracey",
    "victoria",
    "wayne",
    "wendy",
    "william",
    "zoe",
];

/// What to look at twice.
pub fn warnings(texts: Texts<'_>) -> Vec<Warning> {
    let all = [texts.action, texts.background, texts.additional_details];
    let words: Vec<Vec<&str>> = all.iter().map(|text| words(text)).collect();
    let lists = [
        (About::People, words.iter().flat_map(|words| people(words)).collect()),
        (About::Court, advice::court_cases(&all)),
        (About::Telephone, all.iter().flat_map(|text| telephones(text)).collect()),
        (About::Links, all.iter().flat_map(|text| links(text)).collect()),
        (About::Addresses, all.iter().flat_map(|text| addresses(text)).collect()),
        (About::Shouting, all.iter().filter(|text| is_shouted(text)).map(|text| beginning(text)).collect()),
        (About::Spam, spam(&all, &words)),
    ];
    let mut warnings = Vec::new();
    for (about, mut found) in lists {
        let mut seen = std::collections::HashSet::new();
        found.retain(|found: &String| seen.insert(text::fold(found)));
        found.truncate(MOST);
        if !found.is_empty() {
            warnings.push(Warning { about, found });
        }
    }
    warnings
}

pub(super) fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || "'’-".contains(c))).filter(|word| !word.is_empty()).collect()
}

pub(super) fn known(texts: &[Vec<&str>], list: &[&str]) -> Vec<String> {
    let words = texts.iter().flatten();
    words
        .filter(|word| list.binary_search(&word.to_lowercase().as_str()).is_ok())
        .map(|word| (*word).to_owned())
        .collect()
}

pub(super) fn is_capitalised(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.clone().any(char::is_lowercase)
}

/// "Mr Smith", "Sarah Jones": a title or a frequent first name with a capital, and a name after it.
pub(super) fn people(words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for pair in words.windows(2) {
        let first = pair[0].to_lowercase();
        let introduces =
            TITLES.binary_search(&first.as_str()).is_ok() || FIRST_NAMES.binary_search(&first.as_str()).is_ok();
        if introduces && pair[0].chars().next().is_some_and(char::is_uppercase) && is_capitalised(pair[1]) {
            found.push(pair.join(" "));
        }
    }
    found
}

/// Nine digits or more with nothing but what people put between them.
pub(super) fn telephones(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_digit() || (!run.is_empty() && " -()/.".contains(c)) || (run.is_empty() && c == '+') {
            run.push(c);
            continue;
        }
        let digits = run.chars().filter(char::is_ascii_digit).count();
        // Amounts of money are written with commas, years stand alone.
        if (9..=15).contains(&digits) && run.starts_with(['+', '0']) {
            found.push(run.trim().to_owned());
        }
        run.clear();
    }
    found
}

pub(super) fn links(text: &str) -> Vec<String> {
    let parts = text.split_whitespace().map(|part| part.trim_matches(|c: char| "()[]<>.,;:!?\"'’“”".contains(c)));
    let is_link = |part: &&str| {
        let lower = part.to_lowercase();
        lower.contains("://")
            || lower.starts_with("www.")
            || [".com", ".co.uk", ".org", ".net", ".org.uk"]
                .iter()
                .any(|end| lower.ends_with(end) && !lower.contains('@') && lower.len() > end.len())
    };
    parts.filter(is_link).map(shortened).collect()
}

pub(super) fn addresses(text: &str) -> Vec<String> {
    let parts = text.split_whitespace().map(|part| part.trim_matches(|c: char| "()[]<>.,;:!?\"'’“”".contains(c)));
    parts.filter(|part| part.len() < 300 && super::email::EmailAddress::parse(part).is_ok()).map(shortened).collect()
}

fn shortened(text: &str) -> String {
    text.chars().take(100).collect()
}

fn beginning(text: &str) -> String {
    let start: String = text.trim().chars().take(60).collect();
    if start.len() < text.trim().len() { format!("{}…", start.trim_end()) } else { start }
}

/// Mostly capitals, or three exclamation marks and more.
pub(super) fn is_shouted(text: &str) -> bool {
    let (upper, lower) =
        (text.chars().filter(|c| c.is_uppercase()).count(), text.chars().filter(|c| c.is_lowercase()).count());
    (upper >= 12 && upper > lower) || text.chars().filter(|c| *c == '!').count() >= 3
}

fn spam(all: &[&str; 3], words: &[Vec<&str>]) -> Vec<String> {
    let mut found = known(words, ADVERT);
    for text in all {
        let (mut last, mut times) = ('\0', 0);
        for c in text.chars() {
            times = if c == last && !c.is_whitespace() && !c.is_ascii_digit() { times + 1 } else { 1 };
            last = c;
            if times == 5 {
                found.push(c.to_string().repeat(5));
            }
        }
    }
    let mut counts = std::collections::HashMap::<String, usize>::new();
    for word in words.iter().flatten().filter(|word| word.chars().count() > 4) {
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
    let total: usize = words.iter().map(Vec::len).sum();
    let mut repeated: Vec<_> = counts.into_iter().filter(|(_, count)| *count >= 6 && count * 5 > total).collect();
    repeated.sort();
    found.extend(repeated.into_iter().map(|(word, count)| format!("{word} ({count} times)")));
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn about(action: &str) -> Vec<(About, Vec<String>)> {
        let warnings = warnings(Texts { action, background: "", additional_details: "" });
        warnings.into_iter().map(|warning| (warning.about, warning.found)).collect()
    }

    fn one(about: About, found: &[&str]) -> Vec<(About, Vec<String>)> {
        vec![(about, found.iter().map(|found| (*found).to_owned()).collect())]
    }

    #[test]
    fn lists_of_words_are_in_order() {
        for list in [COURT, ADVERT, TITLES, FIRST_NAMES] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn ordinary_petitions_give_no_warning() {
        for text in [
            "Plant a tree in every street",
            "Raise the personal allowance from £12,570 to £20,000 in 2026",
            "Fund 1,000,000 more places in the NHS. Make it law!",
            "Give every Member of Parliament a vote on the Budget",
            "Charge phones in prison, and let the court sentence whoever is guilty of murder",
            "Stop sexual harassment before a trial by jury and a judge",
        ] {
            assert_eq!(about(text), [], "{text}");
        }
    }

    #[test]
    fn what_should_be_looked_at_is_found() {
        assert_eq!(about("Sack Mr Bloggs and Sarah O’Neill now"), one(About::People, &["Mr Bloggs", "Sarah O’Neill"]));
        assert_eq!(about("Overturn the verdict of the jury"), one(About::Court, &["overturn the verdict"]));
        assert_eq!(
            about("Ring 01632 960 123 or +44 1632 960124"),
            one(About::Telephone, &["01632 960 123", "+44 1632 960124"])
        );
        assert_eq!(
            about("Look at https://example.org/a and www.example.com."),
            one(About::Links, &["https://example.org/a", "www.example.com"])
        );
        assert_eq!(about("Write to ada@example.org."), one(About::Addresses, &["ada@example.org"]));
        assert_eq!(about("STOP CLOSING LIBRARIES NOW"), one(About::Shouting, &["STOP CLOSING LIBRARIES NOW"]));
        assert_eq!(about("Now now now!!!"), one(About::Shouting, &["Now now now!!!"]));
        assert_eq!(about("Best casino bonus"), one(About::Spam, &["casino"]));
        assert_eq!(about("aaaaaah"), one(About::Spam, &["aaaaa"]));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(action in "\\PC{0,80}", background in "[\\s\\S]{0,300}", details in "[ A-Za-z0-9+@.:/!()-]{0,300}") {
            for warning in warnings(Texts { action: &action, background: &background, additional_details: &details }) {
                prop_assert!((1..=MOST).contains(&warning.found.len()));
                prop_assert!(warning.found.iter().all(|found| found.chars().count() <= 900));
            }
        }
    }
}
