//! What somebody wrote about a petition that has been taken away meanwhile: nothing can be saved, so they get it back.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    frame::{Frame, Section},
    guard::Staff,
    petitions::{done_words, state_label},
};
use crate::{
    domain::petition::PetitionId,
    store::{self, Db, moderation::Done, responses::Answerable},
    web::{cache::CachePolicy, error::PageError, filters::second_of, page},
};

/// Things that happened to a petition, of which the page tells.
const TOLD: i64 = 3;

/// What was typed: what the field is called, and what stands in it.
pub(super) type Typed<'a> = (&'static str, &'a str);

#[derive(Template)]
#[template(path = "admin/kept.html")]
struct KeptPage<'a> {
    frame: Frame,
    id: PetitionId,
    petition: Answerable,
    meanwhile: Vec<Done>,
    typed: Vec<Typed<'a>>,
}

/// The page with everything that was typed, to be copied.
pub(super) async fn page(
    staff: &Staff,
    db: &mut Db,
    id: PetitionId,
    typed: &[Typed<'_>],
) -> Result<Response, PageError> {
    let page = KeptPage {
        frame: Frame::new(staff, Section::Petitions, format!("Not saved: petition {id}")),
        id,
        petition: store::responses::answerable(db, id).await?.ok_or(PageError::NotFound)?,
        meanwhile: store::moderation::history(db, id, TOLD).await?,
        typed: typed.iter().filter(|(_, words)| !words.trim().is_empty()).copied().collect(),
    };
    Ok((StatusCode::CONFLICT, page::html(&page, CachePolicy::Never)?).into_response())
}

/// The same, if nothing can be published about a petition any more.
pub(super) async fn instead(
    staff: &Staff,
    db: &mut Db,
    id: PetitionId,
    typed: &[Typed<'_>],
) -> Result<Option<Response>, PageError> {
    match store::responses::answerable(db, id).await? {
        Some(petition) if petition.is_open_to_change() => Ok(None),
        _ => page(staff, db, id, typed).await.map(Some),
    }
}
