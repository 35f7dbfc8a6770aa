//! Signing: the form, the mail's links, and what signers can do about their signature.

pub mod done;
pub mod not_open;
pub mod sign;
pub mod signed;
pub mod thank_you;
pub mod unsubscribe;
pub mod verify;
pub mod yours;

use axum::response::{IntoResponse, Redirect, Response};

use crate::{
    app::App,
    domain::petition::{PetitionId, Visibility},
    store::{self, Db, petitions::Petition},
    urls,
    web::error::PageError,
};

/// The petition that was signed, if it is public.
async fn petition(db: &mut Db, id: PetitionId) -> Result<Petition, PageError> {
    let petition = store::petitions::find(db, id).await?.ok_or(PageError::NotFound)?;
    match petition.state.visibility() {
        Visibility::Page => Ok(petition),
        Visibility::Gone => Err(PageError::Gone),
        _ => Err(PageError::NotFound),
    }
}

/// What is answered about a petition that has no page: its own address knows what there is to say.
async fn instead(app: &App, id: PetitionId) -> Result<Response, PageError> {
    let state = store::petitions::state(&mut *app.pool.acquire().await?, id).await?.ok_or(PageError::NotFound)?;
    match state.visibility() {
        Visibility::Gone => Err(PageError::Gone),
        Visibility::Missing => Err(PageError::NotFound),
        _ => Ok(Redirect::to(&urls::petition(&id)).into_response()),
    }
}
