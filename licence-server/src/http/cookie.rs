//! The cookie that holds the refresh token, and its neighbours. Names and flags come from the address that
//! the administrator gave, never from the peer: what a proxy or an attacker says of the transport
//! changes nothing.

use axum::http::{HeaderMap, HeaderValue, header};
use licence_core::KeyId;

use crate::config::{Config, Permission, Transport};

/// How the cookie is named and guarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CookieRule {
    name: String,
    attributes: &'static str,
}

/// People would send passwords and tokens over a network in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InsecureTransport;

/// Out of the reach of scripts, and never sent along from another site's page.
const GUARDED: &str = "; Path=/; HttpOnly; SameSite=Strict";
const GUARDED_TLS: &str = "; Path=/; HttpOnly; Secure; SameSite=Strict";
/// For an application on another site: sent along, in a jar of its own for each such site.
const CROSS_SITE_TLS: &str = "; Path=/; HttpOnly; Secure; SameSite=None; Partitioned";

/// Bytes of a name and its value at most: a browser drops a longer one without a word (RFC 6265bis
/// section 5.6).
const PAIR_BYTES_MAX: usize = 4096;

/// Characters of the site key's id in the cookie's name: two servers behind one host do not
/// overwrite each other's.
const KEY_CHARS: usize = 8;

impl CookieRule {
    /// The rule for a server.
    ///
    /// # Errors
    /// [`InsecureTransport`] where browsers reach it over plain http on a network, and nobody allowed
    /// that.
    pub(super) fn of(config: &Config, site: KeyId) -> Result<Self, InsecureTransport> {
        match config.public.transport() {
            Transport::Tls => {
                let key: String = site.to_string().chars().take(KEY_CHARS).collect();
                let attributes = match config.cross_site {
                    Permission::Refused => GUARDED_TLS,
                    Permission::Allowed => CROSS_SITE_TLS,
                };
                // `__Host-`: a browser takes it over TLS only, for this host alone, so that a
                // neighbouring host cannot plant one.
                Ok(Self { name: format!("__Host-refresh-{key}"), attributes })
            }
            Transport::Loopback => Ok(Self::by_port(config)),
            Transport::Plain if config.insecure_lan == Permission::Allowed => {
                Ok(Self::by_port(config))
            }
            Transport::Plain => Err(InsecureTransport),
        }
    }

    /// The rule of the cookie that makes a browser known.
    pub(super) fn for_device(&self) -> Self {
        Self { name: self.name.replacen("refresh-", "device-", 1), ..self.clone() }
    }

    /// The rule of the cookie that holds the access token, where that was switched on.
    pub(super) fn for_access(&self, config: &Config) -> Option<Self> {
        let name = self.name.replacen("refresh-", "access-", 1);
        let rule = Self { name, ..self.clone() };
        Some(rule).filter(|_| config.access_cookie == Permission::Allowed)
    }

    /// Cookies do not tell ports apart, so the name does.
    fn by_port(config: &Config) -> Self {
        Self { name: format!("refresh-{}", config.public.port()), attributes: GUARDED }
    }

    /// The values that a request brings under the name. More than one means that somebody planted
    /// one; which of them is genuine, its mac tells.
    pub(super) fn values<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        headers
            .get_all(header::COOKIE)
            .into_iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
            // Pair by pair: all cookies come in one header, and another application on this host may
            // have written something into its own that is no text.
            .filter_map(|pair| core::str::from_utf8(pair).ok())
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name)
            .map(|(_, value)| value)
    }

    /// Whether a request brings a cookie that says who it is: the refresh token's, or the access token's
    /// where that one counts.
    pub(super) fn is_brought(&self, headers: &HeaderMap, config: &Config) -> bool {
        let access = self.for_access(config);
        let brings = |rule: &Self| rule.values(headers).next().is_some();
        brings(self) || access.as_ref().is_some_and(brings)
    }

    /// Sets the cookie for as long as what it holds may last.
    ///
    /// `None` for a value that no header can carry, or no browser would keep.
    #[must_use]
    pub(super) fn set(&self, token: &str, life_secs: i64) -> Option<HeaderValue> {
        if self.name.len() + token.len() > PAIR_BYTES_MAX {
            return None;
        }
        let text =
            format!("{}={token}{}; Max-Age={}", self.name, self.attributes, life_secs.max(0));
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Takes everything away that says who somebody is.
    pub(super) fn cleared(&self, config: &Config) -> impl Iterator<Item = HeaderValue> {
        let access = self.for_access(config).and_then(|rule| rule.clear());
        self.clear().into_iter().chain(access)
    }

    /// Takes the cookie away.
    #[must_use]
    pub(super) fn clear(&self) -> Option<HeaderValue> {
        self.set("", 0)
    }
}

