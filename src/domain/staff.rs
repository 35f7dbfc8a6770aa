//! Staff: who may do what. The table of permissions is this file; the page for people and the check of every address of
//! the protected area are made from it.

use std::fmt;

/// The number of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize)]
#[sqlx(transparent)]
pub struct StaffId(pub i32);

impl fmt::Display for StaffId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What somebody is. Each may do what those before it may.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize, serde::Deserialize,
)]
#[sqlx(type_name = "staff_role", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads, and writes notes.
    Reviewer,
    /// Decides about petitions and signatures, and publishes what the Government and Parliament did.
    Moderator,
    /// Runs the site, and says who may do what.
    Sysadmin,
}

impl Role {
    /// All roles, the one that may do least first.
    pub const ALL: [Self; 3] = [Self::Reviewer, Self::Moderator, Self::Sysadmin];

    /// The role with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The word in forms and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Moderator => "moderator",
            Self::Sysadmin => "sysadmin",
        }
    }

    /// The word on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reviewer => "Reviewer",
            Self::Moderator => "Moderator",
            Self::Sysadmin => "Sysadmin",
        }
    }

    /// Whether it allows this.
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.least_role()
    }
}

/// Something that only some may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Look after one's own account.
    OwnAccount,
    /// See the desk, the lists and petitions with what belongs to them.
    Read,
    /// Write notes; set a petition's tags, topics and departments.
    Annotate,
    /// Publish, reject, flag, park, take down.
    Decide,
    /// Change a petition's texts, and the committee's note.
    EditText,
    /// Write and publish government responses, debates and other activity, and mail the signers.
    Respond,
    /// Search signatures; see who signed.
    SearchSignatures,
    /// Validate, quarantine, release and invalidate signatures.
    JudgeSignatures,
    /// Publish or restore what was rejected or hidden.
    Overturn,
    /// Remove a petition for good.
    Remove,
    /// Erase what is held about signers.
    EraseSignatures,
    /// Write rules over signatures, and count what they would take out.
    DraftRules,
    /// Run, stop and undo rules over signatures.
    RunRules,
    /// See mail that waits, send it again; see jobs.
    Operate,
    /// Change settings, texts, departments, topics, tags and reasons; import places.
    Configure,
    /// Announce the dissolution of Parliament, tell people, archive its petitions.
    Dissolve,
    /// Invite staff, change their role, end their sessions.
    ManageStaff,
    /// Read and export the log of what staff did.
    ReadLog,
}

impl Permission {
    /// All permissions.
    pub const ALL: [Self; 18] = [
        Self::OwnAccount,
        Self::Read,
        Self::Annotate,
        Self::Decide,
        Self::EditText,
        Self::Respond,
        Self::SearchSignatures,
        Self::JudgeSignatures,
        Self::Overturn,
        Self::Remove,
        Self::EraseSignatures,
        Self::DraftRules,
        Self::RunRules,
        Self::Operate,
        Self::Configure,
        Self::Dissolve,
        Self::ManageStaff,
        Self::ReadLog,
    ];

    /// The least that somebody must be.
    pub fn least_role(self) -> Role {
        match self {
            Self::OwnAccount | Self::Read | Self::Annotate => Role::Reviewer,
            Self::Decide | Self::EditText | Self::Respond | Self::SearchSignatures | Self::JudgeSignatures => {
                Role::Moderator
            }
            Self::Overturn
            | Self::Remove
            | Self::EraseSignatures
            | Self::DraftRules
            | Self::RunRules
            | Self::Operate
            | Self::Configure
            | Self::Dissolve
            | Self::ManageStaff
            | Self::ReadLog => Role::Sysadmin,
        }
    }

    /// Whether to do it somebody must have proved lately who they are. Applies to what changes something.
    pub fn wants_proof(self) -> bool {
        matches!(
            self,
            Self::OwnAccount
                | Self::Remove
                | Self::EraseSignatures
                | Self::RunRules
                | Self::Dissolve
                | Self::ManageStaff
        )
    }

    /// What it lets somebody do, to follow "may".
    pub fn words(self) -> &'static str {
        match self {
            Self::OwnAccount => "look after one’s own password, codes, passkeys and sessions",
            Self::Read => "see the desk, the lists, and petitions with their creator, notes and history",
            Self::Annotate => "write notes, and set a petition’s tags, topics and departments",
            Self::Decide => "publish, reject, flag, set aside and take down petitions",
            Self::EditText => "change a petition’s texts, with a public note, and the committee’s note",
            Self::Respond => "publish government responses, debates and other activity, and mail signers about them",
            Self::SearchSignatures => "search signatures and see who signed",
            Self::JudgeSignatures => "validate, quarantine, release and invalidate signatures",
            Self::Overturn => "publish or restore a petition that was rejected or hidden",
            Self::Remove => "remove a petition for good",
            Self::EraseSignatures => "erase what is held about signers",
            Self::DraftRules => "write rules over signatures, and count what they would take out",
            Self::RunRules => "run rules that take out many signatures, stop and undo them",
            Self::Operate => "see mail that waits and send it again, and see when jobs ran",
            Self::Configure => {
                "change settings, pages, departments, topics, tags and rejection reasons, and import places"
            }
            Self::Dissolve => "announce the dissolution of Parliament, tell people about it, and archive its petitions",
            Self::ManageStaff => "invite colleagues, change their role, end their sessions",
            Self::ReadLog => "read and export the log of what staff did",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_role_may_do_everything_that_a_lower_one_may() {
        for permission in Permission::ALL {
            for pair in Role::ALL.windows(2) {
                assert!(!pair[0].may(permission) || pair[1].may(permission), "{permission:?}");
            }
            assert!(Role::Sysadmin.may(permission));
        }
    }

    #[test]
    fn a_reviewer_reads_and_annotates() {
        let may: Vec<_> = Permission::ALL.into_iter().filter(|permission| Role::Reviewer.may(*permission)).collect();
        assert_eq!(may, [Permission::OwnAccount, Permission::Read, Permission::Annotate]);
    }

    #[test]
    fn codes_lead_back_to_their_role() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
        assert_eq!(Role::from_code("Sysadmin"), None);
    }
}
