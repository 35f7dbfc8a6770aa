//! The outbox: mails that are to be sent, and what became of those that could not be.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::Connection;

use super::{
    Db,
    follows::{Follow, Follower},
    sql,
};
use crate::domain::{
    draft::DraftId,
    follow::{FollowId, FollowerId},
    keyring::EmailHash,
    mail::MailKind,
    mailing::MailingId,
    petition::{PetitionId, PetitionState},
    signature::{SignatureId, SignatureState},
    staff::StaffId,
};

/// How long a mail belongs to the process that has taken it. Should that process die, others take it afterwards.
pub const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// A mail that this process has taken, to send it.
#[derive(Clone)]
pub struct Taken {
    /// Its number.
    pub id: i64,
    /// What it is about.
    pub kind: MailKind,
    /// The mailing that it belongs to.
    pub mailing: Option<MailingId>,
    /// When it was put into the outbox.
    pub created_at: Timestamp,
    /// When it was due.
    pub due_at: Timestamp,
    /// The tries, this one included.
    pub attempts: i16,
    /// Who gets it.
    pub recipient: Recipient,
    /// Who of the staff gets a copy of it instead.
    pub copy_to: Option<TakenStaff>,
}

/// Who gets a mail.
#[derive(Clone)]
pub enum Recipient {
    /// Somebody who signed.
    Signer(TakenSignature),
    /// Somebody of the staff.
    Staff(TakenStaff),
    /// Whoever feedback goes to.
    Feedback(TakenFeedback),
    /// Somebody who has saved a draft of a petition.
    Draft(TakenDraft),
    /// Somebody who follows something without having signed.
    Follower(TakenFollower),
    /// Nobody any more: the signature or the account is gone, nothing personal of it is left, or no mail is wanted.
    Nobody,
}

/// What a mail has to know of a draft.
#[derive(Clone)]
pub struct TakenDraft {
    /// Its number.
    pub id: DraftId,
    /// The address to which it goes, encrypted.
    pub address: String,
    /// When it was last saved.
    pub saved_at: Timestamp,
}

/// What a mail has to know of somebody who follows something.
#[derive(Clone)]
pub struct TakenFollower {
    /// Who it is.
    pub follower: Follower,
    /// Which of what they follow it is about; `None`: about all that the weekly news tell of.
    pub follow: Option<Follow>,
    /// The weekly news that it tells.
    pub digest: Option<i64>,
}

/// What a mail has to know of somebody of the staff.
#[derive(Clone)]
pub struct TakenStaff {
    /// The account.
    pub id: StaffId,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The number of the invitation that has not been accepted, and until when it is good.
    pub invitation: Option<(i32, Timestamp)>,
}

/// What a mail has to know of feedback.
#[derive(Clone)]
pub struct TakenFeedback {
    /// What was written, encrypted.
    pub sealed: String,
    /// When.
    pub given_at: Timestamp,
    /// The address that it goes to.
    pub to: String,
}

/// What a mail has to know of its signature.
#[derive(Clone)]
pub struct TakenSignature {
    /// Its number.
    pub id: SignatureId,
    /// Its petition.
    pub petition: PetitionId,
    /// The petition's action.
    pub action: String,
    /// When it was taken.
    pub created_at: Timestamp,
    /// The petition's state.
    pub petition_state: PetitionState,
    /// When the petition closes, if that is known.
    pub closes_at: Option<Timestamp>,
    /// Where it is in its life.
    pub state: SignatureState,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// The signer's name.
    pub name: String,
    /// The signer's address, encrypted.
    pub contact: Vec<u8>,
    /// To what the contact belongs.
    pub email_hash: EmailHash,
    /// Whether the signer created the petition.
    pub is_creator: bool,
}

/// What became of a mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was handed over: it can go.
    Sent,
    /// Nobody wants it any more: it can go.
    Unwanted,
    /// It was not tried, or could not be, through no fault of its own: as if it had not been taken.
    PutBack,
    /// It failed and is tried again at a moment.
    Later(Timestamp, String),
    /// It failed for good.
    GivenUp(String),
}

