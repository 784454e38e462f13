//! Administration: what commands ask for over the socket in the data directory or in process, and
//! people in the role of an administrator over the network.

mod audit;
mod backup;
mod check;
mod clock;
mod doctor;
mod licences;
mod page;
mod person;
mod seats;
mod services;
mod sessions;
#[cfg(test)]
mod tests;
mod usage;
mod users;

use crate::http::openapi::Routes;

pub use audit::{EntryRow, PrunedLog, VerifiedLog};
pub use backup::BackupShown;
pub use check::CheckShown;
pub use clock::ClockShown;
pub use doctor::CheckRow;
pub use licences::{
    Installed, InstalledLicence, InstalledRevocations, LicenceRow, LicenceStanding,
};
pub use page::Page;
pub use person::Named;
pub use seats::{HeldBackWrittenOff, PlaceRow, ReleasedSeat, SeatList, SeatRow, WrittenOff};
pub use services::{NewService, ServiceRow};
pub use sessions::{Purged, SessionRow};
pub use usage::{DayRow, HourRow, SignedStatement, UnusedRow, UsageShown, WarningRow};
pub use users::{
    ChangedUser, CodeShown, ExportedSession, ExportedUser, IMPORT_BYTES_MAX, Imported, ImportedRow,
    NewUser, PictureShown, RowOutcome, UserRow, UserShown, UserWithCode,
};

/// Where commands find what they call.
pub(in crate::http::routes) mod paths {
    /// Licences that were installed, and licences to install.
    pub const ADMIN_LICENCES: &str = "/v1/admin/licences";
    /// People, and people to register.
    pub const ADMIN_USERS: &str = "/v1/admin/users";
    /// A table of people to register.
    pub const ADMIN_USERS_IMPORT: &str = "/v1/admin/users/import";
    /// Sign-ins on devices.
    pub const ADMIN_SESSIONS: &str = "/v1/admin/sessions";
    /// What has lapsed, to be let go.
    pub const ADMIN_PURGE: &str = "/v1/admin/sessions/purge";
    /// Who holds a seat.
    pub const ADMIN_SEATS: &str = "/v1/admin/seats";
    /// Who waits for a seat.
    pub const ADMIN_QUEUE: &str = "/v1/admin/seats/queue";
    /// A seat to make free.
    pub const ADMIN_RELEASE: &str = "/v1/admin/seats/release";
    /// Seats that were taken along offline.
    pub const ADMIN_BORROWED: &str = "/v1/admin/seats/borrowed";
    /// Those that a restore or a reset of the clock held back, to be given to others.
    pub const ADMIN_HELD_BACK: &str = "/v1/admin/seats/held-back/write-off";
    /// Programs that call the server, and programs to give a key to.
    pub const ADMIN_SERVICES: &str = "/v1/admin/services";
    /// What happened.
    pub const ADMIN_AUDIT: &str = "/v1/admin/audit";
    /// Whether the log of it is whole.
    pub const ADMIN_AUDIT_VERIFY: &str = "/v1/admin/audit/verify";
    /// Its beginning, to be taken away.
    pub const ADMIN_AUDIT_PRUNE: &str = "/v1/admin/audit/prune";
    /// How many seats were in use, and who was refused one.
    pub const ADMIN_USAGE: &str = "/v1/admin/usage";
    /// Accounts that were never used.
    pub const ADMIN_UNUSED: &str = "/v1/admin/usage/unused";
    /// What there is to mend.
    pub const ADMIN_DOCTOR: &str = "/v1/admin/doctor";
    /// The same to be signed.
    pub const ADMIN_USAGE_STATEMENTS: &str = "/v1/admin/usage/statements";
    /// Of when the newest backup is, and a backup to take away.
    pub const ADMIN_BACKUP: &str = "/v1/admin/backup";
    /// That a backup reached its place.
    pub const ADMIN_BACKUP_NOTED: &str = "/v1/admin/backup/noted";
    /// Whether the store is what was written.
    pub const ADMIN_CHECK: &str = "/v1/admin/check";
    /// What time it is.
    pub const ADMIN_CLOCK: &str = "/v1/admin/clock";
}

pub(super) fn router() -> Routes {
    Routes::new()
        .merge(licences::router())
        .merge(users::router())
        .merge(sessions::router())
        .merge(seats::router())
        .merge(services::router())
        .merge(audit::router())
        .merge(backup::router())
        .merge(check::router())
        .merge(clock::router())
        .merge(usage::router())
        .merge(doctor::router())
}
