//! Reading the files that a backtest is made from, told apart by their header.

use std::collections::{BTreeMap, btree_map::Entry};

use super::Moment;
use crate::domain::{
    forecast::{Trend, since_peak, since_surge},
    refused::Refused,
    table::{Row, Table},
};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Counts of petitions at certain ages, with the final count.
    Series,
    /// Moments of petitions with what was known then, and the final count.
    Moments,
}

/// The count from which the age in the tables is reckoned.
const THOUSAND: f64 = 1000.0;

/// Reads a file into the moments to be estimated, those of a petition in order of its age.
///
/// With the columns `series`, `age_days`, `count`, `final_count`, `window_days` and `final_is_last_observation` it holds
/// readings: moments are those of its readings at which the petition is older by a seventh, or has a quarter less time
/// left, than at the one before. With `series`, `age_days`, `remaining_days`, `count`, `last24h`, `per_day_7d`, `tau_days` and
/// `true_final` it holds moments. Other columns are passed over.
///
/// # Errors
/// When columns are missing, a number is none or cannot be, or readings go back in time.
pub fn read(text: &str) -> Result<(Format, Vec<Moment>), Refused> {
    let table = Table::read(text)?;
    if table.column(&["true_final", "tau_days", "last24h"]).is_some() {
        Ok((Format::Moments, moments(&table)?))
    } else if table.column(&["final_count", "window_days"]).is_some() {
        Ok((Format::Series, series(&table)?))
    } else {
        Err(Refused::in_line(
            1,
            "there are neither the columns of readings (series, age_days, count, window_days, final_count, \
             final_is_last_observation) nor those of moments (series, age_days, remaining_days, count, last24h, per_day_7d, \
             tau_days, true_final)",
        ))
    }
}

/// The columns by their names.
struct Columns<'a, const N: usize> {
    names: [&'a str; N],
    places: [usize; N],
}

impl<'a, const N: usize> Columns<'a, N> {
    fn of(table: &Table, names: [&'a str; N]) -> Result<Self, Refused> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            *place = table.required(&[name])?;
        }
        Ok(Self { names, places })
    }

    fn text<'r>(&self, row: &'r Row, index: usize) -> &'r str {
        row.cell(self.places[index])
    }

    fn refused(&self, row: &Row, index: usize, reason: &str) -> Refused {
        let (name, text) = (self.names[index], self.text(row, index));
        row.refused(format!("column {} ({name}): “{text}” {reason}", self.places[index] + 1))
    }

    /// A number that is not below a least one.
    fn number(&self, row: &Row, index: usize, least: f64) -> Result<f64, Refused> {
        match self.text(row, index).parse::<f64>() {
            Ok(number) if !number.is_finite() => Err(self.refused(row, index, "is not a number")),
            Ok(number) if number < least => Err(self.refused(row, index, &format!("is less than {least}"))),
            Ok(number) if number > 1e9 => Err(self.refused(row, index, "is more than a petition can have")),
            Ok(number) => Ok(number),
            Err(_) => Err(self.refused(row, index, "is not a number")),
        }
    }

    fn name<'r>(&self, row: &'r Row, index: usize) -> Result<&'r str, Refused> {
        match self.text(row, index) {
            "" => Err(self.refused(row, index, "names no petition")),
            name => Ok(name),
        }
    }
}

fn moments(table: &Table) -> Result<Vec<Moment>, Refused> {
    let columns = Columns::of(
        table,
        ["series", "age_days", "remaining_days", "count", "last24h", "per_day_7d", "tau_days", "true_final"],
    )?;
    let mut moments = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let number = |index, least| columns.number(row, index, least);
        let since_peak = number(6, 0.0)?;
        moments.push(Moment {
            petition: columns.name(row, 0)?.to_owned(),
            age: number(1, 0.0)?,
            since_thousand: None,
            count: number(3, 0.0)?,
            trend: Trend {
                last_24_hours: number(4, -1e9)?,
                per_day_7d: number(5, -1e9)?,
                since_surge: since_peak,
                remaining: number(2, 0.0)?,
            },
            since_peak,
            outcome: number(7, 1.0)?,
        });
    }
    moments.sort_by(|one, other| one.petition.cmp(&other.petition).then(one.age.total_cmp(&other.age)));
    for of_petition in moments.chunk_by_mut(|one, other| one.petition == other.petition) {
        let reached = reached(of_petition.iter().map(|moment| (moment.age, moment.count)));
        for moment in of_petition {
            moment.since_thousand = reached.map(|at| moment.age - at).filter(|since| *since >= 0.0);
        }
    }
    Ok(moments)
}

