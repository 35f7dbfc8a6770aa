//! All signatures of today, on every petition together, as the front page has them.

use jiff::Timestamp;

use crate::{
    app::App,
    store,
    web::{
        charts::{DayChart, HourRow},
        error::PageError,
        filters::minute_of,
        memory::Memory,
    },
};

/// The part of the front page on today.
pub struct TodaySection {
    /// One sentence that says what the chart shows.
    pub heading: String,
    /// The chart; `None` where there is nothing to draw.
    pub svg: Option<String>,
    /// What its shapes are.
    pub note: String,
    /// The same numbers, hour by hour.
    pub rows: Vec<HourRow>,
    /// Today so far, and yesterday by the same time.
    pub sums: (u64, u64),
    /// The moment up to which they were counted.
    pub as_at: String,
}

impl TodaySection {
    /// What is known: counted once a minute at the most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(app: &App, memory: &Memory, now: Timestamp) -> Result<Self, PageError> {
        let add_up = async { store::tallies::whole_site(&mut *app.pool.acquire().await?, now).await };
        let series = memory.whole_site(add_up).await?;
        let chart = DayChart::new(&series);
        Ok(Self {
            svg: (!chart.is_empty()).then(|| chart.svg("today")),
            as_at: minute_of(&series.until()),
            heading: chart.summary,
            note: chart.note,
            rows: chart.rows,
            sums: chart.sums,
        })
    }
}
