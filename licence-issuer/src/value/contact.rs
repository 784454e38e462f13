//! What is typed of an owner.

use std::str::FromStr;

use licence_core::{FeatureName, Text};

/// An address: something, `@`, something. Whether it is anyone's is found out by writing to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Email(Text);

impl Email {
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Email {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let parts = typed.split_once('@').filter(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        });
        let is_one_word = !typed.contains(char::is_whitespace);
        let text = Text::parse(typed).filter(|_| parts.is_some() && is_one_word);
        text.map(Self).ok_or("an e-mail address is needed, such as `curie@radium.example`")
    }
}

/// Notes of any length that a person reads: lines and tabs are allowed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Comments(String);

/// A page or two; what is longer belongs into a file of its own.
const COMMENTS_CHARS_MAX: usize = 4000;

impl Comments {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Comments {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let is_text = typed.chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control());
        let fits = is_text && (1..=COMMENTS_CHARS_MAX).contains(&typed.chars().count());
        fits.then(|| Self(typed.to_owned()))
            .ok_or_else(|| format!("text of 1 to {COMMENTS_CHARS_MAX} characters is needed"))
    }
}

/// `K=V` of `--field`; `K=` takes the field away.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FieldArg {
    pub(crate) name: FeatureName,
    pub(crate) value: Option<Text>,
}

impl FromStr for FieldArg {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let (name, value) = typed.split_once('=').ok_or("a name and a value are needed: K=V")?;
        let name = FeatureName::parse(name)
            .ok_or("the name is no identifier: letters, digits, `.`, `_`, `-`")?;
        let value = match value {
            "" => None,
            value => Some(Text::parse(value).ok_or(super::NAME)?),
        };
        Ok(Self { name, value })
    }
}

#[cfg(test)]
mod tests {
    use super::{Comments, Email, FieldArg};

    #[test]
    fn an_address_has_two_sides() {
        assert!("curie@radium.example".parse::<Email>().is_ok());
        for typed in ["curie", "@radium", "curie@", "a@b@c", "a b@c", "", "a@b\n"] {
            assert!(typed.parse::<Email>().is_err(), "{typed:?}");
        }
    }

    #[test]
    fn comments_have_lines_and_no_escape_sequences() {
        assert!("first\nsecond\tcolumn".parse::<Comments>().is_ok());
        for typed in ["", "\u{1b}[2J", &"x".repeat(4001)] {
            assert!(typed.parse::<Comments>().is_err(), "{typed:?}");
        }
    }

    #[test]
    fn a_field_is_set_or_taken_away() {
        let field = "customer_no=4711".parse::<FieldArg>().unwrap();
        assert_eq!(field.value.unwrap().as_str(), "4711");
        assert_eq!("customer_no=".parse::<FieldArg>().unwrap().value, None);
        for typed in ["customer_no", "=1", "a b=1", "a= b"] {
            assert!(typed.parse::<FieldArg>().is_err(), "{typed:?}");
        }
    }
}
