//! Every address of the protected area on one page, with what it takes to get there.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};

use super::{desk, guard, sign_in, signatures, site};
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

fn all(routes: Routes) -> Routes {
    let groups = [door, desk, petitions, responses, signatures, running];
    groups.into_iter().fold(routes, |routes, group| group(routes))
}

/// Signing in, one's own account, colleagues, and the log.
fn door(routes: Routes) -> Routes {
    routes.open(Method::GET, "/admin/sign-in", sign_in::show)
}

/// What waits.
fn desk(routes: Routes) -> Routes {
    routes.read(Permission::Read, "/admin", desk::show)
}

/// Lists of petitions, petitions, and what is decided about them.
fn petitions(routes: Routes) -> Routes {
    routes
}

/// What the Government and Parliament did, and mail to the signers.
fn responses(routes: Routes) -> Routes {
    routes
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
        .read(Permission::RunRules, "/admin/signatures/rules", signatures::rules::list)
        .write(Permission::RunRules, "/admin/signatures/rules", signatures::rules::create)
        .read(Permission::RunRules, "/admin/signatures/rules/new", signatures::rules::new)
        .read(Permission::RunRules, "/admin/signatures/rules/{rule}", signatures::rules::show)
        .read(Permission::RunRules, "/admin/signatures/rules/{rule}/edit", signatures::rules::edit)
        .write(Permission::RunRules, "/admin/signatures/rules/{rule}/edit", signatures::rules::change)
        .write(Permission::RunRules, "/admin/signatures/rules/{rule}/count", signatures::rules::count)
        .read(Permission::RunRules, "/admin/signatures/rules/{rule}/run", signatures::rules::ask_run)
        .write(Permission::RunRules, "/admin/signatures/rules/{rule}/run", signatures::rules::run)
        .write(Permission::RunRules, "/admin/signatures/rules/{rule}/stop", signatures::rules::stop)
        .read(Permission::RunRules, "/admin/signatures/rules/{rule}/undo", signatures::rules::ask_undo)
        .write(Permission::RunRules, "/admin/signatures/rules/{rule}/undo", signatures::rules::undo)
        .write(Permission::RunRules, "/admin/signatures/rules/{rule}/delete", signatures::rules::delete)
}

/// Running the site.
fn running(routes: Routes) -> Routes {
    routes
        .read(Permission::Operate, "/admin/site", site::show)
        .read(Permission::Configure, "/admin/site/settings", site::settings::show)
        .write(Permission::Configure, "/admin/site/settings", site::settings::submit)
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
