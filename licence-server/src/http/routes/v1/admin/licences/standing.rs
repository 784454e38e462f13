//! Where a licence stands among all that were installed.

use licence_core::UnixTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Licences, Terms};

/// Whether a licence that was installed is used, and why not.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LicenceStanding {
    /// It is.
    InForce,
    /// It takes over at its beginning.
    Staged,
    /// Another one has taken over from it: it is kept for the tokens that were made under it.
    Superseded,
    /// It has ended, its grace included.
    Expired,
    /// The vendor has taken it back.
    Revoked,
}

impl LicenceStanding {
    /// In words.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::InForce => "in force",
            Self::Staged => "staged",
            Self::Superseded => "superseded",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    pub(super) fn of(
        terms: &Terms,
        in_force: Option<&Terms>,
        licences: &Licences,
        now: UnixTime,
    ) -> Self {
        let is_in_force = in_force.is_some_and(|other| other.id == terms.id);
        let is_of_series = in_force.is_some_and(|other| other.serial == terms.serial);
        if licences.is_revoked(terms.id) {
            Self::Revoked
        } else if terms.period.last_end().is_some_and(|end| now.is_expired(end)) {
            Self::Expired
        } else if is_in_force && !terms.period.is_ahead(now) {
            Self::InForce
        } else if is_of_series && now.is_before(terms.period.nbf(), 0) {
            Self::Staged
        } else {
            Self::Superseded
        }
    }
}
