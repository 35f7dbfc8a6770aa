//! The settings that take effect while the site runs.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Conflict, Shown, or_nothing};
use crate::{
    actions::configure::{self, Changed},
    app::App,
    domain::{
        email::EmailAddress, limits, protection::DomainPattern, site_settings::SiteSettings, text::tidy,
        threshold::Thresholds,
    },
    store, urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now},
        filters::thousands,
        form::FormErrors,
        page,
    },
};

/// The form as it was filled in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SettingsForm {
    mark: String,
    site_name: String,
    response_threshold: String,
    debate_threshold: String,
    collection_paused: String,
    petitions_paused: String,
    home_message: String,
    petition_message: String,
    responses_need_approval: String,
    link_hosts: String,
    mails_per_minute: String,
    fold_countries_under: String,
    feedback_to: String,
}

#[derive(Template)]
#[template(path = "admin/site/settings.html")]
struct SettingsPage {
    frame: Frame,
    form: SettingsForm,
    errors: FormErrors,
    conflict: Vec<Conflict>,
    /// The thresholds where none is set.
    otherwise: Thresholds,
    /// Pieces of feedback that wait, since nobody has said whom they go to.
    waiting: i64,
}

/// The form with the settings in force.
pub async fn show(State(app): State<App>, staff: Staff) -> Result<Response, PageError> {
    let settings = store::site::settings(&mut *app.pool.acquire().await?).await?;
    SettingsForm::of(&settings).show(&app, &staff, Shown::fine()).await
}

/// Saves them.
pub async fn submit(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Form(form): Form<SettingsForm>,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let before = store::site::settings(&mut db).await?;
    let otherwise = app.live.otherwise();
    let settings = match form.parse(&before, otherwise, now.0) {
        Ok(settings) => settings,
        Err(errors) => return form.show(&app, &staff, Shown::wrong(errors)).await,
    };
    let saved = configure::save_settings(&mut db, &staff.actor, &form.mark, &settings, otherwise, now.0).await?;
    match saved {
        Changed::Stale(theirs) => {
            let theirs = SettingsForm::of(&theirs);
            let shown = Shown::stale(theirs.differences(&form));
            let again = SettingsForm { mark: theirs.mark, ..form };
            return again.show(&app, &staff, shown).await;
        }
        Changed::Same => staff.say(&mut db, "The settings are as they were.").await?,
        Changed::Done => {
            app.live.look(&mut db).await?;
            staff.say(&mut db, "The settings are saved, and in force on every page within a second.").await?;
        }
    }
    Ok(Redirect::to(urls::admin::site_settings()).into_response())
}

impl SettingsForm {
    fn of(settings: &SiteSettings) -> Self {
        let tick = |ticked: bool| if ticked { "1".to_owned() } else { String::new() };
        Self {
            mark: configure::settings_mark(settings),
            site_name: settings.site_name.clone(),
            response_threshold: settings.response_threshold.map(thousands).unwrap_or_default(),
            debate_threshold: settings.debate_threshold.map(thousands).unwrap_or_default(),
            collection_paused: tick(settings.collection_paused_at.is_some()),
            petitions_paused: tick(settings.petitions_paused_at.is_some()),
            home_message: settings.home_message.clone(),
            petition_message: settings.petition_message.clone(),
            responses_need_approval: tick(settings.responses_need_approval),
            link_hosts: settings.link_hosts.clone(),
            mails_per_minute: thousands(settings.mails_per_minute),
            fold_countries_under: thousands(settings.fold_countries_under),
            feedback_to: settings.feedback_to.clone(),
        }
    }

    fn parse(&self, before: &SiteSettings, otherwise: Thresholds, now: Timestamp) -> Result<SiteSettings, FormErrors> {
        let mut errors = FormErrors::default();
        let site_name = tidy(&self.site_name);
        if site_name.is_empty() {
            errors.add("site_name", "Enter what the site is called");
        } else if site_name.chars().any(char::is_control) {
            errors.add("site_name", "Write the site’s name in one line");
        }
        errors.length("site_name", "the site’s name", &site_name, limits::SITE_NAME);
        let mut threshold = |field, typed: &str| match tidy(typed).as_str() {
            "" => None,
            typed => match number(typed, limits::THRESHOLD_MOST) {
                Some(number) => Some(number),
                None => {
                    errors.add(field, format!("Enter a number from 1 to {}", thousands(limits::THRESHOLD_MOST)));
                    None
                }
            },
        };
        let response_threshold = threshold("response_threshold", &self.response_threshold);
        let debate_threshold = threshold("debate_threshold", &self.debate_threshold);
        let (response, debate) =
            (response_threshold.unwrap_or(otherwise.response), debate_threshold.unwrap_or(otherwise.debate));
        if errors.is_empty() && debate <= response {
            let message = format!("Enter more than the {} of the response", thousands(response));
            errors.add("debate_threshold", message);
        }
        let mut message = |field, typed: &str| {
            let message = tidy(typed);
            errors.markdown(field, "the message", &message, limits::SITE_MESSAGE);
            message
        };
        let home_message = message("home_message", &self.home_message);
        let petition_message = message("petition_message", &self.petition_message);
        let link_hosts: Vec<&str> = self.link_hosts.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if let Some(wrong) = link_hosts.iter().find(|line| DomainPattern::parse(line).is_none()) {
            let shown: String = wrong.chars().take(60).collect();
            errors.add("link_hosts", format!("“{shown}” is no host: write each as www.example.org or *.example.org"));
        } else if link_hosts.len() > limits::LINK_HOSTS {
            errors.add("link_hosts", format!("Enter at most {} hosts", limits::LINK_HOSTS));
        }
        let mails_per_minute = number(&self.mails_per_minute, limits::MAILS_PER_MINUTE_MOST);
        if mails_per_minute.is_none() {
            let most = thousands(limits::MAILS_PER_MINUTE_MOST);
            errors.add("mails_per_minute", format!("Enter a number from 1 to {most}"));
        }
        let fold_countries_under = number(&self.fold_countries_under, limits::FOLD_COUNTRIES_UNDER_MOST);
        if fold_countries_under.is_none() {
            let most = thousands(limits::FOLD_COUNTRIES_UNDER_MOST);
            errors.add("fold_countries_under", format!("Enter a number from 1 to {most}"));
        }
        let feedback_to = match self.feedback_to.trim() {
            "" => Some(String::new()),
            typed => errors.take("feedback_to", EmailAddress::parse(typed)).map(|email| email.as_str().to_owned()),
        };
        let (Some(mails_per_minute), Some(fold_countries_under), Some(feedback_to), true) =
            (mails_per_minute, fold_countries_under, feedback_to, errors.is_empty())
        else {
            return Err(errors);
        };
        let since = |tick: &str, before: Option<Timestamp>| (!tick.is_empty()).then(|| before.unwrap_or(now));
        Ok(SiteSettings {
            version: before.version,
            site_name,
            response_threshold,
            debate_threshold,
            collection_paused_at: since(&self.collection_paused, before.collection_paused_at),
            petitions_paused_at: since(&self.petitions_paused, before.petitions_paused_at),
            home_message,
            petition_message,
            responses_need_approval: !self.responses_need_approval.is_empty(),
            link_hosts: link_hosts.join("\n"),
            mails_per_minute,
            fold_countries_under,
            feedback_to,
        })
    }

