//! The key facts of a petition, as a list of terms and what they mean for it.

use jiff::{SignedDuration, Timestamp, civil::Date};

use crate::{
    domain::{
        deadline, forecast::Forecast, outage::Extension, petition::PetitionState, series::Series, threshold::Progress,
    },
    store::petitions::Petition,
    urls,
    web::{
        filters::{day, day_of, in_about, long_day, long_day_of, thousands, until, waited},
        pages::petitions::pace::covers,
    },
};

/// The key facts, in their order.
pub struct Facts(pub Vec<Fact>);

/// One of them.
pub struct Fact {
    /// What it is about: "Opened".
    pub term: &'static str,
    /// What there is to say: "Tuesday 1st March 2022".
    pub value: String,
    /// Something smaller beside it: "in 10 days".
    pub note: String,
    /// A part of the page that says more.
    pub anchor: Option<&'static str>,
}

impl Fact {
    fn new(term: &'static str, value: impl Into<String>) -> Self {
        Self { term, value: value.into(), note: String::new(), anchor: None }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    fn anchor(mut self, anchor: &'static str) -> Self {
        self.anchor = Some(anchor);
        self
    }
}

impl Facts {
    /// What is known at the moment of the page.
    pub fn new(
        petition: &Petition,
        series: &Series,
        forecast: Option<&Forecast>,
        progress: &Progress,
        moved: &[Extension],
        now: Timestamp,
    ) -> Self {
        let dates = &petition.dates;
        let mut facts = vec![Fact::new("Status", petition.state.label())];
        if let Some(opened) = dates.opened_at {
            facts.push(Fact::new("Opened", long_day_of(&opened)));
        } else {
            facts.push(Fact::new("Created", long_day_of(&dates.created_at)));
        }
        match petition.state {
            PetitionState::Open => {
                if covers(petition, series, SignedDuration::from_hours(24)) {
                    let last = series.last_24_hours();
                    let fact = Fact::new("Last 24 hours", thousands(last.anew()));
                    facts.push(match last.put_back {
                        0 => fact,
                        put_back => fact.note(format!("and {} put back", thousands(put_back))),
                    });
                }
                if let Some(deadline) = dates.closes_at {
                    let mut note = until(deadline, now);
                    if petition.own_closes_at.is_some() {
                        note.push_str(", since Parliament is dissolved then");
                    }
                    facts.push(Fact::new("Signature deadline", long_day_of(&deadline)).note(note));
                    facts.extend(extended(petition, moved));
                }
                if let Some(forecast) = forecast {
                    let figures = forecast.rounded();
                    facts.push(
                        Fact::new("Estimated final signatures", thousands(figures.estimate))
                            .note(format!(
                                "half of petitions like this end between {} and {}",
                                thousands(figures.low),
                                thousands(figures.high)
                            ))
                            .anchor(urls::help_estimates()),
                    );
                    if let Some(at) = forecast.reaches(progress.goal.into()) {
                        let when = in_about(at.duration_since(forecast.made_at()));
                        facts.push(
                            Fact::new("Next threshold", format!("{} {when}", thousands(progress.goal)))
                                .note(format!("if it goes as estimated; it leads to {}", progress.purpose)),
                        );
                    }
                }
            }
            PetitionState::Closed => {
                if let Some(closed) = dates.closed_at {
                    let fact = Fact::new("Closed", long_day_of(&closed));
                    facts.push(match petition.own_closes_at {
                        Some(_) => fact.note("since Parliament was dissolved"),
                        None => fact,
                    });
                    facts.extend(extended(petition, moved));
                }
                facts.push(Fact::new("Final signatures", thousands(petition.signature_count)));
            }
            PetitionState::Rejected => {
                if let Some(rejected) = dates.rejected_at {
                    facts.push(Fact::new("Rejected", long_day_of(&rejected)));
                }
                if let Some((title, _)) = &petition.rejection_reason {
                    facts.push(Fact::new("Reason", title.clone()));
                }
            }
            _ => {}
        }
        if petition.state == PetitionState::Open
            && let Some(creator) = petition.creator_name.as_deref().filter(|name| !name.is_empty())
        {
            facts.push(Fact::new("Created by", creator));
        }
        if petition.state.is_published() {
            facts.push(response(petition, now));
            facts.push(debate(petition, now));
        }
        Self(facts)
    }
}

/// By how much the deadline was moved in all. Where the end of Parliament comes before, nobody has any of it.
fn extended(petition: &Petition, moved: &[Extension]) -> Option<Fact> {
    let moved = if petition.own_closes_at.is_some() { &[] } else { moved };
    let days: u32 = moved.iter().map(|extension| extension.days).sum();
    let words = if days == 1 { "1 day longer".to_owned() } else { format!("{} days longer", thousands(days)) };
    (days > 0).then(|| Fact::new("Open for", words).note("the timeline says why").anchor("#timeline"))
}

/// "for 43 days, since 9 July 2022"; of what another service published, as of then.
fn waiting(petition: &Petition, since: Timestamp, now: Timestamp) -> String {
    let as_at = petition.counted_at.unwrap_or(now);
    format!("for {}, since {}", waited(since, as_at), day_of(&since))
}

/// What is said of a threshold that has not been reached.
fn not_due(petition: &Petition) -> &'static str {
    match petition.state {
        PetitionState::Open => "Not yet due",
        _ => "Too few signatures when it closed",
    }
}

/// The day on which the response was published, where that is another than its own.
pub fn published_later(petition: &Petition) -> Option<Date> {
    let published = deadline::day(petition.dates.government_response_at?);
    petition.response.as_ref().filter(|response| response.responded_on != published).map(|_| published)
}

fn response(petition: &Petition, now: Timestamp) -> Fact {
    match (&petition.response, petition.dates.response_threshold_reached_at) {
        (Some(response), _) => {
            let note = match published_later(petition) {
                Some(published) => format!("dated {}, published on {}", day(&response.responded_on), day(&published)),
                None => format!("on {}", long_day(&response.responded_on)),
            };
            Fact::new("Government response", "Answered").anchor("#response").note(note)
        }
        (None, Some(since)) => {
            Fact::new("Government response", "Waiting").anchor("#response").note(waiting(petition, since, now))
        }
        (None, None) => Fact::new("Government response", not_due(petition)),
    }
}

fn debate(petition: &Petition, now: Timestamp) -> Fact {
    let today = deadline::day(now);
    let dates = &petition.dates;
    match (&petition.debate, dates.scheduled_debate_date) {
        (Some(debate), _) if debate.debated => {
            let fact = Fact::new("Debate", "Debated").anchor("#debate");
            match debate.debated_on {
                Some(on) => fact.note(format!("on {}", long_day(&on))),
                None => fact,
            }
        }
        (Some(_), _) => Fact::new("Debate", "Parliament decided not to debate it").anchor("#debate"),
        (None, Some(on)) if on >= today => {
            Fact::new("Debate", "Scheduled").anchor("#debate").note(format!("for {}", long_day(&on)))
        }
        (None, Some(on)) => Fact::new("Debate", "Outcome not recorded yet")
            .anchor("#debate")
            .note(format!("it was scheduled for {}", long_day(&on))),
        (None, None) => match dates.debate_threshold_reached_at {
            Some(since) => Fact::new("Debate", "Waiting").anchor("#debate").note(waiting(petition, since, now)),
            None => Fact::new("Debate", not_due(petition)),
        },
    }
}
