//! The picture of a petition for social networks, as PNG.

use axum::{http::HeaderMap, response::Response};
use jiff::Timestamp;

use crate::{
    app::App,
    domain::petition::{PetitionId, Visibility},
    store,
    web::{
        cache::CachePolicy,
        card::{self, Card},
        error::PageError,
        extract::Format,
        memory::{Key, Memory, Rendered},
    },
};

pub(super) async fn show(
    app: &App,
    memory: &Memory,
    id: PetitionId,
    now: Timestamp,
    headers: &HeaderMap,
) -> Result<Response, PageError> {
    let rendered = memory.of_petition(&app.pool, Key::Card(id), id, || render(app, id, now)).await?;
    Ok(rendered.respond(headers))
}

async fn render(app: &App, id: PetitionId, now: Timestamp) -> Result<Rendered, PageError> {
    let mut db = store::snapshot(&app.pool).await?;
    let petition = store::petitions::find(&mut db, id).await?.ok_or(PageError::NotFound)?;
    match petition.state.visibility() {
        Visibility::Page => {}
        Visibility::Gone => return Err(PageError::Gone),
        _ => return Err(PageError::NotFound),
    }
    let series = store::tallies::series(&mut db, id, now).await?.ok_or(PageError::NotFound)?;
    // Painting may have to wait for its turn, the database need not.
    db.commit().await?;
    let svg = Card::new(&petition, &series, app.thresholds(), &app.site_name()).svg()?;
    let png = card::png(svg).await?;
    app.metrics.cards_painted.inc();
    Ok(Rendered::new(Format::Png, png, CachePolicy::ForAMinute))
}
