//! What a constituency signs.

use jiff::Timestamp;

use super::{Db, areas::AreaId};
use crate::domain::{
    area::BoundarySet,
    petition::{PetitionId, PetitionState},
    places::Region,
    postcode::Postcode,
    text,
    usual::{Comparison, Signed},
};

/// A constituency as its page shows it.
#[derive(Clone, Debug)]
pub struct Constituency {
    /// Its number.
    pub area: AreaId,
    /// Nine-character code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// Its name in Welsh, where that is another.
    pub name_cy: Option<String>,
    /// Its region, where known.
    pub region: Option<Region>,
    /// Its member, where known.
    pub member: Option<String>,
    /// When that was published.
    pub member_as_at: Option<Timestamp>,
    /// People living there, where known.
    pub population: Option<i32>,
    /// Signatures of all petitions on the same boundaries, as last summed up.
    pub of_everything: i64,
}

/// A set of constituencies and the days between which it is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boundaries {
    /// Which set.
    pub set: BoundarySet,
    /// The first day.
    pub starts_on: jiff::civil::Date,
    /// The last day, if it is known.
    pub ends_on: Option<jiff::civil::Date>,
}

/// The sets of which a constituency is known, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn boundaries(db: &mut Db) -> sqlx::Result<Vec<Boundaries>> {
    let rows = sqlx::query!(
        "select year, starts_on, ends_on from boundary_sets b
         where exists (select from constituencies c where c.boundary_set = b.year) order by year desc"
    )
    .fetch_all(db)
    .await?;
    let sets = rows.into_iter().map(|row| Boundaries {
        set: BoundarySet(row.year),
        starts_on: row.starts_on.to_jiff(),
        ends_on: row.ends_on.map(Into::into),
    });
    Ok(sets.collect())
}

/// The constituencies of a set, by name.
///
/// # Errors
/// When the database fails.
pub async fn constituencies(db: &mut Db, set: BoundarySet) -> sqlx::Result<Vec<Constituency>> {
    let rows = sqlx::query!(
        r#"select a.id, a.code, a.name, a.name_cy, c.member_name, c.member_as_at, c.population,
               r.letter as "letter?", r.code as "region_code?", r.name as "region_name?",
               coalesce(k.signature_count, 0) as "of_everything!"
           from constituencies c
           join areas a on a.id = c.area_id
           left join areas r on r.id = c.region_id
           left join constituency_totals k on k.boundary_set = c.boundary_set and k.area_id = c.area_id
           where c.boundary_set = $1
           order by lower(a.name), a.code"#,
        set.0
    )
    .fetch_all(db)
    .await?;
    let constituencies = rows.into_iter().map(|row| Constituency {
        area: row.id,
        code: row.code,
        name_cy: row.name_cy.filter(|welsh| *welsh != row.name),
        slug: text::slug(&row.name),
        name: row.name,
        region: (|| Some(Region { letter: row.letter?, code: row.region_code?, name: row.region_name? }))(),
        member: row.member_name,
        member_as_at: row.member_as_at.map(Into::into),
        population: row.population,
        of_everything: row.of_everything,
    });
    Ok(constituencies.collect())
}

/// Where a postcode lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// In this constituency.
    In(AreaId),
    /// Nobody knows the constituency: in the Crown dependencies there is none.
    Nowhere,
    /// The directory does not have it.
    Unknown,
    /// There is no directory yet.
    NoDirectory,
}

/// Looks a postcode up.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &mut Db, postcode: &Postcode) -> sqlx::Result<Found> {
    let area = sqlx::query_scalar!("select area_id from postcodes where code = $1", postcode.as_str())
        .fetch_optional(&mut *db)
        .await?;
    Ok(match area {
        Some(Some(area)) => Found::In(area),
        Some(None) => Found::Nowhere,
        None if has_directory(db).await? => Found::Unknown,
        None => Found::NoDirectory,
    })
}

/// Whether postcodes can be looked up.
///
/// # Errors
/// When the database fails.
pub async fn has_directory(db: &mut Db) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from postcodes) as "there!""#).fetch_one(db).await
}

/// The published petitions that a constituency has signed; the open ones, or all. `of_everything` are all signatures from
/// there, `everything` those from all constituencies.
///
/// # Errors
/// When the database fails.
pub async fn signed(
    db: &mut Db,
    area: AreaId,
    set: BoundarySet,
    all: bool,
    (of_everything, everything): (i64, i64),
) -> sqlx::Result<Vec<Signed<PetitionId>>> {
    let rows = sqlx::query!(
        r#"select p.id, t.signature_count as here, o.signature_count as "total!", o.in_constituencies
           from tally_constituencies t
           join petitions p on p.id = t.petition_id
           join petition_totals o on o.petition_id = p.id
           where t.area_id = $1 and t.signature_count > 0 and p.boundary_set = $2
             and (p.state = 'open' or (p.state = 'closed' and $3))"#,
        area,
        set.0,
        all
    )
    .fetch_all(db)
    .await?;
    let signed = rows.into_iter().map(|row| Signed {
        petition: row.id.into(),
        here: row.here.into(),
        total: row.total.into(),
        times: Comparison { petition: row.in_constituencies.into(), everything }.times(row.here.into(), of_everything),
    });
    Ok(signed.collect())
}

/// What lists say of a petition.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number.
    pub id: PetitionId,
    /// What it asks for.
    pub action: String,
    /// Where it is in its life.
    pub state: PetitionState,
}

/// What lists say of those of these petitions that are published.
///
/// # Errors
/// When the database fails.
pub async fn listed(db: &mut Db, ids: &[PetitionId]) -> sqlx::Result<Vec<Listed>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    let rows = sqlx::query!(
        r#"select id, action, state as "state: PetitionState" from petitions
           where id = any($1) and state in ('open', 'closed')"#,
        &ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| Listed { id: row.id.into(), action: row.action, state: row.state }).collect())
}
