//! News about a petition, to everybody who signed it and asked for them: the government response, a debate, other activity.
//! What they tell is written once for a mailing; each mail adds whose it is.

use askama::Template;
use jiff::civil::Date;

use crate::{
    domain::{deadline, markdown, petition::Debate, text},
    store::mailings::{Content, Threshold},
};

use super::messages::{AboutSignature, News};

/// What a mailing tells, ready to be put into each of its mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened, in a few words: "The Government has responded".
    pub headline: String,
    /// The same as a sentence.
    pub lead: String,
    /// Who wrote it, and when; what there is of that.
    pub byline: Vec<String>,
    /// In one or two sentences; may be empty.
    pub summary: String,
    /// At length, as it was written: Markdown reads well as plain text, lists and tables included. May be empty.
    pub text: String,
    /// At length, as HTML; may be empty.
    pub html: String,
    /// Where more is to be found: its words and its address.
    pub links: Vec<(&'static str, String)>,
    /// The part of the petition's page that has it.
    pub anchor: &'static str,
}

impl Told {
    /// What this content tells.
    pub fn new(content: &Content) -> Self {
        let written = |headline: &str, lead: String, anchor| Self {
            headline: headline.to_owned(),
            lead,
            byline: Vec::new(),
            summary: String::new(),
            text: String::new(),
            html: String::new(),
            links: Vec::new(),
            anchor,
        };
        match content {
            Content::Response(response, department) => Self {
                byline: department.iter().cloned().chain([day(&response.responded_on)]).collect(),
                summary: response.summary.clone(),
                text: response.details.clone(),
                html: markdown::to_html(&response.details),
                ..written(
                    "The Government has responded",
                    "The Government has responded to a petition that you signed.".to_owned(),
                    "#response",
                )
            },
            Content::Scheduled(on) => written(
                "Parliament will debate it",
                format!("On {} Parliament will debate a petition that you signed.", day(on)),
                "#debate",
            ),
            Content::Outcome(debate) => {
                let overview = debate.overview.as_deref().unwrap_or_default();
                let (headline, lead) = if debate.debated {
                    let on = debate.debated_on.map(|on| format!("On {} ", day(&on))).unwrap_or_default();
                    ("Parliament debated it", format!("{on}Parliament debated a petition that you signed."))
                } else {
                    let lead = "Parliament decided not to debate a petition that you signed.";
                    ("Parliament will not debate it", lead.to_owned())
                };
                Self {
                    text: overview.to_owned(),
                    html: markdown::to_html(overview),
                    links: links(debate),
                    ..written(headline, lead, "#debate")
                }
            }
            Content::Activity(activity) => Self {
                byline: activity.occurred_on.iter().map(day).collect(),
                text: activity.body.clone(),
                html: markdown::to_html(&activity.body),
                ..written(&activity.subject, "There is news about a petition that you signed.".to_owned(), "#activity")
            },
            Content::Reached(threshold, count) => {
                let (headline, next) = match threshold {
                    Threshold::Response => {
                        ("It has enough signatures for a government response", "The Government will respond to it.")
                    }
                    Threshold::Debate => (
                        "It has enough signatures to be considered for a debate",
                        "Parliament will consider it for a debate.",
                    ),
                };
                let lead = "A petition that you signed has reached a goal.".to_owned();
                Self { text: format!("{}. {next}", signed(*count)), ..written(headline, lead, "") }.in_html()
            }
            Content::Closed(at, count) => {
                let lead = "A petition that you signed can no longer be signed.".to_owned();
                let text = format!("It closed on {}. {}.", day(&deadline::day(*at)), signed(*count));
                Self { text, ..written("It has closed", lead, "") }.in_html()
            }
        }
    }

    /// With its text as HTML as well.
    fn in_html(self) -> Self {
        Self { html: markdown::to_html(&self.text), ..self }
    }

    /// The sentence for those who follow the petition and have not signed it.
    pub fn lead_to_followers(&self) -> String {
        self.lead.replacen("that you signed", "that you follow", 1)
    }
}

/// "1 person has signed it", "10,012 people have signed it".
fn signed(count: u32) -> String {
    match count {
        1 => "1 person has signed it".to_owned(),
        _ => format!("{} people have signed it", text::grouped(count as usize)),
    }
}

/// Links about a debate, named.
fn links(debate: &Debate) -> Vec<(&'static str, String)> {
    let links = [
        ("Watch the debate", &debate.video_url),
        ("Read the transcript", &debate.transcript_url),
        ("Read the briefing", &debate.debate_pack_url),
        ("Public engagement", &debate.public_engagement_url),
        ("Read a summary", &debate.debate_summary_url),
    ];
    links.into_iter().filter_map(|(words, address)| Some((words, address.clone()?))).collect()
}

/// "Saturday 20 August 2022".
fn day(day: &Date) -> String {
    day.strftime("%A %-d %B %Y").to_string()
}

#[derive(Template)]
#[template(path = "mail/news.txt")]
pub(super) struct NewsText<'a> {
    pub(super) mail: &'a News,
    pub(super) told: &'a Told,
    pub(super) about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/news.html")]
pub(super) struct NewsHtml<'a> {
    pub(super) mail: &'a News,
    pub(super) told: &'a Told,
    pub(super) about: &'a AboutSignature,
}
