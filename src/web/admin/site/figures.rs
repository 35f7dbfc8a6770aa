//! How fast petitions are moderated, and how many signatures come: by month, as a page and as CSV.

use askama::Template;
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    domain::limits,
    store::{self, figures::Month},
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::Format,
        filters::{percent, thousands},
        page,
    },
};

#[derive(Template)]
#[template(path = "admin/site/figures.html")]
struct FiguresPage {
    frame: Frame,
    /// The latest first.
    months: Vec<(String, Month)>,
}

/// The figures.
pub async fn show(State(app): State<App>, staff: Staff) -> Result<Response, PageError> {
    let months = store::figures::by_month(&mut *app.pool.acquire().await?).await?;
    let frame = Frame::new(&staff, Section::Site, "Figures");
    page::html(&FiguresPage { frame, months: months.into_iter().rev().collect() }, CachePolicy::Never)
}

/// The same as a file.
pub async fn csv(State(app): State<App>) -> Result<Response, PageError> {
    let months = store::figures::by_month(&mut *app.pool.acquire().await?).await?;
    let mut table = csv::Writer::from_writer(Vec::new());
    let within = format!("within_{}_days", limits::MODERATION_TARGET_DAYS);
    table.write_record(["month", "petitions_decided", &within, "share", "signatures_added", "signatures_removed"])?;
    for (month, figures) in &months {
        let share = share(figures).map(|share| format!("{share:.4}")).unwrap_or_default();
        let [decided, in_time, added, removed] =
            [figures.decided, figures.in_time, figures.added, figures.removed].map(|number| number.to_string());
        table.write_record([month, &decided, &in_time, &share, &added, &removed])?;
    }
    let text = String::from_utf8(table.into_inner().map_err(csv::IntoInnerError::into_error)?)?;
    Ok(page::body(Format::Csv, text, CachePolicy::Never))
}

fn share(month: &Month) -> Option<f64> {
    (month.decided > 0).then(|| month.in_time as f64 / month.decided as f64)
}

/// "92%"; nothing was decided: "–".
fn share_words(month: &Month) -> String {
    share(month).map_or_else(|| "–".to_owned(), |share| format!("{}%", percent(share * 100.0)))
}
