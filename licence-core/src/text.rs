//! Names as newtypes: identifiers that machines compare, and text that people wrote.

use core::fmt;

use crate::limits::{IDENTIFIER_CHARS_MAX, TEXT_CHARS_MAX};

/// 1 to 64 characters of `A-Z a-z 0-9 . _ -`, the first a letter or a digit.
///
/// Nothing that could be read as a path, a quote, a separator of `aud` (`:`) or a look-alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(String);

impl Identifier {
    /// Reads an identifier.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let first = text.bytes().next()?;
        let allowed = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-');
        let fits = text.len() <= IDENTIFIER_CHARS_MAX
            && first.is_ascii_alphanumeric()
            && text.bytes().all(allowed);
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 1 to 200 characters, none of them hidden, with no white space at either end.
///
/// Text that a person compares is shown as it was signed: nothing in it turns the direction of what
/// follows, and nothing in it shows nothing. Only the two joiners are let through, between characters
/// that they join: Persian and several Indian scripts cannot be written without them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

impl Text {
    /// Reads a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.len() <= TEXT_CHARS_MAX * 4
            && text.chars().count() <= TEXT_CHARS_MAX
            && text.trim().len() == text.len()
            && !text.chars().any(is_hidden)
            && text.split(JOINERS).all(|joined| !joined.is_empty());
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Zero width non-joiner and joiner.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// Control characters, line and paragraph separators, and what shows nothing by itself: Unicode's
/// `Default_Ignorable_Code_Point` (UAX #44), with the bidirectional controls of UAX #9, without the
/// [`JOINERS`].
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

macro_rules! named {
    ($($(#[$doc:meta])+ $name:ident($inner:ident)),+ $(,)?) => {$(
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl $name {
            #[doc = concat!("Reads it by the rules of [`", stringify!($inner), "`].")]
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                $inner::parse(text).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

named! {
    /// The application that a licence is for: `aud` of licences and access tokens.
    Product(Identifier),
    /// A switch or a value that a licence grants.
    FeatureName(Identifier),
    /// A role of a person, for the server (`admin`) or for the application.
    Role(Identifier),
    /// Who signs licences: `iss` of what root and issuing keys sign.
    Vendor(Text),
    /// Who a licence is for.
    Institute(Text),
}

/// What an `at+jwt` opens: its `aud`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The application, with a seat.
    Application(Product),
    /// The administration of the application's server, without one: `admin:<product>`.
    Administration(Product),
}

const ADMINISTRATION: &str = "admin:";

impl Audience {
    /// Reads an `aud`.
    #[must_use]
    pub fn parse(aud: &str) -> Option<Self> {
        match aud.strip_prefix(ADMINISTRATION) {
            Some(product) => Product::parse(product).map(Self::Administration),
            None => Product::parse(aud).map(Self::Application),
        }
    }
}

impl From<Product> for Audience {
    fn from(product: Product) -> Self {
        Self::Application(product)
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application(product) => product.fmt(f),
            Self::Administration(product) => write!(f, "{ADMINISTRATION}{product}"),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_holds_nothing_that_could_be_read_as_something_else() {
        for good in ["p", "Acme.Lab_2-x", "7"] {
            assert!(Identifier::parse(good).is_some(), "{good}");
        }
        for bad in ["", ".p", "-p", "a b", "a:b", "a/b", "a\0", "é", &"x".repeat(65)] {
            assert_eq!(Identifier::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn text_is_shown_as_it_was_signed() {
        for good in ["Universität Łódź", "東京大学", &"ü".repeat(200)] {
            assert!(Text::parse(good).is_some(), "{good}");
        }
        for bad in ["", " a", "a ", "a\nb", "a\u{202e}b", "a\u{0}", &"ü".repeat(201)] {
            assert_eq!(Text::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn text_hides_nothing() {
        for hidden in ['\u{ad}', '\u{200b}', '\u{2060}', '\u{3164}', '\u{fe0f}', '\u{e0041}'] {
            assert_eq!(Text::parse(&format!("Ac{hidden}me")), None, "{hidden:?}");
        }
    }

    #[test]
    fn a_joiner_stands_between_what_it_joins() {
        for good in ["علوم\u{200c}پایه", "ශ්\u{200d}රී", "a\u{200c}b\u{200d}c"] {
            assert!(Text::parse(good).is_some(), "{good:?}");
        }
        for bad in ["\u{200c}", "\u{200c}a", "a\u{200d}", "a\u{200c}\u{200d}b"] {
            assert_eq!(Text::parse(bad), None, "{bad:?}");
        }
    }
}
