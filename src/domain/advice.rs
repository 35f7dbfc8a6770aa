//! What usually gets a petition rejected, told to whoever is writing it, with how to put it better. Advice, never a wall:
//! nothing is refused because of it, so it speaks up only where it is mostly right.
//!
//! What moderators are shown ([`super::checks`]) is broader: they want to see too much rather than too little. About courts
//! both are told the same: so many petitions are about judges, prisons and sentences that a warning of all of them is none.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    checks::{self, Texts},
    petition_text::Part,
    text,
};

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
        (About::Council, councils(&parts)),
        (About::Devolved, devolved(&parts)),
        (About::Company, companies(&parts)),
        (About::ElsewhereInTheWorld, countries(&parts)),
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
    if let Some((part, found)) = in_parts(|at| people(&parts.words[at])) {
        add(About::Person, part, found);
    }
    if let Some((part, found)) = in_parts(|at| court(&parts, at)) {
        add(About::Court, part, found);
    }
    let several = several(&parts);
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

/// What councils do for single places.
const LOCAL: &[&str] = &[
    "bin collection",
    "bin collections",
    "borough council's",
    "bus shelter",
    "bus stop outside",
    "county council's",
    "double yellow lines",
    "in my street",
    "in my town",
    "in my village",
    "in our street",
    "in our town",
    "in our village",
    "my council",
    "my estate",
    "my local council",
    "my road",
    "my street",
    "my town",
    "our council",
    "our estate",
    "our high street",
    "our library",
    "our local council",
    "our park",
    "our road",
    "our street",
    "our town",
    "our village",
    "parish council",
    "pelican crossing",
    "planning application",
    "pot hole",
    "pothole",
    "refuse planning permission",
    "resident parking",
    "residents parking",
    "residents' parking",
    "speed bump",
    "speed bumps",
    "town council",
    "traffic lights at",
    "zebra crossing",
];

/// What stands before "Council" where it is not a council of a place.
const OTHER_COUNCILS: &[&str] = &[
    "advisory",
    "armed",
    "arts",
    "bar",
    "british",
    "dental",
    "design",
    "european",
    "faculty",
    "funding",
    "general",
    "human",
    "justice",
    "medical",
    "midwifery",
    "national",
    "optical",
    "pharmaceutical",
    "press",
    "privy",
    "professions",
    "research",
    "rights",
    "safety",
    "security",
    "sentencing",
    "student",
    "teaching",
    "the",
    "un",
    "youth",
];

fn councils(text: &Text<'_>) -> Vec<String> {
    let mut found = text.phrases(0, LOCAL);
    // "Tell Ambridge Council to", but not "the Security Council" and not "Cut Council Tax".
    for trio in text.words[0].windows(3).chain(text.words[0].get(text.words[0].len().saturating_sub(2)..)) {
        let [place, council, rest @ ..] = trio else { continue };
        let is_place = checks::is_capitalised(place) && OTHER_COUNCILS.binary_search(&&*place.to_lowercase()).is_err();
        let is_other = rest.first().is_some_and(|next| {
            ["estate", "estates", "house", "houses", "housing", "roads", "tax", "tenants"]
                .contains(&&*next.to_lowercase())
        });
        let is_verb = VERBS.contains(&*place.to_lowercase());
        if is_place && *council == "Council" && !is_other && !is_verb {
            found.push(format!("{place} Council"));
        }
    }
    found
}

/// Who decides in Scotland, Wales and Northern Ireland, and mayors.
const DEVOLVED: &[&str] = &[
    "cardiff bay",
    "first minister",
    "holyrood",
    "mayor of london",
    "nhs scotland",
    "nhs wales",
    "northern ireland assembly",
    "northern ireland executive",
    "police scotland",
    "sadiq khan",
    "scotrail",
    "scottish government",
    "scottish parliament",
    "scottish ministers",
    "senedd",
    "stormont",
    "tfl",
    "transport for london",
    "transport for wales",
    "ulez",
    "welsh assembly",
    "welsh government",
    "welsh ministers",
];

/// What is decided there, where it is said to be there.
const DEVOLVED_MATTERS: &[&str] = &[
    "bus fares",
    "council tax",
    "education",
    "gcse",
    "gcses",
    "gps",
    "hospital",
    "hospitals",
    "housing",
    "nhs",
    "prescriptions",
    "primary schools",
    "pupils",
    "school",
    "schools",
    "secondary schools",
    "speed limit",
    "teachers",
    "tuition fees",
    "universities",
];

fn devolved(text: &Text<'_>) -> Vec<String> {
    let mut found = text.phrases(0, DEVOLVED);
    let there = text.phrases(0, &["in northern ireland", "in scotland", "in wales"]);
    let compares = text.has(0, &["england", "uk", "united kingdom", "english", "britain"]);
    if !there.is_empty() && !compares && text.has(0, DEVOLVED_MATTERS) {
        found.extend(there);
    }
    found
}

