//! Delivering mail: takes what is due from the outbox, hands it over, many at a time, and notes what became of it.
//!
//! While processes live no mail is sent twice: whoever takes one has it for [`LEASE`], begins to send it within
//! [`BEGIN`] and has ended after [`LONGEST`]. A process that dies between the server's yes and noting it, or that cannot
//! reach the database for longer than that, leaves a mail behind that another sends again, under the same Message-ID.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use super::notes::Notes;
use crate::{
    actions::{save_draft, staff::invitation_token, support::is_gathering},
    app::App,
    domain::{
        draft,
        feedback::Feedback,
        keyring::{FollowPurpose, PetitionPurpose, Purpose, Unopened},
        limits,
        mail::MailKind,
        mailing::MailingId,
        moderation,
        petition::{PetitionId, Visibility},
        signature::SignatureState,
        threshold::Thresholds,
    },
    mail::{
        closing::{Closing, ClosingDateChanged},
        creator::{self, ConfirmSupport, CreatorTold},
        feedback::FeedbackMail,
        follow::{AboutFollow, ConfirmFollow, FollowedNews, Part, ToFollower, WeeklyNews},
        letter::{Letter, SendError},
        messages::{
            AboutSignature, AlreadySigned, ConfirmPetition, ConfirmSignature, ContinuePetition, Envelope, Mail, News,
            PetitionDecided, StaffInvitation, Unwritable,
        },
        news::Told,
        smtp::LONGEST,
    },
    store::{
        self,
        digests::Item,
        follows::{Follow, Followed},
        outbox::{LEASE, Outcome, Recipient, Taken, TakenDraft, TakenFollower, TakenSignature, TakenStaff},
    },
    urls,
};

/// What it is called among the jobs.
pub const NAME: &str = "deliver mail";
/// Mails that are taken at one time.
const TAKE: usize = 256;
/// As soon as fewer are left, more are taken.
const FEW: usize = 64;
/// How long a mail that was taken may wait to be begun.
const BEGIN: Duration = Duration::from_secs(30);
/// How often the outbox is looked at when nobody says that something is in it.
const LOOK: Duration = Duration::from_secs(1);
/// Mails are taken, and outcomes noted, for all that come within this time: on a busy day the disk has others to serve.
const GATHER: Duration = Duration::from_millis(20);
/// What a mailing tells is read once for all mails of so long: who corrects it in the middle has it corrected.
const TOLD: Duration = Duration::from_secs(5);
/// How long mails that are on their way may take when the program is told to stop.
const STOPPING: Duration = Duration::from_secs(5);
/// The longest pause while no mail can be handed over at all.
const MOST_PAUSE: Duration = Duration::from_secs(60);

// What is left of the lease is for clocks that differ, and for noting the outcome.
const _: () = assert!(BEGIN.as_secs() + LONGEST.as_secs() + 20 < LEASE.as_secs() as u64);

/// How long a mail waits after each failure; after the last it is given up.
const PAUSES: [SignedDuration; 7] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(15),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(3),
    SignedDuration::from_hours(8),
    SignedDuration::from_hours(24),
];

