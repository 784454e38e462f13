use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

use super::setting::{Setting, quoted};

/// Characters of a name at most (RFC 1035 section 2.3.4).
const NAME_CHARS_MAX: usize = 253;

/// Characters between two dots at most.
const LABEL_CHARS_MAX: usize = 63;

/// A name or an address that a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A DNS name in lower case.
    Name(String),
    /// An address.
    Address(IpAddr),
}

/// The text is neither a name nor an address.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a host is written `seats.example.org`, `192.0.2.7` or `2001:db8::7`")]
pub struct NotAHost;

impl FromStr for Host {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, NotAHost> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(Self::Address(address.to_canonical()));
        }
        let name = text.to_ascii_lowercase();
        let is_name = name.len() <= NAME_CHARS_MAX && name.split('.').all(is_label);
        // A name of digits and dots alone is an address that was mistyped.
        let is_named = name.bytes().any(|byte| byte.is_ascii_lowercase());
        (is_name && is_named).then_some(Self::Name(name)).ok_or(NotAHost)
    }
}

fn is_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LABEL_CHARS_MAX).contains(&label.len())
        && label.bytes().all(is_inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl Setting for Host {
    fn expected() -> String {
        "a host, as `seats.example.org`, `192.0.2.7` or `2001:db8::7`".to_owned()
    }

    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_toml(&self) -> String {
        quoted(&self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for (typed, written) in [
            ("Seats.Example.org", "seats.example.org"),
            ("localhost", "localhost"),
            ("192.0.2.7", "192.0.2.7"),
            ("[2001:DB8::7]", "2001:db8::7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
        ] {
            assert_eq!(typed.parse::<Host>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_no_certificate_can_be_for_is_refused() {
        let long = "a".repeat(64);
        for text in ["", ".", "a..b", "-a", "a-", "a b", "*.example.org", "192.0.2.700", "é", &long]
        {
            assert_eq!(text.parse::<Host>(), Err(NotAHost), "{text}");
        }
    }
}
