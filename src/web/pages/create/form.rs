//! The form in which a petition is written: all answers travel with it from stage to stage, and nothing is kept before it is
//! sent or saved.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::stage::Stage;
use crate::{
    actions::start_petition::NewPetition,
    domain::{
        area::UNITED_KINGDOM,
        checks::Texts,
        email::{self, EmailAddress},
        likeness::Text,
        limits,
        petition_text::Part,
        postcode::Postcode,
        signer::SignerName,
    },
    store::areas::Country,
    web::form::{Choice, FormErrors},
};

/// What a box that is ticked sends.
const TICKED: &str = "1";
/// Nobody writes a petition in less time.
const QUICKEST: SignedDuration = SignedDuration::from_secs(5);
/// Letters of the number by chance.
const NUMBER: usize = 32;

/// What somebody has typed so far.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PetitionForm {
    /// `yes` or `no`.
    pub resident: String,
    /// What it asks for.
    pub action: String,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub details: String,
    /// Who starts it.
    pub name: String,
    /// The address of whoever starts it.
    pub email: String,
    /// The code of the country.
    pub country: String,
    /// The postcode.
    pub postcode: String,
    /// Ticked, if news are wanted.
    pub updates: String,
    /// The address about which it was asked whether it is a slip.
    pub asked: String,
    /// Ticked, once the end has been reached.
    pub reviewing: String,
    /// A number by chance: a form that is sent or saved twice is known by it.
    pub number: String,
    /// The stage from which this was sent.
    pub stage: String,
    /// Where to go back to, from a page beside the way.
    #[serde(skip_serializing)]
    pub back_to: String,
    /// When the form was made, by the site's own mark.
    #[serde(skip_serializing)]
    pub started: String,
    /// A field that nobody sees.
    #[serde(skip_serializing)]
    pub comment: String,
    /// What was answered about the address: `suggested` or `typed`.
    #[serde(skip_serializing)]
    pub address: String,
    /// The button that was pressed.
    #[serde(skip_serializing)]
    pub go: String,
}

/// What somebody wants who has pressed a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// The next stage, if this one is in order.
    On,
    /// The stage before, as it was.
    Back,
    /// A certain stage, as it was.
    To(Stage),
    /// To be asked where to send the link.
    Save,
    /// To be sent the link.
    Keep,
    /// To send the petition.
    Send,
    /// To delete the draft.
    Forget,
}

impl PetitionForm {
    /// A form that somebody has just opened.
    pub fn new() -> Self {
        Self { country: UNITED_KINGDOM.to_owned(), number: new_number(), ..Self::default() }
    }

    /// Puts the address that was meant in the place of the one that was typed, if that was the answer, and a number where
    /// there is none.
    pub fn settle(mut self) -> Self {
        if self.address == "suggested"
            && self.asked == self.email
            && let Some(meant) = email::suggestion(&self.email)
        {
            self.email = meant;
        }
        let is_number =
            self.number.len() == NUMBER && self.number.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_number {
            self.number = new_number();
        }
        self
    }

    /// The stage from which it was sent; the first one, if there is no such stage.
    pub fn stage(&self) -> Stage {
        Stage::from_code(&self.stage).unwrap_or(Stage::Eligibility)
    }

    /// Where to go back to from a page beside the way.
    pub fn returns_to(&self) -> Stage {
        let stage = Stage::from_code(&self.back_to).unwrap_or(Stage::Eligibility);
        if stage == Stage::Save { Stage::Eligibility } else { stage }
    }

    /// What is wanted.
    pub fn wanted(&self) -> Go {
        match self.go.as_str() {
            "back" => Go::Back,
            "save" => Go::Save,
            "keep" => Go::Keep,
            "send" => Go::Send,
            "forget" => Go::Forget,
            other => match other.strip_prefix("to-").and_then(Stage::from_code) {
                Some(stage) => Go::To(stage),
                None if self.stage() == Stage::Save => Go::Keep,
                None => Go::On,
            },
        }
    }

    /// Whether somebody has come to the end before.
    pub fn is_reviewed(&self) -> bool {
        self.reviewing == TICKED
    }

    /// Whether news are wanted.
    pub fn wants_updates(&self) -> bool {
        self.updates == TICKED
    }

    /// The address that was probably meant, unless it has been asked already.
    pub fn slip(&self) -> Option<String> {
        email::suggestion(&self.email).filter(|_| self.asked != self.email)
    }

