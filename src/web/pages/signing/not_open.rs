//! What stands in the place of the form when a petition cannot be signed here now.

use askama::Template;

use crate::{
    actions::sign::NotCollected,
    app::App,
    store::petitions::Petition,
    web::{
        error::PageError,
        page::{Layout, Section},
    },
};

#[derive(Template)]
#[template(path = "pages/signing/not_open.html")]
struct NotOpenPage<'a> {
    layout: Layout,
    petition: &'a Petition,
    why: NotCollected,
    /// Somebody was filling in the form meanwhile.
    just: bool,
}

/// The page that says why, for a petition that everybody may see.
///
/// # Errors
/// When it cannot be rendered; [`PageError::NotFound`] where it would tell of a petition that is not public.
pub fn render(app: &App, petition: &Petition, why: NotCollected, just: bool) -> Result<String, PageError> {
    let title = match why {
        NotCollected::Rejected => "This petition cannot be signed",
        NotCollected::Closed => "This petition is closed for signatures",
        NotCollected::Elsewhere => "This petition is signed elsewhere",
        NotCollected::Paused => "Signing is paused",
        NotCollected::Missing | NotCollected::Removed | NotCollected::NotYet => return Err(PageError::NotFound),
    };
    let layout = Layout::unlisted(app, title).within(Section::Petitions);
    Ok(NotOpenPage { layout, petition, why, just }.render()?)
}