#[cfg(test)]
mod tests {
    use licence_core::PrivateKey;

    use super::*;
    use crate::config::Settings;

    fn rule(public: &str, settings: &str) -> Result<CookieRule, InsecureTransport> {
        let config = Config::new(Settings::parse(settings).unwrap(), public.parse().unwrap());
        CookieRule::of(&config, PrivateKey::from_seed(&[1; 32]).unwrap().public().id())
    }

    #[track_caller]
    fn set(public: &str, settings: &str) -> String {
        let value = rule(public, settings).unwrap().set("lrt1_x", 60).unwrap();
        value.to_str().unwrap().to_owned()
    }

    #[test]
    fn over_tls_the_cookie_belongs_to_this_host_alone() {
        let text = set("https://seats.example.org", "");
        let (name, rest) = text.split_once('=').unwrap();
        assert_eq!(name.len(), "__Host-refresh-".len() + KEY_CHARS);
        assert!(name.starts_with("__Host-refresh-"));
        assert_eq!(rest, "lrt1_x; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=60");
    }

    #[test]
    fn for_an_application_on_another_site_it_is_partitioned() {
        let text = set("https://seats.example.org", "cross_site = true");
        assert!(text.ends_with("; Secure; SameSite=None; Partitioned; Max-Age=60"), "{text}");
    }

    #[test]
    fn on_this_machine_it_is_told_apart_by_port() {
        for public in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"] {
            let text = set(public, "cross_site = true");
            assert_eq!(text, "refresh-8080=lrt1_x; Path=/; HttpOnly; SameSite=Strict; Max-Age=60");
        }
    }

    #[test]
    fn over_plain_http_on_a_network_there_is_none_unless_someone_asked_for_it() {
        assert_eq!(rule("http://192.168.1.5:8080", ""), Err(InsecureTransport));
        assert_eq!(rule("http://seats.lan", ""), Err(InsecureTransport));
        assert!(set("http://seats.lan", "insecure_lan = true").starts_with("refresh-80="));
    }

    #[test]
    fn the_access_tokens_cookie_is_its_neighbour_where_it_was_switched_on() {
        let access = |public: &str, settings: &str| {
            let config = Config::new(Settings::parse(settings).unwrap(), public.parse().unwrap());
            let value = rule(public, settings).unwrap().for_access(&config)?.set("a.b.c", 900);
            Some(value.unwrap().to_str().unwrap().to_owned())
        };
        assert_eq!(access("https://seats.example.org", ""), None);
        let text = access("https://seats.example.org", "access_cookie = true").unwrap();
        assert!(text.starts_with("__Host-access-"), "{text}");
        assert!(text.ends_with("=a.b.c; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=900"));
        let text = access("http://localhost:8080", "access_cookie = true").unwrap();
        assert_eq!(text, "access-8080=a.b.c; Path=/; HttpOnly; SameSite=Strict; Max-Age=900");
    }

    #[test]
    fn what_a_browser_would_drop_is_not_sent() {
        let rule = rule("http://localhost:8080", "").unwrap();
        let room = PAIR_BYTES_MAX - "refresh-8080".len();
        assert!(rule.set(&"x".repeat(room), 60).is_some());
        assert!(rule.set(&"x".repeat(room + 1), 60).is_none());
    }

    #[test]
    fn only_cookies_of_that_name_are_read() {
        let rule = rule("http://localhost:8080", "").unwrap();
        let mut headers = HeaderMap::new();
        headers.append("cookie", "a=b; refresh-8080=one; refresh-80801=no".parse().unwrap());
        headers.append("cookie", "refresh-8080=two".parse().unwrap());
        headers.append("cookie", "xrefresh-8080=no; refresh-8080".parse().unwrap());
        assert_eq!(rule.values(&headers).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(rule.values(&HeaderMap::new()).count(), 0);
    }

    /// A cookie of another application on the same host, with an umlaut in it, hid ours: whoever had it
    /// seemed to be signed out.
    #[test]
    fn what_another_application_keeps_in_its_cookie_hides_none_of_ours() {
        let rule = rule("http://localhost:8080", "").unwrap();
        for other in ["name=M\u{fc}ller".as_bytes(), b"name=M\xfcller", b"\xff", b"name=\xff=;="] {
            let header = [other, b"; refresh-8080=own; ", other].concat();
            let headers =
                HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(&header).unwrap())]);
            assert_eq!(rule.values(&headers).collect::<Vec<_>>(), ["own"]);
        }
    }

    #[test]
    fn clearing_a_cookie_names_the_same_jar() {
        let rule = rule("http://localhost:8080", "").unwrap();
        assert_eq!(
            rule.clear().unwrap(),
            "refresh-8080=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
        );
    }
}
