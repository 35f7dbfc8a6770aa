//! What a published petition must not contradict.

use std::collections::HashSet;

use jiff::Timestamp;

use super::schema::{Attributes, Document, Text};
use crate::domain::{
    area::{country_code_of_2015, is_constituency_code},
    petition::PetitionState,
    record::{Dates, RecordedPlaces},
    refused::Refused,
};

/// The petition's own address without `.json`, if the file is that of a petition and says the same number everywhere.
pub fn source_url(document: &Document) -> Result<String, Refused> {
    let Document { links, data } = document;
    if data.r#type.0 != "petition" {
        return Err(Refused::new("data.type", format!("“{}” is not “petition”", data.r#type.0)));
    }
    let address = &links.this.0;
    let page = address.strip_suffix(".json").unwrap_or(address);
    let number = page.rsplit('/').next().and_then(|last| last.parse().ok());
    if !(page.starts_with("https://") || page.starts_with("http://")) || number.is_none() {
        return Err(Refused::new("links.self", format!("“{address}” is not the address of a petition")));
    }
    if number != Some(data.id) {
        return Err(Refused::new("links.self", format!("“{address}” is not the address of data.id {}", data.id)));
    }
    Ok(page.to_owned())
}

/// What each state needs and what it rules out.
pub fn state(a: &Attributes) -> Result<(), Refused> {
    use PetitionState::*;
    let state = a.state;
    let has = |field: &str| contradiction(field, format!("is set, but the petition is {}", state.code()));
    let lacks = |field: &str| contradiction(field, format!("is missing, but the petition is {}", state.code()));

    if let (Some(opened), Some(open)) = (a.opened_at, a.open_at)
        && opened.0 != open.0
    {
        return contradiction("opened_at", format!("{} is not open_at {}", opened.0, open.0));
    }
    match state {
        Open | Closed if a.opened().is_none() => return lacks("opened_at"),
        Pending | Validated | Sponsored | Flagged | Dormant | Stopped if a.opened().is_some() => {
            return has("opened_at");
        }
        _ => {}
    }
    match state {
        Open if a.closed_at.is_some() => has("closed_at"),
        Closed if a.closed_at.is_none() => lacks("closed_at"),
        Rejected | Hidden if a.rejected_at.is_none() => lacks("rejected_at"),
        Rejected | Hidden if a.rejection.is_none() => lacks("rejection"),
        _ => Ok(()),
    }
}

/// What must be there is not empty, topics have codes that fit into an address, and no text is out of all proportion:
/// the most that the database takes.
pub fn lengths(a: &Attributes) -> Result<(), Refused> {
    within("action", Some(&a.action), 1, 1000)?;
    within("background", a.background.as_ref(), 0, 4000)?;
    within("additional_details", a.additional_details.as_ref(), 0, 10_000)?;
    within("committee_note", a.committee_note.as_ref(), 0, 10_000)?;
    within("creator_name", a.creator_name.as_ref(), 0, 255)?;
    if let Some(rejection) = &a.rejection {
        within("rejection.code", Some(&rejection.code), 1, 30)?;
        if !rejection.code.0.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
            let code = &rejection.code.0;
            return contradiction("rejection.code", format!("“{code}” has more than lower-case letters and hyphens"));
        }
        within("rejection.details", rejection.details.as_ref(), 0, 10_000)?;
    }
    if let Some(response) = &a.government_response {
        within("government_response.summary", response.summary.as_ref(), 0, 1000)?;
        within("government_response.details", response.details.as_ref(), 0, 50_000)?;
    }
    for (i, department) in a.departments.iter().flatten().enumerate() {
        within(&format!("departments[{i}].name"), Some(&department.name), 1, 1000)?;
    }
    for (i, business) in a.other_parliamentary_business.iter().flatten().enumerate() {
        within(&format!("other_parliamentary_business[{i}].subject"), Some(&business.subject), 1, 1000)?;
        within(&format!("other_parliamentary_business[{i}].body"), business.body.as_ref(), 0, 50_000)?;
    }
    for (i, topic) in a.topics.iter().flatten().enumerate() {
        let field = format!("topics[{i}]");
        within(&field, Some(topic), 1, 100)?;
        if !topic.0.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return contradiction(&field, format!("“{}” is not the code of a topic", topic.0));
        }
    }
    Ok(())
}

