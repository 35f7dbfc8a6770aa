//! Mistakes in a form: collected all at once, shown above it and at each field (`components/form.html`).

use std::fmt::Display;

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
