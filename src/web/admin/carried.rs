//! A form that was sent when nobody was signed in any more: what was typed is carried through signing in, and sent on by
//! a button. Nothing of it is kept on the server.

use askama::Template;
use axum::{
    body::to_bytes,
    extract::Request,
    http::{Method, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use url::form_urlencoded;

use super::addresses::{self, Access};
use crate::{
    app::App,
    urls,
    web::{
        cache::CachePolicy,
        error::PageError,
        page::{self, Layout},
    },
};

/// Where a form goes, and what stands in it. The two travel in hidden fields with these names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Carried {
    /// The address, on this site and of the protected area.
    pub(super) address: String,
    /// The form, as the browser has sent it.
    pub(super) body: String,
}

impl Carried {
    /// What came with a request: a form for an address that forms are sent to. `None`: nothing that could be sent on.
    pub(super) async fn of(request: Request) -> Option<Self> {
        let (parts, body) = request.into_parts();
        if parts.method != Method::POST {
            return None;
        }
        let kind = parts.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        if !kind.trim().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            return None;
        }
        // It has been read already (`web::body`), and is not too large.
        let body = String::from_utf8(to_bytes(body, usize::MAX).await.ok()?.to_vec()).ok()?;
        if parts.uri.path() == urls::admin::prove() {
            // The form on which somebody proves who they are carries another.
            let value = |name: &str| {
                let found = form_urlencoded::parse(body.as_bytes()).find(|(known, _)| known == name);
                found.map(|(_, value)| value.into_owned()).unwrap_or_default()
            };
            return Self::checked(value("address"), value("body"));
        }
        let address = parts.uri.path_and_query().map(|address| address.as_str().to_owned())?;
        Self::checked(address, body)
    }

    /// What hidden fields say, unless somebody has put something else there.
    pub(super) fn checked(address: String, body: String) -> Option<Self> {
        let path = address.split('?').next().unwrap_or_default();
        let access = addresses::leads_to(&Method::POST, path);
        let sound = !address.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
        let own = [urls::admin::prove(), urls::admin::sign_out()].contains(&path);
        (sound && !own && matches!(access, Some(Access::Staff(_)))).then_some(Self { address, body })
    }

    /// What stands in the form. Passwords of the account's own pages are typed again.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        let own = self.address.starts_with(urls::admin::account());
        form_urlencoded::parse(self.body.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .filter(|(name, _)| !(own && (name.starts_with("password") || name == "code")))
            .collect()
    }
}

/// An address of the protected area to which somebody may be sent on, or the desk.
pub(super) fn next(wanted: &str) -> &str {
    let path = wanted.split('?').next().unwrap_or_default();
    let sound = !wanted.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    let leads = addresses::leads_to(&Method::GET, path);
    if sound && matches!(leads, Some(Access::Staff(_))) { wanted } else { urls::admin::desk() }
}

#[derive(Template)]
#[template(path = "admin/resume.html")]
struct ResumePage<'a> {
    layout: Layout,
    address: &'a str,
    fields: Vec<(String, String)>,
    recovery_codes: Option<i64>,
}

/// "You are signed in again. What you wrote is kept", with the button that sends it on.
pub(super) fn resume(
    app: &App,
    carried: &Carried,
    title: &str,
    recovery_codes: Option<i64>,
) -> Result<Response, PageError> {
    let page = ResumePage {
        layout: Layout::unlisted(app, title),
        address: &carried.address,
        fields: carried.fields(),
        recovery_codes,
    };
    Ok((StatusCode::OK, page::html(&page, CachePolicy::Never)?).into_response())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_addresses_of_the_area_are_gone_to() {
        for wanted in ["/admin", "/admin/staff", "/admin/staff/7", "/admin/log?act=staff.add&before=9"] {
            assert_eq!(next(wanted), wanted);
        }
        for wanted in [
            "",
            "/",
            "//example.org/admin",
            "https://example.org/admin",
            "/admin\\@example.org",
            "/admin/../petitions",
            "/adminx",
            "/admin//example.org",
            "/admin/sign-in",
            "/admin/nowhere",
            "/admin/staff\r\nx",
            " /admin",
            "/admin/sign-in/elsewhere",
            "javascript:alert(1)",
        ] {
            assert_eq!(next(wanted), "/admin", "{wanted}");
        }
    }

    #[test]
    fn only_forms_of_the_area_are_sent_on() {
        let checked = |address: &str| Carried::checked(address.to_owned(), "a=1".to_owned()).is_some();
        assert!(checked("/admin/staff/new") && checked("/admin/staff/7/role"));
        for address in [
            "",
            "https://example.org/admin/staff/new",
            "//example.org/admin/staff/new",
            "/petitions/1/signatures",
            "/admin/sign-in",
            "/admin/sign-out",
            "/admin/prove",
            "/admin",
            "/admin/staff",
            "/admin/staff/new\n",
        ] {
            assert!(!checked(address), "{address}");
        }
    }

    #[test]
    fn passwords_are_not_sent_back() {
        let body = "password=a&password_again=b&code=1&name=Grace".to_owned();
        let carried = Carried { address: urls::admin::own_password().to_owned(), body: body.clone() };
        assert_eq!(carried.fields(), [("name".to_owned(), "Grace".to_owned())]);
        assert_eq!(Carried { address: urls::admin::new_colleague().to_owned(), body }.fields().len(), 4);
    }

    proptest! {
        #[test]
        fn every_form_arrives_as_it_was(fields in prop::collection::vec(("[a-z_]{1,12}", "[^\0]{0,80}"), 0..6)) {
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.extend_pairs(&fields);
            let carried = Carried { address: "/admin/staff/new".to_owned(), body: body.finish() };
            prop_assert_eq!(carried.fields(), fields);
        }

        #[test]
        fn whatever_is_wanted_stays_on_the_site(wanted in "\\PC{0,60}") {
            prop_assert!(next(&wanted).starts_with("/admin"));
        }
    }
}