/// The age at which a petition had 1,000 signatures, from its counts at certain ages and none when it opened.
fn reached(counts: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let mut before = (0.0, 0.0);
    for (age, count) in counts {
        if count >= THOUSAND {
            return Some(before.0 + (age - before.0) * (THOUSAND - before.1) / (count - before.1));
        }
        before = (age, count);
    }
    None
}

fn series(table: &Table) -> Result<Vec<Moment>, Refused> {
    let columns =
        Columns::of(table, ["series", "age_days", "count", "window_days", "final_count", "final_is_last_observation"])?;
    let mut petitions: BTreeMap<&str, Readings> = BTreeMap::new();
    for row in &table.rows {
        let name = columns.name(row, 0)?;
        let (age, count) = (columns.number(row, 1, 0.0)?, columns.number(row, 2, 0.0)?);
        let (window, outcome) = (columns.number(row, 3, 0.0)?, columns.number(row, 4, 1.0)?);
        let cut_off = match columns.text(row, 5) {
            "0" | "false" => false,
            "1" | "true" => true,
            _ => return Err(columns.refused(row, 5, "is neither 0 nor 1")),
        };
        let readings = match petitions.entry(name) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                entry.insert(Readings { window, outcome, cut_off, ages: Vec::new(), counts: Vec::new() })
            }
        };
        if (readings.window, readings.outcome, readings.cut_off) != (window, outcome, cut_off) {
            return Err(row.refused(format!("{name} had another length or final count in the lines before")));
        }
        if let Some(before) = readings.ages.last().filter(|before| **before > age) {
            return Err(columns.refused(
                row,
                1,
                &format!("lies before {before}, the age in the line before of {name}"),
            ));
        }
        readings.ages.push(age);
        readings.counts.push(count);
    }
    Ok(petitions.into_iter().flat_map(|(name, readings)| readings.moments(name)).collect())
}

/// The readings of a petition, in order of time; between two of them the count is taken to change evenly.
struct Readings {
    window: f64,
    outcome: f64,
    /// Whether the last reading stands for the end, which is not known.
    cut_off: bool,
    ages: Vec<f64>,
    counts: Vec<f64>,
}

impl Readings {
    /// A petition that was first read later than this is not known from its opening.
    const FROM_OPENING: f64 = 2.0;

    fn moments(&self, name: &str) -> Vec<Moment> {
        let (Some(&first), Some(&last)) = (self.ages.first(), self.ages.last()) else { return Vec::new() };
        let known_from = if first > Self::FROM_OPENING { first } else { 0.0 };
        let end = if self.cut_off { last } else { self.window };
        let reached = reached(self.ages.iter().copied().zip(self.counts.iter().copied()));
        let mut moments: Vec<Moment> = Vec::new();
        for (&age, &count) in self.ages.iter().zip(&self.counts) {
            let (known, remaining) = (age - known_from, end - age);
            let is_next = moments
                .last()
                .is_none_or(|before| age >= before.age * 8.0 / 7.0 || remaining <= before.trend.remaining * 0.75);
            if known < 1.0 || remaining <= 0.0 || !is_next {
                continue;
            }
            let since = |days: f64| (count - self.count_at(known_from, age - days)).max(0.0) / days;
            let days = self.days_back(known_from, age, count);
            moments.push(Moment {
                petition: name.to_owned(),
                age,
                since_thousand: reached.map(|at| age - at).filter(|since| *since >= 0.0),
                count,
                trend: Trend {
                    last_24_hours: since(1.0),
                    per_day_7d: since(known.min(7.0)),
                    since_surge: since_surge(&days, known),
                    remaining,
                },
                since_peak: since_peak(&days, known),
                outcome: self.outcome,
            });
        }
        moments
    }

    /// What was added in each 24 hours counted back from an age, the latest first.
    fn days_back(&self, known_from: f64, age: f64, count: f64) -> Vec<f64> {
        let mut days = Vec::new();
        let (mut end, mut later) = (age, count);
        while end > known_from + 1e-9 {
            end = (end - 1.0).max(known_from);
            let earlier = self.count_at(known_from, end);
            days.push(later - earlier);
            later = earlier;
        }
        days
    }

