//! What can be asked of the rules, and what they answer.

mod admin;
mod backup;
mod outcome;
mod person;
mod seat;
mod service;
mod session;

use licence_core::SessionId;

use super::row::Holder;

pub use admin::{
    InstallLicence, InstallRevocations, PruneLog, Replace, ResetClock, StateUsage, Stored,
};
pub use backup::{NoteBackup, Restore};
pub use outcome::{
    BorrowedSeat, FullHouse, Grant, LicenceRefusal, NextSecret, Outcome, Refusal, SeatGrant, Swept,
    Taken,
};
pub use person::{AddUser, ChangeUser, Edit, Keep, Redeem, UserChange};
pub use seat::{Borrow, ReleaseSeat, ReturnSeat, WriteOff};
pub use service::{AddService, RevokeService};
pub use session::{
    EndSession, Expected, Refresh, Resume, RevokeToken, Sighting, SignIn, SignOut, Stay, WriteData,
};

/// One thing to do, whole or not at all.
#[derive(Clone, Debug)]
pub enum Command {
    /// Registers a person.
    AddUser(AddUser),
    /// Changes a person's account, or takes it away.
    ChangeUser(ChangeUser),
    /// Sets a person's password with a one-time code.
    Redeem(Redeem),
    /// Starts a session, and takes a seat for it.
    SignIn(SignIn),
    /// Puts on record that a password was wrong. Whose it was meant to be is not said: a list of names would
    /// be a list of entries.
    WrongPassword,
    /// Takes a seat for a session that began in a full house.
    Resume(Resume),
    /// Rotates a refresh token, and renews the seat or takes one.
    Refresh(Refresh),
    /// Ends a session of which a genuine token was shown.
    SignOut(SignOut),
    /// Ends a session by its id.
    EndSession(EndSession),
    /// Makes one access token good no more.
    RevokeToken(RevokeToken),
    /// Gives a session's seat back, and keeps the login.
    Park(SessionId),
    /// Takes a person's seat away, and keeps the logins.
    ReleaseSeat(ReleaseSeat),
    /// Nobody waits there any more; the place is kept for a while.
    LeaveQueue(Holder),
    /// Takes a seat along offline.
    Borrow(Borrow),
    /// Brings a borrowed seat back.
    ReturnSeat(ReturnSeat),
    /// Gives a borrowed seat to others, though its copy lives.
    WriteOff(WriteOff),
    /// Writes data of a person or a session, or takes it away.
    WriteData(WriteData),
    /// Notes which access tokens came back.
    Seen(Vec<Sighting>),
    /// Gives a service a key.
    AddService(AddService),
    /// Takes a service's key back.
    RevokeService(RevokeService),
    /// Puts a verified licence into force, or stages it.
    InstallLicence(InstallLicence),
    /// Takes over a verified revocation list.
    InstallRevocations(InstallRevocations),
    /// Believes the wall clock.
    AcceptClock(super::Actor),
    /// Lowers the highest time that was trusted.
    ResetClock(ResetClock),
    /// Puts a usage statement on record.
    StateUsage(StateUsage),
    /// Takes the audit log's beginning away.
    PruneLog(PruneLog),
    /// Notes that a backup reached its place.
    NoteBackup(NoteBackup),
    /// Decides nothing any more: the site goes on elsewhere.
    Retire(super::Actor),
    /// Begins a new life after a backup was put back.
    Restore(Restore),
    /// Lets go of what has lapsed.
    Sweep,
}