    /// What stands in this form otherwise than in that of somebody else.
    fn differences(&self, yours: &Self) -> Vec<Conflict> {
        let yes_or_no = |tick: &str| if tick.is_empty() { "No" } else { "Yes" }.to_owned();
        let fields: [(&'static str, String, String); 12] = [
            ("Name of the site", self.site_name.clone(), yours.site_name.clone()),
            ("Signatures for a government response", self.response_threshold.clone(), yours.response_threshold.clone()),
            ("Signatures for a debate", self.debate_threshold.clone(), yours.debate_threshold.clone()),
            ("Take no new signatures", yes_or_no(&self.collection_paused), yes_or_no(&yours.collection_paused)),
            ("Take no new petitions", yes_or_no(&self.petitions_paused), yes_or_no(&yours.petitions_paused)),
            ("Message on the front page", self.home_message.clone(), tidy(&yours.home_message)),
            ("Message on every petition", self.petition_message.clone(), tidy(&yours.petition_message)),
            (
                "Responses need a second pair of eyes",
                yes_or_no(&self.responses_need_approval),
                yes_or_no(&yours.responses_need_approval),
            ),
            ("Hosts", self.link_hosts.clone(), tidy(&yours.link_hosts)),
            ("Mails a minute", self.mails_per_minute.clone(), yours.mails_per_minute.clone()),
            (
                "Signatures that a country needs to be named",
                self.fold_countries_under.clone(),
                yours.fold_countries_under.clone(),
            ),
            ("Feedback goes to", self.feedback_to.clone(), yours.feedback_to.clone()),
        ];
        let differ = fields.into_iter().filter(|(_, theirs, yours)| theirs.trim() != yours.trim());
        differ
            .map(|(label, theirs, yours)| Conflict { label, theirs: or_nothing(theirs), yours: or_nothing(yours) })
            .collect()
    }

    async fn show(self, app: &App, staff: &Staff, shown: Shown) -> Result<Response, PageError> {
        let Shown { errors, conflict, status } = shown;
        let title = if errors.is_empty() { "Settings" } else { "Error: Settings" };
        let frame = Frame::new(staff, Section::Site, title);
        let waiting = store::feedback::waiting(&mut *app.pool.acquire().await?).await?;
        let page = SettingsPage { frame, form: self, errors, conflict, otherwise: app.live.otherwise(), waiting };
        Ok((status, page::html(&page, CachePolicy::Never)?).into_response())
    }
}

impl SettingsPage {
    fn feedback_hint(&self) -> String {
        let waiting = match self.waiting {
            0 => String::new(),
            1 => " One piece of feedback waits, and is sent as soon as you save an address.".to_owned(),
            many => {
                format!(" {} pieces of feedback wait, and are sent as soon as you save an address.", thousands(many))
            }
        };
        format!("An email address. Empty: what people write waits, encrypted, until there is one.{waiting}")
    }

    fn name_hint(&self) -> String {
        format!("In titles, above every page and in mails. Up to {} characters.", limits::SITE_NAME)
    }

    fn response_hint(&self) -> String {
        format!("Empty: {}, as the program was started with.", thousands(self.otherwise.response))
    }

    fn debate_hint(&self) -> String {
        let debate = thousands(self.otherwise.debate);
        format!("More than those for a response. Empty: {debate}, as the program was started with.")
    }
}

/// A number as people type it, "10,000"; from 1 to `most`.
fn number(typed: &str, most: u32) -> Option<u32> {
    let plain: String = typed.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    plain.parse().ok().filter(|number| (1..=most).contains(number) && !plain.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (typed, number_) in
            [("10,000", Some(10_000)), (" 1 000 ", Some(1_000)), ("0", None), ("-1", None), ("+5", None), ("ten", None)]
        {
            assert_eq!(number(typed, 1_000_000), number_, "{typed}");
        }
        assert_eq!(number("1000001", 1_000_000), None);
    }
}
