//! A petition as a sheet of paper, to be pinned up and handed round: what it asks for, why, and how to get to it.

use askama::Template;
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    domain::{
        keyring::PetitionPurpose,
        limits,
        petition::{PetitionId, PetitionState, Visibility},
    },
    store::{self, petitions::Petition},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Numbered, PetitionLink, ToCreate},
        filters::{day_of, thousands},
        page::{self, Layout, Section},
        plain_text,
        qr::Qr,
    },
};

#[derive(Template)]
#[template(path = "pages/petitions/sheet.html")]
struct SheetPage {
    layout: Layout,
    petition: Petition,
    qr: Qr,
    /// The address, as it is typed.
    address: String,
    /// Whether it asks for supporters; otherwise for signatures.
    support: bool,
    /// Where one goes back to.
    back: String,
}

/// The sheet of a petition that is published.
pub async fn show(State(app): State<App>, address: Numbered) -> Result<Response, PageError> {
    if address.suffix.is_some() {
        return Err(PageError::NotFound);
    }
    let petition = find(&app, address.id).await?;
    match petition.state.visibility() {
        Visibility::Page if petition.state != PetitionState::Rejected => {}
        Visibility::Gone => return Err(PageError::Gone),
        _ => return Err(PageError::NotFound),
    }
    let path = urls::petition(&petition.id);
    let title = format!("To print: {}", petition.action);
    sheet(&app, petition, title, &path, false, path.clone(), CachePolicy::Revalidate)
}

/// The sheet of a petition that looks for supporters, with the link for them; for its creator.
pub async fn for_supporters(State(app): State<App>, link: PetitionLink<ToCreate>) -> Result<Response, PageError> {
    let petition = find(&app, link.petition).await?;
    if !matches!(petition.state.visibility(), Visibility::GatheringSupport | Visibility::BeingChecked) {
        return Err(PageError::NotFound);
    }
    let token = |purpose| app.keyring.petition_token(purpose, petition.id);
    let path = urls::support(&petition.id, &token(PetitionPurpose::Support));
    let back = urls::creator_page(&petition.id, &token(PetitionPurpose::Creator));
    sheet(&app, petition, "To print: find supporters".to_owned(), &path, true, back, CachePolicy::Never)
}

fn sheet(
    app: &App,
    petition: Petition,
    title: String,
    path: &str,
    support: bool,
    back: String,
    policy: CachePolicy,
) -> Result<Response, PageError> {
    let full = format!("{}{path}", app.public_url);
    let page = SheetPage {
        layout: Layout::unlisted(app, title).within(Section::Petitions),
        qr: Qr::of(&full)?,
        address: full.split_once("://").map_or(full.as_str(), |(_, address)| address).to_owned(),
        petition,
        support,
        back,
    };
    page::html(&page, policy)
}

async fn find(app: &App, id: PetitionId) -> Result<Petition, PageError> {
    store::petitions::find(&mut *app.pool.acquire().await?, id).await?.ok_or(PageError::NotFound)
}
