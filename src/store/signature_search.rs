//! Looking for signatures. There are indexes by e-mail address, by petition, and of what is suspected; where they do not
//! help, it is looked from the newest to the oldest, in steps, and no further than [`MOST`] signatures at a time.

use jiff::{SignedDuration, Timestamp};
use sqlx::Connection;

use super::{Db, areas::AreaId, sql_opt};
use crate::domain::{
    keyring::{Contact, EmailHash, Keyring},
    limits,
    petition::{PetitionId, PetitionState},
    signature::{SignatureId, SignatureState},
    signature_search::{Conditions, EmailIs},
    suspicion::Suspicion,
    text::fold,
};

/// Signatures that are looked at for one page.
pub const MOST: i64 = 100_000;
/// Numbers of signatures that are looked at with one statement.
const STEP: i64 = 10_000;
/// Rows that one statement gives.
const ROWS: i64 = 10_000;
/// A petition with fewer signatures is looked through as a whole.
const FEW: i64 = 20_000;
/// Signatures may have come in another order than their numbers, by so much.
const SLACK: SignedDuration = SignedDuration::from_mins(10);
/// Petitions that closed so long ago get no signatures any more.
const GRACE: SignedDuration = SignedDuration::from_hours(48);

/// A signature that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its number.
    pub id: SignatureId,
    /// On which petition.
    pub petition: PetitionId,
    /// What that asks for.
    pub action: String,
    /// The state of the petition.
    pub petition_state: PetitionState,
    /// The name; empty once it has been erased.
    pub name: String,
    /// How to reach the signer; `None` once it has been erased, or if no key opens it.
    pub contact: Option<Contact>,
    /// The address of the internet from which it came.
    pub signed_from: Option<String>,
    /// When the form was sent.
    pub created_at: Timestamp,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// Its state.
    pub state: SignatureState,
    /// Why it is suspected.
    pub suspicion: Option<Suspicion>,
    /// The name of the constituency or country.
    pub area: String,
    /// Whether its signer wants news about the petition.
    pub wants_updates: bool,
    /// Whether its signer created the petition.
    pub is_creator: bool,
}

/// A page of what was found.
#[derive(Clone, Debug)]
pub struct Page {
    /// The signatures, newest first.
    pub rows: Vec<Found>,
    /// Where to go on.
    pub further: Further,
}

/// What comes after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Further {
    /// Nothing.
    Nothing,
    /// More was found: those before this number.
    Older(SignatureId),
    /// It was not looked further back than to this number, of this moment.
    NotLooked(SignatureId, Timestamp),
}

/// What the database can tell of conditions.
#[derive(Clone, Debug)]
pub struct Filter {
    petition: Option<i32>,
    email_hashes: Option<Vec<i64>>,
    areas: Option<Vec<AreaId>>,
    network: Option<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    suspicion: Option<i16>,
    states: Option<Vec<SignatureState>>,
}

impl Filter {
    /// What can be told of these conditions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(db: &mut Db, keyring: &Keyring, conditions: &Conditions) -> sqlx::Result<Self> {
        let mut areas: Option<Vec<AreaId>> = None;
        for (kind, typed) in [(Kind::Constituency, &conditions.constituency), (Kind::Country, &conditions.country)] {
            if let Some(typed) = typed {
                let found = areas_called(db, kind, typed).await?;
                areas = Some(match areas {
                    Some(before) => before.into_iter().filter(|area| found.contains(area)).collect(),
                    None => found,
                });
            }
        }
        let hashes = |canonical: &str| -> Vec<i64> {
            let former = keyring.former_email_hashes(canonical);
            std::iter::once(keyring.email_hash(canonical)).chain(former).map(|hash| hash.0).collect()
        };
        Ok(Self {
            petition: conditions.petition.map(super::signatures::narrow),
            email_hashes: match &conditions.email {
                Some(EmailIs::Exactly(canonical)) => Some(hashes(canonical)),
                _ => None,
            },
            areas,
            network: conditions.network.map(|network| network.to_string()),
            after: conditions.after,
            before: conditions.before,
            suspicion: conditions.suspicion.map(Suspicion::code),
            states: conditions.state.map(|state| vec![state]),
        })
    }

    /// Whether the database alone can tell.
    fn is_all(conditions: &Conditions) -> bool {
        conditions.name.is_none() && !conditions.want_contact()
    }
}

/// A constituency or a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A constituency.
    Constituency,
    /// A country.
    Country,
}