/// Takes mails that are due, `most` at the most, for [`LEASE`]: first those that somebody waits for, then those of
/// mailings that are not stopped. A mailing has a clock of its own, which stands still while it is stopped (`held`).
///
/// # Errors
/// When the database fails.
pub async fn take(db: &mut Db, now: Timestamp, most: usize) -> sqlx::Result<Vec<Taken>> {
    let rows = sqlx::query!(
        r#"with due as (
               select id, due_at, interval '0' as held from outbox
               where given_up_at is null and mailing_id is null and due_at <= $1
               order by due_at limit $2
               for update skip locked
           ), mailed as (
               select o.id, o.due_at, m.held
               from mailings m
               cross join lateral (
                   select id, due_at from outbox
                   where mailing_id = m.id and given_up_at is null and due_at <= $1::timestamptz - m.held
                   order by due_at limit $2 - (select count(*) from due)
                   for update skip locked) o
               where m.paused_at is null and m.cancelled_at is null
                   and (m.all_queued_at is null or m.sent + m.unwanted < m.queued)
               order by o.due_at limit $2 - (select count(*) from due)
           ), chosen as (
               select * from due union all select * from mailed
           ), taken as (
               update outbox set due_at = $3::timestamptz - chosen.held, attempts = attempts + 1
               from chosen where outbox.id = chosen.id
               returning outbox.*, chosen.due_at as was_due_at
           )
           select t.id as "id!", t.kind as "kind!", t.created_at as "created_at!", t.was_due_at as "due_at!",
               t.attempts as "attempts!", t.signature_id, t.mailing_id,
               s.petition_id as "petition_id?", s.state as "state?", s.created_at as "signed_at?", s.confirmed_at, s.name as "name?",
               s.contact as "contact?", s.email_hash, coalesce(u.is_creator, false) as "is_creator!", p.action as "action?", p.state as "petition_state?", p.closes_at,
               m.id as "staff_id?", m.name as "staff_name?", m.email as "staff_email?",
               i.number as "invitation?", i.expires_at as "invited_until?", t.copy_to is not null as "is_copy!",
               f.sealed as "feedback?", f.created_at as "given_at?", (select feedback_to from site) as "feedback_to!",
               d.id as "draft_id?", d.address as "draft_address?", d.saved_at as "draft_saved_at?",
               t.follower_id, t.follow_id, t.digest_id
           from taken t
           left join signatures s on s.id = t.signature_id and s.email_hash is not null
               and (t.mailing_id is null or s.state = 'validated' and s.wants_updates)
               and not exists (select from unwanted_mail u
                               where u.email_hash = s.email_hash and u.petition_id = s.petition_id)
           left join supporters u on u.signature_id = s.id
           left join petitions p on p.id = s.petition_id
           left join feedback f on f.id = t.feedback_id
           left join staff m on m.id = coalesce(t.staff_id, t.copy_to) and m.disabled_at is null
           left join staff_invitations i on i.staff_id = m.id and i.accepted_at is null and i.expires_at > $1
           left join petition_drafts d on d.id = t.draft_id
           order by t.mailing_id is not null, t.was_due_at, t.id"#,
        sql(now) as _,
        most as i64,
        sql(now + LEASE) as _,
    )
    .fetch_all(&mut *db)
    .await?;
    let followers: Vec<FollowerId> = rows.iter().filter_map(|row| row.follower_id.map(FollowerId)).collect();
    let follows: Vec<FollowId> = rows.iter().filter_map(|row| row.follow_id.map(FollowId)).collect();
    // Most mails are to signers.
    let followers = match followers.as_slice() {
        [] => HashMap::new(),
        ids => super::follows::followers(db, ids).await?,
    };
    let follows = match follows.as_slice() {
        [] => HashMap::new(),
        ids => super::follows::by_id(db, ids).await?,
    };
    let taken = rows.into_iter().map(|row| {
        let follower = (|| {
            let follow = row.follow_id.map(FollowId);
            // Nobody is told what they have stopped following, or have not confirmed.
            let follow = match follow {
                None => None,
                Some(id) => {
                    let told = row.mailing_id.is_some();
                    Some(follows.get(&id).filter(|follow| !told || follow.confirmed_at.is_some())?.clone())
                }
            };
            let follower = followers.get(&FollowerId(row.follower_id?))?.clone();
            Some(TakenFollower { follower, follow, digest: row.digest_id })
        })();
        let signer = (|| {
            Some(TakenSignature {
                id: row.signature_id?.into(),
                petition: i64::from(row.petition_id?).into(),
                action: row.action?,
                created_at: row.signed_at?.to_jiff(),
                petition_state: row.petition_state?,
                closes_at: row.closes_at.map(SqlTimestamp::to_jiff),
                state: row.state?,
                confirmed_at: row.confirmed_at.map(SqlTimestamp::to_jiff),
                name: row.name?,
                contact: row.contact?,
                email_hash: EmailHash(row.email_hash?),
                is_creator: row.is_creator,
            })
        })();
        let staff = (|| {
            Some(TakenStaff {
                id: StaffId(row.staff_id?),
                name: row.staff_name?,
                email: row.staff_email?,
                invitation: row.invitation.zip(row.invited_until.map(SqlTimestamp::to_jiff)),
            })
        })();
        let feedback = row.feedback.zip(row.given_at).filter(|_| !row.feedback_to.is_empty());
        let feedback = feedback.map(|(sealed, given_at)| {
            Recipient::Feedback(TakenFeedback { sealed, given_at: given_at.to_jiff(), to: row.feedback_to })
        });
        let draft = (|| {
            Some(TakenDraft {
                id: DraftId(row.draft_id?),
                address: row.draft_address?,
                saved_at: row.draft_saved_at?.to_jiff(),
            })
        })();
        let (copy_to, staff) = if row.is_copy { (staff, None) } else { (None, staff) };
        let signer = signer.filter(|_| !row.is_copy || copy_to.is_some());
        let recipient = signer
            .map(Recipient::Signer)
            .or(staff.map(Recipient::Staff))
            .or(follower.map(Recipient::Follower))
            .or(feedback)
            .or(draft.map(Recipient::Draft))
            .unwrap_or(Recipient::Nobody);
        Taken {
            id: row.id,
            kind: row.kind,
            mailing: row.mailing_id.map(MailingId),
            created_at: row.created_at.to_jiff(),
            due_at: row.due_at.to_jiff(),
            attempts: row.attempts,
            recipient,
            copy_to,
        }
    });
    Ok(taken.collect())
}

