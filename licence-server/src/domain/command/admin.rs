use std::collections::BTreeSet;

use licence_core::{LicenceId, Text, Uuid};

use crate::domain::audit::{Actor, UsageStated};
use crate::domain::licence::Terms;

/// A licence that the verifier accepted.
#[derive(Clone, Debug)]
pub struct InstallLicence {
    /// The file as it was signed.
    pub file: Vec<u8>,
    /// What the rules need of it.
    pub terms: Terms,
    /// What the store has under its id.
    pub stored: Stored,
    /// Whether it may take the place of another series.
    pub replace: Replace,
    /// Which of the installed licences are revoked, by the newest list there is with this one.
    pub revoked: BTreeSet<LicenceId>,
    /// The number of that list; 0 where there is none.
    pub list_seq: u32,
    /// Who asks.
    pub by: Actor,
}

/// What the store has of something signed that is installed, perhaps not for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Nothing, or what was signed.
    Sound,
    /// What was signed no more: it is written again.
    Damaged,
}

/// Whether a licence may take the place of another series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Only a renewal of the one in force is taken.
    SameSeries,
    /// Any series is taken.
    AnySeries,
}

/// A revocation list that the verifier accepted.
#[derive(Clone, Debug)]
pub struct InstallRevocations {
    /// The file as it was signed.
    pub file: Vec<u8>,
    /// Its number.
    pub seq: u32,
    /// What the store has as the list.
    pub stored: Stored,
    /// Which of the installed licences are revoked, by the newest list there is with this one.
    pub revoked: BTreeSet<LicenceId>,
    /// The number of that list.
    pub list_seq: u32,
    /// Who asks.
    pub by: Actor,
}

/// A clock to set right.
#[derive(Clone, Debug)]
pub struct ResetClock {
    /// Why, for the audit log.
    pub reason: Text,
    /// Ids for seats that may be out still, as many as any licence lends. They are not all used.
    pub spare: Vec<Uuid>,
    /// Who asks.
    pub by: Actor,
}

/// A usage statement that was signed.
#[derive(Clone, Debug)]
pub struct StateUsage {
    /// What the next statement has to know of it.
    pub stated: UsageStated,
    /// Who asks.
    pub by: Actor,
}

/// A beginning of the audit log to take away.
#[derive(Clone, Debug)]
pub struct PruneLog {
    /// Entries before this place go.
    pub below: u64,
    /// The signed checkpoint that stays for them.
    pub checkpoint: String,
    /// Who asks.
    pub by: Actor,
}