/// The areas of this name or code, of any set of boundaries. The United Kingdom is all its constituencies, and what could
/// not be located in one.
///
/// # Errors
/// When the database fails.
pub async fn areas_called(db: &mut Db, kind: Kind, typed: &str) -> sqlx::Result<Vec<AreaId>> {
    let rows = sqlx::query!(
        r#"select id, code, name, kind = 'constituency' as "is_constituency!" from areas
           where kind in ('constituency', 'country')"#
    )
    .fetch_all(db)
    .await?;
    let wanted = fold(typed.trim());
    let is = |code: &str, name: &str| fold(name) == wanted || code.eq_ignore_ascii_case(typed.trim());
    let country = kind == Kind::Country;
    let kingdom =
        country && rows.iter().any(|row| !row.is_constituency && row.code == "GB" && is(&row.code, &row.name));
    Ok(rows
        .iter()
        .filter(|row| (row.is_constituency != country && is(&row.code, &row.name)) || (kingdom && row.is_constituency))
        .map(|row| row.id)
        .collect())
}

/// Signatures that meet all conditions, newest first, before a number if one is given.
///
/// # Errors
/// When the database fails.
pub async fn search(
    db: &mut Db,
    keyring: &Keyring,
    conditions: &Conditions,
    before: Option<SignatureId>,
) -> sqlx::Result<Page> {
    let mut tx = db.begin().await?;
    plan_for_each(&mut tx).await?;
    let filter = Filter::of(&mut tx, keyring, conditions).await?;
    let (low, high) = bounds(&mut tx, conditions).await?;
    let mut top = before.map_or(high, |before| high.min(before.get() - 1));
    let few = few(&mut tx, &filter, low, top).await?;

    let most = limits::DESK_PAGE_SIZE as usize;
    let at_once = if Filter::is_all(conditions) { most as i64 + 1 } else { ROWS };
    let lowest = if few.is_some() { low } else { low.max(top.saturating_sub(MOST)) };
    let mut rows: Vec<Found> = Vec::new();
    while rows.len() <= most && top > lowest {
        let numbers: Option<Vec<i64>> =
            few.as_ref().map(|few| few.iter().copied().filter(|id| *id <= top).take(STEP as usize).collect());
        let bottom = match &numbers {
            Some(numbers) if numbers.len() < STEP as usize => lowest,
            Some(numbers) => numbers.last().map_or(lowest, |last| last - 1),
            None => lowest.max(top - STEP),
        };
        let batch = step(&mut tx, &filter, bottom, top, numbers.as_deref(), at_once).await?;
        let full = batch.len() as i64 == at_once;
        top = if full { batch.last().map_or(bottom, |last| last.id - 1) } else { bottom };
        for row in batch {
            let contact = row
                .email_hash
                .and_then(|hash| keyring.open(&row.contact, i64::from(row.petition_id).into(), EmailHash(hash)).ok());
            if rows.len() <= most && conditions.hold(&row.name, contact.as_ref()) {
                rows.push(row.found(contact));
            }
        }
    }
    let further = if rows.len() > most {
        rows.truncate(most);
        rows.last().map_or(Further::Nothing, |last| Further::Older(last.id))
    } else if top > low {
        let at = created_at(&mut tx, top).await?.unwrap_or_default();
        Further::NotLooked((top + 1).into(), at)
    } else {
        Further::Nothing
    };
    tx.commit().await?;
    Ok(Page { rows, further })
}

/// Has the statements of a transaction planned for their very values: which index serves depends on what is asked for.
pub(super) async fn plan_for_each(db: &mut Db) -> sqlx::Result<()> {
    sqlx::query_scalar!("select set_config('plan_cache_mode', 'force_custom_plan', true)").fetch_one(db).await?;
    Ok(())
}

/// The numbers between which signatures of this time can lie: above the first, up to the second.
///
/// # Errors
/// When the database fails.
pub async fn bounds(db: &mut Db, conditions: &Conditions) -> sqlx::Result<(i64, i64)> {
    let newest = newest(db).await?;
    let (mut after, mut before) = (conditions.after, conditions.before);
    if let Some(petition) = conditions.petition {
        let life = sqlx::query!("select created_at, closed_at from petitions where id = $1", petition.get())
            .fetch_optional(&mut *db)
            .await?;
        let Some(life) = life else { return Ok((0, 0)) };
        let created: Timestamp = life.created_at.to_jiff();
        after = Some(after.map_or(created, |after| after.max(created)));
        if let Some(closed) = life.closed_at.map(|at| at.to_jiff() + GRACE) {
            before = Some(before.map_or(closed, |before| before.min(closed)));
        }
    }
    let low = match after {
        Some(after) => first_since(db, after - SLACK, newest).await? - 1,
        None => 0,
    };
    let high = match before {
        Some(before) => first_since(db, before + SLACK, newest).await? - 1,
        None => newest,
    };
    Ok((low, high))
}