/// Notes what became of mails. One that others have taken meanwhile, since its lease ran out, is left to them.
///
/// # Errors
/// When the database fails; then nothing is noted.
pub async fn record(db: &mut Db, now: Timestamp, outcomes: &[(Taken, Outcome)]) -> sqlx::Result<()> {
    let (mut done, mut handed_over) = (Vec::new(), Vec::new());
    let (mut ids, mut attempts, mut left, mut due, mut later, mut given_up, mut errors) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (taken, outcome) in outcomes {
        let (tries, due_at, gone, error) = match outcome {
            Outcome::Sent | Outcome::Unwanted => {
                done.push(taken.id);
                handed_over.push(*outcome == Outcome::Sent);
                continue;
            }
            Outcome::PutBack => (taken.attempts - 1, taken.due_at, false, None),
            Outcome::Later(due_at, error) => (taken.attempts, *due_at, false, Some(error.clone())),
            Outcome::GivenUp(error) => (taken.attempts, taken.due_at, true, Some(error.clone())),
        };
        ids.push(taken.id);
        attempts.push(taken.attempts);
        left.push(tries);
        due.push(due_at.to_sqlx());
        later.push(matches!(outcome, Outcome::Later(..)));
        given_up.push(gone);
        errors.push(error);
    }
    let mut tx = db.begin().await?;
    let gone = sqlx::query!(
        r#"delete from outbox o using unnest($1::bigint[], $2::boolean[]) as n (id, sent)
           where o.id = n.id
           returning o.mailing_id, o.feedback_id, n.sent as "sent!""#,
        &done,
        &handed_over
    )
    .fetch_all(&mut *tx)
    .await?;
    // What has been handed over is forgotten.
    let given: Vec<i64> = gone.iter().filter(|row| row.sent).filter_map(|row| row.feedback_id).collect();
    if !given.is_empty() {
        sqlx::query!("delete from feedback where id = any($1)", &given).execute(&mut *tx).await?;
    }
    let mut mailings: BTreeMap<MailingId, (i32, i32)> = BTreeMap::new();
    for row in gone {
        let Some(mailing) = row.mailing_id else { continue };
        let (sent, unwanted) = mailings.entry(MailingId(mailing)).or_default();
        *if row.sent { sent } else { unwanted } += 1;
    }
    super::mailings::count(&mut tx, &mailings).await?;
    sqlx::query!(
        "update outbox o
         set attempts = n.tries, last_error = coalesce(n.error, o.last_error),
             -- By the clock of its mailing.
             due_at = n.due_at - case when n.later then coalesce((select held from mailings where id = o.mailing_id), '0')
                                      else interval '0' end,
             given_up_at = case when n.given_up then $8::timestamptz end
         from unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::timestamptz[], $5::boolean[], $6::boolean[], $7::text[])
             as n (id, attempts, tries, due_at, later, given_up, error)
         where o.id = n.id and o.attempts = n.attempts",
        &ids,
        &attempts,
        &left,
        &due as &[SqlTimestamp],
        &later,
        &given_up,
        &errors as &[Option<String>],
        sql(now) as _,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// How the outbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxState {
    /// Mails that are still to be sent.
    pub waiting: i64,
    /// By how much the mail that should have left first is late; zero when none is.
    pub late: SignedDuration,
    /// Mails that were given up.
    pub given_up: i64,
}

/// Asks how the outbox stands. Mails of mailings wait for their turn, so they are never late; how many wait, the mailings
/// know without counting a million rows.
///
/// # Errors
/// When the database fails.
pub async fn state(db: &mut Db, now: Timestamp) -> sqlx::Result<OutboxState> {
    let row = sqlx::query!(
        r#"select (select count(*) from outbox where given_up_at is null and mailing_id is null)
                   + (select coalesce(sum(queued - sent - unwanted), 0) from mailings where cancelled_at is null)
                   - (select count(*) from outbox o join mailings m on m.id = o.mailing_id and m.cancelled_at is null
                      where o.given_up_at is not null) as "waiting!",
               (select min(due_at) from outbox where given_up_at is null and mailing_id is null) as due_at,
               (select count(*) from outbox where given_up_at is not null) as "given_up!""#
    )
    .fetch_one(db)
    .await?;
    let late = row.due_at.map_or(SignedDuration::ZERO, |due_at| now.duration_since(due_at.to_jiff()));
    Ok(OutboxState { waiting: row.waiting, late: late.max(SignedDuration::ZERO), given_up: row.given_up })
}
