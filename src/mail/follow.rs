//! Mails to those who follow something without having signed: the link that confirms it, news about a petition, and the news
//! of a week about topics and constituencies.

use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;

use super::{messages::minute, news::Told};

/// What every mail about one following has.
#[derive(Clone)]
pub struct AboutFollow {
    /// What the site is called.
    pub site_name: String,
    /// What is followed, in a word: "petition", "topic" or "constituency".
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// Its address.
    pub page: String,
    /// Where everything is seen that is followed.
    pub following: String,
    /// Where this one is stopped.
    pub unsubscribe: String,
}

/// Somebody, probably the receiver, wants to follow something; the link confirms it.
#[derive(Clone)]
pub struct ConfirmFollow {
    /// What.
    pub about: AboutFollow,
    /// The link.
    pub confirm: String,
    /// Until when it is good; `None`: it is confirmed already.
    pub until: Option<Timestamp>,
}

/// News about a petition that somebody follows.
#[derive(Clone)]
pub struct FollowedNews {
    /// Which.
    pub about: AboutFollow,
    /// What they are; the same for everybody.
    pub told: Arc<Told>,
}

/// The news of a week.
#[derive(Clone)]
pub struct WeeklyNews {
    /// What the site is called.
    pub site_name: String,
    /// Of what they tell: never empty.
    pub parts: Vec<Part>,
    /// Where everything is seen that is followed.
    pub following: String,
    /// Where these news are stopped.
    pub unsubscribe: String,
}

/// What happened to one thing that somebody follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// Its address.
    pub page: String,
    /// What happened, and to which petitions: what each asks for, and its address.
    pub happened: Vec<(&'static str, Vec<(String, String)>)>,
}

/// A mail to somebody who follows something.
#[derive(Clone)]
pub enum ToFollower {
    /// "Confirm that you want to follow ...".
    Confirm(ConfirmFollow),
    /// "The Government has responded", and what else there may be to tell.
    News(FollowedNews),
    /// "This week: ...".
    Weekly(WeeklyNews),
}

#[derive(Template)]
#[template(path = "mail/confirm_follow.txt")]
struct ConfirmFollowText<'a> {
    mail: &'a ConfirmFollow,
    about: &'a AboutFollow,
}

#[derive(Template)]
#[template(path = "mail/confirm_follow.html")]
struct ConfirmFollowHtml<'a> {
    mail: &'a ConfirmFollow,
    about: &'a AboutFollow,
}

#[derive(Template)]
#[template(path = "mail/followed_news.txt")]
struct FollowedNewsText<'a> {
    told: &'a Told,
    about: &'a AboutFollow,
}

#[derive(Template)]
#[template(path = "mail/followed_news.html")]
struct FollowedNewsHtml<'a> {
    told: &'a Told,
    about: &'a AboutFollow,
}

#[derive(Template)]
#[template(path = "mail/weekly_news.txt")]
struct WeeklyNewsText<'a> {
    mail: &'a WeeklyNews,
}

#[derive(Template)]
#[template(path = "mail/weekly_news.html")]
struct WeeklyNewsHtml<'a> {
    mail: &'a WeeklyNews,
}

impl ToFollower {
    /// What it is about, in a line.
    pub fn subject(&self) -> String {
        match self {
            Self::Confirm(mail) if mail.until.is_none() => format!("You follow this already: {}", mail.about.name),
            Self::Confirm(mail) => format!("Confirm that you want to follow: {}", mail.about.name),
            Self::News(mail) => format!("{}: {}", mail.told.headline, mail.about.name),
            Self::Weekly(mail) => {
                let names: Vec<&str> = mail.parts.iter().map(|part| part.name.as_str()).collect();
                match names.as_slice() {
                    [one] => format!("This week: {one}"),
                    [one, other] => format!("This week: {one} and {other}"),
                    [one, rest @ ..] => format!("This week: {one} and {} more", rest.len()),
                    [] => "This week".to_owned(),
                }
            }
        }
    }

    /// Its words.
    ///
    /// # Errors
    /// When the template fails.
    pub fn text(&self) -> Result<String, askama::Error> {
        match self {
            Self::Confirm(mail) => ConfirmFollowText { mail, about: &mail.about }.render(),
            Self::News(mail) => FollowedNewsText { told: &mail.told, about: &mail.about }.render(),
            Self::Weekly(mail) => WeeklyNewsText { mail }.render(),
        }
    }

    /// The same as HTML.
    ///
    /// # Errors
    /// When the template fails.
    pub fn html(&self) -> Result<String, askama::Error> {
        match self {
            Self::Confirm(mail) => ConfirmFollowHtml { mail, about: &mail.about }.render(),
            Self::News(mail) => FollowedNewsHtml { told: &mail.told, about: &mail.about }.render(),
            Self::Weekly(mail) => WeeklyNewsHtml { mail }.render(),
        }
    }

    /// Where mails like this are stopped.
    pub fn unsubscribe(&self) -> &str {
        match self {
            Self::Confirm(mail) => &mail.about.unsubscribe,
            Self::News(mail) => &mail.about.unsubscribe,
            Self::Weekly(mail) => &mail.unsubscribe,
        }
    }
}
