//! Every address of the protected area on one page, with what it takes to get there.

use std::sync::LazyLock;

use axum::{
    Router,
    handler::Handler,
    http::Method,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};

use super::{
    account, answers, desk, guard, invitation, life, log, passkeys, petitions, prove, roles, sign_in, signatures,
    single_sign_on, site, staff,
};
use crate::{domain::staff::Permission, web::Site};

/// What it takes to get to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing: it is on the way in.
    Open,
    /// To be signed in, in a role that may do this.
    Staff(Permission),
}

/// An address of the protected area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// How it is asked for.
    pub method: Method,
    /// The address, with the names of its variable parts in braces.
    pub path: &'static str,
    /// Who gets there.
    pub access: Access,
}

/// The routes of the protected area.
pub fn routes(site: &Site) -> Router<Site> {
    all(Routes::of(Some(site))).router
}

/// All addresses of the protected area.
pub fn addresses() -> Vec<Address> {
    all(Routes::of(None)).addresses
}

/// What it takes to get to where this path leads; `None`: it is none of the area.
pub(super) fn leads_to(method: &Method, path: &str) -> Option<Access> {
    static ADDRESSES: LazyLock<Vec<Address>> = LazyLock::new(addresses);
    // Of several that fit, the one with the fewest variable parts is meant, as the router has it.
    let fitting = ADDRESSES.iter().filter(|address| address.method == *method && fits(address.path, path));
    fitting.min_by_key(|address| address.path.matches('{').count()).map(|address| address.access)
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut parts, mut wanted) = (path.split('/'), pattern.split('/'));
    loop {
        match (parts.next(), wanted.next()) {
            (None, None) => return true,
            (Some(part), Some(wanted)) if wanted.starts_with('{') && !part.is_empty() && !part.starts_with('.') => {}
            (Some(part), Some(wanted)) if part == wanted => {}
            _ => return false,
        }
    }
}

fn all(routes: Routes) -> Routes {
    let groups = [door, desk, petitions, responses, signatures, running];
    groups.into_iter().fold(routes, |routes, group| group(routes))
}

/// Signing in, one's own account, colleagues, the log.
fn door(routes: Routes) -> Routes {
    routes
        .open(Method::GET, "/admin/sign-in", sign_in::show)
        .open(Method::POST, "/admin/sign-in", sign_in::submit)
        .open(Method::POST, "/admin/sign-out", sign_in::leave)
        .open(Method::GET, "/admin/sign-in/elsewhere", single_sign_on::show)
        .open(Method::GET, "/admin/sign-in/elsewhere/return", single_sign_on::back)
        .open(Method::POST, "/admin/sign-in/passkey", passkeys::sign_in)
        .open(Method::POST, "/admin/sign-in/passkey/question", passkeys::question_to_sign_in)
        .open(Method::GET, "/admin/invitations/{staff}", invitation::show)
        .open(Method::POST, "/admin/invitations/{staff}", invitation::submit)
        .read(Permission::Read, "/admin/prove", prove::show)
        .write(Permission::Read, "/admin/prove", prove::submit)
        .read(Permission::OwnAccount, "/admin/account", account::show)
        .read(Permission::OwnAccount, "/admin/account/password", account::show_password)
        .write(Permission::OwnAccount, "/admin/account/password", account::set_password)
        .read(Permission::OwnAccount, "/admin/account/telephone", account::show_telephone)
        .write(Permission::OwnAccount, "/admin/account/telephone", account::set_telephone)
        .write(Permission::OwnAccount, "/admin/account/recovery-codes", account::make_recovery_codes)
        .read(Permission::OwnAccount, "/admin/account/passkeys", passkeys::show)
        .write(Permission::OwnAccount, "/admin/account/passkeys", passkeys::add)
        .write(Permission::OwnAccount, "/admin/account/passkeys/question", passkeys::question_for_new)
        .write(Permission::OwnAccount, "/admin/account/passkeys/{passkey}/remove", passkeys::remove)
        .write(Permission::OwnAccount, "/admin/account/sessions/{session}/end", account::end_session)
        .write(Permission::OwnAccount, "/admin/account/sessions/end-others", account::end_other_sessions)
        .read(Permission::Read, "/admin/staff", staff::show)
        .read(Permission::ManageStaff, "/admin/staff/new", staff::show_new)
        .write(Permission::ManageStaff, "/admin/staff/new", staff::add)
        .read(Permission::ManageStaff, "/admin/staff/{staff}", staff::show_one)
        .write(Permission::ManageStaff, "/admin/staff/{staff}/role", staff::set_role)
        .write(Permission::ManageStaff, "/admin/staff/{staff}/disable", staff::disable)
        .write(Permission::ManageStaff, "/admin/staff/{staff}/enable", staff::enable)
        .write(Permission::ManageStaff, "/admin/staff/{staff}/end-sessions", staff::end_sessions)
        .write(Permission::ManageStaff, "/admin/staff/{staff}/invite", staff::invite)
        .read(Permission::Read, "/admin/roles", roles::show)
        .read(Permission::Read, "/admin/life", life::show)
        .read(Permission::ReadLog, "/admin/log", log::show)
        .read(Permission::ReadLog, "/admin/log.csv", log::csv)
}

