//! How a refresh token goes to the client.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use licence_core::{Code, UnixTime};
use zeroize::Zeroizing;

use crate::http::cookie::CookieRule;
use crate::http::csrf::{self, CookieUse};
use crate::http::extract::Fields;
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::RefreshToken;

/// How a refresh token goes to the client.
#[derive(Clone, Debug)]
pub(super) enum Delivery {
    /// In the answer's body, for a program that keeps it.
    Body,
    /// In a cookie, out of the reach of scripts.
    Cookie(CookieRule),
}

/// A refresh token on its way.
pub(super) enum Parcel {
    /// A member of the body.
    Body(Zeroizing<String>),
    /// A `Set-Cookie` header.
    Cookie(HeaderValue),
}

impl Delivery {
    /// What the request asks for. One that asks for a cookie must come from a page that may have
    /// it: else any page could sign a visitor in under a name of its own choice.
    pub(super) fn wanted(
        fields: &Fields,
        headers: &HeaderMap,
        rule: CookieRule,
        state: &AppState,
    ) -> Result<Self, Problem> {
        match fields.text("delivery")? {
            None | Some("body") => Ok(Self::Body),
            Some("cookie") => {
                let origins = &state.config().origins;
                csrf::check(&Method::POST, headers, CookieUse::Some, origins)
                    .map_err(|_| Problem::new(Code::Csrf))?;
                Ok(Self::Cookie(rule))
            }
            Some(_) => Err(Problem::invalid_request("`delivery` must be `body` or `cookie`")),
        }
    }

    /// Makes the browser known, where it is one that keeps cookies of ours.
    pub(super) fn remembering(
        &self,
        mut response: Response,
        cookie: impl FnOnce() -> Option<HeaderValue>,
    ) -> Response {
        if let (Self::Cookie(_), Some(cookie)) = (self, cookie()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// The cookies beside the refresh token's: the access token's, where that was switched on.
    pub(super) fn beside(
        &self,
        access_token: Option<&str>,
        life_secs: i64,
        state: &AppState,
    ) -> Option<HeaderValue> {
        let Self::Cookie(rule) = self else { return None };
        let rule = rule.for_access(state.config())?;
        let kept = access_token.and_then(|token| rule.set(token, life_secs));
        if access_token.is_some() && kept.is_none() {
            tracing::warn!("an access token is longer than a cookie may be, and went into none");
        }
        // What another sign-in left there would speak for someone else.
        kept.or_else(|| rule.clear())
    }

    /// Packs a token for a session that ends at `session_end`.
    pub(super) fn pack(
        &self,
        token: &RefreshToken,
        session_end: UnixTime,
        now: UnixTime,
        state: &AppState,
    ) -> Result<Parcel, Problem> {
        let text = state.refresh_key().write(token);
        match self {
            Self::Body => Ok(Parcel::Body(text)),
            Self::Cookie(rule) => rule
                .set(&text, session_end.since(now))
                .map(Parcel::Cookie)
                .ok_or_else(|| Problem::internal("a refresh token does not fit into a header")),
        }
    }
}
