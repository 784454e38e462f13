//! The refresh tokens that a request shows.

use axum::http::{HeaderMap, StatusCode};
use licence_core::Code;

use crate::http::cookie::CookieRule;
use crate::http::extract::Fields;
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::RefreshToken;

/// The refresh tokens of a request's cookies.
#[derive(Debug)]
pub(super) struct CookieTokens {
    is_any_brought: bool,
    genuine: Vec<RefreshToken>,
}

impl CookieTokens {
    /// Reads the cookies of the rule's name. A neighbour on this host may have planted one, so what
    /// this server never made does not hide what it made.
    pub(super) fn find(headers: &HeaderMap, rule: &CookieRule, state: &AppState) -> Self {
        let is_any_brought = rule.values(headers).next().is_some();
        let genuine = rule.values(headers).filter_map(|text| state.refresh_key().parse(text));
        Self { is_any_brought, genuine: genuine.collect() }
    }

    /// Whether a cookie of the name came, genuine or not.
    pub(super) const fn is_any_brought(&self) -> bool {
        self.is_any_brought
    }

    /// Those that this server made.
    pub(super) fn genuine(&self) -> &[RefreshToken] {
        &self.genuine
    }

    /// The token to go on with; `None` where no cookie came.
    ///
    /// # Errors
    /// 401 `malformed` where this server made none of them. 400 `invalid_request` where it made two
    /// that differ: one of them was planted, and to go on with it would sign a visitor in as someone
    /// else.
    pub(super) fn only(mut self) -> Result<Option<RefreshToken>, Problem> {
        let Some(token) = self.genuine.pop() else {
            return if self.is_any_brought { Err(malformed()) } else { Ok(None) };
        };
        if self.genuine.iter().any(|other| other.secret_hash() != token.secret_hash()) {
            return Err(Problem::invalid_request("two sign-ins came in cookies of one name")
                .mend("delete this site's cookies in the browser, then sign in again"));
        }
        Ok(Some(token))
    }
}

/// The token of the body, if there is one.
///
/// # Errors
/// 401 `malformed` where it is one that this server never made.
pub(super) fn in_body(fields: &Fields, state: &AppState) -> Result<Option<RefreshToken>, Problem> {
    fields.text("refresh_token")?.map(|text| genuine(text, state)).transpose()
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
        .mend("sign in again")
}
