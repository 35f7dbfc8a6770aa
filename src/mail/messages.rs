//! What mails say: one struct for each, with its words in `templates/mail`, as plain text and as HTML.

use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use super::{
    closing::{ClosingDateChanged, ClosingDateChangedHtml, ClosingDateChangedText},
    creator::{ConfirmSupport, ConfirmSupportHtml, ConfirmSupportText, CreatorTold, CreatorToldHtml, CreatorToldText},
    feedback::FeedbackMail,
    follow::ToFollower,
    letter::Letter,
    news::{NewsHtml, NewsText, Told},
};
use crate::domain::{deadline, mail::MailKind};

/// What every mail about a signature has.
#[derive(Clone)]
pub struct AboutSignature {
    /// What the site is called.
    pub site_name: String,
    /// The signer's name.
    pub name: String,
    /// The petition's action.
    pub action: String,
    /// The petition's address.
    pub petition: String,
    /// Where the signer sees the signature and can take it back.
    pub signature: String,
    /// Where the signer stops these mails.
    pub unsubscribe: String,
}

/// Somebody has signed; the link counts the signature.
#[derive(Clone)]
pub struct ConfirmSignature {
    /// Whose, and which petition.
    pub about: AboutSignature,
    /// The link.
    pub confirm: String,
    /// Until when it is good.
    pub until: Timestamp,
}

/// Somebody has started a petition; the link lets it gather support.
#[derive(Clone)]
pub struct ConfirmPetition {
    /// Whose, and which petition.
    pub about: AboutSignature,
    /// The link.
    pub confirm: String,
    /// Until when it is good.
    pub until: Timestamp,
}

/// Somebody has saved a petition to go on writing it later.
#[derive(Clone)]
pub struct ContinuePetition {
    /// What the site is called.
    pub site_name: String,
    /// The address of the site.
    pub site: String,
    /// The link.
    pub go_on: String,
    /// Until when it is good.
    pub until: Timestamp,
}

/// Somebody has filled in the form again for an address that has signed.
#[derive(Clone)]
pub struct AlreadySigned {
    /// Whose, and which petition.
    pub about: AboutSignature,
    /// When the signature was confirmed.
    pub signed_at: Option<Timestamp>,
    /// When the form was filled in again.
    pub asked_at: Timestamp,
}

/// Somebody gets an account of staff, or a new password and telephone for it.
#[derive(Clone)]
pub struct StaffInvitation {
    /// The name.
    pub name: String,
    /// What the site is called.
    pub site_name: String,
    /// The address of the site.
    pub site: String,
    /// The link.
    pub accept: String,
    /// Until when it is good.
    pub until: Timestamp,
}

/// It was decided about a petition that somebody has created or supported.
#[derive(Clone)]
pub struct PetitionDecided {
    /// Whose, and which petition.
    pub about: AboutSignature,
    /// What was decided.
    pub decision: MailKind,
    /// Whether it goes to the creator.
    pub is_creator: bool,
    /// Until when a petition that was published collects signatures.
    pub closes_at: Option<Timestamp>,
    /// Why it was refused: the reason's title and text, and what was added.
    pub refusal: Option<(String, String, String)>,
    /// Whether the public can read it.
    pub is_public: bool,
    /// The creator's own page of the petition, if it goes to the creator.
    pub creator_page: Option<String>,
}

