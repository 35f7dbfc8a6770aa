//! Reading a CSV file of a petition's counts at certain moments.

use super::{
    history::Reading,
    moment,
    refused::Refused,
    table::{Row, Table},
};

/// Reads the counts, in order of time, one for each moment.
///
/// The moment is in the first of the columns `snapshot_at`, `timestamp`, `read_at` and `time`, the count in
/// `signature_count` or `count`. Moments are often cut to seconds, in which a petition may grow: of several counts of
/// one moment the highest is taken, if all lie between the count before and the count after.
///
/// # Errors
/// When a column or every row is missing, a moment or count is none, counts of one moment contradict each other,
/// or the file has been cut off within its last count.
pub fn parse(text: &str) -> Result<Vec<Reading>, Refused> {
    let table = Table::read(text)?;
    let time = table.required(&["snapshot_at", "timestamp", "read_at", "time"])?;
    let count = table.required(&["signature_count", "count"])?;
    let mut readings = table.rows.iter().map(|row| read(row, time, count)).collect::<Result<Vec<_>, _>>()?;
    whole(text, &readings)?;
    readings.sort_by_key(|&(_, reading)| reading);
    one_a_moment(&readings)
}

/// A reading and its line.
type Numbered = (u64, Reading);

fn read(row: &Row, time: usize, count: usize) -> Result<Numbered, Refused> {
    let at = moment::moment(row.cell(time)).map_err(|reason| row.refused(reason))?;
    let count = match row.cell(count).parse() {
        Ok(number) => moment::count(number).map_err(|reason| row.refused(reason))?,
        Err(_) => return Err(row.refused(format!("“{}” is not a whole number", row.cell(count)))),
    };
    Ok((row.line, Reading { at, count }))
}

/// A file without a last line break may have been cut off within its last count, which then has lost digits:
/// counts fall now and then, but never to a tenth.
fn whole(text: &str, readings: &[Numbered]) -> Result<(), Refused> {
    match readings {
        [.., (_, before), (line, last)]
            if !text.ends_with('\n') && last.count <= before.count / 10 && before.count > 9 =>
        {
            Err(Refused::in_line(
                *line,
                format!(
                    "the file ends here without a line break, the count {} seems cut off after {}",
                    last.count, before.count
                ),
            ))
        }
        _ => Ok(()),
    }
}

/// Expects the readings in order of time and count.
fn one_a_moment(readings: &[Numbered]) -> Result<Vec<Reading>, Refused> {
    let mut kept: Vec<Reading> = Vec::with_capacity(readings.len());
    let mut groups = readings.chunk_by(|(_, a), (_, b)| a.at == b.at).peekable();
    while let Some(group) = groups.next() {
        let [(line_of_lowest, lowest), (line_of_highest, highest)] = [group[0], group[group.len() - 1]];
        let grew_from = kept.last().is_some_and(|before| before.count <= lowest.count);
        let grew_to = groups.peek().is_some_and(|after| highest.count <= after[0].1.count);
        if lowest.count != highest.count && !(grew_from && grew_to) {
            let (line, other) = (line_of_highest.max(line_of_lowest), line_of_highest.min(line_of_lowest));
            return Err(Refused::in_line(
                line,
                format!("{} has the counts {} and {} (line {other})", lowest.at, lowest.count, highest.count),
            ));
        }
        kept.push(highest);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        parse(text).expect_err("a wrong file").to_string()
    }

    #[test]
    fn other_columns_are_passed_over_and_order_does_not_matter() {
        let readings =
            parse("x,count,time\n1,20,2025-07-29T14:00:00Z\n2,10,2025-07-29T13:00:00Z\n2,10,2025-07-29T13:00:00Z\n");
        let counts: Vec<_> = readings.expect("readings").iter().map(|reading| reading.count).collect();
        assert_eq!(counts, [10, 20]);
    }

    #[test]
    fn errors_tell_the_line() {
        assert_eq!(told("time,total\n"), "line 1: there are no rows below the header");
        assert_eq!(told("time,total\n1,2\n"), "line 1: there is no column signature_count or count");
        assert_eq!(told("when,count\n1,2\n"), "line 1: there is no column snapshot_at or timestamp or read_at or time");
        assert_eq!(told("time,count\nnoon,2\n"), "line 2: “noon” is not a moment such as 2025-07-29T13:26:00Z");
        let row = "time,count\n2025-07-29T13:00:00Z,";
        assert_eq!(told(&format!("{row}1e3\n")), "line 2: “1e3” is not a whole number");
        assert_eq!(told(&format!("{row}-4\n")), "line 2: -4 is not a count from 0 to 2147483647");
    }

    #[test]
    fn one_moment_has_one_count_unless_the_petition_grew_within_the_second() {
        let twice = "2025-07-29T13:00:00Z,10\n2025-07-29T13:00:00Z,12\n";
        assert_eq!(
            told(&format!("time,count\n{twice}")),
            "line 3: 2025-07-29T13:00:00Z has the counts 10 and 12 (line 2)"
        );
        let around = format!("time,count\n2025-07-29T12:00:00Z,9\n{twice}2025-07-29T14:00:00Z,12\n");
        let counts: Vec<_> = parse(&around).expect("readings").iter().map(|reading| reading.count).collect();
        assert_eq!(counts, [9, 12, 12]);
    }

    #[test]
    fn a_last_count_that_was_cut_off_is_noticed() {
        let text = "time,count\n2025-07-29T13:00:00Z,5501\n2025-07-29T14:00:00Z,5502";
        assert!(parse(text).is_ok());
        assert!(told(&text[..text.len() - 1]).starts_with("line 3: the file ends here without a line break"));
    }
}
