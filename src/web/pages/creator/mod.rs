//! What the creator of a petition sees and does by the link of a mail, without an account.

pub mod lost;
pub mod show;
pub mod withdraw;

use crate::{
    app::App,
    domain::{keyring::PetitionPurpose, petition::PetitionId},
    store::{self, Db, creators::Creator, petitions::Petition},
    urls,
    web::error::PageError,
};

/// The petition and its creator. Where nobody is known to have created it, no link can have been mailed.
async fn find(db: &mut Db, id: PetitionId) -> Result<(Petition, Creator), PageError> {
    let petition = store::petitions::find(db, id).await?.ok_or(PageError::DeadLink)?;
    let creator = store::creators::find(db, id).await?.ok_or(PageError::DeadLink)?;
    Ok((petition, creator))
}

/// The creator's page.
fn address(app: &App, id: PetitionId) -> String {
    urls::creator_page(&id, &token(app, id))
}

fn token(app: &App, id: PetitionId) -> String {
    app.keyring.petition_token(PetitionPurpose::Creator, id)
}
