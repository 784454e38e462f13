use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use licence_core::Code;
use zeroize::Zeroizing;

use super::bearer::{Brought, brought};
use super::now::Now;
use crate::domain::{Service, ServiceScope};
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::ServiceKey;

/// A service that sent its key: as a bearer token (RFC 6750), or as the password of its name in HTTP
/// Basic, as OAuth2 clients do (RFC 6749 section 2.3.1).
#[derive(Debug)]
pub(crate) struct ServiceCaller(Service);

impl ServiceCaller {
    /// Lets the service go on if its key opens that.
    ///
    /// # Errors
    /// 403 `forbidden`, `insufficient_scope` in RFC 6750's words.
    pub(crate) fn may(&self, scope: ServiceScope) -> Result<(), Problem> {
        if self.0.scopes.contains(&scope) {
            return Ok(());
        }
        let name = scope.name();
        let problem = Problem::new(Code::Forbidden)
            .detail(format!("this needs a service key with the scope `{name}`"))
            .mend("make another key with `licence-server service add --scope`")
            .with("scope", name)
            .oauth_error("insufficient_scope");
        let challenge = format!(r#"Bearer error="insufficient_scope", scope="{name}""#);
        Err(match HeaderValue::try_from(challenge) {
            Ok(challenge) => problem.header(WWW_AUTHENTICATE, challenge),
            Err(_) => problem,
        })
    }

    /// Whether a request brings a service key where others bring an access token.
    pub(crate) fn is_in(parts: &Parts) -> bool {
        matches!(brought(&parts.headers), Brought::Token(text) if key(text).is_some())
    }
}

impl FromRequestParts<AppState> for ServiceCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let now = Now::of(parts, state);
        let good = |key: &ServiceKey| {
            let service = state.mirror().service(key.service())?;
            let is_its_own = service.secret == key.secret_hash();
            (is_its_own && !now.is_expired(service.end)).then_some(Self(service))
        };
        match brought(&parts.headers) {
            Brought::Token(text) => {
                let caller = key(text).as_ref().and_then(good);
                caller
                    .ok_or_else(|| refused("the service key is none, has ended or was taken back"))
            }
            Brought::Basic(pair) => {
                let named = basic(pair).and_then(|(name, key)| {
                    let caller = good(&key)?;
                    caller.0.name.as_str().eq_ignore_ascii_case(&name).then_some(caller)
                });
                named.ok_or_else(|| {
                    refused("name and service key do not match, or the key has ended")
                        .unknown_client()
                })
            }
            Brought::Nothing => Err(refused("no service key came with the request").unasked()),
            Brought::Unreadable => {
                Err(refused("`Authorization` must be `Bearer` and a service key, or `Basic`"))
            }
        }
    }
}

fn key(text: &[u8]) -> Option<ServiceKey> {
    ServiceKey::parse(str::from_utf8(text).ok()?)
}

/// A service's name and its key. Both are written as a form writes them, before HTTP adds its own.
fn basic(pair: &[u8]) -> Option<(String, ServiceKey)> {
    let pair = Zeroizing::new(STANDARD.decode(pair).ok()?);
    let (name, key) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    let key = Zeroizing::new(form_value(key)?);
    Some((form_value(name)?, ServiceKey::parse(&key)?))
}

fn form_value(text: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    let (value, nothing) = pairs.next()?;
    (nothing.is_empty() && pairs.next().is_none()).then(|| value.into_owned())
}

fn refused(why: &'static str) -> Problem {
    Problem::new(Code::InvalidToken)
        .detail(why)
        .mend("send the key that `licence-server service add` showed, or make another one")
}

#[cfg(test)]
mod tests {
    use licence_core::Uuid;

    use super::*;
    use crate::domain::ServiceId;

    #[test]
    fn a_name_and_a_key_are_read_as_oauth_clients_write_them() {
        let key = ServiceKey::new(ServiceId(Uuid::v7(1, [1; 10])), Zeroizing::new([0xfb; 32]));
        let text = key.write();
        let escaped = text.replace('-', "%2D").replace('_', "%5F");
        for pair in [format!("lab-1:{}", *text), format!("lab%2D1:{escaped}")] {
            let (name, read) = basic(STANDARD.encode(pair).as_bytes()).unwrap();
            assert_eq!((name.as_str(), read.secret_hash()), ("lab-1", key.secret_hash()));
        }
        for wrong in [format!("lab-1{}", *text), "lab:x".to_owned(), format!("a&b:{}", *text)] {
            assert!(basic(STANDARD.encode(&wrong).as_bytes()).is_none(), "{wrong}");
        }
        assert!(basic(b"%%").is_none());
    }
}
