//! What becomes of a petition, told to its creator step by step, each time with the link to the creator's own page; and to
//! its supporters, when it is taken back.

use askama::Template;
use jiff::Timestamp;

use super::messages::{AboutSignature, day, minute};
use crate::domain::{limits, mail::MailKind, petition::PetitionState};

/// Something has become of a petition.
#[derive(Clone)]
pub struct CreatorTold {
    /// Whose, and which petition.
    pub about: AboutSignature,
    /// What.
    pub what: MailKind,
    /// The creator's own page of the petition; `None`: it goes to a supporter.
    pub page: Option<String>,
    /// Where the petition is supported, until it is published.
    pub support: String,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub additional_details: String,
    /// Supporters who have confirmed.
    pub supporters: u32,
    /// How many have signed.
    pub signatures: u32,
    /// How many signatures the Government answers at, and Parliament considers a debate at.
    pub thresholds: [u32; 2],
    /// Until when it can be signed.
    pub closes_at: Option<Timestamp>,
    /// Whether it closed since its parliament was dissolved.
    pub dissolved: bool,
    /// Whether the Government has answered.
    pub answered: bool,
    /// Whether the public can read it.
    pub is_public: bool,
}

#[derive(Template)]
#[template(path = "mail/creator_told.txt")]
pub(super) struct CreatorToldText<'a> {
    pub(super) mail: &'a CreatorTold,
    pub(super) about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/creator_told.html")]
pub(super) struct CreatorToldHtml<'a> {
    pub(super) mail: &'a CreatorTold,
    pub(super) about: &'a AboutSignature,
}

impl CreatorTold {
    /// What happened, as a headline.
    pub fn headline(&self) -> String {
        match self.what {
            MailKind::GatherSupporters => format!("Find {} supporters for your petition", limits::SUPPORTERS_NEEDED),
            MailKind::SupportGrows if self.supporters == 1 => "One person supports your petition".to_owned(),
            MailKind::SupportGrows => format!("{} people support your petition", number(self.supporters)),
            MailKind::SupportReached => "Your petition has enough supporters".to_owned(),
            MailKind::SupportLost => "Your petition needs supporters again".to_owned(),
            MailKind::PetitionWithdrawn if self.page.is_some() => "You have withdrawn your petition".to_owned(),
            MailKind::PetitionWithdrawn => "The petition you supported was withdrawn".to_owned(),
            MailKind::ResponseThresholdReached => {
                format!("Your petition has reached {} signatures", number(self.thresholds[0]))
            }
            MailKind::DebateThresholdReached => {
                format!("Your petition has reached {} signatures", number(self.thresholds[1]))
            }
            MailKind::PetitionClosed => "Your petition has closed".to_owned(),
            MailKind::PetitionStopped => "Your petition was stopped".to_owned(),
            _ => "The link to your petition’s page".to_owned(),
        }
    }

    /// What it means and what comes next, a paragraph each.
    pub fn paragraphs(&self) -> Vec<String> {
        let missing = limits::SUPPORTERS_NEEDED.saturating_sub(self.supporters);
        let [response, debate] = self.thresholds;
        let signed = match self.signatures {
            1 => "1 signature".to_owned(),
            many => format!("{} signatures", number(many)),
        };
        match self.what {
            MailKind::GatherSupporters => vec![
                format!(
                    "Thank you for confirming your address. The next step: {} people have to support your petition before \
                     we check and publish it. Only people with the link below can read and support it.",
                    limits::SUPPORTERS_NEEDED
                ),
                format!(
                    "Send the link to people you know; at most {} can support it. Below is a text that you can forward.",
                    limits::SUPPORTERS_MOST
                ),
            ],
            MailKind::SupportGrows if missing > 0 => vec![
                format!(
                    "{} more {} needed before we check and publish it.",
                    number(missing),
                    if missing == 1 { "is" } else { "are" }
                ),
                "If people have told you that they support it and are not counted: they have to press the button in the \
                 mail that we sent them. It may be in their folder for spam."
                    .to_owned(),
            ],
            MailKind::SupportGrows => vec!["That is enough. We check it now.".to_owned()],
            MailKind::SupportReached => vec![
                format!(
                    "{} people support it. We now check that it meets the rules, and usually decide within {} days. We will \
                     write to you when we have.",
                    number(self.supporters),
                    limits::MODERATION_TARGET_DAYS
                ),
                format!(
                    "There is nothing you have to do. Up to {} people can support it until then; everybody else can sign it \
                     once it is published.",
                    limits::SUPPORTERS_MOST
                ),
            ],
            MailKind::SupportLost => vec![
                format!(
                    "It had enough supporters, and one of them does not support it any more. {} more {} needed; until then we \
                     do not check it.",
                    number(missing.max(1)),
                    if missing > 1 { "are" } else { "is" }
                ),
                "Send the link below to people you know. We write to you when there are enough again.".to_owned(),
            ],
            MailKind::PetitionWithdrawn if self.page.is_some() => vec![
                "We will not publish it, and nobody can read or support it any more. Its supporters who asked for mail have \
                 been told."
                    .to_owned(),
                "If it was not you, somebody else has the link to your petition’s page. Tell us by the feedback form, whose link \
                 is at the foot of that page, and we will look into it."
                    .to_owned(),
            ],
            MailKind::PetitionWithdrawn => vec![
                "Its creator has taken it back before it was published, so it will not be published. There is nothing you \
                 have to do, and we do not write to you about it again."
                    .to_owned(),
            ],
            MailKind::ResponseThresholdReached => vec![
                format!(
                    "It has {signed} now. At {} the Government responds. We have asked for the response. It will be on your \
                     petition’s page when it is here, and we will write to everybody who signed and asked for news.",
                    number(response)
                ),
                format!("At {} signatures it is considered for a debate in Parliament.", number(debate)),
            ],
            MailKind::DebateThresholdReached => vec![
                format!(
                    "It has {signed} now. At {} it is considered for a debate in Parliament. The day will be on your petition’s \
                     page when one has been set.",
                    number(debate)
                ),
                "Now is the time to write to your MP, and to ask others to write to theirs: tell them that you want them to \
                 take part in the debate."
                    .to_owned(),
            ],
            MailKind::PetitionClosed => {
                let closed = self.closes_at.as_ref().map(|at| format!(" on {}", day(at))).unwrap_or_default();
                let why = if self.dissolved { ", since Parliament was dissolved," } else { "" };
                let again = if self.dissolved { " when a new Parliament has begun" } else { "" };
                let next = if self.dissolved && self.signatures >= response && !self.answered {
                    "What becomes of it after the election is not known yet. Its page will say so.".to_owned()
                } else if self.signatures >= debate {
                    "It has enough signatures to be considered for a debate in Parliament. What is decided will be on its page."
                        .to_owned()
                } else if self.answered {
                    "The Government’s response stays on its page for good.".to_owned()
                } else if self.signatures >= response {
                    "It has enough signatures for a response by the Government, which will be on its page when it is here."
                        .to_owned()
                } else {
                    format!(
                        "A response by the Government takes {} signatures, so there will be none. Its page stays on the site, \
                         and you can start another petition{again}.",
                        number(response)
                    )
                };
                vec![
                    format!(
                        "It closed{closed}{why} with {signed}. Whoever signed in the last hours can confirm for another {} hours, \
                         so the number may still grow.",
                        limits::CONFIRMATION_GRACE_HOURS
                    ),
                    next,
                ]
            }
            MailKind::PetitionStopped => vec![
                "Parliament was dissolved before your petition could be published, so all petitions that were not published \
                 yet have been stopped. This says nothing about yours."
                    .to_owned(),
                "You can start it again when a new Parliament has begun. Its text is on your petition’s page, to be copied."
                    .to_owned(),
            ],
            _ => vec![
                "You have asked for it, or somebody of our staff has sent it to you. The page shows how your petition stands \
                 and what you can do for it. Whoever has the link can see it, so do not pass it on."
                    .to_owned(),
            ],
        }
    }

