//! Every address of the site, on one page.

use axum::{
    Router,
    routing::{get, post},
};

use super::{Site, admin, api, assets, dev, error::PageError, pages};

/// All routes. An address whose last part may end in `.json` or `.csv` is one route that splits it.
pub fn all(site: &Site) -> Router<Site> {
    Router::new()
        // people
        .route("/", get(pages::home::show))
        .route("/petitions", get(pages::petitions::list::show))
        .route("/petitions/start", get(pages::texts::start))
        .route("/petitions/new", get(pages::create::wizard::show).post(pages::create::wizard::submit))
        .route("/petitions/new/sent", get(pages::create::sent::show))
        .route("/petitions/new/saved", get(pages::create::sent::saved))
        .route("/petitions/drafts/{draft}", get(pages::create::draft::show).post(pages::create::draft::submit))
        .route("/petitions/local", get(pages::local::find::show).post(pages::local::find::submit))
        .route("/petitions/local/{place}", get(pages::local::show::open))
        .route("/petitions/local/{place}/all", get(pages::local::show::all))
        .route("/petitions/local/{place}/all.json", get(pages::local::show::all_json))
        .route("/petitions/local/{place}/all.csv", get(pages::local::show::all_csv))
        .route(
            "/petitions/local/{place}/follow",
            get(pages::following::ask::place).post(pages::following::ask::submit_place),
        )
        .route("/constituencies", get(pages::local::list::show))
        .route("/topics", get(pages::topics::show))
        .route("/topics/{topic}", get(api::feeds::topic))
        .route("/topics/{topic}/follow", get(pages::following::ask::topic).post(pages::following::ask::submit_topic))
        .route(
            "/petitions/{petition}/follow",
            get(pages::following::ask::petition).post(pages::following::ask::submit_petition),
        )
        .route(
            "/follows/{follow}/confirm",
            get(pages::following::confirm::show).post(pages::following::confirm::confirm),
        )
        .route("/follows/{follow}/not-me", post(pages::following::confirm::not_me))
        .route("/follows/{follow}/stop", get(pages::following::stop::one).post(pages::following::stop::submit_one))
        .route("/follows/by/{follow}", get(pages::following::yours::show).post(pages::following::yours::stop_one))
        .route(
            "/follows/by/{follow}/weekly",
            get(pages::following::stop::weekly).post(pages::following::stop::submit_weekly),
        )
        .route("/follows/by/{follow}/everything", post(pages::following::yours::everything))
        .route("/petitions/{petition}", get(pages::petitions::show::show))
        .route("/petitions/{petition}/places", get(pages::petitions::all_places::show))
        .route("/petitions/{petition}/share", get(pages::petitions::share::show))
        .route("/petitions/{petition}/sheet", get(pages::petitions::sheet::show))
        .route(
            "/petitions/{petition}/sponsors/new",
            get(pages::signing::support::show).post(pages::signing::support::submit),
        )
        .route("/petitions/{petition}/sponsors/thank-you", get(pages::signing::support::thanks))
        .route("/petitions/{petition}/creator", get(pages::creator::show::show).post(pages::creator::lost::submit))
        .route("/petitions/{petition}/creator/sheet", get(pages::petitions::sheet::for_supporters))
        .route("/petitions/{petition}/creator/mails", post(pages::creator::show::want_mails))
        .route(
            "/petitions/{petition}/creator/withdraw",
            get(pages::creator::withdraw::show).post(pages::creator::withdraw::submit),
        )
        .route("/petitions/{petition}/embed", get(pages::petitions::embed::show))
        .route("/petitions/{petition}/gathering-support", get(pages::petitions::holding::gathering_support))
        .route("/petitions/{petition}/moderation-info", get(pages::petitions::holding::being_checked))
        .route(
            "/petitions/{petition}/signatures/new",
            get(pages::signing::sign::show).post(pages::signing::sign::submit),
        )
        .route("/petitions/{petition}/signatures", post(pages::signing::sign::submit))
        .route("/petitions/{petition}/thank-you", get(pages::signing::thank_you::show))
        .route("/signatures/{signature}", get(pages::signing::yours::show))
        .route("/signatures/{signature}/data.json", get(pages::signing::yours::data))
        .route("/signatures/{signature}/withdraw", post(pages::signing::yours::withdraw))
        .route(
            "/signatures/{signature}/verify",
            get(pages::signing::verify::show).post(pages::signing::verify::confirm),
        )
        .route(
            "/signatures/{signature}/confirm-petition",
            get(pages::create::confirm::show).post(pages::create::confirm::confirm),
        )
        .route("/signatures/{signature}/not-my-petition", post(pages::create::confirm::not_me))
        .route("/signatures/{signature}/not-me", post(pages::signing::verify::not_me))
        .route("/signatures/{signature}/signed", get(pages::signing::signed::show))
        .route(
            "/signatures/{signature}/unsubscribe",
            get(pages::signing::unsubscribe::show).post(pages::signing::unsubscribe::submit),
        )
        .route("/statistics", get(pages::statistics::show))
        .route("/api", get(pages::api::show))
        .route("/feedback", get(pages::feedback::show).post(pages::feedback::submit))
        .route("/feedback/thanks", get(pages::feedback::thanks))
        .route("/help", get(pages::texts::help))
        .route("/help/estimates", get(pages::texts::estimates))
        .route("/outages", get(pages::outages::show))
        .route("/help/{page}", get(pages::texts::own))
        .route("/privacy", get(pages::texts::privacy))
        .route("/accessibility", get(pages::texts::accessibility))
        .route("/cookies", get(pages::texts::cookies))
        .route("/archived/petitions", get(pages::archived::list))
        .route("/archived/petitions/{petition}", get(pages::archived::petition))
        .route("/archived/signatures/{signature}/unsubscribe", get(pages::archived::unsubscribe))
        // programs
        .route("/petitions.json", get(pages::petitions::list::json))
        .route("/petitions.csv", get(pages::petitions::list::csv))
        .route("/petitions.atom", get(pages::petitions::list::atom))
        .route("/petitions/{petition}/{name}", get(api::petition_data))
        .route("/archived/petitions.json", get(pages::archived::list_json))
        .route("/archived/petitions.csv", get(pages::archived::list_csv))
        .route("/parliaments.json", get(api::parliaments::json))
        .route("/parliaments/{period}", get(api::parliaments::one))
        .route("/topics.json", get(api::topics::json))
        .route("/trending.json", get(api::trending::json))
        .route("/statistics.json", get(api::statistics::json))
        .route("/statistics.csv", get(api::statistics::csv))
        .route("/constituencies.json", get(api::constituencies::json))
        .route("/api/openapi.json", get(api::description::json))
        .route("/ping", get(api::operations::ping))
        .route("/health-check", get(api::operations::health_check))
        .route("/robots.txt", get(api::operations::robots))
        .route("/sitemap.xml", get(api::sitemap::index))
        .route("/sitemap/pages.xml", get(api::sitemap::pages))
        .route("/sitemap/{part}", get(api::sitemap::petitions))
        // staff
        .merge(admin::addresses::routes(site))
        // developers
        .route("/dev/mail", get(dev::mail::list))
        .route("/dev/mail/{mail}", get(dev::mail::show))
        .route("/dev/mail/{mail}/html", get(dev::mail::html))
        // files
        .route("/static/{file}", get(assets::show))
        .route("/favicon.ico", get(assets::icon))
        .route("/manifest.json", get(assets::manifest))
        .fallback(|| async { PageError::NotFound })
}