/// Delivers mail until told to stop.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let width = app.transport.width();
    if width == 0 {
        // Mail waits for a process that can send it.
        return;
    }
    let (results, mut done) = mpsc::unbounded_channel();
    let told = Cache::builder().max_capacity(100).time_to_live(TOLD).build();
    let desk = Arc::new(Desk { app, queue: Mutex::default(), halted: AtomicBool::new(false), told, results });
    let mut senders = JoinSet::new();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut obstacle = Obstacle::default();
    let (mut on_their_way, mut more, mut take_at) = (0_usize, true, Instant::now());
    let (mut unrecorded, mut record_at, mut failing) = (Vec::new(), None, false);
    let mut until = None;
    let (mut notes, mut sent) = (Notes::of(NAME, LOOK), 0);

    loop {
        let now = Instant::now();
        if *stop.borrow() && until.is_none() {
            until = Some(now + STOPPING);
            desk.halted.store(true, Ordering::Relaxed);
        }
        let enough = on_their_way == 0 || unrecorded.len() >= FEW;
        if !unrecorded.is_empty() && (enough && !failing || record_at.is_some_and(|at| at <= now)) {
            failing = !desk.record(&unrecorded).await;
            if failing {
                record_at = Some(Instant::now() + LOOK);
            } else {
                desk.count(&unrecorded, &mut obstacle);
                sent += unrecorded.iter().filter(|result| result.sent).count() as u64;
                unrecorded.clear();
                record_at = None;
            }
        }
        let idle = on_their_way == 0 && unrecorded.is_empty();
        if until.is_some_and(|until| idle || until <= now) {
            break;
        }
        // What could not be noted comes first: the same mails must not be taken again. After an obstacle a single mail
        // finds out whether it is gone.
        let most = if obstacle.tries == 0 { TAKE } else { 1 };
        let room = if obstacle.tries == 0 { desk.queue().len() < FEW } else { on_their_way == 0 };
        if until.is_none() && more && !failing && room && take_at <= now && obstacle.has_passed() {
            desk.halted.store(false, Ordering::Relaxed);
            let taken = desk.take(most).await;
            more = taken == most;
            take_at = if more { now } else { now + GATHER };
            on_their_way += taken;
        }
        while senders.len() < width.min(desk.queue().len()) {
            senders.spawn(Arc::clone(&desk).send_all());
        }
        let wake = [record_at, more.then_some(take_at), until].into_iter().flatten().filter(|at| *at > now).min();
        tokio::select! {
            count = done.recv_many(&mut unrecorded, TAKE), if on_their_way > 0 => {
                on_their_way = on_their_way.saturating_sub(count);
                record_at = record_at.or(Some(Instant::now() + GATHER));
            }
            Some(ended) = senders.join_next() => {
                if let Err(error) = ended {
                    // The mail it had in hand stays where it is until its lease has run out.
                    tracing::error!(%error, "sending a mail has failed");
                    on_their_way = on_their_way.saturating_sub(1);
                }
            }
            () = desk.app.signing.mail_queued.notified(), if until.is_none() => more = true,
            _ = look.tick() => {
                more = true;
                desk.app.transport.rest().await;
                notes.ended(&desk.app, desk.app.clock.now(), Duration::ZERO, Ok(std::mem::take(&mut sent))).await;
            }
            _ = stop.changed(), if until.is_none() => {}
            () = sleep_until(wake.unwrap_or(now)), if wake.is_some() => {}
        }
    }
}

/// What stands in the way of every mail: for how long to wait, and what to say of it.
#[derive(Default)]
struct Obstacle {
    tries: u32,
    what: String,
    until: Option<Instant>,
}

impl Obstacle {
    fn has_passed(&self) -> bool {
        self.until.is_none_or(|until| until <= Instant::now())
    }

    fn met(&mut self, what: &str) {
        let pause = Duration::from_secs(1 << self.tries.min(6)).min(MOST_PAUSE);
        self.tries += 1;
        self.until = Some(Instant::now() + pause);
        if self.what != what {
            what.clone_into(&mut self.what);
            tracing::warn!(error = what, "mail cannot be handed over, and waits until it can be");
        }
    }

    fn gone(&mut self) {
        if !self.what.is_empty() {
            tracing::info!("mail is handed over again");
        }
        *self = Self::default();
    }
}

/// Where those who send find what to send, and leave what became of it.
struct Desk {
    app: App,
    queue: Mutex<VecDeque<(Taken, Instant)>>,
    /// Nothing more is to be begun.
    halted: AtomicBool,
    /// What mailings tell; `None`: nothing any more.
    told: Cache<MailingId, Option<Arc<Told>>>,
    results: mpsc::UnboundedSender<Tried>,
}