impl PetitionDecided {
    /// What happened, as a headline.
    pub fn headline(&self) -> &'static str {
        match (self.decision, self.is_creator) {
            (MailKind::PetitionPublished, true) => "Your petition has been published",
            (MailKind::PetitionPublished, false) => "The petition you supported has been published",
            (MailKind::PetitionTakenDown, true) => "Your petition has been taken down",
            (MailKind::PetitionTakenDown, false) => "The petition you supported has been taken down",
            (MailKind::PetitionRestored, true) => "Your petition is being checked again",
            (MailKind::PetitionRestored, false) => "The petition you supported is being checked again",
            (_, true) => "We rejected your petition",
            (_, false) => "We rejected the petition you supported",
        }
    }

    /// What it means, a paragraph each.
    pub fn paragraphs(&self) -> Vec<String> {
        let it = if self.is_creator { "your petition" } else { "the petition" };
        match self.decision {
            MailKind::PetitionPublished => {
                let until = self.closes_at.as_ref().map(|at| format!(" until the end of {}", day(at)));
                vec![
                    format!(
                        "We have checked {it}, and everybody can read it now. It can be signed{}.",
                        until.unwrap_or_default()
                    ),
                    "Your signature is counted already. The best thing you can do now is to tell others about it."
                        .to_owned(),
                ]
            }
            MailKind::PetitionTakenDown if self.is_public => vec![format!(
                "We have stopped {it}: it can no longer be signed. Its text and the reason can still be read."
            )],
            MailKind::PetitionTakenDown => {
                vec![format!("We have stopped {it}: it can no longer be signed, and it can no longer be read.")]
            }
            MailKind::PetitionRestored => vec![format!(
                "We decided about {it} before, and have taken that decision back. We are checking it again, and will tell you \
                 what we decide."
            )],
            MailKind::PetitionHidden => vec![format!(
                "We have checked {it} and cannot publish it. Because of the reason below, its text is not shown on the site."
            )],
            _ => vec![format!(
                "We have checked {it} and cannot accept it. Its text is on the site together with the reason, and it cannot be \
                 signed."
            )],
        }
    }

    /// The reason in plain words: title, and paragraphs.
    pub fn reason(&self) -> Option<(&str, Vec<String>)> {
        let refuses = matches!(
            self.decision,
            MailKind::PetitionRejected | MailKind::PetitionHidden | MailKind::PetitionTakenDown
        );
        let (title, text, details) = self.refusal.as_ref().filter(|_| refuses)?;
        let plain = [plain(text), plain(details)];
        let paragraphs =
            plain.iter().flat_map(|text| text.split("\n\n")).map(str::trim).filter(|text| !text.is_empty());
        Some((title, paragraphs.map(str::to_owned).collect()))
    }
}

/// News about a petition, to somebody who signed it and asked for them.
#[derive(Clone)]
pub struct News {
    /// Whose, and which petition.
    pub about: AboutSignature,
    /// What they are; the same for everybody.
    pub told: Arc<Told>,
    /// The creator's own page of the petition; `None`: it goes to somebody else who signed.
    pub creator_page: Option<String>,
}

impl News {
    /// The sentence that says what happened, to whoever created the petition or only signed it.
    pub(super) fn lead(&self) -> String {
        match self.creator_page {
            Some(_) => self.told.lead.replacen("that you signed", "that you created", 1),
            None => self.told.lead.clone(),
        }
    }
}

/// A mail that can be written.
#[derive(Clone)]
pub enum Mail {
    /// "Your account for ...", to somebody of the staff.
    StaffInvitation(StaffInvitation),
    /// "Your petition has been published", and what else can be decided.
    PetitionDecided(PetitionDecided),
    /// "Find supporters for your petition", and what else becomes of it.
    CreatorTold(CreatorTold),
    /// "Confirm your support".
    ConfirmSupport(ConfirmSupport),
    /// "Confirm your signature".
    ConfirmSignature(ConfirmSignature),
    /// "Confirm your petition".
    ConfirmPetition(ConfirmPetition),
    /// "Go on with your petition".
    ContinuePetition(ContinuePetition),
    /// "You have signed this petition already".
    AlreadySigned(AlreadySigned),
    /// "A petition you signed closes earlier".
    ClosingDateChanged(ClosingDateChanged),
    /// "The Government has responded", and what else there may be to tell.
    News(News),
    /// "Feedback", to those who run the site.
    Feedback(FeedbackMail),
    /// To somebody who follows something without having signed.
    ToFollower(ToFollower),
}

/// What stands on the envelope, and in the headers, of one mail.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    /// Whose mail it is.
    pub from: &'a Mailbox,
    /// Who gets it.
    pub to: &'a str,
    /// Its number in the outbox, and when it was put there: together they name it, and a mail that is sent twice by
    /// mishap has one name.
    pub number: i64,
    /// When it was put into the outbox.
    pub queued_at: Timestamp,
    /// The time now.
    pub now: Timestamp,
}

/// A mail that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// The address is none that mail can be sent to.
    #[error("the address is none that mail can be sent to")]
    Address,
    /// A template fails.
    #[error(transparent)]
    Template(#[from] askama::Error),
    /// The parts do not make a mail.
    #[error(transparent)]
    Mail(#[from] lettre::error::Error),
}

#[derive(Template)]
#[template(path = "mail/confirm_signature.txt")]
struct ConfirmSignatureText<'a> {
    mail: &'a ConfirmSignature,
    about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/confirm_signature.html")]
struct ConfirmSignatureHtml<'a> {
    mail: &'a ConfirmSignature,
    about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/confirm_petition.txt")]
struct ConfirmPetitionText<'a> {
    mail: &'a ConfirmPetition,
    about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/confirm_petition.html")]
struct ConfirmPetitionHtml<'a> {
    mail: &'a ConfirmPetition,
    about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/continue_petition.txt")]
struct ContinuePetitionText<'a> {
    mail: &'a ContinuePetition,
}

