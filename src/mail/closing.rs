//! The mail that tells somebody once that petitions close earlier, since Parliament is dissolved.

use askama::Template;
use jiff::Timestamp;

use super::messages::AboutSignature;
use crate::domain::deadline;

/// Petitions that somebody has created or signed close earlier.
#[derive(Clone)]
pub struct ClosingDateChanged {
    /// Whose mail, by one of the signatures.
    pub about: AboutSignature,
    /// When they close.
    pub closes_at: Timestamp,
    /// Some of them, those that were created first.
    pub petitions: Vec<Closing>,
    /// How many there are besides.
    pub more: usize,
}

/// A petition that closes earlier.
#[derive(Clone)]
pub struct Closing {
    /// What it asks for.
    pub action: String,
    /// Its address.
    pub url: String,
    /// Whether whoever gets the mail has created it.
    pub created: bool,
}

impl ClosingDateChanged {
    /// What happened, as a headline.
    pub fn headline(&self) -> &'static str {
        match (self.created_any(), self.petitions.len() + self.more) {
            (true, 1) => "Your petition closes earlier",
            (true, _) => "Your petition and others close earlier",
            (false, 1) => "A petition you signed closes earlier",
            (false, _) => "Petitions you signed close earlier",
        }
    }

    fn created_any(&self) -> bool {
        self.named(true).next().is_some()
    }

    fn signed_any(&self) -> bool {
        self.named(false).next().is_some()
    }

    fn named(&self, created: bool) -> impl Iterator<Item = &Closing> {
        self.petitions.iter().filter(move |petition| petition.created == created)
    }

    fn day(&self) -> String {
        deadline::day(self.closes_at).strftime("%-d %B %Y").to_string()
    }

    fn time(&self) -> String {
        self.closes_at.to_zoned(deadline::london()).strftime("%H:%M").to_string()
    }
}

/// Its words.
#[derive(Template)]
#[template(path = "mail/closing_date_changed.txt")]
pub struct ClosingDateChangedText<'a> {
    /// What there is to tell.
    pub mail: &'a ClosingDateChanged,
    /// Whose.
    pub about: &'a AboutSignature,
}

/// The same as HTML.
#[derive(Template)]
#[template(path = "mail/closing_date_changed.html")]
pub struct ClosingDateChangedHtml<'a> {
    /// What there is to tell.
    pub mail: &'a ClosingDateChanged,
    /// Whose.
    pub about: &'a AboutSignature,
}
