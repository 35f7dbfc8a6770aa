//! Petitions made to order, through the same door as real ones.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date};
use undersigned::{
    domain::{
        deadline,
        history::Reading,
        petition::{Activity, Debate, Department, GovernmentResponse, PetitionId, PetitionState, Rejection, Topic},
        record::{ConstituencyCount, CountryCount, Dates, PetitionRecord, RecordedPlaces},
        threshold::Thresholds,
    },
    urls,
};

use super::app::TestApp;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A petition to be made. What is not said is as it mostly is.
pub struct PetitionBuilder<'a> {
    app: &'a TestApp,
    record: PetitionRecord,
    counts: BTreeMap<Timestamp, u32>,
    /// Whether it is known how the count grew.
    history: bool,
    /// The creator's name and address, and how many support it.
    supported: Option<(String, String, usize)>,
}

/// A petition that has been made.
#[derive(Clone, Debug)]
pub struct Created {
    /// Its number.
    pub id: PetitionId,
    /// What it was made from.
    pub record: PetitionRecord,
}

impl Created {
    /// Its address.
    pub fn url(&self) -> String {
        urls::petition(&self.id)
    }
}

impl<'a> PetitionBuilder<'a> {
    /// An open petition of this site, a hundred days old, with 120 signatures.
    pub fn new(app: &'a TestApp) -> Self {
        let opened_at = app.now - DAY * 100;
        let mut dates = Dates::created(opened_at - DAY * 8);
        dates.updated_at = app.now;
        dates.moderation_threshold_reached_at = Some(opened_at - DAY * 7);
        dates.opened_at = Some(opened_at);
        dates.closes_at = Some(deadline::closes_at(opened_at));
        let record = PetitionRecord {
            id: None,
            source_url: None,
            state: PetitionState::Open,
            action: "Plant a tree in every street".to_owned(),
            background: "Trees give shade and clean the air.".to_owned(),
            additional_details: "Begin where there are none.".to_owned(),
            committee_note: String::new(),
            creator_name: Some("Wilhelmina Oakes".to_owned()),
            dates,
            rejection: None,
            response: None,
            response_department: None,
            debate: None,
            departments: Vec::new(),
            topics: Vec::new(),
            activities: Vec::new(),
            signature_count: 120,
            places: RecordedPlaces::default(),
            readings: Vec::new(),
        };
        Self { app, record, counts: BTreeMap::new(), history: true, supported: None }
    }

    /// What it asks for.
    pub fn action(mut self, action: &str) -> Self {
        self.record.action = action.to_owned();
        self
    }

    /// Why, in short.
    pub fn background(mut self, background: &str) -> Self {
        self.record.background = background.to_owned();
        self
    }

    /// Why, at length.
    pub fn details(mut self, details: &str) -> Self {
        self.record.additional_details = details.to_owned();
        self
    }

    /// Who created it.
    pub fn creator(mut self, name: &str) -> Self {
        self.record.creator_name = Some(name.to_owned());
        self
    }

    /// Created by somebody with this name and address, who has confirmed, and supported by so many (supporter1@example.org
    /// and so on); only before it is published. They are all who signed.
    pub fn supported(mut self, name: &str, email: &str, supporters: usize) -> Self {
        self.supported = Some((name.to_owned(), email.to_owned(), supporters));
        self.creator(name).signatures(0).without_history()
    }

    /// How many signed.
    pub fn signatures(mut self, count: u32) -> Self {
        self.record.signature_count = count;
        self
    }

    /// How many had signed at a moment.
    pub fn counted(mut self, at: Timestamp, count: u32) -> Self {
        self.counts.insert(at, count);
        self
    }

    /// When it opened; it closes when it should.
    pub fn opened(mut self, at: Timestamp) -> Self {
        let dates = &mut self.record.dates;
        dates.created_at = dates.created_at.min(at - DAY * 8);
        dates.moderation_threshold_reached_at = Some(at - DAY * 7);
        dates.opened_at = Some(at);
        dates.closes_at = Some(deadline::closes_at(at));
        self
    }

    /// Closed at its deadline, `days` ago.
    pub fn closed(self, days: i32) -> Self {
        let last = deadline::day(self.app.now - DAY * days);
        let mut this = self.open_until(last);
        this.record.state = PetitionState::Closed;
        this.record.dates.closed_at = this.record.dates.closes_at;
        this
    }

    /// Open until the end of that day.
    pub fn open_until(self, last: Date) -> Self {
        let opened = last.saturating_sub(jiff::Span::new().months(6)).at(10, 0, 0, 0);
        let opened = opened.to_zoned(deadline::london()).expect("a morning").timestamp();
        let mut this = self.opened(opened);
        this.record.dates.closes_at = Some(deadline::start_of_day(last) + DAY - SignedDuration::from_millis(1));
        this
    }

    /// In a state before publication, or one that ended before it.
    pub fn state(mut self, state: PetitionState) -> Self {
        let now = self.app.now;
        let dates = &mut self.record.dates;
        self.record.state = state;
        if !matches!(state, PetitionState::Open | PetitionState::Closed | PetitionState::Removed) {
            (dates.opened_at, dates.closes_at) = (None, None);
        }
        match state {
            PetitionState::Stopped => dates.stopped_at = Some(now - DAY),
            PetitionState::Removed => dates.removed_at = Some(now - DAY),
            PetitionState::Hidden => return self.rejected("offensive").hidden(),
            PetitionState::Rejected => return self.rejected("duplicate"),
            _ => {}
        }
        self
    }