/// What waits.
fn desk(routes: Routes) -> Routes {
    routes.read(Permission::Read, "/admin", desk::show)
}

/// Lists of petitions, petitions, and what is decided about them.
fn petitions(routes: Routes) -> Routes {
    routes
        .read(Permission::Read, "/admin/petitions", petitions::list::show)
        .read(Permission::Read, "/admin/petitions.csv", petitions::list::csv)
        .write(Permission::Read, "/admin/petitions/creator", petitions::list::find_creator)
        .read(Permission::Read, "/admin/petitions/{petition}", petitions::show::show)
        .write(Permission::Read, "/admin/petitions/{petition}/presence", petitions::presence::submit)
        .write(Permission::Annotate, "/admin/petitions/{petition}/notes", petitions::annotate::note)
        .write(Permission::Annotate, "/admin/petitions/{petition}/marks", petitions::annotate::marks)
        .write(Permission::Decide, "/admin/petitions/{petition}/creator-link", petitions::creator_link::submit)
        .read(Permission::EditText, "/admin/petitions/{petition}/text", petitions::text::show)
        .write(Permission::EditText, "/admin/petitions/{petition}/text", petitions::text::submit)
        .read(Permission::EditText, "/admin/petitions/{petition}/committee-note", petitions::text::committee_note)
        .write(
            Permission::EditText,
            "/admin/petitions/{petition}/committee-note",
            petitions::text::submit_committee_note,
        )
        .read(Permission::Decide, "/admin/petitions/{petition}/deadline", petitions::deadline::show)
        .write(Permission::Decide, "/admin/petitions/{petition}/deadline", petitions::deadline::submit)
        .read(Permission::Configure, "/admin/petitions/{petition}/personal-data", petitions::personal_data::show)
        .write(Permission::Configure, "/admin/petitions/{petition}/personal-data", petitions::personal_data::submit)
        .read(Permission::Decide, "/admin/petitions/{petition}/publish", petitions::decide::show)
        .write(Permission::Decide, "/admin/petitions/{petition}/publish", petitions::decide::submit)
        .read(Permission::Decide, "/admin/petitions/{petition}/reject", petitions::decide::show)
        .write(Permission::Decide, "/admin/petitions/{petition}/reject", petitions::decide::submit)
        .read(Permission::Decide, "/admin/petitions/{petition}/flag", petitions::decide::show)
        .write(Permission::Decide, "/admin/petitions/{petition}/flag", petitions::decide::submit)
        .read(Permission::Decide, "/admin/petitions/{petition}/park", petitions::decide::show)
        .write(Permission::Decide, "/admin/petitions/{petition}/park", petitions::decide::submit)
        .read(Permission::Decide, "/admin/petitions/{petition}/restore", petitions::decide::show)
        .write(Permission::Decide, "/admin/petitions/{petition}/restore", petitions::decide::submit)
        .read(Permission::Decide, "/admin/petitions/{petition}/take-down", petitions::decide::show)
        .write(Permission::Decide, "/admin/petitions/{petition}/take-down", petitions::decide::submit)
        .read(Permission::Remove, "/admin/petitions/{petition}/remove", petitions::decide::show)
        .write(Permission::Remove, "/admin/petitions/{petition}/remove", petitions::decide::submit)
}

