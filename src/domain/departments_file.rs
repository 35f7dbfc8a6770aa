//! Reading departments from CSV.

use std::collections::HashSet;

use super::{
    reference::{Entry, List},
    refused::Refused,
    table::Table,
};

/// Reads departments, in the order of the file. Columns: `name`, and where they are known `acronym` and `url`.
///
/// # Errors
/// When the column of names is missing, a value is wrong, or a name is there twice.
pub fn parse(text: &str) -> Result<Vec<Entry>, Refused> {
    let table = Table::read(text)?;
    let name = table.required(&["name", "department"])?;
    let acronym = table.column(&["acronym", "abbreviation"]);
    let url = table.column(&["url", "website"]);
    let mut seen = HashSet::new();
    let mut departments = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let optional = |column| row.filled(column).unwrap_or_default().to_owned();
        let typed = Entry {
            name: row.cell(name).to_owned(),
            acronym: optional(acronym),
            url: optional(url),
            ..Entry::default()
        };
        let entry = Entry::parse(List::Departments, &typed).map_err(|mistakes| {
            let words: Vec<String> = mistakes.into_iter().map(|(_, words)| words).collect();
            row.refused(words.join("; "))
        })?;
        if !seen.insert(entry.name.to_lowercase()) {
            return Err(row.refused(format!("“{}” is there twice", entry.name)));
        }
        departments.push(entry);
    }
    Ok(departments)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn departments_are_read_with_what_is_known_of_them() {
        let text = "name,acronym,url\nHome Office,,\n\"Transport, Department for\",DfT,https://www.example.org/dft\n";
        let read = parse(text).expect("departments");
        assert_eq!(read[0].name, "Home Office");
        assert_eq!((&*read[1].name, &*read[1].acronym), ("Transport, Department for", "DfT"));
        assert!(parse("name\nHome Office\nHOME OFFICE\n").is_err(), "twice");
        assert!(parse("title\nHome Office\n").is_err(), "no names");
        assert!(parse("name,url\nHome Office,nowhere\n").is_err(), "no address");
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "(name,acronym,url\n)?[\\PC\n\",]{0,200}") {
            let _ = parse(&text);
        }
    }
}
