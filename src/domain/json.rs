//! Reading JSON that somebody handed over: an error tells the field, the line and the column.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, MapAccess, Unexpected, Visitor, value::MapAccessDeserializer},
};
use serde_json::error::Category;

use super::refused::Refused;

/// Reads a whole file of JSON that is an object.
///
/// # Errors
/// When the text is not JSON, is cut off, goes on after its end, or has something else where a field should be.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Refused> {
    let mut json = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let read: Object<T> = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        refused(&path, error.inner())
    })?;
    json.end().map_err(|error| refused(".", &error))?;
    Ok(read.0)
}

/// Reads a field that is an object. A derived reader alone takes a list for one, the fields in their order.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Object(PhantomData)).map(|Object(read)| read)
}

/// Reads a text that has to be more than a text. (What is converted only after it has been read is reported with the
/// line on which the object around it ends.)
pub fn text<'de, D: Deserializer<'de>, T>(deserializer: D, read: fn(&str) -> Result<T, String>) -> Result<T, D::Error> {
    deserializer.deserialize_str(Words(read))
}

/// Reads a whole number that has to be more than a whole number.
pub fn number<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: fn(i64) -> Result<T, String>,
) -> Result<T, D::Error> {
    deserializer.deserialize_i64(Number(read))
}

struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<PhantomData<T>> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

struct Words<T>(fn(&str) -> Result<T, String>);

impl<T> Visitor<'_> for Words<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

struct Number<T>(fn(i64) -> Result<T, String>);

impl<T> Visitor<'_> for Number<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        (self.0)(number).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }
}

fn refused(path: &str, error: &serde_json::Error) -> Refused {
    let position = format!("line {} column {}", error.line(), error.column());
    // The root's path is a full stop.
    let place = if path == "." { position.clone() } else { format!("{path}, {position}") };
    let message = error.to_string();
    let reason = match error.classify() {
        Category::Eof => "the file ends here, in the middle of its data".to_owned(),
        _ => message
            .trim_end_matches(&format!(" at {position}"))
            .replace("expected i64", "expected a whole number")
            .replace("expected a sequence", "expected a list")
            .replace("invalid type: map", "invalid type: object")
            .replace("invalid type: sequence", "invalid type: list"),
    };
    Refused::new(place, reason)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn told(text: &str) -> String {
        read::<BTreeMap<String, Vec<i64>>>(text).expect_err("a wrong file").to_string()
    }

    #[test]
    fn an_error_tells_field_line_and_column() {
        assert_eq!(
            told("{\"a\": [1,\n 2.5]}"),
            "a[1], line 2 column 4: invalid type: floating point `2.5`, expected a whole number"
        );
        assert_eq!(told("{\"a\": [1"), "a, line 1 column 8: the file ends here, in the middle of its data");
        assert_eq!(told("{} x"), "line 1 column 4: trailing characters");
        assert_eq!(told("[]"), "line 1 column 0: invalid type: list, expected an object");
    }
}
