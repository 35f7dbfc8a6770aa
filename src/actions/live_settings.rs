//! The settings in force: every process has them in memory, and reads them again as soon as somebody has changed them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError, RwLock, Weak,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    domain::{
        deadline,
        parliament::{Parliament, Phase},
        site_settings::SiteSettings,
        threshold::Thresholds,
    },
    store::{self, Db, site_pages::SitePage},
};

/// How often it is asked whether somebody has changed them: with the making of a page this stays below a second.
const EVERY: Duration = Duration::from_millis(500);

/// The settings in force; cheap to clone.
#[derive(Clone, Debug)]
pub struct Live(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    /// The thresholds where staff have set none.
    otherwise: Thresholds,
    in_force: RwLock<Arc<InForce>>,
    version: AtomicI64,
}

/// What is in force at a moment.
#[derive(Clone, Debug)]
pub struct InForce {
    /// What staff have set.
    pub settings: SiteSettings,
    /// The thresholds.
    pub thresholds: Thresholds,
    /// Pages of text that staff have written.
    pub pages: BTreeMap<String, SitePage>,
    /// The parliaments, the current one first; never empty.
    pub parliaments: Vec<Parliament>,
}

impl InForce {
    /// The current parliament.
    pub fn parliament(&self) -> &Parliament {
        &self.parliaments[0]
    }

    /// Those that have ended and whose place another has taken, the latest first.
    pub fn archived(&self) -> &[Parliament] {
        &self.parliaments[1..]
    }

    /// When the current parliament ends, if that has been announced and a petition that was published now would close then,
    /// before its own time is over.
    pub fn cuts_short(&self, now: Timestamp) -> Option<Timestamp> {
        let parliament = self.parliament();
        let announced = parliament.phase(now) == Phase::Announced;
        parliament.ends_at().filter(|ends_at| announced && *ends_at < deadline::closes_at(now))
    }

    /// Whether new petitions are taken: staff have not paused it, and there is a parliament that they could go to.
    pub fn takes_petitions(&self, now: Timestamp) -> bool {
        self.settings.petitions_paused_at.is_none() && self.parliament().phase(now).takes_petitions()
    }
}

impl Live {
    /// Reads the settings, and from then on whenever they have changed. `otherwise` are the thresholds where staff have
    /// set none. Wants to be called within tokio.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(pool: &PgPool, otherwise: Thresholds) -> sqlx::Result<Self> {
        let live = Self::fixed(otherwise);
        live.look(&mut *pool.acquire().await?).await?;
        tokio::spawn(keep_up(Arc::downgrade(&live.0), pool.clone()));
        Ok(live)
    }

    /// The settings of a new site with these thresholds, which nobody changes.
    pub fn fixed(thresholds: Thresholds) -> Self {
        let in_force = InForce {
            settings: SiteSettings::default(),
            thresholds,
            pages: BTreeMap::new(),
            parliaments: vec![Parliament::default()],
        };
        Self(Arc::new(Kept {
            otherwise: thresholds,
            version: AtomicI64::new(in_force.settings.version),
            in_force: RwLock::new(Arc::new(in_force)),
        }))
    }

    /// What is in force now.
    pub fn in_force(&self) -> Arc<InForce> {
        self.0.in_force.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The thresholds in force now.
    pub fn thresholds(&self) -> Thresholds {
        self.in_force().thresholds
    }

    /// The thresholds where staff have set none.
    pub fn otherwise(&self) -> Thresholds {
        self.0.otherwise
    }

    /// The version of what is in force now: what was made from another may be different today.
    pub fn version(&self) -> i64 {
        self.0.version.load(Ordering::Acquire)
    }

    /// Reads them again if they have changed. Whoever has just saved them does so at once.
    ///
    /// # Errors
    /// When the database fails; then what was in force stays so.
    pub async fn look(&self, db: &mut Db) -> sqlx::Result<()> {
        let version = store::site::version(db).await?;
        if version == self.version() {
            return Ok(());
        }
        // What changes between these reads has another version, and is read at the next look.
        let pages = store::site_pages::all(db).await?;
        let settings = SiteSettings { version, ..store::site::settings(db).await? };
        let thresholds = settings.thresholds(self.0.otherwise);
        let parliaments = store::parliaments::all(db).await?;
        if parliaments.is_empty() {
            return Err(sqlx::Error::RowNotFound);
        }
        let in_force = InForce { settings, thresholds, pages, parliaments };
        *self.0.in_force.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(in_force);
        self.0.version.store(version, Ordering::Release);
        Ok(())
    }
}

/// Looks again and again, as long as anybody wants to know.
async fn keep_up(kept: Weak<Kept>, pool: PgPool) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        ticks.tick().await;
        let Some(live) = kept.upgrade().map(Live) else { return };
        if pool.is_closed() {
            return;
        }
        let looked = match pool.acquire().await {
            Ok(mut db) => live.look(&mut db).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &looked
            && !failing
        {
            tracing::warn!(%error, "settings cannot be read again, and stay as they are");
        }
        failing = looked.is_err();
    }
}
