//! What happens to petitions, as weekly news and feeds tell it.

/// Something that happened to a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(type_name = "happening", rename_all = "snake_case")]
pub enum Happening {
    /// It was published.
    Published,
    /// It has come among those that a constituency signs most.
    Risen,
    /// The Government has responded.
    Responded,
    /// Parliament has debated it.
    Debated,
    /// Parliament has decided not to debate it.
    NotDebated,
}

impl Happening {
    /// In a few words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Published => "New petition",
            Self::Risen => "Now among those signed most",
            Self::Responded => "The Government has responded",
            Self::Debated => "Parliament debated it",
            Self::NotDebated => "Parliament will not debate it",
        }
    }

    /// The word for it in an address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Risen => "risen",
            Self::Responded => "responded",
            Self::Debated => "debated",
            Self::NotDebated => "not-debated",
        }
    }

    /// The part of the petition's page that says more; empty: the page itself.
    pub fn anchor(self) -> &'static str {
        match self {
            Self::Published | Self::Risen => "",
            Self::Responded => "#response",
            Self::Debated | Self::NotDebated => "#debate",
        }
    }
}
