//! A CSV file with a header, whose columns are found by name and whose errors tell the line.

use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim};

use super::refused::Refused;

/// A whole file: at least one row, each as wide as the header.
pub struct Table {
    headers: StringRecord,
    /// The rows below the header.
    pub rows: Vec<Row>,
}

/// One row.
pub struct Row {
    /// Its line in the file, counted from 1.
    pub line: u64,
    cells: StringRecord,
}

impl Table {
    /// Reads a whole file. Spaces around cells are dropped.
    ///
    /// # Errors
    /// When it has no rows, or one that is not as wide as the header, or holds a character that no text can have.
    pub fn read(text: &str) -> Result<Self, Refused> {
        let text = text.trim_start_matches('\u{feff}');
        if let Some(line) = text.split('\n').position(|line| line.contains('\0')) {
            return Err(Refused::in_line(line as u64 + 1, "there is a character U+0000"));
        }
        let mut csv = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
        let lines = Lines::of(text);
        let headers = csv.headers().map_err(|error| refused(&error, &lines))?.clone();
        let rows = csv
            .records()
            .map(|cells| {
                let cells = cells.map_err(|error| refused(&error, &lines))?;
                Ok(Row { line: lines.at(cells.position()), cells })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            return Err(Refused::in_line(1, "there are no rows below the header"));
        }
        Ok(Self { headers, rows })
    }

    /// The first of these columns that is there.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.headers.iter().position(|header| header == *name))
    }

    /// The first of these columns that is there.
    ///
    /// # Errors
    /// When none is.
    pub fn required(&self, names: &[&str]) -> Result<usize, Refused> {
        self.column(names).ok_or_else(|| Refused::in_line(1, format!("there is no column {}", names.join(" or "))))
    }
}

impl Row {
    /// What stands in a column; columns are those of the row's own table.
    pub fn cell(&self, column: usize) -> &str {
        &self.cells[column]
    }

    /// What stands in a column, if the table has it and the cell is not empty.
    pub fn filled(&self, column: Option<usize>) -> Option<&str> {
        column.map(|column| self.cell(column)).filter(|cell| !cell.is_empty())
    }

    /// Refuses the file for what stands in this row.
    pub fn refused(&self, reason: impl Into<String>) -> Refused {
        Refused::in_line(self.line, reason)
    }
}

/// Where the lines of a text begin. The line that `csv` tells is the one on which the row before ended.
struct Lines<'t> {
    text: &'t str,
    breaks: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, breaks: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    fn at(&self, position: Option<&Position>) -> u64 {
        let from = position.map_or(0, |position| position.byte() as usize);
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.breaks.partition_point(|at| *at < from + empty) as u64 + 1
    }
}

fn refused(error: &csv::Error, lines: &Lines<'_>) -> Refused {
    match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let s = if *len == 1 { "" } else { "s" };
            Refused::in_line(lines.at(pos.as_ref()), format!("{len} column{s} instead of {expected_len}"))
        }
        _ => Refused::new("the file", error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        Table::read(text).err().expect("a wrong file").to_string()
    }

    #[test]
    fn errors_tell_the_line() {
        assert_eq!(told("a,b\n1,2\n\n3\n"), "line 4: 1 column instead of 2");
        assert_eq!(told("a,b\n"), "line 1: there are no rows below the header");
        assert_eq!(told(""), "line 1: there are no rows below the header");
        assert_eq!(told("a,b\n1,\0\n"), "line 2: there is a character U+0000");
    }

    #[test]
    fn columns_are_found_by_name() {
        let table = Table::read("\u{feff}a, b\r\n1,\"x, y\"\r\n").expect("a table");
        let [a, b] = [table.required(&["a"]).expect("a"), table.required(&["c", "b"]).expect("b")];
        assert_eq!((table.rows[0].line, table.rows[0].cell(a), table.rows[0].cell(b)), (2, "1", "x, y"));
        assert!(table.required(&["c"]).is_err());
    }
}