/// Companies that petitions are addressed to.
const COMPANIES: &[&str] = &[
    "aldi",
    "amazon",
    "apple",
    "asda",
    "bbc",
    "disney",
    "ea",
    "easyjet",
    "facebook",
    "fifa",
    "google",
    "greggs",
    "instagram",
    "itv",
    "kfc",
    "lidl",
    "mcdonald's",
    "mcdonalds",
    "meta",
    "microsoft",
    "morrisons",
    "nestle",
    "netflix",
    "nintendo",
    "premier league",
    "ryanair",
    "sainsbury's",
    "sainsburys",
    "sky",
    "sony",
    "spotify",
    "tesco",
    "ticketmaster",
    "tiktok",
    "twitter",
    "uefa",
    "virgin",
    "waitrose",
    "youtube",
];

/// Words that somebody who is asked to do something stands behind.
const ASKS: &[&str] = &["ask", "asks", "beg", "convince", "get", "make", "persuade", "tell", "urge"];

/// Words that say what the Government or Parliament would do.
const LEVERS: &[&str] = &[
    "act",
    "ban",
    "fine",
    "fined",
    "force",
    "government",
    "govt",
    "law",
    "laws",
    "legally",
    "legislate",
    "legislation",
    "licence",
    "nationalise",
    "parliament",
    "pay",
    "regulate",
    "regulation",
    "regulations",
    "require",
    "tax",
    "taxes",
    "vat",
];