    /// Rejected for this reason, two days ago.
    pub fn rejected(mut self, code: &str) -> Self {
        let dates = &mut self.record.dates;
        (dates.opened_at, dates.closes_at) = (None, None);
        dates.rejected_at = Some(self.app.now - DAY * 2);
        self.record.state = PetitionState::Rejected;
        self.record.rejection = Some(Rejection { code: code.to_owned(), details: String::new() });
        self
    }

    fn hidden(mut self) -> Self {
        self.record.state = PetitionState::Hidden;
        self
    }

    /// Reached the thresholds that its count has reached, that many days ago.
    pub fn reached_thresholds(mut self, days_ago: i32) -> Self {
        let (thresholds, at) = (Thresholds::default(), self.app.now - DAY * days_ago);
        let count = self.record.signature_count;
        self.record.dates.response_threshold_reached_at = (count >= thresholds.response).then_some(at);
        self.record.dates.debate_threshold_reached_at = (count >= thresholds.debate).then_some(at + HOUR);
        self
    }

    /// Answered on that day.
    pub fn answered(mut self, on: Date, department: &str, summary: &str, details: &str) -> Self {
        let published = deadline::start_of_day(on) + HOUR * 11;
        self.record.response = Some(GovernmentResponse {
            responded_on: on,
            summary: summary.to_owned(),
            details: details.to_owned(),
            created_at: published,
            updated_at: published,
        });
        self.record.dates.government_response_at = Some(published);
        self.record.response_department = Some(department.to_owned());
        self.record.departments = vec![Department { acronym: None, name: department.to_owned(), url: None }];
        self
    }

    /// To be debated on that day.
    pub fn debate_on(mut self, on: Date) -> Self {
        self.record.dates.debate_scheduled_on = Some(on.saturating_sub(jiff::Span::new().days(20)));
        self.record.dates.scheduled_debate_date = Some(on);
        self
    }

    /// Debated on that day, or decided against.
    pub fn debated(mut self, outcome: Debate, published: Timestamp) -> Self {
        self.record.debate = Some(outcome);
        self.record.dates.debate_outcome_at = Some(published);
        self
    }

    /// What it is about; the name is the code with a capital letter.
    pub fn topic(mut self, code: &str) -> Self {
        let name = code[..1].to_uppercase() + &code[1..];
        self.record.topics.push(Topic { code: code.to_owned(), name });
        self
    }

    /// Other business that concerns it.
    pub fn activity(mut self, on: Date, subject: &str, body: &str) -> Self {
        let published = deadline::start_of_day(on) + HOUR * 12;
        self.record.activities.push(Activity {
            subject: subject.to_owned(),
            body: body.to_owned(),
            occurred_on: Some(on),
            created_at: published,
            updated_at: published,
        });
        self
    }

    /// Signatures from a constituency.
    pub fn in_constituency(mut self, code: &str, name: &str, count: u32) -> Self {
        let (code, name) = (code.to_owned(), name.to_owned());
        self.record.places.constituencies.push(ConstituencyCount { code, name, member: None, count });
        self
    }

    /// Signatures from a country.
    pub fn in_country(mut self, code: &str, name: &str, count: u32) -> Self {
        self.record.places.countries.push(CountryCount { code: Some(code.to_owned()), name: name.to_owned(), count });
        self
    }

    /// Another service's petition with this number.
    pub fn imported(mut self, number: i64) -> Self {
        self.record.id = PetitionId::new(number);
        self.record.source_url = Some(format!("https://petitions.example.org/petitions/{number}"));
        self.without_history()
    }

    /// Of which only the count is known, not how it grew: quick to make.
    pub fn without_history(mut self) -> Self {
        self.history = false;
        self
    }

    /// Whatever has no word of its own.
    pub fn change(mut self, change: impl FnOnce(&mut PetitionRecord)) -> Self {
        change(&mut self.record);
        self
    }

    /// Makes it.
    pub async fn create(self) -> Created {
        let (app, supported) = (self.app, self.supported.clone());
        let record = self.record();
        let (id, _) = app.import(&record).await.unwrap_or_else(|error| panic!("{}: {error}", record.action));
        if let Some((name, email, supporters)) = supported {
            app.support(id, (&name, &email), supporters).await;
        }
        Created { id, record }
    }

    /// The record of it, its history whole: nought at its creation, an even growth between the counts that are known.
    pub fn record(mut self) -> PetitionRecord {
        let record = &mut self.record;
        if self.history {
            self.counts.insert(record.dates.created_at, 0);
            if let Some(opened) = record.dates.opened_at {
                self.counts.entry(opened).or_insert(record.signature_count.min(6));
            }
            let end = record.dates.closed_at.unwrap_or(record.dates.updated_at);
            self.counts.entry(end).or_insert(record.signature_count);
        }
        record.readings.extend(self.counts.into_iter().map(|(at, count)| Reading { at, count }));
        self.record
    }
}
