//! What somebody has written, as a mail to those who run the site.

use askama::Template;
use jiff::Timestamp;

use super::messages::minute;
use crate::domain::feedback::Feedback;

/// The mail. Nothing of what was written stands in its headers, but for the address that an answer goes to.
#[derive(Clone)]
pub struct FeedbackMail {
    /// What the site is called.
    pub site_name: String,
    /// What was written.
    pub feedback: Feedback,
    /// When.
    pub given_at: Timestamp,
}

#[derive(Template)]
#[template(path = "mail/feedback.txt")]
struct Text<'a> {
    mail: &'a FeedbackMail,
}

#[derive(Template)]
#[template(path = "mail/feedback.html")]
struct Html<'a> {
    mail: &'a FeedbackMail,
}

impl FeedbackMail {
    /// What it is about, in a line.
    pub fn subject(&self) -> String {
        format!("Feedback about {}", self.site_name)
    }

    /// Its words.
    ///
    /// # Errors
    /// When the template fails.
    pub fn text(&self) -> Result<String, askama::Error> {
        Text { mail: self }.render()
    }

    /// The same as HTML.
    ///
    /// # Errors
    /// When the template fails.
    pub fn html(&self) -> Result<String, askama::Error> {
        Html { mail: self }.render()
    }
}