    /// A text to forward, a paragraph each; only once.
    pub fn forward(&self) -> Option<Vec<String>> {
        let paragraphs = || forwarded(&self.about.action, &self.background, &self.additional_details, &self.support);
        (self.what == MailKind::GatherSupporters).then(paragraphs)
    }

    /// Whether the link for supporters is told.
    pub fn asks_for_supporters(&self) -> bool {
        match self.what {
            MailKind::GatherSupporters => true,
            MailKind::SupportGrows => self.supporters < limits::SUPPORTERS_NEEDED,
            MailKind::SupportLost => true,
            _ => false,
        }
    }
}

/// Whether something is still to be told, of a petition that is in this state by now.
pub fn is_still_true(what: MailKind, is_creator: bool, state: PetitionState) -> bool {
    use PetitionState::{Closed, Dormant, Flagged, Hidden, Open, Sponsored, Stopped, Validated};
    match what {
        MailKind::PetitionWithdrawn => state == Hidden,
        _ if !is_creator => false,
        MailKind::GatherSupporters => state == Validated,
        MailKind::SupportGrows => matches!(state, Validated | Sponsored | Flagged),
        MailKind::SupportReached => matches!(state, Sponsored | Flagged | Dormant),
        MailKind::SupportLost => state == Validated,
        MailKind::ResponseThresholdReached | MailKind::DebateThresholdReached => matches!(state, Open | Closed),
        MailKind::PetitionClosed => state == Closed,
        MailKind::PetitionStopped => state == Stopped,
        MailKind::CreatorLink => true,
        _ => false,
    }
}

/// A text to forward to people who may support a petition, a paragraph each.
pub fn forwarded(action: &str, background: &str, additional_details: &str, link: &str) -> Vec<String> {
    let mut paragraphs = vec!["I have made a petition. Will you support it?".to_owned(), action.to_owned()];
    paragraphs.extend(lines(background).chain(lines(additional_details)).map(str::to_owned));
    paragraphs.push(format!("Click this link to support it: {link}"));
    paragraphs.push(
        "You need an email address and, in the United Kingdom, your postcode. The site then sends you a mail with one button \
         to press. Only British citizens and UK residents can support it."
            .to_owned(),
    );
    paragraphs
}

/// "44,029".
fn number(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Somebody wants to support a petition that is not published yet; the link counts them.
#[derive(Clone)]
pub struct ConfirmSupport {
    /// Whose, and which petition.
    pub about: AboutSignature,
    /// The link.
    pub confirm: String,
    /// Until when it is good.
    pub until: Timestamp,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub additional_details: String,
}

impl ConfirmSupport {
    /// The petition's text, a paragraph each.
    pub fn petition(&self) -> Vec<&str> {
        lines(&self.background).chain(lines(&self.additional_details)).collect()
    }
}

#[derive(Template)]
#[template(path = "mail/confirm_support.txt")]
pub(super) struct ConfirmSupportText<'a> {
    pub(super) mail: &'a ConfirmSupport,
    pub(super) about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/confirm_support.html")]
pub(super) struct ConfirmSupportHtml<'a> {
    pub(super) mail: &'a ConfirmSupport,
    pub(super) about: &'a AboutSignature,
}