    fn count_at(&self, known_from: f64, age: f64) -> f64 {
        let after = self.ages.partition_point(|at| *at <= age);
        let (from, count) = match after.checked_sub(1) {
            Some(before) => (self.ages[before], self.counts[before]),
            None if known_from == 0.0 => (0.0, 0.0),
            None => return self.counts[0],
        };
        match self.ages.get(after) {
            Some(to) if *to > from => count + (self.counts[after] - count) * (age - from) / (to - from),
            _ => count,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::report, *};

    const READINGS: &str = "series,age_days,count,window_days,final_count,final_is_last_observation\n";
    const MOMENTS: &str = "series,age_days,remaining_days,count,last24h,per_day_7d,tau_days,true_final\n";

    fn told(text: &str) -> String {
        read(text).expect_err("a wrong file").to_string()
    }

    #[test]
    fn errors_tell_line_and_column() {
        assert_eq!(
            told(&format!("{READINGS}a,1,100,180,500,0\na,x,200,180,500,0\n")),
            "line 3: column 2 (age_days): “x” is not a number"
        );
        assert_eq!(
            told(&format!("{READINGS}a,5,100,180,500,0\na,4,200,180,500,0\n")),
            "line 3: column 2 (age_days): “4” lies before 5, the age in the line before of a"
        );
        assert_eq!(
            told(&format!("{READINGS}a,1,100,180,500,0\na,2,200,180,501,0\n")),
            "line 3: a had another length or final count in the lines before"
        );
        assert_eq!(
            told(&format!("{READINGS}a,1,100,180,500,perhaps\n")),
            "line 2: column 6 (final_is_last_observation): “perhaps” is neither 0 nor 1"
        );
        assert_eq!(
            told(&format!("{MOMENTS}a,5,-1,100,1,1,1.5,500\n")),
            "line 2: column 3 (remaining_days): “-1” is less than 0"
        );
        assert_eq!(
            told(&format!("{MOMENTS},5,1,100,1,1,1.5,500\n")),
            "line 2: column 1 (series): “” names no petition"
        );
        assert_eq!(told("series,age_days,final_count\na,1,2\n"), "line 1: there is no column count");
        assert!(told("name,number\na,1\n").starts_with("line 1: there are neither the columns of readings"));
    }

    #[test]
    fn readings_become_moments() {
        let text =
            format!("{READINGS}a,0.5,50,180,5000,0\na,1,500,180,5000,0\na,2,1500,180,5000,0\na,2.1,1510,180,5000,0\n");
        let (format, moments) = read(&text).expect("a file");
        assert_eq!(format, Format::Series);
        assert_eq!(moments.len(), 2, "the last one is hardly older than the one before");
        assert_eq!(moments[0].since_thousand, None);
        let trend = Trend { last_24_hours: 1000.0, per_day_7d: 750.0, since_surge: 1.5, remaining: 178.0 };
        let second = Moment {
            petition: "a".to_owned(),
            age: 2.0,
            since_thousand: Some(0.5),
            count: 1500.0,
            trend,
            since_peak: 1.5,
            outcome: 5000.0,
        };
        assert_eq!(moments[1], second);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}", rows in prop::collection::vec("[a-c],([0-9.e-]{0,5},){4}[01x]", 0..6)) {
            let _ = read(&text);
            let _ = read(&format!("{READINGS}{}\n", rows.join("\n")));
        }

        #[test]
        fn any_readings_can_be_judged(
            petitions in prop::collection::vec(
                (1u32..10_000, prop::bool::ANY, prop::collection::vec((0u32..4000, 0u32..100_000), 1..12)), 1..7,
            ),
        ) {
            let mut text = READINGS.to_owned();
            for (number, (outcome, cut_off, readings)) in petitions.into_iter().enumerate() {
                let mut age = 0;
                for (later, count) in readings {
                    age += later;
                    text += &format!("p{number},{},{count},180,{outcome},{}\n", f64::from(age) / 100.0, u8::from(cut_off));
                }
            }
            let (_, moments) = read(&text).expect("a file");
            let report = report(&moments);
            prop_assert_eq!(report.moments + report.too_early, moments.len());
            for row in report.by_age.iter().chain(&report.by_days_left) {
                prop_assert!(row.median_error.site >= 0.0 && row.median_error.naive >= 0.0);
                prop_assert!((0.0..=1.0).contains(&row.held.half) && row.held.half <= row.held.four_in_five);
            }
        }
    }
}
