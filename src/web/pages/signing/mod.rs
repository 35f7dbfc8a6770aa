//! Signing: the form, the mail's links, and what signers can do about their signature.

pub mod done;
pub mod not_open;
pub mod sign;
pub mod signed;
pub mod thank_you;
pub mod unsubscribe;
pub mod verify;
pub mod yours;

use crate::{
    domain::petition::{PetitionId, Visibility},
    store::{self, Db, petitions::Petition},
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
