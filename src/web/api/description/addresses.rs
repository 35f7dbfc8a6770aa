//! The table of all addresses that programs can ask, in the order in which they are explained.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use schemars::{Schema, SchemaGenerator, json_schema};

use super::{Content, Parameter, Samples, of, parameters};
use crate::{
    domain::{area::BoundarySet, facet::Facet, petition::PetitionId, statistics::Statistics},
    urls,
    web::{
        api::{constituencies, history, local, operations, parliaments, petition, petitions, places, topics, trending},
        cache::CachePolicy,
        pages::signing::yours,
    },
};

/// What an address is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Lists of petitions.
    Lists,
    /// One petition.
    Petition,
    /// Constituencies, and what is signed there.
    Places,
    /// The site as a whole.
    Site,
    /// What is held about somebody who signed.
    Signer,
    /// Whether the site is there, and well.
    Operations,
}

/// An address that programs can ask.
pub struct Address {
    /// What it is called in programs.
    pub name: &'static str,
    /// The address, with its parameters in curly brackets.
    pub path: &'static str,
    /// What it is about.
    pub about: About,
    /// What is to be had there, in a line.
    pub summary: &'static str,
    /// What there is to know about it; may be empty.
    pub words: &'static str,
    /// What may be chosen.
    pub parameters: Vec<Parameter>,
    /// What is to be had there.
    pub content: Content,
    /// How long that may be kept.
    pub policy: CachePolicy,
    /// The statuses that it answers to requests that cannot be fulfilled.
    pub refuses: &'static [StatusCode],
    /// What it says itself with the status 503.
    pub unwell: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// The same with parameters that exist on this site.
    pub example: Option<String>,
}

impl About {
    /// All of them, in the order in which they are explained.
    pub const ALL: [Self; 6] = [Self::Lists, Self::Petition, Self::Places, Self::Site, Self::Signer, Self::Operations];

    /// As a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Lists => "Lists of petitions",
            Self::Petition => "A petition",
            Self::Places => "Constituencies",
            Self::Site => "The whole site",
            Self::Signer => "Your own signature",
            Self::Operations => "Running the site",
        }
    }

    /// As an anchor.
    pub fn anchor(self) -> &'static str {
        match self {
            Self::Lists => "lists",
            Self::Petition => "petition",
            Self::Places => "places",
            Self::Site => "site",
            Self::Signer => "signer",
            Self::Operations => "operations",
        }
    }

    /// What there is to know about all its addresses.
    pub fn words(self) -> &'static str {
        match self {
            Self::Lists => {
                "The lists of the site and its search, in pages as JSON and whole as CSV. A state, a topic or a parliament \
                 that there is not is answered with 400, never with an empty list."
            }
            Self::Petition => "All there is to know of one petition. Those that are not public are answered with 404.",
            Self::Places => "The constituencies, and what is signed there.",
            Self::Site => "What happens on all petitions together.",
            Self::Signer => "Only whoever has the link of the mail gets this.",
            Self::Operations => "For those who watch over the site, and for robots.",
        }
    }
}

const BAD: StatusCode = StatusCode::BAD_REQUEST;
const MISSING: StatusCode = StatusCode::NOT_FOUND;
const FORMAT: StatusCode = StatusCode::NOT_ACCEPTABLE;
const GONE: StatusCode = StatusCode::GONE;

/// What an address about a petition may refuse.
const PETITION: &[StatusCode] = &[BAD, MISSING, FORMAT, GONE];
/// What an address about a constituency may refuse.
const PLACE: &[StatusCode] = &[BAD, MISSING, FORMAT];

/// Columns of what a list is as CSV.
const LIST: &[(&str, &str)] = &[
    ("Petition", "What it asks for."),
    ("URL", "Its page."),
    ("State", "Where it is in its life."),
    ("Signatures Count", "How many have signed."),
];
/// Columns of a history.
const HISTORY: &[(&str, &str)] = &[
    ("starts_at", "When the time of the row begins."),
    ("added", "Signatures that were counted in it."),
    ("removed", "Signatures that were taken out of the count in it."),
    ("total", "The count at its end."),
];
/// Columns of places.
const PLACES: &[(&str, &str)] = &[
    ("kind", "constituency, region, country or not_located."),
    ("code", "Its code."),
    ("name", "Its name."),
    ("signature_count", "How many have signed there."),
    ("population", "How many people live there, where known."),
    ("population_percent", "Signatures as a share of the population, in per cent."),
    ("usual_count", "How many there would be if it signed this petition as much as it signs petitions at all."),
    ("times_usual", "How many times as much that is, with care for small numbers."),
    ("region_code", "The region that a constituency lies in."),
    ("name_cy", "The Welsh name, where it is another."),
    ("hex_column", "Its column on the hexagon map."),
    ("hex_row", "Its row on the hexagon map."),
];
/// Columns of what a constituency signs.
const LOCAL: &[(&str, &str)] = &[
    ("Petition", "What it asks for."),
    ("URL", "Its page."),
    ("State", "Where it is in its life."),
    ("Local Signatures", "How many have signed there."),
    ("Total Signatures", "How many have signed in all."),
    ("Times Usual", "How many times as much as usual that is, where it is known."),
];
/// Columns of the months of the statistics.
const MONTHS: &[(&str, &str)] = &[
    ("month", "The month, by London’s calendar."),
    ("published", "Petitions published."),
    ("rejected", "Petitions rejected."),
    ("closed", "Petitions closed."),
    ("answered", "Petitions answered by the Government."),
    ("debated", "Petitions debated in Parliament."),
    ("signatures_added", "Signatures that were counted."),
    ("signatures_removed", "Signatures that were taken out of the count."),
];

