//! Mistakes in a form: collected all at once, shown above it and at each field (`components/form.html`).

use std::fmt::Display;

use crate::domain::{markdown, text};

/// What has to be put right before a form can be taken; in the order of its fields.
#[derive(Clone, Debug, Default)]
pub struct FormErrors(Vec<FieldError>);

/// A mistake in one field.
#[derive(Clone, Debug)]
pub struct FieldError {
    /// The field's name, which is also the id of its input.
    pub field: &'static str,
    /// What to do about it.
    pub message: String,
}

impl FormErrors {
    /// What was made of a field; a failure is noted as a mistake of that field.
    pub fn take<T, E: Display>(&mut self, field: &'static str, outcome: Result<T, E>) -> Option<T> {
        outcome.map_err(|error| self.add(field, error.to_string())).ok()
    }

    /// Notes a mistake.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push(FieldError { field, message: message.into() });
    }

    /// Notes if a text is longer than it may be; `what` says what it is, as in "the summary". Says whether it is not.
    pub fn length(&mut self, field: &'static str, what: &str, words: &str, most: usize) -> bool {
        let told = text::too_long(what, words, most);
        let sound = told.is_none();
        if let Some(message) = told.filter(|_| self.of(field).is_none()) {
            self.add(field, message);
        }
        sound
    }

    /// Notes if a text is longer than it may be, or cannot be shown as Markdown; likewise.
    pub fn markdown(&mut self, field: &'static str, what: &str, words: &str, most: usize) -> bool {
        if !self.length(field, what, words, most) {
            return false;
        }
        let told = markdown::check(words);
        let sound = told.is_ok();
        if let Err(message) = told
            && self.of(field).is_none()
        {
            self.add(field, message.to_string());
        }
        sound
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What has to be done about a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }
}

/// One of the answers that a field offers.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// What it means or does; may be empty. Lists do not show it.
    pub hint: String,
}

impl Choice {
    /// An answer that says all there is to say.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// Says what it means or does.
    pub fn about(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The id of its radio button: the field's name for the first, so that the field's mistake leads there.
    pub fn id(&self, field: &str, first: &bool) -> String {
        if *first { field.to_owned() } else { format!("{field}-{}", self.value) }
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[derive(Template)]
    #[template(
        ext = "html",
        source = r#"{% import "components/form.html" as parts -%}
{% call parts::radios(errors, "way", "Which way?", choices, chosen) %}{% endcall -%}
{% call parts::select(errors, "place", "Place", choices, chosen, none = "Anywhere") %}{% endcall -%}
{% call parts::area(errors, "text", "Text", text, most, hint = "Markdown.") %}{% endcall -%}
{% call parts::day(errors, "day", "Day", "2026-05-03") %}{% endcall -%}
{% call parts::secret(errors, "password", "Password", "current-password") %}{% endcall -%}"#
    )]
    struct Parts {
        errors: FormErrors,
        choices: Vec<Choice>,
        chosen: String,
        text: String,
        most: usize,
    }

    #[test]
    fn every_field_leads_to_its_mistake_and_keeps_what_was_chosen() {
        let mut errors = FormErrors::default();
        errors.add("way", "Choose a way");
        errors.add("text", "Shorten the text");
        let choices = vec![Choice::new("a", "Left").about("The long way"), Choice::new("b", "Right")];
        let parts = Parts { errors, choices, chosen: "b".into(), text: "\n<b>".into(), most: 10_000 };
        let html = parts.render().expect("parts");
        for part in [
            r#"id="way" name="way" value="a" aria-describedby="way-error" aria-invalid="true">"#,
            r#"id="way-b" name="way" value="b" checked>"#,
            r#"<option value="b" selected>Right</option>"#,
            r#"<option value="">Anywhere</option>"#,
            r#"aria-describedby="text-hint text-error" aria-invalid="true">"#,
            "\n\n&#60;b&#62;</textarea>",
            "Up to 10,000 characters.",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
    }
}
