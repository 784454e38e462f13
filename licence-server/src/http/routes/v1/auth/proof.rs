//! Whether somebody knows a person's password: one way to find out, for a sign-in and for whoever
//! changes their own.

use axum::http::HeaderMap;
use licence_core::Code;

use super::attempt::{Attempt, Whence};
use crate::clock::Stopwatch;
use crate::config::AddressPrefix;
use crate::domain::{ChangeUser, Command, Credential, LoginName, User, UserChange};
use crate::http::cookie::CookieRule;
use crate::http::known_device;
use crate::http::problem::Problem;
use crate::http::server_timing::{self, Part};
use crate::password::{Checked, Password, Salt};
use crate::state::AppState;

/// Where a request to sign in, or to change a password, comes from.
pub(in crate::http::routes::v1) struct From<'r> {
    pub(in crate::http::routes::v1) headers: &'r HeaderMap,
    pub(in crate::http::routes::v1) prefix: Option<AddressPrefix>,
    pub(in crate::http::routes::v1) rule: &'r CookieRule,
}

/// The person, if the password is theirs. `name` is what they are called here, by themselves or by
/// whoever guesses; `None` for a password that is longer than any was ever taken.
///
/// A name that nobody has costs a hash like any other and gets the same answer, and its failures are counted
/// like any other's, so that names cannot be found out.
///
/// # Errors
/// 401 `invalid_grant`, 429 `throttled`, 503 `busy`.
pub(in crate::http::routes::v1) async fn prove(
    user: Option<User>,
    name: Option<&LoginName>,
    password: Option<Password>,
    from: &From<'_>,
    state: &AppState,
) -> Result<(User, Credential), Problem> {
    let refused = || Problem::new(Code::InvalidGrant);
    let is_known_device = user.as_ref().is_some_and(|user| {
        known_device::is_known(user.id, from.headers, from.rule, state.refresh_key())
    });
    let whence = Whence { name, prefix: from.prefix, is_known_device };
    let attempt = Attempt::begin(whence, state.now(), state)?;
    // Longer than any password that was ever taken, so there is nothing to compare.
    let password = password.ok_or_else(refused)?;
    let credential = user.as_ref().and_then(|user| user.credential.clone());
    let hash = credential.as_ref().map(|credential| credential.hash.clone());
    let watch = Stopwatch::start();
    let salt = Salt(state.rng().bytes()?);
    let verdict = state.passwords().check(password, hash.clone(), salt, from.prefix).await;
    let took = watch.elapsed();
    state.metrics().hash.observe(took.as_secs_f64());
    server_timing::note(Part::Hash, took);
    let checked = match verdict {
        Ok(checked) => checked,
        Err(unavailable) => {
            // Whoever came at a bad time has guessed nothing.
            attempt.given_up();
            return Err(unavailable.into());
        }
    };
    let is_right = checked != Checked::Wrong;
    let Some(found) = user.zip(credential).filter(|_| is_right) else {
        // Where the queue is full, it is not what fills it that has to be on record.
        let _ = state.writer().tell(Command::WrongPassword);
        return Err(refused());
    };
    attempt.succeeded();
    if let (Checked::RightAnew(to), Some(from)) = (checked, hash) {
        // A hash of an older system, or of older parameters, is one of ours from now on.
        let change = UserChange::Rehash { from, to };
        let rehash = ChangeUser { user: found.0.id, change, by: None };
        // Where the queue is full, the next sign-in does it.
        let _ = state.writer().tell(Command::ChangeUser(rehash));
    }
    Ok(found)
}
