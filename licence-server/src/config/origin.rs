use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use axum::http::Uri;
use thiserror::Error;

use super::setting::{Setting, quoted};

/// Where a page or a server is reached: scheme, host and port (RFC 6454), as a browser writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    /// In lower case; an IPv6 address in its brackets.
    host: String,
    port: u16,
}

/// How an origin is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// What stands between the browser and the server, as far as the origin tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TLS.
    Tls,
    /// Nothing, and it never leaves the machine.
    Loopback,
    /// Nothing, on a network.
    Plain,
}

/// The text is no origin.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("an origin is written `https://host` or `http://host:port`, without a path")]
pub struct NotAnOrigin;

impl Origin {
    /// This machine, at a port, as an address is printed for people.
    #[must_use]
    pub fn localhost(port: u16) -> Self {
        Self { scheme: Scheme::Http, host: "localhost".to_owned(), port }
    }

    /// This machine over TLS, at a port.
    #[must_use]
    pub fn localhost_over_tls(port: u16) -> Self {
        Self { scheme: Scheme::Https, ..Self::localhost(port) }
    }

    /// The port, also where the text leaves it out.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The host, in lower case; an IPv6 address in its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What stands between it and the server.
    #[must_use]
    pub fn transport(&self) -> Transport {
        match self.scheme {
            Scheme::Https => Transport::Tls,
            Scheme::Http if is_loopback(&self.host) => Transport::Loopback,
            Scheme::Http => Transport::Plain,
        }
    }
}

/// The hosts that browsers take for this machine ("potentially trustworthy", W3C Secure Contexts).
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse().is_ok_and(|v4: Ipv4Addr| v4.is_loopback())
        || address.parse().is_ok_and(|v6: Ipv6Addr| v6.is_loopback())
}

impl Scheme {
    const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let uri: Uri = text.parse().map_err(|_| NotAnOrigin)?;
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            _ => return Err(NotAnOrigin),
        };
        let authority = uri.authority().ok_or(NotAnOrigin)?;
        let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        if !is_bare || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(NotAnOrigin);
        }
        let port = match authority.port() {
            Some(port) => Some(port.as_u16()).filter(|port| *port != 0).ok_or(NotAnOrigin)?,
            // A colon with no port behind it, or with a number that is none.
            None if authority.as_str() != authority.host() => return Err(NotAnOrigin),
            None => scheme.default_port(),
        };
        Ok(Self { scheme, host: authority.host().to_ascii_lowercase(), port })
    }
}

impl Setting for Origin {
    fn expected() -> String {
        "an origin, as `https://host` or `http://host:port`, without a path".to_owned()
    }

    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_toml(&self) -> String {
        quoted(&self.to_string())
    }
}

/// As a browser writes it in the header `Origin`: a default port is left out.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.name(), self.host)?;
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn origin(text: &str) -> Origin {
        text.parse().unwrap()
    }

    #[test]
    fn an_origin_has_one_text() {
        for (typed, written) in [
            ("https://Seats.Example.org", "https://seats.example.org"),
            ("https://seats.example.org:443/", "https://seats.example.org"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://localhost:80", "http://localhost"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(origin(typed).to_string(), written);
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for text in [
            "",
            "null",
            "localhost:8080",
            "ftp://host",
            "https://",
            "https://host/path",
            "https://host?x",
            "https://user@host",
            "https://host:",
            "https://host:0",
            "https://host:99999",
            "https://ho st",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(NotAnOrigin), "{text}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["localhost", "app.localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert_eq!(origin(&format!("http://{host}:8080")).transport(), Transport::Loopback);
        }
        for host in ["192.168.1.5", "notlocalhost", "localhost.example.org", "[::2]", "0.0.0.0"] {
            let text = format!("http://{host}:8080");
            assert_eq!(origin(&text).transport(), Transport::Plain, "{host}");
        }
        assert_eq!(origin("https://localhost").transport(), Transport::Tls);
    }
}
