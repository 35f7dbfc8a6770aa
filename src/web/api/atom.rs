//! Feeds as Atom (RFC 4287).

use jiff::Timestamp;

use super::xml::Xml;
use crate::{app::App, web::filters::iso};

/// A feed.
pub struct Feed {
    /// What it is called.
    pub title: String,
    /// What it tells, in a sentence.
    pub subtitle: String,
    /// Where it is; its identity as well.
    pub this: String,
    /// The page that says the same to people.
    pub page: String,
    /// The feed with what comes after this.
    pub next: Option<String>,
    /// That with what comes before.
    pub previous: Option<String>,
    /// Since when it could have told something; an empty one has not changed since then.
    pub since: Timestamp,
    /// What it tells, the latest first.
    pub entries: Vec<Entry>,
}

/// Something that a feed tells.
pub struct Entry {
    /// Its identity, for ever: an address.
    pub id: String,
    /// In a line.
    pub title: String,
    /// When it happened.
    pub published: Timestamp,
    /// When it was last corrected.
    pub updated: Timestamp,
    /// Where more is said.
    pub link: String,
    /// In short; may be empty.
    pub summary: String,
    /// At length, as HTML; may be empty.
    pub html: String,
    /// What it is about: code and name of each topic.
    pub topics: Vec<(String, String)>,
}

impl Feed {
    /// As XML. Of when it is tells what it tells, so that it stays the same while that does.
    pub fn write(&self, app: &App) -> Vec<u8> {
        const KIND: (&str, &str) = ("type", "application/atom+xml");
        let mut xml = Xml::new();
        xml.open("feed", &[("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", "en-GB")]);
        xml.text("id", &[], &self.this).text("title", &[], &self.title).text("subtitle", &[], &self.subtitle);
        let updated = self.entries.iter().map(|entry| entry.updated).max().unwrap_or(self.since);
        xml.text("updated", &[], &iso(&updated));
        xml.open("author", &[]).text("name", &[], &app.site_name()).text("uri", &[], &app.public_url).close("author");
        xml.empty("link", &[("rel", "self"), KIND, ("href", &self.this)]);
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &self.page)]);
        for (rel, address) in [("next", &self.next), ("previous", &self.previous)] {
            if let Some(address) = address {
                xml.empty("link", &[("rel", rel), KIND, ("href", address)]);
            }
        }
        for entry in &self.entries {
            entry.write(&mut xml);
        }
        xml.close("feed");
        xml.finish()
    }
}

impl Entry {
    fn write(&self, xml: &mut Xml) {
        xml.open("entry", &[]);
        xml.text("id", &[], &self.id).text("title", &[], &self.title);
        xml.text("published", &[], &iso(&self.published)).text("updated", &[], &iso(&self.updated));
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &self.link)]);
        for (code, name) in &self.topics {
            xml.empty("category", &[("term", code), ("label", name)]);
        }
        if !self.summary.is_empty() {
            xml.text("summary", &[], &self.summary);
        }
        if !self.html.is_empty() {
            xml.text("content", &[("type", "html")], &self.html);
        }
        xml.close("entry");
    }
}