/// What the Government and Parliament did, and mail to the signers.
fn responses(routes: Routes) -> Routes {
    routes
        .read(Permission::Read, "/admin/petitions/{petition}/response", answers::response::show)
        .write(Permission::Respond, "/admin/petitions/{petition}/response", answers::response::save)
        .read(Permission::Read, "/admin/petitions/{petition}/response/preview", answers::response::preview)
        .read(Permission::Respond, "/admin/petitions/{petition}/response/publish", answers::publish::show)
        .write(Permission::Respond, "/admin/petitions/{petition}/response/publish", answers::publish::submit)
        .write(Permission::Respond, "/admin/petitions/{petition}/response/approve", answers::response::approve)
        .write(Permission::Respond, "/admin/petitions/{petition}/response/unschedule", answers::response::unschedule)
        .write(Permission::Respond, "/admin/petitions/{petition}/response/discard", answers::response::discard)
        .read(Permission::Respond, "/admin/petitions/{petition}/response/withdraw", answers::withdraw::show)
        .write(Permission::Respond, "/admin/petitions/{petition}/response/withdraw", answers::withdraw::submit)
        .read(Permission::Read, "/admin/petitions/{petition}/debate", answers::debate::show)
        .write(Permission::Respond, "/admin/petitions/{petition}/debate/schedule", answers::debate::schedule)
        .write(Permission::Respond, "/admin/petitions/{petition}/debate/unschedule", answers::debate::unschedule)
        .write(Permission::Respond, "/admin/petitions/{petition}/debate/outcome", answers::debate::outcome)
        .write(Permission::Respond, "/admin/petitions/{petition}/debate/clear-outcome", answers::debate::clear_outcome)
        .read(Permission::Read, "/admin/petitions/{petition}/activities", answers::activities::list)
        .write(Permission::Respond, "/admin/petitions/{petition}/activities", answers::activities::add)
        .read(Permission::Respond, "/admin/petitions/{petition}/activities/{activity}", answers::activities::show)
        .write(Permission::Respond, "/admin/petitions/{petition}/activities/{activity}", answers::activities::change)
        .write(
            Permission::Respond,
            "/admin/petitions/{petition}/activities/{activity}/remove",
            answers::activities::remove,
        )
        .read(Permission::Read, "/admin/petitions/{petition}/mailings", answers::mailings::list)
        .read(Permission::Read, "/admin/petitions/{petition}/mailings/{mailing}", answers::mailings::show)
        .write(Permission::Respond, "/admin/petitions/{petition}/mailings/{mailing}", answers::mailings::order)
}

/// Signatures, and rules over them.
fn signatures(routes: Routes) -> Routes {
    routes
        .read(Permission::SearchSignatures, "/admin/signatures", signatures::list::show)
        .write(Permission::SearchSignatures, "/admin/signatures", signatures::list::submit)
        .write(Permission::JudgeSignatures, "/admin/signatures/choose", signatures::judge::choose)
        .read(Permission::JudgeSignatures, "/admin/signatures/judge", signatures::judge::show)
        .write(Permission::JudgeSignatures, "/admin/signatures/judge", signatures::judge::submit)
        .read(Permission::EraseSignatures, "/admin/signatures/erase", signatures::judge::show)
        .write(Permission::EraseSignatures, "/admin/signatures/erase", signatures::judge::submit)
        .read(Permission::SearchSignatures, "/admin/signatures/odd", signatures::odd::show)
        .read(Permission::DraftRules, "/admin/signatures/rules", signatures::rules::list)
        .write(Permission::DraftRules, "/admin/signatures/rules", signatures::rules::create)
        .read(Permission::RunRules, "/admin/signatures/rules/new", signatures::rules::new)
        .read(Permission::DraftRules, "/admin/signatures/rules/{rule}", signatures::rules::show)
        .read(Permission::DraftRules, "/admin/signatures/rules/{rule}/edit", signatures::rules::edit)
        .write(Permission::DraftRules, "/admin/signatures/rules/{rule}/edit", signatures::rules::change)
        .write(Permission::DraftRules, "/admin/signatures/rules/{rule}/count", signatures::rules::count)
        .read(Permission::RunRules, "/admin/signatures/rules/{rule}/run", signatures::rules::ask_run)
        .write(Permission::RunRules, "/admin/signatures/rules/{rule}/run", signatures::rules::run)
        .write(Permission::RunRules, "/admin/signatures/rules/{rule}/stop", signatures::rules::stop)
        .read(Permission::RunRules, "/admin/signatures/rules/{rule}/undo", signatures::rules::ask_undo)
        .write(Permission::RunRules, "/admin/signatures/rules/{rule}/undo", signatures::rules::undo)
        .write(Permission::DraftRules, "/admin/signatures/rules/{rule}/delete", signatures::rules::delete)
}

