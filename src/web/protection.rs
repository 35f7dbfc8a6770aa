//! What sets signatures apart that people do not send: blocked networks and mail domains, and paces.
//!
//! Who exceeds a pace is not refused: the signature goes into quarantine, where staff can count it after all. The paces
//! are such that a school of 1,500 pupils behind one address, or a mobile carrier, does not exceed them within an hour.
//! Who starts petitions, or saves them, too fast is asked to wait: each of these sends a mail. Paces are kept in the memory of each process: of several on one database, each allows the whole pace.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use governor::{Quota, RateLimiter, middleware::NoOpMiddleware, state::keyed::HashMapStateStore};
use ipnet::IpNet;
use sqlx::PgPool;

use crate::{
    clock::Clock,
    domain::{
        email::EmailAddress,
        limits,
        network::Origin,
        petition::PetitionId,
        protection::{Lists, Paces, Rule},
        suspicion::Suspicion,
    },
    store,
};

/// How old the lists may become before they are read again, and how often paces are forgotten that have come to rest.
const OLD: Duration = Duration::from_secs(5);
/// So much faster a network may be than one address of it.
const NETWORK: u32 = 20;
/// As so many signatures counts each sign of a program at work.
const SIGNAL: u32 = 20;

/// What can be set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// How many proxies stand before the site.
    pub trusted_proxies: usize,
    /// How fast signatures may come.
    pub paces: Paces,
}

/// Whether an address may be asked by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayAsk {
    /// It may.
    Yes,
    /// It is not, and nobody is told.
    Silently,
    /// It is not now, since too many have asked from the same place.
    Later,
}

/// The guard; cheap to clone.
#[derive(Clone)]
pub struct Protection(Arc<Guard>);

struct Guard {
    pool: PgPool,
    trusted_proxies: usize,
    lists: RwLock<Arc<Lists>>,
    began: Instant,
    /// When the lists were last read, or the reading began, in milliseconds since the guard began.
    looked: AtomicU64,
    addresses: Pace<(PetitionId, IpNet)>,
    networks: Pace<(PetitionId, IpNet)>,
    emails: Pace<u64>,
    /// Of feedback: by address, and all of it.
    feedback: Pace<IpNet>,
    all_feedback: Pace<()>,
    /// Supporters, whatever they support.
    supporters: Pace<IpNet>,
    starting: Creators,
    saving: Creators,
    /// Asking to follow something, from one address of the internet.
    follows: Pace<IpNet>,
    /// The same from the network around it.
    follows_of_networks: Pace<IpNet>,
    /// Mails that ask whether somebody wants to, by e-mail address.
    follow_mails: Pace<u64>,
    /// Turns e-mail addresses into numbers, so that none is kept here.
    hasher: RandomState,
}

