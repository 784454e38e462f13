//! Where a licence stands, as the vendor sees it.

use std::str::FromStr;

/// A state that the ledger knows, by its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// It has not begun.
    NotYet,
    /// It has not begun, and takes over from a lower revision when it does.
    Staged,
    /// It holds.
    Valid,
    /// It holds, and its end has been announced.
    Expiring,
    /// It has ended, and everything still works for a while.
    Grace,
    /// It is over.
    Expired,
    /// A higher revision has taken over.
    Replaced,
    /// It was taken back.
    Revoked,
}

impl Standing {
    const ALL: [Self; 8] = [
        Self::NotYet,
        Self::Staged,
        Self::Valid,
        Self::Expiring,
        Self::Grace,
        Self::Expired,
        Self::Replaced,
        Self::Revoked,
    ];

    /// Its name in JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::Staged => "staged",
            Self::Valid => "valid",
            Self::Expiring => "expiring",
            Self::Grace => "grace",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
        }
    }

    /// Whether the application runs under it.
    pub(crate) const fn is_active(self) -> bool {
        matches!(self, Self::Valid | Self::Expiring | Self::Grace)
    }
}

impl FromStr for Standing {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == typed)
            .ok_or_else(|| format!("one of {} is needed", Self::ALL.map(Self::name).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;

    #[test]
    fn every_state_is_read_by_its_name() {
        for state in Standing::ALL {
            assert_eq!(state.name().parse(), Ok(state));
        }
        assert!("active".parse::<Standing>().is_err());
    }
}
