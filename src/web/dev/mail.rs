//! The mailbox of a developer: what the site has sent, newest first. It exists only while mail goes into a folder.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
    response::Response,
};
use mail_parser::{Message, MessageParser};

use crate::{
    app::App,
    mail::{folder::Folder, transport::Transport},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Format, MailNumber},
        page::{self, Layout},
    },
};

/// Nothing but its own styles; its links work.
const HTML_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
);

#[derive(Template)]
#[template(path = "dev/mailbox.html")]
struct MailboxPage {
    layout: Layout,
    mails: Vec<Listed>,
}

/// A mail in the list.
struct Listed {
    number: u64,
    subject: String,
    to: String,
    at: String,
}

#[derive(Template)]
#[template(path = "dev/mail.html")]
struct MailPage {
    layout: Layout,
    number: u64,
    headers: Vec<(String, String)>,
    words: Vec<Word>,
}

/// A piece of a mail's text.
enum Word {
    Plain(String),
    Link(String),
}

/// All mails.
pub async fn list(State(app): State<App>) -> Result<Response, PageError> {
    let folder = folder(&app)?;
    let mut mails = Vec::new();
    for number in folder.numbers()? {
        // Removed since, or no mail at all.
        let Some(source) = folder.read(number)? else { continue };
        let Some(mail) = MessageParser::default().parse(&source) else { continue };
        let at = mail.date().map(|date| date.to_rfc3339()).unwrap_or_default();
        mails.push(Listed { number, subject: mail.subject().unwrap_or_default().to_owned(), to: recipient(&mail), at });
    }
    page::html(&MailboxPage { layout: Layout::unlisted(&app, "Mail"), mails }, CachePolicy::Never)
}

/// One mail as text, its links to be followed.
pub async fn show(State(app): State<App>, MailNumber(number): MailNumber) -> Result<Response, PageError> {
    let source = source(&app, number)?;
    let mail = MessageParser::default().parse(&source).ok_or(PageError::NotFound)?;
    let headers = mail.headers_raw().map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
    let words = words(&mail.body_text(0).unwrap_or_default());
    let layout = Layout::unlisted(&app, mail.subject().unwrap_or("No subject"));
    page::html(&MailPage { layout, number, headers, words }, CachePolicy::Never)
}

/// One mail as a mail program shows it.
pub async fn html(State(app): State<App>, MailNumber(number): MailNumber) -> Result<Response, PageError> {
    let source = source(&app, number)?;
    let mail = MessageParser::default().parse(&source).ok_or(PageError::NotFound)?;
    let html = mail.body_html(0).ok_or(PageError::NotFound)?;
    let mut response = page::body(Format::Html, html.into_owned(), CachePolicy::Never);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HTML_POLICY);
    Ok(response)
}

fn folder(app: &App) -> Result<&Folder, PageError> {
    match &app.transport {
        Transport::Folder(folder) => Ok(folder),
        _ => Err(PageError::NotFound),
    }
}

fn source(app: &App, number: u64) -> Result<Vec<u8>, PageError> {
    folder(app)?.read(number)?.ok_or(PageError::NotFound)
}

fn recipient(mail: &Message<'_>) -> String {
    let first = mail.to().and_then(|to| to.first());
    first.and_then(|to| to.address()).unwrap_or_default().to_owned()
}

/// Takes a text apart at its links.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(at) = ["http://", "https://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let end = rest[at..].find(char::is_whitespace).map_or(rest.len(), |end| at + end);
        words.push(Word::Plain(rest[..at].to_owned()));
        words.push(Word::Link(rest[at..end].to_owned()));
        rest = &rest[end..];
    }
    words.push(Word::Plain(rest.to_owned()));
    words
}
