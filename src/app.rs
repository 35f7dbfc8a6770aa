//! What the doors to the program share: the database, the time, the settings in force.

use std::sync::Arc;

use lettre::message::Mailbox;
use sqlx::PgPool;

use crate::{
    actions::{live_settings::Live, relate::Relating, signing::Signing},
    clock::Clock,
    domain::{keyring::Keyring, retention::Retention, single_sign_on::Provider, threshold::Thresholds},
    mail::transport::Transport,
    metrics::Metrics,
    store::places::Boundaries,
};

/// The running program; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What an [`App`] holds.
pub struct Inner {
    /// Connections to the database.
    pub pool: PgPool,
    /// Where the time comes from.
    pub clock: Clock,
    /// The settings that staff change while the site runs.
    pub live: Live,
    /// Address under which people reach the site, without a slash at the end.
    pub public_url: String,
    /// The secret keys.
    pub keyring: Keyring,
    /// How long personal data are kept.
    pub retention: Retention,
    /// Where signatures are handed in and confirmed.
    pub signing: Signing,
    /// What petitions are about, for comparing.
    pub relating: Relating,
    /// The constituencies, which are the same for all petitions.
    pub boundaries: Boundaries,
    /// How mail leaves.
    pub transport: Transport,
    /// Whose mail it is; without a name it is that of the site.
    pub mail_from: Mailbox,
    /// What is counted for those who run the site.
    pub metrics: Metrics,
    /// Where staff may sign in elsewhere.
    pub single_sign_on: Option<Provider>,
}

impl App {
    /// Puts the parts together.
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The thresholds in force now.
    pub fn thresholds(&self) -> Thresholds {
        self.live.thresholds()
    }

    /// Whose mail it is: under the site's name, unless another is set.
    pub fn mail_from(&self) -> Mailbox {
        let name = self.mail_from.name.clone().unwrap_or_else(|| self.site_name());
        Mailbox::new(Some(name), self.mail_from.email.clone())
    }

    /// What the site is called now.
    pub fn site_name(&self) -> String {
        self.live.in_force().settings.site_name.clone()
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