impl Protection {
    /// Reads the lists and begins to count.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(pool: &PgPool, clock: &Clock, options: Options) -> sqlx::Result<Self> {
        let lists = store::protection::lists(&mut *pool.acquire().await?).await?;
        let time = Time { clock: clock.clone(), began: Instant::now() };
        let Paces { address_burst, address_per_minute } = options.paces;
        Ok(Self(Arc::new(Guard {
            pool: pool.clone(),
            trusted_proxies: options.trusted_proxies,
            lists: RwLock::new(Arc::new(lists)),
            began: Instant::now(),
            looked: AtomicU64::new(0),
            addresses: Pace::new(Quota::per_minute, address_per_minute, address_burst, &time),
            networks: Pace::new(
                Quota::per_minute,
                address_per_minute.saturating_mul(NETWORK),
                address_burst.saturating_mul(NETWORK),
                &time,
            ),
            emails: Pace::new(Quota::per_hour, limits::EMAIL_PER_HOUR, limits::EMAIL_BURST, &time),
            feedback: Pace::new(Quota::per_hour, limits::FEEDBACK_PER_ADDRESS, limits::FEEDBACK_PER_ADDRESS, &time),
            all_feedback: Pace::new(Quota::per_hour, limits::FEEDBACK_PER_HOUR, limits::FEEDBACK_PER_HOUR, &time),
            supporters: Pace::new(Quota::per_minute, limits::SUPPORTERS_PER_MINUTE, limits::SUPPORTERS_BURST, &time),
            starting: Creators {
                emails: Pace::new(Quota::per_hour, limits::STARTED_PER_HOUR, limits::STARTED_BURST, &time),
                addresses: Pace::new(
                    Quota::per_hour,
                    limits::STARTED_FROM_ADDRESS_PER_HOUR,
                    limits::STARTED_FROM_ADDRESS_BURST,
                    &time,
                ),
            },
            saving: Creators {
                emails: Pace::new(Quota::per_hour, limits::SAVED_PER_HOUR, limits::SAVED_BURST, &time),
                addresses: Pace::new(
                    Quota::per_hour,
                    limits::SAVED_FROM_ADDRESS_PER_HOUR,
                    limits::SAVED_FROM_ADDRESS_BURST,
                    &time,
                ),
            },
            follows: Pace::new(Quota::per_minute, limits::FOLLOWS_PER_MINUTE, limits::FOLLOW_BURST, &time),
            follows_of_networks: Pace::new(
                Quota::per_minute,
                limits::FOLLOWS_PER_MINUTE.saturating_mul(NETWORK),
                limits::FOLLOW_BURST.saturating_mul(NETWORK),
                &time,
            ),
            follow_mails: Pace::new(
                Quota::per_hour,
                limits::FOLLOW_MAILS_PER_HOUR,
                limits::FOLLOW_MAILS_PER_HOUR,
                &time,
            ),
            hasher: RandomState::new(),
        })))
    }

    /// How many proxies stand before the site.
    pub fn trusted_proxies(&self) -> usize {
        self.0.trusted_proxies
    }

    /// Why a signature should go into quarantine; counts it, so to be asked once for each. Signs of a program at work (a
    /// field filled that nobody sees, a form sent back too soon, or without its mark) make it weigh more, but are never
    /// reason enough: people have password managers and old tabs.
    ///
    /// Never waits: lists that have become old are read again meanwhile. Wants to be called within tokio.
    pub fn judge(
        &self,
        from: Option<IpAddr>,
        email: &EmailAddress,
        petition: PetitionId,
        soft_signals: u32,
    ) -> Option<Suspicion> {
        self.keep_up();
        let lists = self.0.lists.read().unwrap_or_else(PoisonError::into_inner).clone();
        let network = from.and_then(|address| lists.network(address));
        let domain = lists.domain(email.domain());
        match (network, domain) {
            (Some(Rule::Blocked), _) => return Some(Suspicion::BlockedNetwork),
            (_, Some(Rule::Blocked)) => return Some(Suspicion::BlockedDomain),
            (Some(Rule::Allowed), _) | (_, Some(Rule::Allowed)) => return None,
            (None, None) => {}
        }
        if let Some(origin) = from.map(Origin::of) {
            let weight = soft_signals.saturating_mul(SIGNAL).max(1);
            if !self.0.addresses.keeps(&(petition, origin.address), weight) {
                return Some(Suspicion::ManyFromAddress);
            }
            if !self.0.networks.keeps(&(petition, origin.network), weight) {
                return Some(Suspicion::ManyFromNetwork);
            }
        }
        let email = self.0.hasher.hash_one(email.canonical());
        // One each: who signs with the help of a program still signs with one address.
        (!self.0.emails.keeps(&email, 1)).then_some(Suspicion::ManyFromEmail)
    }

    /// Whether feedback from there can be taken; counts it, so to be asked once for each. Likewise.
    pub fn takes_feedback(&self, from: Option<IpAddr>) -> bool {
        self.keep_up();
        let lists = self.0.lists.read().unwrap_or_else(PoisonError::into_inner).clone();
        if from.and_then(|address| lists.network(address)) == Some(Rule::Allowed) {
            return true;
        }
        // What one address sends too much does not count for others.
        from.is_none_or(|from| self.0.feedback.keeps(&Origin::of(from).address, 1)) && self.0.all_feedback.keeps(&(), 1)
    }

    /// The same for somebody who supports a petition that is not published yet. Only a few people can, so that the pace of
    /// one petition tells nothing: what counts is how many come from one address for all petitions together.
    pub fn judge_supporter(
        &self,
        from: Option<IpAddr>,
        email: &EmailAddress,
        petition: PetitionId,
        soft_signals: u32,
    ) -> Option<Suspicion> {
        let suspicion = self.judge(from, email, petition, soft_signals);
        if suspicion.is_some() || self.is_allowed(from, email) {
            return suspicion;
        }
        let origin = from.map(Origin::of)?;
        (!self.0.supporters.keeps(&origin.address, 1)).then_some(Suspicion::ManyFromAddress)
    }

    /// Whether staff have said of the network or the mail domain that it is never limited.
    fn is_allowed(&self, from: Option<IpAddr>, email: &EmailAddress) -> bool {
        let lists = self.0.lists.read().unwrap_or_else(PoisonError::into_inner);
        let network = from.and_then(|address| lists.network(address));
        [network, lists.domain(email.domain())].contains(&Some(Rule::Allowed))
    }

    /// Whether somebody may start a petition now: each sends a mail to an address that may be somebody else's, so who is too
    /// fast is asked to wait. Counts it, so to be asked once for each. Wants to be called within tokio.
    pub fn may_start(&self, from: Option<IpAddr>, email: &EmailAddress) -> bool {
        self.keeps_pace(&self.0.starting, from, email)
    }

    /// The same of saving a petition to go on with it later.
    pub fn may_save(&self, from: Option<IpAddr>, email: &EmailAddress) -> bool {
        self.keeps_pace(&self.0.saving, from, email)
    }

    fn keeps_pace(&self, paces: &Creators, from: Option<IpAddr>, email: &EmailAddress) -> bool {
        self.keep_up();
        let lists = self.0.lists.read().unwrap_or_else(PoisonError::into_inner).clone();
        // A school may have the whole of its pupils write petitions; nobody's address gets more mails for that.
        let is_allowed = from.and_then(|address| lists.network(address)) == Some(Rule::Allowed);
        let address = from.filter(|_| !is_allowed).map(|from| Origin::of(from).address);
        address.is_none_or(|address| paces.addresses.keeps(&address, 1))
            && paces.emails.keeps(&self.0.hasher.hash_one(email.canonical()), 1)
    }

    /// Whether a mail may ask an address whether it wants to follow something; counts it, so to be asked once for each.
    /// Nobody is told of a pace of an address: it would say what others do with it.
    pub fn may_ask(&self, from: Option<IpAddr>, email: &EmailAddress) -> MayAsk {
        self.keep_up();
        let lists = self.0.lists.read().unwrap_or_else(PoisonError::into_inner).clone();
        let network = from.and_then(|address| lists.network(address));
        let domain = lists.domain(email.domain());
        match (network, domain) {
            (Some(Rule::Blocked), _) | (_, Some(Rule::Blocked)) => return MayAsk::Silently,
            (Some(Rule::Allowed), _) | (_, Some(Rule::Allowed)) => return MayAsk::Yes,
            (None, None) => {}
        }
        if let Some(origin) = from.map(Origin::of)
            && !(self.0.follows.keeps(&origin.address, 1) && self.0.follows_of_networks.keeps(&origin.network, 1))
        {
            return MayAsk::Later;
        }
        let email = self.0.hasher.hash_one(email.canonical());
        if self.0.follow_mails.keeps(&email, 1) { MayAsk::Yes } else { MayAsk::Silently }
    }

    /// Reads the lists again if they are old, in a task of its own.
    fn keep_up(&self) {
        let now = self.0.began.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        let looked = self.0.looked.load(Ordering::Relaxed);
        let old = now.saturating_sub(looked) >= OLD.as_millis().try_into().unwrap_or(u64::MAX);
        // One of many requests does it.
        if old && self.0.looked.compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let guard = self.0.clone();
            tokio::spawn(async move { guard.look().await });
        }
    }
}

