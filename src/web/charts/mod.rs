//! Pictures made of numbers, as SVG written by the server, with the words and tables that go with them.
//!
//! Shapes stretch with the page and words keep their size: a chart's places are percentages, its shapes lie in inner
//! pictures that are stretched without regard to proportion. All colours come from the page's classes; the same
//! pictures served as files bring their own.

mod axis;
mod day;
mod hexmap;
mod labels;
mod line;
mod months;
mod scale;
mod spark;
mod table;
mod words;

pub use day::{DayChart, HourRow};
pub use hexmap::{Hexagon, Hexmap, LegendRow, Shade, UnknownShade};
pub use line::{Event, History, HistoryChart, ThresholdLine};
pub use months::{Months, MonthsChart};
pub use spark::Spark;
pub use table::{Row, Table};
pub use words::{clock, summary};
