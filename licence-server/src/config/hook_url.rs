use std::fmt;
use std::str::FromStr;

use axum::http::Uri;
use axum::http::uri::Scheme;
use thiserror::Error;

use super::origin::is_loopback;
use super::setting::{Setting, quoted};

/// Characters of an address at most.
const CHARS_MAX: usize = 2048;

/// An address that messages are sent to: `https://monitoring.example.org/hooks/seats`.
///
/// What stands behind the host is often what lets a message in, so neither `Debug` nor `Display` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct HookUrl(Uri);

/// The text is no such address.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("an address is written `https://host/path`, without a name, a password or a fragment")]
pub struct NotAHookUrl;

impl HookUrl {
    /// The whole of it.
    #[must_use]
    pub const fn expose(&self) -> &Uri {
        &self.0
    }

    /// Whether everyone on the way to it reads what is sent, its path included: it is plain http, and leaves this
    /// machine.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        let host = self.0.host().unwrap_or_default().to_ascii_lowercase();
        self.0.scheme() == Some(&Scheme::HTTP) && !is_loopback(&host)
    }
}

impl FromStr for HookUrl {
    type Err = NotAHookUrl;

    fn from_str(text: &str) -> Result<Self, NotAHookUrl> {
        // The parser drops a fragment, and what is dropped unseen may have been meant.
        if text.len() > CHARS_MAX || text.contains('#') {
            return Err(NotAHookUrl);
        }
        let uri: Uri = text.parse().map_err(|_| NotAHookUrl)?;
        let is_http = [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme());
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        // A port that is none would be passed over, and the message go to another server.
        let after_host = authority.rsplit(']').next().unwrap_or_default();
        let has_wrong_port = after_host.contains(':') && uri.port_u16().is_none();
        let is_right = is_http && has_host && !has_wrong_port && !authority.contains('@');
        is_right.then_some(Self(uri)).ok_or(NotAHookUrl)
    }
}

impl fmt::Display for HookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.0.authority().map_or("", |authority| authority.as_str());
        write!(f, "{}://{authority}", self.0.scheme_str().unwrap_or_default())
    }
}

impl fmt::Debug for HookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookUrl({self}/…)")
    }
}

impl Setting for HookUrl {
    fn expected() -> String {
        "an address, as `https://host/path`, without a name, a password or a fragment".to_owned()
    }

    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_toml(&self) -> String {
        quoted(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_exposed_unless_it_stays_on_this_machine() {
        let is_exposed = |text: &str| text.parse::<HookUrl>().unwrap().is_exposed();
        for own in ["http://[::1]/hook", "http://LocalHost:9093/hook", "http://127.0.0.1/"] {
            assert!(!is_exposed(own), "{own}");
        }
        for other in ["http://h/x", "http://192.168.1.5:9093/hook", "HTTP://localhost.example.org/"]
        {
            assert!(is_exposed(other), "{other}");
        }
    }

    #[test]
    fn only_an_address_of_http_is_taken_and_what_lets_a_message_in_is_not_shown() {
        let hook: HookUrl = "https://chat.example.org:8443/hooks/T0K3N?key=S3CRET".parse().unwrap();
        assert!(!hook.is_exposed());
        assert_eq!(hook.to_string(), "https://chat.example.org:8443");
        assert!(!format!("{hook:?}").contains("T0K3N"));
        assert_eq!(hook.to_toml(), "\"https://chat.example.org:8443/hooks/T0K3N?key=S3CRET\"");
        for wrong in [
            "",
            "ftp://host/",
            "/hooks",
            "https://",
            "https://ann:pw@host/",
            "http://h/#x",
            "https://h:99999/",
            "https://h:/",
        ] {
            assert_eq!(wrong.parse::<HookUrl>(), Err(NotAHookUrl), "{wrong}");
        }
        assert_eq!(
            format!("http://h/{}", "x".repeat(CHARS_MAX)).parse::<HookUrl>(),
            Err(NotAHookUrl)
        );
    }
}
