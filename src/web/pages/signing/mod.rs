//! Signing: the form, the mail's links, and what signers can do about their signature.

pub mod done;
pub mod not_open;
pub mod sign;
pub mod signed;
pub mod support;
pub mod thank_you;
pub mod unsubscribe;
pub mod verify;
pub mod yours;

use axum::response::{IntoResponse, Redirect, Response};

use crate::{
    actions::support::is_gathering,
    app::App,
    domain::petition::{PetitionId, PetitionState, Visibility},
    store::{self, Db, petitions::Petition, signatures::Signature},
    urls,
    web::error::PageError,
};

/// The petition that somebody has signed, as that signer may see it: whoever supports one that is not published yet may
/// read it.
async fn signers(db: &mut Db, signature: &Signature) -> Result<Petition, PageError> {
    let petition = store::petitions::find(db, signature.petition).await?.ok_or(PageError::NotFound)?;
    match petition.state.visibility() {
        Visibility::Page => Ok(petition),
        Visibility::Gone => Err(PageError::Gone),
        _ if is_gathering(petition.state)
            && store::supporters::stands_behind(db, signature.id).await? == Some(petition.id) =>
        {
            Ok(petition)
        }
        _ => Err(PageError::NotFound),
    }
}

/// What a signature is about, as its signer is told.
struct Signed {
    /// What the petition asks for.
    action: String,
    /// Its address; `None`: the public does not see it.
    address: Option<String>,
}

/// What a signature is about. Whoever stood behind a petition before it was published is told so to the end.
async fn about(db: &mut Db, signature: &Signature) -> Result<Signed, PageError> {
    let petition = store::petitions::find(db, signature.petition).await?.ok_or(PageError::NotFound)?;
    match petition.state.visibility() {
        Visibility::Page => Ok(Signed { action: petition.action, address: Some(urls::petition(&petition.id)) }),
        Visibility::Gone => Err(PageError::Gone),
        _ if store::supporters::stands_behind(db, signature.id).await?.is_some() => Ok(Signed {
            action: match petition.state {
                PetitionState::Hidden => "a petition that is not public".to_owned(),
                _ => petition.action,
            },
            address: None,
        }),
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
