//! What somebody sees who has just confirmed: the new count, and what else can be done for the petition.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    app::App,
    domain::{
        area::BoundarySet, keyring::Purpose, limits, petition::Visibility, signature::SignatureState, text::slug,
        threshold::Progress,
    },
    store::{self, petitions::Petition, related::Related, signatures::Signature},
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        extract::{Now, SignedLink},
        filters::signatures,
        memory::Memory,
        page::{self, Layout, Section},
        pages::local::constituencies,
        share::ShareLink,
    },
};

#[derive(Template)]
#[template(path = "pages/signing/signed.html")]
struct SignedPage {
    layout: Layout,
    petition: Petition,
    progress: Progress,
    share: Vec<ShareLink>,
    constituency: Option<Constituency>,
    related: Vec<Related>,
    yours: String,
}

/// Where the signer can vote, and for whom others have voted.
struct Constituency {
    name: String,
    member: Option<String>,
    /// Where it stands what it signs; `None`: it has no such page.
    page: Option<String>,
}

impl Constituency {
    async fn of(app: &App, memory: &Memory, signature: Signature) -> Result<Option<Self>, PageError> {
        if !signature.is_constituency {
            return Ok(None);
        }
        let mut page = None;
        // It may be one of former boundaries, as the directory of postcodes was.
        for set in [BoundarySet::OF_2024, BoundarySet::OF_2010] {
            match constituencies(app, memory, set).await {
                Ok(known) => {
                    let found = known.with_slug(&slug(&signature.area));
                    page = page.or(found.map(|found| urls::local_place(&found.slug, set)));
                }
                Err(PageError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(Self { name: signature.area, member: signature.member, page }))
    }

    /// Parliament's own page about who represents it.
    fn find_member(&self) -> String {
        let name = utf8_percent_encode(&self.name, NON_ALPHANUMERIC);
        format!("https://members.parliament.uk/members/Commons?SearchText={name}")
    }
}

/// Somebody supports a petition that is not published yet.
#[derive(Template)]
#[template(path = "pages/signing/supported.html")]
struct SupportedPage {
    layout: Layout,
    action: String,
    supporters: u32,
    wants_updates: bool,
    yours: String,
}

impl SupportedPage {
    fn missing(&self) -> u32 {
        limits::SUPPORTERS_NEEDED.saturating_sub(self.supporters)
    }
}

/// "Your signature is counted", for an hour; then the petition.
pub async fn show(
    State(app): State<App>,
    State(memory): State<Memory>,
    now: Now,
    link: SignedLink,
) -> Result<Response, PageError> {
    let id = link.signature;
    let mut db = store::snapshot(&app.pool).await?;
    let signature = store::signatures::find(&mut db, id).await?.ok_or(PageError::DeadLink)?;
    if link.old || matches!(signature.state, SignatureState::Pending | SignatureState::Withdrawn) {
        return Ok(Redirect::to(&urls::petition(&signature.petition)).into_response());
    }
    let petition = super::signers(&mut db, &signature).await?;
    let yours = urls::your_signature(&id, &app.keyring.token(Purpose::Manage, id));
    if petition.state.visibility() != Visibility::Page {
        let gathering = store::supporters::gathering(&mut db, petition.id).await?.ok_or(PageError::NotFound)?;
        db.commit().await?;
        let page = SupportedPage {
            layout: Layout::unlisted(&app, "Your support is counted").within(Section::Petitions),
            action: petition.action,
            supporters: gathering.supporters,
            wants_updates: signature.wants_updates,
            yours,
        };
        return page::html(&page, CachePolicy::Never);
    }
    let related = store::related::find(&mut db, petition.id, now.0).await?;
    db.commit().await?;
    let page = SignedPage {
        layout: Layout::unlisted(&app, "Your signature is counted").within(Section::Petitions),
        progress: app.thresholds().progress(
            petition.signature_count,
            petition.dates.response_threshold_reached_at.is_some() || petition.response.is_some(),
        ),
        share: ShareLink::all(&app, petition.id, &petition.action),
        constituency: Constituency::of(&app, &memory, signature).await?,
        yours,
        petition,
        related,
    };
    page::html(&page, CachePolicy::Never)
}
