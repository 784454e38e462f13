//! `--feature K=V`.

use std::str::FromStr;

use licence_core::FeatureName;
use licence_core::claims::Feature;

/// A feature as it is typed: a name, and a value whose form says its type.
///
/// `true` and `false` are switches, whole numbers are numbers, `[a,b]` is a list of strings, anything
/// else is a string. Quotes around a value or an item keep it a string: `code="5000"`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FeatureArg {
    pub(crate) name: FeatureName,
    pub(crate) value: Feature,
}

impl FromStr for FeatureArg {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let (name, value) = typed.split_once('=').ok_or("a name and a value are needed: K=V")?;
        let name = FeatureName::parse(name)
            .ok_or("the name is no identifier: letters, digits, `.`, `_`, `-`")?;
        Ok(Self { name, value: feature(value)? })
    }
}

fn feature(typed: &str) -> Result<Feature, &'static str> {
    if let Some(items) = between(typed, '[', ']') {
        return list(items).map(Feature::List);
    }
    match typed {
        "" => Err("the value is missing: `K=\"\"` means an empty string"),
        "true" => Ok(Feature::Bool(true)),
        "false" => Ok(Feature::Bool(false)),
        _ if looks_like_a_number(typed) => typed.parse().map(Feature::Integer).map_err(
            |_| "numbers are whole and below 2^53; put the value in quotes to mean a string",
        ),
        _ => string(typed).map(Feature::String),
    }
}

/// A number that cannot be held must not become a string without a word: `max_rows=1e6`.
fn looks_like_a_number(typed: &str) -> bool {
    typed.parse::<f64>().is_ok_and(f64::is_finite)
}

fn list(items: &str) -> Result<Vec<String>, &'static str> {
    if items.is_empty() { Ok(Vec::new()) } else { items.split(',').map(string).collect() }
}

fn string(typed: &str) -> Result<String, &'static str> {
    let text = between(typed, '"', '"').unwrap_or(typed);
    if text.contains(['"', '[', ']']) {
        return Err("quotes and brackets stand around a value, not inside it");
    }
    Ok(text.to_owned())
}

fn between(typed: &str, open: char, close: char) -> Option<&str> {
    typed.strip_prefix(open)?.strip_suffix(close)
}

#[cfg(test)]
mod tests {
    use super::{Feature, FeatureArg};

    #[track_caller]
    fn value(typed: &str) -> Feature {
        typed.parse::<FeatureArg>().unwrap().value
    }

    #[test]
    fn the_form_of_a_value_says_its_type() {
        let string = |text: &str| Feature::String(text.to_owned());
        assert_eq!(value("export=true"), Feature::Bool(true));
        assert_eq!(value("max_rows=-5000"), Feature::Integer(-5000));
        assert_eq!(value("tier=gold"), string("gold"));
        assert_eq!(value("tier=a=b"), string("a=b"));
        assert_eq!(value("code=\"5000\""), string("5000"));
        assert_eq!(value("note=\"\""), string(""));
    }

    #[test]
    fn brackets_make_a_list_of_strings() {
        let list = |items: &[&str]| Feature::List(items.iter().map(|i| (*i).to_owned()).collect());
        assert_eq!(value("modules=[ct,mri]"), list(&["ct", "mri"]));
        assert_eq!(value("modules=[ct]"), list(&["ct"]));
        assert_eq!(value("modules=[1,\"true\"]"), list(&["1", "true"]));
        assert_eq!(value("modules=[]"), list(&[]));
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        for typed in [
            "export",
            "=true",
            "a b=1",
            "tier=",
            "rows=1e6",
            "rows=1.5",
            "rows=99999999999999999999",
            "m=[a,[b]]",
            "m=[a",
            "q=\"a",
            "q=a\"b",
        ] {
            assert!(typed.parse::<FeatureArg>().is_err(), "{typed}");
        }
    }
}
