//! Settings that staff change while the site runs.

use jiff::Timestamp;

use super::{limits, threshold::Thresholds};

/// All of them. A new site has those of [`SiteSettings::default`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SiteSettings {
    /// Grows with every change of them, and of the pages of text.
    #[serde(skip)]
    pub version: i64,
    /// What the site is called.
    pub site_name: String,
    /// Signatures at which the Government answers; `None`: as the command line has it.
    pub response_threshold: Option<u32>,
    /// Signatures at which Parliament considers a debate; likewise.
    pub debate_threshold: Option<u32>,
    /// Since when no new signatures are taken.
    pub collection_paused_at: Option<Timestamp>,
    /// Since when no new petitions are taken.
    pub petitions_paused_at: Option<Timestamp>,
    /// What is said at the top of the front page, in Markdown; empty: nothing.
    pub home_message: String,
    /// What is said at the top of every petition's page, likewise.
    pub petition_message: String,
    /// Whether somebody else has to look at a government response before it is published.
    pub responses_need_approval: bool,
    /// Where links about debates may lead: one host a line, `*.example.org` for those below it.
    pub link_hosts: String,
    /// How many mails to the signers of petitions leave in a minute.
    pub mails_per_minute: u32,
    /// Countries with fewer signatures than this are shown together.
    pub fold_countries_under: u32,
    /// The address that feedback goes to; empty: it waits until there is one.
    pub feedback_to: String,
}

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            version: 0,
            site_name: "Undersigned".to_owned(),
            response_threshold: None,
            debate_threshold: None,
            collection_paused_at: None,
            petitions_paused_at: None,
            home_message: String::new(),
            petition_message: String::new(),
            responses_need_approval: false,
            link_hosts: "*.parliament.uk\nparliamentlive.tv\nwww.youtube.com\nukparliament.shorthandstories.com"
                .to_owned(),
            mails_per_minute: limits::MAILS_PER_MINUTE,
            fold_countries_under: limits::FOLD_COUNTRIES_UNDER,
            feedback_to: String::new(),
        }
    }
}

impl SiteSettings {
    /// The thresholds in force where the command line has `otherwise`. However the two come together, that of the debate
    /// is above that of the response.
    pub fn thresholds(&self, otherwise: Thresholds) -> Thresholds {
        let response = self.response_threshold.unwrap_or(otherwise.response);
        let debate = self.debate_threshold.unwrap_or(otherwise.debate);
        Thresholds { response, debate: debate.max(response.saturating_add(1)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_staff_have_not_set_is_as_the_command_line_has_it() {
        let otherwise = Thresholds { response: 10, debate: 100 };
        let thresholds = |response_threshold, debate_threshold| {
            let settings = SiteSettings { response_threshold, debate_threshold, ..SiteSettings::default() };
            let thresholds = settings.thresholds(otherwise);
            (thresholds.response, thresholds.debate)
        };
        assert_eq!(thresholds(None, None), (10, 100));
        assert_eq!(thresholds(Some(20), None), (20, 100));
        assert_eq!(thresholds(None, Some(50)), (10, 50));
        assert_eq!(thresholds(Some(500), None), (500, 501));
    }
}
