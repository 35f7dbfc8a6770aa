//! Lists of petitions in all states, with filters, as a page and as a file for spreadsheets.

use askama::Template;
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Redirect, Response},
};
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::mpsc;

use super::state_label;
use crate::{
    actions,
    app::App,
    domain::{
        deadline,
        desk::{DeskFacet, DeskOrder},
        email::EmailAddress,
        keyring::EmailHash,
        limits,
        petition::{PetitionId, PetitionState},
        staff::Permission,
    },
    store::{
        self,
        desk::{COLUMNS, DeskRow, Export, Exported, FacetCounts, Filter},
    },
    urls::{self, admin::encoded},
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        api,
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Format, Now, Query},
        filters::{day, day_of, thousands, waited},
        form::{Choice, FormErrors},
        page,
    },
};

/// The last page that can be asked for.
const PAGES: u64 = 100_000;

/// What stands behind the question mark, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    state: String,
    order: String,
    q: String,
    tag: String,
    topic: String,
    department: String,
    creator: String,
    /// Hashes of an address, as [`find_creator`] writes them.
    address: String,
    page: String,
}

impl Wanted {
    /// What was asked for, as the log keeps it; whose address was looked for is not in it.
    fn words(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("state", &self.state),
            ("words", &self.q),
            ("tag", &self.tag),
            ("topic", &self.topic),
            ("department", &self.department),
            ("creator", &self.creator),
        ];
        all.into_iter().map(|(name, value)| (name, value.as_str())).filter(|(_, value)| !value.is_empty()).collect()
    }

    fn filter(&self) -> Filter {
        Filter {
            facet: DeskFacet::from_code(&self.state).unwrap_or_default(),
            order: DeskOrder::from_code(&self.order).unwrap_or_default(),
            words: self.q.trim().chars().take(limits::SEARCH).collect(),
            tag: self.tag.parse().ok(),
            topic: (!self.topic.is_empty()).then(|| self.topic.clone()),
            department: self.department.parse().ok(),
            creator: self.creator.trim().chars().take(limits::NAME).collect(),
            creator_hashes: (!self.address.is_empty()).then(|| {
                let hashes = self.address.split('.').take(20);
                hashes
                    .filter_map(|hash| u64::from_str_radix(hash, 16).ok())
                    .map(|hash| EmailHash(hash as i64))
                    .collect()
            }),
        }
    }

    /// The same list with another state, order or page.
    fn query(&self, facet: DeskFacet, order: DeskOrder, page: u64) -> String {
        let mut pairs = vec![("state", facet.code().to_owned())];
        if order != DeskOrder::Usual {
            pairs.push(("order", order.code().to_owned()));
        }
        for (name, value) in [
            ("q", &self.q),
            ("tag", &self.tag),
            ("topic", &self.topic),
            ("department", &self.department),
            ("creator", &self.creator),
            ("address", &self.address),
        ] {
            if !value.is_empty() {
                pairs.push((name, value.clone()));
            }
        }
        if page > 1 {
            pairs.push(("page", page.to_string()));
        }
        let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={}", encoded(&value))).collect();
        format!("?{}", pairs.join("&"))
    }
}

#[derive(Template)]
#[template(path = "admin/petitions/list.html")]
struct ListPage {
    frame: Frame,
    wanted: Wanted,
    filter: Filter,
    counts: FacetCounts,
    rows: Vec<DeskRow>,
    /// How many there are; of a filtered list one more than [`limits::DESK_LISTED`]: more than that.
    total: i64,
    page: u64,
    tags: Vec<Choice>,
    topics: Vec<Choice>,
    departments: Vec<Choice>,
    /// An address that was typed and is none.
    email: String,
    errors: FormErrors,
    now: Timestamp,
}

/// Shows a list; whoever types a petition's number goes to that petition.
pub async fn show(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    if let Ok(id) = wanted.q.trim().trim_start_matches('#').parse::<PetitionId>()
        && store::petitions::state(&mut *app.pool.acquire().await?, id).await?.is_some()
    {
        return Ok(Redirect::to(&urls::admin::petition(&id)).into_response());
    }
    list(&app, &staff, wanted, None, now.0).await
}

/// An address to look for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct CreatorForm {
    email: String,
}

