//! Sign-in, refresh, sign-out; and what standard clients and proxies ask.

mod answer;
mod attempt;
mod check;
mod delivery;
mod introspect;
mod logout;
mod proof;
mod refresh;
mod register;
mod revoke;
mod set_password;
mod shown;
mod token;
mod waiting;

use licence_core::Code;

use crate::http::cookie::CookieRule;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::state::AppState;

pub(super) use answer::refused;
pub(super) use proof::{From, prove};

pub(super) fn router() -> Routes {
    Routes::new()
        .merge(token::router())
        .merge(refresh::router())
        .merge(logout::router())
        .merge(revoke::router())
        .merge(introspect::router())
        .merge(check::router())
        .merge(set_password::router())
        .merge(register::router())
}

/// The rule of the cookie, on a transport over which a person may sign in at all.
pub(super) fn secure_cookie(state: &AppState) -> Result<CookieRule, Problem> {
    CookieRule::of(state.config(), state.site_key().id()).map_err(|_| {
        Problem::new(Code::InsecureTransport).detail(format!(
            "browsers reach this server at {}, and what is typed there could be read on the way: \
             give a certificate with --tls-cert and --tls-key, have one made with --tls-self, or put a \
             TLS proxy in front and give its address with --public-url https://NAME; or set \
             `insecure_lan = true` in config.toml",
            state.config().public
        ))
    })
}

#[cfg(test)]
mod tests;
