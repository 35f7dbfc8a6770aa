//! Where a petition's signatures come from.

use std::{collections::HashMap, sync::Arc};

use moka::future::Cache;

use super::{Db, areas::AreaId};
use crate::domain::{
    area::{BoundarySet, Hex, UNITED_KINGDOM},
    petition::PetitionId,
    places::{Constituency, Country, Places, Region, fold},
};

/// The constituencies of a boundary set, each with its number.
type Known = Arc<[(AreaId, Constituency)]>;

/// The constituencies of each boundary set, kept in memory until areas change: six hundred names, regions and populations
/// need not be read again for every petition.
pub struct Boundaries(Cache<(BoundarySet, i64), Known>);

impl Default for Boundaries {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(8).build())
    }
}

impl Boundaries {
    /// The constituencies of a set, by code, as areas are in this version; nothing is counted in them.
    async fn of(&self, db: &mut Db, set: BoundarySet, version: i64) -> sqlx::Result<Known> {
        if let Some(known) = self.0.get(&(set, version)).await {
            return Ok(known);
        }
        let known = constituencies(db, set).await?;
        self.0.insert((set, version), Arc::clone(&known)).await;
        Ok(known)
    }
}

async fn constituencies(db: &mut Db, set: BoundarySet) -> sqlx::Result<Known> {
    let rows = sqlx::query!(
        r#"select a.id, a.code, a.name, a.name_cy, c.member_name, c.population, c.hex_column, c.hex_row,
               r.letter as "letter?", r.code as "region_code?", r.name as "region_name?"
           from constituencies c
           join areas a on a.id = c.area_id
           left join areas r on r.id = c.region_id
           where c.boundary_set = $1
           order by a.code"#,
        set.0
    )
    .fetch_all(db)
    .await?;
    let known = rows.into_iter().map(|row| {
        let constituency = Constituency {
            code: row.code,
            present_name: row.name.clone(),
            name_cy: row.name_cy,
            name: row.name,
            member: row.member_name,
            region: region(row.letter, row.region_code, row.region_name),
            population: row.population,
            hex: row.hex_column.zip(row.hex_row).map(|(column, row)| Hex { column, row }),
            count: 0,
            of_everything: 0,
        };
        (row.id, constituency)
    });
    Ok(known.collect())
}

/// The places of a petition; `None` if there is no such petition.
///
/// All constituencies of its boundary set are there, those without a signature too. What was signed elsewhere in the United
/// Kingdom counts as not located, and countries too small to publish are one row.
///
/// In a transaction that reads one moment, or what is kept may be of another than its version says.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, id: PetitionId, boundaries: &Boundaries) -> sqlx::Result<Option<Places>> {
    let Some(head) = sqlx::query!(
        r#"select t.signature_count as "signature_count!", p.boundary_set, p.source_url is not null as "imported!",
               v.version
           from petition_totals t join petitions p on p.id = t.petition_id cross join areas_version v
           where p.id = $1"#,
        id.get()
    )
    .fetch_optional(&mut *db)
    .await?
    else {
        return Ok(None);
    };
    let boundary_set = BoundarySet(head.boundary_set);
    let known = boundaries.of(db, boundary_set, head.version).await?;
    let counts = sqlx::query!(
        r#"select area_id as "area_id!", signature_count::bigint as "count!", false as "of_everything!"
           from tally_constituencies where petition_id = $1
           union all
           select area_id, signature_count, true from constituency_totals where boundary_set = $2"#,
        id.get(),
        boundary_set.0
    )
    .fetch_all(&mut *db)
    .await?;
    let (mut here, mut everywhere) = (HashMap::new(), HashMap::new());
    for row in counts {
        let counts = if row.of_everything { &mut everywhere } else { &mut here };
        counts.insert(row.area_id, row.count);
    }
    let published = if head.imported { published_names(db, id).await? } else { HashMap::new() };
    let constituencies = known.iter().map(|(area, constituency)| {
        let mut constituency = constituency.clone();
        if let Some(name) = published.get(area) {
            constituency.name.clone_from(name);
        }
        // Only where it is another.
        constituency.name_cy = constituency.name_cy.take().filter(|welsh| *welsh != constituency.name);
        constituency.count = here.get(area).copied().unwrap_or(0);
        constituency.of_everything = everywhere.get(area).copied().unwrap_or(0);
        constituency
    });
    let constituencies = constituencies.collect();
    let other_countries = countries(db, id).await?.into_iter().filter(|c| c.code != UNITED_KINGDOM).collect();
    let mut places =
        Places { total: head.signature_count.into(), boundary_set, constituencies, other_countries, not_located: 0 };
    places.not_located = places.total - places.in_constituencies() - places.in_other_countries();
    Ok(Some(places))
}

/// The names of the places of an imported petition, as its publisher used them.
async fn published_names(db: &mut Db, id: PetitionId) -> sqlx::Result<HashMap<AreaId, String>> {
    let rows = sqlx::query!("select area_id, published_name from imported_places where petition_id = $1", id.get())
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.area_id, row.published_name)).collect())
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
