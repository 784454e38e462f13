//! Claims as lines: `seats.active_max  3`.

use licence_core::UnixTime;
use licence_core::json::{self, Value};

/// Claims that are points in time, and are shown as such beside their number.
const TIMES: [&str; 6] = ["iat", "nbf", "exp", "warn_at", "grace_until", "auth_time"];

/// Name and value of everything in a JSON text, in its order; nested names are joined by dots.
pub(super) fn lines(text: &str) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    if let Ok(value) = json::parse(text.as_bytes()) {
        add(&mut lines, String::new(), &value);
    }
    lines
}

fn add(lines: &mut Vec<(String, String)>, name: String, value: &Value<'_>) {
    match value {
        Value::Object(object) if object.members().len() > 0 => {
            for (member, value) in object.members() {
                let path =
                    if name.is_empty() { member.to_owned() } else { format!("{name}.{member}") };
                add(lines, path, value);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.as_object().is_some()) => {
            for (at, item) in items.iter().enumerate() {
                add(lines, format!("{name}[{at}]"), item);
            }
        }
        Value::Integer(secs) if TIMES.contains(&name.as_str()) => {
            let time = UnixTime::from_secs(*secs).map(|time| format!(" ({time})"));
            lines.push((name, format!("{secs}{}", time.unwrap_or_default())));
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => lines.push((name, spoken(value))),
    }
}

fn spoken(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => (*number).to_owned(),
        Value::String(text) => text.to_string(),
        Value::Array(items) => items.iter().map(spoken).collect::<Vec<_>>().join(", "),
        Value::Object(_) => "{}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[track_caller]
    fn shown(json: &str) -> String {
        let lines = lines(json).into_iter().map(|(name, value)| format!("{name}={value}\n"));
        lines.collect()
    }

    #[test]
    fn nested_claims_stand_on_lines_of_their_own_in_their_order() {
        assert_eq!(
            shown(
                r#"{"seats":{"per":"user","active_max":3},"features":{},"m":["a","b"],"t":true}"#
            ),
            "seats.per=user\nseats.active_max=3\nfeatures={}\nm=a, b\nt=true\n"
        );
        assert_eq!(
            shown(r#"{"keys":[{"kid":"a"},{"kid":"b"}]}"#),
            "keys[0].kid=a\nkeys[1].kid=b\n"
        );
    }

    #[test]
    fn times_are_shown_as_times() {
        assert_eq!(shown(r#"{"iat":1900000000}"#), "iat=1900000000 (2030-03-17T17:46:40Z)\n");
        assert_eq!(
            shown(r#"{"exp":1900000000000}"#),
            "exp=1900000000000\n",
            "milliseconds are no time"
        );
    }
}
