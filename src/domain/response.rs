//! The government response while it is being written, and when it is ready to be published.

use jiff::civil::Date;

use super::{limits, text};

/// A response as somebody has written it so far. What is missing is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ResponseText {
    /// The number of the department that wrote it.
    pub department: Option<i32>,
    /// The day of the answer.
    pub responded_on: Option<Date>,
    /// The answer in one or two sentences.
    pub summary: String,
    /// The whole answer; Markdown.
    pub details: String,
    /// When a published response is corrected: what the public is told of it.
    pub correction_note: String,
}

/// A response that can be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyResponse {
    /// The number of the department that wrote it.
    pub department: i32,
    /// The day of the answer.
    pub responded_on: Date,
    /// The answer in one or two sentences.
    pub summary: String,
    /// The whole answer; Markdown.
    pub details: String,
    /// What the public is told of a correction; empty when it is published for the first time.
    pub correction_note: String,
}

/// Something that has to be done before a response can be published: in which field, and what.
pub type Missing = (&'static str, &'static str);

impl ResponseText {
    /// What is too long, with what to do about it.
    pub fn too_long(&self) -> Vec<(&'static str, String)> {
        let fields = [
            ("summary", "the summary", &self.summary, limits::RESPONSE_SUMMARY),
            ("details", "the text", &self.details, limits::RESPONSE_DETAILS),
            ("correction_note", "what the public is told", &self.correction_note, limits::RESPONSE_NOTE),
        ];
        let told = fields.into_iter().map(|(field, what, words, most)| (field, text::too_long(what, words, most)));
        told.filter_map(|(field, message)| message.map(|message| (field, message))).collect()
    }

    /// The response, if nothing is missing on the day on which it is published.
    ///
    /// # Errors
    /// With all that is missing.
    pub fn ready(&self, today: Date, corrects: bool) -> Result<ReadyResponse, Vec<Missing>> {
        let mut missing = Vec::new();
        if self.department.is_none() {
            missing.push(("department", "Choose the department that wrote the response"));
        }
        match self.responded_on {
            None => missing.push(("responded_on", "Enter the day of the response")),
            Some(day) if day > today => {
                missing.push(("responded_on", "Enter a day that is not after the day of publishing"));
            }
            Some(_) => {}
        }
        if self.summary.is_empty() {
            missing.push(("summary", "Enter a summary"));
        }
        if self.details.is_empty() {
            missing.push(("details", "Enter the full response"));
        }
        if corrects && self.correction_note.is_empty() {
            missing.push(("correction_note", "Say what is corrected, and why"));
        }
        match (self.department, self.responded_on) {
            (Some(department), Some(responded_on)) if missing.is_empty() => Ok(ReadyResponse {
                department,
                responded_on,
                summary: self.summary.clone(),
                details: self.details.clone(),
                correction_note: if corrects { self.correction_note.clone() } else { String::new() },
            }),
            _ => Err(missing),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn whole() -> ResponseText {
        ResponseText {
            department: Some(1),
            responded_on: Some(date(2022, 8, 20)),
            summary: "Yes.".to_owned(),
            details: "We will.".to_owned(),
            correction_note: String::new(),
        }
    }

    #[test]
    fn a_whole_response_is_ready() {
        let ready = whole().ready(date(2022, 8, 20), false).expect("ready");
        assert_eq!((ready.department, ready.summary.as_str()), (1, "Yes."));
    }

    #[test]
    fn everything_that_is_missing_is_named() {
        let fields = |text: &ResponseText, corrects| {
            let missing = text.ready(date(2022, 8, 20), corrects).err().unwrap_or_default();
            missing.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        let all = ["department", "responded_on", "summary", "details", "correction_note"];
        assert_eq!(fields(&ResponseText::default(), true), all);
        assert_eq!(fields(&whole(), true), ["correction_note"]);
        let tomorrow = ResponseText { responded_on: Some(date(2022, 8, 21)), ..whole() };
        assert_eq!(fields(&tomorrow, false), ["responded_on"], "nobody has answered in the future");
    }

    #[test]
    fn letters_are_counted_as_people_count_them() {
        let full = ResponseText { summary: "y\u{302}".repeat(limits::RESPONSE_SUMMARY), ..whole() };
        assert_eq!(full.too_long(), []);
        let long = ResponseText { summary: "ŷ".repeat(limits::RESPONSE_SUMMARY + 2), ..whole() };
        let wanted = "Shorten the summary to 200 characters or fewer: it has 202".to_owned();
        assert_eq!(long.too_long(), [("summary", wanted)]);
    }
}