/// Running the site.
fn running(routes: Routes) -> Routes {
    routes
        .read(Permission::Operate, "/admin/site", site::show)
        .read(Permission::Configure, "/admin/site/settings", site::settings::show)
        .write(Permission::Configure, "/admin/site/settings", site::settings::submit)
        .read(Permission::Configure, "/admin/site/pages", site::pages::list)
        .read(Permission::Configure, "/admin/site/pages/new", site::pages::new)
        .write(Permission::Configure, "/admin/site/pages/new", site::pages::add)
        .read(Permission::Configure, "/admin/site/pages/{page}", site::pages::show)
        .write(Permission::Configure, "/admin/site/pages/{page}", site::pages::change)
        .write(Permission::Configure, "/admin/site/pages/{page}/remove", site::pages::remove)
        .read(Permission::Configure, "/admin/site/departments", site::reference::list)
        .read(Permission::Configure, "/admin/site/departments/new", site::reference::new)
        .write(Permission::Configure, "/admin/site/departments/new", site::reference::add)
        .read(Permission::Configure, "/admin/site/departments/import", site::reference::import_form)
        .write(Permission::Configure, "/admin/site/departments/import", site::reference::import)
        .read(Permission::Configure, "/admin/site/departments/{entry}", site::reference::show)
        .write(Permission::Configure, "/admin/site/departments/{entry}", site::reference::change)
        .write(Permission::Configure, "/admin/site/departments/{entry}/remove", site::reference::remove)
        .write(Permission::Configure, "/admin/site/departments/{entry}/merge", site::reference::merge)
        .read(Permission::Configure, "/admin/site/topics", site::reference::list)
        .read(Permission::Configure, "/admin/site/topics/new", site::reference::new)
        .write(Permission::Configure, "/admin/site/topics/new", site::reference::add)
        .read(Permission::Configure, "/admin/site/topics/{entry}", site::reference::show)
        .write(Permission::Configure, "/admin/site/topics/{entry}", site::reference::change)
        .write(Permission::Configure, "/admin/site/topics/{entry}/remove", site::reference::remove)
        .write(Permission::Configure, "/admin/site/topics/{entry}/merge", site::reference::merge)
        .read(Permission::Configure, "/admin/site/tags", site::reference::list)
        .read(Permission::Configure, "/admin/site/tags/new", site::reference::new)
        .write(Permission::Configure, "/admin/site/tags/new", site::reference::add)
        .read(Permission::Configure, "/admin/site/tags/{entry}", site::reference::show)
        .write(Permission::Configure, "/admin/site/tags/{entry}", site::reference::change)
        .write(Permission::Configure, "/admin/site/tags/{entry}/remove", site::reference::remove)
        .write(Permission::Configure, "/admin/site/tags/{entry}/merge", site::reference::merge)
        .read(Permission::Configure, "/admin/site/reasons", site::reference::list)
        .read(Permission::Configure, "/admin/site/reasons/new", site::reference::new)
        .write(Permission::Configure, "/admin/site/reasons/new", site::reference::add)
        .read(Permission::Configure, "/admin/site/reasons/{entry}", site::reference::show)
        .write(Permission::Configure, "/admin/site/reasons/{entry}", site::reference::change)
        .write(Permission::Configure, "/admin/site/reasons/{entry}/remove", site::reference::remove)
        .read(Permission::Configure, "/admin/site/places", site::places::show)
        .write(Permission::Configure, "/admin/site/places", site::places::submit)
        .read(Permission::Configure, "/admin/site/protection", site::protection::show)
        .write(Permission::Configure, "/admin/site/protection", site::protection::submit)
        .write(Permission::Configure, "/admin/site/protection/forget", site::protection::forget)
        .read(Permission::Operate, "/admin/site/outbox", site::outbox::show)
        .write(Permission::Operate, "/admin/site/outbox/search", site::outbox::search)
        .write(Permission::Operate, "/admin/site/outbox/again", site::outbox::send_all_again)
        .read(Permission::Operate, "/admin/site/outbox/{mail}", site::outbox::mail)
        .write(Permission::Operate, "/admin/site/outbox/{mail}/again", site::outbox::send_again)
        .write(Permission::Operate, "/admin/site/outbox/{mail}/discard", site::outbox::discard)
        .write(Permission::Operate, "/admin/site/outbox/{mail}/copy", site::outbox::copy)
        .read(Permission::Operate, "/admin/site/weekly-news/{mailing}", site::weekly_news::show)
        .write(Permission::Operate, "/admin/site/weekly-news/{mailing}", site::weekly_news::order)
        .read(Permission::Operate, "/admin/site/outages", site::outages::show)
        .write(Permission::Configure, "/admin/site/outages", site::outages::note)
        .write(Permission::Configure, "/admin/site/outages/{outage}", site::outages::describe)
        .read(Permission::Operate, "/admin/site/personal-data", site::personal_data::show)
        .read(Permission::Operate, "/admin/parliament", site::parliament::show)
        .read(Permission::Configure, "/admin/parliament/details", site::parliament::form)
        .write(Permission::Configure, "/admin/parliament/details", site::parliament::submit)
        .read(Permission::Dissolve, "/admin/parliament/announce", site::parliament::form)
        .write(Permission::Dissolve, "/admin/parliament/announce", site::parliament::submit)
        .read(Permission::Dissolve, "/admin/parliament/take-back", site::parliament::form)
        .write(Permission::Dissolve, "/admin/parliament/take-back", site::parliament::submit)
        .read(Permission::Dissolve, "/admin/parliament/tell", site::parliament::form)
        .write(Permission::Dissolve, "/admin/parliament/tell", site::parliament::submit)
        .read(Permission::Dissolve, "/admin/parliament/archive", site::parliament::form)
        .write(Permission::Dissolve, "/admin/parliament/archive", site::parliament::submit)
        .read(Permission::Operate, "/admin/site/jobs", site::jobs::show)
        .write(Permission::Operate, "/admin/site/jobs/{job}/run", site::jobs::run)
        .read(Permission::Operate, "/admin/site/figures", site::figures::show)
        .read(Permission::Operate, "/admin/site/figures.csv", site::figures::csv)
}