    /// How much speaks for a program that filled in the form, which is of this age if its mark is right.
    pub fn signals_of_a_program(&self, age: Option<SignedDuration>) -> u32 {
        u32::from(!self.comment.is_empty()) + u32::from(age.is_none_or(|age| age < QUICKEST))
    }

    /// The answers of other stages, which travel with this one's.
    pub fn carried(&self, stage: &Stage) -> Vec<(&'static str, &str)> {
        let fields = [
            ("resident", &self.resident, *stage == Stage::Eligibility),
            ("action", &self.action, *stage == Stage::Action),
            ("background", &self.background, *stage == Stage::Background),
            ("details", &self.details, *stage == Stage::Details),
            ("name", &self.name, *stage == Stage::Creator),
            ("email", &self.email, matches!(stage, Stage::Creator | Stage::Save)),
            ("country", &self.country, *stage == Stage::Creator),
            ("postcode", &self.postcode, *stage == Stage::Creator),
            ("updates", &self.updates, *stage == Stage::Creator),
            ("asked", &self.asked, matches!(stage, Stage::Creator | Stage::Save)),
            ("comment", &self.comment, *stage == Stage::Creator),
            ("reviewing", &self.reviewing, false),
            ("number", &self.number, false),
        ];
        let elsewhere = fields.into_iter().filter(|(_, value, is_asked)| !is_asked && !value.is_empty());
        elsewhere.map(|(name, value, _)| (name, value.as_str())).collect()
    }

    /// The two answers to the first question.
    pub fn eligibility(&self) -> Vec<Choice> {
        vec![Choice::new("yes", "Yes"), Choice::new("no", "No")]
    }

    /// The name of the country, as it is called.
    pub fn country_name<'a>(&self, countries: &'a [Country]) -> &'a str {
        countries.iter().find(|country| country.code == self.country).map_or("", |country| &country.name)
    }

    /// The texts as they would be sent.
    pub fn words(&self) -> Words {
        let [action, background, details] = [&self.action, &self.background, &self.details].map(|text| text.as_str());
        let tidy = |part: Part, text: &str| part.parse(text).unwrap_or_else(|_| text.trim().to_owned());
        Words {
            action: tidy(Part::Action, action),
            background: tidy(Part::Background, background),
            details: tidy(Part::AdditionalDetails, details),
        }
    }

    /// What is wrong with the answers of a stage.
    pub fn mistakes(&self, stage: Stage, countries: &[Country]) -> FormErrors {
        let mut errors = FormErrors::default();
        match stage {
            Stage::Eligibility | Stage::NotEligible => {
                if !matches!(self.resident.as_str(), "yes" | "no") {
                    errors.add("resident", "Say whether you are a British citizen or a UK resident");
                }
            }
            Stage::Action => {
                errors.take("action", Part::Action.parse(&self.action));
            }
            Stage::Background => {
                errors.take("background", Part::Background.parse(&self.background));
            }
            Stage::Details => {
                errors.take("details", Part::AdditionalDetails.parse(&self.details));
            }
            Stage::Creator => {
                self.creator(countries, &mut errors);
            }
            Stage::Save => {
                errors.take("email", EmailAddress::parse(&self.email));
            }
            Stage::Similar | Stage::Check => {}
        }
        errors
    }

    fn creator(&self, countries: &[Country], errors: &mut FormErrors) -> Option<Creator> {
        let name = errors.take("name", SignerName::parse(&self.name));
        let email = errors.take("email", EmailAddress::parse(&self.email));
        let country = countries.iter().find(|country| country.code == self.country);
        let country = errors.take("country", country.ok_or("Choose the country in which you live"));
        let postcode = match self.country == UNITED_KINGDOM {
            true => errors.take("postcode", Postcode::parse(&self.postcode)).map(Some),
            false => Some(None),
        };
        Some(Creator { name: name?, email: email?, country: country?.id, postcode: postcode? })
    }

    /// The petition, if everything is in order; else the first stage that is not.
    ///
    /// # Errors
    /// That stage, and what is wrong with its answers.
    pub fn parse(&self, countries: &[Country]) -> Result<NewPetition, (Stage, FormErrors)> {
        if self.resident == "no" {
            return Err((Stage::NotEligible, FormErrors::default()));
        }
        for stage in Stage::STEPS {
            let errors = self.mistakes(stage, countries);
            if !errors.is_empty() {
                return Err((stage, errors));
            }
        }
        if self.slip().is_some() {
            return Err((Stage::Creator, FormErrors::default()));
        }
        let mut errors = FormErrors::default();
        let creator = self.creator(countries, &mut errors).ok_or((Stage::Creator, errors))?;
        let words = self.words();
        Ok(NewPetition {
            form: self.number.clone(),
            action: words.action,
            background: words.background,
            additional_details: words.details,
            name: creator.name,
            email: creator.email,
            country: creator.country,
            postcode: creator.postcode,
            wants_updates: self.wants_updates(),
            signed_from: None,
            suspicion: None,
        })
    }
}

