use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use licence_core::{Code, UnixTime};

use super::now::Now;
use crate::domain::PaceKey;
use crate::http::cookie::CookieRule;
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::{BearerRefusal, TokenClaims, VerifiedToken};

/// Whoever sent a good access token, an application's or an administrator's (RFC 6750: in the header), or,
/// where an administrator switched that on and there is no such header, in our cookie. An application
/// that asks for a change is counted.
pub(crate) struct Bearer(pub(crate) Arc<VerifiedToken>);

/// Whoever sent an access token that was good once, also one that has ended or whose session has.
pub(crate) struct PastBearer(pub(crate) Arc<VerifiedToken>);

/// What a request says of who sent it.
pub(super) enum Brought<'a> {
    Nothing,
    /// `Bearer` (RFC 6750 section 2.1): an access token, or a service key.
    Token(&'a [u8]),
    /// `Basic` (RFC 7617): a service's name and its key.
    Basic(&'a [u8]),
    /// Another scheme, two headers, or nothing behind the scheme.
    Unreadable,
}

/// The access token that came in our cookie, where such a cookie counts. A request with `Authorization` says
/// who it is by that, right or wrong.
///
/// Two that differ count for nothing: one of them was planted.
pub(crate) fn in_cookie<'h>(headers: &'h HeaderMap, state: &AppState) -> Option<&'h str> {
    // Most requests bring no cookie at all, and need not be told whose it is.
    if headers.contains_key(header::AUTHORIZATION) || !headers.contains_key(header::COOKIE) {
        return None;
    }
    let rule = CookieRule::of(state.config(), state.site_key().id()).ok()?;
    let mut tokens = rule.for_access(state.config())?.values(headers).collect::<Vec<_>>();
    tokens.dedup();
    if let [token] = tokens.as_slice() {
        Some(*token).filter(|token| !token.is_empty())
    } else {
        None
    }
}

pub(super) fn brought(headers: &HeaderMap) -> Brought<'_> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (values.next(), values.next());
    let Some(value) = first else { return Brought::Nothing };
    // As bytes: whether they are text is asked of those alone that are not known.
    let (scheme, rest) = words(value.as_bytes());
    if second.is_some() || rest.is_empty() {
        Brought::Unreadable
    } else if scheme.eq_ignore_ascii_case(b"bearer") {
        Brought::Token(rest)
    } else if scheme.eq_ignore_ascii_case(b"basic") {
        Brought::Basic(rest)
    } else {
        Brought::Unreadable
    }
}

/// The first word, and all that follows the spaces behind it.
fn words(text: &[u8]) -> (&[u8], &[u8]) {
    let is_space = |byte: &u8| *byte == b' ';
    let (scheme, rest) = text.split_at(text.iter().position(is_space).unwrap_or(text.len()));
    let spaces = rest.iter().take_while(|byte| is_space(byte)).count();
    (scheme, rest.get(spaces..).unwrap_or_default())
}

/// Verifies the token, and counts a change that its session asks for. An administrator is not counted: who
/// may do anything needs no loop to do harm.
fn admit(
    token: &[u8],
    method: &Method,
    now: UnixTime,
    state: &AppState,
) -> Result<Bearer, Problem> {
    let bearer = verify(token, now, state)?;
    if let (false, TokenClaims::Application(claims)) = (method.is_safe(), &bearer.0.claims) {
        state.pace(PaceKey::Session(claims.sign_in.sid), now).map_err(Problem::too_many_changes)?;
    }
    Ok(bearer)
}

fn verify(token: &[u8], now: UnixTime, state: &AppState) -> Result<Bearer, Problem> {
    let verified = state.bearer().verify(token, state.mirror(), now);
    let verified = verified.map_err(|refusal| refused(&refusal, now))?;
    state.sightings().note(&verified, now);
    Ok(Bearer(verified))
}

fn refused(refusal: &BearerRefusal, now: UnixTime) -> Problem {
    let problem = Problem::new(Code::InvalidToken)
        .detail(refusal.to_string())
        .with("server_time", now.secs());
    match refusal {
        BearerRefusal::Refused(why) => {
            problem.with("at", why.at.name()).with("reason", why.code().name())
        }
        BearerRefusal::NoLicence
        | BearerRefusal::Revoked
        | BearerRefusal::FromTheFuture
        | BearerRefusal::Ended => problem,
    }
}

impl FromRequestParts<AppState> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let now = Now::of(parts, state);
        match brought(&parts.headers) {
            Brought::Token(token) => admit(token, &parts.method, now, state),
            Brought::Nothing => match in_cookie(&parts.headers, state) {
                Some(token) => admit(token.as_bytes(), &parts.method, now, state),
                None => Err(Problem::new(Code::InvalidToken)
                    .detail("no access token came with the request")
                    .unasked()),
            },
            Brought::Basic(_) | Brought::Unreadable => Err(unreadable()),
        }
    }
}

/// For calls that say more to whoever is signed in. A token that was sent must be good; a cookie goes along
/// unasked, so that one which is not good counts for nothing.
impl OptionalFromRequestParts<AppState> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Option<Self>, Problem> {
        let now = Now::of(parts, state);
        match brought(&parts.headers) {
            Brought::Nothing => {
                let token = in_cookie(&parts.headers, state);
                Ok(token.and_then(|token| verify(token.as_bytes(), now, state).ok()))
            }
            Brought::Token(token) => admit(token, &parts.method, now, state).map(Some),
            Brought::Basic(_) | Brought::Unreadable => Err(unreadable()),
        }
    }
}

impl OptionalFromRequestParts<AppState> for PastBearer {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Option<Self>, Problem> {
        let now = Now::of(parts, state);
        let token = match brought(&parts.headers) {
            Brought::Nothing => return Ok(None),
            Brought::Token(token) => token,
            Brought::Basic(_) | Brought::Unreadable => return Err(unreadable()),
        };
        let verified = state.bearer().verify_past(token, state.mirror(), now);
        verified.map(Self).map(Some).map_err(|refusal| refused(&refusal, now))
    }
}

fn unreadable() -> Problem {
    Problem::new(Code::InvalidToken).detail("`Authorization` must be `Bearer` and one access token")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("authorization", value.parse().unwrap());
        }
        match brought(&headers) {
            Brought::Nothing => None,
            Brought::Token(token) => Some(str::from_utf8(token).unwrap().to_owned()),
            Brought::Basic(pair) => Some(format!("basic {}", str::from_utf8(pair).unwrap())),
            Brought::Unreadable => Some("unreadable".to_owned()),
        }
    }

    #[test]
    fn one_credential_is_read_and_nothing_else() {
        assert_eq!(token(&[]), None);
        assert_eq!(token(&["Bearer a.b.c"]).as_deref(), Some("a.b.c"));
        assert_eq!(token(&["bearer  a.b.c"]).as_deref(), Some("a.b.c"));
        assert_eq!(token(&["basic YTpi"]).as_deref(), Some("basic YTpi"));
        for wrong in [
            &["Digest a"][..],
            &["Bearer"],
            &["Bearer "],
            &["Basic "],
            &["a.b.c"],
            &["Bearer a", "Bearer b"],
        ] {
            assert_eq!(token(wrong).as_deref(), Some("unreadable"), "{wrong:?}");
        }
    }
}
