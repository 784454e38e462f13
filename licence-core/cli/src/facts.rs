//! A result of a few named values: aligned lines for a person, an object for a script.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::table::{Align, Table};

/// Named values in the order in which they are told.
///
/// Names are those of the JSON object (`public_key`); a person reads `public key`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(Vec<(&'static str, Value)>);

impl Facts {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// Adds a value by its text.
    #[must_use]
    pub fn with_text(self, name: &'static str, value: impl fmt::Display) -> Self {
        self.with(name, value.to_string())
    }

    /// Adds a value where there is one.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The value of that name, as a person reads it.
    #[must_use]
    pub fn spoken(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| spoken(value))
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::plain([Align::Left, Align::Left]);
        for (name, value) in &self.0 {
            table.row([name.replace('_', " "), spoken(value)]);
        }
        table.fmt(f)
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            object.serialize_entry(name, value)?;
        }
        object.end()
    }
}

fn spoken(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) => items.iter().map(spoken).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            let pairs = members.iter().map(|(name, value)| format!("{name}={}", spoken(value)));
            pairs.collect::<Vec<_>>().join("; ")
        }
        Value::Null | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    fn sample() -> Facts {
        Facts::new()
            .with("seats", 3)
            .with("is_test", true)
            .with("roots", vec!["a", "b"])
            .with_text("public_key", "x.pub")
            .with_some("exp", None::<i64>)
    }

    #[test]
    fn a_person_reads_aligned_lines() {
        assert_eq!(
            sample().to_string(),
            "seats       3\nis test     yes\nroots       a, b\npublic key  x.pub\n"
        );
    }

    #[test]
    fn a_script_reads_an_object_in_the_same_order() {
        assert_eq!(
            serde_json::to_string(&sample()).unwrap(),
            r#"{"seats":3,"is_test":true,"roots":["a","b"],"public_key":"x.pub"}"#
        );
    }
}