fn within(field: &str, text: Option<&Text>, least: usize, most: usize) -> Result<(), Refused> {
    let Some(Text(text)) = text else { return Ok(()) };
    match text.chars().count() {
        length if length > most => contradiction(field, format!("{length} characters are more than {most}")),
        length if length < least => contradiction(field, "is empty"),
        _ => Ok(()),
    }
}

/// Nothing happens before the petition is created, and nothing closes before it opens.
pub fn dates(a: &Attributes, dates: &Dates) -> Result<(), Refused> {
    let created = dates.created_at;
    let later = [
        ("updated_at", Some(dates.updated_at)),
        ("moderation_threshold_reached_at", dates.moderation_threshold_reached_at),
        ("opened_at", dates.opened_at),
        ("closed_at", dates.closed_at),
        ("rejected_at", dates.rejected_at),
        ("stopped_at", dates.stopped_at),
        ("removed_at", dates.removed_at),
        ("response_threshold_reached_at", dates.response_threshold_reached_at),
        ("government_response_at", dates.government_response_at),
        ("government_response.created_at", a.government_response.as_ref().map(|response| response.created_at.0)),
        ("debate_threshold_reached_at", dates.debate_threshold_reached_at),
        ("debate_outcome_at", dates.debate_outcome_at),
    ];
    for (field, at) in later {
        not_before(field, at, "created_at", created)?;
    }
    let Some(opened) = dates.opened_at else { return Ok(()) };
    not_before("closed_at", dates.closed_at, "opened_at", opened)?;
    not_before("closing_date", dates.closes_at, "opened_at", opened)
}

fn not_before(field: &str, at: Option<Timestamp>, earlier: &str, then: Timestamp) -> Result<(), Refused> {
    match at {
        Some(at) if at < then => contradiction(field, format!("{at} is before {earlier} {then}")),
        _ => Ok(()),
    }
}

/// Every place is there once, and the places together are not more than the whole.
///
/// Published constituencies and countries overlap a little (by up to 0.6 % of the whole in known data):
/// places that together exceed the whole by at most a hundredth of it are taken.
pub fn places(a: &Attributes, places: &RecordedPlaces) -> Result<(), Refused> {
    let mut seen = HashSet::new();
    for (i, constituency) in places.constituencies.iter().enumerate() {
        let field = format!("signatures_by_constituency[{i}]");
        if !is_constituency_code(&constituency.code) {
            return contradiction(&field, format!("ons_code “{}” is not that of a constituency", constituency.code));
        }
        if constituency.name.is_empty() {
            return contradiction(&field, "the name is empty");
        }
        if !seen.insert(constituency.code.as_str()) {
            return contradiction(&field, format!("{} is in the list twice", constituency.code));
        }
    }
    let mut seen = HashSet::new();
    for (i, country) in places.countries.iter().enumerate() {
        let field = format!("signatures_by_country[{i}]");
        if country.name.is_empty() || country.code.as_deref() == Some("") {
            return contradiction(&field, "the name or code is empty");
        }
        let key = country.code.as_deref().or_else(|| country_code_of_2015(&country.name)).unwrap_or(&country.name);
        if !seen.insert(key) {
            return contradiction(&field, format!("{} is in the list twice", country.name));
        }
    }

    let whole = u64::from(a.signature_count.0);
    let (at_home, abroad) = (places.in_constituencies(), places.in_other_countries());
    if at_home > whole {
        return contradiction(
            "signatures_by_constituency",
            format!("{at_home} signatures together are more than signature_count {whole}"),
        );
    }
    if abroad > whole {
        return contradiction(
            "signatures_by_country",
            format!("{abroad} signatures outside the United Kingdom are more than signature_count {whole}"),
        );
    }
    if (at_home + abroad).saturating_sub(whole) * 100 > whole {
        return contradiction(
            "signature_count",
            format!(
                "{at_home} signatures in signatures_by_constituency and {abroad} outside the United Kingdom in \
                 signatures_by_country are more than the {whole} in all"
            ),
        );
    }
    match &a.signatures_by_region {
        Some(regions) if !regions.is_empty() => {
            let in_regions: u64 = regions.iter().map(|region| u64::from(region.signature_count.0)).sum();
            if in_regions == at_home {
                return Ok(());
            }
            contradiction(
                "signatures_by_region",
                format!("{in_regions} signatures together are not the {at_home} in signatures_by_constituency"),
            )
        }
        _ => Ok(()),
    }
}

fn contradiction<T>(field: &str, reason: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::new(format!("data.attributes.{field}"), reason))
}
