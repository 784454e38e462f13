//! A plan: an order in TOML, for what is granted again and again.

use std::path::Path;

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_core::FeatureName;
use licence_core::claims::Feature;
use toml::{Table, Value};

use super::field;
use crate::cli::OrderArgs;
use crate::value::FeatureArg;

/// Bytes of a plan at most: a page of text.
const PLAN_BYTES_MAX: ByteLimit = ByteLimit(64 * 1024);

/// Reads a plan. A request file that it names is looked for beside it.
pub(crate) fn read_plan(file: &Source) -> Result<OrderArgs, Failure> {
    let text = files::read_text(file, PLAN_BYTES_MAX)?;
    let mut order = parse(&text).map_err(|why| {
        Failure::malformed(format!("plan {file}: {why}"))
            .mend(format!("a plan knows {}", field::NAMES.join(", ")))
    })?;
    if let Source::File(path) = file {
        order.look_beside(path);
    }
    Ok(order)
}

impl OrderArgs {
    /// Takes a relative path of the request file from the folder of the file that named it.
    pub(crate) fn look_beside(&mut self, file: &Path) {
        if let (Some(Source::File(request)), Some(folder)) = (&mut self.site.request, file.parent())
        {
            *request = folder.join(&request);
        }
    }
}

fn parse(text: &str) -> Result<OrderArgs, String> {
    let table: Table = text.parse().map_err(|error| at_line(text, &error))?;
    let mut order = OrderArgs::default();
    for (name, value) in &table {
        match (name.as_str(), value) {
            ("features", Value::Table(features)) => {
                order.grant.features = features.iter().map(feature).collect::<Result<_, _>>()?;
            }
            (name, value) => field::set(&mut order, name, &typed(name, value)?)?,
        }
    }
    Ok(order)
}

fn at_line(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count().saturating_add(1));
    format!("line {line}: {}", error.message().lines().collect::<Vec<_>>().join("; "))
}

/// A value as it would be typed.
fn typed(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Boolean(truth) => Ok(truth.to_string()),
        Value::Datetime(time) => Ok(time.to_string()),
        Value::Float(_) | Value::Array(_) | Value::Table(_) => Err(format!(
            "`{name}` holds {}, and one text, number, date or `true` is needed",
            value.type_str()
        )),
    }
}

fn feature((name, value): (&String, &Value)) -> Result<FeatureArg, String> {
    let name =
        FeatureName::parse(name).ok_or_else(|| format!("feature `{name}` is no identifier"))?;
    let value = match value {
        Value::Boolean(truth) => Feature::Bool(*truth),
        Value::Integer(number) => Feature::Integer(*number),
        Value::String(text) => Feature::String(text.clone()),
        Value::Array(items) => {
            let word = |item: &Value| item.as_str().map(str::to_owned);
            let words = items.iter().map(word).collect::<Option<_>>();
            Feature::List(words.ok_or_else(|| format!("feature `{name}` lists more than texts"))?)
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => {
            return Err(format!(
                "feature `{name}` is no switch, whole number, text or list of texts"
            ));
        }
    };
    Ok(FeatureArg { name, value })
}

#[cfg(test)]
mod tests {
    use licence_core::claims::Feature;

    use super::parse;

    #[test]
    fn a_plan_says_what_flags_say() {
        let order = parse(
            "seats = 3\nuntil = 2030-12-31\nper = 'session'\nperpetual = false\n\
             [features]\nexport = true\nrows = 5000\nmodules = ['ct', 'mri']\ncode = '5000'\n",
        )
        .unwrap();
        assert_eq!(order.seats.seats.unwrap().number(), 3);
        assert_eq!(order.term.until.unwrap().end().to_string(), "2031-01-01T00:00:00Z");
        let features: Vec<_> = order.grant.features.iter().map(|f| &f.value).collect();
        let words = ["ct", "mri"].map(str::to_owned).to_vec();
        assert!(features.contains(&&Feature::Bool(true)));
        assert!(features.contains(&&Feature::Integer(5000)));
        assert!(features.contains(&&Feature::String("5000".to_owned())));
        assert!(features.contains(&&Feature::List(words)));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_place() {
        for (text, refusal) in [
            ("seat = 3", "there is no `seat`, did you mean `seats`?"),
            ("seats = 3\nseats = 4", "line 2: duplicate key"),
            ("seats = 0.5", "`seats` holds float, and one text, number, date or `true` is needed"),
            ("[features]\nrows = 1e6", "feature `rows` is no switch, whole number, text or list"),
            ("[features]\n'a b' = 1", "feature `a b` is no identifier"),
            ("seats = \n", "line 1: "),
        ] {
            let found = parse(text).unwrap_err();
            assert!(found.starts_with(refusal), "{text}: {found}");
        }
    }
}