/// Looks for petitions by their creator's address, which stands in no address of a page: only its keyed hashes do.
pub async fn find_creator(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Form(form): Form<CreatorForm>,
) -> Result<Response, PageError> {
    match EmailAddress::parse(&form.email) {
        Ok(email) => {
            let hashes: Vec<String> =
                hashes(&app, &email).into_iter().map(|hash| format!("{:x}", hash.0 as u64)).collect();
            let wanted = Wanted { address: hashes.join("."), ..Wanted::default() };
            let query = wanted.query(DeskFacet::All, DeskOrder::Usual, 1);
            Ok(Redirect::to(&format!("{}{query}", urls::admin::petitions())).into_response())
        }
        Err(error) => {
            let mut errors = FormErrors::default();
            errors.add("email", error.to_string());
            list(&app, &staff, Wanted::default(), Some((form.email, errors)), now.0).await
        }
    }
}

/// The hashes under which an address may be known.
pub(super) fn hashes(app: &App, email: &EmailAddress) -> Vec<EmailHash> {
    let canonical = email.canonical();
    let mut hashes = vec![app.keyring.email_hash(&canonical)];
    hashes.extend(app.keyring.former_email_hashes(&canonical));
    hashes
}

async fn list(
    app: &App,
    staff: &Staff,
    wanted: Wanted,
    mistake: Option<(String, FormErrors)>,
    now: Timestamp,
) -> Result<Response, PageError> {
    let filter = wanted.filter();
    let today = deadline::day(now);
    let number = wanted.page.parse::<u64>().unwrap_or(1).clamp(1, PAGES);
    let mut db = app.pool.acquire().await?;
    let waiting = store::desk::waiting(&mut db, today, now).await?;
    let counts = store::desk::facet_counts(&mut db, &waiting).await?;
    let (ids, total) = filter.page(&mut db, number, &counts, today, now).await?;
    let rows = store::desk::rows(&mut db, &ids).await?;
    let choices = store::desk::choices(&mut db).await?;
    drop(db);
    let numbered =
        |list: Vec<(i32, String)>| list.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let failed = mistake.is_some();
    let (email, errors) = mistake.unwrap_or_default();
    let page = ListPage {
        frame: Frame::new(staff, Section::Petitions, filter.facet.title()),
        counts,
        rows,
        total,
        page: number,
        tags: numbered(choices.tags),
        topics: choices.topics.into_iter().map(|(code, name)| Choice::new(code, name)).collect(),
        departments: numbered(choices.departments),
        email,
        errors,
        now,
        wanted,
        filter,
    };
    let html = page::html(&page, CachePolicy::Never)?;
    Ok(if failed { (axum::http::StatusCode::UNPROCESSABLE_ENTITY, html).into_response() } else { html })
}

impl ListPage {
    fn facet_url(&self, facet: &DeskFacet) -> String {
        format!("{}{}", urls::admin::petitions(), self.wanted.query(*facet, self.filter.order, 1))
    }

    fn order_url(&self, order: &DeskOrder) -> String {
        format!("{}{}", urls::admin::petitions(), self.wanted.query(self.filter.facet, *order, 1))
    }

    fn page_url(&self, page: u64) -> String {
        format!("{}{}", urls::admin::petitions(), self.wanted.query(self.filter.facet, self.filter.order, page))
    }

    fn csv_url(&self) -> String {
        let query = self.wanted.query(self.filter.facet, DeskOrder::Usual, 1);
        format!("{}{query}", urls::admin::petitions_csv())
    }

    /// How many there are, in words.
    fn length(&self) -> String {
        let most = i64::from(limits::DESK_LISTED);
        let cut = self.filter.is_bounded() && self.total > most;
        let listed = if cut { format!("; the first {} are listed here", thousands(most)) } else { String::new() };
        match self.total {
            0 => "No petitions".to_owned(),
            1 => "1 petition".to_owned(),
            _ if cut && !self.filter.is_plain() => format!("More than {} petitions{listed}", thousands(most)),
            total => format!("{} petitions{listed}", thousands(total)),
        }
    }

    fn has_next(&self) -> bool {
        let listed = match self.filter.is_bounded() {
            true => self.total.min(limits::DESK_LISTED.into()),
            false => self.total,
        };
        self.page * u64::from(limits::DESK_PAGE_SIZE) < listed.unsigned_abs()
    }

