//! Reading the postcode directories of the Office for National Statistics (ONSPD, NSPL) and tables like them, row after
//! row: they have millions.

use std::{
    collections::{HashMap, HashSet},
    io::Read,
};

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, Trim};

use super::{area::is_constituency_code, refused::Refused};

/// The code of a postcode, in capitals and without space. Packed, as millions are held at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code([u8; Code::LONGEST]);

/// Everything that was read, from one file or several.
#[derive(Default)]
pub struct Directory {
    /// The postcodes: in the order of the files, or sorted by [`Directory::sort`].
    pub entries: Vec<Entry>,
    /// The codes of the constituencies to which entries refer.
    pub constituencies: Vec<String>,
    numbers: HashMap<String, u16>,
}

/// What a file held.
#[derive(Debug)]
pub struct Held {
    /// How many postcodes.
    pub postcodes: usize,
    /// How many rows without one, which were passed over.
    pub passed_over: usize,
    /// The first of them.
    pub first: Option<Refused>,
}

/// One postcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its code.
    pub code: Code,
    /// Whether it is no longer in use.
    pub terminated: bool,
    /// Its constituency, by its place in [`Directory::constituencies`].
    pub constituency: Option<u16>,
}

/// Columns with the postcode, the best first: all have the same postcodes and differ in their spaces.
const CODE: [&str; 6] = ["pcds", "pcd2", "pcd", "pcd7", "pcd8", "postcode"];
/// The column with the month in which a postcode went out of use.
const TERMINATED: &str = "doterm";
/// What stands in the place of a constituency in the Channel Islands and on the Isle of Man, besides codes that end
/// in [`PLACEHOLDER`].
const NO_CONSTITUENCY: [&str; 2] = ["L93000001", "M83000003"];
/// One row in so many may be without a postcode; with more the file is something else.
const ODD: usize = 20;
/// The end of all codes that stand for "none" or "not known".
const PLACEHOLDER: &str = "99999999";

impl Directory {
    /// Adds what a file holds.
    ///
    /// The postcode stands in the first of the columns `pcds`, `pcd2`, `pcd`, `pcd7`, `pcd8`, `postcode`; the constituency
    /// in `pcon`, or in `pcon` with a year, such as `pcon24`, `pcon24cd` or `pcon24_gss`, the newest of them; postcodes with
    /// something in `doterm` are no longer in use. Case does not matter, other columns do not either.
    ///
    /// A few rows with other codes in the place of the postcode, as there are in tables made from the directory, are
    /// passed over.
    ///
    /// # Errors
    /// When a column is missing, every row is, many have no postcode, or one has a constituency that cannot be.
    pub fn read(&mut self, file: impl Read) -> Result<Held, Refused> {
        let mut csv = ReaderBuilder::new().trim(Trim::Headers).from_reader(file);
        let columns = Columns::of(&mut csv)?;
        let before = self.entries.len();
        let mut record = ByteRecord::new();
        let (mut passed_over, mut first) = (0, None);
        loop {
            let began = csv.position().line();
            match csv.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(refused(&error, columns.line(began, &csv))),
            }
            let in_line = |reason| Refused::in_line(columns.line(began, &csv), reason);
            let code = cell(&record, columns.code).map_err(in_line)?;
            match Code::parse(code) {
                Some(code) => {
                    let entry = self.entry(code, &columns, &record).map_err(in_line)?;
                    self.entries.push(entry);
                }
                None => {
                    passed_over += 1;
                    first.get_or_insert_with(|| in_line(format!("“{code}” is not a postcode")));
                }
            }
        }
        let postcodes = self.entries.len() - before;
        match first {
            Some(first) if passed_over > postcodes / ODD => Err(first),
            None if postcodes == 0 => Err(Refused::in_line(1, "there are no rows below the header")),
            first => Ok(Held { postcodes, passed_over, first }),
        }
    }

    fn entry(&mut self, code: Code, columns: &Columns, record: &ByteRecord) -> Result<Entry, String> {
        let constituency = match cell(record, columns.constituency)? {
            "" => None,
            none if NO_CONSTITUENCY.contains(&none) || none.ends_with(PLACEHOLDER) => None,
            constituency => Some(self.number(constituency)?),
        };
        let terminated = match columns.terminated {
            Some(column) => !cell(record, column)?.is_empty(),
            None => false,
        };
        Ok(Entry { code, terminated, constituency })
    }

    fn number(&mut self, constituency: &str) -> Result<u16, String> {
        if let Some(number) = self.numbers.get(constituency) {
            return Ok(*number);
        }
        if !is_constituency_code(constituency) {
            return Err(format!("“{constituency}” is not the code of a constituency"));
        }
        let number = u16::try_from(self.constituencies.len()).map_err(|_| "there are too many constituencies")?;
        self.constituencies.push(constituency.to_owned());
        self.numbers.insert(constituency.to_owned(), number);
        Ok(number)
    }

    /// Sorts the postcodes, and drops those that are there again: one in use stands before one that no longer is.
    ///
    /// # Errors
    /// When a postcode lies in two constituencies.
    pub fn sort(&mut self) -> Result<(), Refused> {
        self.entries.sort_unstable();
        for pair in self.entries.windows(2) {
            let [one, other] = pair else { continue };
            if one.code == other.code
                && one.terminated == other.terminated
                && let (Some(first), Some(second)) = (one.constituency, other.constituency)
                && first != second
            {
                let [first, second] = [first, second].map(|number| &self.constituencies[usize::from(number)]);
                return Err(Refused::new(one.code.as_str(), format!("it lies in {first} and in {second}")));
            }
        }
        // Of two that are alike the last one has the constituency, as None comes first.
        self.entries.dedup_by(|next, kept| {
            let again = next.code == kept.code;
            if again && next.terminated == kept.terminated {
                *kept = *next;
            }
            again
        });
        Ok(())
    }

    /// How many postcodes are no longer in use.
    pub fn terminated(&self) -> usize {
        self.entries.iter().filter(|entry| entry.terminated).count()
    }
}

