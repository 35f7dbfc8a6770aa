//! How mail leaves: to an SMTP server, into a folder while the site is being developed, or not yet.

use super::{
    folder::Folder,
    letter::{Letter, SendError},
    smtp::Smtp,
};

/// The way on which mail leaves.
#[derive(Debug)]
pub enum Transport {
    /// A server takes it on.
    Smtp(Box<Smtp>),
    /// It stays in a folder, where a developer reads it.
    Folder(Folder),
    /// There is no way yet; mail waits.
    None,
}

impl Transport {
    /// Sends a letter. Takes no longer than [`super::smtp::LONGEST`].
    ///
    /// # Errors
    /// Why it has not left, and whether another try makes sense.
    pub async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(letter).await,
            Self::Folder(folder) => folder.keep(letter).await,
            Self::None => Err(SendError::Blocked("no way to send mail is set".to_owned())),
        }
    }

    /// Letters that can leave at the same time.
    pub fn width(&self) -> usize {
        match self {
            Self::Smtp(smtp) => smtp.connections(),
            Self::Folder(_) => 1,
            Self::None => 0,
        }
    }

    /// Lets go of what has not been needed for a while.
    pub async fn rest(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.close_idle().await;
        }
    }
}
