//! The picture of a petition for social networks and messengers: what it asks for, how many signed, how far it has come
//! and how it grew, of 1,200 by 630 pixels.

mod letters;
mod lines;
mod picture;

use askama::Template;

pub use self::picture::png;
use self::{
    letters::LETTERS,
    lines::{LEADING, Lines, Place},
};
use super::{
    charts::Spark,
    filters::{day, day_of, progress, signatures, thousands},
};
use crate::{
    domain::{
        petition::PetitionState,
        series::Series,
        threshold::{Progress, Thresholds},
    },
    store::petitions::Petition,
};

/// How wide and how high it is, as those see it who show it.
pub const SIZE: (u32, u32) = (1200, 630);

/// The margin at both sides.
const MARGIN: f32 = 64.0;
const INSIDE: f32 = SIZE.0 as f32 - 2.0 * MARGIN;
/// Where the title stands, and where it ends at the lowest.
const TITLE: (f32, f32) = (142.0, 396.0);
/// How wide and how high the chart is, and where it begins.
const CHART: (f32, f32) = (430.0, 120.0);
const CHART_LEFT: f32 = SIZE.0 as f32 - MARGIN - CHART.0;
/// The height of the letters in a tag.
const TAG: f32 = 25.0;

/// The colours of the light scheme; a picture does not know who looks at it.
const PAPER: &str = "#fdfdfb";
const INK: &str = "#15201a";
const QUIET: &str = "#424e47";
const ACCENT: &str = "#0b5138";
const SHADE: &str = "#cfe3d8";
const CLOSED: &str = "#3c4855";
const REJECTED: &str = "#8c1d18";

/// What a card says.
#[derive(Clone, Debug, Template)]
#[template(path = "card.svg")]
pub struct Card {
    site_name: Lines,
    tags: Vec<Tag>,
    title: Lines,
    below: Below,
}

/// A word or two in a frame.
#[derive(Clone, Debug)]
struct Tag {
    fill: &'static str,
    edge: &'static str,
    ink: &'static str,
    words: String,
    x: f32,
    width: f32,
}

/// What stands under the title.
#[derive(Clone, Debug)]
enum Below {
    /// How many have signed.
    Count {
        count: String,
        unit: &'static str,
        unit_x: f32,
        bar: f32,
        bar_width: f32,
        words: Lines,
        growth: Option<Growth>,
    },
    /// When and why it was rejected.
    Rejected { on: String, why: Lines },
}

/// How it grew.
#[derive(Clone, Debug)]
struct Growth {
    spark: Spark,
    from: String,
    to: String,
}

impl Card {
    /// The card of a petition that is public.
    pub fn new(petition: &Petition, series: &Series, thresholds: Thresholds, site_name: &str) -> Self {
        let tags = tags(petition);
        let room = tags.first().map_or(INSIDE, |first| first.x - MARGIN - 24.0);
        let title = LETTERS.showable(&petition.action).unwrap_or_else(|| format!("Petition {}", petition.id));
        let place = Place { width: INSIDE, height: TITLE.1 - TITLE.0, sizes: (34, 80) };
        Self {
            site_name: one_line(site_name, room, (14, 36)),
            tags,
            title: place.fill(&LETTERS, &title),
            below: match petition.state {
                PetitionState::Rejected => rejected(petition),
                _ => count(petition, series, thresholds),
            },
        }
    }

    /// The picture as SVG, to be painted with the letters that were measured.
    ///
    /// # Errors
    /// None that can happen to a text in memory.
    pub fn svg(&self) -> askama::Result<String> {
        self.render()
    }

    /// The lowest points of the letters of the title's lines.
    fn title_lines(&self) -> impl Iterator<Item = (f32, &str)> {
        let Lines { size, lines } = &self.title;
        lines
            .iter()
            .zip(0u8..)
            .map(move |(line, number)| (tenths(TITLE.0 + size * (0.8 + LEADING * f32::from(number))), &**line))
    }
}

/// What a card says, for those who do not see it: "Plant more trees. 44,029 signatures, 44% of the 100,000 needed ...".
pub fn in_words(petition: &Petition, thresholds: Thresholds) -> String {
    let state = petition.state.label();
    match petition.state {
        PetitionState::Rejected => format!("{state} petition: {}", petition.action),
        _ => format!(
            "{state} petition: {}. {}. {}.",
            petition.action,
            signatures(petition.signature_count),
            progress(&progress_of(petition, thresholds))
        ),
    }
}

fn progress_of(petition: &Petition, thresholds: Thresholds) -> Progress {
    let answered = petition.dates.response_threshold_reached_at.is_some() || petition.response.is_some();
    thresholds.progress(petition.signature_count, answered)
}

/// The same as on the petition's page, at the right end of the first line.
fn tags(petition: &Petition) -> Vec<Tag> {
    let mut all = vec![(Some(petition.state), petition.state.label().to_owned())];
    if petition.response.is_some() {
        all.push((None, "Government responded".to_owned()));
    }
    match (&petition.debate, petition.dates.scheduled_debate_date) {
        (Some(debate), _) if debate.debated => all.push((None, "Debated in Parliament".to_owned())),
        (None, Some(on)) => all.push((None, format!("Debate: {}", day(&on)))),
        _ => {}
    }
    let mut right = SIZE.0 as f32 - MARGIN;
    let mut tags: Vec<Tag> = Vec::new();
    for (state, words) in all.into_iter().rev() {
        let width = LETTERS.width(&words, TAG) + 32.0;
        let (fill, edge, ink) = match state {
            Some(PetitionState::Open) => (ACCENT, ACCENT, PAPER),
            Some(PetitionState::Rejected) => (REJECTED, REJECTED, PAPER),
            Some(_) => (CLOSED, CLOSED, PAPER),
            None => (PAPER, QUIET, QUIET),
        };
        tags.push(Tag { fill, edge, ink, words, x: tenths(right - width), width: tenths(width) });
        right -= width + 16.0;
    }
    tags.reverse();
    tags
}

fn count(petition: &Petition, series: &Series, thresholds: Thresholds) -> Below {
    let (number, progress) = (thousands(petition.signature_count), progress_of(petition, thresholds));
    let spark = Spark::new(series, CHART);
    let bar = if spark.is_some() { INSIDE - CHART.0 - 72.0 } else { INSIDE };
    let share = progress.shown() as f32 / progress.goal.max(1) as f32;
    Below::Count {
        unit: if petition.signature_count == 1 { "signature" } else { "signatures" },
        unit_x: tenths(MARGIN + LETTERS.width(&number, 88.0) + 18.0),
        count: number,
        bar,
        bar_width: tenths(bar * share.min(1.0)),
        words: one_line(&crate::web::filters::progress(&progress), bar, (14, 29)),
        growth: spark.map(|spark| Growth { from: day_of(&series.since()), to: day_of(&series.until()), spark }),
    }
}

fn rejected(petition: &Petition) -> Below {
    let why = petition.rejection_reason.as_ref().map_or("It does not meet the rules.", |(title, _)| title.as_str());
    Below::Rejected {
        on: petition.dates.rejected_at.map_or_else(String::new, |at| format!("Rejected on {}", day_of(&at))),
        why: one_line(why, INSIDE, (20, 36)),
    }
}

/// A text in one line, as large as possible, as far as it can be shown.
fn one_line(text: &str, width: f32, sizes: (u16, u16)) -> Lines {
    let text = LETTERS.showable(text).unwrap_or_default();
    Place { width, height: 0.0, sizes }.fill(&LETTERS, &text)
}

fn tenths(pixels: f32) -> f32 {
    (pixels * 10.0).round() / 10.0
}
