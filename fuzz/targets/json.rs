//! JSON: what our reader accepts, serde_json accepts and reads alike; what is written is what was read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use licence_core::json::{self, Value};

fuzz_target!(|bytes: &[u8]| {
    let Ok(ours) = json::parse(bytes) else { return };
    match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(theirs) => assert!(is_alike(&ours, &theirs), "{ours:?} or {theirs:?}"),
        // What it cannot keep as a float it refuses, and we keep as it is written.
        Err(error) => assert!(holds_vast_number(&ours), "{error}"),
    }
    // One level deeper than it was read, so what is at the limit of depth is left out.
    let written = json::object(|object| object.value("value", &ours));
    if let Ok(again) = json::parse(written.as_bytes()) {
        assert_eq!(again.as_object().and_then(|object| object.value("value")), Some(&ours));
    }
});

fn is_alike(ours: &Value<'_>, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(one), serde_json::Value::Bool(other)) => one == other,
        (Value::Integer(one), serde_json::Value::Number(other)) => other.as_i64() == Some(*one),
        (Value::Number(one), serde_json::Value::Number(other)) => is_near(one, other),
        (Value::String(one), serde_json::Value::String(other)) => one == other,
        (Value::Array(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| is_alike(a, b))
        }
        (Value::Object(ours), serde_json::Value::Object(theirs)) => {
            ours.members().len() == theirs.len()
                && ours.members().all(|(name, value)| {
                    theirs.get(name).is_some_and(|theirs| is_alike(value, theirs))
                })
        }
        _ => false,
    }
}

/// How far serde_json may be from the nearest float: it reads long decimals fast and not exactly.
const ROUNDING: f64 = 1e-13;

fn is_near(text: &str, number: &serde_json::Number) -> bool {
    let (Ok(ours), Some(theirs)) = (text.parse::<f64>(), number.as_f64()) else { return false };
    (ours - theirs).abs() <= ROUNDING * ours.abs().max(f64::MIN_POSITIVE)
}

fn holds_vast_number(value: &Value<'_>) -> bool {
    match value {
        Value::Number(text) => text.parse::<f64>().is_ok_and(f64::is_infinite),
        Value::Array(values) => values.iter().any(holds_vast_number),
        Value::Object(object) => object.members().any(|(_, value)| holds_vast_number(value)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::String(_) => false,
    }
}
