//! Constituencies, regions and countries.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::Db;
use crate::domain::{
    area::{AreaKind, BoundarySet, ConstituencyRecord, CountryRecord, Hex, UNITED_KINGDOM, country_code_of_2015},
    record::{ConstituencyCount, CountryCount},
    text,
};

/// An area's number in this database.
pub type AreaId = i32;

/// How many constituencies a boundary set has.
///
/// # Errors
/// When the database fails.
pub async fn constituencies_known(db: &mut Db, set: BoundarySet) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from constituencies where boundary_set = $1"#, set.0)
        .fetch_one(db)
        .await
}

/// Adds constituencies or brings them up to date; what a record leaves open stays as it is. Says how many changed.
///
/// # Errors
/// When the database fails, or two constituencies share a place on the map.
pub async fn put_constituencies(db: &mut Db, set: BoundarySet, records: &[ConstituencyRecord]) -> sqlx::Result<u64> {
    let codes: Vec<String> = records.iter().map(|r| r.code.clone()).collect();
    let names: Vec<String> = records.iter().map(|r| r.name.clone()).collect();
    let welsh: Vec<Option<String>> = records.iter().map(|r| r.name_cy.clone()).collect();
    let regions: Vec<Option<String>> = records.iter().map(|r| r.region.clone()).collect();
    let people: Vec<Option<i32>> = records.iter().map(|r| r.population).collect();
    let columns: Vec<Option<i16>> = records.iter().map(|r| r.hex.map(|hex| hex.column)).collect();
    let rows: Vec<Option<i16>> = records.iter().map(|r| r.hex.map(|hex| hex.row)).collect();
    let named = sqlx::query!(
        "insert into areas as a (kind, code, name, name_cy)
         select 'constituency', code, name, name_cy from unnest($1::text[], $2::text[], $3::text[]) as r (code, name, name_cy)
         on conflict (kind, code) do update set name = excluded.name, name_cy = coalesce(excluded.name_cy, a.name_cy)
         where a.name <> excluded.name or (excluded.name_cy is not null and a.name_cy is distinct from excluded.name_cy)",
        &codes,
        &names,
        &welsh as _
    )
    .execute(&mut *db)
    .await?;
    let placed = sqlx::query!(
        "insert into constituencies as c (boundary_set, area_id, region_id, population, hex_column, hex_row)
         select $1, a.id, g.id, r.population, r.hex_column, r.hex_row
         from unnest($2::text[], $3::text[], $4::int[], $5::smallint[], $6::smallint[])
             as r (code, region, population, hex_column, hex_row)
         join areas a on a.kind = 'constituency' and a.code = r.code
         left join areas g on g.kind = 'region' and g.code = r.region
         on conflict (boundary_set, area_id) do update set
             region_id = coalesce(excluded.region_id, c.region_id),
             population = coalesce(excluded.population, c.population),
             hex_column = coalesce(excluded.hex_column, c.hex_column),
             hex_row = coalesce(excluded.hex_row, c.hex_row)
         where (coalesce(excluded.region_id, c.region_id), coalesce(excluded.population, c.population),
                coalesce(excluded.hex_column, c.hex_column), coalesce(excluded.hex_row, c.hex_row))
             is distinct from (c.region_id, c.population, c.hex_column, c.hex_row)",
        set.0,
        &codes,
        &regions as _,
        &people as _,
        &columns as _,
        &rows as _
    )
    .execute(db)
    .await?;
    Ok(named.rows_affected().max(placed.rows_affected()))
}

