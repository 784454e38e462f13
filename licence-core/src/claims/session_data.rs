use super::{ObjectWriter, Value};
use crate::json;
use crate::limits::SESSION_DATA_BYTES_MAX;

/// The public data of a session, which travels in its access tokens: `dat`.
///
/// A JSON object of at most [`SESSION_DATA_BYTES_MAX`] bytes as it is written here: without white
/// space, with only those escapes that must be, numbers as they came.
///
/// INVARIANT: the text is that spelling of an object which may stand inside of claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionData(String);

impl SessionData {
    /// Reads a JSON object in any spelling; `None` for what is none or too long, and for an object
    /// that nests as deep as claims may, for it stands one level down in them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(&json::parse_member(text.as_bytes()).ok()?)
    }

    /// The object's JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn read(value: &Value<'_>) -> Option<Self> {
        let text = json::text(value.as_object()?);
        (text.len() <= SESSION_DATA_BYTES_MAX).then_some(Self(text))
    }

    pub(super) fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.json("dat", &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_has_one_text() {
        for text in [r#"{"a":1.50,"b":["é\""]}"#, r#" { "a" : 1.50 , "b" : [ "\u00e9\"" ] } "#] {
            let data = SessionData::parse(text).unwrap();
            assert_eq!(data.as_str(), r#"{"a":1.50,"b":["é\""]}"#);
        }
        for text in ["", "[]", "1", "null", r#"{"a":1,"a":2}"#, "{}{}", r#"{},"lic":{}"#] {
            assert_eq!(SessionData::parse(text), None, "{text}");
        }
    }

    #[test]
    fn it_is_as_long_as_it_is_written() {
        let filled = |bytes: usize| format!(r#"{{"a": "{}"}}"#, "x".repeat(bytes - 8));
        assert!(SessionData::parse(&filled(SESSION_DATA_BYTES_MAX)).is_some());
        assert_eq!(SessionData::parse(&filled(SESSION_DATA_BYTES_MAX + 1)), None);
    }

    #[test]
    fn what_is_read_alone_is_read_in_claims() {
        let nested = |depth: usize| {
            let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
            format!(r#"{{"a":{open}{close}}}"#)
        };
        assert!(SessionData::parse(&nested(15)).is_some());
        assert_eq!(SessionData::parse(&nested(16)), None);
    }
}