#[derive(Template)]
#[template(path = "mail/continue_petition.html")]
struct ContinuePetitionHtml<'a> {
    mail: &'a ContinuePetition,
}

#[derive(Template)]
#[template(path = "mail/already_signed.txt")]
struct AlreadySignedText<'a> {
    mail: &'a AlreadySigned,
    about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/already_signed.html")]
struct AlreadySignedHtml<'a> {
    mail: &'a AlreadySigned,
    about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/staff_invitation.txt")]
struct StaffInvitationText<'a> {
    mail: &'a StaffInvitation,
}

#[derive(Template)]
#[template(path = "mail/staff_invitation.html")]
struct StaffInvitationHtml<'a> {
    mail: &'a StaffInvitation,
}

#[derive(Template)]
#[template(path = "mail/petition_decided.txt")]
struct PetitionDecidedText<'a> {
    mail: &'a PetitionDecided,
    about: &'a AboutSignature,
}

#[derive(Template)]
#[template(path = "mail/petition_decided.html")]
struct PetitionDecidedHtml<'a> {
    mail: &'a PetitionDecided,
    about: &'a AboutSignature,
}

impl Mail {
    /// What it is about, in a line.
    pub fn subject(&self) -> String {
        match self {
            Self::StaffInvitation(mail) => format!("Your account for the staff of {}", mail.site_name),
            Self::PetitionDecided(mail) => format!("{}: {}", mail.headline(), mail.about.action),
            Self::CreatorTold(mail) => format!("{}: {}", mail.headline(), mail.about.action),
            Self::ConfirmSupport(mail) => format!("Confirm your support: {}", mail.about.action),
            Self::ConfirmSignature(mail) => format!("Confirm your signature: {}", mail.about.action),
            Self::ConfirmPetition(mail) => format!("Confirm your petition: {}", mail.about.action),
            Self::ContinuePetition(mail) => format!("Go on with your petition on {}", mail.site_name),
            Self::AlreadySigned(mail) => format!("You have signed already: {}", mail.about.action),
            Self::ClosingDateChanged(mail) => mail.headline().to_owned(),
            Self::News(mail) => format!("{}: {}", mail.told.headline, mail.about.action),
            Self::Feedback(mail) => mail.subject(),
            Self::ToFollower(mail) => mail.subject(),
        }
    }

    /// Its words.
    ///
    /// # Errors
    /// When the template fails.
    pub fn text(&self) -> Result<String, askama::Error> {
        match self {
            Self::StaffInvitation(mail) => StaffInvitationText { mail }.render(),
            Self::PetitionDecided(mail) => PetitionDecidedText { mail, about: &mail.about }.render(),
            Self::CreatorTold(mail) => CreatorToldText { mail, about: &mail.about }.render(),
            Self::ConfirmSupport(mail) => ConfirmSupportText { mail, about: &mail.about }.render(),
            Self::ConfirmSignature(mail) => ConfirmSignatureText { mail, about: &mail.about }.render(),
            Self::ConfirmPetition(mail) => ConfirmPetitionText { mail, about: &mail.about }.render(),
            Self::ContinuePetition(mail) => ContinuePetitionText { mail }.render(),
            Self::AlreadySigned(mail) => AlreadySignedText { mail, about: &mail.about }.render(),
            Self::ClosingDateChanged(mail) => ClosingDateChangedText { mail, about: &mail.about }.render(),
            Self::News(mail) => NewsText { mail, told: &mail.told, about: &mail.about }.render(),
            Self::Feedback(mail) => mail.text(),
            Self::ToFollower(mail) => mail.text(),
        }
    }