/// Puts constituencies that are known already at their places on a map; says how many changed, and which codes
/// are not known.
///
/// # Errors
/// When the database fails, or two constituencies share a place on the map.
pub async fn put_hexes(db: &mut Db, set: BoundarySet, hexes: &[(String, Hex)]) -> sqlx::Result<(u64, Vec<String>)> {
    let codes: Vec<String> = hexes.iter().map(|(code, _)| code.clone()).collect();
    let columns: Vec<i16> = hexes.iter().map(|(_, hex)| hex.column).collect();
    let rows: Vec<i16> = hexes.iter().map(|(_, hex)| hex.row).collect();
    let changed = sqlx::query!(
        "update constituencies c set hex_column = r.hex_column, hex_row = r.hex_row
         from unnest($2::text[], $3::smallint[], $4::smallint[]) as r (code, hex_column, hex_row)
         join areas a on a.kind = 'constituency' and a.code = r.code
         where c.boundary_set = $1 and c.area_id = a.id
           and (c.hex_column, c.hex_row) is distinct from (r.hex_column, r.hex_row)",
        set.0,
        &codes,
        &columns,
        &rows
    )
    .execute(&mut *db)
    .await?;
    let unknown = sqlx::query_scalar!(
        r#"select r.code as "code!" from unnest($2::text[]) as r (code)
           where not exists (select from constituencies c join areas a on a.id = c.area_id
                             where c.boundary_set = $1 and a.code = r.code)"#,
        set.0,
        &codes
    )
    .fetch_all(db)
    .await?;
    Ok((changed.rows_affected(), unknown))
}

/// Adds countries or brings them up to date; says how many changed.
///
/// # Errors
/// When the database fails.
pub async fn put_countries(db: &mut Db, records: &[CountryRecord]) -> sqlx::Result<u64> {
    let codes: Vec<String> = records.iter().map(|r| r.code.clone()).collect();
    let names: Vec<String> = records.iter().map(|r| r.name.clone()).collect();
    let starts: Vec<Option<jiff_sqlx::Date>> = records.iter().map(|r| r.starts_on.map(|d| d.to_sqlx())).collect();
    let ends: Vec<Option<jiff_sqlx::Date>> = records.iter().map(|r| r.ends_on.map(|d| d.to_sqlx())).collect();
    let changed = sqlx::query!(
        "insert into areas as a (kind, code, name, starts_on, ends_on)
         select 'country', code, name, starts_on, ends_on
         from unnest($1::text[], $2::text[], $3::date[], $4::date[]) as r (code, name, starts_on, ends_on)
         on conflict (kind, code) do update
         set name = excluded.name, starts_on = excluded.starts_on, ends_on = excluded.ends_on
         where (a.name, a.starts_on, a.ends_on) is distinct from (excluded.name, excluded.starts_on, excluded.ends_on)",
        &codes,
        &names,
        &starts as _,
        &ends as _
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected())
}

/// The numbers of these constituencies, by code. Unknown ones are added under the name with which they were published,
/// members are remembered as of `as_at` unless something newer is known.
///
/// # Errors
/// When the database fails.
pub async fn constituencies(
    db: &mut Db,
    set: BoundarySet,
    counts: &[ConstituencyCount],
    as_at: Timestamp,
) -> sqlx::Result<HashMap<String, AreaId>> {
    let codes: Vec<String> = counts.iter().map(|c| c.code.clone()).collect();
    let names: Vec<String> = counts.iter().map(|c| c.name.clone()).collect();
    let members: Vec<Option<String>> = counts.iter().map(|c| c.member.clone()).collect();
    sqlx::query!(
        "insert into areas (kind, code, name)
         select 'constituency', code, name from unnest($1::text[], $2::text[]) as r (code, name)
         on conflict (kind, code) do nothing",
        &codes,
        &names
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into constituencies as c (boundary_set, area_id, member_name, member_as_at)
         select $1, a.id, r.member, $4
         from unnest($2::text[], $3::text[]) as r (code, member)
         join areas a on a.kind = 'constituency' and a.code = r.code
         on conflict (boundary_set, area_id) do update
         set member_name = excluded.member_name, member_as_at = excluded.member_as_at
         where (c.member_as_at is null or c.member_as_at <= excluded.member_as_at) and excluded.member_name is not null
           and (c.member_name, c.member_as_at) is distinct from (excluded.member_name, excluded.member_as_at)",
        set.0,
        &codes,
        &members as _,
        super::sql(as_at)
    )
    .execute(&mut *db)
    .await?;
    by_code(db, AreaKind::Constituency, &codes).await
}