/// What became of a mail, and what stands in the way of all others, if anything does.
struct Tried {
    taken: Taken,
    outcome: Outcome,
    sent: bool,
    blocked: Option<String>,
}

/// What a mail that was taken comes to.
enum Written {
    Ready(Letter),
    /// Nobody wants it any more.
    Unwanted,
    Failed(SendError),
}

impl Desk {
    fn queue(&self) -> MutexGuard<'_, VecDeque<(Taken, Instant)>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes mails from the outbox; says how many.
    async fn take(&self, most: usize) -> usize {
        let now = self.app.clock.now();
        let at = Instant::now();
        let taken = match self.app.pool.acquire().await {
            Ok(mut db) => store::outbox::take(&mut db, now, most).await,
            Err(error) => Err(error),
        };
        match taken {
            Ok(taken) => {
                let count = taken.len();
                self.queue().extend(taken.into_iter().map(|taken| (taken, at)));
                count
            }
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read; it is tried again");
                0
            }
        }
    }

    /// Notes what became of mails; `false` if that has to be done again.
    async fn record(&self, results: &[Tried]) -> bool {
        let outcomes: Vec<_> = results.iter().map(|result| (result.taken.clone(), result.outcome.clone())).collect();
        let recorded = match self.app.pool.acquire().await {
            Ok(mut db) => store::outbox::record(&mut db, self.app.clock.now(), &outcomes).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &recorded {
            tracing::error!(%error, "what became of mails cannot be noted; it is tried again");
        }
        recorded.is_ok()
    }

    /// Counts what became of mails, for those who run the site.
    fn count(&self, results: &[Tried], obstacle: &mut Obstacle) {
        let metrics = &self.app.metrics;
        for result in results {
            let (mail, attempts) = (result.taken.id, result.taken.attempts);
            match &result.outcome {
                Outcome::Later(_, error) => {
                    metrics.mails_delayed.inc();
                    tracing::info!(mail, attempts, error, "a mail could not be handed over; it is tried again later");
                }
                Outcome::GivenUp(error) => {
                    metrics.mails_given_up.inc();
                    tracing::warn!(mail, attempts, error, "a mail is given up");
                }
                Outcome::Sent | Outcome::Unwanted | Outcome::PutBack => {}
            }
            metrics.mails_sent.inc_by(u64::from(result.sent));
        }
        if results.iter().any(|result| result.sent) {
            obstacle.gone();
        }
        if let Some(what) = results.iter().find_map(|result| result.blocked.as_deref()) {
            obstacle.met(what);
        }
    }

    /// Sends until the queue is empty.
    async fn send_all(self: Arc<Self>) {
        loop {
            let next = self.queue().pop_front();
            let Some((taken, at)) = next else { return };
            let too_late = self.halted.load(Ordering::Relaxed) || at.elapsed() > BEGIN;
            let result = if too_late {
                Tried { taken, outcome: Outcome::PutBack, sent: false, blocked: None }
            } else {
                self.send(taken).await
            };
            // Nobody listens any more when the program stops; then the lease runs out.
            let _ = self.results.send(result);
        }
    }

    async fn send(&self, taken: Taken) -> Tried {
        let now = self.app.clock.now();
        let told = match taken.mailing {
            None => None,
            Some(mailing) => match self.told(mailing).await {
                Ok(told) => told,
                Err(error) => {
                    tracing::error!(%error, "what a mailing tells cannot be read; it is tried again");
                    return Tried { taken, outcome: Outcome::PutBack, sent: false, blocked: None };
                }
            },
        };
        let (sent, failed) = match self.write(&taken, told, now).await {
            Written::Unwanted => (false, None),
            Written::Failed(error) => (false, Some(error)),
            Written::Ready(letter) => match self.app.transport.send(&letter).await {
                Ok(()) => (true, None),
                Err(error) => (false, Some(error)),
            },
        };
        let (outcome, blocked) = match failed {
            None if sent => (Outcome::Sent, None),
            None => (Outcome::Unwanted, None),
            Some(SendError::Blocked(what)) => {
                self.halted.store(true, Ordering::Relaxed);
                (Outcome::PutBack, Some(what))
            }
            Some(SendError::Never(error)) => (Outcome::GivenUp(error), None),
            Some(SendError::Later(error)) => match pause(taken.attempts) {
                Some(pause) => (Outcome::Later(now + pause, error), None),
                None => (Outcome::GivenUp(error), None),
            },
        };
        Tried { taken, outcome, sent, blocked }
    }

    /// What a mailing tells.
    async fn told(&self, mailing: MailingId) -> Result<Option<Arc<Told>>, Arc<sqlx::Error>> {
        let read = async {
            let content = store::mailings::content(&mut *self.app.pool.acquire().await?, mailing).await?;
            Ok(content.as_ref().map(Told::new).map(Arc::new))
        };
        self.told.try_get_with(mailing, read).await
    }

    async fn write(&self, taken: &Taken, told: Option<Arc<Told>>, now: Timestamp) -> Written {
        let (mail, to) = match &taken.recipient {
            Recipient::Nobody => return Written::Unwanted,
            Recipient::Feedback(taken) => match Feedback::open(&self.app.keyring, &taken.sealed) {
                Ok(feedback) => {
                    let (site_name, given_at) = (self.app.site_name(), taken.given_at);
                    (Mail::Feedback(FeedbackMail { site_name, feedback, given_at }), taken.to.clone())
                }
                Err(error) => return Written::Failed(SendError::Later(error.to_string())),
            },
            Recipient::Staff(staff) => {
                let Some(mail) = self.mail_to_staff(taken, staff) else { return Written::Unwanted };
                (mail, staff.email.clone())
            }
            Recipient::Draft(draft) => {
                let to = draft::address(&self.app.keyring, draft.id, &draft.address);
                let Some(to) = to else { return Written::Failed(SendError::Later(Unopened.to_string())) };
                (self.mail_about_draft(draft), to)
            }
            Recipient::Follower(to) => {
                let mail = match self.mail_to_follower(taken, to, told, now).await {
                    Ok(Some(mail)) => Mail::ToFollower(mail),
                    Ok(None) => return Written::Unwanted,
                    Err(error) => return Written::Failed(SendError::Later(error.to_string())),
                };
                match self.app.keyring.open_follower(&to.follower.contact, to.follower.email_hash) {
                    Ok(email) => (mail, email),
                    Err(error) => return Written::Failed(SendError::Later(error.to_string())),
                }
            }
            Recipient::Signer(signature) => {
                let mail = match self.mail(taken, signature, told, now).await {
                    Ok(Some(mail)) => mail,
                    Ok(None) => return Written::Unwanted,
                    Err(error) => return Written::Failed(SendError::Later(error.to_string())),
                };
                let to = match &taken.copy_to {
                    Some(colleague) => colleague.email.clone(),
                    None => match self.app.keyring.open(&signature.contact, signature.petition, signature.email_hash) {
                        Ok(contact) => contact.email,
                        Err(error) => return Written::Failed(SendError::Later(error.to_string())),
                    },
                };
                (mail, to)
            }
        };
        let from = self.app.mail_from();
        let envelope = Envelope { from: &from, to: &to, number: taken.id, queued_at: taken.created_at, now };
        match mail.write(&envelope) {
            Ok(letter) => Written::Ready(letter),
            Err(error @ Unwritable::Address) => Written::Failed(SendError::Never(error.to_string())),
            Err(error) => Written::Failed(SendError::Later(error.to_string())),
        }
    }

    /// What a mail to somebody of the staff says; `None` if it has become pointless.
    fn mail_to_staff(&self, taken: &Taken, staff: &TakenStaff) -> Option<Mail> {
        if taken.kind != MailKind::StaffInvitation {
            return None;
        }
        let (number, until) = staff.invitation?;
        let token = invitation_token(&self.app.keyring, staff.id, number);
        let site = self.app.public_url.clone();
        let accept = format!("{site}{}", urls::admin::invitation(&staff.id, &token));
        let (name, site_name) = (staff.name.clone(), self.app.site_name());
        Some(Mail::StaffInvitation(StaffInvitation { name, site_name, site, accept, until }))
    }

    /// What a mail says that leads to a draft. Nothing that was typed: the address may be somebody else's.
    fn mail_about_draft(&self, draft: &TakenDraft) -> Mail {
        let site = self.app.public_url.clone();
        let go_on = format!("{site}{}", urls::draft(&draft.id, &self.app.keyring.draft_token(draft.id)));
        let until = save_draft::kept_until(draft.saved_at);
        Mail::ContinuePetition(ContinuePetition { site_name: self.app.site_name(), site, go_on, until })
    }

    /// What a mail to somebody who follows something says; `None` if it has become pointless.
    async fn mail_to_follower(
        &self,
        taken: &Taken,
        to: &TakenFollower,
        told: Option<Arc<Told>>,
        now: Timestamp,
    ) -> sqlx::Result<Option<ToFollower>> {
        let full = |path: String| format!("{}{path}", self.app.public_url);
        let token = |purpose, number| self.app.keyring.follow_token(purpose, number);
        let who = to.follower.id;
        let following = full(urls::following(&who, &token(FollowPurpose::Manage, who.0)));
        if let Some(digest) = to.digest {
            let mut db = self.app.pool.acquire().await?;
            let news = store::digests::news(&mut db, digest, who).await?;
            let follows = store::follows::of_follower(&mut db, who).await?;
            let unsubscribe = full(urls::stop_weekly(&who, &token(FollowPurpose::Weekly, who.0)));
            let parts = self.parts(&follows, &news);
            return Ok((!parts.is_empty()).then(|| {
                ToFollower::Weekly(WeeklyNews { site_name: self.app.site_name(), parts, following, unsubscribe })
            }));
        }
        let Some(follow) = to.follow.as_ref().filter(|follow| follow.of.is_public()) else { return Ok(None) };
        let about = AboutFollow {
            site_name: self.app.site_name(),
            kind: follow.of.kind(),
            name: follow.of.name().to_owned(),
            page: full(page_of(&follow.of)),
            following,
            unsubscribe: full(urls::stop_follow(&follow.id, &token(FollowPurpose::Stop, follow.id.0))),
        };
        Ok(match taken.kind {
            MailKind::ConfirmFollow => {
                let until = follow.created_at + self.app.retention.unconfirmed;
                let until = follow.confirmed_at.is_none().then_some(until);
                let confirm = full(urls::confirm_follow(&follow.id, &token(FollowPurpose::Confirm, follow.id.0)));
                let in_time = until.is_none_or(|until| until >= now);
                in_time.then_some(ToFollower::Confirm(ConfirmFollow { about, confirm, until }))
            }
            _ => told.map(|told| ToFollower::News(FollowedNews { about, told })),
        })
    }

    /// What the weekly news tell, by what somebody follows and by what happened.
    fn parts(&self, follows: &[Follow], news: &[Item]) -> Vec<Part> {
        let full = |path: String| format!("{}{path}", self.app.public_url);
        let part = |follow: &Follow| {
            let mut happened: Vec<(&'static str, Vec<(String, String)>)> = Vec::new();
            for item in news.iter().filter(|item| item.follow == follow.id) {
                let address = full(format!("{}{}", urls::petition(&item.petition), item.what.anchor()));
                let petition = (item.action.clone(), address);
                match happened.last_mut().filter(|(what, _)| *what == item.what.label()) {
                    Some((_, petitions)) => petitions.push(petition),
                    None => happened.push((item.what.label(), vec![petition])),
                }
            }
            let (name, page) = (follow.of.name().to_owned(), full(page_of(&follow.of)));
            (!happened.is_empty()).then_some(Part { name, page, happened })
        };
        follows.iter().filter_map(part).collect()
    }

    /// What somebody is told of petitions that close earlier; `None` if none does any more.
    async fn closing_date_changed(
        &self,
        signature: &TakenSignature,
        about: AboutSignature,
        copy: bool,
    ) -> sqlx::Result<Option<Mail>> {
        let mut db = self.app.pool.acquire().await?;
        let mut closing = store::parliaments::closing_earlier(&mut db, signature.id, signature.email_hash).await?;
        // What else somebody has signed is nobody else's business.
        closing.retain(|petition| !copy || petition.id == signature.petition);
        let Some(closes_at) = closing.first().map(|first| first.closes_at) else { return Ok(None) };
        let more = closing.len().saturating_sub(limits::CLOSING_NAMED);
        let named = closing.into_iter().take(limits::CLOSING_NAMED).map(|petition| Closing {
            url: format!("{}{}", self.app.public_url, urls::petition(&petition.id)),
            action: petition.action,
            created: petition.created,
        });
        let petitions = named.collect();
        Ok(Some(Mail::ClosingDateChanged(ClosingDateChanged { about, closes_at, petitions, more })))
    }

    /// What the mail says; `None` if it has become pointless.
    async fn mail(
        &self,
        taken: &Taken,
        signature: &TakenSignature,
        told: Option<Arc<Told>>,
        now: Timestamp,
    ) -> sqlx::Result<Option<Mail>> {
        let full = |path: String| format!("{}{path}", self.app.public_url);
        let copy = taken.copy_to.is_some();
        // What only the receiver may know is not in a copy.
        let token = |purpose| if copy { "hidden".to_owned() } else { self.app.keyring.token(purpose, signature.id) };
        let petition_token = |purpose, petition| match copy {
            true => "hidden".to_owned(),
            false => self.app.keyring.petition_token(purpose, petition),
        };
        let creator_page = |petition: PetitionId| {
            full(urls::creator_page(&petition, &petition_token(PetitionPurpose::Creator, petition)))
        };
        let about = AboutSignature {
            site_name: self.app.site_name(),
            name: if copy { "(the signer’s name)".to_owned() } else { signature.name.clone() },
            action: signature.action.clone(),
            petition: full(urls::petition(&signature.petition)),
            signature: full(urls::your_signature(&signature.id, &token(Purpose::Manage))),
            unsubscribe: full(urls::unsubscribe(&signature.id, &token(Purpose::Unsubscribe))),
        };
        Ok(match taken.kind {
            MailKind::ConfirmSignature => {
                let grace = SignedDuration::from_hours(limits::CONFIRMATION_GRACE_HOURS);
                let kept = signature.created_at + self.app.retention.unconfirmed;
                let until = signature.closes_at.map_or(kept, |closes_at| kept.min(closes_at + grace));
                if signature.state != SignatureState::Pending || until < now {
                    return Ok(None);
                }
                let confirm = full(urls::confirm_signature(&signature.id, &token(Purpose::Confirm)));
                if is_gathering(signature.petition_state) {
                    let mut db = self.app.pool.acquire().await?;
                    return Ok(store::creators::told(&mut db, signature.id).await?.map(|told| {
                        let (background, additional_details) = (told.background, told.additional_details);
                        Mail::ConfirmSupport(ConfirmSupport { about, confirm, until, background, additional_details })
                    }));
                }
                Some(Mail::ConfirmSignature(ConfirmSignature { about, confirm, until }))
            }
            MailKind::ConfirmPetition => {
                let until = signature.created_at + self.app.retention.unconfirmed;
                if signature.state != SignatureState::Pending || until < now {
                    return Ok(None);
                }
                let confirm = full(urls::confirm_petition(&signature.id, &token(Purpose::Confirm)));
                Some(Mail::ConfirmPetition(ConfirmPetition { about, confirm, until }))
            }
            MailKind::StaffInvitation | MailKind::Feedback | MailKind::ContinuePetition => None,
            MailKind::AlreadySigned => Some(Mail::AlreadySigned(AlreadySigned {
                about,
                signed_at: signature.confirmed_at,
                asked_at: taken.created_at,
            })),
            decision @ (MailKind::PetitionPublished
            | MailKind::PetitionRejected
            | MailKind::PetitionHidden
            | MailKind::PetitionTakenDown
            | MailKind::PetitionRestored) => {
                let mut db = self.app.pool.acquire().await?;
                let decided = store::supporters::decided(&mut db, signature.id).await?;
                decided.filter(|decided| decided.wanted && moderation::is_still_true(decision, decided.state)).map(
                    |decided| {
                        Mail::PetitionDecided(PetitionDecided {
                            about,
                            decision,
                            is_creator: decided.is_creator,
                            closes_at: decided.closes_at,
                            refusal: decided.refusal,
                            is_public: decided.state.visibility() == Visibility::Page,
                            creator_page: decided.is_creator.then(|| creator_page(signature.petition)),
                        })
                    },
                )
            }
            what @ (MailKind::GatherSupporters
            | MailKind::SupportGrows
            | MailKind::SupportReached
            | MailKind::SupportLost
            | MailKind::PetitionWithdrawn
            | MailKind::ResponseThresholdReached
            | MailKind::DebateThresholdReached
            | MailKind::PetitionClosed
            | MailKind::PetitionStopped
            | MailKind::CreatorLink) => {
                let mut db = self.app.pool.acquire().await?;
                let told = store::creators::told(&mut db, signature.id).await?;
                told.filter(|told| told.wanted && creator::is_still_true(what, told.is_creator, told.state)).map(
                    |told| {
                        let Thresholds { response, debate } = self.app.thresholds();
                        Mail::CreatorTold(CreatorTold {
                            about,
                            what,
                            page: told.is_creator.then(|| creator_page(signature.petition)),
                            support: full(urls::support(
                                &signature.petition,
                                &petition_token(PetitionPurpose::Support, signature.petition),
                            )),
                            background: told.background,
                            additional_details: told.additional_details,
                            supporters: told.supporters,
                            signatures: told.signatures,
                            dissolved: told.dissolved,
                            thresholds: [response, debate],
                            closes_at: told.closes_at,
                            answered: told.answered,
                            is_public: told.state.visibility() == Visibility::Page,
                        })
                    },
                )
            }
            MailKind::ClosingDateChanged => self.closing_date_changed(signature, about, copy).await?,
            MailKind::ConfirmFollow | MailKind::WeeklyNews => None,
            MailKind::Mailing => told.map(|told| {
                let creator_page = signature.is_creator.then(|| creator_page(signature.petition));
                Mail::News(News { about, told, creator_page })
            }),
        })
    }
}

/// The page of what somebody follows.
fn page_of(of: &Followed) -> String {
    match of {
        Followed::Petition(id, _) => urls::petition(id),
        Followed::Topic(code, _) => urls::topic(code),
        Followed::Place(_, _, set) => urls::local_place(&of.slug(), set),
    }
}

/// How long a mail waits that has failed so many times, a tenth more or less so that not all come back at once.
/// `None`: it has been tried often enough.
fn pause(attempts: i16) -> Option<SignedDuration> {
    let pause = PAUSES.get(usize::try_from(attempts).unwrap_or(0).saturating_sub(1))?;
    Some(pause.mul_f64(rand::random_range(0.9..=1.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let pauses: Vec<_> = (1..=8).map(pause).collect();
        assert!(pauses[..7].iter().all(Option::is_some) && pauses[7].is_none());
        assert!(pauses[..7].is_sorted());
    }
}