    /// The same as HTML.
    ///
    /// # Errors
    /// When the template fails.
    pub fn html(&self) -> Result<String, askama::Error> {
        match self {
            Self::StaffInvitation(mail) => StaffInvitationHtml { mail }.render(),
            Self::PetitionDecided(mail) => PetitionDecidedHtml { mail, about: &mail.about }.render(),
            Self::CreatorTold(mail) => CreatorToldHtml { mail, about: &mail.about }.render(),
            Self::ConfirmSupport(mail) => ConfirmSupportHtml { mail, about: &mail.about }.render(),
            Self::ConfirmSignature(mail) => ConfirmSignatureHtml { mail, about: &mail.about }.render(),
            Self::ConfirmPetition(mail) => ConfirmPetitionHtml { mail, about: &mail.about }.render(),
            Self::ContinuePetition(mail) => ContinuePetitionHtml { mail }.render(),
            Self::AlreadySigned(mail) => AlreadySignedHtml { mail, about: &mail.about }.render(),
            Self::ClosingDateChanged(mail) => ClosingDateChangedHtml { mail, about: &mail.about }.render(),
            Self::News(mail) => NewsHtml { mail, told: &mail.told, about: &mail.about }.render(),
            Self::Feedback(mail) => mail.html(),
            Self::ToFollower(mail) => mail.html(),
        }
    }

    /// Where mails like this are stopped; staff get none of those, and who has yet to confirm a petition gets no more than was
    /// asked for.
    fn unsubscribe(&self) -> Option<&str> {
        match self {
            Self::StaffInvitation(_) | Self::Feedback(_) | Self::ContinuePetition(_) | Self::ConfirmPetition(_) => None,
            Self::PetitionDecided(mail) => Some(&mail.about.unsubscribe),
            Self::CreatorTold(mail) => Some(&mail.about.unsubscribe),
            Self::ConfirmSupport(mail) => Some(&mail.about.unsubscribe),
            Self::ConfirmSignature(mail) => Some(&mail.about.unsubscribe),
            Self::AlreadySigned(mail) => Some(&mail.about.unsubscribe),
            Self::ClosingDateChanged(mail) => Some(&mail.about.unsubscribe),
            Self::News(mail) => Some(&mail.about.unsubscribe),
            Self::ToFollower(mail) => Some(mail.unsubscribe()),
        }
    }

    /// Makes it ready to go.
    ///
    /// # Errors
    /// When the address is none, or something of ours fails.
    pub fn write(&self, envelope: &Envelope) -> Result<Letter, Unwritable> {
        let to: Address = envelope.to.parse().map_err(|_| Unwritable::Address)?;
        let from = &envelope.from.email;
        let name = format!("{}.{}", envelope.number, envelope.queued_at.as_microsecond());
        let part = |kind, text: String| {
            SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(text)
        };
        // No part of it is left to chance: what is sent again is the same.
        let parts = MultiPart::alternative().boundary(format!("part-{name}"));
        let mut message = Message::builder()
            .from(envelope.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(self.subject())
            .date(envelope.now.into())
            .message_id(Some(format!("<{name}@{}>", from.domain())))
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(unsubscribe) = self.unsubscribe() {
            message = message
                .raw_header(header("List-Unsubscribe", format!("<{unsubscribe}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        if let Self::Feedback(mail) = self
            && !mail.feedback.email.is_empty()
        {
            let writer: Address = mail.feedback.email.parse().map_err(|_| Unwritable::Address)?;
            message = message.reply_to(Mailbox::new(None, writer));
        }
        let message = message.multipart(
            parts
                .singlepart(part(ContentType::TEXT_PLAIN, self.text()?))
                .singlepart(part(ContentType::TEXT_HTML, self.html()?)),
        )?;
        let content = String::from_utf8_lossy(&message.formatted()).into_owned();
        Ok(Letter { from: from.clone(), to, content })
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// "21:36 on 21 August 2022", by London's clock.
pub(super) fn minute(at: &Timestamp) -> String {
    at.to_zoned(deadline::london()).strftime("%H:%M on %-d %B %Y").to_string()
}

/// "21 August 2022", by London's calendar.
pub(super) fn day(at: &Timestamp) -> String {
    deadline::day(*at).strftime("%-d %B %Y").to_string()
}

/// The words of a Markdown text; links keep their addresses.
fn plain(markdown: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let (mut text, mut links) = (String::new(), Vec::new());
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                text.push_str(&words)
            }
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::Start(Tag::Link { dest_url, .. }) => links.push((text.len(), dest_url)),
            Event::End(TagEnd::Link) => {
                if let Some((from, address)) = links.pop()
                    && text[from..] != *address
                {
                    text.push_str(&format!(" ({address})"));
                }
            }
            Event::Start(Tag::Item) => text.push_str("– "),
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::HtmlBlock | TagEnd::TableRow,
            ) => {
                text.push_str("\n\n");
            }
            _ => {}
        }
    }
    text.trim().to_owned()
}
