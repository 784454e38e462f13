use licence_core::claims::Epoch;
use licence_core::{LicenceId, UnixTime, Uuid};

use crate::domain::audit::Actor;

/// A backup that reached its place.
#[derive(Clone, Copy, Debug)]
pub struct NoteBackup {
    /// Of which time it is.
    pub taken: UnixTime,
    /// Who asked for it; `None` where the server did by itself.
    pub by: Option<Actor>,
}

/// A backup that was put back.
#[derive(Clone, Debug)]
pub struct Restore {
    /// The life that begins.
    pub epoch: Epoch,
    /// Of which time the backup is.
    pub taken: UnixTime,
    /// The licence that was in force then. It may have lent seats since, and so may whichever came after it.
    pub licence: Option<LicenceId>,
    /// The licences that were installed since, as the administrator gave them: each may have been in force.
    pub since: Vec<LicenceId>,
    /// Ids for seats that may have been lent since, as many as any licence lends. They are not all used.
    pub spare: Vec<Uuid>,
    /// Whether nothing can have happened after it: it is a final backup, and was put back nowhere before.
    pub is_lossless: bool,
    /// Where the log in it was not what had been written, if an administrator had it cut there.
    pub log_broken_at: Option<u64>,
    /// Who puts it back.
    pub by: Actor,
}