impl Code {
    const LONGEST: usize = 8;
    const SHORTEST: usize = 5;

    /// Takes a postcode as directories have it. They have a few that nobody could sign with, so what is asked is only
    /// whether it is one at all: five to eight letters and digits, at the end a digit and two letters.
    fn parse(text: &str) -> Option<Self> {
        let mut code = [0; Self::LONGEST];
        let mut length = 0;
        for byte in text.bytes().filter(|byte| *byte != b' ') {
            if !byte.is_ascii_alphanumeric() {
                return None;
            }
            *code.get_mut(length)? = byte.to_ascii_uppercase();
            length += 1;
        }
        if length < Self::SHORTEST {
            return None;
        }
        let [sector, unit @ ..] = &code[length - 3..length] else { return None };
        let is_one = code[0].is_ascii_uppercase() && sector.is_ascii_digit() && unit.iter().all(u8::is_ascii_uppercase);
        is_one.then_some(Self(code))
    }

    /// In capitals, without space.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(Self::LONGEST);
        str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where in a row what stands.
struct Columns {
    code: usize,
    constituency: usize,
    terminated: Option<usize>,
    /// Whether lines end in CR LF.
    crlf: bool,
}

impl Columns {
    fn of(csv: &mut Reader<impl Read>) -> Result<Self, Refused> {
        let header = csv.headers().map_err(|error| refused(&error, 1))?;
        let names: Vec<String> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').to_ascii_lowercase()).collect();
        let mut seen = HashSet::new();
        if let Some(twice) = names.iter().find(|name| !name.is_empty() && !seen.insert(*name)) {
            return Err(Refused::in_line(1, format!("there are two columns {twice}")));
        }
        let column = |wanted: &str| names.iter().position(|name| name == wanted);
        let missing = |what| Refused::in_line(1, format!("there is no column {what}"));
        let code = CODE.iter().find_map(|name| column(name)).ok_or_else(|| missing(CODE.join(" or ")))?;
        let dated = names.iter().enumerate().filter_map(|(at, name)| Some((year(name)?, at)));
        let constituency = dated.max().map(|(_, at)| at).or_else(|| column("pcon"));
        Ok(Self {
            code,
            constituency: constituency
                .ok_or_else(|| missing("pcon or pcon with a year, such as pcon24cd".to_owned()))?,
            terminated: column(TERMINATED),
            // A row ends for the reader at the first of the two characters, a line at the second.
            crlf: csv.position().line() == 1,
        })
    }