fn companies(text: &Text<'_>) -> Vec<String> {
    if text.has(0, LEVERS) {
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
static COUNTRIES: LazyLock<Vec<String>> = LazyLock::new(|| {
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
    let rows = include_str!("areas/countries.csv").lines().skip(1).filter_map(|line| line.split(',').nth(1));
    let names = rows.map(|name| name.trim_matches('"').to_lowercase().replace('’', "'"));
    let others =
        ["america", "europe", "russia", "south korea", "syria", "the usa", "usa", "vietnam"].map(str::to_owned);
    names.filter(|name| name.len() > 3 && !OURS.contains(&name.as_str())).chain(others).collect()
});

/// What is asked to happen in another country as if it were this one.
const DOMESTIC: &[&str] =
    &["abolish", "ban", "close", "end", "free", "legalise", "outlaw", "prohibit", "release", "save", "stop"];

/// Words that say what the United Kingdom would do about it.
const ABROAD: &[&str] = &[
    "aid",
    "ambassador",
    "arms",
    "asylum",
    "boycott",
    "british",
    "britons",
    "condemn",
    "debate",
    "deport",
    "diplomatic",
    "embassy",
    "export",
    "exporting",
    "exports",
    "evacuate",
    "flights",
    "foreign",
    "funding",
    "import",
    "importing",
    "imports",
    "invading",
    "military",
    "nationals",
    "pressure",
    "recognise",
    "refugees",
    "sanction",
    "sanctions",
    "sell",
    "selling",
    "send",
    "sending",
    "strikes",
    "trade",
    "trading",
    "travel",
    "troops",
    "uk",
    "uk's",
    "visa",
    "visas",
    "war",
];

fn countries(text: &Text<'_>) -> Vec<String> {
    let plain = &text.plain[0];
    if text.has(0, LEVERS_ABROAD) || (0..2).any(|at| text.has(at, ABROAD)) {
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

/// Words of an action that say that the UK is meant though another country is named.
const LEVERS_ABROAD: &[&str] = &["government", "parliament", "uk", "britain", "our"];

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

/// What stands behind a title or a first name where nobody is named.
const OFFICES: &[&str] = &[
    "academy",
    "act",
    "advocate",
    "army",
    "bill",
    "chancellor",
    "chief",
    "college",
    "commissioner",
    "committee",
    "council",
    "court",
    "cross",
    "day",
    "department",
    "general",
    "hall",
    "health",
    "hospital",
    "house",
    "islands",
    "justice",
    "lane",
    "law",
    "line",
    "lords",
    "mayor",
    "minister",
    "ministry",
    "night",
    "park",
    "peace",
    "president",
    "reform",
    "road",
    "school",
    "secretary",
    "speaker",
    "station",
    "street",
    "system",
    "university",
    "warden",
    "week",
];

/// Words of offices that also introduce names; of themselves they name nobody.
const HOLDERS: &[&str] = &["judge", "justice", "lady", "lord", "officer"];

fn people(words: &[&str]) -> Vec<String> {
    let is_office = |name: &String| {
        let (first, last) = name.split_once(' ').unwrap_or(("", name));
        let last = last.to_lowercase();
        let last = last.strip_suffix("'s").or(last.strip_suffix("’s")).unwrap_or(&last);
        OFFICES.binary_search(&last).is_ok() || HOLDERS.contains(&&*first.to_lowercase()) && VERBS.contains(last)
    };
    checks::people(words).into_iter().filter(|name| !is_office(name)).collect()
}

/// What is said of a case, not of courts.
const CASES: &[&str] = &[
    "accused of murdering",
    "acquittal of",
    "appeal against the conviction",
    "arrest of",
    "awaiting sentence",
    "awaiting sentencing",
    "awaiting trial",
    "been acquitted",
    "been arrested",
    "been charged",
    "been convicted",
    "been found guilty",
    "been sentenced to",
    "charges against",
    "conviction of",
    "court case against",
    "court case of",
    "currently on trial",
    "drop the case",
    "found not guilty",
    "guilty verdict",
    "inquest into the death",
    "inquest of",
    "is on trial",
    "my court case",
    "murder of",
    "my trial",
    "overturn the conviction",
    "overturn the sentence",
    "overturn the verdict",
    "pardon for",
    "prosecution of",
    "retrial for",
    "retrial of",
    "sentence given to",
    "trial of",
    "was acquitted",
    "was arrested",
    "was charged",
    "was convicted",
    "was found guilty",
    "was jailed",
    "was sentenced to",
    "wrongful conviction",
    "wrongfully convicted",
];

/// What is said of court cases in the texts of a petition.
pub(super) fn court_cases(all: &[&str; 3]) -> Vec<String> {
    let parts = Text::of(all);
    (0..all.len()).flat_map(|at| court(&parts, at)).collect()
}

fn court(text: &Text<'_>, at: usize) -> Vec<String> {
    let mut found = text.phrases(at, CASES);
    // A court and a name in one text are a case.
    if !people(&text.words[at]).is_empty() {
        found.extend(checks::known(&text.words[at..=at], checks::COURT));
    }
    found
}

/// Words with which a petition says what should be done.
static VERBS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("verbs.txt").split_whitespace().collect());

/// Those of them that are hardly ever anything else, so that one after "and" begins another demand.
const CERTAIN: &[&str] = &[
    "abolish",
    "allow",
    "appoint",
    "ban",
    "build",
    "create",
    "decriminalise",
    "enforce",
    "ensure",
    "establish",
    "extend",
    "forbid",
    "give",
    "implement",
    "increase",
    "introduce",
    "legalise",
    "legislate",
    "lower",
    "make",
    "nationalise",
    "prevent",
    "prohibit",
    "provide",
    "remove",
    "renationalise",
    "repeal",
    "replace",
    "require",
    "restore",
    "scrap",
    "stop",
];

fn several(text: &Text<'_>) -> Vec<String> {
    let words: Vec<String> = text.words[0].iter().map(|word| word.to_lowercase()).collect();
    let mut found = Vec::new();
    if !words.first().is_some_and(|first| VERBS.contains(first.as_str())) {
        return found;
    }
    // "Ban fireworks and introduce ...": with a verb right before the "and" the two share what follows ("ban and remove").
    for at in 2..words.len().saturating_sub(2) {
        let joins = matches!(words[at].as_str(), "and" | "also" | "plus");
        let next = if words[at] == "and" && words[at + 1] == "also" { at + 2 } else { at + 1 };
        let follows = words.get(next).is_some_and(|word| CERTAIN.binary_search(&word.as_str()).is_ok());
        let shares = VERBS.contains(words[at - 1].as_str()) && CERTAIN.binary_search(&words[at - 1].as_str()).is_ok();
        // "... and make it illegal" says the same once more.
        let again =
            words.get(next + 1).is_some_and(|word| matches!(word.as_str(), "it" | "them" | "this" | "these" | "sure"));
        if joins && follows && !shares && !again {
            found.push(text.words[0][at..(next + 3).min(words.len())].join(" "));
        }
    }
    found
}

fn has_no_action(text: &Text<'_>) -> bool {
    let words: Vec<String> = text.words[0].iter().map(|word| word.to_lowercase().replace('’', "'")).collect();
    let says = |word: &String| {
        VERBS.contains(word.as_str())
            || matches!(
                word.as_str(),
                "should" | "must" | "shall" | "need" | "needs" | "let's" | "ought" | "want" | "no"
            )
    };
    words.len() < 2 || !words.iter().any(says)
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
        for list in [OTHER_COUNCILS, OFFICES, CERTAIN] {
            assert!(list.is_sorted(), "{list:?}");
        }
        for verb in CERTAIN {
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
            ("Sign my other petition at www.example.org", About::Contact),
        ] {
            assert!(of(action).contains(&wanted), "{action}: {:?}", of(action));
        }
        assert_eq!(
            about("Change the law on bail", "Sarah Bloggs was arrested last week.", ""),
            [About::Person, About::Court]
        );
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