/// Routes with what it takes to get to them.
struct Routes<'a> {
    /// `None`: only the addresses are wanted.
    site: Option<&'a Site>,
    router: Router<Site>,
    addresses: Vec<Address>,
}

impl<'a> Routes<'a> {
    fn of(site: Option<&'a Site>) -> Self {
        Self { site, router: Router::new(), addresses: Vec::new() }
    }

    /// A page for whoever comes.
    fn open<H, T>(mut self, method: Method, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Site>,
        T: 'static,
    {
        let route = if method == Method::POST { post(handler) } else { get(handler) };
        self.router = self.router.route(path, route);
        self.addresses.push(Address { method, path, access: Access::Open });
        self
    }

    /// A page for those who may do this.
    fn read<H, T>(self, permission: Permission, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Site>,
        T: 'static,
    {
        self.guarded(Method::GET, permission, path, get(handler))
    }

    /// A form for those who may do this.
    fn write<H, T>(self, permission: Permission, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Site>,
        T: 'static,
    {
        self.guarded(Method::POST, permission, path, post(handler))
    }

    fn guarded(
        mut self,
        method: Method,
        permission: Permission,
        path: &'static str,
        handler: MethodRouter<Site>,
    ) -> Self {
        if let Some(site) = self.site {
            let guard = guard::Guard { site: site.clone(), permission };
            self.router = self.router.route(path, handler.layer(from_fn_with_state(guard, guard::check)));
        }
        self.addresses.push(Address { method, path, access: Access::Staff(permission) });
        self
    }
}