impl Guard {
    async fn look(&self) {
        self.addresses.forget();
        self.networks.forget();
        self.emails.forget();
        self.feedback.forget();
        self.supporters.forget();
        self.starting.forget();
        self.saving.forget();
        self.follows.forget();
        self.follows_of_networks.forget();
        self.follow_mails.forget();
        let read = async { store::protection::lists(&mut *self.pool.acquire().await?).await };
        match read.await {
            Ok(lists) => *self.lists.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lists),
            Err(error) => tracing::warn!(%error, "the lists of networks and domains stay as they were read before"),
        }
    }
}

/// The paces of those who start petitions.
struct Creators {
    emails: Pace<u64>,
    addresses: Pace<IpNet>,
}

impl Creators {
    fn forget(&self) {
        self.emails.forget();
        self.addresses.forget();
    }
}

/// So many at once, and so many in a time from then on, for each key.
struct Pace<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, Time, NoOpMiddleware<Duration>>,
    burst: NonZeroU32,
}

impl<K: Hash + Eq + Clone> Pace<K> {
    fn new(per: fn(NonZeroU32) -> Quota, many: u32, burst: u32, time: &Time) -> Self {
        let [many, burst] = [many, burst].map(|number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN));
        let quota = per(many).allow_burst(burst);
        Self { limiter: RateLimiter::new(quota, HashMapStateStore::default(), time.clone()), burst }
    }

    /// Whether something of this weight stays within the pace; it counts only then.
    fn keeps(&self, key: &K, weight: u32) -> bool {
        let weight = NonZeroU32::new(weight).unwrap_or(NonZeroU32::MIN).min(self.burst);
        // Within a burst, so there is no weight that could never be.
        matches!(self.limiter.check_key_n(key, weight), Ok(Ok(())))
    }

    /// Forgets the keys whose whole burst is there again.
    fn forget(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

/// The time of the paces: that which passes, unless a test moves the program's clock.
#[derive(Clone, Debug)]
struct Time {
    clock: Clock,
    began: Instant,
}

impl governor::clock::Clock for Time {
    type Instant = Duration;

    fn now(&self) -> Duration {
        match &self.clock {
            // The machine's clock may be put back, and a pinned one stands still.
            Clock::System | Clock::Pinned(_) => self.began.elapsed(),
            Clock::Set(_) => Duration::from_micros(self.clock.now().as_microsecond().try_into().unwrap_or(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use governor::clock::Clock as _;
    use jiff::Timestamp;

    use super::*;

    struct Watch(Arc<AtomicI64>);

    impl Watch {
        fn new() -> (Self, Time) {
            let micros = Timestamp::from_second(1_700_000_000).expect("a moment").as_microsecond();
            let set = Arc::new(AtomicI64::new(micros));
            (Self(set.clone()), Time { clock: Clock::Set(set), began: Instant::now() })
        }

        fn pass(&self, seconds: i64) {
            self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        }
    }

    fn kept(pace: &Pace<u32>, key: u32, times: usize) -> usize {
        (0..times).filter(|_| pace.keeps(&key, 1)).count()
    }

    #[test]
    fn a_burst_passes_then_so_many_a_minute() {
        let (watch, time) = Watch::new();
        let pace = Pace::new(Quota::per_minute, 60, 300, &time);
        assert_eq!(kept(&pace, 1, 1000), 300);
        assert_eq!(kept(&pace, 2, 1), 1);
        watch.pass(60);
        assert_eq!(kept(&pace, 1, 1000), 60);
        watch.pass(3600);
        assert_eq!(kept(&pace, 1, 1000), 300);
    }

    #[test]
    fn a_school_is_not_noticed() {
        let Paces { address_burst, address_per_minute } = Paces::default();
        let (watch, time) = Watch::new();
        let pace = Pace::new(Quota::per_minute, address_per_minute, address_burst, &time);
        // Class after class, each within a minute or two of being told of the petition.
        for _ in 0..30 {
            assert_eq!(kept(&pace, 1, 50), 50);
            watch.pass(120);
        }
    }

    #[test]
    fn signs_of_a_program_weigh_more_but_alone_are_not_enough() {
        let (_, time) = Watch::new();
        let pace = Pace::new(Quota::per_minute, 60, 300, &time);
        assert_eq!((0..100).filter(|_| pace.keeps(&1, SIGNAL)).count(), 15);
        let slow = Pace::new(Quota::per_minute, 1, 5, &time);
        assert!(slow.keeps(&1, SIGNAL) && !slow.keeps(&1, 1));
    }

    #[test]
    fn what_has_come_to_rest_is_forgotten() {
        let (watch, time) = Watch::new();
        let pace = Pace::new(Quota::per_minute, 60, 300, &time);
        for key in 0..10_000 {
            pace.keeps(&key, 1);
        }
        assert_eq!(kept(&pace, 1, 299), 299);
        watch.pass(2);
        pace.forget();
        assert_eq!(pace.limiter.len(), 1);
        assert_eq!(kept(&pace, 1, 10), 2);
    }

    #[test]
    fn the_machines_clock_need_not_be_right() {
        let time = Time { clock: Clock::Pinned(Timestamp::UNIX_EPOCH), began: Instant::now() };
        let before = time.now();
        std::thread::sleep(Duration::from_millis(2));
        assert!(time.now() > before);
    }
}
