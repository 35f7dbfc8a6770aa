//! Where people sign from: constituencies, regions and countries, and which set of boundaries is meant.

/// What an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "area_kind", rename_all = "snake_case")]
pub enum AreaKind {
    /// Elects a member of Parliament.
    Constituency,
    /// One of the nine regions of England, or Scotland, Wales, Northern Ireland.
    Region,
    /// A country or territory.
    Country,
}

/// The code of the United Kingdom, whose signatures are counted by constituency.
pub const UNITED_KINGDOM: &str = "GB";

/// One of the four nations of the United Kingdom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nation {
    /// England.
    England,
    /// Wales.
    Wales,
    /// Scotland.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
}

impl Nation {
    /// The nation in which the constituency with this code lies; the first letter tells.
    pub fn of_constituency(code: &str) -> Option<Self> {
        match code.as_bytes().first()? {
            b'E' => Some(Self::England),
            b'W' => Some(Self::Wales),
            b'S' => Some(Self::Scotland),
            b'N' => Some(Self::NorthernIreland),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::England => "England",
            Self::Wales => "Wales",
            Self::Scotland => "Scotland",
            Self::NorthernIreland => "Northern Ireland",
        }
    }
}

/// The year in which a set of constituencies was first used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BoundarySet(pub i16);

impl BoundarySet {
    /// The constituencies of the general elections from 2010 to 2019.
    pub const OF_2010: Self = Self(2010);
    /// The constituencies since the general election of 2024.
    pub const OF_2024: Self = Self(2024);

    /// Which set the constituencies with these codes belong to, `None` if none of them tells.
    ///
    /// The Office for National Statistics gave a new code to every constituency whose boundaries changed in 2024:
    /// in England from E14001063 on, in Wales from W07000081 on, in Northern Ireland N05…, in Scotland from S14000060 on.
    pub fn of_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let (mut old, mut new) = (0, 0);
        for code in codes {
            match code {
                // Unchanged in 2024: in both sets.
                "S14000021" | "S14000027" | "S14000045" | "S14000048" | "S14000051" => {}
                code if code.starts_with("N05") => new += 1,
                code if code.starts_with("N06") => old += 1,
                code if code.starts_with('E') && code >= "E14001063" => new += 1,
                code if code.starts_with('W') && code >= "W07000081" => new += 1,
                code if code.starts_with('S') && code >= "S14000060" => new += 1,
                _ => old += 1,
            }
        }
        match (old, new) {
            (0, 0) => None,
            (old, new) if new > old => Some(Self::OF_2024),
            _ => Some(Self::OF_2010),
        }
    }
}

/// Whether a text has the shape of a constituency's code: a letter of a nation and eight digits.
pub fn is_constituency_code(code: &str) -> bool {
    code.len() == 9
        && matches!(code.as_bytes()[0], b'E' | b'W' | b'S' | b'N')
        && code[1..].bytes().all(|b| b.is_ascii_digit())
}

/// The two-letter code of a country that older published data lists by name only.
///
/// The names are those in use in September 2015. A name that is not here is looked up as it stands.
pub fn country_code_of_2015(name: &str) -> Option<&'static str> {
    Some(match name {
        "Anguilla (British Overseas Territory)" => "AI",
        "Ascension Island (British Overseas Territory)" => "AC",
        "Bahamas" => "BS",
        "Bermuda (British Overseas Territory)" => "BM",
        "British Virgin Islands (British Overseas Territory)" => "VG",
        "Burma" => "MM",
        "Cayman Islands (British Overseas Territory)" => "KY",
        "Czech Republic" => "CZ",
        "East Timor (Timor-Leste)" => "TL",
        "Falkland Islands (British Overseas Territory)" => "FK",
        "Israel and the Occupied Palestinian Territories" => "IL",
        "Ivory Coast (Cote dIvoire)" => "CI",
        "Macedonia" => "MK",
        "Montserrat (British Overseas Territory)" => "MS",
        "Pitcairn" => "PN",
        "Russian Federation" => "RU",
        "South Georgia & South Sandwich Islands" => "GS",
        "St Helena" => "SH",
        "Swaziland" => "SZ",
        "São Tomé and Principe" => "ST",
        "Tristan da Cunha" => "TA",
        "Turks & Caicos Islands (British Overseas Territory)" => "TC",
        "Wallis & Futuna" => "WF",
        _ => return None,
    })
}

/// A constituency as the table of areas has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstituencyRecord {
    /// Nine-character code.
    pub code: String,
    /// English name.
    pub name: String,
    /// Welsh name, where there is one.
    pub name_cy: Option<String>,
    /// Nine-character code of its region.
    pub region: Option<String>,
    /// People living there.
    pub population: Option<i32>,
    /// Place on the hexagon map.
    pub hex: Option<Hex>,
}

/// A place on a grid of hexagons with their points up: odd rows are moved right by half a hexagon,
/// columns count from the west, rows from the north.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hex {
    /// Column, from 0 in the west.
    pub column: i16,
    /// Row, from 0 in the north.
    pub row: i16,
}

/// A country or territory as the table of areas has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountryRecord {
    /// Two or three letters.
    pub code: String,
    /// English name.
    pub name: String,
    /// First day, where it is younger than the table.
    pub starts_on: Option<jiff::civil::Date>,
    /// Last day, where it is no more.
    pub ends_on: Option<jiff::civil::Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_the_boundaries() {
        assert_eq!(BoundarySet::of_codes(["E14001063", "S14000021"]), Some(BoundarySet::OF_2024));
        assert_eq!(BoundarySet::of_codes(["E14001062", "N06000001"]), Some(BoundarySet::OF_2010));
        assert_eq!(BoundarySet::of_codes(["S14000021"]), None);
    }
}
