//! Reading files of areas: constituencies (CSV), their places on a hexagon map (HexJSON), countries (CSV).

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::{
    area::{ConstituencyRecord, CountryRecord, Hex, Nation, is_constituency_code},
    hexjson, moment,
    refused::Refused,
    table::{Row, Table},
};

/// What a file of areas holds.
#[derive(Clone, Debug, PartialEq)]
pub enum AreaFile {
    /// Constituencies.
    Constituencies(Vec<ConstituencyRecord>),
    /// Places of constituencies on a hexagon map, by code.
    Hexes(Vec<(String, Hex)>),
    /// Countries and territories.
    Countries(Vec<CountryRecord>),
}

/// Reads a file of areas, whichever it is; its content tells.
///
/// # Errors
/// When it is none of the three, or as [`constituencies`], [`hexes`] and [`countries`].
pub fn parse(text: &str) -> Result<AreaFile, Refused> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return hexes(text).map(AreaFile::Hexes);
    }
    let table = Table::read(text)?;
    if table.column(&["gss_code", "population"]).is_some() {
        constituencies_of(&table).map(AreaFile::Constituencies)
    } else if table.column(&["start_date", "starts_on"]).is_some() {
        countries_of(&table).map(AreaFile::Countries)
    } else {
        Err(Refused::in_line(
            1,
            "this is no file of areas: it is not HexJSON, and the header has neither the columns of constituencies \
             (gss_code or code, name, population) nor those of countries (code, name, start_date or starts_on)",
        ))
    }
}

/// Reads constituencies from CSV.
///
/// Columns: `gss_code` or `code`, `name`; and where they are known `name_cy`, `nation`, the region (as a code of
/// nine characters in `region_code`, as two letters in `region_letters`, or as either or its name in `region`),
/// `population`, and the place on the hexagon map, either as HexJSON's odd-r layout has it in `hex_q` and `hex_r`
/// (rows count to the north) or as [`Hex`] has it in `column` and `row`.
///
/// # Errors
/// When a column is missing, a value is wrong, a nation or region contradicts the code, or a code or
/// hexagon is there twice.
pub fn constituencies(text: &str) -> Result<Vec<ConstituencyRecord>, Refused> {
    constituencies_of(&Table::read(text)?)
}

/// Reads the places of constituencies from HexJSON with the layout odd-r or even-r, in the order of the file.
/// The outermost hexagons touch column 0 and row 0.
///
/// # Errors
/// When the file is not HexJSON, its hexagons have flat tops (odd-q, even-q), a code is not that of a constituency,
/// or a code or hexagon is there twice.
pub fn hexes(text: &str) -> Result<Vec<(String, Hex)>, Refused> {
    let hexes = hexjson::read(text)?;
    let mut seen = HashMap::new();
    for (code, hex) in &hexes {
        let refused = |reason| Refused::new(format!("hexes.{code}"), reason);
        if !is_constituency_code(code) {
            return Err(refused(format!("“{code}” is not the code of a constituency")));
        }
        if let Some(other) = seen.insert(*hex, code) {
            return Err(refused(format!("it has the same hexagon as {other}")));
        }
    }
    Ok(hexes)
}

/// Reads countries and territories from CSV.
///
/// Columns: `code`, `name`; `start_date` or `starts_on` and `end_date` or `ends_on`, where they are known.
///
/// # Errors
/// When a column is missing, a value is wrong, or a code is there twice.
pub fn countries(text: &str) -> Result<Vec<CountryRecord>, Refused> {
    countries_of(&Table::read(text)?)
}

/// The regions: code, the two letters that older tables have, name.
const REGIONS: [(&str, &str, &str); 12] = [
    ("E12000001", "NE", "North East"),
    ("E12000002", "NW", "North West"),
    ("E12000003", "YH", "Yorkshire and The Humber"),
    ("E12000004", "EM", "East Midlands"),
    ("E12000005", "WM", "West Midlands"),
    ("E12000006", "EA", "East of England"),
    ("E12000007", "LO", "London"),
    ("E12000008", "SE", "South East"),
    ("E12000009", "SW", "South West"),
    ("W92000004", "WA", "Wales"),
    ("S92000003", "SC", "Scotland"),
    ("N92000002", "NI", "Northern Ireland"),
];

fn constituencies_of(table: &Table) -> Result<Vec<ConstituencyRecord>, Refused> {
    let code = table.required(&["gss_code", "code"])?;
    let name = table.required(&["name"])?;
    let name_cy = table.column(&["name_cy"]);
    let nation = table.column(&["nation"]);
    let region = table.column(&["region_code", "region_letters", "region"]);
    let population = table.column(&["population"]);
    let mut seen = HashSet::new();
    let mut records = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let code = row.cell(code);
        if !is_constituency_code(code) {
            return Err(row.refused(format!("“{code}” is not the code of a constituency")));
        }
        if !seen.insert(code) {
            return Err(row.refused(format!("{code} is there twice")));
        }
        let nation_of_code = Nation::of_constituency(code).map(Nation::name);
        if let Some(nation) = row.filled(nation)
            && Some(nation) != nation_of_code
        {
            return Err(row.refused(format!("{code} does not lie in “{nation}”")));
        }
        records.push(ConstituencyRecord {
            code: code.to_owned(),
            name: named(row, name)?,
            name_cy: row.filled(name_cy).map(str::to_owned),
            region: row.filled(region).map(|region| region_code(row, code, region)).transpose()?,
            population: row.filled(population).map(|people| positive(row, people)).transpose()?,
            hex: None,
        });
    }
    for (record, hex) in records.iter_mut().zip(places(table)?) {
        record.hex = hex;
    }
    Ok(records)
}

