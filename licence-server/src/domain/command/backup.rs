use licence_core::claims::Epoch;
use licence_core::{UnixTime, Uuid};

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
    /// Ids for seats that may have been lent since, as many as the licence lends. They are not all used.
    pub spare: Vec<Uuid>,
    /// Who puts it back.
    pub by: Actor,
}
