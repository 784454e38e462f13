use super::{ObjectWriter, Value, list};
use crate::limits::{FEATURE_ITEMS_MAX, FEATURES_MAX, TEXT_CHARS_MAX};
use crate::text::{self, FeatureName};

/// One granted feature's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// On or off.
    Bool(bool),
    /// A number; within what JavaScript holds exactly.
    Integer(i64),
    /// A word.
    String(String),
    /// Words.
    List(Vec<String>),
}

impl Feature {
    /// 2^53 - 1, beyond which JavaScript rounds.
    pub const INTEGER_MAX: i64 = (1 << 53) - 1;

    fn read(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Bool(truth) => Some(Self::Bool(*truth)),
            Value::Integer(number) => (-Self::INTEGER_MAX..=Self::INTEGER_MAX)
                .contains(number)
                .then_some(Self::Integer(*number)),
            Value::String(_) => word(value).map(Self::String),
            Value::Array(_) => list(FEATURE_ITEMS_MAX, word)(value).map(Self::List),
            Value::Null | Value::Number(_) | Value::Object(_) => None,
        }
    }

    fn to_json(&self) -> Value<'_> {
        match self {
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Integer(number) => Value::Integer(*number),
            Self::String(text) => Value::String(text.into()),
            Self::List(items) => {
                Value::Array(items.iter().map(|text| Value::String(text.into())).collect())
            }
        }
    }
}

fn word(value: &Value<'_>) -> Option<String> {
    value.as_str().filter(|text| is_word(text)).map(str::to_owned)
}

/// A string may be empty and hold white space at its ends; it hides as little as a text does.
fn is_word(text: &str) -> bool {
    text.chars().count() <= TEXT_CHARS_MAX && !text.chars().any(text::is_hidden)
}

/// Features by name.
///
/// INVARIANT: in rising order of their names, each once. A sorted list, because a map's tree costs the
/// browser's module two kilobytes and there are [`FEATURES_MAX`] at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features(Vec<(FeatureName, Feature)>);

impl Features {
    /// The value of a feature, if it is granted.
    #[must_use]
    pub fn value(&self, name: &FeatureName) -> Option<&Feature> {
        let at = self.place(name).ok()?;
        self.0.get(at).map(|(_, feature)| feature)
    }

    /// Grants a feature; `None` where there are too many, or one of that name, or the value is one
    /// that the format does not hold.
    #[must_use]
    pub fn with(mut self, name: FeatureName, feature: Feature) -> Option<Self> {
        let is_held = match &feature {
            Feature::Bool(_) => true,
            Feature::Integer(number) => {
                number.unsigned_abs() <= Feature::INTEGER_MAX.unsigned_abs()
            }
            Feature::String(text) => is_word(text),
            Feature::List(items) => {
                items.len() <= FEATURE_ITEMS_MAX && items.iter().all(|t| is_word(t))
            }
        };
        let fits = is_held && self.0.len() < FEATURES_MAX;
        (fits && self.insert(name, feature)).then_some(self)
    }

    /// Where a name is, or where it belongs.
    fn place(&self, name: &FeatureName) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.cmp(name))
    }

    /// Adds a feature, unless there is one of that name.
    fn insert(&mut self, name: FeatureName, feature: Feature) -> bool {
        let place = self.place(&name);
        if let Err(at) = place {
            self.0.insert(at, (name, feature));
        }
        place.is_err()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&FeatureName, &Feature)> {
        self.0.iter().map(|(name, feature)| (name, feature))
    }

    /// Whether every feature here is granted there with the same value.
    #[must_use]
    pub fn is_within(&self, granted: &Self) -> bool {
        self.0.iter().all(|(name, feature)| granted.value(name) == Some(feature))
    }

    pub(super) fn read(value: &Value<'_>) -> Option<Self> {
        let members = value.as_object()?.members();
        if members.len() > FEATURES_MAX {
            return None;
        }
        let mut features = Self::default();
        for (name, value) in members {
            features.insert(FeatureName::parse(name)?, Feature::read(value)?);
        }
        Some(features)
    }

    pub(super) fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.object("features", |features| {
            let each = self.0.iter().map(|(name, feature)| (name.as_str(), feature.to_json()));
            each.for_each(|(name, feature)| features.value(name, &feature));
        });
    }
}
