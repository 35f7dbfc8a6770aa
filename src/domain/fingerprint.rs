//! What a form carries of what it was made from, so that a change which somebody else has made meanwhile is noticed.

use serde_json::Value;

/// The fingerprint of a value: the same value has the same, another has another.
pub fn fingerprint(value: &Value) -> String {
    blake3::hash(value.to_string().as_bytes()).to_hex()[..32].to_owned()
}
