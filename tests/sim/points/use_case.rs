//! The names of what can be asked.

use licence_server::domain::{Command, UserChange};

/// Every name that [`of`] gives.
pub(super) const ALL: [&str; 36] = [
    "accept clock",
    "add service",
    "add user",
    "borrow",
    "disable user",
    "edit user",
    "enable user",
    "end session",
    "erase user",
    "install licence",
    "install revocations",
    "leave queue",
    "note backup",
    "note tokens",
    "offer code",
    "park",
    "prune log",
    "redeem code",
    "refresh",
    "rehash password",
    "release seat",
    "reset clock",
    "restore",
    "resume",
    "retire",
    "return seat",
    "revoke service",
    "revoke token",
    "set password",
    "sign in",
    "sign out",
    "state usage",
    "sweep",
    "write data",
    "write off",
    "wrong password",
];

/// What a command is called.
pub(super) const fn of(command: &Command) -> &'static str {
    match command {
        Command::AddUser(_) => "add user",
        Command::ChangeUser(change) => of_change(&change.change),
        Command::Redeem(_) => "redeem code",
        Command::SignIn(_) => "sign in",
        Command::WrongPassword => "wrong password",
        Command::Resume(_) => "resume",
        Command::Refresh(_) => "refresh",
        Command::SignOut(_) => "sign out",
        Command::EndSession(_) => "end session",
        Command::RevokeToken(_) => "revoke token",
        Command::Park(_) => "park",
        Command::ReleaseSeat(_) => "release seat",
        Command::LeaveQueue(_) => "leave queue",
        Command::Borrow(_) => "borrow",
        Command::ReturnSeat(_) => "return seat",
        Command::WriteOff(_) => "write off",
        Command::WriteData(_) => "write data",
        Command::Seen(_) => "note tokens",
        Command::AddService(_) => "add service",
        Command::RevokeService(_) => "revoke service",
        Command::InstallLicence(_) => "install licence",
        Command::InstallRevocations(_) => "install revocations",
        Command::AcceptClock(_) => "accept clock",
        Command::ResetClock(_) => "reset clock",
        Command::StateUsage(_) => "state usage",
        Command::PruneLog(_) => "prune log",
        Command::NoteBackup(_) => "note backup",
        Command::Retire(_) => "retire",
        Command::Restore(_) => "restore",
        Command::Sweep => "sweep",
    }
}

const fn of_change(change: &UserChange) -> &'static str {
    match change {
        UserChange::Enable => "enable user",
        UserChange::Disable => "disable user",
        UserChange::Edit { .. } => "edit user",
        UserChange::Offer { .. } => "offer code",
        UserChange::Password { .. } => "set password",
        UserChange::Rehash { .. } => "rehash password",
        UserChange::Erase => "erase user",
    }
}
