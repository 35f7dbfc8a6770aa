//! Lists that staff keep: departments, topics, tags, and the reasons for which petitions are rejected.

use serde_json::{Value, json};

use super::{
    limits, markdown,
    text::{letters, tidy, too_long},
};

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Departments of the Government.
    Departments,
    /// What petitions are about; the public sees them.
    Topics,
    /// Marks for the desk; the public does not see them.
    Tags,
    /// Why petitions are rejected.
    Reasons,
}

/// An entry of a list. What its list does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What it is known by: a code, or the number that the database has given it. Empty: it has none yet.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// Departments: short for the name.
    pub acronym: String,
    /// Departments: their own site.
    pub url: String,
    /// Tags: what it is for. Reasons: what creators and the public are told, in Markdown.
    pub description: String,
    /// Reasons: whether the text of the petition is hidden from the public.
    pub hides: bool,
}

/// What is wrong with an entry: a field, and what to do about it.
pub type Mistake = (&'static str, String);

impl List {
    /// All lists.
    pub const ALL: [Self; 4] = [Self::Departments, Self::Topics, Self::Tags, Self::Reasons];

    /// The word in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Departments => "departments",
            Self::Topics => "topics",
            Self::Tags => "tags",
            Self::Reasons => "reasons",
        }
    }

    /// The list with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.code() == code)
    }

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::Departments => "Departments",
            Self::Topics => "Topics",
            Self::Tags => "Tags",
            Self::Reasons => "Rejection reasons",
        }
    }

    /// What one entry is called in a sentence.
    pub fn one(self) -> &'static str {
        match self {
            Self::Departments => "department",
            Self::Topics => "topic",
            Self::Tags => "tag",
            Self::Reasons => "rejection reason",
        }
    }

    /// Whether entries are known by a code that people choose.
    pub fn has_codes(self) -> bool {
        matches!(self, Self::Topics | Self::Reasons)
    }

    /// Whether two entries can become one.
    pub fn merges(self) -> bool {
        self != Self::Reasons
    }

    /// Most letters of a name.
    pub fn name_limit(self) -> usize {
        if self == Self::Tags { limits::TAG } else { limits::TITLE }
    }

    /// Most letters of a description; `None`: it has none.
    pub fn description_limit(self) -> Option<usize> {
        match self {
            Self::Departments | Self::Topics => None,
            Self::Tags => Some(limits::TAG_DESCRIPTION),
            Self::Reasons => Some(limits::REASON_DESCRIPTION),
        }
    }

    /// Most letters of a code.
    pub fn code_limit(self) -> usize {
        if self == Self::Reasons { limits::REASON_CODE } else { limits::TITLE }
    }
}

impl Entry {
    /// The entry as somebody has typed it, or everything that is wrong with it.
    ///
    /// # Errors
    /// The mistakes, in the order of the fields.
    pub fn parse(list: List, typed: &Self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let one_line = |text: &str| tidy(text).split_whitespace().collect::<Vec<_>>().join(" ");
        let key = one_line(&typed.key);
        if list.has_codes() {
            let digits = list == List::Topics;
            let fits = |c: char| c.is_ascii_lowercase() || c == '-' || digits && c.is_ascii_digit();
            if key.is_empty() || letters(&key) > list.code_limit() || !key.chars().all(fits) {
                let alphabet =
                    if digits { "lower-case letters, digits and hyphens" } else { "lower-case letters and hyphens" };
                mistakes.push(("code", format!("Enter a code of at most {} {alphabet}", list.code_limit())));
            }
        }
        let name = one_line(&typed.name);
        if name.is_empty() {
            mistakes.push(("name", format!("Enter what the {} is called", list.one())));
        } else if let Some(message) = too_long("the name", &name, list.name_limit()) {
            mistakes.push(("name", message));
        }
        let (mut acronym, mut url) = (String::new(), String::new());
        if list == List::Departments {
            acronym = one_line(&typed.acronym);
            if let Some(message) = too_long("the acronym", &acronym, limits::ACRONYM) {
                mistakes.push(("acronym", message));
            }
            url = one_line(&typed.url);
            if !url.is_empty() && !is_web_address(&url) {
                mistakes.push(("url", "Enter an address such as https://www.example.org".to_owned()));
            }
        }
        let mut description = String::new();
        if let Some(most) = list.description_limit() {
            description = tidy(&typed.description);
            if let Some(message) = too_long("the description", &description, most) {
                mistakes.push(("description", message));
            } else if let Err(message) = markdown::check(&description) {
                mistakes.push(("description", message.to_string()));
            }
        }
        let hides = list == List::Reasons && typed.hides;
        if mistakes.is_empty() { Ok(Self { key, name, acronym, url, description, hides }) } else { Err(mistakes) }
    }

    /// What the log has of it, and what a change of it is made from.
    pub fn record(&self, list: List) -> Value {
        match list {
            List::Departments => json!({ "name": self.name, "acronym": self.acronym, "url": self.url }),
            List::Topics => json!({ "code": self.key, "name": self.name }),
            List::Tags => json!({ "name": self.name, "description": self.description }),
            List::Reasons => {
                json!({ "code": self.key, "title": self.name, "description": self.description, "hides": self.hides })
            }
        }
    }
}

fn is_web_address(text: &str) -> bool {
    let web = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    web && letters(text) <= limits::LINK
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed(key: &str, name: &str) -> Entry {
        Entry { key: key.to_owned(), name: name.to_owned(), ..Entry::default() }
    }

    fn wrong(list: List, entry: &Entry) -> Vec<&'static str> {
        Entry::parse(list, entry).err().unwrap_or_default().into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let all = Entry {
            key: "No Code".into(),
            acronym: "ABCDEFGHIJK".into(),
            url: "javascript:alert(1)".into(),
            description: "x".repeat(1001),
            ..Entry::default()
        };
        assert_eq!(wrong(List::Departments, &all), ["name", "acronym", "url"]);
        assert_eq!(wrong(List::Topics, &all), ["code", "name"]);
        assert_eq!(wrong(List::Tags, &all), ["name", "description"]);
        assert_eq!(wrong(List::Reasons, &all), ["code", "name", "description"]);
        assert_eq!(wrong(List::Topics, &typed("net-0", "Net zero")), [""; 0]);
        assert_eq!(wrong(List::Reasons, &typed("net-0", "Net zero")), ["code"]);
        assert_eq!(wrong(List::Tags, &typed("", &"x".repeat(51))), ["name"]);
    }

    #[test]
    fn what_is_kept_is_tidy() {
        let entry = Entry {
            name: "  Home \r\n Office ".into(),
            url: " https://www.example.org/home ".into(),
            description: "not for departments".into(),
            hides: true,
            ..Entry::default()
        };
        let parsed = Entry::parse(List::Departments, &entry).expect("an entry");
        assert_eq!(
            (&*parsed.name, &*parsed.url, &*parsed.description),
            ("Home Office", "https://www.example.org/home", "")
        );
        assert!(!parsed.hides);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_taken_or_refused(key in "\\PC{0,40}", name in "\\PC{0,120}", url in "\\PC{0,40}") {
            for list in List::ALL {
                let entry = Entry { key: key.clone(), name: name.clone(), url: url.clone(), ..Entry::default() };
                if let Ok(parsed) = Entry::parse(list, &entry) {
                    prop_assert_eq!(Entry::parse(list, &parsed), Ok(parsed.clone()), "tidy is tidy");
                }
            }
        }
    }
}
