//! What looks odd about signatures: networks, domains, places and minutes that stand out against the usual pattern.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::sealed::seal;
use crate::{
    app::App,
    domain::{
        oddities::{self, Odd},
        petition::PetitionId,
        signature_search::{Typed, typed_moment},
        staff::Permission,
    },
    store::{
        self,
        oddities::{Samples, Usual},
    },
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Now, Query},
        filters::{signatures, thousands},
        form::{Choice, FormErrors},
        page,
    },
};

/// Rows of each table.
const MOST: usize = 20;

/// What stands behind the question mark.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    petition: String,
    over: String,
}

#[derive(Template)]
#[template(path = "admin/signatures/odd.html")]
struct OddPage {
    frame: Frame,
    errors: FormErrors,
    wanted: Wanted,
    overs: Vec<Choice>,
    /// What was looked at, and what it was compared with.
    looked_at: String,
    compared_with: String,
    tables: Vec<Table>,
}

struct Table {
    caption: &'static str,
    head: &'static str,
    rows: Vec<Row>,
}

struct Row {
    what: String,
    seen: u64,
    expected: String,
    score: String,
    search: String,
    rule: Option<String>,
}

/// Shows what stands out.
pub async fn show(
    State(app): State<App>,
    now: Now,
    staff: Staff,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    let mut errors = FormErrors::default();
    let petition = match wanted.petition.trim() {
        "" => None,
        number => match number.parse::<PetitionId>() {
            Ok(id) => Some(id),
            Err(_) => {
                errors.add("petition", "Enter the number of a petition, such as 700123");
                None
            }
        },
    };
    let since = match wanted.over.as_str() {
        "hour" => Some(now.0 - SignedDuration::from_hours(1)),
        "all" => None,
        _ => Some(now.0 - SignedDuration::from_hours(24)),
    };
    let mut db = app.pool.acquire().await?;
    if let Some(id) = petition
        && store::petitions::state(&mut db, id).await?.is_none()
    {
        errors.add("petition", "There is no petition of this number");
    }
    let wrong = !errors.is_empty();
    let mut page = OddPage {
        frame: Frame::new(&staff, Section::Signatures, if wrong { "Error: What looks odd" } else { "What looks odd" }),
        errors,
        overs: vec![
            Choice::new("hour", "The last hour"),
            Choice::new("day", "The last 24 hours"),
            Choice::new("all", "However old"),
        ],
        wanted: Wanted { over: if wanted.over.is_empty() { "day".to_owned() } else { wanted.over }, ..wanted },
        looked_at: String::new(),
        compared_with: String::new(),
        tables: Vec::new(),
    };
    if !wrong {
        let samples = store::oddities::samples(&mut db, &app.keyring, petition, since).await?;
        let whole = |many: usize| if many == store::oddities::SAMPLE { "the newest " } else { "" };
        page.looked_at = format!("{}{}", whole(samples.seen.len()), signatures(samples.seen.len()));
        page.compared_with = match samples.compared_with {
            _ if samples.usual.is_empty() => "nothing, since there are no others yet".to_owned(),
            Usual::Before => format!("{} before them", signatures(samples.usual.len())),
            Usual::Others => format!("{} of other petitions", signatures(samples.usual.len())),
        };
        let maker = Maker { app: &app, staff: &staff, now: now.0, petition, since };
        page.tables = maker.tables(&mut db, &samples).await?;
    }
    let mut response = page::html(&page, CachePolicy::Never)?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Makes tables of what stands out, each row with a search and a rule for it.
struct Maker<'a> {
    app: &'a App,
    staff: &'a Staff,
    now: Timestamp,
    petition: Option<PetitionId>,
    since: Option<Timestamp>,
}

impl Maker<'_> {
    async fn tables(&self, db: &mut store::Db, samples: &Samples) -> Result<Vec<Table>, PageError> {
        let Samples { seen, usual, .. } = samples;
        let networks = |all: &[store::oddities::Sampled]| all.iter().filter_map(|one| one.network).collect::<Vec<_>>();
        let networks = oddities::groups(&networks(seen), &networks(usual));
        let domains =
            |all: &[store::oddities::Sampled]| all.iter().filter_map(|one| one.domain.clone()).collect::<Vec<_>>();
        let domains = oddities::groups(&domains(seen), &domains(usual));
        let areas = |all: &[store::oddities::Sampled]| all.iter().map(|one| one.area).collect::<Vec<_>>();
        let areas = oddities::groups(&areas(seen), &areas(usual));
        let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
        for one in seen {
            *counts.entry(one.at.as_second().div_euclid(60)).or_default() += 1;
        }
        let minutes = oddities::minutes(&counts);

        let ids: Vec<_> = areas.iter().map(|odd| odd.what).collect();
        let names = store::oddities::area_names(db, &ids).await?;
        let place = |typed: &mut Typed, area: &store::areas::AreaId| {
            let Some((_, name, is_constituency)) = names.iter().find(|(id, ..)| id == area) else {
                return String::new();
            };
            if *is_constituency {
                typed.constituency.clone_from(name);
            } else {
                typed.country.clone_from(name);
            }
            name.clone()
        };
        let minute = |typed: &mut Typed, minute: &i64| {
            let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap_or_default();
            typed.after = typed_moment(at(*minute));
            typed.before = typed_moment(at(minute + 1));
            typed.after.replace('T', " ")
        };
        Ok(vec![
            Table {
                caption: "Networks",
                head: "Network",
                rows: self.rows(&networks, |typed, network| {
                    typed.network = network.to_string();
                    typed.network.clone()
                })?,
            },
            Table {
                caption: "Domains of e-mail addresses",
                head: "Domain",
                rows: self.rows(&domains, |typed, domain| {
                    typed.domain.clone_from(domain);
                    domain.clone()
                })?,
            },
            Table { caption: "Constituencies and countries", head: "Place", rows: self.rows(&areas, place)? },
            Table { caption: "Minutes", head: "Minute that begins at", rows: self.rows(&minutes, minute)? },
        ])
    }

    fn rows<K>(&self, odd: &[Odd<K>], set: impl Fn(&mut Typed, &K) -> String) -> Result<Vec<Row>, PageError> {
        let mut rows = Vec::new();
        for one in odd.iter().take(MOST) {
            let mut typed = Typed {
                petition: self.petition.map(|id| id.to_string()).unwrap_or_default(),
                after: self.since.map(typed_moment).unwrap_or_default(),
                ..Typed::default()
            };
            let what = set(&mut typed, &one.what);
            let search = seal(&self.app.keyring, self.staff, &typed, self.now)?;
            rows.push(Row {
                what,
                seen: one.seen,
                expected: if one.expected < 10.0 {
                    format!("{:.1}", one.expected)
                } else {
                    thousands(one.expected.round() as u64)
                },
                score: format!("{:.0}", one.score),
                rule: self.staff.may(Permission::DraftRules).then(|| urls::admin::new_rule(&search)),
                search: urls::admin::signature_search(&search, None),
            });
        }
        Ok(rows)
    }
}
