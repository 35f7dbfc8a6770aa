//! Where a petition's signatures come from.

use super::Db;
use crate::domain::{
    area::{BoundarySet, Hex, UNITED_KINGDOM},
    petition::PetitionId,
    places::{Constituency, Country, Places, Region},
};

/// The places of a petition; `None` if there is no such petition.
///
/// All constituencies of its boundary set are there, those without a signature too.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<Places>> {
    let Some(head) = sqlx::query!(
        "select t.signature_count, t.not_located, p.boundary_set
         from petition_totals t join petitions p on p.id = t.petition_id where p.id = $1",
        id.get()
    )
    .fetch_optional(&mut *db)
    .await?
    else {
        return Ok(None);
    };
    let constituencies = sqlx::query!(
        r#"select a.code, coalesce(i.published_name, a.name) as "name!", c.member_name, c.population, c.hex_column,
               c.hex_row, r.letter as "letter?", r.code as "region_code?", r.name as "region_name?",
               coalesce(t.signature_count, 0) as "count!"
           from constituencies c
           join areas a on a.id = c.area_id
           left join areas r on r.id = c.region_id
           left join tally_constituencies t on t.petition_id = $1 and t.area_id = c.area_id
           left join imported_places i on i.petition_id = $1 and i.area_id = c.area_id
           where c.boundary_set = $2
           order by a.code"#,
        id.get(),
        head.boundary_set
    )
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .map(|row| Constituency {
        code: row.code,
        name: row.name,
        member: row.member_name,
        region: region(row.letter, row.region_code, row.region_name),
        population: row.population,
        hex: row.hex_column.zip(row.hex_row).map(|(column, row)| Hex { column, row }),
        count: row.count.into(),
    })
    .collect();
    let other_countries = countries(db, id).await?.into_iter().filter(|c| c.code != UNITED_KINGDOM).collect();
    Ok(Some(Places {
        total: head.signature_count.into(),
        boundary_set: BoundarySet(head.boundary_set),
        constituencies,
        other_countries,
        not_located: head.not_located.into(),
    }))
}

/// Signatures by country as published, the United Kingdom among them, by name.
///
/// # Errors
/// When the database fails.
pub async fn countries(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Country>> {
    let rows = sqlx::query!(
        r#"select a.code, coalesce(i.published_name, a.name) as "name!", t.signature_count
           from tally_countries t
           join areas a on a.id = t.area_id
           left join imported_places i on i.petition_id = t.petition_id and i.area_id = t.area_id
           where t.petition_id = $1 order by 2"#,
        id.get()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Country { code: row.code, name: row.name, count: row.signature_count.into() })
        .collect())
}

fn region(letter: Option<String>, code: Option<String>, name: Option<String>) -> Option<Region> {
    Some(Region { letter: letter?, code: code?, name: name? })
}
