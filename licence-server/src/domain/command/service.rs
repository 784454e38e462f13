use std::collections::BTreeSet;

use crate::domain::audit::Actor;
use crate::domain::refresh::SecretHash;
use crate::domain::row::{ServiceId, ServiceName, ServiceScope};

/// A service to give a key to.
#[derive(Clone, Debug)]
pub struct AddService {
    /// The new id.
    pub id: ServiceId,
    /// What it is called.
    pub name: ServiceName,
    /// The hash of its key's secret.
    pub secret: SecretHash,
    /// What its key opens.
    pub scopes: BTreeSet<ServiceScope>,
    /// How long its key is good for.
    pub life_secs: i64,
    /// Who asks.
    pub by: Actor,
}

/// A service whose key is to open nothing any more.
#[derive(Clone, Copy, Debug)]
pub struct RevokeService {
    /// Which.
    pub id: ServiceId,
    /// Who asks.
    pub by: Actor,
}
