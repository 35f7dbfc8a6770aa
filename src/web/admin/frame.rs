//! The frame of every page of the protected area.

use super::guard::Staff;
use crate::{
    domain::staff::{Permission, Role},
    urls,
    web::assets,
};

/// What the frame of a page needs to know.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What the site is called.
    pub site_name: String,
    /// The page's name.
    pub title: String,
    /// Which part of the area it belongs to.
    pub section: Section,
    /// Who sees it.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// What was done last; may be empty.
    pub notice: String,
    /// The address of the stylesheet.
    pub css: String,
    /// The address of staff's own stylesheet.
    pub admin_css: String,
    /// The address of the script.
    pub js: String,
}

/// A part of the protected area, as its menu has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What waits.
    Desk,
    /// Lists of petitions, and petitions.
    Petitions,
    /// Signatures, and rules over them.
    Signatures,
    /// Settings and what belongs to running the site.
    Site,
    /// Colleagues, and the log of what they did.
    Staff,
    /// One's own account.
    Account,
}

impl Frame {
    /// The frame of a page that somebody sees.
    pub fn new(staff: &Staff, section: Section, title: impl Into<String>) -> Self {
        Self {
            site_name: staff.in_force.settings.site_name.clone(),
            title: title.into(),
            section,
            name: staff.session.name.clone(),
            role: staff.session.role,
            notice: staff.session.notice.clone(),
            css: assets::url("site.css"),
            admin_css: assets::url("admin.css"),
            js: assets::url("site.js"),
        }
    }

    /// Whether whoever sees it may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }

    /// The menu: what whoever sees it may go to.
    pub fn menu(&self) -> Vec<MenuItem> {
        let items = [
            (Section::Desk, "Desk", urls::admin::desk(), Permission::Read),
            (Section::Petitions, "Petitions", urls::admin::petitions(), Permission::Read),
            (Section::Signatures, "Signatures", urls::admin::signatures(), Permission::SearchSignatures),
            (Section::Site, "Site", urls::admin::site(), Permission::Operate),
            (Section::Staff, "Staff", urls::admin::staff(), Permission::Read),
            (Section::Account, "Your account", urls::admin::account(), Permission::OwnAccount),
        ];
        let items = items.into_iter().filter(|(.., permission)| self.may(*permission));
        items.map(|(section, label, address, _)| MenuItem { section, label, address }).collect()
    }
}

/// A part of the area, in the menu.
#[derive(Clone, Copy, Debug)]
pub struct MenuItem {
    /// Which it is.
    pub section: Section,
    /// What it is called.
    pub label: &'static str,
    /// Where it is.
    pub address: &'static str,
}
