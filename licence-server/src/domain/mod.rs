//! The rules of seats, sessions and tokens, as pure code over rows and `now`.
//!
//! Nothing here reads a clock, draws a random number, opens a file or waits: ids, nonces and hashes
//! arrive inside the [`Command`], so deciding twice gives the same answer, on any engine and in a
//! test. A rule reads and writes through the [`Draft`] alone; what it wrote takes effect when the
//! engine has committed it, and not before.

mod account;
mod audit;
mod backup;
mod borrow;
mod clock;
mod command;
mod data;
mod draft;
mod licence;
mod pace;
mod refresh;
mod refusals;
mod revocation;
mod rotation;
mod row;
mod seat;
mod service;
mod session;
mod table;
mod throttle;
mod timeline;
mod usage;
mod waiting;
mod warning;

use licence_core::{SessionId, UserId};

pub use audit::{Act, Actor, Entry, Refused, Restored, UsageStated, UserChangeKind};
pub use command::{
    AddService, AddUser, Borrow, BorrowedSeat, ChangeUser, Command, Edit, EndSession, Expected,
    FullHouse, Grant, InstallLicence, InstallRevocations, Keep, LicenceRefusal, NextSecret,
    NoteBackup, Outcome, PruneLog, Redeem, Refresh, Refusal, ReleaseSeat, Replace, ResetClock,
    Restore, Resume, ReturnSeat, RevokeService, RevokeToken, SeatGrant, Sighting, SignIn, SignOut,
    StateUsage, Stay, Stored, Swept, Taken, UserChange, WriteData, WriteOff,
};
pub use draft::{Changes, Draft, Due, Lease, Missing, Needs};
pub use licence::{Licences, Terms};
pub use pace::{Pace, PaceKey, Rate};
pub use refresh::{Generation, LateAnswers, Nonce, Rotation, SecretHash};
pub use refusals::Refusals;
pub use revocation::REVOKED_MAX;
pub use row::{
    ADMIN_ROLE, Borrowing, CodeHandle, CodeHash, CodeKind, Credential, CredentialVersion, Data,
    DataOwner, DeviceMark, Given, Holder, Hour, LoginName, OpenCode, PasswordHash, Place,
    Revocation, Revoked, RevokedToken, Scope, Service, ServiceId, ServiceName, ServiceScope,
    Session, SetBack, Site, Standing, Ticket, TicketRank, User, UserKey,
};
pub(crate) use seat::sessions_of;
pub use service::SERVICES_MAX;
pub use throttle::{Throttle, ThrottleKey, TooSoon};
pub use timeline::{Anchor, ClockDoubt, Judgement, Reading};
pub use usage::{DAY_SECS, Day, HOURS_MAX as USAGE_HOURS_MAX, Usage, day_of};
pub use warning::{Notice, Warning, Warnings};

/// Leases, sessions and revocations that one sweep lets go, so that no batch grows without bound.
const SWEEP_MAX: u32 = 256;

/// What one sweep let go of one kind.
#[derive(Clone, Copy, Debug)]
struct Step {
    gone: u32,
    /// Whether it went as far as it may, so that there may be more.
    is_full: bool,
}

impl Step {
    const fn last(gone: u32) -> Self {
        Self { gone, is_full: false }
    }

    const fn full(gone: u32) -> Self {
        Self { gone, is_full: true }
    }
}

/// How long after its end a token stays revoked: the most leeway that other libraries grant by default.
const REVOKED_MARGIN_SECS: i64 = 60;