/// The numbers of these countries, in their order. Unknown ones are added under the name with which they were
/// published.
///
/// # Errors
/// When the database fails.
pub async fn countries(db: &mut Db, counts: &[CountryCount]) -> sqlx::Result<Vec<AreaId>> {
    let names: Vec<String> = counts.iter().filter(|c| c.code.is_none()).map(|c| c.name.clone()).collect();
    let known: HashMap<String, String> =
        sqlx::query!("select name, code from areas where kind = 'country' and name = any($1)", &names)
            .fetch_all(&mut *db)
            .await?
            .into_iter()
            .map(|row| (row.name, row.code))
            .collect();
    let certain = |count: &CountryCount| count.code.clone().or_else(|| known.get(&count.name).cloned());
    let mut taken: HashSet<String> = counts.iter().filter_map(certain).collect();
    let codes: Vec<String> = counts
        .iter()
        .map(|count| {
            certain(count).unwrap_or_else(|| {
                let older = country_code_of_2015(&count.name).map(str::to_owned);
                // A name without a code, such as "Aruba/Dutch Caribbean", is an area of its own; so is an older name
                // of a country that the same file lists under its present one.
                older.filter(|code| taken.insert(code.clone())).unwrap_or_else(|| text::slug(&count.name))
            })
        })
        .collect();
    let names: Vec<String> = counts.iter().map(|c| c.name.clone()).collect();
    sqlx::query!(
        "insert into areas (kind, code, name)
         select 'country', code, name from unnest($1::text[], $2::text[]) as r (code, name)
         on conflict (kind, code) do nothing",
        &codes,
        &names
    )
    .execute(&mut *db)
    .await?;
    let ids = by_code(db, AreaKind::Country, &codes).await?;
    codes.iter().map(|code| ids.get(code).copied().ok_or(sqlx::Error::RowNotFound)).collect()
}

async fn by_code(db: &mut Db, kind: AreaKind, codes: &[String]) -> sqlx::Result<HashMap<String, AreaId>> {
    let rows = sqlx::query!("select code, id from areas where kind = $1 and code = any($2)", kind as _, codes)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.id)).collect())
}

/// A set of constituencies and the days between which it is in force.
#[derive(Clone, Debug)]
pub struct BoundarySetRow {
    /// The first day.
    pub starts_on: jiff::civil::Date,
    /// The last day, if it is known.
    pub ends_on: Option<jiff::civil::Date>,
    /// Its constituencies, by code.
    pub constituencies: Vec<NamedConstituency>,
}

/// A constituency and its member.
#[derive(Clone, Debug)]
pub struct NamedConstituency {
    /// Nine-character code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its member, where known.
    pub member: Option<String>,
}

/// A set of constituencies.
///
/// # Errors
/// When the database fails or has no such set.
pub async fn boundary_set(db: &mut Db, set: BoundarySet) -> sqlx::Result<BoundarySetRow> {
    let head =
        sqlx::query!("select starts_on, ends_on from boundary_sets where year = $1", set.0).fetch_one(&mut *db).await?;
    let constituencies = sqlx::query_as!(
        NamedConstituency,
        "select a.code, a.name, c.member_name as member
         from constituencies c join areas a on a.id = c.area_id where c.boundary_set = $1 order by a.code",
        set.0
    )
    .fetch_all(db)
    .await?;
    Ok(BoundarySetRow { starts_on: head.starts_on.to_jiff(), ends_on: head.ends_on.map(Into::into), constituencies })
}

/// A country in which somebody may live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country {
    /// Its number.
    pub id: AreaId,
    /// Two or three letters.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// The countries that exist today: the United Kingdom, then the others by name. Names of imported petitions that have no
/// code of their own are left out.
///
/// # Errors
/// When the database fails.
pub async fn countries_of_today(db: &mut Db, today: jiff::civil::Date) -> sqlx::Result<Vec<Country>> {
    sqlx::query_as!(
        Country,
        "select id, code, name from areas
         where kind = 'country' and code ~ '^[A-Z]{2,3}$' and coalesce(starts_on <= $1, true) and coalesce(ends_on >= $1, true)
         order by code <> $2, lower(name)",
        today.to_sqlx() as _,
        UNITED_KINGDOM
    )
    .fetch_all(db)
    .await
}

/// Checks what is otherwise checked at the end of the transaction: that no two constituencies stand on one hexagon.
///
/// # Errors
/// When two do, and when the database fails.
pub async fn check_places(db: &mut Db) -> sqlx::Result<()> {
    sqlx::query!("set constraints all immediate").execute(db).await?;
    Ok(())
}
