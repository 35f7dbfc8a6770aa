//! The figures as a table in Markdown.

use std::fmt;

/// What was measured so far.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    figure: String,
    measured: String,
    /// What it should be, and whether it is; empty for figures that are there for information.
    wanted: String,
}

/// What a figure should be.
pub enum Wanted {
    /// So much or more.
    AtLeast(f64),
    /// So much or less.
    AtMost(f64),
}

impl Table {
    /// Adds a figure that is there for information.
    pub fn add(&mut self, figure: impl Into<String>, measured: impl Into<String>) {
        self.rows.push(Row { figure: figure.into(), measured: measured.into(), wanted: String::new() });
    }

    /// Adds a figure that should have a certain value; `unit` stands behind both.
    pub fn check(&mut self, figure: impl Into<String>, value: f64, decimals: usize, unit: &str, wanted: &Wanted) {
        let (word, limit, met) = match wanted {
            Wanted::AtLeast(limit) => ("at least", limit, value >= *limit),
            Wanted::AtMost(limit) => ("at most", limit, value <= *limit),
        };
        self.rows.push(Row {
            figure: figure.into(),
            measured: format!("{value:.decimals$}{unit}"),
            wanted: format!("{word} {limit}{unit}: {}", if met { "met" } else { "**missed**" }),
        });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let width = |cell: fn(&Row) -> &str, head: usize| {
            self.rows.iter().map(|row| cell(row).chars().count()).fold(head, usize::max)
        };
        let (a, b, c) = (width(|row| &row.figure, 6), width(|row| &row.measured, 8), width(|row| &row.wanted, 6));
        writeln!(f, "Measured with {cores} cores for everything together, medians.\n")?;
        writeln!(f, "| {:a$} | {:b$} | {:c$} |", "Figure", "Measured", "Wanted")?;
        writeln!(f, "|{:-<a$}|{:->b$}:|{:-<c$}|", "", "", "", a = a + 2, b = b + 1, c = c + 2)?;
        for row in &self.rows {
            writeln!(f, "| {:a$} | {:>b$} | {:c$} |", row.figure, row.measured, row.wanted)?;
        }
        Ok(())
    }
}