    /// The line of the row that has just been read, when the reader stood on line `began` before.
    fn line(&self, began: u64, csv: &Reader<impl Read>) -> u64 {
        let ended = csv.position().line();
        // Empty lines before the row have been passed over; behind the last row there may be no line break.
        if self.crlf { ended } else { began.max(ended - 1) }
    }
}

/// The year of the constituencies in a column: 24 in `pcon24`, `pcon24cd` and `pcon24_gss`.
fn year(name: &str) -> Option<u8> {
    let (year, rest) = name.strip_prefix("pcon")?.split_at_checked(2)?;
    let is_year = year.bytes().all(|byte| byte.is_ascii_digit()) && matches!(rest, "" | "cd" | "_gss");
    if is_year { year.parse().ok() } else { None }
}

fn cell(record: &ByteRecord, column: usize) -> Result<&str, String> {
    let cell = record.get(column).unwrap_or_default().trim_ascii();
    str::from_utf8(cell).map_err(|_| format!("column {} is not UTF-8 text", column + 1))
}

fn refused(error: &csv::Error, line: u64) -> Refused {
    match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let s = if *len == 1 { "" } else { "s" };
            Refused::in_line(line, format!("{len} column{s} instead of {expected_len}"))
        }
        ErrorKind::Utf8 { .. } => Refused::in_line(1, "the header is not UTF-8 text"),
        _ => Refused::new("the file", error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: impl AsRef<[u8]>) -> Directory {
        let mut directory = Directory::default();
        directory.read(text.as_ref()).unwrap_or_else(|refused| panic!("{refused}"));
        directory
    }

    fn told(text: impl AsRef<[u8]>) -> String {
        Directory::default().read(text.as_ref()).expect_err("a wrong file").to_string()
    }

    fn shown(directory: &Directory) -> Vec<String> {
        let name = |number| directory.constituencies[usize::from(number)].as_str();
        let entries = directory.entries.iter();
        entries
            .map(|entry| {
                let terminated = if entry.terminated { " (terminated)" } else { "" };
                format!("{} {}{terminated}", entry.code.as_str(), entry.constituency.map_or("-", name))
            })
            .collect()
    }

    #[test]
    fn columns_are_found_by_name_and_the_newest_constituencies_are_taken() {
        for (header, row) in [
            ("postcode,pcon24_gss,doterm", "AB1 0AA,S14000061,199606"),
            ("\u{feff}PCD,PCD2,PCDS,DOINTR,DOTERM,PCON", "x,x,AB1 0AA,198001,199606,S14000061"),
            ("pcd7,pcon10cd,pcon24cd,pcon15,doterm", "AB1 0AA,S14000001,S14000061,S14000002,199606"),
            ("pcd8 , doterm , pcon , PCON24 ,pconx24", "AB1 0AA,199606,S14000001,S14000061,x"),
            ("\"pcds\",\"pcon24\",\"doterm\"", "\" ab1  0aa \",\"S14000061\",\"199606\""),
        ] {
            for ends in ["\n", "\r\n"] {
                let directory = read(format!("{header}{ends}{row}{ends}"));
                assert_eq!(shown(&directory), ["AB10AA S14000061 (terminated)"], "{header}");
            }
        }
        assert_eq!(shown(&read("pcds,pcon\nAB1 0AA,S14000061")), ["AB10AA S14000061"]);
    }

    #[test]
    fn placeholders_are_no_constituencies() {
        let directory =
            read("pcds,pcon24\nJE2 3AB,L93000001\nIM1 1AA,M83000003\nGY1 1AA,L99999999\nZE1 0AA,\nBT1 1AA,N05000002\n");
        assert!(directory.entries[..4].iter().all(|entry| entry.constituency.is_none()));
        assert_eq!(directory.constituencies, ["N05000002"]);
    }

