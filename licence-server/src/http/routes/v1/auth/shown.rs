//! The refresh token that a request shows.

use axum::http::{HeaderMap, StatusCode, header};
use licence_core::Code;

use crate::http::cookie::CookieRule;
use crate::http::extract::Fields;
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::RefreshToken;

/// A refresh token, and how it came.
#[derive(Debug)]
pub(super) enum Shown {
    /// In the body.
    Body(RefreshToken),
    /// In the cookie.
    Cookie(RefreshToken),
}

impl Shown {
    /// The token of the body, else that of the cookie; `None` where there is neither. A request with
    /// `Authorization` says who it is by that, and its cookie does not count.
    ///
    /// # Errors
    /// 401 `malformed` where there is one that this server never made.
    pub(super) fn find(
        fields: &Fields,
        headers: &HeaderMap,
        rule: Option<&CookieRule>,
        state: &AppState,
    ) -> Result<Option<Self>, Problem> {
        if let Some(text) = fields.text("refresh_token")? {
            return genuine(text, state).map(Self::Body).map(Some);
        }
        let rule = rule.filter(|_| !headers.contains_key(header::AUTHORIZATION));
        let Some(rule) = rule else { return Ok(None) };
        let mut values = rule.values(headers).peekable();
        if values.peek().is_none() {
            return Ok(None);
        }
        // A neighbour on this host may have planted another one under the same name.
        let found = values.find_map(|text| state.refresh_key().parse(text));
        found.map(Self::Cookie).map(Some).ok_or_else(malformed)
    }

    /// The token.
    pub(super) const fn token(&self) -> &RefreshToken {
        match self {
            Self::Body(token) | Self::Cookie(token) => token,
        }
    }
}

/// A token that this server made.
pub(super) fn genuine(text: &str, state: &AppState) -> Result<RefreshToken, Problem> {
    state.refresh_key().parse(text).ok_or_else(malformed)
}

/// Nothing is known of who sent it, so nothing is revoked and no cookie is taken away.
fn malformed() -> Problem {
    tracing::debug!("a refresh token was shown that this server never made");
    Problem::new(Code::Malformed)
        .status(StatusCode::UNAUTHORIZED)
        .detail("the refresh token is not one that this server made")
}