    /// What it waits for, or what became of it.
    fn standing(&self, row: &DeskRow) -> String {
        let ago = |at: &Timestamp| waited(*at, self.now);
        match row.state {
            PetitionState::Sponsored | PetitionState::Flagged => {
                format!("Waiting for {}", ago(row.moderation_since.as_ref().unwrap_or(&row.created_at)))
            }
            PetitionState::Rejected | PetitionState::Hidden => row.reason.clone().unwrap_or_default(),
            PetitionState::Open | PetitionState::Closed => {
                let mut words = Vec::new();
                if let Some(since) = &row.response_since {
                    words.push(format!("Response due for {}", ago(since)));
                }
                match (&row.debate_on, &row.debate_since) {
                    (Some(on), Some(_)) if *on < deadline::day(self.now) => {
                        words.push(format!("Debate was scheduled for {}, outcome not recorded", day(on)));
                    }
                    (Some(on), Some(_)) => words.push(format!("Debate on {}", day(on))),
                    (None, Some(since)) => words.push(format!("Debate due for {}", ago(since))),
                    _ => {}
                }
                if let Some(closes_at) = &row.closes_at {
                    let word = if row.state == PetitionState::Open { "Closes" } else { "Closed" };
                    words.push(format!("{word} {}", day_of(closes_at)));
                }
                words.join(" · ")
            }
            _ => format!("Created {}", day_of(&row.created_at)),
        }
    }

    /// How urgent it is.
    fn class(&self, row: &DeskRow) -> &'static str {
        if !matches!(row.state, PetitionState::Sponsored | PetitionState::Flagged) {
            return "";
        }
        let waited = self.now.duration_since(row.moderation_since.unwrap_or(row.created_at));
        let over = |days: u32| waited > SignedDuration::from_hours(24 * i64::from(days));
        if over(limits::MODERATION_OVERDUE_DAYS) {
            "late"
        } else if over(limits::MODERATION_NEARLY_OVERDUE_DAYS) {
            "soon"
        } else {
            ""
        }
    }
}

/// How many bytes of a file are sent at once.
const CHUNK: usize = 64 * 1024;

/// The whole of a filtered list as a file for spreadsheets, sent while it is read.
pub async fn csv(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    let (filter, today, at) = (wanted.filter(), deadline::day(now.0), now.0);
    let mut db = app.pool.acquire().await?;
    // Who signed, and with what address, is not for everybody who may read.
    let addresses = staff.may(Permission::SearchSignatures);
    actions::annotate::exported(&mut db, &staff.actor, &wanted.words(), addresses, at).await?;
    let (chunks, received) = mpsc::channel::<anyhow::Result<Bytes>>(4);
    tokio::spawn(async move {
        let written = async {
            let mut export = Export::begin(&mut db, &filter, today, at).await?;
            let mut file = csv::Writer::from_writer(Vec::new());
            let head = ["id", "public_url", "admin_url", "creator_email"].into_iter().chain(COLUMNS);
            file.write_record(head)?;
            loop {
                let rows = export.next().await?;
                if rows.is_empty() {
                    break;
                }
                for row in &rows {
                    file.write_record(record(&app, row, addresses))?;
                }
                if file.get_ref().len() > CHUNK {
                    file.flush()?;
                    let full = std::mem::replace(&mut file, csv::Writer::from_writer(Vec::new()));
                    if chunks.send(Ok(full.into_inner()?.into())).await.is_err() {
                        // Whoever asked has gone.
                        return anyhow::Ok(());
                    }
                }
            }
            let _ = chunks.send(Ok(file.into_inner()?.into())).await;
            Ok(())
        };
        if let Err(error) = written.await {
            tracing::error!(%error, "a list of petitions could not be written to its end");
            // The file ends in the middle of nowhere, which programs that fetch it notice.
            let _ = chunks.send(Err(error)).await;
        }
    });
    let body = stream::unfold(received, async |mut received| received.recv().await.map(|chunk| (chunk, received)));
    // Compression asks once more after the end.
    let mut response = Body::from_stream(body.fuse()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(Format::Csv.content_type()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"petitions.csv\""));
    Ok(response)
}

fn record(app: &App, row: &Exported, addresses: bool) -> Vec<String> {
    let contact = row
        .creator
        .as_ref()
        .filter(|_| addresses)
        .and_then(|(contact, hash)| app.keyring.open(contact, row.id, *hash).ok());
    let mut cells = vec![
        row.id.to_string(),
        format!("{}{}", app.public_url, urls::petition(&row.id)),
        format!("{}{}", app.public_url, urls::admin::petition(&row.id)),
        contact.map(|contact| api::cell(&contact.email)).unwrap_or_default(),
    ];
    cells.extend(row.columns.iter().map(|text| api::cell(text)));
    cells
}