    #[test]
    fn errors_tell_the_line() {
        let rows = |rows: &str| told(format!("pcds,pcon24\nAB1 0AA,S14000061\n{rows}"));
        assert_eq!(rows("AB1,S14000061\n"), "line 3: “AB1” is not a postcode");
        assert_eq!(rows("AB1 0AA,S14000061\nÄB1 0AA,S14000061\n"), "line 4: “ÄB1 0AA” is not a postcode");
        assert_eq!(rows("AB1 0AA,Aberdeen"), "line 3: “Aberdeen” is not the code of a constituency");
        assert_eq!(rows("AB1 0AA\n"), "line 3: 1 column instead of 2");
        assert_eq!(rows("\n\nAB1 0AA"), "line 4: 1 column instead of 2");
        assert_eq!(rows("\n\nLeeds,\n"), "line 5: “Leeds” is not a postcode");
        assert_eq!(told("pcds,pcon24\r\n\r\nAB1 0AA,\r\nAB1 0AA\r\n"), "line 4: 1 column instead of 2");
        let latin = b"pcds,pcon24\r\nAB1 0AA,S14000061\r\nAB1 0AA,\xe4\r\n";
        assert_eq!(told(latin), "line 3: column 2 is not UTF-8 text");
        assert_eq!(told(b"pcds,\xe4\n"), "line 1: the header is not UTF-8 text");
        assert_eq!(told("pcds,pcon24\n"), "line 1: there are no rows below the header");
        assert_eq!(told(""), "line 1: there is no column pcds or pcd2 or pcd or pcd7 or pcd8 or postcode");
        assert_eq!(told("pcds,pcon,PCDS\n"), "line 1: there are two columns pcds");
        assert_eq!(told("pcds\nAB1 0AA\n"), "line 1: there is no column pcon or pcon with a year, such as pcon24cd");
    }

    #[test]
    fn a_few_rows_without_a_postcode_are_passed_over() {
        let good = "AB1 0AA,S14000061\n".repeat(ODD);
        let bad = "N20000 159,E14001604\n";
        let held = Directory::default().read(format!("pcds,pcon24\n{good}{bad}").as_bytes()).expect("a directory");
        assert_eq!((held.postcodes, held.passed_over), (ODD, 1));
        let first = "line 22: “N20000 159” is not a postcode";
        assert_eq!(held.first.map(|first| first.to_string()).as_deref(), Some(first));
        assert_eq!(told(format!("pcds,pcon24\n{good}{bad}{bad}")), first);
    }

    #[test]
    fn a_postcode_that_is_there_again_counts_once() {
        let header = "pcds,pcon24,doterm\n";
        let sorted = |rows: &str| {
            let mut directory = read(format!("{header}{rows}"));
            directory.sort().map(|()| shown(&directory)).map_err(|refused| refused.to_string())
        };
        assert_eq!(
            sorted("B1 1AA,E14001063,\nA1 1AA,E14001064,\nB1 1AA,,\nA1 1AA,E14001065,199606\n"),
            Ok(vec!["A11AA E14001064".to_owned(), "B11AA E14001063".to_owned()])
        );
        assert_eq!(
            sorted("B1 1AA,E14001063,\nB1 1AA,E14001064,\n"),
            Err("B11AA: it lies in E14001063 and in E14001064".to_owned())
        );
    }

    proptest! {
        #[test]
        fn whatever_a_file_holds_is_read_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            rows in "([A-Z]{1,2}[0-9]{1,2} ?[0-9][A-Z]{2},[EWSN0-9]{0,9}(,[0-9]{0,6})?\r?\n?){0,5}",
        ) {
            for text in [bytes, format!("pcds,pcon24,doterm\n{rows}").into_bytes()] {
                let mut directory = Directory::default();
                if directory.read(&text[..]).is_ok() && directory.sort().is_ok() {
                    prop_assert!(directory.entries.windows(2).all(|pair| pair[0].code < pair[1].code));
                }
            }
        }
    }
}
