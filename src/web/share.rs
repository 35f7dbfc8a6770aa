//! Telling others about a petition: links that work without JavaScript and load nothing from elsewhere.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{app::App, domain::petition::PetitionId, urls};

/// A way to tell others, as a link.
pub struct ShareLink {
    /// Where it leads, in a word.
    pub name: &'static str,
    /// Its address.
    pub url: String,
}

impl ShareLink {
    /// All ways to tell others about a petition; the last is a page with more of them.
    pub fn all(app: &App, petition: PetitionId, action: &str) -> Vec<Self> {
        let mut all = Self::elsewhere(app, petition, action);
        all.push(Self { name: "More ways", url: urls::share(&petition) });
        all
    }

    /// The ways to ask a few people one knows to support a petition that is not published yet: a text with its link.
    pub fn to_supporters(action: &str, text: &str) -> Vec<Self> {
        let (subject, text) = (encoded(&format!("Please support my petition: {action}")), encoded(text));
        vec![
            Self { name: "E-mail", url: format!("mailto:?subject={subject}&body={text}") },
            Self { name: "WhatsApp", url: format!("https://wa.me/?text={text}") },
        ]
    }

    /// The ways to tell others about a petition that lead to other services.
    pub fn elsewhere(app: &App, petition: PetitionId, action: &str) -> Vec<Self> {
        let address = format!("{}{}", app.public_url, urls::petition(&petition));
        let words = encoded(&format!("Petition: {action}"));
        let both = encoded(&format!("Petition: {action} {address}"));
        let address = encoded(&address);
        let link = |name, url| Self { name, url };
        vec![
            link("E-mail", format!("mailto:?subject={words}&body={address}")),
            link("WhatsApp", format!("https://wa.me/?text={both}")),
            link("Facebook", format!("https://www.facebook.com/sharer/sharer.php?u={address}")),
            link("X", format!("https://x.com/intent/post?text={words}&url={address}")),
        ]
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
