//! The cookie that holds the refresh token. Its name and its flags come from the address that the
//! administrator gave, never from the peer: what a proxy or an attacker says of the transport
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
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name)
            .map(|(_, value)| value)
    }

    /// Sets the cookie for as long as the session may last.
    ///
    /// `None` for a value that no header can carry.
    #[must_use]
    pub(super) fn set(&self, token: &str, life_secs: i64) -> Option<HeaderValue> {
        let text =
            format!("{}={token}{}; Max-Age={}", self.name, self.attributes, life_secs.max(0));
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
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
    fn only_cookies_of_that_name_are_read() {
        let rule = rule("http://localhost:8080", "").unwrap();
        let mut headers = HeaderMap::new();
        headers.append("cookie", "a=b; refresh-8080=one; refresh-80801=no".parse().unwrap());
        headers.append("cookie", "refresh-8080=two".parse().unwrap());
        headers.append("cookie", "xrefresh-8080=no; refresh-8080".parse().unwrap());
        assert_eq!(rule.values(&headers).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(rule.values(&HeaderMap::new()).count(), 0);
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
