//! A new password, wherever somebody chooses one: one rule, and one way to hash it.

use licence_core::{Text, UnixTime};

use crate::domain::PasswordHash;
use crate::http::problem::Problem;
use crate::password::{OwnWords, Password, Salt};
use crate::state::AppState;

/// Hashes a password that somebody chooses. `own` is what the person is called here, which is no secret;
/// what the institute and the product are called is known.
///
/// # Errors
/// 400 `invalid_request` for one that would be guessed, and 503 `busy`.
pub(super) async fn hash(
    text: &str,
    own: impl IntoIterator<Item = &Text>,
    now: UnixTime,
    state: &AppState,
) -> Result<PasswordHash, Problem> {
    let own = own.into_iter().map(ToString::to_string);
    let site = [Some(state.site().product.to_string()), institute(now, state)];
    let own: Vec<String> = own.chain(site.into_iter().flatten()).collect();
    let own = OwnWords::of(own.iter().map(String::as_str));
    let password = Password::chosen_by(text, &own);
    let password = password.map_err(|flaw| Problem::invalid_request(flaw.to_string()))?;
    let salt = Salt(state.rng().bytes()?);
    Ok(state.passwords().hash(password, salt).await?)
}

/// The institute's name, as its licence says it; without one nobody has told it.
fn institute(now: UnixTime, state: &AppState) -> Option<String> {
    let terms = state.mirror().in_force(now)?;
    let licence = state.shelf().find(terms.id)?;
    Some(licence.accepted.signed().claims().institute.name.to_string())
}