/// The number of the newest signature; 0 without one.
///
/// # Errors
/// When the database fails.
pub async fn newest(db: &mut Db) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select coalesce(max(id), 0) as "newest!" from signatures"#).fetch_one(db).await
}

/// The first number whose signature is of this moment or later, as far as numbers and times go together.
async fn first_since(db: &mut Db, at: Timestamp, newest: i64) -> sqlx::Result<i64> {
    let (mut low, mut high) = (1, newest + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = sqlx::query!("select id, created_at from signatures where id >= $1 order by id limit 1", middle)
            .fetch_optional(&mut *db)
            .await?;
        match row {
            Some(row) if row.created_at.to_jiff() < at => low = row.id + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

async fn created_at(db: &mut Db, number: i64) -> sqlx::Result<Option<Timestamp>> {
    let at = sqlx::query_scalar!("select created_at from signatures where id <= $1 order by id desc limit 1", number)
        .fetch_optional(db)
        .await?;
    Ok(at.map(|at| at.to_jiff()))
}

/// The numbers of all signatures that an index finds, newest first, if they are few.
async fn few(db: &mut Db, filter: &Filter, low: i64, high: i64) -> sqlx::Result<Option<Vec<i64>>> {
    match (&filter.email_hashes, filter.petition) {
        (Some(hashes), _) => {
            let found =
                sqlx::query_scalar!("select id from signatures where email_hash = any($1) limit $2", hashes, FEW)
                    .fetch_all(db)
                    .await?;
            Ok(newest_first(found, low, high))
        }
        // Whatever is suspected, and so all that is in quarantine, has an index of its own.
        (None, _) if filter.suspicion.is_some() || filter.states.as_deref() == Some(&[SignatureState::Quarantined]) => {
            let found = sqlx::query_scalar!(
                "select id from signatures
                 where suspicion <> 0 and ($1::int is null or petition_id = $1)
                     and ($2::smallint is null or suspicion = $2)
                     and ($3::signature_state[] is null or state = any($3))
                 limit $4",
                filter.petition,
                filter.suspicion,
                filter.states.as_deref() as _,
                FEW
            )
            .fetch_all(db)
            .await?;
            Ok(newest_first(found, low, high))
        }
        (None, Some(petition)) => few_of(db, petition, low, high).await,
        (None, None) => Ok(None),
    }
}

/// The numbers of all signatures of a petition, newest first, if they are few.
///
/// # Errors
/// When the database fails.
pub(super) async fn few_of(db: &mut Db, petition: i32, low: i64, high: i64) -> sqlx::Result<Option<Vec<i64>>> {
    let found = sqlx::query_scalar!("select id from signatures where petition_id = $1 limit $2", petition, FEW)
        .fetch_all(db)
        .await?;
    Ok(newest_first(found, low, high))
}

fn newest_first(mut found: Vec<i64>, low: i64, high: i64) -> Option<Vec<i64>> {
    if found.len() as i64 == FEW {
        return None;
    }
    found.retain(|id| *id > low && *id <= high);
    found.sort_unstable_by(|a, b| b.cmp(a));
    Some(found)
}

struct Row {
    id: i64,
    petition_id: i32,
    action: String,
    petition_state: PetitionState,
    name: String,
    contact: Vec<u8>,
    email_hash: Option<i64>,
    signed_from: Option<String>,
    created_at: jiff_sqlx::Timestamp,
    confirmed_at: Option<jiff_sqlx::Timestamp>,
    state: SignatureState,
    suspicion: i16,
    area: String,
    wants_updates: bool,
    is_creator: bool,
}

impl Row {
    fn found(self, contact: Option<Contact>) -> Found {
        Found {
            id: self.id.into(),
            petition: i64::from(self.petition_id).into(),
            action: self.action,
            petition_state: self.petition_state,
            name: self.name,
            contact,
            signed_from: self.signed_from,
            created_at: self.created_at.to_jiff(),
            confirmed_at: self.confirmed_at.map(|at| at.to_jiff()),
            state: self.state,
            suspicion: Suspicion::from_code(self.suspicion),
            area: self.area,
            wants_updates: self.wants_updates,
            is_creator: self.is_creator,
        }
    }
}

/// Signatures with numbers above `bottom` up to `top`, newest first.
async fn step(
    db: &mut Db,
    filter: &Filter,
    bottom: i64,
    top: i64,
    numbers: Option<&[i64]>,
    most: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select s.id, s.petition_id, p.action, p.state as petition_state, s.name, s.contact, s.email_hash,
               host(s.signed_from) as signed_from, s.created_at as "created_at: jiff_sqlx::Timestamp",
               s.confirmed_at as "confirmed_at: jiff_sqlx::Timestamp", s.state, s.suspicion, a.name as area,
               s.wants_updates, coalesce(u.is_creator, false) as "is_creator!"
           from signatures s
           join petitions p on p.id = s.petition_id
           join areas a on a.id = s.area_id
           left join supporters u on u.signature_id = s.id
           where s.id > $1 and s.id <= $2
               and ($3::bigint[] is null or s.id = any($3))
               and ($4::int is null or s.petition_id = $4)
               and ($5::bigint[] is null or s.email_hash = any($5))
               and ($6::int[] is null or s.area_id = any($6))
               and ($7::text is null or s.signed_from <<= $7::text::inet)
               and ($8::timestamptz is null or s.created_at >= $8)
               and ($9::timestamptz is null or s.created_at < $9)
               and ($10::smallint is null or s.suspicion = $10)
               and ($11::signature_state[] is null or s.state = any($11))
           order by s.id desc limit $12"#,
        bottom,
        top,
        numbers as _,
        filter.petition,
        filter.email_hashes.as_deref() as _,
        filter.areas.as_deref() as _,
        filter.network,
        sql_opt(filter.after) as _,
        sql_opt(filter.before) as _,
        filter.suspicion,
        filter.states.as_deref() as _,
        most
    )
    .fetch_all(db)
    .await
}

/// How far a rule looked, and what it met there.
#[derive(Clone, Debug)]
pub struct Met {
    /// The signatures, oldest first.
    pub ids: Vec<SignatureId>,
    /// All numbers up to this one have been looked at.
    pub to: i64,
}

/// Signatures that could be invalidated and meet all conditions, with numbers above `after` up to `last`, oldest first;
/// `most` at the most. Looks at some thousands; the filter is that of the conditions. Those of creators of petitions that
/// are not published are not among them.
///
/// # Errors
/// When the database fails.
pub async fn meet(
    db: &mut Db,
    keyring: &Keyring,
    conditions: &Conditions,
    filter: &Filter,
    (after, last): (i64, i64),
    most: usize,
) -> sqlx::Result<Met> {
    let to = last.min(after + STEP);
    let rows_most = if Filter::is_all(conditions) { most.min(ROWS as usize) as i64 } else { ROWS };
    let rows = sqlx::query!(
        r#"select s.id, s.petition_id, s.name, s.contact, s.email_hash
           from signatures s
           where s.id > $1 and s.id <= $2
               and s.state in ('pending', 'validated', 'quarantined')
               and ($3::int is null or s.petition_id = $3)
               and ($4::bigint[] is null or s.email_hash = any($4))
               and ($5::int[] is null or s.area_id = any($5))
               and ($6::text is null or s.signed_from <<= $6::text::inet)
               and ($7::timestamptz is null or s.created_at >= $7)
               and ($8::timestamptz is null or s.created_at < $8)
               and ($9::smallint is null or s.suspicion = $9)
               and not exists (
                   select from supporters u join petitions p on p.id = u.petition_id
                   where u.signature_id = s.id and u.is_creator
                       and p.state in ('pending', 'validated', 'sponsored', 'flagged', 'dormant'))
           order by s.id limit $10"#,
        after,
        to,
        filter.petition,
        filter.email_hashes.as_deref() as _,
        filter.areas.as_deref() as _,
        filter.network,
        sql_opt(filter.after) as _,
        sql_opt(filter.before) as _,
        filter.suspicion,
        rows_most
    )
    .fetch_all(db)
    .await?;
    let full = rows.len() as i64 == rows_most;
    let mut met = Met { ids: Vec::new(), to };
    if full && let Some(last) = rows.last() {
        met.to = last.id;
    }
    for row in rows {
        let contact = || {
            let hash = EmailHash(row.email_hash?);
            keyring.open(&row.contact, i64::from(row.petition_id).into(), hash).ok()
        };
        let contact = if conditions.want_contact() { contact() } else { None };
        if conditions.hold(&row.name, contact.as_ref()) {
            met.ids.push(row.id.into());
            if met.ids.len() == most {
                met.to = row.id;
                break;
            }
        }
    }
    Ok(met)
}