/// Applies one command to the draft.
///
/// # Errors
/// [`Missing`] where a row is needed that is not loaded: the draft is then as it was before, but for
/// what it needs.
pub fn decide(command: &Command, draft: &mut Draft) -> Result<Outcome, Missing> {
    if backup::is_over(command, draft) {
        return Ok(Outcome::Refused(Refusal::Retired));
    }
    draft.attempt(|draft| match command {
        Command::AddUser(add) => account::add(add, draft),
        Command::ChangeUser(change) => account::change(change, draft),
        Command::Redeem(redeem) => account::redeem(redeem, draft),
        Command::SignIn(sign_in) => session::sign_in(sign_in, draft),
        Command::WrongPassword => Ok(refuse(None, None, Refusal::InvalidGrant, draft)),
        Command::Resume(resume) => session::resume(resume, draft),
        Command::Refresh(refresh) => rotation::refresh(refresh, draft),
        Command::SignOut(sign_out) => session::sign_out(sign_out, draft),
        Command::EndSession(end) => session::end_session(end, draft),
        Command::RevokeToken(revoke) => revocation::revoke_token(revoke, draft),
        Command::Park(session) => seat::park(*session, draft),
        Command::ReleaseSeat(release) => seat::release_seat(release, draft),
        Command::LeaveQueue(holder) => done(waiting::hang_up(*holder, draft)),
        Command::Borrow(borrow) => borrow::borrow(borrow, draft),
        Command::ReturnSeat(give_back) => borrow::give_back(give_back, draft),
        Command::WriteOff(write_off) => borrow::write_off(write_off, draft),
        Command::WriteData(write) => data::write(write, draft),
        Command::Seen(sightings) => session::see(sightings, draft),
        Command::AddService(add) => service::add(add, draft),
        Command::RevokeService(revoke) => service::revoke(*revoke, draft),
        Command::InstallLicence(install) => Ok(licence::install(install, draft)),
        Command::InstallRevocations(install) => Ok(licence::install_revocations(install, draft)),
        Command::AcceptClock(by) => Ok(clock::accept(*by, draft)),
        Command::ResetClock(reset) => clock::reset(reset, draft),
        Command::StateUsage(StateUsage { stated, by }) => {
            draft.record_by(Act::UsageStated(*stated), Some(*by));
            Ok(Outcome::Done)
        }
        Command::PruneLog(prune) => Ok(prune_log(prune, draft)),
        Command::NoteBackup(note) => Ok(backup::note(note, draft)),
        Command::Retire(by) => Ok(backup::retire(*by, draft)),
        Command::Restore(restore) => backup::restore(restore, draft),
        Command::Sweep => sweep(draft).map(Outcome::Swept),
    })
}

/// Finds out which rows a command needs, and changes nothing.
pub fn peek(command: &Command, draft: &mut Draft) {
    draft.roll_back_after(|draft| {
        // Only the needs that are left behind count.
        let _ = decide(command, draft);
    });
}

/// Ends a batch: looks whether more seats are held than there are, keeps the list of revoked tokens to
/// what it may hold, and wakes who waits for a seat that came free.
///
/// # Errors
/// [`Missing`], as [`decide`].
pub fn settle(draft: &mut Draft) -> Result<(), Missing> {
    draft.attempt(|draft| {
        seat::watch_over(draft);
        usage::look(draft);
        revocation::keep_short(draft)?;
        waiting::serve(draft)
    })
}

fn done(result: Result<(), Missing>) -> Result<Outcome, Missing> {
    result.map(|()| Outcome::Done)
}

/// Lets go of what has lapsed: leases, borrowed seats, sessions, places in the queue, and revocations
/// that no token needs any more.
fn sweep(draft: &mut Draft) -> Result<Swept, Missing> {
    let leases = seat::sweep(draft)?;
    let borrowings = borrow::forget_the_ended(draft)?;
    let sessions = session::sweep(draft)?;
    let brought_forward = session::bring_forward(draft)?;
    waiting::forget_the_gone(draft)?;
    draft.record_due_refusals();
    let revocations = revocation::sweep(draft)?;
    Ok(Swept {
        leases: leases.gone,
        borrowings: borrowings.gone,
        sessions: sessions.gone,
        revocations: revocations.gone,
        is_more_left: [leases, borrowings, sessions, brought_forward, revocations]
            .iter()
            .any(|step| step.is_full),
    })
}

/// Takes the log's beginning away. Its end stays: the next entry is chained to it.
fn prune_log(prune: &PruneLog, draft: &mut Draft) -> Outcome {
    if prune.below > draft.site().position.seq {
        return refuse(None, None, Refusal::NotFound, draft);
    }
    draft.prune(prune);
    draft.record_by(Act::LogPruned(prune.below), Some(prune.by));
    Outcome::Done
}

/// Refuses a command, and puts that on record; where it is refused again and again, once a minute.
fn refuse(
    user: Option<UserId>,
    session: Option<SessionId>,
    refusal: Refusal,
    draft: &mut Draft,
) -> Outcome {
    draft.record_refused(Refused { user, session, code: refusal.code() });
    Outcome::Refused(refusal)
}
