//! Where a petition's signatures come from.

use super::Db;
use crate::domain::{
    area::{BoundarySet, Hex, UNITED_KINGDOM},
    petition::PetitionId,
    places::{Constituency, Country, Places, Region, fold},
};

/// The places of a petition; `None` if there is no such petition.
///
/// All constituencies of its boundary set are there, those without a signature too. What was signed elsewhere in the United
/// Kingdom counts as not located, and countries too small to publish are one row.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: PetitionId) -> sqlx::Result<Option<Places>> {
    let Some(head) = sqlx::query!(
        r#"select t.signature_count as "signature_count!", p.boundary_set
         from petition_totals t join petitions p on p.id = t.petition_id where p.id = $1"#,
        id.get()
    )
    .fetch_optional(&mut *db)
    .await?
    else {
        return Ok(None);
    };
    let constituencies = sqlx::query!(
        r#"select a.code, coalesce(i.published_name, a.name) as "name!", a.name as present_name, a.name_cy,
               c.member_name, c.population, c.hex_column,
               c.hex_row, r.letter as "letter?", r.code as "region_code?", r.name as "region_name?",
               coalesce(t.signature_count, 0) as "count!", coalesce(k.signature_count, 0) as "of_everything!"
           from constituencies c
           join areas a on a.id = c.area_id
           left join areas r on r.id = c.region_id
           left join tally_constituencies t on t.petition_id = $1 and t.area_id = c.area_id
           left join imported_places i on i.petition_id = $1 and i.area_id = c.area_id
           left join constituency_totals k on k.boundary_set = c.boundary_set and k.area_id = c.area_id
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
        name_cy: row.name_cy.filter(|welsh| *welsh != row.name),
        name: row.name,
        present_name: row.present_name,
        member: row.member_name,
        region: region(row.letter, row.region_code, row.region_name),
        population: row.population,
        hex: row.hex_column.zip(row.hex_row).map(|(column, row)| Hex { column, row }),
        count: row.count.into(),
        of_everything: row.of_everything,
    })
    .collect();
    let other_countries = countries(db, id).await?.into_iter().filter(|c| c.code != UNITED_KINGDOM).collect();
    let mut places = Places {
        total: head.signature_count.into(),
        boundary_set: BoundarySet(head.boundary_set),
        constituencies,
        other_countries,
        not_located: 0,
    };
    places.not_located = places.total - places.in_constituencies() - places.in_other_countries();
    Ok(Some(places))
}

/// Signatures by country as published, the United Kingdom among them, by name; those too small to publish are one row, the
/// last. What another service has published stays as it is there.
///
/// # Errors
/// When the database fails.
pub async fn countries(db: &mut Db, id: PetitionId) -> sqlx::Result<Vec<Country>> {
    let rows = sqlx::query!(
        r#"select a.code, coalesce(i.published_name, a.name) as "name!", t.signature_count,
               case when p.source_url is null then s.fold_countries_under else 1 end as "under!"
           from tally_countries t
           join petitions p on p.id = t.petition_id
           join areas a on a.id = t.area_id
           cross join site s
           left join imported_places i on i.petition_id = t.petition_id and i.area_id = t.area_id
           where t.petition_id = $1 order by 2"#,
        id.get()
    )
    .fetch_all(db)
    .await?;
    let Some(under) = rows.first().map(|row| row.under) else { return Ok(Vec::new()) };
    let countries =
        rows.into_iter().map(|row| Country { code: row.code, name: row.name, count: row.signature_count.into() });
    Ok(fold(countries.collect(), under.into()))
}

/// Sums up what all published petitions have from each constituency; says how many sums have changed.
///
/// # Errors
/// When the database fails.
pub async fn sum_up(db: &mut Db) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with counted as (
             select c.boundary_set, c.area_id, sum(t.signature_count) as signature_count
             from tally_constituencies t
             join petitions p on p.id = t.petition_id and p.state in ('open', 'closed')
             join constituencies c on c.boundary_set = p.boundary_set and c.area_id = t.area_id
             group by 1, 2
             having sum(t.signature_count) > 0
         ), gone as (
             delete from constituency_totals k
             where not exists (select from counted c where (c.boundary_set, c.area_id) = (k.boundary_set, k.area_id))
         )
         insert into constituency_totals as k (boundary_set, area_id, signature_count)
         select boundary_set, area_id, signature_count from counted
         on conflict (boundary_set, area_id) do update set signature_count = excluded.signature_count
         where k.signature_count <> excluded.signature_count"
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

fn region(letter: Option<String>, code: Option<String>, name: Option<String>) -> Option<Region> {
    Some(Region { letter: letter?, code: code?, name: name? })
}
