//! Lists of petitions as JSON and CSV.

use schemars::JsonSchema;
use serde::Serialize;

use super::{cell, petition::Item};
use crate::{
    app::App,
    store::listing::TableRow,
    urls,
    web::{error::PageError, pages::petitions::search::Found},
};

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PetitionList")]
pub(super) struct Document {
    /// Where the other pages are.
    links: Links,
    /// The petitions of this page.
    data: Vec<Item>,
    /// How many there are, so that nobody has to fetch every page to know.
    meta: Meta,
}

/// Where the pages of a list are.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PageLinks")]
struct Links {
    /// This page.
    #[serde(rename = "self")]
    this: String,
    /// The first page.
    first: String,
    /// The last page.
    last: String,
    /// The page behind this one; `null` on the last.
    next: Option<String>,
    /// The page before this one; `null` on the first.
    prev: Option<String>,
}

/// How long a list is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ListLength")]
struct Meta {
    /// Petitions on all pages.
    total_count: u64,
    /// Which page this is, from 1.
    page: u64,
    /// How many pages there are.
    page_count: u64,
}

/// One page of a list.
///
/// # Errors
/// When it cannot be written.
pub fn json(app: &App, found: &Found) -> Result<String, PageError> {
    let search = &found.search;
    let last = found.last_page();
    let link = |page: u64| format!("{}{}.json{}", app.public_url, urls::petitions(), search.query(search.facet, page));
    let document = Document {
        links: Links {
            this: link(search.page),
            first: link(1),
            last: link(last),
            next: (search.page < last).then(|| link(search.page + 1)),
            prev: (search.page > 1).then(|| link(last.min(search.page - 1))),
        },
        data: found.petitions.iter().map(|petition| Item::listed(app, petition.clone())).collect(),
        meta: Meta { total_count: found.total, page: search.page, page_count: last },
    };
    Ok(serde_json::to_string(&document)?)
}

/// A list as a table.
///
/// # Errors
/// When it cannot be written.
pub fn csv(app: &App, rows: &[TableRow]) -> Result<String, PageError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["Petition", "URL", "State", "Signatures Count"])?;
    for petition in rows {
        table.write_record([
            cell(&petition.action),
            format!("{}{}", app.public_url, urls::petition(&petition.id)),
            petition.state.code().to_owned(),
            petition.signature_count.to_string(),
        ])?;
    }
    Ok(String::from_utf8(table.into_inner()?)?)
}