/// A number by chance that nobody guesses.
fn new_number() -> String {
    format!("{:032x}", rand::random::<u128>())
}

struct Creator {
    name: SignerName,
    email: EmailAddress,
    country: i32,
    postcode: Option<Postcode>,
}

/// The texts of a petition as they would be sent.
pub struct Words {
    /// What it asks for.
    pub action: String,
    /// Why, in short.
    pub background: String,
    /// Why, at length.
    pub details: String,
}

impl Words {
    /// As they are looked through.
    pub fn texts(&self) -> Texts<'_> {
        Texts { action: &self.action, background: &self.background, additional_details: &self.details }
    }

    /// As they are compared; of a text that is far too long no more than could be sent.
    pub fn text(&self) -> Text<'_> {
        Text {
            action: beginning(&self.action, limits::ACTION),
            background: beginning(&self.background, limits::BACKGROUND),
            additional_details: beginning(&self.details, limits::ADDITIONAL_DETAILS),
        }
    }

    /// The paragraphs of a text.
    pub fn paragraphs(text: &str) -> Vec<&str> {
        text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect()
    }
}

fn beginning(text: &str, most: usize) -> &str {
    text.char_indices().nth(2 * most).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> PetitionForm {
        PetitionForm {
            resident: "yes".to_owned(),
            action: "Plant trees".to_owned(),
            background: "They give shade.".to_owned(),
            name: "Ada Lovelace".to_owned(),
            email: "ada@example.org".to_owned(),
            postcode: "SW1A 1AA".to_owned(),
            ..PetitionForm::new()
        }
    }

    fn uk() -> Vec<Country> {
        vec![Country { id: 1, code: UNITED_KINGDOM.to_owned(), name: "United Kingdom".to_owned() }]
    }

    #[test]
    fn the_first_stage_that_is_not_in_order_is_named() {
        let stage = |form: PetitionForm| form.parse(&uk()).err().map(|(stage, _)| stage);
        assert_eq!(stage(filled()), None);
        assert_eq!(stage(PetitionForm::new()), Some(Stage::Eligibility));
        assert_eq!(stage(PetitionForm { resident: "no".to_owned(), ..filled() }), Some(Stage::NotEligible));
        assert_eq!(stage(PetitionForm { resident: "1".to_owned(), ..filled() }), Some(Stage::Eligibility));
        assert_eq!(stage(PetitionForm { action: "=".to_owned(), ..filled() }), Some(Stage::Action));
        assert_eq!(stage(PetitionForm { background: String::new(), ..filled() }), Some(Stage::Background));
        assert_eq!(stage(PetitionForm { details: "a".repeat(801), ..filled() }), Some(Stage::Details));
        assert_eq!(stage(PetitionForm { postcode: String::new(), ..filled() }), Some(Stage::Creator));
        assert_eq!(stage(PetitionForm { email: "ada@gmial.com".to_owned(), ..filled() }), Some(Stage::Creator));
    }

    #[test]
    fn every_answer_travels_or_is_asked_for() {
        for stage in Stage::ALL {
            let form = PetitionForm { updates: TICKED.to_owned(), reviewing: TICKED.to_owned(), ..filled() };
            let carried = form.carried(&stage).len();
            let asked = match stage {
                Stage::Eligibility | Stage::Action | Stage::Background | Stage::Save => 1,
                Stage::Creator => 5,
                _ => 0,
            };
            assert_eq!(carried + asked, 10, "{stage:?}");
        }
    }

    #[test]
    fn a_number_that_is_none_is_replaced() {
        let number = |number: &str| PetitionForm { number: number.to_owned(), ..filled() }.settle().number;
        let good = "0123456789abcdef0123456789abcdef";
        assert_eq!(number(good), good);
        for bad in ["", "0123", "0123456789ABCDEF0123456789abcdef", "' or 1=1 --0123456789abcdef01234"] {
            let made = number(bad);
            assert!(made != bad && made.len() == NUMBER, "{made}");
        }
    }
}
