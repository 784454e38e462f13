//! The rules of seats, sessions and tokens, as pure code over rows and `now`.
//!
//! Nothing here reads a clock, draws a random number, opens a file or waits: ids, nonces and hashes
//! arrive inside the [`Command`], so deciding twice gives the same answer, on any engine and in a
//! test. A rule reads and writes through the [`Draft`] alone; what it wrote takes effect when the
//! engine has committed it, and not before.

mod account;
mod audit;
mod command;
mod draft;
mod licence;
mod refresh;
mod row;
mod seat;
mod session;
mod table;

use licence_core::{SessionId, UserId};

pub use audit::{Act, Entry};
pub use command::{
    AddUser, Command, FullHouse, Grant, InstallLicence, LicenceRefusal, NextSecret, Outcome,
    Refresh, Refusal, Replace, SignIn, SignOut, Stay,
};
pub use draft::{Changes, Draft, Lease, Missing, Needs};
pub use licence::{Licences, Terms};
pub use refresh::{Generation, Nonce, Rotation, SecretHash};
pub use row::{
    Credential, CredentialVersion, LoginName, PasswordHash, Revocation, Session, Site, User,
};

/// Applies one command to the draft.
///
/// # Errors
/// [`Missing`] where a row is needed that is not loaded: the draft is then as it was before, but for
/// what it needs.
pub fn decide(command: &Command, draft: &mut Draft) -> Result<Outcome, Missing> {
    draft.attempt(|draft| match command {
        Command::InstallLicence(install) => Ok(licence::install(install, draft)),
        Command::AddUser(add) => account::add(add, draft),
        Command::SignIn(sign_in) => session::sign_in(sign_in, draft),
        Command::Refresh(refresh) => session::refresh(refresh, draft),
        Command::SignOut(sign_out) => session::sign_out(sign_out, draft),
        Command::Sweep => seat::sweep(draft),
    })
}

/// Finds out which rows a command needs, and changes nothing.
pub fn peek(command: &Command, draft: &mut Draft) {
    draft.roll_back_after(|draft| {
        // Only the needs that are left behind count.
        let _ = decide(command, draft);
    });
}

/// Refuses a command, and puts that on record.
fn refuse(
    user: Option<UserId>,
    session: Option<SessionId>,
    refusal: Refusal,
    draft: &mut Draft,
) -> Outcome {
    draft.record(Act::Refused { user, session, code: refusal.code() });
    Outcome::Refused(refusal)
}