fn region_code(row: &Row, code: &str, region: &str) -> Result<String, Refused> {
    let known = REGIONS.iter().find(|(gss, letters, name)| [*gss, *letters, *name].contains(&region));
    match known {
        Some((gss, ..)) if gss.as_bytes()[0] == code.as_bytes()[0] => Ok((*gss).to_owned()),
        Some((.., name)) => Err(row.refused(format!("{code} does not lie in {name}"))),
        None => Err(row.refused(format!("“{region}” is not a region"))),
    }
}

fn positive(row: &Row, people: &str) -> Result<i32, Refused> {
    match people.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(row.refused(format!("population “{people}” is not a whole number above zero"))),
    }
}

fn named(row: &Row, column: usize) -> Result<String, Refused> {
    row.filled(Some(column)).map(str::to_owned).ok_or_else(|| row.refused("the name is empty"))
}

/// The place of each row on the hexagon map.
fn places(table: &Table) -> Result<Vec<Option<Hex>>, Refused> {
    let published = (table.column(&["hex_q"]), table.column(&["hex_r"]));
    let ours = (table.column(&["column"]), table.column(&["row"]));
    let cells = table
        .rows
        .iter()
        .map(|row| match if published.0.is_some() { published } else { ours } {
            (Some(across), Some(up_or_down)) => cell(row, across, up_or_down),
            _ => Ok(None),
        })
        .collect::<Result<Vec<_>, _>>()?;

    let hexes = if published.0.is_some() {
        let taken: Vec<_> = cells.iter().flatten().copied().collect();
        let mut hexes = hexjson::laid_out(&taken, hexjson::Layout::OddR).into_iter();
        cells.iter().map(|cell| cell.and_then(|_| hexes.next())).collect()
    } else {
        let hex = |row: &Row, (column, line): hexjson::Cell| {
            if column < 0 || line < 0 {
                return Err(row.refused("columns and rows count from 0"));
            }
            Ok(Hex { column, row: line })
        };
        let rows = table.rows.iter().zip(&cells);
        rows.map(|(row, cell)| cell.map(|cell| hex(row, cell)).transpose()).collect::<Result<Vec<_>, _>>()?
    };

    let mut seen = HashMap::new();
    for (row, hex) in table.rows.iter().zip(&hexes) {
        if let Some(hex) = hex
            && let Some(line) = seen.insert(*hex, row.line)
        {
            return Err(row.refused(format!("it has the same hexagon as line {line}")));
        }
    }
    Ok(hexes)
}

fn cell(row: &Row, across: usize, up_or_down: usize) -> Result<Option<hexjson::Cell>, Refused> {
    let number = |text: &str| match text.parse() {
        Ok(number) if hexjson::RANGE.contains(&number) => Ok(number),
        _ => Err(row.refused(format!("“{text}” is not a column or row of a hexagon map"))),
    };
    match (row.filled(Some(across)), row.filled(Some(up_or_down))) {
        (Some(across), Some(up_or_down)) => Ok(Some((number(across)?, number(up_or_down)?))),
        (None, None) => Ok(None),
        _ => Err(row.refused("the place on the hexagon map is only half there")),
    }
}

fn countries_of(table: &Table) -> Result<Vec<CountryRecord>, Refused> {
    let code = table.required(&["code"])?;
    let name = table.required(&["name"])?;
    let starts_on = table.column(&["start_date", "starts_on"]);
    let ends_on = table.column(&["end_date", "ends_on"]);
    let mut seen = HashSet::new();
    let mut records = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let code = row.cell(code);
        if !matches!(code.len(), 2 | 3) || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(row.refused(format!("“{code}” is not the code of a country")));
        }
        if !seen.insert(code) {
            return Err(row.refused(format!("{code} is there twice")));
        }
        let [starts_on, ends_on] = [day(row, starts_on)?, day(row, ends_on)?];
        if let (Some(first), Some(last)) = (starts_on, ends_on)
            && last < first
        {
            return Err(row.refused(format!("the last day {last} is before the first {first}")));
        }
        records.push(CountryRecord { code: code.to_owned(), name: named(row, name)?, starts_on, ends_on });
    }
    Ok(records)
}

fn day(row: &Row, column: Option<usize>) -> Result<Option<Date>, Refused> {
    row.filled(column).map(|text| moment::day(text).map_err(|reason| row.refused(reason))).transpose()
}