/// All addresses; their examples are things that are there on this site.
pub fn all(samples: &Samples) -> Vec<Address> {
    let a_petition = |further: Vec<Parameter>| [vec![parameters::petition(samples)], further].concat();
    let a_place = || vec![parameters::place(samples), parameters::boundaries()];
    let petition_at = |address: fn(&PetitionId) -> String| samples.petition.as_ref().map(address);
    let place_at = |all: bool, format: &str| {
        samples.place.as_ref().map(|slug| urls::local_data(slug, all, BoundarySet::OF_2024, format))
    };
    let plain = |name, path, about, summary, words, content, policy, refuses| Address {
        name,
        path,
        about,
        summary,
        words,
        parameters: Vec::new(),
        content,
        policy,
        refuses,
        unwell: None,
        example: Some(path.to_owned()),
    };
    vec![
        Address {
            parameters: parameters::pages(samples),
            example: Some("/petitions.json?state=open&count=2".to_owned()),
            ..plain(
                "listPetitions",
                "/petitions.json",
                About::Lists,
                "A page of a list, or of a search",
                "The petitions are those of the list’s page, in the same order. A page behind the last has none.",
                Content::Json(of::<petitions::Document>),
                CachePolicy::Revalidate,
                &[BAD],
            )
        },
        Address {
            parameters: parameters::list(samples),
            example: Some(urls::list(Facet::AwaitingDebate).replacen('?', ".csv?", 1)),
            ..plain(
                "tabulatePetitions",
                "/petitions.csv",
                About::Lists,
                "A whole list, or search, as a table",
                "All pages at once, in the list’s order.",
                Content::Csv(LIST),
                CachePolicy::Revalidate,
                &[BAD],
            )
        },
        Address {
            parameters: parameters::pages(samples),
            example: Some("/petitions.atom?state=recent&count=2".to_owned()),
            ..plain(
                "followPetitions",
                "/petitions.atom",
                About::Lists,
                "A list, or a search, as a feed",
                "What came onto the list last stands first, whatever the list’s own order is.",
                Content::Atom,
                CachePolicy::Revalidate,
                &[BAD],
            )
        },
        Address {
            parameters: vec![parameters::topic(samples)],
            example: samples.topic.as_ref().map(|code| urls::topic_feed(code)),
            ..plain(
                "followTopic",
                "/topics/{topic}.atom",
                About::Lists,
                "What is new about a topic, as a feed",
                "New petitions, responses and debates.",
                Content::Atom,
                CachePolicy::Revalidate,
                PLACE,
            )
        },
        plain(
            "listTopics",
            "/topics.json",
            About::Lists,
            "All topics, by their codes",
            "",
            Content::Json(of::<BTreeMap<String, topics::Named>>),
            CachePolicy::ForAMinute,
            &[],
        ),
        plain(
            "listParliaments",
            "/parliaments.json",
            About::Lists,
            "All parliaments, the current one first",
            "",
            Content::Json(of::<Vec<parliaments::ParliamentOf>>),
            CachePolicy::ForAMinute,
            &[],
        ),
        Address {
            parameters: vec![parameters::period(samples)],
            example: samples.periods.first().map(|period| urls::parliament_json(period)),
            ..plain(
                "getParliament",
                "/parliaments/{period}.json",
                About::Lists,
                "A parliament, with its constituencies by their codes",
                "",
                Content::Json(of::<parliaments::WithPlaces>),
                CachePolicy::ForAMinute,
                &[MISSING, FORMAT],
            )
        },
        Address {
            parameters: vec![parameters::window()],
            ..plain(
                "listTrending",
                "/trending.json",
                About::Lists,
                "The petitions signed most lately",
                "At most ten, most first.",
                Content::Json(of::<trending::Document>),
                CachePolicy::ForASecond,
                &[BAD],
            )
        },
        Address {
            parameters: a_petition(Vec::new()),
            example: petition_at(urls::petition_json),
            ..plain(
                "getPetition",
                "/petitions/{petition}.json",
                About::Petition,
                "A petition: its text, its numbers, and what became of it",
                "All numbers are of one moment. Of a rejected petition there is the text and the reason, and no signatures.",
                Content::Json(of::<petition::Document>),
                CachePolicy::ForASecond,
                PETITION,
            )
        },
        Address {
            parameters: a_petition(Vec::new()),
            example: petition_at(urls::count_json),
            ..plain(
                "getCount",
                "/petitions/{petition}/count.json",
                About::Petition,
                "How many have signed by now",
                "The smallest answer about a petition, for whoever asks often.",
                Content::Json(of::<petition::Count>),
                CachePolicy::ForASecond,
                PETITION,
            )
        },
        Address {
            parameters: a_petition(parameters::history()),
            example: petition_at(|id| format!("{}?step=day&range=7d", urls::history(id, "json"))),
            ..plain(
                "getHistory",
                "/petitions/{petition}/history.json",
                About::Petition,
                "How a petition grew",
                "Without parameters, in the steps in which its chart is drawn.",
                Content::Json(of::<history::Document>),
                CachePolicy::Revalidate,
                PETITION,
            )
        },
        Address {
            parameters: a_petition(parameters::history()),
            example: petition_at(|id| format!("{}?step=day", urls::history(id, "csv"))),
            ..plain(
                "tabulateHistory",
                "/petitions/{petition}/history.csv",
                About::Petition,
                "How a petition grew, as a table",
                "The last total is the petition’s count.",
                Content::Csv(HISTORY),
                CachePolicy::Revalidate,
                PETITION,
            )
        },
        Address {
            parameters: a_petition(vec![parameters::range()]),
            example: petition_at(|id| urls::history(id, "svg")),
            ..plain(
                "drawHistory",
                "/petitions/{petition}/history.svg",
                About::Petition,
                "How a petition grew, as a picture",
                "It brings its own colours, for light and dark pages.",
                Content::Svg,
                CachePolicy::Revalidate,
                PETITION,
            )
        },
        Address {
            parameters: a_petition(Vec::new()),
            example: petition_at(|id| urls::places(id, "json")),
            ..plain(
                "getPlaces",
                "/petitions/{petition}/places.json",
                About::Petition,
                "Where a petition’s signatures come from",
                "Constituencies, regions, countries, and what could not be located.",
                Content::Json(of::<places::Document>),
                CachePolicy::Revalidate,
                PETITION,
            )
        },
        Address {
            parameters: a_petition(Vec::new()),
            example: petition_at(|id| urls::places(id, "csv")),
            ..plain(
                "tabulatePlaces",
                "/petitions/{petition}/places.csv",
                About::Petition,
                "The places of a petition as a table",
                "",
                Content::Csv(PLACES),
                CachePolicy::Revalidate,
                PETITION,
            )
        },
        Address {
            parameters: a_petition(vec![parameters::map()]),
            example: petition_at(|id| urls::places(id, "svg")),
            ..plain(
                "drawPlaces",
                "/petitions/{petition}/places.svg",
                About::Petition,
                "The same as a map of hexagons",
                "404 where nothing of it can be drawn.",
                Content::Svg,
                CachePolicy::Revalidate,
                PETITION,
            )
        },
        Address {
            parameters: a_petition(Vec::new()),
            example: petition_at(urls::card),
            ..plain(
                "drawCard",
                "/petitions/{petition}/card.png",
                About::Petition,
                "A petition as a picture for social networks",
                "1,200 by 630 pixels.",
                Content::Png,
                CachePolicy::ForAMinute,
                PETITION,
            )
        },
        Address {
            parameters: a_petition(Vec::new()),
            example: petition_at(urls::petition_feed),
            ..plain(
                "followPetition",
                "/petitions/{petition}.atom",
                About::Petition,
                "What happens to a petition, as a feed",
                "Goals that it reaches, the response, the debate, other activity, its closing.",
                Content::Atom,
                CachePolicy::ForAMinute,
                PETITION,
            )
        },
        plain(
            "listConstituencies",
            "/constituencies.json",
            About::Places,
            "The constituencies of today, by their codes",
            "",
            Content::Json(of::<BTreeMap<String, constituencies::Constituency>>),
            CachePolicy::ForAMinute,
            &[],
        ),
        Address {
            parameters: a_place(),
            example: place_at(false, "json"),
            ..plain(
                "getLocal",
                "/petitions/local/{place}.json",
                About::Places,
                "What a constituency signs: open petitions",
                "Most, and clearly more than usual.",
                Content::Json(of::<local::Document>),
                CachePolicy::Revalidate,
                PLACE,
            )
        },
        Address {
            parameters: a_place(),
            example: place_at(false, "csv"),
            ..plain(
                "tabulateLocal",
                "/petitions/local/{place}.csv",
                About::Places,
                "What a constituency signs as a table",
                "",
                Content::Csv(LOCAL),
                CachePolicy::Revalidate,
                PLACE,
            )
        },
        Address {
            parameters: a_place(),
            example: place_at(true, "json"),
            ..plain(
                "getLocalOfAllTime",
                "/petitions/local/{place}/all.json",
                About::Places,
                "What a constituency has signed: closed petitions, too",
                "",
                Content::Json(of::<local::Document>),
                CachePolicy::Revalidate,
                PLACE,
            )
        },
        Address {
            parameters: a_place(),
            example: place_at(true, "csv"),
            ..plain(
                "tabulateLocalOfAllTime",
                "/petitions/local/{place}/all.csv",
                About::Places,
                "What a constituency has signed as a table, closed petitions too",
                "",
                Content::Csv(LOCAL),
                CachePolicy::Revalidate,
                PLACE,
            )
        },
        Address {
            parameters: a_place(),
            example: samples.place.as_ref().map(|slug| urls::local_feed(slug, BoundarySet::OF_2024)),
            ..plain(
                "followLocal",
                "/petitions/local/{place}.atom",
                About::Places,
                "What is new in a constituency, as a feed",
                "The open petitions that it signs most, and responses and debates about them.",
                Content::Atom,
                CachePolicy::Revalidate,
                PLACE,
            )
        },
        plain(
            "getStatistics",
            "/statistics.json",
            About::Site,
            "What happened, month by month, and what became of petitions",
            "",
            Content::Json(of::<Statistics>),
            CachePolicy::ForAMinute,
            &[],
        ),
        Address {
            parameters: vec![parameters::table()],
            ..plain(
                "tabulateStatistics",
                "/statistics.csv",
                About::Site,
                "The statistics as a table",
                "The other tables have columns of their own; their first rows name them.",
                Content::Csv(MONTHS),
                CachePolicy::ForAMinute,
                &[BAD],
            )
        },
        plain(
            "getDescription",
            urls::api_description(),
            About::Site,
            "This description, as OpenAPI 3.1",
            "",
            Content::Json(|_| json_schema!({ "type": "object" })),
            CachePolicy::ForAMinute,
            &[],
        ),
        Address {
            parameters: vec![parameters::signature(), parameters::token()],
            example: None,
            ..plain(
                "getYourSignature",
                "/signatures/{signature}/data.json",
                About::Signer,
                "What is held about you",
                "The page that the mail’s link leads to has the link to this.",
                Content::Json(of::<yours::Held>),
                CachePolicy::Never,
                &[BAD, MISSING],
            )
        },
        Address {
            unwell: Some(of::<operations::HealthCheck>),
            ..plain(
                "checkHealth",
                "/health-check",
                About::Operations,
                "Whether the site is well",
                "200 if it works, 503 if it does not. Mail that is late and numbers that do not agree show in `status` alone.",
                Content::Json(of::<operations::HealthCheck>),
                CachePolicy::Never,
                &[],
            )
        },
        plain(
            "ping",
            "/ping",
            About::Operations,
            "Whether the program is there",
            "It says PONG, and asks no database.",
            Content::Text,
            CachePolicy::Never,
            &[],
        ),
        plain(
            "readRobots",
            "/robots.txt",
            About::Operations,
            "What robots may read",
            "",
            Content::Text,
            CachePolicy::Never,
            &[],
        ),
        plain(
            "listSitemaps",
            urls::sitemap(),
            About::Operations,
            "What search engines may find: the parts of the sitemap",
            "",
            Content::Xml,
            CachePolicy::ForAMinute,
            &[],
        ),
        plain(
            "mapPages",
            urls::sitemap_pages(),
            About::Operations,
            "The pages that are no petitions",
            "",
            Content::Xml,
            CachePolicy::ForAMinute,
            &[],
        ),
        Address {
            parameters: vec![parameters::sitemap_part(samples)],
            example: samples.sitemap_part().map(urls::sitemap_part),
            ..plain(
                "mapPetitions",
                "/sitemap/petitions-{part}.xml",
                About::Operations,
                "The petitions of one part, and when each last changed",
                "",
                Content::Xml,
                CachePolicy::ForAMinute,
                &[BAD, MISSING],
            )
        },
    ]
}
